"""`with conventions(…)`: at every kink the derivative is that of PyTorch or JAX themselves."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd_core import Tensor, conventions, grad, relu

pytestmark = pytest.mark.reference

# Ours and JAX's function of (namespace, array), PyTorch's of (torch, array), and points.
Case = tuple[Callable[..., Any], Callable[..., Any] | None, list[Any]]
PAIR = [0.0, 0.0]
CASES: dict[str, Case] = {
    "abs": (lambda np, x: np.abs(x), lambda torch, x: torch.abs(x), [0.0, -2.0, 3.0]),
    "fabs": (lambda np, x: np.fabs(x), lambda torch, x: torch.abs(x), [0.0, -2.0]),
    "sign": (lambda np, x: np.sign(x), lambda torch, x: torch.sign(x), [0.0, 2.0]),
    "maximum": (lambda np, x: np.maximum(x[0], x[1]), lambda torch, x: torch.maximum(*x),
                [1.0, 1.0]),
    "fmax": (lambda np, x: np.fmax(x[0], x[1]), lambda torch, x: torch.fmax(*x), [1.0, 1.0]),
    "fmin": (lambda np, x: np.fmin(x[0], x[1]), lambda torch, x: torch.fmin(*x), [1.0, 1.0]),
    "max": (lambda np, x: np.max(x), lambda torch, x: torch.amax(x), [1.0, 3.0, 3.0]),
    "clip": (lambda np, x: np.clip(x, 0, 1), lambda torch, x: torch.clamp(x, 0, 1),
             [0.0, 1.0, 0.5, -1.0, 2.0]),
    "clip with bounds to differentiate": (
        lambda np, x: np.clip(x[0], x[1], x[2]), lambda torch, x: torch.clamp(x[0], x[1], x[2]),
        [1.0, 1.0, 2.0]),
    "clip at its upper bound": (
        lambda np, x: np.clip(x[0], x[1], x[2]), lambda torch, x: torch.clamp(x[0], x[1], x[2]),
        [2.0, 1.0, 2.0]),
    "hypot": (lambda np, x: np.hypot(x[0], x[1]), lambda torch, x: torch.hypot(*x), PAIR),
    "arctan2": (lambda np, x: np.arctan2(x[0], x[1]), lambda torch, x: torch.atan2(*x), PAIR),
    "norm": (lambda np, x: np.linalg.norm(x), lambda torch, x: torch.linalg.norm(x), PAIR),
    "std": (lambda np, x: np.std(x), lambda torch, x: torch.std(x, correction=0), [2.0, 2.0]),
    "x**0": (lambda np, x: x**0, lambda torch, x: x**0, [0.0, 2.0]),
    "x**y": (lambda np, x: np.power(x[0], x[1]), lambda torch, x: x[0] ** x[1], PAIR),
    "0**y": (lambda np, x: np.power(x[0], x[1]), lambda torch, x: x[0] ** x[1], [0.0, 2.0]),
    "copysign": (lambda np, x: np.copysign(x, -1.0),
                 lambda torch, x: torch.copysign(x, torch.tensor(-1.0)), [0.0, 2.0]),
    "sinc": (lambda np, x: np.sinc(x), lambda torch, x: torch.sinc(x), [0.0, 0.5]),
    "median": (lambda np, x: np.median(x), None, [1.0, 4.0, 2.0, 3.0]),
}  # fmt: skip


def weights(out):
    return np.arange(1.0, 1 + np.size(out)).reshape(np.shape(out))


def slope(f, x):
    """The gradient of ours in which each element of the result has a weight of its own."""
    t = Tensor(x)
    out = f(np, t)
    out.backward(weights(out))
    return t.grad


@pytest.mark.parametrize(
    ("f", "theirs", "x"), [c for c in CASES.values() if c[1]], ids=[n for n in CASES if CASES[n][1]]
)
def test_torch(f, theirs, x):
    import torch

    t = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    out = theirs(torch, t)
    out.backward(torch.tensor(weights(out.detach().numpy())))
    with conventions("torch"):
        np.testing.assert_allclose(slope(f, x), t.grad.numpy(), rtol=1e-15)


@pytest.mark.parametrize(("f", "theirs", "x"), CASES.values(), ids=CASES)
def test_jax(f, theirs, x):
    import jax

    jax.config.update("jax_enable_x64", True)
    out, pull = jax.vjp(lambda x: f(jax.numpy, x), np.array(x))
    with conventions("jax"), np.errstate(all="ignore"):
        np.testing.assert_allclose(slope(f, x), pull(weights(out))[0], rtol=1e-15)


def test_here():
    """And without it, what this library has chosen."""
    assert grad(np.abs)(0.0) == grad(relu)(0.0) == 0
    assert slope(CASES["clip"][0], [0.0, 1.0]).tolist() == [1, 2]
