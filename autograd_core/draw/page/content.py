"""The data of a page: the graph as compact JSON that its script reads.

Vertices and edges are lists of short rows; what many of them share (operation, rule) stands once.
A value is a number, or for an array the lines that describe it: its type, then its rows or its
statistics.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from autograd_core.draw.labels import array_type, number, numbers, statistics
from autograd_core.draw.lenses.data import lens_data
from autograd_core.draw.names import clean
from autograd_core.draw.page.clusters import Cluster, Graph
from autograd_core.draw.page.labels import line_edge
from autograd_core.draw.page.scenes import Scene, slot_in, slot_out
from autograd_core.draw.snapshot import Snapshot, Value

if TYPE_CHECKING:
    from autograd_core.draw.diff import Diff
    from autograd_core.explain import Explanation

DIGITS = 12  # of a number: more than a page shows, and without what rounding left behind them
_ENDING = "<>&\u2028\u2029"  # what could end the element or a line of the script


def content(
    snapshot: Snapshot, graph: Graph, scenes: Sequence[Scene], of: Sequence[int]
) -> dict[str, Any]:
    """Everything that the script of a page needs."""
    types, rules = _Numbering(), _Numbering()
    data: dict[str, Any] = {
        "nodes": [_node(graph, number, types) for number in range(len(graph.vertices))],
        "edges": [
            _trimmed(
                edge.target - edge.source, step, edge.operand,
                cell(edge.gradient, with_type=False),
                None if edge.rule is None else rules[edge.rule],
            )
            for edge, step in zip(graph.edges, _steps([e.target for e in graph.edges]), strict=True)
        ],
        "types": [_type(*key) for key in types],
        "rules": [clean(rule, 80) for rule in rules],
        "forward": _steps(snapshot.forward),
        "backward": _steps(snapshot.backward),
    }  # fmt: skip
    lines = {n: clean(v.line) for n, v in enumerate(graph.vertices) if v.line}
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


def lines_of(explanation: Explanation) -> list[tuple[Any, ...]]:
    """The lines of an explanation, with the vertex and the edges that they speak of."""
    return [
        _trimmed(line.level, clean(line.text(), 400), line.vertex, line.edges or None)
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


def _steps(numbers: Iterable[int]) -> tuple[int, ...]:
    """The numbers, each as its difference to the one before: of neighbours that are equal or
    follow one another so little is left that a large page is smaller by a third."""
    return tuple([after - before for before, after in pairwise((0, *numbers))])


def _trimmed(*row: Any) -> tuple[Any, ...]:
    """The row without the Nones at its end.  (A tuple: the collector does not walk through those
    that hold only texts and numbers, and there are many.)"""
    end = len(row)
    while end and row[end - 1] is None:
        end -= 1
    return row[:end]


def cell(value: Value | None, *, with_type: bool = True) -> Any:
    """A value as the script reads it.  The type of a gradient is that of its value."""
    if value is None:
        return None
    if not value.shape:
        x = value.numbers
        if x is None:  # of a program, which has none
            return "–"
        if isinstance(x, float):
            x = float(f"{x:.{DIGITS}g}")
        elif type(x) is not int:
            return number(x)
        return int(x) if x == int(x) and abs(x) < 2**53 else x  # shorter, and the same to it
    rows = numbers(value) or [statistics(value)]
    return "\n".join([array_type(value) if with_type else "", *rows])


def _node(graph: Graph, number: int, types: _Numbering) -> tuple[Any, ...]:
    vertex = graph.vertices[number]
    kind = types[vertex.kind, vertex.label, vertex.primitive, tuple(vertex.params.items())]
    name = clean(vertex.name) or None if vertex.name else None
    # With one reader it is what that sends back, which the edge says.
    gradient = vertex.gradient if graph.readers[number] != 1 else None
    return _trimmed(kind, name, cell(vertex.value), cell(gradient, with_type=False))


def _type(
    kind: str, label: str, primitive: str | None, params: Sequence[tuple[str, str]]
) -> list[str]:
    """What vertices have in common: kind, sign, operation and parameters, without the empty ones at
    the end."""
    told = ", ".join(f"{clean(key)}={clean(text)}" for key, text in params)
    row = [kind, clean(label), clean(primitive or ""), told]
    while not row[-1]:
        row.pop()
    return row


def _cluster(graph: Graph, cluster: Cluster, of: Sequence[int]) -> tuple[Any, ...]:
    members = [number if kind == "vertex" else ~number for kind, number in cluster.members]
    lines = [line.edges[0] for line in cluster.lines]
    joined = {
        n: (line.edges, cell(line_edge(graph, line).gradient, with_type=False))
        for n, line in enumerate(cluster.lines)
        if len(line.edges) > 1
    }
    owner = -1 if cluster.owner is None else cluster.owner
    return _trimmed(
        clean(cluster.name), cluster.kind, cluster.parent, owner, of[cluster.id],
        cluster.operations, _steps(members), _steps(lines), joined or None,
        cluster.instances or None,
    )  # fmt: skip


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
