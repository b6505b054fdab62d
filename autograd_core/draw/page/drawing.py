"""The picture in the file of a page: the outermost scene, with all its clusters closed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from math import fsum
from typing import TYPE_CHECKING

from autograd_core.draw.layout import Layout
from autograd_core.draw.marks import CHANGED, SAME, Marks
from autograd_core.draw.metrics import note
from autograd_core.draw.names import clean
from autograd_core.draw.page.clusters import Graph, Key, Line
from autograd_core.draw.page.labels import line_edge, node_vertex
from autograd_core.draw.page.scenes import Scene
from autograd_core.draw.snapshot import Edge, Snapshot
from autograd_core.draw.svg import MARGIN, Picture, decimal, written

if TYPE_CHECKING:
    from autograd_core.draw.simplification import Frame


def draw(
    graph: Graph, scene: Scene, title: str, notes: tuple[str, ...], marks: Marks | None
) -> str:
    """The part of the document with the outermost scene as SVG.  Its elements have the ids of the
    vertices and edges in the whole graph, and "s4" for a closed cluster."""
    whole = graph.clusters[0]
    place = {key: number for number, key in enumerate(whole.members)}
    closed = Snapshot(
        tuple(node_vertex(graph, key, number) for number, key in enumerate(whole.members)),
        tuple(_moved(graph, line, place) for line in whole.lines), (), (), (), notes,
    )  # fmt: skip
    labels = tuple(label for label in scene.labels if label is not None)  # all are, outside
    layout = Layout(scene.width, scene.height, scene.members, labels, {}, scene.ways)
    picture = _PagePicture(closed, layout, graph, title, marks and _closed_marks(graph, marks))
    return f'<main id="stage">{"".join(picture.document())}</main>'


def draw_frames(frames: Sequence[Frame]) -> str:
    """The part of the document with the steps of a simplification, one under another."""
    return "".join(
        f"<figure><figcaption>{escape(_caption(frame))}</figcaption>"
        f"{_bare(frame.diff.to_svg())}</figure>"
        for frame in frames
    )


def _caption(frame: Frame) -> str:
    """What was rewritten by which equation; the picture shows what became of every part."""
    lines = [clean(line, 200) for line in str(frame).split("\n")]
    return "\n".join(line for line in lines if line[:2] not in ("- ", "+ "))


def _bare(svg: str) -> str:
    """A picture without its style, which is the page's, and without ids, which others have."""
    return re.sub(
        r'<style>.*?</style>|<rect class="paper".*?/>| id="[a-z]\d+"', "", svg, flags=re.DOTALL
    )


def _closed_marks(graph: Graph, marks: Marks) -> Marks:
    """The marks of what stands in the outermost cluster; a closed one has changed if anything in
    it has.  (What is inside of definitions has none.)"""
    changed = {
        cluster
        for vertex, mark in enumerate(marks.vertices)
        if mark != SAME
        for cluster in graph.around(graph.home[vertex])
    }
    whole = graph.clusters[0]
    vertices = tuple(
        marks.vertices[number] if kind == "vertex" else CHANGED if number in changed else SAME
        for kind, number in whole.members
    )
    edges = tuple(marks.edges[line.edges[0]] for line in whole.lines)
    return Marks(vertices, edges, ("",) * len(vertices))


def _moved(graph: Graph, line: Line, place: dict[Key, int]) -> Edge:
    """A line as an edge between the members of the outermost cluster."""
    edge = line_edge(graph, line)
    carried = edge.value
    if line.start[0] == "cluster":
        carried = carried or graph.vertices[edge.source].value
    return replace(edge, source=place[line.start], target=place[line.end], value=carried)


class _PagePicture(Picture):
    """The picture with the ids of a page and without what its document has: style and paper."""

    def __init__(
        self, closed: Snapshot, layout: Layout, graph: Graph, title: str, marks: Marks | None
    ) -> None:
        super().__init__(closed, layout, backward_arrows=False, marks=marks)
        self.graph = graph
        self.title = title

    def document(self) -> Iterator[str]:
        notes = [note(text) for text in self.snapshot.notes]
        wide = max([self.layout.width, *(line.width for line in notes)]) + 2 * MARGIN
        high = self.layout.height + 2 * MARGIN + fsum(line.height for line in notes)
        box = f"{decimal(-MARGIN)} {decimal(-MARGIN)} {decimal(wide)} {decimal(high)}"
        yield (
            f'<svg class="autograd" role="img" aria-label="{escape(self.title)}" '
            f'width="{decimal(wide)}" height="{decimal(high)}" viewBox="{box}">'
        )
        for index, edge in enumerate(self.snapshot.edges):
            first = self.graph.clusters[0].lines[index].edges[0]
            yield from _renamed(self._edge(index, edge), f"e{index}", f"e{first}")
        for vertex, at in zip(self.snapshot.vertices, self.layout.vertices, strict=True):
            kind, number = self.graph.clusters[0].members[vertex.id]
            new = f"v{number}" if kind == "vertex" else f"s{number}"
            yield from _renamed(self._vertex(vertex, at), f"v{vertex.id}", new)
        y = self.layout.height + MARGIN / 2
        for line in notes:
            y += line.height
            yield written(line, 0.0, y, "start")
        yield "</svg>"


def _renamed(element: Iterator[str], old: str, new: str) -> Iterator[str]:
    """The lines of an element with another id, and without its title: the script names it."""
    first, _, *rest = element
    yield first.replace(f'id="{old}"', f'id="{new}"')
    yield from rest
