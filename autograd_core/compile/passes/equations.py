"""Algebra: the equations of `autograd_core.rewrite`."""

from __future__ import annotations

from collections.abc import Sequence

from autograd_core.compile.passes.rebuilding import substituted
from autograd_core.rewrite import ALGEBRA as EQUATIONS
from autograd_core.rewrite import EXACT, ROUNDING, Rule
from autograd_core.rewrite.engine import replacements
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
    return substituted(program, replacements(whole, rules))


def _all_of(*results: Expression) -> None:
    """What stands for all results of a program while it is rewritten."""
