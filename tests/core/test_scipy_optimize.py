"""autograd_core.scipy.optimize: SciPy's solvers with exact derivatives, for structures too."""

import sys

import numpy as np
import pytest

from autograd_core import MissingExtraError, Tensor, grad, jacobian, value_and_grad
from autograd_core.scipy.optimize import least_squares, minimize

optimize = pytest.importorskip("scipy.optimize")


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def bowl(p, scale=1.0):
    return scale * np.sum((p["a"] - T) ** 2 * (1 + T**2)) + (p["b"][0] - p["a"][1, 1]) ** 2


T = np.array([[0.5, -1.0], [2.0, 0.1]])
START = {"a": np.zeros((2, 2)), "b": [np.array(3.0)]}


def test_scipy_takes_our_functions_as_they_are():
    x0 = np.zeros(4)
    for found in (
        optimize.minimize(value_and_grad(rosenbrock), x0, jac=True),
        optimize.minimize(rosenbrock, x0, jac=grad(rosenbrock)),
    ):
        np.testing.assert_allclose(found.x, np.ones(4), atol=1e-5)
    f = lambda x: np.stack([10 * (x[1] - x[0] ** 2), 1 - x[0]])  # noqa: E731
    found = optimize.least_squares(f, np.zeros(2), jac=jacobian(f))
    np.testing.assert_allclose(found.x, np.ones(2), atol=1e-8)


@pytest.mark.parametrize(
    "method",
    [None, "L-BFGS-B", "Newton-CG", "trust-ncg", "trust-krylov", "trust-exact", "dogleg", "Powell",
     "SLSQP"],
)  # fmt: skip
def test_minimize_a_structure(method):
    found = minimize(bowl, START, args=(2.0,), method=method)
    assert found.x["a"].shape == (2, 2)
    assert type(found.x["b"]) is list
    np.testing.assert_allclose(found.x["a"], T, atol=1e-3)
    assert found.x["b"][0] == pytest.approx(T[1, 1], abs=1e-3)


def test_minimize_calls_the_function_no_more_than_scipy_would():
    calls = []
    found = minimize(lambda x: calls.append(1) or rosenbrock(x), np.zeros(4), method="L-BFGS-B")
    assert len(calls) == found.nfev
    np.testing.assert_allclose(found.x, np.ones(4), atol=1e-4)


def test_options_reach_scipy():
    found = minimize(rosenbrock, np.zeros(4), method="L-BFGS-B", options={"maxiter": 1})
    assert found.nit == 1
    bounded = minimize(rosenbrock, np.zeros(2), bounds=[(None, 0.5)] * 2)
    assert max(bounded.x) <= 0.5


def test_least_squares_of_a_structure():
    t = np.linspace(0, 2, 8)
    y = np.stack([3 * np.exp(-2 * t), t])

    def residuals(p, t, y):
        return np.stack([p["a"] * np.exp(-p["k"][0] * t), p["k"][1] * t]) - y

    start = {"k": np.array([1.0, 0.0]), "a": np.float32(1)}
    for options in ({}, {"method": "lm"}, {"loss": "soft_l1"}):
        found = least_squares(residuals, start, args=(t, y), **options)
        np.testing.assert_allclose(found.x["k"], [2, 1], rtol=1e-5)
        assert found.x["a"].dtype == np.float32
        assert found.jac.shape == (16, 3)


def test_tensors_around_the_function_are_constants():
    w = Tensor(2.0)
    found = minimize(lambda x: np.sum((x - w) ** 2), np.zeros(2))
    np.testing.assert_allclose(found.x, [2, 2], atol=1e-6)
    assert w.grad is None


def test_without_scipy(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(MissingExtraError, match=r"optimize: scipy is not .*autograd-core\[scipy\]"):
        minimize(rosenbrock, np.zeros(2))
