"""np.pad: margins around an array, in every mode of NumPy that says what is in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_core.dispatch import implements, uncovered
from autograd_core.errors import ShapeError
from autograd_core.numpy_api.joining import in_dtype_of
from autograd_core.ops import placing
from autograd_core.readable import plain
from autograd_core.tensor import apply

# What a mode puts before and behind an axis: two arrays of that many elements along it, made of the
# array, the axis, the two lengths and what the mode's option says for these two sides.
Margins = Callable[[Any, int, tuple[int, int], Any], tuple[Any, Any]]


@implements(np.pad)
def pad(array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Any:
    """np.pad.  An element's gradient is the sum over its copies; the values of "constant" and
    "linear_ramp" get theirs, too.  Mode "empty" and functions as modes are not covered.

    Raises ShapeError for widths that do not fit, an unknown mode, or an option of another mode.
    """
    if callable(mode) or mode == "empty":
        uncovered(f"np.pad with mode={mode!r}")
    name, usual = _OPTIONS.get(mode, ("", None))
    if mode not in _OPTIONS or kwargs.keys() - {name}:
        raise ShapeError(
            f"pad: mode {mode!r} with the options {sorted(kwargs)} is none of NumPy's."
        )
    width, option = _widths(pad_width, np.ndim(array)), kwargs.get(name, usual)
    if mode != "constant" and any(
        n == 0 and any(w) for n, w in zip(array.shape, width, strict=True)
    ):
        raise ShapeError(
            f"pad: x is {array.shape}; mode {mode!r} goes by the elements along an axis, and an "
            "empty axis has none."
        )
    if array.dtype.kind not in "fc":  # NumPy rounds whole numbers; a Tensor among the options fails
        return np.pad(plain(array), width, mode, **kwargs)
    if not width:
        return np.positive(array)
    if mode in _MARGINS and not (mode == "constant" and _is_zero(option)):
        return _margins_added(array, width, option, _MARGINS[mode])
    if option == "odd":
        return _reflected(array, width, mode)
    return apply(placing.pad, (array,), {"width": width, "mode": mode})


# Of each mode the option and what it is where it is not given.
_OPTIONS: dict[str, tuple[str, Any]] = {
    "constant": ("constant_values", 0), "linear_ramp": ("end_values", 0),
    "mean": ("stat_length", None), "median": ("stat_length", None),
    "maximum": ("stat_length", None), "minimum": ("stat_length", None),
    "reflect": ("reflect_type", "even"), "symmetric": ("reflect_type", "even"),
    "edge": ("", None), "wrap": ("", None),
}  # fmt: skip


def _is_zero(option: Any) -> bool:
    return isinstance(option, (int, float)) and option == 0


def _widths(pad_width: Any, ndim: int) -> tuple[tuple[int, int], ...]:
    """How many elements to put before and behind each axis."""
    if isinstance(pad_width, dict):
        pairs = np.zeros((ndim, 2), int)
        for axis, width in pad_width.items():
            pairs[axis] = width
        pad_width = pairs
    widths = np.asarray(plain(pad_width))
    if widths.dtype.kind not in "iu" or (widths.size and widths.min() < 0):
        raise ShapeError(f"pad: the widths must be whole numbers from 0, here {pad_width!r}.")
    return tuple((int(before), int(after)) for before, after in np.broadcast_to(widths, (ndim, 2)))


def _stacked(values: Any) -> Any:
    """Nested lists of numbers and Tensors as an array, or a Tensor."""
    if isinstance(values, (list, tuple)):
        return np.stack([_stacked(value) for value in values])
    return values


def _margins_added(x: Any, width: Any, option: Any, margins: Margins) -> Any:
    """The array with margins along one axis after the other."""
    pairs = None if option is None else np.broadcast_to(_stacked(option), (len(width), 2))
    for axis, lengths in enumerate(width):
        if any(lengths):
            sides = margins(x, axis, lengths, None if pairs is None else pairs[axis])
            before, after = (in_dtype_of(x, side, "pad") for side in sides)
            x = np.concatenate([before, x, after], axis)
    return x


def _constants(x: Any, axis: int, lengths: tuple[int, int], values: Any) -> tuple[Any, Any]:
    before, after = (
        np.broadcast_to(value, (*x.shape[:axis], length, *x.shape[axis + 1 :]))
        for value, length in zip(values, lengths, strict=True)
    )
    return before, after


def _ramps(x: Any, axis: int, lengths: tuple[int, int], ends: Any) -> tuple[Any, Any]:
    """Evenly spaced numbers from an end value up to, and without, the array's edge."""
    first, last = np.take(x, 0, axis), np.take(x, -1, axis)
    before = np.linspace(ends[0], first, lengths[0], endpoint=False, axis=axis)
    after = np.linspace(ends[1], last, lengths[1], endpoint=False, axis=axis)
    return before, np.flip(after, axis)


def _of_elements(statistic: Callable[..., Any]) -> Margins:
    """Margins that are a mean, a median or an extreme of the elements next to them."""

    def margins(x: Any, axis: int, lengths: tuple[int, int], counts: Any) -> tuple[Any, Any]:
        n = x.shape[axis]
        first, last = (n, n) if counts is None else (min(int(count), n) for count in counts)
        before = np.take(x, range(first), axis)
        after = np.take(x, range(n - last, n), axis)
        return (
            np.repeat(statistic(before, axis=axis, keepdims=True), lengths[0], axis),
            np.repeat(statistic(after, axis=axis, keepdims=True), lengths[1], axis),
        )

    return margins


_MARGINS: dict[str, Margins] = {
    "constant": _constants, "linear_ramp": _ramps,
    "mean": _of_elements(np.mean), "median": _of_elements(np.median),
    "maximum": _of_elements(np.amax), "minimum": _of_elements(np.amin),
}  # fmt: skip


def _reflected(x: Any, width: Any, mode: str) -> Any:
    """Reflections about the values at the ends, in steps of what there is to reflect."""
    for axis, lengths in enumerate(width):
        n = x.shape[axis]
        skip = int(mode == "reflect" and n > 1)  # the end itself is not repeated
        for done in range(0, max(lengths), n - skip):
            before, after = (min(max(length - done, 0), n - skip) for length in lengths)
            start, stop = range(skip, skip + before), range(-skip - after, -skip)
            sides = [2 * np.take(x, [end], axis) - np.flip(np.take(x, places, axis), axis)
                     for end, places in ((0, start), (-1, stop))]  # fmt: skip
            x = np.concatenate([sides[0], x, sides[1]], axis)
    return x
