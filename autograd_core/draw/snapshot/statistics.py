"""What a snapshot keeps of an array: its numbers when they are few, statistics when they are many.

The statistics of arrays are most of what drawing a net costs, so each pass over an array is counted
here: NaN and infinities are only looked for when the least or the largest element is one.
"""

from __future__ import annotations

from functools import lru_cache
from math import inf, isfinite, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_core.draw.snapshot.model import BINS, Value

PREVIEW = 6  # arrays with at most this many elements show their numbers
NUMBERS = (float, int, complex, np.number, np.bool_)
# A sigmoid or tanh is saturated where its derivative is less than a tenth of its largest, which is
# in the outer 2.6 % of its range on either side.
ENDS = (1 - sqrt(0.9)) / 2
RANGES = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}
HUGE = 1e150  # of which squares are not far from the largest float64


class Describer:
    """Describes arrays and numbers, each once: what flows back along a line is often the same
    object as the gradient where it arrives.  None may change as long as this is in use."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, Value]] = {}

    def __call__(self, array: Any) -> Value:
        """What a picture shows of an array."""
        known = self._known.get(id(array))
        if known is None:  # the array is kept, or another one could get its identity
            known = self._known[id(array)] = array, describe(array)
        return known[1]


def describe(array: Any) -> Value:
    """What a picture shows of an array or a number.

    Statistics are those of the finite elements; a number has none.

    >>> describe(2.5).numbers
    2.5
    >>> describe(np.arange(10.0)).mean
    4.5
    """
    if isinstance(array, NUMBERS):
        return _of_number(array)
    array = np.asarray(array)
    shape, dtype = array.shape, _name(array.dtype)
    if not shape and array.dtype.kind in "fciub":
        return _of_number(array[()])
    numbers = _jsonable(array.tolist()) if array.size <= PREVIEW else None
    if array.size == 0 or array.dtype.kind not in "fciu":
        return Value(shape, dtype, numbers)
    zeros = array.size - int(np.count_nonzero(array))
    if array.dtype.kind == "c":
        nans, infs = int(np.isnan(array).sum()), int(np.isinf(array).sum())
        return Value(shape, dtype, numbers, nans=nans, infs=infs, zeros=zeros)
    return _of_array(array, numbers, zeros)


def _of_number(x: Any) -> Value:
    """The description of one number, without a single call of a NumPy function."""
    number = x.item() if isinstance(x, np.generic) else x
    return Value(
        dtype=_name(x.dtype if isinstance(x, np.generic) else np.asarray(x).dtype),
        numbers=_jsonable(number),
        nans=int(number != number),  # noqa: PLR0124  true for NaN
        infs=int(abs(number) == inf),
        zeros=int(number == 0),
    )


@lru_cache
def _name(dtype: np.dtype[Any]) -> str:
    """The name of a dtype, which NumPy takes longer to find than the mean of a hundred numbers."""
    return str(dtype)


def _of_array(array: NDArray[Any], numbers: Any, zeros: int) -> Value:
    """The description of an array of real numbers."""
    shape, dtype, nans, infs = array.shape, _name(array.dtype), 0, 0
    low, high = float(array.min()), float(array.max())
    if not (isfinite(low) and isfinite(high)):
        finite = np.isfinite(array)
        nans = int(np.isnan(array).sum())
        infs = array.size - int(np.count_nonzero(finite)) - nans
        array = array[finite]
        if not array.size:
            return Value(shape, dtype, numbers, nans=nans, infs=infs, zeros=zeros)
        low, high = float(array.min()), float(array.max())
    x = array.astype(np.float64).reshape(-1)
    mean, std = _moments(x, low, high)
    histogram = _histogram(x, low, high) if numbers is None else None
    return Value(shape, dtype, numbers, low, high, mean, std, nans, infs, zeros, histogram)


def _moments(x: NDArray[np.float64], low: float, high: float) -> tuple[float, float]:
    """Mean and standard deviation."""
    largest = max(-low, high)
    if largest > HUGE:  # sums of such squares would overflow
        mean, std = _moments(x / largest, low / largest, high / largest)
        return mean * largest, std * largest
    mean = float(np.add.reduce(x)) / x.size
    deviation = x - mean
    return mean, sqrt(float(np.dot(deviation, deviation)) / x.size)


def _histogram(x: NDArray[np.float64], low: float, high: float) -> tuple[int, ...]:
    """How many elements lie in each of BINS equal parts of the range from low to high; all are in
    the first where the range is a point."""
    if low == high:
        return (x.size, *[0] * (BINS - 1))
    if high - low == inf:
        return _histogram(x / 2, low / 2, high / 2)
    part = (x - low) / (high - low)
    part *= BINS
    bins = np.minimum(part.astype(np.intp), BINS - 1)
    return tuple(np.bincount(bins, minlength=BINS).tolist())


def _jsonable(x: Any) -> Any:
    """Numbers, or nested lists of them, as JSON can carry them."""
    if isinstance(x, list):
        return [_jsonable(part) for part in x]
    return x if isinstance(x, float | int) and isfinite(x) else str(x)


def saturated(primitive: str, out: Any) -> int | None:
    """How many elements of a sigmoid's or tanh's result lie where its derivative is small."""
    if primitive not in RANGES:
        return None
    low, high = RANGES[primitive]
    margin = ENDS * (high - low)
    return int(np.count_nonzero((out < low + margin) | (out > high - margin)))
