"""AbstractArray: what stands for an array while a function is traced."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np


class AbstractArray:
    """A shape and a dtype without numbers.  It answers NumPy's protocols as an array does.

    Where the engine makes sure that it has an array (`as_array`), this passes as one.
    """

    __slots__ = ()

    copy: Callable[[], Any]
    reshape: Callable[..., Any]
    ndim: Any

    def run(self, primitive: Any, values: Sequence[Any], params: Mapping[str, Any] | None) -> Any:
        """The result of an operation whose forward function does not run on such arrays."""
        raise NotImplementedError

    def is_unlikely(self) -> bool:
        """False for a condition that hardly ever holds; what is computed after it must be checked
        against the numbers when there are some."""
        raise NotImplementedError


def unlikely(condition: Any) -> bool:
    """Whether a condition holds that hardly ever does: a branch for rare numbers.

    A traced function goes on without it, and the program looks when it runs; where the condition
    holds after all, the function itself runs in place of the program.
    """
    if isinstance(condition, AbstractArray):
        return condition.is_unlikely()
    return bool(condition)


def as_array(value: Any) -> Any:
    """The value as an array."""
    return value if isinstance(value, AbstractArray) else np.asarray(value)


def copied(value: Any) -> Any:
    """A copy of an array."""
    return value.copy() if isinstance(value, AbstractArray) else np.array(value)


def run_abstractly(
    primitive: Any, values: Sequence[Any], params: Mapping[str, Any] | None
) -> Any | None:
    """The result of an operation that needs numbers, for abstract operands; None if there are none."""
    for value in (*values, *(params or {}).values()):
        if isinstance(value, AbstractArray):
            return value.run(primitive, values, params)
    return None
