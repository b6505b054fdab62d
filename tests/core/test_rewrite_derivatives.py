"""Derivatives as expressions, and what rules make of them."""

from typing import Any

import numpy as np
import pytest

import nn  # noqa: F401  registers its composites
from autograd_core import Tensor, sigmoid
from autograd_core.errors import UncoveredError
from autograd_core.primitive import REGISTRY
from autograd_core.rewrite import Evaluation, all_rules, check, gradients, rewrite, simplified
from autograd_core.symbolic import Call, Expression, Literal, Symbol, symbols

x, y, g = symbols("x y g")
ROWS = np.array([[0.3, 2.9, 4.0], [1.0, -2.0, 0.5]])
ONE_HOT = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
logits, targets = Symbol("x", (2, 3)), Symbol("t", (2, 3))


def derivative(expression: Expression, of: Expression, seed: Any = None) -> Expression:
    (found,) = gradients(expression, [of], seed)
    assert found is not None
    return found


def cross_entropy(t: Any) -> Expression:
    """As the book's appendix A draws it."""
    powers = np.exp(logits)
    probabilities = powers * np.reciprocal(np.sum(powers, axis=-1, keepdims=True))
    return -np.sum(np.log(probabilities) * t) / 2


def finite_difference(expression: Expression, of: Expression, values: Any) -> Any:
    point = np.asarray(values[of], float)
    slope = np.zeros(point.shape)
    for place in np.ndindex(point.shape):
        ends = []
        for step in (1e-6, -1e-6):
            moved = point.copy()
            moved[place] += step
            ends.append(expression.evaluate({**values, of: moved}))
        slope[place] = (ends[0] - ends[1]) / 2e-6
    return slope


# ── derivatives ───────────────────────────────────────────────────────────────────────────────
a, b = Symbol("a", (2, 3)), Symbol("b", (3,))


@pytest.mark.parametrize(
    "expression",
    [
        np.sum(np.exp(a) * b / (1 + a * a)),
        np.sum((a @ b) ** 2),
        np.mean(a * 2 + b) ** 3,
        np.sum(np.concatenate([a, a * a], axis=1)[:, 1:5] ** 2),
        np.max(a) - np.var(a) + np.sum(sigmoid(a)),
        np.sum(np.reshape(a, (3, 2)).T * np.maximum(a, b)),
    ],
    ids=str,
)
def test_derivatives_agree_with_finite_differences(expression: Expression) -> None:
    values = {a: ROWS / 3, b: np.array([0.2, -0.7, 1.3])}
    for of in expression.symbols():
        found = derivative(expression, of).evaluate(values)
        np.testing.assert_allclose(
            found, finite_difference(expression, of, values), rtol=1e-6, atol=1e-8
        )


def test_what_a_result_does_not_depend_on_has_no_derivative() -> None:
    assert gradients(x * x, [y]) == [None]
    assert gradients(x, [x])[0] is Literal(np.float64(1))


def test_the_derivative_has_the_shape_and_dtype_of_its_variable() -> None:
    row = Symbol("r", (3,), np.float32)
    found = derivative(np.sum(row * a), row)
    assert (found.shape, found.dtype) == ((3,), np.float32)


def test_a_function_without_a_rule_is_named() -> None:
    with pytest.raises(UncoveredError, match=r"^where: it is no primitive and has no derivative"):
        derivative(np.where(x > 0, x, 0), x)


# ── simplified ────────────────────────────────────────────────────────────────────────────────
def test_the_sigmoids_four_steps_have_the_derivative_y_times_1_minus_y() -> None:
    """Book, section 5.5.1."""
    four_steps = np.reciprocal(np.exp(-x) + 1)
    found = simplified(derivative(four_steps, x), all_rules())
    assert found is sigmoid(x) * (1 - sigmoid(x))
    steps = list(rewrite(derivative(four_steps, x, g), all_rules()))
    assert steps[-1].after is g * (sigmoid(x) * (1 - sigmoid(x)))
    assert "derivative of sigmoid" in [step.rule.name for step in steps]


WRITINGS = {
    "reciprocal(exp(-x) + 1)": lambda x: np.reciprocal(np.exp(-x) + 1),
    "1 / (1 + exp(-x))": lambda x: 1 / (1 + np.exp(-x)),
    "(1 + exp(-x)) ** -1": lambda x: (1 + np.exp(-x)) ** -1,
    "(exp(-1.0 * x) + 1.0) ** -1.0": lambda x: (np.exp(-1.0 * x) + 1.0) ** -1.0,
    "sigmoid(x)": sigmoid,
}


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
@pytest.mark.parametrize("reader", ["gradient", "sum", "mean"])
def test_y_times_1_minus_y_is_found_however_the_sigmoid_is_written(
    writing: str, shape: Any, reader: str
) -> None:
    of = Symbol("x", shape)
    y = WRITINGS[writing](of)
    seed = Symbol("g", shape) if reader == "gradient" else None
    whole = y if reader == "gradient" else getattr(np, reader)(y)
    result = simplified(derivative(whole, of, seed), all_rules())
    operations = {node.operation.name for node in result.nodes() if isinstance(node, Call)}
    assert operations <= {"sigmoid", "subtract", "multiply", "broadcast_to"}
    point = np.linspace(-2.0, 1.0, int(np.prod(shape, dtype=int))).reshape(shape)[()]
    values = {of: point, **({} if seed is None else {seed: np.cos(point)})}
    np.testing.assert_allclose(
        result.evaluate(values), derivative(whole, of, seed).evaluate(values), rtol=1e-13
    )


PRODUCTS = {
    "x · y": lambda x, y: x * y,
    "y · y": lambda x, y: y * y,
    "y²": lambda x, y: y**2,
    "x² · y · 2": lambda x, y: x**2 * y * 2,
    "(y · x) · (1 − y)": lambda x, y: y * x * (1 - y),
    "sigmoid(y)": lambda x, y: 1 / (1 + np.exp(-y)),
    "−x · log(y)": lambda x, y: -x * np.log(y),
}


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("writing", ["reciprocal(exp(-x) + 1)", "1 / (1 + exp(-x))", "sigmoid(x)"])
@pytest.mark.parametrize("shape", [(), (3,)])
def test_y_times_1_minus_y_is_found_within_products_that_read_y_as_well(
    product: str, writing: str, shape: Any
) -> None:
    of, seed = Symbol("x", shape), Symbol("g", shape)
    whole = derivative(PRODUCTS[product](of, WRITINGS[writing](of)), of, seed)
    result = simplified(whole, all_rules())
    assert "exp" not in {node.operation.name for node in result.nodes() if isinstance(node, Call)}
    point = np.linspace(-2.0, 1.0, int(np.prod(shape, dtype=int))).reshape(shape)[()]
    values = {of: point, seed: np.cos(point)}
    np.testing.assert_allclose(result.evaluate(values), whole.evaluate(values), rtol=1e-12)


def test_softmax_with_loss_has_the_derivative_y_minus_t() -> None:
    """Book, appendix A; divided by the batch of two."""
    result = simplified(derivative(cross_entropy(Literal(ONE_HOT)), logits), all_rules())
    powers = np.exp(ROWS)
    expected = (powers / powers.sum(axis=1, keepdims=True) - ONE_HOT) / 2
    np.testing.assert_allclose(result.evaluate({logits: ROWS}), expected, rtol=1e-14)
    names = [node.operation.name for node in result.nodes() if isinstance(node, Call)]
    assert names == ["softmax", "subtract", "multiply"]


def test_targets_that_do_not_sum_to_1_keep_their_sum() -> None:
    for t in (Literal(2 * ONE_HOT), targets):
        result = simplified(derivative(cross_entropy(t), logits), all_rules())
        values = {logits: ROWS, targets: ROWS + 3}
        unsimplified = derivative(cross_entropy(t), logits).evaluate(values)
        np.testing.assert_allclose(result.evaluate(values), unsimplified, rtol=1e-13)
        assert len(result.nodes()) > 6


def test_the_forward_graph_becomes_one_operation() -> None:
    result = simplified(cross_entropy(targets), all_rules())
    assert result.operation is REGISTRY["softmax_with_loss"]
    assert result.operands == (logits, targets)


def test_a_complex_literal_is_in_no_rule() -> None:
    z = Symbol("z", (2,), np.complex128)
    for whole in (z * np.array([1 + 0j, 1]), z + np.zeros(2, np.complex128), z * (1 + 0j)):
        assert simplified(whole, all_rules()) is whole


def test_products_of_numbers_are_no_products_of_matrices() -> None:
    assert simplified(x * y + g, all_rules()) is x * y + g
    rows, weights, bias = Symbol("r", (5, 4)), Symbol("w", (4, 3)), Symbol("b", (3,))
    result = simplified(np.dot(rows, weights) + bias, all_rules())
    assert result.operation is REGISTRY["affine"]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ["sigmoid", "softmax", "log_softmax", "var", "softmax_with_loss"])
def test_the_derivative_of_a_definition_is_the_composites_own_rule(name: str, dtype: Any) -> None:
    primitive = REGISTRY[name]
    operands = [Symbol(n, (2, 3), dtype) for n in primitive.inputs]
    definition = primitive.definition(*operands, **primitive.defaults)
    seed = Symbol("g", definition.shape, dtype)
    whole = derivative(definition, operands[0], seed)
    steps = list(rewrite(whole, all_rules()))
    assert f"derivative of {name.replace('_', ' ')}" in [
        step.rule.name.removesuffix(" for x") for step in steps
    ]
    assert all(check(step).holds for step in steps)
    rng = np.random.default_rng(3)
    values = {s: rng.normal(size=s.shape).astype(dtype) for s in (*operands, seed)}
    tensors = {s: Tensor(values[s]) for s in operands}
    out = primitive(*tensors.values())
    out.backward(values[seed])
    found = simplified(whole, all_rules()).evaluate(values)
    assert found.dtype == dtype
    np.testing.assert_allclose(
        found, tensors[operands[0]].grad, rtol=1e-4 if dtype is np.float32 else 1e-12, atol=1e-6
    )


def test_every_step_of_a_derivative_is_checked_on_the_values_at_hand() -> None:
    values = Evaluation({logits: ROWS, targets: ONE_HOT})
    for step in rewrite(derivative(cross_entropy(targets), logits), all_rules()):
        agreement = check(step, values)
        assert agreement.holds
        assert agreement.given is not None
