"""Layout: images lie with the batch innermost wherever a program computes with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_core.compile.operations import REDUCTIONS, is_elementwise
from autograd_core.compile.passes.images.terms import (
    INNERMOST,
    OUTERMOST,
    Axes,
    axes_of,
    batch_last,
    inverse,
    moved,
    outermost,
    part,
    with_ndim,
)
from autograd_core.compile.passes.products import is_matrix_product
from autograd_core.compile.passes.rebuilding import Readers, Rule, Rules, rebuilt
from autograd_core.compile.passes.terms import reshaped
from autograd_core.kernels import operations as kernels
from autograd_core.kernels.windows import Pads, Windows
from autograd_core.ops import elementwise, shaping, window
from autograd_core.shapes import normalize_axis
from autograd_core.symbolic import Call, Expression, Literal, call
from autograd_core.tracing import Program

NO_MARGINS: Pads = ((0, 0), (0, 0))


def laid_out(program: Program) -> Program:
    """conv2d(x, W) = outermost(convolved(innermost(x), W)),   f(xᵀ, yᵀ) = f(x, y)ᵀ

    The same for all operations of windows, and f for elementwise operations and reductions.  The
    transposes meet and vanish: between two layers nothing is copied.
    """
    return rebuilt(program, LAYOUT)


# ── windows ───────────────────────────────────────────────────────────────────────────────────
def _inner(x: Expression, readers: Readers, pad: Pads = NO_MARGINS, fill: float = 0) -> Expression:
    """Images with the batch innermost, inside margins; a copy where they do not lie so already."""
    inner = moved(x, INNERMOST, readers)
    if pad == NO_MARGINS and isinstance(inner, (Call, Literal)) and not axes_of(inner):
        return inner
    return part(kernels.margins, inner, pad=pad, fill=fill)


def _within(x: Expression, pad: Pads) -> Expression:
    if pad == NO_MARGINS:
        return x
    (top, bottom), (left, right) = pad
    _, height, width, _ = x.shape
    rows, columns = slice(top, height - bottom), slice(left, width - right)
    return call(shaping.getitem, (x,), {"index": (slice(None), rows, columns)})


def _fits(node: Call) -> bool:
    """Whether the kernels take it: floating numbers of one dtype, and some of them."""
    return node.dtype.char in "fd" and all(x.dtype == node.dtype and x.size for x in node.operands)


def _windows(node: Call, size: Any = None) -> Windows:
    params = node.params
    return Windows(
        tuple(params["size"] if size is None else size),
        params["stride"], dilation=params.get("dilation", (1, 1)),
    )  # fmt: skip


def _convolution(node: Call, readers: Readers) -> Expression:
    x, W, *b = node.operands
    images = _inner(x, readers, node.params["pad"])
    return outermost(part(kernels.convolved, images, W, *b, windows=_windows(node, W.shape[2:])))


def _weight(node: Call, readers: Readers) -> Expression:
    x, y = node.operands
    images = _inner(x, readers, node.params["pad"])
    return part(kernels.convolved_weight, images, _inner(y, readers), windows=_windows(node))


def _input(node: Call, readers: Readers) -> Expression:
    y, W = node.operands
    pad = node.params["pad"]
    image = Windows((1, 1), pad=pad).padded(*node.params["shape"])
    windows = _windows(node, W.shape[2:])
    made = part(kernels.convolved_input, _inner(y, readers), W, windows=windows, image=image)
    return outermost(_within(made, pad))


def _pool(node: Call, readers: Readers) -> Expression:
    images = _inner(node.operands[0], readers, node.params["pad"], -np.inf)
    return outermost(part(kernels.largest, images, windows=_windows(node)))


def _pool_input(node: Call, readers: Readers) -> Expression:
    (y, x), pad = node.operands, node.params["pad"]
    images = _inner(x, readers, pad, -np.inf)
    made = part(kernels.put_back, _inner(y, readers), images, windows=_windows(node))
    return outermost(_within(made, pad))


def _pool_tangent(node: Call, readers: Readers) -> Expression:
    (t, x), pad = node.operands, node.params["pad"]
    images, tangents = _inner(x, readers, pad, -np.inf), _inner(t, readers, pad)
    return outermost(part(kernels.picked, tangents, images, windows=_windows(node)))


def _mean(node: Call, readers: Readers) -> Expression:
    windows = _windows(node)
    images = _inner(node.operands[0], readers, node.params["pad"])
    return outermost(_divided(part(kernels.total, images, windows=windows), windows))


def _mean_input(node: Call, readers: Readers) -> Expression:
    windows, pad = _windows(node), node.params["pad"]
    image = Windows((1, 1), pad=pad).padded(*node.params["shape"])
    shares = _divided(_inner(node.operands[0], readers), windows)
    return outermost(_within(part(kernels.spread, shares, windows=windows, image=image), pad))


def _divided(x: Expression, windows: Windows) -> Expression:
    down, across = windows.size
    return call(elementwise.divide, (x, Literal(down * across)))


# ── what stands between ───────────────────────────────────────────────────────────────────────
def _elementwise(node: Call, readers: Readers) -> Expression | None:
    """f(xᵀ, yᵀ) = f(x, y)ᵀ"""
    if node.ndim < 2 or not is_elementwise(node):
        return None
    axes: Axes = next((a for x in node.operands if x.shape == node.shape and (a := axes_of(x))), ())
    if not axes:
        return None
    operands = [_beside(x, node, axes, readers) for x in node.operands]
    if any(axes_of(x) and x.size == node.size for x in operands):
        return None
    return _transposed(call(node.operation, operands, node.params), axes)


def _beside(x: Expression, node: Call, axes: Axes, readers: Readers) -> Expression:
    """An operand in the order of others that are seen in an order of axes."""
    if x.shape == node.shape and axes == OUTERMOST:
        return _inner(x, readers)
    return moved(with_ndim(x, node.ndim), inverse(axes), readers) if x.shape else x


def _reduction(node: Call, readers: Readers) -> Expression | None:
    """Σ xᵀ = (Σ x)ᵀ over the axes that these are of x"""
    (x,) = node.operands
    axes = axes_of(x)
    if not axes:
        return None
    over, keepdims = normalize_axis(node.params["axis"], x.ndim), node.params["keepdims"]
    params = {**node.params, "axis": tuple(sorted(axes[i] for i in over))}
    made = call(node.operation, (x.operands[0],), params)
    left = [axes[i] for i in range(x.ndim) if keepdims or i not in over]
    return _transposed(made, tuple(sorted(left).index(i) for i in left))


def _transposed(x: Expression, axes: Axes) -> Expression:
    if axes == tuple(range(len(axes))):
        return x
    return call(shaping.transpose, (x,), {"axes": axes})


def _reshape(node: Call, readers: Readers) -> Expression | None:
    """What is reshaped behind the batch, with the batch last."""
    (x,) = node.operands
    if x.shape[:1] != node.shape[:1]:
        return None
    if node.ndim == 4 and is_matrix_product(x) and readers.is_alone(x):
        x = _transposed(moved(x, (1, 0), readers), (1, 0))
    if axes_of(x) != batch_last(x.ndim):
        return None
    inner = reshaped(x.operands[0], (*node.shape[1:], node.shape[0]))
    return _transposed(inner, batch_last(node.ndim))


def _transpose(node: Call, readers: Readers) -> Expression | None:
    """(xᵀ)ᵀ = x"""
    (x,) = node.operands
    return moved(x, axes_of(node), readers) if axes_of(x) else None


def _concatenation(node: Call, readers: Readers) -> Expression | None:
    axes = axes_of(node.operands[0])
    if not axes or any(axes_of(x) != axes for x in node.operands):
        return None
    inner = [x.operands[0] for x in node.operands]
    (axis,) = normalize_axis(node.params["axis"], node.ndim)
    return _transposed(call(node.operation, inner, {**node.params, "axis": axes[axis]}), axes)


def _of_windows(rule: Callable[[Call, Readers], Expression]) -> tuple[Rule]:
    return (lambda node, readers: rule(node, readers) if _fits(node) else None,)


WINDOWS: Rules = {
    window.conv2d_: _of_windows(_convolution),
    window.convolution: _of_windows(_convolution),
    window.conv2d_weight: _of_windows(_weight),
    window.conv2d_input: _of_windows(_input),
    window.max_pool2d_: _of_windows(_pool),
    window.max_pool2d_input: _of_windows(_pool_input),
    window.max_pool2d_tangent: _of_windows(_pool_tangent),
    window.avg_pool2d_: _of_windows(_mean),
    window.avg_pool2d_input: _of_windows(_mean_input),
}
LAYOUT: Rules = {
    None: (_elementwise,),
    **WINDOWS,
    **dict.fromkeys(REDUCTIONS, (_reduction,)),
    shaping.reshape: (_reshape,),
    shaping.transpose: (_transpose,),
    shaping.concatenate: (_concatenation,),
}
