"""Picking elements: by places along an axis, by conditions, on diagonals, from several arrays.

NumPy itself says which: its function is run on the numbers 0, 1, 2, … of the places along the axis,
and what comes out is the index.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import index as as_int
from typing import Any

import numpy as np

from autograd_core.abstract import as_array
from autograd_core.dispatch import implements, refuse
from autograd_core.errors import ShapeError
from autograd_core.numpy_api.joining import in_dtype_of, with_ndim
from autograd_core.ops import placing, shaping
from autograd_core.readable import plain
from autograd_core.shapes import Shape, normalize_axis
from autograd_core.tensor import apply


def _along(a: Any, axis: int | None, which: Callable[[Any], Any]) -> Any:
    """The array with an index in place of an axis; without an axis, of all its elements."""
    if axis is None:
        a, axis = np.ravel(a), 0
    (axis,) = normalize_axis((axis,), np.ndim(a))
    index = (*(slice(None),) * axis, which(np.arange(np.shape(a)[axis])))
    return apply(shaping.getitem, (a,), {"index": index})


# ── by places ─────────────────────────────────────────────────────────────────────────────────
@implements(np.take)
def take(
    a: Any, indices: Any, axis: int | None = None, out: Any = None, mode: Any = "raise"
) -> Any:
    """np.take: the elements at these places along an axis."""
    refuse("np.take", out=out)
    return _along(a, axis, lambda places: np.take(places, plain(indices), mode=mode))


@implements(np.take_along_axis)
def take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Any:
    """np.take_along_axis: in each row, the elements at the places that its row of indices names."""
    if axis is None:
        arr, axis = np.ravel(arr), 0
    index = along_axis(np.shape(arr), as_array(plain(indices)), axis)
    return apply(shaping.getitem, (arr,), {"index": index})


def along_axis(shape: Shape, indices: Any, axis: int) -> tuple[Any, ...]:
    """The index that stands for rows of indices along an axis."""
    (axis,) = normalize_axis((axis,), len(shape))
    if indices.ndim != len(shape):
        raise ShapeError(
            f"take_along_axis: x is {shape} and indices is {indices.shape}; they must have equally "
            "many dimensions."
        )
    index: list[Any] = list(np.ix_(*map(np.arange, shape)))
    index[axis] = indices
    return tuple(index)


@implements(np.delete)
def delete(arr: Any, obj: Any, axis: int | None = None) -> Any:
    """np.delete: without the elements at these places."""
    return _along(arr, axis, lambda places: np.delete(places, plain(obj)))


@implements(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """np.insert: with values put before these places."""
    if axis is None:
        arr, axis = np.ravel(arr), 0
    (axis,) = normalize_axis((axis,), np.ndim(arr))
    values, shape = with_ndim(values, np.ndim(arr)), np.shape(arr)
    before, places = np.arange(shape[axis]), plain(obj)
    if axis and np.ndim(places) == 0 and not isinstance(places, slice):
        values = np.moveaxis(values, 0, axis)  # as in a[:, 0] = values, unlike a[:, [0]]
    count = np.insert(before, places, 0).size - before.size
    count = np.shape(values)[axis] if count == 1 else count
    target = (*shape[:axis], count, *shape[axis + 1 :])
    values = values if np.shape(values) == target else np.broadcast_to(values, target)
    both = np.concatenate([arr, in_dtype_of(arr, values, "insert")], axis)
    index = np.insert(before, places, before.size + np.arange(count))
    return _along(both, axis, lambda _: index)


# ── by conditions ─────────────────────────────────────────────────────────────────────────────
@implements(np.compress)
def compress(condition: Any, a: Any, axis: int | None = None, out: Any = None) -> Any:
    """np.compress: the places along an axis at which the condition holds."""
    refuse("np.compress", out=out)
    return _along(a, axis, lambda places: np.compress(plain(condition), places))


@implements(np.extract)
def extract(condition: Any, arr: Any) -> Any:
    """np.extract: the elements at which the condition holds."""
    return _along(arr, None, lambda places: places[np.ravel(plain(condition)).nonzero()[0]])


@implements(np.choose)
def choose(a: Any, choices: Sequence[Any], out: Any = None, mode: str = "raise") -> Any:
    """np.choose: at each place the element of the array that `a` numbers there."""
    refuse("np.choose", out=out)
    choices = tuple(choices)
    which = np.choose(plain(a), range(len(choices)), mode=mode)  # type: ignore[call-overload]
    return apply(placing.choose, choices, {"which": which})


@implements(np.select)
def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """np.select: at each place the element of the first array whose condition holds there; the
    gradient goes to it, and exactly 0 to all others."""
    choices = tuple(choicelist)
    which = np.select([plain(c) for c in condlist], range(len(choices)), default=len(choices))
    return apply(placing.choose, (*choices, default), {"which": which})


@implements(np.piecewise)
def piecewise(x: Any, condlist: Any, funclist: Sequence[Any], *args: Any, **kw: Any) -> Any:
    """np.piecewise: each function of the elements at which its condition holds."""
    array, count = as_array(plain(x)), len(funclist)
    conditions = plain(condlist)
    if np.isscalar(conditions) or (np.ndim(conditions[0]) == 0 and array.ndim):
        conditions = [conditions]
    holds = [np.broadcast_to(np.asarray(c, bool), array.shape) for c in conditions]
    if len(holds) == count - 1:
        holds.append(~np.any(holds, axis=0))
    if len(holds) != count:
        raise ShapeError(f"piecewise: {len(holds)} conditions for {count} functions.")
    which = np.select(holds[::-1], range(count - 1, -1, -1), default=count)
    pieces = [_piece(f, x, where, args, kw) for f, where in zip(funclist, holds, strict=True)]
    return apply(placing.choose, (*pieces, array.dtype.type(0)), {"which": which})


def _piece(function: Any, x: Any, where: Any, args: Any, kw: Any) -> Any:
    """A function's values where its condition holds, and zeros elsewhere."""
    value = function
    if callable(function):
        value = x[where]  # of no element NumPy asks no function; the graph still knows x
        value = function(value, *args, **kw) if value.size else value
    value = in_dtype_of(x, value, "piecewise")
    if np.ndim(value) == 0:
        return value
    value = np.broadcast_to(value, (int(where.sum()),))
    return shaping.scatter(value, index=where, shape=where.shape)


# ── diagonals and triangles ───────────────────────────────────────────────────────────────────
def _diagonal_of(a: Any, offset: int, axis1: int, axis2: int) -> dict[str, int]:
    """The parameters of a diagonal, checked."""
    first, second = normalize_axis((axis1, axis2), np.ndim(a))
    return {"offset": as_int(offset), "axis1": first, "axis2": second}


@implements(np.diagonal)
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """np.diagonal: of the matrices in two axes."""
    return apply(placing.diagonal, (a,), _diagonal_of(a, offset, axis1, axis2))


@implements(np.trace)
def trace(
    a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None
) -> Any:
    """np.trace: the sum of the diagonal."""
    refuse("np.trace", out=out)
    a = a if dtype is None else a.astype(dtype)
    return apply(placing.trace, (a,), _diagonal_of(a, offset, axis1, axis2))


@implements(np.diag)
def diag(v: Any, k: int = 0) -> Any:
    """np.diag: the diagonal of a matrix, or a matrix with a vector as its diagonal."""
    if np.ndim(v) == 2:
        return diagonal(v, k)
    if np.ndim(v) != 1:
        raise ShapeError(f"diag: x is {np.shape(v)}; it must be a vector or a matrix.")
    size = np.shape(v)[0] + abs(as_int(k))
    params = {"offset": as_int(k), "axis1": 0, "axis2": 1, "shape": (size, size)}
    return apply(placing.diag, (v,), params)


@implements(np.diagflat)
def diagflat(v: Any, k: int = 0) -> Any:
    """np.diagflat: a matrix with all elements, one after the other, as its diagonal."""
    return diag(np.ravel(v), k)


def _triangle(m: Any) -> Any:
    """A vector stands for a matrix with equal rows."""
    return np.broadcast_to(m, np.shape(m) * 2) if np.ndim(m) == 1 else m


@implements(np.tril)
def tril(m: Any, k: int = 0) -> Any:
    """np.tril: zeros above the k-th diagonal."""
    return apply(placing.tril, (_triangle(m),), {"k": as_int(k)})


@implements(np.triu)
def triu(m: Any, k: int = 0) -> Any:
    """np.triu: zeros below the k-th diagonal."""
    return apply(placing.triu, (_triangle(m),), {"k": as_int(k)})
