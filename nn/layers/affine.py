"""Affine: the matrix product with a bias, one function with its own rules."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from autograd_core import DTypeError, ShapeError, Tensor, composite
from nn.init import Initializer, he_normal
from nn.module import Module
from nn.random import generator


def _rows(x: Any) -> Any:
    """One row for each sample: a vector is one sample, more dimensions are flattened per sample."""
    if x.ndim == 2:
        return x
    samples = x.shape[0] if x.ndim > 1 else 1
    return x.reshape(samples, math.prod(x.shape[1:]) if x.ndim > 1 else x.shape[0])


def _definition(x: Any, W: Any, b: Any) -> Any:
    return np.dot(x if x.ndim == 1 else _rows(x), W) + b


def _fused(x: Any, W: Any, b: Any) -> Any:
    out = np.dot(x if x.ndim == 1 else _rows(x), W)
    if out.dtype != b.dtype:
        return out + b
    out += b
    return out


affine = composite(
    "affine", _definition, _fused, tex="{x} {W} + {b}",
    vjp=(lambda g, W, x_shape: np.dot(g, W.T).reshape(x_shape),
         lambda g, x: np.dot(_rows(x).T, _rows(g)),
          lambda g: np.dot(np.ones(g.shape[0], g.dtype), g) if g.ndim > 1 else g),
)  # fmt: skip


class Affine(Module):
    """y = x · W + b, the fully connected layer (book, section 5.6).

    x: one sample (inputs,), a batch (n, inputs), or a batch of any more dimensions, which is
        flattened per sample; its gradient comes back in its own shape.
    y: (outputs,) or (n, outputs).
    Gradients: x̄ = g · Wᵀ, W̄ = xᵀ · g, b̄ = the sum of g over the batch.  What nobody needs (x̄ of a
    first layer) is not computed.

    init: how W is drawn (see nn.init), by default He's normal numbers; b starts at 0.
    bias: without one with False.   dtype: of the parameters.
    rng: a generator or a seed; by default the generator that `nn.seed` starts.

    Raises ShapeError when a sample has not `inputs` elements.

    >>> import numpy as np, nn
    >>> layer = nn.Affine.from_arrays(np.ones((2, 3)), np.zeros(3))
    >>> layer(np.array([1.0, 2.0])).data.tolist()
    [3.0, 3.0, 3.0]
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        init: Initializer | None = None,
        *,
        bias: bool = True,
        dtype: DTypeLike = np.float32,
        rng: np.random.Generator | int | None = None,
    ) -> None:
        draw = init or he_normal()
        shape = (inputs, outputs)
        self.W = Tensor(draw(shape, inputs, outputs, generator(rng), np.dtype(dtype)))
        self.b = Tensor(np.zeros(outputs, dtype)) if bias else None

    @classmethod
    def from_arrays(cls, W: ArrayLike, b: ArrayLike | None = None) -> Affine:
        """The layer with copies of the given weights (inputs, outputs) and bias (outputs,)."""
        weights = np.array(W)
        if weights.dtype.kind != "f":
            raise DTypeError(f"Affine: W has dtype {weights.dtype}; pass floating numbers.")
        bias = np.zeros(0) if b is None else np.array(b)
        if weights.ndim != 2 or (b is not None and bias.shape != weights.shape[1:]):
            raise ShapeError(
                f"Affine: W is {weights.shape} and b is {bias.shape}; they must be "
                "(inputs, outputs) and (outputs,)."
            )
        layer = cls.__new__(cls)
        layer.W = Tensor(weights)
        layer.b = None if b is None else Tensor(bias.astype(weights.dtype))
        return layer

    def forward(self, x: Any) -> Any:
        """The product with W, plus b."""
        shape = np.shape(x)
        inputs = math.prod(shape[1:]) if len(shape) > 1 else math.prod(shape)
        if not shape or inputs != self.W.shape[0]:
            raise ShapeError(
                f"affine: x is {shape}, which makes {inputs} inputs for each sample, and W is "
                f"{self.W.shape}, which takes {self.W.shape[0]}."
            )
        if self.b is None:
            rows = x if len(shape) <= 2 else np.reshape(x, (shape[0], inputs))
            return np.dot(rows, self.W)
        return affine(x, self.W, self.b)

    def describe(self) -> str:
        """The sizes."""
        return f"{self.W.shape[0]}, {self.W.shape[1]}" + (", bias=False" if self.b is None else "")


Dense = Linear = Affine
