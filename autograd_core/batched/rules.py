"""How NumPy's functions, ufuncs and our primitives work on batches.

Each handler takes the function and its arguments, of which at least one has members, and calls the
function once for all of them.
"""

from __future__ import annotations

import inspect
import math
import string
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd_core.batched.batch import (
    FUNCTIONS,
    PRIMITIVES,
    UFUNCS,
    Batch,
    Handler,
    aligned,
    by_member,
    elementwise,
    has_members,
    keeps_place,
    repeated,
    shared,
    shifted,
)
from autograd_core.primitive import Primitive
from autograd_core.shapes import Shape
from autograd_core.structure import flatten


def single(handler: Handler) -> Handler:
    """A handler (function, x, …) for calls in which only the first operand has members."""
    code = handler.__code__
    known = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    takes_all = bool(code.co_flags & inspect.CO_VARKEYWORDS)

    def checked(function: Any, x: Any, *args: Any, **options: Any) -> Any:
        others, _ = flatten([list(args), options])
        is_single = isinstance(x, Batch) and not any(isinstance(y, Batch) for y in others)
        if is_single and (takes_all or options.keys() <= set(known)):
            return handler(function, x, *args, **options)
        return by_member(function, x, *args, **options)

    return checked


# ── axes, counted from the end ────────────────────────────────────────────────────────────────
def from_end(axis: Any, ndim: int) -> Any:
    """An axis, or each of several, as a negative number; None means all."""
    if axis is None:
        return tuple(range(-ndim, 0))
    if isinstance(axis, (tuple, list)):
        return tuple(from_end(a, ndim) for a in axis)
    return axis - ndim if axis >= 0 else axis


@single
def over_axes(function: Any, x: Batch, axis: Any = None, **options: Any) -> Batch:
    """Reductions and flips: of all axes by default."""
    return Batch(function(x.value, axis=from_end(axis, x.ndim), **options))


@single
def reduction(function: Any, x: Batch, axis: Any = 0, **options: Any) -> Batch:
    """`ufunc.reduce`: of the first axis by default."""
    reduced: Batch = over_axes(function, x, axis, **options)
    return reduced


@single
def along_axis(function: Any, x: Batch, axis: Any = None, **options: Any) -> Batch:
    """Scans: along one axis, by default over all elements in a row."""
    if axis is None:
        x, axis = x.ravel(), 0
    return Batch(function(x.value, axis=from_end(axis, x.ndim), **options))


@single
def accumulation(function: Any, x: Batch, axis: Any = 0, **options: Any) -> Batch:
    """`ufunc.accumulate`: along the first axis by default."""
    return Batch(function(x.value, from_end(axis, x.ndim), **options))


@single
def one_axis(function: Any, x: Batch, *args: Any, axis: int = -1, **options: Any) -> Batch:
    """Transforms along one axis, by default the last."""
    return Batch(function(x.value, *args, axis=from_end(axis, x.ndim), **options))


@single
def over_named_axes(function: Any, x: Batch, *, axes: Any, **options: Any) -> Batch:
    """The primitives of the Fourier transforms."""
    return Batch(function(x.value, axes=from_end(axes, x.ndim), **options))


@single
def rolling(function: Any, x: Batch, shift: Any, axis: Any = None) -> Batch:
    """roll: by default as if all elements lay in a row."""
    if axis is None:
        rolled: Batch = rolling(function, x.ravel(), shift, 0).reshape(x.shape)
        return rolled
    return Batch(function(x.value, shift=shift, axis=from_end(axis, x.ndim)))


@single
def last_axes(function: Any, x: Batch, *args: Any, **options: Any) -> Batch:
    """Functions of the last dimensions, with any batch in front."""
    return Batch(function(x.value, *args, **options))


@single
def placing(function: Any, x: Batch, **params: Any) -> Batch:
    """Primitives whose parameters tell of every dimension: the members are one more in front."""
    for name in params.keys() & _BEHIND.keys():
        params[name] = _BEHIND[name](params[name], len(x.value))
    return Batch(function(x.value, **params))


# What such a parameter is when there is one more dimension, of `count` members, in front.
_BEHIND: dict[str, Callable[[Any, int], Any]] = {
    "axis": lambda axes, count: tuple(a + 1 for a in axes),
    "axis1": lambda axis, count: axis + 1,
    "axis2": lambda axis, count: axis + 1,
    "shape": lambda shape, count: (count, *shape),
    "width": lambda width, count: ((0, 0), *width),
}


@single
def moving(function: Any, x: Batch, *axes: Any, **options: Any) -> Batch:
    """Functions that name the dimensions that they exchange or remove."""
    return Batch(
        function(
            x.value,
            *(from_end(a, x.ndim) for a in axes),
            **{name: from_end(a, x.ndim) for name, a in options.items()},
        )
    )


@single
def expanding(function: Any, x: Batch, axis: Any) -> Batch:
    """expand_dims: the axis is one of the result."""
    count = len(axis) if isinstance(axis, (tuple, list)) else 1
    return Batch(function(x.value, axis=from_end(axis, x.ndim + count)))


@single
def squeezing(function: Any, x: Batch, axis: Any = None) -> Batch:
    """squeeze: the members may be one, and stay."""
    if axis is None:
        axis = tuple(i for i, length in enumerate(x.shape) if length == 1)
    return Batch(function(x.value, axis=from_end(axis, x.ndim)))


@single
def transposing(function: Any, x: Batch, axes: Any = None) -> Batch:
    """transpose: the members stay in front."""
    axes = range(x.ndim)[::-1] if axes is None else [a % x.ndim for a in axes]
    return Batch(function(x.value, axes=(0, *(a + 1 for a in axes))))


@single
def shaping(function: Any, x: Batch, shape: Any, order: str = "C") -> Any:
    """reshape."""
    if order != "C":
        return by_member(function, x, shape, order=order)
    shape = shape if isinstance(shape, (tuple, list)) else (shape,)
    if math.prod(shape) < 0:
        known = -math.prod(shape)
        shape = tuple(x.size // known if length == -1 else length for length in shape)
    return Batch(x.value.reshape((len(x.value), *shape)))


@single
def raveling(function: Any, x: Batch, order: str = "C") -> Any:
    """ravel."""
    if order != "C":
        return by_member(function, x, order=order)
    return Batch(x.value.reshape((len(x.value), x.size)))


@single
def repeating(function: Any, x: Batch, shape: Any) -> Batch:
    """broadcast_to."""
    shape = shape if isinstance(shape, (tuple, list)) else (shape,)
    value = aligned(x, len(shape))
    return Batch(np.broadcast_to(value, (len(value), *shape)))


# ── indices ───────────────────────────────────────────────────────────────────────────────────
@single
def picking(function: Any, x: Batch, *, index: Any) -> Batch:
    """The primitive getitem."""
    return x[index]  # type: ignore[no-any-return]


@single
def scattering(function: Any, x: Batch, *, index: Any, shape: Shape) -> Batch:
    """The primitive scatter."""
    if not keeps_place(index):
        result: Batch = by_member(function, x, index=index, shape=shape)
        return result
    return Batch(function(x.value, index=shifted(index), shape=(len(x.value), *shape)))


# ── several operands ──────────────────────────────────────────────────────────────────────────
def joining(function: Any, arrays: Sequence[Any], axis: int | None = 0) -> Any:
    """np.concatenate, and np.stack, whose axis is one of the result."""
    if axis is None:
        return joining(function, [np.ravel(x) for x in arrays])
    count = next(len(x.value) for x in arrays if has_members(x))
    ndim = np.ndim(arrays[0]) + (function is np.stack)
    return Batch(function([repeated(x, count) for x in arrays], axis=from_end(axis, ndim)))


def joined(function: Primitive, *arrays: Any, axis: int = 0) -> Any:
    """The primitives concatenate and stack."""
    return joining(np.stack if function.name == "stack" else np.concatenate, arrays, axis)


def product(function: Any, x: Any, y: Any) -> Batch:
    """matmul, and dot of at most two dimensions: a vector is a matrix with one row or column."""
    if np.ndim(y) == 2 and np.ndim(x) == 1 and not has_members(y):  # the rows at once
        return Batch(repeated(x, 1) @ shared(y))
    if np.ndim(x) == 2 and np.ndim(y) == 1 and not has_members(x):
        return Batch(repeated(y, 1) @ shared(x).T)
    left = x[None, :] if np.ndim(x) == 1 else x
    right = y[:, None] if np.ndim(y) == 1 else y
    ndim = max(np.ndim(left), np.ndim(right))
    out = Batch(np.matmul(aligned(left, ndim), aligned(right, ndim)))
    out = out[..., 0] if np.ndim(y) == 1 else out
    return out if np.ndim(x) > 1 else out[..., 0] if np.ndim(y) == 1 else out[..., 0, :]


def dotting(function: Any, x: Any, y: Any) -> Any:
    """np.dot."""
    if not np.ndim(x) or not np.ndim(y):
        return np.multiply(x, y)
    handler = product if max(np.ndim(x), np.ndim(y)) <= 2 else by_member
    return handler(function, x, y)


def summing(function: Any, subscripts: Any, *operands: Any, **options: Any) -> Any:
    """np.einsum: the members get a letter of their own."""
    letters = set(subscripts) if isinstance(subscripts, str) else set()
    if not {"-", ">"} <= letters:
        return by_member(function, subscripts, *operands, **options)
    free = next(chr(code) for code in range(ord("A"), ord("z")) if chr(code) not in letters)
    inputs, _, output = subscripts.replace(" ", "").partition("->")
    terms = [
        free + term if has_members(x) else term
        for term, x in zip(inputs.split(","), operands, strict=True)
    ]
    values = [shared(x) for x in operands]
    return Batch(function(f"{','.join(terms)}->{free}{output}", *values, **options))


def solving(function: Any, a: Any, b: Any) -> Batch:
    """np.linalg.solve: a vector is a matrix with one column."""
    right = b[..., None] if np.ndim(b) == 1 else b
    ndim = max(np.ndim(a), np.ndim(right))
    out = Batch(function(aligned(a, ndim), aligned(right, ndim)))
    return out[..., 0] if np.ndim(b) == 1 else out


def contracting(function: Any, x: Any, y: Any, axes: Any = 2) -> Any:
    """np.tensordot, as an einsum with a letter for every axis."""
    count, other = np.ndim(x), np.ndim(y)
    if isinstance(axes, int):
        axes = range(count - axes, count), range(axes)
    left, right = ([a] if isinstance(a, int) else list(a) for a in axes)
    letters = string.ascii_lowercase
    first, second = list(letters[:count]), list(letters[count : count + other])
    for a, b in zip(left, right, strict=True):
        second[b] = first[a]
    kept = [c for c in first + second if (c in first) != (c in second)]
    subscripts = f"{''.join(first)},{''.join(second)}->{''.join(kept)}"
    return summing(np.einsum, subscripts, x, y, optimize=True)


def summed(function: Primitive, *operands: Any, subscripts: str, **options: Any) -> Any:
    """The primitive einsum."""
    return summing(np.einsum, subscripts, *operands, **options)


@single
def like(function: Any, x: Batch, *args: Any, **options: Any) -> Batch:
    """zeros_like and friends: of the members as they lie."""
    if "shape" in options:
        result: Batch = by_member(function, x, *args, **options)
        return result
    return Batch(function(x.value, *args, **options))


def typing(function: Any, *args: Any) -> Any:
    """Questions to the dtype."""
    return function(*map(shared, args))


def asked(function: Any, x: Any, *args: Any) -> Any:
    """Questions to the shape."""
    return {np.shape: x.shape, np.ndim: x.ndim, np.size: x.size}[function]


_TABLE: dict[Handler, str] = {
    over_axes: "sum prod mean max min amax amin var std all any flip count_nonzero",
    along_axis: "cumsum cumprod",
    rolling: "roll",
    one_axis: "diff fft.fft fft.ifft fft.rfft fft.irfft fft.hfft fft.ihfft",
    last_axes: "tril triu linalg.matrix_transpose",
    solving: "linalg.solve",
    moving: "swapaxes moveaxis",
    expanding: "expand_dims",
    squeezing: "squeeze",
    transposing: "transpose",
    shaping: "reshape",
    raveling: "ravel",
    repeating: "broadcast_to",
    joining: "concatenate stack",
    dotting: "dot",
    contracting: "tensordot",
    summing: "einsum",
    elementwise: "where clip real imag nan_to_num real_if_close",
    like: "zeros_like ones_like full_like copy",
    typing: "result_type iscomplexobj isrealobj",
    asked: "shape ndim size",
}
# Primitives by their names, where the kind elementwise does not say it.
_BY_NAME: dict[Handler, str] = {
    over_axes: "sum mean prod max min flip",
    along_axis: "cumsum",
    rolling: "roll",
    one_axis: "diff",
    over_named_axes: "fft ifft rfft irfft",
    last_axes: "tril triu",
    placing: "pad diag diagonal trace sliding_window_view overlap_add",
    solving: "solve",
    transposing: "transpose",
    shaping: "reshape",
    repeating: "broadcast_to",
    picking: "getitem",
    scattering: "scatter",
    joined: "concatenate stack",
    product: "matmul",
    dotting: "dot",
    contracting: "tensordot",
    summed: "einsum",
}


def _numpy(name: str) -> Any:
    found: Any = np
    for part in name.split("."):
        found = getattr(found, part)
    return found


FUNCTIONS.update({_numpy(n): rule for rule, names in _TABLE.items() for n in names.split()})
PRIMITIVES.update({name: rule for rule, names in _BY_NAME.items() for name in names.split()})
UFUNCS.update(
    {"__call__": elementwise, "reduce": reduction, "accumulate": accumulation, np.matmul: product}
)
