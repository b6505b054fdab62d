"""A sample call of a primitive, and how its arrays may lie in memory."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd_core import Primitive

Shape = tuple[int, ...]
REALS = (-np.inf, np.inf)

# How a family of primitives lists a sample: the operands, each an array or the shape of one that is
# made up, and the parameters.
Entry = tuple[Sequence["Shape | np.ndarray"], dict[str, Any]]


class Sample(NamedTuple):
    """One call of a primitive: `sample(*sample.arrays)` makes it, also with other arrays."""

    primitive: Primitive
    label: str
    arrays: tuple[np.ndarray, ...]
    params: dict[str, Any]

    def __call__(self, *arrays: Any) -> Any:
        return self.primitive(*arrays, **self.params)

    def __str__(self) -> str:
        return f"{self.primitive.name}-{self.label}"


def distinct(*shapes: Shape, domain: tuple[float, float] = REALS) -> tuple[np.ndarray, ...]:
    """Arrays of these shapes inside the domain, in which no two numbers are close, nor any to 0."""
    if not shapes:
        return ()
    sizes = [math.prod(shape) for shape in shapes]
    rng = np.random.default_rng(sum(sizes))
    low, high = domain
    if domain == REALS:
        numbers = np.linspace(0.53, 1.9, sum(sizes)) * rng.choice([-1, 1], sum(sizes))
    else:
        width = 2 if high == np.inf else high - low
        numbers = low + width * np.linspace(0.15, 0.85, sum(sizes))
    parts = np.split(rng.permutation(numbers), np.cumsum(sizes)[:-1])
    return tuple(part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))


def arrays_of(
    operands: Sequence[Shape | np.ndarray], domain: tuple[float, float] = REALS
) -> tuple[np.ndarray, ...]:
    """The operands of an entry: those that are given as shapes are made up."""
    made = iter(distinct(*(o for o in operands if not isinstance(o, np.ndarray)), domain=domain))
    return tuple(o if isinstance(o, np.ndarray) else next(made) for o in operands)


# ── how an array may lie in memory ────────────────────────────────────────────────────────────
def strided(array: np.ndarray) -> np.ndarray:
    """Every second element of a larger array, backwards, with NaN in between."""
    larger = np.full([2 * length for length in array.shape], np.nan, array.dtype)
    view = larger[tuple(slice(None, None, -2) for _ in array.shape)]
    view[...] = array
    return view


def read_only(array: np.ndarray) -> np.ndarray:
    """A copy that raises when it is written to."""
    copy = array.copy()
    copy.setflags(write=False)
    return copy


def memory_mapped(array: np.ndarray, mode: str = "r+") -> np.ndarray:
    """The same numbers in a file; for an empty array there is none.  With the mode "r" they cannot
    be written to."""
    if not array.size:
        return array
    with tempfile.TemporaryFile() as file:
        file.write(array.tobytes())
        file.flush()
        return np.memmap(file, array.dtype, mode, shape=array.shape)


LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "strided": strided,
    "columns first": np.asfortranarray,
    "read-only": read_only,
}
