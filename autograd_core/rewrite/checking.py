"""Whether both sides of a step give the same numbers."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from autograd_core.rewrite.engine import Step, substitute
from autograd_core.rewrite.folding import compute
from autograd_core.rewrite.rule import EXACT, Rule
from autograd_core.symbolic import Call, Expression, Literal, Symbol

TRIALS = 16  # random inputs for each step
ENOUGH = 20_000  # random numbers: an array of so many is tried once


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the two sides of a step differ, relative to the larger of 1 and their largest
    magnitude.

    given: on the values that were given, None if none were; random: on random ones.
    trials: the number of random inputs.   allowed: what the rule's promise and the dtype allow.
    """

    given: float | None
    random: float
    trials: int
    allowed: float

    @property
    def holds(self) -> bool:
        """Whether both sides agree wherever they were tried."""
        return (self.given is None or self.given <= self.allowed) and self.random <= self.allowed

    def __str__(self) -> str:
        sure = "both sides agree" if self.holds else "THE SIDES DIFFER"
        found = [f"{self.random:.2g} on {self.trials} random inputs"]
        if self.given is not None:
            found.insert(0, f"{self.given:.2g} here")
        return f"{sure}: largest difference {', '.join(found)}"


class Evaluation:
    """The values of expressions for values of their symbols, each computed once."""

    def __init__(self, values: Mapping[Symbol, Any]) -> None:
        self.known: dict[Expression, Any] = {
            symbol: np.asarray(value, symbol.dtype)[()] for symbol, value in values.items()
        }

    def __call__(self, expression: Expression) -> Any:
        """The value of an expression."""
        stack = [expression]
        while stack:
            node = stack[-1]
            waiting = [operand for operand in node.operands if operand not in self.known]
            if node in self.known:
                stack.pop()
            elif waiting:
                stack.extend(waiting)
            elif isinstance(node, Call):
                args = [self.known[operand] for operand in node.operands]
                with np.errstate(all="ignore"):
                    self.known[node] = compute(node, args)
            else:
                self.known[node] = node.evaluate({})
        return self.known[expression]


def check(step: Step, values: Evaluation | None = None, trials: int = TRIALS) -> Agreement:
    """Both sides of a step, computed on values of the leaves and on random arguments.

    values: of the symbols of the expression that was rewritten; None tries random ones alone.

    trials: random arguments that are tried, or fewer of large ones: their elements count as well.

    The random arguments lie in the domain of the rule; literals stay what they are.

    >>> import numpy as np
    >>> from autograd_core.rewrite import ALGEBRA, Evaluation, rewrite
    >>> from autograd_core.symbolic import symbols
    >>> (x,) = symbols("x")
    >>> (step,) = rewrite(-(-x), ALGEBRA)
    >>> print(check(step, Evaluation({x: 3.0})))
    both sides agree: largest difference 0 here, 0 on 16 random inputs
    """
    given = None if values is None else difference(values(step.before), values(step.after))
    left, right, symbols = _alone(step)
    trials = min(trials, max(1, ENOUGH // max(1, sum(s.size for s in symbols))))
    random = _tried(step.rule, left, right, symbols, trials)
    return Agreement(given, random, trials, _allowed(step))


@lru_cache(maxsize=256)  # the derivatives of a graph have many steps in common
def _tried(
    rule: Rule, left: Expression, right: Expression, symbols: tuple[Symbol, ...], trials: int
) -> float:
    """The largest difference of both sides on random arguments: the same ones for the same rule in
    every process."""
    rng = np.random.default_rng(zlib.crc32(rule.name.encode()))
    found = []
    for _ in range(trials):
        random = Evaluation({s: _random(rng, s, rule.domain) for s in symbols})
        found.append(difference(random(left), random(right)))
    return max(found, default=0.0)


def _alone(step: Step) -> tuple[Expression, Expression, tuple[Symbol, ...]]:
    """Both sides as functions of the rule's arguments alone."""
    parts: dict[Expression, Expression] = {}
    for name, argument in step.arguments.items():
        if isinstance(argument, Expression) and not isinstance(argument, Literal):
            parts[argument] = Symbol(name, argument.shape, argument.dtype)
    left, right = (substitute(side, parts) for side in (step.before, step.after))
    return left, right, tuple(dict.fromkeys((*left.symbols(), *right.symbols())))


def _random(rng: np.random.Generator, symbol: Symbol, domain: Mapping[str, Any]) -> Any:
    """Numbers of a size that exp does not overflow for, in the argument's interval."""
    low, high = domain.get(symbol.name, (-np.inf, np.inf))
    x = rng.normal(size=symbol.shape)
    if np.isfinite(low):
        x = low + np.exp(x) if high == np.inf else low + (high - low) / (1 + np.exp(x))
    elif np.isfinite(high):
        x = high - np.exp(x)
    if symbol.dtype.kind in "iub":
        x = np.round(3 * x)
    return np.asarray(x).astype(symbol.dtype)[()]


def difference(x: Any, y: Any) -> float:
    """The largest difference of two arrays, relative to the larger of 1 and their magnitude; 0
    where both are NaN or the same infinity, infinite where only one of them is."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    differ = ~((x == y) | (np.isnan(x) & np.isnan(y)))
    if not differ.any():
        return 0.0
    finite = np.isfinite(x) & np.isfinite(y)
    if not finite[differ].all():
        return float("inf")
    scale = max(1.0, float(np.abs(x[finite]).max()), float(np.abs(y[finite]).max()))
    return float(np.abs(x - y)[differ].max()) / scale


def _allowed(step: Step) -> float:
    """Nothing for an exact rule; else what a few operations may round off."""
    dtype = step.before.dtype
    if step.rule.holds == EXACT or dtype.kind != "f":
        return 0.0
    return float(256 * np.finfo(dtype).eps)
