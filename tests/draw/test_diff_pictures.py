"""The picture of a difference: marks, badges, words."""

import re
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np

from autograd_core import Tensor, sigmoid
from autograd_core.draw.diff import Diff, diff
from autograd_core.draw.layout import lay_out
from autograd_core.draw.marks import ADDED, BADGE, SAME
from autograd_core.draw.metrics import BADGE_RADIUS, RADIUS, measure
from autograd_core.draw.snapshot import Edge
from autograd_core.draw.svg import to_svg
from tests.draw.graphs import SAMPLES
from tests.draw.test_diff import snapshot
from tests.draw.test_diff_merged import PAIRS

SVG = "{http://www.w3.org/2000/svg}"


# ── the picture ───────────────────────────────────────────────────────────────────────────────
def drawing() -> tuple[Diff, ET.Element]:
    x, w = Tensor(2.0, name="x"), Tensor(3.0, name="w")
    found = diff(snapshot(np.exp(np.log(x)) * 3, "y"), snapshot(sigmoid(x) * w * 4, "y"))
    return found, ET.fromstring(found.to_svg())


def test_every_part_bears_its_mark_in_the_picture() -> None:
    found, root = drawing()
    groups = {g.get("id"): str(g.get("class")).split() for g in root.iter(f"{SVG}g") if g.get("id")}
    for index, mark in enumerate(found.marks.vertices):
        assert groups[f"v{index}"][-1] == mark
    for index, mark in enumerate(found.marks.edges):
        assert groups[f"e{index}"] == ["edge", mark]


def test_marks_are_told_by_a_badge_and_in_words_not_by_colour_alone() -> None:
    found, root = drawing()
    for g in root.iter(f"{SVG}g"):
        if "vertex" not in str(g.get("class")).split():
            continue
        mark = found.marks.vertices[int(str(g.get("id"))[1:])]
        badges = [b for b in g.iter(f"{SVG}g") if b.get("class") == "badge"]
        (title,) = g.findall(f"{SVG}title")
        if mark == SAME:
            assert badges == []
        else:
            (badge,) = badges
            assert "".join(badge.itertext()) == BADGE[mark]
            assert str(title.text).startswith(f"{mark}: ")
    style = "".join(root.itertext())
    assert re.search(r"\.removed \.shape\{[^}]*stroke-dasharray", style)
    assert re.search(r"\.added \.shape\{[^}]*stroke-width", style)


def test_badges_lie_in_the_boxes_that_the_layout_keeps_free() -> None:
    for before, after in PAIRS:
        found = diff(SAMPLES[before], SAMPLES[after])
        boxes = lay_out(found.merged, measure(found.merged, marks=found.marks)).vertices
        root = ET.fromstring(found.to_svg())
        for g in root.iter(f"{SVG}g"):
            for seal in g.findall(f"{SVG}g/{SVG}circle[@class='seal']"):
                box = boxes[int(str(g.get("id"))[1:])]
                x, y = float(str(seal.get("cx"))), float(str(seal.get("cy")))
                assert box.x - 0.1 <= x - BADGE_RADIUS
                assert x + BADGE_RADIUS <= box.x + box.width + 0.1
                assert box.y - 0.1 <= y - BADGE_RADIUS
                for circle in g.findall(f"{SVG}circle[@class='shape']"):
                    assert float(str(circle.get("cy"))) - y > RADIUS, "beside the sign"


def test_without_marks_the_picture_is_what_it_was() -> None:
    plain = to_svg(SAMPLES["buy_apple"])
    assert "badge" not in plain
    assert "removed" not in plain
    assert '<g class="edge" id="e0">' in plain


def test_a_new_edge_between_old_vertices_is_added() -> None:
    before = SAMPLES["diamond"]
    more = replace(before, edges=(*before.edges, Edge(0, 3, 1)))
    found = diff(before, more)
    assert found.marks.edges[-1] == ADDED
    assert Counter(found.marks.vertices) == {SAME: len(before.vertices)}
