"""jvp, linearize, hvp, gauss_newton_product; and modes inside modes."""

import numpy as np
import pytest

from autograd_core import (
    GraphError,
    ShapeError,
    Tensor,
    gauss_newton_product,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    linearize,
    no_grad,
    vjp,
)

X, V = np.array([0.3, -0.8, 1.1]), np.array([1.0, 0.5, -2.0])
A = np.array([[1.0, 2.0, -1.0], [0.5, -1.0, 3.0]])


def f(x):
    return np.tanh(A @ x) * np.sum(x**2)


def loss(x):
    return np.sum(np.exp(A @ x) / (1 + x[0] ** 2))


# ── forward mode ──────────────────────────────────────────────────────────────────────────────
def test_jvp_is_the_jacobian_times_the_tangent():
    value, change = jvp(f, (X,), (V,))
    assert (type(value), type(change)) == (np.ndarray, np.ndarray)
    np.testing.assert_array_equal(value, f(X))
    np.testing.assert_allclose(change, jacobian(f, mode="reverse")(X) @ V, rtol=1e-13)


def test_jvp_of_a_function_that_does_not_depend_on_its_argument():
    assert jvp(lambda x: 3.0, (1.0,), (1.0,)) == (3.0, 0.0)
    assert jvp(lambda x: np.argmax(x), (X,), (V,)) == (2, 0.0)


def test_jvp_of_a_constant_and_an_integer():
    with pytest.raises(GraphError, match=r"jvp: the function returned None"):
        jvp(lambda x: None, (1.0,), (1.0,))
    assert jvp(lambda x: x * x, (3,), (1,))[1] == 6.0


def test_linearize_runs_the_function_once():
    calls = []
    value, push = linearize(lambda x, y: calls.append(1) or f(x) * y, X, 2.0)
    np.testing.assert_array_equal(value, 2 * f(X))
    for t, s in ((V, 0.0), (2 * V, 1.0), (np.zeros(3), 1.0)):
        expected = jvp(lambda x, y: f(x) * y, (X, 2.0), (t, s))[1]
        np.testing.assert_allclose(push(t, s), expected, rtol=1e-14)
    assert calls == [1]


def test_linearize_of_structures_and_its_errors():
    value, push = linearize(lambda p: [p["a"] * 2, p["b"]], {"a": X, "b": 1.0})
    assert value[1] == 1.0
    doubled, same = push({"a": V, "b": 3.0})
    assert (doubled.tolist(), same) == ((2 * V).tolist(), 3.0)
    with pytest.raises(ShapeError, match=r"linearize: the tangent has shape \(2,\) .* \(3,\)"):
        push({"a": V[:2], "b": 1.0})
    with pytest.raises(GraphError, match="1 arguments and 2 tangents"):
        push(1.0, 2.0)


def test_a_linearization_inside_a_derivative():
    def slope_along_v(x):
        return np.sum(linearize(loss, x)[1](V))

    np.testing.assert_allclose(grad(slope_along_v)(X), hvp(loss)(X, V), rtol=1e-12)


def test_tangents_may_be_differentiated():
    np.testing.assert_allclose(
        grad(lambda v: np.sum(jvp(f, (X,), (v,))[1]))(V), np.sum(jacobian(f)(X), 0), rtol=1e-13
    )
    push = linearize(f, X)[1]
    np.testing.assert_allclose(
        grad(lambda v: np.sum(push(v)))(V), np.sum(jacobian(f)(X), 0), rtol=1e-13
    )


# ── products with matrices of second derivatives ──────────────────────────────────────────────
def test_hvp_is_the_hessian_times_the_vector():
    np.testing.assert_allclose(hvp(loss)(X, V), hessian(loss)(X) @ V, rtol=1e-12)


def test_hvp_of_a_chosen_argument_and_of_structures():
    def g(scale, p, *, power):
        return scale * np.sum(p["a"] ** power) * p["b"]

    p, v = {"a": X, "b": 2.0}, {"a": V, "b": 1.0}
    product = hvp(g, 1)(3.0, p, v, power=3)
    np.testing.assert_allclose(product["a"], 3 * (6 * X * 2 * V + 3 * X**2), rtol=1e-13)
    np.testing.assert_allclose(product["b"], 3 * np.sum(3 * X**2 * V), rtol=1e-13)
    assert hvp(g, "scale")(3.0, p, 1.0, power=3) == 0.0
    assert hvp(lambda x, y: x * y**3, -1)(2.0, 3.0, 1.0) == 36.0


@pytest.mark.parametrize("which", [None, lambda r: np.sum(np.logaddexp(0, r))])
def test_gauss_newton_product(which):
    J = jacobian(f)(X)
    H = np.eye(2) if which is None else hessian(which)(f(X))
    np.testing.assert_allclose(gauss_newton_product(f, which)(X, V), J.T @ H @ J @ V, rtol=1e-12)


def test_gauss_newton_product_of_structures():
    def g(p, t):
        return p["a"] * np.exp(-p["k"] * t)

    t, p, v = np.linspace(0, 1, 4), {"a": 2.0, "k": 0.7}, {"a": 1.0, "k": -1.0}
    J = np.stack([jacobian(g)(p, t)[k] for k in "ak"], axis=1)
    product = gauss_newton_product(g)(p, t, v)
    np.testing.assert_allclose([product["a"], product["k"]], J.T @ J @ [1, -1], rtol=1e-13)


# ── modes inside modes ────────────────────────────────────────────────────────────────────────
def along(g, x=2.0):
    return jvp(g, (x,), (1.0,))[1]


NESTED = {
    # at x = 3; the inner variable must not be taken for the outer one
    "grad, grad": (lambda: grad(lambda x: x * grad(lambda y: x + y)(1.0))(3.0), 1.0),
    "grad, jvp": (lambda: grad(lambda x: x * along(lambda y: x + y, 1.0))(3.0), 1.0),
    "jvp, grad": (lambda: along(lambda x: x * grad(lambda y: x + y)(1.0), 3.0), 1.0),
    "jvp, jvp": (lambda: along(lambda x: x * along(lambda y: x + y, 1.0), 3.0), 1.0),
    "grad, jvp, product": (lambda: grad(lambda x: x * along(lambda y: x * y**2))(3.0), 24.0),
    "jvp, jvp, product": (lambda: along(lambda x: x * along(lambda y: x * y**2), 3.0), 24.0),
    "jvp, jvp, the same": (lambda: along(lambda x: along(lambda y: x * y**2, x), 3.0), 12.0),
    "jvp, grad, the same": (lambda: along(lambda x: grad(lambda y: x * y**2)(x), 3.0), 12.0),
    "grad, jvp, the same": (lambda: grad(lambda x: along(lambda y: x * y**2, x))(3.0), 12.0),
    "jacobian, jvp": (lambda: jacobian(lambda x: x * along(lambda y: x + y))(3.0), 1.0),
    "jvp, jacobian": (lambda: along(lambda x: x * jacobian(lambda y: x + y)(1.0), 3.0), 1.0),
    "linearize, grad": (
        lambda: linearize(lambda x: x * grad(lambda y: x + y)(1.0), 3.0)[1](1.0), 1.0
    ),
    "unused outside": (lambda: along(lambda x: along(lambda y: y**3), 3.0), 0.0),
    "unused inside": (lambda: along(lambda x: along(lambda y: x * 1.0), 3.0), 0.0),
}  # fmt: skip


@pytest.mark.parametrize(("compute", "expected"), NESTED.values(), ids=NESTED)
def test_no_confusion_of_perturbations(compute, expected):
    result = compute()
    assert not isinstance(result, Tensor)
    assert result == pytest.approx(expected, rel=1e-14)


def once(g):
    return {"grad": grad(g), "jvp": lambda x: along(g, x), "jacobian": jacobian(g),
            "forward": jacobian(g, mode="forward"), "linearize": lambda x: linearize(g, x)[1](1.0),
            "vjp": lambda x: vjp(g, x)[1](1.0)[0]}  # fmt: skip


@pytest.mark.parametrize("inner", once(np.sin))
@pytest.mark.parametrize("middle", once(np.sin))
@pytest.mark.parametrize("outer", once(np.sin))
def test_third_derivatives_by_every_combination(outer, middle, inner):
    """(x sin x + 1 / (1 + x))‴ = -3 sin x - x cos x - 6 / (1 + x)⁴."""
    third = once(once(once(lambda x: x * np.sin(x) + 1 / (1 + x))[inner])[middle])[outer](0.7)
    expected = -3 * np.sin(0.7) - 0.7 * np.cos(0.7) - 6 / 1.7**4
    assert type(third) in (np.ndarray, np.float64)
    assert third == pytest.approx(expected, rel=1e-13)


def test_jvp_works_inside_no_grad_and_of_functions_around_tensors():
    w = Tensor(3.0)
    with no_grad():
        value, change = jvp(lambda x: w * x * x, (2.0,), (1.0,))
    assert (type(change), value, change) == (np.ndarray, 12.0, 12.0)
    value, change = jvp(lambda x: w * x * x, (2.0,), (1.0,))
    change.backward()
    assert w.grad == 4.0
