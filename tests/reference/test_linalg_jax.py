"""Second derivatives at complex numbers against JAX, and what needs particular complex operands.

Eigenvectors and singular vectors have a free sign or phase, in which two libraries may differ, so
they are compared in functions in which it cancels: products of a vector with its own conjugate.
"""

import numpy as np
import pytest

from autograd_core import grad, vjp
from tests.reference.cases.linalg import adjoint, eig, spectral_projector

pytestmark = pytest.mark.reference


@pytest.fixture(scope="module")
def jnp():
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax.numpy


def complex_numbers(*shape):
    rng = np.random.default_rng(sum(shape))
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)


A, B, TALL, WIDE = (complex_numbers(*shape) for shape in [(3, 3), (2, 2, 2), (3, 2), (2, 3)])
V, W, REAL = complex_numbers(3), complex_numbers(4), complex_numbers(3, 3).real


def hermitian(xp, a):
    return a @ adjoint(xp, a) + xp.eye(a.shape[-1], dtype=a.dtype)


def projector(xp, vectors):
    return vectors @ adjoint(xp, vectors)


def first_projector(xp, a):
    return projector(xp, xp.linalg.eigh(hermitian(xp, a))[1][..., :1])


def leading_part(xp, a):
    u, s, vh = xp.linalg.svd(a, full_matrices=False)
    return u[..., :1] * s[..., :1, None] ** 2 @ vh[..., :1, :]


# A function of a namespace and complex arrays, and those arrays.
CASES = {
    "vdot": (lambda xp, x, y: xp.vdot(x, y), A, A + 1),
    "einsum": (lambda xp, x, y: xp.einsum("ii,ij->j", x, y), A, TALL),
    "convolve": (lambda xp, x, y: xp.convolve(x, y), V, W),
    "solve": (lambda xp, a, b: xp.linalg.solve(a, b), A, V),
    "pinv tall": (lambda xp, a: xp.linalg.pinv(a), TALL),
    "pinv wide": (lambda xp, a: xp.linalg.pinv(a), WIDE),
    "lstsq": (lambda xp, a, b: xp.linalg.lstsq(a, b)[0], TALL, V),
    "lstsq wide": (lambda xp, a, b: xp.linalg.lstsq(a, b)[0], WIDE, A[:2]),
    "det": (lambda xp, a: xp.linalg.det(a), B),
    "slogdet": (lambda xp, a: xp.linalg.slogdet(a)[1], A),
    "sign of the determinant": (lambda xp, a: xp.linalg.slogdet(a)[0], A),
    "cholesky": (lambda xp, a: xp.linalg.cholesky(hermitian(xp, a)), B),
    "cholesky upper": (lambda xp, a: xp.linalg.cholesky(hermitian(xp, a), upper=True), A),
    "qr": (lambda xp, a: xp.concatenate(xp.linalg.qr(a)), TALL),
    "qr wide": (lambda xp, a: xp.linalg.qr(a)[1], WIDE),
    "eigvalsh": (lambda xp, a: xp.linalg.eigvalsh(hermitian(xp, a)), B),
    "eigh": (first_projector, A),
    "eigh of the upper triangle": (
        lambda xp, a: projector(
            xp, xp.linalg.eigh(hermitian(xp, a), UPLO="U")[1][..., 1:2]), A),
    "eigenvalues": (lambda xp, a: xp.sum(xp.abs(eig(xp, a)[0]) ** 3), A),
    "eig": (spectral_projector, A),
    "eig of real numbers": (spectral_projector, REAL),
    "svd": (leading_part, B),
    "svd tall": (leading_part, TALL),
    "svd wide": (leading_part, WIDE),
    "norm 3": (lambda xp, a: xp.linalg.norm(a, 3, axis=1), A),
    "norm nuc": (lambda xp, a: xp.linalg.norm(a, "nuc"), A),
    "irfft odd": (lambda xp, x: xp.fft.irfft(x, 5), W),
    "irfftn": (lambda xp, x: xp.fft.irfftn(x, norm="forward"), A),
    "hfft": (lambda xp, x: xp.fft.hfft(x, 5), W),
}  # fmt: skip


PARAMETRIZED = pytest.mark.parametrize(
    ("f", "arrays"), [(f, arrays) for f, *arrays in CASES.values()], ids=CASES
)


def combined(xp, f, derivative, *xs):
    """A real combination of the gradients of Σ |f|²."""
    weights = [complex_numbers(*x.shape, 2)[..., 0] for x in xs]
    slopes = derivative(lambda *xs: xp.sum(xp.abs(f(xp, *xs)) ** 2), tuple(range(len(xs))))(*xs)
    return sum(xp.sum(xp.real(w * dx)) for w, dx in zip(weights, slopes, strict=True))


@PARAMETRIZED
def test_pullbacks_and_second_derivatives(jnp, f, arrays):
    import jax

    value, pull = vjp(lambda *xs: f(np, *xs), *arrays)
    places = tuple(range(len(arrays)))
    second = grad(lambda *xs: combined(np, f, grad, *xs), places)(*arrays)
    weights = complex_numbers(*np.shape(value), 1)[..., 0]
    g = weights if np.iscomplexobj(value) else weights.real

    def theirs(g, *arrays):
        value, pull = jax.vjp(lambda *xs: f(jnp, *xs), *arrays)
        hessian = jax.grad(lambda *xs: combined(jnp, f, jax.grad, *xs), places)
        return [value, *pull(g), *hessian(*arrays)]

    for a, e in zip([value, *pull(g), *second], jax.jit(theirs)(g, *arrays), strict=True):
        assert a.dtype == e.dtype
        np.testing.assert_allclose(a, e, rtol=1e-9, atol=1e-10)


@PARAMETRIZED
def test_single_precision_stays_single(f, arrays):
    singles = [a.astype(np.complex64 if np.iscomplexobj(a) else np.float32) for a in arrays]
    value, pull = vjp(lambda *xs: f(np, *xs), *singles)
    assert value.dtype in (np.complex64, np.float32)
    assert [g.dtype for g in pull(np.ones_like(value))] == [a.dtype for a in singles]
