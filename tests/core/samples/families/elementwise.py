"""Elementwise operations that have parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.core.samples.sample import Entry, Shape

# Parameters of elementwise operations, for an input of the given shape.
PARAMETERS: dict[str, Callable[[Shape], dict[str, Any]]] = {
    "astype": lambda shape: {"dtype": np.dtype(np.longdouble)},
    "broadcast_to": lambda shape: {"shape": (2, *shape)},
    "power_constant": lambda shape: {"exponent": 3.0},
    "where": lambda shape: {"condition": np.array([True, False, True])},
}

REFERENCES: dict[str, Callable[..., Any]] = {
    "astype": lambda x, dtype: x.astype(dtype),
    "power_constant": lambda x, exponent: np.power(x, exponent),
    "where": lambda x, y, condition: np.where(condition, x, y),
}

LISTED: dict[str, list[Entry]] = {
    "broadcast_to": [([(2, 1)], {"shape": (3, 2, 2)}), ([(3,)], {"shape": (3,)}),
                     ([(1, 1)], {"shape": (2, 3)}), ([(1,)], {"shape": (0,)})],
    "power_constant": [([(2, 3)], {"exponent": n}) for n in (0, 1, 2, -1, -2.0)]
                      + [([(2, 1)], {"exponent": np.array([0, 1, 2.0])}),
                         ([(3,)], {"exponent": np.array([[2], [3]])})],
}  # fmt: skip
