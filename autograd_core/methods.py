"""NumPy's methods for Tensor.  Each calls NumPy's function of the same name, which NumPy hands to
the Tensor's own implementation: methods and functions cannot differ.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.shapes import Axis


class NumPyMethods:
    """The methods of ndarray that have a derivative, or that need none."""

    __slots__ = ()

    def sum(self, axis: Axis = None, *, keepdims: bool = False) -> Any:
        """np.sum over the axes."""
        return np.sum(self, axis=axis, keepdims=keepdims)  # type: ignore[call-overload]

    def prod(self, axis: Axis = None, *, keepdims: bool = False) -> Any:
        """np.prod over the axes; its gradient is exact where elements are zero."""
        return np.prod(self, axis=axis, keepdims=keepdims)  # type: ignore[call-overload]

    def mean(self, axis: Axis = None, *, keepdims: bool = False) -> Any:
        """np.mean over the axes."""
        return np.mean(self, axis=axis, keepdims=keepdims)  # type: ignore[call-overload]

    def var(self, axis: Axis = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
        """np.var over the axes."""
        return np.var(self, axis=axis, ddof=ddof, keepdims=keepdims)  # type: ignore[call-overload]

    def std(self, axis: Axis = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
        """np.std over the axes; its gradient is 0 where all elements are equal."""
        return np.std(self, axis=axis, ddof=ddof, keepdims=keepdims)  # type: ignore[call-overload]

    def max(self, axis: Axis = None, *, keepdims: bool = False) -> Any:
        """np.max over the axes; tied elements share the gradient evenly."""
        return np.max(self, axis=axis, keepdims=keepdims)  # type: ignore[call-overload]

    def min(self, axis: Axis = None, *, keepdims: bool = False) -> Any:
        """np.min over the axes; tied elements share the gradient evenly."""
        return np.min(self, axis=axis, keepdims=keepdims)  # type: ignore[call-overload]

    def argmax(self, axis: int | None = None, *, keepdims: bool = False) -> Any:
        """np.argmax: a plain array of integers."""
        return np.argmax(self, axis=axis, keepdims=keepdims)  # type: ignore[call-overload]

    def argmin(self, axis: int | None = None, *, keepdims: bool = False) -> Any:
        """np.argmin: a plain array of integers."""
        return np.argmin(self, axis=axis, keepdims=keepdims)  # type: ignore[call-overload]

    def all(self, axis: Axis = None) -> Any:
        """np.all: plain booleans."""
        return np.all(self, axis=axis)  # type: ignore[call-overload]

    def any(self, axis: Axis = None) -> Any:
        """np.any: plain booleans."""
        return np.any(self, axis=axis)  # type: ignore[call-overload]

    def reshape(self, *shape: Any) -> Any:
        """np.reshape; the lengths may come one by one or as a tuple, one of them as -1."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape)  # type: ignore[call-overload]

    def ravel(self) -> Any:
        """All elements in one dimension."""
        return np.ravel(self)  # type: ignore[call-overload]

    def flatten(self) -> Any:
        """All elements in one dimension."""
        return np.ravel(self)  # type: ignore[call-overload]

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

    def clip(self, min: Any = None, max: Any = None) -> Any:  # noqa: A002  NumPy's names
        """np.clip; the gradient passes at the bounds and stops beyond them."""
        return np.clip(self, min, max)  # type: ignore[call-overload]

    def dot(self, other: Any) -> Any:
        """np.dot."""
        return np.dot(self, other)  # type: ignore[call-overload]

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
