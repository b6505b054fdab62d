"""Sorting, and the statistics that depend on the order of the elements."""

from __future__ import annotations

from operator import index as as_int
from typing import Any

import numpy as np

from autograd_core.dispatch import PLAIN_FUNCTIONS, implements, refuse
from autograd_core.errors import UncoveredError
from autograd_core.numpy_api.reduction import UNSET
from autograd_core.ops import order as ops
from autograd_core.primitive import Primitive
from autograd_core.readable import Readable, plain
from autograd_core.shapes import Axis, checked_axis, kept, normalize_axis
from autograd_core.tensor import apply

PLAIN_FUNCTIONS |= {
    np.argpartition, np.digitize, np.isin, np.lexsort, np.nanargmax, np.nanargmin,
}  # fmt: skip


def along(a: Any, axis: Any) -> tuple[Any, int]:
    """The array and one axis of it; without an axis all elements in a row."""
    if axis is None:
        return np.ravel(a), 0
    return a, normalize_axis((as_int(axis),), np.ndim(a))[0]


def constant(name: str, argument: str, value: Any) -> Any:
    """The plain value of an argument in which the function has no derivative."""
    if isinstance(value, Readable) and value.requires_grad:
        raise UncoveredError(
            f"{name}: the derivative in {argument} is not covered. Pass {argument}.data for a "
            "constant."
        )
    return plain(value)


# ── sorting ───────────────────────────────────────────────────────────────────────────────────
@implements(np.sort)
def sort(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
    """np.sort: each gradient goes back to where its element came from.  Always stable."""
    refuse("np.sort", order=order)
    a, axis = along(a, axis)
    return apply(ops.sort, (a,), {"axis": axis})


@implements(np.partition)
def partition(
    a: Any, kth: Any, axis: Any = -1, kind: str = "introselect", order: Any = None
) -> Any:
    """np.partition: sorted at the places `kth`, smaller elements before them."""
    refuse("np.partition", order=order)
    a, axis = along(a, axis)
    return apply(ops.partition, (a,), {"kth": plain(kth), "axis": axis})


@implements(np.unique)
def unique(
    ar: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False,
    axis: int | None = None, **options: Any,
) -> Any:  # fmt: skip
    """np.unique: the gradient of a value goes to its first occurrence."""
    find: Any = np.unique
    _, index, *more = find(plain(ar), True, return_inverse, return_counts, axis, **options)
    values = np.take(ar, index, axis)
    if return_index:
        more.insert(0, index)
    return (values, *more) if more else values


# ── medians and quantiles ─────────────────────────────────────────────────────────────────────
def _middle(primitive: Primitive, function: Any) -> None:
    """np.median and np.nanmedian."""
    name = f"np.{function.__name__}"

    def middle(
        a: Any, axis: Axis = None, out: Any = None, overwrite_input: bool = False,
        keepdims: Any = False,
    ) -> Any:  # fmt: skip
        refuse(name, out=out)
        keepdims = keepdims is not UNSET and bool(keepdims)
        params = {"axis": checked_axis(axis, np.ndim(a)), "keepdims": keepdims}
        return apply(primitive, (a,), params)

    implements(function)(middle)


def _quantile(primitive: Primitive, function: Any, whole: int) -> None:
    """np.quantile and its like; `whole`: the largest q, of which all elements are smaller."""
    name = f"np.{function.__name__}"

    def quantile(
        a: Any, q: Any, axis: Axis = None, out: Any = None, overwrite_input: bool = False,
        method: str = "linear", keepdims: Any = False, *, weights: Any = None, **options: Any,
    ) -> Any:  # fmt: skip
        refuse(name, out=out, **options)
        axis = checked_axis(axis, np.ndim(a))
        q = constant(name, "q", q)
        q = q / whole if type(q) in (int, float) else np.true_divide(q, whole)  # a weak dtype stays
        weights = constant(name, "weights", weights)
        params = {"q": q, "axis": axis, "method": method, "weights": weights}
        result = apply(primitive, (a,), params)
        if keepdims is UNSET or not keepdims:
            return result
        return np.reshape(result, (*np.shape(q), *kept(np.shape(a), axis)))

    implements(function)(quantile)


_middle(ops.median, np.median)
_middle(ops.nanmedian, np.nanmedian)
_quantile(ops.quantile, np.quantile, 1)
_quantile(ops.quantile, np.percentile, 100)
_quantile(ops.nanquantile, np.nanquantile, 1)
_quantile(ops.nanquantile, np.nanpercentile, 100)
