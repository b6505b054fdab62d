"""Folding: an operation on numbers that are known is the number that it gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograd_core.rewrite.rule import EXACT, Rewritten, Rule
from autograd_core.symbolic import Expression, Literal, run

ANY = None  # in place of an operation: a rule that is asked about all


class Folding(Rule):
    """Any operation on known numbers.  Arrays are left as they are written."""

    @property
    def patterns(self) -> tuple[Expression, ...]:
        """None: it looks at operands alone."""
        return ()

    @property
    def operations(self) -> frozenset[Any]:
        """All."""
        return frozenset([ANY])

    def apply(self, node: Expression) -> Iterator[Rewritten]:
        """The number, if all operands are known and it is one."""
        numbers = all(isinstance(x, Literal) and x.shape == () for x in node.operands)
        if not numbers or node.shape != () or not node.operands:
            return
        values = [operand.value for operand in node.operands if isinstance(operand, Literal)]
        with np.errstate(all="ignore"):
            result = np.asarray(compute(node, values), node.dtype)[()]
        yield Rewritten(Literal(result), node, {})


def compute(node: Expression, args: Sequence[Any]) -> Any:
    """The operation of a node on arrays, numbers or Tensors."""
    if not any(hasattr(arg, "dtype") for arg in args):
        args = [np.asarray(arg) for arg in args]  # operations take arrays; their methods are used
    return run(node.operation, args, node.params)


FOLDING = Folding("known numbers", np.add, np.add, EXACT, text="operation(numbers) = its value")
