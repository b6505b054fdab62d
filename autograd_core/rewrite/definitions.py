"""Rules that composites bring along: their definition, and the derivative of their definition.

A composite is declared as a definition in primitives and a fast form.  So `definition(x) = fast(x)`
is a rule, and so is that the derivative of the definition equals the composite's own rule.  Both
are traced on symbols; nobody writes them down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from itertools import product
from typing import Any

import numpy as np

from autograd_core.errors import ShapeError
from autograd_core.primitive import ELEMENTWISE, REGISTRY, Primitive
from autograd_core.rewrite.algebra import ALGEBRA
from autograd_core.rewrite.derivative import as_argument, gradients, pull
from autograd_core.rewrite.engine import rewrite, simplified, substitute, with_operands
from autograd_core.rewrite.folding import ANY
from autograd_core.rewrite.patterns import size
from autograd_core.rewrite.rule import ROUNDING, Rule
from autograd_core.rewrite.traced import Traced, TracedRule
from autograd_core.shapes import Shape
from autograd_core.symbolic import Expression, Literal, Symbol, expression

# Arrays that definitions are tried on, to see what operations they consist of: a number, a vector,
# a matrix; for several operands also what fits these in a product.
_ONE: tuple[Shape, ...] = ((), (3,), (2, 3))
_SEVERAL: tuple[Shape, ...] = (*_ONE, (3, 4), (4,))
_MOST = 3  # operands of a definition that is tried at all


def all_rules() -> tuple[Rule, ...]:
    """Every rule: those of the composites that are registered now, then those of algebra.

    >>> from autograd_core.rewrite import all_rules
    >>> print(*[rule.equation for rule in all_rules() if rule.name == "sigmoid"])
    1 / (exp(−x) + 1) = sigmoid(x)
    """
    return _rules_of_all(tuple(p for p in REGISTRY.values() if p.definition is not None))


@lru_cache(maxsize=4)
def _rules_of_all(composites: tuple[Primitive, ...]) -> tuple[Rule, ...]:
    definitions: tuple[TracedRule, ...] = ()
    slopes: tuple[TracedRule, ...] = ()
    for composite in composites:
        definition, its_slopes = _rules_of(composite, definitions)
        definitions += definition
        slopes += its_slopes
    aware = [_aware_of(slope, slopes) for slope in slopes]
    return (*definitions, *filter(_shortens, aware), *ALGEBRA)


def _aware_of(slope: TracedRule, others: Sequence[TracedRule]) -> TracedRule:
    """A derivative's rule, with what the other derivatives' rules do to its left side."""
    rest = tuple(other for other in others if other.name != slope.name)
    for form in slope.forms:
        for _ in rewrite(form.pattern, rest):
            return replace(slope, rules=(*slope.rules, *rest), memory={})
    return slope


@cache
def _rules_of(
    composite: Primitive, known: tuple[TracedRule, ...]
) -> tuple[tuple[TracedRule, ...], tuple[TracedRule, ...]]:
    """The definition as a rule, if it can be traced, and those of the derivatives.

    known: the definitions of the composites that it may use.
    """
    if composite.variadic or len(composite.inputs) > _MOST:
        return (), ()
    tried = _tried_on(composite)
    definition = _definition(composite, tried, (*known, *ALGEBRA))
    if not definition.forms:
        return (), ()
    fitting = [traced for traced in map(definition.on, tried) if traced is not None]
    rules = (definition, *known, *ALGEBRA)
    slopes = [
        _derivative(composite, operand, fitting, rules, seeded, spelling)
        for operand in range(len(composite.inputs))
        for seeded in (True, False)
        for spelling in (None, *_spellings(composite, fitting[0].pattern))
    ]
    distinct = {slope.patterns: slope for slope in reversed(slopes)}
    return (definition,), tuple(filter(_shortens, reversed(distinct.values())))


def _spellings(composite: Primitive, definition: Expression) -> list[Rule]:
    """The rules that write an operation of a definition in another way: 1 / x for a reciprocal.
    Each way has another derivative, of which not all become the same."""
    if composite.kind != ELEMENTWISE or len(composite.inputs) > 1:
        return []
    operations = {node.operation for node in definition.nodes()}
    return [
        rule
        for rule in ALGEBRA
        if rule.operations.isdisjoint({ANY})
        and rule.left.__code__.co_varnames == ("x",)
        and size(rule.sides[0]) == size(rule.sides[1]) == 1
        and rule.sides[1].operation in operations
    ]


def _spelled(whole: Expression, rule: Rule | None) -> Expression:
    """An expression with the left side of a rule wherever it has the right one."""
    if rule is None:
        return whole
    made: dict[Expression, Expression] = {}
    for node in whole.nodes():
        made[node] = with_operands(node, made)
        if node.operation is rule.sides[1].operation:
            made[node] = expression(rule.left(*made[node].operands))
    return made[whole]


def _tried_on(composite: Primitive) -> list[tuple[Shape, ...]]:
    """Shapes for its operands.  With a number in place of a matrix, their product would be a mere
    product, and every product found to be one of matrices."""
    count = len(composite.inputs)
    if count == 1:
        return [(shape,) for shape in _ONE]
    tried = product(_SEVERAL, repeat=count)
    return [shapes for shapes in tried if shapes[0] or composite.kind == ELEMENTWISE]


def _shortens(rule: TracedRule) -> bool:
    """Whether there is a left side, with more operations than the right one."""
    return bool(rule.forms) and size(rule.sides[0]) > size(rule.sides[1])


def _definition(
    primitive: Primitive, tried: list[tuple[Shape, ...]], rules: Sequence[Rule]
) -> TracedRule:
    assert primitive.definition is not None
    return TracedRule(
        primitive.name.replace("_", " "), primitive.definition, primitive, ROUNDING,
        names=primitive.inputs, samples=lambda: tried, params=_defaults(primitive), rules=rules,
    )  # fmt: skip


def _derivative(
    primitive: Primitive,
    operand: int,
    fitting: list[Traced],
    rules: Sequence[Rule],
    seeded: bool,
    spelling: Rule | None,
) -> TracedRule:
    """seeded: the result's gradient is an argument g; else it is 1, of every element.
    spelling: how the definition is written."""
    count = len(primitive.inputs)

    def left(*arguments: Any, **params: Any) -> Any:
        assert primitive.definition is not None
        operands = arguments[:count]
        result = _spelled(expression(primitive.definition(*operands, **params)), spelling)
        g = _seed(primitive, result, arguments[count] if seeded else None)
        return gradients(result, [operands[operand]], g)[0]

    def right(*arguments: Any, **params: Any) -> Any:
        if seeded:
            return slope(arguments[:count], arguments[count], params)
        # With g = 1 there are products with it, which are left out before the operands come in.
        symbols = [_stand_in(i, x) for i, x in enumerate(arguments)]
        short = simplified(slope(symbols, None, params), ALGEBRA)
        return substitute(short, dict(zip(symbols, arguments, strict=True)))

    def slope(operands: Sequence[Any], g: Any, params: Mapping[str, Any]) -> Expression:
        result = expression(primitive(*operands, **params))
        return pull(result, operand, _seed(primitive, result, g))

    def samples() -> Iterator[tuple[Shape, ...]]:
        for traced in fitting:
            shapes = tuple(symbol.shape for symbol in traced.symbols)
            yield (*shapes, traced.right.shape) if seeded else shapes

    of = f" for {primitive.inputs[operand]}" if count > 1 else ""
    return TracedRule(
        f"derivative of {primitive.name.replace('_', ' ')}{of}", left, right, ROUNDING,
        names=(*primitive.inputs, "g") if seeded else primitive.inputs,
        samples=samples, params=_defaults(primitive), rules=rules,
    )  # fmt: skip


def _stand_in(number: int, operand: Expression) -> Expression:
    """A symbol for an operand; indices that are known have to stay what they are."""
    if as_argument(operand) is not operand:
        return operand
    return Symbol(f"x{number}", operand.shape, operand.dtype)


def _seed(primitive: Primitive, result: Expression, given: Expression | None) -> Expression:
    """The gradient of the result, which has the result's shape; 1 if None is given.  Each element
    of an elementwise operation may have the same."""
    g = Literal(result.dtype.type(1)) if given is None else given
    if primitive.kind == ELEMENTWISE and g.shape != result.shape:
        g = expression(np.broadcast_to(g, result.shape))
    if g.shape != result.shape:
        raise ShapeError(f"derivative: g is {g.shape} and the result {result.shape}.")
    return g


def _defaults(primitive: Primitive) -> dict[str, Any]:
    return {name: primitive.defaults.get(name) for name in primitive.params}
