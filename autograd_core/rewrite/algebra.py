"""The table of rules.

They are used from left to right.  Where nothing else is said both sides have the same bits for all
numbers, also for NaN, infinities and zeros of either sign.
"""

# ruff: noqa: B002, PLW0108  both sides of a rule read as the two sides of an equation
from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.ops import elementwise, products, shaping
from autograd_core.rewrite.folding import FOLDING
from autograd_core.rewrite.rule import EXACT, ROUNDING, SIGN_OF_ZERO, Rule
from autograd_core.symbolic import Call, Expression, Literal

INF = np.inf
FINITE = (-INF, INF)
POSITIVE = (0.0, INF)


def _part(operation: Any, *operands: Expression, **params: Any) -> Expression:
    """An operation in a pattern whose shapes say nothing: its parameters may be open."""
    return Call(operation, operands, params, like=operands[0])


def _is_inverse(x: Expression, *, first: Any, second: Any) -> bool:
    return [first[axis] for axis in second] == list(range(len(first)))


def _is_in_order(x: Expression, *, axes: Any) -> bool:
    return list(axes) == list(range(len(axes)))


def _sums_to_one(x: Expression, t: Expression, ones: Expression, **params: Any) -> bool:
    """Whether t is known, and each of its rows sums to exactly 1."""
    if not isinstance(t, Literal) or not isinstance(ones, Literal) or not np.ndim(t.value):
        return False
    return bool(np.all(ones.value == 1) and np.all(np.dot(t.value, ones.value) == 1))


ALGEBRA = (
    FOLDING,
    # ── neutral elements ──────────────────────────────────────────────────────────────────────
    Rule("product with 1", lambda x: x * 1, lambda x: x,
         text="x · 1 = x", tex=r"x \cdot 1 = x"),
    Rule("quotient by 1", lambda x: x / 1, lambda x: x,
         text="x / 1 = x", tex=r"\frac{x}{1} = x"),
    Rule("sum with 0", lambda x: x + 0, lambda x: x, SIGN_OF_ZERO),  # -0 + 0 is 0
    Rule("difference with 0", lambda x: x - 0, lambda x: x),
    Rule("difference from 0", lambda x: 0 - x, lambda x: -x, SIGN_OF_ZERO),
    Rule("power of 1", lambda x: x**1, lambda x: x,
         text="x¹ = x", tex="x^1 = x"),
    Rule("sign kept", lambda x: +x, lambda x: x,
         text="+x = x", tex="+x = x"),
    Rule("product with 0", lambda x: x * 0, lambda x: np.zeros(x.shape, x.dtype)[()],
         SIGN_OF_ZERO, {"x": FINITE}),
    Rule("difference with itself", lambda x: x - x, lambda x: np.zeros(x.shape, x.dtype)[()],
         EXACT, {"x": FINITE}),
    # ── signs ─────────────────────────────────────────────────────────────────────────────────
    Rule("double negation", lambda x: -(-x), lambda x: x,
         text="−(−x) = x", tex="-(-x) = x"),
    Rule("product with −1", lambda x: x * -1, lambda x: -x,
         text="x · (−1) = −x", tex=r"x \cdot (-1) = -x"),
    Rule("sum with a negative", lambda x, y: x + -y, lambda x, y: x - y,
         text="x + (−y) = x − y", tex="x + (-y) = x - y"),
    Rule("difference with a negative", lambda x, y: x - -y, lambda x, y: x + y),
    Rule("negative of a difference", lambda x, y: -(x - y), lambda x, y: y - x, SIGN_OF_ZERO),
    Rule("product of a negative", lambda x, y: -x * y, lambda x, y: -(x * y),
         text="(−x) · y = −(x · y)", tex=r"(-x) \cdot y = -(x \cdot y)"),
    Rule("quotient of a negative", lambda x, y: -x / y, lambda x, y: -(x / y),
         text="(−x) / y = −(x / y)", tex=r"\frac{-x}{y} = -\frac{x}{y}"),
    Rule("quotient by a negative", lambda x, y: x / -y, lambda x, y: -(x / y),
         text="x / (−y) = −(x / y)", tex=r"\frac{x}{-y} = -\frac{x}{y}"),
    # ── products, quotients, powers ───────────────────────────────────────────────────────────
    Rule("reciprocal", lambda x: 1 / x, lambda x: np.reciprocal(x),
         text="1 / x = reciprocal(x)", tex=r"\frac{1}{x} = x^{-1}"),
    Rule("reciprocal of a reciprocal", lambda x: np.reciprocal(np.reciprocal(x)), lambda x: x,
         ROUNDING),
    Rule("product with a reciprocal", lambda x, y: x * np.reciprocal(y), lambda x, y: x / y,
         ROUNDING, text="x · (1 / y) = x / y", tex=r"x \cdot \frac{1}{y} = \frac{x}{y}"),
    Rule("quotient by a reciprocal", lambda x, y: x / np.reciprocal(y), lambda x, y: x * y,
         ROUNDING),
    Rule("reciprocal of a quotient", lambda x, y: np.reciprocal(x / y), lambda x, y: y / x,
         ROUNDING),
    Rule("quotient of a reciprocal", lambda x: np.reciprocal(x) / x,
         lambda x: np.square(np.reciprocal(x)), ROUNDING,
         text="(1 / x) / x = (1 / x)²", tex=r"\frac{1}{x} / x = \left(\frac{1}{x}\right)^2"),
    Rule("quotient of a product", lambda x, y: x * np.reciprocal(y) / y,
         lambda x, y: x * np.square(np.reciprocal(y)), ROUNDING,
         text="x · (1 / y) / y = x · (1 / y)²",
         tex=r"x \cdot \frac{1}{y} / y = x \cdot \left(\frac{1}{y}\right)^2"),
    Rule("quotient of a product with a square", lambda x, y: x * np.square(np.reciprocal(y)) / y,
         lambda x, y: x * np.reciprocal(y) * np.square(np.reciprocal(y)), ROUNDING,
         text="x · (1 / y)² / y = x · (1 / y) · (1 / y)²",
         tex=r"x \cdot \left(\frac{1}{y}\right)^2 / y"
             r" = x \cdot \frac{1}{y} \cdot \left(\frac{1}{y}\right)^2"),
    Rule("square", lambda x: x * x, lambda x: np.square(x),
         text="x · x = x²", tex=r"x \cdot x = x^2"),
    Rule("power of 2", lambda x: x**2, lambda x: np.square(x), ROUNDING,
         text="power(x, 2) = square(x)", tex=r"x^2 = x \cdot x"),
    Rule("power of −1", lambda x: x**-1, lambda x: np.reciprocal(x), ROUNDING,
         text="x⁻¹ = 1 / x", tex=r"x^{-1} = \frac{1}{x}"),
    Rule("power of ½", lambda x: x**0.5, lambda x: np.sqrt(x), ROUNDING, {"x": POSITIVE},
         text="x^½ = √x", tex=r"x^{1/2} = \sqrt{x}"),
    Rule("product of equal factors", lambda x, y: x * y * y, lambda x, y: x * np.square(y),
         ROUNDING, text="x · y · y = x · y²", tex=r"x \cdot y \cdot y = x \cdot y^2"),
    Rule("product of a square", lambda x, y: x * np.square(y) * y,
         lambda x, y: x * y * np.square(y), ROUNDING,
         text="x · y² · y = x · y · y²", tex=r"x \cdot y^2 \cdot y = x \cdot y \cdot y^2"),
    Rule("square of a root", lambda x: np.square(np.sqrt(x)), lambda x: x, ROUNDING,
         {"x": POSITIVE}),
    Rule("root of a square", lambda x: np.sqrt(np.square(x)), lambda x: np.absolute(x), ROUNDING),
    Rule("square of a negative", lambda x: np.square(-x), lambda x: np.square(x)),
    # ── exponentials and logarithms ───────────────────────────────────────────────────────────
    Rule("exp of a logarithm", lambda x: np.exp(np.log(x)), lambda x: x, ROUNDING,
         {"x": POSITIVE}),
    Rule("logarithm of exp", lambda x: np.log(np.exp(x)), lambda x: x, ROUNDING, {"x": FINITE}),
    Rule("logarithm near 1", lambda x: np.log(1 + x), lambda x: np.log1p(x), ROUNDING,
         text="log(1 + x) = log1p(x)", tex=r"\log(1 + x) = \operatorname{log1p}(x)"),
    Rule("exp near 0", lambda x: np.exp(x) - 1, lambda x: np.expm1(x), ROUNDING,
         text="exp(x) − 1 = expm1(x)", tex=r"e^x - 1 = \operatorname{expm1}(x)"),
    Rule("expm1 of log1p", lambda x: np.expm1(np.log1p(x)), lambda x: x, ROUNDING,
         {"x": (-1.0, INF)}, text="expm1(log1p(x)) = x",
         tex=r"\operatorname{expm1}(\operatorname{log1p}(x)) = x"),
    Rule("log1p of expm1", lambda x: np.log1p(np.expm1(x)), lambda x: x, ROUNDING, {"x": FINITE},
         text="log1p(expm1(x)) = x", tex=r"\operatorname{log1p}(\operatorname{expm1}(x)) = x"),
    # ── shapes ────────────────────────────────────────────────────────────────────────────────
    Rule("reshaping to the same shape", lambda x, *, shape: _part(shaping.reshape, x, shape=shape),
         lambda x, *, shape: x, text="reshape(x, shape of x) = x"),
    Rule("reshaping twice",
         lambda x, *, first, second:
         _part(shaping.reshape, _part(shaping.reshape, x, shape=first), shape=second),
         lambda x, *, first, second: np.reshape(x, second),
         text="reshape(reshape(x, a), b) = reshape(x, b)"),
    Rule("repeating to the same shape",
         lambda x, *, shape: _part(elementwise.broadcast_to, x, shape=shape),
         lambda x, *, shape: x, text="repeat(x, shape of x) = x"),
    Rule("product with what is repeated",
         lambda x, y, *, shape: _part(elementwise.broadcast_to, x, shape=shape) * y,
         lambda x, y, *, shape: x * y, text="repeat(x, shape of y) · y = x · y"),
    Rule("casting to the same dtype", lambda x, *, dtype: _part(elementwise.astype, x, dtype=dtype),
         lambda x, *, dtype: x, text="astype(x, dtype of x) = x"),
    Rule("transposing in order", lambda x, *, axes: _part(shaping.transpose, x, axes=axes),
         lambda x, *, axes: x, valid=_is_in_order, text="transpose(x, axes in order) = x"),
    Rule("transposing twice",
         lambda x, *, first, second:
         _part(shaping.transpose, _part(shaping.transpose, x, axes=first), axes=second),
         lambda x, *, first, second: x, valid=_is_inverse, text="xᵀᵀ = x"),
    # ── targets ───────────────────────────────────────────────────────────────────────────────
    Rule("rows that sum to 1",
         lambda x, t, ones, *, index:
         x * _part(shaping.getitem, _part(products.dot, t, ones), index=index),
         lambda x, t, ones, *, index: x, valid=_sums_to_one,
         text="x · (sum of each row of t) = x, where the rows of t sum to 1"),
)  # fmt: skip
