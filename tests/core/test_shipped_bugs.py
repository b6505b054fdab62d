"""Faults that have shipped in libraries of this kind: one test for each, of what happens here."""

import copy
import pickle
import threading
from itertools import combinations

import numpy as np
import pytest

import nn
from autograd_core import (
    DTypeError,
    GraphError,
    ShapeError,
    Tensor,
    debug,
    grad,
    jvp,
    no_grad,
    primitive,
    vjp,
)
from tests.core.samples import FIRST_SAMPLES, SAMPLES, shipped


@pytest.mark.parametrize("f", [lambda t: t * 0.5, lambda t: 2.0**t, np.max, np.mean, np.std])
def test_float32_turned_into_float64_by_a_python_float_or_by_max_or_mean(f):
    t = Tensor(np.float32([0.5, 1.5, 1.0]))
    y = f(t)
    np.sum(y * 3.0).backward()
    tangent = jvp(f, (t.data,), (t.data,))[1]
    assert y.dtype == t.grad.dtype == tangent.dtype == np.float32


@pytest.mark.parametrize(
    "f", [np.add, lambda x, y: np.sum(x) + np.sum(y), lambda x, y: np.concatenate([x, y])]
)
def test_two_leaves_sharing_one_gradient_array(f):
    """Clipping one must not clip the other."""
    x, y = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    out = f(x, y)
    start = np.full(out.shape, 5.0)
    out.backward(start)
    out.retain_grad()
    assert not any(np.shares_memory(a, b) for a, b in combinations((x.grad, y.grad, start), 2))
    np.clip(x.grad, -1, 1, out=x.grad)
    assert x.grad.tolist() == [1.0, 1.0]
    assert y.grad.tolist() == [5.0, 5.0]
    assert (start == 5.0).all()


@pytest.mark.parametrize("sample", FIRST_SAMPLES, ids=str)
def test_an_operations_backward_writing_into_the_gradient_it_was_given(sample):
    """The rules are given the array itself; `backward` would give them a copy."""
    out = sample(*map(Tensor, sample.arrays))
    node = out.creator
    g = np.cos(np.arange(out.size)).reshape(out.shape).astype(out.dtype)
    before = g.copy()
    assert list(node.plan.contributions(g, node.saved))
    np.testing.assert_array_equal(g, before)


def test_an_input_array_changed_between_forward_and_backward():
    """A leaf has its own copy; what a rule still reads is watched."""
    mine, constant = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    x = Tensor(mine)
    y = np.sum(x * x)
    mine[:] = 100
    y.backward()
    assert x.grad.tolist() == [2.0, 4.0]
    with debug():
        y = np.sum(x * constant)
        constant[:] = 0
        with pytest.raises(GraphError, match="multiply"):
            y.backward()
    assert x.grad.tolist() == [2.0, 4.0]


INDICES = [[0, 0, 2], np.array([[0, 0], [-3, 2]]), (np.array([0, 0, 2]),), [[0, 2, 0, 0]]]


@pytest.mark.parametrize("index", INDICES, ids=str)
@pytest.mark.parametrize("form", ["getitem", "take", "assignment"])
def test_repeated_indices_losing_contributions(index, form):
    table = np.array([1.0, 2.0, 3.0])
    counts = np.bincount(np.ravel(index) % 3, minlength=3)
    if form == "assignment":

        def f(x):
            z = np.zeros_like(x)
            np.add.at(z, index, x[index])
            return np.sum(z)

    elif form == "take":
        f = lambda x: np.sum(np.take(x, index))  # noqa: E731
    else:
        f = lambda x: np.sum(x[index])  # noqa: E731
    assert grad(f)(table).tolist() == counts.tolist()
    assert jvp(f, (table,), (np.ones(3),))[1] == counts.sum()


def test_no_grad_in_one_thread_switching_off_another():
    inside, done = threading.Event(), threading.Event()

    def other():
        with no_grad():
            inside.set()
            done.wait(10)

    thread = threading.Thread(target=other)
    thread.start()
    assert inside.wait(10)
    t = Tensor(3.0)
    y = t * t
    done.set()
    thread.join()
    y.backward()
    assert t.grad == 6.0


def test_deepcopy_pickle_or_repr_of_a_deep_graph_hitting_the_recursion_limit():
    leaf = Tensor(1.0, name="leaf")
    y = leaf
    for _ in range(20_000):
        y = y * 1.0 + 0.0
    assert repr(y) == "Tensor(1.0, from add)"
    for duplicated in (copy.deepcopy, pickle.dumps):
        with pytest.raises(GraphError, match="cannot be copied"):
            duplicated(y)
        duplicated(y.detach())
    y.backward()
    assert leaf.grad == 1.0
    del y  # nor does freeing it


@pytest.mark.parametrize("shapes", [((4, 1), (4,)), ((4,), (4, 1))])
def test_a_column_against_a_row_in_a_loss_silently_broadcasting_to_a_square(shapes):
    y, t = map(np.zeros, shapes)
    with pytest.raises(ShapeError, match="they would broadcast"):
        nn.MeanSquaredError()(y, t)


@pytest.mark.parametrize("data", [3, np.arange(3), np.array([True, False])])
def test_integer_tensors_with_integer_gradients(data):
    """Integer arrays are constants; a Python int alone is a float64."""
    integers = np.asarray(data)
    with pytest.raises(DTypeError):
        Tensor(integers, requires_grad=True)
    with pytest.raises(DTypeError):
        grad(np.sum)(integers)
    x = Tensor(np.full(integers.shape, 0.5))
    y = np.sum(Tensor(integers) * x)
    y.backward()
    assert x.grad.dtype == np.float64
    assert Tensor(3).dtype == np.float64


def test_gradients_of_a_value_used_twice_computed_exponentially_often():
    """Stacked diamonds: 2⁴⁰ paths through 40 operations."""
    calls = []
    counted = primitive(
        "counted_twice_example", lambda x: x + 0, kind="elementwise",
        vjp=(lambda g: calls.append(0) or g,),
    )  # fmt: skip

    def tower(x):
        for _ in range(40):
            x = counted(x)
            x = x * 0.5 + x * 0.5
        return x

    assert grad(tower)(1.0) == 1.0
    assert len(calls) == 40
    assert jvp(tower, (1.0,), (1.0,))[1] == 1.0
    assert len(calls) == 80


def test_in_place_addition_on_a_leaf():
    w = Tensor([1.0, 2.0])
    loss = np.sum(w * w)
    with pytest.raises(GraphError, match="in-place change of a leaf"):
        w += 1.0
    with no_grad():
        w += 1.0
    loss.backward()
    assert w.data.tolist() == [2.0, 3.0]
    assert w.grad.tolist() == [2.0, 4.0]


# Operands (by their place) of which all derivatives at real numbers are 0, where there is one.
FLAT = {
    ("sign", 0), ("heaviside", 0), ("heaviside", 1), ("copysign", 1), ("imag", 0), ("angle", 0),
    ("max_pool2d_input", 1), ("max_pool2d_tangent", 1),
}  # fmt: skip


def test_a_gradient_test_that_never_ran():
    """Each rule has a sample, on which the derived tests run, with a gradient that is not 0."""
    reached = set()
    for sample in SAMPLES:
        value, pull = vjp(sample, *sample.arrays)
        g = np.cos(np.arange(value.size)).reshape(value.shape)
        name = sample.primitive.name
        reached |= {(name, place) for place, dx in enumerate(pull(g)) if np.any(dx)}
    operands = {
        (made.name, place)
        for made in shipped()
        for place in range(1 if made.variadic else len(made.rules))
    }
    assert operands - reached == FLAT
