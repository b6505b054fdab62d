"""grad, value_and_grad and vjp: arrays in, arrays out, and derivatives inside derivatives."""

import threading

import numpy as np
import pytest

from autograd_core import DTypeError, GraphError, ShapeError, Tensor, grad, no_grad, vjp
from autograd_core import value_and_grad as vg
from autograd_core.mode import current_mode


def square(x):
    """The square."""
    return x * x


# ── forms ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("argument", "expected"),
    [(3.0, 6.0), (3, 6.0), (np.float32(3), 6.0), (np.array(3.0), 6.0), (Tensor(3.0).detach(), 6.0)],
)
def test_grad_of_a_number(argument, expected):
    slope = grad(square)(argument)
    assert type(slope) is np.ndarray
    assert slope.shape == ()
    assert slope == expected
    single = isinstance(argument, np.float32)
    assert slope.dtype == (np.float32 if single else np.float64)


@pytest.mark.parametrize("argument", [[1.0, 2.0], (1.0, 2.0), np.array([1.0, 2.0])])
def test_grad_of_arrays_and_lists(argument):
    slope = grad(lambda x: np.sum(square(x)))(argument)
    assert type(slope) is np.ndarray
    assert slope.tolist() == [2.0, 4.0]


def test_argnums():
    def f(x, y, *, scale):
        return np.sum(x * y) * scale

    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    assert grad(f)(x, y, scale=2).tolist() == [6, 8]
    assert grad(f, 1)(x, y, scale=2).tolist() == [2, 4]
    assert grad(f, -1)(x, y, scale=2).tolist() == [2, 4]
    both = grad(f, (1, 0))(x, y, scale=2)
    assert type(both) is tuple
    assert [g.tolist() for g in both] == [[2, 4], [6, 8]]
    assert [g.tolist() for g in grad(f, (0,))(x, y, scale=2)] == [[6, 8]]


def test_arguments_that_are_not_differentiated_arrive_as_they_are():
    seen = []
    grad(lambda x, table, n: seen.append((type(table), n)) or x * 2)(1.0, {"a": 1}, 3)
    assert seen == [(dict, 3)]


@pytest.mark.parametrize("argnums", [2, -3, (0, 5)])
def test_argnums_out_of_range(argnums):
    with pytest.raises(GraphError, match=r"argnums=.* for 2 arguments"):
        grad(lambda x, y: x * y, argnums)(1.0, 2.0)


@pytest.mark.parametrize("argnums", [(0, 0), (0, -2)])
def test_an_argument_named_twice(argnums):
    with pytest.raises(GraphError, match="names an argument twice"):
        grad(lambda x, y: x * y, argnums)(1.0, 2.0)


def test_value_and_grad():
    value, slope = vg(square)(3.0)
    assert (value, slope) == (9.0, 6.0)
    assert not isinstance(value, Tensor)
    value, (a, b) = vg(lambda x, y: np.sum(x * y), (0, 1))(np.ones(2), np.full(2, 3.0))
    assert (value, a.tolist(), b.tolist()) == (6.0, [3, 3], [1, 1])


def test_has_aux():
    (value, more), slope = vg(lambda x: (x * x, {"x": 5}), has_aux=True)(3.0)
    assert (value, more, slope) == (9.0, {"x": 5}, 6.0)


def test_the_wrapped_function_keeps_its_name():
    assert grad(square).__name__ == "square"
    assert vg(square).__doc__ == "The square."


def test_vjp():
    x, y = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([5.0, 6.0])
    value, pull = vjp(lambda a, b: a @ b, x, y)
    assert type(value) is np.ndarray
    assert value.tolist() == [17, 39]
    gx, gy = pull(np.array([1.0, 10.0]))
    assert gx.tolist() == [[5, 6], [50, 60]]
    assert gy.tolist() == [31, 42]
    with pytest.raises(ShapeError, match=r"cotangent has shape \(3,\) and the value \(2,\)"):
        pull(np.ones(3))


# ── constants ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "f",
    [
        lambda x: 3.0,
        lambda x: np.float64(3),
        lambda x: x.data.sum(),
        lambda x: Tensor(1.0),
        lambda x: np.sum(x.detach()),
        lambda x: np.argmax(x),
        lambda x: np.sum(np.floor(x)),
        lambda x: np.sum(np.sign(x)),
    ],
)
def test_functions_that_do_not_depend_on_the_argument_have_the_gradient_0(f):
    slope = grad(f)(np.array([1.0, 2.0]))
    assert (slope.tolist(), slope.dtype) == ([0, 0], np.float64)


def test_an_argument_that_is_not_used_gets_zeros_of_its_own_dtype():
    a, b = grad(lambda x, y: np.sum(x), (0, 1))(np.ones(2), np.ones((1, 3), np.float32))
    assert (b.tolist(), b.dtype) == ([[0, 0, 0]], np.float32)
    assert a.tolist() == [1, 1]


def test_the_identity():
    x = np.array(3.0)
    value, slope = vg(lambda x: x)(x)
    assert (value, slope) == (3.0, 1.0)
    assert not np.shares_memory(slope, value)


# ── what is refused ───────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("x", [np.arange(3), [1, 2], True, np.int64(3), Tensor(np.arange(2))])
def test_integers_are_refused(x):
    with pytest.raises(DTypeError, match=r"has no derivative.*x\.astype\(float\)"):
        grad(np.sum)(x)


def test_a_result_that_is_no_scalar_is_refused():
    with pytest.raises(GraphError, match=r"array of shape \(2,\), not a scalar.*vjp"):
        grad(square)(np.ones(2))


RESULTS = {
    "None": (lambda f: grad(f)(1.0), lambda x: None, "None"),
    "a tuple": (lambda f: grad(f)(1.0), lambda x: (x, x), "tuple"),
    "a list": (lambda f: grad(f)(1.0), lambda x: [x], "list"),
    "vjp, None": (lambda f: vjp(f, 1.0), lambda x: None, "None"),
    "no pair": (lambda f: vg(f, has_aux=True)(1.0), lambda x: x, "has_aux"),
    "a Tensor of two": (
        lambda f: vg(f, has_aux=True)(1.0),
        lambda x: np.stack([x, x]),
        "has_aux",
    ),
}


@pytest.mark.parametrize(("transform", "f", "named"), RESULTS.values(), ids=RESULTS)
def test_results_of_another_form_are_refused(transform, f, named):
    with pytest.raises(GraphError, match=named):
        transform(f)


def test_an_error_inside_leaves_the_mode_as_it_was():
    before = current_mode.get()
    with pytest.raises(ZeroDivisionError):
        grad(lambda x: 1 // 0)(1.0)
    assert current_mode.get() is before


# ── derivatives inside derivatives ────────────────────────────────────────────────────────────
def test_derivatives_of_every_order():
    f, expected = np.sin, [np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x), np.sin, np.cos]
    for nth in expected:
        f = grad(f)
        assert f(0.7) == pytest.approx(nth(0.7), rel=1e-13)
        assert type(f(0.7)) is np.ndarray


def test_the_sixth_derivative_of_a_polynomial():
    f = lambda x: x**6 + 2 * x**3  # noqa: E731
    for _ in range(6):
        f = grad(f)
    assert f(2.0) == 720.0
    assert grad(f)(2.0) == 0.0


def test_a_hessian_row_by_row():
    def f(x):
        return x[0] ** 2 * x[1] + np.exp(x[1]) * x[2]

    x = np.array([1.0, 2.0, 3.0])
    rows = [grad(lambda x, i=i: grad(f)(x)[i])(x) for i in range(3)]
    e = np.exp(2)
    np.testing.assert_allclose(rows, [[4, 2, 0], [2, 3 * e, e], [0, e, 0]], rtol=1e-14)


@pytest.mark.parametrize("f", [lambda x: x * x + (x + x), lambda x: (x + x) + x * x])
def test_plain_and_recorded_contributions_meet_in_any_order(f):
    """Those of x + x are plain arrays also in a nested derivative, those of x · x are Tensors."""
    slope = grad(lambda x: np.sum(f(x)))
    assert grad(lambda x: np.sum(slope(x)))(np.ones(2)).tolist() == [2.0, 2.0]


CONFUSIONS = {
    # At x = 3.  The inner derivative is 1: it must not take x for its own variable.
    "addition": (lambda x: x * grad(lambda y: x + y)(1.0), 1.0),
    "product": (lambda x: grad(lambda y: x * y)(2.0), 1.0),
    "product with x": (lambda x: x * grad(lambda y: x * y)(2.0), 6.0),
    "the same number": (lambda x: grad(lambda y: x * y)(x), 1.0),
    "a shadowed name": (lambda x: grad(lambda x: x * x)(x) * x, 12.0),
    "power": (lambda x: grad(lambda y: y**3 * x)(x), 81.0),
    "three deep": (lambda x: grad(lambda y: grad(lambda z: x * y * z)(1.0) * y)(x), 12.0),
    "inner constant": (lambda x: grad(lambda y: x * 1.0)(1.0) + x, 1.0),
    "outer not used": (lambda x: grad(lambda y: y * y)(3.0) + x, 1.0),
}


@pytest.mark.parametrize(("f", "expected"), CONFUSIONS.values(), ids=CONFUSIONS)
def test_no_confusion_of_perturbations(f, expected):
    assert grad(f)(3.0) == pytest.approx(expected, rel=1e-14)


def test_a_nested_vjp_keeps_the_outer_derivative():
    def f(x):
        value, pull = vjp(lambda y: y**2 * x, x)
        return value + pull(x)[0]  # x³ + 2 x³

    assert grad(f)(2.0) == pytest.approx(36.0)
    value, slope = vg(lambda x: vg(lambda y: x * y**2)(x)[1])(3.0)
    assert (value, slope) == (18.0, 12.0)


def test_the_pullback_is_linear_in_its_cotangent():
    x = np.array([1.0, 2.0])

    def f(g):
        return np.sum(vjp(lambda a: a**2, x)[1](g)[0])

    assert grad(f)(np.ones(2)).tolist() == [2.0, 4.0]


def test_a_second_derivative_through_backward():
    """What grad returns inside a graph is a Tensor, on which backward runs."""
    w = Tensor([1.0, 2.0])
    slope = grad(lambda x: np.sum(w * x**3))(np.array([1.0, 2.0]))
    assert isinstance(slope, Tensor)
    (slope**2).sum().backward()
    assert w.grad.tolist() == [18.0, 576.0]


def test_outer_tensors_keep_their_derivative_and_get_no_gradient():
    w = Tensor(3.0)
    value, slope = vg(lambda x: w * x)(2.0)
    assert isinstance(value, Tensor)
    assert isinstance(slope, Tensor)
    assert slope.item() == 3.0
    assert w.grad is None
    (value * slope).backward()  # w · 2 · w
    assert w.grad == 12.0


def test_the_gradient_of_an_inner_result():
    w = Tensor(3.0)
    y = w * 2
    slope = grad(lambda v: v * v)(y)
    assert isinstance(slope, Tensor)
    assert slope.item() == 12.0
    slope.backward()
    assert w.grad == 4.0


def test_functions_that_close_over_constants_give_arrays():
    c = Tensor([1.0, 2.0], requires_grad=False)
    assert type(grad(lambda x: np.sum(c * x))(np.ones(2))) is np.ndarray


# ── modes ─────────────────────────────────────────────────────────────────────────────────────
def test_grad_works_inside_no_grad_and_gives_arrays():
    w = Tensor(3.0)
    with no_grad():
        slope = grad(lambda x: w * x * x)(2.0)
        deeper = grad(grad(lambda x: x**3))(2.0)
        nested = grad(lambda x: grad(lambda y: x * y**2)(1.0))(5.0)
    assert type(slope) is np.ndarray
    assert (slope, deeper, nested) == (12.0, 12.0, 2.0)


def test_no_grad_inside_the_function_makes_constants():
    def f(x):
        with no_grad():
            c = x * x
        return c * x

    assert grad(f)(3.0) == 9.0


def test_backward_inside_a_differentiated_function_touches_only_its_own_leaves():
    inner = Tensor(2.0)

    def f(x):
        (inner * 5).backward()
        return x * inner.data

    assert grad(f)(3.0) == 2.0
    assert inner.grad == 5.0


def test_threads_differentiate_independently():
    results = {}

    def work(n):
        results[n] = [grad(grad(lambda x: x**3))(float(n)).item() for _ in range(30)]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {n: [6.0 * n] * 30 for n in range(4)}
