"""Scans and differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.core.samples.axes import along
from tests.core.samples.sample import Entry

REFERENCES: dict[str, Callable[..., Any]] = {"diff": np.diff}

LISTED: dict[str, list[Entry]] = {
    "cumprod": [*along(), ([(0, 2)], {"axis": 0})],
    "cumsum": [*along(), ([(0, 2)], {"axis": 0})],
    "diff": along() + along(n=2) + [([(2, 4)], {}), ([(2,)], {"n": 3}), ([(0, 2)], {"axis": 0})],
}  # fmt: skip
