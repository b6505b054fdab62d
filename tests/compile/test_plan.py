"""The planner: where results lie, what is written over, and how much memory that takes."""

import numpy as np
import pytest

from autograd_core import (
    compile,  # noqa: A004  the field's name for it
    grad,
    hvp,
    softmax,
    value_and_grad,
)
from autograd_core.compile.plan import _apart
from tests.compile.plans import assert_sound

X = np.linspace(-1, 2, 12).reshape(3, 4)


def net(params, x, t):
    hidden = np.tanh(x @ params["W"] + params["b"])
    return np.mean((hidden @ params["V"] - t) ** 2)


def arguments():
    rng = np.random.default_rng(0)
    params = {"W": rng.random((4, 5)), "b": rng.random(5), "V": rng.random((5, 2))}
    return params, X, rng.random((3, 2))


def training_step(params, state, x, t):
    loss, slopes = value_and_grad(net)(params, x, t)
    state = {k: 0.9 * state[k] - 0.1 * slopes[k] for k in params}
    return {k: params[k] + state[k] for k in params}, state, loss


def chain(x):
    for _ in range(6):
        x = np.sin(x) * x + np.exp(-x)
    return x


def views(x):
    y = x * 2
    rows = y[1:] + y[:-1]
    turned = y @ rows.reshape(4, 2)
    return turned.sum() + rows[:, ::2], y.reshape(-1)[::3], np.diagonal(y @ y.T) * 2


def held_through_a_view(x):
    y = np.exp(x)
    part = y[0]
    z = np.sin(y)  # y is not read again, but for its part
    return np.cos(z) * part


def read_twice(x):
    y = np.exp(x)
    return (y + y.T.reshape(y.shape)) * 2  # one operand is y, the other a view of it


PROGRAMS = {
    "net": (value_and_grad(net), arguments()),
    "second derivative": (hvp(net), (*arguments(), arguments()[0])),
    "chain": (chain, (X,)),
    "views": (views, (X,)),
    "a view keeps its array": (held_through_a_view, (X,)),
    "an operand and its view": (read_twice, (X,)),
    "softmax": (grad(lambda x: np.sum(softmax(x)[:, 0] * np.sort(x, axis=1)[:, 1])), (X,)),
    "products": (grad(lambda x: np.prod(x + 3) + np.max(np.cumsum(x, axis=1))), (X,)),
}


def inputs_of(f, args):
    leaves = []

    def take(value):
        if isinstance(value, dict):
            for part in value.values():
                take(part)
        else:
            leaves.append(value)

    for arg in args:
        take(arg)
    return leaves


@pytest.mark.parametrize(("f", "args"), PROGRAMS.values(), ids=PROGRAMS)
def test_plans_are_sound(compiled, f, args):
    assert_sound(compiled(f).plan(*args), inputs_of(f, args))


def test_a_donating_plan_is_sound(backend):
    params, x, t = arguments()
    state = {k: v * 0 for k, v in params.items()}
    f = compile(training_step, donate=("params", "state"), backend=backend)
    plan = f.plan(params, state, x, t)
    assert_sound(plan, inputs_of(f, (params, state, x, t)))
    taken = [place for place in plan.places.values() if not isinstance(place, int)]
    assert len(taken) == 6


def test_guards_come_before_donated_writes(backend):
    def f(p, x):
        slope = grad(lambda p: np.sum(np.where(x > 0, p * np.log(x), 0)))(p)
        return p - slope

    run = compile(f, donate="p", backend=backend)
    p = np.array([1.0, 2.0, 3.0])
    bad = np.array([0.0, 1.0, 2.0])  # 0 · log 0: a guard holds, and the function itself runs
    with np.errstate(all="ignore"):
        expected = f(p.copy(), bad)
        run(p.copy(), np.ones(3))
        np.testing.assert_array_equal(run(p, bad), expected)
    assert p.tolist() == [1, 2, 3]


def test_what_dies_leaves_its_memory():
    plan = compile(chain, backend="numpy").plan(np.ones((100, 100)))
    total = sum(op.size * op.dtype.itemsize for op in plan.program.operations)
    assert 0 < plan.peak <= total / 3


def test_a_deep_net_takes_less_than_its_values():
    def deep(ws, x):
        for w in ws:
            x = np.tanh(x @ w)
        return np.sum(x)

    ws = [np.eye(20) for _ in range(30)]
    plan = compile(lambda ws, x: value_and_grad(deep)(ws, x), backend="numpy").plan(
        ws, np.ones((50, 20))
    )
    total = sum(op.size * op.dtype.itemsize for op in plan.program.operations)
    assert plan.peak < total / 2


def test_views_cost_nothing():
    plan = compile(lambda x: np.sum((x * 2).T.reshape(-1)[::2]), backend="numpy").plan(X)
    assert plan.peak <= X.nbytes + 64


@pytest.mark.parametrize("index", [True, [0, 1], np.array([0, 1]), (slice(None), None)], ids=str)
def test_what_an_index_copies_is_no_view(compiled, index):
    def f(x):
        y = x * 2
        part = y[index]
        return np.sin(y) * 3, np.cos(part)

    run = compiled(f)
    assert_sound(run.plan(X), [X])
    for _ in range(2):
        for actual, expected in zip(run(X), f(X), strict=True):
            np.testing.assert_allclose(actual, expected, rtol=1e-14)


def test_the_buffers_of_different_times_share_memory():
    """Of different sizes, too: small ones lie where a large one lay."""

    def f(x):
        large = np.exp(x) @ np.ones((400, 400))
        small = [np.sin(large[i : i + 10]) @ np.ones((400, 10)) for i in range(0, 400, 10)]
        return sum(np.sum(part * part) for part in small)

    memory = compile(value_and_grad(f), backend="numpy").memory(np.ones((400, 400)))
    assert memory.peak <= memory.allocated <= 1.01 * memory.peak


@pytest.mark.parametrize("seed", range(30))
def test_buffers_of_the_same_time_lie_apart(seed):
    rng = np.random.default_rng(seed)
    count, steps = rng.integers(0, 60), 40
    sizes = rng.choice([0, 1, 63, 64, 65, 1000, 5000, 5120], count).tolist()
    lives = [tuple(sorted(rng.integers(0, steps, 2).tolist())) for _ in range(count)]
    starts, end = _apart(sizes, lives)
    used, needed = np.zeros((steps, end), int), np.zeros(steps, int)
    for size, start, (first, last) in zip(sizes, starts, lives, strict=True):
        assert start % 64 == 0
        assert start + size <= end
        used[first : last + 1, start : start + size] += 1
        needed[first : last + 1] += -(-size // 64) * 64
    assert used.max(initial=0) <= 1
    assert needed.max() <= end <= 1.3 * needed.max()
