"""The derivative rules of recorded operations as text, found by running them on symbols."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograd_core.node import Node
from autograd_core.symbolic import rule_text

MANY = 64  # operands of one node, each of whose rules runs on symbols for all of them


class Formulas:
    """The texts of rules, each found once: a net has few different operations, and running a rule
    on symbols takes longer than recording a dozen nodes."""

    def __init__(self) -> None:
        self._known: dict[Any, str | None] = {}

    def of(self, node: Node, position: int, params: Mapping[str, str]) -> str | None:
        """The rule for one operand of a node, such as "g · y", or None where it needs no gradient,
        has no such text, or is one of many.

        params: the node's parameters as texts, which tell equal ones from others.
        """
        if position not in node.plan.needed or len(node.inputs) > MANY:
            return None
        typed = tuple([_type(operand) for operand in node.inputs])
        key = node.primitive, position, typed, *params.values()
        if node.primitive.variadic:  # the texts need not tell what is meant for which operand
            key = (*key, id(node.params))
        if key not in self._known:
            self._known[key] = _text(node, position, typed)
        return self._known[key]


def _type(operand: Any) -> tuple[Any, Any]:
    """The shape and dtype of a node, Tensor, array or number."""
    if type(operand) in (float, int, bool, complex):
        return (), type(operand)
    return operand.shape, operand.dtype


def _text(node: Node, position: int, typed: tuple[tuple[Any, Any], ...]) -> str | None:
    shapes, dtypes = zip(*typed, strict=True)
    try:
        return rule_text(node.primitive, position, shapes, node.params, dtypes)
    except Exception:  # noqa: BLE001  a rule is the user's code, and need not run on symbols
        return None
