"""Programs with assignments: in every mode, of many steps, and at random."""

import gc
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_core import (
    Tensor,
    checkpoint,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    linearize,
)
from autograd_core.buffer import Buffer
from autograd_core.node import nodes_before
from tests.core.differences import derivative

X = np.array([0.3, -0.7, 1.1])


# ── every mode ────────────────────────────────────────────────────────────────────────────────
def steps(x):
    u = np.zeros_like(x, shape=(4, 3))
    u[0] = x
    for k in range(3):
        u[k + 1, 1:] = np.sin(u[k, :-1]) * x[1:]
        u[k + 1, 0] = u[k, 2] ** 2
    return u


def rows(x):
    u = [x]
    for k in range(3):
        u.append(np.concatenate([u[k][2:] ** 2, np.sin(u[k][:-1]) * x[1:]]))
    return np.stack(u)


V = np.array([1.0, 2.0, -1.0])
MODES = {
    "jvp": lambda f: jvp(f, (X,), (V,)),
    "jacobian": lambda f: jacobian(f)(X),
    "jacobian forward": lambda f: jacobian(f, mode="forward")(X),
    "jacobian reverse": lambda f: jacobian(f, mode="reverse")(X),
    "hessian": lambda f: hessian(lambda x: np.sum(np.cos(f(x))))(X),
    "hvp": lambda f: hvp(lambda x: np.sum(np.cos(f(x))))(X, V),
    "linearize": lambda f: linearize(f, X)[1](V),
    "checkpoint": lambda f: grad(lambda x: np.sum(np.cos(checkpoint(f)(x))))(X),
    "reverse over forward": lambda f: grad(lambda x: np.sum(jvp(f, (x,), (V,))[1] ** 2))(X),
    "forward over forward": lambda f: jvp(lambda x: jvp(f, (x,), (V,))[1], (X,), (V,)),
}  # fmt: skip


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_every_mode_agrees_with_that_of_rows_that_are_stacked(mode):
    actual, expected = mode(steps), mode(rows)
    if not isinstance(actual, tuple):
        actual, expected = (actual,), (expected,)
    for a, e in zip(actual, expected, strict=True):
        assert type(a) is np.ndarray
        np.testing.assert_allclose(a, e, rtol=1e-13, atol=1e-15)


# ── in time and memory linear in the number of steps ──────────────────────────────────────────
@pytest.mark.parametrize("form", ["rows", "stencil", "elements", "in place"])
def test_the_graph_of_a_loop_grows_by_the_same_for_every_step(form):
    def nodes(n):
        u = np.zeros_like(Tensor(X), shape=(n, 6))
        u[0, 1:4] = Tensor(X)
        for k in range(n - 1):
            if form == "rows":
                u[k + 1] = np.sin(u[k])
            elif form == "stencil":
                u[k + 1, 1:-1] = u[k, 2:] * u[k, :-2]
            elif form == "elements":
                u[k + 1, 2] = u[k, 2] * u[k, 1]
            else:
                u[0, 1:-1] += u[0, 2:] * 0.5
        recorded = nodes_before(np.sum(u).creator)
        return len(recorded), sum(len(node.inputs) for node in recorded)

    (a, x), (b, y), (c, z) = nodes(10), nodes(20), nodes(30)
    assert b - a == c - b <= 60
    assert y - x == z - y <= 100


def test_a_field_is_read_once_for_all_its_parts():
    t = Tensor(np.ones((4, 4)))
    u = np.zeros_like(t, shape=(5, 4, 4))
    u[0] = t
    u[0, 0] = 0.0
    field = u[0]
    y = field[1:-1] + field[2:] + field[:-2]
    names = [node.primitive.name for node in nodes_before(y.creator)]
    assert sorted(names) == ["add", "add", "assemble", "getitem", "getitem", "getitem", "positive"]


def test_a_row_that_was_written_is_read_without_recording():
    t = Tensor(X)
    z = np.zeros_like(t, shape=(3, 3))
    row = t * 2
    z[1] = row
    assert z[1].creator is row.creator
    assert z[1, 1:].creator.primitive.name == "getitem"
    assert z[1:2].creator.primitive.name == "reshape"
    z[1:] = np.outer(t, t)[:2]
    assert z[2].creator.params == {"index": 1}
    assert z[2:].creator.params == {"index": slice(1, 2)}


def test_overwritten_tensors_are_let_go():
    t = Tensor(X)
    z = np.zeros_like(t)
    first = t * 2
    z[:] = first
    known = weakref.ref(first)
    del first
    assert known() is not None
    for _ in range(20):
        z[:] = t * 3
    assert known() is None
    z.sum().backward()
    assert t.grad.tolist() == [3, 3, 3]


def test_freeing_a_buffer_frees_its_graph_without_the_collector():
    t = Tensor(X)
    z = np.copy(t)
    z[1:] = z[:2] * 2
    y = np.sum(z)
    node = weakref.ref(y.creator)
    gc.disable()
    try:
        del z, y
        assert node() is None
    finally:
        gc.enable()


# ── random programs ───────────────────────────────────────────────────────────────────────────
WHERE = st.sampled_from([
    0, -1, slice(None), slice(1, None), slice(None, None, -2), ..., np.array([0, 2, 0]), [1, 1],
    np.array([True, False, True]), (slice(None), 1), (0, slice(1, 3)), ([0, 2], [1, 1]), None,
    (slice(None), np.array([2, 0])), np.eye(3, dtype=bool), (1, 2),
])  # fmt: skip
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["write", "add", "move", "constant"]), WHERE),
        st.tuples(st.sampled_from(["view", "transpose", "whole", "read"]), WHERE),
    ),
    min_size=1,
    max_size=12,
)


def x_of(z):
    return z._values if isinstance(z, Buffer) else z.data if isinstance(z, Tensor) else z


def program(steps, x):
    """Reads, writes and views, the same on arrays and on Buffers."""
    base = np.copy(np.reshape(x, (3, 3)) * 1.5)
    views, total = [base], np.sum(x)
    for number, (step, index) in enumerate(steps):
        z = views[number % len(views)]
        if step == "transpose":
            views.append(z.T)
        elif step == "whole":
            total = total + np.sum(base * (number + 1))
        elif z.ndim == 2 and z.shape == (3, 3):
            part = z[index]
            if step == "view":
                views.append(part if np.shares_memory(x_of(part), x_of(z)) else z)
            elif step == "read":
                total = total + np.sum(part * part)
            elif step == "move":
                z[index] = part[::-1] if np.ndim(part) else z[0, 0]
            elif step == "add":
                z[index] += total * 0.1
            else:
                z[index] = np.cos(part * 0.5 + number) if step == "write" else 0.5 + number
        else:
            z[...] = z * 0.5 + total * 0.01
    return total + np.sum(base**2)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_random_programs_have_the_numbers_and_the_gradients_of_arrays(steps):
    x = np.linspace(0.4, 1.3, 9)
    t = Tensor(x)
    y = program(steps, t)
    expected = program(steps, x)
    np.testing.assert_allclose(y.item(), expected, rtol=1e-13)
    y.backward()
    numerical = derivative(lambda v: program(steps, v), x)
    scale = max(1.0, np.max(np.abs(numerical)))
    np.testing.assert_allclose(t.grad, numerical, rtol=1e-6, atol=1e-7 * scale)
