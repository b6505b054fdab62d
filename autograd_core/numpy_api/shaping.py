"""Shapes: the same elements in another arrangement, or repeated."""

from __future__ import annotations

from collections.abc import Callable
from operator import index as as_int
from typing import Any

import numpy as np

from autograd_core.abstract import as_array
from autograd_core.dispatch import implements, refuse
from autograd_core.errors import ShapeError
from autograd_core.ops import elementwise, placing, shaping
from autograd_core.readable import plain
from autograd_core.shapes import Shape, normalize_axis
from autograd_core.tensor import Tensor, apply


def _outline(shape: Shape) -> Any:
    """An array of that shape that takes no memory, to ask NumPy what it makes of the shape."""
    return np.broadcast_to(np.int8(0), shape)


# ── reshape ───────────────────────────────────────────────────────────────────────────────────
@implements(np.reshape)
def reshape(a: Any, /, shape: Any = None, order: str = "C", **options: Any) -> Any:
    """np.reshape; orders "F" and "A" read and write with the first index running fastest."""
    refuse("np.reshape", **options)
    axes = _reading(a, order)
    if axes is None:
        return apply(shaping.reshape, (a,), {"shape": shape})
    backwards = shape if np.ndim(shape) == 0 else tuple(shape)[::-1]
    read = np.reshape(_turned(a, axes), backwards)
    return _turned(read, tuple(range(np.ndim(read)))[::-1])


@implements(np.ravel)
def ravel(a: Any, order: str = "C") -> Any:
    """np.ravel, in any of NumPy's orders ("A" and "K" look at how the array lies in memory)."""
    return apply(shaping.reshape, (_turned(a, _reading(a, order)),), {"shape": (-1,)})


def _turned(a: Any, axes: tuple[int, ...] | None) -> Any:
    return a if axes is None or np.ndim(a) < 2 else np.transpose(a, axes)


def _reading(a: Any, order: str) -> tuple[int, ...] | None:
    """The order of the axes in which elements are read, from slow to fast; None as they are."""
    array = as_array(plain(a))
    forwards = tuple(range(array.ndim))
    if order == "K":
        axes = tuple(sorted(forwards, key=lambda i: -abs(array.strides[i])))
        return None if axes == forwards else axes
    if order not in {"C", "F", "A"}:
        raise ShapeError(f"reshape: order {order!r} is none of 'C', 'F', 'A' (and 'K' of ravel).")
    return forwards[::-1] if order == "F" or (order == "A" and array.flags.fnc) else None


def _resized_by(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that only adds or removes dimensions of length 1."""

    def resized(a: Any, *args: Any, **options: Any) -> Any:
        shape = function(_outline(np.shape(a)), *args, **options).shape
        return apply(shaping.reshape, (a,), {"shape": shape})

    resized.__doc__ = f"np.{function.__name__}."
    return resized


implements(np.expand_dims)(_resized_by(np.expand_dims))
implements(np.squeeze)(_resized_by(np.squeeze))


def _at_least(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that gives each array a number of dimensions that it may have already."""
    resized = _resized_by(function)

    def at_least(*arrays: Any) -> Any:
        made = tuple(resized(a) if isinstance(a, Tensor) else function(a) for a in arrays)
        return made[0] if len(made) == 1 else made

    at_least.__doc__ = f"np.{function.__name__}."
    return at_least


implements(np.atleast_1d)(_at_least(np.atleast_1d))
implements(np.atleast_2d)(_at_least(np.atleast_2d))
implements(np.atleast_3d)(_at_least(np.atleast_3d))


# ── transpose ─────────────────────────────────────────────────────────────────────────────────
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


def _permuted_by(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that only exchanges dimensions: it tells how on one with lengths 1, 2, 3 …"""

    def permuted(a: Any, *args: Any, **options: Any) -> Any:
        numbers = function(_outline(tuple(range(1, np.ndim(a) + 1))), *args, **options).shape
        return apply(shaping.transpose, (a,), {"axes": tuple(n - 1 for n in numbers)})

    permuted.__doc__ = f"np.{function.__name__}."
    return permuted


implements(np.swapaxes)(_permuted_by(np.swapaxes))
implements(np.moveaxis)(_permuted_by(np.moveaxis))
implements(np.rollaxis)(_permuted_by(np.rollaxis))
implements(np.matrix_transpose)(_permuted_by(np.matrix_transpose))


# ── turning ───────────────────────────────────────────────────────────────────────────────────
@implements(np.flip)
def flip(m: Any, axis: Any = None) -> Any:
    """np.flip: backwards along the axes."""
    return apply(shaping.flip, (m,), {"axis": normalize_axis(axis, np.ndim(m))})


@implements(np.flipud)
def flipud(m: Any) -> Any:
    """np.flipud: the rows in reverse order."""
    return flip(_with_ndim("flipud", m, 1), 0)


@implements(np.fliplr)
def fliplr(m: Any) -> Any:
    """np.fliplr: the columns in reverse order."""
    return flip(_with_ndim("fliplr", m, 2), 1)


def _with_ndim(name: str, a: Any, least: int) -> Any:
    if np.ndim(a) < least:
        raise ShapeError(f"{name}: x is {np.shape(a)}, and must have {least} dimensions or more.")
    return a


@implements(np.rot90)
def rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    """np.rot90: turned k times by 90 degrees in the plane of two axes."""
    first, second = normalize_axis(tuple(axes), np.ndim(m))
    return apply(shaping.rot90, (m,), {"k": as_int(k) % 4, "axes": (first, second)})


@implements(np.roll)
def roll(a: Any, shift: Any, axis: Any = None) -> Any:
    """np.roll: moved on along the axes, what leaves at the end coming in at the start."""
    shift = tuple(map(as_int, shift)) if np.ndim(shift) else as_int(shift)
    return apply(shaping.roll, (a,), {"shift": shift, "axis": axis})


# ── repeating ─────────────────────────────────────────────────────────────────────────────────
@implements(np.broadcast_to)
def broadcast_to(array: Any, shape: Any, subok: bool = False) -> Any:
    """np.broadcast_to: repeated to a shape; the gradient is summed over the repetitions."""
    refuse("np.broadcast_to", subok=subok or None)
    shape = (as_int(shape),) if np.ndim(shape) == 0 else tuple(shape)
    return apply(elementwise.broadcast_to, (array,), {"shape": shape})


@implements(np.broadcast_arrays)
def broadcast_arrays(*args: Any, subok: bool = False) -> tuple[Any, ...]:
    """np.broadcast_arrays: each repeated to the shape of all."""
    refuse("np.broadcast_arrays", subok=subok or None)
    shape = np.broadcast_shapes(*map(np.shape, args))
    return tuple(
        a if isinstance(a, Tensor) and a.shape == shape else np.broadcast_to(a, shape) for a in args
    )


@implements(np.tile)
def tile(A: Any, reps: Any) -> Any:
    """np.tile: laid out side by side; the gradient is the sum over all copies."""
    counts = tuple(map(as_int, np.atleast_1d(plain(reps))))
    ndim = max(np.ndim(A), len(counts))
    if ndim > np.ndim(A):
        A = np.reshape(A, (1,) * (ndim - np.ndim(A)) + np.shape(A))
    return apply(shaping.tile, (A,), {"reps": (1,) * (ndim - len(counts)) + counts})


@implements(np.repeat)
def repeat(a: Any, repeats: Any, axis: int | None = None) -> Any:
    """np.repeat: each element several times; the gradient is the sum over its copies."""
    if axis is None:
        a, axis = np.ravel(a), 0
    (axis,) = normalize_axis((axis,), np.ndim(a))
    counts = np.asarray(plain(repeats))
    params = {"repeats": as_int(counts.item()) if counts.size == 1 else counts, "axis": axis}
    return apply(shaping.repeat, (a,), params)


@implements(np.resize)
def resize(a: Any, new_shape: Any) -> Any:
    """np.resize: the elements in order, from the first again where they do not suffice."""
    places, flat = np.resize(np.arange(np.size(a)), new_shape), np.ravel(a)
    if np.size(a) == 0:  # NumPy fills with zeros
        return np.broadcast_to(np.sum(flat), places.shape)
    return flat[places]


@implements(np.lib.stride_tricks.sliding_window_view)
def sliding_window_view(
    x: Any, window_shape: Any, axis: Any = None, *, subok: bool = False, writeable: bool = False
) -> Any:
    """np.lib.stride_tricks.sliding_window_view: all windows of a shape; the gradient of an element
    is the sum over all windows that it is in."""
    refuse("np.sliding_window_view", subok=subok or None, writeable=writeable or None)
    window = tuple(map(as_int, np.atleast_1d(window_shape)))
    axes = np.arange(np.ndim(x))[slice(None) if axis is None else np.atleast_1d(axis)]  # or twice
    params = {"window": window, "axis": tuple(map(int, axes))}
    return apply(placing.sliding_window_view, (x,), params)
