"""Graph: every format, files, notebooks; from Tensors to pictures."""

import json
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from autograd_core import GraphError, RenderError, SnapshotError, Tensor, sigmoid
from autograd_core.draw import Graph, graph
from autograd_core.draw.picture import LARGE
from autograd_core.draw.snapshot import GROUP
from tests.draw.graphs import SAMPLES, chain, residual

APPLE = Graph(SAMPLES["buy_apple"])


def price() -> Tensor:
    apple, count = Tensor(100, name="apple"), Tensor(2, name="count")
    result = apple * count * Tensor(1.1, name="tax")
    result.name = "price"
    return result


def test_a_tensor_draws_its_graph() -> None:
    result = price()
    assert "price = 220  ∂ –  [×]" in str(graph(result))
    result.backward()
    assert str(graph(result)).split("\n") == [
        "price = 220  ∂ 1  [×]",
        "├─ n2 = 200  ∂ 1.1  [×]",
        "│  ├─ apple = 100  ∂ 2.2",
        "│  └─ count = 2  ∂ 110",
        "└─ tax = 1.1  ∂ 200",
    ]


def test_a_composite_is_one_node_that_opens_with_the_depth() -> None:
    y = sigmoid(Tensor(1.0, name="x"))
    assert [len(graph(y, depth).drawn.forward) for depth in (None, 0)] == [1, 1]
    assert len(graph(y, 1).drawn.forward) > 3


def test_the_full_snapshot_is_kept_when_scopes_are_closed() -> None:
    closed = Graph(SAMPLES["two_layer_net"], 0)
    assert closed.snapshot is SAMPLES["two_layer_net"]
    assert [v.label for v in closed.drawn.vertices if v.kind == GROUP] == ["net"]
    assert "(5 ops)" in closed.to_svg()
    assert "net (5 ops)" in closed.to_steps()


@pytest.mark.parametrize(
    ("suffix", "start"),
    [
        (".html", "<!DOCTYPE html>"),
        (".svg", "<svg "),
        (".dot", "digraph"),
        (".gv", "digraph"),
        (".json", "{"),
        (".txt", "price"),
    ],
)
def test_the_suffix_names_the_format(suffix: str, start: str, tmp_path: Path) -> None:
    path = APPLE.save(tmp_path / f"apple{suffix.upper()}")
    assert path == tmp_path / f"apple{suffix.upper()}"
    assert path.read_text(encoding="utf-8").startswith(start)


@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_an_engine_makes_the_other_formats(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "autograd_core.draw.picture.render", lambda dot, form: f"{form} of {dot}".encode()
    )
    written = APPLE.save(str(tmp_path / f"apple{suffix}")).read_text(encoding="utf-8")
    assert written == f"{suffix[1:]} of {APPLE.to_dot()}"
    assert APPLE.to_svg(engine="dot").startswith("svg of digraph")


@pytest.mark.parametrize("name", ["apple.jpeg", "apple", "apple.htm\x1b[31m"])
def test_another_suffix_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(RenderError) as caught:
        APPLE.save(tmp_path / name)
    assert str(caught.value) == (
        f"graph: cannot save {name.replace(chr(27), '')!r}: its suffix names none of the formats "
        ".html .svg .png .pdf .dot .gv .json .txt."
    )
    assert list(tmp_path.iterdir()) == []


def test_another_engine_is_refused() -> None:
    with pytest.raises(
        RenderError, match=r"engine is .neato.\. It is \"dot\" for Graphviz, None for"
    ):
        APPLE.to_svg(engine="neato")


@pytest.mark.parametrize("name", SAMPLES)
def test_a_saved_graph_is_loaded_unchanged(name: str, tmp_path: Path) -> None:
    path = Graph(SAMPLES[name]).save(tmp_path / "graph.json")
    assert Graph.load(path) == Graph(SAMPLES[name])
    assert Graph.load(path, 0).depth == 0


BROKEN = ["[]", "{", "{}", b"\xff\xfe\x00\xd8", "[" * 100_000, '{"version": 99}']


@pytest.mark.parametrize("content", BROKEN)
def test_a_file_that_is_no_snapshot_is_refused(content: str | bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SnapshotError, match=r"^snapshot: "):
        Graph.load(path)


FAULTS: list[tuple[str, Any]] = [
    ("vertices 0 id", 7),
    ("vertices 0 kind", "script"),
    ("vertices 0 name", ["x"]),
    ("vertices 0 scope", 1),
    ("vertices 0 members", -1),
    ("values 0 shape", ["x"]),
    ("values 0 numbers", [1, 2]),
    ("values 0 numbers", {}),
    ("values 0 mean", "<b>"),
    ("values 0 nans", None),
    ("vertices 2 params", {"axis": 1}),
    ("edges 0 source", -1),
    ("edges 0 target", 99),
    ("edges 0 target", 0),
    ("edges 0 operand", True),
    ("edges 0 colour", "red"),
    ("scopes 0 parent", 5),
    ("scopes 0 name", None),
    ("forward 0", 77),
    ("notes", [3]),
]


@pytest.mark.parametrize(("place", "wrong"), FAULTS)
def test_a_changed_file_is_refused(place: str, wrong: Any, tmp_path: Path) -> None:
    data = json.loads(APPLE.to_json())
    part = data
    *outer, last = [int(key) if key.isdigit() else key for key in place.split()]
    for key in outer:
        part = part[key]
    part[last] = wrong
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(SnapshotError, match=r"^snapshot: "):
        Graph.load(path)


def test_a_result_that_nothing_leads_to_is_drawn_alone() -> None:
    lone = Graph(replace(SAMPLES["chain"], edges=(), forward=(), backward=()))
    assert lone.to_text().count("\n") == len(lone.snapshot.vertices) - 1
    assert lone.to_svg().count("<g ") == len(lone.snapshot.vertices)


def test_the_fault_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text(APPLE.to_json().replace('"target":2', '"target":99', 1), encoding="utf-8")
    with pytest.raises(SnapshotError, match=r"of edge 0 is wrong\. .* save the graph again\.$"):
        Graph.load(path)


def test_it_shows_itself_in_a_notebook() -> None:
    bundle = APPLE._repr_mimebundle_()
    assert bundle["image/svg+xml"] == APPLE.to_svg() == APPLE._repr_svg_()
    assert bundle["text/plain"] == str(APPLE)


def test_a_notebook_frames_the_page_and_lets_it_reach_nothing() -> None:
    frames: list[dict[str, str | None]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: frames.append(dict(attrs))  # type: ignore[method-assign]
    parser.feed(APPLE._repr_mimebundle_()["text/html"])
    (frame,) = frames
    assert frame["srcdoc"] == APPLE.to_html()
    assert frame["sandbox"] == "allow-scripts"


def test_a_large_graph_says_what_to_do_in_a_notebook() -> None:
    large = Graph(chain(2500))
    assert large._repr_mimebundle_() == {
        "text/plain": "<graph: 2500 operations> Too large to show here: save it as .html, or close "
        "scopes: graph(x, depth=1)."
    }


def test_a_notebook_gets_no_page_of_a_large_graph_that_is_folded() -> None:
    folded = Graph(residual(250), 0)
    assert len(folded.snapshot.vertices) > LARGE > len(folded.drawn.vertices)
    assert set(folded._repr_mimebundle_()) == {"image/svg+xml", "text/plain"}


def test_show_opens_a_file_in_the_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened: list[str] = []
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("webbrowser.open", lambda url: not opened.append(url))
    APPLE.show()
    (file,) = tmp_path.iterdir()
    assert opened == [file.as_uri()]
    assert file.read_text(encoding="utf-8") == APPLE.to_html()
    monkeypatch.setattr("webbrowser.open", lambda url: False)
    with pytest.raises(RenderError, match=r"no browser was found\. The page is in .*\.html\.$"):
        APPLE.show()


def test_show_displays_below_the_cell_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Graph] = []
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=shown.append))
    APPLE.show()
    assert shown == [APPLE]


def test_print_writes_the_tree(capsys: pytest.CaptureFixture[str]) -> None:
    APPLE.print()
    assert capsys.readouterr().out == f"{APPLE}\n"


def test_repr_is_short() -> None:
    assert repr(APPLE) == "<graph of price: 2 operations>"


def test_drawing_leaves_the_tensor_as_it_was() -> None:
    result = price()
    graph(result).to_svg()
    assert result.grad is None
    result.backward()
    assert result.creator is not None


def test_only_tensors_have_graphs() -> None:
    with pytest.raises(GraphError, match="graph: ndarray is not a Tensor"):
        graph(np.ones(3))  # type: ignore[arg-type]
    with pytest.raises(GraphError, match="graph: depth is -2"):
        graph(price(), -2)


def test_a_graph_explains_compares_and_simplifies_itself() -> None:
    x = Tensor(2.0, name="x")
    y = sigmoid(x)
    y.backward()
    drawn = graph(y)
    assert "x" in drawn.explain(wrt="x").text()
    assert drawn.explain(format="latex").format == "latex"
    assert [v.name for v in drawn.diff(graph(sigmoid(x) * 2)).added] != []
    assert drawn.simplify()[0].rule == "sigmoid"
    with pytest.raises(GraphError, match=r"simplify: this graph comes from a file"):
        Graph(drawn.snapshot).simplify()


def test_a_page_plays_what_its_depth_opens() -> None:
    closed, opened = (graph(sigmoid(Tensor(0.0)), depth).to_html() for depth in (0, 1))
    assert (closed.count('"forward":[1]'), opened.count('"forward":[1]')) == (1, 0)
    steps = re.search(r'"forward":(\[[\d,]*\])', opened)
    assert steps is not None
    assert len(json.loads(steps[1])) == 4  # × -1, exp, +, /


def test_a_page_tells_its_explanation_and_its_simplification_where_that_is_asked_for() -> None:
    x = Tensor(0.5, name="x")
    y = np.log(np.exp(x))
    y.backward()
    plain, told, simplified = (
        graph(y).to_html(**options)
        for options in ({}, {"explanation": True}, {"simplification": True})
    )
    assert ("The pass starts with" in plain, "The pass starts with" in told) == (False, True)
    assert ("log(exp(x)) = x" in plain, "log(exp(x)) = x" in simplified) == (False, True)


def test_the_lines_of_an_explanation_select_what_is_opened() -> None:
    y = sigmoid(Tensor(0.5, name="x"))
    y.backward()
    html = graph(y, depth=1).to_html(explanation=True)
    data = json.loads(re.search(r'id="data">(.*?)</script>', html, re.DOTALL)[1])  # type: ignore[index]
    spoken_of = [line[2] for line in data["explanation"] if len(line) > 2]
    assert spoken_of
    assert all(vertex is None or vertex < len(data["nodes"]) for vertex in spoken_of)
    types = [data["types"][data["nodes"][v][0]] for v in spoken_of if v is not None]
    assert {text for told in types for text in told} >= {"exp", "add", "reciprocal"}
