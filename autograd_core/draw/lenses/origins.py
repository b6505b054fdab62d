"""Where the first NaN or infinity of a graph comes from, in the forward and the backward pass."""

from __future__ import annotations

from dataclasses import dataclass

from autograd_core.draw.labels import array_type, number
from autograd_core.draw.lenses.lens import is_finite
from autograd_core.draw.names import clean
from autograd_core.draw.snapshot import CONSTANT, OUTPUT, VARIABLE, Edge, Snapshot, Value, Vertex


@dataclass(frozen=True, slots=True)
class Origin:
    """The first place where something is not finite.

    vertex: the operation that makes it, or the leaf that has it from the start.
    edge: in the backward pass the number of the edge along which it is sent, else None.
    text: what is made of what, in a sentence.
    """

    vertex: int
    edge: int | None
    text: str


def first_value(snapshot: Snapshot) -> Origin | None:
    """The first vertex in the order of the forward pass whose value is not finite."""
    for vertex in snapshot.vertices:
        if vertex.value is not None and not is_finite(vertex.value):
            verb = "has" if vertex.kind in (VARIABLE, CONSTANT) else "makes"
            text = f"{told(snapshot, vertex.id)} {verb} {_what(vertex.value)}"
            return Origin(vertex.id, None, _sentence(text, snapshot, vertex))
    return None


def first_gradient(snapshot: Snapshot) -> Origin | None:
    """The first gradient in the order of the backward pass that is not finite."""
    into: dict[int, int] = {}  # the first of those that a vertex sends back
    for index, edge in enumerate(snapshot.edges):
        if not is_finite(edge.gradient):
            into.setdefault(edge.target, index)
    ends = [vertex.id for vertex in snapshot.vertices if vertex.kind == OUTPUT]
    for step in (*ends, *snapshot.backward) if into else ():
        if step in into:
            edge = snapshot.edges[into[step]]
            assert edge.gradient is not None
            return Origin(step, into[step], _sent(snapshot, edge, edge.gradient))
    return None


def told(snapshot: Snapshot, vertex: int) -> str:
    """A vertex in words: its name or its sign, and the scopes that it is in."""
    part = snapshot.vertices[vertex]
    called = part.name or part.label or part.primitive or f"{part.kind} {vertex}"
    names, scope = [clean(called)], part.scope
    while scope:
        names.append(clean(snapshot.scopes[scope].name))
        scope = snapshot.scopes[scope].parent
    return "/".join(reversed(names))


def _sent(snapshot: Snapshot, edge: Edge, gradient: Value) -> str:
    target = snapshot.vertices[edge.target]
    if target.kind == OUTPUT:
        return f"The backward pass starts from {_what(gradient)}."
    rule = f" ({edge.rule})" if edge.rule else ""
    text = (
        f"The rule of {told(snapshot, target.id)} for operand {edge.operand}{rule} sends "
        f"{_what(gradient)} for a gradient of {_state(target.gradient)}"
    )
    return _sentence(text, snapshot, target)


def _sentence(text: str, snapshot: Snapshot, vertex: Vertex) -> str:
    """The text with the state of what the vertex reads."""
    read = [edge for edge in snapshot.edges if edge.target == vertex.id]
    operands = [f"{told(snapshot, e.source)} = {_state(snapshot.carried(e))}" for e in read]
    return f"{text}; it reads {', '.join(operands)}." if operands else f"{text}."


def _what(value: Value) -> str:
    kinds = [f"{n} {name}" for n, name in ((value.nans, "NaN"), (value.infs, "infinite")) if n]
    if not value.shape:
        return "NaN" if value.nans else "an infinity"
    return f"{' and '.join(kinds)} of {value.size} elements"


def _state(value: Value | None) -> str:
    """A value in a few words: the number, or the range with what is special in it."""
    if value is None:
        return "–"
    if not value.shape:
        return number(value.numbers)
    parts = [array_type(value)]
    if value.minimum is not None and value.maximum is not None:
        parts.append(f"from {number(value.minimum)} to {number(value.maximum)}")
    counts = ((value.zeros, "zero"), (value.nans, "NaN"), (value.infs, "infinite"))
    special = [f"{count} {name}" for count, name in counts if count]
    return " ".join(parts) + (f" ({', '.join(special)})" if special else "")
