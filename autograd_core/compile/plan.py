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


@dataclass(frozen=True, eq=False)
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
    sizes: of every buffer its bytes.   scratch: for steps that need scratch memory its buffer.
    steps, updates: what runs before the guards are looked at, and what writes into arguments.
    """

    program: Program
    steps: list[Step] = field(default_factory=list)
    updates: list[Step] = field(default_factory=list)
    places: dict[Expression, int | Symbol] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)
    scratch: dict[Step, int] = field(default_factory=dict)

    @property
    def peak(self) -> int:
        """The bytes of all buffers."""
        return sum(self.sizes)


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
    if out.shape != symbol.shape or out.dtype != symbol.dtype:
        return False
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
    free: dict[int, list[int]] = {}
    for number, step in enumerate(steps):
        dying = [x for x in dict.fromkeys(_read(step)) if last[x] == number and _block_of(made, x)]
        reusable = list(dying)
        for out in step.outs:
            if is_view(out):
                continue
            if out in taken:
                made.places[out] = taken[out]
            elif out in escaping or not out.shape or not takes_out(out):
                made.places[out] = FRESH
            else:
                same = next((x for x in reusable if step.may_write_over(x, out)), None)
                if same is not None:
                    reusable = [x for x in reusable if x is not same]  # `==` makes expressions
                    dying = [x for x in dying if x is not same]
                    made.places[out] = made.places[same]
                else:
                    made.places[out] = _block(made, free, _bytes(out))
                if last.get(out, -1) < number:  # one of several results, which nobody reads
                    dying.append(out)
        if step.scratch:
            room = made.scratch[step] = _block(made, free, step.scratch)
            free.setdefault(made.sizes[room], []).append(room)
        for x in dying:
            block = made.places[x]
            assert isinstance(block, int)
            free.setdefault(made.sizes[block], []).append(block)


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


def _block(made: Plan, free: dict[int, list[int]], size: int) -> int:
    """A buffer of at least that size that is free, and not much larger; or a new one."""
    fitting = [s for s, blocks in free.items() if blocks and size <= s <= 2 * size + 64]
    if fitting:
        return free[min(fitting)].pop()
    made.sizes.append(size)
    return len(made.sizes) - 1


def allocate(sizes: Sequence[int]) -> list[Any]:
    """Memory for buffers, each from a multiple of 64 bytes on."""
    rounded = [-(-size // 64) * 64 for size in sizes]
    memory = np.empty(sum(rounded) + 64, np.uint8)
    start = -memory.ctypes.data % 64
    found = []
    for size, whole in zip(sizes, rounded, strict=True):
        found.append(memory[start : start + size])
        start += whole
    return found
