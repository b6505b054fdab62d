"""Terms of images whose batch is innermost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_core.compile.passes.products import is_matrix_product
from autograd_core.compile.passes.rebuilding import Readers
from autograd_core.compile.passes.terms import reshaped
from autograd_core.kernels.operations import Part
from autograd_core.ops import elementwise, shaping
from autograd_core.symbolic import Call, Expression, Literal, call

Axes = tuple[int, ...]
INNERMOST: Axes = (1, 2, 3, 0)
OUTERMOST: Axes = (3, 0, 1, 2)


def part(operation: Part, *operands: Expression, **params: Any) -> Call:
    """A result of a kernel."""
    return call(operation, operands, params)


def outermost(z: Expression) -> Call:
    """Images (channels, height, width, batch) as (batch, channels, height, width): a view."""
    return call(shaping.transpose, (z,), {"axes": OUTERMOST})


def axes_of(x: Expression) -> Axes:
    """The order of axes in which x is seen; () if it is no transpose."""
    return tuple(x.params["axes"]) if x.operation is shaping.transpose else ()


def batch_last(ndim: int) -> Axes:
    """The order that brings the last axis to the front."""
    return (ndim - 1, *range(ndim - 1))


def inverse(axes: Sequence[int]) -> Axes:
    """The order that undoes another."""
    return tuple(map(int, np.argsort(axes)))


def moved(x: Expression, axes: Axes, readers: Readers) -> Expression:
    """The transpose of x, as far as possible inside of the terms that x is made of."""
    if axes == tuple(range(x.ndim)):
        return x
    if axes_of(x):
        return moved(x.operands[0], tuple(axes_of(x)[i] for i in axes), readers)
    if isinstance(x, Literal):
        seen = np.transpose(x.value, axes)
        return Literal(seen.copy() if any(seen.strides) else seen)
    if x.operation is elementwise.broadcast_to:
        inner = moved(with_ndim(x.operands[0], x.ndim), axes, readers)
        shape = tuple(x.shape[i] for i in axes)
        return call(elementwise.broadcast_to, (inner,), {"shape": shape})
    if is_matrix_product(x) and readers.is_alone(x):
        left, right = (moved(y, (1, 0), readers) for y in x.operands)
        return call(x.operation, (right, left))
    return call(shaping.transpose, (x,), {"axes": axes})


def with_ndim(x: Expression, ndim: int) -> Expression:
    """With leading axes of length 1."""
    return reshaped(x, (1,) * (ndim - x.ndim) + x.shape)
