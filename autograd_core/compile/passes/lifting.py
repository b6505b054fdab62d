"""Factors: numbers by which arrays are multiplied wait until something else needs the product."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autograd_core.compile.passes.rebuilding import number_of, substituted
from autograd_core.ops import elementwise
from autograd_core.rewrite.engine import with_operands
from autograd_core.symbolic import Call, Expression, Literal
from autograd_core.tracing import Program


def factors(program: Program) -> Program:
    """(c · x) · y = c · (x · y),   c · x + c · y = c · (x + y),   −(c · x) = (−c) · x,
    x + x = 2 · x

    For elementwise operations on arrays of one shape, and if the program then has fewer operations.
    Up to rounding and the sign of zero.
    """
    lifting = _Lifting()
    for node in program.values:
        lifting.add(node)
    results = (*program.outputs, *program.guards)
    made = {node: lifting.value(node) for node in (*program.operations, *results)}
    after = substituted(program, made)
    return after if len(after.operations) < len(program.operations) else program


class _Scaled(NamedTuple):
    """A number times a value."""

    factor: float
    base: Expression


class _Lifting:
    """Every value as a number times another one."""

    def __init__(self) -> None:
        self.forms: dict[Expression, _Scaled] = {}

    def add(self, node: Expression) -> None:
        """Note the form of a value, after those of its operands."""
        form = self._form(node) if isinstance(node, Call) and node.dtype.kind == "f" else None
        if form is None or not _is_representable(form.factor, node.dtype):
            made = {x: self.value(x) for x in node.operands}
            form = _Scaled(1.0, with_operands(node, made))
        self.forms[node] = form

    def value(self, node: Expression) -> Expression:
        """The value itself, computed."""
        factor, base = self.forms[node]
        if factor in (1.0, -1.0):
            return base if factor == 1.0 else Call(elementwise.negative, (base,))
        return Call(elementwise.multiply, (Literal(factor), base))

    def _form(self, node: Call) -> _Scaled | None:
        operands = [self._operand(x, node) for x in node.operands]
        if node.operation is elementwise.negative:
            return _Scaled(-operands[0].factor, operands[0].base)
        if node.operation is elementwise.multiply:
            return self._product(node, *operands)
        if node.operation is elementwise.divide:
            x, y = operands
            return _Scaled(x.factor / y.factor, Call(node.operation, (x.base, y.base), like=node))
        if node.operation in (elementwise.add, elementwise.subtract):
            return _sum(node, *operands)
        return None

    def _operand(self, x: Expression, reader: Call) -> _Scaled:
        """The form of an operand; one that is smaller than the result is better scaled itself."""
        form = self.forms[x]
        if (x.shape, x.dtype) == (reader.shape, reader.dtype):
            return form
        return _Scaled(1.0, self.value(x))

    def _product(self, node: Call, x: _Scaled, y: _Scaled) -> _Scaled:
        for one, other, place in ((x, y, 1), (y, x, 0)):
            number = number_of(one.base)
            whole = node.operands[place]
            if number is not None and (whole.shape, whole.dtype) == (node.shape, node.dtype):
                return _Scaled(number * other.factor, other.base)
        return _Scaled(x.factor * y.factor, Call(node.operation, (x.base, y.base), like=node))


def _sum(node: Call, x: _Scaled, y: _Scaled) -> _Scaled | None:
    sign = 1.0 if node.operation is elementwise.add else -1.0
    second = sign * y.factor
    if x.base is y.base and x.factor + second:
        return _Scaled(x.factor + second, x.base)
    if abs(x.factor) == abs(second):
        operation = elementwise.add if x.factor == second else elementwise.subtract
        return _Scaled(x.factor, Call(operation, (x.base, y.base), like=node))
    if 1.0 in (abs(x.factor), abs(second)):
        return None
    ratio = y.factor / x.factor
    if not _is_representable(ratio, node.dtype):
        return None
    term = Call(elementwise.multiply, (Literal(ratio), y.base))
    return _Scaled(x.factor, Call(node.operation, (x.base, term), like=node))


def _is_representable(factor: float, dtype: np.dtype[Any]) -> bool:
    """Whether a number keeps its digits in a dtype."""
    limits: Any = np.finfo(dtype)
    return bool(limits.tiny <= abs(factor) <= limits.max)
