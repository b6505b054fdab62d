"""Large elementwise work in blocks on threads: scratch, views of it, errors and warnings."""

from __future__ import annotations

import threading
import warnings
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from autograd_core import compile  # noqa: A004
from autograd_core.compile.numpy_backend import blocks, threads

LARGE = 100_003


def numpy_of(f: Any, *args: Any) -> Any:
    run = compile(f, backend="numpy")
    run(*args)
    return run(*args)


def test_a_flattened_value_is_kept_until_it_is_read() -> None:
    """Its scratch is that of the value that it is a view of."""

    def f(x: Any) -> Any:
        flat = np.exp(x).reshape(-1)
        other = np.sin(x) * np.cos(x) - np.sqrt(1 + x * x)
        return np.dot(flat, other.reshape(-1))

    x = np.linspace(-1, 1, LARGE - 3).reshape(100, -1)
    np.testing.assert_allclose(numpy_of(f, x), f(x), rtol=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_scratch_is_written_over_by_nothing_that_is_still_read(seed: int) -> None:
    unary: list[Any] = [np.tanh, np.exp, np.square, np.negative, np.sin, abs]
    binary = [np.add, np.subtract, np.multiply, np.maximum]

    def f(x: Any, y: Any) -> Any:
        rng = np.random.default_rng(seed)
        values = [x, y]
        for _ in range(12):
            a, b = (values[rng.integers(len(values))] for _ in range(2))
            kind = rng.integers(3)
            if kind == 0:
                values.append(np.tanh(unary[rng.integers(len(unary))](a)))
            elif kind == 1:
                values.append(np.sin(binary[rng.integers(len(binary))](a, b)))
            else:
                values.append(np.where(a > b, a, 2.0 * b))
        return values[-1] * values[-2], np.sum(values[-3])

    x, y = np.random.default_rng(0).normal(size=(2, LARGE))
    for got, want in zip(numpy_of(f, x, y), f(x, y), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12)


def divided(x: Any, y: Any) -> Any:
    return np.exp(x) / y + 1


def test_all_threads_heed_errstate() -> None:
    x, y = np.ones(LARGE), np.zeros(LARGE)
    run = compile(divided, backend="numpy")
    with np.errstate(all="ignore"):
        assert np.isinf(run(x, y)).all()
        assert np.isinf(run(x, y)).all()
    for _ in range(3):
        with np.errstate(divide="raise"), pytest.raises(FloatingPointError, match="divide by zero"):
            run(x, y)
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        run(x, y)
    assert found


def test_nothing_runs_on_when_a_block_fails() -> None:
    begun, ended, running = [], [], threading.Event()

    def block(start: int, stop: int, own: bool) -> None:
        if own:
            running.wait()
            raise ZeroDivisionError
        begun.append(start)
        running.set()
        np.sort(np.random.default_rng(0).normal(size=300_000))  # without the lock, for a while
        ended.append(start)

    with pytest.raises(ZeroDivisionError):
        threads.in_blocks(block, 8, 1, [True, False])
    assert begun == ended


def test_products_in_blocks_are_too_short_for_the_threads_of_blas(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x = np.linspace(0.5, 1.5, LARGE)
    f = compile(lambda x: np.dot(np.exp(x), np.sqrt(x)), backend="numpy")
    expected, lengths, dot = f(x), [], np.dot

    def counted(x: Any, y: Any) -> Any:
        lengths.append(len(x))
        return dot(x, y)

    monkeypatch.setattr(np, "dot", counted)
    assert f(x) == expected
    assert sum(lengths) == len(x)
    assert max(lengths) <= 8192


def test_each_thread_has_several_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = []

    def in_blocks(block: Any, size: int, length: int, scratch: Any) -> list[Any]:
        lengths.append(length)
        return threads.in_blocks(block, size, length, scratch)

    monkeypatch.setattr(blocks, "threads", SimpleNamespace(in_blocks=in_blocks, count=lambda: 2))
    for size in (200_000, 2_000_000):
        numpy_of(lambda x: np.exp(x) * np.sqrt(x), np.ones(size))
    assert set(lengths) == {25_000, 65_536}
