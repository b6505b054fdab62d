"""AbstractArray: what stands for an array while a function is traced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np


class AbstractArray:
    """A shape and a dtype without numbers.  It answers NumPy's protocols as an array does.

    Where the engine makes sure that it has an array (`as_array`), this passes as one.
    """

    __slots__ = ()

    astype: Callable[..., Any]
    copy: Callable[[], Any]
    reshape: Callable[..., Any]
    ndim: Any
    shape: Any
    dtype: Any

    def run(self, primitive: Any, values: Sequence[Any], params: Mapping[str, Any] | None) -> Any:
        """The result of an operation whose forward function does not run on such arrays."""
        raise NotImplementedError  # the traced arrays of `tracing/`, above this, are the only ones

    def is_unlikely(self) -> bool:
        """False for a condition that hardly ever holds; what is computed after it must be checked
        against the numbers when there are some."""
        raise NotImplementedError  # a traced array notes a guard

    def anew(self, after: Any) -> Any:
        """The same array; what is computed of it is computed once more, after another is known."""
        raise NotImplementedError  # a traced array is another term

    def strong(self) -> Any:
        """The same as an array: a Python number takes the dtype of what it meets, an array not."""
        raise NotImplementedError  # a traced array knows whether it was a Python number


def unlikely(condition: Any) -> bool:
    """Whether a condition holds that hardly ever does: a branch for rare numbers.

    A traced function goes on without it, and the program looks when it runs; where the condition
    holds after all, the function itself runs in place of the program.
    """
    if isinstance(condition, AbstractArray):
        return condition.is_unlikely()
    return bool(condition)


def possible(condition: Any) -> bool:
    """Whether a condition may hold: that of a branch which is right for all numbers, but takes
    longer.  A traced function takes it."""
    return isinstance(condition, AbstractArray) or bool(condition)


def as_array(value: Any) -> Any:
    """The value as an array."""
    return value.strong() if isinstance(value, AbstractArray) else np.asarray(value)


def copied(value: Any) -> Any:
    """A copy of an array."""
    return value.copy() if isinstance(value, AbstractArray) else np.array(value)


def stand_in(value: Any) -> Any:
    """An array of zeros, all in one place, with the shape and dtype of an abstract one; all else as
    it is."""
    if isinstance(value, AbstractArray):
        return np.broadcast_to(np.zeros((), value.dtype), value.shape)
    return value


def run_abstractly(
    primitive: Any, values: Sequence[Any], params: Mapping[str, Any] | None
) -> Any | None:
    """The result of an operation that needs numbers, for abstract operands; None if none is."""
    for value in leaves_of((*values, *(params or {}).values())):
        if isinstance(value, AbstractArray):
            return value.run(primitive, values, params)
    return None


def leaves_of(values: Sequence[Any]) -> Iterator[Any]:
    """The values, also those in lists and tuples."""
    for value in values:
        if isinstance(value, (tuple, list)):
            yield from leaves_of(value)
        else:
            yield value
