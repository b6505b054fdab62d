"""Rules and fused composites against 60 digits: none loses digits that the function has."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd_core import Tensor, grad, log_softmax, logsumexp, sigmoid, softmax

pytestmark = pytest.mark.reference

VECTORS = [
    [0.3, -0.2, 1.1],
    [1000.0, 999.0, 998.5],
    [-1000.0, -1000.5, -999.0],
    [1e6, 1e6 + 1, 1e6 - 3],
    [0.0, 30.0, -30.0],
    [1e-9, 0.0, -1e-9],
    [500.0, -500.0, 0.0],
]


@pytest.fixture
def mp():
    import mpmath

    with mpmath.workdps(60):
        yield mpmath


def exact_softmax(mp, x):
    powers = [mp.exp(mp.mpf(v)) for v in x]
    return [p / mp.fsum(powers) for p in powers]


def differentiate(f, x):
    t = Tensor(x)
    y = f(t)
    y.backward(np.ones(y.shape))
    return y.data, t.grad


@pytest.mark.parametrize("x", VECTORS, ids=str)
def test_softmax_log_softmax_and_logsumexp(mp, x):
    exact = exact_softmax(mp, x)
    values = np.array(exact, float)
    np.testing.assert_allclose(softmax(np.array(x)), values, rtol=1e-15 * 4, atol=1e-300)
    logs = np.array([mp.log(p) for p in exact], float)
    np.testing.assert_allclose(log_softmax(np.array(x)), logs, rtol=1e-15 * 4, atol=4e-16)
    total, gradient = differentiate(logsumexp, x)
    expected = mp.log(mp.fsum(mp.exp(mp.mpf(v)) for v in x))
    np.testing.assert_allclose(total, float(expected), rtol=1e-15)
    # Its result is rounded to the size of x, which the exponential of the difference multiplies.
    np.testing.assert_allclose(gradient, values, rtol=1e-15 * max(10, np.max(np.abs(x))))


@pytest.mark.parametrize(
    "x", [-745.0, -700.0, -50.0, -20.0, -1.0, -1e-9, 0.0, 1e-9, 1.0, 20.0, 36.0, 50.0, 800.0]
)
def test_sigmoid(mp, x):
    y, slope = differentiate(sigmoid, x)
    exact = 1 / (1 + mp.exp(-mp.mpf(x)))
    assert y == pytest.approx(float(exact), rel=1e-15 if x > -700 else 1e-2, abs=0)
    assert slope == pytest.approx(float(exact * (1 - exact)), rel=1e-15 * 4, abs=1.2e-16)


# ── elementary functions ──────────────────────────────────────────────────────────────────────
# The points at which NumPy tests its own functions: subnormal, tiny, around 1, huge, ...
POINTS = Path(np.__file__).parent / "_core" / "tests" / "data"
SLOPES: dict[str, Callable[[Any, Any], Any]] = {
    "arccos": lambda mp, x: -1 / mp.sqrt(1 - x * x),
    "arccosh": lambda mp, x: 1 / mp.sqrt(x * x - 1),
    "arcsin": lambda mp, x: 1 / mp.sqrt(1 - x * x),
    "arcsinh": lambda mp, x: 1 / mp.sqrt(1 + x * x),
    "arctan": lambda mp, x: 1 / (1 + x * x),
    "arctanh": lambda mp, x: 1 / (1 - x * x),
    "cbrt": lambda mp, x: 1 / (3 * mp.cbrt(abs(x)) ** 2),
    "cos": lambda mp, x: -mp.sin(x),
    "cosh": lambda mp, x: mp.sinh(x),
    "exp": lambda mp, x: mp.exp(x),
    "exp2": lambda mp, x: 2**x * mp.log(2),
    "expm1": lambda mp, x: mp.exp(x),
    "log": lambda mp, x: 1 / x,
    "log10": lambda mp, x: 1 / (x * mp.log(10)),
    "log1p": lambda mp, x: 1 / (1 + x),
    "log2": lambda mp, x: 1 / (x * mp.log(2)),
    "sin": lambda mp, x: mp.cos(x),
    "sinh": lambda mp, x: mp.cosh(x),
    "tan": lambda mp, x: mp.sec(x) ** 2,
    "tanh": lambda mp, x: mp.sech(x) ** 2,
}
# NumPy's own cube root is off by up to 3 ulp, and its square enters.
ULP = {"cbrt": 8}


def points_of(name):
    """NumPy's points and a grid, as far as the function is finite there."""
    rows = (POINTS / f"umath-validation-set-{name}.csv").read_text(encoding="utf-8").splitlines()
    words = [int(row.split(",")[1], 16) for row in rows if row.startswith("np.float64")]
    grid = np.linspace(-3, 3, 101) if name != "tanh" else []  # which has a test of its own
    x = np.concatenate([np.array(words, np.uint64).view(np.float64), grid])
    with np.errstate(all="ignore"):
        return x[np.isfinite(x) & np.isfinite(getattr(np, name)(x))]


def ulps(actual, exact):
    """The error in units of the last place of the exact number."""
    return float(abs(exact - float(actual)) / float(np.spacing(abs(float(exact)))))


@pytest.mark.parametrize("name", SLOPES)
def test_slopes_at_the_points_of_numpy(mp, name):
    x = points_of(name)
    with np.errstate(all="ignore"):
        _, slopes = differentiate(getattr(np, name), x)
    assert len(x) > 100
    for point, slope in zip(x, slopes, strict=True):
        try:
            exact = SLOPES[name](mp, mp.mpf(float(point)))
        except ZeroDivisionError:
            assert abs(slope) == np.inf
            continue
        if np.isfinite(float(exact)):
            assert ulps(slope, exact) <= ULP.get(name, 4), (point, slope)


def test_far_from_0_the_slope_of_tanh_is_as_good_as_tanh(mp):
    """It is made of the result, 1 - tanh², and so right to the last place of 1."""
    x = np.linspace(-20, 20, 81)
    _, slopes = differentiate(np.tanh, x)
    exact = [float(mp.sech(mp.mpf(float(v))) ** 2) for v in x]
    np.testing.assert_allclose(slopes, exact, rtol=1e-15, atol=2.3e-16)


# ── near special points, and of higher order ──────────────────────────────────────────────────
def derivatives(f, x, count):
    """The first derivatives at a number."""
    found = []
    for _ in range(count):
        f = grad(f)
        found.append(float(f(x)))
    return found


NEAR_0 = [0.0, 1e-9, -1e-5, 1e-3, 0.02, 0.3, 0.9, 2.0, 3.1, -4.7]
WHOLE_LINE: dict[str, Callable[[Any, Any], Any]] = {
    "i0": lambda mp, x: mp.besseli(0, x),
    "sinc": lambda mp, x: mp.sincpi(x),
    "expm1": lambda mp, x: mp.expm1(x),
}


@pytest.mark.parametrize("x", NEAR_0)
@pytest.mark.parametrize("name", WHOLE_LINE)
def test_four_derivatives_at_and_near_0(mp, name, x):
    series = mp.taylor(lambda t: WHOLE_LINE[name](mp, t), mp.mpf(x), 4)
    exact = [float(c * mp.factorial(n)) for n, c in enumerate(series)][1:]
    scale = 1e-15 * np.pi ** np.arange(1, 5)  # where a derivative passes through 0
    for a, e, atol in zip(derivatives(getattr(np, name), x, 4), exact, scale, strict=True):
        assert a == pytest.approx(e, rel=4e-15, abs=0 if abs(x) < 0.5 else atol)


@pytest.mark.parametrize(("x", "y"), [(1.0, 1e-9), (1e-9, 1.0), (3e200, 4e200), (1e-200, 2e-200)])
def test_hypot_and_arctan2_of_all_sizes(mp, x, y):
    a, b = mp.mpf(x), mp.mpf(y)
    r = mp.sqrt(a * a + b * b)
    slopes = grad(np.hypot, (0, 1))(x, y)
    np.testing.assert_allclose(slopes, [float(a / r), float(b / r)], rtol=1e-15)
    turns = grad(np.arctan2, (0, 1))(x, y)
    np.testing.assert_allclose(turns, [float(b / r**2), float(-a / r**2)], rtol=1e-15)
    second = grad(lambda x: grad(np.hypot)(x, y))(x)
    assert second == pytest.approx(float(b * b / r**3), rel=2e-15)


@pytest.mark.parametrize(
    ("x", "y"), [(1000.0, 999.0), (1000.0, 1000.5), (-1e5, -1e5 + 3), (0.0, 700.0), (30.0, -3.0)]
)
def test_logaddexp_of_large_numbers(mp, x, y):
    share = 1 / (1 + mp.exp(mp.mpf(y) - mp.mpf(x)))
    slopes = grad(np.logaddexp, (0, 1))(x, y)
    rtol = 1e-15 * max(4, abs(x - y) / 4)  # as well as e to that power is known
    np.testing.assert_allclose(slopes, [float(share), float(1 - share)], rtol=rtol)
    second = grad(lambda x: grad(np.logaddexp)(x, y))(x)
    assert second == pytest.approx(float(share * (1 - share)), rel=rtol, abs=0)
