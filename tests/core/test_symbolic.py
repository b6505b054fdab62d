"""Expressions: NumPy code run on symbols, held to what the same code does on arrays."""

import copy
from typing import Any

import numpy as np
import pytest

import nn
from autograd_core import (
    REGISTRY,
    AutogradError,
    Tensor,
    expanded,
    relu,
    sigmoid,
    softmax,
)
from autograd_core.symbolic import (
    Call,
    Expression,
    Literal,
    Symbol,
    call_expression,
    definition_expression,
    operand_symbols,
    rule_expression,
    rule_latex,
    rule_text,
    symbols,
)
from tests.core.samples import SAMPLES, Sample

# Primitives with a rule that asks for the values of its arguments, and why it has to.
DEFECTIVE = "it refuses matrices without a full set of eigenvectors"
OPAQUE = {"eig": DEFECTIVE, "eigvals": DEFECTIVE}
# The numbers of a real matrix decide whether these are complex.
TYPED_BY_VALUES = {"eig", "eigvals", "sqrtm"}


def shapes_of(sample: Sample) -> tuple[Any, ...]:
    return [a.shape for a in sample.arrays], sample.params, [a.dtype for a in sample.arrays]


def recorded(sample: Sample) -> Any:
    """The sample's node, in which every operand needs a gradient."""
    return sample(*map(Tensor, sample.arrays)).creator


def values(sample: Sample, node: Any, g: Any) -> dict[str, Any]:
    """What the symbols of a rule stand for, as the node has it."""
    named = operand_symbols(sample.primitive, *shapes_of(sample)[::2])
    saved = dict(zip(node.plan.sources, node.plan.saved(node.saved), strict=True))
    out = np.asarray(sample(*sample.arrays))[()]
    inputs = {s.name: a for s, a in zip(named, sample.arrays, strict=True)}
    return {**saved, **inputs, "g": g, "out": out}


def gradient_of(node: Any) -> Any:
    size = int(np.prod(node.shape))
    return np.linspace(-1, 2, size).reshape(node.shape).astype(node.dtype)[()]


# ── rules and definitions, for the whole registry ─────────────────────────────────────────────
@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_a_rule_on_symbols_is_the_rule(sample):
    node = recorded(sample)
    g = gradient_of(node)
    for position, gradient in node.plan.contributions(g, node.saved):
        expected = np.asarray(gradient)
        if sample.primitive.name in OPAQUE:
            with pytest.raises(AutogradError, match=r"symbolic|does not run on symbols"):
                rule_expression(sample.primitive, position, *shapes_of(sample))
            continue
        rule = rule_expression(sample.primitive, position, *shapes_of(sample))
        actual = np.asarray(rule.evaluate(values(sample, node, g)))
        assert rule.shape == expected.shape
        assert rule.dtype == expected.dtype or sample.primitive.name in TYPED_BY_VALUES
        assert (actual.shape, actual.dtype) == (expected.shape, expected.dtype)
        # LAPACK rounds otherwise for arrays that lie otherwise in memory
        np.testing.assert_allclose(actual, expected, rtol=1e-13, atol=1e-14)
        assert rule.text()
        assert rule.latex()


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.primitive.definition], ids=str)
def test_a_definition_on_symbols_is_the_definition(sample):
    expected = sample.primitive.definition(
        *sample.arrays, **{**sample.primitive.defaults, **sample.params}
    )
    definition = definition_expression(sample.primitive, *shapes_of(sample))
    named = operand_symbols(sample.primitive, *shapes_of(sample)[::2])
    actual = definition.evaluate(dict(zip(named, sample.arrays, strict=True)))
    assert (definition.shape, definition.dtype) == (np.shape(expected), expected.dtype)
    np.testing.assert_array_equal(actual, expected)
    assert definition.text()
    assert definition.latex()


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_a_call_has_the_type_of_its_value(sample):
    made = call_expression(sample.primitive, *shapes_of(sample))
    out = np.asarray(sample(*sample.arrays))
    assert made.shape == out.shape
    assert made.dtype == out.dtype or sample.primitive.name in TYPED_BY_VALUES


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.complex64], ids=lambda d: d.__name__)
def test_dtypes_are_those_of_arrays(dtype):
    x, y = symbols("x y", (2, 3), dtype)
    array = np.ones((2, 3), dtype)
    for f in (lambda x, y: x * 2 + y, lambda x, y: np.exp(x) / 3.0, lambda x, y: x @ y.T,
              lambda x, y: np.mean(x, axis=0), lambda x, y: np.where(x == y, x, 0.0)):  # fmt: skip
        assert f(x, y).dtype == f(array, array).dtype


# ── how they are written ──────────────────────────────────────────────────────────────────────
S, V, M = (), (3,), (2, 3)
WRITTEN = [
    (lambda x, y, z: x + y - z, "x + y − z", "x + y - z"),
    (lambda x, y, z: x - (y - z), "x − (y − z)", r"x - \left(y - z\right)"),
    (lambda x, y, z: x + (y + z), "x + y + z", "x + y + z"),
    (lambda x, y, z: (x + y) * z, "(x + y) · z", r"\left(x + y\right) \cdot z"),
    (lambda x, y, z: x * (y * z), "x · y · z", r"x \cdot y \cdot z"),
    (lambda x, y, z: x / (y / z), "x / (y / z)", r"\frac{x}{\frac{y}{z}}"),
    (lambda x, y, z: x / (y * z), "x / (y · z)", r"\frac{x}{y \cdot z}"),
    (lambda x, y, z: (x + y) / z, "(x + y) / z", r"\frac{x + y}{z}"),
    (lambda x, y, z: -(x + y), "−(x + y)", r"-\left(x + y\right)"),
    (lambda x, y, z: -x * y, "−x · y", r"-x \cdot y"),
    (lambda x, y, z: x * -y, "−x · y", r"-x \cdot y"),
    (lambda x, y, z: x + -y, "x − y", "x - y"),
    (lambda x, y, z: x - -y, "x − (−y)", r"x - \left(-y\right)"),
    (lambda x, y, z: -x / y, "−x / y", r"-\frac{x}{y}"),
    (lambda x, y, z: (x + y) ** 2, "(x + y)²", r"\left(x + y\right)^{2}"),
    (lambda x, y, z: x**-1, "x⁻¹", "x^{-1}"),
    (lambda x, y, z: (-x) ** 2, "(−x)²", r"\left(-x\right)^{2}"),
    (lambda x, y, z: (x**2) ** 3, "(x²)³", r"\left(x^{2}\right)^{3}"),
    (lambda x, y, z: x ** (y + 1), "x^(y + 1)", "x^{y + 1}"),
    (lambda x, y, z: x**0.5, "x^0.5", "x^{0.5}"),
    (lambda x, y, z: np.sqrt(x + y), "√(x + y)", r"\sqrt{x + y}"),
    (lambda x, y, z: np.sqrt(x) * y, "√x · y", r"\sqrt{x} \cdot y"),
    (lambda x, y, z: np.exp(-x), "exp(−x)", "e^{-x}"),
    (lambda x, y, z: np.exp(x) ** 2, "exp(x)²", r"\left(e^{x}\right)^{2}"),
    (lambda x, y, z: np.log(x + y) * z, "log(x + y) · z", r"\log \left(x + y\right) \cdot z"),
    (lambda x, y, z: np.log(x) * z, "log(x) · z", r"\left(\log x\right) \cdot z"),
    (lambda x, y, z: z * np.log(x), "z · log(x)", r"z \cdot \log x"),
    (lambda x, y, z: np.tanh(x), "tanh(x)", r"\tanh x"),
    (lambda x, y, z: abs(x - y), "|x − y|", r"\left|x - y\right|"),
    (lambda x, y, z: x + x, "2 · x", r"2 \cdot x"),
    (lambda x, y, z: x * x, "x²", "x^2"),
    (lambda x, y, z: x * 1.0, "x", "x"),
    (lambda x, y, z: x * -1, "−x", "-x"),
    (lambda x, y, z: x * (1 / 6), "x · 1/6", r"x \cdot \frac{1}{6}"),
    (lambda x, y, z: x * -0.25, "−x · 0.25", r"-x \cdot 0.25"),
    (lambda x, y, z: x * 1e-7, "x · 1e-7", r"x \cdot 10^{-7}"),
    (lambda x, y, z: x * np.pi, "x · 3.14159", r"x \cdot 3.14159"),
    (lambda x, y, z: x * np.inf, "x · ∞", r"x \cdot \infty"),
    (lambda x, y, z: x * np.nan, "x · NaN", r"x \cdot \text{NaN}"),
    (lambda x, y, z: np.where(x > 0, x, 0), "x if x > 0 else 0",
     r"\begin{cases} x & x > 0 \\ 0 & \text{else} \end{cases}"),
    (lambda x, y, z: y * np.where(x > 0, x, 0), "y · (x if x > 0 else 0)",
     r"y \cdot \left(\begin{cases} x & x > 0 \\ 0 & \text{else} \end{cases}\right)"),
    (lambda x, y, z: np.where((x > 0) & (x <= 1) | (y != z), x, y),
     "x if (x > 0 and x ≤ 1) or y ≠ z else y", None),
    (lambda x, y, z: np.where(x != x, 0, x), "0 if x is NaN else x", None),  # noqa: PLR0124
    (lambda x, y, z: np.maximum(x, y + z), "max(x, y + z)", r"\max(x, y + z)"),
    (lambda x, y, z: sigmoid(x) * y, "sigmoid(x) · y", r"\sigma(x) \cdot y"),
    (lambda x, y, z: y - np.expm1(x), "y − (exp(x) − 1)", r"y - \left(e^{x} - 1\right)"),
    (lambda x, y, z: (x + y) // z, "⌊(x + y) / z⌋", r"\left\lfloor \frac{x + y}{z} \right\rfloor"),
    (lambda x, y, z: x % (y * z), "x mod (y · z)", r"x \bmod \left(y \cdot z\right)"),
    (lambda x, y, z: np.reciprocal(x + y), "1 / (x + y)", r"\frac{1}{x + y}"),
    (lambda x, y, z: np.minimum(x, -y), "min(x, −y)", r"\min(x, -y)"),
    (lambda x, y, z: np.zeros_like(x) + np.ones_like(y), "0 + 1", "0 + 1"),
    (lambda x, y, z: (x < y) & ((y <= z) | (x == z)), "x < y and (y ≤ z or x = z)",
     r"x < y \land \left(y \le z \lor x = z\right)"),
    (lambda x, y, z: np.arctan2(x, y) ** 2, "arctan2(x, y)²", None),
]  # fmt: skip


@pytest.mark.parametrize(("f", "text", "latex"), WRITTEN, ids=[w[1] for w in WRITTEN])
def test_scalars_are_written_with_few_parentheses(f, text, latex):
    made = f(*symbols("x y z"))
    assert made.text() == text
    assert latex is None or made.latex() == latex


ARRAYS = [
    (lambda A, v: A @ v, "A v"),
    (lambda A, v: A.T @ A @ v, "Aᵀ A v"),
    (lambda A, v: (A @ v)[:, None] * v, "(A v) ⊗ v"),
    (lambda A, v: (A * 2) @ v, "(A · 2) v"),
    (lambda A, v: np.sum(A), "sum(A)"),
    (lambda A, v: np.sum(A, axis=0) + v, "sum(A, axis=0) + v"),
    (lambda A, v: np.sum(v, axis=0), "sum(v)"),
    (lambda A, v: np.std(A, axis=0, ddof=1), "std(A, axis=0, ddof=1)"),
    (lambda A, v: np.sum(A, axis=(0, 1)), "sum(A)"),
    (lambda A, v: v[None, :] * A, "v · A"),
    (lambda A, v: np.reshape(A, (3, 2)), "reshape(A, (3, 2))"),
    (lambda A, v: np.broadcast_to(v, (2, 3)), "repeat(v)"),
    (lambda A, v: np.broadcast_to(v, (2, 3)) * A, "v · A"),
    (lambda A, v: A[0, 1:], "A[0, 1:]"),
    (lambda A, v: v[np.array([2, 0])], "v[[2, 0]]"),
    (lambda A, v: v[np.arange(7) % 3], "v[i]"),
    (lambda A, v: A[..., ::2], "A[…, ::2]"),
    (lambda A, v: (A + v)[:, 0], "(A + v)[:, 0]"),
    (lambda A, v: A.transpose(1, 0), "Aᵀ"),
    (lambda A, v: np.concatenate([v, v]), "concat(v, v)"),
    (lambda A, v: np.stack([v, v]), "concat(v, v)"),
    (lambda A, v: softmax(A, axis=0), "softmax(A, axis=0)"),
    (lambda A, v: A @ np.ones(3), "sum(A, axis=1)"),
    (lambda A, v: v * np.array([1.0, 2, 3]), "v · [1, 2, 3]"),
    (lambda A, v: v + np.full(3, 2.0), "v + 2"),
    (lambda A, v: A @ np.arange(21.0).reshape(3, 7), "A array(3×7)"),
]


@pytest.mark.parametrize(("f", "text"), ARRAYS, ids=[w[1] for w in ARRAYS])
def test_arrays_are_written_as_matrices(f, text):
    made = f(Symbol("A", M), Symbol("v", V))
    array = np.arange(6.0).reshape(M) + 1
    assert made.text() == text
    assert made.shape == f(array, array[0]).shape
    np.testing.assert_array_equal(made.evaluate({"A": array, "v": array[0]}), f(array, array[0]))


RULES = [
    ("multiply", 0, [S, S], "g · y", r"g \cdot y"),
    ("divide", 1, [S, S], "−g · out / y", r"-\frac{g \cdot \mathrm{out}}{y}"),
    ("matmul", 0, [(32, 784), (784, 10)], "g yᵀ", r"g y^\top"),
    ("matmul", 1, [(32, 784), (784, 10)], "xᵀ g", r"x^\top g"),
    ("dot", 1, [V, (3, 2)], "x ⊗ g", r"x \otimes g"),
    ("affine", 1, [M, (3, 4), (4,)], "xᵀ g", r"x^\top g"),
    ("affine", 2, [M, (3, 4), (4,)], "sum(g, axis=0)", r"\sum_{\text{axis 0}} g"),
    ("sigmoid", 0, [S], "g · out · (1 − out)",
     r"g \cdot \mathrm{out} \cdot \left(1 - \mathrm{out}\right)"),
    ("relu", 0, [M], "g if out > 0 else 0", None),
    ("sum", 0, [M], "repeat(g)", r"\operatorname{repeat}(g)"),
    ("square", 0, [S], "2 · g · x", r"2 \cdot g \cdot x"),
    ("sqrt", 0, [S], "g / (2 · out)", r"\frac{g}{2 \cdot \mathrm{out}}"),
    ("maximum", 0, [S, S], "g if x > y else g / 2 if x = y else 0",
     r"\begin{cases} g & x > y \\ \frac{g}{2} & x = y \\ 0 & \text{else} \end{cases}"),
    ("prod", 0, [V], "g · out / x", None),
    ("softmax_with_loss", 0, [M, M], "(y · sum(t, axis=1) − t) · g / 2", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "operand", "shapes", "text", "latex"), RULES)
def test_rules_are_written_as_in_a_book(name, operand, shapes, text, latex):
    assert rule_text(REGISTRY[name], operand, shapes) == text
    assert latex is None or rule_latex(REGISTRY[name], operand, shapes) == latex


def test_names_replace_symbols():
    rule = rule_expression(REGISTRY["multiply"], 0, [S, S])
    assert rule.text({"g": "∂price", "y": "tax"}) == "∂price · tax"
    assert rule.latex({"y": r"\mathrm{tax}"}) == r"g \cdot \mathrm{tax}"


def test_names_that_mean_something_to_latex_are_escaped():
    made = Symbol("a_b$") * Symbol("count") * Symbol("1")
    assert made.latex() == r"\text{a\_b\$} \cdot \mathrm{count} \cdot \mathrm{1}"
    assert made.text() == "a_b$ · count · 1"


def test_parameters_are_written_where_they_are_not_as_usual():
    x = Symbol("x", M)
    assert softmax(x).text() == "softmax(x)"
    assert softmax(x, axis=0).latex() == r"\operatorname{softmax}(x, \text{axis=0})"


def test_what_repeats_itself_is_not_written_out_for_ever():
    x = Symbol("x")
    for _ in range(100):
        x = np.sin(x) * np.cos(x)
    assert len(x.text()) < 3000
    assert "…" in x.text()


# ── terms ─────────────────────────────────────────────────────────────────────────────────────
def test_equal_terms_are_one_object():
    def made() -> Expression:
        x = Symbol("x", M)
        return np.sum(np.exp(x) * 2.0, axis=0, keepdims=True) @ np.ones(3)

    assert made() is made()
    assert Symbol("x") is not Symbol("x", V)
    assert Symbol("x") is not Symbol("x", dtype=np.float32)
    assert Literal(1) is not Literal(1.0)
    assert Literal(0.0) is not Literal(-0.0)
    assert Literal(np.nan) is Literal(np.nan)


def test_terms_that_nobody_holds_are_freed():
    from autograd_core.symbolic.expression import _TERMS

    made = np.exp(Symbol("only_here")) + 1
    before = len(_TERMS)
    del made
    assert len(_TERMS) <= before - 3


def test_comparison_is_of_numbers_as_on_arrays():
    x, y = symbols("x y", M)
    assert isinstance(x == y, Call)
    assert (x == y).dtype == bool
    np.testing.assert_array_equal((x < 2).evaluate({x: np.arange(6).reshape(M)})[0], [1, 1, 0])


def test_an_answer_in_general_is_given():
    x, y = symbols("x y", M)
    assert not bool(x == 0)
    assert bool(x != y)
    assert not np.any(x == 0)
    assert not bool(x != x)  # noqa: PLR0124  only a NaN would


def test_a_power_is_what_a_tensor_records():
    x, y = symbols("x y")
    assert (x**2).operation is REGISTRY["power_constant"]
    assert np.power(x, 2).operation is REGISTRY["power_constant"]
    assert (x**y).operation is REGISTRY["power"]
    assert (2**x).operation is REGISTRY["power"]


def test_values_may_be_tensors():
    x, y = symbols("x y")
    made = np.exp(x) * y
    t, u = Tensor(2.0), Tensor(3.0)
    result = made.evaluate({x: t, y: u})
    result.backward()
    assert [float(t.grad), float(u.grad)] == [3 * np.exp(2.0), np.exp(2.0)]


def test_values_may_be_expressions():
    x, y = symbols("x y")
    assert (np.exp(x) * y).evaluate({x: y, y: x + 1}) is np.exp(y) * (x + 1)


def test_float32_stays_float32():
    x = Symbol("x", V, np.float32)
    made = (x * 2.5 + 1) / 3
    assert made.dtype == made.evaluate({x: np.ones(3, np.float32)}).dtype == np.float32


def test_expanded_runs_definitions():
    x = Symbol("x")
    with expanded():
        assert sigmoid(x).text() == "1 / (exp(−x) + 1)"
        assert relu(x).text() == "0 if x ≤ 0 else x"
    assert sigmoid(x).text() == "sigmoid(x)"


def test_an_expression_is_its_own_copy():
    x = Symbol("x")
    assert copy.copy(x) is x
    assert copy.deepcopy([x + 1])[0] is x + 1


def test_nodes_come_after_their_operands():
    x, y = symbols("x y")
    made = (x + y) * np.exp(x + y)
    places = {node: place for place, node in enumerate(made.nodes())}
    assert len(places) == 5
    assert all(places[o] < places[node] for node in places for o in node.operands)
    assert made.symbols() == (x, y)


def test_a_chain_deeper_than_the_stack():
    made: Any = Symbol("x")
    for _ in range(5_000):
        made = made + 1.0
    assert len(made.nodes()) == 5_002
    assert float(made.evaluate({"x": 0.5})) == 5_000.5
    assert "…" in made.text()
    del made


def test_shapes_come_without_running_on_them():
    """A product of these sizes would take minutes, and its result terabytes."""
    A, B = Symbol("A", (10**6, 10**5)), Symbol("B", (10**5, 10**6))
    made = np.sum(np.exp(A @ B) + 1.0, axis=0, keepdims=True)
    assert made.shape == (1, 10**6)
    assert rule_expression(REGISTRY["matmul"], 0, [A.shape, B.shape]).shape == A.shape


def test_layers_of_nn_run_on_symbols():
    x = Symbol("x", (5, 3), np.float32)
    layer = nn.Affine.from_arrays(np.ones((3, 2), np.float32), np.zeros(2, np.float32))
    made = nn.layers.affine.affine(x, Literal(layer.W.data, "W"), Literal(layer.b.data, "b"))
    assert made.latex() == "x W + b"
    assert made.shape == (5, 2)
