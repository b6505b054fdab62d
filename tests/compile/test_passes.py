"""Each pass: its equation on an example, and random programs through each pass and all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_core import GraphError, stop_gradient, value_and_grad
from autograd_core.compile import passes, verify
from autograd_core.compile.passes import sequence
from autograd_core.compile.passes.recomputing import peak_of
from autograd_core.symbolic import Literal
from autograd_core.tracing import Program
from autograd_core.tracing.program import name_of
from tests.compile.traces import arrays_in, numbers, program_of


def operations(program: Program) -> list[str]:
    """The names of a program's operations, sorted."""
    return sorted(map(name_of, (x.operation for x in program.operations)))


def agree(program: Program, after: Program, *args: Any, tolerance: float = 1e-12) -> None:
    """Both are well formed and give the same."""
    verify(after, program, "the pass")
    for found, expected in zip(
        after.evaluate(arrays_in(*args)), program.evaluate(arrays_in(*args)), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


V, W, M, N = numbers(3), numbers(3, seed=1), numbers(4, 3), numbers(3, 5, seed=2)
EXAMPLES: list[tuple[str, passes.Pass, Callable[..., Any], tuple[Any, ...], list[str]]] = [
    ("known numbers", passes.constants, lambda x: x * np.sum(np.arange(3.0)), (V,), ["multiply"]),
    ("one number, repeated", passes.constants, lambda x: x * np.full(3, 2.0), (V,), ["multiply"]),
    ("the same sum", passes.common, lambda x, y: (x + y) * (y + x), (V, W), ["add", "multiply"]),
    ("log1p", passes.algebra, lambda x: np.log(1 + x), (V,), ["log1p"]),
    ("two negatives", passes.algebra, lambda x, y: x - np.negative(y), (V, W), ["add"]),
    ("one factor", passes.factors, lambda x, y: 2 * x * (3 * y), (V, W), ["multiply"] * 2),
    ("a factor of a sum", passes.factors, lambda x, y: 3 * x + 3 * y, (V, W), ["add", "multiply"]),
    ("a double", passes.factors, lambda x: -(x * 2.0) + -(x * 2.0), (V,), ["multiply"]),
    (
        "repeated, times", passes.repeats, lambda x, y: np.broadcast_to(x, (4, 3)) * y,
        (V, M), ["multiply"],
    ),
    (
        "function of what is repeated", passes.repeats,
        lambda x: np.exp(np.broadcast_to(x, (4, 3))), (V,), ["broadcast_to", "exp"],
    ),
    (
        "sum of what is repeated", passes.repeats,
        lambda x: np.sum(np.broadcast_to(x, (4, 3)), axis=0),
        (V,), ["multiply", "reshape", "reshape"],
    ),
    (
        "largest of what is repeated", passes.repeats,
        lambda x: np.max(np.broadcast_to(x, (4, 3))), (V,), ["max", "reshape", "reshape"],
    ),
    ("factor of a sum", passes.repeats, lambda x: np.sum(x * 0.5), (V,), ["multiply", "sum"]),
    ("transposed product", passes.transposes, lambda x, y: (x @ y).T, (M, N),
     ["matmul", "transpose", "transpose"]),
    ("product of transposed", passes.transposes, lambda x, y: (x.T @ y.T).T, (N, M), ["matmul"]),
    ("factor of a large product", passes.transposes, lambda x, y: 0.1 * (x @ y),
     (numbers(8, 2), numbers(2, 8)), ["matmul", "multiply"]),
    ("sum of outer products", passes.contractions,
     lambda x, y: np.sum(x[:, :, None] * y[:, None, :], axis=0), (M, numbers(4, 5)),
     ["dot", "transpose"]),
    ("sum of a row times", passes.contractions, lambda x, y: np.sum(x * y, axis=1),
     (M, V), ["dot"]),
    ("sum of a column times", passes.contractions,
     lambda x, y: np.sum(x * y[:, None], axis=0), (M, numbers(4)), ["dot"]),
    ("sum of products", passes.sums, lambda x, y, z, w: np.outer(x, y) + np.outer(z, w),
     (numbers(9), numbers(8), numbers(9, seed=1), numbers(8, seed=1)),
     [*["concatenate"] * 2, "dot", *["reshape"] * 4, "transpose"]),
]  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example[0])
def test_its_equation(example: Any) -> None:
    _, run, f, args, expected = example
    program = program_of(f, *args)
    after = run(program)
    agree(program, after, *args)
    views = {"getitem"} if "getitem" not in expected else set()
    assert [name for name in operations(after) if name not in views] == expected


def test_what_is_written_alike_is_one_operation() -> None:
    assert operations(program_of(lambda x: np.exp(x) * np.exp(x), V)) == ["exp", "multiply"]


def test_what_nobody_reads_is_no_part_of_a_program() -> None:
    assert operations(program_of(lambda x: (np.exp(x), np.sin(x))[1], V)) == ["sin"]


def test_folding_leaves_large_results() -> None:
    small = np.arange(100.0)
    program = program_of(lambda x: x + np.sum(x[0] * 0 + 1) * 0, V)
    x = program.inputs[0]
    wide = program.with_outputs([np.exp(Literal(small)[:, None] * Literal(small)) + x[0]], ())
    assert operations(passes.constants(wide)).count("multiply") == 1
    assert passes.constants(wide).outputs[0].shape == (100, 100)


def test_folding_keeps_the_bits() -> None:
    program = program_of(lambda x: x * np.float32(0.1), numbers(3, dtype="float32"))
    (x,) = program.inputs
    term = Literal(np.float32(0.1)) * Literal(np.float32(0.3)) + Literal(np.float32(-0.0))
    after = passes.constants(program.with_outputs([x + term], ()))
    (found,) = [y.value for y in after.outputs[0].operands if isinstance(y, Literal)]
    assert found.dtype == np.float32
    assert found.tobytes() == (np.float32(0.1) * np.float32(0.3) + np.float32(-0.0)).tobytes()


@pytest.mark.parametrize("rule", ["x · 0 = 0", "x + 0 = x", "log(exp(x)) = x", "√(x)² = x"])
def test_algebra_keeps_what_other_numbers_show(rule: str) -> None:
    x = np.array([np.inf, np.nan, -0.0, -1.0, 1000.0])
    f: Any = {
        "x · 0 = 0": lambda x: x * 0.0, "x + 0 = x": lambda x: x + 0.0,
        "log(exp(x)) = x": lambda x: np.log(np.exp(x)), "√(x)² = x": lambda x: np.sqrt(x) ** 2,
    }[rule]  # fmt: skip
    program = program_of(f, x)
    with np.errstate(all="ignore"):
        (found,) = passes.pipeline(program).evaluate([x])
        expected = f(x)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(np.signbit(found), np.signbit(expected))


# ── sums of parts ─────────────────────────────────────────────────────────────────────────────
PARTS: list[Callable[[Any], Any]] = [
    lambda x: np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2),
    lambda x: np.sum(np.sin(x[:3])) + np.sum(np.cos(x[3:])),
    lambda x: np.sum(np.sin(x[2:5])) * x[0] * x[-1],
    lambda x: np.sum(x[:4] * x[1:5] * x[2:6]) + np.sum(x[::2]),
]


@pytest.mark.parametrize("f", PARTS)
def test_gradients_of_parts_are_joined(f: Callable[[Any], Any]) -> None:
    x = numbers(6)
    program = program_of(value_and_grad(f), x)
    agree(program, passes.sums(program), x)
    agree(program, passes.pipeline(program, check=True), x)


def test_slices_that_share_rows_need_no_zeros() -> None:
    program = passes.pipeline(program_of(value_and_grad(PARTS[0]), numbers(6)))
    assert "scatter" not in operations(program)


def test_the_gradients_of_a_recurrent_net_are_one_product() -> None:
    def loss(U: Any, h: Any, xs: Any) -> Any:
        for x in xs:
            h = np.tanh(h @ U + x)
        return np.sum(h)

    args = numbers(9, 9), numbers(9), [numbers(9, seed=i) for i in range(4)]
    program = program_of(value_and_grad(loss), *args)
    after = passes.pipeline(program, check=True)
    agree(program, after, *args)
    assert operations(after).count("dot") <= 2  # the gradient, and the guard's


# ── guards ────────────────────────────────────────────────────────────────────────────────────
def test_guards_are_one_condition() -> None:
    def loss(W: Any, b: Any, x: Any) -> Any:
        return np.sum(np.where(x @ W + b > 1, x @ W + b, 0.0))

    args = numbers(3, 2), numbers(2), M
    program = program_of(value_and_grad(loss, argnums=(0, 1)), *args)
    after = passes.guards(program)
    assert len(program.guards) == 2
    assert len(after.guards) == 1
    (condition,) = after.guards
    for position, bad in ((0, np.nan), (2, np.nan), (0, 1.0)):
        given = [np.array(x) for x in args]
        given[position][0, 0] = bad
        with np.errstate(all="ignore"):
            holds = [program.with_outputs([g], ()).evaluate(given)[0] for g in program.guards]
            found = program.with_outputs([condition], ()).evaluate(given)[0]
        assert bool(found) == any(holds)


@pytest.mark.parametrize(
    ("f", "argnums", "count"),
    [
        (lambda x, y: np.sum(x * y**2 / np.exp(x)), (0, 1), 0),
        (lambda x, y: np.sum(x * np.log(y)), (1,), 1),  # x is a constant, and may be 0
        (lambda x, y: np.sum(stop_gradient(x) * np.log(x) * y), (0, 1), 1),
        (lambda x, y: np.sum(3 * x * np.log(x) * y), (0, 1), 0),
        (lambda x, y: np.sum(np.where(x > 1, x * y, 0)), (0, 1), 1),
        (lambda x, y: np.sum(x[:2] * y[1:]) * np.max(x), (0, 1), 1),
        (lambda x, y: np.sum(x * y * np.array([1.0, 0.0, 1.0])), (0, 1), 1),
    ],
)
def test_gradients_without_exact_zeros_are_not_looked_at(f: Any, argnums: Any, count: int) -> None:
    program = program_of(value_and_grad(f, argnums=argnums), V, W)
    assert program.guards
    assert len(passes.guards(program).guards) == count


# ── order and memory ──────────────────────────────────────────────────────────────────────────
def deep(weights: Any, x: Any) -> Any:
    for W in weights:
        x = x @ W
        x = x * np.exp(-x * x) + np.sin(x)
    return np.sum(x * x)


DEEP = [numbers(6, 6, seed=i) / 4 for i in range(8)], numbers(40, 6)


def test_products_free_their_factors_before_others_are_made() -> None:
    program = program_of(value_and_grad(deep), *DEEP)
    after = passes.ordered(program)
    agree(program, after, *DEEP, tolerance=0)
    place = {node: number for number, node in enumerate(after.operations)}
    first, last = (place[after.outputs[i]] for i in (8, 1))  # of the last layer, of the first
    assert first < last
    assert peak_of(after) <= peak_of(program)


@pytest.mark.parametrize("share", [0.9, 0.7, 0.5])
def test_a_limit_of_memory_is_kept(share: float) -> None:
    program = passes.pipeline(program_of(value_and_grad(deep), *DEEP))
    limit = int(share * peak_of(program))
    after = passes.recomputed(program, limit)
    agree(program, after, *DEEP, tolerance=0)
    assert peak_of(after) <= limit
    assert Program.from_json(after.to_json()).to_json() == after.to_json()


def test_too_little_memory_is_refused() -> None:
    program = passes.pipeline(program_of(value_and_grad(deep), *DEEP))
    with pytest.raises(GraphError, match="memory=1000 bytes are too few: the buffers take"):
        passes.recomputed(program, 1000)


# ── random programs ───────────────────────────────────────────────────────────────────────────
UNARY: list[Any] = [
    np.negative, np.square, np.tanh, lambda x: 2.0 * x, lambda x: x / 3.0, lambda x: x.T,
    lambda x: np.sum(x, axis=0), lambda x: np.broadcast_to(np.sum(x), x.shape),
    lambda x: x[:1], lambda x: np.max(x, axis=-1, keepdims=True), lambda x: x * np.ones((3, 3)),
    lambda x: np.broadcast_to(x[:1], x.shape), lambda x: np.reshape(x, x.shape[::-1]),
]  # fmt: skip
BINARY: list[Any] = [np.add, np.subtract, np.multiply, np.matmul, np.maximum,
                     lambda x, y: np.sum(x[:, :, None] * y[:, None, :], axis=0)]  # fmt: skip


@st.composite
def recipes(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    """Operations on values that are there already, by their numbers."""
    count = draw(st.integers(1, 12))
    return [
        (draw(st.integers(0, len(UNARY) + len(BINARY) - 1)), draw(st.integers(0, 30)),
         draw(st.integers(0, 30)))
        for _ in range(count)
    ]  # fmt: skip


def cooked(recipe: list[tuple[int, int, int]], x: Any, y: Any) -> Any:
    """The sum of all results; what does not fit is left out."""
    values = [x, y]
    for number, first, second in recipe:
        a, b = values[first % len(values)], values[second % len(values)]
        try:
            made = UNARY[number](a) if number < len(UNARY) else BINARY[number - len(UNARY)](a, b)
        except (ValueError, IndexError):
            continue
        values.append(made / 8)
    return sum(np.sum(value) for value in values)


ALL = [*dict.fromkeys(passes.PASSES), passes.pipeline]


@pytest.mark.parametrize("run", ALL, ids=lambda run: run.__name__)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(recipe=recipes())
def test_random_programs(run: passes.Pass, recipe: list[tuple[int, int, int]]) -> None:
    args = numbers(3, 3), numbers(3, 3, seed=1)
    program = program_of(value_and_grad(lambda x, y: cooked(recipe, x, y), argnums=(0, 1)), *args)
    agree(program, run(program), *args, tolerance=1e-11)


# ── all of them ───────────────────────────────────────────────────────────────────────────────
def test_a_pass_that_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def widen(program: Program) -> Program:
        return program.with_outputs([x.astype("complex128") for x in program.outputs], ())

    monkeypatch.setattr(sequence, "PASSES", (widen,))
    program = program_of(np.exp, V)
    with pytest.raises(GraphError, match="after widen, the outputs are"):
        passes.pipeline(program, check=True)
    monkeypatch.setenv("AUTOGRAD_VERIFY", "1")
    with pytest.raises(GraphError, match="after widen, the outputs are"):
        passes.pipeline(program)


def test_what_replaces_an_operation_belongs_to_its_pass() -> None:
    program = program_of(value_and_grad(lambda x: np.sum(np.log(1 + x))), V)
    after = passes.pipeline(program)
    assert after.outputs[1] in after.after
    assert after.outputs[0] not in after.after


def test_show_draws_what_a_pass_does() -> None:
    program = program_of(lambda x: np.log(1 + x), V)
    shown = passes.show(passes.algebra, program)
    assert len(shown.added) == 1
    assert "log1p" in str(shown)
    assert "<svg" in shown.to_svg()
