"""A real Graphviz engine reads our DOT as it is meant, names included."""

import json
from xml.etree import ElementTree as ET

import pytest

from autograd_core.draw.dot import to_dot
from autograd_core.draw.engine import render
from autograd_core.draw.names import clean
from autograd_core.draw.picture import Graph
from tests.draw.graphs import SAMPLES
from tests.draw.test_names import HOSTS, PAYLOADS, named

pytestmark = pytest.mark.reference
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", ["buy_apple_orange", "sigmoid_scope", "two_layer_net", "scoped_1"])
def test_the_engine_finds_every_vertex_edge_and_scope(name: str) -> None:
    snapshot = SAMPLES[name]
    drawn = json.loads(render(to_dot(snapshot), "json"))
    names = [part["name"] for part in drawn["objects"]]
    vertices = {f"v{v.id}" for v in snapshot.vertices}
    labels = {f"e{index}" for index in range(len(snapshot.edges))}
    clusters = {f"cluster_{scope.id}" for scope in snapshot.scopes[1:]}
    assert set(names) == vertices | labels | clusters
    assert len(drawn["edges"]) == 2 * len(snapshot.edges)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_name_is_drawn_as_the_text_that_it_is(payload: str) -> None:
    host = HOSTS[0]
    root = ET.fromstring(render(to_dot(named(host, payload)), "svg"))
    groups = [g.get("id") for g in root.iter(f"{SVG}g") if g.get("class") == "node"]
    assert len(groups) == len(host.vertices) + len(host.edges)
    texts = {" ".join((t.text or "").split()) for t in root.iter(f"{SVG}text")}
    assert clean(payload) in texts | {""}
    assert not root.findall(f".//{SVG}a")


@pytest.mark.parametrize(("form", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_pictures_of_the_engine(form: str, start: bytes) -> None:
    assert render(Graph(SAMPLES["two_layer_net"], 1).to_dot(), form).startswith(start)
