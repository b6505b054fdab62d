"""NumPy's functions on Tensors: arguments in NumPy's form, checked, then a primitive.

Every function keeps NumPy's name and arguments.  An option that has no meaning for a recorded
operation (out=, where=, order=, …) raises UncoveredError, which names it.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import index as as_int
from typing import Any

import numpy as np

from autograd_core.dispatch import (
    FUNCTIONS,
    PLAIN_FUNCTIONS,
    PLAIN_UFUNCS,
    REDUCTIONS,
    implements,
    refuse,
)
from autograd_core.errors import ShapeError
from autograd_core.ops import elementwise, linalg, reduction, shaping
from autograd_core.primitive import UFUNCS, Primitive
from autograd_core.readable import plain
from autograd_core.shapes import Axis, checked_axis, normalize_axis, reduced_size
from autograd_core.tensor import Tensor, apply

_UNSET = np._NoValue

# ── no derivative, but useful: plain arrays out ───────────────────────────────────────────────
PLAIN_UFUNCS |= {
    np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal,
    np.isfinite, np.isinf, np.isnan, np.signbit, np.floor, np.ceil, np.rint, np.trunc,
    np.floor_divide, np.logical_and, np.logical_or, np.logical_not, np.logical_xor,
}  # fmt: skip
PLAIN_FUNCTIONS |= {
    np.shape, np.ndim, np.size, np.argmax, np.argmin, np.argsort, np.all, np.any, np.allclose,
    np.isclose, np.array_equal, np.zeros_like, np.ones_like, np.empty_like,
    np.result_type, np.can_cast, np.min_scalar_type, np.common_type, np.iscomplexobj, np.isrealobj,
    np.nonzero, np.flatnonzero, np.argwhere, np.count_nonzero, np.searchsorted, np.round, np.around,
    np.array2string, np.array_repr, np.array_str, np.may_share_memory, np.shares_memory,
    np.unravel_index, np.ravel_multi_index, np.broadcast_shapes, np.isposinf, np.isneginf,
}  # fmt: skip


# ── elementwise ───────────────────────────────────────────────────────────────────────────────
def power(x: Any, y: Any) -> Any:
    """np.power: a constant exponent is a parameter of the operation, not an operand."""
    return x**y if type(x) is Tensor else y.__rpow__(x)


def divmod_(x: Any, y: Any) -> Any:
    """np.divmod: the quotient, which is plain, and the remainder."""
    return plain(x) // plain(y), apply(elementwise.mod, (x, y))


UFUNCS[np.power] = power
UFUNCS[np.divmod] = divmod_
UFUNCS[np.matmul] = lambda x, y: apply(linalg.matmul, (x, y))


@implements(np.where)
def where(condition: Any, x: Any = _UNSET, y: Any = _UNSET) -> Any:
    """np.where: the gradient goes to the side that was taken, and exactly 0 to the other."""
    if x is _UNSET:
        return np.where(plain(condition))
    if y is _UNSET:
        raise ShapeError("where: give both x and y, or neither.")
    if type(condition) is not np.ndarray:
        condition = np.asarray(plain(condition))
    return apply(elementwise.where, (x, y), {"condition": condition})


@implements(np.clip)
def clip(
    a: Any, a_min: Any = None, a_max: Any = None, out: Any = None, *,
    min: Any = None, max: Any = None, **options: Any,  # noqa: A002  NumPy's names
) -> Any:  # fmt: skip
    """np.clip: gradient 1 inside and at the bounds, 0 beyond them."""
    refuse("np.clip", out=out, **options)
    low = a_min if a_min is not None and a_min is not _UNSET else min
    high = a_max if a_max is not None and a_max is not _UNSET else max
    lowest, highest = _range(np.asarray(plain(a)).dtype)
    low = lowest if low is None or low is _UNSET else low
    high = highest if high is None or high is _UNSET else high
    return apply(elementwise.clip, (a, low, high))


def _range(dtype: np.dtype[Any]) -> tuple[Any, Any]:
    """Bounds that no number of the dtype passes."""
    if dtype.kind in "iu":
        return np.iinfo(dtype).min, np.iinfo(dtype).max
    return -np.inf, np.inf


@implements(np.full_like)
def full_like(a: Any, fill_value: Any, *args: Any, **options: Any) -> Any:
    """np.full_like: a plain array, or a Tensor repeated to the shape of `a`."""
    if isinstance(fill_value, Tensor) and fill_value.requires_grad:
        refuse("np.full_like", dtype=args or None, **options)
        return np.broadcast_to(fill_value, np.shape(a)).astype(np.result_type(plain(a)))
    return np.full_like(plain(a), plain(fill_value), *args, **options)


# ── reductions ────────────────────────────────────────────────────────────────────────────────
def _reduce(primitive: Primitive, *functions: Any) -> Any:
    """NumPy's reduction functions in terms of one primitive."""
    name = f"np.{functions[0].__name__}"

    def reduction_of(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
        *, ddof: float = 0, **options: Any,
    ) -> Any:  # fmt: skip
        if dtype is not None or out is not None or options:
            refuse(name, dtype=dtype, out=out, **options)
        params = {"axis": axis, "keepdims": keepdims is not _UNSET and bool(keepdims)}
        if axis is not None:
            params["axis"] = checked_axis(axis, np.ndim(a))
        if "ddof" in primitive.params:
            params["ddof"] = ddof
        elif ddof:
            refuse(name, ddof=ddof)
        return apply(primitive, (a,), params)

    return implements(*functions)(reduction_of)


def _extreme(primitive: Primitive, *functions: Any) -> Any:
    """np.max and np.min, whose third argument is `out` and not `dtype`."""
    general = _reduce(primitive, *functions)

    def extreme(
        a: Any, axis: Axis = None, out: Any = None, keepdims: Any = False, **options: Any
    ) -> Any:
        if reduced_size(np.shape(a), checked_axis(axis, np.ndim(a))) == 0:
            raise ShapeError(f"{primitive.name}: an array of shape {np.shape(a)} has no elements.")
        return general(a, axis, None, out, keepdims, **options)

    return implements(*functions)(extreme)


REDUCTIONS[np.add] = _reduce(reduction.sum_, np.sum)
REDUCTIONS[np.multiply] = _reduce(reduction.prod, np.prod)
REDUCTIONS[np.maximum] = _extreme(reduction.max_, np.max, np.amax)
REDUCTIONS[np.minimum] = _extreme(reduction.min_, np.min, np.amin)
_reduce(reduction.mean, np.mean)
_reduce(reduction.var, np.var)
_reduce(reduction.std, np.std)


# ── products ──────────────────────────────────────────────────────────────────────────────────
@implements(np.dot)
def dot(a: Any, b: Any, out: Any = None) -> Any:
    """np.dot: a product of numbers, vectors or matrices; of more dimensions, over the last axis of
    `a` and the last but one of `b`."""
    refuse("np.dot", out=out)
    ndims = np.ndim(a), np.ndim(b)
    if 0 in ndims:
        return apply(elementwise.multiply, (a, b))
    if max(ndims) <= 2:
        return apply(linalg.dot, (a, b))
    shape_a, shape_b = np.shape(a), np.shape(b)
    inner = shape_b[-2] if ndims[1] > 1 else shape_b[0]
    if shape_a[-1] != inner:
        raise ShapeError(f"dot: inner sizes differ, x is {shape_a} and y is {shape_b}.")
    b_first = np.moveaxis(b, -2, 0) if ndims[1] > 1 else b
    rest_b = shape_b[:-2] + shape_b[-1:] if ndims[1] > 1 else ()
    product = np.reshape(a, (-1, inner)) @ np.reshape(b_first, (inner, -1))
    return np.reshape(product, shape_a[:-1] + rest_b)


# ── shapes ────────────────────────────────────────────────────────────────────────────────────
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


@implements(np.copy)
def copy(a: Any, order: str = "K", subok: bool = False) -> Any:
    """np.copy: Tensors are never changed by an operation, so the identity."""
    return apply(elementwise.positive, (a,))


if hasattr(np, "astype"):  # NumPy 2.1

    @implements(np.astype)
    def astype(x: Any, dtype: Any, /, **options: Any) -> Any:
        """np.astype: in another floating dtype."""
        return x.astype(dtype)


assert FUNCTIONS  # this module exists for its registrations
