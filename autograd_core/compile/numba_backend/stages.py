"""The loops of `kernels.fused` as compiled functions: one pass over a block, or a few."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

import numba
import numpy as np

from autograd_core.compile.numba_backend import store
from autograd_core.kernels.fused import Loops

# In the source that is compiled it is the number at hand: as a constant it lets the compiler unroll
# the loop over phases and vectorise the one around it, which takes a quarter of the time.
PHASES = 1
LANES = 16  # partial sums of a vectorised sum


@cache
def loops(phases: int, dtype: np.dtype[Any]) -> Loops:
    """The compiled loops for that many phases, which are kept on disk for the next process."""
    kind = numba.from_dtype(dtype)
    one, two, three = (numba.types.Array(kind, ndim, "C") for ndim in (1, 2, 3))
    where = numba.types.Array(numba.uint8, 2, "C")
    signatures = {
        "pooled": (three, one, two, where, numba.int64, one, numba.boolean),
        "unpooled": (two, two, where, numba.int64, one, numba.boolean, three, one),
    }
    functions = inspect.getsource(pooled), inspect.getsource(unpooled)
    text = "\n\n".join([f"PHASES, LANES = {phases}, {LANES}", *functions])
    return Loops(*store.compiled(text, signatures))


def pooled(products: Any, b: Any, y: Any, phase: Any, start: int, rest: Any, relu: bool) -> None:
    """As in `Loops`."""
    filters, _, count = products.shape
    lowest = products.dtype.type(0 if relu else -np.inf)
    for f in range(filters):
        results, bias = products[f], b[f]
        out, where = y[f, start : start + count], phase[f, start : start + count]
        for i in range(count):
            top, place = results[0, i], np.int32(0)
            for k in range(1, PHASES):
                value = results[k, i]
                is_larger = (value > top) | (value != value)  # noqa: PLR0124  true for NaN
                top = value if is_larger else top
                place = np.int32(k) if is_larger else place
            top += bias
            out[i] = lowest if top < lowest else top  # noqa: FURB136  max drops a NaN
            where[i] = place


def unpooled(
    g: Any, y: Any, phase: Any, start: int, rest: Any, relu: bool, out: Any, db: Any
) -> None:
    """As in `Loops`."""
    filters, _, count = out.shape
    zero = out.dtype.type(0)
    passed, sums = rest[:count], rest[count : count + LANES]
    for f in range(filters):
        gradient, value = g[f, start : start + count], y[f, start : start + count]
        where = phase[f, start : start + count]
        sums[:] = zero
        for i in range(count):
            passed[i] = gradient[i] if (value[i] > 0) | (not relu) else zero
        whole = count // LANES * LANES
        for i in range(0, whole, LANES):
            for j in range(LANES):
                sums[j] += passed[i + j]
        for i in range(whole, count):
            sums[0] += passed[i]
        for k in range(PHASES):
            part = out[f, k]
            for i in range(count):
                part[i] = passed[i] if where[i] == k else zero
        for j in range(LANES):
            db[f] += sums[j]
