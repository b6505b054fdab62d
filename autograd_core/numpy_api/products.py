"""Products of vectors, matrices and arrays of any number of dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_core.dispatch import implements, refuse
from autograd_core.errors import ShapeError
from autograd_core.ops import elementwise, products
from autograd_core.primitive import UFUNCS
from autograd_core.shapes import normalize_axis
from autograd_core.tensor import apply

UFUNCS[np.matmul] = lambda x, y: apply(products.matmul, (x, y))
implements(np.linalg.matmul)(lambda x1, x2, /: x1 @ x2)


def as_array(a: Any) -> Any:
    """What has a shape: a Tensor or an array as it is, anything else as an array."""
    return a if hasattr(a, "shape") else np.asarray(a)


def conjugate(a: Any) -> Any:
    """np.conjugate, which on real numbers would only be a copy."""
    return np.conjugate(a) if as_array(a).dtype.kind == "c" else a


def _flat(a: Any) -> Any:
    a = as_array(a)
    return a if a.ndim == 1 else np.ravel(a)


# ── sums of products over one axis ────────────────────────────────────────────────────────────
@implements(np.dot)
def dot(a: Any, b: Any, out: Any = None) -> Any:
    """np.dot: a product of numbers, vectors or matrices; of more dimensions, over the last axis of
    `a` and the last but one of `b`."""
    refuse("np.dot", out=out)
    ndims = np.ndim(a), np.ndim(b)
    if 0 in ndims:
        return apply(elementwise.multiply, (a, b))
    if max(ndims) <= 2:
        return apply(products.dot, (a, b))
    return _contracted("dot", a, b, (-1,), (-2 if ndims[1] > 1 else -1,))


@implements(np.inner)
def inner(a: Any, b: Any, /) -> Any:
    """np.inner: over the last axis of both."""
    if 0 in (np.ndim(a), np.ndim(b)):
        return apply(elementwise.multiply, (a, b))
    return _contracted("inner", a, b, (-1,), (-1,))


@implements(np.vdot)
def vdot(a: Any, b: Any, /) -> Any:
    """np.vdot: of all elements, those of `a` conjugated."""
    return dot(_flat(conjugate(as_array(a))), _flat(b))


def _row(a: Any) -> Any:
    return as_array(a)[..., None, :]


def _column(a: Any) -> Any:
    return as_array(a)[..., None]


def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """np.vecdot: along one axis, `x1` conjugated, and all other axes broadcast."""
    x1, x2 = as_array(x1), as_array(x2)
    if axis != -1:
        x1, x2 = np.moveaxis(x1, axis, -1), np.moveaxis(x2, axis, -1)
    return (_row(conjugate(x1)) @ _column(x2))[..., 0, 0]


def matvec(x1: Any, x2: Any, /) -> Any:
    """np.matvec: matrices times vectors."""
    return (x1 @ _column(x2))[..., 0]


def vecmat(x1: Any, x2: Any, /) -> Any:
    """np.vecmat: vectors, conjugated, times matrices."""
    return (_row(conjugate(x1)) @ x2)[..., 0, :]


implements(np.linalg.vecdot)(vecdot)
for function in (vecdot, matvec, vecmat):  # NumPy 2.0 has vecdot alone
    if hasattr(np, function.__name__):
        UFUNCS[getattr(np, function.__name__)] = function


# ── sums over several axes ────────────────────────────────────────────────────────────────────
def _contracted(name: str, a: Any, b: Any, a_axes: Sequence[int], b_axes: Sequence[int]) -> Any:
    """The sum over pairs of axes, whose lengths have to be equal."""
    shapes = np.shape(a), np.shape(b)
    axes = (
        normalize_axis(tuple(a_axes), len(shapes[0])),
        normalize_axis(tuple(b_axes), len(shapes[1])),
    )
    lengths = [[shape[axis] for axis in of] for shape, of in zip(shapes, axes, strict=True)]
    if lengths[0] != lengths[1]:
        raise ShapeError(
            f"{name}: inner sizes differ, x is {shapes[0]} and y is {shapes[1]}; the axes "
            f"{axes[0]} of x meet the axes {axes[1]} of y."
        )
    return apply(products.tensordot, (a, b), {"axes": axes})


@implements(np.tensordot, np.linalg.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """np.tensordot: over the last axes of `a` and the first of `b`, or over named pairs."""
    if np.ndim(axes) == 0 and not isinstance(axes, Sequence):
        return _contracted("tensordot", a, b, range(-axes, 0), range(axes))
    a_axes, b_axes = ([of] if np.ndim(of) == 0 else list(of) for of in axes)
    return _contracted("tensordot", a, b, a_axes, b_axes)


@implements(np.linalg.multi_dot)
def multi_dot(arrays: Sequence[Any], *, out: Any = None) -> Any:
    """np.linalg.multi_dot: a chain of matrix products in the order that takes fewest steps."""
    refuse("np.linalg.multi_dot", out=out)
    if len(arrays) < 2:
        raise ShapeError(f"multi_dot: {len(arrays)} arrays given; a product has two at least.")
    shapes = [np.shape(a) for a in arrays]
    ndims = [len(shape) for shape in shapes]
    if set(ndims[1:-1]) - {2} or {ndims[0], ndims[-1]} - {1, 2}:
        raise ShapeError(
            f"multi_dot: the shapes {shapes} are not all those of matrices; only the first and the "
            "last may be vectors."
        )
    first, last = ((1, *shapes[0])[-2], (*shapes[-1], 1)[1])
    sizes = [first, *(shape[0] for shape in shapes[1:]), last]
    return _chain(arrays, _cuts(sizes), 0, len(arrays))


def _cuts(sizes: Sequence[int]) -> dict[tuple[int, int], int]:
    """Where to cut each part of a chain in two: the i-th matrix is sizes[i] × sizes[i + 1]."""
    count = len(sizes) - 1
    cost = {(i, i + 1): 0 for i in range(count)}
    cuts = {}
    for length in range(2, count + 1):
        for i in range(count - length + 1):
            k = i + length
            cost[i, k], cuts[i, k] = min(
                (cost[i, j] + cost[j, k] + sizes[i] * sizes[j] * sizes[k], j)
                for j in range(i + 1, k)
            )
    return cuts


def _chain(arrays: Sequence[Any], cuts: dict[tuple[int, int], int], i: int, k: int) -> Any:
    if k - i == 1:
        return arrays[i]
    j = cuts[i, k]
    return dot(_chain(arrays, cuts, i, j), _chain(arrays, cuts, j, k))


@implements(np.linalg.matrix_power)
def matrix_power(a: Any, n: int) -> Any:
    """np.linalg.matrix_power: by repeated squaring; of the inverse for negative n."""
    shape = np.shape(a)
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise ShapeError(f"matrix_power: a is {shape}, and only square matrices have powers.")
    if n == 0:
        identity = np.broadcast_to(np.eye(shape[-1], dtype=a.dtype), shape)
        return np.where(True, identity, a)
    base, n = (a, n) if n > 0 else (np.linalg.inv(a), -n)
    power = None
    while n:
        if n % 2:
            power = base if power is None else power @ base
        n //= 2
        base = base @ base if n else base
    return power


# ── all pairs ─────────────────────────────────────────────────────────────────────────────────
@implements(np.outer)
def outer(a: Any, b: Any, out: Any = None) -> Any:
    """np.outer: every element of `a` times every one of `b`."""
    refuse("np.outer", out=out)
    return _flat(a)[:, None] * _flat(b)


@implements(np.linalg.outer)
def outer_of_vectors(x1: Any, x2: Any, /) -> Any:
    """np.linalg.outer: np.outer, of vectors only."""
    if np.ndim(x1) != 1 or np.ndim(x2) != 1:
        raise ShapeError(
            f"outer: x1 is {np.shape(x1)} and x2 is {np.shape(x2)}; np.linalg.outer takes vectors "
            "only. np.outer flattens its arguments."
        )
    return outer(x1, x2)


@implements(np.kron)
def kron(a: Any, b: Any) -> Any:
    """np.kron: the blocks a[i, j] * b."""
    ndim = max(np.ndim(a), np.ndim(b))
    outer_shape, inner_shape = ((1,) * (ndim - np.ndim(x)) + np.shape(x) for x in (a, b))
    pairs = tuple(zip(outer_shape, inner_shape, strict=True))
    blocks = np.reshape(as_array(a), [n for m, _ in pairs for n in (m, 1)])
    block = np.reshape(as_array(b), [m for _, n in pairs for m in (1, n)])
    return np.reshape(blocks * block, tuple(m * n for m, n in pairs))


# ── vectors of three numbers, and sequences ───────────────────────────────────────────────────
@implements(np.cross)
def cross(
    a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Any:
    """np.cross: of vectors in three dimensions; vectors in two get a third component 0, and of two
    such vectors the result is the third component alone."""
    if axis is not None:
        axisa = axisb = axisc = axis
    x, y = np.moveaxis(as_array(a), axisa, -1), np.moveaxis(as_array(b), axisb, -1)
    sizes = x.shape[-1], y.shape[-1]
    if not set(sizes) <= {2, 3}:
        raise ShapeError(
            f"cross: the vectors have {sizes[0]} and {sizes[1]} components, and the product is "
            "defined for three, or two."
        )
    product = apply(products.cross, (_in_space(x), _in_space(y)))
    return product[..., 2] if sizes == (2, 2) else np.moveaxis(product, -1, axisc)


def _in_space(x: Any) -> Any:
    """Vectors of the plane with a third component 0."""
    if x.shape[-1] == 3:
        return x
    return np.concatenate([x, np.zeros((*x.shape[:-1], 1), x.dtype)], axis=-1)


@implements(np.linalg.cross)
def cross_of_three(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """np.linalg.cross: np.cross in three dimensions."""
    sizes = np.shape(x1)[axis], np.shape(x2)[axis]
    if sizes != (3, 3):
        raise ShapeError(
            f"cross: the vectors have {sizes[0]} and {sizes[1]} components; np.linalg.cross takes "
            "three."
        )
    return cross(x1, x2, axis=axis)


@implements(np.convolve)
def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """np.convolve: whole, cut to the length of the longer one, or where they overlap fully."""
    return _overlaps("convolve", a, v, mode, flipped=False)


@implements(np.correlate)
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """np.correlate: the convolution with `v` conjugated and reversed."""
    backwards = conjugate(as_array(v))[::-1]
    return _overlaps("correlate", a, backwards, mode, flipped=len(v) > len(a))


def _overlaps(name: str, a: Any, v: Any, mode: str, *, flipped: bool) -> Any:
    """The part of a full convolution that the mode asks for, with the odd element of an even length
    on the other side where NumPy exchanges the operands of a correlation."""
    shapes = np.shape(a), np.shape(v)
    short, long = sorted(np.size(x) for x in (a, v))
    if any(len(shape) != 1 for shape in shapes) or short == 0:
        raise ShapeError(f"{name}: a is {shapes[0]} and v is {shapes[1]}; give vectors, not empty.")
    whole = apply(products.convolve, (a, v))
    if mode == "full":
        return whole
    if mode == "valid":
        return whole[short - 1 : long]
    if mode != "same":
        refuse(f"np.{name}", mode=mode)
    start = (short - 1) // 2
    start = short - 1 - start if flipped else start
    return whole[start : start + long]
