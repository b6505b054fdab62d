"""Arithmetic on shapes and axes, without arrays."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index as as_int
from typing import Any

from autograd_core.errors import ShapeError

Shape = tuple[int, ...]
Axis = int | tuple[int, ...] | None


def size_of(shape: Shape) -> int:
    """The number of elements in an array of this shape; 1 for shape ()."""
    size = 1
    for length in shape:
        size *= length
    return size


def normalize_axis(axis: Axis, ndim: int) -> tuple[int, ...]:
    """The axes as a tuple of numbers from 0 to ndim - 1; None means all of them."""
    if axis is None:
        return tuple(range(ndim))
    axes = axis if isinstance(axis, tuple) else (axis,)
    wrong = [a for a in axes if not -ndim <= a < ndim]
    if wrong:
        raise ShapeError(f"axis {wrong[0]} is out of bounds for an array of {ndim} dimensions.")
    normal = tuple(as_int(a) % ndim for a in axes)
    if len(set(normal)) != len(normal):
        raise ShapeError(f"axis {axes} names a dimension twice.")
    return normal


def checked_axis(axis: Any, ndim: int) -> Axis:
    """The axis or axes that the user gave, as plain ints from 0; None for all."""
    if axis is None or (ndim == 0 and axis in (0, -1)):
        return None
    if isinstance(axis, tuple):
        return normalize_axis(axis, ndim)
    return normalize_axis((as_int(axis),), ndim)[0]


def kept(shape: Shape, axis: Axis) -> Shape:
    """The shape that a reduction over `axis` leaves with keepdims=True."""
    if axis is None:
        return (1,) * len(shape)
    axes = normalize_axis(axis, len(shape))
    return tuple(1 if i in axes else length for i, length in enumerate(shape))


def reduced_size(shape: Shape, axis: Axis) -> int:
    """How many elements a reduction over `axis` folds into each of its results."""
    if axis is None:
        return size_of(shape)
    return size_of(tuple(shape[a] for a in normalize_axis(axis, len(shape))))


def broadcast_axes(shape: Shape, target: Shape) -> tuple[int, ...]:
    """The axes of `shape` over which an array of shape `target` was repeated to reach it."""
    missing = len(shape) - len(target)
    stretched = (
        missing + i for i, length in enumerate(target) if length == 1 != shape[missing + i]
    )
    return (*range(missing), *stretched)


def is_broadcast_of(shape: Shape, target: Shape) -> bool:
    """Whether NumPy broadcasting can repeat an array of shape `target` to `shape`."""
    if len(target) > len(shape):
        return False
    tail = shape[len(shape) - len(target) :]
    return all(length in (1, whole) for length, whole in zip(target, tail, strict=True))


def inverse_permutation(axes: Sequence[int]) -> tuple[int, ...]:
    """The permutation that undoes `axes`."""
    return tuple(sorted(range(len(axes)), key=axes.__getitem__))
