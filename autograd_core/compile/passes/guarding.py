"""Guards: what a program looks at before it trusts its own gradients."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from autograd_core.compile.passes.rebuilding import number_of
from autograd_core.compile.passes.terms import added, reshaped
from autograd_core.ops import elementwise, products, reduction, shaping
from autograd_core.primitive import UFUNCS
from autograd_core.symbolic import Call, Expression, call
from autograd_core.tracing import Program


def guards(program: Program) -> Program:
    """NaN in x or NaN in y = NaN in (Σ x² + Σ y²);   NaN in x = NaN in c · x, for a finite c ≠ 0

    Every gradient is looked at for NaN, since where one is exactly zero beside an infinite number
    the function itself has to say what it is.  Sums of squares are NaN exactly if a term is.

    No gradient is looked at if nothing in the program makes exact zeros: if it selects nothing, and
    no product that was differentiated has a factor without a derivative that may be zero.
    """
    checked = {guard: _checked(guard) for guard in program.guards}
    arrays = list(dict.fromkeys(x for x in checked.values() if x is not None))
    others = [guard for guard, x in checked.items() if x is None]
    if not arrays:
        return program
    if program.after.issuperset(arrays) and _makes_no_zeros(program, arrays):
        return replace(program, guards=tuple(others), order=())
    scaled = _scaled(program)
    squares = [_sum_of_squares(scaled.get(x, x)) for x in arrays]
    condition = call(np.isnan, (added(squares),))
    return replace(program, guards=(*others, condition), order=())


def _checked(guard: Expression) -> Expression | None:
    """The array of which a guard asks whether it has a NaN; None for other conditions."""
    if guard.operation is not np.isnan or guard.operands[0].dtype.kind not in "fc":
        return None
    (total,) = guard.operands
    if total.operation is not products.dot or total.operands[0] is not total.operands[1]:
        return total
    flat = total.operands[0]
    return flat.operands[0] if flat.operation is shaping.reshape else flat


def _sum_of_squares(x: Expression) -> Expression:
    """What is NaN if x has a NaN: of one number itself, as ∞ − ∞ among them is no common case."""
    if x.size == 1:
        return reshaped(x, ())
    flat = reshaped(x, (x.size,))
    return call(products.dot, (flat, flat))


def _scaled(program: Program) -> dict[Expression, Expression]:
    """Of arrays a multiple that is computed anyway: it may be computed without them."""
    found: dict[Expression, Expression] = {}
    for node in program.operations:
        if node.operation is elementwise.multiply and node.dtype.kind == "f":
            for factor, x in (node.operands, node.operands[::-1]):
                number = number_of(factor)
                if number and abs(number) < np.inf and (x.shape, x.dtype) == (
                    node.shape, node.dtype
                ):  # fmt: skip
                    found.setdefault(x, node)
    return found


# ── programs without exact zeros ──────────────────────────────────────────────────────────────
_KEEPS_ZERO = {
    elementwise.add, elementwise.subtract, elementwise.negative, elementwise.positive,
    elementwise.broadcast_to, elementwise.astype, reduction.sum_, shaping.reshape,
    shaping.transpose, shaping.getitem, shaping.scatter, shaping.concatenate,
}  # fmt: skip
_SMOOTH = {
    np.square, np.reciprocal, np.sqrt, np.exp, np.log, np.log1p, np.expm1, np.sin, np.cos, np.tan,
    np.tanh, np.sinh, np.cosh, np.arctan, np.divide,
}  # fmt: skip
_PRODUCTS = {elementwise.multiply, products.dot, products.matmul}
_ALLOWED = {
    *_KEEPS_ZERO, *_PRODUCTS, *(UFUNCS[ufunc] for ufunc in _SMOOTH), elementwise.power_constant,
}  # fmt: skip


def _makes_no_zeros(program: Program, gradients: list[Expression]) -> bool:
    """Whether a zero in a gradient is always a number and never the absence of a path."""
    if program.masks:
        return False
    holed: set[Expression] = set()  # values with zeros for what was not picked
    for node in program.with_outputs(gradients, ()).values:
        if isinstance(node, Call):
            is_holed = not holed.isdisjoint(node.operands)
            if node.operation not in _ALLOWED or (
                is_holed and node.operation not in _KEEPS_ZERO and not _scales(node)
            ):
                return False
            if is_holed or node.operation is shaping.scatter:
                holed.add(node)
    return True


def _scales(node: Expression) -> bool:
    """Whether it multiplies by a number."""
    return node.operation is elementwise.multiply and any(number_of(x) for x in node.operands)
