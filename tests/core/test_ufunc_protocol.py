"""What ufuncs do beyond np.add(x, y): options, methods, an array on the left, and NumPy's promotion
of dtypes.
"""

import operator
import warnings
from itertools import product

import numpy as np
import pytest

from autograd_core import DTypeError, Tensor, UncoveredError, vjp
from autograd_core.dispatch import PLAIN_UFUNCS
from autograd_core.primitive import UFUNCS
from tests.core.differences import derivative
from tests.core.samples import distinct

MATRIX = distinct((2, 3))[0]
POSITIVE = np.abs(MATRIX) + 0.1

# ── dtype=, casting=, signature= ──────────────────────────────────────────────────────────────
CASTS = {
    "dtype": lambda x: np.exp(x, dtype=np.float32),
    "dtype of two": lambda x: np.multiply(x, 3.0, dtype="f4"),
    "wider": lambda x: np.add(x, np.float32(1), dtype=np.longdouble),
    "complex": lambda x: np.multiply(x, 2.0, dtype=complex),
    "of an array": lambda x: np.subtract(MATRIX, x, dtype=np.float32),
    "of a list": lambda x: np.add([1, 2, 3], x, dtype=float),
    "signature": lambda x: np.add(x, 1, signature="ff->f"),
    "signature of the result": lambda x: np.add(x, 1, sig=(None, None, "f4")),
    "casting": lambda x: np.add(x, 1, casting="safe"),
    "power": lambda x: np.power(x, 2, dtype=np.float32),
    "where True": lambda x: np.sin(x, where=True),
    "out None": lambda x: np.sin(x, out=None),
    "matmul": lambda x: np.matmul(x, x.T, dtype=np.float32),
    "nothing": lambda x: np.add(x, 1, dtype=None),
}


@pytest.mark.parametrize("form", CASTS.values(), ids=CASTS)
def test_a_dtype_casts_the_operands_as_numpy_does(form):
    t, expected = Tensor(MATRIX), form(MATRIX)
    actual = form(t)
    assert actual.dtype == expected.dtype
    np.testing.assert_array_equal(actual.data, expected)
    np.real(actual).sum().backward()
    assert t.grad.dtype == np.float64
    wide = derivative(lambda x: float(np.sum(np.real(form(x)), dtype=float)), MATRIX)
    np.testing.assert_allclose(t.grad, wide, rtol=1e-3 if expected.dtype == "f4" else 1e-8)


def test_a_cast_that_numpy_refuses_is_refused():
    with pytest.raises(DTypeError, match=r"add: Cannot cast .*'same_kind'"):
        np.add(Tensor(MATRIX), 1, dtype=int)
    with pytest.raises(DTypeError, match=r"sin: .*'safe'"):
        np.sin(Tensor(MATRIX), dtype="f4", casting="safe")
    with pytest.raises(DTypeError, match="add: a Tensor that needs a gradient would become int64"):
        np.add(Tensor(MATRIX), 1, dtype=np.int64, casting="unsafe")
    with pytest.raises(DTypeError, match="was about to become a plain array"):
        np.add([Tensor(1.0)], Tensor(MATRIX), dtype="f4")
    assert np.add(Tensor([1, 2], requires_grad=False), 1, dtype=int, casting="unsafe").dtype == int


# ── methods ───────────────────────────────────────────────────────────────────────────────────
BINARY = [u for u in UFUNCS if u.nin == 2 and u.nout == 1 and not u.signature and "scipy" not in
          repr(type(UFUNCS[u])) and u.__name__ in vars(np)]  # fmt: skip


@pytest.mark.parametrize("ufunc", BINARY, ids=lambda u: u.__name__)
@pytest.mark.parametrize("shape", [(2,), (), (1, 2)], ids=str)
def test_outer_of_every_ufunc_of_two_operands(ufunc, shape):
    x, y = POSITIVE[:, 0], np.ones(shape, int) if ufunc is np.ldexp else distinct(shape)[0] ** 2
    t = Tensor(x)
    actual, expected = ufunc.outer(t, y), ufunc.outer(x, y)
    assert (actual.shape, actual.dtype) == (np.shape(expected), expected.dtype)
    np.testing.assert_allclose(actual.data, expected, rtol=1e-14)
    actual.sum().backward()
    numerical = derivative(lambda x: float(np.sum(ufunc.outer(x, y))), x)
    np.testing.assert_allclose(t.grad, numerical, rtol=1e-6, atol=1e-8)


def test_outer_of_two_tensors_and_of_numbers():
    x, y = MATRIX[0], MATRIX[:, :2]
    value, pull = vjp(np.multiply.outer, x, y)
    np.testing.assert_array_equal(value, np.multiply.outer(x, y))
    gx, gy = pull(np.ones(value.shape))
    np.testing.assert_allclose(gx, [y.sum()] * 3, rtol=1e-14)
    np.testing.assert_allclose(gy, np.full((2, 2), x.sum()), rtol=1e-14)
    single = Tensor(np.float32([1, 2]))
    assert np.multiply.outer(2.0, single).dtype == np.multiply.outer(2.0, single.data).dtype
    assert np.add.outer(single, [1, 2], dtype="f4").dtype == np.float32
    assert np.less.outer(single, [1, 2]).tolist() == [[False, True], [False, False]]


def test_methods_of_ufuncs_that_only_ask_give_plain_arrays():
    t = Tensor(np.array([0.0, 1.0, 2.0]))
    assert np.logical_or.reduce(t) == np.True_
    assert np.logical_and.accumulate(t).tolist() == [False, False, False]


@pytest.mark.parametrize("axis", [0, -1, None])
@pytest.mark.parametrize("keepdims", [False, True])
def test_logaddexp_reduce_is_logsumexp(axis, keepdims):
    t = Tensor(MATRIX)
    actual = np.logaddexp.reduce(t, axis=axis, keepdims=keepdims)
    expected = np.logaddexp.reduce(MATRIX, axis=axis, keepdims=keepdims)
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual.data, expected, rtol=1e-14)
    actual.sum().backward()
    numerical = derivative(lambda x: float(np.sum(np.logaddexp.reduce(x, axis))), MATRIX)
    np.testing.assert_allclose(t.grad, numerical, rtol=1e-9)


@pytest.mark.parametrize(("ufunc", "scan"), [(np.add, np.cumsum), (np.multiply, np.cumprod)])
def test_accumulate_is_the_scan(ufunc, scan):
    grads = []
    for f in (ufunc.accumulate, lambda t: scan(t, 0)):
        value, pull = vjp(f, MATRIX)
        np.testing.assert_array_equal(value, ufunc.accumulate(MATRIX))
        grads.append(pull(MATRIX)[0])
    np.testing.assert_array_equal(*grads)
    assert ufunc.accumulate(Tensor(MATRIX), 1, "f4").dtype == np.float32


REFUSED = {
    "out": (lambda t: np.exp(t, out=np.zeros((2, 3))), "np.exp: .*cannot be written into out="),
    "out and where": (lambda t: np.log(t, out=np.zeros((2, 3)), where=MATRIX > 0),
                      r"np.where\(mask, f\(t\), a\) in place of f\(t, out=a, where=mask\)"),
    "out of a comparison": (lambda t: np.less(t, 1, out=np.zeros((2, 3), bool)), "np.less: .*out="),
    "out Tensor": (lambda t: np.add(MATRIX, 1, out=t), "np.add: .*cannot be written into out="),
    "+=": (lambda t: operator.iadd(np.zeros((2, 3)), t), r"np.add: .*write a = a \+ t"),
    "where": (lambda t: np.log(t, where=MATRIX > 0), r"np.log: where= .*np.where\(mask, np.log\(t"),
    "order": (lambda t: np.add(t, 1, order="F"), "np.add: the option order='F'"),
    "subok": (lambda t: np.add(t, 1, subok=False), "np.add: the option subok=False"),
    "accumulate": (lambda t: np.subtract.accumulate(t), "np.subtract.accumulate: this NumPy"),
    "accumulate out": (lambda t: np.add.accumulate(t, out=np.zeros((2, 3))), "accumulate: .*out="),
    "reduceat": (lambda t: np.add.reduceat(t, [0]), "np.add.reduceat: this NumPy function"),
    "reduce": (lambda t: np.subtract.reduce(t), "np.subtract.reduce: this NumPy function"),
    "reduce out": (lambda t: np.add.reduce(t, out=np.zeros(3)), "np.add.reduce: .*out="),
    "not covered": (lambda t: np.gcd(t, t, dtype=int), "np.gcd: this NumPy function"),
    "outer not covered": (lambda t: np.gcd.outer(t, t), "np.gcd.outer: this NumPy function"),
    "at": (lambda t: np.add.at(np.zeros(3), [0], t[0, 0]), "np.add.at: a plain array cannot take"),
    "at not covered": (lambda t: np.gcd.at(t, [0], 1), "np.gcd.at: this NumPy function"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_covered_names_the_way_out(call, message):
    with pytest.raises(UncoveredError, match=message):
        call(Tensor(MATRIX))


# ── an array on the left ──────────────────────────────────────────────────────────────────────
OPERATORS = ["add", "sub", "mul", "truediv", "mod", "pow", "floordiv", "lt", "le", "eq", "ne", "ge",
             "gt", "matmul"]  # fmt: skip


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("left", [POSITIVE, np.float32(1.5), np.array(2.0), 2, 1.5, [1.5, 2, 3]],
                         ids=["array", "scalar", "0-d", "int", "float", "list"])  # fmt: skip
def test_an_operator_asks_the_tensor_on_its_right(name, left):
    operate = getattr(operator, name)
    right = POSITIVE.T if name == "matmul" else POSITIVE * 2
    if name == "matmul" and np.ndim(left) == 0:
        return
    if isinstance(left, list):  # a list has comparisons of its own
        left = np.array(left) if name in {"lt", "le", "eq", "ne", "ge", "gt"} else left
    expected = operate(np.array(left) if isinstance(left, list) else left, right)
    actual = operate(left, Tensor(right))
    value = actual.data if isinstance(actual, Tensor) else actual
    assert value.dtype == expected.dtype
    np.testing.assert_allclose(value, expected, rtol=1e-15)
    assert isinstance(actual, Tensor) == (expected.dtype.kind == "f" and name != "floordiv")
    quotient, rest = divmod(POSITIVE, Tensor(POSITIVE * 2))
    np.testing.assert_array_equal(quotient, POSITIVE // (POSITIVE * 2))
    assert isinstance(rest, Tensor)


# ── promotion ─────────────────────────────────────────────────────────────────────────────────
NUMPY = tuple(map(int, np.__version__.split(".")[:2]))
KINDS = {
    "float": 1.5, "int": 2, "complex": 1j, "bool": True,
    "float32 scalar": np.float32(1.5), "float64 scalar": np.float64(1.5), "int8": np.int8(2),
    "0-d f4": np.array(1.5, "f4"), "0-d f8": np.array(1.5), "0-d i8": np.array(2),
    "f4": np.array([1.5, 2.0], "f4"), "f8": np.array([1.5, 2.0]), "f2": np.array([1.5, 2], "f2"),
    "c8": np.array([1.5, 2.0], "c8"), "c16": np.array([1.5, 2.0], "c16"), "i8": np.array([3, 2]),
    "u1": np.array([3, 2], "u1"), "bools": np.array([True, False]),
}  # fmt: skip
TENSORS = ["float32 scalar", "0-d f8", "f4", "f8", "f2", "c8", "c16", "i8", "u1", "bools"]


def outcome(ufunc, x, y):
    """The dtype of the result, or that NumPy or we refuse."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ufunc(x, y).dtype
    except TypeError as error:
        return type(error)


@pytest.mark.parametrize("ufunc", BINARY, ids=lambda u: u.__name__)
def test_dtypes_are_promoted_as_numpy_2_does(ufunc):
    """Each kind of Tensor on either side of each kind of operand."""
    for (left, x), (right, y) in product(KINDS.items(), KINDS.items()):
        if ufunc is np.ldexp and right == "bools":
            continue  # an exponent is a whole number
        if ufunc is np.power and (left, right) == ("bools", "int"):
            continue  # NumPy's own np.power(x, 2) is int64, and its x**2 int8
        if ufunc is np.power and NUMPY < (2, 1) and np.ndim(y) == 0:
            continue  # x**n kept the dtype of x there, for any number n that is a NumPy scalar
        expected = outcome(ufunc, x, y)
        pairs = [(Tensor(x), y)] * (left in TENSORS) + [(x, Tensor(y))] * (right in TENSORS)
        for pair in pairs:
            actual = outcome(ufunc, *pair)
            if actual is DTypeError and np.iscomplexobj(np.add(x, y)):
                continue  # complex numbers are not covered by all
            assert actual == (expected if isinstance(expected, np.dtype) else DTypeError), (
                left, right, "Tensor first" if pair[0] is not x else "Tensor second",
            )  # fmt: skip


@pytest.mark.parametrize("ufunc", [np.floor_divide, np.less, np.logical_and], ids=str)
def test_plain_results_are_promoted_alike(ufunc):
    assert ufunc in PLAIN_UFUNCS
    for x, y in product((KINDS[k] for k in TENSORS if k[0] != "c"), (KINDS["float"], KINDS["f4"])):
        assert outcome(ufunc, Tensor(x), y) == outcome(ufunc, x, y)
