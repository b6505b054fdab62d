"""Activations as layers: the composites of autograd_core, applied to whatever comes in."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core import relu, sigmoid, softmax
from nn.module import Module, constant


class Sigmoid(Module):
    """y = 1 / (1 + exp(-x)), elementwise (book, section 5.5.2).

    Gradient: g · y · (1 - y).  Value and gradient are finite for every finite x, without a warning.

    >>> import nn
    >>> nn.Sigmoid()([0.0, 1000.0, -1000.0]).data.tolist()
    [0.5, 1.0, 0.0]
    """

    def forward(self, x: Any) -> Any:
        """The sigmoid of each element."""
        return sigmoid(constant(x))


class ReLU(Module):
    """y = max(x, 0), elementwise (book, section 5.5.1).

    Gradient: g where x > 0, and 0 elsewhere, at 0 too.

    >>> import nn
    >>> nn.ReLU()([[1.0, -0.5], [-2.0, 3.0]]).data.tolist()
    [[1.0, 0.0], [0.0, 3.0]]
    """

    def forward(self, x: Any) -> Any:
        """The positive part of each element."""
        return relu(constant(x))


class Tanh(Module):
    """y = tanh(x), elementwise.  Gradient: g · (1 - y²).

    >>> import nn
    >>> nn.Tanh()([0.0]).data.tolist()
    [0.0]
    """

    def forward(self, x: Any) -> Any:
        """The hyperbolic tangent of each element."""
        return np.tanh(constant(x))


class Softmax(Module):
    """y = exp(x) / Σ exp(x) over one axis, by default the last (book, section 3.5).

    Gradient: y · (g - Σ g · y).  Finite for logits of any size.

    >>> import nn
    >>> nn.Softmax()([1000.0, 1000.0]).data.tolist()
    [0.5, 0.5]
    """

    def __init__(self, axis: int = -1) -> None:
        self.axis = axis

    def forward(self, x: Any) -> Any:
        """Positive numbers that sum to 1 along the axis."""
        return softmax(constant(x), axis=self.axis)
