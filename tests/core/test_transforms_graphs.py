"""Random graphs: every mode agrees with every other, and a pass visits each node once."""

from collections import Counter
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_core import (
    Tensor,
    checkpoint,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    linearize,
    reverse,
    vjp,
)
from autograd_core.node import nodes_before

# Functions of one and of two arrays that keep numbers in range.
UNARY = {
    "sin": np.sin, "tanh": np.tanh, "square": lambda x: 0.3 * x * x, "flip": lambda x: x[::-1],
    "mean": lambda x: np.mean(x) + 0 * x, "cumsum": lambda x: np.cumsum(x) * 0.3,
    "where": lambda x: np.where(x > 0, x, 0.2 * x), "pick": lambda x: x[[0, 0, 2]],
    "reshape": lambda x: np.reshape(np.concatenate([x, x]), (2, 3))[1],
}  # fmt: skip
BINARY = {
    "add": np.add, "multiply": lambda x, y: np.tanh(x) * y, "minimum": np.minimum,
    "divide": lambda x, y: x / (2 + y * y), "outer": lambda x, y: np.tanh(np.outer(x, y)) @ y,
}  # fmt: skip


@st.composite
def graphs(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """Steps, each of which takes results of any steps before it: fan-out and diamonds."""
    steps: list[tuple[Any, ...]] = []
    for count in range(1, draw(st.integers(2, 9))):
        table = draw(st.sampled_from([UNARY, BINARY]))
        name = draw(st.sampled_from(sorted(table)))
        recent = st.integers(max(0, count - 3), count - 1)
        steps.append((table[name], *[draw(recent) for _ in range(1 + (table is BINARY))]))
    return steps


def built(steps: list[tuple[Any, ...]]) -> Any:
    def f(x: Any) -> Any:
        values = [x]
        for function, *operands in steps:
            values.append(function(*[values[i] for i in operands]))
        return values[-1]

    return f


def start(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.3, 1.5, 3) * [1, -1, 1]


def same(actual: Any, expected: Any) -> None:
    np.testing.assert_allclose(actual, expected, rtol=1e-9, atol=1e-11)


@settings(max_examples=60, deadline=None)
@given(graphs(), st.integers(0, 99))
def test_all_ways_to_first_derivatives_agree(steps: Any, seed: int) -> None:
    f, x = built(steps), start(seed)
    J = jacobian(f, mode="reverse")(x)
    same(jacobian(f, mode="forward")(x), J)
    for unit, column in zip(np.eye(3), J.T, strict=True):
        same(jvp(f, (x,), (unit,))[1], column)
        same(linearize(f, x)[1](unit), column)
    _, pull = vjp(f, x)
    for unit, row in zip(np.eye(3), J, strict=True):
        same(pull(unit)[0], row)
    same(jacobian(checkpoint(f))(x), J)
    step = 1e-6
    for unit, column in zip(np.eye(3), J.T, strict=True):
        differences = (f(x + step * unit) - f(x - step * unit)) / (2 * step)
        np.testing.assert_allclose(column, differences, rtol=1e-5, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(graphs(), st.integers(0, 99))
def test_all_ways_to_second_derivatives_agree(steps: Any, seed: int) -> None:
    x = start(seed)
    f = lambda x: np.sum(built(steps)(x) ** 2)  # noqa: E731
    H = hessian(f)(x)
    same(H, H.T)
    same(jacobian(grad(f), mode="forward")(x), H)
    for unit, column in zip(np.eye(3), H, strict=True):
        same(hvp(f)(x, unit), column)
        same(grad(lambda x, u=unit: jvp(f, (x,), (u,))[1])(x), column)
        same(jvp(lambda x, u=unit: jvp(f, (x,), (u,))[1], (x,), (unit,))[1], unit @ H @ unit)
    same(hessian(lambda x: np.sum(checkpoint(built(steps))(x) ** 2))(x), H)


@settings(max_examples=60, deadline=None)
@given(graphs(), st.integers(0, 99))
def test_each_node_is_visited_once(steps: Any, seed: int) -> None:
    out = built(steps)(Tensor(start(seed)))
    visits: Counter[Any] = Counter()
    root = out.creator
    reverse.run(root, np.ones(3), visit=lambda node, position, g: visits.update([(node, position)]))
    reached = {(node, i) for node in nodes_before(root) for i in node.plan.needed}
    assert visits == dict.fromkeys(reached, 1)


def test_stacked_diamonds_cost_what_they_have_nodes() -> None:
    """Sixty of them have 2⁶⁰ paths."""

    def tower(x: Any) -> Any:
        for _ in range(60):
            x = np.sin(x) * 0.5 + x * 0.5
        return x

    x = np.array([0.4, 0.9])
    slope = grad(lambda x: np.sum(tower(x)))(x)
    same(jvp(tower, (x,), (np.ones(2),))[1], slope)
    same(np.diag(jacobian(tower)(x)), slope)
    same(
        hvp(lambda x: np.sum(tower(x)))(x, np.ones(2)),
        np.diag(hessian(lambda x: np.sum(tower(x)))(x)),
    )
