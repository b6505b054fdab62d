"""NumPy's methods for Tensor.  Each calls NumPy's function of the same name, which NumPy hands to
the Tensor's own implementation: methods and functions cannot differ.
"""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np
from numpy.typing import DTypeLike

from autograd_core.errors import UncoveredError
from autograd_core.shapes import Axis

_IN_PLACE = (
    "{0}: ndarray.{0} changes the array, and a Tensor never does. np.{0}(t, …) is a new one."
)


class NumPyMethods:
    """The methods of ndarray that have a derivative, or that need none."""

    __slots__ = ()

    # ── reductions; `options` are dtype=, initial= and where= ─────────────────────────────────
    def sum(self, axis: Axis = None, *, keepdims: bool = False, **options: Any) -> Any:
        """np.sum over the axes."""
        return np.sum(self, axis=axis, keepdims=keepdims, **options)  # type: ignore[call-overload]

    def prod(self, axis: Axis = None, *, keepdims: bool = False, **options: Any) -> Any:
        """np.prod over the axes; its gradient is exact where elements are zero."""
        return np.prod(self, axis=axis, keepdims=keepdims, **options)  # type: ignore[call-overload]

    def mean(self, axis: Axis = None, *, keepdims: bool = False, **options: Any) -> Any:
        """np.mean over the axes."""
        return np.mean(self, axis=axis, keepdims=keepdims, **options)  # type: ignore[call-overload]

    def var(
        self, axis: Axis = None, *, ddof: float = 0, keepdims: bool = False, **options: Any
    ) -> Any:
        """np.var over the axes."""
        return np.var(self, axis=axis, ddof=ddof, keepdims=keepdims, **options)  # type: ignore[call-overload]

    def std(
        self, axis: Axis = None, *, ddof: float = 0, keepdims: bool = False, **options: Any
    ) -> Any:
        """np.std over the axes; its gradient is 0 where all elements are equal."""
        return np.std(self, axis=axis, ddof=ddof, keepdims=keepdims, **options)  # type: ignore[call-overload]

    def max(self, axis: Axis = None, *, keepdims: bool = False, **options: Any) -> Any:
        """np.max over the axes; tied elements share the gradient evenly."""
        return np.max(self, axis=axis, keepdims=keepdims, **options)  # type: ignore[call-overload]

    def min(self, axis: Axis = None, *, keepdims: bool = False, **options: Any) -> Any:
        """np.min over the axes; tied elements share the gradient evenly."""
        return np.min(self, axis=axis, keepdims=keepdims, **options)  # type: ignore[call-overload]

    def cumsum(self, axis: int | None = None, dtype: DTypeLike | None = None) -> Any:
        """np.cumsum along an axis, or of all elements in a row."""
        return np.cumsum(self, axis=axis, dtype=dtype)  # type: ignore[call-overload]

    def cumprod(self, axis: int | None = None, dtype: DTypeLike | None = None) -> Any:
        """np.cumprod along an axis; its gradient is exact where elements are zero."""
        return np.cumprod(self, axis=axis, dtype=dtype)  # type: ignore[call-overload]

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
        """np.trace: the sum along a diagonal."""
        return np.trace(self, offset, axis1, axis2)  # type: ignore[call-overload]

    # ── order, and plain answers ──────────────────────────────────────────────────────────────
    def sort(self, *args: Any, **options: Any) -> NoReturn:
        """Not done: ndarray.sort changes the array.  np.sort(t) is a new Tensor."""
        raise UncoveredError(_IN_PLACE.format("sort"))

    def partition(self, *args: Any, **options: Any) -> NoReturn:
        """Not done: ndarray.partition changes the array.  np.partition(t, kth) is a new Tensor."""
        raise UncoveredError(_IN_PLACE.format("partition"))

    def argsort(self, axis: int | None = -1, **options: Any) -> Any:
        """np.argsort: a plain array of integers."""
        return np.argsort(self, axis=axis, **options)  # type: ignore[arg-type]

    def argpartition(self, kth: Any, axis: int | None = -1) -> Any:
        """np.argpartition: a plain array of integers."""
        return np.argpartition(self, kth, axis=axis)  # type: ignore[arg-type]

    def argmax(self, axis: int | None = None, *, keepdims: bool = False) -> Any:
        """np.argmax: a plain array of integers."""
        return np.argmax(self, axis=axis, keepdims=keepdims)  # type: ignore[call-overload]

    def argmin(self, axis: int | None = None, *, keepdims: bool = False) -> Any:
        """np.argmin: a plain array of integers."""
        return np.argmin(self, axis=axis, keepdims=keepdims)  # type: ignore[call-overload]

    def searchsorted(self, v: Any, side: Any = "left", sorter: Any = None) -> Any:
        """np.searchsorted: a plain array of integers."""
        return np.searchsorted(self, v, side, sorter)  # type: ignore[call-overload]

    def nonzero(self) -> Any:
        """np.nonzero: plain indices."""
        return np.nonzero(self)  # type: ignore[arg-type]

    def round(self, decimals: int = 0) -> Any:
        """np.round: a plain array, as its derivative is 0 wherever it has one."""
        return np.round(self, decimals)  # type: ignore[call-overload]

    def all(self, axis: Axis = None, *, keepdims: bool = False) -> Any:
        """np.all: plain booleans."""
        return np.all(self, axis=axis, keepdims=keepdims)  # type: ignore[call-overload]

    def any(self, axis: Axis = None, *, keepdims: bool = False) -> Any:
        """np.any: plain booleans."""
        return np.any(self, axis=axis, keepdims=keepdims)  # type: ignore[call-overload]

    # ── shapes and picking ────────────────────────────────────────────────────────────────────
    def reshape(self, *shape: Any, order: Any = "C") -> Any:
        """np.reshape; the lengths may come one by one or as a tuple, one of them as -1."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, order=order)  # type: ignore[call-overload]

    def ravel(self, order: Any = "C") -> Any:
        """All elements in one dimension."""
        return np.ravel(self, order)  # type: ignore[call-overload]

    def copy(self) -> Any:
        """np.copy: a Buffer, which can be written into."""
        return np.copy(self)  # type: ignore[call-overload]

    def flatten(self, order: Any = "C") -> Any:
        """All elements in one dimension."""
        return np.ravel(self, order)  # type: ignore[call-overload]

    def transpose(self, *axes: Any) -> Any:
        """np.transpose; the axes may come one by one or as a tuple."""
        if len(axes) == 1 and not isinstance(axes[0], int):
            axes = axes[0]
        return np.transpose(self, axes or None)  # type: ignore[call-overload]

    def swapaxes(self, axis1: int, axis2: int) -> Any:
        """np.swapaxes."""
        return np.swapaxes(self, axis1, axis2)  # type: ignore[call-overload]

    def squeeze(self, axis: Axis = None) -> Any:
        """np.squeeze: without dimensions of length 1."""
        return np.squeeze(self, axis=axis)  # type: ignore[call-overload]

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
        """np.diagonal."""
        return np.diagonal(self, offset, axis1, axis2)  # type: ignore[call-overload]

    def take(self, indices: Any, axis: int | None = None, mode: Any = "raise") -> Any:
        """np.take: the elements at these places along an axis."""
        return np.take(self, indices, axis, mode=mode)  # type: ignore[call-overload]

    def compress(self, condition: Any, axis: int | None = None) -> Any:
        """np.compress: the slices for which the condition holds."""
        return np.compress(condition, self, axis)  # type: ignore[call-overload]

    def repeat(self, repeats: Any, axis: int | None = None) -> Any:
        """np.repeat: each element several times."""
        return np.repeat(self, repeats, axis)  # type: ignore[call-overload]

    def choose(self, choices: Any, mode: Any = "raise") -> Any:
        """np.choose: at each place the element of the array that this one numbers there."""
        return np.choose(self, choices, mode=mode)  # type: ignore[call-overload]

    # ── elementwise and products ──────────────────────────────────────────────────────────────
    def clip(self, min: Any = None, max: Any = None) -> Any:  # noqa: A002  NumPy's names
        """np.clip; the gradient passes at the bounds and stops beyond them."""
        return np.clip(self, min, max)  # type: ignore[call-overload]

    def conj(self) -> Any:
        """np.conjugate."""
        return np.conjugate(self)  # type: ignore[call-overload]

    conjugate = conj

    def dot(self, other: Any) -> Any:
        """np.dot."""
        return np.dot(self, other)  # type: ignore[call-overload]

    @property
    def real(self) -> Any:
        """np.real: of complex numbers the real part."""
        return np.real(self)

    @property
    def imag(self) -> Any:
        """np.imag: of complex numbers the imaginary part."""
        return np.imag(self)

    @property
    def T(self) -> Any:  # noqa: N802  NumPy's name
        """All dimensions in reverse order."""
        return np.transpose(self)  # type: ignore[call-overload]

    @property
    def mT(self) -> Any:  # noqa: N802  NumPy's name
        """The last two dimensions exchanged."""
        return np.swapaxes(self, -1, -2)  # type: ignore[call-overload]

    def __floordiv__(self, other: Any) -> Any:
        return np.floor_divide(self, other)  # type: ignore[call-overload]

    def __rfloordiv__(self, other: Any) -> Any:
        return np.floor_divide(other, self)  # type: ignore[call-overload]

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self
