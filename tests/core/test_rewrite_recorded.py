"""From recorded graphs to expressions and back."""

import numpy as np
import pytest

from autograd_core import Tensor, expanded, scope, sigmoid
from autograd_core.errors import GraphError
from autograd_core.node import nodes_before
from autograd_core.rewrite import all_rules, from_tensor, rewrite, to_tensor
from autograd_core.symbolic import Literal, symbols


def test_a_graph_becomes_an_expression_of_its_leaves() -> None:
    apple, count, tax = Tensor(100.0, name="apple"), Tensor(2.0, name="count"), Tensor(1.1)
    recorded = from_tensor(apple * count * tax + 5)
    assert recorded.expression.text() == "apple · count · x + 5"
    assert list(recorded.leaves.values()) == [apple, count, tax]
    assert recorded.expression.evaluate(recorded.leaves).item() == pytest.approx(225)


def test_names_that_are_taken_get_a_number() -> None:
    recorded = from_tensor(Tensor(1.0, name="W") * Tensor(2.0, name="W") * Tensor(3.0, name="W"))
    assert [symbol.name for symbol in recorded.leaves] == ["W", "W2", "W3"]


def test_a_module_names_its_parameters() -> None:
    weight = Tensor([1.0, 2.0])
    with scope("net"), scope("layer", {"W": weight}):
        result = weight * 2
    assert [symbol.name for symbol in from_tensor(result).leaves] == ["W"]


def test_what_was_computed_twice_is_one_expression() -> None:
    x = Tensor(2.0, name="x")
    recorded = from_tensor(np.exp(x) + np.exp(x))
    assert len(recorded.expression.nodes()) == 3


def test_a_leaf_and_constants() -> None:
    x = Tensor(2.0, name="x")
    assert from_tensor(x).expression is next(iter(from_tensor(x).leaves))
    fixed = Tensor([1.0, 2.0], requires_grad=False, name="t")
    recorded = from_tensor(x * fixed + np.array([3.0, 4.0]))
    assert [symbol.name for symbol in recorded.leaves] == ["x", "t"]
    assert [n.value.tolist() for n in recorded.expression.nodes() if type(n) is Literal] == [[3, 4]]


def test_anything_else_is_refused() -> None:
    with pytest.raises(GraphError, match=r"^rewrite: float is not a Tensor, so nothing was rec"):
        from_tensor(3.0)  # type: ignore[arg-type]


def test_recorded_again_it_has_the_same_values_names_and_scopes() -> None:
    x = Tensor([1.0, -2.0], name="x")
    with scope("net"):
        inner = np.exp(x)
        inner.name = "h"
    recorded = from_tensor(np.sum(inner * inner))
    again = to_tensor(*recorded)
    again.backward()
    np.testing.assert_allclose(x.grad, 2 * np.exp(2 * x.data), rtol=1e-15)
    nodes = nodes_before(again.creator)
    assert [node.primitive.name for node in nodes] == ["exp", "multiply", "sum"]
    assert (nodes[0].scope.path, nodes[0].noted("name"), nodes[1].scope) == ("net", "h", None)


def test_what_depends_on_no_tensor_is_a_constant() -> None:
    (x,) = symbols("x")
    constant = to_tensor(x * 2, {x: np.float64(4)})
    assert (constant.item(), constant.requires_grad) == (8.0, False)


def test_composites_open_into_primitives_in_their_place() -> None:
    x = Tensor(0.5, name="x")
    with scope("net"):
        y = sigmoid(x)
    y.name = "y"
    opened = from_tensor(y).opened()
    again = to_tensor(*opened)
    nodes = nodes_before(again.creator)
    with expanded():
        four_steps = nodes_before(sigmoid(x).creator)
    assert [n.primitive for n in nodes] == [n.primitive for n in four_steps]
    assert {node.scope.path for node in nodes} == {"net"}
    assert [node.noted("name") for node in nodes] == [None, None, None, "y"]


def test_composites_that_no_primitives_define_stay_closed() -> None:
    from autograd_core import relu  # its definition compares

    y = relu(Tensor([0.5, -1.0], name="x"))
    assert from_tensor(y).opened().expression is from_tensor(y).expression


def test_what_replaces_a_part_takes_its_name_and_scope() -> None:
    x = Tensor(0.5, name="x")
    with scope("net"), expanded():
        y = sigmoid(x)
    y.name = "y"
    recorded = from_tensor(np.sin(y))
    (step,) = rewrite(recorded.expression, all_rules())
    (inner, outer) = nodes_before(to_tensor(*recorded.after(step)).creator)
    assert (inner.primitive.name, inner.noted("name"), inner.scope.path) == ("sigmoid", "y", "net")
    assert (outer.primitive.name, outer.scope) == ("sin", None)


def test_a_name_is_not_taken_from_what_has_its_own() -> None:
    x = Tensor(0.5, name="x")
    inner = np.exp(x)
    inner.name = "h"
    product = inner * 1
    product.name = "again"
    recorded = from_tensor(np.sin(product))
    (step,) = rewrite(recorded.expression, all_rules())
    (first, _) = nodes_before(to_tensor(*recorded.after(step)).creator)
    assert first.noted("name") == "h"
