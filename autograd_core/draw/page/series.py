"""Equal clusters, and series of them: twelve equal blocks in a row are one box, "block ×12"."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from itertools import groupby

from autograd_core.draw.page.clusters import MODULE, SERIES, Cluster, Graph, Key, Line
from autograd_core.draw.snapshot import Vertex

SHORTEST = 3  # fewer equal ones are shown side by side


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
    for equal, group in groupby(members, key=lambda key: _kin(graph, structure, key)):
        if equal is None:
            continue
        row: list[int] = []
        for _, number in group:
            if row and not ties.continues(row, number):
                if len(row) >= SHORTEST:
                    yield row
                row = []
            row.append(number)
        if len(row) >= SHORTEST:
            yield row


def _kin(graph: Graph, structure: dict[int, int], key: Key) -> Hashable | None:
    """What members of one row have in common: their structure, and the name without its number."""
    kind, number = key
    if kind != "cluster" or graph.clusters[number].kind != MODULE:
        return None
    return structure[number], stem(graph.clusters[number].name)


def stem(name: str) -> str:
    """A name without the number at its end.

    >>> stem("block12"), stem("layers.3")
    ('block', 'layers')
    """
    return re.sub(r"[\W_]*\d+$", "", name)


class _Ties:
    """How the clusters inside one cluster read each other."""

    def __init__(self, graph: Graph, cluster: Cluster) -> None:
        self.graph = graph
        self.into: dict[int, list[Line]] = {}
        self.out: dict[int, list[Line]] = {}
        for line in cluster.lines:
            if line.end[0] == "cluster":
                self.into.setdefault(line.end[1], []).append(line)
            if line.start[0] == "cluster":
                self.out.setdefault(line.start[1], []).append(line)

    def continues(self, row: Sequence[int], number: int) -> bool:
        """Whether a cluster can be the next in a row: it alone reads the one before, in the same
        places as that reads the one before it, and all else it reads is read by every one."""
        last = row[-1]
        if any(line.end != ("cluster", number) for line in self.out.get(last, ())):
            return False
        sources = self._sources(number, last)
        if all(source[0] != "previous" for source in sources):
            return False
        if len(row) > 1:
            return sources == self._sources(last, row[-2])
        before = self._sources(last, -1)
        return all(a[0] == "previous" or a == b for a, b in zip(sources, before, strict=True))

    def _sources(self, number: int, previous: int) -> list[tuple[str, object]]:
        """What a cluster reads at each of its entries."""
        lines = {line.wire: line for line in self.into.get(number, ())}
        sources: list[tuple[str, object]] = []
        for slot in self.graph.clusters[number].entries:
            line = lines[slot]
            if line.start == ("cluster", previous):
                exits = self.graph.clusters[previous].exits
                sources.append(("previous", exits.index(line.wire)))
            else:
                sources.append(("outside", (line.start, line.wire)))
        return sources


def _fold(graph: Graph, around: Cluster, row: Sequence[int]) -> None:
    """Put a series in the place of a row of clusters."""
    first, last = graph.clusters[row[0]], graph.clusters[row[-1]]
    name = stem(first.name) or f"{first.name} … {last.name}"
    series = graph.new(f"{name} ×{len(row)}", around.id, SERIES)
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
