"""assemble: an array put together from elements of others, as reading what was written needs it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd_core.primitive import LINEAR, Primitive, primitive
from autograd_core.shapes import Shape

Positions = Any  # of elements, counted row by row: a slice or an array

_SHOWN = 4  # moves that the text of a parameter names


class Move(NamedTuple):
    """Which elements of an operand go where; `one_to_one` if none of them goes to two places."""

    target: Positions
    source: Positions
    one_to_one: bool


class Moves:
    """The moves of all operands: a parameter that is shown in a few characters."""

    __slots__ = ("each",)

    def __init__(self, *each: Move) -> None:
        self.each = each

    def back(self, i: int) -> Moves:
        """What sends a gradient of the result to the elements of the i-th operand."""
        target, source, one_to_one = self.each[i]
        return Moves(Move(source, target, one_to_one))

    def texts(self) -> list[tuple[str, str]]:
        """For every operand where its elements go, and which they are: ("3:5", "0:2")."""
        return [(_text(move.target), _text(move.source)) for move in self.each]

    def __str__(self) -> str:
        shown = [_text(move.target) for move in self.each[:_SHOWN]]
        return ", ".join(shown) + (", …" if len(self.each) > _SHOWN else "")


def compact(positions: NDArray[np.intp]) -> Positions:
    """The positions as a slice if they ascend in equal steps: faster, and nothing to keep."""
    if positions.size == 1:
        place = positions.item()
        return slice(place, place + 1)
    step = int(positions[1] - positions[0])
    if step <= 0 or (positions[1:] - positions[:-1] != step).any():
        return positions
    return slice(int(positions[0]), int(positions[-1]) + 1, None if step == 1 else step)


def _text(positions: Positions) -> str:
    if not isinstance(positions, slice):
        return f"{positions.size} elements"
    step = "" if positions.step is None else f":{positions.step}"
    return f"{positions.start}:{positions.stop}{step}"


def _assemble(*xs: Any, moves: Moves, shape: Shape) -> Any:
    """Zeros of the shape, and in it the elements that `moves` names."""
    out = np.zeros(shape, xs[0].dtype)
    flat = out.reshape(-1)
    for x, (target, source, one_to_one) in zip(xs, moves.each, strict=True):
        part = x.reshape(-1)[source]
        if one_to_one:
            flat[target] = part
        else:
            np.add.at(flat, target, part)
    return out


assemble: Primitive = primitive(
                    "assemble", _assemble,
                    kind=LINEAR, tex=r"\operatorname{{assemble}}({xs})",
                    vjp=(lambda g, i, xs_shape, moves:
                         assemble(g, moves=moves.back(i), shape=xs_shape[i]),))
