"""Scenes: the drawing of every cluster alone, with those inside it closed.

Clusters of equal structure share one scene, in which every box is as large as the largest of them
needs.  The page puts scenes into one another; its script needs no layout for that.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from autograd_core.draw.layout import Box, Extent, aside, boxed
from autograd_core.draw.layout.layered import Placement, layered
from autograd_core.draw.layout.rank import ENTRY, EXIT, FIRST, FLOW
from autograd_core.draw.layout.wires import LINE, Link, Node
from autograd_core.draw.marks import CHANGED, SAME, Marks
from autograd_core.draw.metrics import Ruler, is_circle
from autograd_core.draw.page.clusters import SERIES, Cluster, Graph, Key, Line
from autograd_core.draw.page.labels import labelled_lines, line_edge, node_vertex

STEP = 9.0  # between the lines that enter a box, but all within
REACH = 18.0  # of its own line, so that it stays as low as the title of its frame


@dataclass(frozen=True, slots=True)
class Scene:
    """Where all that stands in a cluster is drawn: the boxes of its members, the labels of its
    lines, None for one without, and their ways; the heights of its slots.

    enter, leave: how far below the line of the closed box each slot is.
    """

    width: float
    height: float
    members: tuple[Box, ...]
    labels: tuple[Box | None, ...]
    ways: tuple[tuple[tuple[float, float], ...], ...]
    entries: tuple[float, ...]
    exits: tuple[float, ...]
    enter: tuple[float, ...]
    leave: tuple[float, ...]


def scenes(
    graph: Graph, structure: Sequence[int], marks: Marks | None = None
) -> tuple[list[Scene], list[int]]:
    """The scenes of a graph, and the number of the one that every cluster has.  That of a series is
    its first cluster's.

    marks: what became of the vertices and edges of the snapshot: their badges need room.
    """
    of, groups = _sharing(graph, structure)
    sizes = _Sizes(graph, marks)
    made: list[Scene] = []
    for group in groups:
        made.append(_scene(graph, group, sizes, made, of))
    return made, of


@dataclass(frozen=True, slots=True)
class _Group:
    """Clusters that share a scene, and which of their lines have labels."""

    clusters: list[Cluster]
    labelled: tuple[bool, ...]


def _sharing(graph: Graph, structure: Sequence[int]) -> tuple[list[int], list[_Group]]:
    """The number of every cluster's scene, inner ones first, and the clusters of every scene."""
    depths = graph.depths()
    known: dict[Hashable, int] = {}
    groups: list[_Group] = []
    of = [0] * len(graph.clusters)
    for cluster in sorted(graph.clusters, key=lambda cluster: (-depths[cluster.id], cluster.id)):
        if cluster.kind == SERIES:
            of[cluster.id] = of[cluster.instances[0]]
            continue
        labelled = labelled_lines(graph, cluster)
        inner = tuple(of[inner] for inner in _inner(graph, cluster))
        number = known.setdefault((structure[cluster.id], labelled, inner), len(known))
        if number == len(groups):
            groups.append(_Group([], labelled))
        groups[number].clusters.append(cluster)
        of[cluster.id] = number
    return of, groups


def _inner(graph: Graph, cluster: Cluster) -> list[int]:
    """The clusters that can be opened in a cluster."""
    found = [opened(graph, key) for key in cluster.members]
    return [number for number in found if number is not None]


def opened(graph: Graph, key: Key) -> int | None:
    """The cluster that a member is or, for a composite's vertex, opens into."""
    kind, number = key
    if kind == "vertex":
        return graph.opens.get(number)
    return number if kind == "cluster" else None


class _Sizes:
    """The extents that every member and every line's label needs."""

    def __init__(self, graph: Graph, marks: Marks | None) -> None:
        self.graph = graph
        self.marks = marks.vertices if marks else None
        self.ruler = Ruler()

    def of_member(self, group: _Group, index: int) -> Extent:
        """What the members with one index need in all clusters of a group."""
        keys = [cluster.members[index] for cluster in group.clusters]
        kind, number = keys[0]
        if self.marks is None and kind == "vertex" and self.graph.work[number]:
            return self._member(keys[0])  # equal clusters have equal signs
        return _largest(list(map(self._member, keys)))

    def of_label(self, group: _Group, index: int) -> Extent | None:
        """What the labels of the lines with one index need, None if they have none."""
        if not group.labelled[index]:
            return None
        graph = self.graph
        edges = [line_edge(graph, cluster.lines[index]) for cluster in group.clusters]
        sources = [graph.vertices[edge.source] for edge in edges]
        return self.ruler.labels(
            sources,
            [edge.value or source.value for edge, source in zip(edges, sources, strict=True)],
            [edge.gradient for edge in edges],
        )

    def _member(self, key: Key) -> Extent:
        kind, number = key
        if kind == "cluster":
            closed = node_vertex(self.graph, key, 0)
            return self.ruler.vertex(closed, 1, CHANGED if self.marks else SAME)
        readers = self.graph.readers[number]
        return self.ruler.vertex(self.graph.vertices[number], readers, self._mark(number))

    def _mark(self, vertex: int) -> str:
        """The mark of a vertex; what is inside of a definition may have changed."""
        if self.marks is None:
            return SAME
        return self.marks[vertex] if vertex < len(self.marks) else CHANGED


def _largest(extents: Sequence[Extent]) -> Extent:
    return Extent(*map(max, zip(*extents, strict=True)))


def _scene(
    graph: Graph, group: _Group, sizes: _Sizes, inner: Sequence[Scene], of: Sequence[int]
) -> Scene:
    """Draw the first of some equal clusters, with room for all of them."""
    cluster = group.clusters[0]
    keys = cluster.nodes()
    index = {key: number for number, key in enumerate(keys)}
    boxes = {
        key: _closed(graph, key, sizes.of_member(group, n), inner, of)
        for n, key in enumerate(cluster.members)
    }
    labels = [sizes.of_label(group, n) for n in range(len(cluster.lines))]
    wires: dict[object, int] = {}
    links = []
    for line, label in zip(cluster.lines, labels, strict=True):
        # An entry is a line of its own, though its value may enter at several places.
        wire = wires.setdefault(line.start if line.start[0] == "entry" else line.wire, len(wires))
        leave, enter = _offsets(graph, line, inner, of)
        size = (label or Extent(0.0, LINE, LINE))[:3]
        links.append(Link(index[line.start], index[line.end], wire, *size, leave, enter))
    nodes = [_node(graph, cluster, key, boxes) for key in keys]
    return _measured(cluster, boxes, labels, layered(nodes, links))


def _measured(
    cluster: Cluster,
    boxes: dict[Key, Extent],
    labels: Sequence[Extent | None],
    placement: Placement,
) -> Scene:
    place = dict(zip(cluster.nodes(), placement.nodes, strict=True))
    entries = tuple(place["entry", slot][1] for slot in cluster.entries)
    exits = tuple(place["exit", slot][1] for slot in cluster.exits)
    origin = (0.0, 0.0)
    return Scene(
        placement.width,
        placement.height,
        members=tuple(boxed(origin, place[key], boxes[key]) for key in cluster.members),
        labels=tuple(
            size and boxed(origin, (x - size.width / 2, y), size)
            for size, (x, y) in zip(labels, placement.labels, strict=True)
        ),
        ways=tuple(tuple(way) for way in placement.ways),
        entries=entries,
        exits=exits,
        enter=_spread(entries, entries[0] if entries else 0.0),
        leave=_spread(exits, entries[0] if entries else 0.0),
    )


def _spread(heights: Sequence[float], middle: float) -> tuple[float, ...]:
    """Where lines meet the closed box: in the order of their heights in the open one, that which is
    nearest to a height in the middle."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    rank = {slot: number for number, slot in enumerate(order)}
    main = min(order, key=lambda slot: abs(heights[slot] - middle), default=0)
    most = max((abs(number - rank[main]) for number in rank.values()), default=0)
    step = min(STEP, REACH / max(1, most))
    return tuple(step * (rank[slot] - rank[main]) for slot in range(len(heights)))


def _closed(
    graph: Graph, key: Key, size: Extent, inner: Sequence[Scene], of: Sequence[int]
) -> Extent:
    """The extent of a closed box, high enough for the lines that meet it."""
    cluster = opened(graph, key)
    if cluster is None or _meets_in_one_point(graph, key):
        return size
    scene = inner[of[cluster]]
    offsets = (*scene.enter, *scene.leave)
    up = max([size.up, *(6 - offset for offset in offsets)])
    down = max([size.down, *(6 + offset for offset in offsets)])
    return Extent(size.width, up, down)


def _meets_in_one_point(graph: Graph, key: Key) -> bool:
    return key[0] == "vertex" and is_circle(graph.vertices[key[1]])


def _offsets(
    graph: Graph, line: Line, inner: Sequence[Scene], of: Sequence[int]
) -> tuple[float, float]:
    """How far below the lines of its two ends a line meets them."""
    leave = enter = 0.0
    source, target = opened(graph, line.start), opened(graph, line.end)
    if source is not None and line.start[0] == "cluster":
        leave = inner[of[source]].leave[slot_out(graph, line)]
    slot = slot_in(graph, line)
    if target is not None and slot >= 0 and not _meets_in_one_point(graph, line.end):
        enter = inner[of[target]].enter[slot]
    return leave, enter


def slot_out(graph: Graph, line: Line) -> int:
    """The exit of what can be opened at its start that a line comes from."""
    kind, number = line.start
    return graph.clusters[number].exits.index(line.wire) if kind == "cluster" else 0


def slot_in(graph: Graph, line: Line) -> int:
    """The entry of what can be opened at its end that a line leads to, or -1.  A definition may
    leave an operand unread; its line then ends at the border."""
    kind, number = line.end
    if kind == "cluster":
        return graph.clusters[number].entries.index(line.wire)
    if kind != "vertex" or number not in graph.opens:
        return -1
    operand = graph.edges[line.edges[0]].operand
    entries = graph.clusters[graph.opens[number]].entries
    found = [n for n, leaf in enumerate(entries) if graph.vertices[leaf].operand == operand]
    return found[0] if found else -1


def _node(graph: Graph, cluster: Cluster, key: Key, boxes: dict[Key, Extent]) -> Node:
    kind, number = key
    if kind == "exit":
        return Node(0.0, LINE, LINE, EXIT)
    if kind == "entry":
        line = next(line for line in cluster.lines if line.start == key)
        source = graph.vertices[graph.edges[line.edges[0]].source]
        return Node(0.0, LINE, LINE, ENTRY, aside=aside(source))
    width, up, down, spread = boxes[key]
    distance = aside(graph.vertices[number]) if kind == "vertex" else 0
    return Node(width, up, down, FIRST if distance in (1, 2) else FLOW, spread, distance)
