"""Products of vectors and matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.dispatch import implements, refuse
from autograd_core.errors import ShapeError
from autograd_core.ops import elementwise, products
from autograd_core.primitive import UFUNCS
from autograd_core.tensor import apply

UFUNCS[np.matmul] = lambda x, y: apply(products.matmul, (x, y))


@implements(np.dot)
def dot(a: Any, b: Any, out: Any = None) -> Any:
    """np.dot: a product of numbers, vectors or matrices; of more dimensions, over the last axis of
    `a` and the last but one of `b`."""
    refuse("np.dot", out=out)
    ndims = np.ndim(a), np.ndim(b)
    if 0 in ndims:
        return apply(elementwise.multiply, (a, b))
    if max(ndims) <= 2:
        return apply(products.dot, (a, b))
    shape_a, shape_b = np.shape(a), np.shape(b)
    inner = shape_b[-2] if ndims[1] > 1 else shape_b[0]
    if shape_a[-1] != inner:
        raise ShapeError(f"dot: inner sizes differ, x is {shape_a} and y is {shape_b}.")
    b_first = np.moveaxis(b, -2, 0) if ndims[1] > 1 else b
    rest_b = shape_b[:-2] + shape_b[-1:] if ndims[1] > 1 else ()
    product = np.reshape(a, (-1, inner)) @ np.reshape(b_first, (inner, -1))
    return np.reshape(product, shape_a[:-1] + rest_b)
