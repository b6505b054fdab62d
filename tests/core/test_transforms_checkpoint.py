"""checkpoint: the same derivatives of every order and mode, for fewer arrays."""

import gc
import weakref
from functools import partial

import numpy as np
import pytest

from autograd_core import (
    GraphError,
    Tensor,
    check_gradients,
    checkpoint,
    expanded,
    grad,
    graph,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    sigmoid,
    vjp,
)

X = np.array([0.3, -0.8, 1.1])
M = np.array([[0.4, -0.3, 0.8], [0.1, 0.9, -0.5], [-0.7, 0.2, 0.6]])


def block(x, scale=1.0):
    return np.tanh(M @ x) * scale


def net(block):
    return lambda x: np.sum(block(block(x), scale=2.0) ** 2 + block(x))


same = partial(np.testing.assert_allclose, rtol=1e-12, atol=1e-14)

DERIVATIVES = {
    "grad": lambda f: grad(f)(X),
    "third order": lambda f: jacobian(hessian(f))(X),
    "hessian": lambda f: hessian(f)(X),
    "jvp": lambda f: jvp(f, (X,), (np.cos(X),))[1],
    "jvp of jvp": lambda f: jvp(lambda x: jvp(f, (x,), (X,))[1], (X,), (np.cos(X),))[1],
    "hvp": lambda f: hvp(f)(X, np.cos(X)),
    "grad of jvp": lambda f: grad(lambda x: jvp(f, (x,), (np.cos(X),))[1])(X),
    "forward hessian": lambda f: jacobian(grad(f), mode="forward")(X),
}


@pytest.mark.parametrize("derive", DERIVATIVES.values(), ids=DERIVATIVES)
def test_the_same_derivatives(derive):
    same(derive(net(checkpoint(block))), derive(net(block)))


@pytest.mark.parametrize("derive", DERIVATIVES.values(), ids=DERIVATIVES)
def test_checkpoints_inside_checkpoints(derive):
    inner = checkpoint(block)
    outer = checkpoint(lambda x: inner(inner(x)))
    same(derive(lambda x: np.sum(outer(x))), derive(lambda x: np.sum(block(block(x)))))


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_jacobians(mode):
    same(jacobian(checkpoint(block), mode=mode)(X), jacobian(block, mode=mode)(X))


def test_tensors_around_the_function():
    """A layer's parameters, and an inner result of before."""
    w = Tensor(M)

    def run(wrap):
        w.grad = None
        inner = np.sin(w) * 2
        out = wrap(lambda x: np.tanh(inner @ x + w[0]))(Tensor(X))
        np.sum(out**2).backward()
        return w.grad

    same(run(checkpoint), run(lambda f: f))


def test_second_derivatives_by_tensors_around():
    def energy(wrap, m):
        return np.sum(wrap(lambda x: np.tanh(m @ x) * m[0])(X) ** 2)

    for derive in (grad, hessian):
        same(derive(partial(energy, checkpoint))(M), derive(partial(energy, lambda f: f))(M))


def test_a_function_of_tensors_around_alone():
    def double(wrap, w):
        return wrap(lambda: np.sin(w) * w)()

    for derive in (grad, lambda f: grad(grad(f))):
        same(derive(partial(double, checkpoint))(0.7), derive(partial(double, lambda f: f))(0.7))


def parts(p, note=None):
    u, v = p["u"], p["v"]
    return {"a": np.sin(u * v), "b": (u + 1.0, 3.0, note), "v": v}


def joined(parts):
    def f(p):
        found = parts(p, note="kept")
        assert found["b"][2] == "kept"
        return np.sum(found["a"] * found["b"][0]) * found["b"][1] + found["v"] ** 2

    return f


def test_structures_in_and_out():
    p = {"u": X, "v": 0.7}
    for derive in (grad, hessian, lambda f: lambda p: jvp(f, (p,), (p,))[1]):
        mine, plain = derive(joined(checkpoint(parts)))(p), derive(joined(parts))(p)
        if derive is grad:
            same(mine["u"], plain["u"])
            same(mine["v"], plain["v"])
        elif derive is hessian:
            same(mine["u"]["v"], plain["u"]["v"])
            same(mine["u"]["u"], plain["u"]["u"])
        else:
            same(mine, plain)


def test_results_of_several_shapes_and_dtypes_in_one_jacobian():
    f = lambda x: list(checkpoint(lambda x: [np.sum(x), x * x])(x))  # noqa: E731
    total, squares = jacobian(f)(X)
    same(total, np.ones(3))
    same(squares, np.diag(2 * X))
    single = checkpoint(lambda x: (x, x.astype(np.float32)))
    a, b = single(Tensor(X))
    assert (a.dtype, b.dtype) == (np.float64, np.float32)


def test_inner_arrays_are_not_kept():
    seen = []

    def inner(x):
        y = np.exp(x)
        seen.append(weakref.ref(y.data))
        return np.sin(y)

    out = checkpoint(inner)(Tensor(X))
    gc.collect()
    assert [ref() for ref in seen] == [None]
    assert out.creator.primitive.name == "checkpoint"
    out.backward(np.ones(3))
    assert len(seen) == 2


def test_what_needs_no_gradient_stays_as_it_is():
    assert type(checkpoint(block)(X)) is np.ndarray
    with no_grad():
        assert not checkpoint(block)(Tensor(X)).requires_grad
    assert checkpoint(lambda x: x.shape)(Tensor(X)) == (3,)


def test_the_mode_is_that_of_the_first_run():
    run = checkpoint(lambda x: np.sum(sigmoid(x) ** 2))
    with expanded():
        out = run(t := Tensor(X))
    out.backward()
    same(t.grad, grad(lambda x: np.sum(sigmoid(x) ** 2))(X))


@pytest.mark.parametrize(
    "spoil", [lambda state: state.update(k=2.0), lambda state: state["x"].data.__imul__(2.0)]
)
def test_another_result_is_refused(spoil):
    state = {"k": 1.0, "x": Tensor(X)}
    out = checkpoint(lambda x: np.sum(x * state["k"]))(state["x"])
    spoil(state)
    with pytest.raises(GraphError, match=r"checkpoint: the function gave another result .* random"):
        out.backward()


def test_random_numbers_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(GraphError, match="gave another result"):
        grad(lambda x: np.sum(checkpoint(lambda x: x * rng.normal(size=3))(x)))(X)


def test_not_a_number_is_the_same_as_itself():
    with np.errstate(invalid="ignore"):
        slope = grad(lambda x: np.sum(checkpoint(np.log)(x)[:1]))(np.array([2.0, -1.0]))
    assert slope[0] == 0.5


def test_a_pullback_may_be_used_again():
    _, pull = vjp(checkpoint(block), X)
    g = np.ones(3)
    first = pull(g)[0]
    g *= 2  # the pullback has a copy of what it was given
    same(pull(g)[0], 2 * first)
    same(pull(np.ones(3))[0], first)


def test_it_is_checked_and_drawn():
    assert check_gradients(net(checkpoint(block)), X).ok
    text = graph(net(checkpoint(block))(Tensor(X))).to_text()
    assert text.count("[checkpoint]") == 3
