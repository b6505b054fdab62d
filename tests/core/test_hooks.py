"""Hooks on results, leaves and nodes: what they are given, what they change, in which order."""

import numpy as np
import pytest

from autograd_core import Tensor, grad, no_grad
from autograd_core.errors import GraphError, ShapeError

X = np.array([1.0, 2.0])


def test_a_hook_on_a_result_sees_its_complete_gradient_once():
    t, seen = Tensor(X), []
    y = t * 3
    y.register_hook(seen.append)
    (y * y + np.sin(y)).sum().backward()
    assert len(seen) == 1
    np.testing.assert_allclose(seen[0], 2 * y.data + np.cos(y.data), rtol=1e-15)


def test_what_a_hook_returns_takes_the_place_of_the_gradient():
    t = Tensor(X)
    y = t * 3
    y.retain_grad()
    y.register_hook(lambda g: np.clip(g, None, 3.0))
    (y * y).sum().backward()
    assert y.grad.tolist() == [3.0, 3.0]
    assert t.grad.tolist() == [9.0, 9.0]


def test_a_hook_on_a_leaf_comes_last_and_before_the_gradient_is_added():
    t, order = Tensor(X), []
    t.register_hook(lambda g: order.append(("leaf", g.tolist())))
    t.register_hook(lambda g: g / 2)
    y = t * 3
    y.register_hook(lambda g: order.append(("result", g.tolist())))
    for _ in range(2):
        (y + t).sum().backward()
    assert order == [("result", [1, 1]), ("leaf", [4, 4])] * 2
    assert t.grad.tolist() == [4.0, 4.0]


def test_hooks_run_in_the_order_of_registering_and_can_be_removed():
    t = Tensor(2.0)
    y = t * 1
    add = y.register_hook(lambda g: g + 1)
    y.register_hook(lambda g: g * 10)
    y.backward()
    assert t.grad == 20
    add.remove()
    add.remove()
    t.zero_grad()
    y.backward()
    assert t.grad == 10
    with y.register_hook(lambda g: g * 0):
        y.backward()
    assert t.grad == 10


def test_a_hook_on_the_node_is_the_same():
    t, seen = Tensor(X), []
    y = np.exp(t)
    y.creator.register_hook(seen.append)
    y.sum().backward()
    assert [g.tolist() for g in seen] == [[1, 1]]


def test_a_hook_that_removes_itself():
    t, seen = Tensor(2.0), []
    handle = t.register_hook(lambda g: (seen.append(float(g)), handle.remove())[0])
    for _ in range(2):
        (t * 3).backward()
    assert seen == [3.0]


def test_gradients_in_hooks_are_read_only_arrays_also_of_numbers():
    t = Tensor(X)
    shapes = []

    def look(g):
        shapes.append(g.shape)
        assert type(g) is np.ndarray
        with pytest.raises(ValueError, match="read-only"):
            g[...] = 0

    s = (t * t).sum()
    s.register_hook(look)
    t.register_hook(look)
    s.backward()
    assert shapes == [(), (2,)]


def test_a_recorded_pass_gives_hooks_tensors():
    seen = []

    def f(x):
        y = x * x
        y.register_hook(lambda g: seen.append(type(g)) or g * 2)
        return y * y

    assert grad(f)(3.0) == 2 * 4 * 27
    assert seen == [np.ndarray]
    # 2h with h = 4y, in which x is met directly and, by the hook twice as much, in y = x x
    assert grad(grad(f))(3.0) == 8 * 9 + 2 * 16 * 9
    assert seen.count(Tensor) == 1


@pytest.mark.parametrize("place", ["result", "leaf"])
def test_what_a_hook_raises_passes_through_and_nothing_is_deposited(place):
    t, other = Tensor(X), Tensor(X)

    def stop(g):
        raise RuntimeError("stop here")

    y = t * other
    (y if place == "result" else other).register_hook(stop)
    with pytest.raises(RuntimeError, match="stop here"):
        y.sum().backward()
    assert t.grad is None
    assert other.grad is None


def test_hooks_are_called_once_also_where_a_nan_makes_the_pass_run_again():
    t, seen = Tensor([0.0, 4.0]), []
    first = t * 1
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(first)
        y = np.where(t.data > 0, root, 0.0)
        for part in (y, root, first):
            part.register_hook(lambda g: seen.append(g.tolist()))
        y.sum().backward()
    assert seen == [[1, 1], [0, 1], [0, 0.25]]
    assert t.grad.tolist() == [0, 0.25]


def test_a_gradient_of_another_dtype_is_cast():
    t = Tensor(np.float32([1, 2]))
    (t * 2).register_hook(lambda g: g.astype(float))
    t.register_hook(lambda g: g.astype(float))
    (t * 2).sum().backward()
    assert t.grad.dtype == np.float32


def test_hooks_cost_no_copy_of_the_data():
    t = Tensor(X)
    t.register_hook(lambda g: g)
    (t * 2).sum().backward()
    assert t.grad.tolist() == [2, 2]
    t.grad[0] = 7  # an array of its own


def test_errors():
    with pytest.raises(GraphError, match="register_hook: this Tensor is a constant"):
        Tensor(X, requires_grad=False).register_hook(print)
    with no_grad():
        constant = Tensor(X) * 2
    with pytest.raises(GraphError, match="no gradient will arrive"):
        constant.register_hook(print)
    y = Tensor(X) * 2
    y.register_hook(lambda g: g.sum())
    with pytest.raises(ShapeError, match=r"a gradient of shape \(\) in the place of one of shape"):
        y.sum().backward()
