"""Pooling layers, which make images smaller, and Flatten, which makes vectors of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd_core import avg_pool2d, max_pool2d
from nn.layers.convolution import Padding, Pair
from nn.module import Module, constant


class _Pooling(Module):
    """A layer that makes one number of every window."""

    def __init__(
        self, size: int | Pair, stride: int | Pair | None = None, padding: Padding = 0
    ) -> None:
        self.size, self.stride, self.padding = size, stride, padding

    def describe(self) -> str:
        """The size, and what is not as usual."""
        stride = "" if self.stride is None else f", stride={self.stride}"
        return f"{self.size}{stride}" + (f", padding={self.padding!r}" if self.padding else "")


class MaxPool2d(_Pooling):
    """The largest element of every window (book, section 7.3).

    x: (batch, channels, height, width).   y: (batch, channels, down, across).
    size: of a window, a number or (down, across).   stride: by default the size.
    padding: as in `Conv2d`, of margins that are below every element.
    Gradient: all of it to the largest element; among equal ones to the first, row by row.

    >>> import numpy as np, nn
    >>> nn.MaxPool2d(2)(np.arange(16.0).reshape(1, 1, 4, 4)).data[0, 0].tolist()
    [[5.0, 7.0], [13.0, 15.0]]
    """

    def forward(self, x: Any) -> Any:
        """The largest element of every window."""
        return max_pool2d(constant(x), self.size, self.stride, self.padding)


class AvgPool2d(_Pooling):
    """The mean of every window, in which margins count as zeros.

    The arguments are those of `MaxPool2d`.   Gradient: the same share to each element.

    >>> import numpy as np, nn
    >>> nn.AvgPool2d(2)(np.arange(16.0).reshape(1, 1, 4, 4)).data[0, 0].tolist()
    [[2.5, 4.5], [10.5, 12.5]]
    """

    def forward(self, x: Any) -> Any:
        """The mean of every window."""
        return avg_pool2d(constant(x), self.size, self.stride, self.padding)


class Flatten(Module):
    """A row for each sample: (batch, …) becomes (batch, the product of …).

    `Affine` does this by itself.   Gradient: in the shape of the input.

    >>> import numpy as np, nn
    >>> nn.Flatten()(np.zeros((10, 1, 28, 28))).shape
    (10, 784)
    """

    def forward(self, x: Any) -> Any:
        """The samples as rows."""
        x = constant(x)
        return np.reshape(x, (x.shape[0], math.prod(x.shape[1:])))
