"""The recorded graph: what a node knows, in which order, and how long it lives."""

import inspect
import weakref

import numpy as np

from autograd_core import Tensor
from autograd_core.node import nodes_before, source_line


def test_a_node_knows_its_operation_inputs_and_parameters():
    x, row = Tensor([[1.0, 2.0]], name="x"), np.array([3.0, 4.0])
    product = x * row
    node = np.sum(product, axis=1).creator
    assert node.primitive.name == "sum"
    assert node.params == {"axis": 1, "keepdims": False}
    assert (node.shape, node.dtype) == ((1,), np.float64)
    assert node.inputs == (product.creator,)
    assert product.creator.inputs[0] is x
    assert product.creator.inputs[1] is row
    assert node.order > product.creator.order
    assert repr(node) == f"<node {node.order}: sum (1,) float64>"


def test_constants_and_plain_results_are_not_recorded():
    constant = Tensor([1.0, 2.0], requires_grad=False)
    assert (constant * 2 + np.ones(2)).creator is None
    assert Tensor(np.arange(3)).sum().creator is None


def test_nodes_before_lists_each_node_once_in_the_order_of_time():
    x = Tensor(2.0)
    a = x * 3
    b = a + a
    c = np.exp(b) * a
    nodes = nodes_before(c.creator)
    assert [node.primitive.name for node in nodes] == ["multiply", "add", "exp", "multiply"]
    assert nodes[0] is a.creator


def test_nodes_before_visits_stacked_diamonds_once():
    y = Tensor(1.0)
    for _ in range(200):
        y = y + y
    assert len(nodes_before(y.creator)) == 200


def test_notes_are_few_and_made_when_needed():
    node = (Tensor(1.0) * 2).creator
    assert node.notes is None
    assert node.noted("name") is None
    node.note("name", "y")
    assert node.noted("name") == "y"


def test_a_node_is_freed_with_its_result():
    x = Tensor([1.0])
    y = np.exp(x) * 2
    node, saved = weakref.ref(y.creator), weakref.ref(y.creator.inputs[0])
    del y
    assert node() is None
    assert saved() is None


def test_source_line_is_the_callers():
    """tests/core/test_check.py sees that frames of the packages and of NumPy are left out."""
    line = source_line()
    assert line == f"test_node.py:{inspect.currentframe().f_lineno - 1}"
