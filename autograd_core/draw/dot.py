"""DOT of a snapshot through the `graphviz` package, in the look of the other pictures.

Every edge is split by a table without borders: the value, a rule that continues the edge, the
gradient.  (An ordinary edge label would put both numbers on one side of the line.)
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape as escape_html
from typing import Any, cast

from autograd_core.draw.metrics import (
    Line,
    is_circle,
    lower_lines,
    readers,
    upper_lines,
    vertex_lines,
)
from autograd_core.draw.names import clean
from autograd_core.draw.snapshot import GROUP, OPERATION, OUTPUT, Edge, Snapshot, Vertex

# Six-digit colours only: some engines read no others.
INK, SOFT, BACK = "#1f2328", "#656d76", "#b42318"
LINE, GROUP_FILL, FRAME_FILL, FRAME = "#57606a", "#eaf0f7", "#f6f8fa", "#c5ccd3"
COLOUR = {"gradient": BACK, "gradient none": SOFT, "note": SOFT, "title": SOFT}


def to_dot(snapshot: Snapshot) -> str:
    """The snapshot in the DOT language: vertices are v0, v1, …, the labels of edges e0, e1, …, and
    scopes are clusters.  Names are escaped, so that none can be read as markup."""
    graphs = _graphs(snapshot)
    count = readers(snapshot)
    for vertex in snapshot.vertices:
        attributes = _vertex(vertex, count[vertex.id])
        graphs[vertex.scope].node(f"v{vertex.id}", id=f"v{vertex.id}", **attributes)
    depths = snapshot.depths()
    for index, edge in enumerate(snapshot.edges):
        graphs[_scope_of_both(snapshot, depths, edge)].node(
            f"e{index}", _table(snapshot, edge), id=f"e{index}", shape="plain", style="solid"
        )
    for scope in sorted(snapshot.scopes[1:], key=lambda scope: -depths[scope.id]):
        graphs[scope.parent].subgraph(graphs[scope.id])
    for index, edge in enumerate(snapshot.edges):
        graphs[0].edge(f"v{edge.source}", f"e{index}:line:w", arrowhead="none")
        graphs[0].edge(f"e{index}:line:e", f"v{edge.target}")
    return str(graphs[0].source)


def _graphs(snapshot: Snapshot) -> dict[int, Any]:
    """The empty graph, and the empty cluster of every scope."""
    import graphviz

    font = {"fontname": "Helvetica", "fontsize": "13", "fontcolor": INK}
    whole = graphviz.Digraph(
        "computation",
        graph_attr={**font, "rankdir": "LR", "nodesep": "0.2", "ranksep": "0.25"},
        node_attr={**font, "color": INK, "fillcolor": "#ffffff", "style": "filled"},
        edge_attr={"color": LINE, "arrowsize": "0.7"},
    )
    if snapshot.notes:
        whole.attr(label=_escape(*(clean(note, 200) for note in snapshot.notes)), fontcolor=SOFT)
    frame = {"style": "rounded,filled", "color": FRAME, "fillcolor": FRAME_FILL, "labeljust": "l"}
    clusters = {
        scope.id: graphviz.Digraph(
            f"cluster_{scope.id}",
            graph_attr={**frame, "label": _escape(clean(scope.name)), "fontcolor": SOFT},
        )
        for scope in snapshot.scopes[1:]
    }
    return {0: whole, **clusters}


def _vertex(vertex: Vertex, readers: int) -> dict[str, str]:
    lines = vertex_lines(vertex, readers)
    label = _escape(*(line.text for line in lines))
    if is_circle(vertex):
        return {"label": label, "shape": "circle", "width": "0.48", "fixedsize": "true"}
    if vertex.kind == GROUP:
        return {"label": label, "shape": "box", "style": "rounded,filled", "fillcolor": GROUP_FILL}
    if vertex.kind == OPERATION:
        return {"label": label, "shape": "box", "style": "rounded,filled"}
    if lines:
        return {"label": label, "shape": "plaintext", "style": "solid"}
    shape = "none" if vertex.kind == OUTPUT else "point"
    return {"label": "", "shape": shape, "width": "0.06", "height": "0.06", "fillcolor": LINE}


def _table(snapshot: Snapshot, edge: Edge) -> str:
    """The label that splits an edge, as Graphviz's HTML-like table."""
    upper = "".join(map(_row, upper_lines(snapshot, edge)))
    lower = "".join(map(_row, lower_lines(edge)))
    return (
        '<<table border="0" cellborder="0" cellspacing="0" cellpadding="1">'
        f'{upper}<tr><td port="line" height="1" cellpadding="0" bgcolor="{LINE}"></td></tr>{lower}'
        "</table>>"
    )


def _row(line: Line) -> str:
    size = f' point-size="{line.size:g}"'
    colour = COLOUR.get(line.kind, INK)
    text = escape_html(line.text) or "&#160;"  # an empty <font> is a syntax error
    return f'<tr><td><font color="{colour}"{size}>{text}</font></td></tr>'


def _escape(*lines: str) -> str:
    """Lines of text as a label: no entity, escape sequence or markup in them is read as one."""
    import graphviz

    escaped = [graphviz.escape(line.replace("&", "&amp;")) for line in lines]
    return cast(str, graphviz.nohtml("\\n".join(escaped)))


def _scope_of_both(snapshot: Snapshot, depths: Sequence[int], edge: Edge) -> int:
    """The innermost scope that holds both ends of an edge."""
    a, b = (snapshot.vertices[end].scope for end in (edge.source, edge.target))
    while a != b:
        if depths[a] >= depths[b]:
            a = snapshot.scopes[a].parent
        else:
            b = snapshot.scopes[b].parent
    return a
