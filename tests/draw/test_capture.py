"""capture: what a recorded graph becomes as data, and what it leaves alone."""

import numpy as np
import pytest

import nn
from autograd_core import GraphError, Tensor, scope, sigmoid
from autograd_core.draw.capture import capture, describe
from autograd_core.draw.snapshot import CONSTANT, OPERATION, OUTPUT, VARIABLE, Snapshot


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


def test_depth_opens_composites_from_outside() -> None:
    x = Tensor(0.5)
    with scope("net"):
        y = sigmoid(x)
    folded, outer, opened = (capture(y, depth) for depth in (None, 1, 2))
    assert [v.label for v in folded.vertices if v.kind == OPERATION] == ["sigmoid"]
    assert folded.vertices == outer.vertices
    assert [v.label for v in opened.vertices if v.kind == OPERATION] == ["× -1", "exp", "+", "/"]
    assert [s.name for s in opened.scopes] == ["", "net", "sigmoid"]


def test_opening_is_no_change_of_the_inputs_but_a_new_value_is() -> None:
    x = Tensor(np.random.default_rng(0).normal(size=(5, 4)))
    loss = nn.SoftmaxWithLoss()(sigmoid(x), [0, 1, 2, 3, 1])
    assert capture(loss, depth=3).notes == ()
    x.data[...] = 0
    (note,) = capture(loss, depth=3).notes
    assert note.startswith("Inputs have changed")


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


def test_arrays_are_described_by_numbers_or_by_statistics() -> None:
    few = describe(np.array([1.0, np.nan, np.inf]))
    assert few.numbers == [1.0, "nan", "inf"]
    assert (few.nans, few.infs, few.minimum, few.maximum) == (1, 1, 1.0, 1.0)
    many = describe(np.arange(10.0))
    assert many.numbers is None
    assert (many.mean, many.zeros, many.shape, many.dtype) == (4.5, 1, (10,), "float64")


def test_json_and_back() -> None:
    _, total = price()
    total.backward()
    snapshot = capture(total)
    assert Snapshot.from_json(snapshot.to_json()) == snapshot
    assert snapshot.vertices[-1].kind == OUTPUT
