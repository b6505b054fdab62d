"""Python's operators, with a Tensor on either side of everything that may meet it."""

import operator

import numpy as np
import pytest

from autograd_core import DTypeError, GraphError, Tensor, grad, no_grad
from tests.core.differences import derivative

VALUES = np.array([[0.7, 1.3, 2.1], [1.9, 0.9, 1.7]])
ROW = np.array([1.2, 0.8, 2.6])

ARITHMETIC = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
    "**": operator.pow,
}
OTHERS = {
    "array": ROW,
    "column": ROW[:2, None],
    "0-d array": np.array(1.6),
    "integer array": np.array([1, 2, 3]),
    "float32 array": ROW.astype(np.float32),
    "float": 1.6,
    "int": 2,
    "bool": True,
    "float64 scalar": np.float64(1.6),
    "float32 scalar": np.float32(1.5),
    "float16 scalar": np.float16(1.5),
    "int64 scalar": np.int64(2),
    "uint8 scalar": np.uint8(2),
    "bool scalar": np.True_,
    "list": [1.2, 0.8, 2.6],
    "tuple": (1, 2, 3),
    "nested list": [[1.2], [0.8]],
    "constant Tensor": Tensor(ROW, requires_grad=False),
}


def numbers(other):
    return other.data if isinstance(other, Tensor) else other


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("op", ARITHMETIC.values(), ids=ARITHMETIC)
@pytest.mark.parametrize("data", [VALUES, np.array(1.37)], ids=["matrix", "number"])
def test_arithmetic_on_either_side(op, other, data):
    # np.asarray, as Python itself has other meanings for a list.
    plain = numbers(other) if np.isscalar(other) else np.asarray(numbers(other))
    for ours, theirs in (
        (lambda x: op(x, other), lambda x: op(x, plain)),
        (lambda x: op(other, x), lambda x: op(plain, x)),
    ):
        t = Tensor(data)
        actual, expected = ours(t), np.asarray(theirs(data))
        assert type(actual) is Tensor
        assert (actual.shape, actual.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_array_equal(actual.data, expected)
        actual.backward(np.ones(expected.shape))
        numerical = derivative(lambda x, f=theirs: np.sum(f(x)), data)
        np.testing.assert_allclose(t.grad, numerical, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("op", ARITHMETIC.values(), ids=ARITHMETIC)
def test_arithmetic_of_two_tensors(op):
    x, y = Tensor(VALUES), Tensor(ROW)
    z = op(x, y)
    z.sum().backward()
    np.testing.assert_array_equal(z.data, op(VALUES, ROW))
    for t, f in ((x, lambda x: op(x, ROW).sum()), (y, lambda y: op(VALUES, y).sum())):
        np.testing.assert_allclose(t.grad, derivative(f, t.data), rtol=1e-8, atol=1e-9)
    twice = Tensor(ROW)
    op(twice, twice).sum().backward()
    expected = {"%": 0.0, "/": 0.0, "-": 0.0}.get(
        next(sign for sign, value in ARITHMETIC.items() if value is op),
        derivative(lambda x: op(x, x).sum(), ROW),
    )
    np.testing.assert_allclose(twice.grad, np.broadcast_to(expected, 3), rtol=1e-8, atol=1e-15)


@pytest.mark.parametrize("other", [VALUES.T, VALUES.T.tolist(), Tensor(VALUES.T), ROW, list(ROW)])
def test_matrix_product_on_the_left(other):
    t = Tensor(VALUES)
    y = t @ other
    np.testing.assert_allclose(y.data, VALUES @ np.asarray(numbers(other)), rtol=1e-15)
    y.sum().backward()
    numerical = derivative(lambda x: np.sum(x @ np.asarray(numbers(other))), VALUES)
    np.testing.assert_allclose(t.grad, numerical, rtol=1e-9)


@pytest.mark.parametrize("other", [VALUES.T, VALUES.T.tolist(), [1.0, 2.0]])
def test_matrix_product_on_the_right(other):
    t = Tensor(VALUES)
    y = other @ t
    np.testing.assert_allclose(y.data, np.asarray(other) @ VALUES, rtol=1e-15)
    y.sum().backward()
    numerical = derivative(lambda x: np.sum(np.asarray(other) @ x), VALUES)
    np.testing.assert_allclose(t.grad, numerical, rtol=1e-9)


@pytest.mark.parametrize(
    ("op", "slope"), [(operator.neg, -1), (operator.pos, 1), (operator.abs, -1)]
)
def test_unary_operators(op, slope):
    t = Tensor(-VALUES)
    np.testing.assert_array_equal(op(t).data, op(-VALUES))
    op(t).sum().backward()
    assert (t.grad == slope).all()


@pytest.mark.parametrize("other", [OTHERS[k] for k in ("array", "float", "list", "float32 scalar")])
def test_floor_division_is_plain_and_divmod_splits_it_from_the_remainder(other):
    t = Tensor(VALUES)
    for quotient, expected in (
        (t // other, VALUES // np.asarray(other)),
        (other // t, np.asarray(other) // VALUES),
        (divmod(t, other)[0], VALUES // np.asarray(other)),
        (divmod(other, t)[0], np.asarray(other) // VALUES),
    ):
        assert type(quotient) is np.ndarray
        np.testing.assert_array_equal(quotient, expected)
    assert divmod(t, other)[1].requires_grad
    assert divmod(other, t)[1].requires_grad


COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("op", COMPARISONS)
def test_comparisons_are_plain_booleans(op, other):
    t = Tensor(VALUES)
    plain = np.asarray(numbers(other))
    for actual, expected in ((op(t, other), op(VALUES, plain)), (op(other, t), op(plain, VALUES))):
        assert type(actual) is np.ndarray
        assert actual.dtype == bool
        np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("other", ["text", None, object(), {}, np.array(["a"])])
@pytest.mark.parametrize("op", [*ARITHMETIC.values(), operator.matmul, operator.floordiv])
def test_what_is_no_number_is_refused(op, other):
    t = Tensor(VALUES)
    for call in (lambda: op(t, other), lambda: op(other, t)):
        if op is operator.mod and isinstance(other, str):
            continue  # "text" % t is the formatting of a string
        with pytest.raises(TypeError):
            call()


@pytest.mark.parametrize("op", [*ARITHMETIC.values(), operator.floordiv])
def test_arrays_of_objects_are_refused(op):
    t, objects = Tensor(ROW), np.array([1.0, 2.0, 3.0], dtype=object)
    for call in (lambda: op(t, objects), lambda: op(objects, t)):
        with pytest.raises(DTypeError):
            call()


class Unit:
    """A class with operators of its own, which a Tensor must leave to it."""

    __array_ufunc__ = None

    def __radd__(self, other):
        return "right"

    def __add__(self, other):
        return "left"


def test_other_classes_get_their_turn():
    t = Tensor(1.0)
    assert t + Unit() == "right"
    assert Unit() + t == "left"


# ── in place ──────────────────────────────────────────────────────────────────────────────────
IN_PLACE = {
    "+=": operator.iadd,
    "-=": operator.isub,
    "*=": operator.imul,
    "/=": operator.itruediv,
    "%=": operator.imod,
    "**=": operator.ipow,
    "//=": operator.ifloordiv,
}


@pytest.mark.parametrize("op", IN_PLACE.values(), ids=IN_PLACE)
def test_in_place_on_a_leaf_is_an_error_outside_no_grad_and_an_update_inside(op):
    w = Tensor(ROW.astype(np.float32))
    with pytest.raises(GraphError, match="in-place change of a leaf"):
        op(w, 2.0)
    with no_grad():
        same = op(w, np.float64(2.0))
    assert same is w
    assert w.dtype == np.float32
    np.testing.assert_array_equal(w.data, op(ROW.astype(np.float32), np.float32(2.0)))


@pytest.mark.parametrize("op", IN_PLACE.values(), ids=IN_PLACE)
def test_in_place_on_a_result_makes_a_new_result(op):
    w = Tensor(ROW)
    y = before = w * 1.0
    y = op(y, 2.0)
    assert y is not before
    np.testing.assert_array_equal(before.data, ROW)
    np.testing.assert_array_equal(y if op is operator.ifloordiv else y.data, op(ROW.copy(), 2.0))


def test_an_update_keeps_earlier_results_and_their_gradients():
    w = Tensor([1.0, 2.0])
    loss = (w * w).sum()
    with no_grad():
        w -= 1.0
    loss.backward()
    assert w.grad.tolist() == [2.0, 4.0]


def test_an_update_may_not_change_the_shape():
    w = Tensor(ROW)
    with no_grad(), pytest.raises(ValueError, match=r"shape \(3,\) and the new data \(2, 3\)"):
        w += VALUES


# ── conversions ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("convert", [float, int, complex, operator.index])
def test_conversions_that_would_lose_the_derivative_are_refused(convert):
    with pytest.raises(DTypeError, match=r"would lose the derivative.*t\.item\(\)"):
        convert(Tensor(1.0))
    assert convert(Tensor(np.array(3))) == 3


def test_truth_and_iteration():
    assert Tensor(1.0)
    assert not Tensor(0.0)
    with pytest.raises(ValueError, match="ambiguous"):
        bool(Tensor(ROW))
    a, b, c = Tensor(ROW)
    assert [t.item() for t in (a, b, c)] == ROW.tolist()
    assert 0.8 in Tensor(ROW)
    assert max(Tensor(ROW)).item() == 2.6
    total = sum(Tensor(ROW))
    assert total.item() == sum(ROW)
    with pytest.raises(TypeError):
        list(Tensor(1.0))


def test_integers_to_negative_powers_fail_as_in_numpy():
    with pytest.raises(ValueError, match="negative integer powers"):
        Tensor(np.array([1, 2])) ** -1


def test_second_derivatives_through_operators():
    f = grad(lambda x: 2 / x - x % 0.4 + 3**x - x**-1 + (1 - x) * (x + 1))
    second = derivative(f, np.array(0.7))
    np.testing.assert_allclose(grad(f)(0.7), second, rtol=1e-9)
