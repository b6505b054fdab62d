"""Products of vectors, matrices and arrays of any number of dimensions.

`dot` is the book's name for the product of at most two dimensions; `matmul` also takes batches.
They share their rules: vectors are the matrices with one row or one column that NumPy makes of
them, and batch dimensions that broadcast are summed by the engine.  The rules of `tensordot` are
tensordots, those of `einsum` are einsums.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from autograd_core.primitive import BILINEAR, primitive
from autograd_core.shapes import Shape, inverse_permutation

# The labels of axes.  (To import the module `string` would take a millisecond.)
LABELS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

Axes = tuple[tuple[int, ...], tuple[int, ...]]


def _vjp_x(g: Any, y: Any, x_shape: Shape) -> Any:
    """out = x @ y  ⟹  x̄ = g @ yᵀ."""
    if y.ndim == 1:  # every row of x met the same vector
        return g[..., None] * y
    if len(x_shape) == 1:  # one row met every matrix of y
        return y @ g if y.ndim == 2 else (y @ g[..., None])[..., 0]
    return g @ y.mT


def _vjp_y(g: Any, x: Any, y_shape: Shape) -> Any:
    """out = x @ y  ⟹  ȳ = xᵀ @ g."""
    if x.ndim == 1:
        return x * g if len(y_shape) == 1 else x[:, None] * g[..., None, :]
    if len(y_shape) == 1:  # every row of x met the same vector
        return (x.mT @ g[..., None])[..., 0]
    return x.mT @ g


dot = primitive("dot", lambda x, y: np.dot(x, y), np.dot, kind=BILINEAR, tex="{x} {y}",
                vjp=(lambda g, y, x_shape: _vjp_x(g, y, x_shape),
                     lambda g, x, y_shape: _vjp_y(g, x, y_shape)))
matmul = primitive("matmul", np.matmul, kind=BILINEAR, symbol="dot", tex="{x} {y}",
                   vjp=(lambda g, y, x_shape: _vjp_x(g, y, x_shape),
                        lambda g, x, y_shape: _vjp_y(g, x, y_shape)))


# ── tensordot ─────────────────────────────────────────────────────────────────────────────────
def _rest(ndim: int, axes: Sequence[int]) -> list[int]:
    return [axis for axis in range(ndim) if axis not in axes]


def _partners(of: Sequence[int], others: Sequence[int]) -> list[int]:
    """The axes of one operand in the order in which the other one has those they were paired to."""
    return [of[others.index(axis)] for axis in sorted(others)]


def _tensordot_x(g: Any, y: Any, x_shape: Shape, axes: Axes) -> Any:
    """g has the free axes of x, then those of y: contract the latter."""
    (x_axes, y_axes), x_rest = axes, _rest(len(x_shape), axes[0])
    y_rest = _rest(np.ndim(y), y_axes)
    dx = np.tensordot(g, y, axes=(range(len(x_rest), len(x_rest) + len(y_rest)), y_rest))
    return np.transpose(dx, inverse_permutation(x_rest + _partners(x_axes, y_axes)))


def _tensordot_y(g: Any, x: Any, y_shape: Shape, axes: Axes) -> Any:
    (x_axes, y_axes), x_rest = axes, _rest(np.ndim(x), axes[0])
    dy = np.tensordot(x, g, axes=(x_rest, range(len(x_rest))))
    order = _partners(y_axes, x_axes) + _rest(len(y_shape), y_axes)
    return np.transpose(dy, inverse_permutation(order))


tensordot = primitive("tensordot", lambda x, y, *, axes: np.tensordot(x, y, axes=axes),
                      kind=BILINEAR, symbol="dot", tex=r"{x} \cdot {y}",
                      vjp=(lambda g, y, x_shape, axes: _tensordot_x(g, y, x_shape, axes),
                           lambda g, x, y_shape, axes: _tensordot_y(g, x, y_shape, axes)))


# ── einsum ────────────────────────────────────────────────────────────────────────────────────
@lru_cache(maxsize=1024)
def _transposed(subscripts: str, shapes: tuple[Shape, ...], i: int) -> tuple[str, list[Shape]]:
    """The subscripts of an einsum of g and the other operands that gives the i-th one's gradient,
    and the shapes of the operands that it needs besides:

    a vector of ones repeats the gradient along an axis that was summed and that nothing else has;
    an identity matrix puts it on the diagonal of an operand that named one axis twice.
    Axes of length 1 that were stretched to meet others are left out.
    """
    inputs, result = subscripts.split("->")
    labels = inputs.split(",")
    lengths: dict[str, list[int]] = {label: [] for label in LABELS}
    for place, (operand, shape) in enumerate(zip(labels, shapes, strict=True)):
        for label, length in zip(operand, shape, strict=True):
            lengths[label] += [length] if place != i else []
    spare = iter([label for label in LABELS if label not in subscripts])
    target = ""
    fillers: dict[str, Shape] = {}
    for label, length in zip(labels[i], shapes[i], strict=True):
        if length == 1 and any(other != 1 for other in lengths[label]):
            continue
        if label in target:
            twin = next(spare)
            fillers[label + twin] = (length, length)
            target += twin
        else:
            if label not in result and length not in lengths[label]:
                fillers[label] = (length,)
            target += label
    operands = [result, *labels[:i], *labels[i + 1 :], *fillers]
    return f"{','.join(operands)}->{target}", list(fillers.values())


def _filler(shape: Shape, dtype: Any) -> Any:
    return np.ones(shape, dtype) if len(shape) == 1 else np.eye(*shape, dtype=dtype)


def _vjp_einsum(g: Any, xs: Any, shapes: Any, i: int, subscripts: str, optimize: Any) -> Any:
    transposed, needed = _transposed(subscripts, shapes, i)
    fillers = [_filler(shape, g.dtype) for shape in needed]
    optimize = optimize if isinstance(optimize, (bool, str)) else True  # a path is for one einsum
    dx = np.einsum(transposed, g, *xs[:i], *xs[i + 1 :], *fillers, optimize=optimize)
    return dx if dx.shape == shapes[i] else dx.reshape(shapes[i])


einsum = primitive("einsum", lambda *xs, subscripts, optimize=False:
                   np.einsum(subscripts, *xs, optimize=optimize),
                   tex=r"\operatorname{{einsum}}({xs})",
                   vjp=(lambda g, xs, xs_shape, i, subscripts, optimize:
                        _vjp_einsum(g, xs, xs_shape, i, subscripts, optimize),),
                   jvp=(lambda t, xs, i, subscripts, optimize:
                        np.einsum(subscripts, *xs[:i], t, *xs[i + 1:], optimize=optimize),))

# ── vectors of three numbers, and sequences ───────────────────────────────────────────────────
cross = primitive("cross", lambda x, y: np.cross(x, y), kind=BILINEAR,
                  symbol="×", tex=r"{x} \times {y}",
                  vjp=(lambda g, y: np.cross(y, g),
                       lambda g, x: np.cross(g, x)))
convolve = primitive("convolve", lambda x, y: np.convolve(x, y), np.convolve, kind=BILINEAR,
                     symbol="∗", tex="{x} * {y}",
                     vjp=(lambda g, y: np.convolve(g, y[::-1], "valid"),
                          lambda g, x: np.convolve(g, x[::-1], "valid")))
