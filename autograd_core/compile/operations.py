"""What a backend must know of an operation: whether it computes anything, and how it is called."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.kernels.operations import Part
from autograd_core.ops import elementwise, products, reduction, shaping
from autograd_core.primitive import UFUNCS, Primitive
from autograd_core.symbolic import Call, Expression
from autograd_core.tracing.functions import again

# Of primitives that are one ufunc of NumPy, that ufunc.
UFUNC_OF: dict[Any, np.ufunc] = {
    made: ufunc
    for ufunc, made in reversed(UFUNCS.items())
    if isinstance(made, Primitive) and not made.params
}
_SPECIAL_POWERS = {2: np.square, 0.5: np.sqrt, -1: np.reciprocal, 1: np.positive}


def ufunc_of(node: Call) -> np.ufunc | None:
    """The ufunc that computes it with `out=`, from its operands alone."""
    operation = node.operation
    if isinstance(operation, np.ufunc):
        return operation if operation.signature is None and operation.nout == 1 else None
    if operation is elementwise.power_constant and node.dtype.kind == "f":
        exponent = node.params["exponent"]
        return _SPECIAL_POWERS.get(exponent) if type(exponent) in (int, float) else None
    found = UFUNC_OF.get(operation)
    return None if found is None or found.signature is not None else found


def is_elementwise(node: Call) -> bool:
    """Whether an element of the result depends on the same element of each operand alone."""
    return (
        ufunc_of(node) is not None
        or node.operation in (np.where, elementwise.astype, elementwise.power_constant)
    )  # fmt: skip


def takes_out(node: Call) -> bool:
    """Whether NumPy can write the result where the plan says (`out=`)."""
    return (
        is_elementwise(node)
        or isinstance(node.operation, Part)
        or node.operation in (*REDUCTIONS, shaping.concatenate)
        or (node.operation is products.matmul and min(x.ndim for x in node.operands) > 1)
        or (node.operation is products.dot and all(x.ndim == 2 for x in node.operands))
    )


# Reductions that are a ufunc's, with axis, dtype, out and keepdims: name and method.
REDUCTIONS: dict[Any, tuple[str, Any]] = {
    reduction.sum_: ("add_reduce", np.add.reduce),
    reduction.prod: ("multiply_reduce", np.multiply.reduce),
    reduction.max_: ("maximum_reduce", np.maximum.reduce),
    reduction.min_: ("minimum_reduce", np.minimum.reduce),
}


def is_view(node: Expression) -> bool:
    """Whether the result certainly lies in the memory of its first operand, and costs nothing."""
    if not isinstance(node, Call) or not node.shape:
        return False
    if node.operation is shaping.reshape:
        return is_contiguous(node.operands[0])
    if node.operation is shaping.getitem:
        return is_basic(node.params["index"])
    return node.operation in (shaping.transpose, elementwise.broadcast_to, again)


def is_contiguous(node: Expression) -> bool:
    """Whether the elements certainly lie in memory in their order."""
    if not isinstance(node, Call) or not is_view(node):
        return isinstance(node, Call) and takes_out(node)
    if node.operation is again:
        return is_contiguous(node.operands[0])
    return node.operation is shaping.reshape


def is_basic(index: Any) -> bool:
    """Whether an index names a part of the array that lies in its memory, each element once."""
    parts = index if type(index) is tuple else (index,)
    kinds = (int, slice, type(None), type(Ellipsis), np.integer)
    return all(isinstance(p, kinds) and not isinstance(p, bool) for p in parts)
