"""Profiles: what they count, and how they are shown.  No test looks at how long anything took."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
from autograd_core import GraphError, Tensor, compile, value_and_grad  # noqa: A004
from autograd_core.compile import profile
from autograd_core.compile.costs import Peak, flops, peak
from tests.compile.traces import numbers


def loss(W: Any, x: Any) -> Any:
    return np.sum(np.tanh(x @ W))


W, X = numbers(7, 5), numbers(3, 7)


def test_the_rows_of_a_compiled_function() -> None:
    found = compile(value_and_grad(loss), backend="numpy").profile(W, X)
    rows = {(row.operation, row.backward): row for row in found.rows}
    forward = rows["matmul", False]
    assert forward.flops == 2 * 3 * 7 * 5
    assert forward.bytes == 8 * (3 * 7 + 7 * 5 + 3 * 5)
    assert any(late for _, late in rows)
    assert found.seconds == sum(row.seconds for row in found.rows) > 0
    assert [row.seconds for row in found.rows] == sorted(
        (row.seconds for row in found.rows), reverse=True
    )


def test_equal_operations_of_a_scope_are_one_row() -> None:
    def f(x: Any, y: Any) -> Any:
        return (x @ y) @ (x @ (x @ y))

    found = compile(f, backend="numpy").profile(numbers(4, 4), numbers(4, 4, seed=1))
    assert [(row.operation, row.calls) for row in found.rows] == [("matmul", 3)]
    assert found.rows[0].flops == 3 * 2 * 4**3


def test_the_table() -> None:
    text = str(compile(value_and_grad(loss), backend="numpy").profile(W, X))
    lines = text.split("\n")
    assert lines[0].split() == [
        "time", "share", "calls", "moved", "FLOP", "of", "peak", "pass", "operation"
    ]  # fmt: skip
    assert any(line.endswith("matmul") and "forward" in line for line in lines)
    assert "in all. Peak here: " in lines[-1]


def test_arguments_stay_what_they_are() -> None:
    step = compile(lambda W, x: W - 0.1 * value_and_grad(loss)(W, x)[1], donate="W")
    before = W.copy()
    step.profile(W, X)
    np.testing.assert_array_equal(W, before)


def test_a_recorded_graph() -> None:
    net = nn.Sequential(nn.Affine(7, 5, rng=0), nn.Tanh())
    out = np.sum(net(X.astype("f")))
    out.backward()
    found = profile(out)
    rows = {(row.operation, row.scope, row.backward): row for row in found.rows}
    assert rows["affine", "sequential/affine1", False].flops == 2 * 3 * 7 * 5
    assert ("tanh", "sequential/tanh1", True) in rows
    assert found.graph().tensor is None


def test_the_drawn_graph_tells_the_passes_apart() -> None:
    graph = compile(value_and_grad(loss), backend="numpy").profile(W, X).graph()
    timed = [v for v in graph.snapshot.vertices if v.forward_time or v.backward_time]
    assert any(v.forward_time for v in timed)
    assert any(v.backward_time for v in timed)
    assert "tanh" in {v.primitive for v in timed}
    assert "<svg" in graph.to_svg()


def test_only_recorded_tensors_have_a_profile() -> None:
    with pytest.raises(GraphError, match="ndarray is not a Tensor"):
        profile(X)
    assert profile(Tensor(2.0)).rows == ()


@pytest.mark.parametrize(
    ("name", "shapes", "out", "params", "expected"),
    [
        ("dot", [(3, 7), (7, 5)], (3, 5), {}, 210),
        ("matmul", [(2, 3, 7), (7,)], (2, 3), {}, 84),
        ("exp", [(3, 4)], (3, 4), {}, 12),
        ("sum", [(3, 4)], (), {}, 12),
        ("reshape", [(3, 4)], (12,), {}, 0),
        ("einsum", [(3, 4), (4, 5)], (3, 5), {"subscripts": "ij,jk->ik"}, 120),
        ("conv2d", [(2, 3, 9, 9), (4, 3, 3, 3)], (2, 4, 7, 7), {}, 2 * 2 * 4 * 49 * 27),
        ("conv2d_input", [(2, 4, 7, 7), (4, 3, 3, 3)], (2, 3, 9, 9), {}, 2 * 2 * 4 * 49 * 27),
        ("conv2d_weight", [(2, 3, 9, 9), (2, 4, 7, 7)], (4, 3, 3, 3), {}, 2 * 2 * 4 * 49 * 27),
    ],
)
def test_floating_operations(name: str, shapes: Any, out: Any, params: Any, expected: int) -> None:
    assert flops(name, shapes, out, params) == expected


def test_the_share_of_peak_is_that_of_what_took_longer() -> None:
    machine = Peak(flops=100.0, bytes=10.0)
    assert machine.share(50, 1, 1.0) == 0.5
    assert machine.share(50, 8, 1.0) == 0.8
    assert machine.share(50, 8, 0.0) == 0.0
    assert min(peak("float32")) > 0
