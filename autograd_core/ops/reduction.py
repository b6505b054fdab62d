"""Reductions: sums, products, extremes and moments over axes.

`axis` is an int, a tuple or None, `keepdims` a bool, `ddof` a number and `where` True or a mask
that says which elements count, as in NumPy.  A gradient of the reduced shape is first given the
kept axes back, then repeated over what was folded.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.abstract import unlikely
from autograd_core.ops.elementwise import broadcast_to
from autograd_core.ops.kinks import at_kinks
from autograd_core.ops.scan import products_of_others
from autograd_core.primitive import LINEAR, composite, primitive
from autograd_core.shapes import (
    Axis,
    Shape,
    inverse_permutation,
    kept,
    normalize_axis,
    reduced_size,
)

INF = np.inf


def _repeat(g: Any, shape: Shape, axis: Axis) -> Any:
    """The gradient of a reduced result, repeated to the shape of the input."""
    if axis is not None:
        g = g.reshape(kept(shape, axis))
    if isinstance(g, (np.ndarray, np.number)):  # arrays need no dispatch
        return broadcast_to.forward(g, shape=shape)
    return broadcast_to(g, shape=shape)


def over_folded(function: Any, x: Any, axis: Axis) -> Any:
    """function(rows, -1) of x with what `axis` folds as one last dimension, laid out as x is."""
    axes = normalize_axis(axis, x.ndim)
    if len(axes) == 1:
        return function(x, axes[0])
    rest = tuple(i for i in range(x.ndim) if i not in axes)
    order = (*rest, *axes)
    lengths = tuple(x.shape[i] for i in order)
    rows = (*lengths[: len(rest)], reduced_size(x.shape, axis))
    result = function(np.reshape(np.transpose(x, order), rows), len(rest))
    return np.transpose(np.reshape(result, lengths), inverse_permutation(order))


# ── extremes ──────────────────────────────────────────────────────────────────────────────────
def _hit(x: Any, top: Any) -> Any:
    """Where the extreme is.  A NaN is its own extreme."""
    return (x == top) | (x != x)  # noqa: PLR0124  true for NaN


def _hit_numbers(x: Any, top: Any) -> Any:
    """Where the extreme of all that is not NaN is; everywhere if there is nothing else."""
    return (x == top) | (top != top)  # noqa: PLR0124


def _vjp_extreme(g: Any, x: Any, out: Any, axis: Axis, hit: Any = _hit) -> Any:
    """Tied elements share the gradient evenly."""
    rows = kept(x.shape, axis)
    hits = hit(x, np.reshape(out, rows))
    count = np.sum(hits, axis=axis, keepdims=True, dtype=g.dtype)
    return np.where(hits, np.reshape(g, rows) / count, 0)


def _jvp_extreme(t: Any, x: Any, out: Any, axis: Axis, keepdims: bool, hit: Any = _hit) -> Any:
    hits = hit(x, np.reshape(out, kept(x.shape, axis)))
    count = np.sum(hits, axis=axis, keepdims=True, dtype=t.dtype)
    return np.sum(np.where(hits, t / count, 0), axis=axis, keepdims=keepdims)


# ── moments ───────────────────────────────────────────────────────────────────────────────────
def _mean(x: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    if x.dtype.kind in "fc" and x.dtype.itemsize > 2:  # np.mean widens the sum of all others
        return np.add.reduce(x, axis=axis, keepdims=keepdims) / reduced_size(x.shape, axis)
    return np.mean(x, axis=axis, keepdims=keepdims)


def _real_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.finfo(dtype).dtype if dtype.kind in "fc" else np.dtype(float)


def _freedom(x: Any, axis: Axis, ddof: float, where: Any) -> Any:
    """How many elements count, less ddof: a number, or by rows where there is a mask."""
    if where is True:
        return max(reduced_size(x.shape, axis) - ddof, 0)
    mask = np.broadcast_to(where, x.shape)
    count = np.sum(mask, axis=axis, keepdims=True, dtype=_real_dtype(x.dtype))
    return np.maximum(count - ddof, 0)


def _per(number: float, freedom: Any) -> Any:
    """number / freedom; without any degree of freedom infinite, so that 0 times it is NaN."""
    if isinstance(freedom, (int, float)):
        return number / freedom if freedom else INF
    with np.errstate(divide="ignore"):
        return number / freedom


def _only(where: Any, x: Any) -> Any:
    """x, with 0 where elements do not count."""
    return x if where is True else np.where(where, x, 0)


def _deviation(x: Any, axis: Axis, where: Any) -> Any:
    """How far each element that counts is from their mean; 0 for all others."""
    if where is True:
        return x - mean(x, axis=axis, keepdims=True)
    total = np.sum(_only(where, x), axis=axis, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _only(where, x - total / _freedom(x, axis, 0, where))


def _conjugate(x: Any) -> Any:
    return np.conjugate(x) if x.dtype.kind == "c" else x


def _defined_var(
    x: Any, *, axis: Axis = None, keepdims: bool = False, ddof: float = 0, where: Any = True
) -> Any:
    deviation = _deviation(x, axis, where)
    if deviation.dtype.kind == "c":
        squares = np.real(deviation * np.conjugate(deviation))
    else:
        squares = np.square(deviation)
    freedom = _freedom(x, axis, ddof, where)
    if where is True:
        return np.sum(squares, axis=axis, keepdims=keepdims) / freedom
    return np.sum(squares / freedom, axis=axis, keepdims=keepdims)


def _vjp_var(g: Any, x: Any, axis: Axis, ddof: float, where: Any) -> Any:
    if where is not True:
        g = np.reshape(g, kept(x.shape, axis))
    slope = _repeat(g * _per(2, _freedom(x, axis, ddof, where)), x.shape, axis)
    return _only(where, slope * _conjugate(_deviation(x, axis, where)))


def _jvp_var(t: Any, x: Any, axis: Axis, keepdims: bool, ddof: float, where: Any) -> Any:
    slope = _conjugate(_deviation(x, axis, where)) * _per(2, _freedom(x, axis, ddof, where))
    return np.sum(_only(where, slope * t), axis=axis, keepdims=keepdims)


def _all_equal(x: Any, axis: Axis, where: Any) -> Any:
    """Asked of the elements: their mean, and so their deviations, may be off by rounding."""
    if where is not True:
        if x.dtype.kind == "c":
            return _all_equal(np.real(x), axis, where) & _all_equal(np.imag(x), axis, where)
        top = np.max(np.where(where, x, -INF), axis=axis, keepdims=True)
        return top == np.min(np.where(where, x, INF), axis=axis, keepdims=True)
    axes = normalize_axis(axis, x.ndim)
    first = x[tuple(slice(0, 1) if i in axes else slice(None) for i in range(x.ndim))]
    return np.all(x == first, axis=axis, keepdims=True)


def _std_slope(g: Any, x: Any, out: Any, axis: Axis, ddof: float, where: Any) -> Any:
    """g times the derivative of std, which has a kink where all elements are equal."""
    equal = _all_equal(x, axis, where)
    spread = np.where(equal, 1, np.reshape(out, kept(x.shape, axis)))
    freedom = _freedom(x, axis, ddof, where)
    spread = spread * freedom
    # One expression, in which NumPy computes in place; with names for its parts it takes twice as
    # long on 60,000 elements.
    return _only(where, np.where(equal & (freedom > 0), at_kinks().std_at_zero,
                                 g * _conjugate(_deviation(x, axis, where)) / spread))


def _vjp_std(g: Any, x: Any, out: Any, axis: Axis, ddof: float, where: Any) -> Any:
    return _std_slope(np.reshape(g, kept(x.shape, axis)), x, out, axis, ddof, where)


def _jvp_std(
    t: Any, x: Any, out: Any, axis: Axis, keepdims: bool, ddof: float, where: Any
) -> Any:  # fmt: skip
    return np.sum(_std_slope(t, x, out, axis, ddof, where), axis=axis, keepdims=keepdims)


# ── products ──────────────────────────────────────────────────────────────────────────────────
def _vjp_prod(g: Any, x: Any, out: Any, axis: Axis) -> Any:
    """g times the product of all other elements, exact where there are zeros."""
    rows = kept(x.shape, axis)
    if not unlikely(np.any(x == 0)):
        return np.reshape(g * out, rows) / x
    return np.reshape(g, rows) * over_folded(products_of_others, x, axis)


def _jvp_prod(t: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    others = over_folded(products_of_others, x, axis)
    return np.sum(others * t, axis=axis, keepdims=keepdims)


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
                 tex=r"\prod {x}", vjp=(_vjp_prod,), jvp=(_jvp_prod,))
max_ = primitive("max", lambda x, *, axis=None, keepdims=False:
                 np.maximum.reduce(x, axis=axis, keepdims=keepdims),
                 real=True, tex=r"\max {x}",
                 vjp=(lambda g, x, out, axis: _vjp_extreme(g, x, out, axis),),
                 jvp=(lambda t, x, out, axis, keepdims: _jvp_extreme(t, x, out, axis, keepdims),))
min_ = primitive("min", lambda x, *, axis=None, keepdims=False:
                 np.minimum.reduce(x, axis=axis, keepdims=keepdims),
                 real=True, tex=r"\min {x}",
                 vjp=(lambda g, x, out, axis: _vjp_extreme(g, x, out, axis),),
                 jvp=(lambda t, x, out, axis, keepdims: _jvp_extreme(t, x, out, axis, keepdims),))
nanmax = primitive("nanmax", lambda x, *, axis=None, keepdims=False:
                   np.nanmax(x, axis=axis, keepdims=keepdims),
                   real=True, tex=r"\operatorname{{nanmax}} {x}",
                   vjp=(lambda g, x, out, axis: _vjp_extreme(g, x, out, axis, _hit_numbers),),
                   jvp=(lambda t, x, out, axis, keepdims:
                        _jvp_extreme(t, x, out, axis, keepdims, _hit_numbers),))
nanmin = primitive("nanmin", lambda x, *, axis=None, keepdims=False:
                   np.nanmin(x, axis=axis, keepdims=keepdims),
                   real=True, tex=r"\operatorname{{nanmin}} {x}",
                   vjp=(lambda g, x, out, axis: _vjp_extreme(g, x, out, axis, _hit_numbers),),
                   jvp=(lambda t, x, out, axis, keepdims:
                        _jvp_extreme(t, x, out, axis, keepdims, _hit_numbers),))
var = composite("var", _defined_var,
                lambda x, *, axis=None, keepdims=False, ddof=0, where=True:
                np.var(x, axis=axis, keepdims=keepdims, ddof=ddof, where=where),
                tex=r"\operatorname{{var}} {x}", vjp=(_vjp_var,), jvp=(_jvp_var,))
std = composite("std", lambda x, *, axis=None, keepdims=False, ddof=0, where=True:
                np.sqrt(_defined_var(x, axis=axis, keepdims=keepdims, ddof=ddof, where=where)),
                lambda x, *, axis=None, keepdims=False, ddof=0, where=True:
                np.std(x, axis=axis, keepdims=keepdims, ddof=ddof, where=where),
                tex=r"\operatorname{{std}} {x}", vjp=(_vjp_std,), jvp=(_jvp_std,))
