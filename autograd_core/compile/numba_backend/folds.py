"""What the blocks of a loop gave, made one."""

from __future__ import annotations

from typing import Any

from autograd_core.compile.numba_backend.intrinsics import inlined


@inlined
def pairwise(parts: Any) -> Any:
    """The sum, of halves of halves: its error grows with the logarithm of the length."""
    length = parts.size
    while length > 1:
        half = length // 2
        for i in range(half):
            parts[i] += parts[length - half + i]
        length -= half
    return parts[0]


@inlined
def pairwise_rows(parts: Any, out: Any) -> None:
    """The sum of all rows."""
    length = parts.shape[0]
    while length > 1:
        half = length // 2
        for i in range(half):
            for j in range(out.size):
                parts[i, j] += parts[length - half + i, j]
        length -= half
    for j in range(out.size):
        out[j] = parts[0, j]


@inlined
def largest(parts: Any) -> Any:
    """The largest; NaN if there is one."""
    found = parts[0]
    for value in parts:
        found = value if value > found or value != value else found  # noqa: PLR0124
    return found


@inlined
def smallest(parts: Any) -> Any:
    """The smallest; NaN if there is one."""
    found = parts[0]
    for value in parts:
        found = value if value < found or value != value else found  # noqa: PLR0124
    return found


@inlined
def largest_rows(parts: Any, out: Any) -> None:
    """The largest of each column; NaN where there is one."""
    for j in range(out.size):
        out[j] = largest(parts[:, j])


@inlined
def smallest_rows(parts: Any, out: Any) -> None:
    """The smallest of each column; NaN where there is one."""
    for j in range(out.size):
        out[j] = smallest(parts[:, j])
