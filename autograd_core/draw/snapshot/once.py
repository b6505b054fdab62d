"""once: of every row of equal modules that is open only the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from autograd_core.draw.snapshot.model import Edge, Snapshot, Structure
from autograd_core.draw.snapshot.rows import row_name, rows_of_modules, settled


def once(snapshot: Snapshot, depth: int) -> tuple[Snapshot, dict[int, int]]:
    """The snapshot in which the first module of every row bears the row's name, and is all that is
    left of it where `depth` levels of open scopes show its inside; and for every scope that is left
    of a row the first one of it.

    What enters a row enters its first module, what leaves it has the value that leaves the last.
    """
    whole = settled(snapshot)
    found = list(rows_of_modules(whole))
    if not found:
        return snapshot, {}
    depths = whole.depths()
    reduced = _Once(whole, found, [row for row in found if depths[row[0]] <= depth])
    return reduced.snapshot(), reduced.first()


class _Once:
    """What is left of a snapshot.

    twin: for every vertex in a further module of an opened row the same one in its first module.
    hidden: the scopes that are in a further module of an opened row, or are one.
    """

    def __init__(
        self, old: Snapshot, rows: Sequence[tuple[int, ...]], opened: Sequence[tuple[int, ...]]
    ) -> None:
        self.old = old
        self.rows = rows
        self.members = Structure(old).members
        self.twin: dict[int, int] = {}
        self.hidden: set[int] = set()
        for first, *others in opened:
            for other in others:
                self._hide(other, first)
        kept = [scope.id for scope in old.scopes if scope.id not in self.hidden]
        self.new_scope = {scope: index for index, scope in enumerate(kept)}
        self.kept = [v for v in old.vertices if v.id not in self.twin]
        self.new = {v.id: index for index, v in enumerate(self.kept)}
        self.names = {
            row[0]: row_name(old.scopes[row[0]].name, old.scopes[row[-1]].name, len(row))
            for row in rows
        }
        self.notes = [
            f"{self.names[row[0]]}: the first of {len(row)} equal modules in a row is drawn."
            for row in opened
            if row[0] not in self.hidden
        ]

    def _hide(self, scope: int, first: int) -> None:
        """Let what is in a scope be told by the first one of its row."""
        for (there, is_scope), (here, _) in zip(
            self._inside(scope), self._inside(first), strict=True
        ):
            if is_scope:
                self.hidden.add(there)
            else:
                self.twin.setdefault(there, here)

    def _inside(self, scope: int) -> Iterator[tuple[int, bool]]:
        """A scope and all that is in it, vertices and scopes (True), in the order of structure."""
        stack = [(scope, True)]
        while stack:
            item, is_scope = stack.pop()
            yield item, is_scope
            if is_scope:
                stack += reversed(self.members[item])

    def first(self) -> dict[int, int]:
        """For every scope of a row that is left the first one of the row."""
        new = self.new_scope
        return {new[s]: new[row[0]] for row in self.rows for s in row if s in new}

    def snapshot(self) -> Snapshot:
        """The snapshot without what is hidden."""
        old = self.old
        return replace(
            old,
            vertices=tuple([
                replace(v, id=index, scope=self.new_scope[v.scope])
                for index, v in enumerate(self.kept)
            ]),
            edges=tuple([self._moved(edge) for edge in old.edges if edge.target in self.new]),
            scopes=tuple([
                replace(
                    old.scopes[scope], id=index, parent=self.new_scope[old.scopes[scope].parent],
                    name=self.names.get(scope, old.scopes[scope].name),
                )
                for scope, index in self.new_scope.items()
            ]),
            forward=tuple([self.new[v] for v in old.forward if v in self.new]),
            backward=tuple([self.new[v] for v in old.backward if v in self.new]),
            notes=(*old.notes, *dict.fromkeys(self.notes)),
        )  # fmt: skip

    def _moved(self, edge: Edge) -> Edge:
        """An edge between what is left."""
        source, value = edge.source, edge.value
        if source in self.twin:
            value = self.old.carried(edge)
        while source in self.twin:
            source = self.twin[source]
        return replace(edge, source=self.new[source], target=self.new[edge.target], value=value)
