"""Which operations of a program become one compiled function: loops, and several small ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from autograd_core.compile import clusters
from autograd_core.compile.clusters import Group, Groups, Loop, Policy, Role, stored
from autograd_core.compile.numba_backend import terms
from autograd_core.compile.numba_backend.passes import passes
from autograd_core.compile.operations import is_view
from autograd_core.compile.plan import Step, one_by_one, roots_of
from autograd_core.symbolic import Call, Expression

_MOST = 100  # operations of a function: the time to compile one grows faster than its length
_FEW_NUMBERS = 16  # so many operations on numbers take Python less time than a call takes
_LOOKED_AT = 4  # functions that a loop may still join
# Nanoseconds that a loop takes on one thread, from which on it is shared among threads; to start
# and to end them takes about 50 µs.
_WORTH_THREADS = 150_000

POLICY = Policy(accepts=terms.is_known, rows=True, limit=_MOST)


@dataclass(eq=False)
class Function(Step):
    """Loops that run one after the other in one compiled function."""

    loops: tuple[Loop, ...]

    @property
    def is_shared(self) -> bool:
        """Whether threads share the work."""
        return len(self.loops) == 1 and is_large(self.loops[0])

    def may_write_over(self, x: Expression, out: Call) -> bool:
        """As of any step.  Inside a loop, all of an element is read before anything is written."""
        if (x.shape, x.dtype) != (out.shape, out.dtype):
            return False
        readers = [loop for loop in self.loops if any(x in roots_of(o) for o in loop.operands)]
        if len(readers) != 1 or readers[0].roles.get(out) is not Role.ELEMENT:
            return False
        (loop,) = readers
        reading = [node for node in loop.operations if any(x in roots_of(o) for o in node.operands)]
        number = passes(loop)
        return x.shape == loop.domain and all(
            any(x is o for o in node.operands) and number[node] <= number[out] for node in reading
        )


@dataclass(eq=False, kw_only=True)
class _Joined(Group):
    """Loops while they are being collected; `alone`: what joins no others."""

    loops: list[Loop] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


def cost(loop: Loop) -> float:
    """About how many nanoseconds a loop takes."""
    elements = int(np.prod(loop.domain, dtype=int))
    return elements * sum(map(terms.cost, loop.operations))


def is_large(loop: Loop) -> bool:
    """Whether it pays to share the loop among threads."""
    return cost(loop) > _WORTH_THREADS


def fuse(operations: Sequence[Call], wanted: set[Expression]) -> list[Step]:
    """The operations in compiled functions where that pays, in an order in which they can run."""
    groups: Groups[_Joined] = Groups()
    open_groups: list[_Joined] = []
    for step in clusters.fuse(operations, wanted, POLICY):
        sources = groups.read_by(step.operands)
        may_join = isinstance(step, Loop) and not is_large(step)
        for group in reversed(open_groups[-_LOOKED_AT:] if may_join else []):
            room = len(group.operations) + len(step.operations) <= _MOST
            if room and groups.may_join(group, sources):
                break
        else:
            group = groups.new(_Joined())
            if may_join:
                open_groups.append(group)
        group.steps.append(step)
        groups.join(group, step.operations, sources)
    numbers = stored(operations, wanted, groups.of)
    return [step for group in groups.in_order() for step in _steps(group, numbers)]


def _steps(group: _Joined, numbers: set[Expression]) -> list[Step]:
    """What a group is run as.  numbers: those that are read outside of their groups."""
    loops = [step for step in group.steps if isinstance(step, Loop)]
    domains = {loop.domain for loop in loops}
    few = len(group.operations) <= (_FEW_NUMBERS if domains == {()} else 1)
    if not loops or (few and not any(map(_takes_long, loops))):
        return one_by_one(group.operations, set())
    outs = tuple(x for loop in loops for x in loop.outs if x.shape or x in numbers)
    return [Function(tuple(group.operations), outs, tuple(loops))]


def _takes_long(loop: Loop) -> bool:
    """Whether a single operation is done faster by a compiled loop than by NumPy."""
    return is_large(loop) and not all(map(is_view, loop.operations))
