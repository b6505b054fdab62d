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
    "ldexp": lambda shape: {"n": -3},
    "modified_ratio": lambda shape: {"order": 1},
    "nan_to_num": lambda shape: {"nan": 1.0, "posinf": 2.0},
    "power_constant": lambda shape: {"exponent": 3.0},
    "spherical_ratio": lambda shape: {"order": 1},
    "where": lambda shape: {"condition": np.resize([True, False, True], shape[-1:] or (3,))},
}


def modified_ratio(x: Any, order: int) -> Any:
    from scipy.special import iv

    return iv(order, x) / x**order


def spherical_ratio(x: Any, order: int) -> Any:
    from scipy.special import spherical_jn

    return spherical_jn(order, x) / x**order


REFERENCES: dict[str, Callable[..., Any]] = {
    "astype": lambda x, dtype: x.astype(dtype),
    "direction": lambda x, y: x / np.sqrt(x * x + y * y),
    "ldexp": lambda x, n: np.ldexp(x, n),
    "modf": lambda x: np.modf(x)[0],
    "modified_ratio": modified_ratio,
    "power_constant": lambda x, exponent: np.power(x, exponent),
    "spherical_ratio": spherical_ratio,
    "where": lambda x, y, condition: np.where(condition, x, y),
}

KNOTS = np.array([[0.3, 2.9, 6.1], [0.1, -3.4, -7.3]])

LISTED: dict[str, list[Entry]] = {
    "broadcast_to": [([(2, 1)], {"shape": (3, 2, 2)}), ([(3,)], {"shape": (3,)}),
                     ([(1, 1)], {"shape": (2, 3)}), ([(1,)], {"shape": (0,)})],
    "fmod": [([KNOTS, np.array([1.3, -0.9, 2.0])], {})],
    "ldexp": [([(3,)], {"n": np.array([[0, 1, -2], [5, 3, 1]])})],
    "logaddexp": [([np.array([0.0, 800, -800]), np.array([1.0, -800, 801])], {})],
    "mod": [([KNOTS, np.array([1.3, -0.9, 2.0])], {})],
    "modf": [([KNOTS], {})],
    "modified_ratio": [([np.array([1e-2, 0.9, 3.1, -4.5])], {"order": n}) for n in (0, 1, 2, 4)],
    "power_constant": [([(2, 3)], {"exponent": n}) for n in (0, 1, 2, -1, -2.0)]
                      + [([(2, 1)], {"exponent": np.array([0, 1, 2.0])}),
                         ([(3,)], {"exponent": np.array([[2], [3]])})],
    "sinc": [([np.array([0.0, 1e-9, 1.0, -2.5, 7.25])], {})],
    "spherical_ratio": [([np.array([1e-2, 0.9, 3.1, -8.5])], {"order": n}) for n in (0, 1, 2, 4)],
    "unwrap": [([KNOTS], {}), ([KNOTS], {"axis": 0, "period": 3.0, "discont": 2.0}),
               ([(3,)], {"period": 1.0})],
}  # fmt: skip
