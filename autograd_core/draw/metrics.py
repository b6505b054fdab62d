"""The texts of pictures and their sizes, in a sans-serif font that we do not know.

Widths are those of the widest common fonts (Verdana and DejaVu Sans), so that text stays in its box
in any other.  Sums are exact (by fsum, or of integers), since what `sum` makes of floats differs
between versions of Python.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import fsum
from string import ascii_uppercase
from typing import NamedTuple

from autograd_core.draw.labels import backward_lines, forward_lines, gradient_line
from autograd_core.draw.layout import Extent, Sizes
from autograd_core.draw.marks import BADGE, SAME, Marks
from autograd_core.draw.names import clean
from autograd_core.draw.snapshot import GROUP, OPERATION, Edge, Snapshot, Value, Vertex

TEXT = 13.0  # the size of names and numbers, in pixels
SMALL = 11.0  # of what an array shows, of a group's size and a frame's title
LEADING = 1.2  # the distance of lines of text, in their size
RADIUS = 18.0  # of an operation's circle
AIR = 3.0  # between a line and the text above or below it
ARROW = 12.0  # the height of a thick backward arrow
BADGE_RADIUS = 6.5  # of the mark of what was removed, added or changed

_CIRCLE = Extent(2 * RADIUS, RADIUS, RADIUS)


class _Widths(dict[str, int]):
    """The widths of characters, in hundredths of the size of the font."""

    def __missing__(self, character: str) -> int:
        if unicodedata.combining(character):
            return 0
        return 110 if unicodedata.east_asian_width(character) in "WF" else 100


_WIDTHS = _Widths(
    dict.fromkeys(map(chr, range(128)), 66)
    | dict.fromkeys(ascii_uppercase, 78)
    | dict.fromkeys("iljtfrI.,:;'|!()[] -/\\", 46)
    | dict.fromkeys("μσ∂–", 70)
    | dict.fromkeys("+=<>~^#×÷", 86)
    | dict.fromkeys("mwMWOQ@%&…", 100)
)


class Line(NamedTuple):
    """A line of text: its kind is the class that gives it its colour."""

    text: str
    size: float
    kind: str

    @property
    def width(self) -> float:
        """An upper bound of its width."""
        return self.size * _ems(self.text)

    @property
    def height(self) -> float:
        """From this line to the next."""
        return self.size * LEADING


def _ems(text: str) -> float:
    return sum(map(_WIDTHS.__getitem__, text)) / 100


def vertex_lines(vertex: Vertex, readers: int) -> list[Line]:
    """What stands in a vertex: a sign, a group's name and size, or a leaf's name, with its gradient
    where this is the sum of what several readers send back."""
    if vertex.kind == OPERATION:
        return [Line(clean(vertex.label), TEXT, "sign")]
    if vertex.kind == GROUP:
        ops = "op" if vertex.members == 1 else "ops"
        return [
            Line(clean(vertex.label), TEXT, "sign"),
            Line(f"({vertex.members} {ops})", SMALL, "note"),
        ]
    lines = _name(vertex)
    if readers > 1 and vertex.gradient is not None:
        lines += [Line(f"∂ {gradient_line(vertex.gradient)}", SMALL, "gradient")]
    return lines


def upper_lines(snapshot: Snapshot, edge: Edge) -> list[Line]:
    """What stands above an edge: the name of an intermediate result, and its value."""
    value = snapshot.carried(edge)
    name = _result_name(snapshot.vertices[edge.source])
    return name + [Line(text, _size(value), "value") for text in forward_lines(value)]


def lower_lines(edge: Edge) -> list[Line]:
    """What stands below an edge: what its target sends back along it."""
    kind = "gradient none" if edge.gradient is None else "gradient"
    return [Line(text, _size(edge.gradient), kind) for text in backward_lines(edge.gradient)]


def _result_name(source: Vertex) -> list[Line]:
    return _name(source) if source.kind in (OPERATION, GROUP) else []


def _name(vertex: Vertex) -> list[Line]:
    """The name as a line, if there is one and anything of it can be seen."""
    name = clean(vertex.name or "")
    return [Line(name, TEXT, "name")] if name else []


def _size(value: Value | None) -> float:
    return SMALL if value is not None and value.shape else TEXT


def is_circle(vertex: Vertex) -> bool:
    """Whether a vertex is an operation whose sign is short enough for a circle."""
    return vertex.kind == OPERATION and _fits_in_circle(vertex.label)


@lru_cache(maxsize=2**12)  # of all operations, few have different signs
def _fits_in_circle(label: str) -> bool:
    return Line(clean(label), TEXT, "sign").width <= 2 * RADIUS - 4


def measure(snapshot: Snapshot, backward_arrows: bool = False, marks: Marks | None = None) -> Sizes:
    """The extents of all vertices, edge labels and frame titles of a snapshot."""
    ruler = Ruler(backward_arrows)
    given = marks.vertices if marks else [SAME] * len(snapshot.vertices)
    return Sizes(
        vertices=list(map(ruler.vertex, snapshot.vertices, readers(snapshot), given)),
        labels=[
            ruler.labels(
                [snapshot.vertices[edge.source]], [snapshot.carried(edge)], [edge.gradient]
            )
            for edge in snapshot.edges
        ],
        titles=[_title_size(scope.name) for scope in snapshot.scopes],
    )


class Ruler:
    """Measures vertices and the labels of edges."""

    def __init__(self, backward_arrows: bool = False) -> None:
        self._arrow = ARROW if backward_arrows else 0.0

    def vertex(self, vertex: Vertex, readers: int, mark: str = SAME) -> Extent:
        """The extent of a vertex that so many edges read."""
        extent = _vertex_extent(vertex, readers)
        return _with_badge(extent, vertex) if mark in BADGE else extent

    def labels(
        self,
        sources: Sequence[Vertex],
        values: Sequence[Value | None],
        gradients: Sequence[Value | None],
    ) -> Extent:
        """The extent that the label of every edge from these vertices fits into."""
        width, up = _block(forward_lines, values)
        lower, down = _block(backward_lines, gradients)
        names = [line for source in sources if source.name for line in _result_name(source)]
        if names:
            width = max([width, *(line.width for line in names)])
            up += names[0].height
        return Extent(max(width, lower) + 8, AIR + up, AIR + down + self._arrow)


def _block(
    lines: Callable[[Value | None], list[str]], values: Sequence[Value | None]
) -> tuple[float, float]:
    """The width and the height that the lines of text of each of these values need."""
    blocks = [(lines(value), _size(value)) for value in values]
    texts = {(text, size) for block, size in blocks for text in block}  # many tell the same
    width = max([size * _ems(text) for text, size in texts])
    return width, max([len(block) * size for block, size in blocks]) * LEADING


def readers(snapshot: Snapshot) -> list[int]:
    """How many edges read every vertex."""
    count = [0] * len(snapshot.vertices)
    for edge in snapshot.edges:
        count[edge.source] += 1
    return count


def title(name: str) -> Line:
    """The title of a frame."""
    return Line(clean(name), SMALL, "title")


def note(text: str) -> Line:
    """A remark under the picture."""
    return Line(clean(text, 200), SMALL, "note")


def _title_size(name: str) -> tuple[float, float]:
    return title(name).width, title(name).height + 8


def _vertex_extent(vertex: Vertex, count: int) -> Extent:
    if is_circle(vertex):
        return _CIRCLE
    lines = vertex_lines(vertex, count)
    width = max((line.width for line in lines), default=0.0)
    if vertex.kind in (OPERATION, GROUP):
        half = 6 + fsum(line.height for line in lines) / 2
        return Extent(width + 20, half, half, spread=9.0)
    below = fsum(line.height for line in lines if line.kind == "gradient")
    return Extent(max(width + 6, 10.0), 0.7 * TEXT, 0.7 * TEXT + below)


def _with_badge(extent: Extent, vertex: Vertex) -> Extent:
    """With room for a badge: on top of a circle, at the right in a box, beside a leaf's name."""
    if is_circle(vertex):
        return extent._replace(up=RADIUS + 2 * BADGE_RADIUS - 2)
    sides = 2 if vertex.kind in (OPERATION, GROUP) else 1  # the sign stays in the middle
    return extent._replace(width=extent.width + sides * (2 * BADGE_RADIUS + 3))
