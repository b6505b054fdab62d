"""The reverse pass on expressions: derivatives as expressions, from the primitives' own rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_core.errors import UncoveredError
from autograd_core.mode import mode
from autograd_core.primitive import Primitive
from autograd_core.shapes import broadcast_axes
from autograd_core.symbolic import Expression, Literal, expression, on_symbols


def gradients(
    result: Expression, wrt: Sequence[Expression], g: Expression | None = None
) -> list[Expression | None]:
    """The derivatives of a result with respect to some of its parts; None where it does not depend
    on one.

    g: the gradient of the result, in its shape; None is 1, for a number.

    Raises UncoveredError for an operation that is no primitive.

    >>> from autograd_core.symbolic import symbols
    >>> x, y = symbols("x y")
    >>> print(gradients(x * y * x, [x])[0])
    x · y + x · y
    """
    order = result.nodes()
    needed = set(wrt)
    for node in order:
        if not needed.isdisjoint(node.operands):
            needed.add(node)
    seed = Literal(result.dtype.type(1)) if g is None else g
    found: dict[Expression, Expression] = {result: seed} if result in needed else {}
    for node in reversed(order):
        if node not in found or not node.operands:
            continue
        for position, operand in enumerate(node.operands):
            if operand in needed:
                dx = pull(node, position, found[node])
                found[operand] = found[operand] + dx if operand in found else dx
    return [found.get(x) for x in wrt]


def pull(node: Expression, position: int, g: Expression) -> Expression:
    """What an operation sends back to one of its operands when `g` arrives at it."""
    primitive, operand = node.operation, node.operands[position]
    if not isinstance(primitive, Primitive):
        raise UncoveredError(
            f"{primitive.__name__}: it is no primitive and has no derivative rule. Declare one "
            "with `primitive`, or differentiate what is computed before it."
        )
    rule = primitive.rule_of(position)
    code = rule.__code__
    names = code.co_varnames[1 : code.co_argcount]
    with mode(expanded=False), on_symbols(primitive.name):
        dx = expression(rule(g, *[_named(node, name, position) for name in names]))
        return _fit(dx, operand)


def _named(node: Expression, name: str, position: int) -> Any:  # noqa: PLR0911  one for each kind
    """What a rule's argument of that name stands for."""
    primitive: Primitive = node.operation
    if name == "out":
        return node
    if name in node.params:
        return node.params[name]
    if name in primitive.residuals:
        function = primitive.residuals[name]
        code = function.__code__
        wanted = code.co_varnames[: code.co_argcount]
        return function(*[_named(node, other, position) for other in wanted])
    if primitive.variadic:
        if name == "i":
            return position
        shapes = tuple(operand.shape for operand in node.operands)
        return node.operands if name == primitive.inputs[0] else shapes
    if name in primitive.inputs:
        return as_argument(node.operands[primitive.inputs.index(name)])
    return node.operands[primitive.inputs.index(name.removesuffix("_shape"))].shape


def as_argument(operand: Expression) -> Any:
    """An operand as rules and definitions take it: indices that are known as an array of them."""
    if isinstance(operand, Literal) and operand.ndim and operand.dtype.kind in "iu":
        return operand.value
    return operand


def _fit(dx: Expression, operand: Expression) -> Expression:
    """The gradient in the shape and dtype of its operand: what was repeated is summed."""
    if dx.shape != operand.shape:
        axes = broadcast_axes(dx.shape, operand.shape)
        dx = expression(np.sum(dx, axis=axes)) if axes else dx
        dx = expression(np.reshape(dx, operand.shape))
    return dx if dx.dtype == operand.dtype else dx.astype(operand.dtype)
