"""Windows that move over images: convolution and pooling.

Σ y · conv2d(x, W) is linear in the images x, in the weights W and in y.  Its derivatives with
respect to these are the three primitives of convolution, so the rules of each are the other two, to
any order.  In the same way the elements where x is largest are picked from an array
(`max_pool2d_tangent`), and put back to their places (`max_pool2d_input`).

The images are (batch, channels, height, width).  In memory the batch is innermost (`kernels/`),
which is all the same to NumPy: elementwise operations keep the order in which an array lies.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.errors import ShapeError
from autograd_core.kernels import convolution as kernels
from autograd_core.kernels import pooling
from autograd_core.kernels.windows import (
    Pads,
    Pair,
    Windows,
    innermost,
    outermost,
    with_margins,
    within_margins,
)
from autograd_core.primitive import BILINEAR, LINEAR, Primitive, composite, primitive
from autograd_core.shapes import Shape


# ── convolution ───────────────────────────────────────────────────────────────────────────────
def _work(x: Any, filters: int, windows: Windows) -> Any:
    return np.empty(kernels.workspace(x, filters, windows), x.dtype)


def _conv2d(x: Any, W: Any, b: Any = None, *, stride: Pair, pad: Pads, dilation: Pair) -> Any:
    if x.shape[1] != W.shape[1]:
        raise ShapeError(
            f"conv2d: the channels differ, x is {x.shape} and W is {W.shape}; they must be (batch, "
            "channels, height, width) and (filters, channels, height, width)."
        )
    windows = Windows(W.shape[2:], stride, pad, dilation)
    places = _places("conv2d", x.shape, windows)
    dtype = np.result_type(x, W) if b is None else np.result_type(x, W, b)
    images = with_margins(x, pad, dtype=dtype)
    out = np.empty((len(W), *places, len(x)), dtype)
    kernels.forward(
        images, W.astype(dtype, copy=False), b, out, _work(images, len(W), windows), windows
    )
    return outermost(out)


def _places(name: str, shape: Shape, windows: Windows) -> Pair:
    places = windows.places(*shape[2:])
    if 0 in places:
        raise ShapeError(
            f"{name}: no window of {windows.size} with dilation {windows.dilation} fits into x, "
            f"which is {shape} and with its margins {windows.padded(*shape[2:])} high and wide."
        )
    return places


def _conv2d_weight(
    x: Any, y: Any, *, size: Pair, stride: Pair, pad: Pads, dilation: Pair
) -> Any:
    windows, dtype = Windows(size, stride, pad, dilation), np.result_type(x, y)
    images = with_margins(x, pad, dtype=dtype)
    out = np.empty((y.shape[1], x.shape[1], *size), dtype)
    kernels.gradient_of_weights(
        images, innermost(y, dtype), out, _work(images, len(out), windows), windows
    )
    return out


def _conv2d_input(
    y: Any, W: Any, *, shape: Pair, stride: Pair, pad: Pads, dilation: Pair
) -> Any:
    windows, dtype = Windows(W.shape[2:], stride, pad, dilation), np.result_type(y, W)
    out = np.empty((W.shape[1], *windows.padded(*shape), len(y)), dtype)
    kernels.gradient_of_images(
        innermost(y, dtype), W.astype(dtype, copy=False), out, _work(out, len(W), windows), windows
    )
    return outermost(within_margins(out, pad))


conv2d_ = primitive("conv2d", lambda x, W, *, stride, pad, dilation:
                    _conv2d(x, W, stride=stride, pad=pad, dilation=dilation),
                    kind=BILINEAR, symbol="conv", tex="{x} * {W}",
                    vjp=(lambda g, W, x_shape, stride, pad, dilation:
                         conv2d_input(g, W, shape=x_shape[2:], stride=stride, pad=pad,
                                      dilation=dilation),
                         lambda g, x, W_shape, stride, pad, dilation:
                         conv2d_weight(x, g, size=W_shape[2:], stride=stride, pad=pad,
                                       dilation=dilation)))
conv2d_input: Primitive = primitive(
                    "conv2d_input", _conv2d_input, kind=BILINEAR,
                    vjp=(lambda g, W, stride, pad, dilation:
                         conv2d_(g, W, stride=stride, pad=pad, dilation=dilation),
                         lambda g, y, W_shape, stride, pad, dilation:
                         conv2d_weight(g, y, size=W_shape[2:], stride=stride, pad=pad,
                                       dilation=dilation)))
conv2d_weight: Primitive = primitive(
                    "conv2d_weight", _conv2d_weight, kind=BILINEAR,
                    vjp=(lambda g, y, x_shape, stride, pad, dilation:
                         conv2d_input(y, g, shape=x_shape[2:], stride=stride, pad=pad,
                                      dilation=dilation),
                         lambda g, x, stride, pad, dilation:
                         conv2d_(x, g, stride=stride, pad=pad, dilation=dilation)))
convolution = composite("convolution", lambda x, W, b, *, stride, pad, dilation:
                     conv2d_(x, W, stride=stride, pad=pad, dilation=dilation) + b[:, None, None],
                     _conv2d, symbol="conv", tex="{x} * {W} + {b}",
                     vjp=(lambda g, W, x_shape, stride, pad, dilation:
                          conv2d_input(g, W, shape=x_shape[2:], stride=stride, pad=pad,
                                       dilation=dilation),
                          lambda g, x, W_shape, stride, pad, dilation:
                          conv2d_weight(x, g, size=W_shape[2:], stride=stride, pad=pad,
                                        dilation=dilation),
                          lambda g: np.sum(g, axis=(0, 2, 3))))


# ── pooling ───────────────────────────────────────────────────────────────────────────────────
def _images(name: str, x: Any, windows: Windows, fill: Any = 0) -> Any:
    """The images inside margins that are filled with a number."""
    _places(name, x.shape, windows)
    return with_margins(x, windows.pad, fill)


def _lowest(dtype: Any) -> Any:
    """What no element is below."""
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def _max_pool2d(x: Any, *, size: Pair, stride: Pair, pad: Pads) -> Any:
    windows = Windows(size, stride, pad)
    return outermost(pooling.largest(_images("max_pool2d", x, windows, _lowest(x.dtype)), windows))


def _max_pool2d_tangent(t: Any, x: Any, *, size: Pair, stride: Pair, pad: Pads) -> Any:
    windows = Windows(size, stride, pad)
    images, tangents = _images("max_pool2d", x, windows, _lowest(x.dtype)), with_margins(t, pad)
    return outermost(pooling.pick(tangents, images, windows))


def _max_pool2d_input(
    y: Any, x: Any, top: Any = None, *, size: Pair, stride: Pair, pad: Pads
) -> Any:
    windows = Windows(size, stride, pad)
    images = with_margins(x, pad, _lowest(x.dtype))
    top = None if top is None else innermost(top)
    return outermost(within_margins(pooling.put_back(innermost(y), images, windows, top), pad))


def _vjp_max_pool2d(g: Any, x: Any, out: Any, **options: Any) -> Any:
    """The primitive, or only its work, for which the largest elements are known."""
    if type(g) is np.ndarray and type(x) is np.ndarray:
        return _max_pool2d_input(g, x, out, **options)
    return max_pool2d_input(g, x, **options)


def _avg_pool2d(x: Any, *, size: Pair, stride: Pair, pad: Pads) -> Any:
    windows = Windows(size, stride, pad)
    total = pooling.total(_images("avg_pool2d", x, windows), windows)
    return outermost(np.divide(total, size[0] * size[1]))


def _avg_pool2d_input(y: Any, *, shape: Pair, size: Pair, stride: Pair, pad: Pads) -> Any:
    windows = Windows(size, stride, pad)
    out = np.zeros((y.shape[1], *windows.padded(*shape), len(y)), y.dtype)
    pooling.spread(innermost(y / (size[0] * size[1])), out, windows)
    return outermost(within_margins(out, pad))


max_pool2d_ = primitive("max_pool2d", _max_pool2d, real=True, symbol="max pool",
                vjp=(lambda g, x, out, size, stride, pad:
                     _vjp_max_pool2d(g, x, out, size=size, stride=stride, pad=pad),),
                jvp=(lambda t, x, size, stride, pad:
                     max_pool2d_tangent(t, x, size=size, stride=stride, pad=pad),))
# Both are linear in their first operand; which elements of x are the largest does not vary with x.
max_pool2d_input: Primitive = primitive(
                "max_pool2d_input", lambda y, x, *, size, stride, pad:
                _max_pool2d_input(y, x, size=size, stride=stride, pad=pad), real=True,
                vjp=(lambda g, x, size, stride, pad:
                     max_pool2d_tangent(g, x, size=size, stride=stride, pad=pad),
                     lambda g: np.zeros_like(g)),
                jvp=(lambda t, x, size, stride, pad:
                     max_pool2d_input(t, x, size=size, stride=stride, pad=pad),
                     lambda t: np.zeros_like(t)))
max_pool2d_tangent: Primitive = primitive(
                "max_pool2d_tangent", _max_pool2d_tangent, real=True,
                vjp=(lambda g, x, size, stride, pad:
                     max_pool2d_input(g, x, size=size, stride=stride, pad=pad),
                     lambda g, x_shape: np.zeros(x_shape, g.dtype)),
                jvp=(lambda t, x, size, stride, pad:
                     max_pool2d_tangent(t, x, size=size, stride=stride, pad=pad),
                     lambda t, out: np.zeros(out.shape, t.dtype)))
avg_pool2d_ = primitive("avg_pool2d", _avg_pool2d, kind=LINEAR, symbol="mean pool",
                vjp=(lambda g, x_shape, size, stride, pad:
                     avg_pool2d_input(g, shape=x_shape[2:], size=size, stride=stride, pad=pad),))
avg_pool2d_input: Primitive = primitive(
                "avg_pool2d_input", _avg_pool2d_input, kind=LINEAR,
                vjp=(lambda g, size, stride, pad:
                     avg_pool2d_(g, size=size, stride=stride, pad=pad),))
