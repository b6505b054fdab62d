"""Elementwise functions with arguments of their own; the plain ones derive theirs."""

import numpy as np

from tests.reference.cases.case import case

CASES = {
    "divmod": [case(lambda xp, x, y: xp.divmod(x, y)[1], (2, 1), (3,))],
    "where": [case(lambda xp, x, y: xp.where(x > y, x * y, y), (2, 3), (3,))],
    "clip": [case(lambda xp, x: xp.clip(x, -0.8, 1.1), (2, 3)),
             case(lambda xp, x, y: xp.clip(x, None, y), (2, 3), (3,))],
    "power_constant": [case(lambda xp, x, n=n: x**n, (2, 3), domain=(0, np.inf))
                       for n in (0, 1, 2, 3, -1, 0.5, -1.5)],
    "negative powers": [case(lambda xp, x: x**3 + x**-2, (2, 3))],
}  # fmt: skip
