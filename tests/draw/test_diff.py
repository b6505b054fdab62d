"""The difference of two graphs: what is matched, what has changed, where the numbers part."""

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autograd_core import Tensor, expanded, graph, scope, sigmoid
from autograd_core.draw.diff import diff
from autograd_core.draw.diff.closeness import close
from autograd_core.draw.diff.matching import match
from autograd_core.draw.marks import SAME
from autograd_core.draw.snapshot import Snapshot, Value
from autograd_core.errors import GraphError
from tests.draw.graphs import SAMPLES, Builder, array, chain, random_graph, without_gradients

SVG = "{http://www.w3.org/2000/svg}"


def labels(vertices: Any) -> list[str]:
    return [vertex.name or vertex.label or vertex.kind for vertex in vertices]


def snapshot(result: Tensor, name: str | None = None) -> Snapshot:
    result.name = name or result.name
    return graph(result).snapshot


def perceptron(widths: list[int], seed: int = 0) -> Snapshot:
    """Layers called layer1, layer2, … in a net, as two models would have them."""
    rng = np.random.default_rng(seed)
    h: Any = np.ones((5, 4))
    with scope("net"):
        for number, (m, n) in enumerate(zip([4, *widths[:-1]], widths, strict=True), 1):
            W = Tensor(rng.normal(size=(m, n)), name="W")
            with scope(f"layer{number}", {"W": W}):
                h = np.tanh(h @ W)
    loss = np.mean(h * h)
    loss.backward()
    return snapshot(loss, "loss")


# ── matching ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", SAMPLES)
def test_a_graph_has_no_difference_from_itself(name: str) -> None:
    found = diff(SAMPLES[name], SAMPLES[name])
    count = len(SAMPLES[name].vertices)
    assert found.same == tuple((v, v) for v in range(count))
    assert (found.removed, found.added, found.changed) == ((), (), ())
    assert str(found) == f"{count} the same"
    assert set(found.marks.vertices + found.marks.edges) == {SAME}
    assert found.merged.vertices == SAMPLES[name].vertices
    assert found.merged.edges == SAMPLES[name].edges


def test_four_steps_against_one() -> None:
    x = Tensor(2.0, name="x")
    with expanded():
        before = snapshot(sigmoid(x), "y")
    found = diff(before, snapshot(sigmoid(x), "y"))
    assert str(found).split("\n") == [
        "5 removed, 1 added, 2 the same",
        "- n1 = -2  [× -1] of x",
        "- n2 = 0.1353  [exp] of n1",
        "- n3 = 1",
        "- n4 = 1.135  [+] of n2, 1",
        "- n5 = 0.8808  [/] of n4",
        "+ n1 = 0.8808  [sigmoid] of x",
    ]


def test_a_number_in_a_formula_that_changed() -> None:
    x = Tensor(2.0, name="x")
    found = diff(snapshot(np.exp(x * 3) + 1, "y"), snapshot(np.exp(x * 4) + 1, "y"))
    assert not found.removed + found.added
    assert str(found.changed[0]) == "value 3 → 4"
    assert [change.after.label for change in found.changed][1:4] == ["×", "exp", "+"]


def test_parameters_that_changed_are_told() -> None:
    x = Tensor([[1.0, 2.0], [3.0, 4.0]], name="x")
    found = diff(
        snapshot(np.sum(np.exp(x), axis=0)), snapshot(np.sum(np.exp(x), axis=1, keepdims=True))
    )
    (change, _) = found.changed
    assert change.fields == ("params", "shape", "value")
    assert str(change) == (
        "axis 0 → 1, keepdims – → True, shape (2,) → (2, 1), value [22.8, 61.99] → [10.11] [74.68]"
    )


def test_a_leaf_that_is_no_variable_any_more() -> None:
    x, y = Tensor(2.0, name="x"), Tensor(3.0, name="y")
    fixed = Tensor(3.0, name="y", requires_grad=False)
    (change,) = diff(snapshot(x * y), snapshot(x * fixed)).changed
    assert (change.fields, str(change)) == (("kind",), "variable → constant")


def test_two_models_of_other_width_are_the_same_but_for_shapes() -> None:
    found = diff(perceptron([6, 3]), perceptron([8, 3]))
    assert not found.removed + found.added
    shapes = [str(c) for c in found.changed if "shape" in c.fields and c.after.name]
    assert [text.partition(", value")[0] for text in shapes] == [
        "shape (4, 6) → (4, 8)",
        "shape (6, 3) → (8, 3)",
    ]


def test_a_layer_more() -> None:
    found = diff(perceptron([6, 3]), perceptron([6, 6, 3]))
    assert labels(found.added) == ["W", "dot", "tanh"]
    assert [v.value.shape for v in found.added if v.value] == [(6, 6), (5, 6), (5, 6)]
    assert not found.removed


def test_of_equal_parts_the_first_go_with_the_first() -> None:
    b, c = Builder(), Builder()
    x = b.leaf("x", 1.0)
    b.operation("exp", [x], 2.0)
    result = b.operation("+", [b.operation("exp", [x], 2.0), b.operation("exp", [x], 2.0)], 4.0)
    before = b.snapshot(result)
    x = c.leaf("x", 1.0)
    after = c.snapshot(
        c.operation("+", [c.operation("exp", [x], 2.0), c.operation("exp", [x], 2.0)], 4.0)
    )
    found = match(before, after)
    assert [(v, found[v]) for v in (2, 3)] == [(2, 1), (3, 2)]
    assert 1 not in found


def test_of_equal_parts_the_one_that_is_used_alike_is_preferred() -> None:
    b, c = Builder(), Builder()
    x = b.leaf("x", 1.0)
    first, second = b.operation("exp", [x], 2.0), b.operation("exp", [x], 2.0)
    result = b.operation("+", [b.operation("sin", [first], 1), b.operation("cos", [second], 1)], 4)
    x = c.leaf("x", 1.0)
    after = c.snapshot(c.operation("log", [c.operation("cos", [c.operation("exp", [x], 2)], 1)], 2))
    found = match(b.snapshot(result), after)
    assert found[second] == 1
    assert first not in found


def test_between_two_changes_a_vertex_is_known_by_its_neighbours() -> None:
    x = Tensor(2.0, name="x")
    found = diff(snapshot(np.tanh(np.sin(x) + 1), "y"), snapshot(np.log(np.sin(x) + 3), "y"))
    assert (labels(found.removed), labels(found.added)) == (["tanh"], ["log"])
    assert str(found.changed[0]) == "value 1 → 3"
    assert found.changed[1].after.label == "+"


def test_a_vertex_that_reads_one_twice_goes_with_the_first_reader() -> None:
    b, c = Builder(), Builder()
    x = b.leaf("x", 1.0)
    before = b.snapshot(b.operation("sin", [b.operation("×", [x, x], 1.0)], 1.0))
    x, y = c.leaf("x", 1.0), c.leaf("y", 1.0)
    products = [c.operation("×", [x, y], 1.0), c.operation("×", [y, x], 1.0)]
    found = match(before, c.snapshot(c.operation("+", products, 2.0)))
    assert found[1] == products[0]


def test_what_is_read_twice_by_one_operation_is_matched_once() -> None:
    x = Tensor(2.0, name="x")
    found = diff(snapshot(np.sin(x) * np.sin(x)), snapshot(np.cos(x) * np.cos(x)))
    assert Counter(labels(found.removed)) == {"sin": 2}
    assert Counter(labels(found.added)) == {"cos": 2}


def test_renamed_scopes_do_not_matter() -> None:
    before = perceptron([6, 3])
    renamed = replace(
        before, scopes=tuple(replace(s, name=f"{s.name}_{s.id}") for s in before.scopes)
    )
    assert len(diff(before, renamed).same) == len(before.vertices)


@pytest.mark.parametrize("seed", range(6))
def test_a_match_pairs_like_with_like_and_none_twice(seed: int) -> None:
    before, after = random_graph(150, seed, 0.2, 5), random_graph(150, seed + 50, 0.2, 5)
    found = match(before, after)
    assert len(set(found.values())) == len(found)
    for v, w in found.items():
        x, y = before.vertices[v], after.vertices[w]
        assert (x.kind, x.primitive) == (y.kind, y.primitive)
        assert x.kind != "variable" or x.name == y.name
    assert match(before, after) == found


def test_other_orders_of_creation_are_the_same_graph() -> None:
    x, y = Tensor(2.0, name="x"), Tensor(3.0, name="y")
    left, right = np.sin(x), np.cos(y)
    right2, left2 = np.cos(y), np.sin(x)
    assert len(diff(snapshot(left * right), snapshot(left2 * right2)).same) == 6


def test_chains_of_ten_thousand_need_no_recursion() -> None:
    found = diff(chain(10_000), chain(9_990))
    assert (len(found.removed), len(found.added)) == (10, 0)
    assert len(found.merged.vertices) == 10_002


# ── numbers ───────────────────────────────────────────────────────────────────────────────────
def test_two_runs_part_at_the_first_operation_that_rounds_otherwise() -> None:
    def run(third: float) -> Snapshot:
        b = Builder()
        x, y = b.leaf("x", 1.0, 1.0), b.leaf("y", 0.1, 1.0)
        scope_ = b.scope("net")
        inner = b.operation("+", [x, y], 1.1, 1.0, scope=scope_, line="train.py:31", name="h")
        outer = b.operation("×", [inner, x], third, 1.0, scope=scope_)
        return b.snapshot(b.operation("exp", [outer], third * 2, 1.0))

    found = diff(run(1.1), run(1.1 + 1e-12))
    first = found.first_divergence()
    assert first is not None
    assert str(first) == "n3 [×] in net: 1.1 → 1.1 (by 1e-12); of h = 1.1 → 1.1, x = 1 → 1"
    assert found.merged.vertices[first.vertex].label == "×"
    assert found.first_divergence(tolerance=1e-9) is None
    assert diff(run(1.1), run(1.1 + 1e-12), tolerance=1e-9).changed == ()
    assert str(found).split("\n")[-1] == f"first different value: {first}"


def test_a_divergence_tells_scope_and_source_line() -> None:
    def run(value: float) -> Snapshot:
        b = Builder()
        x = b.leaf("x", 1.0)
        inner = b.scope("layer", b.scope("net"))
        return b.snapshot(b.operation("exp", [x], value, scope=inner, line="train.py:31", name="h"))

    first = diff(run(2.5), run(2.75)).first_divergence()
    assert str(first) == "h [exp] in net/layer at train.py:31: 2.5 → 2.75; of x = 1 → 1"


def test_a_leaf_may_be_where_runs_part() -> None:
    first = diff(perceptron([6, 3], seed=0), perceptron([6, 3], seed=1)).first_divergence()
    assert first is not None
    assert (first.before.name, first.scope, first.operands) == ("W", "net/layer1", ())


def test_gradients_part_in_the_order_of_the_backward_pass() -> None:
    before = SAMPLES["buy_apple_orange"]
    edges = [
        replace(edge, gradient=Value((), "float64", 3.0))
        if (edge.source, edge.target) in {(2, 6), (1, 2)}
        else edge
        for edge in before.edges
    ]
    found = diff(before, replace(before, edges=tuple(edges)))
    first = found.first_gradient_divergence()
    assert first is not None
    assert (first.what, first.after.name, first.operand) == ("gradient", "total", 0)
    assert str(first) == (
        "total [+] to apple_price: 1.1 → 3; of apple_price = 200 → 200, orange_price = 450 → 450"
    )
    assert found.first_divergence() is None


def test_another_gradient_of_the_result_is_found_first() -> None:
    x = Tensor([1.0, 2.0], name="x")
    snapshots = []
    for g in ([1.0, 1.0], [1.0, 2.0]):
        y = np.exp(x)
        y.backward(np.array(g))
        snapshots.append(snapshot(y))
    first = diff(*snapshots).first_gradient_divergence()
    assert first is not None
    assert (first.operand, str(first)[:29]) == (None, "n1 [exp]: [1, 1] → [1, 2]; of")


def test_without_a_backward_pass_on_both_sides_gradients_are_not_compared() -> None:
    found = diff(SAMPLES["buy_apple"], without_gradients(SAMPLES["buy_apple"]))
    assert found.changed == ()
    assert found.first_gradient_divergence() is None


def value(numbers: Any, **more: Any) -> Value:
    return Value(np.shape(numbers), "float64", numbers, **more)


@pytest.mark.parametrize(
    ("x", "y", "tolerance", "expected"),
    [
        (value(1.0), value(1.0), 0, True),
        (value(1.0), value(1.0 + 1e-15), 0, False),
        (value(1.0), value(1.0 + 1e-9), 1e-8, True),
        (value([1e6, 1.0]), value([1e6, 1.5]), 1e-6, True),  # of the largest
        (value([1e6, 1.0]), value([1e6, 3.5]), 1e-6, False),
        (value("nan"), value("nan"), 0, True),
        (value("nan"), value(1.0), 1, False),
        (value("inf"), value("-inf"), 1, False),
        (value("inf"), value("inf"), 0, True),
        (value("(1+2j)"), value("(1+2.0000001j)"), 1e-6, True),
        (value("(1+2j)"), value("(1+3j)"), 1e-6, False),
        (value([1.0]), value(1.0), 1, False),
        (None, value(1.0), 1, False),
        (None, None, 0, True),
        (array(100, mean=1.0), array(100, mean=1.0), 0, True),
        (array(100, mean=1.0), array(100, mean=1.1), 1e-3, False),
        (array(100, mean=1.0), array(100, mean=1.1), 0.1, True),
        (array(100), value([1.0] * 100), 1, False),
        (replace(array(100), nans=1), array(100), 1, False),
        (replace(array(100), zeros=1), array(100), 0, False),
        (replace(array(100), zeros=1), array(100), 1e-9, True),
    ],
)
def test_close(x: Value | None, y: Value | None, tolerance: float, expected: bool) -> None:
    assert close(x, y, tolerance) is expected
    assert close(y, x, tolerance) is expected


@pytest.mark.parametrize("tolerance", [-1e-9, float("nan")])
def test_a_tolerance_is_not_negative(tolerance: float) -> None:
    with pytest.raises(GraphError, match=r"^diff: tolerance is .* 0 or more, such as 1e-6\.$"):
        diff(SAMPLES["square"], SAMPLES["square"], tolerance)


def test_a_long_report_is_cut() -> None:
    lines = str(diff(chain(100), SAMPLES["square"])).split("\n")
    assert "- … and 81 more" in lines
    assert len(lines) < 30


def test_names_from_outside_are_cleaned() -> None:
    b = Builder()
    x = b.leaf("x\n\x1b[31m" + "y" * 100, 1.0)
    hostile = b.snapshot(b.operation("e\nxp", [x], 1.0, line="a\nb", params={"k\n": "v\n"}))
    for report in (str(diff(hostile, SAMPLES["square"])), str(diff(SAMPLES["square"], hostile))):
        assert "\x1b" not in report
        assert "- x [31m" + "y" * 10 in report or "+ x [31m" + "y" * 10 in report
        assert all(line[:2] in {"- ", "+ ", "~ "} for line in report.split("\n")[1:])
