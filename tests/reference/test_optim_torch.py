"""Optimisers and clipping against PyTorch's: 100 steps in float64, to 1e-10."""

import numpy as np
import pytest

from autograd_core import Tensor
from nn import optim

pytestmark = pytest.mark.reference

SHAPES = [(4, 3), (3,), ()]
DECAYS = [0.0, 0.1]


def gradient(p, step):
    """Of a bumpy function that differs from step to step, as with random batches."""
    return 3 * p + np.cos(5 * p + step) - 0.5


def run(optimizer, parameters, get, put, steps=100):
    for step in range(steps):
        for p in parameters:
            put(p, gradient(get(p), step))
        optimizer.step()
    return [get(p) for p in parameters]


def ours(make):
    start = np.random.default_rng(0)
    parameters = [Tensor(start.standard_normal(shape)) for shape in SHAPES]
    return run(make(parameters), parameters, lambda p: p.data, lambda p, g: setattr(p, "grad", g))


def theirs(make):
    import torch

    start = np.random.default_rng(0)
    parameters = [torch.tensor(start.standard_normal(s), requires_grad=True) for s in SHAPES]

    def put(p, g):
        p.grad = torch.from_numpy(np.asarray(g))

    return run(make(parameters), parameters, lambda p: p.detach().numpy(), put)


@pytest.mark.parametrize("decay", DECAYS)
@pytest.mark.parametrize(
    ("ours_name", "theirs_name", "options"),
    [
        ("SGD", "SGD", [{"lr": 0.05}] * 2),
        ("Momentum", "SGD", [{"lr": 0.02, "momentum": 0.9}] * 2),
        (
            "Nesterov",
            "SGD",
            [{"lr": 0.02, "momentum": 0.8}, {"lr": 0.02, "momentum": 0.8, "nesterov": True}],
        ),
        ("AdaGrad", "Adagrad", [{"lr": 0.1}] * 2),
        ("RMSprop", "RMSprop", [{"lr": 0.01}] * 2),
        ("RMSprop", "RMSprop", [{"lr": 0.01, "alpha": 0.5, "eps": 1e-3}] * 2),
        ("Adam", "Adam", [{}] * 2),
        ("Adam", "Adam", [{"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-3}] * 2),
        ("AdamW", "AdamW", [{}] * 2),
        ("AdamW", "AdamW", [{"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-3}] * 2),
    ],
)
def test_100_steps(ours_name, theirs_name, options, decay):
    import torch

    mine, other = options
    actual = ours(lambda p: getattr(optim, ours_name)(p, weight_decay=decay, **mine))
    expected = theirs(
        lambda p: getattr(torch.optim, theirs_name)(
            p, weight_decay=decay, **({"lr": 0.001} | other)
        )
    )
    for a, e in zip(actual, expected, strict=True):
        np.testing.assert_allclose(a, e, rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", ["AdamW", "Adam"])
def test_default_options(name):
    import torch

    actual, expected = ours(getattr(optim, name)), theirs(getattr(torch.optim, name))
    np.testing.assert_allclose(actual[0], expected[0], rtol=0, atol=1e-10)


@pytest.mark.parametrize("max_norm", [0.1, 1.0, 1e6])
def test_clipping(max_norm):
    import torch

    rng = np.random.default_rng(0)
    gradients = [rng.standard_normal(shape) for shape in SHAPES]
    mine = [Tensor(np.zeros(shape)) for shape in SHAPES]
    other = [torch.zeros(shape, dtype=torch.float64, requires_grad=True) for shape in SHAPES]
    for g, p, q in zip(gradients, mine, other, strict=True):
        p.grad, q.grad = np.array(g), torch.tensor(g)
    norm = optim.clip_gradients(mine, max_norm)
    assert norm == pytest.approx(torch.nn.utils.clip_grad_norm_(other, max_norm).item(), rel=1e-14)
    for p, q in zip(mine, other, strict=True):
        # PyTorch divides by the norm plus 1e-6.
        np.testing.assert_allclose(p.grad, q.grad.numpy(), rtol=1e-6)
