"""Every transform against JAX's in float64, on functions with products, choices and gathers."""

import numpy as np
import pytest

from autograd_core import (
    checkpoint,
    custom_derivative,
    fixed_point,
    gauss_newton_product,
    grad,
    hessian,
    hvp,
    implicit_root,
    jacobian,
    jvp,
    linearize,
    stop_gradient,
    value_and_grad,
    vjp,
)

pytestmark = pytest.mark.reference


@pytest.fixture(scope="module")
def jax():
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax


rng = np.random.default_rng(0)
A, W = rng.normal(size=(4, 3)), 0.3 * rng.normal(size=(3, 3))
X, V = rng.normal(size=(3, 3)), rng.normal(size=(3, 3))
P = {"W": W, "rest": [rng.normal(size=3), (0.7, {"k": rng.normal(size=(2, 3))})]}
Q = {"W": 0 * W + 0.1, "rest": [rng.normal(size=3), (0.2, {"k": rng.normal(size=(2, 3))})]}


def net(xp, p, x):
    b, (scale, more) = p["rest"]
    h = xp.tanh(x @ p["W"] + b) * scale
    return xp.concatenate([h, xp.where(h[:2] > 0, h[:2], h[1:]) * more["k"]])


def matrix(xp, x):
    y = A @ xp.where(x > 0, xp.sin(x) * x, x[::-1] ** 3)
    return xp.concatenate([y[1:], y[:1]]) / (2 + xp.sum(x, axis=0) ** 2)


def loss(xp, p, x):
    return xp.sum(net(xp, p, x) ** 2) + xp.max(p["W"]) * xp.prod(p["rest"][0])


def same(actual, expected, jax):
    mine, theirs = jax.tree.leaves(actual), jax.tree.leaves(expected)
    assert jax.tree.structure(actual) == jax.tree.structure(expected)
    for a, e in zip(mine, theirs, strict=True):
        assert (np.shape(a), a.dtype) == (e.shape, e.dtype)
        np.testing.assert_allclose(a, e, rtol=1e-10, atol=1e-13)


def both(f, jax):
    """The function on NumPy and on JAX."""
    return (lambda *a: f(np, *a)), (lambda *a: f(jax.numpy, *a))


def test_value_and_grad_with_structures_and_more(jax):
    def f(xp, p, x):
        return loss(xp, p, x), {"out": net(xp, p, x)}

    ours, theirs = both(f, jax)
    for argnums in (0, 1, (1, 0)):
        mine = value_and_grad(ours, argnums, has_aux=True)(P, X)
        same(mine, jax.value_and_grad(theirs, argnums, has_aux=True)(P, X), jax)


def test_vjp_and_jvp(jax):
    ours, theirs = both(net, jax)
    value, pull = vjp(ours, P, X)
    expected, their_pull = jax.vjp(theirs, P, X)
    same(value, expected, jax)
    g = np.cos(np.arange(15.0)).reshape(5, 3)
    same(pull(g), their_pull(g), jax)
    same(jvp(ours, (P, X), (Q, V)), jax.jvp(theirs, (P, X), (Q, V)), jax)
    value, push = linearize(ours, P, X)
    expected, their_push = jax.linearize(theirs, P, X)
    same(push(Q, V), their_push(Q, V), jax)


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_jacobians(jax, mode):
    theirs_of = jax.jacrev if mode == "reverse" else jax.jacfwd
    ours, theirs = both(matrix, jax)
    same(jacobian(ours, mode=mode)(X), theirs_of(theirs)(X), jax)
    ours, theirs = both(net, jax)
    same(jacobian(ours, (0, 1), mode=mode)(P, X), theirs_of(theirs, (0, 1))(P, X), jax)


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_complex_jacobians(jax, mode):
    z = X[0] + 1j * X[1]
    ours, theirs = both(lambda xp, z: xp.exp(W @ z) * z[::-1], jax)
    theirs_of = jax.jacrev if mode == "reverse" else jax.jacfwd
    same(jacobian(ours, mode=mode)(z), theirs_of(theirs, holomorphic=True)(z), jax)


def test_second_derivatives(jax):
    ours, theirs = both(lambda xp, x: xp.sum(matrix(xp, x) ** 2), jax)
    same(hessian(ours)(X), jax.hessian(theirs)(X), jax)
    same(hvp(ours)(X, V), jax.jvp(jax.grad(theirs), (X,), (V,))[1], jax)
    ours, theirs = both(loss, jax)
    same(hessian(ours)(P, X), jax.hessian(theirs)(P, X), jax)
    along = jax.jvp(lambda p: jax.grad(theirs)(p, X), (P,), (Q,))[1]
    same(hvp(ours)(P, X, Q), along, jax)
    same(
        jacobian(hessian(both(matrix_sum, jax)[0]))(X),
        jax.jacfwd(jax.hessian(both(matrix_sum, jax)[1]))(X), jax,
    )  # fmt: skip


def matrix_sum(xp, x):
    return xp.sum(xp.tanh(matrix(xp, x)))


def test_gauss_newton_product(jax):
    def entropy(xp):
        return lambda y: xp.sum(xp.log(xp.sum(xp.exp(y), axis=-1)))

    ours, theirs = both(matrix, jax)
    value, change = jax.jvp(theirs, (X,), (V,))
    bent = jax.jvp(jax.grad(entropy(jax.numpy)), (value,), (change,))[1]
    for which, seed in ((None, change), (entropy(np), bent)):
        same(gauss_newton_product(ours, which)(X, V), jax.vjp(theirs, X)[1](seed)[0], jax)


def test_nested_modes(jax):
    def along(jvp, f, x):
        return jvp(f, (x,), (V,))[1]

    ours, theirs = both(lambda xp, x: xp.sum(matrix(xp, x) ** 2), jax)
    same(
        grad(lambda x: along(jvp, grad(ours), x)[0, 0] * along(jvp, ours, x))(X),
        jax.grad(
            lambda x: along(jax.jvp, jax.grad(theirs), x)[0, 0] * along(jax.jvp, theirs, x)
        )(X), jax,
    )  # fmt: skip
    same(
        jvp(lambda x: along(jvp, lambda x: along(jvp, ours, x), x), (X,), (V,))[1],
        jax.jvp(lambda x: along(jax.jvp, lambda x: along(jax.jvp, theirs, x), x), (X,), (V,))[1],
        jax,
    )


@pytest.mark.parametrize("order", [1, 2])
def test_checkpoint_and_stop_gradient(jax, order):
    def f(xp, checkpoint, stop, x):
        layer = checkpoint(lambda x: xp.tanh(x @ W) * x)
        return xp.sum(layer(layer(x)) * stop(layer(x)))

    mine = lambda x: f(np, checkpoint, stop_gradient, x)  # noqa: E731
    theirs = lambda x: f(jax.numpy, jax.checkpoint, jax.lax.stop_gradient, x)  # noqa: E731
    if order == 1:
        same(grad(mine)(X), jax.grad(theirs)(X), jax)
        same(jvp(mine, (X,), (V,))[1], jax.jvp(theirs, (X,), (V,))[1], jax)
    else:
        same(hessian(mine)(X), jax.hessian(theirs)(X), jax)


def test_custom_derivatives(jax):
    """One that is wrong on purpose, so that only the stated rule can give the result."""
    mine = custom_derivative(lambda x: np.sin(x), vjp=lambda g, x: g * x**2)

    @jax.custom_vjp
    def theirs(x):
        return jax.numpy.sin(x)

    theirs.defvjp(lambda x: (theirs(x), x), lambda x, g: (g * x**2,))
    same(jacobian(lambda x: mine(2 * x))(X[0]), jax.jacrev(lambda x: theirs(2 * x))(X[0]), jax)
    same(
        hessian(lambda x: np.sum(mine(x) ** 2))(X[0]),
        jax.jacrev(jax.grad(lambda x: jax.numpy.sum(theirs(x) ** 2)))(X[0]), jax,
    )  # fmt: skip


def test_implicit_differentiation(jax):
    def solve(xp, w, x):
        z = xp.zeros(3)
        for _ in range(80):
            z = xp.tanh(w @ z + x)
        return z

    mine = lambda w: np.sum(fixed_point(lambda z, w: np.tanh(w @ z + X[0]), np.zeros(3), w) ** 2)  # noqa: E731
    theirs = lambda w: jax.numpy.sum(solve(jax.numpy, w, X[0]) ** 2)  # noqa: E731
    same(grad(mine)(W), jax.grad(theirs)(W), jax)
    same(hessian(mine)(W), jax.hessian(theirs)(W), jax)
    same(jvp(mine, (W,), (V,))[1], jax.jvp(theirs, (W,), (V,))[1], jax)


def test_a_linear_system_as_a_root(jax):
    """x = M⁻¹ b, by a root on our side and by JAX's own solve on the other."""
    root = implicit_root(lambda x, m, b: m @ x - b)(lambda m, b: np.linalg.solve(m, b))
    m, b = X + 3 * np.eye(3), V[0]
    theirs = jax.numpy.linalg.solve
    same(jacobian(root, (0, 1))(m, b), jax.jacrev(theirs, (0, 1))(m, b), jax)
    same(
        hessian(lambda m: np.sum(root(m, b) ** 2))(m),
        jax.hessian(lambda m: jax.numpy.sum(theirs(m, b) ** 2))(m), jax,
    )  # fmt: skip
