"""Rows of equal modules: drawn as one box, or once where they are open, and nothing else is."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn
from autograd_core import Tensor, graph
from autograd_core.draw.page.clusters import SERIES, clusters
from autograd_core.draw.page.lines import draw_lines
from autograd_core.draw.page.series import fold_series
from autograd_core.draw.snapshot import GROUP, OPERATION, Edge, Snapshot, Vertex
from autograd_core.draw.snapshot.fold import fold
from autograd_core.draw.snapshot.rows import rows_of_modules, settled
from tests.draw.graphs import Builder, residual, split


def row(length: int = 4, inner: int = 0, **odd: Any) -> Snapshot:
    """x and modules in a row, each of y = exp(x) · w and then `inner` modules of tanh; what is told
    makes the one in third place different."""
    b = Builder()
    y = start = b.leaf("x", 1.0, 5.0)
    shared = b.leaf("s", 3.0, 7.0)
    for place in range(1, length + 1):
        changes = odd if place == 3 else {}
        scope = b.scope(f"{changes.get('name', 'block')}{place}")
        w = b.leaf("w", float(place), 0.25 * place, scope=scope)
        h = b.operation(str(changes.get("sign", "exp")), [y], 10.0 + place, 2.0, scope=scope)
        read = start if changes.get("reads") else shared
        y = b.operation("×", [h, w, read], 20.0 + place, 3.0, [0.5] * 3, scope=scope)
        for number in range(inner):
            y = b.operation("tanh", [y], 0.5, 1.0, scope=b.scope(f"step{number}", scope))
        if changes.get("leaves"):
            b.operation("sum", [y], 1.0)
        if changes.get("between"):
            y = b.operation("neg", [y], 1.0)
    return b.snapshot(b.operation("sum", [y], 9.0, 1.0))


def groups(snapshot: Snapshot) -> list[tuple[str, int]]:
    return [(v.label, v.members) for v in snapshot.vertices if v.kind == GROUP]


def entering(snapshot: Snapshot, vertex: Vertex) -> list[tuple[str | None, Edge]]:
    return [(snapshot.vertices[e.source].name, e) for e in snapshot.edges if e.target == vertex.id]


# ── closed ────────────────────────────────────────────────────────────────────────────────────
def test_a_closed_row_is_one_vertex() -> None:
    shown = fold(row(4), 0)
    assert groups(shown) == [("block ×4", 8)]
    (block,) = [v for v in shown.vertices if v.kind == GROUP]
    assert block.value is not None
    assert block.value.numbers == 24.0  # what leaves the last
    assert [(name, e.gradient and e.gradient.numbers) for name, e in entering(shown, block)] == [
        ("x", 5.0),  # what the first sends back
        ("s", 2.0),  # what all of them send back together
    ]
    assert shown.notes == ()


def test_two_equal_modules_stand_side_by_side() -> None:
    assert groups(fold(row(2), 0)) == [("block1", 2), ("block2", 2)]
    assert groups(fold(row(3), 0)) == [("block ×3", 6)]


def test_a_row_can_be_drawn_with_all_its_repeats() -> None:
    shown = fold(row(3), 0, repeats=True)
    assert groups(shown) == [("block1", 2), ("block2", 2), ("block3", 2)]
    assert fold(row(3), None) == row(3)


@pytest.mark.parametrize(
    ("odd", "expected"),
    [
        ({"sign": "log"}, ["block1", "block2", "block3", "block ×4"]),
        ({"name": "other"}, ["block1", "block2", "other3", "block ×4"]),
        ({"reads": True}, ["block1", "block2", "block3", "block ×4"]),
        ({"leaves": True}, ["block ×3", "block ×4"]),
        ({"between": True}, ["block ×3", "block ×4"]),
    ],
)
def test_what_differs_ends_a_row(odd: dict[str, Any], expected: list[str]) -> None:
    assert [label for label, _ in groups(fold(row(7, **odd), 0))] == expected


def test_equal_modules_side_by_side_are_no_row() -> None:
    b = Builder()
    x = b.leaf("x", 1.0)
    made = [b.operation("exp", [x], 2.0, scope=b.scope(f"branch{n}")) for n in range(4)]
    shown = fold(b.snapshot(b.operation("concatenate", made, 2.0)), 0)
    assert [label for label, _ in groups(shown)] == ["branch0", "branch1", "branch2", "branch3"]


def test_numbered_modules_without_a_name() -> None:
    b = Builder()
    y = b.leaf("x", 1.0)
    for number in range(3):
        y = b.operation("exp", [y], 2.0, scope=b.scope(str(number)))
    assert groups(fold(b.snapshot(y), 0)) == [("0 … 2 ×3", 3)]


def test_a_module_that_is_called_again_and_again_reads_its_parameters_from_outside() -> None:
    weight = Tensor(np.eye(2) / 2, name="W")

    class Cell(nn.Module):
        def __init__(self) -> None:
            self.W = weight

        def forward(self, x: Any) -> Any:
            return np.tanh(x @ self.W)

    cell, y = Cell(), Tensor([1.0, -1.0], name="x")
    for _ in range(3):
        y = cell(y)
    loss = np.sum(y)
    loss.backward()
    shown = graph(loss, depth=0).drawn
    assert groups(shown) == [("cell ×3", 6)]
    (W,) = [v for v in shown.vertices if v.name == "W"]
    assert W.scope == 0
    (sent,) = [e.gradient for e in shown.edges if e.source == W.id]
    assert sent is not None
    assert weight.grad is not None
    np.testing.assert_allclose(sent.numbers, weight.grad, rtol=1e-15)


# ── open ──────────────────────────────────────────────────────────────────────────────────────
def test_of_an_open_row_the_first_is_drawn() -> None:
    shown = fold(row(4), 1)
    assert [scope.name for scope in shown.scopes] == ["", "block ×4"]
    assert [v.label for v in shown.vertices if v.kind == OPERATION] == ["exp", "×", "sum"]
    assert [v.value.numbers for v in shown.vertices if v.name == "w" and v.value] == [1.0]
    (total,) = [v for v in shown.vertices if v.label == "sum"]
    ((_, edge),) = entering(shown, total)
    value = shown.carried(edge)
    assert value is not None
    assert value.numbers == 24.0  # what leaves the last
    assert shown.notes == ("block ×4: the first of 4 equal modules in a row is drawn.",)
    assert shown.forward == tuple(v.id for v in shown.vertices if v.kind == OPERATION)


def test_rows_within_rows() -> None:
    shown = fold(row(3, inner=4), 1)
    assert groups(shown) == [("step ×4", 4)]
    assert len(shown.notes) == 1
    deeper = fold(row(3, inner=4), 2)
    assert [scope.name for scope in deeper.scopes] == ["", "block ×3", "step ×4"]
    assert len(deeper.notes) == 2
    assert groups(fold(row(3, inner=4), 0)) == [("block ×3", 18)]


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_what_is_left_is_a_whole_graph(depth: int) -> None:
    shown = fold(residual(5), depth)
    assert [v.id for v in shown.vertices] == list(range(len(shown.vertices)))
    assert all(edge.source < edge.target for edge in shown.edges)
    assert {v.scope for v in shown.vertices} <= {scope.id for scope in shown.scopes}
    assert all(scope.parent < scope.id for scope in shown.scopes[1:])
    assert Snapshot.from_json(shown.to_json()) == shown


def test_every_output_shows_the_row() -> None:
    net = nn.Sequential(*(nn.Affine(2, 2, dtype=float) for _ in range(3)), name="net")
    drawn = graph(net(Tensor(np.ones((2, 2)), name="x")), depth=1)
    for told in (drawn.to_svg(), drawn.to_dot(), drawn.to_text(), drawn.to_steps()):
        assert "affine ×3" in told
    apart = graph(net(Tensor(np.ones((2, 2)), name="x")), depth=1, repeats=True)
    assert "affine2" in apart.to_svg()


# ── pages and pictures ────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "build", [lambda: row(5), lambda: row(7, leaves=True), lambda: row(3, 3), lambda: residual(6),
              lambda: residual(2), split],
)  # fmt: skip
def test_a_page_has_the_same_rows(build: Callable[[], Snapshot]) -> None:
    snapshot = build()
    page = clusters(snapshot)
    draw_lines(page)
    fold_series(page)
    ours = [len(row) for row in rows_of_modules(settled(snapshot))]
    assert sorted(len(c.instances) for c in page.clusters if c.kind == SERIES) == sorted(ours)
