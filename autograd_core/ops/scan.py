"""Scans: every partial result of a sum or a product along one axis, and differences of neighbours.

What runs forward along the axis has a gradient that runs backward along it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.abstract import unlikely
from autograd_core.primitive import LINEAR, Primitive, composite, primitive


def _cut(axis: int, start: int | None, stop: int | None, step: int | None = None) -> Any:
    """The index of a slice along one axis."""
    return (*[slice(None)] * axis, slice(start, stop, step))


def flipped(x: Any, axis: int) -> Any:
    """Backwards along the axis."""
    return x[_cut(axis % x.ndim, None, None, -1)]


def _filled(x: Any, axis: int, count: int, value: float) -> Any:
    """`count` elements of one value, as they could stand before or behind x along the axis."""
    return np.full([count if i == axis else n for i, n in enumerate(x.shape)], value, x.dtype)


def products_before(x: Any, axis: int) -> Any:
    """For each element the product of all before it."""
    axis %= x.ndim
    before = cumprod(x[_cut(axis, None, -1)], axis=axis)
    return np.concatenate([_filled(x, axis, min(x.shape[axis], 1), 1), before], axis=axis)


def products_of_others(x: Any, axis: int) -> Any:
    """For each element the product of all others: no division, so exact where there are zeros."""
    return products_before(x, axis) * flipped(products_before(flipped(x, axis), axis), axis)


def _ahead(x: Any, axis: int, count: int) -> Any:
    """The element `count` places further on, 0 beyond the end."""
    return np.concatenate([x[_cut(axis, count, None)], _filled(x, axis, count, 0)], axis=axis)


def _recurrence(slopes: Any, start: Any, axis: int) -> Any:
    """s where s[i] = start[i] + slopes[i] · s[i + 1], in ⌈log₂ n⌉ sweeps.

    Source: P. M. Kogge and H. S. Stone, A Parallel Algorithm for the Efficient Solution of a
    General Class of Recurrence Equations, IEEE Transactions on Computers C-22 (1973).
    """
    step = 1
    while step < start.shape[axis]:
        start = start + slopes * _ahead(start, axis, step)
        slopes = slopes * _ahead(slopes, axis, step)
        step *= 2
    return start


def _vjp_cumprod(g: Any, x: Any, out: Any, axis: int) -> Any:
    """x̄[i] = Σ_{k ≥ i} g[k] · (the product of x[j] for all j ≤ k but i).

    With a zero, where g · out / x is none: x̄ = before · s, s[i] = g[i] + x[i + 1] · s[i + 1].
    """
    axis %= x.ndim
    if not unlikely(np.any(x == 0)):
        return flipped(cumsum(flipped(g * out, axis), axis=axis), axis) / x
    return products_before(x, axis) * _recurrence(_ahead(x, axis, 1), g, axis)


def _vjp_diff(g: Any, x_shape: tuple[int, ...], n: int, axis: int) -> Any:
    """Differences of what has n zeros on both sides, n times with the sign turned."""
    axis %= len(x_shape)
    n = min(n, x_shape[axis])
    zeros = _filled(g, axis, n, 0)
    padded = diff(np.concatenate([zeros, g, zeros], axis=axis), n=n, axis=axis)
    return -padded if n % 2 else padded


def _defined_diff(x: Any, *, n: int = 1, axis: int = -1) -> Any:
    axis %= x.ndim
    for _ in range(n):
        x = x[_cut(axis, 1, None)] - x[_cut(axis, None, -1)]
    return x


cumsum: Primitive = primitive(
                    "cumsum", lambda x, *, axis: np.cumsum(x, axis),
                    kind=LINEAR, tex=r"\operatorname{{cumsum}} {x}",
                    vjp=(lambda g, axis: flipped(cumsum(flipped(g, axis), axis=axis), axis),))
cumprod: Primitive = primitive(
                    "cumprod", lambda x, *, axis: np.cumprod(x, axis),
                    tex=r"\operatorname{{cumprod}} {x}",
                    vjp=(_vjp_cumprod,))
diff: Primitive = composite(
                    "diff", _defined_diff, lambda x, *, n=1, axis=-1: np.diff(x, n, axis),
                    kind=LINEAR, symbol="Δ", tex=r"\Delta {x}",
                    vjp=(_vjp_diff,))
