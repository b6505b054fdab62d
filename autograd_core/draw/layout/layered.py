"""The layered layout of one flat graph, from left to right, in the manner of Sugiyama.

Ranks (`rank.py`), labels and long links as items of their own (`wires.py`), the order within the
columns (`order.py`), the heights (`place.py`), and here the widths and the ways of the links.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from autograd_core.draw.layout.place import Segment, place_items
from autograd_core.draw.layout.wires import Link, Node, Wires

GAP = 20.0  # between two columns
SLOPE = 0.25  # more of it where lines climb: this share of their height
STEEP = 60.0  # at most so much more
LEVEL = 0.05  # a smaller climb is a rounding error

Point = tuple[float, float]


class Placement(NamedTuple):
    """A drawing of a flat graph: the left end of every node's anchor line, the middle of every
    label's line, and the corners of every link's way from its source to its target.

    A way runs level between two corners of the same height, and climbs between the others.
    """

    width: float
    height: float
    nodes: list[Point]
    labels: list[Point]
    ways: list[list[Point]]


def layered(nodes: Sequence[Node], links: Sequence[Link]) -> Placement:
    """Draw a graph in columns.  The same graph gives the same drawing, in any process."""
    wires = Wires(nodes, links)
    columns = wires.columns()
    row = [0] * len(wires.column)
    for column in columns:
        for index, item in enumerate(column):
            row[item] = index
    gaps = wires.segments(row)
    up = [extent[1] for extent in wires.extents]
    down = [extent[2] for extent in wires.extents]
    y = place_items(columns, gaps, up, down)
    spans = _spans(wires, columns, gaps, y)
    places = _nodes(wires, spans, y)
    return Placement(
        width=spans[-1][1] if spans else 0.0,
        height=max((a + b for a, b in zip(y, down, strict=True)), default=0.0),
        nodes=places,
        labels=[
            (sum(spans[wires.column[item]]) / 2, y[item])
            for item in range(len(nodes), len(nodes) + len(links))
        ],
        ways=_ways(wires, spans, places, y),
    )


def _spans(
    wires: Wires,
    columns: Sequence[Sequence[int]],
    gaps: Sequence[Sequence[Segment]],
    y: Sequence[float],
) -> list[Point]:
    """Where every column starts and ends.  The steeper the lines in a gap, the wider it is."""
    spans = []
    x = 0.0
    for column, gap in zip(columns, gaps, strict=True):
        end = x + max(wires.extents[item][0] for item in column)
        spans.append((x, end))
        climb = max((abs(y[s.right] + s.enter - y[s.left] - s.leave) for s in gap), default=0.0)
        x = end + GAP + min(STEEP, round(SLOPE * climb, 2))
    return spans


def _nodes(wires: Wires, spans: Sequence[Point], y: Sequence[float]) -> list[Point]:
    """A node that reads something stands at the left of its column, so that lines reach it from
    the gap; a leaf stands at the right, beside its label."""
    return [
        (spans[column][0] if wires.left[item] else spans[column][1] - node.width, y[item])
        for item, (node, column) in enumerate(zip(wires.nodes, wires.column, strict=False))
    ]


def _ways(
    wires: Wires, spans: Sequence[Point], places: Sequence[Point], y: Sequence[float]
) -> list[list[Point]]:
    trunks: list[tuple[list[Point], list[int]]] = [([], [])] * len(wires.ways)
    ways = []
    for index, (link, (wire, place)) in enumerate(zip(wires.links, wires.branch, strict=True)):
        start = y[link.source] + link.leave
        if not trunks[wire][0]:
            right = places[link.source][0] + wires.nodes[link.source].width
            trunks[wire] = _trunk(wires, spans, wires.ways[wire], (right, start), y)
        corners, known = trunks[wire]
        label = wires.label(index)
        column = wires.column[label]
        way = corners[: known[place]]
        level = y[wires.ways[wire][place]] if place else start
        way += _climb(spans, column, level, y[label])
        end = places[link.target][0], y[link.target] + wires.enter[index]
        way += _climb(spans, column + 1, y[label], end[1])
        way = list(dict.fromkeys([*way, end]))  # a node may end where its column ends
        ways.append(way[::-1] if wires.backward[index] else way)
    return ways


def _trunk(
    wires: Wires, spans: Sequence[Point], wire: Sequence[int], start: Point, y: Sequence[float]
) -> tuple[list[Point], list[int]]:
    """The corners of a wire, and how many of them lie before the end of each of its pieces."""
    corners, known = [start], [1]
    level = start[1]
    for piece in wire[1:]:
        corners += _climb(spans, wires.column[piece], level, y[piece])
        known.append(len(corners))
        level = y[piece]
    return corners, known


def _climb(spans: Sequence[Point], column: int, before: float, after: float) -> list[Point]:
    """The corners of a line that changes its height in the gap before a column."""
    if abs(before - after) < LEVEL:
        return []
    return [(spans[column - 1][1], before), (spans[column][0], after)]
