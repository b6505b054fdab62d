"""Numerical differentiation, and the gradient check that names the guilty operation."""

import inspect

import numpy as np
import pytest

import nn
from autograd_core import (
    DTypeError,
    GradientCheckError,
    GraphError,
    Tensor,
    check_gradients,
    grad,
    numerical_gradient,
    primitive,
    relu,
    scope,
    sigmoid,
)

# Its derivative is 3 x², not 2 x².
wrong_cube = primitive(
    "wrong_cube_example", lambda x: x**3, kind="elementwise", vjp=(lambda g, x: g * 2 * x**2,)
)
# Right for x, wrong for y.
wrong_product = primitive(
    "wrong_product_example", lambda x, y: x * y, kind="elementwise",
    vjp=(lambda g, y: g * y, lambda g, x: g * -x),
)  # fmt: skip
X = np.array([[0.5, -1.2, 2.0], [0.1, 0.7, -0.3]])


def line_here():
    return inspect.currentframe().f_back.f_lineno


# ── numerical_gradient ────────────────────────────────────────────────────────────────────────
def test_the_slope_of_the_book_to_the_last_bit():
    """Deep Learning from Scratch, section 4.3.2."""
    assert numerical_gradient(lambda x: 0.01 * x**2 + 0.1 * x, 5, h=1e-4) == 0.1999999999990898


@pytest.mark.parametrize("x", [3, 3.0, np.float32(3), [1.0, 2.0], np.arange(6).reshape(2, 3), X])
def test_numerical_gradient_takes_numbers_and_arrays_of_every_kind(x):
    actual = numerical_gradient(lambda x: np.sum(x**3), x)
    assert (actual.shape, actual.dtype) == (np.shape(x), np.float64)
    np.testing.assert_allclose(actual, 3 * np.square(x, dtype=float), rtol=1e-8)


def test_numerical_gradient_of_a_tensor_records_nothing_and_changes_nothing():
    t = Tensor([1.0, 2.0])
    assert numerical_gradient(lambda x: np.sum(x * t), t).tolist() == pytest.approx([1, 2])
    assert t.grad is None
    assert t.data.tolist() == [1.0, 2.0]
    assert numerical_gradient(np.sum, np.zeros((0, 2))).shape == (0, 2)


def test_the_step_grows_with_the_number():
    assert numerical_gradient(lambda x: x**2, 1e8) == pytest.approx(2e8, rel=1e-9)


def test_numerical_gradient_refuses_what_it_cannot_do():
    with pytest.raises(DTypeError, match=r"dtype complex128; pass real numbers"):
        numerical_gradient(np.abs, 1j)
    with pytest.raises(GraphError, match=r"array of shape \(2,\), not a scalar"):
        numerical_gradient(lambda x: x, np.ones(2))


# ── gradients that are right ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "f",
    [np.sin, lambda x: np.sum(x**2), lambda x: sigmoid(x) @ np.ones((3, 2)), lambda x: x.T @ x],
)
def test_analytic_functions_are_checked_by_the_complex_step(f):
    report = check_gradients(f, X)
    (entry,) = report.arguments
    assert report.ok
    assert entry.method == "complex step"
    assert (entry.name, entry.shape) == ("argument 0", (2, 3))
    assert entry.max_error < 1e-13
    assert entry.mean_error <= entry.max_error
    assert report.culprit is None


@pytest.mark.parametrize(
    "f", [np.abs, lambda x: x % 0.37, lambda x: np.std(x) + np.abs(x), lambda x: relu(np.abs(x))]
)
def test_other_functions_are_checked_by_central_differences(f):
    (entry,) = check_gradients(f, X).arguments
    assert entry.method == "central differences"
    assert entry.max_error < 1e-8


def test_a_function_that_is_analytic_in_some_elements_only():
    x = np.array([1.0, 2.0, 3.0, 4.0])
    assert check_gradients(lambda x: x[0] + x[1] + x[2] + np.abs(x[3]), x).ok


def test_several_arguments_and_broadcasting():
    report = check_gradients(lambda x, w, b: np.tanh(x @ w + b), X, X.T[:, :1] * 2, np.ones(1))
    assert report.ok
    assert [entry.shape for entry in report.arguments] == [(2, 3), (3, 1), (1,)]


def test_numbers_integers_and_empty_arrays_as_arguments():
    assert check_gradients(lambda x: x**2, 3).ok
    assert check_gradients(np.sum, np.zeros((0, 2))).ok
    with pytest.raises(DTypeError, match="argument 1 has dtype int64; pass real floating"):
        check_gradients(lambda x, y: x * y, 1.0, np.arange(2))


def test_float32_is_judged_by_its_own_precision():
    report = check_gradients(lambda x: np.exp(x) * np.sin(x), X.astype(np.float32))
    assert report.ok
    assert report.arguments[0].max_error < 1e-5


def test_constant_functions():
    assert check_gradients(lambda x: 3.0, X).ok
    assert check_gradients(lambda x: np.floor(x * 0.9), X).ok


def test_the_parameters_of_a_net_and_nothing_of_it_is_changed():
    net = nn.Sequential(nn.Affine(3, 4, dtype=float, rng=0), nn.Sigmoid(), nn.Affine(4, 2, rng=1))
    parameters = list(net.parameters())
    before = [p.data.copy() for p in parameters]
    loss = nn.SoftmaxWithLoss()
    assert check_gradients(lambda *_: loss(net(X), np.array([0, 1])), *parameters).ok
    for p, b in zip(parameters, before, strict=True):
        np.testing.assert_array_equal(p.data, b)
        assert p.dtype == b.dtype
        assert p.grad is None


def test_arguments_are_named_after_their_tensors():
    w = Tensor([1.0], name="weights")
    assert check_gradients(lambda w: w * 2, w).arguments[0].name == "weights"


def test_only_leaves_are_checked():
    w = Tensor([1.0])
    for arg in (w * 2, w.detach()):
        with pytest.raises(GraphError, match="argument 0 is not a leaf that requires a gradient"):
            check_gradients(lambda x: x, arg)


# ── gradients that are wrong ──────────────────────────────────────────────────────────────────
def test_the_guilty_operation_is_named_with_its_line():
    line = line_here() + 3

    def f(x):
        y = np.sin(x) + wrong_cube(x)
        return np.exp(y)

    with pytest.raises(GradientCheckError, match="gradients disagree") as raised:
        check_gradients(f, X)
    report = raised.value.report
    assert not report.ok
    assert report.culprit.primitive == "wrong_cube_example"
    assert report.culprit.line == f"test_check.py:{line}"
    assert report.culprit.rule == "vjp_wrong_cube_example_x"
    assert report.culprit.analytic == pytest.approx(report.culprit.numerical * 2 / 3, rel=1e-4)
    text = str(raised.value)
    assert "argument 0 (2, 3): WRONG, worst at (" in text
    assert f"recorded at test_check.py:{line}" in text
    assert "the local derivative of wrong_cube_example with respect to operand 0" in text


def test_the_line_of_an_operation_inside_of_a_layer_or_of_numpy_is_the_users():
    layer = nn.Sigmoid()

    def f(x):
        return layer(np.stack([wrong_cube(x), x]))  # the packages' frames lie below this line

    report = check_gradients(f, X, raise_on_failure=False)
    assert report.culprit.line == f"test_check.py:{f.__code__.co_firstlineno + 1}"


def test_the_guilty_operand_is_named():
    report = check_gradients(wrong_product, X, X + 1, raise_on_failure=False)
    assert [entry.ok for entry in report.arguments] == [True, False]
    assert (report.culprit.operand, report.culprit.rule) == (1, "vjp_wrong_product_example_y")


def test_of_two_guilty_operations_the_first_is_named():
    report = check_gradients(lambda x: wrong_product(x, wrong_cube(x)), X, raise_on_failure=False)
    assert report.culprit.primitive == "wrong_cube_example"


def test_the_scope_of_the_guilty_operation_is_named():
    def f(x):
        with scope("net"), scope("cube1"):
            return wrong_cube(x)

    report = check_gradients(f, X, raise_on_failure=False)
    assert report.culprit.scope == "net/cube1"
    assert "in net/cube1" in str(report)


def test_a_small_error_in_one_element_is_found():
    almost = primitive(
        "almost_example", lambda x: np.sin(x), kind="elementwise",
        vjp=(lambda g, x: g * np.cos(x) + np.where(x == 2.0, 1e-7, 0),),
    )  # fmt: skip
    report = check_gradients(almost, X, raise_on_failure=False, tolerance=1e-8)
    assert not report.ok
    assert report.arguments[0].worst == (0, 2)
    assert report.arguments[0].max_error == pytest.approx(1e-7, rel=0.1)
    assert check_gradients(almost, X, tolerance=1e-6).ok


def test_a_wrong_rule_is_found_in_float32():
    report = check_gradients(wrong_cube, X.astype(np.float32), raise_on_failure=False)
    assert report.culprit.primitive == "wrong_cube_example"


def test_a_gradient_that_is_not_a_number_is_wrong():
    bad = primitive("nan_example", lambda x: -x, kind="elementwise", vjp=(lambda g: g * np.nan,))
    report = check_gradients(bad, X, raise_on_failure=False)
    assert not report.ok
    assert report.arguments[0].max_error == np.inf


def test_at_a_kink_the_operation_with_the_kink_is_named():
    x = np.array([0.0, 1.0])
    report = check_gradients(lambda x: np.sum(relu(x)), x, raise_on_failure=False)
    assert not report.ok
    assert report.arguments[0].worst == (0,)
    assert report.arguments[0].numerical == pytest.approx(0.5)
    assert report.culprit.primitive == "relu"


def test_a_derivative_that_was_cut_off_is_blamed_on_no_operation():
    report = check_gradients(lambda x: x * x.detach(), X, raise_on_failure=False)
    assert not report.ok
    assert report.culprit is None
    assert "culprit: every recorded operation is right by itself" in str(report)


def test_checking_leaves_backward_alone():
    t = Tensor(X)
    y = (t * 2).sum()
    check_gradients(lambda t: t * 3, t)
    y.backward()
    assert (t.grad == 2).all()


# ── gradient descent, section 4.4.2 of the book ───────────────────────────────────────────────
def bowl(x):
    return x[0] ** 2 + x[1] ** 2


def descend(slope, lr, steps):
    x = np.array([-3.0, 4.0])
    for _ in range(steps):
        x = x - lr * slope(x)
    return x


def numerical(x):
    return numerical_gradient(bowl, x, h=1e-4)


@pytest.mark.parametrize(
    ("slope", "lr", "steps", "end", "places"),
    [
        (numerical, 0.1, 20, (-0.0346, 0.0461), 0.5e-4),
        (grad(bowl), 0.1, 20, (-0.0346, 0.0461), 0.5e-4),
        (numerical, 0.1, 100, (-6.1e-10, 8.1e-10), 0.05e-10),
        (grad(bowl), 0.1, 100, (-6.1e-10, 8.1e-10), 0.05e-10),
        (numerical, 1e-10, 100, (-2.99999994, 3.99999992), 0.5e-8),
        (numerical, 10.0, 100, (-2.58983747e13, -1.29524862e12), 0.5e5),
        (grad(bowl), 10.0, 100, (-2.25e128, 3.00e128), 0.005e128),
    ],
)
def test_gradient_descent(slope, lr, steps, end, places):
    np.testing.assert_allclose(descend(slope, lr, steps), end, rtol=0, atol=places)
