"""Common: the same sum or product, written the other way round."""

from __future__ import annotations

from typing import Any

from autograd_core.compile.passes.rebuilding import Readers, rebuilt
from autograd_core.rewrite.patterns import COMMUTATIVE
from autograd_core.symbolic import Call, Expression
from autograd_core.tracing import Program


def common(program: Program) -> Program:
    """y + x = x + y,   y · x = x · y,   max(y, x) = max(x, y)

    Of two that occur the second is the first, bit by bit.  Operations that are written alike are
    one without a pass, as terms are shared.
    """
    first: dict[Any, Expression] = {}

    def same(node: Call, readers: Readers) -> Expression:
        return first.setdefault((node.operation, frozenset(node.operands)), node)

    return rebuilt(program, dict.fromkeys(COMMUTATIVE, (same,)))
