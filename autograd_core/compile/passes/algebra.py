"""Algebra: the equations of `autograd_core.rewrite`, and signs and factors that become one."""

from __future__ import annotations

from collections.abc import Sequence

from autograd_core.compile.passes.rebuilding import (
    Readers,
    Rules,
    number_of,
    rebuilt,
    substituted,
)
from autograd_core.ops import elementwise
from autograd_core.rewrite import ALGEBRA as EQUATIONS
from autograd_core.rewrite import EXACT, ROUNDING, Rule, rewrite
from autograd_core.rewrite.engine import substituted as parts_of
from autograd_core.rewrite.folding import FOLDING
from autograd_core.symbolic import Call, Expression, Literal
from autograd_core.tracing import Program

# Without those that hold on a part of the numbers only, that change the sign of a zero, or that can
# overflow where the other side does not and save nothing.
_LEFT_OUT = {"product of equal factors", FOLDING.name}
HOLDING: Sequence[Rule] = tuple(
    rule for rule in EQUATIONS
    if not rule.domain and rule.holds in (EXACT, ROUNDING) and rule.name not in _LEFT_OUT
)  # fmt: skip


def algebra(program: Program, rules: Sequence[Rule] = HOLDING) -> Program:
    """log(1 + x) = log1p(x),   x + (−y) = x − y,   xᵀᵀ = x,   … : the table ALGEBRA.

    Only what holds for all numbers, bit by bit or up to rounding.  What others read too is kept,
    and a step is taken only if the program then has fewer operations, or simpler ones.
    """
    results = (*program.outputs, *program.guards)
    whole = Call(_all_of, results, like=Literal(0))
    steps = list(rewrite(whole, rules))
    if not steps:
        return program
    made: dict[Expression, Expression] = {}
    for step in steps:
        for part in parts_of(whole, {step.before: step.after}).items():
            made[part[0]] = part[1]
        whole = made[whole]
        program = substituted(program, made)
        made = {}
    return program


def _all_of(*results: Expression) -> None:
    """What stands for all results of a program while it is rewritten."""


def factors(program: Program) -> Program:
    """−(c · x) = (−c) · x,   c · (d · x) = (c · d) · x,   x + x = 2 · x, where x is a product

    Exact but for the rounding of c · d.
    """
    return rebuilt(program, FACTORS)


def _scaled(node: Expression) -> tuple[float, Expression, int] | None:
    """A value as a number times another value, and how often it reads what stands in between."""
    if not isinstance(node, Call) or node.dtype.kind != "f":
        return None
    x, y = node.operands[0], node.operands[-1]
    if node.operation is elementwise.negative:
        return -1.0, x, 1
    if node.operation is elementwise.add and x is y:
        return 2.0, x, 2
    if node.operation is elementwise.multiply:
        for number, other in ((number_of(x), y), (number_of(y), x)):
            if number is not None and other.dtype == node.dtype and other.shape == node.shape:
                return number, other, 1
    return None


def _one_factor(node: Call, readers: Readers) -> Expression | None:
    outer = _scaled(node)
    inner = _scaled(outer[1]) if outer is not None else None
    if outer is None or inner is None or not readers.is_alone(outer[1], outer[2]):
        return None
    product = node.dtype.type(outer[0]) * node.dtype.type(inner[0])
    if not (abs(product) < float("inf")) or (product == 0):
        return None
    return Call(elementwise.multiply, (Literal(float(product)), inner[1]))


FACTORS: Rules = dict.fromkeys(
    (elementwise.negative, elementwise.add, elementwise.multiply), (_one_factor,)
)
