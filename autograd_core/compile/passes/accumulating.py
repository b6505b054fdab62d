"""Sums: many terms that are products are one product, and terms that fill parts of an array are
joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from autograd_core.compile.passes.products import is_matrix_product, squeezed, transposed
from autograd_core.compile.passes.rebuilding import Readers, Rules, rebuilt
from autograd_core.compile.passes.terms import added, reshaped
from autograd_core.ops import elementwise, shaping
from autograd_core.ops import products as ops
from autograd_core.symbolic import Call, Expression, Literal, call
from autograd_core.tracing import Program


def sums(program: Program) -> Program:
    """Σᵢ xᵢᵀ · yᵢ = [x₁; x₂; …]ᵀ · [y₁; y₂; …],   scatter(x) + scatter(y) = scatter(x + y),
    scatter(x, :k) + scatter(y, k:) = [x; y]

    The first where joining the rows copies less than the products would write; outer products are
    of one row.  The last for any slices of whole rows, also where they overlap.  Up to rounding and
    the sign of zero, as terms are added in another order and no zero to them.
    """
    return rebuilt(program, SUMS)


def _summed(node: Call, readers: Readers) -> Expression | None:
    if readers.is_inner_sum(node) or node.dtype.kind != "f":
        return None
    terms = _terms(node, readers)
    rest, pairs, pieces = [], [], []
    for term in terms:
        alone = readers.is_alone(term)
        pair = _pair(term) if alone else None
        piece = _piece(term) if alone and pair is None else None
        if pair is not None:
            pairs.append(pair)
        elif piece is not None:
            pieces.append(piece)
        else:
            rest.append(term)
    joined = _stacked(pairs) if len(pairs) > 1 else None
    filled = _joined(pieces) if len(pieces) > 1 else None
    if joined is None and filled is None:
        return None
    if joined is None:
        rest += [pair.term for pair in pairs]
    if filled is None:
        rest += [piece.term for piece in pieces]
    parts = [*rest, *(x for x in (joined, filled) if x is not None)]
    return added(parts)


def _terms(node: Call, readers: Readers) -> list[Expression]:
    """What a tree of sums adds, from left to right."""
    terms: list[Expression] = []
    stack: list[Expression] = [node]
    while stack:
        part = stack.pop()
        if part is node or readers.is_inner_sum(part):
            stack += reversed(part.operands)
        elif part.shape == node.shape and part.dtype == node.dtype:
            terms.append(part)
        else:
            return []
    return terms


# ── products ──────────────────────────────────────────────────────────────────────────────────
class _Pair(NamedTuple):
    """leftᵀ · right."""

    term: Expression
    left: Expression
    right: Expression


def _pair(term: Expression) -> _Pair | None:
    """A product of matrices with rows to be joined; None where that would copy more than the
    product has."""
    found = None
    if is_matrix_product(term):
        found = _Pair(term, transposed(term.operands[0]), term.operands[1])
    elif term.operation is elementwise.multiply and term.ndim == 2:
        rows, columns = term.shape
        for column, row in (term.operands, term.operands[::-1]):
            if column.shape == (rows, 1) and row.shape in ((1, columns), (columns,)):
                left, right = squeezed(column, (1, rows)), squeezed(row, (1, columns))
                found = _Pair(term, left, right)
    if found is None or found.left.size + found.right.size > 2 * term.size:
        return None
    return found


def _stacked(pairs: Sequence[_Pair]) -> Expression:
    left, right = (
        call(shaping.concatenate, side, {"axis": 0})
        for side in ([pair.left for pair in pairs], [pair.right for pair in pairs])
    )
    return call(ops.dot, (transposed(left), right))


# ── parts of an array ─────────────────────────────────────────────────────────────────────────
class _Piece(NamedTuple):
    """Zeros with an array in the rows from start to stop; or, without them, in some other part."""

    term: Expression
    array: Expression
    rows: tuple[int, int] | None


def _piece(term: Expression) -> _Piece | None:
    if term.operation is not shaping.scatter or not term.shape:
        return None
    (array,) = term.operands
    index = term.params["index"]
    length = term.shape[0]
    if type(index) is int and -length <= index < length:
        rows = (index % length, index % length + 1)
        return _Piece(term, reshaped(array, (1, *term.shape[1:])), rows)
    if type(index) is slice:
        start, stop, step = index.indices(length)
        if step == 1 and stop > start:
            return _Piece(term, array, (start, stop))
    return _Piece(term, array, None)


def _joined(pieces: Sequence[_Piece]) -> Expression | None:
    """The sum of pieces; None where it takes as many operations as before."""
    by_place: dict[Any, list[_Piece]] = defaultdict(list)
    for piece in pieces:
        place = piece.rows or repr(piece.term.params["index"])
        by_place[place].append(piece)
    together = [_together(group) for group in by_place.values()]
    rows = [piece for piece in together if piece.rows is not None]
    filled = _segments(rows) if len(rows) > 1 else None
    if filled is None and len(together) == len(pieces):
        return None
    parts = [piece.term for piece in together if filled is None or piece.rows is None]
    return added([*parts, *([] if filled is None else [filled])])


def _together(group: Sequence[_Piece]) -> _Piece:
    """Pieces in the same place as one."""
    first = group[0]
    if len(group) == 1:
        return first
    array = added([piece.term.operands[0] for piece in group])
    term = call(shaping.scatter, (array,), first.term.params)
    return _piece(term) or first


def _segments(pieces: Sequence[_Piece]) -> Expression | None:
    """The rows between all bounds of pieces, each the sum of those that cover it, one after the
    other; None where that takes more sums than there are pieces."""
    like = pieces[0].term
    spans = [piece.rows for piece in pieces if piece.rows is not None]
    bounds = sorted({0, like.shape[0], *(bound for span in spans for bound in span)})
    starts = {bound: number for number, bound in enumerate(bounds)}
    covering: list[list[Expression]] = [[] for _ in bounds[1:]]
    if sum(starts[stop] - starts[start] for start, stop in spans) > 2 * len(pieces) + 1:
        return None
    for piece, (start, stop) in zip(pieces, spans, strict=True):
        for number in range(starts[start], starts[stop]):
            low, high = bounds[number] - start, bounds[number + 1] - start
            whole = (low, high) == (0, stop - start)
            covering[number].append(piece.array if whole else piece.array[low:high])
    segments = [
        added(parts)
        if parts
        else Literal(np.zeros((high - low, *like.shape[1:]), like.dtype))
        for parts, (low, high) in zip(covering, pairwise(bounds), strict=True)
    ]  # fmt: skip
    return call(shaping.concatenate, segments, {"axis": 0})


SUMS: Rules = {elementwise.add: (_summed,)}
