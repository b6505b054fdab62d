"""Functions that rearrange, join, split, pick and place: NumPy's call forms, and inputs of every
layout, dtype and size.
"""

import numpy as np
import pytest

from autograd_core import Tensor
from tests.core.differences import derivative
from tests.core.samples import distinct, read_only, strided

windows = np.lib.stride_tricks.sliding_window_view
MATRIX = distinct((3, 4))[0]
MASK = np.arange(12).reshape(3, 4) % 3 == 0

# One line for each call form; each runs on arrays and on Tensors of shape (3, 4).
FORMS = {
    # the same elements in another arrangement
    "reshape F": lambda x: np.reshape(x, (2, 6), order="F"),
    "reshape F -1": lambda x: np.reshape(x, (2, -1, 2), order="F"),
    "reshape F flat": lambda x: np.reshape(x, -1, order="F"),
    "reshape A of columns": lambda x: np.reshape(x.T, (2, 6), order="A"),
    "reshape A of rows": lambda x: np.reshape(x, (2, 6), order="A"),
    "ravel F": lambda x: np.ravel(x, "F"),
    "ravel A": lambda x: np.ravel(x.T, "A"),
    "ravel K": lambda x: np.ravel(x[None].T, "K"),
    "ravel K of rows": lambda x: np.ravel(x, order="K"),
    "rollaxis": lambda x: np.rollaxis(x[None], 2),
    "rollaxis start": lambda x: np.rollaxis(x[None], -1, 1),
    "atleast_1d": lambda x: np.atleast_1d(x[0, 0]),
    "atleast_2d": lambda x: np.atleast_2d(x[0]),
    "atleast_3d": lambda x: np.atleast_3d(x),
    "atleast several": lambda x: np.atleast_3d(x[0], 2.0, x),
    "flip": lambda x: np.flip(x),
    "flip axis": lambda x: np.flip(x, -1),
    "flip axes": lambda x: np.flip(x, axis=(0, 1)),
    "fliplr": lambda x: np.fliplr(x),
    "flipud": lambda x: np.flipud(x[0]),
    "roll": lambda x: np.roll(x, 5),
    "roll axis": lambda x: np.roll(x, -1, axis=1),
    "roll axes": lambda x: np.roll(x, (1, 2), (0, 1)),
    "roll one shift": lambda x: np.roll(x, 1, (0, 1)),
    "rot90": lambda x: np.rot90(x),
    "rot90 axes": lambda x: np.rot90(x[None], -1, (2, 1)),
    "broadcast_arrays": lambda x: np.broadcast_arrays(x, x[0], [[[1.0]]]),
    "tile": lambda x: np.tile(x, 2),
    "tile more": lambda x: np.tile(x, (2, 1, 3)),
    "tile of a number": lambda x: np.tile(x[0, 0], (2, 2)),
    "tile none": lambda x: np.tile(x, (2, 0)),
    "repeat": lambda x: np.repeat(x, 2),
    "repeat axis": lambda x: np.repeat(x, 2, axis=-1),
    "repeat counts": lambda x: np.repeat(x, [1, 0, 3], axis=0),
    "repeat count": lambda x: np.repeat(x, [2], 1),
    "resize": lambda x: np.resize(x, (5, 3)),
    "resize to less": lambda x: np.resize(x, 3),
    "windows": lambda x: windows(x, (2, 3)),
    "windows axis": lambda x: windows(x, 2, axis=0),
    "windows twice": lambda x: windows(x, (2, 2), axis=(1, 1)),
    # joining and splitting
    "append": lambda x: np.append(x, x[0]),
    "append axis": lambda x: np.append(x, [[1, 2, 3, 4]], axis=0),
    "hstack": lambda x: np.hstack([x, x[:, :1], np.ones((3, 2))]),
    "hstack numbers": lambda x: np.hstack([x[0, 0], 5.0, x[1]]),
    "vstack": lambda x: np.vstack((x, x[0], [1, 2, 3, 4])),
    "vstack vectors": lambda x: np.vstack([x[0], x[1]]),
    "dstack": lambda x: np.dstack([x, x]),
    "dstack vectors": lambda x: np.dstack([x[0], [1, 2, 3, 4]]),
    "column_stack": lambda x: np.column_stack([x, x[:, 0]]),
    "column_stack vectors": lambda x: np.column_stack([x[0], [1, 2, 3, 4]]),
    "block": lambda x: np.block([[x, x[:, :1]], [np.zeros((1, 5))]]),
    "block of vectors": lambda x: np.block([x[0], 2.0]),
    "block of rows": lambda x: np.block([[1.0, x[0]], [x[1], 2.0]]),
    "block of cubes": lambda x: np.block([[[x]], [[x]]]),
    "block of one": lambda x: np.block(x),
    "split": lambda x: np.split(x, 2, axis=1),
    "split at": lambda x: np.split(x, [2, 1, 7]),
    "array_split": lambda x: np.array_split(x, 3, -1),
    "array_split into more": lambda x: np.array_split(x, 5),
    "hsplit": lambda x: np.hsplit(x, [1, 3]),
    "hsplit of a vector": lambda x: np.hsplit(x[0], 2),
    "vsplit": lambda x: np.vsplit(x, 3),
    "dsplit": lambda x: np.dsplit(x[None], 2),
    # picking
    "take": lambda x: np.take(x, [0, 7, 0]),
    "take a place": lambda x: np.take(x, -1, axis=1),
    "take places": lambda x: np.take(x, [[0, 1], [2, 2]], axis=0),
    "take wrap": lambda x: np.take(x, [7, -9], axis=1, mode="wrap"),
    "take clip": lambda x: np.take(x, [7, -9], 0, None, "clip"),
    "take_along_axis": lambda x: np.take_along_axis(x, np.argsort(x, 1), 1),
    "take_along_axis repeated": lambda x: np.take_along_axis(x, np.array([[0, 2, 2, 0]]), axis=0),
    "take_along_axis flat": lambda x: np.take_along_axis(x, np.array([1, 5, 1]), axis=None),
    "compress": lambda x: np.compress([True, False, True], x, axis=0),
    "compress flat": lambda x: np.compress([0, 1, 0, 0, 1], x),
    "extract": lambda x: np.extract(MASK, x),
    "delete": lambda x: np.delete(x, 1),
    "delete places": lambda x: np.delete(x, [0, -1], axis=1),
    "delete slice": lambda x: np.delete(x, slice(0, 2), 0),
    "delete mask": lambda x: np.delete(x, [True, False, False], 0),
    "insert": lambda x: np.insert(x, 1, x[0, 0]),
    "insert a row": lambda x: np.insert(x, 1, x[0], axis=0),
    "insert a column": lambda x: np.insert(x, 1, x[:, 0], axis=1),
    "insert at a list": lambda x: np.insert(x, [1], x[:, :1], axis=1),
    "insert columns": lambda x: np.insert(x, [0, 2], x[:, :2], axis=1),
    "insert at a slice": lambda x: np.insert(x, slice(0, 2), 9.0, axis=0),
    "insert at the end": lambda x: np.insert(x, 3, [[1.0], [2.0]], axis=0),
    "insert several": lambda x: np.insert(x[0], -1, [1.0, 2.0]),
    "insert nothing": lambda x: np.insert(x, [], 1.0, axis=0),
    "choose": lambda x: np.choose([[0, 1, 2, 0]], [x, x * 2, 5.0]),
    "choose rows": lambda x: np.choose([2, 1, 0, 1], x),
    "choose wrap": lambda x: np.choose([4, -1, 0, 1], [x, x[1]], mode="wrap"),
    "choose clip": lambda x: np.choose([4, -1, 0, 1], [x, x[1]], mode="clip"),
    "select": lambda x: np.select([x > 1, x < -1], [x * 2, x**2], 7.0),
    "select default": lambda x: np.select([MASK], [x], default=x * 3),
    "select by a number": lambda x: np.select([True, MASK[0]], [x, 2.0]),
    "piecewise": lambda x: np.piecewise(x, [x > 1, x < 1], [lambda v: v**2, lambda v: -v]),
    "piecewise otherwise": lambda x: np.piecewise(x, [x > 1], [lambda v: v**2, -1]),
    "piecewise overlapping": lambda x: np.piecewise(x, [x > 0, x > 1], [np.sin, lambda v: v * 9]),
    "piecewise arguments": lambda x: np.piecewise(x, [x > 0, x > 9], [np.multiply, np.add], 3.0),
    "piecewise one condition": lambda x: np.piecewise(x[0], x[0] > 0, [np.exp, x[1, 0]]),
    "piecewise of a number": lambda x: np.piecewise(x[0, 0], [True], [np.exp]),
    "diag": lambda x: np.diag(x, 1),
    "diag of a vector": lambda x: np.diag(x[0], -2),
    "diag outside": lambda x: np.diag(x, 9),
    "diagonal": lambda x: np.diagonal(x[None], 1, -1, 1),
    "diagflat": lambda x: np.diagflat(x, 1),
    "trace": lambda x: np.trace(x, 1),
    "trace axes": lambda x: np.trace(x[None], 0, 2, 1),
    "trace outside": lambda x: np.trace(x, offset=-5),
    "tril": lambda x: np.tril(x, 1),
    "triu of a vector": lambda x: np.triu(x[0]),
    "triu of a batch": lambda x: np.triu(x[None], k=-1),
    # building
    "meshgrid": lambda x: np.meshgrid(x[0], x[:, 0]),
    "meshgrid ij": lambda x: np.meshgrid(x[0], [1.0, 2.0], indexing="ij"),
    "meshgrid sparse": lambda x: np.meshgrid(x[0], x[1], x[2], sparse=True),
    "meshgrid of one": lambda x: np.meshgrid(x[0]),
    "vander": lambda x: np.vander(x[0]),
    "vander increasing": lambda x: np.vander(x[0], 3, increasing=True),
    "linspace": lambda x: np.linspace(x[0], x[1], 5),
    "linspace axis": lambda x: np.linspace(x, x[:, :1], 3, axis=-1),
    "linspace from a number": lambda x: np.linspace(0, x[0], 3, endpoint=False),
    "linspace to a number": lambda x: np.linspace(x[0, 0], 2, 4),
    "linspace step": lambda x: np.linspace(x[0], x[1], 5, retstep=True),
    "linspace of one": lambda x: np.linspace(x[0, 0], 2.0, 1),
    "linspace of none": lambda x: np.linspace(x[0, 0], 2.0, 0),
    "logspace": lambda x: np.logspace(x[0, 0], 1.0, 4, endpoint=False),
    "logspace base": lambda x: np.logspace(0.5, 1, 3, base=np.abs(x[0, 0])),
    "logspace bases": lambda x: np.logspace(x[0], 1, 3, base=np.abs(x[1]), axis=1),
    "geomspace": lambda x: np.geomspace(np.abs(x[0]), 5.0, 4),
    "geomspace below 0": lambda x: np.geomspace(-np.abs(x[0]), -np.abs(x[1]), 3, axis=-1),
    # margins
    "pad": lambda x: np.pad(x, 1),
    "pad pairs": lambda x: np.pad(x, ((1, 2), (0, 3))),
    "pad both": lambda x: np.pad(x, (1, 2), mode="constant", constant_values=0),
    "pad a value": lambda x: np.pad(x, 1, constant_values=x[0, 0]),
    "pad values": lambda x: np.pad(x, 1, constant_values=((1, 2), (x[0, 0], x[0, 1]))),
    "pad one side": lambda x: np.pad(x, ((0, 1), (0, 0)), constant_values=np.inf)[:3],
    "pad nothing": lambda x: np.pad(x, 0, "edge"),
    "pad a number": lambda x: np.pad(x[0, 0], 3),
    "pad reflect odd": lambda x: np.pad(x, ((7, 5), (1, 9)), "reflect", reflect_type="odd"),
    "pad symmetric odd": lambda x: np.pad(x, ((7, 5), (1, 9)), "symmetric", reflect_type="odd"),
    "pad ramp": lambda x: np.pad(x, 2, "linear_ramp"),
    "pad ramp to": lambda x: np.pad(x, (0, 2), "linear_ramp", end_values=(3.0, x[0, 0])),
    "pad statistic": lambda x: np.pad(x, 2, "maximum", stat_length=((1, 2), (3, 9))),
    **{
        f"pad {mode} {width}": lambda x, mode=mode, width=width: np.pad(x, width, mode)
        for mode in ("edge", "reflect", "symmetric", "wrap", "mean", "median", "minimum")
        for width in (1, ((0, 7), (5, 1)))
    },
}  # fmt: skip
if hasattr(np, "unstack"):  # NumPy 2.1
    FORMS["unstack"] = lambda x: np.unstack(x)
    FORMS["unstack axis"] = lambda x: np.unstack(x, axis=-1)


def parts(result):
    return result if isinstance(result, (tuple, list)) else [result]


def combined(result):
    """All elements of what a function returns, each with a weight of its own."""
    weigh = lambda r: np.sum(r * np.linspace(1, 2, np.size(r)).reshape(np.shape(r)))  # noqa: E731
    return sum(k * weigh(part) for k, part in enumerate(parts(result), 1))


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_call_forms(form):
    """Values, shapes, dtypes and containers are NumPy's, and the gradient that of differences."""
    t = Tensor(MATRIX)
    actual, expected = form(t), form(MATRIX)
    assert isinstance(actual, (tuple, list)) == isinstance(expected, (tuple, list))
    for a, e in zip(parts(actual), parts(expected), strict=True):
        value = a.data if isinstance(a, Tensor) else a
        assert (value.shape, value.dtype) == (np.shape(e), e.dtype)
        np.testing.assert_allclose(value, e, rtol=1e-14)
    combined(actual).backward()
    numerical = derivative(lambda x: float(combined(form(x))), MATRIX)
    np.testing.assert_allclose(t.grad, numerical, rtol=1e-8, atol=1e-9)


def memory_mapped(array, folder):
    mapped = np.memmap(folder / "numbers", array.dtype, "w+", shape=array.shape)
    mapped[...] = array
    return mapped


LAYOUTS = {
    "byte-swapped": lambda x, folder: x.astype(">f8"),
    "read-only": lambda x, folder: read_only(x),
    "memory-mapped": memory_mapped,
    "strided": lambda x, folder: strided(x),
    "columns first": lambda x, folder: np.asfortranarray(x),
    "repeated rows": lambda x, folder: np.broadcast_to(x[:1], (3, 4)),
}
# They look at the layout: the elements' order is another one for each.
ORDERS = {"ravel A", "ravel K", "ravel K of rows", "reshape A of columns", "reshape A of rows"}


@pytest.mark.parametrize("arranged", LAYOUTS.values(), ids=LAYOUTS)
def test_the_layout_of_the_input_changes_nothing(arranged, tmp_path):
    for name in FORMS.keys() - ORDERS:
        array = arranged(MATRIX, tmp_path)
        t, plain = Tensor(array), Tensor(np.array(array, float))
        for value in (combined(FORMS[name](t)), expected := combined(FORMS[name](plain))):
            assert value.data == expected.data, name
            value.backward()
        assert t.grad.dtype.newbyteorder("=") == np.float64, name
        np.testing.assert_array_equal(t.grad, plain.grad, name)


@pytest.mark.parametrize("name", FORMS)
def test_float32_stays_what_it_is_in_numpy(name):
    t = Tensor(MATRIX.astype(np.float32))
    actual, expected = FORMS[name](t), FORMS[name](t.data)
    assert [a.dtype for a in parts(actual)] == [e.dtype for e in parts(expected)]
    combined(actual).backward()
    assert t.grad.dtype == np.float32


# They compare, or are not linear.
NONLINEAR = ("geom", "log", "select", "piecewise", "vander", "pad statistic", "pad m")
LINEAR = [name for name in FORMS if not name.startswith(NONLINEAR) and "step" not in name]


@pytest.mark.parametrize("name", LINEAR)
def test_complex_numbers_are_moved_like_real_ones(name):
    """The real part of a combination of complex elements depends on their real parts alone."""
    z, x = Tensor(MATRIX * (1 + 2j)), Tensor(MATRIX)
    actual, expected = FORMS[name](z), FORMS[name](z.data)
    for a, e in zip(parts(actual), parts(expected), strict=True):
        np.testing.assert_allclose(a.data if isinstance(a, Tensor) else a, e, rtol=1e-14)
    np.real(combined(actual)).backward()
    combined(FORMS[name](x)).backward()
    np.testing.assert_allclose(z.grad, x.grad, rtol=1e-14)
    assert z.grad.dtype == np.complex128


EMPTY = {
    "reshape": lambda x: np.reshape(x, (3, 0), order="F"),
    "roll": lambda x: np.roll(x, 1, 1),
    "tile": lambda x: np.tile(x, (2, 2)),
    "repeat": lambda x: np.repeat(x, [1, 2, 3], axis=1),
    "resize": lambda x: np.resize(x, (2, 2)),
    "vstack": lambda x: np.vstack([x, MATRIX[:, :3]]),
    "block": lambda x: np.block([[x], [x]]),
    "split": lambda x: np.concatenate(np.split(x, 3, axis=1)),
    "take": lambda x: np.take(x, [], axis=0),
    "take along": lambda x: np.take_along_axis(x, np.zeros((0, 2), int), 1),
    "delete": lambda x: np.delete(x, [], 0),
    "insert": lambda x: np.insert(x, 0, 2.0, axis=0),
    "select": lambda x: np.select([x > 0], [x]),
    "piecewise": lambda x: np.piecewise(x, [x > 0], [np.exp]),
    "diag": lambda x: np.diag(x[:, 0]),
    "trace": lambda x: np.trace(x),
    "tril": lambda x: np.tril(x),
    "windows": lambda x: windows(x, 2, axis=1),
    "pad": lambda x: np.pad(x, 1),
    "linspace": lambda x: np.linspace(x, 1.0, 3),
    "vander": lambda x: np.vander(x[:, 0]),
}


@pytest.mark.parametrize("form", EMPTY.values(), ids=EMPTY)
def test_nothing_is_rearranged_as_well(form):
    t = Tensor(np.zeros((0, 3)))
    expected, actual = form(t.data), form(t)
    np.testing.assert_array_equal(actual.data, expected)
    np.sum(actual).backward()
    assert t.grad.shape == (0, 3)
