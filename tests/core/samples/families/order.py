"""Sorting, and the statistics of order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.core.samples.axes import NO_AXIS, along, over
from tests.core.samples.sample import Entry

METHODS = ("linear", "lower", "nearest", "midpoint", "hazen", "averaged_inverted_cdf")

REFERENCES: dict[str, Callable[..., Any]] = {
    "partition": lambda x, kth, axis: np.partition(x, kth, axis),
}


def quantiles(**further: Any) -> list[Entry]:
    """Single numbers q, and arrays of them, in a dtype that widens none."""
    return [
        *(([(2, 5)], {"q": 0.3, "axis": 1, "method": method, **further}) for method in METHODS),
        ([(2, 3)], {"q": np.float32([0, 0.375, 1]), "axis": 0, **further}),
        ([(2, 3)], {"q": np.float32([[0.125, 0.75]]), "axis": (1, 0), **further}),
        ([(2, 3)], {"q": np.float32([]), "axis": 1, **further}),
        ([()], {"q": 0.5, **further}),
        ([(3,)], {"q": 0.6, "weights": np.array([1.0, 3.0, 2.0]), "method": "inverted_cdf"}),
    ]


LISTED: dict[str, list[Entry]] = {
    "median": over() + NO_AXIS + [([(2, 4)], {"axis": 1})],
    "nanmedian": [*over(), ([()], {}), ([(2, 4)], {"axis": 1})],
    "nanquantile": quantiles(),
    "partition": [*along(kth=1), ([(6,)], {"kth": (1, 4), "axis": 0})],
    "quantile": quantiles(),
    "sort": [*along(), ([(0, 2)], {"axis": 0})],
}  # fmt: skip
