"""fold: closed scopes become one vertex, and nothing that flows in or out is lost."""

from dataclasses import replace

import pytest

from autograd_core import GraphError
from autograd_core.draw.snapshot import GROUP, Snapshot, Value
from autograd_core.draw.snapshot.fold import fold
from tests.draw.graphs import SAMPLES, Builder, array, chain, residual, split, value


def edges(snapshot: Snapshot) -> list[tuple[str, str, int]]:
    called = [v.name or v.label or v.kind for v in snapshot.vertices]
    return [(called[e.source], called[e.target], e.operand) for e in snapshot.edges]


def test_none_folds_nothing() -> None:
    assert fold(SAMPLES["two_layer_net"], None) is SAMPLES["two_layer_net"]


@pytest.mark.parametrize("depth", [2, 9])
def test_scopes_above_the_depth_stay_open(depth: int) -> None:
    assert fold(SAMPLES["two_layer_net"], depth) == SAMPLES["two_layer_net"]


def test_depth_1_closes_the_scopes_inside_scopes() -> None:
    shown = fold(SAMPLES["two_layer_net"], 1)
    assert [(v.label, v.members) for v in shown.vertices if v.kind == GROUP] == [
        ("affine1", 2),
        ("relu1", 1),
        ("affine2", 2),
    ]
    assert edges(shown) == [
        ("x", "affine1", 0),
        ("affine1", "relu1", 0),
        ("relu1", "affine2", 0),
        ("affine2", "softmax with loss", 0),
        ("t", "softmax with loss", 1),
        ("softmax with loss", "loss", 0),
    ]
    assert [scope.name for scope in shown.scopes] == ["", "net"]
    assert {v.label: v.scope for v in shown.vertices if v.kind == GROUP}["relu1"] == 1


def test_depth_0_closes_all() -> None:
    shown = fold(SAMPLES["two_layer_net"], 0)
    (net,) = [v for v in shown.vertices if v.kind == GROUP]
    assert (net.label, net.members, net.scope) == ("net", 5, 0)
    assert len(shown.scopes) == 1


def test_a_group_has_the_value_and_gradient_of_what_leaves_it() -> None:
    shown = fold(SAMPLES["sigmoid_scope"], 0)
    (group,) = [v for v in shown.vertices if v.kind == GROUP]
    assert (group.value, group.gradient) == (value(0.731059), value(1.0))
    assert [e.gradient for e in shown.edges] == [value(0.196612), value(1.0)]


def test_ids_count_from_0_and_steps_follow_them() -> None:
    for depth in (0, 1):
        shown = fold(residual(3), depth)
        assert [v.id for v in shown.vertices] == list(range(len(shown.vertices)))
        assert list(shown.forward) == sorted(
            v.id for v in shown.vertices if v.members or v.primitive
        )
        assert shown.backward == shown.forward[::-1]
        assert all(edge.source < edge.target for edge in shown.edges)


def two_readers_in_a_scope(x: object, sends: list[object], total: object) -> Snapshot:
    """x is read twice in a scope, and by nothing else."""
    b = Builder()
    scope = b.scope("block")
    leaf = b.leaf("x", x, total)
    first = b.operation("exp", [leaf], x, 1.0, sends=[sends[0]], scope=scope)
    second = b.operation("×", [first, leaf], x, 1.0, sends=[1.0, sends[1]], scope=scope)
    return b.snapshot(second)


def test_edges_of_one_value_into_a_group_become_one_with_the_sum_of_their_gradients() -> None:
    shown = fold(two_readers_in_a_scope(2.0, [3.0, 4.5], None), 0)
    assert edges(shown)[0] == ("x", "block", 0)
    assert [e.gradient and e.gradient.numbers for e in shown.edges] == [7.5, 1.0]
    rows = [Value((2,), "float64", [1.0, 2.0]), Value((2,), "float64", [0.5, -2.0])]
    shown = fold(two_readers_in_a_scope(Value((2,), "float64", [1.0, 2.0]), rows, None), 0)
    assert shown.edges[0].gradient is not None
    assert shown.edges[0].gradient.numbers == [1.5, 0.0]


def test_the_sum_over_large_arrays_is_the_gradient_of_what_only_the_group_reads() -> None:
    total = array(9, 9, mean=5)
    shown = fold(two_readers_in_a_scope(array(9, 9), [array(9, 9), array(9, 9)], total), 0)
    assert shown.edges[0].gradient == total
    assert len(shown.edges) == 2


@pytest.mark.parametrize("unknown", [array(9, 9), Value((), "float64", "nan")])
def test_edges_stay_apart_where_the_sum_of_their_gradients_is_not_known(unknown: Value) -> None:
    snapshot = two_readers_in_a_scope(unknown, [unknown, unknown], None)
    shown = fold(snapshot, 0)
    assert edges(shown)[:2] == [("x", "block", 0), ("x", "block", 1)]
    assert [e.gradient for e in shown.edges[:2]] == [unknown, unknown]


def test_before_a_backward_pass_there_is_no_sum() -> None:
    shown = fold(two_readers_in_a_scope(2.0, [None, None], None), 0)
    assert [e.gradient for e in shown.edges] == [None, value(1.0)]


def test_edges_out_of_a_group_with_several_results_carry_their_own_values() -> None:
    shown = fold(split(), 0)
    (group,) = [v for v in shown.vertices if v.kind == GROUP]
    assert group.value is None
    assert [shown.carried(e) for e in shown.edges] == [value(v) for v in (1.0, 2.0, 3.0, 5.0)]


def test_equal_operands_from_a_group_are_both_kept() -> None:
    b = Builder()
    h = b.operation("exp", [b.leaf("x", 1.0)], 2.0, scope=b.scope("block"))
    shown = fold(b.snapshot(b.operation("×", [h, h], 4.0, sends=[2.0, 2.0])), 0)
    assert edges(shown)[1:3] == [("block", "×", 0), ("block", "×", 1)]


def test_a_parameter_that_is_read_elsewhere_too_stays_outside() -> None:
    b = Builder()
    outer = b.scope("outer")
    inner = b.scope("inner", outer)
    w = b.leaf("W", 2.0, scope=inner)
    h = b.operation("dot", [b.leaf("x", 1.0), w], 2.0, scope=inner)
    shown = fold(b.snapshot(b.operation("dot", [h, w], 4.0)), 1)
    assert ("W", "inner", 1) in edges(shown)
    assert ("W", "dot", 1) in edges(shown)
    assert {v.name: v.scope for v in shown.vertices}["W"] == 1


def test_groups_can_be_folded_again() -> None:
    once = fold(SAMPLES["two_layer_net"], 1)
    assert fold(once, 0) == fold(SAMPLES["two_layer_net"], 0)


def test_folding_changes_no_snapshot() -> None:
    before = SAMPLES["two_layer_net"].to_json()
    fold(SAMPLES["two_layer_net"], 0)
    assert SAMPLES["two_layer_net"].to_json() == before


def test_long_chains_of_scopes_need_no_recursion() -> None:
    snapshot = chain(3000)
    b = Builder()
    for depth in range(3000):
        b.scope(f"s{depth}", depth)
    vertices = [replace(v, scope=3000 if v.primitive else 0) for v in snapshot.vertices]
    deep = replace(snapshot, vertices=tuple(vertices), scopes=tuple(b.scopes))
    assert [v.members for v in fold(deep, 5).vertices] == [0, 3000, 0]


def test_a_negative_depth_is_refused() -> None:
    with pytest.raises(GraphError, match=r"^graph: depth is -1\. .* 0 closes all of them, None"):
        fold(SAMPLES["square"], -1)


def test_a_group_costs_what_its_operations_cost_together() -> None:
    snapshot = SAMPLES["two_layer_net"]
    costly = replace(
        snapshot,
        vertices=tuple(
            replace(v, saved=v.id, forward_time=v.id / 8 if v.id != 3 else None, backward_time=None)
            for v in snapshot.vertices
        ),
    )
    (net,) = [v for v in fold(costly, 0).vertices if v.kind == GROUP]
    inside = [v.id for v in snapshot.vertices if v.primitive and v.scope]
    assert net.saved == sum(inside)
    assert net.forward_time == sum(v for v in inside if v != 3) / 8
    assert net.backward_time is None


def test_no_rule_belongs_to_an_edge_into_a_group() -> None:
    snapshot = SAMPLES["two_layer_net"]
    ruled = replace(snapshot, edges=tuple(replace(e, rule="g · y") for e in snapshot.edges))
    shown = fold(ruled, 0)
    groups = {v.id for v in shown.vertices if v.kind == GROUP}
    assert {e.rule for e in shown.edges if e.target in groups} == {None}
    assert {e.rule for e in shown.edges if e.target not in groups} == {"g · y"}
