"""Simplification shown: frames of a graph and of its derivatives, as the book has them."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import nn
from autograd_core import Tensor, expanded, graph, log_softmax, relu, scope, sigmoid
from autograd_core.draw.marks import ADDED, REMOVED
from autograd_core.draw.simplification import Frame, simplify
from autograd_core.draw.snapshot import OPERATION, OUTPUT, Snapshot
from autograd_core.draw.snapshot.wellformed import wellformed
from autograd_core.errors import GraphError
from autograd_core.rewrite import ALGEBRA

LOGITS = np.array([[0.3, 2.9, 4.0], [1.0, -2.0, 0.5]])


def operations(snapshot: Snapshot) -> list[str | None]:
    return [v.primitive for v in snapshot.vertices if v.kind == OPERATION]


def result(snapshot: Snapshot) -> Any:
    (end,) = [v for v in snapshot.vertices if v.kind == OUTPUT]
    return end.value.numbers if end.value else None


def of(frames: tuple[Frame, ...], graph_: str) -> list[Frame]:
    return [frame for frame in frames if frame.graph == graph_]


@pytest.fixture
def frames() -> tuple[Frame, ...]:
    y = sigmoid(Tensor(1.0, name="x"))
    y.name = "y"
    y.backward()
    return simplify(y)


def test_four_steps_become_the_sigmoid(frames: tuple[Frame, ...]) -> None:
    """Book, figures 5-19 to 5-22."""
    (frame,) = of(frames, "forward")
    assert operations(frame.before) == ["negative", "exp", "add", "reciprocal"]
    assert operations(frame.after) == ["sigmoid"]
    assert str(frame).split("\n") == [
        "forward: sigmoid",
        "  1 / (exp(−x) + 1) = sigmoid(x)  (up to rounding)",
        "  - n1 = -1  [× -1] of x",
        "  - n2 = 0.3679  [exp] of n1",
        "  - n3 = 1",
        "  - n4 = 1.368  [+] of n2, 1",
        "  - n5 = 0.7311  [/] of n4",
        "  + n1 = 0.7311  [sigmoid] of x",
        f"  {frame.agreement}",
    ]
    gradients = {v.name: v.gradient for v in frame.after.vertices}
    assert gradients["x"] is not None
    assert gradients["x"].numbers == pytest.approx(0.19661193324148185)


def test_its_derivative_becomes_y_times_1_minus_y(frames: tuple[Frame, ...]) -> None:
    """Book, section 5.5.1: y² exp(−x) = y (1 − y)."""
    derivative = of(frames, "derivative for x")
    assert operations(derivative[0].before)[:3] == ["negative", "exp", "add"]
    assert operations(derivative[-1].after) == ["sigmoid", "subtract", "multiply"]
    assert derivative[-1].whole == "sigmoid(x) · (1 − sigmoid(x))"
    (book,) = [frame for frame in derivative if frame.rule == "derivative of sigmoid"]
    assert book.equation == "sigmoid(x)² · exp(−x) = sigmoid(x) · (1 − sigmoid(x))"
    assert r"e^{-x}" in book.latex
    for frame in derivative:
        assert abs(result(frame.before)) == pytest.approx(0.19661193324148185)
        assert abs(result(frame.after)) == pytest.approx(0.19661193324148185)


def test_each_frame_begins_where_the_one_before_it_ended(frames: tuple[Frame, ...]) -> None:
    for name in ("forward", "derivative for x"):
        steps = of(frames, name)
        for first, second in pairwise(steps):
            assert operations(first.after) == operations(second.before)


def test_frames_can_be_drawn_and_are_checked(frames: tuple[Frame, ...]) -> None:
    for frame in frames:
        assert wellformed(frame.diff.merged) is frame.diff.merged
        assert {REMOVED, ADDED} & set(frame.diff.marks.vertices)
        assert frame.agreement.holds
        assert frame.agreement.given is not None
        assert str(frame.agreement).startswith("both sides agree: largest difference ")
        assert frame.exact == (frame.holds == "exact")


def test_softmax_with_loss_becomes_one_operation_with_the_derivative_y_minus_t() -> None:
    x = Tensor(LOGITS, name="x")
    loss = nn.SoftmaxWithLoss()(x, np.array([2, 0]))
    frames = simplify(loss)
    forward, derivative = of(frames, "forward"), of(frames, "derivative for x")
    assert {"exp", "log", "reciprocal"} <= set(operations(forward[0].before))
    assert operations(forward[-1].after) == ["softmax_with_loss"]
    assert [frame.rule for frame in forward][1:3] == ["softmax", "log softmax"]
    assert operations(derivative[-1].after) == ["softmax", "subtract", "multiply"]
    powers = np.exp(LOGITS)
    expected = powers / powers.sum(axis=1, keepdims=True) - [[0, 0, 1], [1, 0, 0]]
    np.testing.assert_allclose(result(derivative[-1].after), expected / 2, rtol=1e-12)
    assert x.grad is None, "nothing was sent back in the user's graph"


def test_a_graph_that_was_recorded_step_by_step_gives_the_same_frames() -> None:
    x = Tensor(1.0, name="x")
    with expanded():
        recorded = sigmoid(x)
    assert [f.rule for f in simplify(recorded)] == [f.rule for f in simplify(sigmoid(x))]


def test_composites_stay_closed_where_that_is_asked_for() -> None:
    y = log_softmax(Tensor([1.0, 2.0], name="x")) * 1
    frames = simplify(y, opened=False)
    assert (frames[0].graph, frames[0].rule) == ("forward", "product with 1")
    assert len(of(frames, "forward")) == 1


def test_what_cannot_be_opened_or_differentiated_on_symbols_is_left_as_it_is() -> None:
    x = Tensor([1.0, -2.0], name="x")
    frames = simplify(np.sum(relu(x) * 1))
    assert operations(of(frames, "forward")[0].after) == ["relu", "sum"]


def test_the_derivatives_of_chosen_leaves() -> None:
    x, w = Tensor(2.0, name="x"), Tensor(3.0, name="w")
    y = np.exp(np.log(x)) * w
    assert {f.graph for f in simplify(y)} == {"forward", "derivative for x", "derivative for w"}
    assert {f.graph for f in simplify(y, [w])} == {"forward", "derivative for w"}
    assert {f.graph for f in simplify(y, [])} == {"forward"}


def test_a_leaf_of_another_graph_is_refused() -> None:
    x, other = Tensor(2.0, name="x"), Tensor(1.0, name="other")
    with pytest.raises(GraphError, match=r"^simplify: the result was not computed from <?Tensor.*"):
        simplify(x * 1, [other])
    with pytest.raises(GraphError, match=r"^rewrite: int is not a Tensor"):
        simplify(3)  # type: ignore[arg-type]


def test_an_arrays_derivative_is_that_of_its_product_with_g() -> None:
    x = Tensor([1.0, 2.0], name="x")
    y = sigmoid(x)
    y.backward(np.array([1.0, 10.0]))
    last = simplify(y)[-1]
    np.testing.assert_allclose(result(last.after), x.grad, rtol=1e-14)
    assert "g" in [vertex.name for vertex in last.after.vertices]


def test_scopes_names_and_lines_stay() -> None:
    x = Tensor(2.0, name="x")
    with scope("net"):
        h = np.exp(x) * 1
        h.name = "h"
    (frame,) = simplify(np.sin(h), [])
    scopes = {v.name or v.label: frame.after.scopes[v.scope].name for v in frame.after.vertices}
    assert scopes["h"] == "net"
    assert scopes["sin"] == ""


def test_what_numbers_alone_give_is_no_frame() -> None:
    frames = simplify(sigmoid(Tensor(1.0, name="x")))
    assert "known numbers" not in {frame.rule for frame in frames}


def test_at_most_so_many_frames_and_other_rules() -> None:
    x = Tensor(2.0, name="x")
    y = x
    for _ in range(20):
        y = np.log(np.exp(y))
    assert len(simplify(y, [], most=5)) == 5
    assert len(simplify(y, [])) == 20
    doubled = [rule for rule in ALGEBRA if rule.name == "double negation"]
    assert simplify(y, [], rules=doubled) == ()


def test_long_parts_of_a_formula_are_left_out() -> None:
    x = Tensor(0.5, name="x")
    y = x
    for _ in range(60):
        y = y * y  # written in full, 2**60 symbols
    (frame,) = simplify(y * 1, [], rules=[r for r in ALGEBRA if r.name == "product with 1"])
    assert len(frame.formula) < 20
    assert frame.whole == ""


def test_a_result_that_is_a_leaf_has_nothing_to_simplify() -> None:
    assert simplify(Tensor(1.0, name="x")) == ()


def test_frames_of_a_net_keep_its_scopes() -> None:
    nn.seed(0)
    net = nn.Sequential(nn.Affine(4, 3), nn.ReLU(), nn.Affine(3, 2))
    loss = nn.SoftmaxWithLoss()(net(np.ones((2, 4))), np.array([0, 1]))
    frames = simplify(loss, [])
    named = {scope.name for scope in graph(loss).snapshot.scopes}
    assert {scope.name for scope in frames[-1].after.scopes} <= named
    assert operations(frames[-1].after) == operations(graph(loss).snapshot)


@pytest.mark.parametrize(
    "written", [lambda x: 1 / (1 + np.exp(-x)), lambda x: 1.0 / (np.exp(-x) + 1)]
)
def test_a_sigmoid_written_as_a_quotient_ends_in_y_times_1_minus_y(
    written: Callable[[Tensor], Tensor],
) -> None:
    last = simplify(written(Tensor(0.5, name="x")))[-1]
    assert last.graph == "derivative for x"
    assert last.whole == "sigmoid(x) · (1 − sigmoid(x))"
