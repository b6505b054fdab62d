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
    vjp,
)
from tests.core.differences import derivative
from tests.core.test_forward import jvp

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


# NumPy orders complex numbers by their parts, in that order; or there is no logarithm of one value.
COMPARING = [
    relu, log_softmax, np.max, np.min, np.nanmax, np.nanmin, lambda z: np.maximum(z, 1),
    lambda z: np.minimum(z, 1), lambda z: np.fmax(z, 1), lambda z: np.fmin(z, 1),
    lambda z: np.clip(z, 0, 1),
]  # fmt: skip


@pytest.mark.parametrize("f", COMPARING)
def test_operations_that_compare_refuse_complex_numbers(f):
    with pytest.raises(DTypeError, match="complex"):
        f(Tensor(W))


@pytest.mark.parametrize("f", [sigmoid, softmax, logsumexp])
def test_activations_of_complex_numbers(f):
    """Their fast forms and their definitions have the same derivatives, also where e overflows."""

    def slope(z):
        t = Tensor(z)
        y = f(t)
        y.backward(np.ones(y.shape, complex))
        return t.grad

    fused = slope(W)
    with expanded():
        np.testing.assert_allclose(fused, slope(W), rtol=1e-11, atol=1e-14)
    assert np.isfinite(slope(W * 1000)).all()


def test_the_sign_of_a_complex_number_in_both_modes():
    """Each part of the result by differences; the derivative is not its own transpose."""
    t = np.array([0.3 - 0.4j, -1.1 + 0.2j, 0.5 + 0.9j])

    def along(step):
        z = W + step * t
        return z / np.abs(z)

    pushed = [derivative(lambda s, p=p, i=i: p(along(s[0]))[i], np.zeros(1))[0] for i in range(3)
              for p in (np.real, np.imag)]  # fmt: skip
    tangent = jvp(np.sign, (W,), (t,))[1]
    np.testing.assert_allclose(tangent.view(float), pushed, rtol=1e-8)
    g = np.array([1.0 + 2j, 0.1 - 0.7j, -0.4j])
    pulled = vjp(np.sign, W)[1](g)[0]
    assert np.sum(g * tangent).real == pytest.approx(np.sum(pulled * t).real, rel=1e-12)


@pytest.mark.parametrize("x", [np.array([3, 200], np.uint8), np.array([True, False])])
def test_sigmoid_of_integers_without_a_sign(x):
    np.testing.assert_array_equal(sigmoid(x), sigmoid(x.astype(float)))


def test_a_holomorphic_function_has_its_complex_derivative():
    z = Tensor(1 + 2j)
    (z**3 + np.exp(z) / z).backward()
    expected = 3 * (1 + 2j) ** 2 + np.exp(1 + 2j) * (1 + 2j - 1) / (1 + 2j) ** 2
    assert z.grad == pytest.approx(expected, rel=1e-14)


def test_abs_at_the_complex_0():
    z = Tensor(0j)
    np.abs(z).backward()
    assert z.grad == 0
