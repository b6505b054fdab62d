"""The loops of `fused` compiled by Numba, the extra `jit`: one pass over a block, or a few."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from autograd_core.errors import MissingExtraError
from autograd_core.kernels.fused import Loops


@cache
def loops(phases: int) -> Loops:
    """The compiled loops for that many phases, which are kept on disk for the next process.

    Raises MissingExtraError where numba is not installed.
    """
    try:
        from numba import njit
    except ImportError as error:
        raise MissingExtraError(
            "compiled loops of convolutions: numba is not installed. Install it with: pip install "
            "'autograd-core[jit]'"
        ) from error
    # "reassoc": sums in any order, or they are not vectorised
    compiled = njit(cache=True, nogil=True, fastmath={"reassoc"})
    return Loops(compiled(_pooled(phases)), compiled(_unpooled))


def _pooled(phases: int) -> Any:
    """The function for that many phases: as a constant it lets the compiler unroll the loop over
    them and vectorise the one around it, which takes a quarter of the time."""

    def pooled(
        products: Any, b: Any, y: Any, phase: Any, start: int, rest: Any, relu: bool
    ) -> None:
        filters, _, count = products.shape
        lowest = products.dtype.type(0 if relu else -np.inf)
        for f in range(filters):
            results, bias = products[f], b[f]
            out, where = y[f, start : start + count], phase[f, start : start + count]
            for i in range(count):
                top, place = results[0, i], np.int32(0)
                for k in range(1, phases):
                    value = results[k, i]
                    is_larger = (value > top) | (value != value)  # noqa: PLR0124  true for NaN
                    top = value if is_larger else top
                    place = np.int32(k) if is_larger else place
                top += bias
                out[i] = lowest if top < lowest else top  # noqa: FURB136  max drops a NaN
                where[i] = place

    return pooled


def _unpooled(
    g: Any, y: Any, phase: Any, start: int, rest: Any, relu: bool, out: Any, db: Any
) -> None:
    filters, phases, count = out.shape
    zero = out.dtype.type(0)
    for f in range(filters):
        gradient, value = g[f, start : start + count], y[f, start : start + count]
        where, passed = phase[f, start : start + count], rest[:count]
        for i in range(count):
            passed[i] = gradient[i] if (value[i] > 0) | (not relu) else zero
        for k in range(phases):
            part = out[f, k]
            for i in range(count):
                part[i] = passed[i] if where[i] == k else zero
        total = zero
        for i in range(count):
            total += passed[i]
        db[f] += total
