"""What the boxes and lines of a page say, as parts of a snapshot that the pictures can draw."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from autograd_core.draw.page.clusters import SERIES, Cluster, Graph, Key, Line
from autograd_core.draw.snapshot import GROUP, Edge, Value, Vertex
from autograd_core.draw.snapshot.fold import sum_of


def node_vertex(graph: Graph, key: Key, new_id: int) -> Vertex:
    """A member of a cluster as the vertex that is drawn for it when it is closed."""
    kind, number = key
    if kind == "vertex":
        return replace(graph.vertices[number], id=new_id)
    cluster = graph.clusters[number]
    return Vertex(
        new_id, GROUP, cluster.name, _result_name(graph, cluster), members=cluster.operations
    )


def _result_name(graph: Graph, cluster: Cluster) -> str | None:
    """The name of what leaves a cluster, if this is one value."""
    last = graph.clusters[cluster.instances[-1]] if cluster.instances else cluster
    leaving = [line for line in last.lines if line.end[0] == "exit"]
    sources = {graph.edges[line.edges[0]].source for line in leaving}
    return graph.vertices[sources.pop()].name if len(sources) == 1 else None


def line_edge(graph: Graph, line: Line) -> Edge:
    """The edges of a line as one, with the sum of their gradients."""
    first = graph.edges[line.edges[0]]
    if len(line.edges) == 1:
        return first
    return replace(first, gradient=_total(graph, line), rule=None)


def _total(graph: Graph, line: Line) -> Value | None:
    edges = [graph.edges[number] for number in line.edges]
    gradients = [edge.gradient for edge in edges if edge.gradient is not None]
    if len(gradients) < 2:
        return gradients[0] if gradients else None
    total = sum_of(gradients)
    if total is None and len(edges) == graph.readers[edges[0].source]:
        return graph.vertices[edges[0].source].gradient
    return total


def labelled_lines(graph: Graph, cluster: Cluster) -> tuple[bool, ...]:
    """For every line of a cluster whether it has a label where it runs through it.

    The label of a line that crosses borders stands between the two clusters.  Within a cluster it
    is repeated where a line splits behind the border, and in a series, whose lines between one
    cluster and the next are not drawn.
    """
    in_series = graph.clusters[cluster.parent].kind == SERIES
    starts = Counter(line.start for line in cluster.lines)
    return tuple([
        line.end[0] != "exit"
        and (line.start[0] != "entry" or in_series or starts[line.start] > 1)
        for line in cluster.lines
    ])  # fmt: skip
