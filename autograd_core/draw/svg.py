"""SVG of a snapshot by our own layout, in the style of "Deep Learning from Scratch", chapter 5.

Operations in circles, names on leaves; above every edge the number that flows forward, below it in
another colour the gradient that flows back.  An edge is `<g class="edge" id="e3">`, with a
`<text class="value">` and a `<text class="gradient">`; a vertex is `<g class="…" id="v5">`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise
from math import fsum, sqrt

from autograd_core.draw.labels import one_line
from autograd_core.draw.layout import Box, Layout, lay_out
from autograd_core.draw.layout.layered import Point
from autograd_core.draw.marks import BADGE, Marks
from autograd_core.draw.metrics import (
    AIR,
    ARROW,
    BADGE_RADIUS,
    RADIUS,
    SMALL,
    TEXT,
    Line,
    is_circle,
    lower_lines,
    measure,
    note,
    readers,
    title,
    upper_lines,
    vertex_lines,
)
from autograd_core.draw.names import clean
from autograd_core.draw.snapshot import GROUP, OPERATION, OUTPUT, Edge, Snapshot, Vertex

MARGIN = 14.0
HEAD = 7.0  # the length of an arrow's head
BASELINE = 0.36  # from the middle of a line of text to its base line, in its size

STYLE = """
.autograd{font-family:sans-serif}
.autograd .paper{fill:#fff}
.autograd text{fill:#1f2328;font-size:13px;text-anchor:middle}
.autograd .start{text-anchor:start}
.autograd .end{text-anchor:end}
.autograd .small{font-size:11px}
.autograd .name{font-style:italic}
.autograd .way{fill:none;stroke:#57606a;stroke-width:1.2}
.autograd .head,.autograd .dot{fill:#57606a}
.autograd .back{fill:#f0c3bb}
.autograd .gradient{fill:#b42318}
.autograd .none,.autograd .note,.autograd .title{fill:#656d76}
.autograd .shape{fill:#fff;stroke:#1f2328;stroke-width:1.3}
.autograd .group .shape{fill:#eaf0f7}
.autograd .frame rect{fill:#57606a;fill-opacity:.05;stroke:#57606a;stroke-opacity:.35}
@media (prefers-color-scheme:dark){
.autograd .paper{fill:#16191d}
.autograd text{fill:#e6e9ed}
.autograd .way{stroke:#9aa4af}
.autograd .head,.autograd .dot{fill:#9aa4af}
.autograd .back{fill:#6b3a35}
.autograd .gradient{fill:#ff9b8e}
.autograd .none,.autograd .note,.autograd .title{fill:#9aa4af}
.autograd .shape{fill:#1f242a;stroke:#c9d1d9}
.autograd .group .shape{fill:#28323d}
.autograd .frame rect{fill:#9aa4af;fill-opacity:.07;stroke:#9aa4af;stroke-opacity:.4}
}
"""

# Colour, dashes or thickness, and a badge: each of them alone tells what became of a part.
MARKED = """
.autograd .same text{fill:#656d76}
.autograd .same .way,.autograd .same .shape{stroke:#8c959f}
.autograd .same .head,.autograd .same .dot{fill:#8c959f}
.autograd .removed .way,.autograd .removed .shape{stroke:#b42318;stroke-dasharray:5 3}
.autograd .removed .head,.autograd .removed .seal,.autograd .removed .dot{fill:#b42318}
.autograd .added .way,.autograd .added .shape{stroke:#1a7f37;stroke-width:2.8}
.autograd .added .head,.autograd .added .seal,.autograd .added .dot{fill:#1a7f37}
.autograd .changed .shape{stroke:#8250df}
.autograd .changed .seal{fill:#8250df}
.autograd .path .way,.autograd .path .shape,.autograd .culprit .shape{stroke:#b42318}
.autograd .culprit .shape{stroke-width:2.8}
.autograd .path .head,.autograd .path .dot,.autograd .culprit .seal{fill:#b42318}
.autograd .badge text{fill:#fff;font-weight:bold}
@media (prefers-color-scheme:dark){
.autograd .same text{fill:#9aa4af}
.autograd .same .way,.autograd .same .shape{stroke:#6e7781}
.autograd .same .head,.autograd .same .dot{fill:#6e7781}
.autograd .removed .way,.autograd .removed .shape{stroke:#ff9b8e}
.autograd .removed .head,.autograd .removed .seal,.autograd .removed .dot{fill:#ff9b8e}
.autograd .added .way,.autograd .added .shape{stroke:#56d364}
.autograd .added .head,.autograd .added .seal,.autograd .added .dot{fill:#56d364}
.autograd .changed .shape{stroke:#d2a8ff}
.autograd .changed .seal{fill:#d2a8ff}
.autograd .path .way,.autograd .path .shape,.autograd .culprit .shape{stroke:#ff9b8e}
.autograd .path .head,.autograd .path .dot,.autograd .culprit .seal{fill:#ff9b8e}
.autograd .badge text{fill:#16191d}
}
"""


def to_svg(snapshot: Snapshot, backward_arrows: bool = False, marks: Marks | None = None) -> str:
    """The picture of a snapshot as one SVG document, the same bytes for the same snapshot.

    backward_arrows: draw a thick arrow against every edge, as the book does for backpropagation.
    marks: draw what was removed dashed and with a "−", what was added thick and with a "+", what
        has changed with a "~", what is to blame with a "!", the way from there thin in its colour,
        and the rest pale.
    """
    layout = lay_out(snapshot, measure(snapshot, backward_arrows, marks))
    return "\n".join(Picture(snapshot, layout, backward_arrows, marks).document()) + "\n"


class Picture:
    """A snapshot in a layout, as pieces of SVG.

    Of an edge and of a vertex the opening tag comes first, then its title.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        layout: Layout,
        backward_arrows: bool,
        marks: Marks | None = None,
    ) -> None:
        self.snapshot = snapshot
        self.layout = layout
        self.backward_arrows = backward_arrows
        self.marks = marks
        self.readers = readers(snapshot)

    def document(self) -> Iterator[str]:
        notes = [note(text) for text in self.snapshot.notes]
        wide = max([self.layout.width, *(line.width for line in notes)]) + 2 * MARGIN
        high = self.layout.height + 2 * MARGIN + fsum(line.height for line in notes)
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="autograd" role="img" '
            f'width="{decimal(wide)}" height="{decimal(high)}" '
            f'viewBox="{_decimals(-MARGIN, -MARGIN, wide, high)}">'
        )
        yield f"<title>{escape(self._title())}</title>"
        yield f"<desc>{escape(self._description())}</desc>"
        yield f"<style>{STYLE}{MARKED if self.marks else ''}</style>"
        yield (
            f'<rect class="paper" x="{decimal(-MARGIN)}" y="{decimal(-MARGIN)}" '
            f'width="{decimal(wide)}" height="{decimal(high)}"/>'
        )
        for scope, box in self.layout.frames.items():
            yield from self._frame(scope, box)
        for index, edge in enumerate(self.snapshot.edges):
            yield from self._edge(index, edge)
        for vertex, box in zip(self.snapshot.vertices, self.layout.vertices, strict=True):
            yield from self._vertex(vertex, box)
        y = self.layout.height + MARGIN / 2
        for line in notes:
            y += line.height
            yield written(line, 0.0, y, "start")
        yield "</svg>"

    def _title(self) -> str:
        names = [clean(v.name or "") for v in self.snapshot.vertices if v.kind == OUTPUT]
        return " of ".join(filter(None, ["Computation graph", ", ".join(names)]))

    def _description(self) -> str:
        count = sum(vertex.kind in (OPERATION, GROUP) for vertex in self.snapshot.vertices)
        return (
            f"{count} operations from left to right. Above every edge its value, below it the "
            "gradient that flows back."
        )

    def _frame(self, scope: int, box: Box) -> Iterator[str]:
        name = title(self.snapshot.scopes[scope].name)
        yield f'<g class="frame" id="s{scope}">'
        yield f"<title>{escape(name.text)}</title>"
        yield _rect(box, 8.0)
        yield written(name, box.x + 12, box.y + 6 + name.size, "start")
        yield "</g>"

    def _edge(self, index: int, edge: Edge) -> Iterator[str]:
        box, way = self.layout.labels[index], self.layout.ways[index]
        x, y = box.x + box.width / 2, box.line
        source, target = (_called(self.snapshot.vertices[i]) for i in (edge.source, edge.target))
        value, gradient = one_line(self.snapshot.carried(edge)), one_line(edge.gradient)
        mark = f" {self.marks.edges[index]}" if self.marks else ""
        yield f'<g class="edge{mark}" id="e{index}">'
        yield f"<title>{escape(f'{source} → {target}: {value}, gradient {gradient}')}</title>"
        if self.backward_arrows and edge.gradient is not None:
            yield _thick_arrow(box)
        yield from _line(way, self.snapshot.vertices[edge.target])
        upper, lower = upper_lines(self.snapshot, edge), lower_lines(edge)
        yield from _stack(upper, x, y - AIR - fsum(line.height for line in upper))
        yield from _stack(lower, x, y + AIR + ARROW * self.backward_arrows)
        yield "</g>"

    def _vertex(self, vertex: Vertex, box: Box) -> Iterator[str]:
        lines = vertex_lines(vertex, self.readers[vertex.id])
        mark = f" {self.marks.vertices[vertex.id]}" if self.marks else ""
        yield f'<g class="vertex {vertex.kind}{mark}" id="v{vertex.id}">'
        yield f"<title>{escape(self._told(vertex))}</title>"
        if is_circle(vertex):
            x, y, r = decimal(box.x + RADIUS), decimal(box.line), decimal(RADIUS)
            yield f'<circle class="shape" cx="{x}" cy="{y}" r="{r}"/>'
        elif vertex.kind in (OPERATION, GROUP):
            yield _rect(box, 8.0)
        if vertex.kind in (OPERATION, GROUP):
            yield from _stack(
                lines, box.x + box.width / 2, box.line - fsum(line.height for line in lines) / 2
            )
        else:
            yield from self._leaf(vertex, box, lines)
        if mark[1:] in BADGE:
            yield _badge(vertex, box, BADGE[mark[1:]])
        yield "</g>"

    def _leaf(self, vertex: Vertex, box: Box, lines: Sequence[Line]) -> Iterator[str]:
        """A name beside its line, or a dot for what has none; the result's name after its arrow."""
        if vertex.kind == OUTPUT:
            x, anchor = box.x + 5, "start"
        else:
            x, anchor = box.x + box.width - 5, "end"
        y = box.line
        for line in lines:
            if line.kind == "gradient":
                y += line.height
            yield written(line, x, y + BASELINE * line.size, anchor)
        if vertex.kind != OUTPUT and all(line.kind != "name" for line in lines):
            x = box.x + box.width - 2.5
            yield f'<circle class="dot" cx="{decimal(x)}" cy="{decimal(box.line)}" r="2.5"/>'

    def _told(self, vertex: Vertex) -> str:
        parts = [
            f"{_called(vertex)}: {one_line(vertex.value)}, gradient {one_line(vertex.gradient)}"
        ]
        parts += [f"{clean(key)}={clean(value)}" for key, value in vertex.params.items()]
        if self.marks and self.marks.vertices[vertex.id] in BADGE:
            parts[0] = f"{self.marks.vertices[vertex.id]}: {parts[0]}"
            parts += filter(None, [self.marks.remarks[vertex.id]])
        return ", ".join(parts + ([clean(vertex.line)] if vertex.line else []))


def _line(way: Sequence[Point], target: Vertex) -> Iterator[str]:
    """The line of an edge and its head, which ends on the border of its target."""
    (x, y), end = way[-2:]
    direction = 1.0 if x <= end[0] else -1.0  # a line that closes a cycle runs to the left
    unit = (direction, 0.0)
    if is_circle(target) and y != end[1]:
        # The last climb points to the middle of the circle.
        centre = (end[0] + direction * RADIUS, end[1])
        length = sqrt((centre[0] - x) ** 2 + (centre[1] - y) ** 2)
        unit = ((centre[0] - x) / length, (centre[1] - y) / length)
        end = (centre[0] - RADIUS * unit[0], centre[1] - RADIUS * unit[1])
    neck = (end[0] - HEAD * unit[0], end[1] - HEAD * unit[1])
    yield f'<path class="way" d="{_path([*way[:-1], neck], unit)}"/>'
    yield f'<path class="head" d="{_head(end, unit)}"/>'


def _called(vertex: Vertex) -> str:
    return clean(vertex.name or "") or clean(vertex.label) or vertex.kind


def _stack(lines: Sequence[Line], x: float, y: float) -> Iterator[str]:
    """Lines of text under one another from y downwards, one text element for each kind."""
    for kind in dict.fromkeys(line.kind for line in lines):
        spans = []
        top = y
        for line in lines:
            if line.kind == kind:
                spans.append((line, top + line.height / 2 + BASELINE * line.size))
            top += line.height
        if len(spans) == 1:
            yield written(spans[0][0], x, spans[0][1])
        else:
            inner = "".join(
                f'<tspan x="{decimal(x)}" y="{decimal(base)}">{escape(line.text)}</tspan>'
                for line, base in spans
            )
            yield f'<text class="{_class(spans[0][0])}">{inner}</text>'


def written(line: Line, x: float, y: float, anchor: str = "") -> str:
    """A line of text on its base line."""
    classes = f"{_class(line)} {anchor}".strip()
    return f'<text class="{classes}" x="{decimal(x)}" y="{decimal(y)}">{escape(line.text)}</text>'


def _class(line: Line) -> str:
    return line.kind if line.size == TEXT else f"{line.kind} small"


def _rect(box: Box, radius: float) -> str:
    return (
        f'<rect class="shape" x="{decimal(box.x)}" y="{decimal(box.y)}" '
        f'width="{decimal(box.width)}" height="{decimal(box.height)}" rx="{decimal(radius)}"/>'
    )


def _path(corners: Sequence[Point], unit: Point) -> str:
    """A line through the corners: level, or climbing in a curve that is level at its ends but
    arrives in the direction of `unit` at the last."""
    path = [f"M{_decimals(*corners[0])}"]
    for (x0, y0), (x1, y1) in pairwise(corners):
        if y0 == y1:
            path.append(f"H{decimal(x1)}")
            continue
        half = (x1 - x0) / 2
        last = (x1, y1) == corners[-1]
        dx, dy = (abs(half) * unit[0], abs(half) * unit[1]) if last else (half, 0.0)
        path.append(f"C{_decimals(x0 + half, y0, x1 - dx, y1 - dy, x1, y1)}")
    return "".join(path)


def _head(tip: Point, unit: Point) -> str:
    """The arrow's head as a closed path."""
    x, y = tip[0] - HEAD * unit[0], tip[1] - HEAD * unit[1]
    dx, dy = -0.42 * HEAD * unit[1], 0.42 * HEAD * unit[0]
    return f"M{_decimals(*tip)}L{_decimals(x + dx, y + dy)}L{_decimals(x - dx, y - dy)}Z"


def _badge(vertex: Vertex, box: Box, sign: str) -> str:
    """The sign of a mark: on top of a circle, at the right in a box, beside a leaf's name."""
    if is_circle(vertex):
        x, y = box.x + RADIUS, box.y + BADGE_RADIUS
    elif vertex.kind in (OPERATION, GROUP, OUTPUT):
        x, y = box.x + box.width - BADGE_RADIUS - 2, box.line
    else:
        x, y = box.x + BADGE_RADIUS + 2, box.line
    r = decimal(BADGE_RADIUS)
    seal = f'<circle class="seal" cx="{decimal(x)}" cy="{decimal(y)}" r="{r}"/>'
    text = written(Line(sign, SMALL, "sign"), x, y + BASELINE * SMALL)
    return f'<g class="badge" aria-hidden="true">{seal}{text}</g>'


def _thick_arrow(box: Box) -> str:
    """The backward direction: an arrow to the left, under the line of a label."""
    left, right = box.x + 1, box.x + box.width - 1
    middle = box.line + ARROW / 2 + 1
    high, low, half = middle - ARROW / 2 + 1, middle + ARROW / 2 - 1, ARROW / 4 - 0.5
    neck = decimal(left + ARROW)
    return (
        f'<path class="back" d="M{_decimals(left, middle)}L{neck} {decimal(high)}'
        f"V{decimal(middle - half)}H{decimal(right)}V{decimal(middle + half)}H{neck}"
        f'V{decimal(low)}Z"/>'
    )


def decimal(x: float) -> str:
    """A coordinate with one decimal."""
    return f"{x:.1f}".removesuffix(".0")


def _decimals(*numbers: float) -> str:
    return " ".join(map(decimal, numbers))
