"""Functions of NumPy that write into their first argument: each is an assignment z[index] = value.

Into a plain array a Tensor that needs a gradient cannot be written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_core.abstract import as_array
from autograd_core.dispatch import UFUNC_METHODS, implements, refuse_ufunc
from autograd_core.errors import ShapeError, UncoveredError
from autograd_core.numpy_api.picking import along_axis
from autograd_core.ops.shaping import scatter
from autograd_core.primitive import UFUNCS
from autograd_core.readable import Readable, plain
from autograd_core.shapes import Shape, size_of
from autograd_core.tensor import Tensor


def _keeps_no_derivative(name: str, values: Any) -> None:
    """Refuse to write into a plain array what needs a gradient."""
    if any(isinstance(value, Readable) and value.requires_grad for value in values):
        raise UncoveredError(
            f"{name}: a plain array cannot take a Tensor, whose derivative it would lose. Write "
            "into a Tensor that takes assignments: z = np.zeros_like(t)."
        )


def _changes(function: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make the decorated function what NumPy's does on Tensors; into a plain array constants go as
    ever."""

    def register(on_tensors: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(target: Any, *args: Any, **options: Any) -> Any:
            if isinstance(target, Tensor):
                return on_tensors(target, *args, **options)
            _keeps_no_derivative(f"np.{function.__name__}", (*args, *options.values()))
            return function(target, *plain(args), **plain(options))

        return implements(function)(guarded)

    return register


def _repeated(values: Any, shape: Shape) -> Any:
    """The values one after the other, from the first again where they do not suffice."""
    if np.size(values) == 0 and size_of(shape):
        raise ShapeError(f"no values for the {size_of(shape)} places to write to.")
    return np.resize(values, shape)


@_changes(np.copyto)
def copyto(dst: Any, src: Any, casting: str = "same_kind", where: Any = True) -> None:
    """np.copyto: dst[where] = src."""
    if where is True:
        dst[...] = src
    else:
        putmask(dst, np.broadcast_to(plain(where), dst.shape), np.broadcast_to(src, dst.shape))


@_changes(np.putmask)
def putmask(a: Any, mask: Any, values: Any) -> None:
    """np.putmask: a[mask] = values[mask], the values repeated to the shape of `a`."""
    mask = np.asarray(plain(mask), bool)
    a[mask] = _repeated(values, a.shape)[mask]


@_changes(np.place)
def place(arr: Any, mask: Any, vals: Any) -> None:
    """np.place: arr[mask] = vals, the values repeated until they suffice."""
    mask = np.asarray(plain(mask), bool)
    arr[mask] = _repeated(vals, (int(mask.sum()),))


@_changes(np.fill_diagonal)
def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """np.fill_diagonal: the diagonal = val."""
    mask = np.zeros(a.shape, bool)
    np.fill_diagonal(mask, val=True, wrap=wrap)
    place(a, mask, val)


@_changes(np.put)
def put(a: Any, ind: Any, v: Any, mode: Any = "raise") -> None:
    """np.put: the elements with these numbers = v."""
    numbers = np.take(np.arange(a.size), plain(ind), mode=mode)
    a[np.unravel_index(numbers, a.shape)] = _repeated(v, numbers.shape)


@_changes(np.put_along_axis)
def put_along_axis(arr: Any, indices: Any, values: Any, axis: int | None) -> None:
    """np.put_along_axis: what np.take_along_axis takes = values."""
    indices = as_array(plain(indices))
    if axis is None:
        put(arr, indices, np.broadcast_to(values, indices.shape))
    else:
        arr[along_axis(arr.shape, indices, axis)] = values


def ufunc_at(ufunc: np.ufunc, a: Any, indices: Any, *values: Any) -> None:
    """ufunc.at: a[indices] = ufunc(a[indices], values), once for each time that an element is
    named."""
    indices = plain(indices)
    if not isinstance(a, Tensor):
        _keeps_no_derivative(f"np.{ufunc.__name__}.at", values)
        return ufunc.at(a, indices, *plain(values))
    if ufunc not in UFUNCS:
        refuse_ufunc(ufunc, "at", {})
    places = np.arange(a.size).reshape(a.shape)[indices]
    values = tuple(np.broadcast_to(value, places.shape) for value in values)
    if ufunc in {np.add, np.subtract}:
        a[...] = ufunc(a, scatter(*values, index=indices, shape=a.shape))
        return None
    flat = places.reshape(-1)
    for turn in _turns(flat):
        index = np.unravel_index(flat[turn], a.shape)
        a[index] = ufunc(a[index], *[np.ravel(value)[turn] for value in values])
    return None


UFUNC_METHODS["at"] = ufunc_at


def _turns(numbers: Any) -> list[Any]:
    """Where the numbers stand for the first time, for the second time, and so on."""
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    count = np.empty_like(numbers)
    count[order] = np.arange(numbers.size) - np.searchsorted(ordered, ordered)
    return [np.flatnonzero(count == turn) for turn in range(count.max(initial=-1) + 1)]
