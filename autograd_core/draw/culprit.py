"""The drawn graph in which the first NaN or infinity is marked, and the way from there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd_core.draw.diff.merging import fold_marked
from autograd_core.draw.marks import CULPRIT, PATH, SAME, Marks
from autograd_core.draw.picture import Graph
from autograd_core.draw.snapshot import Snapshot
from autograd_core.draw.snapshot.capture import capture
from autograd_core.draw.svg import to_svg
from autograd_core.node import Node, nodes_before
from autograd_core.tensor import result_of


@dataclass(frozen=True, slots=True, repr=False)
class MarkedGraph(Graph):
    """A graph whose picture marks what is to blame; everything else is as in any graph."""

    marks: Marks = field(default=Marks((), (), ()), compare=False)

    def to_svg(self, engine: str | None = None, backward_arrows: bool = False) -> str:
        """The picture as SVG; our own layout shows the marks."""
        if engine is not None:
            return Graph.to_svg(self, engine, backward_arrows)
        snapshot, marks = fold_marked(self.snapshot, self.marks, self.depth)
        return to_svg(snapshot, backward_arrows, marks)


def draw_culprit(root: Node, value: Any, node: Node) -> MarkedGraph:
    """The graph of a node and its value, with an operation in it marked and the way from there."""
    result = result_of(root, value)
    seed = root.noted("seed")
    if seed is None:
        seed = np.ones(root.shape, root.dtype)[()]
    snapshot = capture(result, seed=seed)
    place = nodes_before(root).index(node)
    return MarkedGraph(snapshot, tensor=result, marks=_marks(snapshot, snapshot.forward[place]))


def _marks(snapshot: Snapshot, culprit: int) -> Marks:
    marks = [SAME] * len(snapshot.vertices)
    marks[culprit] = CULPRIT
    for edge in sorted(snapshot.edges, key=lambda edge: edge.target):  # sources have passed by then
        if marks[edge.source] != SAME:
            marks[edge.target] = PATH if edge.target != culprit else CULPRIT
    edges = tuple(
        PATH if marks[e.source] != SAME or e.target == culprit else SAME for e in snapshot.edges
    )
    for edge in snapshot.edges:
        if edge.target == culprit and marks[edge.source] == SAME:
            marks[edge.source] = PATH
    return Marks(tuple(marks), edges, ("",) * len(marks))
