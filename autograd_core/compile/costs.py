"""What operations cost by their shapes, and what the machine can do."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from autograd_core.shapes import Shape

_SIDE = 512  # of the matrices that tell the peak of arithmetic
_COPIED = 2**24  # bytes that are copied to tell the peak of the memory, more than caches hold
_RUNS = 10


def flops(name: str, shapes: Sequence[Shape], out: Shape, params: Mapping[str, Any]) -> int:
    """The floating operations of an operation: a product and a sum count as two, and a function of
    an element, whatever it is, as one.

    name: of the operation.   shapes, out: of the operands and of the result.
    """
    size = math.prod(out)
    if name in _FREE:
        return 0
    if name in ("dot", "matmul", "affine"):
        return 2 * size * (shapes[0][-1] if shapes[0] else 1)
    if name.startswith("conv2d"):
        return _convolution(name, shapes, out)
    if name == "einsum":
        return _einsum(str(params.get("subscripts", "")), shapes)
    return max([size, *map(math.prod, shapes)])


_FREE = frozenset({
    "reshape", "transpose", "getitem", "broadcast_to", "concatenate", "stack", "scatter", "astype",
    "where", "picked", "assigned", "flip", "roll", "tile", "repeat", "take_along_axis",
})  # fmt: skip


def _convolution(name: str, shapes: Sequence[Shape], out: Shape) -> int:
    """Of images (n, c, h, w) and filters (o, c, kh, kw): 2 · n · o · h' · w' · c · kh · kw.

    The filters are the smallest pictures, and of the other two the results are not larger.
    """
    arrays = [shape for shape in (*shapes, out) if len(shape) == 4]
    if len(arrays) < 3:
        return 0
    filters = min(arrays, key=lambda shape: shape[-1] * shape[-2])
    images = [shape for shape in arrays if shape is not filters]
    results = min(images, key=lambda shape: math.prod(shape[2:]))
    return 2 * math.prod(filters) * results[0] * math.prod(results[2:])


def _einsum(subscripts: str, shapes: Sequence[Shape]) -> int:
    lengths: dict[str, int] = {}
    for labels, shape in zip(subscripts.partition("->")[0].split(","), shapes, strict=False):
        for label, length in zip(labels, shape, strict=False):
            lengths[label] = max(length, lengths.get(label, 1))
    return 2 * math.prod(lengths.values())


class Peak(NamedTuple):
    """What this machine does at best in a second.

    flops: floating operations, of a matrix product.   bytes: read and written, of a copy.
    """

    flops: float
    bytes: float

    def share(self, flops: float, moved: float, seconds: float) -> float:
        """How much of the time was needed: for the arithmetic or for the memory, whichever is more.

        Arrays in a cache move faster than a copy of large ones, so that it can be more than 1.
        """
        if not seconds:
            return 0.0
        return max(flops / self.flops, moved / self.bytes) / seconds


@lru_cache(maxsize=4)
def peak(dtype: str = "float32") -> Peak:
    """What this machine does with the threads that NumPy has now, measured once."""
    x = np.ones((_SIDE, _SIDE), dtype)
    product = np.empty_like(x)
    source, target = np.ones((2, _COPIED), np.uint8)
    return Peak(
        2 * _SIDE**3 / _seconds(lambda: np.dot(x, x, product)),
        2 * _COPIED / _seconds(lambda: np.copyto(target, source)),
    )


def _seconds(work: Callable[[], Any]) -> float:
    """The least time of a few runs."""
    times = []
    for _ in range(_RUNS):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times)
