"""Rule: an equation between two pieces of NumPy code, and where it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isinf
from typing import Any, NamedTuple

from autograd_core.errors import AutogradError
from autograd_core.rewrite.patterns import Match, Param, matches
from autograd_core.symbolic import Expression, Symbol, escaped, expression

# How far both sides of a rule agree, wherever its domain says.
EXACT = "exact"  # the same bits for all numbers, for NaN, infinities and both zeros
SIGN_OF_ZERO = "up to the sign of zero"
ROUNDING = "up to rounding"  # the same real function; each side rounds in its own way


class Rewritten(NamedTuple):
    """What a rule makes of an expression.

    result: the new expression.   pattern: what was recognised.
    arguments: the rule's arguments by name, as they were found: operands and parameters.
    """

    result: Expression
    pattern: Expression
    arguments: Mapping[str, Any]


@dataclass(frozen=True, eq=False, repr=False)
class Rule:
    """`left(x, …) = right(x, …)`, to be used from left to right.

    left, right: NumPy functions of the same arguments.  They run on symbols: the left one gives the
        pattern to look for, the right one what comes in its place.  Keyword-only arguments stand
        for parameters of operations.
    holds: EXACT, SIGN_OF_ZERO or ROUNDING.
    domain: open intervals of arguments outside of which the sides differ; arguments that are not
        named may be anything, also NaN and infinite.
    valid: asked with the arguments, as expressions, and the parameters as keywords; it may look at
        shapes, dtypes and the values of literals.
    text, tex: the equation, where both sides on symbols are printed alike or not at all.

    Whatever a rule says, it is never used where the result's shape or dtype would change, nor on
    complex numbers.

    >>> import numpy as np
    >>> rule = Rule("logarithm of exp", lambda x: np.log(np.exp(x)), lambda x: x, holds=ROUNDING)
    >>> print(rule.equation)
    log(exp(x)) = x
    """

    name: str
    left: Callable[..., Any]
    right: Callable[..., Any]
    holds: str = EXACT
    domain: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    valid: Callable[..., bool] | None = None
    text: str = ""
    tex: str = ""

    @cached_property
    def variables(self) -> tuple[Symbol, ...]:
        """The arguments of both sides as symbols."""
        code = self.left.__code__
        return tuple(map(Symbol, code.co_varnames[: code.co_argcount]))

    @cached_property
    def patterns(self) -> tuple[Expression, ...]:
        """What to look for; several where the left side is not the same for all arrays."""
        return (expression(self.left(*self.variables, **self._params)),)

    @property
    def _params(self) -> dict[str, Param]:
        code = self.left.__code__
        first, count = code.co_argcount, code.co_kwonlyargcount
        return {name: Param(name) for name in code.co_varnames[first : first + count]}

    @cached_property
    def operations(self) -> frozenset[Any]:
        """The outermost operations of what it can be used on."""
        return frozenset(pattern.operation for pattern in self.patterns)

    @cached_property
    def sides(self) -> tuple[Expression, Expression]:
        """Both sides on symbols."""
        return self.patterns[0], expression(self.right(*self.variables, **self._params))

    @property
    def equation(self) -> str:
        """Both sides as text: "log(exp(x)) = x"."""
        return self.text or " = ".join(side.text() for side in self.sides)

    @property
    def latex(self) -> str:
        """Both sides in LaTeX."""
        if self.text:
            return self.tex or rf"\text{{{escaped(self.text)}}}"
        return " = ".join(side.latex() for side in self.sides)

    @property
    def where(self) -> str:
        """The domain as text: "x > 0"; "" where the rule holds everywhere."""
        return ", ".join(_interval(name, *bounds) for name, bounds in self.domain.items())

    def apply(self, node: Expression) -> Iterator[Rewritten]:
        """What the rule makes of an expression, in every way in which it can be used on it."""
        for pattern in self.patterns:
            for found in matches(pattern, node):
                operands = [found[variable] for variable in self.variables]
                params = {name: found[name] for name in self._params}
                if self.valid is None or self.valid(*operands, **params):
                    names = [variable.name for variable in self.variables]
                    yield from self._replace(node, pattern, operands, params, names)

    def _replace(
        self,
        node: Expression,
        pattern: Expression,
        operands: Sequence[Expression],
        params: Match,
        names: Sequence[str],
    ) -> Iterator[Rewritten]:
        """The right side in place of a node, if it has the same shape and dtype."""
        try:
            result = expression(self.right(*operands, **params))
        except AutogradError:  # the right side does not take these shapes or dtypes
            return
        same = result.shape == node.shape and result.dtype == node.dtype
        if same and node.dtype.kind != "c" and result is not node:
            yield Rewritten(result, pattern, {**dict(zip(names, operands, strict=True)), **params})

    def __repr__(self) -> str:
        return f"<rule {self.name}: {self.equation}>"


def _interval(name: str, low: float, high: float) -> str:
    if isinf(low) and isinf(high):
        return f"{name} is finite"
    if isinf(high):
        return f"{name} > {low:g}"
    return f"{name} < {high:g}" if isinf(low) else f"{low:g} < {name} < {high:g}"
