"""The shape and dtype that an operation gives to symbols, without any data of the user's.

Where the shape follows from a formula, the operation only runs on arrays of one element, which tell
the dtype; every other operation runs on stand-ins: one number, repeated by strides of 0.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from autograd_core.errors import ShapeError, UncoveredError
from autograd_core.kernels.operations import Part
from autograd_core.ops import products
from autograd_core.primitive import ELEMENTWISE, Primitive
from autograd_core.shapes import Shape, kept, normalize_axis

Type = tuple[Shape, np.dtype[Any]]

_REALS = (-np.inf, np.inf)
# Real or complex as the values are, and complex or not defined for a matrix of equal numbers.
_REAL_OF_IDENTITY = {"sqrtm", "eig", "eigvals"}


def infer(operation: Any, operands: Sequence[Any], params: Mapping[str, Any]) -> Type:
    """The shape and dtype of a result.

    operands: with `shape`, `dtype` and, where the value is known, `value`.
    """
    if isinstance(operation, Part):
        return operation.type(operands, params)
    shape = _formula(operation, [x.shape for x in operands], params)
    if shape is not None:
        return shape, _dtype(operation, tuple(map(_kind, operands)))
    out = on_stand_ins(operation, operands, params)
    if isinstance(out, (tuple, list)):
        raise UncoveredError(
            f"{_name(operation)}: it gives several results, and on symbols an operation has one."
        )
    out = np.asarray(out)
    return out.shape, out.dtype


def on_stand_ins(operation: Any, operands: Sequence[Any], params: Mapping[str, Any]) -> Any:
    """What an operation gives for arrays of the shapes and dtypes of its operands."""
    stand_ins = [_stand_in(operation, *_kind(x), x.shape) for x in operands]
    if getattr(operation, "name", None) in _REAL_OF_IDENTITY:
        stand_ins = [*map(_regular, stand_ins)]
    try:
        return _run(operation, stand_ins, params)
    except np.linalg.LinAlgError:
        return _run(operation, [*map(_regular, stand_ins)], params)


def _formula(operation: Any, shapes: list[Shape], params: Mapping[str, Any]) -> Shape | None:
    """The shape of the result where it needs no run."""
    if operation in (products.dot, products.matmul):
        return _product(*shapes)
    if isinstance(operation, np.ufunc) and operation.signature is None:
        return np.broadcast_shapes(*shapes)
    if not isinstance(operation, Primitive):
        return None
    if operation.kind == ELEMENTWISE and not operation.params:
        return np.broadcast_shapes(*shapes)
    if {"axis", "keepdims"} <= set(operation.params) and len(shapes) == 1:
        return _reduced(shapes[0], params["axis"], params["keepdims"])
    return None


def _product(x: Shape, y: Shape) -> Shape:
    """What x @ y has: the batches broadcast, the rows of x, the columns of y."""
    if not x or not y or x[-1] != y[-2:][0]:
        raise ShapeError(f"matmul: inner sizes differ, x is {x} and y is {y}.")
    return (*np.broadcast_shapes(x[:-2], y[:-2]), *x[-2:-1], *(y[-1:] if len(y) > 1 else ()))


def _reduced(shape: Shape, axis: Any, keepdims: bool) -> Shape:
    if keepdims:
        return kept(shape, axis)
    axes = normalize_axis(axis, len(shape))
    return tuple(length for i, length in enumerate(shape) if i not in axes)


def _kind(operand: Any) -> tuple[np.dtype[Any], type, Any]:
    """What tells the dtype of a result: a dtype, or a Python number, whose own dtype is weak."""
    value = getattr(operand, "value", None)
    weak = value is not None and not isinstance(value, np.ndarray)
    return operand.dtype, type(value) if weak else np.ndarray, value if weak else None


@lru_cache(maxsize=4096)
def _dtype(operation: Any, kinds: tuple[tuple[np.dtype[Any], type, Any], ...]) -> np.dtype[Any]:
    """The dtype of a result, by a run on arrays of one element."""
    return np.asarray(
        _run(operation, [_stand_in(operation, *kind, (1,)) for kind in kinds], {})
    ).dtype


def _run(operation: Any, args: list[Any], params: Mapping[str, Any]) -> Any:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if isinstance(operation, Primitive):
            return operation.evaluate(args, params)
        return operation(*args, **params)


def _stand_in(operation: Any, dtype: np.dtype[Any], kind: type, value: Any, shape: Shape) -> Any:
    """An array of the dtype inside the operation's domain; a Python number as it is."""
    if kind is not np.ndarray:
        return value
    number = _inside(getattr(operation, "domain", _REALS)) if dtype.kind in "fc" else 0
    return np.broadcast_to(np.asarray(number, dtype), shape)


def _regular(stand_in: Any) -> Any:
    """A matrix that can be inverted and factored, in place of one whose elements are all alike."""
    if np.ndim(stand_in) < 2 or stand_in.shape[-1] != stand_in.shape[-2]:
        return stand_in
    return np.broadcast_to(np.eye(*stand_in.shape[-2:], dtype=stand_in.dtype), stand_in.shape)


def _name(operation: Any) -> str:
    return str(getattr(operation, "name", None) or operation.__name__)


def _inside(domain: tuple[float, float]) -> float:
    """A number in the open interval."""
    low, high = domain
    if low == -np.inf:
        return 0.5 if high == np.inf else high - 0.5
    return low + 0.5 if high == np.inf else (low + high) / 2
