"""The clusters of a graph: all that a page shows closed as one box and opens in place.

A cluster is a module's call, the definition of a composite operation, a run of steps of something
too long to be shown at once, or a series of equal modules of which each reads the one before.  They
form a tree, and what stands in one of them is known without a look into those inside it: so each
can be laid out alone.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from autograd_core.draw.snapshot import CONSTANT, OUTPUT, VARIABLE, Edge, Snapshot, Vertex

GRAPH = "graph"  # the whole
MODULE = "module"
COMPOSITE = "composite"
RUN = "run"
SERIES = "series"

LONG = 200  # what holds more operations is cut into runs

# What stands in a cluster: ("vertex", id) or ("cluster", id), and on its border ("entry", slot) and
# ("exit", slot): a slot is the number of a wire.
Key = tuple[str, int]
Span = tuple[int, int]


@dataclass(slots=True)
class Line:
    """A line within one cluster, of one wire, and the edges that run through it."""

    start: Key
    end: Key
    wire: int
    edges: tuple[int, ...]


@dataclass(slots=True)
class Cluster:
    """A part of the graph that can be closed.

    owner: the vertex of a composite.  entries, exits: the slots on its border.  instances: the
    clusters of a series, of which one is shown at a time.
    """

    id: int
    name: str
    parent: int
    kind: str
    owner: int | None = None
    members: list[Key] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    entries: tuple[int, ...] = ()
    exits: tuple[int, ...] = ()
    instances: tuple[int, ...] = ()
    operations: int = 0

    def nodes(self) -> list[Key]:
        """All that stands in it and on its border."""
        entries = [("entry", slot) for slot in self.entries]
        return [*entries, *self.members, *(("exit", slot) for slot in self.exits)]


@dataclass(slots=True)
class Graph:
    """A snapshot and all definitions in it as one graph with one tree of clusters.

    vertices: those of the snapshot, then those of every definition; a vertex is known by its place
    here, its own id counts within its snapshot.  edges: likewise, between these places.
    home: the cluster of every vertex.  work: whether it is computed, and no leaf or output.
    opens: the cluster of a composite's vertex.
    forward: the operations of cluster 0 and of every composite's cluster in their order.
    border: for a leaf or output that stands on the border of a definition its owner.
    readers: how many edges read every vertex.
    """

    vertices: list[Vertex] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    clusters: list[Cluster] = field(default_factory=list)
    home: list[int] = field(default_factory=list)
    work: list[bool] = field(default_factory=list)
    opens: dict[int, int] = field(default_factory=dict)
    forward: dict[int, list[int]] = field(default_factory=dict)
    border: dict[int, int] = field(default_factory=dict)
    readers: Counter[int] = field(default_factory=Counter)

    def new(self, name: str, parent: int, kind: str, owner: int | None = None) -> Cluster:
        """A further cluster inside another one."""
        cluster = Cluster(len(self.clusters), name, parent, kind, owner)
        self.clusters.append(cluster)
        return cluster

    def around(self, cluster: int) -> Iterator[int]:
        """The cluster, the one around it, and so on to the whole graph."""
        yield cluster
        while cluster:
            cluster = self.clusters[cluster].parent
            yield cluster

    def depths(self) -> list[int]:
        """How many clusters are around each cluster."""
        depths = [0] + [-1] * (len(self.clusters) - 1)
        for cluster in range(1, len(depths)):
            path = []
            for outer in self.around(cluster):
                if depths[outer] >= 0:
                    break
                path.append(outer)
            for inner in reversed(path):
                depths[inner] = depths[self.clusters[inner].parent] + 1
        return depths


def clusters(snapshot: Snapshot) -> Graph:
    """The graph of a snapshot with its definitions, and the tree of its clusters with their
    members; lines are added by `draw_lines`."""
    graph = Graph()
    graph.new("", 0, GRAPH)
    waiting: deque[tuple[Snapshot, int]] = deque([(snapshot, 0)])
    while waiting:
        part, around = waiting.popleft()
        first = _add(graph, part, around)
        for owner, vertex in enumerate(part.vertices, start=first):
            if vertex.definition is not None:
                inner = graph.new(vertex.label, graph.home[owner], COMPOSITE, owner)
                graph.opens[owner] = inner.id
                waiting.append((vertex.definition, inner.id))
    _place_members(graph, range(len(graph.vertices)))
    _count(graph)
    graph.readers = Counter(edge.source for edge in graph.edges)
    return graph


def _add(graph: Graph, part: Snapshot, around: int) -> int:
    """Add the graph of a snapshot inside a cluster.  Returns the new id of its first vertex."""
    first, first_edge = len(graph.vertices), len(graph.edges)
    of = [around]
    for scope in part.scopes[1:]:
        of.append(graph.new(scope.name, of[scope.parent], MODULE).id)
    graph.vertices += part.vertices
    graph.edges += [_moved(edge, first) for edge in part.edges] if first else part.edges
    graph.home += [of[vertex.scope] for vertex in part.vertices]
    graph.work += [vertex.kind not in (VARIABLE, CONSTANT, OUTPUT) for vertex in part.vertices]
    graph.forward[around] = [first + v for v in part.forward]
    if around:
        owner = graph.clusters[around].owner
        assert owner is not None
        for number, vertex in enumerate(part.vertices, start=first):
            if vertex.operand is not None or vertex.kind == OUTPUT:
                graph.border[number] = owner
    _cut(graph, around, [v for v in range(first, len(graph.vertices)) if graph.work[v]])
    _settle_leaves(graph, range(first_edge, len(graph.edges)))
    return first


def _moved(edge: Edge, by: int) -> Edge:
    source, target = by + edge.source, by + edge.target
    return Edge(source, target, edge.operand, edge.gradient, edge.value, edge.rule)


def _place_members(graph: Graph, vertices: Iterable[int]) -> set[int]:
    """List what stands in the clusters of these vertices, in the order of the forward pass.  A
    composite's cluster stands for its vertex and is no member of its own."""
    seen: set[int] = set()
    for vertex in vertices:
        if vertex in graph.border:
            continue
        key, cluster = ("vertex", vertex), graph.clusters[graph.home[vertex]]
        while cluster.id not in seen:
            seen.add(cluster.id)
            cluster.members = [key]
            if cluster.kind in (GRAPH, COMPOSITE):
                break
            key, cluster = ("cluster", cluster.id), graph.clusters[cluster.parent]
        else:
            cluster.members.append(key)
    return seen


def _cut(graph: Graph, around: int, work: Sequence[int]) -> None:
    """Cut what is long into runs of about equal length, and many runs into runs of them."""
    long = [c for c in sorted(_place_members(graph, work)) if _is_long(graph.clusters[c].members)]
    spans = _spans(graph, around) if long else {}
    for cluster in long:
        members = graph.clusters[cluster].members
        while _is_long(members):
            count = -(-len(members) // LONG)
            size = -(-len(members) // count)
            pieces = [members[i : i + size] for i in range(0, len(members), size)]
            members = [("cluster", _run(graph, cluster, piece, spans)) for piece in pieces]


def _is_long(members: Sequence[Key]) -> bool:
    return len(members) > LONG


def _run(graph: Graph, cluster: int, piece: Sequence[Key], spans: dict[Key, Span]) -> int:
    begin, end = spans[piece[0]][0], spans[piece[-1]][1]
    run = graph.new(f"steps {begin:,}–{end:,}", cluster, RUN)
    for kind, number in piece:
        if kind == "vertex":
            graph.home[number] = run.id
        else:
            graph.clusters[number].parent = run.id
    spans["cluster", run.id] = (begin, end)
    return run.id


def _spans(graph: Graph, around: int) -> dict[Key, Span]:
    """The first and the last step in every vertex and cluster."""
    spans: dict[Key, Span] = {}
    for step, vertex in enumerate(graph.forward[around], start=1):
        spans["vertex", vertex] = (step, step)
        for cluster in graph.around(graph.home[vertex]):
            if cluster == around:
                break
            begin, _ = spans.get(("cluster", cluster), (step, step))
            spans["cluster", cluster] = (begin, step)
    return spans


def _settle_leaves(graph: Graph, edges: Iterable[int]) -> None:
    """Move every leaf out to where it reaches all its readers, and into the run that holds them."""
    reach: dict[int, int] = {}
    for edge in edges:
        source, target = graph.edges[edge].source, graph.edges[edge].target
        if not graph.work[source] and source not in graph.border:
            there = graph.home[target]
            reach[source] = _common(graph, reach[source], there) if source in reach else there
    for leaf, inner in reach.items():
        home = _common(graph, graph.home[leaf], inner)
        below = list(takewhile(lambda c: c != home, graph.around(inner)))  # noqa: B023
        for cluster in reversed(below):
            if graph.clusters[cluster].kind != RUN:
                break
            home = cluster
        graph.home[leaf] = home


def _common(graph: Graph, a: int, b: int) -> int:
    """The innermost cluster around both."""
    if a == b:
        return a
    outer = set(graph.around(a))
    return next(cluster for cluster in graph.around(b) if cluster in outer)


def _count(graph: Graph) -> None:
    """Count the operations in every cluster, those of a composite as one."""
    for around, steps in graph.forward.items():
        for vertex in steps:
            for cluster in graph.around(graph.home[vertex]):
                graph.clusters[cluster].operations += 1
                if cluster == around:
                    break
