"""The layout of a snapshot: where every vertex, label, line and frame stands.

Each scope is laid out alone, the innermost first, and is then one box in the scope around it, so
that a frame holds exactly its own vertices and scopes of equal content look the same.  A line that
crosses a frame's border does so at a point of its own, at the same height on both sides.

The layout knows extents, not texts: a picture gives it the sizes that its fonts need.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from autograd_core.draw.layout.layered import LEVEL, Placement, Point, layered
from autograd_core.draw.layout.rank import ENTRY, EXIT, FIRST, FLOW
from autograd_core.draw.layout.wires import LINE, Link, Node
from autograd_core.draw.snapshot import CONSTANT, VARIABLE, Snapshot, Vertex

PAD = 12.0  # between a frame and what it holds


class Extent(NamedTuple):
    """The size of a box around the line that meets it or runs through it.  Several lines enter it
    at distances of `spread`, or all at one point if that is 0."""

    width: float
    up: float
    down: float
    spread: float = 0.0


class Sizes(NamedTuple):
    """The extents of a snapshot's vertices and edge labels, and the width and height of the titles
    of its scopes."""

    vertices: Sequence[Extent]
    labels: Sequence[Extent]
    titles: Sequence[tuple[float, float]]


class Box(NamedTuple):
    """A rectangle; x and y are its upper left corner, `line` is the height of its line."""

    x: float
    y: float
    width: float
    height: float
    line: float


@dataclass(frozen=True, slots=True)
class Layout:
    """A drawing: the boxes of the vertices, of the edges' labels, and of the frames by scope, the
    outer ones first; and the ways of the edges.

    A way is a list of corners: level between two of the same height, climbing between others.
    """

    width: float
    height: float
    vertices: tuple[Box, ...]
    labels: tuple[Box, ...]
    frames: Mapping[int, Box]
    ways: tuple[tuple[Point, ...], ...]


def lay_out(snapshot: Snapshot, sizes: Sizes) -> Layout:
    """The layout of a snapshot whose parts have these sizes.  A pure function: the same snapshot
    gives the same layout in any process."""
    return _Builder(_Plan(snapshot), sizes).layout()


# What stands in a scope: ("vertex", id), ("scope", id), and at its borders ("entry", edge) and
# ("exit", wire).  The last two also name the pieces of lines that end there; ("edge", edge) is the
# piece with the label.
Key = tuple[str, int]


class _Plan:
    """What every scope holds: vertices and scopes, and the pieces of lines between them."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.depth = snapshot.depths()
        self.wire = _wires(snapshot)
        self.members = self._members()
        self.pieces: dict[int, dict[Key, tuple[Key, Key]]] = {scope: {} for scope in self.members}
        for edge in _by_operand(snapshot):
            for scope, piece, ends in self.course(edge):
                self.pieces[scope].setdefault(piece, ends)

    def _members(self) -> dict[int, list[Key]]:
        """The vertices and scopes in every scope that holds any, in the order of the forward
        pass; the outer scopes first."""
        members: dict[int, list[Key]] = {0: []}
        for vertex in self.snapshot.vertices:
            key, scope = ("vertex", vertex.id), vertex.scope
            while scope not in members:
                members[scope] = [key]
                key, scope = ("scope", scope), self.snapshot.scopes[scope].parent
            members[scope].append(key)
        return dict(sorted(members.items(), key=lambda item: (self.depth[item[0]], item[0])))

    def course(self, edge: int) -> list[tuple[int, Key, tuple[Key, Key]]]:
        """The pieces of an edge: out of the scopes around its source, across the scope that holds
        both its ends, into the scopes around its target."""
        scopes, vertices = self.snapshot.scopes, self.snapshot.vertices
        source, target = self.snapshot.edges[edge].source, self.snapshot.edges[edge].target
        here, there = vertices[source].scope, vertices[target].scope
        start, end = ("vertex", source), ("vertex", target)
        leaving: list[tuple[int, Key, tuple[Key, Key]]] = []
        entering: list[tuple[int, Key, tuple[Key, Key]]] = []
        while here != there:
            if self.depth[here] >= self.depth[there]:
                border = ("exit", self.wire[edge])
                leaving.append((here, border, (start, border)))
                start, here = ("scope", here), scopes[here].parent
            else:
                border = ("entry", edge)
                entering.append((there, border, (border, end)))
                end, there = ("scope", there), scopes[there].parent
        return [*leaving, (here, ("edge", edge), (start, end)), *reversed(entering)]


class _Placed(NamedTuple):
    """A scope that is laid out: its drawing, where in this each thing and piece is to be found,
    and the frame around it."""

    placement: Placement
    nodes: dict[Key, int]
    links: dict[Key, int]
    frame: Extent
    top: float  # the height of the frame's title


class _Builder:
    """Lays out the scopes of a plan, and then puts them into one another."""

    def __init__(self, plan: _Plan, sizes: Sizes) -> None:
        self.plan = plan
        self.sizes = sizes
        self.placed: dict[int, _Placed] = {}
        self.known: dict[tuple[tuple[Node, ...], tuple[Link, ...]], Placement] = {}
        for scope in reversed(plan.members):
            self.placed[scope] = self._place(scope)

    def _place(self, scope: int) -> _Placed:
        """Lay out one scope, with those inside it as boxes."""
        pieces = self.plan.pieces[scope]
        ends = dict.fromkeys(key for pair in pieces.values() for key in pair)
        entries = [key for key in ends if key[0] == "entry"]
        exits = [key for key in ends if key[0] == "exit"]
        keys = [*entries, *self.plan.members[scope], *exits]
        index = {key: number for number, key in enumerate(keys)}
        wires: dict[int, int] = {}
        nodes = tuple(self._node(key) for key in keys)
        links = tuple(
            self._link(piece, start, end, index, wires) for piece, (start, end) in pieces.items()
        )
        if (nodes, links) not in self.known:
            self.known[nodes, links] = layered(nodes, links)
        placement = self.known[nodes, links]
        title_width, top = self.sizes.titles[scope]
        frame = Extent(
            max(placement.width, title_width) + 2 * PAD, 0.0, top + placement.height + PAD
        )
        return _Placed(placement, index, {key: n for n, key in enumerate(pieces)}, frame, top)

    def _node(self, key: Key) -> Node:
        kind, number = key
        if kind == "vertex":
            distance = aside(self.plan.snapshot.vertices[number])
            role = FIRST if distance in (1, 2) else FLOW
            width, up, down, spread = self.sizes.vertices[number]
            return Node(width, up, down, role, spread, distance)
        if kind == "scope":
            return Node(*self.placed[number].frame[:3])
        if kind == "exit":
            return Node(0.0, LINE, LINE, EXIT)
        edge = self.plan.snapshot.edges[number]
        source = self.plan.snapshot.vertices[edge.source]
        return Node(0.0, LINE, LINE, ENTRY, aside=aside(source))

    def _link(
        self, piece: Key, start: Key, end: Key, index: Mapping[Key, int], wires: dict[int, int]
    ) -> Link:
        kind, number = piece
        wire = self.plan.wire[number] if kind != "exit" else number
        extent = self.sizes.labels[number] if kind == "edge" else Extent(0.0, LINE, LINE)
        return Link(
            index[start],
            index[end],
            # An entry is a line of its own, though its value may enter at several places.
            wires.setdefault(wire if kind != "entry" else -1 - number, len(wires)),
            *extent[:3],
            leave=self._border(start, ("exit", wire)),
            enter=self._border(end, ("entry", number)),
        )

    def _border(self, key: Key, border: Key) -> float:
        """How far below a node's anchor a line meets it, which is 0 but for a frame."""
        if key[0] != "scope":
            return 0.0
        inner = self.placed[key[1]]
        return inner.top + inner.placement.nodes[inner.nodes[border]][1]

    def layout(self) -> Layout:
        """All scopes in one drawing."""
        origin = {0: (0.0, 0.0)}
        frames: dict[int, Box] = {}
        for scope, members in self.plan.members.items():
            x0, y0 = origin[scope]
            here = self.placed[scope]
            for kind, number in members:
                if kind == "scope":
                    x, y = here.placement.nodes[here.nodes[kind, number]]
                    width, _, height, _ = self.placed[number].frame
                    frames[number] = Box(x0 + x, y0 + y, width, height, y0 + y)
                    origin[number] = (x0 + x + PAD, y0 + y + self.placed[number].top)
        whole = self.placed[0].placement
        return Layout(
            whole.width,
            whole.height,
            vertices=tuple(self._vertex(v.id, origin) for v in self.plan.snapshot.vertices),
            labels=tuple(self._label(e, origin) for e in range(len(self.plan.snapshot.edges))),
            frames=frames,
            ways=tuple(self._way(e, origin) for e in range(len(self.plan.snapshot.edges))),
        )

    def _vertex(self, vertex: int, origin: Mapping[int, Point]) -> Box:
        scope = self.plan.snapshot.vertices[vertex].scope
        here = self.placed[scope]
        x, y = here.placement.nodes[here.nodes["vertex", vertex]]
        return boxed(origin[scope], (x, y), self.sizes.vertices[vertex])

    def _label(self, edge: int, origin: Mapping[int, Point]) -> Box:
        extent = self.sizes.labels[edge]
        scope = next(scope for scope, piece, _ in self.plan.course(edge) if piece[0] == "edge")
        here = self.placed[scope]
        x, y = here.placement.labels[here.links["edge", edge]]
        return boxed(origin[scope], (x - extent.width / 2, y), extent)

    def _way(self, edge: int, origin: Mapping[int, Point]) -> tuple[Point, ...]:
        corners: list[Point] = []
        for scope, piece, _ in self.plan.course(edge):
            here, (x0, y0) = self.placed[scope], origin[scope]
            for x, y in here.placement.ways[here.links[piece]]:
                level = corners[-1][1] if corners else y0 + y
                corner = (x0 + x, level if abs(y0 + y - level) < LEVEL else y0 + y)
                if len(corners) > 1 and corners[-2][1] == corners[-1][1] == corner[1]:
                    corners.pop()  # a level line through a border
                corners.append(corner)
        return tuple(corners)


def aside(vertex: Vertex) -> int:
    """How little a vertex belongs to the main flow: a leaf less than an operation, a module's own
    parameter less than what it is given, a number in a formula least."""
    if vertex.kind not in (CONSTANT, VARIABLE):
        return 0
    if vertex.kind == CONSTANT and not vertex.name and not (vertex.value and vertex.value.shape):
        return 3
    return 2 if vertex.scope else 1


def boxed(origin: Point, at: Point, extent: Extent) -> Box:
    """The box whose line starts at a point."""
    x, y = origin[0] + at[0], origin[1] + at[1]
    return Box(x, y - extent.up, extent.width, extent.up + extent.down, y)


def _wires(snapshot: Snapshot) -> list[int]:
    """A number for the value that every edge carries: edges of one source share it, unless they
    carry different results of a group."""
    number: dict[tuple[int, str], int] = {}
    return [
        number.setdefault((edge.source, repr(edge.value)), len(number)) for edge in snapshot.edges
    ]


def _by_operand(snapshot: Snapshot) -> list[int]:
    """The edges in the order of the forward pass and of the operands."""
    edges = snapshot.edges
    return sorted(range(len(edges)), key=lambda e: (edges[e].target, edges[e].operand, e))
