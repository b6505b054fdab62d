"""Averages with weights, covariances, histograms."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.abstract import as_array, unlikely
from autograd_core.dispatch import implements
from autograd_core.errors import DTypeError, ShapeError
from autograd_core.numpy_api.order import constant
from autograd_core.numpy_api.reduction import UNSET, as_operand
from autograd_core.ops.shaping import scatter
from autograd_core.readable import plain
from autograd_core.shapes import checked_axis, normalize_axis, reduced_size
from autograd_core.tensor import apply


@implements(np.average)
def average(
    a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False
) -> Any:
    """np.average: also differentiable in the weights."""
    a = as_operand(a)
    axis = checked_axis(axis, a.ndim)
    keepdims = keepdims is not UNSET and bool(keepdims)
    if weights is None:
        result = np.mean(a, axis=axis, keepdims=keepdims)
        total: Any = result.dtype.type(reduced_size(a.shape, axis))
    else:
        weights = _beside(a, as_operand(weights), axis)
        total = np.sum(weights, axis=axis, keepdims=keepdims)
        if unlikely(np.any(plain(total) == 0)):
            raise ZeroDivisionError(
                "average: the weights sum to zero; nothing can be divided by it."
            )
        result = np.sum(a * weights, axis=axis, keepdims=keepdims) / total
    if not returned:
        return result
    return result, np.broadcast_to(total, result.shape)


def _beside(a: Any, weights: Any, axis: Any) -> Any:
    """The weights in a shape in which each stands beside its element."""
    if weights.shape == a.shape:
        return weights
    axes = normalize_axis(axis, a.ndim)
    if axis is None or weights.shape != tuple(a.shape[i] for i in axes):
        raise ShapeError(
            f"average: a is {a.shape} and weights is {weights.shape}; without the shape of a they "
            f"must have its lengths along axis={axis}."
        )
    weights = np.transpose(weights, tuple(np.argsort(axes)))
    return np.reshape(weights, tuple(n if i in axes else 1 for i, n in enumerate(a.shape)))


# ── covariances ───────────────────────────────────────────────────────────────────────────────
@implements(np.cov)
def cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None,
    fweights: Any = None, aweights: Any = None, *, dtype: Any = None,
) -> Any:  # fmt: skip
    """np.cov: also differentiable in `aweights`."""
    if dtype is None:
        dtype = np.result_type(*(as_operand(v).dtype for v in (m, y) if v is not None), float)
    x = _variables(m, rowvar, dtype)
    if y is not None:  # NumPy takes a single row for one variable in any case
        x = np.concatenate([x, _variables(y, rowvar or np.shape(y)[:1] == (1,), dtype)])
    ddof = (0 if bias else 1) if ddof is None else ddof
    fweights = constant("np.cov", "fweights", fweights)
    fweights, aweights = (None if w is None else as_operand(w) for w in (fweights, aweights))
    weights, freedom = _freedom(x.shape[1], ddof, fweights, aweights)
    x = x - np.reshape(average(x, 1, weights), (-1, 1))
    weighted = x if weights is None else x * weights
    products = np.dot(x, np.conjugate(weighted.T) if x.dtype.kind == "c" else weighted.T)
    return np.squeeze(products * np.true_divide(1, freedom))


def _variables(m: Any, rowvar: bool, dtype: Any) -> Any:
    """A matrix with a row for each variable."""
    m = as_operand(m)
    if m.ndim > 2:
        raise ShapeError(f"cov: an array of shape {m.shape}; variables are rows or columns.")
    m = m if m.dtype == dtype else m.astype(dtype)
    if m.ndim < 2:
        return np.reshape(m, (1, -1))
    return m if rowvar else m.T


def _freedom(count: int, ddof: int, fweights: Any, aweights: Any) -> tuple[Any, Any]:
    """The weights of the observations, and the number that the sums of products are divided by."""
    for name, weights in (("fweights", fweights), ("aweights", aweights)):
        if weights is not None and weights.shape != (count,):
            raise ShapeError(
                f"cov: {name} of shape {weights.shape} for {count} observations; give one for each."
            )
        if weights is not None and unlikely(np.any(plain(weights) < 0)):
            raise ShapeError(f"cov: {name} has negative numbers.")
    if fweights is None and aweights is None:
        return None, max(count - ddof, 0)
    weights = 1.0 * (1 if fweights is None else fweights) * (1 if aweights is None else aweights)
    total = np.sum(weights)
    if ddof == 0:
        return weights, total
    lost = ddof if aweights is None else ddof * np.sum(weights * aweights) / total
    return weights, np.maximum(total - lost, 0)


@implements(np.corrcoef)
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    """np.corrcoef: covariances over the standard deviations of both variables."""
    c = cov(x, y, rowvar, dtype=dtype)
    if c.ndim == 0:
        return c / c
    deviation = np.sqrt(np.real(np.diagonal(c)))
    c = c / deviation[:, None] / deviation
    if c.dtype.kind != "c":
        return np.clip(c, -1, 1)
    return np.clip(np.real(c), -1, 1) + 1j * np.clip(np.imag(c), -1, 1)


# ── counts ────────────────────────────────────────────────────────────────────────────────────
@implements(np.bincount)
def bincount(x: Any, weights: Any = None, minlength: int = 0) -> Any:
    """np.bincount: plain counts, or the sums of the weights in each bin."""
    x = as_array(plain(x))
    counts = np.bincount(x, None, minlength)
    if weights is None:
        return counts
    weights = as_operand(weights)
    if weights.dtype.kind == "c":
        raise DTypeError("bincount: complex weights. Count their real and imaginary parts apart.")
    return apply(scatter, (weights.astype(float),), {"index": x, "shape": counts.shape})


@implements(np.histogram)
def histogram(
    a: Any, bins: Any = 10, range: Any = None,  # noqa: A002  NumPy's name
    density: Any = None, weights: Any = None,
) -> Any:  # fmt: skip
    """np.histogram: plain counts, or the sums of the weights in each bin; the edges of bins between
    the smallest and the largest element depend on these two."""
    values = np.ravel(plain(a))
    weights = None if weights is None else np.ravel(weights)
    edges = np.histogram_bin_edges(values, plain(bins), plain(range), plain(weights))
    if weights is None:
        counts, _ = np.histogram(values, edges)
    else:
        place = np.searchsorted(edges, values, "right") - 1 - (values == edges[-1])
        inside = (place >= 0) & (place < edges.size - 1)
        counts = np.bincount(place[inside], weights[inside], edges.size - 1)
    exact = _edges(a, bins, edges, ranged=range is not None)
    if density:
        counts = counts / np.diff(exact) / np.sum(counts)
    return counts, exact


def _edges(a: Any, bins: Any, edges: Any, *, ranged: bool) -> Any:
    """The edges as what they were made of: the bins that were given, or the extremes."""
    if np.ndim(bins) > 0:
        return as_operand(bins)
    if ranged or np.size(a) == 0:
        return edges
    low, high = np.min(a), np.max(a)
    margin = 0.5 if plain(low) == plain(high) else 0.0
    return np.linspace(low - margin, high + margin, edges.size)
