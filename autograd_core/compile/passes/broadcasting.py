"""Repeats: broadcasting is put off, and sums over what was repeated are products."""

from __future__ import annotations

import math

from autograd_core.compile.operations import is_elementwise
from autograd_core.compile.passes.rebuilding import Readers, Rules, number_of, rebuilt
from autograd_core.compile.passes.terms import reshaped
from autograd_core.ops import elementwise, reduction
from autograd_core.shapes import Shape, normalize_axis
from autograd_core.symbolic import Call, Expression, call
from autograd_core.tracing import Program


def repeats(program: Program) -> Program:
    """repeat(x) ∘ y = x ∘ y,   f(repeat(x)) = repeat(f(x)),   Σ repeat(x) = n · x,
    max repeat(x) = x,   Σ c · x = c · Σ x

    The first, second and fourth are exact, the others up to rounding.
    """
    return rebuilt(program, REPEATS)


def _put_off(node: Call, readers: Readers) -> Expression | None:
    if not is_elementwise(node):
        return None
    sources = tuple([_source(x) for x in node.operands])
    if all(new is old for new, old in zip(sources, node.operands, strict=True)):
        return None
    made = Call(node.operation, sources, node.params)
    if made.shape == node.shape:
        return made
    return call(elementwise.broadcast_to, (made,), {"shape": node.shape})


def _source(node: Expression) -> Expression:
    return node.operands[0] if node.operation is elementwise.broadcast_to else node


def _padded(node: Expression, ndim: int) -> Expression:
    """With leading dimensions of length 1."""
    return reshaped(node, (1,) * (ndim - node.ndim) + node.shape)


def _reduced_repeat(node: Call, readers: Readers) -> Expression | None:
    (x,) = node.operands
    if x.operation is not elementwise.broadcast_to or not x.size:
        return None
    source = _padded(x.operands[0], x.ndim)
    axes = normalize_axis(node.params["axis"], x.ndim)
    repeated = [i for i in axes if source.shape[i] == 1 != x.shape[i]]
    if not repeated:
        return None
    rest = tuple(i for i in axes if i not in repeated)
    if rest:
        source = call(node.operation, (source,), {**node.params, "axis": rest, "keepdims": True})
    if node.operation is reduction.sum_:
        count = math.prod(x.shape[i] for i in repeated)
        source = call(elementwise.multiply, (source, float(count)))
    kept = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    return reshaped(_repeated(source, kept), node.shape)


def _repeated(node: Expression, shape: Shape) -> Expression:
    if node.shape == shape:
        return node
    return call(elementwise.broadcast_to, (node,), {"shape": shape})


def _factor_of_sum(node: Call, readers: Readers) -> Expression | None:
    (x,) = node.operands
    if x.operation not in _FACTORS or x.dtype != node.dtype or not readers.is_alone(x):
        return None
    y, z = x.operands
    if number_of(z) is not None and y.shape == x.shape and y.dtype == x.dtype:
        return call(x.operation, (call(reduction.sum_, (y,), node.params), z))
    if x.operation is elementwise.multiply and number_of(y) is not None and (
        z.shape == x.shape and z.dtype == x.dtype
    ):  # fmt: skip
        return call(x.operation, (y, call(reduction.sum_, (z,), node.params)))
    return None


_FACTORS = (elementwise.multiply, elementwise.divide)
REPEATS: Rules = {
    None: (_put_off,),
    reduction.sum_: (_reduced_repeat, _factor_of_sum),
    reduction.max_: (_reduced_repeat,),
    reduction.min_: (_reduced_repeat,),
}
