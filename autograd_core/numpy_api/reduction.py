"""Reductions: one function of NumPy's arguments for all of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.dispatch import REDUCTIONS, implements, refuse
from autograd_core.errors import ShapeError
from autograd_core.ops import reduction
from autograd_core.primitive import Primitive
from autograd_core.shapes import Axis, checked_axis, reduced_size
from autograd_core.tensor import apply

_UNSET = np._NoValue


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
