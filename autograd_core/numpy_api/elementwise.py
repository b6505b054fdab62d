"""Elementwise functions with arguments of their own: power, divmod, where, clip."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.dispatch import implements, refuse
from autograd_core.errors import ShapeError
from autograd_core.ops import elementwise
from autograd_core.primitive import UFUNCS
from autograd_core.readable import plain
from autograd_core.tensor import Tensor, apply

_UNSET = np._NoValue


def power(x: Any, y: Any) -> Any:
    """np.power: a constant exponent is a parameter of the operation, not an operand."""
    return x**y if type(x) is Tensor else y.__rpow__(x)


def divmod_(x: Any, y: Any) -> Any:
    """np.divmod: the quotient, which is plain, and the remainder."""
    return plain(x) // plain(y), apply(elementwise.mod, (x, y))


UFUNCS[np.power] = power
UFUNCS[np.divmod] = divmod_


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
