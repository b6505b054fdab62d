"""Random functions of arrays for the tests of the Numba backend, and how they are run by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd_core.compile.numpy_backend.emit import runner
from autograd_core.compile.plan import plan
from autograd_core.structure import flatten
from autograd_core.tracing import trace

Arrays = Sequence[Any]


def program_of(f: Callable[..., Any], args: Arrays) -> Any:
    leaves, form = flatten((tuple(args), {}))
    return trace(f, leaves, [f"x{i}" for i in range(len(leaves))], form)[0]


def run(program: Any, args: Arrays, donated: Any = None) -> Any:
    """The outputs of a program from compiled loops."""
    from autograd_core.compile.numba_backend import emitter

    fuse, emit_step = emitter()
    return runner(plan(program, donated, fuse), emit_step)()(*args)


def assert_as_evaluated(f: Callable[..., Any], *args: Any, ulps: float = 200) -> Any:
    """Compiled loops give what NumPy gives operation by operation; no argument is changed."""
    program = program_of(f, args)
    copies = [np.copy(x) for x in args]
    expected = program.evaluate(args)
    outputs = run(program, args)
    single = any(value.dtype == np.float32 for value in program.values)
    for got, want in zip(outputs, map(np.asarray, expected), strict=True):
        assert (np.shape(got), np.asarray(got).dtype) == (want.shape, want.dtype)
        if want.dtype.kind != "f":
            np.testing.assert_array_equal(got, want)
            continue
        tolerance = ulps * np.finfo(np.float32 if single else np.float64).eps
        scale = np.max(np.abs(want), initial=0, where=np.isfinite(want))
        np.testing.assert_allclose(got, want, tolerance, tolerance * float(scale))
    for x, copy in zip(args, copies, strict=True):
        np.testing.assert_array_equal(x, copy)
    return program


# ── random functions ──────────────────────────────────────────────────────────────────────────
_UNARY: list[Callable[[Any], Any]] = [
    np.negative, np.absolute, np.square, np.sin, np.cos, np.tanh, np.arctan, np.sign, np.floor,
    lambda x: np.exp(-np.abs(x)), lambda x: np.log(np.abs(x)), lambda x: np.log1p(x * x),
    lambda x: np.sqrt(np.abs(x)), lambda x: x**3, lambda x: 1 / (1 + x * x),
    lambda x: np.expm1(np.minimum(x, 1)), lambda x: np.where(np.isnan(x), 0.5, x),
    lambda x: np.where(x > 0, x, 0.0), lambda x: (x > 0.25).astype(x.dtype),
    lambda x: x.astype(np.float64), lambda x: x - np.max(x, axis=-1, keepdims=True),
    lambda x: x / np.sum(np.abs(x), axis=-1, keepdims=True), lambda x: x + np.sum(np.tanh(x)),
    lambda x: x - np.min(x, axis=0), lambda x: x * np.sum(np.sin(x), axis=0),
]  # fmt: skip
_BINARY: list[Callable[[Any, Any], Any]] = [
    np.add, np.subtract, np.multiply, np.maximum, np.minimum, np.hypot, np.copysign,
    lambda x, y: x / (2 + np.cos(y)), lambda x, y: np.where(x >= y, x, y * 2),
    lambda x, y: np.where((x > 0) & ~(y > 0), y, x),
]  # fmt: skip


def random_function(seed: int) -> tuple[Callable[..., Any], list[Any]]:
    """A function of three arrays, of different shapes that broadcast, and arrays for it."""
    rng = np.random.default_rng(seed)
    shape = tuple(int(n) for n in rng.choice([1, 2, 5, 9, 70], rng.integers(1, 4)))
    args = [_array(rng, shape) for _ in range(3)]
    makers = [
        (_UNARY[rng.integers(len(_UNARY))], None)
        if rng.random() < 0.6
        else (None, _BINARY[rng.integers(len(_BINARY))])
        for _ in range(rng.integers(4, 20))
    ]
    picks = rng.random((len(makers), 2))

    def f(*xs: Any) -> Any:
        values = [*xs]
        for (one, two), (i, j) in zip(makers, picks**2, strict=True):
            x, y = (values[-1 - int(k * len(values))] for k in (i, j))
            values.append(one(x) if one is not None else two(x, y))  # type: ignore[misc]
        return values[-1], values[-2], np.sum(values[-3])

    return f, args


def _array(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    kept = tuple(1 if rng.random() < 0.2 else n for n in shape)[rng.integers(0, 2) :]
    x = rng.normal(size=kept or (1,)).astype([np.float32, np.float64][rng.integers(2)])
    if rng.random() < 0.2:
        x.reshape(-1)[rng.integers(x.size)] = rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0])
    if rng.random() < 0.3:  # not contiguous
        x = np.repeat(x, 2, axis=-1)[..., ::2]
    return x
