"""Rows: equal scopes of which each reads the one before, as the twelve blocks of a net.

The rule (`rows`) is that of pictures and pages alike; what stands in a scope and how it is wired
they say each in their own way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from autograd_core.draw.snapshot.model import CONSTANT, OUTPUT, VARIABLE, Snapshot, Structure

SHORTEST = 3  # fewer equal ones are shown side by side

Member = tuple[str, int]  # what stands in a scope: its kind, and its number
Read = tuple[Member, Hashable]  # where a value comes from, and which of the results there it is


def rows(
    members: Iterable[Member],
    kin: Callable[[Member], Hashable | None],
    reads: Callable[[Member], Sequence[Read]],
    readers: Callable[[Member], Collection[Member]],
) -> Iterator[list[Member]]:
    """The rows among the members of one scope, which come in the order of the forward pass.

    kin: what the members of one row have in common; None for what is in no row.
    reads: the values that enter a member.  readers: all that reads what leaves it.

    Each member of a row alone reads the one before, all at the same places, and whatever else one
    of them reads is read by every one.
    """
    for equal, group in groupby(members, key=kin):
        if equal is None:
            continue
        row: list[Member] = []
        for member in group:
            if row and not _continues(row, member, reads, readers):
                if len(row) >= SHORTEST:
                    yield row
                row = []
            row.append(member)
        if len(row) >= SHORTEST:
            yield row


def _continues(
    row: Sequence[Member],
    member: Member,
    reads: Callable[[Member], Sequence[Read]],
    readers: Callable[[Member], Collection[Member]],
) -> bool:
    last = row[-1]
    if any(reader != member for reader in readers(last)):
        return False
    sources = _sources(reads(member), last)
    if all(source[0] is not None for source in sources):
        return False
    if len(row) > 1:
        return sources == _sources(reads(last), row[-2])
    return all(a[0] is None or a == b for a, b in zip(sources, reads(last), strict=True))


def _sources(reads: Sequence[Read], previous: Member) -> list[tuple[Member | None, Hashable]]:
    """What is read, with None for the member before."""
    return [(None if start == previous else start, result) for start, result in reads]


def stem(name: str) -> str:
    """A name without the number at its end.

    >>> stem("block12"), stem("layers.3")
    ('block', 'layers')
    """
    return re.sub(r"[\W_]*\d+$", "", name)


def row_name(first: str, last: str, length: int) -> str:
    """What stands for a row.

    >>> row_name("block1", "block12", 12), row_name("0", "3", 4)
    ('block ×12', '0 … 3 ×4')
    """
    return f"{stem(first) or f'{first} … {last}'} ×{length}"


def rows_of_modules(snapshot: Snapshot) -> Iterator[tuple[int, ...]]:
    """The rows of equal modules in a snapshot, as numbers of scopes, the outer rows first."""
    alike = Counter((s.parent, stem(s.name)) for s in snapshot.scopes if s.kind == "module")
    places = {parent for (parent, _), count in alike.items() if count >= SHORTEST}
    if places:
        wiring = _Wiring(snapshot)
        for scope in sorted(places):
            for row in wiring.rows(scope):
                yield tuple(number for _, number in row)


class _Wiring:
    """How the scopes of a snapshot read each other."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.structure = Structure(snapshot)
        self.hashes = self.structure.hashes()
        self.readers: list[list[int]] = [[] for _ in snapshot.vertices]
        for edge in snapshot.edges:
            self.readers[edge.source].append(edge.target)

    def rows(self, scope: int) -> Iterator[list[Member]]:
        """The rows of modules right in a scope."""
        members = [
            ("scope" if is_scope else "vertex", item)
            for item, is_scope in self.structure.members[scope]
            if is_scope or self.snapshot.vertices[item].kind not in (VARIABLE, CONSTANT, OUTPUT)
        ]
        return rows(
            members,
            self._kin,
            lambda member: self._reads(scope, member[1]),
            lambda member: self._readers(scope, member),
        )

    def _kin(self, member: Member) -> Hashable | None:
        kind, number = member
        if kind == "vertex" or self.snapshot.scopes[number].kind != "module":
            return None
        return self.hashes[number], stem(self.snapshot.scopes[number].name)

    def _reads(self, scope: int, inner: int) -> list[Read]:
        reads: list[Read] = []
        for source in self.structure.entering[inner]:
            kind, number = place = self._place(scope, source)
            results = self.structure.leaving[number] if kind == "scope" else [source]
            reads.append((place, results.index(source)))
        return reads

    def _readers(self, scope: int, member: Member) -> set[Member]:
        leaving = self.structure.leaving[member[1]]
        targets = {target for vertex in leaving for target in self.readers[vertex]}
        return {self._place(scope, target) for target in targets} - {member}

    def _place(self, scope: int, vertex: int) -> Member:
        """The member of a scope that a vertex is or lies in; itself if that is elsewhere."""
        place, here = ("vertex", vertex), self.snapshot.vertices[vertex].scope
        while here != scope:
            if not here:
                return "vertex", vertex
            place, here = ("scope", here), self.snapshot.scopes[here].parent
        return place


def settled(snapshot: Snapshot) -> Snapshot:
    """The snapshot with every leaf in a scope around all that read it."""
    scope = {v.id: v.scope for v in snapshot.vertices if v.kind in (VARIABLE, CONSTANT)}
    depths = snapshot.depths()
    for edge in snapshot.edges:
        if edge.source in scope:
            here, there = scope[edge.source], snapshot.vertices[edge.target].scope
            while here != there:
                if depths[here] >= depths[there]:
                    here = snapshot.scopes[here].parent
                else:
                    there = snapshot.scopes[there].parent
            scope[edge.source] = here
    if all(snapshot.vertices[leaf].scope == home for leaf, home in scope.items()):
        return snapshot
    return replace(
        snapshot,
        vertices=tuple([replace(v, scope=scope.get(v.id, v.scope)) for v in snapshot.vertices]),
    )
