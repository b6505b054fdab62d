"""Joining arrays along an axis, and splitting them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import index as as_int
from typing import Any

import numpy as np

from autograd_core.abstract import as_array
from autograd_core.dispatch import implements, refuse
from autograd_core.errors import DTypeError, ShapeError
from autograd_core.ops import shaping
from autograd_core.readable import Readable, plain
from autograd_core.shapes import normalize_axis
from autograd_core.tensor import apply


def _refuse_casting(name: str, out: Any = None, **options: Any) -> None:
    """Refuse out=, dtype= and a casting= other than the usual one."""
    if out is not None or options:
        usual = ("casting", "same_kind")
        refuse(name, out=out, **{k: v for k, v in options.items() if (k, v) != usual})


# ── along an axis that there is ───────────────────────────────────────────────────────────────
@implements(np.concatenate, np.concat)
def concatenate(
    arrays: Sequence[Any], axis: int | None = 0, out: Any = None, **options: Any
) -> Any:
    """np.concatenate: joined along an axis, or flat with axis=None."""
    _refuse_casting("np.concatenate", out, **options)
    if axis is None:
        arrays, axis = [np.ravel(a) for a in _beside_each_other(arrays)], 0
    return apply(shaping.concatenate, tuple(arrays), {"axis": as_int(axis)})


def _beside_each_other(arrays: Sequence[Any]) -> Sequence[Any]:
    """The arrays, with Python numbers among them in the dtype that these give to the result."""
    weak = [type(a) in (bool, int, float, complex) for a in arrays]
    if not any(weak):
        return arrays
    kinds = [a if w else as_array(plain(a)).dtype for a, w in zip(arrays, weak, strict=True)]
    dtype = np.result_type(*kinds)
    return [np.asarray(a, dtype) if w else a for a, w in zip(arrays, weak, strict=True)]


@implements(np.append)
def append(arr: Any, values: Any, axis: int | None = None) -> Any:
    """np.append: joined along an axis, or flat with axis=None."""
    return concatenate((arr, values), axis)


def with_ndim(a: Any, ndim: int) -> Any:
    """The array with lengths of 1 in front, as np.array(ndmin=) gives them."""
    shape = np.shape(a)
    return a if len(shape) >= ndim else np.reshape(a, (1,) * (ndim - len(shape)) + shape)


def in_dtype(dtype: np.dtype[Any], values: Any, name: str) -> Any:
    """An array, a Tensor or a Python number in that dtype."""
    if isinstance(values, Readable) and values.requires_grad and dtype.kind not in "fc":
        raise DTypeError(
            f"{name}: a Tensor that needs a gradient would become {dtype}, which has no "
            "derivative. Convert what it goes into to a floating dtype: array.astype(float)."
        )
    if not hasattr(values, "dtype"):
        return np.asarray(values, dtype)
    return values if values.dtype == dtype else values.astype(dtype)


def in_dtype_of(array: Any, values: Any, name: str) -> Any:
    """Values in the dtype of the array that they go to."""
    return in_dtype(as_array(plain(array)).dtype, values, name)


@implements(np.hstack)
def hstack(tup: Sequence[Any], **options: Any) -> Any:
    """np.hstack: joined along the second axis, or the only one."""
    _refuse_casting("np.hstack", **options)
    arrays = [with_ndim(a, 1) for a in tup]
    return concatenate(arrays, 0 if arrays and np.ndim(arrays[0]) == 1 else 1)


@implements(np.vstack)
def vstack(tup: Sequence[Any], **options: Any) -> Any:
    """np.vstack: joined along the first axis; one-dimensional arrays are rows."""
    _refuse_casting("np.vstack", **options)
    arrays = tuple(tup)
    if {np.ndim(a) for a in arrays} == {1}:
        return stack(arrays)
    return concatenate([with_ndim(a, 2) for a in arrays])


@implements(np.dstack)
def dstack(tup: Sequence[Any], **options: Any) -> Any:
    """np.dstack: joined along the third axis."""
    _refuse_casting("np.dstack", **options)
    return concatenate([a if np.ndim(a) > 2 else np.atleast_3d(a) for a in tup], 2)


@implements(np.column_stack)
def column_stack(tup: Sequence[Any]) -> Any:
    """np.column_stack: joined along the second axis; one-dimensional arrays are columns."""
    arrays = tuple(tup)
    if {np.ndim(a) for a in arrays} == {1}:
        return stack(arrays, 1)
    return concatenate([a if np.ndim(a) > 1 else np.transpose(with_ndim(a, 2)) for a in arrays], 1)


# ── along a new axis, and in nested lists ─────────────────────────────────────────────────────
@implements(np.stack)
def stack(arrays: Sequence[Any], axis: int = 0, out: Any = None, **options: Any) -> Any:
    """np.stack: joined along a new axis."""
    _refuse_casting("np.stack", out, **options)
    arrays = tuple(arrays)
    shapes = {np.shape(a) for a in arrays}
    if len(shapes) != 1:
        raise ShapeError(f"stack: all arrays must have one shape, here {sorted(shapes)}.")
    (axis,) = normalize_axis((axis,), len(shapes.pop()) + 1)
    return apply(shaping.stack, arrays, {"axis": axis})


@implements(np.block)
def block(arrays: Any) -> Any:
    """np.block: nested lists of blocks, the innermost joined along the last axis."""
    depths = set(_depths(arrays))
    if len(depths) != 1:
        raise ShapeError(
            f"block: the blocks are nested in {sorted(depths)} lists; give each the same number of "
            "them, and no list that is empty or a tuple."
        )
    depth = depths.pop()
    return _joined(arrays, depth, max(depth, *map(np.ndim, _leaves(arrays))))


def _depths(arrays: Any, depth: int = 0) -> Any:
    """How many lists each block is in; -1 for what is no block."""
    if isinstance(arrays, list) and arrays:
        for item in arrays:
            yield from _depths(item, depth + 1)
    else:
        yield -1 if isinstance(arrays, (list, tuple)) else depth


def _leaves(arrays: Any) -> Any:
    return [leaf for a in arrays for leaf in _leaves(a)] if isinstance(arrays, list) else [arrays]


def _joined(arrays: Any, depth: int, ndim: int) -> Any:
    """Blocks that are nested in so many lists, as one array of so many dimensions."""
    if depth == 0:
        return with_ndim(arrays, ndim)
    return concatenate([_joined(a, depth - 1, ndim) for a in arrays], -depth)


# ── splitting: several slices ─────────────────────────────────────────────────────────────────
def _split(name: str, ary: Any, sections: Any, axis: int) -> list[Any]:
    """The slices that np.split or np.array_split makes: it says which on the places of the axis."""
    (axis,) = normalize_axis((axis,), np.ndim(ary))
    pieces = getattr(np, name)(np.arange(np.shape(ary)[axis]), sections)
    before = (slice(None),) * axis
    starts = [int(piece[0]) if piece.size else 0 for piece in pieces]
    return [
        ary[(*before, slice(start, start + piece.size))]
        for start, piece in zip(starts, pieces, strict=True)
    ]


@implements(np.split)
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """np.split: into equal parts, or at the given places."""
    return _split("split", ary, indices_or_sections, axis)


@implements(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """np.array_split: as np.split, but the parts need not be equal."""
    return _split("array_split", ary, indices_or_sections, axis)


def _split_along(name: str, axis: int, least: int) -> Callable[[Any, Any], list[Any]]:
    def split_along(ary: Any, indices_or_sections: Any) -> list[Any]:
        if np.ndim(ary) < least:
            raise ShapeError(
                f"{name}: x is {np.shape(ary)}, and must have {least} dimensions or more."
            )
        return split(ary, indices_or_sections, min(axis, np.ndim(ary) - 1))

    split_along.__doc__ = f"np.{name}: np.split along axis {axis}."
    return split_along


implements(np.hsplit)(_split_along("hsplit", 1, 1))  # of one dimension: along that
implements(np.vsplit)(_split_along("vsplit", 0, 2))
implements(np.dsplit)(_split_along("dsplit", 2, 3))

if hasattr(np, "unstack"):  # NumPy 2.1

    @implements(np.unstack)
    def unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
        """np.unstack: the parts of an axis, without that axis."""
        (axis,) = normalize_axis((axis,), np.ndim(x))
        return tuple(x[(*(slice(None),) * axis, i)] for i in range(np.shape(x)[axis]))
