"""Symbols: NumPy code, run on names in place of numbers, gives expressions."""

from autograd_core.symbolic import functions as _functions  # noqa: F401  registers NumPy's functions
from autograd_core.symbolic import special as _special  # noqa: F401  registers forms
from autograd_core.symbolic.expression import (
    Call,
    Expression,
    Literal,
    Symbol,
    call,
    expression,
    nodes_of,
    run,
)
from autograd_core.symbolic.notation import escaped, latex_name
from autograd_core.symbolic.rules import (
    call_expression,
    definition_expression,
    on_symbols,
    operand_symbols,
    residual_expressions,
    rule_expression,
    rule_latex,
    rule_text,
    symbols,
)

__all__ = [
    "Call",
    "Expression",
    "Literal",
    "Symbol",
    "call",
    "call_expression",
    "definition_expression",
    "escaped",
    "expression",
    "latex_name",
    "nodes_of",
    "on_symbols",
    "operand_symbols",
    "residual_expressions",
    "rule_expression",
    "rule_latex",
    "rule_text",
    "run",
    "symbols",
]
