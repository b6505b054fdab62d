"""The layers and optimisers of *Deep Learning from Scratch*, chapters 5 to 7, written out.

They are what a reader of the book has, and what every ratio is taken to. Like the book they form
the gradient of the first layer's input, which nothing needs. One thing is left out: the book adds
1e-7 inside the logarithm of the loss; the numbers could then not be compared with the libraries'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

Array = Any
Update = Callable[[list[Array], list[Array]], None]


class Affine:
    def __init__(self, W: Array, b: Array) -> None:
        self.W, self.b = W, b

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        self.x = x.reshape(len(x), -1)
        return np.dot(self.x, self.W) + self.b

    def backward(self, dout: Array) -> Array:
        dx = np.dot(dout, self.W.T)
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return dx.reshape(self.shape)


class ReLU:
    def forward(self, x: Array) -> Array:
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout: Array) -> Array:
        dout[self.mask] = 0
        return dout


class SoftmaxWithLoss:
    def forward(self, x: Array, t: Array) -> Any:
        self.t = t
        exp = np.exp(x - np.max(x, axis=1, keepdims=True))
        self.y = exp / np.sum(exp, axis=1, keepdims=True)
        return -np.sum(np.log(self.y[np.arange(len(t)), t])) / len(t)

    def backward(self) -> Array:
        dx = self.y.copy()
        dx[np.arange(len(self.t)), self.t] -= 1
        return dx / len(self.t)


def im2col(x: Array, height: int, width: int, stride: int) -> Array:
    """Every window as a row of (channel, y, x)."""
    n, channels, rows, columns = x.shape
    out_h, out_w = (rows - height) // stride + 1, (columns - width) // stride + 1
    col = np.zeros((n, channels, height, width, out_h, out_w), x.dtype)
    for y in range(height):
        for z in range(width):
            window = x[:, :, y : y + stride * out_h : stride, z : z + stride * out_w : stride]
            col[:, :, y, z] = window
    return col.transpose(0, 4, 5, 1, 2, 3).reshape(n * out_h * out_w, -1)


def col2im(col: Array, shape: Sequence[int], height: int, width: int, stride: int) -> Array:
    """The sum of all windows at their places: the transpose of `im2col`."""
    n, channels, rows, columns = shape
    out_h, out_w = (rows - height) // stride + 1, (columns - width) // stride + 1
    col = col.reshape(n, out_h, out_w, channels, height, width).transpose(0, 3, 4, 5, 1, 2)
    x = np.zeros(shape, col.dtype)
    for y in range(height):
        for z in range(width):
            window = x[:, :, y : y + stride * out_h : stride, z : z + stride * out_w : stride]
            window += col[:, :, y, z]
    return x


class Convolution:
    def __init__(self, W: Array, b: Array) -> None:
        self.W, self.b = W, b

    def forward(self, x: Array) -> Array:
        filters, _, height, width = self.W.shape
        n, _, rows, columns = self.shape = x.shape
        self.col = im2col(x, height, width, 1)
        self.col_W = self.W.reshape(filters, -1).T
        out = np.dot(self.col, self.col_W) + self.b
        return out.reshape(n, rows - height + 1, columns - width + 1, -1).transpose(0, 3, 1, 2)

    def backward(self, dout: Array) -> Array:
        filters, _, height, width = self.W.shape
        dout = dout.transpose(0, 2, 3, 1).reshape(-1, filters)
        self.db = np.sum(dout, axis=0)
        self.dW = np.dot(self.col.T, dout).T.reshape(self.W.shape)
        dcol = np.dot(dout, self.col_W.T)
        return col2im(dcol, self.shape, height, width, 1)


class Pooling:
    def __init__(self, size: int) -> None:
        self.size = size

    def forward(self, x: Array) -> Array:
        n, channels, rows, columns = self.shape = x.shape
        col = im2col(x, self.size, self.size, self.size).reshape(-1, self.size**2)
        self.argmax = np.argmax(col, axis=1)
        out = np.max(col, axis=1)
        return out.reshape(n, rows // self.size, columns // self.size, channels).transpose(
            0, 3, 1, 2
        )

    def backward(self, dout: Array) -> Array:
        dout = dout.transpose(0, 2, 3, 1)
        dmax = np.zeros((dout.size, self.size**2), dout.dtype)
        dmax[np.arange(dout.size), self.argmax] = dout.flatten()
        dcol = dmax.reshape(dout.shape[0] * dout.shape[1] * dout.shape[2], -1)
        return col2im(dcol, self.shape, self.size, self.size, self.size)


class SGD:
    def __init__(self, lr: float) -> None:
        self.lr = lr

    def update(self, params: list[Array], grads: list[Array]) -> None:
        for i, g in enumerate(grads):
            params[i] -= self.lr * g


class Momentum:
    def __init__(self, lr: float, momentum: float) -> None:
        self.lr, self.momentum = lr, momentum
        self.v: list[Array] = []

    def update(self, params: list[Array], grads: list[Array]) -> None:
        if not self.v:
            self.v = [np.zeros_like(p) for p in params]
        for i, g in enumerate(grads):
            self.v[i] = self.momentum * self.v[i] - self.lr * g
            params[i] += self.v[i]


class Adam:
    """With ε added to the corrected root, as the libraries do; the book adds it to the other."""

    def __init__(self, lr: float, beta1: float, beta2: float, eps: float) -> None:
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m: list[Array] = []
        self.steps = 0

    def update(self, params: list[Array], grads: list[Array]) -> None:
        if not self.m:
            self.m, self.v = ([np.zeros_like(p) for p in params] for _ in range(2))
        self.steps += 1
        root = float((1 - self.beta2**self.steps) ** 0.5)
        lr = self.lr * root / (1 - self.beta1**self.steps)
        for i, g in enumerate(grads):
            self.m[i] += (1 - self.beta1) * (g - self.m[i])
            self.v[i] += (1 - self.beta2) * (g**2 - self.v[i])
            params[i] -= lr * self.m[i] / (np.sqrt(self.v[i]) + self.eps * root)


def learned(layers: Sequence[Any]) -> Iterator[Any]:
    return (layer for layer in layers if hasattr(layer, "W"))


def train_step(layers: Sequence[Any], optimizer: Any) -> Callable[[Array, Array], float]:
    """A whole step: forward, backward, update."""
    last = SoftmaxWithLoss()
    params = [p for layer in learned(layers) for p in (layer.W, layer.b)]

    def step(x: Array, t: Array) -> float:
        for layer in layers:
            x = layer.forward(x)
        loss = last.forward(x, t)
        dout = last.backward()
        for layer in reversed(layers):
            dout = layer.backward(dout)
        optimizer.update(params, [g for layer in learned(layers) for g in (layer.dW, layer.db)])
        return float(loss)

    return step
