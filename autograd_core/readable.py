"""The side of a Tensor that is a plain array: reading it records nothing."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from autograd_core.abstract import AbstractArray, as_array
from autograd_core.errors import DTypeError, GraphError, ShapeError
from autograd_core.shapes import Shape

ASSIGNED = "To assign it, make the array with np.zeros_like(t, shape=…) of a Tensor t."


def plain(value: Any) -> Any:
    """The value with every Tensor in it, also in lists, tuples and dicts, replaced by its array."""
    if isinstance(value, Readable):
        return value.raw
    if isinstance(value, (list, tuple)):
        return type(value)(map(plain, value))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def settled(value: Any) -> Any:
    """The value, or for a Buffer the Tensor that it stands for now."""
    return value.settled() if isinstance(value, Readable) else value


def _comparison(compare: Callable[[Any, Any], Any]) -> Callable[[Readable, Any], Any]:
    def method(self: Readable, other: Any) -> Any:
        return compare(self.raw, plain(other))

    return method


def _conversion(kind: Callable[[Any], Any], name: str) -> Callable[[Readable], Any]:
    """A conversion to a Python number, which must not lose a derivative unseen."""

    def method(self: Readable) -> Any:
        if self.requires_grad:
            raise DTypeError(
                f"{name}(tensor) would lose the derivative. For the number itself take t.item(); "
                "in a computation use NumPy's functions in place of those of the math module. "
                f"{ASSIGNED}"
            )
        return kind(self.raw)

    return method


class Readable:
    """What can be asked of a Tensor without recording: its shape, its numbers, its text."""

    __slots__ = ("__weakref__", "_grad", "_hooks", "_name", "creator", "raw", "requires_grad")

    raw: Any  # what NumPy computed: an ndarray, or a NumPy scalar for shape ()
    requires_grad: bool
    creator: Any
    _grad: Any
    _hooks: dict[int, Callable[[Any], Any]]  # only where a leaf has some
    _name: str | None

    def settled(self) -> Any:
        """The Tensor that no later assignment changes: itself, unless it is a Buffer."""
        return self

    @property
    def data(self) -> NDArray[Any]:
        """The array itself, not a copy.  Writing into it is not recorded."""
        if type(self.raw) is not np.ndarray:
            self.raw = as_array(self.raw)  # kept, so that a write through it is not lost
        return self.raw

    @data.setter
    def data(self, value: ArrayLike) -> None:
        if self.creator is not None:
            raise GraphError(
                f"data: this Tensor is the result of {self.creator.primitive.name}, so its data "
                "cannot be replaced. Change a leaf, or make a new Tensor."
            )
        array = np.asarray(value)
        if array.shape != self.shape:
            raise ShapeError(
                f"data: the Tensor has shape {self.shape} and the new data {array.shape}. "
                "Make a new Tensor for another shape."
            )
        self.raw = array.astype(self.dtype, casting="same_kind")

    @property
    def grad(self) -> NDArray[Any] | None:
        """The gradient that backward passes have added up, of the shape and dtype of `data`; None
        before the first one.  What is assigned is copied.  An inner result keeps its gradient only
        after `retain_grad()`."""
        grad: NDArray[Any] | None
        if self.creator is not None:
            grad = self.creator.noted("grad")
            return grad
        grad = self._grad
        if grad is not None and type(grad) is not np.ndarray:
            grad = self._grad = as_array(grad)
        return grad

    @grad.setter
    def grad(self, value: ArrayLike | None) -> None:
        if value is not None:
            array = np.asarray(value)
            if array.shape != self.shape:
                raise ShapeError(
                    f"grad: the Tensor has shape {self.shape} and the gradient {array.shape}; "
                    "they must be equal."
                )
            value = array.astype(self.dtype, casting="same_kind")
        if self.creator is None:
            self._grad = value
        else:
            self.creator.note("grad", value)

    @property
    def name(self) -> str | None:
        """What drawings and messages call it; may be set at any time, on results too."""
        if self.creator is None:
            return self._name
        name: str | None = self.creator.noted("name")
        return name

    @name.setter
    def name(self, name: str | None) -> None:
        if self.creator is None:
            self._name = name
        else:
            self.creator.note("name", name)

    @property
    def shape(self) -> Shape:
        """The lengths of the dimensions."""
        shape: Shape = self.raw.shape
        return shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the elements."""
        dtype: np.dtype[Any] = self.raw.dtype
        return dtype

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.raw.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return int(self.raw.size)

    def item(self) -> Any:
        """The only element as a Python number, without its derivative."""
        if self.raw.size != 1:
            raise ShapeError(
                f"item: a Tensor of shape {self.shape} has {self.size} elements, not one."
            )
        return self.raw.item()

    def tolist(self) -> Any:
        """The elements as nested lists of Python numbers, without their derivatives."""
        return self.raw.tolist()

    # ── plain values out ──────────────────────────────────────────────────────────────────────
    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        if self.requires_grad:
            raise DTypeError(
                f"a Tensor of shape {self.shape} was about to become a plain array, which would "
                "lose its derivative. Join Tensors with np.stack or np.concatenate; take t.data "
                f"for the plain array. {ASSIGNED}"
            )
        return np.array(self.raw, dtype=dtype, copy=copy)

    # Comparisons have no derivative: plain booleans out.
    __eq__ = _comparison(operator.eq)
    __ne__ = _comparison(operator.ne)
    __lt__ = _comparison(operator.lt)
    __le__ = _comparison(operator.le)
    __gt__ = _comparison(operator.gt)
    __ge__ = _comparison(operator.ge)
    __hash__ = object.__hash__

    __float__ = _conversion(float, "float")
    __int__ = _conversion(int, "int")
    __complex__ = _conversion(complex, "complex")
    __index__ = _conversion(operator.index, "index")

    def __bool__(self) -> bool:
        return bool(self.raw)

    def __len__(self) -> int:
        return len(self.raw)

    # ── text and copies ───────────────────────────────────────────────────────────────────────
    def __repr__(self) -> str:
        if isinstance(self.raw, AbstractArray):
            return f"Tensor({self.raw!r})"
        text = np.array2string(self.raw, separator=", ", threshold=100, prefix="Tensor(")
        parts = [text if self.ndim else str(self.raw.item())]
        if self.dtype != np.float64:
            parts.append(f"dtype={self.dtype}")
        if self.name is not None:
            parts.append(f"name={self.name!r}")
        if self.creator is not None:
            parts.append(f"from {self.creator.primitive.name}")
        elif not self.requires_grad:
            parts.append("requires_grad=False")
        return f"Tensor({', '.join(parts)})"

    def __format__(self, spec: str) -> str:
        return format(self.raw.item(), spec) if spec and self.size == 1 else repr(self)

    # ── copies ────────────────────────────────────────────────────────────────────────────────
    def __copy__(self) -> Any:
        restore, parts = self.__reduce__()
        return restore(*(np.copy(p) if isinstance(p, np.ndarray) else p for p in parts))

    def __reduce__(self) -> tuple[Any, ...]:
        if self.creator is not None:
            raise GraphError(
                f"copy: this Tensor is the result of {self.creator.primitive.name}, and its "
                "recorded graph cannot be copied or pickled. Copy t.detach() or t.data."
            )
        return _restore, (type(self), self.raw, self.requires_grad, self._name, self._grad)


def _restore(kind: type[Readable], raw: Any, requires_grad: bool, name: Any, grad: Any) -> Readable:
    tensor = kind.__new__(kind)
    tensor.raw, tensor.requires_grad, tensor.creator = raw, requires_grad, None
    tensor._name, tensor._grad = name, grad
    return tensor
