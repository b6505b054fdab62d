"""The Numba backend: compiled loops give what NumPy gives, whatever the shapes and numbers."""

from __future__ import annotations

import inspect
import threading
from typing import Any

import numpy as np
import pytest

pytest.importorskip("numba")

from autograd_core import sigmoid, value_and_grad
from autograd_core.compile.numba_backend import emitter
from autograd_core.compile.numba_backend.clusters import Function
from autograd_core.compile.numpy_backend.emit import runner
from autograd_core.compile.plan import plan
from tests.compile.numba_programs import assert_as_evaluated, program_of, random_function, run

RNG = np.random.default_rng(0)


def functions_of(program: Any) -> list[Any]:
    made = plan(program, None, emitter()[0])
    return [step for step in made.steps if isinstance(step, Function)]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("seed", range(12))
def test_random_functions(seed: int) -> None:
    f, args = random_function(seed)
    assert_as_evaluated(f, *args)


def mixed(x: Any) -> Any:
    return np.mean(np.tanh(x) * sigmoid(x) + np.exp(-(x**2)) * np.log1p(x**2))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(1,), (7,), (300_001,), (700, 500)])
def test_a_gradient_is_one_loop(shape: tuple[int, ...], dtype: str) -> None:
    x = RNG.normal(size=shape).astype(dtype)
    program = assert_as_evaluated(value_and_grad(mixed), x, ulps=50)
    assert max(len(step.operations) for step in functions_of(program)) > 20


def test_large_loops_are_shared_among_threads() -> None:
    (loop, *_) = functions_of(program_of(mixed, [np.ones(300_000)]))
    assert loop.is_shared
    (loop, *_) = functions_of(program_of(mixed, [np.ones(300)]))
    assert not loop.is_shared


def test_sums_are_as_exact_as_numpys() -> None:
    x = RNG.uniform(0, 1, 3_000_001).astype(np.float32)
    program = program_of(lambda x: np.sum(x + 0), [x])
    (total,) = run(program, [x])
    assert abs(float(total) - np.sum(x, dtype=np.float64)) <= 4 * np.spacing(total)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_softmax_by_rows() -> None:
    def loss(x: Any, t: Any) -> Any:
        shifted = x - np.max(x, axis=-1, keepdims=True)
        logs = shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))
        return -np.sum(logs * t) / len(x), np.exp(logs) - t, np.sum(np.exp(logs) - t, axis=0)

    x = RNG.normal(size=(100, 10)).astype(np.float32)
    x[3, 4], x[5, 5] = np.nan, np.inf
    program = assert_as_evaluated(loss, x, np.eye(10, dtype=np.float32)[RNG.integers(0, 10, 100)])
    assert len(functions_of(program)) == 1


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_integers_and_booleans() -> None:
    def f(i: Any, j: Any, m: Any, x: Any) -> Any:
        k = np.where(m, i * 3 - j, np.abs(j))
        return k, np.sum(k), np.max(k, axis=0), (k > 2) | ~m, k.astype(np.int32) + i, k / x, m * x

    i, j = RNG.integers(-9, 9, (2, 6, 5))
    assert_as_evaluated(f, i, j, i > j, RNG.normal(size=(6, 5)).astype(np.float32))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_sines_far_from_zero() -> None:
    x = np.array([0.5, 1e3, 1e9, 1e300, np.inf, -np.inf, np.nan, -0.0] * 5)
    assert_as_evaluated(lambda x: (np.sin(x) + np.cos(x + 1) * x, np.sin(x)), x, ulps=8)


def test_empty_arrays() -> None:
    assert_as_evaluated(lambda x: (np.exp(x) + 1, np.sum(np.exp(x))), np.zeros((0, 3)))


def test_arrays_without_dimensions() -> None:
    y = RNG.normal(size=(6, 4))
    assert_as_evaluated(lambda x, y: np.exp(y * x.reshape(())) + x.reshape(()), np.array([0.5]), y)


def test_results_over_donated_arguments() -> None:
    """As they lie in memory: contiguous, and as the transpose of another array."""
    for w in (np.ones((30, 20)), np.ones((20, 30)).T):
        g = RNG.normal(size=(30, 20))
        program = program_of(lambda w, g: (w - 0.1 * g, np.sum(g)), [w, g])
        new, _ = run(program, [w, g], {program.inputs[0]: 0})
        assert new is w
        np.testing.assert_allclose(w, 1 - 0.1 * g)


def test_two_threads_run_one_kernel_at_once() -> None:
    x = RNG.normal(size=200_000)
    program = program_of(mixed, [x])
    expected = program.evaluate([x])[0]
    found: list[Any] = []
    work = [threading.Thread(target=lambda: found.append(run(program, [x])[0])) for _ in range(4)]
    for each in work:
        each.start()
    for each in work:
        each.join()
    np.testing.assert_allclose(found, [expected] * 4, rtol=1e-13)


def test_addresses_are_of_buffers_that_live_as_long_as_the_function() -> None:
    def chain(x: Any) -> Any:
        for _ in range(60):
            x = np.tanh(x) * np.cos(x) + x / 2
        return x

    fuse, emit_step = emitter()
    run: Any = runner(plan(program_of(chain, [np.ones(10)]), None, fuse), emit_step)()
    cells = inspect.getclosurevars(run).nonlocals
    passed = [table for name, table in cells.items() if name.startswith("buffers_")]
    places = [np.lib.array_utils.byte_bounds(buffer) for buffer in run.buffers]
    assert passed
    for address in np.concatenate(passed):
        assert any(start <= address < stop for start, stop in places)
