"""Equal clusters, and series of them: twelve equal blocks in a row are one box, "block ×12"."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from functools import partial

from autograd_core.draw.page.clusters import MODULE, SERIES, Cluster, Graph, Key, Line
from autograd_core.draw.snapshot import Vertex
from autograd_core.draw.snapshot.rows import SHORTEST, Read, row_name, rows, stem


def fold_series(graph: Graph) -> list[int]:
    """Make a series of every row of equal modules.  Returns a number for every cluster, the same
    for those of equal structure: of equal operations, shapes, wiring and inner clusters."""
    depths = graph.depths()
    inwards = sorted(graph.clusters, key=lambda cluster: -depths[cluster.id])
    known: dict[Hashable, int] = {}
    structure: dict[int, int] = {}
    for cluster in inwards:
        for row in list(_rows(graph, cluster, structure)):
            _fold(graph, cluster, row)
            structure[len(graph.clusters) - 1] = known.setdefault(
                (SERIES, len(row), structure[row[0]]), len(known)
            )
        key = _structure(graph, cluster, structure)
        structure[cluster.id] = known.setdefault(key, len(known))
    return [structure[cluster.id] for cluster in graph.clusters]


def _structure(graph: Graph, cluster: Cluster, inner: dict[int, int]) -> Hashable:
    """All that makes a cluster what it is, but its numbers and names."""
    index = {key: number for number, key in enumerate(cluster.nodes())}
    nodes = tuple(
        (kind, inner[number])
        if kind == "cluster"
        else (kind, _operation(graph.vertices[number]), inner.get(graph.opens.get(number, -1)))
        if kind == "vertex"
        else (kind, None)
        for kind, number in index
    )
    lines = tuple((index[line.start], index[line.end]) for line in cluster.lines)
    return cluster.kind, nodes, lines


def _operation(vertex: Vertex) -> Hashable:
    value = vertex.value
    return (
        vertex.kind, vertex.label, vertex.primitive, tuple(vertex.params.items()),
        vertex.name is None, value and value.shape, value and value.dtype,
    )  # fmt: skip


def _rows(graph: Graph, cluster: Cluster, structure: dict[int, int]) -> Iterator[list[int]]:
    """The rows of equal modules in a cluster."""
    if sum(kind == "cluster" for kind, _ in cluster.members) < SHORTEST:
        return
    members = [key for key in cluster.members if key[0] == "cluster" or graph.work[key[1]]]
    ties = _Ties(graph, cluster)
    for row in rows(members, partial(_kin, graph, structure), ties.reads, ties.readers):
        yield [number for _, number in row]


def _kin(graph: Graph, structure: dict[int, int], key: Key) -> Hashable | None:
    """What members of one row have in common: their structure, and the name without its number."""
    kind, number = key
    if kind != "cluster" or graph.clusters[number].kind != MODULE:
        return None
    return structure[number], stem(graph.clusters[number].name)


class _Ties:
    """How the clusters inside one cluster read each other."""

    def __init__(self, graph: Graph, cluster: Cluster) -> None:
        self.graph = graph
        self.into: dict[Key, dict[int, Line]] = {}
        self.out: dict[Key, list[Key]] = {}
        for line in cluster.lines:
            self.into.setdefault(line.end, {})[line.wire] = line
            self.out.setdefault(line.start, []).append(line.end)

    def reads(self, key: Key) -> list[Read]:
        """What a cluster reads at each of its entries."""
        lines = self.into.get(key, {})
        return [self._read(lines[slot]) for slot in self.graph.clusters[key[1]].entries]

    def _read(self, line: Line) -> Read:
        kind, number = line.start
        if kind != "cluster":
            return line.start, line.wire
        return line.start, self.graph.clusters[number].exits.index(line.wire)

    def readers(self, key: Key) -> list[Key]:
        """What reads a cluster."""
        return self.out.get(key, [])


def _fold(graph: Graph, around: Cluster, row: Sequence[int]) -> None:
    """Put a series in the place of a row of clusters."""
    first, last = graph.clusters[row[0]], graph.clusters[row[-1]]
    name = row_name(first.name, last.name, len(row))
    series = graph.new(name, around.id, SERIES)
    series.instances = tuple(row)
    series.entries, series.exits = first.entries, last.exits
    inside = set(row)
    for number in row:
        graph.clusters[number].parent = series.id
        series.operations += graph.clusters[number].operations
    places = dict.fromkeys(
        ("cluster", series.id) if key[0] == "cluster" and key[1] in inside else key
        for key in around.members
    )
    around.members = list(places)
    around.lines = list(_joined(around.lines, inside, series.id))


def _joined(lines: Sequence[Line], inside: set[int], series: int) -> Iterator[Line]:
    """The lines around a series.  What all its clusters read is one line."""
    here: Key = ("cluster", series)
    into: dict[tuple[Key, int], Line] = {}
    for line in lines:
        leaves = line.start[0] == "cluster" and line.start[1] in inside
        enters = line.end[0] == "cluster" and line.end[1] in inside
        if leaves and enters:
            continue
        if enters and (line.start, line.wire) in into:
            into[line.start, line.wire].edges += line.edges
            continue
        start, end = here if leaves else line.start, here if enters else line.end
        joined = Line(start, end, line.wire, line.edges)
        if enters:
            into[line.start, line.wire] = joined
        yield joined
