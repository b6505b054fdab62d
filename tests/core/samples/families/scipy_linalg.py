"""What scipy.linalg has beyond NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import linalg

import autograd_core.scipy.linalg  # noqa: F401  declares it
from tests.core.samples.families.linalg import SYMMETRIC, A, square
from tests.core.samples.sample import Entry

BAND = np.array([[0.0, 0.3, -0.4, 0.2], [4.0, 3.0, -3.5, 5.0], [0.7, -0.6, 0.5, 0.0]])
ONE_SIDED = np.array([[0.0, 0.0, 0.6], [0.0, -0.4, 0.2], [3.0, 2.0, 4.0]])

REFERENCES: dict[str, Callable[..., Any]] = {
    "expm": linalg.expm,
    "solve_banded": lambda x, y, below_and_above: linalg.solve_banded(below_and_above, x, y),
    "solve_sylvester": linalg.solve_sylvester,
    "solve_triangular": lambda x, y, **options: linalg.solve_triangular(x, y, **options),
    "sqrtm": linalg.sqrtm,
}

LISTED: dict[str, list[Entry]] = {
    "expm": [([a], {}) for a in (A / 4, square(2, 2, 2) / 2)],
    "solve_banded": [([BAND, (4, 2)], {"below_and_above": (1, 1)}),
                     ([ONE_SIDED, (3, 1)], {"below_and_above": (0, 2)})],
    "solve_sylvester": [([A, square(2, 2), (3, 2)], {})],
    "solve_triangular": [([A, (3, 2)], {"lower": lower, "unit_diagonal": unit})
                         for lower in (False, True) for unit in (False, True)],
    "sqrtm": [([a], {}) for a in (SYMMETRIC, A)],
}  # fmt: skip
