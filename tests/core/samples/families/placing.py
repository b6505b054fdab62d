"""Margins, windows, triangles, diagonals, choices and evenly spaced numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.core.samples.sample import Entry, Shape

MODES = ("constant", "edge", "reflect", "symmetric", "wrap")


def on_diagonal(x: np.ndarray, offset: int, axis1: int, axis2: int, shape: Shape) -> np.ndarray:
    """Puts one element of x after the other to the place from which np.diagonal takes it."""
    places = np.arange(np.prod(shape)).reshape(shape).diagonal(offset, axis1, axis2)
    out = np.zeros(shape)
    for place, value in zip(np.ravel(places), np.ravel(x), strict=True):
        out.flat[place] = value
    return out


def overlap_add(x: np.ndarray, window: Shape, axis: Shape, shape: Shape) -> np.ndarray:
    """Adds one element of x after the other to the place from which a window shows it."""
    places = np.arange(np.prod(shape)).reshape(shape)
    places = np.lib.stride_tricks.sliding_window_view(places, window, axis)
    out = np.zeros(shape)
    for place, value in zip(np.ravel(places), np.ravel(x), strict=True):
        out.flat[place] += value
    return out


REFERENCES: dict[str, Callable[..., Any]] = {
    "choose": lambda *xs, which: np.choose(which, xs),
    "diag": on_diagonal,
    "overlap_add": overlap_add,
    "pad": lambda x, width, mode: np.pad(x, width, mode),
    "sliding_window_view": lambda x, window, axis:
        np.lib.stride_tricks.sliding_window_view(x, window, axis),
}  # fmt: skip

DIAGONALS: list[tuple[Shape, dict[str, int]]] = [
    ((3, 3), {"offset": 0, "axis1": 0, "axis2": 1}),
    ((2, 3), {"offset": 1, "axis1": 0, "axis2": 1}),
    ((3, 2), {"offset": -1, "axis1": 0, "axis2": 1}),
    ((2, 2, 3), {"offset": 0, "axis1": 2, "axis2": 0}),
    ((2, 2), {"offset": 5, "axis1": 0, "axis2": 1}),
]

WINDOWS: dict[str, Any] = {"window": (2, 2), "axis": (0, 1)}

LISTED: dict[str, list[Entry]] = {
    "choose": [([(2, 3)] * 3, {"which": np.array([[0, 1, 2], [2, 2, 0]])}),
               ([(2, 1), (3,), ()], {"which": np.array([[0, 1, 2], [2, 1, 0]])}),
               ([(3,), (3,)], {"which": np.array([[1], [0]])}), ([(), ()], {"which": np.array(1)}),
               ([(0, 2), (2,)], {"which": np.zeros((0, 2), int)})],
    "diag": [([np.zeros(shape).diagonal(**params).shape], {**params, "shape": shape})
             for shape, params in DIAGONALS],
    "diagonal": [([shape], {**params}) for shape, params in DIAGONALS],
    "linspace": [([(2,), (2,)], {"num": 3, "endpoint": False, "axis": 1}),
                 ([(), ()], {"num": 4, "endpoint": True, "axis": 0}),
                 ([(2,), (2,)], {"num": 1, "endpoint": True, "axis": 0}),
                 ([(), ()], {"num": 0, "endpoint": True, "axis": 0})],
    "pad": [([(2, 3)], {"width": ((1, 2), (0, 1)), "mode": mode}) for mode in MODES]
           + [([(2,)], {"width": ((5, 4),), "mode": mode}) for mode in MODES]
           + [([(0,)], {"width": ((1, 1),), "mode": "constant"})],
    "overlap_add": [([(*np.subtract(shape, 1), 2, 2)], {**WINDOWS, "shape": shape})
                    for shape in ((3, 4), (2, 2))]
                   + [([(2, 2, 2)], {"window": (2, 2), "axis": (0, 0), "shape": (4,)})],
    "sliding_window_view": [([(3, 4)], WINDOWS), ([(3, 4)], {"window": (3,), "axis": (1,)}),
                            ([(4,)], {"window": (2, 2), "axis": (0, 0)})],
    "trace": [([shape], {**params}) for shape, params in DIAGONALS],
    "tril": [([(3, 3)], {"k": 0}), ([(2, 2, 3)], {"k": -1}), ([(0, 2)], {"k": 0})],
    "triu": [([(3, 3)], {"k": 0}), ([(2, 2, 3)], {"k": 1}), ([(3, 2)], {"k": 5})],
}  # fmt: skip
