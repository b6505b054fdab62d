"""Reading what was written: elements of several arrays put together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_core.ops.assignment import Move, Moves
from tests.core.samples.sample import Entry

PICK = np.array([2, 0, 3])


def assemble(*xs: np.ndarray, moves: Moves, shape: tuple[int, ...]) -> np.ndarray:
    """Adds one element after the other at its place."""
    out = np.zeros(shape)
    places = np.arange(out.size)
    for x, (target, source, _) in zip(xs, moves.each, strict=True):
        for place, value in zip(places[target], np.ravel(x)[source], strict=True):
            out.flat[place] += value
    return out


REFERENCES: dict[str, Callable[..., Any]] = {"assemble": assemble}

LISTED: dict[str, list[Entry]] = {
    "assemble": [
        ([(3,), (2, 2)], {"shape": (2, 4), "moves": Moves(
            Move(slice(0, 3), slice(0, 3), True),
            Move(slice(3, 7, 2), slice(2, 4), True))}),
        ([(2, 2)], {"shape": (3,), "moves": Moves(Move(np.array([2, 0, 1]), PICK, True))}),
        ([(4,)], {"shape": (2, 3), "moves": Moves(
            Move(slice(1, 5), np.array([0, 0, 2, 0]), False))}),
        ([(), (1,)], {"shape": (), "moves": Moves(
            Move(slice(0, 1), slice(0, 1), True), Move(slice(0, 0), slice(0, 0), True))}),
        ([(0, 2)], {"shape": (0,), "moves": Moves(Move(slice(0, 0), slice(0, 0), True))}),
    ],
}  # fmt: skip
