"""Running sums and products, differences of neighbours, and what is made of these."""

from __future__ import annotations

from operator import index as as_int
from typing import Any

import numpy as np

from autograd_core.dispatch import ACCUMULATIONS, implements, refuse
from autograd_core.errors import ShapeError
from autograd_core.numpy_api.order import along
from autograd_core.numpy_api.reduction import UNSET, as_operand, computed_in, without_nan
from autograd_core.ops import scan
from autograd_core.primitive import Primitive
from autograd_core.readable import Readable
from autograd_core.shapes import normalize_axis
from autograd_core.tensor import apply


# ── running sums and products ─────────────────────────────────────────────────────────────────
def _running(primitive: Primitive, function: Any, neutral: int, skip: bool = False) -> Any:
    """np.cumsum and its like.  skip: NaN counts as the neutral number."""
    name = f"np.{function.__name__}"

    def running(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
        refuse(name, out=out)
        a, axis = along(a, axis if np.ndim(a) else None)
        a = computed_in(name, without_nan(a, neutral) if skip else a, dtype)
        return apply(primitive, (a,), {"axis": axis})

    return implements(function)(running)


def _cumulative(primitive: Primitive, function: Any, neutral: int) -> None:
    """np.cumulative_sum and its like, which may begin with the sum of nothing."""
    name = f"np.{function.__name__}"

    def cumulative(
        x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None,
        include_initial: bool = False,
    ) -> Any:  # fmt: skip
        refuse(name, out=out)
        if axis is None and np.ndim(x) != 1:
            raise ShapeError(f"{name}: x has {np.ndim(x)} dimensions; say along which axis=.")
        a, axis = along(x, axis)
        result = apply(primitive, (computed_in(name, a, dtype),), {"axis": axis})
        if not include_initial:
            return result
        shape = [1 if i == axis else n for i, n in enumerate(np.shape(a))]
        return np.concatenate([np.full(shape, neutral, result.dtype), result], axis=axis)

    implements(function)(cumulative)


ACCUMULATIONS[np.add] = _running(scan.cumsum, np.cumsum, 0)
ACCUMULATIONS[np.multiply] = _running(scan.cumprod, np.cumprod, 1)
_running(scan.cumsum, np.nancumsum, 0, skip=True)
_running(scan.cumprod, np.nancumprod, 1, skip=True)
if hasattr(np, "cumulative_sum"):  # NumPy 2.1
    _cumulative(scan.cumsum, np.cumulative_sum, 0)
    _cumulative(scan.cumprod, np.cumulative_prod, 1)


# ── differences ───────────────────────────────────────────────────────────────────────────────
@implements(np.diff)
def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = UNSET, append: Any = UNSET) -> Any:
    """np.diff: each element less the one before it, n times."""
    if n < 0:
        raise ShapeError(f"diff: n={n}; it counts how often differences are taken.")
    if n == 0:
        return a
    a, axis = along(a, as_int(axis))
    ends = [_beside(a, axis, end) for end in (prepend, append)]
    if ends[0] is not None or ends[1] is not None:
        parts = [part for part in (ends[0], a, ends[1]) if part is not None]
        a = np.concatenate(parts, axis=axis)
    return apply(scan.diff, (a,), {"n": as_int(n), "axis": axis})


def _beside(a: Any, axis: int, end: Any) -> Any:
    """What stands before or behind the array; a number is repeated."""
    if end is UNSET:
        return None
    if np.ndim(end) > 0:
        return end
    return np.broadcast_to(end, [1 if i == axis else n for i, n in enumerate(np.shape(a))])


@implements(np.ediff1d)
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """np.ediff1d: the differences of all elements in a row, with something put at the ends."""
    between = diff(np.ravel(ary))
    parts = [np.ravel(end) for end in (to_begin, to_end) if end is not None]
    if not parts:
        return between
    parts.insert(0 if to_begin is None else 1, between)
    return np.concatenate(parts)


@implements(np.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """np.trapezoid: the integral of y over x by the trapezoidal rule."""
    y = as_operand(y)
    (place,) = normalize_axis((as_int(axis),), y.ndim)
    before = (slice(None),) * place
    if x is None:
        width = dx
    elif np.ndim(x) == 1:
        width = np.reshape(diff(x), (-1, *(1,) * (y.ndim - place - 1)))
    else:
        width = diff(x, axis=axis)
    pairs = y[*before, slice(1, None)] + y[*before, slice(None, -1)]
    return np.sum(width * pairs / 2.0, axis=axis)


# ── gradients on a grid ───────────────────────────────────────────────────────────────────────
@implements(np.gradient)
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """np.gradient: slopes of values on a grid; the grid may be of Tensors too."""
    f = as_operand(f)
    f = f if f.dtype.kind in "fc" else f.astype(float)
    axes = normalize_axis(tuple(axis) if np.iterable(axis) else axis, f.ndim)
    if edge_order not in (1, 2):
        raise ShapeError(f"gradient: edge_order={edge_order}; it is 1 or 2.")
    slopes = [
        _slope(f, h, along, edge_order)
        for along, h in zip(axes, _spacings(f, axes, varargs), strict=True)
    ]
    return slopes[0] if len(slopes) == 1 else tuple(slopes)


def _spacings(f: Any, axes: tuple[int, ...], given: tuple[Any, ...]) -> list[Any]:
    """For each axis the distance of neighbours, or the array of these distances."""
    if len(given) == 0 or (len(given) == 1 and np.ndim(given[0]) == 0):
        return [given[0] if given else 1.0] * len(axes)
    if len(given) != len(axes):
        raise ShapeError(
            f"gradient: {len(given)} spacings for {len(axes)} axes; give one for each, or one "
            "number for all."
        )
    return [_distances(x, f.shape[axis]) for axis, x in zip(axes, given, strict=True)]


def _distances(x: Any, length: int) -> Any:
    """A spacing as it is, or the differences of coordinates; one number if they are all equal."""
    if np.ndim(x) == 0:
        return x
    if np.shape(x) != (length,):
        raise ShapeError(
            f"gradient: coordinates of shape {np.shape(x)} along an axis of length {length}."
        )
    x = as_operand(x)
    steps = np.diff(x if x.dtype.kind in "fc" else x.astype(float))
    equal = not isinstance(x, Readable) and bool(np.all(steps == steps[:1]))
    return steps[0] if equal else steps


def _slope(f: Any, h: Any, axis: int, edge_order: int) -> Any:
    """Central differences, which are of second order, and differences to one side at the ends."""
    if f.shape[axis] <= edge_order:
        raise ShapeError(
            f"gradient: {f.shape[axis]} values along axis {axis}; edge_order={edge_order} needs "
            f"{edge_order + 1}."
        )

    def part(start: int | None, stop: int | None) -> Any:
        return f[(*(slice(None),) * axis, slice(start, stop))]

    if np.ndim(h) == 0:
        steps = [h] * 4
        inside = (part(2, None) - part(None, -2)) / (2.0 * h)
    else:
        steps = [h[0], h[:2][-1], h[-1], h[-2:][0]]
        left, right = (np.reshape(d, (-1, *(1,) * (f.ndim - axis - 1))) for d in (h[:-1], h[1:]))
        inside = (
            -right / (left * (left + right)) * part(None, -2)
            + (right - left) / (left * right) * part(1, -1)
            + left / (right * (left + right)) * part(2, None)
        )
    if edge_order == 1:
        first = (part(1, 2) - part(0, 1)) / steps[0]
        last = (part(-1, None) - part(-2, -1)) / steps[2]
    else:
        first = _edge(part(0, 1), part(1, 2), part(2, 3), *steps[:2])
        last = -_edge(part(-1, None), part(-2, -1), part(-3, -2), *steps[2:])
    result = np.concatenate([first, inside, last], axis=axis)
    return result if result.dtype == f.dtype else result.astype(f.dtype)


def _edge(f0: Any, f1: Any, f2: Any, left: Any, right: Any) -> Any:
    """The slope at the first of three points."""
    return (
        -(2 * left + right) / (left * (left + right)) * f0
        + (left + right) / (left * right) * f1
        - left / (right * (left + right)) * f2
    )
