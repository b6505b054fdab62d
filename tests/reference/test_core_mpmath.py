"""The fused composites against 60 digits: no digit is lost where their definitions lose all."""

import numpy as np
import pytest

from autograd_core import Tensor, log_softmax, logsumexp, sigmoid, softmax

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
