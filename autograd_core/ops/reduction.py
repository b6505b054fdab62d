"""Reductions: sums, products, extremes and moments over axes.

`axis` is an int, a tuple or None and `keepdims` a bool, as in NumPy.  A gradient of the reduced
shape is first given the kept axes back, then repeated over what was folded.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.ops.elementwise import broadcast_to
from autograd_core.primitive import LINEAR, composite, primitive
from autograd_core.shapes import Axis, Shape, kept, normalize_axis, reduced_size


def _repeat(g: Any, shape: Shape, axis: Axis) -> Any:
    """The gradient of a reduced result, repeated to the shape of the input."""
    if axis is not None:
        g = g.reshape(kept(shape, axis))
    return broadcast_to(g, shape=shape)


def _shared(g: Any, x: Any, out: Any, axis: Axis) -> Any:
    """The gradient of an extreme: tied elements share it evenly.  A NaN is its own extreme."""
    rows = kept(x.shape, axis)
    hit = (x == np.reshape(out, rows)) | (x != x)  # noqa: PLR0124  true for NaN
    count = np.sum(hit, axis=axis, keepdims=True, dtype=g.dtype)
    return np.where(hit, np.reshape(g, rows) / count, 0)


def _mean(x: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    if x.dtype.kind in "fc" and x.dtype.itemsize > 2:  # np.mean widens the sum of all others
        return np.add.reduce(x, axis=axis, keepdims=keepdims) / reduced_size(x.shape, axis)
    return np.mean(x, axis=axis, keepdims=keepdims)


def _deviation(x: Any, axis: Axis) -> Any:
    return x - np.mean(x, axis=axis, keepdims=True)


def _defined_var(x: Any, *, axis: Axis = None, keepdims: bool = False, ddof: float = 0) -> Any:
    squares = np.sum(np.square(_deviation(x, axis)), axis=axis, keepdims=keepdims)
    return squares / (reduced_size(x.shape, axis) - ddof)


def _vjp_std(g: Any, x: Any, out: Any, axis: Axis, ddof: float) -> Any:
    """Where all elements are equal, std has a kink and the gradient is 0.

    Equality is asked of the elements: their mean, and so std, may be off by a rounding error.
    """
    rows = kept(x.shape, axis)
    equal = np.max(x, axis=axis, keepdims=True) == np.min(x, axis=axis, keepdims=True)
    spread = np.where(equal, 1, np.reshape(out, rows)) * (reduced_size(x.shape, axis) - ddof)
    return np.where(equal, 0, np.reshape(g, rows) * _deviation(x, axis) / spread)


def _vjp_prod(g: Any, x: Any, out: Any, axis: Axis) -> Any:
    """g times the product of all other elements, exact where there are zeros."""
    rows = kept(x.shape, axis)
    if not np.any(x == 0):
        return np.reshape(g * out, rows) / x
    axes = normalize_axis(axis, x.ndim)
    rest = tuple(i for i in range(x.ndim) if i not in axes)
    order = (*rest, *axes)
    count = reduced_size(x.shape, axis)
    shape = tuple(x.shape[i] for i in order)
    flat = np.reshape(np.transpose(x, order), (*(x.shape[i] for i in rest), count))
    others = np.prod(np.where(np.eye(count, dtype=bool), 1, flat[..., None, :]), axis=-1)
    back = tuple(np.argsort(order))
    return np.reshape(g, rows) * np.transpose(np.reshape(others, shape), back)


sum_ = primitive("sum", lambda x, *, axis=None, keepdims=False:
                 np.add.reduce(x, axis=axis, keepdims=keepdims),
                 kind=LINEAR, symbol="sum", tex=r"\sum {x}",
                 vjp=(lambda g, x_shape, axis: _repeat(g, x_shape, axis),))
mean = composite("mean", lambda x, *, axis=None, keepdims=False:
                 np.sum(x, axis=axis, keepdims=keepdims) / reduced_size(x.shape, axis),
                 _mean, kind=LINEAR, tex=r"\overline{{{x}}}",
                 vjp=(lambda g, x_shape, axis:
                      # not g / n: a large n would overflow float16
                      _repeat(g * (1 / (reduced_size(x_shape, axis) or 1)), x_shape, axis),))
prod = primitive("prod", lambda x, *, axis=None, keepdims=False:
                 np.multiply.reduce(x, axis=axis, keepdims=keepdims),
                 tex=r"\prod {x}", vjp=(_vjp_prod,))
max_ = primitive("max", lambda x, *, axis=None, keepdims=False:
                 np.maximum.reduce(x, axis=axis, keepdims=keepdims),
                 real=True, tex=r"\max {x}",
                 vjp=(lambda g, x, out, axis: _shared(g, x, out, axis),))
min_ = primitive("min", lambda x, *, axis=None, keepdims=False:
                 np.minimum.reduce(x, axis=axis, keepdims=keepdims),
                 real=True, tex=r"\min {x}",
                 vjp=(lambda g, x, out, axis: _shared(g, x, out, axis),))
var = composite("var", _defined_var,
                lambda x, *, axis=None, keepdims=False, ddof=0:
                np.var(x, axis=axis, keepdims=keepdims, ddof=ddof),
                real=True, tex=r"\operatorname{{var}} {x}",
                vjp=(lambda g, x, axis, ddof:
                     _repeat(g * (2 / (reduced_size(x.shape, axis) - ddof)), x.shape, axis)
                     * _deviation(x, axis),))
std = composite("std", lambda x, *, axis=None, keepdims=False, ddof=0:
                np.sqrt(_defined_var(x, axis=axis, keepdims=keepdims, ddof=ddof)),
                lambda x, *, axis=None, keepdims=False, ddof=0:
                np.std(x, axis=axis, keepdims=keepdims, ddof=ddof),
                real=True, tex=r"\operatorname{{std}} {x}", vjp=(_vjp_std,))
