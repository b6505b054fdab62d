"""The lines within every cluster: the edges of the graph, cut where they cross a border.

Edges that carry one value into one cluster are one line.  A line that leaves or enters a cluster
meets its border at a slot; the piece on the other side starts or ends at the same slot.
"""

from __future__ import annotations

from collections.abc import Iterator

from autograd_core.draw.page.clusters import Graph, Key, Line

Piece = tuple[int, Key, Key]  # a cluster, and where in it the piece starts and ends


def draw_lines(graph: Graph) -> None:
    """Give every cluster its lines and the slots on its border."""
    depths = graph.depths()
    known: dict[tuple[int, Key, Key, int], Line] = {}
    joined: dict[tuple[int, Key, Key, int], list[int]] = {}
    for edge, wire in enumerate(wires(graph)):
        for place, start, end in _course(graph, depths, edge, wire):
            line = Line(start, end, wire, (edge,))
            if not start[0] == end[0] == "vertex":
                first = known.setdefault((place, start, end, wire), line)
                if first is not line:
                    joined.setdefault((place, start, end, wire), [*first.edges]).append(edge)
                    continue
            graph.clusters[place].lines.append(line)
    for piece, edges in joined.items():
        known[piece].edges = tuple(edges)
    for cluster in graph.clusters:
        entries = [line.start[1] for line in cluster.lines if line.start[0] == "entry"]
        exits = [line.end[1] for line in cluster.lines if line.end[0] == "exit"]
        cluster.entries = tuple(dict.fromkeys(entries))
        cluster.exits = tuple(dict.fromkeys(exits))


def wires(graph: Graph) -> list[int]:
    """A number for the value that every edge carries: edges of one source share it, unless they
    carry different results of a group."""
    number: dict[int | tuple[int, str], int] = {}
    return [
        number.setdefault(
            edge.source if edge.value is None else (edge.source, repr(edge.value)), len(number)
        )
        for edge in graph.edges
    ]


def _course(graph: Graph, depths: list[int], edge: int, wire: int) -> Iterator[Piece]:
    """The pieces of an edge: out of the clusters around its source, across the one that holds both
    its ends, into the clusters around its target."""
    source, target = graph.edges[edge].source, graph.edges[edge].target
    here, there = graph.home[source], graph.home[target]
    start: Key = ("vertex", source) if source not in graph.border else ("entry", source)
    end: Key = ("vertex", target) if target not in graph.border else ("exit", target)
    while here != there:
        if depths[here] >= depths[there]:
            yield here, start, ("exit", wire)
            start, here = ("cluster", here), graph.clusters[here].parent
        else:
            yield there, ("entry", wire), end
            end, there = ("cluster", there), graph.clusters[there].parent
    yield here, start, end
