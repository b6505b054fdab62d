"""Two graphs drawn in one: every vertex, edge and scope with its mark."""

from collections import Counter

import numpy as np
import pytest

from autograd_core import Tensor
from autograd_core.draw.diff import Diff, diff
from autograd_core.draw.layout import lay_out
from autograd_core.draw.marks import ADDED, CHANGED, REMOVED, SAME
from autograd_core.draw.metrics import measure
from autograd_core.draw.snapshot.fold import fold
from autograd_core.draw.snapshot.wellformed import wellformed
from autograd_core.draw.svg import to_svg
from tests.draw.graphs import SAMPLES
from tests.draw.test_diff import labels, perceptron, snapshot
from tests.draw.test_layout import overlaps


def parts(found: Diff, mark: str) -> list[str]:
    marked = zip(found.merged.vertices, found.marks.vertices, strict=True)
    return labels([vertex for vertex, its in marked if its == mark])


def test_both_graphs_in_one_with_marks() -> None:
    x = Tensor(2.0, name="x")
    found = diff(snapshot(np.exp(np.log(x)) * 3, "y"), snapshot(x * 4, "y"))
    assert parts(found, REMOVED) == ["log", "exp"]
    assert parts(found, ADDED) == []
    assert parts(found, CHANGED) == ["constant", "×", "y"]
    assert parts(found, SAME) == ["x"]
    assert found.marks.remarks[found.merged.vertices[-1].id] == "value 6 → 8"
    called = labels(found.merged.vertices)
    told = {
        (called[edge.source], called[edge.target]): mark
        for edge, mark in zip(found.merged.edges, found.marks.edges, strict=True)
    }
    assert told == {
        ("x", "log"): REMOVED,
        ("log", "exp"): REMOVED,
        ("exp", "×"): REMOVED,
        ("x", "×"): ADDED,
        ("constant", "×"): CHANGED,
        ("×", "y"): CHANGED,
    }


PAIRS = [
    ("sigmoid", "sigmoid_scope"),
    ("buy_apple", "buy_apple_orange"),
    ("two_layer_net", "residual"),
    ("random_0", "random_1"),
    ("scoped_0", "scoped_1"),
    ("scoped_2", "two_layer_net"),
]


@pytest.mark.parametrize("pair", PAIRS, ids=" ".join)
def test_the_merged_graph_holds_both_and_can_be_drawn(pair: tuple[str, str]) -> None:
    before, after = (SAMPLES[name] for name in pair)
    found = diff(before, after)
    merged, marks = found.merged, found.marks
    assert wellformed(merged) is merged
    counts = Counter(marks.vertices)
    assert counts[REMOVED] + counts[SAME] + counts[CHANGED] == len(before.vertices)
    assert counts[ADDED] + counts[SAME] + counts[CHANGED] == len(after.vertices)
    edges = Counter(marks.edges)
    assert len(before.edges) == len(merged.edges) - edges[ADDED]
    assert len(after.edges) == len(merged.edges) - edges[REMOVED]
    boxes = lay_out(merged, measure(merged, marks=marks))
    assert overlaps([*boxes.vertices, *boxes.labels]) == 0
    assert all(edge.source < edge.target for edge in merged.edges)


def test_graphs_that_disagree_about_the_order_can_be_drawn_in_one() -> None:
    x = Tensor(2.0, name="x")
    one, other = np.exp(x), np.sin(x)
    one.name, other.name = "a", "b"
    before = np.sin(one)
    before.name = "b"
    after = np.exp(other)
    after.name = "a"
    found = diff(snapshot(before * 1 + one), snapshot(after * 1 + other))
    assert wellformed(found.merged) is found.merged
    assert to_svg(found.merged, marks=found.marks)


def test_scopes_with_the_same_content_are_one() -> None:
    found = diff(perceptron([6, 3]), perceptron([6, 6, 3]))
    assert [s.name for s in found.merged.scopes] == ["", "net", "layer1", "layer2", "layer3"]
    removed = diff(perceptron([6, 6, 3]), perceptron([6, 3])).merged
    assert Counter(s.name for s in removed.scopes)["layer1"] == 1


def test_closed_scopes_have_the_mark_of_what_they_hold() -> None:
    found = diff(perceptron([6, 3]), perceptron([6, 6, 3]), tolerance=1e9)
    drawn, marks = found.drawn(depth=2)
    assert len(marks.vertices) == len(drawn.vertices)
    assert len(marks.edges) == len(drawn.edges)
    whole, whole_marks = found.drawn(depth=0)
    groups = [m for v, m in zip(whole.vertices, whole_marks.vertices, strict=True) if v.members]
    assert groups == [CHANGED]
    layers, layer_marks = found.drawn(depth=1)
    told = {
        v.label: m for v, m in zip(layers.vertices, layer_marks.vertices, strict=True) if v.members
    }
    assert [*told.values()].count(ADDED) == 1
    assert set(told) == {"layer1", "layer2", "layer3"}


def test_diffs_of_folded_graphs() -> None:
    before, after = fold(perceptron([6, 3]), 1), fold(perceptron([6, 6, 3]), 1)
    assert "layer" in " ".join(labels(diff(before, after).added))
