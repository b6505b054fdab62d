"""Reductions."""

from __future__ import annotations

import numpy as np

from tests.core.samples.axes import EMPTY, NO_AXIS, over
from tests.core.samples.sample import Entry

MASK = np.array([[True, False, True], [True, True, True]])

LISTED: dict[str, list[Entry]] = {
    "max": over() + NO_AXIS,
    "mean": over() + NO_AXIS,
    "min": over() + NO_AXIS,
    "nanmax": over() + NO_AXIS,
    "nanmin": over() + NO_AXIS,
    "prod": over() + NO_AXIS + EMPTY,
    "std": over() + over(ddof=1)
           + [([(2, 3)], {"axis": axis, "where": MASK}) for axis in (1, None)],
    "sum": over() + NO_AXIS + EMPTY,
    "var": over() + over(ddof=1) + [([(2, 2)], {"axis": ()}), ([()], {})]
           + [([(2, 3)], {"axis": axis, "where": MASK}) for axis in (1, None)],
}  # fmt: skip
