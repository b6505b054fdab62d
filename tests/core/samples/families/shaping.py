"""Rearranging, joining and picking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.core.samples.sample import Entry, Shape

# Every form of NumPy's indexing, for an array of shape (3, 4).
INDICES: dict[str, Any] = {
    "int": 1,
    "negative": (-1, -2),
    "slice": slice(None, None, -2),
    "slices": (slice(1, None), slice(0, 3, 2)),
    "ellipsis": (..., 1),
    "nothing": (),
    "new axis": (None, 1, ..., None),
    "list": [2, 0],
    "repeated": np.array([0, 2, 0, 0]),
    "repeated pairs": ([0, 1, 0], [3, 2, 3]),
    "outer": np.ix_([0, 2, 2], [1, 3]),
    "matrix of indices": np.array([[0, 1], [2, 2]]),
    "row mask": np.array([True, False, True]),
    "mask": np.arange(12).reshape(3, 4) % 5 < 2,
    "mask and slice": (np.array([True, False, True]), slice(1, 3)),
    "index between slices": (slice(None), [1, 1, 0]),
    "True": True,
    "no element": np.zeros(3, bool),
    "empty slice": slice(3, None),
}
PICKED: dict[str, Shape] = {k: np.empty((3, 4))[index].shape for k, index in INDICES.items()}


def scatter(x: np.ndarray, index: Any, shape: Shape) -> np.ndarray:
    """Adds one element of x after the other to the place from which getitem would take it."""
    places = np.arange(np.prod(shape)).reshape(shape)[index]
    out = np.zeros(shape)
    for place, value in zip(np.ravel(places), np.ravel(x), strict=True):
        out.flat[place] += value
    return out


REFERENCES: dict[str, Callable[..., Any]] = {
    "concatenate": lambda *xs, axis=0: np.concatenate(xs, axis),
    "getitem": lambda x, index: x[index],
    "reshape": lambda x, shape: np.reshape(x, shape),  # NumPy 2.0 has no keyword shape
    "scatter": scatter,
    "stack": lambda *xs, axis=0: np.stack(xs, axis),
}

LISTED: dict[str, list[Entry]] = {
    "concatenate": [([(2, 2), (1, 2), (3, 2)], {"axis": 0}), ([(2, 1), (2, 3)], {"axis": -1}),
                    ([(2,)], {}), ([(0, 2), (1, 2)], {})],
    "getitem": [([(3, 4)], {"index": index}) for index in INDICES.values()],
    "flip": [([(2, 3)], {"axis": (0, 1)}), ([(2, 3)], {"axis": (1,)}), ([()], {"axis": ()}),
             ([(0, 2)], {"axis": (0,)})],
    "repeat": [([(2, 3)], {"repeats": 2, "axis": 1}), ([(3,)], {"repeats": 0, "axis": 0}),
               ([(2, 3)], {"repeats": np.array([1, 0, 2]), "axis": 1}),
               ([(2, 2, 2)], {"repeats": np.array([2, 1]), "axis": 0}),
               ([(0, 2)], {"repeats": 3, "axis": 0})],
    "reshape": [([(2, 3)], {"shape": (3, 2)}), ([(2, 3)], {"shape": -1}), ([()], {"shape": (1, 1)}),
                ([(1,)], {"shape": ()}), ([(0, 3)], {"shape": (3, 0, 2)})],
    "roll": [([(2, 3)], {"shift": 1, "axis": None}), ([(2, 3)], {"shift": -4, "axis": 1}),
             ([(2, 3)], {"shift": (1, 2), "axis": (0, 1)}), ([(4,)], {"shift": (1, 2), "axis": 0}),
             ([(0, 2)], {"shift": 1, "axis": 0})],
    "rot90": [([(2, 3)], {"k": k, "axes": (0, 1)}) for k in range(4)]
             + [([(2, 3, 1)], {"k": 1, "axes": (2, 0)})],
    "scatter": [([PICKED[k]], {"index": index, "shape": (3, 4)}) for k, index in INDICES.items()],
    "stack": [([(2, 3)] * 3, {"axis": 0}), ([(2, 3)] * 2, {"axis": 2}), ([(), ()], {"axis": 0}),
              ([(0, 2)] * 2, {"axis": 1}), ([(2,)], {})],
    "tile": [([(2, 3)], {"reps": (2, 1)}), ([(2, 3)], {"reps": (1, 3)}), ([()], {"reps": ()}),
             ([(2,)], {"reps": (0,)}), ([(0, 2)], {"reps": (2, 2)})],
    "transpose": [([(2, 3)], {"axes": (1, 0)}), ([(2, 3, 1)], {"axes": (1, 2, 0)}),
                  ([()], {"axes": ()}), ([(0, 2)], {"axes": (1, 0)})],
}  # fmt: skip
