"""Arrays in the image of a Tensor, which are Buffers to write into, and casts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_core.abstract import as_array, stand_in
from autograd_core.buffer import Buffer
from autograd_core.dispatch import implements, refuse
from autograd_core.readable import plain


def _making(function: Callable[..., Any]) -> None:
    """Make the new array of a NumPy function a Buffer, if what is written into it can have a
    derivative."""

    @implements(function)
    def made(*args: Any, **options: Any) -> Any:
        given = plain(args)
        array = function(*given, **options)
        if array.dtype.kind not in "fc":
            return array
        if type(array) is not np.ndarray:  # while tracing: all that is not written yet is known
            array = function(*map(stand_in, given), **options)
        return Buffer.of(array)


for _function in (
    np.zeros_like, np.ones_like, np.empty_like,
    np.zeros, np.ones, np.empty,  # which NumPy hands over if they are given like=t
):  # fmt: skip
    _making(_function)


@implements(np.full_like)
def full_like(a: Any, fill_value: Any, *args: Any, **options: Any) -> Any:
    """np.full_like: a Buffer filled with a number or a Tensor, which is broadcast."""
    return _filled(np.empty_like(a, *args, **options), fill_value)


@implements(np.full)
def full(shape: Any, fill_value: Any, dtype: Any = None, **options: Any) -> Any:
    """np.full(shape, value, like=t): a Buffer filled with a number or a Tensor."""
    dtype = as_array(plain(fill_value)).dtype if dtype is None else dtype
    return _filled(Buffer.of(np.empty(shape, dtype, **options)), fill_value)


@implements(np.copy)
def copy(a: Any, order: Any = "K", subok: bool = False) -> Any:
    """np.copy: a Buffer with the numbers of the Tensor, to which it passes its gradient on."""
    refuse("np.copy", subok=subok or None)
    return _filled(np.empty_like(a, order=order), a)


def _filled(array: Any, value: Any) -> Any:
    array[...] = value
    return array


if hasattr(np, "astype"):  # NumPy 2.1

    @implements(np.astype)
    def astype(x: Any, dtype: Any, /, **options: Any) -> Any:
        """np.astype: in another floating dtype."""
        return x.astype(dtype)
