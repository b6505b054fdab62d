"""What a traced function may be made of: buffers, transforms, modules, NumPy on plain arrays."""

from typing import NamedTuple

import numpy as np
import pytest

import nn
from autograd_core import (
    Tensor,
    checkpoint,
    conventions,
    custom_derivative,
    expanded,
    grad,
    hessian,
    hvp,
    implicit_root,
    jacobian,
    jvp,
    linearize,
    no_grad,
    sigmoid,
    stop_gradient,
    value_and_grad,
    vjp,
)
from tests.compile.conftest import assert_compiles, assert_same

X = np.array([0.5, -1.25, 2.0])
M = np.array([[2.0, 0.5, 0.1], [0.4, 3.0, 0.2], [0.1, 0.3, 1.5]])


# ── arrays that are assigned to ───────────────────────────────────────────────────────────────
def overlapping(t):
    z = np.zeros_like(t, shape=(5,))
    z[:3] = t * t
    z[1:4] += t
    z[4] = 2.0
    return z.sum() * z[1]


def copied(t):
    z = np.copy(t)
    z[0] = 5.0
    z[1:][0] = t[2]
    z *= 2
    return np.sum(z**2)


def stepping(t):
    z = np.zeros((4, 3), like=t)
    for i in range(3):
        z[i + 1] = z[i] + t * i
    return np.sum(z**2)


def constants(t):
    z = np.full_like(t, 3.0)
    z[1] = stop_gradient(t[0])  # has a value that only the program knows, and no derivative
    z[2] = t[2]
    return np.sum(z * t)


def without_recording(t):
    z = np.ones_like(t)
    with no_grad():
        z[0] = t[1]
        kept = z[:2] * 2 + z[0] + z[np.array([0, 2])]
    return np.sum(z * t) + np.sum(kept)


def never_written(t):
    return np.sum(np.ones_like(t) * t) + np.zeros_like(t)[0]


@pytest.mark.parametrize(
    "f", [overlapping, copied, stepping, constants, without_recording, never_written]
)
def test_assigned_arrays(compiled, f):
    assert_compiles(compiled, f, X)
    assert_compiles(compiled, value_and_grad(f), X)
    assert_compiles(compiled, hvp(f), X, X + 1)


def test_plain_arrays_are_assigned_to(compiled):
    def f(counts):
        z = counts * 2
        z[1:] = 7
        z[0] += counts[2]
        z -= 1
        flags = np.zeros_like(counts, dtype=bool)
        flags[counts > 1] = True
        return z, flags

    assert_compiles(compiled, f, np.arange(3))


def test_a_plain_array_that_changes_between_two_uses(compiled):
    def f(x):
        weights, total = np.zeros(3), 0
        for i in range(3):
            weights[i] = i + 1
            total = total + np.sum(x * weights)
        return total

    assert_compiles(compiled, f, X)


# ── transforms inside, outside and in each other ──────────────────────────────────────────────
def wave(x):
    return np.sin(x) * x[0] + np.exp(-(x**2))


def total(x):
    return np.sum(wave(x))


@custom_derivative(vjp=lambda g, x: g / (1 + np.exp(-x)))
def softplus(x):
    return np.logaddexp(x, 0)


TRANSFORMS = {
    "grad": grad(total),
    "grad of grad": grad(lambda x: np.sum(grad(total)(x) ** 2)),
    "jacobian": jacobian(wave),
    "hessian": hessian(total),
    "jvp of jvp": lambda x: jvp(lambda x: jvp(wave, (x,), (x,))[1], (x,), (x,)),
    "linearize": lambda x: linearize(wave, x)[1](x),
    "vjp": lambda x: vjp(wave, x)[1](x),
    "checkpoint": grad(checkpoint(total)),
    "checkpoint, twice": lambda x: hvp(checkpoint(total))(x, x),
    "custom_derivative": grad(lambda x: np.sum(softplus(x) * x)),
    "custom_derivative, twice": hessian(lambda x: np.sum(softplus(x) * x)),
    "stop_gradient": grad(lambda x: np.sum(x * stop_gradient(np.sin(x)))),
}


@pytest.mark.parametrize("f", TRANSFORMS.values(), ids=TRANSFORMS)
def test_transforms(compiled, f):
    assert_compiles(compiled, f, X, rtol=1e-11)


def test_book_style_backward(compiled):
    def step(w, x, t):
        w = Tensor(w, name="w")
        loss = np.sum((x @ w - t) ** 2)
        loss.backward()
        return loss.data, w.grad, w.data - 0.1 * w.grad

    assert_compiles(compiled, step, X, M, np.ones(3))


def test_hooks_run_while_tracing(compiled):
    def f(x):
        t = Tensor(x)
        y = np.sin(t)
        y.register_hook(lambda g: np.clip(g, -0.5, 0.5))
        np.sum(y * y).backward()
        return t.grad

    assert_compiles(compiled, f, X)


def test_an_implicit_root_with_a_direct_solver(compiled):
    @implicit_root(lambda x, b: M @ x - b)
    def solve(b):
        return np.linalg.solve(M, b)

    assert_compiles(compiled, grad(lambda b: np.sum(solve(b) ** 2)), X)


def test_modes(compiled):
    def f(x):
        with expanded():
            return sigmoid(x)

    with conventions("jax"):
        at_jax = compiled(grad(lambda x: np.abs(x)))
        assert at_jax(0.0) == 1
    assert at_jax(0.0) == 0
    assert_compiles(compiled, f, X)
    assert_compiles(compiled, grad(lambda x: np.sum(f(x))), X)


def test_scopes_are_those_of_the_modules(compiled):
    net = nn.Sequential(nn.Affine(3, 2, rng=0), nn.ReLU())
    for p in net.parameters():
        p.requires_grad = False
    program = compiled(net).traced(np.float32([X]))
    found = {program.scopes[node].rpartition("/")[2] for node in program.operations}
    assert len(found) == 2
    assert "relu" in "".join(found)


# ── Python numbers ────────────────────────────────────────────────────────────────────────────
WITH_A_NUMBER = {
    "multiply": lambda x, p: x * p,
    "product of numbers": lambda x, p: x * (p * 2 + 1) / p,
    "power": lambda x, p: np.abs(x) ** p,
    "where": lambda x, p: np.where(x > 0, x, p),
    "clip": lambda x, p: np.clip(x, -p, p),
    "maximum": lambda x, p: np.maximum(x, p),
    "hypot": lambda x, p: np.hypot(x, p),
    "arctan2": lambda x, p: np.arctan2(p, x),
    "function of the number": lambda x, p: x * np.exp(p),
    "assigned": lambda x, p: np.full_like(x, p) * x,
    "gradient": lambda x, p: grad(lambda x: np.sum(np.sin(x * p)))(x),
    "gradient to the number": lambda x, p: grad(lambda p: np.sum(np.sin(x * p)))(p),
    "integers": lambda x, p: np.arange(3) * p,
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("f", WITH_A_NUMBER.values(), ids=WITH_A_NUMBER)
def test_python_numbers_widen_nothing(compiled, f, dtype):
    x = X.astype(dtype)
    expected = f(x, 1.5)
    run = compiled(f)
    for _ in range(2):
        actual = run(x, 1.5)
        assert np.asarray(actual).dtype == np.asarray(expected).dtype
        np.testing.assert_allclose(actual, expected, rtol=1e-6)


@pytest.mark.parametrize("number", [np.float64(1.5), np.array(1.5), 1.5j])
def test_other_numbers_have_the_dtype_that_they_have(compiled, number):
    assert_compiles(compiled, lambda x, p: x * p, X.astype(np.float32), number)


# ── layers and losses ─────────────────────────────────────────────────────────────────────────
class Run(NamedTuple):
    """A net as a function of its parameters' arrays."""

    net: nn.Module
    loss: nn.Module

    def __call__(self, params, x, t):
        held = [p.raw for p in self.net.parameters()]
        try:
            for p, new in zip(self.net.parameters(), params, strict=True):
                p.raw = getattr(new, "raw", new)
            value = self.loss(self.net(x), t)
            value.backward()
            gradients = [p.grad for p in self.net.parameters()]
        finally:
            for p, old in zip(self.net.parameters(), held, strict=True):
                p.raw, p.grad = old, None
        return value, gradients


NETS = {
    "affine": lambda dtype: nn.Sequential(nn.Affine(3, 4, rng=0, dtype=dtype)),
    "sigmoid": lambda dtype: nn.Sequential(
        nn.Affine(3, 5, rng=0, dtype=dtype), nn.Sigmoid(), nn.Affine(5, 4, rng=1, dtype=dtype)
    ),
    "relu": lambda dtype: nn.Sequential(
        nn.Affine(3, 5, rng=0, dtype=dtype), nn.ReLU(), nn.Affine(5, 4, rng=1, dtype=dtype)
    ),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("loss", [nn.SoftmaxWithLoss, nn.MeanSquaredError])
@pytest.mark.parametrize("make", NETS.values(), ids=NETS)
def test_nets_with_their_arrays_swapped(compiled, make, loss, dtype):
    net = make(dtype)
    run = Run(net, loss())
    params = [p.data.copy() for p in net.parameters()]
    x = np.linspace(-1, 1, 18).reshape(6, 3).astype(dtype)
    targets = np.arange(6) % 4 if loss is nn.SoftmaxWithLoss else np.ones((6, 4), dtype)
    loss_value, gradients = run(params, x, targets)
    f = compiled(run)
    for _ in range(2):
        assert_same(f(params, x, targets), (loss_value.data, gradients))
