"""What an operation costs: the memory that its rules keep, and the time that it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from autograd_core import reverse
from autograd_core.node import Node
from autograd_core.tensor import Tensor

RUNS = 5  # of which the median counts
ENOUGH = 0.2  # seconds: what takes so long is not run again


class Kept:
    """Counts the memory of arrays that nodes keep, each at the first node that keeps it, so that
    the sum is what freeing the graph frees."""

    def __init__(self) -> None:
        self._counted: dict[int, Any] = {}

    def bytes(self, node: Node) -> int:
        """The bytes of what a node keeps, but for what its leaves or earlier nodes have anyway."""
        for operand in node.inputs:
            if type(operand) is Tensor:
                self._size(operand.raw)
        return self._size(node.plan.saved(node.saved))

    def _size(self, kept: Any) -> int:
        if type(kept) is tuple:
            return sum(map(self._size, kept))
        if not isinstance(kept, np.ndarray | np.generic):
            return 0
        while isinstance(kept.base, np.ndarray):  # a view keeps all of what it is a view of
            kept = kept.base
        if id(kept) in self._counted:
            return 0
        self._counted[id(kept)] = kept  # kept alive: its identity must not go to another array
        return int(kept.nbytes)


def forward_seconds(node: Node, operands: Sequence[Any]) -> float:
    """How long the operation of a node takes on the values of its operands."""
    return _seconds(lambda: node.primitive.evaluate(operands, node.params))


def backward_seconds(node: Node, g: Any) -> float:
    """How long the rules of a node take together for a gradient of its result."""
    operands = {node.inputs[position] for position in node.plan.needed}
    return _seconds(lambda: reverse.run(node, g, wanted=operands, since=node.order))


def _seconds(work: Callable[[], Any]) -> float:
    """The median time of a few runs."""
    runs: list[float] = []
    while len(runs) < RUNS and sum(runs) < ENOUGH:
        start = perf_counter()
        work()
        runs.append(perf_counter() - start)
    return median(runs)
