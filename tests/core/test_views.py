"""Views of a Buffer: what is written into one is seen in all that NumPy makes share memory."""

import numpy as np
import pytest

from autograd_core import Tensor, UncoveredError, no_grad
from autograd_core.buffer import Buffer

X = np.linspace(0.2, 1.1, 6).reshape(2, 3)

# For an array of shape (2, 3); NumPy says which of them are views.
VIEWS = {
    "row": lambda z: z[1],
    "column": lambda z: z[:, 1],
    "block": lambda z: z[:, 1:],
    "reversed": lambda z: z[::-1, ::-2],
    "new axis": lambda z: z[None, :, None],
    "element": lambda z: z[1, 2, ...],
    "of a view": lambda z: z[1][1:],
    "reshape": lambda z: z.reshape(3, 2),
    "ravel": lambda z: np.ravel(z),
    "transpose": lambda z: z.T,
    "transpose of three": lambda z: np.transpose(z.reshape(1, 2, 3), (2, 0, 1)),
    "swapaxes": lambda z: z.swapaxes(0, 1),
    "moveaxis": lambda z: np.moveaxis(z, 0, 1),
    "matrix transpose": lambda z: z.mT,
    "squeeze": lambda z: np.squeeze(z[:1]),
    "expand_dims": lambda z: np.expand_dims(z, 0),
    "flip": lambda z: np.flip(z, 1),
    "rot90": lambda z: np.rot90(z),
    "split": lambda z: np.split(z, 3, axis=1)[1],
    "vsplit": lambda z: np.vsplit(z, 2)[1],
    "unstack": lambda z: (np.unstack(z, axis=1) if hasattr(np, "unstack") else z.T)[2],
    "iteration": lambda z: list(z)[1],
}  # fmt: skip


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_write_through_a_view_is_seen_by_the_base_and_back(view):
    array, t = X.copy(), Tensor(X)
    plain, z = view(array), np.copy(t)
    v = view(z)
    assert np.shares_memory(plain, array)
    assert isinstance(v, Buffer)
    weights = np.linspace(1, 2, 6).reshape(2, 3)

    plain[...] = plain * 3
    v[...] = v * 3
    np.testing.assert_array_equal(z.data, array)
    array *= array
    z *= z
    np.testing.assert_array_equal(v.data, plain)
    plain[...] = 0.5 * plain
    v *= 0.5

    (z * weights).sum().backward()
    factor = np.ones((2, 3))
    view(factor)[...] = 9 * 0.5  # where written: 0.5 (3x)², elsewhere x²
    np.testing.assert_allclose(z.data, factor * X**2, rtol=1e-15)
    np.testing.assert_allclose(t.grad, weights * factor * 2 * X, rtol=1e-14)


COPIES = {
    "array of indices": lambda z: z[[0, 1]],
    "mask": lambda z: z[X > 0],
    "flatten": lambda z: z.flatten(),
    "copy": lambda z: z.copy(),
    "reshape of a transpose": lambda z: z.T.reshape(6),
    "an operation": lambda z: +z,
    "take": lambda z: np.take(z, [1, 0], axis=0),
}  # fmt: skip


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_what_is_a_copy_in_numpy_keeps_what_it_was(copied):
    t = Tensor(X)
    z = np.copy(t)
    before, expected = copied(z), copied(X)
    z[...] = 0.0
    np.testing.assert_array_equal(before.data, expected)
    before.sum().backward()
    np.testing.assert_array_equal(t.grad, np.ones((2, 3)))


def test_a_copy_can_be_written_into_and_the_result_of_an_index_array_says_so():
    z = np.copy(Tensor(X))
    other = z.copy()
    other[0] = 1.0
    np.testing.assert_array_equal(z.data, X)
    with pytest.raises(UncoveredError, match=r"np\.copy"):
        z[[0, 1]][0] = 1.0


def test_a_long_chain_of_views():
    t = Tensor(np.arange(3000.0))
    z = v = np.copy(t)
    for _ in range(2000):
        v = v[1:]
    z[-1] = t[0]
    v.sum().backward()
    assert t.grad.sum() == 1000
    assert (t.grad[0], t.grad[-1]) == (1, 0)


def test_parts_that_start_within_a_row():
    t, array = Tensor(np.arange(9.0).reshape(3, 3)), np.zeros((4, 3))
    z = np.zeros_like(t, shape=(4, 3))
    z[1:], array[1:] = t, t.data
    for part in (lambda a: a.ravel()[5:8], lambda a: a.ravel()[4:10].reshape(2, 3)):
        np.testing.assert_array_equal(part(z).data, part(array))
        t.zero_grad()
        part(z).sum().backward()
        ones = np.zeros((4, 3))
        part(ones)[...] = 1
        np.testing.assert_array_equal(t.grad, ones[1:])


def test_views_outlive_their_base():
    t = Tensor(X)
    row = np.copy(t)[1]
    row[0] = row[1] * 2
    row.sum().backward()
    np.testing.assert_array_equal(t.grad, [[0, 0, 0], [0, 3, 1]])


def test_parts_that_overlap_are_moved_as_numpy_does():
    t, array = Tensor(np.arange(6.0)), np.arange(6.0)
    z = np.copy(t)
    z[1:] = z[:-1]
    array[1:] = array[:-1]
    z[::-1] = z
    array[::-1] = array
    np.testing.assert_array_equal(z.data, array)
    z.backward(np.arange(1.0, 7))
    np.testing.assert_array_equal(t.grad, [6 + 5, 4, 3, 2, 1, 0])


READ_ONLY = {
    "diagonal": lambda z: np.diagonal(z),
    "broadcast": lambda z: np.broadcast_to(z[0], (2, 3)),
    "windows": lambda z: np.lib.stride_tricks.sliding_window_view(z, 2, 1),
}


@pytest.mark.parametrize("view", READ_ONLY.values(), ids=READ_ONLY)
def test_views_that_numpy_makes_read_only_see_writes_and_take_none(view):
    t = Tensor(X)
    z = np.copy(t)
    shown = view(z)
    with pytest.raises(ValueError, match="read-only"):
        shown[...] = 1.0
    z[0] = z[0] * 3
    expected = X * [[3], [1]]
    np.testing.assert_array_equal(shown.data, view(expected))
    (shown * shown).sum().backward()
    counts = np.zeros((2, 3))
    np.add.at(counts, tuple(view(places) for places in np.indices((2, 3))), 1)
    np.testing.assert_allclose(t.grad, counts * 2 * X * [[9], [1]])


def test_a_view_that_was_made_under_no_grad_is_a_view():
    t = Tensor(X)
    z = np.copy(t)
    with no_grad():
        row = z[0]
    row[:] = row * 2
    z.sum().backward()
    np.testing.assert_array_equal(t.grad, [[2, 2, 2], [1, 1, 1]])


def test_columns_first():
    t = Tensor(np.asfortranarray(X))
    z = np.copy(t)
    flat = z.T.reshape(6)
    assert isinstance(flat, Buffer)
    flat[1] = flat[0] * 4
    np.testing.assert_array_equal(z.data[1, 0], X[0, 0] * 4)
    z.sum().backward()
    np.testing.assert_array_equal(t.grad, [[5, 1, 1], [0, 1, 1]])
