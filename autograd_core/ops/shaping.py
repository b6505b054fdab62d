"""Rearranging, joining and picking elements.  All of these are linear: no element is changed."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.primitive import LINEAR, Primitive, primitive
from autograd_core.shapes import Shape, inverse_permutation, size_of


# ── picking, and adding to the places where something was picked ──────────────────────────────
def _names_once(index: Any) -> bool:
    """Whether an index can name no element twice: ints, slices, None, Ellipsis and masks."""
    for part in index if type(index) is tuple else (index,):
        if type(part) not in _NAMES_ONE_PLACE and getattr(part, "dtype", None) is not _MASK:
            return False
    return True


_NAMES_ONE_PLACE = frozenset({int, slice, type(None), type(Ellipsis), bool, np.int64, np.int32})
_MASK = np.dtype(bool)


def _scatter(x: Any, *, index: Any, shape: Shape) -> Any:
    """Zeros of the given shape, plus x at the index; what is named twice receives both."""
    out = np.zeros(shape, x.dtype)
    if _names_once(index):
        out[index] = x
        return out
    numbers = _numbered(index, shape, x.size)
    if numbers is None:
        np.add.at(out, index, x)
    else:
        np.add.at(out.reshape(-1), numbers.reshape(-1), x.reshape(-1))
    return out


def _numbered(index: Any, shape: Shape, count: int) -> Any:
    """Which elements of the flat array an index names, where adding by these numbers is faster.

    np.add.at adds by one array of numbers in a third of the time that it takes where whole rows or
    columns are named, which pays for making the numbers unless few of the elements are named.
    """
    if len(shape) == 1:
        return index if type(index) is np.ndarray else None
    parts = index if type(index) is tuple else (index,)
    names_whole_axes = len(parts) < len(shape) or any(type(p) in _OF_WHOLE_AXES for p in parts)
    if names_whole_axes and 4 * count > size_of(shape):
        return np.arange(size_of(shape)).reshape(shape)[index]
    return None


_OF_WHOLE_AXES = frozenset({slice, type(None), type(Ellipsis)})


def _scattered(g: Any, index: Any, shape: Shape) -> Any:
    """The primitive, or only its work: the call of a primitive costs as much as that."""
    if type(g) is np.ndarray or isinstance(g, np.generic):
        return _scatter(g, index=index, shape=shape)
    return scatter(g, index=index, shape=shape)


getitem: Primitive = primitive(
                    "getitem", lambda x, *, index: x[index],
                    kind=LINEAR, symbol="[{index}]", tex="{x}_i",
                    vjp=(lambda g, index, x_shape: _scattered(g, index, x_shape),))
scatter: Primitive = primitive("scatter", _scatter,
                    kind=LINEAR, tex=r"\operatorname{{scatter}} {x}",
                    vjp=(lambda g, index: getitem(g, index=index),))

# ── the same elements in another arrangement ──────────────────────────────────────────────────
reshape = primitive("reshape", lambda x, *, shape: x.reshape(shape),
                    kind=LINEAR, tex="{x}",
                    vjp=(lambda g, x_shape: g.reshape(x_shape),))
transpose = primitive("transpose", lambda x, *, axes: x.transpose(axes),
                      kind=LINEAR, symbol="T", tex=r"{x}^\top",
                      vjp=(lambda g, axes: g.transpose(inverse_permutation(axes)),))
flip: Primitive = primitive("flip", lambda x, *, axis: np.flip(x, axis), kind=LINEAR,
                            vjp=(lambda g, axis: flip(g, axis=axis),))
roll: Primitive = primitive("roll", lambda x, *, shift, axis: np.roll(x, shift, axis), kind=LINEAR,
                            vjp=(lambda g, shift, axis: roll(g, shift=_minus(shift), axis=axis),))
rot90: Primitive = primitive("rot90", lambda x, *, k, axes: np.rot90(x, k, axes), kind=LINEAR,
                             vjp=(lambda g, k, axes: rot90(g, k=-k, axes=axes),))


def _minus(shift: Any) -> Any:
    return tuple(-s for s in shift) if isinstance(shift, tuple) else -shift


# ── joining ───────────────────────────────────────────────────────────────────────────────────
def _segment(g: Any, i: int, shapes: tuple[Shape, ...], axis: int) -> Any:
    """The part of a concatenation's gradient that belongs to its i-th input."""
    start = sum(shape[axis] for shape in shapes[:i])
    before = (slice(None),) * (axis % len(shapes[i]))
    return g[(*before, slice(start, start + shapes[i][axis]))]


concatenate = primitive("concatenate", lambda *xs, axis=0: np.concatenate(xs, axis=axis),
                        kind=LINEAR, symbol="concat", tex="[{xs}]",
                        vjp=(lambda g, i, xs_shape, axis: _segment(g, i, xs_shape, axis),))
stack = primitive("stack", lambda *xs, axis=0: np.stack(xs, axis=axis), kind=LINEAR,
                  vjp=(lambda g, i, axis: g[(*(slice(None),) * axis, i)],))


# ── repeating ─────────────────────────────────────────────────────────────────────────────────
def _folded(g: Any, shape: Shape, reps: Shape) -> Any:
    """Of an array that was laid like tiles, the sum of all tiles."""
    pairs = tuple(n for pair in zip(reps, shape, strict=True) for n in pair)
    return g.reshape(pairs).sum(axis=tuple(range(0, len(pairs), 2)))


def _gathered(g: Any, shape: Shape, repeats: Any, axis: int) -> Any:
    """The sums over the copies of each element."""
    if isinstance(repeats, int):
        copies = g.reshape((*shape[: axis + 1], repeats, *shape[axis + 1 :]))
        if axis == len(shape) - 1:  # a sum over a short last axis takes ten times as long as this
            return copies @ np.ones(repeats, g.dtype)
        return copies.sum(axis=axis + 1)
    return sent_back(g, shape, lambda places: np.repeat(places, repeats, axis))


def sent_back(g: Any, shape: Shape, move: Any) -> Any:
    """The gradient of a function that only moves and copies elements of an array of that shape.

    Run on the elements' numbers, `move` says where each of its results came from.
    """
    places = move(np.arange(size_of(shape)).reshape(shape))
    return scatter(g, index=places, shape=(size_of(shape),)).reshape(shape)


tile = primitive("tile", lambda x, *, reps: np.tile(x, reps), kind=LINEAR,
                 vjp=(lambda g, x_shape, reps: _folded(g, x_shape, reps),))
repeat = primitive("repeat", lambda x, *, repeats, axis: np.repeat(x, repeats, axis), kind=LINEAR,
                   vjp=(lambda g, x_shape, repeats, axis: _gathered(g, x_shape, repeats, axis),))
