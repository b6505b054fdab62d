"""Constants: what can be computed before the program runs."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from autograd_core.compile.operations import ufunc_of
from autograd_core.compile.passes.rebuilding import Readers, Rules, rebuilt
from autograd_core.symbolic import Call, Expression, Literal, run
from autograd_core.tracing import Program

LARGEST = (
    4096  # elements of a result that is kept in place of the operation, or as many as it reads
)


def constants(program: Program) -> Program:
    """operation(constants) = its value,   x ∘ (c, c, …, c) = x ∘ c

    The value is what the same call of NumPy gives, so every bit is the same.  Larger results than
    LARGEST and than all operands together are left to be computed: a program keeps its constants.
    """
    return rebuilt(program, CONSTANTS)


def _folded(node: Call, readers: Readers) -> Expression | None:
    values = [x.value for x in node.operands if isinstance(x, Literal)]
    if not values or len(values) < len(node.operands):
        return None
    if node.size > max(LARGEST, sum(x.size for x in node.operands)):
        return None
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = run(node.operation, values, node.params)
        except (ArithmeticError, ValueError, TypeError):  # it fails where it is run, if it is
            return None
    return Literal(np.asarray(value, node.dtype)[()])


def _uniform(node: Call, readers: Readers) -> Expression | None:
    if ufunc_of(node) is None or len(node.operands) < 2:
        return None
    operands = tuple([_element(x) for x in node.operands])
    if all(new is old for new, old in zip(operands, node.operands, strict=True)):
        return None
    return Call(node.operation, operands, node.params)


def _element(node: Expression) -> Expression:
    """The number that a constant consists of, the constant itself if it has several."""
    if not isinstance(node, Literal) or node.size < 2:
        return node
    array = np.asarray(node.value)
    first = array[(0,) * array.ndim]
    if not any(array.strides) or (array.size <= LARGEST and _is_all(array, first)):
        return Literal(first)
    return node


def _is_all(array: Any, number: Any) -> bool:
    if not (array == number).all():
        return False
    return (
        bool(number != 0)
        or array.dtype.kind != "f"
        or bool((np.signbit(array) == np.signbit(number)).all())
    )


CONSTANTS: Rules = {None: (_folded, _uniform)}
