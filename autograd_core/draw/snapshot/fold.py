"""fold: close the scopes of a snapshot that lie deeper than one wants to look."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

from autograd_core.draw.snapshot.expand import expand, expanded
from autograd_core.draw.snapshot.model import (
    CONSTANT,
    GROUP,
    OPERATION,
    VARIABLE,
    Edge,
    Scope,
    Snapshot,
    Value,
    Vertex,
)
from autograd_core.draw.snapshot.once import once
from autograd_core.errors import GraphError

WORK = (OPERATION, GROUP)
LEAVES = (VARIABLE, CONSTANT)


def fold(snapshot: Snapshot, depth: int | None, repeats: bool = False) -> Snapshot:
    """The snapshot with every scope below `depth` levels closed into one vertex of kind GROUP, and
    every composite above opened into its definition.

    depth: how many levels of scopes are open: 0 closes all.  None opens all modules and no
        composite, and changes nothing.
    repeats: keep three and more equal modules in a row apart.  Else a closed row is one vertex,
        "block ×12", and of an open one the first module is kept, with a note.

    Variables and constants of a closed scope go with it unless something outside reads them too.
    Edges from one value into one group become one edge, whose gradient is their sum; they stay
    apart where that sum is not known, because of large arrays only statistics are.  The edges out
    of a group with several results each carry their own value.

    Raises GraphError for a negative depth.
    """
    if repeats or depth is None:
        return folded(snapshot, depth)[0]
    check_depth(depth)
    return _Fold(*once(expand(snapshot, depth), depth), depth).snapshot()


def folded(snapshot: Snapshot, depth: int | None) -> tuple[Snapshot, tuple[tuple[int, ...], ...]]:
    """The snapshot that `fold` makes with all repeats, and for every vertex of it those that it
    stands for: a group for all that it holds, and what a composite was opened into for the
    composite."""
    check_depth(depth)
    if depth is None:
        return snapshot, tuple((v.id,) for v in snapshot.vertices)
    opened, origin = expanded(snapshot, depth)
    closing = _Fold(opened, {}, depth)
    stands_for: list[dict[int, None]] = [{} for _ in closing.kept]
    for inner, place in enumerate(closing.new):
        stands_for[place][origin[inner]] = None
    return closing.snapshot(), tuple(map(tuple, stands_for))


def check_depth(depth: int | None) -> None:
    """Raise GraphError for a depth that is not None, 0 or more."""
    if depth is not None and depth < 0:
        raise GraphError(
            f"graph: depth is {depth}. It is the number of levels of scopes that stay open: "
            "0 closes all of them, None closes none."
        )


class _Fold:
    """The closed scopes of a snapshot, and the numbers of everything without them.

    closed: for every scope the outermost closed one that it is or lies in, or None; for those of a
        row the first.
    group: for every vertex the closed scope that it goes into, or None.
    new: the new id of every vertex; a group stands where its last operation stood.
    """

    def __init__(self, old: Snapshot, first: Mapping[int, int], depth: int) -> None:
        self.old = old
        self.closed = _outermost_closed(old, first, depth)
        opened = [scope for scope, closed in enumerate(self.closed) if closed is None]
        self.new_scope = {scope: index for index, scope in enumerate(opened)}
        self.group = _groups(old, self.closed)
        self.last: dict[int, int] = {}
        self.inside: dict[int, list[Vertex]] = {}
        self.members: Counter[int] = Counter()
        for vertex, group in zip(old.vertices, self.group, strict=True):
            if group is not None and vertex.kind in WORK:
                self.last[group] = vertex.id
                self.inside.setdefault(group, []).append(vertex)
                self.members[group] += max(1, vertex.members)
        shown = [v if group is None else self.last[group] for v, group in enumerate(self.group)]
        self.kept = sorted(set(shown))
        number = {v: index for index, v in enumerate(self.kept)}
        self.new = [number[v] for v in shown]
        self.results = self._results()
        self.readers = Counter(edge.source for edge in old.edges)

    def _results(self) -> dict[int, dict[int, None]]:
        """For every group the vertices in it that something outside reads."""
        results: dict[int, dict[int, None]] = {group: {} for group in self.last}
        for edge in self.old.edges:
            group = self.group[edge.source]
            if group is not None and group != self.group[edge.target]:
                results[group][edge.source] = None
        return results

    def snapshot(self) -> Snapshot:
        """The snapshot without what the closed scopes hold."""
        return replace(
            self.old,
            vertices=tuple(self._vertex(v, self.group[v]) for v in self.kept),
            edges=tuple(sorted(self._edges(), key=lambda edge: (edge.target, edge.operand))),
            scopes=tuple(self._scope(scope) for scope in self.new_scope),
            forward=self._steps(self.old.forward),
            backward=self._steps(self.old.backward),
        )

    def _vertex(self, v: int, group: int | None) -> Vertex:
        if group is None:
            vertex = self.old.vertices[v]
            return replace(vertex, id=self.new[v], scope=self._scope_around(vertex.scope))
        closed = Vertex(
            self.new[v],
            GROUP,
            self.old.scopes[group].name,
            scope=self._scope_around(group),
            members=self.members[group],
            saved=sum([w.saved for w in self.inside[group]]),
            forward_time=_total([w.forward_time for w in self.inside[group]]),
            backward_time=_total([w.backward_time for w in self.inside[group]]),
        )
        results = [self.old.vertices[w] for w in self.results[group] or (v,)]
        if len(results) > 1:
            return closed
        (only,) = results
        return replace(closed, name=only.name, value=only.value, gradient=only.gradient)

    def _scope(self, scope: int) -> Scope:
        old = self.old.scopes[scope]
        return replace(old, id=self.new_scope[scope], parent=self.new_scope[old.parent])

    def _scope_around(self, scope: int) -> int:
        """The new id of the innermost open scope around a scope."""
        closed = self.closed[scope]
        return self.new_scope[scope if closed is None else self.old.scopes[closed].parent]

    def _steps(self, steps: Sequence[int]) -> tuple[int, ...]:
        """The steps with each group once, where the last of its operations was."""
        return tuple(dict.fromkeys(self.new[v] for v in reversed(steps)))[::-1]

    def _edges(self) -> Iterator[Edge]:
        """The edges between different vertices, with the operands of a group counted anew."""
        into: dict[int, dict[int, list[Edge]]] = {group: {} for group in self.last}
        for edge in self.old.edges:
            group = self.group[edge.target]
            if group is None:
                yield self._moved(edge, edge.operand)
            elif group != self.group[edge.source]:
                into[group].setdefault(edge.source, []).append(edge)
        for sources in into.values():
            merged = [edge for edges in sources.values() for edge in self._merged(edges)]
            for operand, edge in enumerate(merged):
                yield replace(self._moved(edge, operand), rule=None)

    def _moved(self, edge: Edge, operand: int) -> Edge:
        """An edge between the new vertices."""
        group = self.group[edge.source]
        several = group is not None and len(self.results[group]) > 1
        value = self.old.carried(edge) if several else edge.value
        return replace(
            edge,
            source=self.new[edge.source],
            target=self.new[edge.target],
            operand=operand,
            value=value,
        )

    def _merged(self, edges: list[Edge]) -> list[Edge]:
        """The edges from one vertex into one group: a single one if its gradient is known."""
        first = edges[0]
        gradients = [edge.gradient for edge in edges if edge.gradient is not None]
        if any(edge.value != first.value for edge in edges):
            return edges
        if len(gradients) < 2:
            return [replace(first, gradient=gradients[0] if gradients else None)]
        total = sum_of(gradients)
        if total is None and len(edges) == self.readers[first.source]:
            total = self.old.vertices[first.source].gradient
        return edges if total is None else [replace(first, gradient=total)]


def _outermost_closed(snapshot: Snapshot, first: Mapping[int, int], depth: int) -> list[int | None]:
    levels = snapshot.depths()
    closed: list[int | None] = [None] * len(levels)
    for scope in sorted(snapshot.scopes, key=lambda scope: levels[scope.id]):
        if levels[scope.id] > depth:
            around = closed[scope.parent]
            closed[scope.id] = first.get(scope.id, scope.id) if around is None else around
    return closed


def _groups(snapshot: Snapshot, closed: Sequence[int | None]) -> list[int | None]:
    """For every vertex the closed scope that it goes into: an operation's own, and that of a leaf
    if it is read nowhere else."""
    group = [closed[v.scope] if v.kind in WORK else None for v in snapshot.vertices]
    readers: dict[int, set[int | None]] = {}
    for edge in snapshot.edges:
        readers.setdefault(edge.source, set()).add(group[edge.target])
    for v in snapshot.vertices:
        if v.kind in LEAVES and readers.get(v.id) == {closed[v.scope]}:
            group[v.id] = closed[v.scope]
    return group


def sum_of(values: Sequence[Value]) -> Value | None:
    """The sum of arrays of one shape, if all their elements are known."""
    if any(value.numbers is None or value.shape != values[0].shape for value in values):
        return None
    try:
        return replace(values[0], numbers=reduce(_add, [value.numbers for value in values]))
    except TypeError:  # a string: a complex number, a NaN or an infinity
        return None


def _total(seconds: Sequence[float | None]) -> float | None:
    """The sum of what was measured, None if nothing was."""
    measured = [time for time in seconds if time is not None]
    return math.fsum(measured) if measured else None


def _add(x: Any, y: Any) -> Any:
    if isinstance(x, list):
        return [_add(a, b) for a, b in zip(x, y, strict=True)]
    return math.fsum((x, y))
