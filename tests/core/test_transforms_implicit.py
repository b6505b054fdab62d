"""implicit_root and fixed_point: derivatives of what an equation defines."""

from functools import partial

import numpy as np
import pytest

from autograd_core import (
    GraphError,
    ShapeError,
    Tensor,
    check_gradients,
    fixed_point,
    grad,
    graph,
    hessian,
    hvp,
    implicit_root,
    jacobian,
    jvp,
    no_grad,
)

W = np.array([[0.2, -0.3, 0.1], [0.05, 0.3, -0.2], [-0.1, 0.2, 0.15]])
X = np.array([0.1, 0.2, -0.5])
T = np.cos(X)


def step(z, w, x):
    return np.tanh(w @ z + x)


def layer(w, x):
    return fixed_point(step, np.zeros(3), w, x)


def unrolled(w, x):
    z = np.zeros(3)
    for _ in range(60):
        z = step(z, w, x)
    return z


def loss(layer):
    return lambda w, x: np.sum(np.sin(layer(w, x)) * x)


DERIVATIVES = {
    "grad": lambda f: np.concatenate([g.ravel() for g in grad(loss(f), (0, 1))(W, X)]),
    "jvp": lambda f: jvp(f, (W, X), (W, T))[1],
    "jacobian": lambda f: jacobian(f, 1, mode="reverse")(W, X),
    "forward jacobian": lambda f: jacobian(f, 1, mode="forward")(W, X),
    "hessian": lambda f: hessian(loss(f), 1)(W, X),
    "hvp": lambda f: hvp(loss(f))(W, X, W),
    "jvp of jvp": lambda f: jvp(lambda x: jvp(f, (W, x), (W, T))[1], (X,), (T,))[1],
    "grad of jvp": lambda f: grad(lambda w: np.sum(jvp(f, (w, X), (W, T))[1]))(W),
    "third order": lambda f: jvp(lambda x: hessian(loss(f), 1)(W, x), (X,), (T,))[1],
}


@pytest.mark.parametrize("derive", DERIVATIVES.values(), ids=DERIVATIVES)
def test_derivatives_are_those_of_the_unrolled_iteration(derive):
    np.testing.assert_allclose(derive(layer), derive(unrolled), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("derive", [grad, hessian])
def test_what_the_function_closes_over(derive):
    def energy(layer, w):
        return np.sum(np.sin(layer(w)))

    def closed(w):
        return fixed_point(lambda z: np.tanh((w * 1) @ z + w[0]), np.zeros(3))

    def open_(w):
        return unrolled(w, w[0])

    np.testing.assert_allclose(
        derive(partial(energy, closed))(W), derive(partial(energy, open_))(W), rtol=1e-9, atol=1e-12
    )


def test_parameters_of_a_layer_get_their_gradient():
    w, x = Tensor(W), Tensor(X)
    z = fixed_point(lambda z, x: np.tanh(w @ z + x), np.zeros(3), x)
    np.sum(np.sin(z) * x).backward()
    by_w, by_x = grad(loss(unrolled), (0, 1))(W, X)
    np.testing.assert_allclose(w.grad, by_w, rtol=1e-10)
    np.testing.assert_allclose(x.grad, by_x, rtol=1e-10)
    assert z.creator.primitive.name == "root"


def bisected(a, low=-5.0, high=5.0):
    """The root of x³ + a x = 2 by halving an interval: nothing in here has a derivative."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if middle**3 + a * middle < 2 else (low, middle)
    return low


cubic = implicit_root(lambda x, a: x**3 + a * x - 2)(bisected)


def test_a_solver_without_derivatives():
    """At a = 1 the root is 1, and implicit differentiation by hand gives -1/4 and 1/32."""
    assert cubic(1.0) == pytest.approx(1.0, rel=1e-15)
    assert grad(cubic)(1.0) == pytest.approx(-1 / 4, rel=1e-14)
    assert jvp(cubic, (1.0,), (2.0,))[1] == pytest.approx(-1 / 2, rel=1e-14)
    assert grad(grad(cubic))(1.0) == pytest.approx(1 / 32, rel=1e-13)
    assert check_gradients(cubic, 1.0).ok


def test_keywords_belong_to_the_solver():
    assert grad(lambda a: cubic(a, low=0.0, high=2.0))(1.0) == pytest.approx(-1 / 4, rel=1e-14)


def test_systems_of_any_shape_and_structures_of_arguments():
    """X with X + p·X³ = B, elementwise, as a matrix."""

    @implicit_root(lambda x, p: (x + p["k"] * x**3 - p["b"]).T)
    def solve(p):
        x = p["b"]
        for _ in range(50):
            x = x - (x + p["k"] * x**3 - p["b"]) / (1 + 3 * p["k"] * x**2)
        return x

    p = {"k": 0.5, "b": np.array([[1.0, 2.0, 0.5], [0.3, -1.0, 0.1]])}
    x = solve(p)
    found = jacobian(solve)(p)
    slope = 1 / (1 + 1.5 * x**2)
    np.testing.assert_allclose(found["k"], -(x**3) * slope, rtol=1e-13)
    np.testing.assert_allclose(
        found["b"], np.eye(6).reshape(2, 3, 2, 3) * slope, rtol=1e-13, atol=1e-15
    )


def test_complex_roots():
    root = implicit_root(lambda z, c: z * z - c)(lambda c: np.sqrt(c))
    c = 1.0 + 2.0j
    np.testing.assert_allclose(jacobian(root)(c), 0.5 / np.sqrt(c), rtol=1e-14)


def test_plain_calls_give_plain_roots():
    assert type(layer(W, X)) is np.ndarray
    with no_grad():
        assert type(fixed_point(step, np.zeros(3), Tensor(W), X)) is np.ndarray


def test_it_is_drawn_as_one_node():
    text = graph(loss(layer)(Tensor(W), Tensor(X))).to_text()
    assert text.count("[root]") == 1
    assert "tanh" not in text


def test_errors():
    with pytest.raises(ShapeError, match=r"the residual has shape \(2,\) and the root \(3,\)"):
        grad(lambda a: np.sum(implicit_root(lambda x, a: x[:2] * a)(lambda a: np.zeros(3))(a)))(1.0)
    double = implicit_root(lambda x, a: (x - a) ** 2)(lambda a: a)
    with pytest.raises(GraphError, match="Jacobian is singular at the root"):
        grad(double)(1.0)
    with pytest.raises(
        GraphError, match=r"fixed_point: no fixed point after 20 steps; the last mo"
    ):
        fixed_point(lambda x: 2 * x + 1, 1.0, steps=20)
