"""Reductions: one function of NumPy's arguments for each form that these come in.

`where=` puts what changes nothing in the place of the elements that do not count, and the versions
that skip NaN do so with the NaN.  `dtype=` is a cast before the reduction.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.abstract import as_array
from autograd_core.dispatch import REDUCTIONS, implements, refuse
from autograd_core.errors import ShapeError, UncoveredError
from autograd_core.ops import reduction
from autograd_core.primitive import Primitive
from autograd_core.readable import Readable, plain
from autograd_core.shapes import checked_axis, kept, reduced_size
from autograd_core.tensor import apply

UNSET = np._NoValue


def as_operand(a: Any) -> Any:
    """A Tensor as it is, anything else as an array."""
    return a if isinstance(a, Readable) else as_array(a)


def computed_in(name: str, a: Any, dtype: Any) -> Any:
    """The array in the floating dtype that a reduction or scan is to be computed in."""
    if dtype is None:
        return a
    a, dtype = as_operand(a), np.dtype(dtype)
    if dtype.kind not in "fc":
        raise UncoveredError(
            f"{name}: the option dtype={dtype} would round every element, which has no derivative. "
            "Give a floating dtype, or compute on t.data, which records nothing."
        )
    return a if a.dtype == dtype else a.astype(dtype)


def without_nan(a: Any, neutral: Any) -> Any:
    """The array with what changes nothing in the place of NaN."""
    return np.where(np.isnan(plain(a)), neutral, a)


def _params(a: Any, axis: Any, keepdims: Any) -> dict[str, Any]:
    """The parameters that all reductions have."""
    if axis is not None:
        axis = checked_axis(axis, np.ndim(a))
    return {"axis": axis, "keepdims": keepdims is not UNSET and bool(keepdims)}


def _reduced(
    name: str, made: tuple[Primitive, np.ufunc, float], a: Any, params: dict[str, Any],
    *, dtype: Any, out: Any, initial: Any, where: Any,
) -> Any:  # fmt: skip
    """A reduction with an option that is not as usual.

    made: the primitive, the operation that it repeats, and the number that this leaves alone.
    """
    primitive, operation, neutral = made
    refuse(name, out=out)
    a = computed_in(name, a, dtype)
    dtype = as_array(plain(a)).dtype
    if where is not True:
        a = np.where(plain(where), a, _fitting(neutral, dtype))
    if reduced_size(np.shape(a), params["axis"]) == 0:
        a = np.full(kept(np.shape(a), params["axis"]), _fitting(neutral, dtype), dtype)
    result = apply(primitive, (a,), params)
    if initial is None or initial is UNSET:
        return result
    return operation(result, as_operand(initial).astype(result.dtype))


def _fitting(neutral: float, dtype: np.dtype[Any]) -> Any:
    """Where it is infinite and the dtype has no infinity, the dtype's last number."""
    if np.isfinite(neutral) or dtype.kind in "fc":
        return neutral
    ends = (False, True) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    return ends[int(neutral > 0)]


def _fold(
    primitive: Primitive, operation: np.ufunc, neutral: float, *functions: Any, skip: bool = False
) -> Any:
    """Sums and products.  skip: NaN does not count."""
    name = f"np.{functions[0].__name__}"

    def fold(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
        initial: Any = UNSET, where: Any = True,
    ) -> Any:  # fmt: skip
        params = _params(a, axis, keepdims)
        if skip:
            a = without_nan(a, neutral)
        if dtype is None and out is None and initial is UNSET and where is True:
            return apply(primitive, (a,), params)
        return _reduced(
            name, (primitive, operation, neutral), a, params,
            dtype=dtype, out=out, initial=initial, where=where,
        )  # fmt: skip

    return implements(*functions)(fold)


def _extreme(primitive: Primitive, operation: np.ufunc, neutral: float, *functions: Any) -> Any:
    """Largest and smallest elements; returns what `ufunc.reduce` means."""
    name = f"np.{functions[0].__name__}"

    def extreme(
        a: Any, axis: Any = None, out: Any = None, keepdims: Any = False,
        initial: Any = UNSET, where: Any = True,
    ) -> Any:  # fmt: skip
        params = _params(a, axis, keepdims)
        if initial is UNSET or initial is None:
            if reduced_size(np.shape(a), params["axis"]) == 0:
                raise ShapeError(
                    f"{primitive.name}: an array of shape {np.shape(a)} has no elements."
                )
            if where is not True:
                raise ShapeError(
                    f"{primitive.name}: where= may pick no element of a row. Give initial= too."
                )
        if out is None and initial is UNSET and where is True:
            return apply(primitive, (a,), params)
        return _reduced(
            name, (primitive, operation, neutral), a, params,
            dtype=None, out=out, initial=initial, where=where,
        )  # fmt: skip

    def reduce(a: Any, axis: Any = 0, dtype: Any = None, **options: Any) -> Any:
        return extreme(computed_in(f"np.{operation.__name__}.reduce", a, dtype), axis, **options)

    implements(*functions)(extreme)
    return reduce


def _moment(primitive: Primitive, *functions: Any, skip: bool = False) -> None:
    """Variances and standard deviations.  skip: NaN does not count."""
    name = f"np.{functions[0].__name__}"

    def moment(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0,
        keepdims: Any = False, *, where: Any = True, mean: Any = UNSET, correction: Any = UNSET,
    ) -> Any:  # fmt: skip
        if out is not None or mean is not UNSET:
            refuse(name, out=out, mean=mean)
        if correction is not UNSET:
            if ddof != 0:
                raise ShapeError(f"{name}: give ddof or correction, which are the same, not both.")
            ddof = correction
        if where is not True:
            where = plain(where)
        if skip:
            where = ~np.isnan(plain(a)) & where
        if dtype is not None:
            a = computed_in(name, a, dtype)
        params = _params(a, axis, keepdims)
        params["ddof"] = ddof.item() if isinstance(ddof, np.generic) else ddof
        params["where"] = where
        return apply(primitive, (a,), params)

    implements(*functions)(moment)


REDUCTIONS[np.add] = _fold(reduction.sum_, np.add, 0, np.sum)
REDUCTIONS[np.multiply] = _fold(reduction.prod, np.multiply, 1, np.prod)
REDUCTIONS[np.maximum] = _extreme(reduction.max_, np.maximum, -np.inf, np.max, np.amax)
REDUCTIONS[np.minimum] = _extreme(reduction.min_, np.minimum, np.inf, np.min, np.amin)
REDUCTIONS[np.fmax] = _extreme(reduction.nanmax, np.fmax, -np.inf, np.nanmax)
REDUCTIONS[np.fmin] = _extreme(reduction.nanmin, np.fmin, np.inf, np.nanmin)
_fold(reduction.sum_, np.add, 0, np.nansum, skip=True)
_fold(reduction.prod, np.multiply, 1, np.nanprod, skip=True)
_moment(reduction.var, np.var)
_moment(reduction.std, np.std)
_moment(reduction.var, np.nanvar, skip=True)
_moment(reduction.std, np.nanstd, skip=True)


@implements(np.mean)
def mean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
    *, where: Any = True,
) -> Any:  # fmt: skip
    """np.mean: the sum of what counts over how many these are."""
    if dtype is not None or out is not None:
        refuse("np.mean", out=out)
        a = computed_in("np.mean", a, dtype)
    if where is True:
        return apply(reduction.mean, (a,), _params(a, axis, keepdims))
    total = np.sum(a, axis, keepdims=keepdims, where=where)
    count = np.sum(np.broadcast_to(plain(where), np.shape(a)), axis=axis, keepdims=keepdims)
    return total / count.astype(total.dtype)


@implements(np.nanmean)
def nanmean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
    *, where: Any = True,
) -> Any:  # fmt: skip
    """np.nanmean: the mean of what is not NaN."""
    numbers = ~np.isnan(plain(a))
    return mean(a, axis, dtype, out, keepdims, where=numbers & plain(where))


@implements(np.ptp)
def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """np.ptp: the largest element less the smallest."""
    refuse("np.ptp", out=out)
    return np.max(a, axis, keepdims=keepdims) - np.min(a, axis, keepdims=keepdims)
