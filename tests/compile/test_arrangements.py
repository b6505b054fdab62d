"""However an argument lies in memory, a compiled function gives what the function gives."""

import numpy as np
import pytest

from autograd_core import (
    GraphError,
    compile,  # noqa: A004  the field's name for it
    grad,
)
from tests.compile.conftest import assert_compiles, assert_same

LARGER = np.arange(12.0).reshape(2, 6)


def read_only():
    found = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    found.flags.writeable = False
    return found


def unaligned(array):
    found = np.frombuffer(b"\0" + array.tobytes(), np.uint8)[1:].view(array.dtype)
    return found.reshape(array.shape)


ARRANGED = {
    "strided": LARGER[:, ::2],
    "backwards": LARGER[:, 2::-1],
    "columns first": np.asfortranarray(LARGER[:, :3]),
    "read-only": read_only(),
    "byte-swapped": LARGER[:, :3].astype(LARGER.dtype.newbyteorder()),
    "repeated": np.broadcast_to(np.array([1.0, 2.0, 3.0]), (2, 3)),
    "unaligned": unaligned(LARGER[:, :3]),
    "half": LARGER[:, :3].astype(np.float16),
    "long": LARGER[:, :3].astype(np.longdouble),
    "integers": np.arange(6).reshape(2, 3),
}


def several(x):
    return np.sin(x) * x, x.T @ x, np.sum(x, axis=0), x[0]


def smooth(x):
    """Elementwise all through: with Numba one loop."""
    return np.sum(np.tanh(x) * x + np.exp(-x), axis=1), np.tanh(x) * x


@pytest.mark.parametrize("x", ARRANGED.values(), ids=ARRANGED)
def test_arrays_in_any_arrangement(compiled, x):
    assert_compiles(compiled, several, x)


@pytest.mark.parametrize("f", [several, smooth])
def test_one_arrangement_after_another(compiled, f):
    """They have one signature: what was traced with one array has to take all others."""
    arrays = [x for x in ARRANGED.values() if x.dtype == np.float64]
    expected = [f(x) for x in arrays]
    run = compiled(f)
    run(np.ones((2, 3)))
    for x, want in zip(arrays, expected, strict=True):
        assert_same(run(x), want)
        assert_same(run(x), want)


@pytest.mark.parametrize("name", ["strided", "columns first", "read-only", "unaligned"])
def test_gradients_of_large_arrays(compiled, name):
    """Of so many elements that threads share the loop."""
    x = np.linspace(-2, 2, 240_000).reshape(400, 600)
    arranged = {
        "strided": np.repeat(x, 2, axis=1)[:, ::2],
        "columns first": np.asfortranarray(x),
        "read-only": np.broadcast_to(x, x.shape),
        "unaligned": unaligned(x),
    }[name]
    f = grad(lambda x: np.sum(np.tanh(x) * np.exp(-x * x)))
    run = compiled(f)
    assert_same(run(x), f(x))
    assert_same(run(arranged), f(x))


@pytest.mark.parametrize("name", ["strided", "columns first", "unaligned"])
def test_donated_arrays_in_any_arrangement(backend, name):
    w = {
        "strided": LARGER.copy()[:, ::2],
        "columns first": np.asfortranarray(LARGER[:, :3]),
        "unaligned": unaligned(LARGER[:, :3]).copy(order="K"),
    }[name]
    start, x = w.copy(), np.linspace(0, 1, 6).reshape(2, 3)

    def update(w, x):
        return w - 0.1 * grad(lambda w: np.sum(np.tanh(w * x)))(w)

    run = compile(update, donate="w", backend=backend)
    run(start.copy(), x)  # traced with an array without gaps
    assert run(w, x) is w
    assert_same(w, update(start, x))


def test_a_read_only_array_cannot_be_donated(backend):
    v, w = np.ones((2, 3)), read_only()
    run = compile(lambda v, w: (v * 2.0, np.tanh(w) * 0.5), donate=("v", "w"), backend=backend)
    run(v.copy(), w.copy())
    with pytest.raises(GraphError, match=r"compile: w is donated and read-only: .* Pass a copy"):
        run(v, w)
    assert_same((v, w), (np.ones((2, 3)), read_only()))
