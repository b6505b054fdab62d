"""capture: what a recorded graph becomes as data, and what it leaves alone."""

from typing import Any

import numpy as np
import pytest

import nn
from autograd_core import REGISTRY, GraphError, Tensor, composite, log_softmax, primitive, sigmoid
from autograd_core.draw.snapshot import CONSTANT, OPERATION, VARIABLE, Snapshot, Vertex
from autograd_core.draw.snapshot.capture import capture
from autograd_core.draw.snapshot.statistics import describe

failing = primitive("failing_example", lambda x: x, vjp=(lambda g: 1 / 0,))
del REGISTRY["failing_example"]


def price() -> tuple[Tensor, Tensor]:
    apple = Tensor(100, name="apple")
    total = apple * Tensor(2, name="apples") * Tensor(1.1, name="tax")
    total.name = "price"
    return apple, total


def test_values_of_inner_results_that_no_rule_kept() -> None:
    x = Tensor(2.0)
    snapshot = capture((x + 1.0) + 4.0)
    operations = [v for v in snapshot.vertices if v.kind == OPERATION]
    assert [v.value.numbers for v in operations if v.value] == [3.0, 7.0]


def test_the_book_numbers_on_every_edge() -> None:
    _, total = price()
    total.backward()
    snapshot = capture(total)
    names = {v.id: v.name or v.label for v in snapshot.vertices}
    sent = {
        (names[e.source], names[e.target]): e.gradient.numbers for e in snapshot.edges if e.gradient
    }
    assert sent[("apple", "×")] == 2.2
    assert sent[("apples", "×")] == 110.00000000000001
    assert sent[("tax", "×")] == 200.0
    assert sent[("×", "price")] == 1.0


def test_before_a_backward_pass_there_are_no_gradients() -> None:
    _, total = price()
    snapshot = capture(total)
    assert {v.gradient for v in snapshot.vertices} == {None}
    assert snapshot.backward == ()


def test_a_seed_is_a_backward_pass_of_its_own() -> None:
    apple, total = price()
    total.backward()
    snapshot = capture(total, seed=np.float64(10.0))
    assert snapshot.vertices[0].gradient == describe(22.0)
    assert apple.grad == 2.2


def test_gradients_of_the_user_are_left_alone() -> None:
    apple, total = price()
    total.backward()
    before = apple.grad.copy()
    capture(total)
    assert apple.grad == before
    assert total.grad is None


def test_parallel_edges_are_kept_and_sum_up() -> None:
    x = Tensor(3.0, name="x")
    y = x * x
    y.backward()
    snapshot = capture(y)
    into = [e for e in snapshot.edges if e.target != snapshot.vertices[-1].id]
    assert [e.operand for e in into] == [0, 1]
    assert [e.gradient.numbers for e in into if e.gradient] == [3.0, 3.0]
    assert snapshot.vertices[0].gradient == describe(6.0)


def opened(y: Tensor, name: str) -> tuple[Vertex, Snapshot]:
    """A composite of a graph and its definition."""
    (vertex,) = [v for v in capture(y).vertices if v.primitive == name]
    assert vertex.definition is not None
    return vertex, vertex.definition


def test_a_composite_has_its_definition_run_on_its_own_operands() -> None:
    x = Tensor(0.5)
    y = np.exp(sigmoid(x * 2.0))
    y.backward()
    vertex, definition = opened(y, "sigmoid")
    assert [v.label for v in definition.vertices if v.kind == OPERATION] == [
        "× -1",
        "exp",
        "+",
        "/",
    ]
    leaf, result = definition.vertices[0], definition.vertices[-1]
    s = 1 / (1 + np.exp(-1.0))
    assert (leaf.operand, leaf.name) == (0, "x")
    assert leaf.value == describe(1.0)
    assert result.value is not None
    assert result.value.numbers == pytest.approx(s, rel=1e-15)
    assert result.gradient == vertex.gradient == describe(np.exp(s))
    assert leaf.gradient is not None
    assert leaf.gradient.numbers == pytest.approx(np.exp(s) * s * (1 - s), rel=1e-12)
    assert len(definition.backward) == len(definition.forward) == 4


def test_before_a_backward_pass_a_definition_has_no_gradients() -> None:
    _, definition = opened(sigmoid(Tensor(0.5)), "sigmoid")
    assert {v.gradient for v in definition.vertices} == {None}
    assert definition.backward == ()


def test_a_definition_that_overflows_is_seen_as_such() -> None:
    y = sigmoid(Tensor(-1000.0))
    y.backward()
    vertex, definition = opened(y, "sigmoid")
    assert vertex.gradient == describe(1.0)
    values = [v.value.numbers for v in definition.vertices if v.kind == OPERATION and v.value]
    assert values == [1000.0, "inf", "inf", 0.0]
    assert definition.vertices[0].gradient == describe(np.nan)


def test_composites_within_a_definition_have_theirs() -> None:
    _, definition = opened(log_softmax(Tensor([1.0, 2.0])), "log_softmax")
    (inner,) = [v for v in definition.vertices if v.primitive == "softmax"]
    assert inner.definition is not None
    assert [v.primitive for v in inner.definition.vertices if v.primitive] == [
        "exp", "exp", "sum", "divide",
    ]  # fmt: skip


def test_operands_that_are_constants_are_known_in_the_definition() -> None:
    x, t = Tensor(np.ones((2, 3))), np.array([[0.0, 1, 0], [1, 0, 0]])
    _, definition = opened(nn.SoftmaxWithLoss()(x, t), "softmax_with_loss")
    operands = {v.operand: (v.kind, v.name) for v in definition.vertices if v.operand is not None}
    assert operands == {0: (VARIABLE, "x"), 1: (CONSTANT, "t")}


@pytest.mark.parametrize(
    "definition",
    [
        lambda x: x.no_such_method(),
        lambda x: 3.0,
        lambda x: x,
        lambda x: failing(np.exp(x)),
    ],
)
def test_a_composite_whose_definition_cannot_run_stays_without(definition: Any) -> None:
    made = composite(
        "broken_example", definition, np.exp, kind="elementwise", vjp=(lambda g, out: g * out,)
    )
    try:
        y = made(Tensor(1.0))
        y.backward()
        (vertex,) = [v for v in capture(y).vertices if v.primitive == "broken_example"]
    finally:
        del REGISTRY["broken_example"]
    assert vertex.definition is None


def test_a_definition_in_terms_of_itself_ends() -> None:
    made = composite(
        "again_example", lambda x: made(x) + 1, np.exp, kind="elementwise", vjp=(lambda g: g,)
    )
    del REGISTRY["again_example"]
    _, definition = opened(made(Tensor(1.0)), "again_example")
    assert [v.definition for v in definition.vertices] == [None] * len(definition.vertices)


def test_opening_is_no_change_of_the_inputs_but_a_new_value_is() -> None:
    x = Tensor(np.random.default_rng(0).normal(size=(5, 4)))
    loss = nn.SoftmaxWithLoss()(sigmoid(x), [0, 1, 2, 3, 1])
    assert capture(loss).notes == ()
    x.data[...] = 0
    (note,) = capture(loss).notes
    assert note.startswith("Inputs have changed")


def test_what_is_not_finite_is_drawn_without_a_warning() -> None:
    x = Tensor(0.0)
    with np.errstate(divide="ignore"):
        y = np.log(x)
        y.backward()
    end = capture(y).vertices[-1]
    assert (end.value, end.gradient) == (describe(-np.inf), describe(1.0))


def test_every_edge_that_carries_a_gradient_has_its_rule() -> None:
    x, y = Tensor(2.0), Tensor(3.0)
    rules = [edge.rule for edge in capture(np.exp(x * y) * 5.0).edges]
    assert rules == ["g · y", "g · x", "g · out", "g · y", None, None]


def test_a_rule_that_does_not_run_on_symbols_is_left_out() -> None:
    odd = primitive("odd_example", lambda x: -x, vjp=(lambda g: np.asarray(float(-g)),))
    del REGISTRY["odd_example"]
    assert [edge.rule for edge in capture(odd(Tensor(1.0))).edges] == [None, None]


# ── costs ─────────────────────────────────────────────────────────────────────────────────────
def test_what_rules_keep_is_counted_once_and_leaves_not_at_all() -> None:
    x, w = Tensor(np.ones((10, 4))), Tensor(np.ones((4, 3)))
    h = np.tanh(x @ w)  # tanh keeps its result, matmul keeps leaves
    y = np.exp(h) * h  # exp keeps its result, × both of its operands
    saved = {v.primitive: v.saved for v in capture(y.sum()).vertices if v.primitive}
    one = 10 * 3 * 8
    assert saved == {"matmul": 0, "tanh": one, "exp": one, "multiply": 0, "sum": 0}


def test_a_view_keeps_the_array_that_it_is_a_view_of() -> None:
    y = np.exp(Tensor(np.ones((100, 4))))[:1].T * 2.0
    x = Tensor(np.ones((4, 1)))
    saved = {v.primitive: v.saved for v in capture(y * x).vertices if v.primitive}
    assert saved["exp"] == 100 * 4 * 8
    assert sum(saved.values()) == 100 * 4 * 8 + 4 * 8


@pytest.mark.parametrize("trained", [False, True])
def test_time_is_measured_on_demand(trained: bool) -> None:
    x = Tensor(np.ones((3, 2), np.float32))
    y = nn.Affine(2, 2)(x).sum()
    if trained:
        y.backward()
    for snapshot in (capture(y, profile=True), opened_of(capture(y, profile=True))):
        times = [(v.forward_time, v.backward_time) for v in snapshot.vertices if v.primitive]
        assert all(f is not None and b is not None and f > 0 and b > 0 for f, b in times)
    assert {v.forward_time for v in capture(y).vertices} == {None}


def opened_of(snapshot: Snapshot) -> Snapshot:
    (definition,) = [v.definition for v in snapshot.vertices if v.definition is not None]
    return definition


def test_parameters_belong_to_their_module_and_data_to_the_whole() -> None:
    net = nn.Sequential(nn.Affine(2, 3), nn.ReLU())
    snapshot = capture(net(np.ones((4, 2), np.float32)))
    scopes = {s.id: s.name for s in snapshot.scopes}
    owners = {v.name: scopes[v.scope] for v in snapshot.vertices if v.kind == VARIABLE}
    assert owners == {"W": "affine1", "b": "affine1"}
    (data,) = [v for v in snapshot.vertices if v.kind == CONSTANT]
    assert data.scope == 0


def test_a_leaf_alone_is_a_graph() -> None:
    (vertex,) = capture(Tensor(2.0, name="x")).vertices
    assert (vertex.kind, vertex.name) == (VARIABLE, "x")


def test_what_is_no_tensor_is_named() -> None:
    with pytest.raises(GraphError, match="graph: float is not a Tensor"):
        capture(3.0)  # type: ignore[arg-type]


def test_arrays_of_indices_are_letters_in_the_circle() -> None:
    x, rows = Tensor(np.ones((3, 4, 9))), np.array([0, 1])
    (vertex,) = [v for v in capture(x[rows, :, rows]).vertices if v.primitive]
    assert vertex.label == "[i, :, j]"
    assert vertex.params["index"] == "[0 1], :, [0 1]"
