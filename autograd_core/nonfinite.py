"""What is known of a NaN or an infinity: the operation, and the elements to blame, as text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_core.node import Node
from autograd_core.shapes import Shape

_LISTED = 3  # elements of one array that are named

Index = tuple[int, ...]


@dataclass(frozen=True)
class Part:
    """An array and those of its elements that matter: (index, value) of the first few.

    count: how many there are of them.   limits: the least and the largest number of an array in
    which no single element is to blame.
    """

    name: str
    shape: Shape
    elements: tuple[tuple[Index, Any], ...]
    count: int
    limits: tuple[Any, Any] | None = None

    def __str__(self) -> str:
        listed = [f"{_at(index)}{value}" for index, value in self.elements]
        if self.count > len(listed):
            listed.append(f"… ({self.count} in all)")
        if self.limits is not None:
            listed = [f"from {self.limits[0]} to {self.limits[1]}"]
        shape = f" {self.shape}" if self.shape else ""
        return f"{self.name}{shape}: {', '.join(listed) or 'empty'}"


@dataclass(frozen=True)
class Finding:
    """The first value or gradient that is not finite.

    where: "its value", or "the gradient that it sends to its operand x".
    primitive, scope, line: the operation, the module that it belongs to, where it was recorded.
    operand: for a gradient the position of the operand that it is sent to, else None.
    result: that value or gradient, with the elements that are not finite.
    operands: what the operation read, and for a gradient first the g that it was given.
    """

    where: str
    primitive: str
    scope: str | None
    line: str | None
    operand: int | None
    result: Part
    operands: tuple[Part, ...]

    def __str__(self) -> str:
        kinds = [_kind(value) for _, value in self.result.elements]
        where = [f"recorded at {self.line}"] if self.line else []
        where += [f"in {self.scope}"] if self.scope else []
        lines = [
            f"{self.primitive}: {self.where} is the first that is {kinds[0]}.",
            f"  {self.result}",
            *([f"  {' '.join(where)}"] if where else []),
            *(f"  {'it was given' if p.name == 'g' else 'it reads'} {p}" for p in self.operands),
            "  error.graph() draws the way to it.",
        ]
        return "\n".join(lines)


def named(node: Node, position: int) -> str:
    """What the rules of an operation call an operand, and the name that the user gave it."""
    made, source = node.primitive, node.inputs[position]
    name = f"{made.inputs[0]}[{position}]" if made.variadic else made.inputs[position]
    called = source.noted("name") if type(source) is Node else getattr(source, "name", None)
    return name if called is None else f"{name} = {called!r}"


def offending(
    name: str, array: Any, bad: Any, is_bad: Callable[[Any], Any], *, aligned: bool
) -> Part:
    """The elements of an operand to blame for the bad ones of a result: those that are not finite
    themselves, else those in the same places.

    aligned: element by element, as broadcast; else only the range of the operand is known.
    """
    array, bad = np.asarray(array), np.asarray(bad)
    own = np.asarray(is_bad(array)) if array.dtype.kind in "fc" else np.zeros(array.shape, bool)
    if not own.any():
        if not aligned or not _reaches(array.shape, bad.shape):
            is_ordered = array.size and array.dtype.kind in "fiu"
            limits = (array.min().item(), array.max().item()) if is_ordered else None
            return Part(name, array.shape, (), 0, limits)
        own = np.zeros(array.shape, bool)
        for index in np.argwhere(bad)[: _LISTED + 1]:
            own[_in(index, array.shape)] = True
    places = [tuple(int(i) for i in index) for index in np.argwhere(own)[:_LISTED]]
    elements = tuple((index, array[index].item()) for index in places)
    return Part(name, array.shape, elements, int(own.sum()))


def _reaches(shape: Shape, target: Shape) -> bool:
    """Whether an operand of this shape is broadcast to the target."""
    try:
        return np.broadcast_shapes(shape, target) == target
    except ValueError:
        return False


def _in(index: Any, shape: Shape) -> Index:
    """The place in an operand that was broadcast to where the index counts."""
    last = index[len(index) - len(shape) :]
    return tuple(0 if length == 1 else int(i) for i, length in zip(last, shape, strict=True))


def _kind(value: Any) -> str:
    return "NaN" if np.isnan(value) else "infinite"


def _at(index: Index) -> str:
    return f"[{', '.join(map(str, index))}] = " if index else ""
