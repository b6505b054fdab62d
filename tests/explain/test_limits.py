"""explain: NaN, long graphs, refusals, and graphs that are only drawings."""

import numpy as np
import pytest

import nn
from autograd_core import REGISTRY, GraphError, Tensor, graph, no_grad, primitive, relu
from autograd_core.draw.snapshot import Snapshot
from autograd_core.draw.snapshot.capture import capture
from autograd_core.draw.snapshot.fold import fold
from autograd_core.explain import Line, explain
from tests.explain.stories import explained_snapshot, fruit, named, price, section


# ── what may go wrong ─────────────────────────────────────────────────────────────────────────
def test_the_first_nan_is_named():
    with np.errstate(invalid="ignore"):
        y = np.log(Tensor(-1.0, name="u")) * Tensor(2.0, name="v")
    told = explain(y)
    assert "n1 = log(u) = log(−1) = NaN (the first NaN of the forward pass)" in str(told)
    assert "∂v = ∂n3 · n1 = 1 · NaN = NaN (the first NaN of the backward pass)" in str(told)
    assert str(told).count("first NaN") == 2
    assert "not finite, so there is nothing to compare" in str(told)


def test_a_nan_that_was_given_is_not_the_fault_of_an_operation():
    y = Tensor(np.nan, name="u") * 2
    assert "first NaN of the forward pass" not in str(explain(y))


def test_the_first_nan_is_told_where_steps_are_left_out():
    y = Tensor(1.0, name="x")
    with np.errstate(invalid="ignore"):
        for place in range(100):
            y = y - 2 if place == 50 else np.sqrt(y) if place == 51 else y * 1.0
        told = section(explain(y), "Forward")
    assert told[20:23] == [
        "… 31 steps are left out here …",
        "n103 = √n102 = √(−1) = NaN (the first NaN of the forward pass)",
        "… 28 steps are left out here …",
    ]


def test_infinities_are_numbers_too():
    with np.errstate(divide="ignore"):
        y = named(np.log(Tensor(0.0, name="u")), "y")
    told = str(explain(y))
    assert "y = log(u) = log(0) = −∞ (the first infinity of the forward pass)" in told
    assert "∂u = ∂y / u = 1 / 0 = ∞" in told


def test_where_nothing_passes_it_is_said():
    y = named(relu(Tensor(-1.0, name="u")) * 2, "y")
    told = section(explain(y), "Backward")
    assert "∂u = (∂n1 if n1 > 0 else 0) = (2 if 0 > 0 else 0) = 0: nothing passes here" in told


def test_no_gradient_of_the_user_is_touched():
    total = fruit()
    leaf = total.creator.inputs[1]
    total.retain_grad()
    before = str(explain(total))
    assert leaf.grad is None
    assert total.grad is None
    total.backward()
    assert str(explain(total)) == before
    assert (float(leaf.grad), float(total.grad)) == (650.0, 1.0)


def test_a_chain_is_shortened_and_says_so():
    x = Tensor(1.0, name="x")
    y = x
    for _ in range(3000):
        y = y * 1.0
    told = explain(named(y, "y"))
    assert "… 2,960 steps are left out here …" in section(told, "Forward")
    assert "… 2,960 steps are left out here …" in section(told, "Backward")
    (path,) = section(told, "The chain rule")
    assert path.startswith("y → n5998")
    assert "2,989 more" in path
    assert path.endswith("· 1 = 1")
    assert len(told.lines) < 150


def test_changed_inputs_are_noted():
    x = Tensor(2.0, name="x")
    y = named(x * 3, "y")
    with no_grad():
        x += 1.0
    assert explain(y).lines[0].text() == (
        "Inputs have changed since this was recorded; all values are of now."
    )


def test_a_leaf_and_a_constant():
    assert section(explain(Tensor(2.0, name="x")), "Forward") == [
        "x was given; nothing was computed."
    ]
    y = Tensor(2.0, requires_grad=False) * 3.0
    assert section(explain(y), "Backward") == ["Nothing in it has a derivative."]


# ── which value ───────────────────────────────────────────────────────────────────────────────
def test_wrt_by_tensor_name_or_number():
    apple = Tensor(100, name="apple")
    inner = apple * 2
    y = named(inner * 1.1, "y")
    assert str(explain(y, wrt=apple)) == str(explain(y, wrt="apple"))
    assert str(explain(y, wrt=inner)) == str(explain(y, wrt="n2"))
    assert "∂apple" not in str(explain(y, wrt=inner))


@pytest.mark.parametrize(("wrt", "problem"), [
    ("pear", "wrt is 'pear', but it is not in this graph"),
    ("x", "wrt is 'x', but 2 values are called so"),
    (Tensor(1.0), "wrt is a Tensor without a name, but it is not in this graph"),
    ("a\nb", r"wrt is 'a b'"),
])  # fmt: skip
def test_wrt_that_cannot_be_told(wrt, problem):
    y = Tensor(1.0, name="x") * Tensor(2.0, name="x")
    with pytest.raises(GraphError, match=problem):
        explain(y, wrt=wrt)


def test_refusals():
    with pytest.raises(GraphError, match="explain: float is neither a Tensor nor a graph"):
        explain(1.0)
    with pytest.raises(GraphError, match=r"format is 'html'\. It is one of text, latex, markdown"):
        explain(price(), format="html")


# ── from a drawing ────────────────────────────────────────────────────────────────────────────
def test_a_drawing_read_from_a_file_explains_itself():
    total = fruit()
    snapshot = Snapshot.from_json(explained_snapshot(total).to_json())
    told, full = str(explain(snapshot)), str(explain(total))
    assert told.partition("\nCheck")[0] == full.partition("\nCheck")[0]
    assert told.endswith("Only the drawing of this graph is here; it cannot be run again.")


def test_a_drawing_before_backward_has_no_numbers_to_tell():
    told = explain(capture(price()))
    assert "∂apple = ∂n2 · count" in section(told, "Backward")
    assert section(told, "The chain rule") == []


def test_a_folded_drawing_is_told_by_its_groups():
    net = nn.Sequential(nn.Affine(4, 3), nn.ReLU())
    y = named(np.sum(net(Tensor(np.ones((2, 4), np.float32), name="x"))), "y")
    told = explain(fold(explained_snapshot(y), 0))
    assert any("is made by sequential from x" in line for line in section(told, "Forward"))


def test_a_graph_explains_itself_like_its_tensor():
    total = fruit()
    total.backward()
    assert (
        str(explain(graph(total))).partition("\nCheck")[0]
        == (str(explain(total)).partition("\nCheck")[0])
    )


def test_lines_say_what_they_speak_of():
    total = fruit()
    snapshot = explained_snapshot(total)
    told = explain(total)
    ids = {v.name or f"n{v.id}": v.id for v in snapshot.vertices}
    for line in told.lines:
        assert isinstance(line, Line)
        if line.level == 2:
            (index,) = line.edges
            edge = snapshot.edges[index]
            assert line.vertex == edge.source
            name = line.text().partition(" ")[0].removeprefix("∂")
            assert ids[name] == edge.source
            assert (
                line.text().endswith(f" = {edge.gradient.numbers:.4g}") or ": passed" in line.text()
            )
    stepped = [line.vertex for line in told.lines if " comes back" in line.text()]
    assert stepped == list(snapshot.backward)


def test_a_graph_of_many_variables_takes_no_longer_than_it_is_long():
    y = Tensor(1.0)
    for _ in range(2000):
        y = y + Tensor(0.5)
    told = explain(y)
    assert section(told, "The chain rule") == [
        "2,001 paths lead to the 2001 variables. wrt= tells those that lead to one of them."
    ]
    assert len(told.lines) < 250


def test_indices_are_read_from_the_drawing():
    x = Tensor([[1.0, 2, 3], [4, 5, 6]], name="x")
    told = str(explain(np.sum(x[:, 1:] * x[0, :-1]) + x[..., ::-1][1, 0]))
    assert "n1 = x[:, 1:]" in told
    assert "n2 = x[0, :-1]" in told
    assert "∂x receives scatter(∂n1, [:, 1:])" in told
    assert "x[…, ::-1]" in told


def test_complex_results_are_told_without_a_check():
    c = Tensor(1 + 2j, name="c")
    z = named(c * c, "z")
    z.backward(1.0)
    told = explain(z)
    assert "z = c · c = −3+4j" in section(told, "Forward")
    assert section(told, "Check") == ["Not checked, being too large or hidden: c."]


def test_a_transpose_is_called_so():
    told = str(explain(np.sum(named(Tensor(np.ones((2, 3))), "x").T)))
    assert "transpose gave n1; ∂n1 = [[1, 1], [1, 1], [1, 1]] comes back" in told


def test_a_parameter_that_cannot_be_read_leaves_the_rule_s_own_text():
    grown = primitive(
        "grown_of_a_test", lambda x, *, f: f(x), vjp=(lambda g, x, f: g * f(x),), kind="elementwise"
    )
    try:
        y = named(grown(Tensor(2.0, name="x"), f=np.exp), "y")
        y.backward()
        told = section(explain(y), "Backward")
    finally:
        del REGISTRY["grown_of_a_test"]
    assert "∂x by the rule g · exp(x), with g = ∂y ≈ 7.389" in told
