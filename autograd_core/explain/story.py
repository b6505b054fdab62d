"""The parts of an explanation in their order: forward, backward, paths, checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograd_core.draw.names import clean
from autograd_core.draw.snapshot import CONSTANT, OUTPUT, VARIABLE, Snapshot
from autograd_core.errors import GraphError
from autograd_core.explain.algebra import Algebra
from autograd_core.explain.differences import Differences
from autograd_core.explain.explanation import Formula, Line, listed
from autograd_core.explain.naming import Names, number_of, numeral
from autograd_core.explain.paths import Paths
from autograd_core.explain.steps import EQUALS, Steps
from autograd_core.node import nodes_before
from autograd_core.tensor import Tensor

FEW = 12  # operations that are also told as one formula


class Story:
    """What there is to tell about a snapshot.

    tensor: what it was recorded from, if that is known.   check: its graph, to run it again.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        tensor: Tensor | None = None,
        check: Differences | None = None,
    ) -> None:
        self.snapshot = snapshot
        self.tensor = tensor
        self.check = check
        ends = [e.source for e in snapshot.edges if snapshot.vertices[e.target].kind == OUTPUT]
        self.result = ends[0] if ends else 0
        self.variables = [v.id for v in snapshot.vertices if v.kind == VARIABLE]
        self.names = Names(snapshot, self.result)
        self.algebra = Algebra(snapshot, self._arrays())
        self.steps = Steps(snapshot, self.names, self.algebra)

    # ── which vertex ──────────────────────────────────────────────────────────────────────────
    def vertex(self, wrt: Any) -> int | None:
        """The vertex of a Tensor or a name; None for None.  Raises GraphError for any other."""
        if wrt is None:
            return None
        if isinstance(wrt, Tensor):
            for vertex, target in self._targets(self.tensor).items():
                if target is (wrt.creator or wrt):
                    return vertex
        name = wrt.name if isinstance(wrt, Tensor) else wrt
        found = {
            self.result if v.kind == OUTPUT else v.id
            for v in self.snapshot.vertices
            if name and name in (v.name, f"n{v.id}")
        }
        if len(found) == 1:
            return found.pop()
        shown = repr(clean(str(name))) if name else "a Tensor without a name"
        problem = f"{len(found)} values are called so" if found else "it is not in this graph"
        raise GraphError(
            f"explain: wrt is {shown}, but {problem}. Give a Tensor that the result was computed "
            "from, or the name of one value."
        )

    def _targets(self, tensor: Tensor | None) -> dict[int, Any]:
        """For the vertices that were recorded as such their leaf Tensors and Nodes."""
        if tensor is None or tensor.creator is None:
            return {}
        nodes = nodes_before(tensor.creator)
        operands = [i for node in nodes for i in node.inputs]
        leaves = dict.fromkeys(i for i in operands if isinstance(i, Tensor) and i.requires_grad)
        targets: dict[int, Any] = {}
        if len(self.variables) == len(leaves):
            targets |= dict(zip(self.variables, leaves, strict=True))
        if len(self.snapshot.forward) == len(nodes):  # or a composite is opened
            targets |= dict(zip(self.snapshot.forward, nodes, strict=True))
        return targets

    def _arrays(self) -> dict[int, Any]:
        """The constant arrays of which the elements are known."""
        constants = {
            v.id: v.value
            for v in self.snapshot.vertices
            if v.kind == CONSTANT and v.value is not None and v.value.shape
        }
        if self.check is not None:
            recorded = self.check.constants()
            if [array.shape for array in recorded] == [x.shape for x in constants.values()]:
                return dict(zip(constants, recorded, strict=True))
        few = {v: x for v, x in constants.items() if x.numbers is not None}
        return {v: np.array(x.numbers, x.dtype) for v, x in few.items()}

    # ── the parts ─────────────────────────────────────────────────────────────────────────────
    def lines(self, wrt: int | None) -> Iterator[Line]:
        """The whole explanation: of all variables, or of what one value's gradient needs."""
        asked = self.variables if wrt is None else [wrt]
        wanted = self.algebra.computed_from(asked)
        yield from (Line((note,)) for note in self.snapshot.notes)
        yield from self._forward(wanted if wrt is not None else None)
        yield from self._backward(wanted)
        yield from self._paths(asked, wanted)
        yield from self._checks(asked)

    def _forward(self, wanted: set[int] | None) -> Iterator[Line]:
        result = self.names.value(self.result)
        steps = [s for s in self.snapshot.forward if wanted is None or s in wanted]
        yield Line(("Forward: what is computed",), 0)
        yield from self.steps.forward(steps)
        if not self.snapshot.forward:
            yield Line((result, " was given; nothing was computed."), 1, self.result)
        elif 1 < len(self.snapshot.forward) <= FEW:
            yield from self.steps.altogether(self.result)

    def _backward(self, wanted: set[int]) -> Iterator[Line]:
        result = self.names.value(self.result)
        gradient = self.snapshot.vertices[self.result].gradient
        steps = [s for s in self.snapshot.backward or self.snapshot.forward[::-1] if s in wanted]
        yield Line(("Backward: how the result changes with each value",), 0)
        if not steps:
            yield Line(("Nothing in it has a derivative.",))
            return
        x, any_x = self.names.gradient_of_x(), Formula("x", "x")
        value = self.snapshot.vertices[self.result].value
        if value is not None and value.shape:
            yield Line(
                (x, " is the gradient that reaches ", any_x, " from the one of ", result, ".")
            )
        else:
            yield Line((x, " is the derivative of ", result, " with respect to ", any_x, "."))
        if gradient is None:
            yield Line(("No backward pass has been run yet, so there are no numbers.",))
        elif (number := number_of(gradient)) is not None:
            start = (self.names.gradient(self.result), EQUALS, numeral(number))
            yield Line(("The pass starts with ", *start, "."), 1, self.result)
        yield from self.steps.backward(steps, wanted)

    def _paths(self, asked: Sequence[int], wanted: set[int]) -> Iterator[Line]:
        """The chain rule along paths, where all of them lead through numbers."""
        gradients = [self.snapshot.vertices[v].gradient for v in wanted]
        if self.snapshot.forward and all(number_of(g) is not None for g in gradients):
            yield Line(("The chain rule along each path",), 0)
            yield from Paths(self.steps, self.result).lines(asked)

    def _checks(self, asked: Sequence[int]) -> Iterator[Line]:
        """The gradients by finite differences, of what is small enough."""
        if self.snapshot.vertices[self.result].gradient is None or not asked:
            return
        yield Line(("Check by finite differences",), 0)
        if self.check is None:
            yield Line(("Only the drawing of this graph is here; it cannot be run again.",))
            return
        check, targets = self.check, self._targets(self.check.result)
        if not targets.keys() >= {*asked}:  # what is inside of a composite is in no recorded graph
            operations = [self.snapshot.vertices[step].primitive for step in self.snapshot.forward]
            check = check.opened(operations) or check
            targets = self._targets(check.result)
        left_out = []
        for wrt in asked:
            line = None
            if wrt in targets:
                line = check.line(targets[wrt], wrt, self.result, self.names)
            if line is None:
                left_out.append(self.names.words(wrt))
            else:
                yield line
        if left_out:
            yield Line((f"Not checked, being too large or hidden: {listed(left_out)}.",))
