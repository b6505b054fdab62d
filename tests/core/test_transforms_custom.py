"""custom_derivative and stop_gradient: derivatives that the user states, and their check."""

import numpy as np
import pytest

from autograd_core import (
    DeclarationError,
    GradientCheckError,
    Tensor,
    check_gradients,
    custom_derivative,
    grad,
    graph,
    hessian,
    jacobian,
    jvp,
    stop_gradient,
)
from autograd_core.primitive import REGISTRY

X = np.array([0.3, -1.2, 2.0])


def softplus(x):
    """log(1 + eˣ)"""
    return np.logaddexp(x, 0)


def slope(x):
    return 1 / (1 + np.exp(-x))


FORMS = {
    "vjp": custom_derivative(softplus, vjp=lambda g, x: g * slope(x)),
    "jvp": custom_derivative(softplus, jvp=lambda t, x: t * slope(x)),
    "both": custom_derivative(softplus, (lambda g, x: g * slope(x),), (lambda t, x: t * slope(x),)),
    "out": custom_derivative(vjp=lambda g, out: g * (1 - np.exp(-out)))(softplus),
}


@pytest.mark.parametrize("f", FORMS.values(), ids=FORMS)
def test_every_mode_and_order(f):
    s = slope(X)
    np.testing.assert_array_equal(f(X), softplus(X))
    np.testing.assert_allclose(grad(lambda x: np.sum(f(x)))(X), s, rtol=1e-13)
    np.testing.assert_allclose(jvp(f, (X,), (X,))[1], s * X, rtol=1e-13)
    for mode in ("reverse", "forward"):
        np.testing.assert_allclose(jacobian(f, mode=mode)(X), np.diag(s), rtol=1e-13)
    np.testing.assert_allclose(hessian(lambda x: np.sum(f(x)))(X), np.diag(s * (1 - s)), rtol=1e-12)
    twice = jvp(lambda x: jvp(f, (x,), (X,))[1], (X,), (X,))[1]
    np.testing.assert_allclose(twice, s * (1 - s) * X**2, rtol=1e-12)
    mixed = grad(lambda x: np.sum(jvp(f, (x,), (X,))[1]))(X)
    np.testing.assert_allclose(mixed, s * (1 - s) * X, rtol=1e-12)
    assert check_gradients(f, X).ok


def test_it_is_one_node_with_the_name_of_the_function():
    t = Tensor(X)
    y = FORMS["vjp"](t)
    assert y.creator.primitive.name == "softplus"
    assert "softplus" not in REGISTRY
    assert FORMS["vjp"].__doc__ == "log(1 + eˣ)"
    assert "softplus" in graph(np.sum(y)).to_text()


@pytest.mark.parametrize("which", ["vjp", "jvp"])
def test_several_arguments_and_parameters(which):
    rules = {
        "vjp": (lambda g, y, k: k * g @ y.T, lambda g, x, k: k * x.T @ g),
        "jvp": (lambda t, y, k: k * t @ y, lambda t, x, k: k * x @ t),
    }

    @custom_derivative(**{which: rules[which]})
    def scaled(x, y, *, k=2.0):
        return k * np.dot(x, y)

    a, b = np.cos(np.arange(6.0)).reshape(2, 3), np.sin(np.arange(6.0)).reshape(3, 2)
    for call in (lambda x, y: scaled(x, y), lambda x, y: scaled(y=y, x=x, k=3.0)):
        assert check_gradients(call, a, b).ok
    assert check_gradients(lambda x: scaled(x, b), a).ok
    np.testing.assert_allclose(jvp(scaled, (a, b), (a, b))[1], 4 * a @ b, rtol=1e-14)


def test_the_function_sees_plain_arrays_and_may_do_anything():
    @custom_derivative(vjp=lambda g, x: g * 2 * x)
    def square(x):
        assert type(x) is np.ndarray
        return [float(v) ** 2 for v in x]

    assert grad(lambda x: np.sum(square(x)))(X).tolist() == (2 * X).tolist()


def test_a_share_may_be_broadcast():
    total = custom_derivative(lambda x, y: x + y, jvp=(lambda t: t, lambda t: t))
    by_x, by_y = grad(lambda x, y: np.sum(total(x, y) * X), (0, 1))(1.0, X)
    assert by_x == pytest.approx(np.sum(X))
    assert by_y.tolist() == X.tolist()


WRONG = {
    "vjp": (
        {"vjp": lambda g, x: g * 2 * slope(x)},
        r"local derivative of softplus .*\(vjp_softplus_x\)",
    ),
    "jvp": (
        {"vjp": lambda g, x: g * slope(x), "jvp": lambda t, x: t * 2 * slope(x)},
        r"forward rule of softplus for operand 0 \(jvp_softplus_x\), recorded at test_trans",
    ),
    "transposed": (
        {"jvp": lambda t, x: t * 2 * slope(x)},
        r"local derivative of softplus",
    ),
}


@pytest.mark.parametrize(("rules", "text"), WRONG.values(), ids=WRONG)
def test_the_check_names_a_wrong_rule(rules, text):
    f = custom_derivative(softplus, **rules)
    with pytest.raises(GradientCheckError, match=text) as caught:
        check_gradients(lambda x: np.sum(np.sin(f(x)) * x), X)
    assert not caught.value.report.ok


def test_declarations_that_cannot_be_right():
    with pytest.raises(DeclarationError, match="custom_derivative of softplus: give vjp=, jvp= or"):
        custom_derivative(softplus)
    with pytest.raises(DeclarationError, match=r"softplus: 2 rules for the inputs \('x',\)"):
        custom_derivative(softplus, vjp=(lambda g: g, lambda g: g))
    with pytest.raises(DeclarationError, match="asks for 'z', which is none of"):
        custom_derivative(softplus, vjp=lambda g, z: g)
    with pytest.raises(DeclarationError, match="first argument is t, the tangent"):
        custom_derivative(softplus, jvp=lambda g: g)


# ── stop_gradient ─────────────────────────────────────────────────────────────────────────────
def test_nothing_passes_a_stopped_gradient():
    f = lambda x: x**2 * stop_gradient(x)  # noqa: E731
    assert grad(f)(3.0) == 18.0
    assert jvp(f, (3.0,), (1.0,))[1] == 18.0
    assert grad(grad(f))(3.0) == 6.0
    assert grad(lambda x: grad(lambda y: y * stop_gradient(x * y))(x))(3.0) == 0.0


def test_stop_gradient_of_structures_and_arrays():
    t = Tensor(X)
    found = stop_gradient({"a": [t, X, 3.0], "b": None})
    assert found["a"][0].requires_grad is False
    assert found["a"][1] is X
    assert found["a"][2:] == [3.0]
