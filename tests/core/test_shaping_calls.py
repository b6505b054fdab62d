"""Functions that rearrange, join, split, pick and place: what reaches us with one Tensor among
others, what a picture shows, what is refused.
"""

import re

import numpy as np
import pytest

from autograd_core import DTypeError, ShapeError, Tensor, UncoveredError
from autograd_core.node import nodes_before
from tests.core.differences import derivative
from tests.core.samples import distinct

windows = np.lib.stride_tricks.sliding_window_view
MATRIX = distinct((3, 4))[0]

ONE_AMONG_OTHERS = {
    "stack": lambda t: np.stack([1.0, t, np.float32(2)]),
    "hstack": lambda t: np.hstack([[1.0, 2.0], t]),
    "vstack": lambda t: np.vstack([[1.0], t]),
    "dstack": lambda t: np.dstack([[1.0], t]),
    "column_stack": lambda t: np.column_stack([[1.0], np.ravel(t)]),
    "concatenate": lambda t: np.concatenate([np.ones(2), t[None]]),
    "append": lambda t: np.append([1.0], t),
    "block": lambda t: np.block([[1.0, 2.0], [3.0, t]]),
    "meshgrid": lambda t: np.meshgrid([1.0, 2.0], t)[1],
    "broadcast_arrays": lambda t: np.broadcast_arrays([1.0, 2.0], t)[1],
    "atleast_2d": lambda t: np.atleast_2d([1.0], t)[1],
    "choose": lambda t: np.choose([0, 1], [[5.0, 6.0], t]),
    "select": lambda t: np.select([[True, False], [True, True]], [[5.0, 6.0], t]),
    "piecewise": lambda t: np.piecewise(t, [True], [2.0 * t]),
    "insert": lambda t: np.insert([1.0, 2.0], 1, t),
    "linspace": lambda t: np.linspace([0.0, 1.0], t, 3),
    "logspace": lambda t: np.logspace(0.0, 1.0, 3, base=t),
    "geomspace": lambda t: np.geomspace(1.0, t, 3),
    "full_like": lambda t: np.full_like(t, t),
    "where": lambda t: np.where([True, False], 1.0, t),
    "tile": lambda t: np.tile(t, 3),
}


@pytest.mark.parametrize("form", ONE_AMONG_OTHERS.values(), ids=ONE_AMONG_OTHERS)
def test_one_tensor_among_other_operands_is_enough(form):
    t = Tensor(2.5)
    actual, expected = form(t), form(np.array(2.5))
    assert actual.requires_grad
    assert actual.dtype == expected.dtype
    np.testing.assert_allclose(actual.data, expected, rtol=1e-14)
    np.sum(actual).backward()
    numerical = derivative(lambda x: float(np.sum(form(x))), np.array(2.5))
    np.testing.assert_allclose(t.grad, numerical, rtol=1e-8)


# What people draw is one operation with the name that they wrote.
ONE_NODE = {
    "flip": lambda x: np.flip(x),
    "flip ": lambda x: np.fliplr(x),
    "roll": lambda x: np.roll(x, 1),
    "rot90": lambda x: np.rot90(x),
    "tile": lambda x: np.tile(x, (1, 2)),
    "repeat": lambda x: np.repeat(x, 2, axis=0),
    "stack": lambda x: np.stack([x, x, x], axis=1),
    "concatenate": lambda x: np.vstack([x, x]),
    "concatenate ": lambda x: np.block([x, x]),
    "getitem": lambda x: np.take(x, [0, 0], axis=1),
    "getitem ": lambda x: np.delete(x, 1, axis=0),
    "diagonal": lambda x: np.diag(x),
    "trace": lambda x: np.trace(x),
    "tril": lambda x: np.tril(x),
    "triu": lambda x: np.triu(x, 1),
    "pad": lambda x: np.pad(x, ((1, 0), (0, 2))),
    "pad ": lambda x: np.pad(x, 1, "reflect"),
    "sliding_window_view": lambda x: windows(x, (2, 2)),
    "choose": lambda x: np.select([MATRIX > 1, MATRIX < -1], [x, x], 0.0),
    "linspace": lambda x: np.linspace(x, 1.0, 3),
}


@pytest.mark.parametrize(("name", "form"), ONE_NODE.items(), ids=ONE_NODE)
def test_a_picture_shows_one_operation(name, form):
    (node,) = nodes_before(form(Tensor(MATRIX)).creator)
    assert node.primitive.name == name.strip()


# ── what is refused, or wrong ─────────────────────────────────────────────────────────────────
REFUSED = {
    "take out": (lambda t: np.take(t, [0], out=np.zeros(1)), "np.take: the option out="),
    "compress out": (lambda t: np.compress([1], t, out=np.zeros(1)), "np.compress: .* out="),
    "choose out": (lambda t: np.choose([0], [t[0, 0]], out=np.zeros(1)), "np.choose: .* out="),
    "trace out": (lambda t: np.trace(t, out=np.zeros(())), "np.trace: the option out="),
    "vstack dtype": (lambda t: np.vstack([t, t], dtype=float), "np.vstack: the option dtype="),
    "hstack casting": (lambda t: np.hstack([t, t], casting="unsafe"), "np.hstack: .*'unsafe'"),
    "windows written": (lambda t: windows(t, 2, 0, writeable=True), "writeable=True"),
    "broadcast_arrays subok": (lambda t: np.broadcast_arrays(t, subok=True), "subok=True"),
    "reshape copy": (lambda t: t.__array_function__(np.reshape, (), (t, 12), {"copy": True}),
                     "np.reshape: the option copy=True"),
    "pad empty": (lambda t: np.pad(t, 1, "empty"), "np.pad with mode='empty'"),
    "pad function": (lambda t: np.pad(t, 1, lambda *args: None), "np.pad with mode=<function"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "message"), REFUSED.values(), ids=REFUSED)
def test_options_that_are_not_covered_are_named(call, message):
    with pytest.raises(UncoveredError, match=message):
        call(Tensor(MATRIX))


INTEGERS = np.array([1, 2, 3, 4])
MISUSES = {
    "fliplr": (lambda t: np.fliplr(t[0]), ShapeError, "fliplr: x is (4,), and must have 2"),
    "rot90": (lambda t: np.rot90(t, axes=(0, 2)), ShapeError, "axis 2 is out of bounds"),
    "reshape order": (lambda t: np.reshape(t, 12, order="B"), ShapeError, "'B' is none of 'C'"),
    "stack": (lambda t: np.stack([t, t[0]]), ShapeError, "stack: all arrays must have one shape"),
    "hstack": (lambda t: np.hstack([t, t.T]), ShapeError, "concatenate: x0 is (3, 4) and x1"),
    "block nested": (lambda t: np.block([[t], t]), ShapeError, "block: the blocks are nested"),
    "block of nothing": (lambda t: np.block([[t], []]), ShapeError, "no list that is empty"),
    "block of tuples": (lambda t: np.block([t, (t,)]), ShapeError, "or a tuple"),
    "split": (lambda t: np.split(t, 2), ValueError, "equal division"),
    "vsplit": (lambda t: np.vsplit(t[0], 2), ShapeError, "vsplit: x is (4,), and must have 2"),
    "take": (lambda t: np.take(t, [12]), IndexError, "index 12 is out of bounds"),
    "take half": (lambda t: np.take(t, np.array([0.5])), TypeError, "Cannot cast"),
    "take_along_axis": (lambda t: np.take_along_axis(t, np.array([0]), 0), ShapeError,
                        "x is (3, 4) and indices is (1,); they must have equally many"),
    "compress": (lambda t: np.compress([0] * 4 + [1], t, axis=1), IndexError, "out of bounds"),
    "delete": (lambda t: np.delete(t, 3, axis=0), IndexError, "out of bounds"),
    "insert": (lambda t: np.insert(t, 4, 0.0, axis=0), IndexError, "out of bounds"),
    "insert too much": (lambda t: np.insert(t, 1, t, axis=0)[:, 9], IndexError, "out of bounds"),
    "choose": (lambda t: np.choose([2], [t[0], t[1]]), ValueError, "invalid entry"),
    "select": (lambda t: np.select([t > 0], [t, t]), ValueError, "same length"),
    "piecewise": (lambda t: np.piecewise(t, [t > 0], [1, 2, 3]), ShapeError, "1 conditions for 3"),
    "diag": (lambda t: np.diag(t[None]), ShapeError, "diag: x is (1, 3, 4); it must be a vector"),
    "diagonal": (lambda t: np.diagonal(t, 0, 1, 1), ShapeError, "names a dimension twice"),
    "windows": (lambda t: windows(t, (9, 9)), ShapeError, "sliding_window_view: x is (3, 4)"),
    "meshgrid": (lambda t: np.meshgrid(t[0], indexing="yx"), ShapeError, "must be 'xy' or 'ij'"),
    "vander": (lambda t: np.vander(t), ShapeError, "vander: x is (3, 4)"),
    "geomspace": (lambda t: np.geomspace(t[0], 0.0), ShapeError, "cannot include zero"),
    "pad mode": (lambda t: np.pad(t, 1, "mirror"), ShapeError, "pad: mode 'mirror'"),
    "pad option": (lambda t: np.pad(t, 1, "edge", end_values=1), ShapeError, "['end_values']"),
    "pad widths": (lambda t: np.pad(t, -1), ShapeError, "whole numbers from 0, here -1"),
    "pad half": (lambda t: np.pad(t, 0.5), ShapeError, "whole numbers from 0, here 0.5"),
    "pad of nothing": (lambda t: np.pad(t[:0], 1, "edge"), ShapeError,
                       "x is (0, 4); mode 'edge' goes by the elements"),
    "into integers": (lambda t: np.insert(INTEGERS, 1, t[0, 0]), DTypeError,
                      "insert: a Tensor that needs a gradient would become int64"),
    "pieces": (lambda t: np.piecewise(Tensor(INTEGERS), [t[0] > 0], [t[0, 0]]), DTypeError,
               "piecewise: a Tensor that needs a gradient would become int64"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), MISUSES.values(), ids=MISUSES)
def test_misuses_are_explained(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call(Tensor(MATRIX))


def test_integers_stay_what_numpy_makes_of_them():
    """They are constants; NumPy rounds the margins of whole numbers."""
    t = Tensor(np.array([1, 4, 6]))
    for mode in ("mean", "linear_ramp", "median"):
        np.testing.assert_array_equal(np.pad(t, 2, mode), np.pad(t.data, 2, mode))
    with pytest.raises(DTypeError, match="lose its derivative"):
        np.pad(t, 1, constant_values=Tensor(1.5))


def test_whole_numbers_between_two_ends_are_rounded_down():
    numbers = np.linspace(Tensor(-1.5), 2.0, 4, dtype=int)
    np.testing.assert_array_equal(numbers, np.linspace(-1.5, 2.0, 4, dtype=int))
    assert type(numbers) is np.ndarray


def test_a_reflection_leaves_infinite_elements_alone():
    x = np.array([1.0, np.inf, 3.0, 1e308])
    with np.errstate(over="ignore"):
        actual = np.pad(Tensor(x), 1, "symmetric", reflect_type="odd")
        np.testing.assert_array_equal(actual.data[1:-1], x)


def test_a_piece_without_elements_is_not_asked_for():
    """NumPy calls no function for a condition that never holds; the graph still leads to x."""
    t = Tensor([1.0, 2.0])
    y = np.piecewise(t, [t < 0], [lambda v: pytest.fail("called"), 3.0])
    np.sum(y).backward()
    assert y.tolist() == [3.0, 3.0]
    assert t.grad.tolist() == [0.0, 0.0]
