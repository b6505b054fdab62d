"""Convolution and pooling as one calls them: the arguments are checked and brought to one form."""

from __future__ import annotations

from math import ceil
from operator import index as as_int
from typing import Any

import numpy as np

from autograd_core.errors import ShapeError
from autograd_core.kernels.windows import Pads, Pair, Windows
from autograd_core.ops.window import avg_pool2d_, conv2d_, convolution, max_pool2d_
from autograd_core.shapes import Shape

Padding = int | str | tuple[int | Pair, int | Pair]


def conv2d(
    x: Any,
    W: Any,
    b: Any = None,
    *,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
) -> Any:
    """The convolution of images with filters: y[n, o] = Σ_c x[n, c] ⋆ W[o, c] + b[o].

    As everywhere in this field, W is not reversed: strictly it is a correlation.

    x: (batch, channels, height, width).   W: (filters, channels, height, width).   b: (filters,).
    stride: the steps between windows, down and across, or one number for both.
    padding: margins of zeros: a number, (down, across), ((top, bottom), (left, right)), "valid" for
        none, or "same" for as many windows as there are pixels, divided by the stride; an odd
        margin has its larger half at the bottom and on the right.
    dilation: the steps between the elements of a window.
    Returns (batch, filters, down, across), of the dtype to which x and W promote.
    Gradient: linear in x, in W and in b; every derivative is again such a product.

    Raises ShapeError where the channels differ or no window fits into x.

    >>> import numpy as np
    >>> from autograd_core import conv2d
    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> conv2d(x, np.ones((1, 1, 2, 2)))[0, 0].tolist()
    [[8.0, 12.0], [20.0, 24.0]]
    """
    shape, (filters, _, *size) = _image_shape("conv2d", x), _filter_shape(np.shape(W))
    stride, dilation = _pair("conv2d", stride), _pair("conv2d", dilation)
    windows = Windows((size[0], size[1]), stride, dilation=dilation)
    pad = _margins("conv2d", padding, shape[2:], windows)
    if b is None:
        return conv2d_(x, W, stride=stride, pad=pad, dilation=dilation)
    if np.shape(b) != (filters,):
        raise ShapeError(
            f"conv2d: b is {np.shape(b)} and W is {np.shape(W)}; b has one number for "
            f"each filter, ({filters},)."
        )
    return convolution(x, W, b, stride=stride, pad=pad, dilation=dilation)


def max_pool2d(
    x: Any, size: int | Pair, stride: int | Pair | None = None, padding: Padding = 0
) -> Any:
    """The largest element of every window of images; NaN where a window has one.

    x: (batch, channels, height, width).   size: of a window.   stride: by default the size.
    padding: as in `conv2d`, but of margins that are below every element, and less than the size.
    Gradient: all of it to the largest element; among equal ones to the first, row by row.

    Raises ShapeError where no window fits into x, or lies in the margin altogether.

    >>> import numpy as np
    >>> from autograd_core import grad, max_pool2d
    >>> x = np.array([[[[1.0, 2.0], [2.0, 0.0]]]])
    >>> max_pool2d(x, 2).tolist()
    [[[[2.0]]]]
    >>> grad(lambda x: max_pool2d(x, 2).sum())(x)[0, 0].tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    return max_pool2d_(x, **_pooling("max_pool2d", x, size, stride, padding))


def avg_pool2d(
    x: Any, size: int | Pair, stride: int | Pair | None = None, padding: Padding = 0
) -> Any:
    """The mean of every window of images, in which margins count as zeros.

    Arguments and errors are those of `max_pool2d`.   Gradient: the same share to each element.

    >>> import numpy as np
    >>> from autograd_core import avg_pool2d
    >>> avg_pool2d(np.array([[[[1.0, 2.0], [3.0, 6.0]]]]), 2).tolist()
    [[[[3.0]]]]
    """
    return avg_pool2d_(x, **_pooling("avg_pool2d", x, size, stride, padding))


def _pooling(name: str, x: Any, size: Any, stride: Any, padding: Padding) -> dict[str, Any]:
    size = _pair(name, size)
    stride = size if stride is None else _pair(name, stride)
    pad = _margins(name, padding, _image_shape(name, x)[2:], Windows(size, stride))
    if any(max(side) >= k for side, k in zip(pad, size, strict=True)):
        raise ShapeError(
            f"{name}: with margins of {pad} some windows of {size} lie in the margin altogether. "
            "Use margins that are smaller than the window."
        )
    return {"size": size, "stride": stride, "pad": pad}


def _filter_shape(shape: Shape) -> Shape:
    if len(shape) != 4:
        raise ShapeError(f"conv2d: W is {shape}; it must be (filters, channels, height, width).")
    return shape


def _image_shape(name: str, x: Any) -> Shape:
    shape: Shape = np.shape(x)
    if len(shape) != 4:
        raise ShapeError(
            f"{name}: x is {shape}; it must be (batch, channels, height, width)."
            + ("\n  Is x one image?  Write x[None]." if len(shape) == 3 else "")
        )
    return shape


def _pair(name: str, value: Any) -> Pair:
    """A whole number above 0 for both directions, or one for each."""
    down, across = value if isinstance(value, (tuple, list)) else (value, value)
    numbers = as_int(down), as_int(across)
    if min(numbers) < 1:
        raise ShapeError(f"{name}: {value} must be 1 at least: sizes and steps are counted.")
    return numbers


def _margins(name: str, padding: Any, shape: Shape, windows: Windows) -> Pads:
    """What `padding` says, as ((top, bottom), (left, right))."""
    if isinstance(padding, str):
        return _margins_for(name, padding, shape, windows)
    down, across = padding if isinstance(padding, (tuple, list)) else (padding, padding)
    sides = _side(down), _side(across)
    if min(*sides[0], *sides[1]) < 0:
        raise ShapeError(
            f"{name}: the padding {padding} is negative. To cut a margin off, slice x."
        )
    return sides


def _side(padding: Any) -> Pair:
    """The margins before and after in one direction."""
    before, after = padding if isinstance(padding, (tuple, list)) else (padding, padding)
    return as_int(before), as_int(after)


def _margins_for(name: str, padding: str, shape: Shape, windows: Windows) -> Pads:
    """The margins that "valid" and "same" stand for."""
    if padding == "valid":
        return (0, 0), (0, 0)
    if padding != "same":
        raise ShapeError(
            f'{name}: the padding is {padding!r}; it may be "same", "valid" or numbers.'
        )
    down, across = (
        max((ceil(n / s) - 1) * s + d * (k - 1) + 1 - n, 0)
        for n, k, s, d in zip(shape, windows.size, windows.stride, windows.dilation, strict=True)
    )
    return (down // 2, down - down // 2), (across // 2, across - across // 2)
