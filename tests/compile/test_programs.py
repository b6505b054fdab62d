"""Random programs: compiled, with the gradient, and planned, they are what they are eagerly."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograd_core import (
    compile,  # noqa: A004  the field's name for it
    grad,
    jvp,
    value_and_grad,
)
from tests.compile.conftest import assert_same
from tests.compile.plans import assert_sound

UNARY: dict[str, Callable[[Any], Any]] = {
    "sin": np.sin, "tanh": np.tanh, "negative": np.negative, "square": np.square,
    "exp(-x²)": lambda x: np.exp(-(x * x)), "x³": lambda x: x**3, "x + 1": lambda x: x + 1,
    "2x": lambda x: 2.0 * x, "1 - x": lambda x: 1 - x, "log(1 + x²)": lambda x: np.log1p(x * x),
    "abs": np.abs, "sqrt(x² + 1)": lambda x: np.sqrt(x * x + 1), "copy": np.copy,
    "flip": lambda x: x[::-1], "turn": lambda x: x.T, "row": lambda x: x[:1] + x,
    "picked": lambda x: x[np.array([0, 0, 2, 1])[: len(x)]], "cumsum": lambda x: np.cumsum(x, 0),
    "rows' sum": lambda x: x - x.sum(axis=0, keepdims=True),
    "mean": lambda x: x * x.mean(), "max": lambda x: x / (1 + x.max() ** 2),
    "positive": lambda x: np.where(x > 0, x, 0.1 * x), "clip": lambda x: np.clip(x, -1, 1),
    "reshaped": lambda x: x.reshape(-1).reshape(x.shape), "again": lambda x: x + x,
    "concatenated": lambda x: np.concatenate([x[1:], x[:1]]),
    "sorted": lambda x: np.sort(x, axis=0), "product": lambda x: x * np.prod(1 + 0.1 * x),
}  # fmt: skip
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda x, y: x + y, "-": lambda x, y: x - y, "×": lambda x, y: x * y,
    "/": lambda x, y: x / (1 + y * y), "maximum": np.maximum, "hypot": np.hypot,
    "@": lambda x, y: x @ y, "row by row": lambda x, y: x * y[0],
    "chosen": lambda x, y: np.where(x < y, x, y * 2), "column": lambda x, y: x + y[:, :1],
    "outer": lambda x, y: x + np.outer(y[0], y[:, 0]), "dot": lambda x, y: x * np.vdot(x, y),
}  # fmt: skip


class Line(NamedTuple):
    """One step of a program: an operation on values that there are by then."""

    name: str
    operands: tuple[int, ...]


class Program(NamedTuple):
    """Steps on square matrices, of which the last few are returned."""

    lines: tuple[Line, ...]
    results: int

    def __call__(self, *inputs: Any) -> Any:
        values = list(inputs)
        for name, operands in self.lines:
            made = (UNARY if len(operands) == 1 else BINARY)[name](*[values[i] for i in operands])
            values.append(np.tanh(made))  # keeps numbers small, however long the program is
        return tuple(values[-self.results :])

    def total(self, *inputs: Any) -> Any:
        """A number on which every result has an influence."""
        return sum(np.sum(value * (i + 1)) for i, value in enumerate(self(*inputs)))


@st.composite
def programs(draw: st.DrawFn) -> Program:
    lines = []
    for known in range(2, 2 + draw(st.integers(1, 10))):
        place = st.integers(0, known - 1)
        if draw(st.booleans()):
            lines.append(Line(draw(st.sampled_from(sorted(UNARY))), (draw(place),)))
        else:
            lines.append(Line(draw(st.sampled_from(sorted(BINARY))), (draw(place), draw(place))))
    return Program(tuple(lines), draw(st.integers(1, min(3, len(lines)))))


def matrices(seed: int, size: int, dtype: Any) -> list[Any]:
    rng = np.random.default_rng(seed)
    return [rng.uniform(-1.5, 1.5, (size, size)).astype(dtype) for _ in range(2)]


# Numba takes a second for every program.
EXAMPLES = {"numpy": 60, "numba": 5}


def on_programs(backend: str, check: Callable[..., None]) -> None:
    """Check random programs, each with arguments for it."""
    derived = given(
        program=programs(),
        seed=st.integers(0, 1000),
        size=st.integers(1, 4),
        dtype=st.sampled_from([np.float32, np.float64]),
    )
    quick = settings(
        max_examples=EXAMPLES[backend],
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    quick(derived(check))()


def close(dtype: Any) -> float:
    return 1e-3 if dtype is np.float32 else 1e-9


def test_values_and_gradients(backend):
    def check(program, seed, size, dtype):
        inputs = matrices(seed, size, dtype)
        for f in (program, value_and_grad(program.total, (0, 1))):
            expected = f(*inputs)
            run = compile(f, backend=backend)
            for _ in range(2):
                assert_same(run(*inputs), expected, close(dtype))
            others = matrices(seed + 1, size, dtype)  # numbers that were not there while tracing
            assert_same(run(*others), f(*others), close(dtype))

    on_programs(backend, check)


def test_second_derivatives(backend):
    def check(program, seed, size, dtype):
        def curved(x, y):
            slope = grad(program.total)
            return jvp(lambda x: slope(x, y), (x,), (y,))

        inputs = matrices(seed, size, dtype)
        expected = curved(*inputs)
        assert_same(compile(curved, backend=backend)(*inputs), expected, 10 * close(dtype))

    on_programs(backend, check)


def test_plans(backend):
    def check(program, seed, size, dtype):
        inputs = matrices(seed, size, dtype)
        f = compile(value_and_grad(program.total, (0, 1)), backend=backend)
        assert_sound(f.plan(*inputs), inputs)

    on_programs(backend, check)


def test_donated_arguments(backend):
    def check(program, seed, size, dtype):
        def update(x, y):
            slopes = grad(program.total, (0, 1))(x, y)
            return x - 0.1 * slopes[0], y - 0.1 * slopes[1], np.sum(x)

        inputs = matrices(seed, size, dtype)
        expected = update(*inputs)
        f = compile(update, donate=("x", "y"), backend=backend)
        assert_sound(f.plan(*inputs), inputs)
        assert_same(f(*[np.copy(x) for x in inputs]), expected, close(dtype))

    on_programs(backend, check)
