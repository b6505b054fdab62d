"""Rearranging and picking elements.  All of these are linear: no element is changed."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.primitive import LINEAR, Primitive, primitive
from autograd_core.shapes import Shape, inverse_permutation


def _is_basic(index: Any) -> bool:
    """Whether an index can name no element twice: ints, slices, None, Ellipsis."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(
        part is None or part is Ellipsis or isinstance(part, (int, np.integer, slice))
        for part in parts
    )


def _scatter(x: Any, *, index: Any, shape: Shape) -> Any:
    """Zeros of the given shape, plus x at the index; what is named twice receives both."""
    out = np.zeros(shape, x.dtype)
    if _is_basic(index):
        out[index] = x
    else:
        np.add.at(out, index, x)
    return out


def _segment(g: Any, i: int, shapes: tuple[Shape, ...], axis: int) -> Any:
    """The part of a concatenation's gradient that belongs to its i-th input."""
    start = sum(shape[axis] for shape in shapes[:i])
    before = (slice(None),) * (axis % len(shapes[i]))
    return g[(*before, slice(start, start + shapes[i][axis]))]


reshape = primitive("reshape", lambda x, *, shape: x.reshape(shape),
                    kind=LINEAR, tex="{x}",
                    vjp=(lambda g, x_shape: g.reshape(x_shape),))
transpose = primitive("transpose", lambda x, *, axes: x.transpose(axes),
                      kind=LINEAR, symbol="T", tex=r"{x}^\top",
                      vjp=(lambda g, axes: g.transpose(inverse_permutation(axes)),))
concatenate = primitive("concatenate", lambda *xs, axis=0: np.concatenate(xs, axis=axis),
                        kind=LINEAR, symbol="concat", tex="[{xs}]",
                        vjp=(lambda g, i, xs_shape, axis: _segment(g, i, xs_shape, axis),))
getitem: Primitive = primitive(
                    "getitem", lambda x, *, index: x[index],
                    kind=LINEAR, symbol="[{index}]", tex="{x}_i",
                    vjp=(lambda g, index, x_shape: scatter(g, index=index, shape=x_shape),))
scatter: Primitive = primitive("scatter", _scatter,
                    kind=LINEAR, tex=r"\operatorname{{scatter}} {x}",
                    vjp=(lambda g, index: getitem(g, index=index),))
