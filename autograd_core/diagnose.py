"""Why an operation failed, in the words of the person who called it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd_core.abstract import run_abstractly
from autograd_core.errors import AutogradError, DTypeError, ShapeError
from autograd_core.primitive import BILINEAR, LINEAR, Primitive
from autograd_core.shapes import Shape


def recover(
    primitive: Primitive,
    values: Sequence[Any],
    error: Exception,
    params: Mapping[str, Any] | None = None,
) -> Any:
    """The result after all, where the forward function only failed because its operands are
    abstract; else the error is raised in the words of `explain`."""
    try:
        result = None if getattr(error, "depends", False) else run_abstractly(
            primitive, values, params
        )  # fmt: skip
    except (ValueError, TypeError):
        result = None
    if result is None:
        raise explain(primitive, values, error, params) from error
    return result


def explain(
    primitive: Primitive,
    values: Sequence[Any],
    error: Exception,
    params: Mapping[str, Any] | None = None,
) -> Exception:
    """The error to raise in place of the one that the forward function raised on these values."""
    if isinstance(error, AutogradError):
        return error
    names = [f"x{i}" for i in range(len(values))] if primitive.variadic else primitive.inputs
    arrays = {k: v for k, v in (params or {}).items() if isinstance(v, np.ndarray) and v.ndim}
    names, values = [*names, *arrays], [*values, *arrays.values()]
    shapes = [np.shape(value) for value in values]
    if isinstance(error, TypeError):
        given = _list(f"{n} is {_type_of(v)}" for n, v in zip(names, values, strict=True))
        return DTypeError(f"{primitive.name}: {given}: {error}.")
    given = _list(f"{n} is {s}" for n, s in zip(names, shapes, strict=True))
    if primitive.kind == BILINEAR:
        return ShapeError(
            f"{primitive.name}: {_wrong_product(*shapes)}, {given}.{_suggest_transpose(*shapes)}"
        )
    if "broadcast" in str(error):
        hint = _suggest_axis(shapes)
        return ShapeError(f"{primitive.name}: the shapes do not broadcast, {given}.{hint}")
    if primitive.kind == LINEAR:
        return ShapeError(f"{primitive.name}: {given}: {error}.")
    error.add_note(f"This happened in {primitive.name}, where {given}.")
    return error


def _list(parts: Any) -> str:
    return " and ".join(parts)


def _type_of(value: Any) -> str:
    return str(value.dtype) if hasattr(value, "dtype") else type(value).__name__


def _wrong_product(x: Shape, y: Shape) -> str:
    if not x or not y:
        return "a number has no matrix product (use *)"
    if x[-1] != y[-2 if len(y) > 1 else 0]:
        return "inner sizes differ"
    return "the batch dimensions do not broadcast"


def _suggest_transpose(x: Shape, y: Shape) -> str:
    if len(y) == 2 and x and x[-1] == y[1]:
        return "\n  Did you mean x @ y.T?"
    if len(x) == len(y) == 2 and x[0] == y[0]:
        return "\n  Did you mean x.T @ y?"
    return ""


def _suggest_axis(shapes: Sequence[Shape]) -> str:
    """Point out a vector that lacks a trailing axis: (3,) against (3, 4)."""
    vectors = [shape for shape in shapes if len(shape) == 1]
    matrices = [shape for shape in shapes if len(shape) == 2]
    if any(v[0] == m[0] for v in vectors for m in matrices):
        return "\n  Did you mean to give the vector v a second axis, v[:, None]?"
    return ""
