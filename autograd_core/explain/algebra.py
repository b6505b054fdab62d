"""The formulas of a snapshot's operations: their calls and their rules, run on symbols."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd_core.draw.snapshot import Edge, Snapshot
from autograd_core.errors import AutogradError
from autograd_core.explain.explanation import Formula
from autograd_core.explain.naming import shape_formula
from autograd_core.explain.params import read_params
from autograd_core.primitive import BILINEAR, REGISTRY, Primitive
from autograd_core.symbolic import (
    Expression,
    Literal,
    Symbol,
    call_expression,
    definition_expression,
    on_symbols,
    operand_symbols,
    residual_expressions,
    rule_expression,
    run,
)
from autograd_core.symbolic import expression as as_expression


class Local(NamedTuple):
    """The formula of one operation, or of one of its rules.

    operands: for every symbol's name the vertex that it stands for; `out` is the result.
    The symbol `g` is the gradient that arrives at it.
    """

    expression: Expression
    operands: Mapping[str, int]


Make = Callable[[Primitive, Sequence[Any], Mapping[str, Any], Sequence[Any]], Expression | None]


class Algebra:
    """The formulas of a snapshot's operations; None where the record does not tell one.

    arrays: the constants of which the elements are known, by vertex.
    """

    def __init__(self, snapshot: Snapshot, arrays: Mapping[int, Any]) -> None:
        self.snapshot = snapshot
        self.arrays = arrays
        self.edges: list[list[int]] = [[] for _ in snapshot.vertices]
        for index, edge in enumerate(snapshot.edges):
            self.edges[edge.target].append(index)
        for edges in self.edges:
            edges.sort(key=lambda index: snapshot.edges[index].operand)
        self._known: dict[Any, Expression | None] = {}

    def computed_from(self, starts: Iterable[int]) -> set[int]:
        """These vertices and all that is computed from them."""
        found = set(starts)
        for step in self.snapshot.forward:  # operands come before what reads them
            if any(self.snapshot.edges[index].source in found for index in self.edges[step]):
                found.add(step)
        return found

    def call(self, vertex: int) -> Local | None:
        """The operation on its operands: x · y."""
        return self._local(vertex, "call", call_expression)

    def definition(self, vertex: int) -> Local | None:
        """What a composite is defined as, or how an operation is computed."""
        return self._local(vertex, "definition", _definition)

    def rule(self, edge: Edge) -> Local | None:
        """What an operation sends back to one operand: g · y."""
        return self._local(edge.target, edge.operand, lambda *record: _rule(edge.operand, *record))

    def _local(self, vertex: int, kind: Any, make: Make) -> Local | None:
        """A formula in the symbols of an operation; made once for operations that are alike."""
        found = self.snapshot.vertices[vertex]
        primitive = REGISTRY.get(found.primitive or "")
        edges = [self.snapshot.edges[index] for index in self.edges[vertex]]
        values = [value for value in map(self.snapshot.carried, edges) if value is not None]
        if primitive is None or len(values) < len(edges):
            return None
        shapes, dtypes = [v.shape for v in values], [v.dtype for v in values]
        out = () if found.value is None else found.value.shape
        key = primitive.name, kind, out, *shapes, *dtypes, *found.params.items()
        if key not in self._known:
            params = read_params(primitive, found.params, out)
            self._known[key] = _made(make, primitive, shapes, params, dtypes)
        expression = self._known[key]
        if expression is None or (kind == "call" and expression.shape != out):
            return None  # not a record of what this operation does
        named = operand_symbols(primitive, shapes)
        operands = {s.name: edge.source for s, edge in zip(named, edges, strict=True)}
        known = {n: self.arrays[v] for n, v in operands.items() if v in self.arrays}
        if known:
            expression = without_ones(expression, known)
        return Local(expression, {**operands, "out": vertex})


def _made(
    make: Make, primitive: Primitive, shapes: Any, params: Mapping[str, Any], dtypes: Any
) -> Expression | None:
    try:
        with on_symbols(primitive.name):
            return make(primitive, shapes, params, dtypes)
    except AutogradError:  # a rule is the user's code, and need not run on symbols
        return None


def _definition(
    primitive: Primitive, shapes: Any, params: Mapping[str, Any], dtypes: Any
) -> Expression | None:
    if primitive.definition is not None:
        return definition_expression(primitive, shapes, params, dtypes)
    value = primitive.forward(*operand_symbols(primitive, shapes, dtypes), **params)
    value = as_expression(value[0] if primitive.residuals else value)
    return None if value.operation is primitive else value


def _rule(operand: int, primitive: Primitive, *record: Any) -> Expression:
    """The rule, with what its residuals equal in their place."""
    rule = rule_expression(primitive, operand, *record)
    residuals: Mapping[str, Any] = residual_expressions(primitive, *record)
    if not residuals:
        return rule
    whole: Expression = rule.evaluate({s: residuals.get(s.name, s) for s in rule.symbols()})
    return whole


# ── writing ───────────────────────────────────────────────────────────────────────────────────
def written(expression: Expression, names: Mapping[str, Formula]) -> Formula:
    """An expression with the symbols' names; a choice in parentheses, to stand between equals."""
    text = expression.text({name: formula.text for name, formula in names.items()})
    tex = expression.latex({name: formula.latex for name, formula in names.items()})
    chooses = expression.operation in (np.where, REGISTRY["where"])
    return Formula(f"({text})" if chooses else text, tex)


def written_shapes(expression: Expression) -> Formula:
    """An expression with shapes in place of the symbols, and in place of what is transposed."""
    shown: dict[Expression, Expression] = {}
    names: dict[str, Formula] = {}
    for node in expression.nodes():
        of = node.operands[0] if node.operation is REGISTRY["transpose"] else node
        if isinstance(of, Symbol):
            name = of.name + "ᵀ" * (of is not node)
            shown[node] = Symbol(name, node.shape, node.dtype)
            names[name] = shape_formula(node.shape)
        else:
            args = [shown[operand] for operand in node.operands]
            shown[node] = run(node.operation, args, node.params) if args else node
    return written(shown[expression], names)


def multiplies_matrices(expression: Expression) -> bool:
    """Whether shapes have to fit in it as those of a matrix product do."""
    return any(
        isinstance(node.operation, Primitive)
        and node.operation.kind == BILINEAR
        and not _sums(node)
        for node in expression.nodes()
    )


def _sums(node: Expression) -> bool:
    """Whether it is a sum, also one that is made by a product with a known array."""
    if node.operation in (REGISTRY["dot"], REGISTRY["matmul"]):
        return any(isinstance(operand, Literal) for operand in node.operands)
    return node.operation is REGISTRY["sum"]


def without_ones(expression: Expression, known: Mapping[str, Any]) -> Expression:
    """The expression with 1 for sums of constants that are 1, such as those of one-hot rows."""
    shown: dict[Expression, Expression] = {}
    for node in expression.nodes():
        args = [shown[operand] for operand in node.operands]
        shown[node] = run(node.operation, args, node.params) if args else node
        names = {symbol.name for symbol in node.symbols()} if _sums(node) else set()
        was_one = bool(args) and all(isinstance(argument, Literal) for argument in args)
        if was_one or (names and names <= known.keys()):
            value = np.asarray(shown[node].evaluate(known))
            if value.size and np.all(value == 1):
                shown[node] = Literal(value)
    return shown[expression]


def value_of(expression: Expression, values: Mapping[str, float]) -> float:
    """The value of a formula of numbers."""
    with np.errstate(all="ignore"):
        return float(expression.evaluate(values))
