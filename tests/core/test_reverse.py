"""The reverse pass: every node once, gradients that add up, and nothing shared or left behind."""

import gc
import sys
import tracemalloc
from itertools import combinations

import numpy as np
import pytest

from autograd_core import Node, Tensor, grad, primitive, vjp
from autograd_core.node import nodes_before
from tests.core.differences import derivative

CALLS = []
# Counts how often its rule runs.
counted = primitive(
    "counted_example", lambda x: x + 0, kind="elementwise", vjp=(lambda g: CALLS.append(0) or g,)
)


@pytest.fixture
def calls():
    CALLS.clear()
    return CALLS


# ── accumulation ──────────────────────────────────────────────────────────────────────────────
def test_a_value_used_twice_adds_its_gradients():
    x = Tensor(3.0)
    (x * x).backward()
    assert x.grad == 6.0


@pytest.mark.parametrize("uses", [1, 2, 3, 10])
def test_fan_out(uses):
    x = Tensor([1.0, 2.0])
    y = np.exp(x)
    sum(y * k for k in range(1, uses + 1)).sum().backward()
    np.testing.assert_allclose(x.grad, np.exp([1.0, 2.0]) * uses * (uses + 1) / 2, rtol=1e-14)


def test_fan_out_across_depths():
    """x is used by operations that are far apart in time."""
    x = Tensor(2.0)
    y = x * x
    z = np.sin(y)
    w = z * x + y
    w.backward()
    assert x.grad == pytest.approx(np.cos(4) * 4 * 2 + np.sin(4) + 4, rel=1e-14)


def test_stacked_diamonds_are_visited_once(calls):
    """2**60 paths, 60 nodes."""
    x = Tensor(1.0)
    y = x
    for _ in range(60):
        y = counted(y)
        y = y + y
    y.backward()
    assert len(calls) == 60
    assert x.grad == 2.0**60


@pytest.mark.parametrize("join", [lambda old, new: old * new, lambda old, new: new * old])
def test_a_node_waits_for_all_of_its_consumers(calls, join):
    """The younger one is asked first, whichever operand it is; else y would be visited twice."""
    y = x = Tensor(0.5)
    for _ in range(12):
        y = counted(y)
        y = join(y, np.cos(y) + 1.0)
    y.backward()
    assert len(calls) == 12

    def plain(x):
        for _ in range(12):
            x = x * (np.cos(x) + 1.0)
        return x

    np.testing.assert_allclose(x.grad, derivative(plain, np.array(0.5)), rtol=1e-5)


def test_a_branch_that_the_result_does_not_use_is_not_visited(calls):
    x = Tensor(1.0)
    y = x * 2
    unused = counted(y)
    y.backward()
    assert calls == []
    assert x.grad == 2.0
    del unused


def test_two_backward_calls_add():
    x = Tensor([1.0, 2.0])
    y = (x**2).sum()
    y.backward()
    first = x.grad.copy()
    y.backward()
    np.testing.assert_array_equal(x.grad, 2 * first)


@pytest.mark.parametrize("start", [2.0, [2.0, 2.0]], ids=["number", "array"])
def test_a_gradient_that_was_read_takes_what_is_added(start):
    x = Tensor(start)
    y = np.sum(x * 3)
    y.backward()
    held = x.grad
    y.backward()
    assert held is x.grad
    assert np.all(held == 6)


def test_two_results_add_to_one_leaf():
    x = Tensor(2.0)
    (x * 3).backward()
    (x * 4).backward()
    assert x.grad == 7.0


def test_backward_of_a_leaf_gives_it_the_start():
    x, y = Tensor(2.0), Tensor([1.0, 2.0])
    x.backward()
    y.backward([3.0, 4.0])
    y.backward([1.0, 1.0])
    assert x.grad == 1.0
    assert y.grad.tolist() == [4.0, 5.0]


@pytest.mark.parametrize("gradient", [[1, 2], np.float32([1, 2]), Tensor([1.0, 2.0])])
def test_the_gradient_to_start_from(gradient):
    x = Tensor([1.0, 1.0])
    (x * 5).backward(gradient)
    assert x.grad.tolist() == [5.0, 10.0]
    assert x.grad.dtype == np.float64


def test_the_start_is_kept_for_drawings_as_it_was():
    g = np.array([1.0, 2.0])
    y = Tensor([1.0, 1.0]) * 5
    y.backward(g)
    g[:] = 0
    assert y.creator.noted("seed").tolist() == [1.0, 2.0]


def test_constants_get_no_gradient():
    x, c = Tensor(2.0), Tensor(3.0, requires_grad=False)
    (x * c).backward()
    assert c.grad is None
    assert x.grad == 3.0


STEPS = [
    lambda x, y: x + y,
    lambda x, y: x * y,
    lambda x, y: np.sin(x) - y,
    lambda x, y: np.tanh(x / 2) * y[:, :1],
    lambda x, y: x.T + y,
    lambda x, y: np.where(np.eye(3) > 0, x, -y),
    lambda x, y: x @ np.cos(y),
    lambda x, y: x[[1, 0, 1]] + y.mean(axis=0),
]


def random_graph(x, seed, length=12):
    """Operations on results chosen at random, so that values are used many times or never."""
    rng = np.random.default_rng(seed)
    values = [x, x * 0.5]
    for _ in range(length):
        i, j = rng.integers(len(values), size=2)
        step = STEPS[rng.integers(len(STEPS))]
        values.append(step(values[i], values[j]) * 0.5)
    return np.sum(values[-1]) + np.sum(values[rng.integers(len(values))])


@pytest.mark.parametrize("seed", range(20))
def test_random_graphs(seed):
    x = np.random.default_rng(seed).standard_normal((3, 3))
    t = Tensor(x)
    random_graph(t, seed).backward()
    numerical = derivative(lambda x: random_graph(x, seed), x)
    np.testing.assert_allclose(t.grad, numerical, rtol=1e-7, atol=1e-9)
    slope, weights = grad(lambda x: random_graph(x, seed)), np.cos(x)
    second = grad(lambda x: np.sum(weights * slope(x)))(x)
    numerical = derivative(lambda x: np.sum(weights * slope(x)), x)
    np.testing.assert_allclose(second, numerical, rtol=1e-6, atol=1e-8)


def test_broadcasting_is_undone():
    shapes = [(), (1,), (4,), (1, 4), (3, 1), (3, 4), (2, 1, 4), (2, 3, 4), (1, 1, 1)]
    for shape in shapes:
        x, y = Tensor(np.ones(shape)), np.ones((2, 3, 4))
        (x * y).sum().backward()
        np.testing.assert_array_equal(x.grad, np.full(shape, 24 / x.size))


def test_broadcasting_against_nothing():
    x = Tensor(np.ones((1, 3)))
    (x * np.ones((0, 3))).sum().backward()
    assert x.grad.tolist() == [[0, 0, 0]]


# ── inner gradients ───────────────────────────────────────────────────────────────────────────
def test_retain_grad_keeps_the_gradient_of_one_result():
    x = Tensor([1.0, 2.0])
    y = x * 2
    z = y * y
    y.retain_grad()
    z.sum().backward()
    assert y.grad.tolist() == [4.0, 8.0]
    assert z.grad is None
    z.sum().backward()
    assert y.grad.tolist() == [8.0, 16.0]
    y.zero_grad()
    assert y.grad is None


def test_retain_grads_keeps_them_all():
    x = Tensor(2.0)
    y = x * 3
    z = y * y
    z.backward(retain_grads=True)
    assert (z.grad, y.grad, x.grad) == (1.0, 12.0, 36.0)
    assert all(type(t.grad) is np.ndarray for t in (x, y, z))
    z.backward(retain_grads=True)
    assert (z.grad, y.grad, x.grad) == (2.0, 24.0, 72.0)
    assert all(type(t.grad) is np.ndarray for t in (x, y, z))


def test_retain_grad_of_a_leaf_changes_nothing():
    x = Tensor(2.0)
    x.retain_grad()
    (x * 3).backward()
    assert x.grad == 3.0


# ── nothing shared ────────────────────────────────────────────────────────────────────────────
PASSING_ON = {
    "add": lambda a, b: a + b,
    "one of them twice": lambda a, b: a + b + a,
    "reshape": lambda a, b: (a + b).reshape(4),
    "transpose": lambda a, b: a.T + b,
    "concatenate": lambda a, b: np.concatenate([a, b]),
    "rows": lambda a, b: a[0] + b[1],
    "positive": lambda a, b: +a + +b,
    "where": lambda a, b: np.where(np.eye(2) > 0, a, b),
    "sum": lambda a, b: (a + b).sum(axis=0),
    "broadcast": lambda a, b: np.broadcast_to(a, (2, 2)) + b,
    "chain": lambda a, b: np.stack([a + b, a])[0],
}


@pytest.mark.parametrize("f", PASSING_ON.values(), ids=PASSING_ON)
def test_no_two_gradients_share_memory(f):
    a, b = Tensor(np.ones((2, 2))), Tensor(np.ones((2, 2)))
    inner = a * 1.0, b * 1.0
    out = f(*inner)
    g = np.ones(out.shape)
    out.backward(g, retain_grads=True)
    arrays = [t.grad for t in (a, b, *inner, out)] + [g, a.data, b.data, out.data]
    for x, y in combinations(arrays, 2):
        assert not np.shares_memory(x, y)
    before = [t.grad.copy() for t in (a, b, *inner)]
    a.grad *= 100
    out.backward(g)
    for t, once in zip((b, *inner), before[1:], strict=True):
        np.testing.assert_array_equal(t.grad, 2 * once if t is b else once)


@pytest.mark.parametrize("f", PASSING_ON.values(), ids=PASSING_ON)
def test_no_gradient_of_a_leaf_is_the_start_or_that_of_another_leaf(f):
    a, b = Tensor(np.ones((2, 2))), Tensor(np.ones((2, 2)))
    out = f(a, b)
    g = np.ones(out.shape)
    out.backward(g)
    for x, y in combinations([a.grad, b.grad, g, a.data, b.data, out.data], 2):
        assert not np.shares_memory(x, y)


def test_vjp_may_pull_any_number_of_times_and_keeps_nothing():
    x = np.array([1.0, 2.0])
    value, pull = vjp(lambda a: a + 0, x)
    g = np.ones(2)
    first, second = pull(g)[0], pull(g)[0]
    first *= 7
    assert second.tolist() == g.tolist() == [1.0, 1.0]
    assert value.tolist() == [1.0, 2.0]


# ── long chains, memory ───────────────────────────────────────────────────────────────────────
def test_a_long_chain_without_recursion_and_without_the_garbage_collector():
    length = 100_000
    assert length > 10 * sys.getrecursionlimit()
    gc.disable()
    try:
        x = Tensor(1.0)
        y = x
        for _ in range(length):
            y = y + 1.0
        y.backward()
        assert x.grad == 1.0
        assert y.item() == length + 1
        alive = sum(type(thing) is Node for thing in gc.get_objects())
        del y
        assert alive - sum(type(thing) is Node for thing in gc.get_objects()) >= length
    finally:
        gc.enable()


def test_training_steps_leave_nothing_behind():
    w = Tensor(np.ones(10))

    def step():
        w.zero_grad()
        loss = (np.tanh(w * 2.0) ** 2).sum()
        loss.backward()
        grad(lambda v: (v * v).sum())(w.data)

    def alive():
        return sum(type(thing) in (Node, Tensor) for thing in gc.get_objects())

    gc.disable()
    try:
        step()
        before = alive()
        for _ in range(100):
            step()
        assert alive() == before
    finally:
        gc.enable()


def test_a_pass_frees_inner_gradients_on_its_way():
    """Ten gradients of 1 MB each pass through; no more than a few are alive at once."""
    y = x = Tensor(np.ones(125_000))
    for _ in range(10):
        y = np.negative(y)
    tracemalloc.start()
    y.backward(np.ones(125_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5.5e6
    assert (x.grad == 1).all()


def test_a_graph_may_grow_from_a_result_that_was_differentiated():
    x = Tensor(2.0)
    y = x * x
    y.backward()
    z = y * x
    x.zero_grad()
    z.backward()
    assert x.grad == 12.0
    assert len(nodes_before(z.creator)) == 2
