"""NumPy's functions on Tensors: its call forms, its methods, and options that are not covered."""

import numpy as np
import pytest

from autograd_core import DTypeError, ShapeError, Tensor, UncoveredError, vjp
from tests.core.differences import derivative
from tests.core.samples import distinct

MATRIX = distinct((3, 4))[0]
CUBE = distinct((2, 3, 4))[0]

# One line for each call form; each runs on arrays and on Tensors.
FORMS = {
    # reductions
    "sum": lambda x: np.sum(x),
    "sum axis": lambda x: np.sum(x, 1),
    "sum axis=": lambda x: np.sum(x, axis=-1),
    "sum axes": lambda x: np.sum(x, axis=(0, 1)),
    "sum numpy axis": lambda x: np.sum(x, axis=np.int64(1)),
    "sum keepdims": lambda x: np.sum(x, axis=0, keepdims=True),
    "sum keepdims=1": lambda x: np.sum(x, axis=0, keepdims=1),
    "sum positional": lambda x: np.sum(x, 0, None, None, True),
    "sum over no axis": lambda x: np.sum(x, axis=()),
    "sum of a number": lambda x: np.sum(x[0, 0], axis=0),
    "sum=": lambda x: np.sum(a=x, axis=1),
    "add.reduce": lambda x: np.add.reduce(x),
    "add.reduce axis=None": lambda x: np.add.reduce(x, axis=None),
    "add.reduce axes": lambda x: np.add.reduce(x, axis=(0, 1), keepdims=True),
    "multiply.reduce": lambda x: np.multiply.reduce(x, 1),
    "maximum.reduce": lambda x: np.maximum.reduce(x, 1),
    "minimum.reduce": lambda x: np.minimum.reduce(x, axis=None),
    "mean": lambda x: np.mean(x, 0),
    "mean keepdims": lambda x: np.mean(x, axis=(1,), keepdims=True),
    "prod": lambda x: np.prod(x, 1),
    "max": lambda x: np.max(x, 0, None, True),
    "amax": lambda x: np.amax(x, axis=1),
    "min": lambda x: np.min(x, axis=1, keepdims=True),
    "amin": lambda x: np.amin(x),
    "var": lambda x: np.var(x, axis=0),
    "var ddof": lambda x: np.var(x, 1, ddof=1),
    "std": lambda x: np.std(x, keepdims=True),
    "std ddof": lambda x: np.std(x, axis=(0, 1), ddof=0.5),
    # shapes
    "reshape": lambda x: np.reshape(x, (2, 6)),
    "reshape -1": lambda x: np.reshape(x, -1),
    "reshape=": lambda x: np.reshape(x, (-1, 3), order="C"),
    "ravel": lambda x: np.ravel(x),
    "transpose": lambda x: np.transpose(x),
    "transpose axes": lambda x: np.transpose(x, (-1, 0)),
    "transpose list": lambda x: np.transpose(x, axes=[1, 0]),
    "swapaxes": lambda x: np.swapaxes(x, 0, -1),
    "moveaxis": lambda x: np.moveaxis(x[None], 0, -1),
    "moveaxis more": lambda x: np.moveaxis(x[None], [0, 1], [2, 0]),
    "matrix_transpose": lambda x: np.matrix_transpose(x[None]),
    "expand_dims": lambda x: np.expand_dims(x, 1),
    "expand_dims more": lambda x: np.expand_dims(x, (0, -1)),
    "squeeze": lambda x: np.squeeze(x[:, None, :1]),
    "squeeze axis": lambda x: np.squeeze(x[:, None, :1], axis=1),
    "broadcast_to": lambda x: np.broadcast_to(x, (2, 3, 4)),
    "broadcast_to int": lambda x: np.broadcast_to(x[0, 0], 3),
    "broadcast_to list": lambda x: np.broadcast_to(x[:1, :1], [2, 2]),
    "concatenate": lambda x: np.concatenate([x, x[:1], np.ones((1, 4))]),
    "concatenate axis": lambda x: np.concatenate((x, x), axis=-1),
    "concatenate flat": lambda x: np.concatenate([x, x[0]], axis=None),
    "concatenate a Tensor": lambda x: np.concatenate(x),
    "concat": lambda x: np.concat([np.zeros((3, 1)), x], 1),
    "stack": lambda x: np.stack([x, 2 * x, MATRIX]),
    "stack axis": lambda x: np.stack([x[0], x[1]], axis=-1),
    "stack scalars": lambda x: np.stack([x[0, 0], x[1, 1], 3.0]),
    "stack a Tensor": lambda x: np.stack(x, axis=1),
    "copy": lambda x: np.copy(x),
    "full_like": lambda x: np.full_like(x, x[0, 0]),
    # elementwise
    "where": lambda x: np.where(x > 0, x, 0),
    "where list": lambda x: np.where([True, False, True, False], 1.0, x),
    "clip": lambda x: np.clip(x, -0.7, 0.7),
    "clip a_min": lambda x: np.clip(x, a_min=0, a_max=None),
    "clip none": lambda x: np.clip(x, None, 0.3),
    "clip arrays": lambda x: np.clip(x, [0, 0, 0, 0], MATRIX + 1),
    "clip a list": lambda x: np.clip([0.0, 5.0, 9.0, -9.0], x, 1.0),
    "power": lambda x: np.power(x, 3),
    "power list": lambda x: np.power(x, [1, 2, 3, 4]),
    "power mask": lambda x: x ** np.array([True, False, True, True]),
    "power of a number": lambda x: np.power(2.0, x),
    "maximum": lambda x: np.maximum(0.1, x),
    "abs": lambda x: np.abs(x) + np.absolute(x),
    "divmod": lambda x: np.divmod(x, 0.29)[1],
    "true_divide": lambda x: np.true_divide(1, x),
    "remainder": lambda x: np.remainder(x, 0.29),
    "atan2": lambda x: np.arctan2(x, 2.0),
    # products
    "dot": lambda x: np.dot(x, MATRIX.T),
    "dot vector": lambda x: np.dot(x[0], x[1]),
    "dot number": lambda x: np.dot(x, 3.0),
    "dot cubes": lambda x: np.dot(CUBE, x.T),
    "dot cube and vector": lambda x: np.dot(CUBE, x[0]),
    "dot vector and cube": lambda x: np.dot(x[:, 0], CUBE),
    "dot two cubes": lambda x: np.dot(x[None], CUBE.transpose(0, 2, 1)),
    "matmul": lambda x: np.matmul(CUBE, x.T),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_call_forms(form):
    """Value, shape and dtype are NumPy's, and the gradient that of differences."""
    expected = np.asarray(form(MATRIX))
    t = Tensor(MATRIX)
    actual = form(t)
    assert isinstance(actual, Tensor)
    assert (actual.shape, actual.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(actual.data, expected, rtol=1e-14)
    g = np.linspace(1, 2, expected.size).reshape(expected.shape)
    actual.backward(g)
    numerical = derivative(lambda x: np.sum(g * form(x)), MATRIX)
    np.testing.assert_allclose(t.grad, numerical, rtol=1e-8, atol=1e-10)


METHODS = {
    "sum": (lambda t: t.sum(1), lambda x: np.sum(x, 1)),
    "prod": (lambda t: t.prod(axis=0), lambda x: np.prod(x, 0)),
    "mean": (lambda t: t.mean(0, keepdims=True), lambda x: np.mean(x, 0, keepdims=True)),
    "var": (lambda t: t.var(1, ddof=1), lambda x: np.var(x, 1, ddof=1)),
    "std": (lambda t: t.std(), lambda x: np.std(x)),
    "max": (lambda t: t.max(1), lambda x: np.max(x, 1)),
    "min": (lambda t: t.min((0, 1)), lambda x: np.min(x)),
    "argmax": (lambda t: t.argmax(1), lambda x: np.argmax(x, 1)),
    "argmin": (lambda t: t.argmin(), lambda x: np.argmin(x)),
    "all": (lambda t: t.all(0), lambda x: np.all(x, 0)),
    "any": (lambda t: t.any(), lambda x: np.any(x)),
    "reshape": (lambda t: t.reshape(2, 6), lambda x: x.reshape(2, 6)),
    "reshape tuple": (lambda t: t.reshape((4, -1)), lambda x: x.reshape(4, 3)),
    "ravel": (lambda t: t.ravel(), lambda x: x.ravel()),
    "flatten": (lambda t: t.flatten(), lambda x: x.flatten()),
    "transpose": (lambda t: t.transpose(), lambda x: x.T),
    "transpose None": (lambda t: t.transpose(None), lambda x: x.T),
    "transpose axes": (lambda t: t.transpose(1, 0), lambda x: x.T),
    "transpose tuple": (lambda t: t.transpose((0, 1)), lambda x: x),
    "swapaxes": (lambda t: t.swapaxes(0, 1), lambda x: x.T),
    "squeeze": (lambda t: t[:, :1].squeeze(1), lambda x: x[:, 0]),
    "clip": (lambda t: t.clip(-1, 1), lambda x: x.clip(-1, 1)),
    "clip max": (lambda t: t.clip(max=0.5), lambda x: np.minimum(x, 0.5)),
    "dot": (lambda t: t.dot(MATRIX.T), lambda x: x.dot(MATRIX.T)),
    "T": (lambda t: t.T, lambda x: x.T),
    "mT": (lambda t: t.mT, lambda x: x.mT),
    "astype": (lambda t: t.astype(np.float32), lambda x: x.astype(np.float32)),
    "tolist": (lambda t: t.tolist(), lambda x: x.tolist()),
    "len": (len, len),
    "rows": (lambda t: np.stack(list(t)), lambda x: x),
}


@pytest.mark.parametrize(("method", "function"), METHODS.values(), ids=METHODS)
def test_methods_are_numpys(method, function):
    actual, expected = method(Tensor(MATRIX)), np.asarray(function(MATRIX))
    actual = np.asarray(actual.data if isinstance(actual, Tensor) else actual)
    assert actual.dtype == expected.dtype
    np.testing.assert_array_equal(actual, expected)


PLAIN = {
    "comparison": lambda x: x > 0,
    "reflected comparison": lambda x: 0.5 <= x,  # noqa: SIM300  the Tensor is on the right
    "equal to an array": lambda x: x == MATRIX,
    "equal from an array": lambda x: MATRIX != x,  # noqa: SIM300
    "less": lambda x: np.less(x, 1),
    "isnan": lambda x: np.isnan(x),
    "isclose": lambda x: np.isclose(x, MATRIX),
    "allclose": lambda x: np.allclose(x, MATRIX),
    "array_equal": lambda x: np.array_equal(x, MATRIX),
    "logical_and": lambda x: np.logical_and(x > 0, x),
    "argmax": lambda x: np.argmax(x, axis=1),
    "argsort": lambda x: np.argsort(x, axis=0),
    "nonzero": lambda x: np.nonzero(x > 0)[1],
    "where": lambda x: np.where(x > 0)[0],
    "count_nonzero": lambda x: np.count_nonzero(x),
    "floor": lambda x: np.floor(x),
    "round": lambda x: np.round(x, 1),
    "floor_divide": lambda x: x // 0.3,
    "floor_divide of a number": lambda x: 3 // x,
    "floor_divide of an array": lambda x: MATRIX // x,
    "shape": lambda x: np.shape(x),
    "size": lambda x: np.size(x, 0),
    "ndim": lambda x: np.ndim(x),
    "result_type": lambda x: np.result_type(x, np.float32).num,
    "searchsorted": lambda x: np.searchsorted([0.0, 1.0], x),
}


@pytest.mark.parametrize("form", PLAIN.values(), ids=PLAIN)
def test_what_has_no_derivative_is_a_plain_array(form):
    actual, expected = form(Tensor(MATRIX)), form(MATRIX)
    assert type(actual) is type(expected)
    assert np.asarray(actual).dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(actual, expected)


OPTIONS = {
    "sum out": (lambda t: np.sum(t, 0, out=np.zeros(4)), "np.sum: the option out="),
    "var mean": (lambda t: np.var(t, mean=0.0), "np.var: the option mean=0.0"),
    "exp out": (lambda t: np.exp(t, out=np.zeros((3, 4))), "cannot be written into out="),
    "add out Tensor": (lambda t: np.add(MATRIX, 1, out=t), "cannot be written into out="),
    "+= on an array": (lambda t: np.zeros((3, 4)).__iadd__(t), "np.add: .*a = a \\+ t"),
    "reduce out": (lambda t: np.add.reduce(t, out=np.zeros(4)), "np.add.reduce: .*out="),
    "reduceat": (lambda t: np.add.reduceat(t, [0]), "np.add.reduceat: this NumPy function"),
    "subtract.reduce": (lambda t: np.subtract.reduce(t), "np.subtract.reduce: this NumPy"),
    "clip out": (lambda t: np.clip(t, 0, 1, out=MATRIX), "np.clip: the option out="),
    "clip dtype": (lambda t: np.clip(t, 0, 1, dtype=float), "np.clip: the option dtype="),
    "dot out": (lambda t: np.dot(t, t.T, out=np.zeros((3, 3))), "np.dot: the option out="),
    "stack out": (lambda t: np.stack([t], out=MATRIX[None]), "np.stack: the option out="),
    "stack dtype": (lambda t: np.stack([t], dtype=float), "np.stack: the option dtype="),
    "concatenate dtype": (lambda t: np.concatenate([t], dtype=float), "np.concatenate: .*dtype="),
    "concatenate casting": (
        lambda t: np.concatenate([t], casting="unsafe"), "np.concatenate: .*casting='unsafe'"),
    "broadcast_to subok": (lambda t: np.broadcast_to(t, (3, 4), subok=True), "option subok=True"),
    "assignment": (lambda t: t.__setitem__(0, 1.0), "setitem: assignment into a Tensor"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "message"), OPTIONS.values(), ids=OPTIONS)
def test_options_that_are_not_covered_are_named(call, message):
    with pytest.raises(UncoveredError, match=message):
        call(Tensor(MATRIX))


MISUSES = {
    "axis out of bounds": (lambda t: np.sum(t, axis=2), ShapeError, "axis 2 is out of bounds"),
    "axis twice": (lambda t: np.sum(t, axis=(0, -2)), ShapeError, "names a dimension twice"),
    "where with x alone": (lambda t: np.where(t > 0, t), ShapeError, "both x and y"),
    "max of nothing": (lambda t: np.max(t[:0]), ShapeError, r"shape \(0, 4\) has no elements"),
    "stack of two shapes": (lambda t: np.stack([t, t[0]]), ShapeError, "one shape"),
    "axes missing": (lambda t: np.transpose(t, (0,)), ShapeError, "name each once"),
    "transpose(0)": (lambda t: t.transpose(0), ShapeError, "name each once"),
    "reshape": (lambda t: t.reshape(5, 5), ShapeError, r"reshape: x is \(3, 4\)"),
    "broadcast to less": (lambda t: np.broadcast_to(t[:1, :1], (1,)), ShapeError, "broadcast_to"),
    "dot": (lambda t: np.dot(CUBE, t), ShapeError, "dot: inner sizes differ"),
    "concatenate": (lambda t: np.concatenate([t, t.T]), ShapeError, "concatenate: x0 is"),
    "masked array": (lambda t: t + np.ma.masked_less(MATRIX, 0), DTypeError, "mask"),
}


@pytest.mark.parametrize(("call", "error", "message"), MISUSES.values(), ids=MISUSES)
def test_misuses_are_explained(call, error, message):
    with pytest.raises(error, match=message):
        call(Tensor(MATRIX))


@pytest.mark.skipif(not hasattr(np, "astype"), reason="np.astype came with NumPy 2.1")
def test_np_astype():
    t = Tensor(MATRIX)
    assert np.astype(t, np.float32).dtype == np.float32
    assert type(np.astype(t, int)) is np.ndarray


def test_full_like_casts_its_tensor_to_the_dtype_of_the_array():
    t = Tensor(2.0)
    y = np.full_like(Tensor(np.float32([0, 0, 0])), t)
    assert y.dtype == np.float32
    y.sum().backward()
    assert t.grad == 3.0


def test_clip_keeps_integers():
    assert np.clip(Tensor(np.array([1, 2, 3])), None, 2).dtype == np.int64


def test_a_function_of_several_tensors_gives_each_its_gradient():
    x, y = distinct((2, 3), (3,))
    _, pull = vjp(lambda a, b: np.concatenate([a, b[None]]) @ np.stack([b, 2 * b], 1), x, y)
    gx, gy = pull(np.ones((3, 2)))
    np.testing.assert_allclose(gx, np.tile(3 * y, (2, 1)), rtol=1e-14)
    np.testing.assert_allclose(gy, 3 * x.sum(0) + 6 * y, rtol=1e-14)
