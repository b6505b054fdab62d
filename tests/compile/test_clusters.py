"""Clusters: what runs as one loop, and that none depends on itself through others."""

import numpy as np
import pytest

from autograd_core.compile import clusters
from autograd_core.compile.clusters import Loop, Policy, Role, fuse
from autograd_core.symbolic import Call, Symbol, nodes_of
from autograd_core.tracing.program import name_of

ALL = Policy(accepts=lambda node: name_of(node.operation) != "flip", rows=True)
ENDS = Policy(accepts=lambda node: name_of(node.operation) != "flip", rows=False)


def steps(*roots, policy=ALL):
    operations = [node for node in nodes_of(roots) if isinstance(node, Call)]
    return fuse(operations, set(roots), policy)


def names(step):
    return [name_of(node.operation) for node in step.operations]


def softmax_loss(x):
    shifted = x - np.max(x, axis=-1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))


def test_a_softmax_by_rows_is_one_loop() -> None:
    x = Symbol("x", (100, 10))
    (step,) = steps(softmax_loss(x))
    assert names(step) == ["max", "subtract", "exp", "sum", "log", "subtract"]
    assert len(step.outs) == 1
    assert step.roles[step.operations[0]] is Role.ROW


def test_without_rows_a_reduction_over_the_last_axis_stands_alone() -> None:
    x = Symbol("x", (100, 10))
    found = steps(softmax_loss(x), policy=ENDS)
    assert [names(s) for s in found] == [
        ["max"],
        ["subtract", "exp"],
        ["sum"],
        ["log"],
        ["subtract"],
    ]


def test_what_needs_a_whole_sum_is_not_in_the_loop_of_the_sum() -> None:
    x = Symbol("x", (100, 10))
    y = np.exp(x)
    found = steps(y / np.sum(y))
    assert [names(step) for step in found] == [["exp", "sum"], ["divide"]]
    assert set(found[0].outs) == set(found[0].operations)


def test_sums_over_leading_axes_end_a_loop() -> None:
    x = Symbol("x", (100, 10))
    (step,) = steps(np.sum(np.exp(x), axis=0), np.sum(np.exp(x)), policy=ENDS)
    assert names(step) == ["exp", "sum", "sum"]


def test_a_norm_of_elements_laid_flat_is_in_their_loop() -> None:
    x = Symbol("x", (100, 10))
    y = np.exp(x)
    flat = np.reshape(y, (1000,))
    (step,) = steps(y, np.dot(flat, flat))
    assert names(step) == ["exp", "reshape", "dot"]


def test_rows_that_are_repeated_along_columns_are_not_in_their_loop() -> None:
    """In a square, a sum over rows without its axis meets the columns."""
    x = Symbol("x", (5, 5))
    assert [names(step) for step in steps(x / np.sum(x, axis=1))] == [["sum"], ["divide"]]
    assert [names(s) for s in steps(x / np.sum(x, axis=1, keepdims=True))] == [["sum", "divide"]]


def test_a_loop_is_left_where_a_path_would_come_back() -> None:
    """x → flip → y: what reads both cannot be in the loop before the flip."""
    x = Symbol("x", (8,))
    y = np.exp(x)
    found = steps(y + np.flip(y, 0))
    assert [names(step) for step in found] == [["exp"], ["flip"], ["add"]]


def test_what_depends_on_nothing_joins_the_loop_of_its_shape() -> None:
    x, y = Symbol("x", (8,)), Symbol("y", (8,))
    (step,) = steps(np.exp(x), np.sin(y))
    assert names(step) == ["exp", "sin"]


def test_no_loop_is_longer_than_the_limit() -> None:
    x = Symbol("x", (8,))
    for _ in range(25):
        x = np.sin(x)
    found = steps(x, policy=Policy(accepts=lambda node: True, rows=True, limit=10))
    assert [len(step.operations) for step in found] == [10, 10, 5]


def test_unrolled_loops_are_cut_into_equal_clusters() -> None:
    x, y = Symbol("x", (8,)), Symbol("y", (8,))
    for _ in range(20):
        x = np.sin(np.exp(-x) * y)
    found = steps(x, policy=Policy(accepts=lambda node: True, rows=True, limit=10))
    assert [len(step.operations) for step in found][1:-1] == [8] * (len(found) - 2)
    assert len({tuple(names(step)) for step in found[1:-1]}) == 1


MADE = [
    lambda x, y: x + y,
    lambda x, y: np.flip(x, 0),
    lambda x, y: x - np.sum(y),
    lambda x, y: np.exp(x),
    lambda x, y: y * np.max(x, axis=1, keepdims=True),
]


@pytest.mark.parametrize("seed", range(20))
def test_clusters_of_random_programs_run_one_after_the_other(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = [Symbol("x", (4, 6)), Symbol("y", (4, 6))]
    for _ in range(60):
        x, y = (values[i] for i in rng.integers(max(0, len(values) - 8), len(values), 2))
        values.append(MADE[rng.integers(len(MADE))](x, y))
    known = set(values[:2])
    operations = [node for node in nodes_of(values[-3:]) if isinstance(node, Call)]
    found = fuse(operations, set(values[-3:]), ALL)
    for step in found:
        assert all(x in known or not isinstance(x, Call) for x in step.operands)
        known |= set(step.outs)
    assert sum(len(step.operations) for step in found) == len(operations)
    assert set(values[-3:]) <= known


def test_small_arrays_are_no_blocks() -> None:
    x = Symbol("x", (100,))
    operations = [node for node in nodes_of([np.exp(np.sin(x))]) if isinstance(node, Call)]
    assert not any(isinstance(step, Loop) for step in fuse(operations, set(operations[-1:])))
    assert clusters.BLOCKS.limit > 1
