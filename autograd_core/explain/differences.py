"""The check of an explanation: the same derivatives by finite differences of the recorded graph."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import zip_longest
from typing import Any

import numpy as np

from autograd_core import reverse
from autograd_core.draw.snapshot.capture import RecordedAgain
from autograd_core.explain.explanation import Formula, Line, Part
from autograd_core.explain.naming import Names, numeral
from autograd_core.mode import mode
from autograd_core.node import Node, nodes_before
from autograd_core.readable import plain
from autograd_core.shapes import size_of
from autograd_core.tensor import Tensor

MOST_ELEMENTS = 100  # of an array that is checked
MOST_OPENED = 64  # composites that are run by their definitions
MOST_WORK = 10**8  # elements that all checks of an explanation may compute with
_CALL = 1000  # elements that are computed in the time of a call
# Relative to the largest derivative, what differences can tell: of float32 and of float64.
_CLOSE = (1e-3, 1e-6)


class Differences:
    """A recorded graph that can be run again with one of its values changed."""

    def __init__(self, tensor: Tensor, seed: Any) -> None:
        self._tensor = tensor
        self.seed = np.asarray(seed)
        self.work = MOST_WORK

    @cached_property
    def result(self) -> Tensor:
        """The result of the same graph, recorded anew: its nodes keep no gradients."""
        with np.errstate(all="ignore"):
            return RecordedAgain()(self._tensor)

    @cached_property
    def nodes(self) -> list[Node]:
        """The recorded operations."""
        return [] if self.result.creator is None else nodes_before(self.result.creator)

    @cached_property
    def size(self) -> int:
        """What a run costs: the elements that its operations read and make, and their calls."""
        operands = [i.shape if type(i) is Node else np.shape(plain(i))
                    for node in self.nodes for i in node.inputs]  # fmt: skip
        shapes = [*operands, *(node.shape for node in self.nodes)]
        return _CALL * len(self.nodes) + sum(map(size_of, shapes))

    def opened(self, operations: Sequence[str | None]) -> Differences | None:
        """The same graph with composites as their definitions, so that it consists of these
        operations; None where that cannot be had."""
        other = Differences(self.result, self.seed)
        for _ in range(MOST_OPENED):
            pairs = zip_longest(other.nodes, operations)
            closed = next((n for n, drawn in pairs if n is None or n.primitive.name != drawn), None)
            if closed is None:
                return other if len(other.nodes) == len(operations) else None
            if closed.primitive.definition is None:
                return None
            other = Differences(_Opened(closed)(other.result), self.seed)
        return None

    def constants(self) -> list[Any]:
        """The constant arrays, each once and in the order in which they are read."""
        operands = [operand for node in self.nodes for operand in node.inputs]
        arrays = {id(i): plain(i) for i in operands if not _is_variable(i)}
        return [array for array in arrays.values() if np.ndim(array)]

    def line(self, target: Any, vertex: int, result: int, names: Names) -> Line | None:
        """How the gradient of a leaf or inner node compares; None where that takes too long."""
        start = self._start(target)
        cost = 2 * start.size * self.size
        kinds = self.result.dtype.kind, start.dtype.kind
        if start.size > MOST_ELEMENTS or cost > self.work or kinds != ("f", "f"):
            return None
        self.work -= cost
        numerical = np.array([self._slope(target, start, i) for i in np.ndindex(start.shape)])
        analytic = np.ravel(self._gradient(target, start))
        with np.errstate(all="ignore"):
            error = np.max(np.abs(numerical - analytic), initial=0.0)
        return Line(tuple(_told(names, vertex, result, start, numerical, error)), 1, vertex)

    def _start(self, target: Any) -> Any:
        value = self._run(None, None)[target] if type(target) is Node else target.raw
        return np.asarray(value)

    def _gradient(self, target: Any, start: Any) -> Any:
        g = self.seed.astype(self.result.dtype)[()]
        with np.errstate(all="ignore"):
            found = reverse.run(self.result.creator or self.result, g, wanted={target})
        return np.asarray(found.get(target, np.zeros(start.shape)), np.float64)

    def _slope(self, target: Any, start: Any, index: tuple[int, ...]) -> float:
        h = _step(start[index])
        ends = []
        for step in (h, -h):
            moved = start.astype(np.float64)
            moved[index] += step
            out = self._run(target, moved[()])[self.result.creator]
            ends.append(float(np.sum(self.seed * np.asarray(out, np.float64))))
        return (ends[0] - ends[1]) / (2 * h)

    def _run(self, target: Any, value: Any) -> dict[Any, Any]:
        """The values of all nodes, with `value` in place of the target's own."""
        values: dict[Any, Any] = {}
        with np.errstate(all="ignore"):
            for node in self.nodes:
                args = [
                    value if operand is target else
                    values[operand] if type(operand) is Node else plain(operand)
                    for operand in node.inputs
                ]  # fmt: skip
                values[node] = node.primitive.evaluate(args, node.params)
        if target in values:
            values[target] = value
        return values


class _Opened(RecordedAgain):
    """Graphs recorded anew, with the definition of one composite in its place."""

    def __init__(self, composite: Node) -> None:
        super().__init__()
        self.composite = composite

    def record(self, node: Node) -> Tensor:
        definition = node.primitive.definition
        if node is not self.composite or definition is None:
            return super().record(node)
        with mode(recording=True, expanded=False, scope=node.scope), np.errstate(all="ignore"):
            result: Tensor = definition(*self.operands(node), **(node.params or {}))
        return result


def _is_variable(operand: Any) -> bool:
    return type(operand) is Node or (isinstance(operand, Tensor) and operand.requires_grad)


def _step(x: Any) -> float:
    """A power of ten near the step that balances the errors of truncation and of rounding."""
    return 10.0 ** round(math.log10(np.finfo(float).eps ** (1 / 3) * max(1.0, abs(float(x)))))


def _told(
    names: Names, vertex: int, result: int, start: Any, numerical: Any, error: Any
) -> Iterator[Part]:
    scale = max(1.0, float(np.max(np.abs(numerical), initial=0.0)))
    if start.shape == ():
        f, x = names.value(result), names.value(vertex)
        yield Formula(
            f"({f.text}({x.text} + h) − {f.text}({x.text} − h)) / 2h",
            rf"\frac{{{f.latex}({x.latex} + h) - {f.latex}({x.latex} - h)}}{{2h}}",
        )
        yield Formula(" ≈ ", r" \approx ")
        yield numeral(float(numerical[0]))
        yield f" for h = {_step(start):.0e}".replace("e-0", "e-")
    else:
        yield names.gradient(vertex)
        yield f", each of its {start.size} elements" if start.size > 1 else ", its one element"
    yield f": {_verdict(float(error), float(scale), start.dtype)}"


def _verdict(error: float, scale: float, dtype: Any) -> str:
    if error <= _CLOSE[dtype.itemsize >= 8] * scale:
        return "agrees"
    if np.isfinite(error):
        return f"differs by {numeral(error).text}, as it does at a kink or after a jump"
    return "not finite, so there is nothing to compare"
