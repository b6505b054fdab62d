"""What NumPy's functions mean on traced arrays where they mean something else than on symbols."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograd_core.ops import elementwise
from autograd_core.shapes import Axis, reduced_size
from autograd_core.symbolic import Expression, call
from autograd_core.symbolic.expression import named

# NumPy's functions whose result shares memory with their first argument.
VIEWS = {
    np.reshape, np.ravel, np.transpose, np.swapaxes, np.moveaxis, np.rollaxis, np.squeeze,
    np.expand_dims, np.broadcast_to, np.diagonal, np.real, np.imag, np.atleast_1d, np.atleast_2d,
    np.atleast_3d, np.flip, np.rot90, np.split, np.array_split, np.hsplit, np.vsplit, np.dsplit,
}  # fmt: skip
if hasattr(np, "matrix_transpose"):
    VIEWS.add(np.matrix_transpose)

CREATED = {np.zeros_like: 0, np.ones_like: 1, np.empty_like: 0, np.full_like: None}


def created(
    function: Any, a: Any, fill: Any = None, dtype: Any = None, *, shape: Any = None,
    fill_value: Any = None, **order: Any,
) -> Expression:  # fmt: skip
    """np.zeros_like and its kin: one number, repeated."""
    number = CREATED[function]
    if number is None:
        number = fill_value if fill is None else fill
    elif dtype is None:
        dtype = fill
    dtype = np.dtype(a.dtype if dtype is None else dtype)
    filled = number.astype(dtype) if isinstance(number, Expression) else np.asarray(
        number, dtype)[()]  # fmt: skip
    lengths = a.shape if shape is None else shape
    lengths = lengths if isinstance(lengths, tuple) else (lengths,)
    return call(elementwise.broadcast_to, (filled,), {"shape": lengths})


# The ufuncs of operators: of two Python numbers they make a Python number.
OPERATORS = {
    np.add, np.subtract, np.multiply, np.divide, np.floor_divide, np.remainder, np.power,
    np.negative, np.positive, np.absolute,
}  # fmt: skip

_FEW = 16  # elements of an array that is kept as it is


def constant(array: Any) -> Any:
    """An array that is known and never changes, as a term: one that is one number all over is that
    number, repeated."""
    if array.size <= _FEW or array.dtype.kind not in "fciub":
        return array
    first = array[(0,) * array.ndim]
    if any(array.strides):
        if array[(-1,) * array.ndim].tobytes() != first.tobytes():
            return array
        if array.tobytes() != first.tobytes() * array.size:
            return array
    return call(elementwise.broadcast_to, (first,), {"shape": array.shape})


_NEUTRAL = {np.add: 0, np.multiply: 1, np.maximum: -np.inf, np.minimum: np.inf}


def is_neutral(ufunc: np.ufunc, initial: Any, x: Any, options: Mapping[str, Any]) -> bool:
    """Whether a reduction's `initial=` changes nothing."""
    if initial is None or isinstance(initial, Expression) or ufunc not in _NEUTRAL:
        return False
    axis: Axis = options.get("axis", 0)
    return bool(initial == _NEUTRAL[ufunc] and reduced_size(x.shape, axis) > 0)


# What gives real or complex numbers, as the values are.
_OF_EITHER_KIND = {np.linalg.eig, np.linalg.eigvals, "eig", "eigvals", "sqrtm"}


def may_be_complex(made: Expression) -> bool:
    """Whether the dtype of a result depends on values."""
    operation = getattr(made.operation, "function", made.operation)
    return operation in _OF_EITHER_KIND or getattr(operation, "name", None) in _OF_EITHER_KIND


def as_inferred(x: Any, dtype: Any) -> Any:
    """x, if it has the dtype with which the program was made."""
    if np.asarray(x).dtype != dtype:
        raise ValueError(f"the values are {x.dtype}, and the program is for {dtype}")
    return x


def picked(x: Any, index: Any) -> Any:
    """x[index]."""
    return x[index]


def again(x: Any, after: Any) -> Any:
    """x itself, as a term of its own: what is computed of it is shared with nothing that was
    computed of x, and waits for another value."""
    return x


def assigned(x: Any, index: Any, value: Any) -> Any:
    """A copy of x in which the elements at an index have other values."""
    out = np.array(x)
    out[index] = value
    return out


def evaluated(primitive: Any, args: Any, params: Any) -> Any:
    """The result of an operation, with its residuals."""
    return primitive.forward(*args, **params)


def whole(primitive: Any, terms: Any, params: Mapping[str, Any]) -> Any:
    """An operation as one: its operands are expressions, also those among its parameters."""
    if primitive.residuals or any(_has_expression(value) for value in params.values()):
        return named(evaluated, (primitive, list(terms), dict(params)), {})
    return call(primitive, terms, params)


def _has_expression(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return any(map(_has_expression, value))
    return isinstance(value, Expression)


def pulled(rule: Callable[..., Any], g: Any, kept: Any) -> Any:
    """What a rule makes of a gradient and of what was kept for it."""
    return rule(g, *kept)
