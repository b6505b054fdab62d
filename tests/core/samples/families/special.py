"""The functions of scipy.special."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

import autograd_core.scipy.special  # noqa: F401  declares them
from tests.core.samples.sample import Entry

PARAMETERS: dict[str, Any] = {
    "betainc": lambda shape: {"a": 1.5, "b": 0.7},
    "gammainc": lambda shape: {"a": 1.5},
    "gammaincc": lambda shape: {"a": 0.6},
    "iv": lambda shape: {"v": 1},
    "ive": lambda shape: {"v": 1},
    "jv": lambda shape: {"v": 1},
    "multigammaln": lambda shape: {"d": 1},
    "polygamma": lambda shape: {"n": 1},
    "yn": lambda shape: {"n": 1},
    "yv": lambda shape: {"v": 1},
}

REFERENCES: dict[str, Any] = {
    "betainc": lambda x, a, b: special.betainc(a, b, x),
    "gammainc": lambda x, a: special.gammainc(a, x),
    "gammaincc": lambda x, a: special.gammaincc(a, x),
    "iv": lambda x, v: special.iv(v, x),
    "ive": lambda x, v: special.ive(v, x),
    "jv": lambda x, v: special.jv(v, x),
    "multigammaln": lambda x, d: special.multigammaln(x, d),
    "polygamma": lambda x, n: special.polygamma(n, x),
    "yn": lambda x, n: special.yn(n, x),
    "yv": lambda x, v: special.yv(v, x),
}

# A parameter in float32 keeps operands in float32.
SINGLE = np.float32
LOW = np.array([[0.25], [2.5]], SINGLE)
ORDERS = (0, 0.5, 2, np.array([0, 1.5, 3], SINGLE))

LISTED: dict[str, list[Entry]] = {
    **{name: [([(2, 3)], {"v": v}) for v in ORDERS] for name in ("jv", "yv", "iv", "ive")},
    "betainc": [([(3,)], {"a": a, "b": b}) for a, b in ((0.4, 3.0), (LOW, 1.0))],
    "gammainc": [([(3,)], {"a": a}) for a in (1, LOW)],
    "gammaincc": [([(3,)], {"a": a}) for a in (1, LOW)],
    "multigammaln": [([np.array([1.6, 2.9, 3.2])], {"d": d}) for d in (2, 4)],
    "polygamma": [([(3,)], {"n": n}) for n in (0, 3)],
    "yn": [([(3,)], {"n": n}) for n in (0, 2)],
}  # fmt: skip
