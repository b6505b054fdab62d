"""The data of a page: the graph as compact JSON that its script reads.

Vertices and edges are lists of short rows; what many of them share (operation, rule) stands once.
A value is a number, or for an array the lines that describe it: its type, then its rows or its
statistics.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd_core.draw.labels import array_type, number, numbers, statistics
from autograd_core.draw.lenses.data import lens_data
from autograd_core.draw.names import clean
from autograd_core.draw.page.clusters import Cluster, Graph
from autograd_core.draw.page.labels import line_edge
from autograd_core.draw.page.scenes import Scene, slot_in, slot_out
from autograd_core.draw.snapshot import Snapshot, Value, Vertex

if TYPE_CHECKING:
    from autograd_core.draw.diff import Diff
    from autograd_core.explain import Explanation

_ENDING = "<>&\u2028\u2029"  # what could end the element or a line of the script


def content(
    snapshot: Snapshot, graph: Graph, scenes: Sequence[Scene], of: Sequence[int], title: str
) -> dict[str, Any]:
    """Everything that the script of a page needs."""
    types, rules = _Numbering(), _Numbering()
    data: dict[str, Any] = {
        "title": title,
        "nodes": [_node(graph, vertex, types) for vertex in graph.vertices],
        "edges": [
            _trimmed([
                edge.source, edge.target, edge.operand, cell(edge.gradient, with_type=False),
                None if edge.rule is None else rules[clean(edge.rule, 80)],
            ])
            for edge in graph.edges
        ],
        "types": list(types),
        "rules": list(rules),
        "forward": snapshot.forward,
        "backward": snapshot.backward,
    }  # fmt: skip
    lines = {v.id: clean(v.line) for v in graph.vertices if v.line}
    if lines:
        data["where"] = lines
    if len(graph.clusters) > 1:
        data["clusters"] = [_cluster(graph, cluster, of) for cluster in graph.clusters]
        drawn = {of[c.id]: c for c in reversed(graph.clusters) if not c.instances}
        data["scenes"] = [_scene(scene, graph, drawn[n]) for n, scene in enumerate(scenes)]
    return data


def lens_part(snapshot: Snapshot) -> dict[str, Any]:
    """What the lenses show, and the bytes that operations keep, for a graph of arrays; numbers say
    it all themselves."""
    if not any(vertex.value and vertex.value.shape for vertex in snapshot.vertices):
        return {}
    lenses = lens_data(snapshot)
    saved = {vertex.id: vertex.saved for vertex in snapshot.vertices if vertex.saved}
    part: dict[str, Any] = {"saved": saved} if saved and snapshot.backward else {}
    return part | ({"lenses": lenses} if lenses["lenses"] else {})


def marks_of(diff: Diff) -> dict[str, Any]:
    """What became of every vertex and edge, as one letter each, and the remarks on vertices."""
    marks = diff.marks
    return {
        "nodes": "".join(mark[0] for mark in marks.vertices),
        "edges": "".join(mark[0] for mark in marks.edges),
        "remarks": {v: clean(text, 120) for v, text in enumerate(marks.remarks) if text},
    }


def lines_of(explanation: Explanation) -> list[list[Any]]:
    """The lines of an explanation, with the vertex and the edges that they speak of."""
    return [
        _trimmed([line.level, clean(line.text(), 400), line.vertex, line.edges or None])
        for line in explanation.lines
    ]


def to_json(data: dict[str, Any]) -> str:
    """The data as JSON that can stand in an HTML document: no character of it ends the element."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in _ENDING:
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


class _Numbering(dict[Any, int]):
    """Numbers things in the order in which they are first asked for."""

    def __missing__(self, key: Any) -> int:
        self[key] = len(self)
        return self[key]


def _trimmed(row: list[Any]) -> list[Any]:
    """The row without the Nones at its end."""
    while row and row[-1] is None:
        row.pop()
    return row


def cell(value: Value | None, *, with_type: bool = True) -> Any:
    """A value as the script reads it.  The type of a gradient is that of its value."""
    if value is None:
        return None
    if not value.shape:
        x = value.numbers
        if isinstance(x, float) or type(x) is int:
            return int(x) if x == int(x) and abs(x) < 2**53 else x  # shorter, and the same to it
        return number(x)
    rows = numbers(value) or [statistics(value)]
    return "\n".join([array_type(value) if with_type else "", *rows])


def _node(graph: Graph, vertex: Vertex, types: _Numbering) -> list[Any]:
    params = ", ".join(f"{clean(key)}={clean(text)}" for key, text in vertex.params.items())
    kind = types[vertex.kind, clean(vertex.label), clean(vertex.primitive or ""), params]
    name = clean(vertex.name or "") or None
    # With one reader it is what that sends back, which the edge says.
    gradient = vertex.gradient if graph.readers[vertex.id] != 1 else None
    return _trimmed([kind, name, cell(vertex.value), cell(gradient, with_type=False)])


def _cluster(graph: Graph, cluster: Cluster, of: Sequence[int]) -> list[Any]:
    members = [number if kind == "vertex" else ~number for kind, number in cluster.members]
    lines = [
        line.edges[0]
        if len(line.edges) == 1
        else [line.edges, cell(line_edge(graph, line).gradient, with_type=False)]
        for line in cluster.lines
    ]
    owner = -1 if cluster.owner is None else cluster.owner
    name = clean(cluster.name)
    return [
        name, cluster.kind, cluster.parent, owner, of[cluster.id], cluster.operations, members,
        lines, *([cluster.instances] if cluster.instances else []),
    ]  # fmt: skip


def _scene(scene: Scene, graph: Graph, cluster: Cluster) -> dict[str, Any]:
    """A scene, with the ends of its lines as in the first cluster that has it."""
    place = {key: number for number, key in enumerate(cluster.nodes())}
    lines = []
    for line, label, way in zip(cluster.lines, scene.labels, scene.ways, strict=True):
        middle = label and [_n(label.x + label.width / 2), _n(label.line), _n(label.width)]
        corners = [_n(x) for corner in way for x in corner]
        slots = slot_out(graph, line), slot_in(graph, line)
        lines.append([place[line.start], place[line.end], *slots, middle, *corners])
    return {
        "width": _n(scene.width),
        "height": _n(scene.height),
        "members": [
            [_n(box.x), _n(box.y), _n(box.width), _n(box.height), _n(box.line)]
            for box in scene.members
        ],
        "lines": lines,
        "entries": [_n(y) for y in scene.entries],
        "exits": [_n(y) for y in scene.exits],
        "enter": [_n(y) for y in scene.enter],
        "leave": [_n(y) for y in scene.leave],
    }


def _n(x: float) -> float:
    """A coordinate with one decimal at most."""
    rounded = round(x, 1)
    return int(rounded) if rounded == int(rounded) else rounded
