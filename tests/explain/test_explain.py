"""explain: the story of a graph, held to the book's numbers and to derivatives found otherwise."""

from typing import Any

import numpy as np
import pytest

import nn
from autograd_core import REGISTRY, Tensor, graph, primitive, relu, sigmoid
from autograd_core.draw.snapshot import Snapshot
from autograd_core.draw.snapshot.capture import capture
from autograd_core.draw.snapshot.expand import expand
from autograd_core.explain import explain
from tests.explain.stories import explained_snapshot, fruit, named, price, section


# ── numbers ───────────────────────────────────────────────────────────────────────────────────
def test_the_price_of_apples():
    assert (
        str(explain(price()))
        == """\
Forward: what is computed
  n2 = apple · count = 100 · 2 = 200
  price = n2 · tax = 200 · 1.1 = 220
  Altogether: price = apple · count · tax

Backward: how the result changes with each value
  ∂x is the derivative of price with respect to x.
  The pass starts with ∂price = 1.
  × gave price; ∂price = 1 comes back. Each factor gets it times the other one:
    ∂n2 = ∂price · tax = 1 · 1.1 = 1.1
    ∂tax = ∂price · n2 = 1 · 200 = 200
  × gave n2; ∂n2 = 1.1 comes back. Each factor gets it times the other one:
    ∂apple = ∂n2 · count = 1.1 · 2 = 2.2
    ∂count = ∂n2 · apple = 1.1 · 100 = 110

The chain rule along each path
  price → n2 → apple: 1.1 · 2 = 2.2
  price → n2 → count: 1.1 · 100 = 110
  price → tax: 200

Check by finite differences
  (price(apple + h) − price(apple − h)) / 2h ≈ 2.2 for h = 1e-3: agrees
  (price(count + h) − price(count − h)) / 2h ≈ 110 for h = 1e-5: agrees
  (price(tax + h) − price(tax − h)) / 2h ≈ 200 for h = 1e-5: agrees"""
    )


@pytest.mark.parametrize(("name", "told"), [
    ("tax", "∂tax = ∂total · n6 = 1 · 650 = 650"),
    ("apple", "∂apple = ∂n2 · apple_num = 1.1 · 2 = 2.2"),
    ("apple_num", "∂apple_num = ∂n2 · apple = 1.1 · 100 = 110"),
    ("orange", "∂orange = ∂n5 · orange_num = 1.1 · 3 = 3.3"),
    ("orange_num", "∂orange_num = ∂n5 · orange = 1.1 · 150 = 165"),
])  # fmt: skip
def test_the_book_s_gradients(name, told):
    total = fruit()
    total.backward()
    assert section(explain(total), "Backward").count(told) == 1
    only = section(explain(total, wrt=name), "Backward")
    assert only[-1] == told
    assert sum(other in " ".join(only) for other in ("∂tax =", "∂apple =", "∂orange =")) <= 1


def test_paths_and_their_sum():
    x = Tensor(3.0, name="x")
    y = named(x * x + x, "y")
    told = explain(y)
    assert section(told, "The chain rule") == [
        "y → n1 → x: 1 · 3 = 3", "y → n1 → x: 1 · 3 = 3", "y → x: 1",
        "The sum of the 3 paths: ∂x = 3 + 3 + 1 = 7",
    ]  # fmt: skip
    assert "∂x = 1 + 3 + 3 = 7, the sum over the 3 places that read x" in section(told, "Backward")
    edges = [set(line.edges) for line in told.lines if " → " in line.text()]
    assert len(edges) == 3
    assert edges[0] != edges[1]  # one path for each operand of x · x


def test_paths_through_a_value_that_gets_no_gradient():
    a, b = Tensor(2.0, name="a"), Tensor(3.0, name="b")
    y = named(relu(a * b - 10) * 5, "y")
    assert section(explain(y, wrt=a), "The chain rule") == [
        "y → n5 → n4 → n2 → a: 5 · 0 · 1 · 3 = 0"
    ]


def test_a_path_starts_with_the_gradient_that_was_given():
    x = Tensor(3.0, name="x")
    y = named(x * 2, "y")
    y.backward(-4.0)
    assert section(explain(y), "The chain rule") == ["y → x: (−4) · 2 = −8"]


def test_negative_terms_are_told_with_their_signs():
    x = Tensor(2.0, name="x")
    y = named(x * 5 - x * x, "y")
    told = explain(y)
    assert any("∂x = 5 − 2 − 2 = 1," in line or "∂x = −2 − 2 + 5 = 1," in line
               for line in section(told, "Backward"))  # fmt: skip
    assert "(−1) · 2 = −2" in "\n".join(section(told, "The chain rule"))


def doubled(times: int) -> Tensor:
    x = Tensor(0.5, name="x")
    for _ in range(times):
        x = x + x
    return named(x, "y")


def test_many_paths_are_counted_and_not_walked():
    assert section(explain(doubled(6)), "The chain rule")[-1].startswith("The sum of the 64 paths")
    (line,) = section(explain(doubled(7)), "The chain rule")
    assert line.startswith("128 paths lead from the result to x. So many are not told one by one")
    (line,) = section(explain(doubled(100)), "The chain rule")
    assert line.startswith("More than 10¹⁸ paths lead")


def test_many_paths_to_several_variables():
    a, b = Tensor(1.0, name="a"), Tensor(2.0, name="b")
    y = a
    for _ in range(5):
        y = y * b + y * a
    assert section(explain(y), "The chain rule") == [
        "94 paths lead to the 2 variables. wrt= tells those that lead to one of them."
    ]
    # b is read once in each of 2^4 + … + 2^0 partial products; d/da a (a + b)^5 = 648 at (1, 2)
    for wrt, paths, slope in ((a, 63, 648), (b, 31, 405)):
        *lines, total = section(explain(y, wrt=wrt), "The chain rule")
        assert len(lines) == paths
        assert total.endswith(f" = {slope}")


def test_rounded_numbers_are_told_as_such():
    y = named(sigmoid(Tensor(1.0, name="x")), "y")
    told = str(explain(y))
    assert "∂x = ∂y · y · (1 − y) = 1 · 0.7311 · (1 − 0.7311) ≈ 0.1966" in told
    assert "y = sigmoid(x) = 1 / (exp(−x) + 1) = 1 / (exp(−1) + 1) ≈ 0.7311" in told


def test_an_opened_composite_tells_its_steps():
    y = named(sigmoid(Tensor(1.0, name="x")), "y")
    y.backward()
    told = explain(expand(capture(y), 1))
    assert section(told, "Forward") == [
        "n1 = −x = −1", "n2 = exp(n1) = exp(−1) ≈ 0.3679", "n4 = n2 + 1 = 0.3679 + 1 ≈ 1.368",
        "y = 1 / n4 = 1 / 1.368 ≈ 0.7311", "Altogether: y = 1 / (exp(−x) + 1)",
    ]  # fmt: skip
    assert "∂n4 = −∂y · y² = −1 · 0.7311² ≈ −0.5344" in section(told, "Backward")
    assert section(told, "The chain rule") == [
        "y → n4 → n2 → n1 → x: (−0.5344) · 1 · 0.3679 · (−1) ≈ 0.1966"
    ]


# ── arrays ────────────────────────────────────────────────────────────────────────────────────
def affine_loss() -> Tensor:
    rng = np.random.default_rng(0)
    x = Tensor(rng.normal(size=(32, 784)), name="x")
    W, b = Tensor(rng.normal(size=(784, 10)), name="W"), Tensor(np.zeros(10), name="b")
    return named(np.sum(named(x @ W, "a") + b), "L")


def test_matrices_are_told_with_their_shapes():
    told = str(explain(affine_loss()))
    assert "a = x W   (32,10) = (32,784) (784,10)" in told
    assert "∂x = ∂a Wᵀ   (32,784) = (32,10) (10,784)" in told
    assert "∂W = xᵀ ∂a   (784,10) = (784,32) (32,10)" in told


def test_sums_over_what_was_repeated_are_named():
    told = str(explain(affine_loss()))
    assert "∂b = sum(∂n4, axis=0)" in told
    assert ": summed over the batch axis, along which b was repeated" in told
    column, row = Tensor(np.ones((3, 1)), name="column"), Tensor(np.ones((2, 1, 4)), name="row")
    told = str(explain(np.sum(column * row)))
    assert "∂column = sum(∂n2 · row, axis=(0, 2))" in told
    assert "summed over the axes 0 and 2, along which column was repeated" in told
    assert "∂row = sum(∂n2 · column, axis=1)" in told
    assert "summed over axis 1, along which row was repeated" in told


def test_a_sum_gives_its_gradient_to_every_element():
    told = section(explain(affine_loss()), "Backward")
    line = "∂n4 = repeat(∂L)   every element 1: each element gets the gradient of what it went into"
    assert line in told


def test_zeros_are_counted():
    y = named(relu(Tensor(np.arange(-4.0, 6.0), name="x")), "y")
    y.backward(np.ones(10))
    told = str(explain(y))
    assert "y = ReLU(x) = (0 if x ≤ 0 else x)   mean 1.5, std 1.8, 5 of 10 zero" in told
    assert "∂x = (∂y if y > 0 else 0)   mean 0.5, std 0.5, 5 of 10 zero" in told


def test_a_layer_before_any_gradient_is_given():
    layer = nn.Affine.from_arrays(np.ones((3, 2)), np.zeros(2))
    y = named(layer(named(Tensor(np.ones((4, 3))), "x")), "y")
    told = section(explain(y), "Backward")
    assert told[1] == "No backward pass has been run yet, so there are no numbers."
    assert told[3:] == [
        "∂x = ∂y Wᵀ   (4,3) = (4,2) (2,3)", "∂W = xᵀ ∂y   (3,2) = (3,4) (4,2)",
        "∂b = sum(∂y, axis=0)",
    ]  # fmt: skip
    assert section(explain(y), "Check") == []
    y.backward(np.ones((4, 2)))
    assert "∂b = sum(∂y, axis=0) = [4, 4]" in section(explain(y), "Backward")


@pytest.mark.parametrize(
    "labels", [[2, 0], np.array([[0.0, 0, 1], [1, 0, 0]])], ids=["indices", "rows"]
)
def test_softmax_with_loss_is_the_difference_of_the_book(labels):
    a = Tensor([[0.3, 2.9, 4.0], [1.0, 0.0, 0.0]], name="a")
    loss = named(nn.SoftmaxWithLoss()(a, labels), "L")
    told = "\n".join(section(explain(loss), "Backward"))
    t = "onehot(n1)" if isinstance(labels, list) else "n1"
    assert f"∂a = (softmax(a) − {t}) · ∂L / 2 ≈ [[" in told


def test_parameters_of_the_same_name_have_their_layers_before_them():
    net = nn.Sequential(nn.Affine(4, 3), nn.ReLU(), nn.Affine(3, 2))
    told = str(explain(np.sum(net(np.ones((2, 4), np.float32)))))
    assert "∂affine1.W = n0ᵀ ∂n3" in told
    assert "∂affine2.W = n4ᵀ ∂n7" in told


def test_variables_of_the_same_name_have_their_numbers_behind_them():
    y = Tensor(1.0, name="x") * Tensor(2.0, name="x")
    assert "n2 = x_n0 · x_n1 = 1 · 2 = 2" in str(explain(y))


# ── finite differences ────────────────────────────────────────────────────────────────────────
def test_small_arrays_are_checked_and_large_ones_named():
    told = section(explain(affine_loss()), "Check")
    assert told == ["∂b, each of its 10 elements: agrees",
                    "Not checked, being too large or hidden: x and W."]  # fmt: skip


def test_what_is_inside_of_an_opened_composite_is_checked():
    x = Tensor(0.5, name="x")
    y = named(sigmoid(x) * 3 * np.tanh(sigmoid(x)), "y")
    told = {
        n: section(graph(y, depth=1).explain(wrt=n), "Check") for n in ("n1", "n2", "n9", "n12")
    }
    n2 = np.exp(-0.5)  # y = 3 s tanh(t), where s = 1 / (1 + n2) and t is like it
    s = 1 / (1 + n2)
    slope = -3 * s**2 * np.tanh(s)
    assert told["n2"] == [f"(y(n2 + h) − y(n2 − h)) / 2h ≈ −{-slope:.4g} for h = 1e-5: agrees"]
    assert all(line.endswith("agrees") for lines in told.values() for line in lines)


def test_composites_within_composites_are_opened_for_the_check():
    a = Tensor([[0.3, 2.9, 4.0], [1.0, -2.0, 0.5]], name="a")
    loss = named(nn.SoftmaxWithLoss()(a, [2, 0]), "L")
    told = section(graph(loss, depth=3).explain(wrt="n2"), "Check")
    assert told == ["∂n2, each of its 2 elements: agrees"]


def test_a_check_that_would_take_long_is_left_out():
    b = Tensor(np.zeros(100), name="b")
    y = named(np.sum(np.ones((10_000, 100)) + b), "y")
    assert section(explain(y), "Check") == ["Not checked, being too large or hidden: b."]


def declared(name: str, **record: Any) -> Any:
    """The primitive of that name, declared when it is first asked for."""
    return REGISTRY.get(name) or primitive(name, **record)


def test_a_wrong_rule_is_found():
    wrong = declared("wrong_cube_example", function=lambda x: x**3,
                     vjp=(lambda g, x: 2 * g * x**2,), kind="elementwise")  # fmt: skip
    y = named(wrong(Tensor(2.0, name="x")), "y")
    (line,) = section(explain(y), "Check")
    assert "≈ 12 for" in line
    assert "differs by 4, as it does at a kink or after a jump" in line


def test_a_slightly_wrong_rule_is_found_in_float64():
    rough = declared("rough_cube_example", function=lambda x: x**3,
                     vjp=(lambda g, x: 3.0001 * g * x**2,), kind="elementwise")  # fmt: skip
    for dtype, verdict in ((np.float64, "differs by 0.0004"), (np.float32, "agrees")):
        y = np.sum(rough(Tensor(np.ones(4, dtype) * 2, name="x"))) * 1
        assert verdict.partition(" ")[0] in section(explain(y), "Check")[0], dtype


def test_inner_results_are_checked_too():
    x = Tensor(3.0, name="x")
    inner = named(x * x, "inner")
    y = named(inner * 2 + x, "y")
    assert section(explain(y, wrt=inner), "Check") == [
        "(y(inner + h) − y(inner − h)) / 2h ≈ 2 for h = 1e-4: agrees"
    ]


def test_float32_is_checked_to_its_own_precision():
    x = Tensor(np.linspace(-1, 1, 5).astype(np.float32), name="x")
    assert section(explain(np.sum(np.tanh(x) * 1000)), "Check") == [
        "∂x, each of its 5 elements: agrees"
    ]


# ── a user's own operation explains itself ────────────────────────────────────────────────────
def test_a_declared_primitive_explains_itself():
    wave = declared(
        "wave_example", function=lambda x, y, *, k=2.0: np.sin(k * x) * y,
        vjp=(lambda g, x, y, k: g * k * np.cos(k * x) * y, lambda g, x, k: g * np.sin(k * x)),
        tex=r"\operatorname{{wave}}({x}, {y})",
    )  # fmt: skip
    u = named(wave(Tensor(1.0, name="a"), Tensor(3.0, name="b"), k=3.0), "u")
    told = explain(u)
    assert "∂a = ∂u · 3 · cos(3 · a) · b = 1 · 3 · cos(3 · 1) · 3 ≈ −8.91" in str(told)
    assert "∂b = ∂u · sin(3 · a) = 1 · sin(3 · 1) ≈ 0.1411" in str(told)
    assert r"\frac{\partial u}{\partial u} \cdot \sin \left(3 \cdot a\right)" in told.latex()
    assert all(line.endswith("agrees") for line in section(told, "Check"))


def test_a_rule_that_needs_numbers_is_told_by_its_result():
    picky = declared("picky_example", function=lambda x: x * 2,
                     vjp=(lambda g, x: g * np.full(x.shape, float(np.sum(x))),))  # fmt: skip
    y = named(picky(Tensor(2.0, name="x")), "y")
    assert "∂x by a rule of its own = 2" in section(explain(y), "Backward")


def test_an_operation_that_is_not_declared_here_is_told_by_its_text():
    snapshot = explained_snapshot(price())
    text = snapshot.to_json().replace('"primitive":"multiply"', '"primitive":"unknown_elsewhere"')
    told = explain(Snapshot.from_json(text))
    assert "n2 is made by × from apple and count = 200" in section(told, "Forward")
    assert "∂apple by the rule g · y, with g = ∂n2 = 2.2" in section(told, "Backward")
