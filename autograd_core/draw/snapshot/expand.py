"""expand: open the composites of a snapshot that lie less deep than one wants to look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from autograd_core.draw.snapshot.model import (
    CONSTANT,
    OUTPUT,
    VARIABLE,
    Edge,
    Scope,
    Snapshot,
    Value,
    Vertex,
)


def expand(snapshot: Snapshot, depth: int) -> Snapshot:
    """The snapshot with every composite that lies in fewer than `depth` scopes replaced by its
    definition, in a scope that bears its name; or in the scope of a module that holds nothing else,
    as a frame right within another frame would say nothing more.

    No number around a composite changes: what it hands on stays the result of its fast form, also
    where its definition overflows or rounds otherwise.
    """
    return expanded(snapshot, depth)[0]


def expanded(snapshot: Snapshot, depth: int) -> tuple[Snapshot, list[int]]:
    """The snapshot that `expand` makes, and for every vertex of it the one that it comes from."""
    origin = [v.id for v in snapshot.vertices]
    while True:
        depths = snapshot.depths()
        opened = {
            v.id: v.definition
            for v in snapshot.vertices
            if v.definition is not None and depths[v.scope] < depth
        }
        if not opened:
            return snapshot, origin
        opening = _Expanded(snapshot, opened)
        snapshot = opening.snapshot()
        origin = [origin[old] for old in opening.origin]


class _Expanded:
    """A snapshot in which some vertices are replaced by their definitions.

    new: the new id of every vertex that stays, and for an opened one that of its result.
    inner: for every opened vertex the new ids of its definition's vertices.
    origin: for every new vertex the old one that it is or was opened from.
    """

    def __init__(self, old: Snapshot, opened: dict[int, Snapshot]) -> None:
        self.old = old
        self.opened = opened
        self.operands = _operands(old, opened)
        self.held = _held(old)
        self.vertices: list[Vertex] = []
        self.scopes = list(old.scopes)
        self.new: dict[int, int] = {}
        self.inner: dict[int, dict[int, int]] = {}
        self.origin: list[int] = []
        unread = self._unread()
        for vertex in old.vertices:
            if vertex.id in opened:
                self._open(vertex, opened[vertex.id])
            elif vertex.id not in unread:
                self.new[vertex.id] = self._add(vertex, vertex.scope)
            self.origin += [vertex.id] * (len(self.vertices) - len(self.origin))

    def _unread(self) -> set[int]:
        """The leaves that only definitions read, by an operand that these do not use."""
        read = {edge.source for edge in self.old.edges if edge.target not in self.opened}
        read |= {edge.source for used in self.operands.values() for edge in used.values()}
        sources = {edge.source for edge in self.old.edges} - read
        return {v for v in sources if self.old.vertices[v].kind in (VARIABLE, CONSTANT)}

    def _open(self, composite: Vertex, definition: Snapshot) -> None:
        of = [composite.scope]
        if not composite.scope or self.held[composite.scope] > 1:
            of = [self._new_scope(composite.primitive or "", composite.scope, "composite")]
        for scope in definition.scopes[1:]:
            of.append(self._new_scope(scope.name, of[scope.parent], scope.kind))
        inner = self.inner[composite.id] = {}
        result = _result(definition)
        for vertex in definition.vertices:
            if vertex.operand is None and vertex.kind != OUTPUT:
                name = composite.name if vertex.id == result else vertex.name
                line = vertex.line or (composite.line if vertex.primitive else None)
                named = replace(vertex, name=name, line=line)
                inner[vertex.id] = self._add(named, of[vertex.scope])
        self.new[composite.id] = inner[result]

    def _new_scope(self, name: str, parent: int, kind: str) -> int:
        self.scopes.append(Scope(len(self.scopes), name, parent, kind))
        return len(self.scopes) - 1

    def _add(self, vertex: Vertex, scope: int) -> int:
        self.vertices.append(replace(vertex, id=len(self.vertices), scope=scope))
        return len(self.vertices) - 1

    def snapshot(self) -> Snapshot:
        return replace(
            self.old,
            vertices=tuple(self.vertices),
            edges=tuple(sorted(self._edges(), key=lambda edge: (edge.target, edge.operand))),
            scopes=tuple(self.scopes),
            forward=tuple(self._steps(self.old.forward, "forward")),
            backward=tuple(self._steps(self.old.backward, "backward")),
        )

    def _edges(self) -> Iterator[Edge]:
        for edge in self.old.edges:
            if edge.target not in self.opened:
                yield replace(
                    edge,
                    source=self.new[edge.source],
                    target=self.new[edge.target],
                    value=self._carried(edge),
                )
        for composite, definition in self.opened.items():
            for edge in definition.edges:
                if definition.vertices[edge.target].kind != OUTPUT:
                    yield self._within(composite, edge)

    def _within(self, composite: int, edge: Edge) -> Edge:
        """An edge of a definition, from the operand itself where it is one."""
        inner = self.inner[composite]
        operand = self.opened[composite].vertices[edge.source].operand
        if operand is None:
            return replace(edge, source=inner[edge.source], target=inner[edge.target])
        outer = self.operands[composite][operand]
        source, value = self.new[outer.source], self._carried(outer)
        return replace(edge, source=source, target=inner[edge.target], value=value)

    def _carried(self, edge: Edge) -> Value | None:
        """What an edge has to say of its value, as that of its source may be another."""
        value = self.old.carried(edge)
        same = self.vertices[self.new[edge.source]].value == value
        return edge.value if edge.source not in self.opened or same else value

    def _steps(self, steps: Sequence[int], way: str) -> Iterator[int]:
        """The steps of one pass, a composite's as those of its definition."""
        for step in steps:
            if step in self.opened:
                inner = self.inner[step]
                yield from (inner[v] for v in getattr(self.opened[step], way))
            else:
                yield self.new[step]


def _held(snapshot: Snapshot) -> Counter[int]:
    """How many operations and scopes are right in every scope."""
    work = [v.scope for v in snapshot.vertices if v.kind not in (VARIABLE, CONSTANT, OUTPUT)]
    return Counter(work + [scope.parent for scope in snapshot.scopes[1:]])


def _operands(old: Snapshot, opened: dict[int, Snapshot]) -> dict[int, dict[int, Edge]]:
    """For every opened composite the edges of the operands that its definition uses."""
    used = {v: {w.operand for w in inner.vertices} for v, inner in opened.items()}
    operands: dict[int, dict[int, Edge]] = {composite: {} for composite in opened}
    for edge in old.edges:
        if edge.operand in used.get(edge.target, ()):
            operands[edge.target][edge.operand] = edge
    return operands


def _result(definition: Snapshot) -> int:
    """The operation whose value is the result of a definition."""
    (output,) = [v.id for v in definition.vertices if v.kind == OUTPUT]
    (source,) = [edge.source for edge in definition.edges if edge.target == output]
    return source
