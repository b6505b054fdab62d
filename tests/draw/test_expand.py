"""expand: composites become their definitions, and nothing around them changes."""

import numpy as np
import pytest

import nn
from autograd_core import Tensor, log_softmax, scope, sigmoid
from autograd_core.draw.snapshot import OPERATION, Snapshot
from autograd_core.draw.snapshot.capture import capture
from autograd_core.draw.snapshot.expand import expand
from autograd_core.draw.snapshot.fold import fold, folded
from autograd_core.draw.snapshot.statistics import describe
from autograd_core.draw.snapshot.wellformed import wellformed


def labels(snapshot: Snapshot) -> list[str]:
    return [v.label for v in snapshot.vertices if v.kind == OPERATION]


def test_composites_in_fewer_scopes_than_the_depth_are_opened() -> None:
    with scope("net"):
        y = np.sin(sigmoid(Tensor(0.5)))
    snapshot = capture(y)
    assert expand(snapshot, 1) is snapshot
    inside = expand(snapshot, 2)
    assert labels(inside) == ["× -1", "exp", "+", "/", "sin"]
    assert [(s.name, s.kind, s.parent) for s in inside.scopes] == [
        ("", "graph", 0),
        ("net", "module", 0),
        ("sigmoid", "composite", 1),
    ]
    assert {v.label: v.scope for v in inside.vertices}["exp"] == 2
    assert wellformed(Snapshot.from_json(inside.to_json())) == inside


def test_a_composite_that_is_all_of_a_module_has_no_frame_of_its_own() -> None:
    with scope("net"):
        y = sigmoid(Tensor(0.5))
    inside = expand(capture(y), 2)
    assert labels(inside) == ["× -1", "exp", "+", "/"]
    assert [scope.name for scope in inside.scopes] == ["", "net"]
    assert {v.label: v.scope for v in inside.vertices}["exp"] == 1
    assert wellformed(Snapshot.from_json(inside.to_json())) == inside


def test_composites_in_definitions_are_opened_as_deep() -> None:
    snapshot = capture(log_softmax(Tensor([1.0, 2.0])))
    assert labels(expand(snapshot, 1)) == ["softmax", "log"]
    assert labels(expand(snapshot, 2)) == ["exp", "exp", "sum", "/", "log"]


def test_edges_and_steps_go_through_the_definition() -> None:
    x = Tensor(0.5, name="x")
    y = x * sigmoid(x)
    y.backward()
    snapshot = expand(capture(y), 1)
    called = [v.name or v.label or v.kind for v in snapshot.vertices]
    edges = [(called[e.source], called[e.target], e.operand) for e in snapshot.edges]
    assert edges == [
        ("x", "× -1", 0),
        ("× -1", "exp", 0),
        ("exp", "+", 0),
        ("constant", "+", 1),
        ("+", "/", 0),
        ("x", "×", 0),
        ("/", "×", 1),
        ("×", "output", 0),
    ]
    assert [called[v] for v in snapshot.forward] == ["× -1", "exp", "+", "/", "×"]
    assert [called[v] for v in snapshot.backward] == ["×", "/", "+", "exp", "× -1"]
    s = 1 / (1 + np.exp(-0.5))
    assert snapshot.edges[0].gradient is not None
    assert snapshot.edges[0].gradient.numbers == pytest.approx(0.5 * s * (1 - s), rel=1e-12)


def test_what_a_composite_hands_on_stays_the_result_of_its_fast_form() -> None:
    x = Tensor(np.array([-1000.0, 3.0]))
    y = log_softmax(x)
    snapshot = expand(capture(y * 2.0), 1)
    inner, outer = (snapshot.edges[i] for i in (1, 2))
    assert snapshot.vertices[outer.source].value == describe(np.array([-np.inf, 0.0]))
    assert snapshot.carried(outer) == describe(y.data)
    assert inner.value is None


def test_the_name_of_a_composite_is_that_of_its_result() -> None:
    y = sigmoid(Tensor(0.5))
    y.name = "probability"
    snapshot = expand(capture(np.exp(y)), 1)
    assert {v.label: v.name for v in snapshot.vertices}["/"] == "probability"


def test_an_operand_that_the_definition_does_not_show_goes_with_the_composite() -> None:
    loss = nn.SoftmaxWithLoss()(Tensor(np.ones((2, 3))), [0, 2])
    closed = capture(loss)
    inside = expand(closed, 2)
    labels_shape = (2,)
    assert any(v.value and v.value.shape == labels_shape for v in closed.vertices)
    assert not any(v.value and v.value.shape == labels_shape for v in inside.vertices)
    sources = {edge.source for edge in inside.edges}
    assert all(v.id in sources for v in inside.vertices[:-1])


def test_two_composites_in_a_row_are_joined() -> None:
    y = sigmoid(sigmoid(Tensor(0.5)))
    snapshot = expand(capture(y), 1)
    assert labels(snapshot) == ["× -1", "exp", "+", "/"] * 2
    targets = {e.source: snapshot.vertices[e.target].label for e in snapshot.edges}
    slashes = [v.id for v in snapshot.vertices if v.label == "/"]
    assert [targets[v] for v in slashes] == ["× -1", ""]


def test_fold_opens_and_closes() -> None:
    with scope("net"):
        y = sigmoid(Tensor(0.5, name="x"))
    snapshot = capture(np.exp(y))
    assert [v.label for v in fold(snapshot, 0).vertices] == ["", "net", "exp", ""]
    assert labels(fold(snapshot, 2)) == ["× -1", "exp", "+", "/", "exp"]


def test_folded_says_what_every_vertex_stands_for() -> None:
    with scope("net"):
        h = np.exp(Tensor(0.5, name="x"))
        y = sigmoid(h)
    snapshot = capture(y)
    assert [v.primitive for v in snapshot.vertices] == [None, "exp", "sigmoid", None]
    assert folded(snapshot, None)[1] == ((0,), (1,), (2,), (3,))
    assert folded(snapshot, 0)[1] == ((0,), (1, 2), (3,))
    assert folded(snapshot, 2)[1] == ((0,), (1,), (2,), (2,), (2,), (2,), (2,), (3,))
