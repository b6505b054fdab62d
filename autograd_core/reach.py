"""Reach: derivatives that are exactly zero because nothing leads there.

`np.where(x > 0, np.log(x), 0)` at 0 does not use log 0, so its derivative there is 0.  The chain
rule multiplies: it sends the gradient 0 into the branch that was not taken, and 0 · inf is NaN.
The zero that `where` made is not a small number but the absence of a path, and stays zero whatever
it is multiplied by.  A gradient that merely happens to be 0 is another thing: sqrt(x)² is x, and at
0 the NaN of 0 · inf says rightly that this way of computing it has no derivative there.

The passes therefore run at full speed first.  Only where a NaN comes out, they run again with a
mask beside every gradient or tangent: what any path reaches.  The mask follows from the rules
themselves: a rule is linear, so a NaN that is put in for g comes out wherever g is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_core.abstract import AbstractArray, unlikely
from autograd_core.ops.elementwise import multiply
from autograd_core.plan import Plan
from autograd_core.primitive import BILINEAR
from autograd_core.readable import plain

Mask = Any  # booleans in the shape of a gradient
# A rule as a function (g, saved) of a gradient or tangent and of the arrays that it was given.
LinearRule = Callable[[Any, tuple[Any, ...]], Any]


def has_nan(array: Any) -> bool:
    """Whether a gradient has a NaN.  The sum of squares is NaN exactly then, or for complex numbers
    that overflow, and costs a fraction of np.isnan."""
    if type(array) is not np.ndarray:
        array = plain(array)
        if isinstance(array, AbstractArray):
            flat = array.reshape(-1)
            total: Any = flat.dot(flat) if array.ndim else array
            return unlikely(np.isnan(total))
        array = np.asarray(array)
    flat = array.ravel()
    total = flat.dot(flat)
    if total == total:  # noqa: PLR0124  not NaN
        return False
    return bool(np.isnan(array).any())


def by_constants(plan: Plan) -> bool:
    """Whether the operation multiplies its one variable operand by constants."""
    made = plan.primitive
    return len(plan.needed) == 1 and (made is multiply or made.kind == BILINEAR)


def masked(
    rule: LinearRule,
    g: Any,
    reach: Mask,
    saved: tuple[Any, ...],
    *,
    elementwise: bool,
    constants: bool,
) -> tuple[Any, Mask]:
    """What a rule makes of a gradient (or a tangent) that reaches some elements only, and what that
    reaches.

    saved: the arrays (or Tensors, where the rule is recorded) that the rule multiplies by.
    elementwise: each element of the result depends on one of g, in the same place.
    constants: the saved arrays are factors that do not vary, so where they are 0 nothing passes.
    """
    arrays = tuple(map(plain, saved))
    everywhere = np.full(np.shape(g), np.nan, plain(g).dtype)
    with np.errstate(all="ignore"):
        dx = rule(g, saved)
        if elementwise:
            arrives = _isnan(rule(everywhere, arrays)) & reach
        else:
            tamed = _tamed(arrays)
            sent = np.where(reach, everywhere, 0)
            arrives = np.any([_isnan(rule(sent, a)) for a in tamed], axis=0)
            arrives &= _isnan(rule(sent, arrays))
            if has_nan(dx):
                dx = _without_unreached(rule, g, reach, saved, tamed, dx)
        if constants:
            dtype = plain(g).dtype
            arrives &= rule(reach.astype(dtype), tuple(_pattern(a, dtype) for a in arrays)) != 0
    if np.all(arrives):
        return dx, arrives
    return np.where(arrives, dx, np.zeros((), plain(dx).dtype)), arrives


def _without_unreached(
    rule: LinearRule,
    g: Any,
    reach: Mask,
    saved: tuple[Any, ...],
    tamed: list[tuple[Any, ...]],
    dx: Any,
) -> Any:
    """The sums in which infinities meet only what is not reached, computed with other numbers in
    their place: where it does not matter which numbers, the result is right."""
    weights = np.where(reach, np.linspace(1, 2, reach.size).reshape(reach.shape), 0)
    weights = weights.astype(plain(g).dtype)
    first, *others = (rule(weights, arrays) for arrays in tamed)
    is_free = _isnan(plain(dx)) & np.all([other == first for other in others], axis=0)
    finite = tuple(
        s if f is a else np.where(np.isfinite(a), s, f)
        for s, f, a in zip(saved, tamed[0], map(plain, saved), strict=True)
    )
    return np.where(is_free, rule(np.where(reach, g, np.zeros((), g.dtype)), finite), dx)


def _tamed(arrays: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """The arrays with finite numbers for what is not, in three ways: the same number for all, which
    leaves equal what is equal; another one; and everywhere a different one."""
    return [
        *(tuple(_finite(a, by) for a in arrays) for by in (1.0, 2.0)),
        tuple(_finite(a, 1.5 + place, step=0.5) for place, a in enumerate(arrays)),
    ]


def _finite(array: Any, stand_in: float, step: float = 0.0) -> Any:
    """The array with finite numbers for what is not; infinities keep their place in the order."""
    if isinstance(array, tuple):
        return tuple(_finite(a, stand_in + k * step, step) for k, a in enumerate(array))
    if not isinstance(array, (np.ndarray, np.inexact)) or np.all(np.isfinite(array)):
        return array
    numbers = stand_in + step * np.linspace(0, 1, array.size).reshape(array.shape)
    large = float(np.finfo(array.dtype).max) ** 0.25 * np.sign(np.nan_to_num(array.real))
    return np.where(np.isfinite(array), array, numbers * np.where(large == 0, 1, large)).astype(
        array.dtype
    )


def _pattern(factor: Any, dtype: np.dtype[Any]) -> Any:
    """1 where a factor lets something pass and 0 elsewhere; a shape stays a shape."""
    return factor if isinstance(factor, tuple) else np.asarray(factor != 0, dtype)


def _isnan(array: Any) -> Mask:
    return np.isnan(plain(array))
