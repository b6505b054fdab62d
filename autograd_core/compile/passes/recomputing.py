"""Recomputing: what is cheap is done again where it is read late, and not kept meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from autograd_core.compile.operations import is_elementwise, is_view
from autograd_core.compile.passes.ordering import ordered, owner_of
from autograd_core.compile.passes.rebuilding import substituted
from autograd_core.compile.plan import plan
from autograd_core.errors import GraphError
from autograd_core.rewrite.engine import with_operands
from autograd_core.symbolic import Call, Expression
from autograd_core.tracing import Program
from autograd_core.tracing.program import Again


def peak_of(program: Program) -> int:
    """The bytes of all buffers of a program's plan."""
    return plan(program).peak


def recomputed(program: Program, memory: int, peak: Callable[[Program], int] = peak_of) -> Program:
    """y = f(x) … g(y) = g(f(x)), where f is elementwise

    The results that are kept for longest are done again first, as few as the limit asks for: each
    costs the time of the operation, and what it is computed from is kept in its place.

    memory: the bytes that the plan's buffers may take.   peak: measures them.
    Raises GraphError where that is not to be had.
    """
    found = peak(program)
    if found <= memory:
        return program
    candidates = _candidates(program)
    count, least = 1, (found, program)
    while candidates and least[0] > memory:
        trial = ordered(_done_again(program, candidates[:count]))
        least = min(least, (peak(trial), trial), key=lambda pair: pair[0])
        if count >= len(candidates):
            break
        count = min(2 * count, len(candidates))
    if least[0] > memory:
        raise GraphError(
            f"compile: memory={memory} bytes are too few: the buffers take {found}, and "
            f"{least[0]} when elementwise results are computed again. Pass smaller batches, or "
            "use `checkpoint` around parts of the function."
        )
    return least[1]


class _Kept(NamedTuple):
    """A result that waits for readers.

    since: the number of the last operation that reads it early.   cost: bytes times waiting.
    """

    node: Call
    since: int
    cost: int


def _candidates(program: Program) -> list[_Kept]:
    """Elementwise results that wait for a reader, those first that take most room for longest."""
    reads = _reads(program)
    found = []
    for number, node in enumerate(program.operations):
        times = [number, *reads[node]]
        if is_elementwise(node) and node.shape and reads[node]:
            gap, since = max((after - before, before) for before, after in pairwise(times))
            if gap > 1:
                found.append(_Kept(node, since, gap * node.size * node.dtype.itemsize))
    return sorted(found, key=lambda kept: -kept.cost)


def _reads(program: Program) -> dict[Expression, list[int]]:
    """The numbers of the operations that read an array, itself or by a view of it."""
    reads: dict[Expression, list[int]] = defaultdict(list)
    for number, node in enumerate(program.operations):
        if not is_view(node):
            for operand in node.operands:
                reads[owner_of(operand)].append(number)
    return reads


def _done_again(program: Program, kept: list[_Kept]) -> Program:
    returned = dict.fromkeys(
        map(owner_of, (*program.outputs, *program.guards)), len(program.operations)
    )
    last = {x: numbers[-1] for x, numbers in _reads(program).items()} | returned
    until = last | {each.node: each.since for each in kept}
    made: dict[Expression, Expression] = {}
    copies: dict[Expression, Again] = {}

    def late(node: Expression, reader: int) -> Expression:
        """What a reader reads: what is done again, if nothing keeps the value until then."""
        if reader <= until.get(owner_of(node), reader):
            return made[node]
        if node not in copies and isinstance(node, Call) and (
            is_elementwise(node) or is_view(node)
        ):  # fmt: skip
            copies[node] = Again.of(node, tuple([late(x, reader) for x in node.operands]))
        return copies.get(node, made[node])

    number = -1
    for node in program.values:
        number += isinstance(node, Call)
        operands = {x: made[x] if is_view(node) else late(x, number) for x in node.operands}
        made[node] = with_operands(node, operands)
    return substituted(program, made)
