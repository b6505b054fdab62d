"""Compiled functions in processes that were forked off, whatever ran before."""

import multiprocessing

import numpy as np
import pytest

from autograd_core import compile, grad  # noqa: A004  the field's name for it
from autograd_core.compile.numpy_backend import threads

pytestmark = [
    pytest.mark.skipif(
        "fork" not in multiprocessing.get_all_start_methods(), reason="this system cannot fork"
    ),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*fork.*:RuntimeWarning"),  # of JAX, where it is loaded
]
SMALL, LARGE = np.array([0.5, -1.25, 2.0]), np.linspace(-2, 2, 300_000)


def loss(x):
    return np.sum(np.tanh(x) * np.exp(-x * x))


@pytest.fixture(autouse=True)
def several_threads(monkeypatch):
    """As on a machine with three processors."""
    monkeypatch.setattr(threads, "count", lambda: 3)
    threads._pool.cache_clear()
    yield
    threads._pool.cache_clear()


def in_child(work, *args):
    """What a process that is forked off now gives."""
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    child = context.Process(target=lambda: queue.put(work(*args)))
    child.start()
    found = queue.get() if child.exitcode is None else None
    child.join()
    assert child.exitcode == 0
    return found


@pytest.mark.parametrize("x", [SMALL, LARGE], ids=["small", "shared among threads"])
def test_a_fork_after_compiling(compiled, x):
    """The child replays what its parent has compiled, and compiles more; so does the parent."""
    f = compiled(grad(loss))
    expected, half = f(x), f(x[: len(x) // 2])
    for run in (f, compiled(grad(loss))):
        got = in_child(lambda run=run: (run(x), run(x[: len(x) // 2]), run(x[1:])))
        for array, want in zip(got, (expected, half, expected[1:]), strict=True):
            np.testing.assert_allclose(array, want, rtol=1e-13)
    np.testing.assert_array_equal(f(x), expected)
    np.testing.assert_allclose(f(x[1:]), expected[1:], rtol=1e-13)


def test_donated_arrays_of_a_child_are_its_own(backend):
    f = compile(lambda w: w - 0.1 * np.tanh(w), donate="w", backend=backend)
    w = LARGE.copy()
    first = f(w.copy())
    np.testing.assert_array_equal(in_child(f, w), first)
    np.testing.assert_array_equal(w, LARGE)
    assert f(w) is w


def test_children_of_children(compiled):
    f = compiled(grad(loss))
    expected = f(LARGE)
    found = in_child(lambda: (f(LARGE), in_child(f, LARGE)))
    for array in found:
        np.testing.assert_array_equal(array, expected)
