"""NumPy's functions on expressions: the same primitives that a Tensor records for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import index as as_int
from typing import Any

import numpy as np

from autograd_core.errors import UncoveredError
from autograd_core.ops import elementwise, order, products, reduction, shaping
from autograd_core.primitive import Primitive
from autograd_core.shapes import checked_axis
from autograd_core.symbolic.expression import (
    FUNCTIONS,
    REDUCTIONS,
    SPECIAL,
    Expression,
    Literal,
    call,
    expression,
)

_UNSET = np._NoValue


def _on(*functions: Any) -> Callable[[Any], Any]:
    def register(function: Any) -> Any:
        FUNCTIONS.update(dict.fromkeys(functions, function))
        return function

    return register


# ── questions with an answer ──────────────────────────────────────────────────────────────────
FUNCTIONS[np.shape] = lambda a: a.shape
FUNCTIONS[np.ndim] = lambda a: a.ndim
FUNCTIONS[np.size] = lambda a, axis=None: a.size if axis is None else a.shape[axis]
FUNCTIONS[np.iscomplexobj] = lambda x: x.dtype.kind == "c"
FUNCTIONS[np.isrealobj] = lambda x: x.dtype.kind != "c"
FUNCTIONS[np.result_type] = lambda *args: np.result_type(
    *(a.dtype if isinstance(a, Expression) else a for a in args)
)
FUNCTIONS[np.copy] = lambda a, **_: a


# ── elementwise ───────────────────────────────────────────────────────────────────────────────
def _power(x: Any, y: Any) -> Any:
    """A known exponent is a parameter, as it is on Tensors."""
    if isinstance(y, Expression) and not isinstance(y, Literal):
        return call(elementwise.power, (x, y))
    return call(elementwise.power_constant, (x,), {"exponent": y})


def _conjugate(x: Any) -> Any:
    return call(elementwise.conjugate, (x,)) if x.dtype.kind == "c" else x


SPECIAL[np.power] = _power
SPECIAL[np.conjugate] = _conjugate
SPECIAL[np.matmul] = lambda x, y: call(products.matmul, (x, y))


@_on(np.where)
def where(condition: Any, x: Any, y: Any) -> Any:
    """np.where: with a condition that is known, the primitive; else NumPy's function on three."""
    condition = expression(condition)
    if isinstance(condition, Literal) and condition.name is None:
        return call(elementwise.where, (x, y), {"condition": np.asarray(condition.value)})
    return call(np.where, (condition, x, y))


@_on(np.clip)
def clip(a: Any, a_min: Any = None, a_max: Any = None, **bounds: Any) -> Any:
    """np.clip, with bounds that nothing passes in place of those that are left out."""
    low = a_min if a_min is not None else bounds.get("min")
    high = a_max if a_max is not None else bounds.get("max")
    return call(
        elementwise.clip,
        (a, -np.inf if low is None else low, np.inf if high is None else high),
    )


# ── reductions ────────────────────────────────────────────────────────────────────────────────
def _reduce(primitive: Primitive, *functions: Any) -> Any:
    @_on(*functions)
    def reduction_of(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
        **options: Any,
    ) -> Any:  # fmt: skip
        if out is not None or options.keys() - {"ddof"}:
            raise UncoveredError(f"np.{primitive.name}: {options} has no meaning on symbols.")
        if dtype is not None:
            a = a.astype(dtype)
        params = {"axis": checked_axis(axis, a.ndim), "keepdims": keepdims is True, **options}
        return call(primitive, (a,), params)

    return reduction_of


REDUCTIONS[np.add] = _reduce(reduction.sum_, np.sum)
REDUCTIONS[np.multiply] = _reduce(reduction.prod, np.prod)
REDUCTIONS[np.maximum] = _reduce(reduction.max_, np.max, np.amax)
REDUCTIONS[np.minimum] = _reduce(reduction.min_, np.min, np.amin)
REDUCTIONS[np.fmax] = _reduce(reduction.nanmax, np.nanmax)
REDUCTIONS[np.fmin] = _reduce(reduction.nanmin, np.nanmin)
_reduce(reduction.mean, np.mean)
_reduce(reduction.var, np.var)
_reduce(reduction.std, np.std)
_reduce(order.median, np.median)


# ── products ──────────────────────────────────────────────────────────────────────────────────
@_on(np.dot)
def dot(a: Any, b: Any) -> Any:
    """np.dot of at most two dimensions, or of a number."""
    ndims = np.ndim(a), np.ndim(b)
    if 0 in ndims:
        return call(elementwise.multiply, (a, b))
    return call(products.dot if max(ndims) <= 2 else np.dot, (a, b))


# ── shapes: NumPy itself tells the result's shape or the order of its axes ────────────────────
def _reshaping(*functions: Any) -> None:
    def on_symbols(function: Any) -> Any:
        def reshaped(a: Any, *args: Any, **options: Any) -> Any:
            stand_in = np.broadcast_to(np.empty((), bool), a.shape)
            shape = function(stand_in, *args, **options).shape
            return a if shape == a.shape else call(shaping.reshape, (a,), {"shape": shape})

        return reshaped

    FUNCTIONS.update((function, on_symbols(function)) for function in functions)


def _permuting(*functions: Any) -> None:
    def on_symbols(function: Any) -> Any:
        def permuted(a: Any, *args: Any, **options: Any) -> Any:
            numbered = np.empty(range(1, a.ndim + 1), bool)  # each axis as long as its number
            axes = tuple(n - 1 for n in function(numbered, *args, **options).shape)
            return call(shaping.transpose, (a,), {"axes": axes})

        return permuted

    FUNCTIONS.update((function, on_symbols(function)) for function in functions)


_reshaping(np.reshape, np.ravel, np.expand_dims, np.squeeze)
_permuting(np.transpose, np.swapaxes, np.moveaxis, np.matrix_transpose)


@_on(np.broadcast_to)
def broadcast_to(array: Any, shape: Any) -> Any:
    """np.broadcast_to."""
    return call(elementwise.broadcast_to, (array,), {"shape": shape})


@_on(np.concatenate)
def concatenate(arrays: Sequence[Any], axis: int | None = 0) -> Any:
    """np.concatenate, also flat with axis=None."""
    if axis is None:
        arrays, axis = [np.ravel(a) for a in arrays], 0
    return call(shaping.concatenate, arrays, {"axis": as_int(axis)})


@_on(np.stack)
def stack(arrays: Sequence[Any], axis: int = 0) -> Any:
    """np.stack."""
    return concatenate([np.expand_dims(a, axis) for a in arrays], axis)


if hasattr(np, "astype"):  # NumPy 2.1
    FUNCTIONS[np.astype] = lambda x, dtype: x.astype(dtype)
