"""Shapes: the same elements in another arrangement, joined or repeated."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index as as_int
from typing import Any

import numpy as np

from autograd_core.dispatch import implements, refuse
from autograd_core.errors import ShapeError
from autograd_core.ops import elementwise, shaping
from autograd_core.shapes import normalize_axis
from autograd_core.tensor import apply


@implements(np.reshape)
def reshape(a: Any, /, shape: Any = None, order: str = "C", **options: Any) -> Any:
    """np.reshape, row by row (order "C")."""
    if order != "C" or options:
        refuse("np.reshape", order=None if order == "C" else order, **options)
    return apply(shaping.reshape, (a,), {"shape": shape})


@implements(np.ravel)
def ravel(a: Any, order: str = "C") -> Any:
    """np.ravel, row by row (order "C")."""
    return reshape(a, (-1,), order)


@implements(np.expand_dims)
def expand_dims(a: Any, axis: Any) -> Any:
    """np.expand_dims: new dimensions of length 1."""
    shape = np.expand_dims(np.broadcast_to(0, np.shape(a)), axis).shape
    return apply(shaping.reshape, (a,), {"shape": shape})


@implements(np.squeeze)
def squeeze(a: Any, axis: Any = None) -> Any:
    """np.squeeze: without dimensions of length 1."""
    shape = np.squeeze(np.broadcast_to(0, np.shape(a)), axis).shape
    return apply(shaping.reshape, (a,), {"shape": shape})


@implements(np.transpose)
def transpose(a: Any, axes: Any = None) -> Any:
    """np.transpose: the dimensions in another order, by default reversed."""
    ndim = np.ndim(a)
    order = tuple(range(ndim))[::-1] if axes is None else normalize_axis(tuple(axes), ndim)
    if len(order) != ndim:
        raise ShapeError(
            f"transpose: axes {axes} for an array of {ndim} dimensions; name each once."
        )
    return apply(shaping.transpose, (a,), {"axes": order})


@implements(np.swapaxes)
def swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    """np.swapaxes: two dimensions exchanged."""
    first, second = normalize_axis((axis1,), np.ndim(a))[0], normalize_axis((axis2,), np.ndim(a))[0]
    order = list(range(np.ndim(a)))
    order[first], order[second] = second, first
    return apply(shaping.transpose, (a,), {"axes": tuple(order)})


@implements(np.moveaxis)
def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    """np.moveaxis: dimensions moved to other places."""
    numbers = np.moveaxis(np.empty(range(1, np.ndim(a) + 1), dtype=bool), source, destination).shape
    return apply(shaping.transpose, (a,), {"axes": tuple(n - 1 for n in numbers)})


@implements(np.matrix_transpose)
def matrix_transpose(x: Any, /) -> Any:
    """np.matrix_transpose: the last two dimensions exchanged."""
    return swapaxes(x, -1, -2)


@implements(np.broadcast_to)
def broadcast_to(array: Any, shape: Any, subok: bool = False) -> Any:
    """np.broadcast_to: repeated to a shape; the gradient is summed over the repetitions."""
    refuse("np.broadcast_to", subok=subok or None)
    shape = (as_int(shape),) if np.ndim(shape) == 0 else tuple(shape)
    return apply(elementwise.broadcast_to, (array,), {"shape": shape})


@implements(np.concatenate, np.concat)
def concatenate(
    arrays: Sequence[Any], axis: int | None = 0, out: Any = None, **options: Any
) -> Any:
    """np.concatenate: joined along an axis, or flat with axis=None."""
    if out is not None or options:
        refuse("np.concatenate", out=out, **_other_casting(options))
    if axis is None:
        arrays, axis = [np.ravel(a) for a in arrays], 0
    return apply(shaping.concatenate, tuple(arrays), {"axis": as_int(axis)})


@implements(np.stack)
def stack(arrays: Sequence[Any], axis: int = 0, out: Any = None, **options: Any) -> Any:
    """np.stack: joined along a new axis."""
    if out is not None or options:
        refuse("np.stack", out=out, **_other_casting(options))
    shapes = {np.shape(a) for a in arrays}
    if len(shapes) != 1:
        raise ShapeError(f"stack: all arrays must have one shape, here {sorted(shapes)}.")
    return concatenate([np.expand_dims(a, axis) for a in arrays], axis)


def _other_casting(options: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in options.items() if (k, v) != ("casting", "same_kind")}
