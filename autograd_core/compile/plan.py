"""Plan: in which order a program's operations run, and where each result lies.

A result is kept in a buffer until its last reader has run; then another result takes the buffer.
An elementwise operation writes over an operand that nobody reads again.  What the caller is given
is allocated anew in every call, or lies where a donated argument did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd_core.compile.operations import is_elementwise, is_view, takes_out, ufunc_of
from autograd_core.symbolic import Call, Expression, Symbol, nodes_of
from autograd_core.tracing import Program

FRESH = -1  # allocated by every call
_LINE = 64  # bytes of a cache line


@dataclass(eq=False)
class Step:
    """Operations that a backend runs as one, in the order in which they depend on each other.

    outs: the results that later steps or the caller read.
    """

    operations: tuple[Call, ...]
    outs: tuple[Call, ...]

    @property
    def operands(self) -> tuple[Expression, ...]:
        """What is read from outside, each once."""
        inside = set(self.operations)
        return tuple(dict.fromkeys(
            x for op in self.operations for x in op.operands if x not in inside
        ))  # fmt: skip

    @property
    def scratch(self) -> int:
        """The bytes that it needs while it runs."""
        return 0

    def may_write_over(self, x: Expression, out: Call) -> bool:
        """Whether a result may lie where x does: of x each element is read before the same element
        of the result is written."""
        return len(self.operations) == 1 and ufunc_of(out) is not None and (
            x in set(self.operands) and x.shape == out.shape
            and x.dtype.itemsize == out.dtype.itemsize
            and sum(x in roots_of(o) for o in self.operands) == 1
        )  # fmt: skip


@dataclass(eq=False)
class Plan:
    """Steps, and the place of every result.

    places: of a result the number of its buffer, the input that it takes the place of, or FRESH.
    sizes, starts: of every buffer its bytes, and where it begins; of those that are in use at
        different times several lie in the same memory.   peak: the bytes of all.
    scratch: for steps that need scratch memory its buffer.
    steps, updates: what runs before the guards are looked at, and what writes into arguments.
    """

    program: Program
    steps: list[Step] = field(default_factory=list)
    updates: list[Step] = field(default_factory=list)
    places: dict[Expression, int | Symbol] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    peak: int = 0
    scratch: dict[Step, int] = field(default_factory=dict)


Fuse = Callable[[Sequence[Call], set[Expression]], list[Step]]


def one_by_one(operations: Sequence[Call], wanted: set[Expression]) -> list[Step]:
    """Every operation as a step of its own."""
    return [Step((operation,), (operation,)) for operation in operations]


def roots_of(node: Expression) -> set[Expression]:
    """The arrays in whose memory this one may lie: for a view the one that it is of, and for an
    operation of which nothing is known all operands and a new one."""
    found: set[Expression] = set()
    stack = [node]
    while stack:
        node = stack.pop()
        view = is_view(node)
        if view or (isinstance(node, Call) and not takes_out(node)):
            stack += node.operands[:1] if view else node.operands
        if not view:
            found.add(node)
    return found


def plan(
    program: Program, donated: Mapping[Symbol, int] | None = None, fuse: Fuse = one_by_one
) -> Plan:
    """The plan of a program.

    donated: for arguments that may be written over, the number of the output that takes their
        place.
    """
    made = Plan(program)
    taken = _takeovers(program, donated or {})
    late = _late(program, set(taken))
    early = [op for op in program.operations if op not in late]
    wanted = {*program.outputs, *program.guards}
    crossing = {x for op in late for x in op.operands}
    made.steps = fuse(early, wanted | crossing)
    made.updates = fuse([op for op in program.operations if op in late], wanted)
    _allot(made, taken)
    return made


def _takeovers(program: Program, donated: Mapping[Symbol, int]) -> dict[Call, Symbol]:
    """For each output that is written over an argument, that argument: none that guards read."""
    found: dict[Call, Symbol] = {}
    guarded = set(nodes_of(program.guards))
    for symbol, number in donated.items():
        out = program.outputs[number]
        if isinstance(out, Call) and out not in {*found, *guarded} and not is_view(out):
            found[out] = symbol
    late = _late(program, set(found))
    return {
        out: symbol for out, symbol in found.items() if _may_take_over(program, out, symbol, late)
    }


def _may_take_over(program: Program, out: Call, symbol: Symbol, late: set[Call]) -> bool:
    """Whether nothing reads the argument when the output is being written or after that: of what
    runs late only elementwise operations that lead to the output, element for element."""
    if not out.shape or out.shape != symbol.shape or out.dtype != symbol.dtype:
        return False  # numbers have no memory that could be written over
    before = set(nodes_of([out]))
    for op in late:
        for operand in op.operands:
            if symbol in roots_of(operand) and not (
                operand is symbol and is_elementwise(op) and op.shape == out.shape and op in before
            ):
                return False
    return all(symbol not in roots_of(other) for other in program.outputs)


def _late(program: Program, updates: set[Call]) -> set[Call]:
    """What runs after the guards: the updates of donated arguments, what reads these, and
    elementwise operations that nothing else needs, so that they join the updates' loops."""
    late = _dependents(program.operations, updates)
    readers: dict[Expression, list[Call]] = {}
    for op in program.operations:
        for operand in op.operands:
            readers.setdefault(operand, []).append(op)
    kept = {*program.outputs, *program.guards}
    shapes = {out.shape for out in updates}
    for op in reversed(program.operations):
        alone = op in readers and op not in kept and all(r in late for r in readers[op])
        if alone and is_elementwise(op) and op.shape in shapes:
            late.add(op)
    return late


def _dependents(operations: Iterable[Call], of: set[Call]) -> set[Call]:
    """These operations and all that read them."""
    found = set(of)
    for op in operations:
        if not found.isdisjoint(op.operands):
            found.add(op)
    return found


def _allot(made: Plan, taken: Mapping[Call, Symbol]) -> None:
    """Give every result its place."""
    steps = [*made.steps, *made.updates]
    last = last_reads(made, steps)
    escaping = set().union(*map(roots_of, made.program.outputs))
    lives: list[tuple[int, int]] = []  # of every buffer the first and the last step that use it
    for number, step in enumerate(steps):
        dying = [x for x in dict.fromkeys(_read(step)) if last[x] == number and _block_of(made, x)]
        for out in step.outs:
            if is_view(out):
                continue
            if out in taken:
                made.places[out] = taken[out]
            elif out in escaping or not out.shape or not takes_out(out):
                made.places[out] = FRESH
            else:
                until = last.get(out, number)
                same = next((x for x in dying if step.may_write_over(x, out)), None)
                if same is not None:
                    dying = [x for x in dying if x is not same]  # `==` makes expressions
                    block = made.places[out] = made.places[same]
                    assert isinstance(block, int)
                    lives[block] = lives[block][0], until
                else:
                    made.places[out] = len(lives)
                    lives.append((number, until))
                    made.sizes.append(_bytes(out))
        if step.scratch:
            made.scratch[step] = len(lives)
            lives.append((number, number))
            made.sizes.append(step.scratch)
    made.starts, made.peak = _apart(made.sizes, lives)


def _apart(sizes: Sequence[int], lives: Sequence[tuple[int, int]]) -> tuple[list[int], int]:
    """Where each buffer begins, and where the last one ends.

    Large ones first, each goes into the smallest gap between those that are in use while it is.
    After Y. Pisarchyk and J. Lee, "Efficient memory management for deep neural net inference"
    (2020): greedy by size.
    """
    lengths = -(-np.array(sizes, int) // _LINE) * _LINE
    first, last = np.array(lives, int).reshape(-1, 2).T
    starts, ends = np.zeros_like(lengths), np.zeros_like(lengths)
    order = np.argsort(-lengths, kind="stable")
    for count, i in enumerate(order):
        beside = order[:count]
        beside = beside[(first[beside] <= last[i]) & (first[i] <= last[beside])]
        beside = beside[np.argsort(starts[beside])]
        free = np.maximum.accumulate(np.concatenate([[0], ends[beside]]))
        gaps = starts[beside] - free[:-1]
        fitting = np.nonzero(gaps >= lengths[i])[0]
        starts[i] = free[fitting[np.argmin(gaps[fitting])] if fitting.size else -1]
        ends[i] = starts[i] + lengths[i]
    return starts.tolist(), int(ends.max(initial=0))


def _read(step: Step) -> list[Expression]:
    return [root for operand in step.operands for root in roots_of(operand)]


def last_reads(made: Plan, steps: Sequence[Step]) -> dict[Expression, int]:
    """The number of the step after which nobody reads an array any more."""
    last: dict[Expression, int] = {}
    for number, step in enumerate(steps):
        last.update(dict.fromkeys(_read(step), number))
    for guard in made.program.guards:
        for root in roots_of(guard):
            last[root] = max(last.get(root, 0), len(made.steps))
    return last


def _block_of(made: Plan, x: Expression) -> bool:
    """Whether an array lies in a buffer."""
    place = made.places.get(x)
    return isinstance(place, int) and place != FRESH


def _bytes(node: Expression) -> int:
    return node.size * node.dtype.itemsize


def allocate(plan: Plan) -> list[Any]:
    """Memory for a plan's buffers, each from the beginning of a cache line on."""
    memory = np.empty(plan.peak + _LINE, np.uint8)
    first = -memory.ctypes.data % _LINE
    pieces = zip(plan.starts, plan.sizes, strict=True)
    return [memory[first + start : first + start + size] for start, size in pieces]
