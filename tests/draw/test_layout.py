"""The layout: nothing overlaps, frames hold what is theirs, lines keep off what is not theirs."""

import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from autograd_core.draw.layout import Box, Layout, lay_out
from autograd_core.draw.layout.layered import layered
from autograd_core.draw.layout.wires import Link, Node
from autograd_core.draw.metrics import Ruler, measure, title
from autograd_core.draw.snapshot import OPERATION, Scope, Snapshot, Value, Vertex
from autograd_core.draw.snapshot.fold import fold
from autograd_core.draw.svg import to_svg
from tests.draw.graphs import SAMPLES, Builder, chain, random_graph, residual, square

ROOT = Path(__file__).parents[2]


def drawn(snapshot: Snapshot) -> Layout:
    return lay_out(snapshot, measure(snapshot))


def titles(snapshot: Snapshot, layout: Layout) -> Iterator[Box]:
    for scope, frame in layout.frames.items():
        line = title(snapshot.scopes[scope].name)
        yield Box(frame.x, frame.y, line.width, line.height, frame.y)


def corners(boxes: list[Box]) -> np.ndarray:
    return np.array([(b.x, b.y, b.x + b.width, b.y + b.height) for b in boxes]).reshape(-1, 4)


def overlaps(boxes: list[Box]) -> int:
    left, top, right, bottom = corners(boxes).T
    meet = (
        (left[:, None] < right)
        & (left < right[:, None])
        & (top[:, None] < bottom)
        & (top < bottom[:, None])
    )
    return int(np.triu(meet, 1).sum())


def around(snapshot: Snapshot, scope: int) -> set[int]:
    """A scope and all that it lies in."""
    found = {0}
    while scope:
        found.add(scope)
        scope = snapshot.scopes[scope].parent
    return found


@pytest.mark.parametrize("name", SAMPLES)
def test_no_two_boxes_overlap(name: str) -> None:
    snapshot = SAMPLES[name]
    layout = drawn(snapshot)
    boxes = [*layout.vertices, *layout.labels, *titles(snapshot, layout)]
    assert overlaps(boxes) == 0


def test_touching_boxes_would_be_seen() -> None:
    assert overlaps([Box(0, 0, 2, 2, 1), Box(1, 1, 2, 2, 2), Box(5, 5, 1, 1, 5)]) == 1


@pytest.mark.parametrize("name", SAMPLES)
def test_everything_lies_within_the_drawing(name: str) -> None:
    layout = drawn(SAMPLES[name])
    boxes = corners([*layout.vertices, *layout.labels, *layout.frames.values()])
    assert boxes[:, :2].min() >= 0
    assert boxes[:, 2].max() <= layout.width + 1e-6
    assert boxes[:, 3].max() <= layout.height + 1e-6


@pytest.mark.parametrize("name", SAMPLES)
def test_a_frame_holds_exactly_its_own_vertices_and_frames(name: str) -> None:
    snapshot = SAMPLES[name]
    layout = drawn(snapshot)
    things = [(around(snapshot, v.scope), layout.vertices[v.id]) for v in snapshot.vertices]
    things += [(around(snapshot, scope), frame) for scope, frame in layout.frames.items()]
    for scope, frame in layout.frames.items():
        for homes, box in things:
            if scope not in homes and box not in map(layout.frames.get, around(snapshot, scope)):
                assert overlaps([frame, box]) == 0
            elif scope in homes and box is not frame:
                assert frame.x < box.x
                assert box.x + box.width < frame.x + frame.width
                assert frame.y < box.y
                assert box.y + box.height < frame.y + frame.height


@pytest.mark.parametrize("name", SAMPLES)
def test_lines_keep_off_the_boxes_of_others(name: str) -> None:
    snapshot = SAMPLES[name]
    layout = drawn(snapshot)
    boxes = corners([*layout.vertices, *layout.labels])
    vertices = len(snapshot.vertices)
    for index, edge in enumerate(snapshot.edges[:300]):
        others = np.delete(boxes, [edge.source, edge.target, vertices + index], axis=0)
        left, top, right, bottom = others.T
        for (x0, y0), (x1, y1) in pairwise(layout.ways[index]):
            for t in (0.0,) if y0 == y1 else np.linspace(0, 1, 9):
                x, y = x0 + t * (x1 - x0), y0 + t * (y1 - y0)
                end = x1 if y0 == y1 else x
                hit = (left < end) & (x < right) & (top < y) & (y < bottom)
                assert not hit.any()


@pytest.mark.parametrize("name", SAMPLES)
def test_ways_lead_from_source_through_label_to_target(name: str) -> None:
    snapshot = SAMPLES[name]
    layout = drawn(snapshot)
    for edge, label, way in zip(snapshot.edges, layout.labels, layout.ways, strict=True):
        source, target = layout.vertices[edge.source], layout.vertices[edge.target]
        assert way[0] == pytest.approx((source.x + source.width, source.line), abs=0.06)
        assert way[-1][0] == pytest.approx(target.x, abs=0.06)
        assert target.y <= way[-1][1] <= target.y + target.height
        assert any(
            y0 == y1 == pytest.approx(label.line, abs=0.06) and x0 <= label.x + 0.06 < x1
            for (x0, y0), (x1, y1) in pairwise(way)
        )


def test_operations_stand_in_a_straight_line() -> None:
    snapshot = SAMPLES["two_layer_net"]
    layout = drawn(snapshot)
    lines = {layout.vertices[v.id].line for v in snapshot.vertices if v.kind == "operation"}
    assert len(lines) == 1


def test_variables_of_a_short_graph_stand_at_the_left() -> None:
    snapshot = SAMPLES["buy_apple_orange"]
    layout = drawn(snapshot)
    ends = {
        layout.vertices[v.id].x + layout.vertices[v.id].width
        for v in snapshot.vertices
        if v.kind == "variable"
    }
    assert len(ends) == 1


def test_parameters_stand_in_the_column_before_their_operation() -> None:
    b = Builder()
    h = b.leaf("x", 1.0)
    for _ in range(8):
        h = b.operation("×", [h, b.leaf("w", 1.0)], 1.0)
    snapshot = b.snapshot(h)
    layout = drawn(snapshot)
    for edge in snapshot.edges:
        if snapshot.vertices[edge.source].name == "w":
            source, target = layout.vertices[edge.source], layout.vertices[edge.target]
            assert target.x - source.x < 160


def test_an_operation_stands_in_the_middle_of_its_operands() -> None:
    snapshot = SAMPLES["buy_apple_orange"]
    line = [box.line for box in drawn(snapshot).vertices]
    assert line[2] == pytest.approx((line[0] + line[1]) / 2, abs=1)
    assert line[6] == pytest.approx((line[2] + line[5]) / 2, abs=1)
    assert line[0] < line[1] < line[3] < line[4] < line[7], "operands from top to bottom"


def test_equal_operands_get_a_line_each() -> None:
    layout = drawn(square())
    first, second = layout.labels[:2]
    assert first.x == second.x
    assert first.y + first.height < second.y


def test_a_value_with_many_readers_is_one_line_up_to_each_reader() -> None:
    b = Builder()
    w = b.leaf("w", 1.0)
    h = b.leaf("x", 1.0)
    for _ in range(40):
        h = b.operation("×", [h, w], 1.0)
    snapshot = b.snapshot(h)
    ways = [w for e, w in zip(snapshot.edges, drawn(snapshot).ways, strict=True) if e.source == 0]
    pieces = {piece for way in ways for piece in pairwise(way)}
    assert len(pieces) < 4 * len(ways)


def test_residual_blocks_cross_nowhere() -> None:
    layout = drawn(residual(6))
    climbs = {piece for way in layout.ways for piece in pairwise(way) if piece[0][1] != piece[1][1]}
    crossing = [
        (a, b)
        for a in climbs
        for b in climbs
        if a[0][0] == b[0][0] and a[0][1] < b[0][1] and a[1][1] > b[1][1]
    ]
    assert crossing == []


def test_a_label_of_several_edges_has_room_for_each_of_them() -> None:
    sources = [Vertex(0, OPERATION, "+"), Vertex(1, OPERATION, "+", "a_long_name")]
    values = [Value(numbers=123456), None]
    gradients = [None, Value((50, 20), mean=-1.25e-7, std=3.5e-8)]
    parts = list(zip(sources, values, gradients, strict=True))
    alone = [Ruler().labels([s], [v], [g]) for s, v, g in parts]
    together = Ruler().labels(sources, values, gradients)
    assert together.width == max(extent.width for extent in alone)
    assert together.up == max(extent.up for extent in alone)
    assert together.down == max(extent.down for extent in alone)


def test_equal_scopes_look_the_same() -> None:
    snapshot = residual(5)
    layout = drawn(snapshot)
    sizes = {
        (round(frame.width, 3), round(frame.height, 3))
        for scope, frame in layout.frames.items()
        if snapshot.scopes[scope].name == "second"
    }
    assert len(sizes) == 1


def test_a_cycle_is_drawn_with_a_line_that_runs_back() -> None:
    # what folding a scope that was left and entered again gives
    snapshot = SAMPLES["chain"]
    looped = fold(
        Snapshot(
            tuple(
                v if v.id not in (3, 7) else type(v)(v.id, v.kind, v.label, scope=1)
                for v in snapshot.vertices
            ),
            snapshot.edges,
            (*snapshot.scopes, Scope(1, "again", 0)),
            snapshot.forward,
            snapshot.backward,
        ),
        0,
    )
    layout = drawn(looped)
    assert overlaps([*layout.vertices, *layout.labels]) == 0
    (back,) = [way for way in layout.ways if way[0][0] > way[-1][0]]
    heads = re.findall(r'class="head" d="M([\d.]+) [\d.]+L([\d.]+) ', to_svg(looped))
    (tip,) = [float(tip) for tip, neck in heads if float(tip) < float(neck)]
    assert back[-1][0] - 18 < tip <= back[-1][0], "on the right half of a circle"


def test_a_flat_graph_is_drawn_by_itself() -> None:
    nodes = [Node(10, 5, 5), Node(20, 8, 8), Node(30, 4, 4)]
    placement = layered(nodes, [Link(0, 1, 0, 40, 9, 9), Link(1, 2, 1)])
    assert [x for x, _ in placement.nodes] == sorted(x for x, _ in placement.nodes)
    assert placement.width >= 10 + 40 + 20 + 30
    assert len({y for _, y in placement.nodes}) == 1


def test_nothing_is_drawn_for_nothing() -> None:
    assert layered([], []).nodes == []
    only = Builder()
    only.leaf("x", 1.0)
    snapshot = Snapshot(tuple(only.vertices), (), tuple(only.scopes), (), ())
    assert drawn(snapshot).vertices[0].x == 0


def test_long_chains_and_deep_scopes_need_no_recursion() -> None:
    limit = sys.getrecursionlimit()
    layout = drawn(chain(3 * limit))
    assert len({box.line for box in layout.vertices}) == 1
    b = Builder()
    h, scope = b.leaf("x", 1.0), 0
    for depth in range(limit // 4):
        scope = b.scope(f"level{depth}", scope)
    h = b.operation("exp", [h], 1.0, scope=scope)
    assert len(drawn(b.snapshot(h)).frames) == limit // 4


def test_the_same_bytes_under_any_hash_seed() -> None:
    program = (
        "import hashlib; from tests.draw.graphs import SAMPLES;"
        "from autograd_core.draw.picture import Graph;"
        "graphs = [Graph(s, depth) for n, s in SAMPLES.items() if '2000' not in n"
        " for depth in (None, 0, 1)];"
        "texts = [t for g in graphs for t in (g.to_svg(), g.to_dot(), g.to_text(), g.to_json())];"
        "print(hashlib.sha256('\\0'.join(texts).encode()).hexdigest())"
    )
    digests = {
        subprocess.check_output(
            [sys.executable, "-c", program], cwd=ROOT, env={"PYTHONHASHSEED": seed}
        )
        for seed in ("0", "1", "4711")
    }
    assert len(digests) == 1


@pytest.mark.parametrize("seed", range(20))
def test_random_graphs_hold_the_same_rules(seed: int) -> None:
    snapshot = random_graph(40, 100 + seed, reuse=0.02 * seed, scopes=seed % 5)
    for depth in (None, 0, 1):
        shown = fold(snapshot, depth)
        layout = drawn(shown)
        boxes = [*layout.vertices, *layout.labels, *titles(shown, layout)]
        assert overlaps(boxes) == 0
