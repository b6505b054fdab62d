"""Convolution and pooling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.core.samples.sample import Entry, Shape

PLAIN: dict[str, Any] = {"stride": (1, 1), "pad": ((0, 0), (0, 0)), "dilation": (1, 1)}
# What moves: the shapes of x and W, and what differs from PLAIN.
CONVOLUTIONS: list[tuple[Shape, Shape, dict[str, Any]]] = [
    ((2, 2, 3, 4), (2, 2, 2, 2), {}),
    ((1, 1, 5, 4), (1, 1, 2, 3), {"stride": (2, 1), "pad": ((1, 0), (2, 1))}),
    ((1, 1, 4, 5), (2, 1, 2, 2), {"dilation": (2, 3)}),
    ((2, 1, 4, 4), (1, 1, 1, 2), {"stride": (3, 2)}),
    ((1, 1, 1, 1), (1, 1, 1, 1), {}),
    ((0, 1, 3, 3), (1, 1, 2, 2), {}),
]
POOLS: list[tuple[Shape, dict[str, Any]]] = [
    ((2, 1, 4, 4), {"size": (2, 2), "stride": (2, 2), "pad": ((0, 0), (0, 0))}),
    ((1, 2, 3, 4), {"size": (2, 3), "stride": (1, 1), "pad": ((1, 0), (2, 1))}),
    ((1, 1, 5, 4), {"size": (1, 2), "stride": (2, 3), "pad": ((0, 0), (0, 0))}),
    ((1, 1, 1, 1), {"size": (1, 1), "stride": (1, 1), "pad": ((0, 0), (0, 0))}),
    ((0, 1, 2, 2), {"size": (2, 2), "stride": (2, 2), "pad": ((0, 0), (0, 0))}),
]


def places(n: int, size: int, stride: int, pad: tuple[int, int], dilation: int = 1) -> list[Any]:
    """For each window in one direction the pairs (place in the window, place in the image)."""
    starts = range(-pad[0], n + pad[1] - dilation * (size - 1), stride)
    return [[(k, i + dilation * k) for k in range(size) if 0 <= i + dilation * k < n]
            for i in starts]  # fmt: skip


def each_window(shape: Shape, size: Shape, stride: Shape, pad: Any, dilation: Any) -> Any:
    """(window, place in the window, place in the image), one element after the other."""
    down, across = (places(*args) for args in zip(shape[2:], size, stride, pad, dilation,
                                                  strict=True))  # fmt: skip
    for i, rows in enumerate(down):
        for j, columns in enumerate(across):
            for a, y in rows:
                for b, x in columns:
                    yield (i, j), (a, b), (y, x)


def counts(shape: Shape, size: Shape, stride: Any, pad: Any, dilation: Any = (1, 1)) -> Shape:
    return tuple(len(places(*args)) for args in zip(shape[2:], size, stride, pad, dilation,
                                                    strict=True))  # fmt: skip


def conv2d(x: np.ndarray, W: np.ndarray, stride: Any, pad: Any, dilation: Any) -> np.ndarray:
    out = np.zeros((len(x), len(W), *counts(x.shape, W.shape[2:], stride, pad, dilation)))
    for (i, j), (a, b), (v, u) in each_window(x.shape, W.shape[2:], stride, pad, dilation):
        out[:, :, i, j] += x[:, :, v, u] @ W[:, :, a, b].T
    return out


def conv2d_input(
    y: np.ndarray, W: np.ndarray, shape: Shape, stride: Any, pad: Any, dilation: Any
) -> np.ndarray:
    out = np.zeros((len(y), W.shape[1], *shape))
    for (i, j), (a, b), (v, u) in each_window(out.shape, W.shape[2:], stride, pad, dilation):
        out[:, :, v, u] += y[:, :, i, j] @ W[:, :, a, b]
    return out


def conv2d_weight(
    x: np.ndarray, y: np.ndarray, size: Shape, stride: Any, pad: Any, dilation: Any
) -> np.ndarray:
    out = np.zeros((y.shape[1], x.shape[1], *size))
    for (i, j), (a, b), (v, u) in each_window(x.shape, size, stride, pad, dilation):
        out[:, :, a, b] += y[:, :, i, j].T @ x[:, :, v, u]
    return out


def windows(x: np.ndarray, size: Shape, stride: Any, pad: Any) -> dict[Any, list[Any]]:
    """The places in the image of each window."""
    found: dict[Any, list[Any]] = {}
    for window, _, place in each_window(x.shape, size, stride, pad, (1, 1)):
        found.setdefault(window, []).append(place)
    return found


def max_pool2d_tangent(
    t: np.ndarray, x: np.ndarray, size: Shape, stride: Any, pad: Any
) -> np.ndarray:
    out = np.zeros((*x.shape[:2], *counts(x.shape, size, stride, pad)))
    for window, inside in windows(x, size, stride, pad).items():
        for image in np.ndindex(x.shape[:2]):
            largest = max(inside, key=lambda place, image=image: x[image + place])
            out[image + window] = t[image + largest]
    return out


def max_pool2d_input(
    y: np.ndarray, x: np.ndarray, size: Shape, stride: Any, pad: Any
) -> np.ndarray:
    out = np.zeros(x.shape)
    for window, inside in windows(x, size, stride, pad).items():
        for image in np.ndindex(x.shape[:2]):
            largest = max(inside, key=lambda place, image=image: x[image + place])
            out[image + largest] += y[image + window]
    return out


def avg_pool2d(x: np.ndarray, size: Shape, stride: Any, pad: Any) -> np.ndarray:
    out = np.zeros((*x.shape[:2], *counts(x.shape, size, stride, pad)))
    for (i, j), _, (v, u) in each_window(x.shape, size, stride, pad, (1, 1)):
        out[:, :, i, j] += x[:, :, v, u] / (size[0] * size[1])
    return out


def avg_pool2d_input(y: np.ndarray, shape: Shape, size: Shape, stride: Any, pad: Any) -> np.ndarray:
    out = np.zeros((*y.shape[:2], *shape))
    for (i, j), _, (v, u) in each_window(out.shape, size, stride, pad, (1, 1)):
        out[:, :, v, u] += y[:, :, i, j] / (size[0] * size[1])
    return out


REFERENCES: dict[str, Callable[..., Any]] = {
    "avg_pool2d": avg_pool2d,
    "avg_pool2d_input": avg_pool2d_input,
    "conv2d": conv2d,
    "conv2d_input": conv2d_input,
    "conv2d_weight": conv2d_weight,
    "max_pool2d": lambda x, **params: max_pool2d_tangent(x, x, **params),
    "max_pool2d_input": max_pool2d_input,
    "max_pool2d_tangent": max_pool2d_tangent,
}


def convolved(x: Shape, W: Shape, options: dict[str, Any]) -> Shape:
    """The shape of the convolution."""
    return (x[0], W[0], *counts(x, W[2:], **{**PLAIN, **options}))


def pooled(x: Shape, options: dict[str, Any]) -> Shape:
    """The shape of the pooled images."""
    return (*x[:2], *counts(x, **options))


LISTED: dict[str, list[Entry]] = {
    "avg_pool2d": [([x], p) for x, p in POOLS],
    "avg_pool2d_input": [([pooled(x, p)], {"shape": x[2:], **p}) for x, p in POOLS],
    "conv2d": [([x, W], {**PLAIN, **p}) for x, W, p in CONVOLUTIONS],
    "conv2d_input": [([convolved(x, W, p), W], {"shape": x[2:], **PLAIN, **p})
                     for x, W, p in CONVOLUTIONS],
    "conv2d_weight": [([x, convolved(x, W, p)], {"size": W[2:], **PLAIN, **p})
                      for x, W, p in CONVOLUTIONS],
    "convolution": [([x, W, W[:1]], {**PLAIN, **p}) for x, W, p in CONVOLUTIONS],
    "max_pool2d": [([x], p) for x, p in POOLS],
    "max_pool2d_input": [([pooled(x, p), x], p) for x, p in POOLS],
    "max_pool2d_tangent": [([x, x], p) for x, p in POOLS],
}  # fmt: skip
