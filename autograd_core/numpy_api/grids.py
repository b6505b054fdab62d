"""Numbers that are evenly spaced, grids of them, and powers in columns."""

from __future__ import annotations

from operator import index as as_int
from typing import Any

import numpy as np

from autograd_core.abstract import unlikely
from autograd_core.dispatch import implements, refuse
from autograd_core.errors import ShapeError
from autograd_core.intake import promoted
from autograd_core.ops import placing
from autograd_core.shapes import normalize_axis
from autograd_core.tensor import apply


# ── evenly spaced ─────────────────────────────────────────────────────────────────────────────
@implements(np.linspace)
def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False,
    dtype: Any = None, axis: int = 0, **options: Any,
) -> Any:  # fmt: skip
    """np.linspace: evenly spaced numbers between two ends, which both get their gradient."""
    refuse("np.linspace", **options)
    start, stop = np.broadcast_arrays(*promoted((start, stop)))
    (axis,) = normalize_axis((axis,), np.ndim(start) + 1)
    params = {"num": as_int(num), "endpoint": bool(endpoint), "axis": axis}
    numbers = apply(placing.linspace, (start, stop), params)
    if np.dtype(dtype).kind in "iu":
        numbers = np.floor(numbers)
    numbers = numbers if dtype is None else numbers.astype(dtype)
    steps = params["num"] - params["endpoint"]
    return (numbers, (stop - start) / (steps if steps > 0 else np.nan)) if retstep else numbers


@implements(np.logspace)
def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0,
    dtype: Any = None, axis: int = 0,
) -> Any:  # fmt: skip
    """np.logspace: a base to the power of evenly spaced numbers."""
    if np.ndim(base):
        start, stop, base = np.broadcast_arrays(start, stop, base)
        base = np.expand_dims(base, axis)
    exponents = np.linspace(start, stop, num, endpoint=endpoint, axis=axis)
    numbers = np.power(base, exponents)
    return numbers if dtype is None else numbers.astype(dtype)


@implements(np.geomspace)
def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Any:
    """np.geomspace: numbers with a constant ratio: start · (stop / start)^w for w from 0 to 1."""
    start, stop = np.broadcast_arrays(start, stop)
    if unlikely(np.any(start == 0) | np.any(stop == 0)):
        raise ShapeError("geomspace: a geometric sequence cannot include zero.")
    ratio = np.expand_dims(stop / start, axis)
    weights = np.linspace(0, 1, num, endpoint=endpoint)
    weights = np.expand_dims(weights, tuple(i for i in range(ratio.ndim) if i != axis % ratio.ndim))
    numbers = np.expand_dims(start, axis) * ratio**weights
    return numbers if dtype is None else numbers.astype(dtype)


# ── on grids ──────────────────────────────────────────────────────────────────────────────────
@implements(np.meshgrid)
def meshgrid(
    *xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy"
) -> tuple[Any, ...]:
    """np.meshgrid: each vector along an axis of its own; the gradient is summed over the others."""
    if indexing not in {"xy", "ij"}:
        raise ShapeError(f"meshgrid: indexing is {indexing!r}, and must be 'xy' or 'ij'.")
    axes = list(range(len(xi)))
    if indexing == "xy":
        axes[:2] = axes[1::-1]
    along = [[-1 if i == axis else 1 for i in range(len(xi))] for axis in axes]
    grids = tuple(np.reshape(x, shape) for x, shape in zip(xi, along, strict=True))
    return grids if sparse else np.broadcast_arrays(*grids)


@implements(np.vander)
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """np.vander: the powers of a vector, as columns."""
    if np.ndim(x) != 1:
        raise ShapeError(f"vander: x is {np.shape(x)}; it must be a vector.")
    powers = np.arange(np.shape(x)[0] if N is None else as_int(N))
    return np.reshape(x, (-1, 1)) ** (powers if increasing else powers[::-1])
