"""Elementwise functions with arguments of their own, and those with several results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_core.abstract import AbstractArray, as_array
from autograd_core.dispatch import implements, refuse
from autograd_core.errors import DTypeError, ShapeError
from autograd_core.ops import bessel, choices, elementwise
from autograd_core.primitive import UFUNCS, Primitive
from autograd_core.readable import plain
from autograd_core.tensor import Tensor, apply

_UNSET = np._NoValue


# ── ufuncs that are more than one primitive ───────────────────────────────────────────────────
def _on(ufunc: np.ufunc) -> Callable[[Any], Any]:
    """Make the decorated function what the ufunc does on Tensors."""

    def register(function: Any) -> Any:
        UFUNCS[ufunc] = function
        return function

    return register


@_on(np.power)
def power(x: Any, y: Any) -> Any:
    """np.power: a constant exponent is a parameter of the operation, not an operand."""
    return x**y if isinstance(x, Tensor) else y.__rpow__(x)


@_on(np.float_power)
def float_power(x: Any, y: Any) -> Any:
    """np.float_power: np.power in float64 at least."""
    dtype = np.result_type(plain(x), plain(y), np.float64)
    return power(*[(v if isinstance(v, Tensor) else as_array(v)).astype(dtype) for v in (x, y)])


@_on(np.divmod)
def divmod_(x: Any, y: Any) -> Any:
    """np.divmod: the quotient, which is plain, and the remainder."""
    return plain(x) // plain(y), apply(elementwise.mod, (x, y))


@_on(np.modf)
def modf(x: Any) -> Any:
    """np.modf: the fraction, and the whole part, which is plain."""
    return apply(choices.modf, (x,)), np.modf(plain(x))[1]


@_on(np.ldexp)
def ldexp(x: Any, exponent: Any) -> Any:
    """np.ldexp: the exponent is a whole number and has no derivative."""
    exponent = as_array(plain(exponent))
    if exponent.dtype.kind not in "iub":
        raise DTypeError(f"ldexp: the exponent is {exponent.dtype}, and must be of integers.")
    whole = exponent.astype(int) if exponent.dtype.kind == "b" else exponent
    return apply(choices.ldexp, (x,), {"n": whole[()]})


@_on(np.frexp)
def frexp(x: Any) -> Any:
    """np.frexp: the mantissa, and the exponent, which is plain."""
    exponent = np.frexp(plain(x))[1]
    return ldexp(x, -exponent), exponent


# ── functions of one array ────────────────────────────────────────────────────────────────────
def _unary(primitive: Primitive, *functions: Any) -> None:
    """NumPy's functions of one array that are one primitive."""
    implements(*functions)(lambda x: apply(primitive, (x,)))


_unary(bessel.i0, np.i0)
_unary(bessel.sinc, np.sinc)


@implements(np.real)
def real(val: Any) -> Any:
    """np.real: of a real array that array itself."""
    return apply(elementwise.real, (val,)) if np.iscomplexobj(val) else val


@implements(np.imag)
def imag(val: Any) -> Any:
    """np.imag: of a real array plain zeros."""
    return apply(elementwise.imag, (val,)) if np.iscomplexobj(val) else np.imag(plain(val))


@implements(np.angle)
def angle(z: Any, deg: bool = False) -> Any:
    """np.angle: of a real array a plain 0 or π; of 0 with the gradient 0."""
    if not np.iscomplexobj(z):
        return np.angle(plain(z), deg)
    radians = apply(elementwise.angle, (z,))
    return np.rad2deg(radians) if deg else radians


@implements(np.real_if_close)
def real_if_close(a: Any, tol: float = 100) -> Any:
    """np.real_if_close: the real part where all imaginary parts are within the tolerance of 0."""
    return a if np.iscomplexobj(np.real_if_close(plain(a), tol)) else real(a)


@implements(np.nan_to_num)
def nan_to_num(
    x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:
    """np.nan_to_num: gradient 1 at finite elements and exactly 0 at those that are replaced."""
    refuse("np.nan_to_num", copy=None if copy else copy)
    return apply(choices.nan_to_num, (x,), {"nan": nan, "posinf": posinf, "neginf": neginf})


@implements(np.unwrap)
def unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: Any = 2 * np.pi) -> Any:
    """np.unwrap: gradient 1, as multiples of the period are added."""
    return apply(choices.unwrap, (p,), {"discont": discont, "axis": axis, "period": period})


# ── choices ───────────────────────────────────────────────────────────────────────────────────
@implements(np.where)
def where(condition: Any, x: Any = _UNSET, y: Any = _UNSET) -> Any:
    """np.where: the gradient goes to the side that was taken, and exactly 0 to the other."""
    if x is _UNSET:
        return np.where(plain(condition))
    if y is _UNSET:
        raise ShapeError("where: give both x and y, or neither.")
    if type(condition) is not np.ndarray:
        condition = as_array(plain(condition))
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
    lowest, highest = _range(as_array(plain(a)).dtype)
    low = lowest if low is None or low is _UNSET else low
    high = highest if high is None or high is _UNSET else high
    return apply(elementwise.clip, (a, low, high))


def _range(dtype: np.dtype[Any]) -> tuple[Any, Any]:
    """Bounds that no number of the dtype passes."""
    if dtype.kind in "iu":
        return np.iinfo(dtype).min, np.iinfo(dtype).max
    return -np.inf, np.inf


@implements(np.interp)
def interp(
    x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    """np.interp: differentiated in x (at a knot as on its right), in the knots xp and in fp.

    As in NumPy the result is float64 or complex128.
    """
    x, xp, fp = _wide(x), _wide(xp), _wide(fp)
    if period is not None:
        left = right = None
        x, xp, fp = _unrolled(x, xp, fp, abs(period))
    last = len(xp) - 1
    high = np.clip(np.searchsorted(plain(xp), plain(x), side="right"), 1, last)
    low = high - 1  # of a single knot 0 and -1, both that knot
    left_x, left_y = _picked(xp, low), _picked(fp, low)
    width = _picked(xp, high) - left_x
    slope = (_picked(fp, high) - left_y) / np.where(width == 0, 1, width)
    inner = slope * (x - left_x) + left_y
    at_knot = (x == left_x) & ~np.isfinite(slope)  # 0 · inf is no number
    inner = np.where(at_knot, left_y, inner)
    inner = np.where(x < xp[0], fp[0] if left is None else left, inner)
    return np.where(x > xp[last], fp[last] if right is None else right, inner)


def _picked(x: Any, places: Any) -> Any:
    """x[places], where NumPy's own brackets do not take places that are traced."""
    if isinstance(places, AbstractArray) and type(x) is np.ndarray:
        return np.take_along_axis(x, places.reshape(-1), 0).reshape(places.shape)
    return x[places]


def _wide(x: Any) -> Any:
    """In double precision."""
    x = x if isinstance(x, Tensor) else as_array(x)
    return x.astype(np.result_type(x.dtype, np.float64))


def _unrolled(x: Any, xp: Any, fp: Any, period: Any) -> tuple[Any, Any, Any]:
    """Everything in one period, the knots in order, with a knot before and one behind them."""
    x, xp = x % period, xp % period
    order = np.argsort(plain(xp))
    xp, fp = xp[order], fp[order]
    xp = np.concatenate((xp[-1:] - period, xp, xp[:1] + period))
    return x, xp, np.concatenate((fp[-1:], fp, fp[:1]))
