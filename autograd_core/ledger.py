"""Ledger: the Tensors that were written into one array, and reading them back by their elements."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_core.abstract import AbstractArray
from autograd_core.ops.assignment import Move, Moves, assemble, compact
from autograd_core.shapes import Shape, size_of
from autograd_core.tensor import Tensor, apply, leaf

_ROOM = 4  # entries of how many times the array's size are kept before the dead ones are dropped


class Ledger:
    """The Tensors that were written into one array; each of their elements has a number.

    origins: for each element of the array the number of the element that it is; 0 for a constant.
    version: how often the array was written into.
    is_traced: whether it was written into while a function is traced: constants were entered too,
        and the array has no numbers for what was.
    """

    __slots__ = ("_checked", "_next", "_starts", "_writes", "is_traced", "origins", "version")

    def __init__(self, values: NDArray[Any]) -> None:
        self.origins = np.zeros_like(values, dtype=np.int64)  # in the same layout
        self.version = 0
        self.is_traced = False
        self._writes: list[Tensor] = []
        self._starts: list[int] = []
        self._next = self._checked = 1

    def enter(self, tensor: Tensor) -> Any:
        """The numbers of a Tensor's elements, in its shape."""
        if self._next - self._checked > _ROOM * self.origins.size:
            self._drop_overwritten()
        first = self._next
        if isinstance(tensor.raw, AbstractArray):
            self.is_traced = True
        self._writes.append(tensor)
        self._starts.append(first)
        self._next += tensor.size
        if tensor.ndim == 0:
            return first
        return np.arange(first, self._next).reshape(tensor.shape)

    def known(self, origins: NDArray[np.int64], values: Any) -> Tensor | None:
        """The elements of these numbers if they are constants or lie in one entry as they do here,
        else None; values: what they are at this moment."""
        numbers = origins.reshape(-1)
        if not numbers.any():
            return leaf(values.copy()[()], requires_grad=False)
        first, last = int(numbers[0]), int(numbers[-1])
        if last - first == numbers.size - 1 and first and (numbers[1:] > numbers[:-1]).all():
            entry = self._entry(first)
            if last < self._end(entry):
                return _run_of(self._writes[entry], first - self._starts[entry], origins.shape)
        return None

    def element(self, number: int, value: Any) -> Tensor:
        """The element of that number."""
        if not number:
            return leaf(value, requires_grad=False)
        entry = self._entry(number)
        x = self._writes[entry]
        return x if x.shape == () else _pick(x, number - self._starts[entry])

    def assembled(self, origins: NDArray[np.int64], values: Any) -> Tensor:
        """The elements of these numbers, of any entries and in any order."""
        numbers = origins.reshape(-1)
        operands, moves = [], []
        blank = (numbers == 0).nonzero()[0]
        constants = values.reshape(-1)[blank]
        if constants.view(np.uint8).any():  # by its bytes, for -0.0 is no zero
            operands.append(constants)
            moves.append(Move(compact(blank), slice(0, blank.size), one_to_one=True))
        places = numbers.nonzero()[0]
        ranked = numbers[places]
        if (ranked[1:] < ranked[:-1]).any():
            order = ranked.argsort(kind="stable")
            ranked, places = ranked[order], places[order]
        one_to_one = bool((ranked[1:] > ranked[:-1]).all())
        begin = 0
        while begin < ranked.size:
            entry = self._entry(int(ranked[begin]))
            end = begin + int(ranked[begin:].searchsorted(self._end(entry)))
            source = ranked[begin:end] - self._starts[entry]
            operands.append(self._writes[entry])
            moves.append(Move(compact(places[begin:end]), compact(source), one_to_one))
            begin = end
        shape = np.shape(values)
        result: Tensor = apply(assemble, operands, {"moves": Moves(*moves), "shape": shape})
        return result

    def _entry(self, number: int) -> int:
        return bisect_right(self._starts, number) - 1

    def _end(self, entry: int) -> int:
        return self._starts[entry + 1] if entry + 1 < len(self._starts) else self._next

    def _drop_overwritten(self) -> None:
        """Let go of the Tensors of which no element is left."""
        starts = np.array(self._starts)
        alive = np.unique(np.searchsorted(starts, self.origins, side="right"))
        entries = [int(n) - 1 for n in alive if n]
        self._writes = [self._writes[entry] for entry in entries]
        self._starts = [self._starts[entry] for entry in entries]
        self._checked = self._next


def _run_of(x: Tensor, first: int, shape: Shape) -> Tensor | None:
    """Elements of a Tensor, row by row from the first: itself if these are all, what an index
    finds, or None where one index does not name them."""
    size = size_of(shape)
    found: Tensor | None = None
    if size == x.size:
        found = x if x.shape == shape else x.reshape(shape)
    elif shape == ():
        found = _pick(x, first)
    elif shape == x.shape[1:] and first % size == 0:
        found = x[first // size]
    elif shape[1:] == x.shape[1:] and first % size_of(shape[1:]) == 0:
        row = first // size_of(shape[1:])
        found = x[row : row + shape[0]]
    return found


def _pick(x: Tensor, position: int) -> Tensor:
    """The element at a position, counted row by row."""
    found: Tensor = x[tuple(int(i) for i in np.unravel_index(position, x.shape))]
    return found
