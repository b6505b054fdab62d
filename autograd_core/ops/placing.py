"""Elements at chosen places: margins, triangles, diagonals, windows, choices between arrays, and
evenly spaced numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.ops.elementwise import broadcast_to
from autograd_core.ops.shaping import sent_back
from autograd_core.primitive import ELEMENTWISE, LINEAR, Primitive, composite, primitive
from autograd_core.shapes import Shape


# ── margins and windows ───────────────────────────────────────────────────────────────────────
def _unpadded(g: Any, shape: Shape, width: Any, mode: Any) -> Any:
    """What an array gets back: its own part, and in the modes that copy elements, the copies'."""
    if mode == "constant":
        return g[tuple(slice(before, before + n) for (before, _), n in zip(width, shape,
                                                                           strict=True))]
    return sent_back(g, shape, lambda places: np.pad(places, width, mode))


def _overlap_add(x: Any, *, window: Shape, axis: Shape, shape: Shape) -> Any:
    """Zeros of the given shape, plus each window at its place.

    One addition for each element of a window, of all windows at once; np.add.at takes ten times as
    long for windows of 3 by 3.
    """
    out = np.zeros(shape, x.dtype)
    for offset in np.ndindex(window):
        start = [sum(o for a, o in zip(axis, offset, strict=True) if a == i)
                 for i in range(len(shape))]
        part = tuple(slice(s, s + n) for s, n in zip(start, x.shape, strict=False))
        out[part] += x[(..., *offset)]
    return out


pad = primitive("pad", lambda x, *, width, mode: np.pad(x, width, mode), kind=LINEAR,
                vjp=(lambda g, x_shape, width, mode: _unpadded(g, x_shape, width, mode),))
sliding_window_view: Primitive = primitive(
                "sliding_window_view", lambda x, *, window, axis:
                np.lib.stride_tricks.sliding_window_view(x, window, axis),
                kind=LINEAR, symbol="windows",
                vjp=(lambda g, x_shape, window, axis:
                     overlap_add(g, window=window, axis=axis, shape=x_shape),))
overlap_add: Primitive = primitive(
                "overlap_add", _overlap_add, kind=LINEAR,
                vjp=(lambda g, window, axis: sliding_window_view(g, window=window, axis=axis),))


# ── triangles and diagonals ───────────────────────────────────────────────────────────────────
def _on_diagonal(x: Any, *, offset: int, axis1: int, axis2: int, shape: Shape) -> Any:
    """Zeros of the given shape but for that diagonal."""
    out = np.zeros(shape, x.dtype)
    rows = np.arange(np.shape(x)[-1]) + max(-offset, 0)
    np.moveaxis(out, (axis1, axis2), (-2, -1))[..., rows, rows + offset] = x
    return out


def _traced(g: Any, shape: Shape, offset: int, axis1: int, axis2: int) -> Any:
    """The gradient of a sum over a diagonal."""
    rest = tuple(n for i, n in enumerate(shape) if i not in (axis1, axis2))
    length = min(shape[axis1] + min(offset, 0), shape[axis2] - max(offset, 0))
    diagonals = broadcast_to(g[..., None], shape=(*rest, max(length, 0)))
    return diag(diagonals, offset=offset, axis1=axis1, axis2=axis2, shape=shape)


tril: Primitive = primitive("tril", lambda x, *, k: np.tril(x, k), kind=LINEAR,
                            vjp=(lambda g, k: tril(g, k=k),))
triu: Primitive = primitive("triu", lambda x, *, k: np.triu(x, k), kind=LINEAR,
                            vjp=(lambda g, k: triu(g, k=k),))
diagonal: Primitive = primitive(
                "diagonal", lambda x, *, offset, axis1, axis2: x.diagonal(offset, axis1, axis2),
                kind=LINEAR, symbol="diag",
                vjp=(lambda g, x_shape, offset, axis1, axis2:
                     diag(g, offset=offset, axis1=axis1, axis2=axis2, shape=x_shape),))
diag: Primitive = primitive(
                "diag", _on_diagonal, kind=LINEAR, tex=r"\operatorname{{diag}} {x}",
                vjp=(lambda g, offset, axis1, axis2:
                     diagonal(g, offset=offset, axis1=axis1, axis2=axis2),))
trace = composite("trace", lambda x, *, offset, axis1, axis2:
                np.sum(diagonal(x, offset=offset, axis1=axis1, axis2=axis2), axis=-1),
                lambda x, *, offset, axis1, axis2: x.trace(offset, axis1, axis2),
                kind=LINEAR, symbol="tr", tex=r"\operatorname{{tr}} {x}",
                vjp=(lambda g, x_shape, offset, axis1, axis2:
                     _traced(g, x_shape, offset, axis1, axis2),))


# ── one of several arrays, element by element ─────────────────────────────────────────────────
def _choose(*xs: Any, which: Any) -> Any:
    """The element of xs[0] where `which` is 0, of xs[1] where it is 1, and so on."""
    shape = np.broadcast_shapes(np.shape(which), *map(np.shape, xs))
    out = np.empty(shape, np.result_type(*xs))
    for i, x in enumerate(xs):
        np.copyto(out, x, where=which == i)
    return out


choose = primitive("choose", _choose, kind=ELEMENTWISE,
                   vjp=(lambda g, i, which: np.where(which == i, g, 0.0),))


# ── evenly spaced numbers ─────────────────────────────────────────────────────────────────────
def _weighed(g: Any, num: int, endpoint: bool, axis: int, *, last: bool) -> Any:
    """The sum of a gradient over evenly spaced numbers, weighed by how far each is from one end."""
    weights = np.linspace(0, 1, num, endpoint=endpoint).astype(np.finfo(g.dtype).dtype)
    along = tuple(-1 if i == axis else 1 for i in range(g.ndim))
    return (g * (weights if last else 1 - weights).reshape(along)).sum(axis=axis)


linspace = primitive("linspace", lambda start, stop, *, num, endpoint, axis:
                     np.linspace(start, stop, num, endpoint, axis=axis), kind=LINEAR,
                     vjp=(lambda g, num, endpoint, axis:
                          _weighed(g, num, endpoint, axis, last=False),
                          lambda g, num, endpoint, axis:
                          _weighed(g, num, endpoint, axis, last=True)))
