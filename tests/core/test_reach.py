"""A branch that was not taken contributes exactly 0, in every mode and order."""

import numpy as np
import pytest

from autograd_core import Tensor, grad, jvp, logsumexp, relu, vjp
from autograd_core.reach import has_nan

X = np.array([0.0, 1.0, -1.0, 4.0])
TAKEN = X > 0
ROWS = np.array([[False], [True], [False], [True]])

# A function with a branch, and one without that has the same derivatives where x > 0.
UNTAKEN = {
    "where, log": (lambda x: np.where(x > 0, np.log(x), 0), np.log),
    "where, sqrt": (lambda x: np.where(x > 0, np.sqrt(x), 0), np.sqrt),
    "where, division": (lambda x: np.where(x > 0, 1 / (x + np.abs(x)), 0), lambda x: 1 / (2 * x)),
    "where, power": (lambda x: np.where(x > 0, x**0.5, 3.0), lambda x: x**0.5),
    "where, both sides": (lambda x: np.where(x > 0, np.log(x), np.where(x < -9, 1 / x, 0)), np.log),
    "clip": (lambda x: np.clip(np.log(x), -1, None), np.log),
    "maximum": (lambda x: np.maximum(np.log(np.where(x < 0, 0, x)), -9), np.log),
    "relu": (lambda x: relu(np.sqrt(np.where(x < 0, 0, x))), np.sqrt),
    "a boolean index": (lambda x: np.sum(np.log(x)[x > 0]) * np.eye(4)[0], None),
    "a slice": (lambda x: np.log(x)[3:] * np.array([0, 0, 0, 1]), None),
    "a factor 0": (lambda x: (x > 0) * np.sqrt(np.where(x < 0, 0, x)), np.sqrt),
    "rows of a product": (
        lambda x: np.where(ROWS, np.log(x)[:, None] @ np.ones((1, 2)), 0)[:, 0], np.log),
    "far up": (
        lambda x: np.where(x > 0, np.exp(np.sin(np.log(x)[:, None] @ np.ones((1, 2))))[:, 1], 0),
        lambda x: np.exp(np.sin(np.log(x)))),
    "logsumexp": (lambda x: logsumexp(np.where(x > 0, np.log(x), -np.inf)) * np.eye(4)[0], None),
}  # fmt: skip
EXPECTED = {  # the functions above that mix elements: their gradient at X
    "a boolean index": 1 / np.array([np.inf, 1, np.inf, 4]),
    "a slice": np.array([0, 0, 0, 0.25]),
    "logsumexp": np.array([0, 0.2, 0, 0.2]),
}
pytestmark = pytest.mark.filterwarnings("ignore:.*encountered")


def summed(f):
    return lambda x: np.sum(f(x))


def pushed(f, x, t):
    return jvp(f, (x,), (t,))[1]


@pytest.mark.parametrize("name", UNTAKEN)
def test_reverse(name):
    f, smooth = UNTAKEN[name]
    expected = EXPECTED.get(name)
    if expected is None:
        expected = np.where(TAKEN, grad(summed(smooth))(np.where(TAKEN, X, 1)), 0)
    np.testing.assert_allclose(grad(summed(f))(X), expected, rtol=1e-14)
    leaf = Tensor(X)
    f(leaf).sum().backward()
    np.testing.assert_array_equal(leaf.grad[~TAKEN], 0)


@pytest.mark.parametrize("name", [n for n in UNTAKEN if n not in EXPECTED])
def test_second_order_and_forward(name):
    f, smooth = UNTAKEN[name]
    at = np.where(TAKEN, X, 1)
    first = np.where(TAKEN, grad(summed(smooth))(at), 0)
    second = np.where(TAKEN, grad(summed(grad(summed(smooth))))(at), 0)
    ones = np.ones(4)
    np.testing.assert_allclose(grad(summed(grad(summed(f))))(X), second, rtol=1e-12)
    np.testing.assert_allclose(pushed(f, X, ones), first, rtol=1e-14)
    np.testing.assert_allclose(pushed(grad(summed(f)), X, ones), second, rtol=1e-12)
    np.testing.assert_allclose(grad(lambda x: np.sum(pushed(f, x, ones)))(X), second, rtol=1e-12)


@pytest.mark.parametrize("name", EXPECTED)
def test_forward_of_what_mixes_elements(name):
    f, _ = UNTAKEN[name]
    tangent = pushed(f, X, np.array([7.0, 1.0, 5.0, 2.0]))
    assert np.sum(tangent) == pytest.approx(EXPECTED[name] @ [7, 1, 5, 2])


def test_a_path_that_is_taken_stays_what_it_is():
    """sqrt(x)² at 0, and a sum with a NaN in it."""
    slope = grad(summed(lambda x: np.sqrt(x) ** 2))(np.array([0.0, 4.0]))
    assert np.isnan(slope[0])
    assert slope[1] == 1
    assert np.isnan(grad(summed(lambda x: np.log(x) * np.array([1, np.nan])))(X[2:])).tolist() == [
        False, True,
    ]  # fmt: skip
    assert grad(np.sqrt)(0.0) == np.inf
    assert np.isnan(pushed(lambda x: np.sqrt(x) ** 2, 0.0, 1.0))


def test_a_zero_cotangent_and_a_zero_tangent_lead_nowhere():
    _, pull = vjp(np.sqrt, np.array([0.0, 4.0]))
    assert pull(np.array([0.0, 1.0]))[0].tolist() == [0, 0.25]
    assert pushed(np.sqrt, np.array([0.0, 4.0]), np.array([0.0, 1.0])).tolist() == [0, 0.25]


def test_infinities_in_a_product_count_where_they_are_reached():
    """Row 0 of y meets an infinity and is not used; row 1 does not meet it."""
    w = np.array([[1.0, np.inf], [2.0, 1.0]])
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    slope = grad(lambda x: np.sum((x @ w)[:, 0]))(x)
    np.testing.assert_array_equal(slope, [[1, 2], [1, 2]])
    slope = grad(lambda x: np.sum((x @ w)[0]))(x)
    np.testing.assert_array_equal(slope, [[np.inf, 3], [0, 0]])
    data = np.array([[1.0, np.nan], [3.0, 4.0]])
    slope = grad(lambda w: np.sum((data @ w)[1]))(np.ones((2, 2)))
    np.testing.assert_array_equal(slope, [[3, 3], [4, 4]])


def test_gradients_arrive_once_where_a_pass_runs_twice():
    x = Tensor(X)
    y = np.log(x)
    y.retain_grad()
    z = np.where(x > 0, y, 0).sum()
    z.backward()
    assert y.grad.tolist() == [0, 1, 0, 1]
    z.backward()
    assert y.grad.tolist() == [0, 2, 0, 2]
    assert x.grad.tolist() == [0, 2, 0, 0.5]


def test_float32_stays_float32():
    x = np.float32(X)
    assert grad(summed(UNTAKEN["where, log"][0]))(x).dtype == np.float32
    assert pushed(UNTAKEN["where, log"][0], x, np.ones(4)).dtype == np.float32


@pytest.mark.parametrize(
    "dtype", [np.float16, np.float32, np.float64, np.complex128, np.longdouble]
)
def test_has_nan(dtype):
    array = np.array([[1, np.inf, -np.inf], [60000, 0, -60000]], dtype)
    assert not has_nan(array)
    assert not has_nan(array.T[::2])
    array[1, 1] = np.nan
    assert has_nan(array)
    assert has_nan(dtype(np.nan))
    assert not has_nan(dtype(1))


def test_a_nan_that_is_reached_in_all_that_is_saved_stays_one():
    """x / out is 1 for whatever number stands for both."""
    assert np.isnan(grad(np.linalg.norm)(np.array([np.nan, 1.0]))).all()
    assert np.isnan(grad(lambda x: np.std(x))(np.array([np.nan, 1.0, 2.0]))).all()
    assert grad(np.max)(np.array([np.nan, 1.0])).tolist() == [1, 0]


def test_infinities_that_would_cancel_for_equal_weights_stay_nan():
    """∞ − ∞ − ∞ + ∞, all reached: whatever finite numbers stand for them, the sum is none."""
    y = np.array([[np.inf, -np.inf, 0.0, -np.inf, np.inf]])
    with np.errstate(invalid="ignore"):
        assert np.isnan(grad(lambda x: np.sum(x @ y))(np.ones((1, 1))))
