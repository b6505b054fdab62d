"""The check of a snapshot that comes from a file, before anything relies on its form."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, isfinite
from typing import Any

from autograd_core.draw.snapshot.model import (
    BINS,
    CONSTANT,
    GROUP,
    OPERATION,
    OUTPUT,
    VARIABLE,
    Edge,
    Scope,
    Snapshot,
    Value,
    Vertex,
)
from autograd_core.errors import SnapshotError

LEAVES = (VARIABLE, CONSTANT)
KINDS = {VARIABLE, CONSTANT, OPERATION, GROUP, OUTPUT}


def wellformed(snapshot: Snapshot) -> Snapshot:
    """The snapshot itself, if its ids, texts and numbers are what they should be.

    Raises SnapshotError that names the first one that is not.
    """
    for fault in _faults(snapshot):
        raise SnapshotError(
            f"snapshot: {fault}. The file was changed, or Graph.save did not write it; save the "
            "graph again."
        )
    return snapshot


def _faults(snapshot: Snapshot) -> Iterator[str]:
    """What is wrong in a graph and in the definitions in it, which may hold others."""
    waiting: list[tuple[str, Snapshot, set[int] | None]] = [("", snapshot, None)]
    for place, inner, operands in waiting:
        for fault in _faults_of_graph(inner):
            yield place + fault
        if operands is not None and not _defines(inner, operands):
            yield f"{place}an operand or the result is wrong"
        for vertex, reads in zip(inner.vertices, _operands(inner), strict=True):
            if vertex.definition is not None:
                here = f"{place}in the definition of vertex {vertex.id} "
                waiting.append((here, vertex.definition, reads))


def _faults_of_graph(snapshot: Snapshot) -> Iterator[str]:
    vertices, scopes = len(snapshot.vertices), len(snapshot.scopes)
    if not scopes:
        yield "there is no scope 0"
    for index, scope in enumerate(snapshot.scopes):
        if not _is_scope(scope, index):
            yield f"the id, parent or name of scope {index} is wrong"
    for index, vertex in enumerate(snapshot.vertices):
        if not _is_vertex(vertex, index, scopes):
            yield f"the id, kind, scope, a text or a number of vertex {index} is wrong"
    for index, edge in enumerate(snapshot.edges):
        if not _is_edge(edge, vertices):
            yield f"the source, target, operand, a text or a number of edge {index} is wrong"
    if not all(_is_id(step, vertices) for step in snapshot.forward + snapshot.backward):
        yield "a step of the forward or backward pass is not a vertex"
    if not _are_texts(*snapshot.notes):
        yield "a note is not a text"


def _operands(snapshot: Snapshot) -> list[set[int]]:
    """The numbers of the operands of every vertex."""
    operands: list[set[int]] = [set() for _ in snapshot.vertices]
    for edge in snapshot.edges:
        operands[edge.target].add(edge.operand)
    return operands


def _defines(definition: Snapshot, operands: set[int]) -> bool:
    """Whether a graph can stand for a vertex with these operands: it has leaves for some of them,
    each at most once, and one operation that is its result."""
    leaves = [v for v in definition.vertices if v.operand is not None]
    ends = {v.id for v in definition.vertices if v.kind == OUTPUT}
    results = [edge.source for edge in definition.edges if edge.target in ends]
    return (
        all(v.kind in LEAVES and v.operand in operands for v in leaves)
        and all(edge.source not in ends for edge in definition.edges)
        and all(definition.vertices[e.target].kind not in LEAVES for e in definition.edges)
        and len(ends) == len(results) == 1
        and definition.vertices[results[0]].kind == OPERATION
    )


def _is_scope(scope: Scope, index: int) -> bool:
    # A parent before its children: a walk to the outside then ends.
    before = _is_id(scope.parent, max(1, index))
    return scope.id == index and before and _are_texts(scope.name, scope.kind)


def _is_vertex(vertex: Vertex, index: int, scopes: int) -> bool:
    optional = [t for t in (vertex.name, vertex.primitive, vertex.line) if t is not None]
    return (
        vertex.id == index
        and vertex.kind in KINDS
        and _is_id(vertex.scope, scopes)
        and isinstance(vertex.params, dict)
        and _are_texts(vertex.label, *optional, *vertex.params, *vertex.params.values())
        and _is_count(vertex.members)
        and _is_count(vertex.saved)
        and all(n is None or _is_count(n) for n in (vertex.operand, vertex.saturated))
        and all(_is_time(time) for time in (vertex.forward_time, vertex.backward_time))
        and (vertex.definition is None or vertex.kind == OPERATION)
        and _is_value(vertex.value)
        and _is_value(vertex.gradient)
    )


def _is_edge(edge: Edge, vertices: int) -> bool:
    return (
        _is_id(edge.source, vertices)
        and _is_id(edge.target, vertices)
        and edge.source != edge.target
        and _is_count(edge.operand)
        and (edge.rule is None or isinstance(edge.rule, str))
        and _is_value(edge.value)
        and _is_value(edge.gradient)
    )


def _is_value(value: Value | None) -> bool:
    if value is None:
        return True
    statistics = (value.minimum, value.maximum, value.mean, value.std)
    return (
        all(map(_is_count, value.shape))
        and isinstance(value.dtype, str)
        and _fits(value.numbers, value.shape)
        and all(s is None or (type(s) in (int, float) and isfinite(s)) for s in statistics)
        and all(map(_is_count, (value.nans, value.infs, value.zeros)))
        and (value.histogram is None or _is_histogram(value.histogram))
    )


def _is_histogram(counts: tuple[Any, ...]) -> bool:
    return len(counts) == BINS and all(map(_is_count, counts))


def _is_time(seconds: Any) -> bool:
    return seconds is None or (type(seconds) in (int, float) and 0 <= seconds < inf)


def _fits(numbers: Any, shape: tuple[int, ...]) -> bool:
    """Whether nested lists of numbers have a shape."""
    if numbers is None:
        return True
    level = [numbers]
    for length in shape:
        if not all(isinstance(part, list) and len(part) == length for part in level):
            return False
        level = [inner for part in level for inner in part]
    return all(type(number) in (int, float, bool, str) for number in level)


def _is_id(number: Any, count: int) -> bool:
    return type(number) is int and 0 <= number < count


def _is_count(number: Any) -> bool:
    return type(number) is int and number >= 0


def _are_texts(*texts: Any) -> bool:
    return all(isinstance(text, str) for text in texts)
