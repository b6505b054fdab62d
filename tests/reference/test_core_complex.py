"""Complex numbers against JAX, whose convention is ours: value, gradient and second derivative."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd_core import Tensor, grad, vjp

pytestmark = pytest.mark.reference

Z = np.array([0.7 + 1.1j, -1.3 + 0.4j, 0.2 - 0.9j, -0.6 - 1.7j])
W = np.array([1.2 - 0.3j, 0.5 + 0.8j, -0.7 + 0.6j, 2.0 + 0.1j])
X = np.array([0.7, -1.3, 2.0, 0.4])
G = np.array([0.3 - 0.7j, 1.1 + 0.2j, -0.5 + 0.4j, 0.9 + 1.3j])

UNARY = [
    "negative", "positive", "conjugate", "reciprocal", "square", "sqrt", "exp", "exp2", "expm1",
    "log", "log1p", "log2", "log10", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh",
    "cosh", "tanh", "arcsinh", "arctanh", "absolute", "real", "imag", "angle", "sinc", "nan_to_num",
]  # fmt: skip
INVERSES = ["sqrt", "log", "arcsin", "arccos", "arctan", "arcsinh", "arccosh", "arctanh"]
# A name, a function of (namespace, *arrays), and the arrays.
CASES: dict[str, tuple[Callable[..., Any], tuple[np.ndarray, ...]]] = {
    **{name: (lambda xp, z, name=name: getattr(xp, name)(z), (Z,)) for name in UNARY},
    # where the real part is negative, JAX's derivative has the wrong sign
    "arccosh": (lambda xp, z: xp.arccosh(z), (np.abs(Z.real) + 1j * Z.imag,)),
    "conj": (lambda xp, z: xp.conj(z), (Z,)),
    "angle in degrees": (lambda xp, z: xp.angle(z, deg=True), (Z,)),
    "add": (lambda xp, z, w: z + w, (Z, W)),
    "add a real array": (lambda xp, x, w: x + w, (X, W)),
    "subtract": (lambda xp, z, w: z - w, (Z, W)),
    "multiply": (lambda xp, z, w: z * w, (Z, W)),
    "multiply by a real array": (lambda xp, x, w: x * w, (X, W)),
    "divide": (lambda xp, z, w: z / w, (Z, W)),
    "divide by a real array": (lambda xp, z, x: z / x, (Z, X)),
    "power": (lambda xp, z, w: z**w, (Z, W)),
    "float_power": (lambda xp, z, w: xp.float_power(z, w), (Z, W)),
    "a constant power": (lambda xp, z: z**3 + z**-0.5 + z ** (1 + 2j), (Z,)),
    "a real base": (lambda xp, w: 2.0**w, (W,)),
    "where": (lambda xp, z, w: xp.where(X > 0.5, z * w, w), (Z, W)),
    "where with a real branch": (lambda xp, z, x: xp.where(X > 0.5, z, x), (Z, X)),
    "abs of a product": (lambda xp, z, w: xp.abs(z * w) ** 2, (Z, W)),
    "the angle of a product": (lambda xp, z, w: xp.angle(z * w), (Z, W)),
    "parts put together": (lambda xp, z: xp.real(z) * xp.imag(z) + 1j * xp.abs(z), (Z,)),
    "conj times z": (lambda xp, z: xp.real(xp.conj(z) * z), (Z,)),
    "a circle": (lambda xp, x: xp.exp(1j * x) * x, (X,)),
}
EACH = pytest.mark.parametrize(("f", "arrays"), CASES.values(), ids=CASES)


@pytest.fixture(scope="module")
def jax():
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax


def cotangent(value):
    """A gradient of the value's kind."""
    return G if np.iscomplexobj(value) else G.real


@EACH
def test_value_and_gradients(jax, f, arrays):
    value, pull = vjp(lambda *a: f(np, *a), *arrays)
    expected, theirs = jax.vjp(lambda *a: f(jax.numpy, *a), *arrays)
    assert (value.shape, value.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-15)
    g = cotangent(value)
    for a, e, x in zip(pull(g), theirs(g), arrays, strict=True):
        assert a.dtype == x.dtype
        np.testing.assert_allclose(a, e, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("name", CASES.keys() - {"float_power"})  # which is double, as in NumPy
def test_single_precision_stays(name):
    f, arrays = CASES[name]
    narrow = [a.astype(np.complex64 if np.iscomplexobj(a) else np.float32) for a in arrays]
    out = f(np, *map(Tensor, narrow))
    assert out.dtype == (np.float32 if out.dtype.kind == "f" else np.complex64)


def gradient_of_a_gradient(grad, pull, xp, f, arrays):
    """The gradient of a real function of all first gradients."""

    def lengths(*arrays):
        return sum(xp.sum(xp.real(dx) ** 2 + xp.imag(dx * (2 + 1j))) for dx in pull(f, arrays))

    return grad(lengths, tuple(range(len(arrays))))(*arrays)


@EACH
def test_second_derivatives(jax, f, arrays):
    kind = np.iscomplexobj(f(np, *arrays))
    g = G if kind else G.real
    ours = gradient_of_a_gradient(
        grad, lambda f, a: vjp(lambda *a: f(np, *a), *a)[1](g), np, f, arrays
    )
    theirs = gradient_of_a_gradient(
        jax.grad, lambda f, a: jax.vjp(lambda *a: f(jax.numpy, *a), *a)[1](g), jax.numpy, f, arrays
    )
    for a, e in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, e, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", INVERSES)
def test_the_branches_of_inverse_functions(name):
    """In all four quadrants."""
    import mpmath

    short = name.replace("arc", "a")
    exact = [complex(mpmath.diff(getattr(mpmath, short), complex(z))) for z in Z]
    np.testing.assert_allclose(vjp(getattr(np, name), Z)[1](np.ones_like(Z))[0], exact, rtol=1e-10)


# JAX takes the sign of a complex number for constant; PyTorch does not, and conjugates gradients.
def test_the_sign_of_a_complex_number():
    import torch

    z = torch.tensor(Z, requires_grad=True)
    torch.sgn(z).backward(torch.tensor(G.conj()))
    np.testing.assert_allclose(vjp(np.sign, Z)[1](G)[0], z.grad.numpy().conj(), rtol=1e-12)


def test_the_second_derivative_of_abs_of_a_complex_number():
    import torch

    z = torch.tensor(Z, requires_grad=True)
    (slope,) = torch.autograd.grad(torch.sum(torch.abs(z)), z, create_graph=True)
    torch.sum(torch.real(slope * torch.tensor(W))).backward()
    gradient = grad(lambda z: np.sum(np.real(np.conj(grad(lambda z: np.sum(np.abs(z)))(z)) * W)))
    np.testing.assert_allclose(gradient(Z), z.grad.numpy().conj(), rtol=1e-12)
