"""Products of vectors and matrices.

`dot` is the book's name for the product of at most two dimensions; `matmul` also takes batches.
They share their rules: vectors are the matrices with one row or one column that NumPy makes of
them, and batch dimensions that broadcast are summed by the engine.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.primitive import BILINEAR, primitive
from autograd_core.shapes import Shape


def _vjp_x(g: Any, y: Any, x_shape: Shape) -> Any:
    """out = x @ y  ⟹  x̄ = g @ yᵀ."""
    if y.ndim == 1:  # every row of x met the same vector
        return g[..., None] * y
    if len(x_shape) == 1:  # one row met every matrix of y
        return y @ g if y.ndim == 2 else (y @ g[..., None])[..., 0]
    return g @ y.mT


def _vjp_y(g: Any, x: Any, y_shape: Shape) -> Any:
    """out = x @ y  ⟹  ȳ = xᵀ @ g."""
    if x.ndim == 1:
        return x * g if len(y_shape) == 1 else x[:, None] * g[..., None, :]
    if len(y_shape) == 1:  # every row of x met the same vector
        return (x.mT @ g[..., None])[..., 0]
    return x.mT @ g


dot = primitive("dot", lambda x, y: np.dot(x, y), np.dot, kind=BILINEAR, tex="{x} {y}",
                vjp=(lambda g, y, x_shape: _vjp_x(g, y, x_shape),
                     lambda g, x, y_shape: _vjp_y(g, x, y_shape)))
matmul = primitive("matmul", np.matmul, kind=BILINEAR, symbol="dot", tex="{x} {y}",
                   vjp=(lambda g, y, x_shape: _vjp_x(g, y, x_shape),
                        lambda g, x, y_shape: _vjp_y(g, x, y_shape)))
