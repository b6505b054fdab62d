"""Snapshot: the JSON that travels, and the hashes by which equal scopes are found."""

import json
from dataclasses import replace

import numpy as np
import pytest

import nn
from autograd_core import SnapshotError, Tensor, scope, sigmoid
from autograd_core.draw.snapshot import Edge, Snapshot, Value, Vertex
from autograd_core.draw.snapshot.capture import capture
from autograd_core.draw.snapshot.fold import fold
from tests.draw.graphs import SAMPLES, Builder, array, chain, residual


def trained() -> Snapshot:
    net = nn.Sequential(nn.Affine(4, 8), nn.Sigmoid(), nn.Affine(8, 3))
    loss = nn.SoftmaxWithLoss()(net(np.ones((5, 4))), [0, 1, 2, 0, 1])
    loss.backward()
    return capture(loss, profile=True)


@pytest.mark.parametrize("snapshot", [*SAMPLES.values(), trained()], ids=[*SAMPLES, "trained"])
def test_json_and_back(snapshot: Snapshot) -> None:
    text = snapshot.to_json()
    again = Snapshot.from_json(text)
    assert again == snapshot
    assert again.to_json() == text


def test_json_leaves_out_defaults_and_repeats_no_value() -> None:
    same = Value((9,), "float32", mean=1.0, std=2.0)
    vertices = (Vertex(0, "variable", value=same, gradient=replace(same)), Vertex(1, "output"))
    snapshot = Snapshot(vertices, (Edge(0, 1, 0),), (), (), ())
    assert json.loads(snapshot.to_json()) == {
        "version": 2,
        "values": [{"shape": [9], "dtype": "float32", "mean": 1.0, "std": 2.0}],
        "vertices": [
            {"id": 0, "kind": "variable", "value": 0, "gradient": 0},
            {"id": 1, "kind": "output"},
        ],
        "edges": [{"source": 0, "target": 1, "operand": 0}],
        "scopes": [],
        "forward": [],
        "backward": [],
        "notes": [],
    }


def test_another_version_is_refused() -> None:
    with pytest.raises(SnapshotError, match=r"^snapshot: version 1 was .* reads version 2\.$"):
        Snapshot.from_json('{"version": 1, "vertices": []}')


@pytest.mark.parametrize("number", [-1, 99, "0", None, [0]])
def test_a_value_that_is_not_in_the_table_is_refused(number: object) -> None:
    data = json.loads(SAMPLES["square"].to_json())
    data["vertices"][0]["value"] = number
    with pytest.raises(SnapshotError, match=r"^snapshot: this is not a graph written by to_json"):
        Snapshot.from_json(json.dumps(data))


@pytest.mark.parametrize(
    ("value", "size", "count"),
    [
        (Value(), 1, 8),
        (Value((3, 5), "float32"), 15, 60),
        (Value((4,), "complex128"), 4, 64),
        (Value((4,), "bool"), 4, 4),
        (Value((0, 9), "int16"), 0, 0),
    ],
)
def test_the_memory_of_a_value(value: Value, size: int, count: int) -> None:
    assert (value.size, value.bytes) == (size, count)
    assert np.zeros(value.shape, value.dtype).nbytes == count


# ── hashes ────────────────────────────────────────────────────────────────────────────────────
def test_equal_blocks_have_equal_hashes() -> None:
    snapshot = residual(4)
    hashes = snapshot.hashes()
    by_name: dict[str, set[str]] = {}
    for scope_, found in zip(snapshot.scopes, hashes, strict=True):
        by_name.setdefault(scope_.name.rstrip("0123456789"), set()).add(found)
    assert {name: len(found) for name, found in by_name.items()} == {
        "": 1, "block": 1, "first": 1, "second": 1,
    }  # fmt: skip
    assert by_name["first"] == by_name["second"] != by_name["block"]


def two_scopes(**second: object) -> tuple[str, ...]:
    """Two scopes of two operations each; what is told changes the second."""
    b = Builder()
    x = y = b.leaf("x", 1.0)
    for changes in ({}, second):
        inside = b.scope(str(len(b.scopes)))
        shape = changes.get("shape", (4, 5))
        w = b.leaf(str(changes.get("name", "w")), array(*shape), scope=inside)  # type: ignore[misc]
        params = changes.get("params", {})
        h = b.operation(
            str(changes.get("sign", "×")), [y, w], changes.get("number", 2.0), None,
            scope=inside, params=params,
        )  # fmt: skip
        reads = changes.get("reads", 1)
        y = b.operation("+", [h, h if reads == 1 else w], 1.0, None, scope=inside)
        last = b.operation("exp", [w if changes.get("leaves") else y], 1.0)
    return b.snapshot(b.operation("+", [last, x], 1.0)).hashes()


@pytest.mark.parametrize("change", [{}, {"name": "v"}, {"number": 7.0}])
def test_names_and_numbers_make_no_difference(change: dict[str, object]) -> None:
    _, first, second = two_scopes(**change)
    assert first == second


@pytest.mark.parametrize(
    "change",
    [{"sign": "-"}, {"shape": (4, 6)}, {"params": {"axis": "1"}}, {"reads": 2}, {"leaves": True}],
)
def test_operations_shapes_parameters_and_wiring_do(change: dict[str, object]) -> None:
    _, first, second = two_scopes(**change)
    assert first != second


def test_which_of_two_entering_values_is_read_where_makes_a_difference() -> None:
    x, y = Tensor(1.0), Tensor(2.0)
    total = Tensor(0.0)
    for a, b in ((x, y), (y, x), (x, x)):
        with scope("block"):
            total = total + np.exp(a) * b
    _, first, second, third = capture(total).hashes()
    assert first == second != third


def test_a_deep_chain_of_scopes_needs_no_recursion() -> None:
    snapshot = chain(3000)
    b = Builder()
    for depth in range(3000):
        b.scope(f"s{depth}", depth)
    vertices = tuple(replace(v, scope=v.id if v.primitive else 0) for v in snapshot.vertices)
    deep = replace(snapshot, vertices=vertices, scopes=tuple(b.scopes))
    assert len(set(deep.hashes())) == 3001


def test_a_folded_graph_has_hashes_too() -> None:
    x = Tensor(0.5)
    with scope("a"):
        y = sigmoid(x)
    snapshot = capture(np.exp(y))
    assert len(fold(snapshot, 0).hashes()) == 1
    assert fold(snapshot, 2).hashes() != snapshot.hashes()
