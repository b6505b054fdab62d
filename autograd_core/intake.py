"""What may come into the graph: data, operands, gradients to start from; and why it may not."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_core.abstract import AbstractArray, as_array, copied
from autograd_core.errors import DTypeError, GraphError, ShapeError
from autograd_core.mode import current_mode
from autograd_core.readable import Readable, plain

# Operands that need no look: NumPy takes them as they are, and Python numbers stay weakly typed.
PLAIN_TYPES = frozenset({float, int, bool, complex, np.float64, np.float32, np.int64, np.bool_})
PLAIN_INDICES = frozenset({int, slice, np.ndarray, type(None), type(Ellipsis)})
# Why a Tensor is not written into.
NEVER_CHANGES = (
    "setitem: assignment into a Tensor, which is a leaf or the result of an operation and never "
    "changes. Write into a copy, z = np.copy(t), or into np.zeros_like(t); t.data[...] = value "
    "writes without recording."
)
STAYS_A_LEAF = (
    "in-place change of a leaf Tensor, after which it would be no leaf any more and get no "
    "gradient. Inside `with no_grad():` it changes the data; to compute on, write t = t + … with "
    "another name."
)
OPERANDS = (Readable, np.ndarray, np.generic, AbstractArray, list, tuple)

_ONE = np.float64(1)


def is_number_array(value: Any) -> bool:
    """Whether the value is an ndarray (and of no subclass) that does not hold objects."""
    return type(value) is np.ndarray and not value.dtype.hasobject


def is_plain(value: Any) -> bool:
    """Whether the value is an operand as it is."""
    return type(value) in PLAIN_TYPES or is_number_array(value)


def as_operand(operation: str, arg: Any) -> Any:
    """An operand that is neither a Tensor nor a common plain type, as an array of numbers."""
    masked = sys.modules.get("numpy.ma")  # where it is not loaded, nothing is masked
    if masked is not None and isinstance(arg, masked.MaskedArray):
        raise DTypeError(f"{operation}: a masked array would lose its mask. Use np.where.")
    array = as_array(arg)
    if array.dtype.kind not in "fciub":
        raise DTypeError(
            f"{operation}: {arg!r} of type {type(arg).__name__} is not a number, an array of "
            "numbers or a Tensor."
        )
    return array


def plain_operands(operation: str, args: Sequence[Any]) -> list[Any]:
    """The numbers of the operands, for what has no derivative."""
    return [arg if is_plain(arg) else as_operand(operation, arg) for arg in plain(args)]


def promoted(args: Sequence[Any]) -> Sequence[Any]:
    """The operands in the dtype of their result, for rules that compute with them alone: the square
    of a uint8, or its logarithm, would lose digits.
    """
    operands: list[Any] = [
        arg if is_plain(arg) or isinstance(arg, Readable) else as_array(arg) for arg in args
    ]
    dtype = np.result_type(*plain(operands))
    if dtype.kind not in "fc":
        return args
    arrays = [a if isinstance(a, Readable) else as_array(a) for a in operands]
    return [a if a.dtype == dtype else a.astype(dtype) for a in arrays]  # type: ignore[union-attr]


def is_operand(value: Any) -> bool:
    """Whether an operator takes it; anything else may have an operator of its own."""
    return is_plain(value) or isinstance(value, OPERANDS)


def checked(data: Any, requires_grad: bool | None) -> tuple[Any, bool]:
    """The data as an array of its own, and whether it is differentiated."""
    if isinstance(data, Readable) and isinstance(data.raw, AbstractArray):
        data = data.raw  # an argument of a function that is traced, for which f got an array
    if isinstance(data, Readable):
        raise DTypeError("Tensor: the data is a Tensor already. Use it, or its .detach().")
    array: Any = copied(data)
    if array.dtype.kind in "iu" and isinstance(data, (int, list, tuple)):
        array = array.astype(float)
    if array.dtype.kind not in "fciub":
        raise DTypeError(
            f"Tensor: data of dtype {array.dtype} cannot be differentiated. Pass numbers, or an "
            "array of floating or complex numbers."
        )
    continuous = array.dtype.kind in "fc"
    if requires_grad and not continuous:
        raise DTypeError(
            f"Tensor: requires_grad=True for data of dtype {array.dtype}, but only floating and "
            "complex numbers have derivatives. Convert it first: data.astype(float)."
        )
    return array if array.ndim else array[
        ()
    ], continuous if requires_grad is None else requires_grad


def seed_of(tensor: Readable, gradient: Any) -> Any:
    """The gradient to start from, checked, in the result's dtype and not shared."""
    if gradient is None:
        if type(tensor.raw) is np.float64:
            return _ONE
        if tensor.raw.shape != ():
            raise GraphError(
                f"backward: the result has shape {tensor.shape}, not that of a scalar. Reduce it "
                "first, for example with .sum(), or pass gradient=, an array of that shape."
            )
        return tensor.raw.dtype.type(1)
    g = copied(plain(gradient)).astype(tensor.dtype)
    if g.shape != tensor.shape:
        raise ShapeError(
            f"backward: the gradient has shape {g.shape} and the result {tensor.shape}; they must "
            "be equal."
        )
    return g if g.ndim else g[()]


def nothing_recorded(tensor: Readable) -> str:
    """Why there is nothing to differentiate."""
    text = "backward: nothing was recorded for this result."
    if not current_mode.get().recording:
        return f"{text} This is inside no_grad()."
    if tensor.dtype.kind not in "fc":
        return (
            f"{text} Its dtype is {tensor.dtype}; only floating and complex data is differentiated."
        )
    return (
        f"{text} No input had requires_grad=True, or it was computed inside no_grad() or from "
        "t.data or t.detach()."
    )
