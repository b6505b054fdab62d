"""Products: transposes go into matrix products, factors to the smaller operand, and sums of
products become products."""

from __future__ import annotations

from typing import Any

from autograd_core.compile.passes.rebuilding import Readers, Rules, number_of, rebuilt
from autograd_core.compile.passes.terms import reshaped
from autograd_core.ops import elementwise, products, reduction, shaping
from autograd_core.shapes import Shape, normalize_axis
from autograd_core.symbolic import Call, Expression, call
from autograd_core.tracing import Program

_SWAPPED = (1, 0)


def transposes(program: Program) -> Program:
    """(x · y)ᵀ = yᵀ · xᵀ,   c · (x · y) = x · (c · y), where y has at most half the elements

    BLAS reads transposed operands as they lie, so that the right side copies nothing; a transposed
    result would be read against its order.  Up to rounding.
    """
    return rebuilt(program, TRANSPOSES)


def contractions(program: Program) -> Program:
    """Σₖ x[i, k, 1] · y[1, k, j] = x · y,   Σₖ x[i, k] · y[k] = x · y

    In any order of the axes, with a transpose where it takes one.  The terms of the sum are never
    formed.  Up to rounding.
    """
    return rebuilt(program, CONTRACTIONS)


def transposed(node: Expression) -> Expression:
    """A matrix with rows and columns exchanged; what was exchanged before as it was."""
    if node.operation is shaping.transpose and tuple(node.params["axes"]) == _SWAPPED:
        return node.operands[0]
    return call(shaping.transpose, (node,), {"axes": _SWAPPED})


def is_matrix_product(node: Expression) -> bool:
    """Whether it is the product of two matrices."""
    return node.operation in (products.dot, products.matmul) and all(
        x.ndim == 2 for x in node.operands
    )


def _into_product(node: Call, readers: Readers) -> Expression | None:
    (x,) = node.operands
    if tuple(node.params["axes"]) != _SWAPPED or not is_matrix_product(x):
        return None
    if not readers.is_alone(x):
        return None
    left, right = x.operands
    return call(x.operation, (transposed(right), transposed(left)))


def _to_smaller(node: Call, readers: Readers) -> Expression | None:
    for factor, product in (node.operands, node.operands[::-1]):
        if number_of(factor) is None or not is_matrix_product(product):
            continue
        operands = list(product.operands)
        place = min((0, 1), key=lambda i: operands[i].size)
        if readers.is_alone(product) and 2 * operands[place].size <= node.size:
            operands[place] = _times(factor, operands[place])
            return call(product.operation, operands)
    return None


def _times(factor: Expression, node: Expression) -> Expression:
    """A product in the order in which the elements lie."""
    if node.operation is shaping.transpose:
        inner = call(elementwise.multiply, (factor, node.operands[0]))
        return call(shaping.transpose, (inner,), node.params)
    return call(elementwise.multiply, (factor, node))


def _contracted(node: Call, readers: Readers) -> Expression | None:
    (x,) = node.operands
    if x.operation is not elementwise.multiply or node.params["keepdims"] or x.dtype.kind != "f":
        return None
    axes = normalize_axis(node.params["axis"], x.ndim)
    if len(axes) != 1 or not readers.is_alone(x) or any(y.dtype != x.dtype for y in x.operands):
        return None
    factors = [(y, (1,) * (x.ndim - y.ndim) + y.shape) for y in x.operands]
    if any(shape[axes[0]] != x.shape[axes[0]] for _, shape in factors):
        return None
    if x.ndim == 2:
        return _matrix_and_vector(x, axes[0], *factors)
    return _matrices(axes[0], *factors) if x.ndim == 3 else None


Factor = tuple[Expression, Shape]  # and its shape with leading dimensions of length 1


def _matrix_and_vector(x: Expression, axis: int, *factors: Factor) -> Expression | None:
    for (matrix, shape), (vector, other) in (factors, factors[::-1]):
        if shape == x.shape and other[1 - axis] == 1 != x.shape[1 - axis]:
            flat = squeezed(vector, (x.shape[axis],))
            return call(products.dot, (matrix, flat) if axis else (flat, matrix))
    return None


def _matrices(axis: int, *factors: Factor) -> Expression | None:
    first, second = (i for i in range(3) if i != axis)
    for (left, x), (right, y) in (factors, factors[::-1]):
        if x[second] == 1 != y[second] and y[first] == 1 != x[first]:
            return call(products.dot, (
                _matrix(left, x, first, axis), _matrix(right, y, axis, second),
            ))  # fmt: skip
    return None


def _matrix(node: Expression, shape: Shape, rows: int, columns: int) -> Expression:
    if rows < columns:
        return squeezed(node, (shape[rows], shape[columns]))
    return transposed(squeezed(node, (shape[columns], shape[rows])))


def squeezed(node: Expression, shape: Shape) -> Expression:
    """The same elements in another shape: what was given dimensions of length 1, without them."""
    while node.shape != shape and _only_lengthens(node):
        node = node.operands[0]
    return reshaped(node, shape)


def _only_lengthens(node: Expression) -> bool:
    """Whether it has the elements of its operand in their order."""
    if node.operation is shaping.reshape:
        return True
    if node.operation is not shaping.getitem:
        return False
    index: Any = node.params["index"]
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is Ellipsis or part == slice(None) for part in parts)


TRANSPOSES: Rules = {
    shaping.transpose: (_into_product,),
    elementwise.multiply: (_to_smaller,),
}
CONTRACTIONS: Rules = {reduction.sum_: (_contracted,)}
