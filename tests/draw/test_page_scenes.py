"""The clusters of a page: what is in them, equal ones, series, runs; and how they are drawn."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from autograd_core import Tensor, graph, softmax
from autograd_core.draw.page.clusters import RUN, SERIES, Cluster, Graph, clusters
from autograd_core.draw.page.lines import draw_lines
from autograd_core.draw.page.scenes import Scene, scenes
from autograd_core.draw.page.series import fold_series
from autograd_core.draw.snapshot import Snapshot
from tests.draw.graphs import SAMPLES, Builder, array, chain, residual


def made(snapshot: Snapshot) -> tuple[Graph, list[Scene], list[int]]:
    graph = clusters(snapshot)
    draw_lines(graph)
    structure = fold_series(graph)
    return graph, *scenes(graph, structure)


def named(graph: Graph, name: str) -> Cluster:
    (found,) = [cluster for cluster in graph.clusters if cluster.name == name]
    return found


def kinds(graph: Graph, kind: str) -> list[Cluster]:
    return [cluster for cluster in graph.clusters if cluster.kind == kind]


def test_a_parameter_stands_with_its_module_and_an_input_outside() -> None:
    graph, _, _ = made(SAMPLES["two_layer_net"])
    names = {graph.vertices[v].name: graph.clusters[c].name for v, c in enumerate(graph.home)}
    assert names["x"] == names["t"] == ""
    affine = named(graph, "affine1")
    assert [graph.vertices[number].name for _, number in affine.members] == ["W", None, "b", None]


def test_lines_are_cut_at_every_border() -> None:
    graph, _, _ = made(SAMPLES["two_layer_net"])
    net, affine = named(graph, "net"), named(graph, "affine1")
    x, dot = 0, 3
    crossing = [
        (cluster.name, line.start, line.end)
        for cluster in graph.clusters
        for line in cluster.lines
        if 0 in line.edges
    ]
    wire = affine.entries[0]
    assert crossing == [
        ("", ("vertex", x), ("cluster", net.id)),
        ("net", ("entry", wire), ("cluster", affine.id)),
        ("affine1", ("entry", wire), ("vertex", dot)),
    ]


def test_equal_modules_in_a_row_are_a_series() -> None:
    graph, _, of = made(residual(12))
    (series,) = kinds(graph, SERIES)
    assert (series.name, len(series.instances), series.operations) == ("block ×12", 12, 60)
    assert [graph.clusters[i].name for i in series.instances] == [f"block{i}" for i in range(12)]
    assert ("cluster", series.id) in graph.clusters[0].members
    assert len(graph.clusters[0].members) == 4  # x, the series, the mean, the result
    assert len({of[instance] for instance in series.instances}) == 1


def test_two_are_no_series() -> None:
    assert kinds(made(residual(2))[0], SERIES) == []


def test_a_block_of_another_size_ends_a_series() -> None:
    snapshot = residual(7)
    block = next(scope.id for scope in snapshot.scopes if scope.name == "block3")
    inside = {scope.id for scope in snapshot.scopes if scope.parent == block} | {block}
    vertices = tuple(
        replace(v, value=array(64, 64)) if v.scope in inside and v.kind == "operation" else v
        for v in snapshot.vertices
    )
    graph, _, _ = made(replace(snapshot, vertices=vertices))
    assert [series.name for series in kinds(graph, SERIES)] == ["block ×3", "block ×3"]


def test_what_is_read_from_afar_is_no_series() -> None:
    """Each block reads the block before the last one too."""
    b = Builder()
    before, x = b.leaf("x", 1.0), b.leaf("y", 1.0)
    for index in range(5):
        scope = b.scope(f"block{index}")
        before, x = x, b.operation("+", [x, before], 2.0, scope=scope)
    graph, _, _ = made(b.snapshot(x))
    assert kinds(graph, SERIES) == []


def test_equal_scopes_share_one_scene() -> None:
    graph, drawn, of = made(residual(12))
    assert len(graph.clusters) > 36
    assert len(drawn) == 3  # an affine layer, a block, and the whole
    assert len({of[cluster.id] for cluster in graph.clusters if cluster.name == "first"}) == 1


@pytest.mark.parametrize("length", [10, 11, 99, 1001])
def test_a_long_chain_is_cut_into_runs(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd_core.draw.page.clusters.LONG", 10)
    graph, drawn, _ = made(chain(length))
    runs = kinds(graph, RUN)
    assert max(len(cluster.members) for cluster in graph.clusters) <= 10 + 2
    assert (runs == []) == (length == 10)
    assert len(drawn) <= 10
    if runs:
        assert f"–{length:,}" in runs[-1].name
        assert {graph.home[v] for v in graph.forward[0]} <= {run.id for run in runs}


def test_runs_are_numbered_by_their_steps() -> None:
    graph, _, _ = made(chain(500))
    assert [run.name for run in kinds(graph, RUN)] == [
        "steps 1–167", "steps 168–334", "steps 335–500",
    ]  # fmt: skip


def test_a_composite_opens_into_its_definition() -> None:
    x = Tensor(np.array([0.3, 2.9, 4.0]), name="x")
    made_graph, drawn, of = made(graph(softmax(x)).snapshot)
    ((vertex, number),) = made_graph.opens.items()
    inside = made_graph.clusters[number]
    assert inside.owner == vertex
    signs = {made_graph.vertices[v].label for kind, v in inside.members if kind == "vertex"}
    assert {"exp", "sum", "/"} <= signs
    assert len(inside.entries) == len(inside.exits) == 1
    assert len(drawn[of[number]].entries) == 1


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "random_2000"])
def test_nothing_overlaps_in_any_scene(name: str) -> None:
    for scene in made(SAMPLES[name])[1]:
        boxes = [box for box in (*scene.members, *scene.labels) if box is not None]
        for a, b in combinations(boxes, 2):
            apart = a.x + a.width <= b.x + 0.1 or b.x + b.width <= a.x + 0.1
            assert apart or a.y + a.height <= b.y + 0.1 or b.y + b.height <= a.y + 0.1


@pytest.mark.parametrize("name", ["two_layer_net", "scoped_0", "scoped_1", "scoped_3"])
def test_every_edge_has_one_label_between_its_ends(name: str) -> None:
    """Where nothing is in a series.  (Behind a border where a line splits are further labels.)"""
    graph, drawn, of = made(SAMPLES[name])
    labelled: list[int] = []
    for cluster in graph.clusters:
        for line, label in zip(cluster.lines, drawn[of[cluster.id]].labels, strict=True):
            if label is not None and line.start[0] != "entry":
                labelled += line.edges
    assert sorted(labelled) == list(range(len(graph.edges)))


@pytest.mark.parametrize("name", ["residual", "scoped_0", "scoped_2"])
def test_lines_meet_a_closed_box_in_the_order_of_its_entries(name: str) -> None:
    for scene in made(SAMPLES[name])[1]:
        for heights, offsets in ((scene.entries, scene.enter), (scene.exits, scene.leave)):
            order = sorted(range(len(heights)), key=heights.__getitem__)
            assert sorted(offsets) == [offsets[slot] for slot in order]
            assert not offsets or 0.0 in offsets
