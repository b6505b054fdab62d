"""Convolution and pooling layers against PyTorch's: values, gradients, second derivatives."""

import numpy as np
import pytest

import nn
from autograd_core import Tensor, conv2d, hvp

pytestmark = pytest.mark.reference

RNG = np.random.default_rng(0)
X = RNG.standard_normal((3, 4, 9, 8))
CONVOLUTIONS = [
    ((3, 3), {}),
    ((1, 1), {}),
    ((2, 5), {"padding": (1, 2)}),
    ((3, 2), {"stride": 2, "padding": 1}),
    ((3, 2), {"stride": (1, 3), "dilation": (2, 1)}),
    ((4, 3), {"padding": "same", "dilation": 2}),
    ((9, 8), {"padding": "valid"}),
]
POOLS = [(2, None, 0), (3, 2, 1), ((2, 3), (1, 2), (0, 1)), (2, 3, 0), (3, 1, 1)]


def agree(actual, expected):
    for a, e in zip(actual, expected, strict=True):
        np.testing.assert_allclose(a, e.detach().numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize(("size", "options"), CONVOLUTIONS, ids=str)
def test_conv2d(size, options):
    import torch

    W, b = RNG.standard_normal((5, 4, *size)), RNG.standard_normal(5)
    layer, x = nn.Conv2d.from_arrays(W, b, **options), Tensor(X)
    y = layer(x)
    g = RNG.standard_normal(y.shape)
    y.backward(g)

    theirs = [torch.tensor(a, requires_grad=True) for a in (X, W, b)]
    z = torch.nn.functional.conv2d(*theirs, **options)
    z.backward(torch.tensor(g))
    agree([y.data, x.grad, layer.W.grad, layer.b.grad], [z, *(t.grad for t in theirs)])


@pytest.mark.parametrize("values", ["distinct", "ties"])
@pytest.mark.parametrize(("size", "stride", "padding"), POOLS)
@pytest.mark.parametrize("kind", ["Max", "Avg"])
def test_pooling(kind, size, stride, padding, values):
    import torch

    array = X if values == "distinct" else RNG.integers(0, 3, X.shape).astype(float)
    x, t = Tensor(array), torch.tensor(array, requires_grad=True)
    y = getattr(nn, f"{kind}Pool2d")(size, stride, padding)(x)
    z = getattr(torch.nn, f"{kind}Pool2d")(size, stride, padding)(t)
    g = RNG.standard_normal(y.shape)
    y.backward(g)
    z.backward(torch.tensor(g))
    agree([y.data, x.grad], [z, t.grad])


def test_a_nan_in_a_pool():
    import torch

    array = X.copy()
    array[0, 0, ::3, ::2] = np.nan
    x, t = Tensor(array), torch.tensor(array, requires_grad=True)
    nn.MaxPool2d(3, 2)(x).sum().backward()
    torch.nn.MaxPool2d(3, 2)(t).sum().backward()
    agree([nn.MaxPool2d(3, 2)(array).data], [torch.nn.MaxPool2d(3, 2)(torch.tensor(array))])
    assert np.isnan(array[x.grad != 0]).sum() == np.isnan(array[t.grad.numpy() != 0]).sum()


def test_second_derivatives():
    import torch

    W, v = RNG.standard_normal((2, 4, 3, 3)), RNG.standard_normal(X.shape)

    def f(x):
        y = nn.MaxPool2d(2, 1)(conv2d(x, W, stride=2, padding=1) ** 3)
        return (nn.AvgPool2d(2)(y) ** 2).sum()

    def g(x):
        y = torch.nn.functional.conv2d(x, torch.tensor(W), stride=2, padding=1)
        return (torch.nn.AvgPool2d(2)(torch.nn.MaxPool2d(2, 1)(y**3)) ** 2).sum()

    _, expected = torch.autograd.functional.hvp(g, torch.tensor(X), torch.tensor(v))
    agree([hvp(f)(X, v)], [expected])


def test_training_the_simple_conv_net():
    import torch

    images, labels = RNG.random((8, 1, 8, 8)), RNG.integers(0, 10, 8)
    shapes = [(4, 1, 3, 3), (4,), (36, 10), (10,), (10, 10), (10,)]
    W1, b1, W2, b2, W3, b3 = arrays = [0.3 * RNG.standard_normal(shape) for shape in shapes]
    net = nn.Sequential(
        nn.Conv2d.from_arrays(W1, b1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Affine.from_arrays(W2, b2), nn.ReLU(), nn.Affine.from_arrays(W3, b3),
    )  # fmt: skip
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]

    def their_loss():
        x = torch.conv2d(torch.tensor(images), theirs[0], theirs[1])
        x = torch.max_pool2d(torch.relu(x), 2).reshape(8, 36)
        x = torch.relu(x @ theirs[2] + theirs[3]) @ theirs[4] + theirs[5]
        return torch.nn.functional.cross_entropy(x, torch.tensor(labels))

    ours, other = nn.Adam(net.parameters(), lr=0.01), torch.optim.Adam(theirs, lr=0.01)
    for _ in range(15):
        loss, expected = nn.SoftmaxWithLoss()(net(images), labels), their_loss()
        for optimizer, result in ((ours, loss), (other, expected)):
            optimizer.zero_grad()
            result.backward()
            optimizer.step()
    assert loss.item() == pytest.approx(expected.item(), rel=1e-9)
    for parameter, tensor in zip(net.parameters(), theirs, strict=True):
        np.testing.assert_allclose(parameter.data, tensor.detach().numpy(), rtol=1e-6, atol=1e-9)
