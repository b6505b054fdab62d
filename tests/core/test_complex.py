"""Complex numbers on the way: real functions of real arguments get the real derivative."""

import numpy as np
import pytest

from autograd_core import (
    DTypeError,
    Tensor,
    expanded,
    grad,
    log_softmax,
    logsumexp,
    relu,
    sigmoid,
    softmax,
)
from tests.core.differences import derivative

X = np.array([0.7, -1.3, 2.0])
W = np.array([3 + 4j, 1 - 2j, -0.5 + 1j])

# Real results of real arguments, through complex numbers.
REAL = {
    "abs": lambda x: np.sum(np.abs(x * W)),
    "abs of a sum": lambda x: np.abs(np.sum(x * W)),
    "abs of a power": lambda x: np.sum(np.abs((x * W) ** 3)),
    "abs of a product": lambda x: np.sum(np.abs(np.outer(W, W) @ (x * W))),
    "abs of exp": lambda x: np.sum(np.abs(np.exp(x * W))),
    "abs of sin and division": lambda x: np.sum(np.abs(np.sin(x * W) / (x + W))),
}


@pytest.mark.parametrize("f", REAL.values(), ids=REAL)
def test_real_functions_through_complex_numbers(f):
    slope = grad(f)(X)
    assert slope.dtype == np.float64
    np.testing.assert_allclose(slope, derivative(f, X), rtol=1e-8)


@pytest.mark.parametrize(
    "f", [sigmoid, relu, softmax, log_softmax, logsumexp, np.std, np.var, np.max, np.sign]
)
def test_operations_on_complex_numbers_are_right_or_refused(f):
    """Kernels that take absolute values or compare are not what their definitions are."""
    z = Tensor(W)
    try:
        value = f(z)
    except DTypeError as error:
        assert "complex" in str(error)  # noqa: PT017
        return
    with expanded():
        np.testing.assert_allclose(value.data, f(z).data, rtol=1e-12)
    assert value.dtype.kind == f(W).dtype.kind


def test_a_holomorphic_function_has_its_complex_derivative():
    z = Tensor(1 + 2j)
    (z**3 + np.exp(z) / z).backward()
    expected = 3 * (1 + 2j) ** 2 + np.exp(1 + 2j) * (1 + 2j - 1) / (1 + 2j) ** 2
    assert z.grad == pytest.approx(expected, rel=1e-14)


def test_abs_at_the_complex_0():
    z = Tensor(0j)
    np.abs(z).backward()
    assert z.grad == 0
