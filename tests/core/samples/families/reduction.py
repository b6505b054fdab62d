"""Reductions."""

from __future__ import annotations

from tests.core.samples.axes import EMPTY, NO_AXIS, over
from tests.core.samples.sample import Entry

LISTED: dict[str, list[Entry]] = {
    "max": over() + NO_AXIS,
    "mean": over() + NO_AXIS,
    "min": over() + NO_AXIS,
    "prod": over() + NO_AXIS + EMPTY,
    "std": over() + over(ddof=1),
    "sum": over() + NO_AXIS + EMPTY,
    "var": over() + over(ddof=1) + [([(2, 2)], {"axis": ()}), ([()], {})],
}  # fmt: skip
