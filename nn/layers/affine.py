"""Affine: the matrix product with a bias, one function with its own rules."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from autograd_core import DTypeError, ShapeError, Tensor, composite
from nn.init import Initializer, he_normal
from nn.module import Module, constant
from nn.random import generator


def _samples(x: Any, W: Any) -> Any:
    """One sample, or one row for each: more than two dimensions are flattened per sample."""
    samples = x if x.ndim <= 2 else x.reshape(x.shape[0], math.prod(x.shape[1:]))
    if samples.shape[-1:] != W.shape[:1]:
        raise ShapeError(
            f"affine: x is {x.shape}, which makes {math.prod(samples.shape[-1:])} inputs for each "
            f"sample, and W is {W.shape}, which takes {W.shape[0]}."
        )
    return samples


def _definition(x: Any, W: Any, b: Any) -> Any:
    return np.dot(_samples(x, W), W) + b


def _fused(x: Any, W: Any, b: Any) -> Any:
    out = np.dot(_samples(x, W), W)
    if out.dtype != b.dtype:
        return out + b
    out += b
    return out


def _rows(x: Any) -> Any:
    """A row for each sample, also for a single one."""
    if x.ndim == 2:
        return x
    return x[None] if x.ndim == 1 else x.reshape(x.shape[0], math.prod(x.shape[1:]))


affine = composite(
    "affine", _definition, _fused, tex="{x} {W} + {b}",
    vjp=(lambda g, W, x_shape: np.dot(g, W.T).reshape(x_shape),
         lambda g, x: np.dot(_rows(x).T, _rows(g)),
         lambda g: np.add.reduce(g, axis=0) if g.ndim > 1 else g),
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
        if self.b is not None:
            return affine(x, self.W, self.b)
        x = constant(x)
        return np.dot(_samples(x, self.W), self.W)

    def describe(self) -> str:
        """The sizes."""
        return f"{self.W.shape[0]}, {self.W.shape[1]}" + (", bias=False" if self.b is None else "")


Dense = Linear = Affine
