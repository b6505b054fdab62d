"""What ufuncs do beyond a plain call: dtype=, casting= and signature=, and their methods.

`Tensor.__array_ufunc__` comes here for all that is not np.add(x, y).  The tables of dispatch.py say
what is covered; the rest are errors that name the way out.  `ufunc.at` is in changing.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_core.abstract import as_array
from autograd_core.dispatch import (
    ACCUMULATIONS,
    PLAIN_UFUNCS,
    REDUCTIONS,
    UFUNC_METHODS,
    declared_late,
    refuse,
    refuse_ufunc,
)
from autograd_core.errors import DTypeError
from autograd_core.numpy_api.joining import in_dtype
from autograd_core.ops import activation
from autograd_core.primitive import UFUNCS
from autograd_core.readable import plain
from autograd_core.shapes import Axis, checked_axis
from autograd_core.tensor import Tensor, apply

_AS_THEY_ARE = (int, float, complex)  # they take the dtype of what they are combined with


def _on(method: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make the function what that method of a ufunc does on Tensors, unless it has an out= or only
    asks, as np.less does."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(ufunc: np.ufunc, *inputs: Any, **options: Any) -> Any:
            if declared_late(ufunc):
                return getattr(ufunc, method)(*inputs, **options)
            if "out" in options:
                refuse_ufunc(ufunc, method, options)
            if ufunc in PLAIN_UFUNCS:
                return getattr(ufunc, method)(*plain(inputs), **plain(options))
            return function(ufunc, *inputs, **options)

        UFUNC_METHODS[method] = guarded
        return function

    return register


# ── calls with options ────────────────────────────────────────────────────────────────────────
@_on("__call__")
def call(
    ufunc: np.ufunc, *inputs: Any, where: Any = True, dtype: Any = None, signature: Any = None,
    casting: Any = "same_kind", **options: Any,
) -> Any:  # fmt: skip
    """A ufunc in another dtype: its operands are cast to what NumPy's rules say."""
    if where is not True:
        options["where"] = where
    if ufunc not in UFUNCS or options:
        refuse_ufunc(ufunc, "__call__", options)
    loop = signature or (*[None] * ufunc.nin, *[dtype] * ufunc.nout)
    operands = [x if type(x) in _AS_THEY_ARE or isinstance(x, Tensor) else as_array(x)
                for x in inputs]  # fmt: skip
    dtypes = [getattr(x, "dtype", type(x)) for x in operands]
    try:
        resolved = ufunc.resolve_dtypes(
            (*dtypes, *[None] * ufunc.nout), signature=loop, casting=casting
        )
    except TypeError as error:
        raise DTypeError(f"{ufunc.__name__}: {error}") from error
    return ufunc(
        *[in_dtype(d, x, ufunc.__name__) for d, x in zip(resolved, operands, strict=False)]
    )


# ── methods ───────────────────────────────────────────────────────────────────────────────────
@_on("outer")
def outer(ufunc: np.ufunc, a: Any, b: Any, /, **options: Any) -> Any:
    """The ufunc of each element of `a` with each element of `b`."""
    if ufunc not in UFUNCS:
        refuse_ufunc(ufunc, "outer", {})
    a, b = (x if isinstance(x, Tensor) else as_array(x) for x in (a, b))
    return ufunc(np.reshape(a, a.shape + (1,) * b.ndim) if b.ndim else a, b, **options)


@_on("accumulate")
def accumulate(ufunc: np.ufunc, array: Any, axis: int = 0, dtype: Any = None) -> Any:
    """The running sum or product."""
    if ufunc not in ACCUMULATIONS:
        refuse_ufunc(ufunc, "accumulate", {})
    return ACCUMULATIONS[ufunc](array, axis=axis, dtype=dtype)


@_on("reduce")
def reduce(ufunc: np.ufunc, *inputs: Any, **options: Any) -> Any:
    """Those that are covered went another way."""
    refuse_ufunc(ufunc, "reduce", {})


@_on("reduceat")
def reduceat(ufunc: np.ufunc, *inputs: Any, **options: Any) -> Any:
    """Not covered."""
    refuse_ufunc(ufunc, "reduceat", {})


def logaddexp_reduce(a: Any, axis: Axis = 0, *, keepdims: bool = False, **options: Any) -> Any:
    """np.logaddexp.reduce: the logarithm of the sum of the exponentials."""
    refuse("np.logaddexp.reduce", **options)
    params = {"axis": checked_axis(axis, np.ndim(a)), "keepdims": keepdims}
    return apply(activation.logsumexp, (a,), params)


REDUCTIONS[np.logaddexp] = logaddexp_reduce
