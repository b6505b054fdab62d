"""The check of a snapshot that comes from a file, before anything relies on its form."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Any

from autograd_core.draw.snapshot import (
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
    vertices, scopes = len(snapshot.vertices), len(snapshot.scopes)
    if not scopes:
        yield "there is no scope 0"
    for index, scope in enumerate(snapshot.scopes):
        if not _is_scope(scope, index):
            yield f"the id, parent or name of scope {index} is wrong"
    for index, vertex in enumerate(snapshot.vertices):
        if not _is_vertex(vertex, index, scopes):
            yield f"the id, kind, scope, a text or a value of vertex {index} is wrong"
    for index, edge in enumerate(snapshot.edges):
        if not _is_edge(edge, vertices):
            yield f"the source, target, operand or a value of edge {index} is wrong"
    if not all(_is_id(step, vertices) for step in snapshot.forward + snapshot.backward):
        yield "a step of the forward or backward pass is not a vertex"
    if not _are_texts(*snapshot.notes):
        yield "a note is not a text"


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
        and _is_value(vertex.value)
        and _is_value(vertex.gradient)
    )


def _is_edge(edge: Edge, vertices: int) -> bool:
    return (
        _is_id(edge.source, vertices)
        and _is_id(edge.target, vertices)
        and edge.source != edge.target
        and _is_count(edge.operand)
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
    )


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
