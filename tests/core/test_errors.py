"""Errors by their text: each names the operation, what was passed, the rule broken and the fix."""

import inspect

import numpy as np
import pytest

import nn
from autograd_core import (
    DTypeError,
    GraphError,
    ShapeError,
    Tensor,
    errors,
    no_grad,
    relu,
    sigmoid,
    softmax,
)


def ones(*shape):
    return Tensor(np.ones(shape))


SHAPES = {
    "matmul": (
        lambda: ones(64, 784) @ ones(10, 784),
        "matmul: inner sizes differ, x is (64, 784) and y is (10, 784).\n  Did you mean x @ y.T?",
    ),
    "matmul, the other transpose": (
        lambda: ones(5, 2) @ np.ones((5, 3)),
        "matmul: inner sizes differ, x is (5, 2) and y is (5, 3).\n  Did you mean x.T @ y?",
    ),
    "matmul, vector": (
        lambda: ones(3) @ ones(2, 3),
        "matmul: inner sizes differ, x is (3,) and y is (2, 3).\n  Did you mean x @ y.T?",
    ),
    "matmul, no idea": (
        lambda: np.ones((2, 3)) @ ones(4, 5),
        "matmul: inner sizes differ, x is (2, 3) and y is (4, 5).",
    ),
    "matmul, number": (
        lambda: ones(3) @ 2.0,
        "matmul: a number has no matrix product (use *), x is (3,) and y is ().",
    ),
    "matmul, batches": (
        lambda: ones(2, 3, 4) @ ones(5, 4, 2),
        "matmul: the batch dimensions do not broadcast, x is (2, 3, 4) and y is (5, 4, 2).",
    ),
    "dot": (
        lambda: np.dot(ones(2, 3), ones(2, 3)),
        "dot: inner sizes differ, x is (2, 3) and y is (2, 3).\n  Did you mean x @ y.T?",
    ),
    "add": (
        lambda: ones(3) + ones(4),
        "add: the shapes do not broadcast, x is (3,) and y is (4,).",
    ),
    "add, a missing axis": (
        lambda: ones(3) * ones(3, 4),
        (
            "multiply: the shapes do not broadcast, x is (3,) and y is (3, 4).\n  Did you mean "
            "to give the vector v a second axis, v[:, None]?"
        ),
    ),
    "where": (
        lambda: np.where(np.ones((2, 2)) > 0, ones(3), 0.0),
        "where: the shapes do not broadcast, x is (3,) and y is () and condition is (2, 2).",
    ),
    "reshape": (
        lambda: ones(2, 3).reshape(4, 2),
        "reshape: x is (2, 3): cannot reshape array of size 6 into shape (4,2).",
    ),
    "axis": (
        lambda: ones(2, 3).sum(axis=2),
        "axis 2 is out of bounds for an array of 2 dimensions.",
    ),
    "stack": (
        lambda: np.stack([ones(2), ones(3)]),
        "stack: all arrays must have one shape, here [(2,), (3,)].",
    ),
    "max of nothing": (
        lambda: ones(0).max(),
        "max: an array of shape (0,) has no elements.",
    ),
    "prediction and target": (
        lambda: nn.MeanSquaredError()(ones(4, 1), np.ones(4)),
        (
            "mean_squared_error: y is (4, 1) and t is (4,); they must be equal, or they would "
            "broadcast.\n  Did you mean t.reshape((4, 1))?"
        ),
    ),
    "logits and labels": (
        lambda: nn.SoftmaxWithLoss()(ones(4, 3), np.zeros((4, 1), int)),
        (
            "softmax_with_loss: the logits are (4, 3) and the targets (4, 1); pass class "
            "indices of shape (4,) or rows of shape (4, 3)."
        ),
    ),
    "gradient to start from": (
        lambda: (ones(2) * 2).backward(np.ones((2, 1))),
        "backward: the gradient has shape (2, 1) and the result (2,); they must be equal.",
    ),
}


@pytest.mark.parametrize(("call", "text"), SHAPES.values(), ids=SHAPES)
def test_shapes_that_do_not_fit(call, text):
    with pytest.raises(ShapeError) as raised:
        call()
    assert str(raised.value) == text


GRAPHS = {
    "not a scalar": (
        lambda: (ones(2, 3) * 2).backward(),
        (
            "backward: the result has shape (2, 3), not that of a scalar. Reduce it first, for "
            "example with .sum(), or pass gradient=, an array of that shape."
        ),
    ),
    "nothing recorded": (
        lambda: (Tensor(1.0, requires_grad=False) * 2).backward(),
        (
            "backward: nothing was recorded for this result. No input had requires_grad=True, "
            "or it was computed inside no_grad() or from t.data or t.detach()."
        ),
    ),
    "integers": (
        lambda: Tensor(np.array(3)).backward(),
        (
            "backward: nothing was recorded for this result. Its dtype is int64; only floating "
            "and complex data is differentiated."
        ),
    ),
    "in place": (
        lambda: ones(2).__iadd__(1),
        (
            "add: in-place change of a leaf Tensor, after which it would be no leaf any more "
            "and get no gradient. Inside `with no_grad():` it changes the data; to compute on, "
            "write t = t + … with another name."
        ),
    ),
}


@pytest.mark.parametrize(("call", "text"), GRAPHS.values(), ids=GRAPHS)
def test_uses_of_the_graph_that_cannot_be_right(call, text):
    with pytest.raises(GraphError) as raised:
        call()
    assert str(raised.value) == text


def test_backward_inside_no_grad_says_so():
    with no_grad(), pytest.raises(GraphError, match=r"This is inside no_grad\(\)"):
        (Tensor(1.0) * 2).backward()


DTYPES = {
    "a string": (
        lambda: np.add(Tensor(1.0), "1"),
        "add: '1' of type str is not a number, an array of numbers or a Tensor.",
    ),
    "None": (
        lambda: np.maximum(Tensor(1.0), None),
        "maximum: None of type NoneType is not a number, an array of numbers or a Tensor.",
    ),
    "objects": (
        lambda: Tensor(1.0) * np.array([1, 2], dtype=object),
        (
            "multiply: array([1, 2], dtype=object) of type ndarray is not a number, an array "
            "of numbers or a Tensor."
        ),
    ),
    "strings in an array": (
        lambda: Tensor(1.0) * np.array(["a"]),
        "multiply: x is float64 and y is <U1: ",
    ),
    "float": (
        lambda: float(Tensor(1.0)),
        (
            "float(tensor) would lose the derivative. For the number itself take t.item(); in "
            "a computation use NumPy's functions in place of those of the math module."
        ),
    ),
    "an array": (
        lambda: np.asarray(ones(2)),
        (
            "a Tensor of shape (2,) was about to become a plain array, which would lose its "
            "derivative. Join Tensors with np.stack or np.concatenate; take t.data for the "
            "plain array."
        ),
    ),
    "integers with requires_grad": (
        lambda: Tensor(np.arange(3), requires_grad=True),
        (
            "Tensor: requires_grad=True for data of dtype int64, but only floating and complex "
            "numbers have derivatives. Convert it first: data.astype(float)."
        ),
    ),
    "labels that are no integers": (
        lambda: nn.SoftmaxWithLoss()(ones(2, 3), np.ones(2)),
        "softmax_with_loss: class indices of dtype float64 must be integers. Use t.astype(int).",
    ),
}


@pytest.mark.parametrize(("call", "text"), DTYPES.values(), ids=DTYPES)
def test_dtypes_and_types_that_do_not_fit(call, text):
    with pytest.raises(DTypeError) as raised:
        call()
    assert str(raised.value).startswith(text)


@pytest.mark.parametrize("f", [sigmoid, relu, softmax, np.exp, np.sum])
def test_empty_arrays_give_empty_results_or_an_error_that_says_so(f):
    t = ones(0, 3)
    y = f(t)
    y.backward(np.ones(y.shape))
    assert t.grad.shape == (0, 3)


def test_the_original_error_is_chained():
    with pytest.raises(ShapeError) as raised:
        ones(2) + ones(3)
    assert "broadcast" in str(raised.value.__cause__)


def test_each_error_is_also_the_built_in_one():
    for error, built_in in (
        (errors.ShapeError, ValueError), (errors.DTypeError, TypeError),
        (errors.GraphError, RuntimeError), (errors.UncoveredError, TypeError),
        (errors.DeclarationError, TypeError), (errors.GradientCheckError, AssertionError),
        (errors.MissingExtraError, ImportError),
    ):  # fmt: skip
        assert issubclass(error, errors.AutogradError)
        assert issubclass(error, built_in)
        assert inspect.getdoc(error)
