"""How far elementary functions are from the exact numbers of mpmath, over all of their domains."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.compile import formats

FORMATS = {"float32": formats.SINGLE, "float64": formats.DOUBLE}


def arguments(name: str, dtype: str) -> Any:
    rng = np.random.default_rng(0)
    info = np.finfo(dtype)
    low, high = np.log10(float(info.smallest_subnormal)), np.log10(float(info.max))
    x = np.concatenate([
        rng.normal(size=800), 30 * rng.normal(size=800), rng.uniform(-800, 800, 400),
        10 ** rng.uniform(low, high, 500), -(10 ** rng.uniform(low, high, 500)),
        1 + 1e-3 * rng.normal(size=300), np.arange(1, 300) * np.pi / 2, np.arange(-60, 60) / 64,
    ]).astype(dtype)  # fmt: skip
    if name in ("sin", "cos"):
        return x[np.abs(x) <= FORMATS[dtype].far]
    return x[x > {"log": 0, "log1p": -1}.get(name, -np.inf)]


def special(dtype: str) -> Any:
    """Infinities, NaN, zeros of both signs, the smallest numbers, and what has no logarithm."""
    tiny = np.finfo(dtype).smallest_subnormal
    return np.array([0.0, -0.0, np.inf, -np.inf, np.nan, tiny, -tiny, -1, 1, -1.5], dtype)


def errors(name: str, x: Any, got: Any) -> Any:
    """The errors of a function's results, each in spacings of its dtype."""
    import mpmath  # an extra of the tests

    with mpmath.workprec(200):
        exact = [getattr(mpmath, name)(mpmath.mpf(float(value))) for value in x]
        return np.array([_in_ulps(*pair) for pair in zip(got, exact, strict=True)])


def _in_ulps(got: Any, exact: Any) -> float:
    if not np.isfinite(got):
        return (
            0.0
            if abs(exact) >= np.finfo(got.dtype).max and np.sign(got) == np.sign(exact)
            else np.inf
        )
    spacing = np.spacing(np.abs(got.dtype.type(float(exact))))
    return float(abs(exact - float(got)) / float(spacing))


def assert_like(got: Any, want: Any, ulps: float = 4) -> None:
    """Equal up to units in the last place, also of subnormal numbers, and in the signs of zeros."""
    got, want = np.asarray(got), np.asarray(want)
    finite = np.isfinite(want)
    np.testing.assert_array_equal(got[~finite], want[~finite])
    assert (np.abs(got - want)[finite] <= ulps * np.spacing(np.abs(want[finite]))).all()
    zero = want == 0
    np.testing.assert_array_equal(np.signbit(got[zero]), np.signbit(want[zero]))
