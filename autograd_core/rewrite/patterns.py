"""Patterns: expressions with variables, and where they occur in other expressions.

A pattern is an expression whose symbols stand for any expressions.  A literal in it stands for
itself in any dtype and shape, a `Param` for any value of a parameter.  A sum or product matches in
either order of its operands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import copysign
from typing import Any

import numpy as np

from autograd_core.ops import elementwise
from autograd_core.symbolic import Call, Expression, Literal, Symbol

# In floating arithmetic too, x + y is y + x and x · y is y · x, to the last bit.
COMMUTATIVE = (elementwise.add, elementwise.multiply, elementwise.maximum, elementwise.minimum)


class Param:
    """Any value of an operation's parameter, by a name under which a rule gets to know it."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<param {self.name}>"


# What was found: for each symbol and inner node of a pattern an expression, for each Param a value.
Match = Mapping[Any, Any]


def matches(pattern: Expression, node: Expression, loosely: bool = False) -> Iterator[Match]:
    """Every way in which an expression is an instance of a pattern.

    loosely: any literals and any parameters will do.
    """
    stack: list[tuple[Any, dict[Any, Any]]] = [(((pattern, node), None), {})]
    while stack:
        pending, found = stack.pop()
        if pending is None:
            yield found
            continue
        (wanted, given), rest = pending
        for pairs, more in reversed(_ways(wanted, given, found, loosely)):
            inner = rest
            for pair in reversed(pairs):
                inner = (pair, inner)
            stack.append((inner, more))


def _ways(
    wanted: Expression, given: Expression, found: dict[Any, Any], loosely: bool
) -> list[tuple[tuple[Any, ...], dict[Any, Any]]]:
    """How a node can be an instance of a pattern's: pairs of operands that have to match then, and
    what is found by it."""
    if wanted in found:
        return [((), found)] if found[wanted] is given else []
    if isinstance(wanted, Symbol):
        return [((), {**found, wanted: given})]
    if isinstance(wanted, Literal):
        if not isinstance(given, Literal):
            return []
        # No rule is for complex numbers, whose zeros have two signs.
        known = loosely or (given.dtype.kind != "c" and _equal(wanted.value, given.value))
        return [((), found)] if known else []
    if wanted.operation is given.operation and len(wanted.operands) == len(given.operands):
        bound = {} if loosely else _bound(wanted, given, found)
        if bound is not None:
            more = {**found, wanted: given, **bound}
            return [(tuple(zip(wanted.operands, way, strict=True)), more) for way in _orders(given)]
    return []


def _orders(node: Expression) -> list[tuple[Expression, ...]]:
    operands = node.operands
    if node.operation in COMMUTATIVE and operands[0] is not operands[1]:
        return [operands, operands[::-1]]
    return [operands]


def _bound(wanted: Expression, given: Expression, found: Match) -> dict[str, Any] | None:
    """The values of the parameters that are left open, None if others differ."""
    bound: dict[str, Any] = {}
    for name, value in wanted.params.items():
        actual = given.params.get(name)
        if isinstance(value, Param):
            if not _equal(found.get(value.name, actual), actual):
                return None
            bound[value.name] = actual
        elif not _equal(value, actual):
            return None
    return bound


def _equal(wanted: Any, given: Any) -> bool:
    """Whether two parameters or literals are the same; a number stands for an array of it too, and
    0 is not -0."""
    if isinstance(wanted, np.ndarray) or isinstance(given, np.ndarray):
        if np.ndim(wanted) and np.shape(wanted) != np.shape(given):
            return False
        same = np.equal(wanted, given) & (np.signbit(wanted) == np.signbit(given))
        return np.size(given) > 0 and bool(np.all(same))
    if wanted is given or wanted != given:
        return wanted is given
    return bool(wanted != 0) or copysign(1, wanted) == copysign(1, given)


def size(pattern: Expression) -> int:
    """The number of operations in a pattern."""
    return sum(isinstance(node, Call) for node in pattern.nodes())
