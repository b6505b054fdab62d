"""Layers and losses against PyTorch's: values and all gradients, in float64."""

import numpy as np
import pytest

import nn
from autograd_core import Tensor

pytestmark = pytest.mark.reference

RNG = np.random.default_rng(0)
X = RNG.standard_normal((6, 5)) * 3
LABELS = np.array([3, 0, 4, 3, 1, 1])
SOFT = RNG.dirichlet(np.ones(5), size=6)


def gradients(f, *arrays, g):
    """The value of f on Tensors of the arrays, and the gradient of each."""
    tensors = [Tensor(array) for array in arrays]
    y = f(*tensors)
    y.backward(g)
    return [y.data, *(t.grad for t in tensors)]


def torch_gradients(f, *arrays, g):
    import torch

    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    y = f(*tensors)
    y.backward(torch.tensor(g, dtype=torch.float64))
    return [y.detach().numpy(), *(t.grad.numpy() for t in tensors)]


def agree(actual, expected):
    for a, e in zip(actual, expected, strict=True):
        np.testing.assert_allclose(a, e, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("shape", [(5,), (6, 5), (6, 1, 5), (0, 5)])
def test_affine(shape):
    import torch

    x, W, b = RNG.standard_normal(shape), RNG.standard_normal((5, 3)), RNG.standard_normal(3)
    layer = nn.Affine.from_arrays(W, b)
    y = layer(X := Tensor(x))
    g = RNG.standard_normal(y.shape)
    y.backward(g)

    def linear(x, W, b):
        rows = x if x.ndim == 1 else x.reshape(len(x), 5)
        return torch.nn.functional.linear(rows, W.T, b)

    agree([y.data, X.grad, layer.W.grad, layer.b.grad], torch_gradients(linear, x, W, b, g=g))


@pytest.mark.parametrize(
    ("layer", "name", "options"),
    [
        (nn.Sigmoid(), "sigmoid", {}),
        (nn.ReLU(), "relu", {}),
        (nn.Tanh(), "tanh", {}),
        (nn.Softmax(), "softmax", {"dim": -1}),
        (nn.Softmax(axis=0), "softmax", {"dim": 0}),
    ],
    ids=["sigmoid", "relu", "tanh", "softmax", "softmax over columns"],
)
def test_activations(layer, name, options):
    import torch

    x = np.concatenate([X, np.zeros((1, 5)), [[-0.0, 800.0, -800.0, 30.0, -30.0]]])
    g = RNG.standard_normal(x.shape)
    expected = torch_gradients(lambda x: getattr(torch, name)(x, **options), x, g=g)
    agree(gradients(layer, x, g=g), expected)


@pytest.mark.parametrize("scale", [1.0, 300.0])
@pytest.mark.parametrize("rows", [slice(None), 0], ids=["batch", "one sample"])
def test_cross_entropy_with_indices(rows, scale):
    import torch

    x, t = X[rows] * scale, LABELS[rows]
    expected = torch_gradients(
        lambda x: torch.nn.functional.cross_entropy(x, torch.tensor(t)), x, g=1.7
    )
    agree(gradients(lambda x: nn.SoftmaxWithLoss()(x, t), x, g=1.7), expected)


@pytest.mark.parametrize("rows", [slice(None), 0], ids=["batch", "one sample"])
def test_cross_entropy_with_soft_labels(rows):
    import torch

    x, t = X[rows], SOFT[rows]
    expected = torch_gradients(torch.nn.functional.cross_entropy, x, t, g=1.7)
    agree(gradients(nn.SoftmaxWithLoss(), x, t, g=1.7), expected)


@pytest.mark.parametrize("shape", [(), (6,), (6, 5)])
def test_mean_squared_error(shape):
    import torch

    y, t = RNG.standard_normal(shape), RNG.standard_normal(shape)
    expected = torch_gradients(torch.nn.functional.mse_loss, y, t, g=1.7)
    agree(gradients(nn.MeanSquaredError(), y, t, g=1.7), expected)


def test_training_a_two_layer_net():
    import torch

    W1, W2 = RNG.standard_normal((5, 7)), RNG.standard_normal((7, 5))
    b1, b2 = np.zeros(7), np.zeros(5)
    net = nn.Sequential(nn.Affine.from_arrays(W1, b1), nn.ReLU(), nn.Affine.from_arrays(W2, b2))
    optimizer = nn.SGD(net.parameters(), lr=0.1)
    theirs = [torch.tensor(array, requires_grad=True) for array in (W1, b1, W2, b2)]
    their_optimizer = torch.optim.SGD(theirs, lr=0.1)
    for _ in range(20):
        loss = nn.SoftmaxWithLoss()(net(X), LABELS)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        A, a, B, b = theirs
        hidden = torch.relu(torch.tensor(X) @ A + a)
        their_loss = torch.nn.functional.cross_entropy(hidden @ B + b, torch.tensor(LABELS))
        their_optimizer.zero_grad()
        their_loss.backward()
        their_optimizer.step()
    assert loss.item() == pytest.approx(their_loss.item(), rel=1e-12)
    agree([p.data for p in net.parameters()], [p.detach().numpy() for p in theirs])
