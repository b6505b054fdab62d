"""merging: two snapshots as one, in which every vertex and edge has a mark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from heapq import heapify, heappop, heappush
from itertools import product

from autograd_core.draw.marks import ADDED, CHANGED, CULPRIT, PATH, REMOVED, SAME, Marks
from autograd_core.draw.snapshot import Edge, Scope, Snapshot, Vertex
from autograd_core.draw.snapshot.fold import folded


def merge(
    before: Snapshot,
    after: Snapshot,
    found: Mapping[int, int],
    changed: Mapping[int, str],
    changed_edges: frozenset[int],
) -> tuple[Snapshot, Marks, tuple[int, ...]]:
    """Both graphs in one, its marks, and where each vertex of `after` stands in it.

    found: the ids in `after` of what is in both.   changed: remarks by the id in `after`.
    changed_edges: indices in `after`.

    What is in both stands as it is in `after`; what was removed stands where it was read.
    """
    return _Merger(before, after, found).run(changed, changed_edges)


def fold_marked(merged: Snapshot, marks: Marks, depth: int | None) -> tuple[Snapshot, Marks]:
    """A merged snapshot with the scopes below `depth` levels closed, and its marks: a group that
    holds parts of different marks has changed."""
    small, origins = folded(merged, depth)
    places: dict[int, list[int]] = {}
    for new, olds in enumerate(origins):
        for old in olds:
            places.setdefault(old, []).append(new)
    between: dict[tuple[int, int], set[str]] = {}
    for edge, mark in zip(merged.edges, marks.edges, strict=True):
        for ends in product(places[edge.source], places[edge.target]):
            between.setdefault(ends, set()).add(mark)
    vertices = tuple(_joint({marks.vertices[old] for old in olds}) for olds in origins)
    return small, Marks(
        vertices,
        # Within a composite that is opened here, edges share its mark.
        tuple(
            _joint(between.get((edge.source, edge.target), {vertices[edge.target]}))
            for edge in small.edges
        ),
        tuple("; ".join(filter(None, (marks.remarks[old] for old in olds))) for olds in origins),
    )


def _joint(marks: set[str]) -> str:
    if len(marks) == 1:
        return next(iter(marks))
    return next((mark for mark in (CULPRIT, PATH) if mark in marks), CHANGED)


# A vertex of either graph: whether it is of `before`, and its id there.
Part = tuple[bool, int]


class _Merger:
    def __init__(self, before: Snapshot, after: Snapshot, found: Mapping[int, int]) -> None:
        self.before = before
        self.after = after
        self.found = found
        self.scopes, self.scope_of = _scopes(before, after, found)
        self.edges = list(self._edges())
        self.order = self._order()
        self.new = {part: index for index, part in enumerate(self.order)}

    def run(
        self, changed: Mapping[int, str], changed_edges: frozenset[int]
    ) -> tuple[Snapshot, Marks, tuple[int, ...]]:
        merged = Snapshot(
            vertices=tuple(self._vertex(part) for part in self.order),
            edges=tuple(
                replace(edge, source=self.new[source], target=self.new[target])
                for edge, source, target, _ in self.edges
            ),
            scopes=tuple(self.scopes),
            forward=self._steps(self.before.forward, self.after.forward),
            backward=self._steps(self.before.backward, self.after.backward)[::-1],
            notes=tuple(dict.fromkeys(self.before.notes + self.after.notes)),
        )
        here = set(self.found.values())
        marks = Marks(
            vertices=tuple(_mark(part, here, changed) for part in self.order),
            edges=tuple(
                mark or (CHANGED if index in changed_edges else SAME)
                for index, (_, _, _, mark) in enumerate(self.edges)
            ),
            remarks=tuple("" if old else changed.get(v, "") for old, v in self.order),
        )
        return merged, marks, tuple(self.new[False, v] for v in range(len(self.after.vertices)))

    def _edges(self) -> Iterator[tuple[Edge, Part, Part, str]]:
        """All edges with their ends and, where one is in one graph alone, its mark; those of
        `after` first, as they are numbered there."""
        both = {
            (self.found.get(e.source), self.found.get(e.target), e.operand)
            for e in self.before.edges
        }
        here = set()
        for edge in self.after.edges:
            key = (edge.source, edge.target, edge.operand)
            here.add(key)
            yield edge, (False, edge.source), (False, edge.target), "" if key in both else ADDED
        for edge in self.before.edges:
            source, target = self._part(edge.source), self._part(edge.target)
            if source[0] or target[0] or (source[1], target[1], edge.operand) not in here:
                yield edge, source, target, REMOVED

    def _part(self, v: int) -> Part:
        """A vertex of `before`, by what it is in `after` where it is there too."""
        return (False, self.found[v]) if v in self.found else (True, v)

    def _order(self) -> list[Part]:
        """Operands before what reads them; otherwise what was removed after what it followed."""
        rank: dict[Part, tuple[int, bool, int]] = {}
        last = -1
        for v in range(len(self.before.vertices)):
            last = max(last, self.found.get(v, -1))
            if v not in self.found:
                rank[True, v] = (last, True, v)
        for v in range(len(self.after.vertices)):
            rank[False, v] = (v, False, v)
        return _topological(rank, [(source, target) for _, source, target, _ in self.edges])

    def _vertex(self, part: Part) -> Vertex:
        old, v = part
        vertex = (self.before if old else self.after).vertices[v]
        scope = self.scope_of[vertex.scope] if old else vertex.scope
        return replace(vertex, id=self.new[part], scope=scope)

    def _steps(self, before: tuple[int, ...], after: tuple[int, ...]) -> tuple[int, ...]:
        """The steps of both graphs, in the order of the forward pass."""
        parts = {(False, v) for v in after} | {(True, v) for v in before if v not in self.found}
        return tuple(sorted(self.new[part] for part in parts))


def _mark(part: Part, here: set[int], changed: Mapping[int, str]) -> str:
    old, v = part
    if old:
        return REMOVED
    if v not in here:
        return ADDED
    return CHANGED if v in changed else SAME


def _topological(
    rank: Mapping[Part, tuple[int, bool, int]], edges: list[tuple[Part, Part]]
) -> list[Part]:
    """The parts by their rank, but operands first.  Two graphs that disagree about what comes
    first can make a circle; it is cut at its first part."""
    waits = dict.fromkeys(rank, 0)
    readers: dict[Part, list[Part]] = {part: [] for part in rank}
    for source, target in edges:
        waits[target] += 1
        readers[source].append(target)
    ready = [(rank[part], part) for part, count in waits.items() if not count]
    heapify(ready)
    remaining = sorted(rank, key=rank.__getitem__, reverse=True)
    order: dict[Part, None] = {}
    while len(order) < len(rank):
        if not ready:
            while remaining[-1] in order:
                remaining.pop()
            heappush(ready, (rank[remaining[-1]], remaining[-1]))
        _, part = heappop(ready)
        if part in order:
            continue
        order[part] = None
        for reader in readers[part]:
            waits[reader] -= 1
            if not waits[reader] and reader not in order:
                heappush(ready, (rank[reader], reader))
    return list(order)


def _scopes(
    before: Snapshot, after: Snapshot, found: Mapping[int, int]
) -> tuple[list[Scope], dict[int, int]]:
    """The scopes of both graphs, and where those of `before` are among them.

    A scope is in both if its name is the same and something in it is in both, or if it is the first
    of its name in the scope around it and all of it is new; those of `after` come first.
    """
    scope_of = {0: 0}
    for v, w in found.items():
        old, new = before.vertices[v].scope, after.vertices[w].scope
        while old not in scope_of and new and before.scopes[old].name == after.scopes[new].name:
            scope_of[old] = new
            old, new = before.scopes[old].parent, after.scopes[new].parent
    taken = set(scope_of.values())
    free: dict[tuple[int, str], list[int]] = {}
    for scope in reversed(after.scopes):
        if scope.id not in taken:
            free.setdefault((scope.parent, scope.name), []).append(scope.id)
    scopes = list(after.scopes)
    for scope in before.scopes:
        if scope.id not in scope_of:
            parent = scope_of[scope.parent]
            if free.get((parent, scope.name)):
                scope_of[scope.id] = free[parent, scope.name].pop()
            else:
                scope_of[scope.id] = len(scopes)
                scopes.append(replace(scope, id=len(scopes), parent=parent))
    return scopes, scope_of
