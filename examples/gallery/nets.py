"""Nets: the book's TwoLayerNet, and three that are larger."""

from typing import Any

import numpy as np

import nn
from autograd_core import Tensor
from examples.gallery.figure import figure


@figure("5.7")
def two_layer_net() -> Tensor:
    """TwoLayerNet

    A batch of 100 images goes through Affine, ReLU, Affine and softmax with loss. A parameter is
    drawn with its layer; above each line stand shape and statistics, below it the gradient's.
    """
    rng = np.random.default_rng(0)
    images, labels = random_images(rng, 100, 784), random_labels(rng, 100)
    net = nn.Sequential(affine(rng, 784, 50), nn.ReLU(), affine(rng, 50, 10), name="net")
    loss = nn.SoftmaxWithLoss()(net(images), labels)
    loss.name = "loss"
    loss.backward()
    return loss


class Convolution(nn.Module):
    """A convolution as the book makes it (section 7.4): windows as rows, then one product."""

    def __init__(self, rng: np.random.Generator, channels: int, filters: int, size: int) -> None:
        self.W = Tensor(rng.normal(0, 0.1, (channels * size * size, filters)))
        self.b = Tensor(np.zeros(filters))
        self.size = size

    def forward(self, x: Any) -> Any:
        """(n, channels, height, width) to (n, filters, height', width')."""
        n, channels, height, width = x.shape
        rows, columns = height - self.size + 1, width - self.size + 1
        windows = np.transpose(x[:, :, *grid(rows, columns, self.size)], (0, 2, 3, 1, 4, 5))
        flat = np.reshape(windows, (n * rows * columns, channels * self.size**2))
        out = np.reshape(flat @ self.W + self.b, (n, rows, columns, self.b.size))
        return np.transpose(out, (0, 3, 1, 2))


class Pooling(nn.Module):
    """The largest element of every 2×2 window (section 7.4.4)."""

    def forward(self, x: Any) -> Any:
        """Half of the height and the width."""
        n, channels, height, width = x.shape
        return np.max(np.reshape(x, (n, channels, height // 2, 2, width // 2, 2)), axis=(3, 5))


def grid(rows: int, columns: int, size: int) -> tuple[Any, Any]:
    """Indices of all windows: (rows, columns, size, size) of heights and of widths."""
    i, j, di, dj = np.ogrid[:rows, :columns, :size, :size]
    return i + di, j + dj


@figure("7.5", depth=1)
def conv_net() -> Tensor:
    """A stack of convolutions

    Windows are picked by an index, and one product does the rest: seven operations in each
    convolution, folded into the layers that the code is made of.
    """
    rng = np.random.default_rng(0)
    images = Tensor(rng.random((4, 1, 14, 14)), name="images")
    labels = random_labels(rng, 4)
    net = nn.Sequential(
        Convolution(rng, 1, 4, 3), nn.ReLU(), Pooling(),
        Convolution(rng, 4, 8, 3), nn.ReLU(), Pooling(),
        affine(rng, 32, 10), name="net",
    )  # fmt: skip
    loss = nn.SoftmaxWithLoss()(net(images), labels)
    loss.name = "loss"
    loss.backward()
    return loss


class Block(nn.Module):
    """Two layers, with a short way around both."""

    def __init__(self, rng: np.random.Generator, size: int) -> None:
        self.affine1, self.relu = affine(rng, size, size), nn.ReLU()
        self.affine2 = affine(rng, size, size, nn.init.normal(0.05))

    def forward(self, x: Any) -> Any:
        """x plus what the two layers make of it."""
        return x + self.affine2(self.relu(self.affine1(x)))


@figure("8.2.4", depth=1)
def residual_net() -> Tensor:
    """A residual net of twelve blocks

    Equal modules in a row are one box, here twelve blocks of four operations. The way around each
    block carries the gradient past it, so it reaches the first block hardly changed in size.
    """
    rng = np.random.default_rng(0)
    images, labels = Tensor(rng.random((32, 16)), name="images"), random_labels(rng, 32)
    net = nn.Sequential(*(Block(rng, 16) for _ in range(12)), affine(rng, 16, 10), name="net")
    loss = nn.SoftmaxWithLoss()(net(images), labels)
    loss.name = "loss"
    loss.backward()
    return loss


class Cell(nn.Module):
    """One step in time (volume 2, section 5.2): tanh(x · Wx + h · Wh + b)."""

    def __init__(self) -> None:
        self.Wx = Tensor([[0.5, -0.25], [0.25, 0.5]])
        self.Wh = Tensor([[0.0, 1.0], [-1.0, 0.0]])
        self.b = Tensor([0.1, 0.0])

    def forward(self, x: Any, h: Any) -> Any:
        """The next state."""
        return np.tanh(x @ self.Wx + h @ self.Wh + self.b)


@figure("Volume 2, section 5.2", depth=0)
def recurrent_net() -> Tensor:
    """A recurrent net, unrolled

    Three steps read the same three parameters, whose gradients are sums over the steps.
    """
    cell = Cell()
    h = Tensor([0.0, 0.0], requires_grad=False, name="h0")
    for t, sample in enumerate(([1.0, 0.0], [0.0, 1.0], [1.0, 1.0]), start=1):
        h = cell(Tensor(sample, requires_grad=False, name=f"x{t}"), h)
        h.name = f"h{t}"
    loss = np.sum(h**2)
    loss.name = "loss"
    loss.backward()
    return loss


def affine(
    rng: np.random.Generator, inputs: int, outputs: int, init: nn.init.Initializer | None = None
) -> nn.Affine:
    """A layer in float64, whose picture is the same on every machine."""
    return nn.Affine(inputs, outputs, init, dtype=np.float64, rng=rng)


def random_images(rng: np.random.Generator, *shape: int) -> Tensor:
    """Numbers from 0 to 1 in place of pixels."""
    return Tensor(rng.random(shape), requires_grad=False, name="images")


def random_labels(rng: np.random.Generator, n: int) -> Tensor:
    """One-hot rows of ten classes."""
    return Tensor(np.eye(10)[rng.integers(0, 10, n)], requires_grad=False, name="labels")
