"""The elementary functions of compiled loops against mpmath, to 4 units in the last place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

numba = pytest.importorskip("numba")
mpmath = pytest.importorskip("mpmath")

from autograd_core.compile.numba_backend import formats, functions  # noqa: E402

FORMATS = {"float32": formats.SINGLE, "float64": formats.DOUBLE}
NAMES = ["exp", "expm1", "log", "log1p", "tanh", "sin", "cos"]


def on_arrays(name: str, dtype: str) -> Any:
    function = getattr(functions, f"{name}_{dtype}")

    @numba.njit(error_model="numpy")  # type: ignore[untyped-decorator]
    def run(x: Any) -> Any:
        out = np.empty_like(x)
        for i in range(x.size):
            out[i] = function(x[i])
        return out

    return run


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


def in_ulps(got: Any, exact: Any) -> float:
    """How far a number is from the exact one, in spacings of its dtype."""
    if not np.isfinite(got):
        return (
            0.0
            if abs(exact) >= np.finfo(got.dtype).max and np.sign(got) == np.sign(exact)
            else np.inf
        )
    spacing = np.spacing(np.abs(got.dtype.type(float(exact))))
    return float(abs(mpmath.mpf(float(got)) - exact) / mpmath.mpf(float(spacing)))


@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_within_four_ulps(name: str, dtype: str) -> None:
    x = arguments(name, dtype)
    with mpmath.workprec(200):
        exact = [getattr(mpmath, name)(mpmath.mpf(float(value))) for value in x]
        errors = [in_ulps(*pair) for pair in zip(on_arrays(name, dtype)(x), exact, strict=True)]
    assert max(errors) <= 4, (x[np.argmax(errors)], max(errors))


@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize("name", [*NAMES, "sign"])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_special_numbers(name: str, dtype: str) -> None:
    """Infinities, NaN, zeros and their signs, as in NumPy."""
    tiny = np.finfo(dtype).smallest_subnormal
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, tiny, -tiny, -1, 1, -1.5], dtype)
    got, want = on_arrays(name, dtype)(x), getattr(np, name)(x)
    np.testing.assert_allclose(got, want, rtol=4 * np.finfo(dtype).eps)
    zero = want == 0
    np.testing.assert_array_equal(np.signbit(got[zero]), np.signbit(want[zero]))
