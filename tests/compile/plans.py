"""Whether a plan is sound, found by running its program on arrays and walking through its steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_core.compile import Plan
from autograd_core.compile.clusters import is_reduction
from autograd_core.compile.operations import is_elementwise
from autograd_core.compile.plan import FRESH, Step
from autograd_core.symbolic import Call, Expression, Literal, nodes_of, run


def owner(array: Any) -> Any:
    """The array whose memory this one lies in."""
    while isinstance(array, np.ndarray) and isinstance(array.base, np.ndarray):
        array = array.base
    return array


def owners(plan: Plan, arrays: Sequence[Any]) -> dict[Expression, Expression]:
    """For every value the one in whose memory NumPy puts it: itself, or what it is a view of."""
    values: dict[Expression, Any] = dict(
        zip(plan.program.inputs, map(np.array, arrays), strict=True)
    )
    found: dict[Expression, Expression] = {}
    by_memory: dict[int, Expression] = {}
    for node in plan.program.values:
        if isinstance(node, Literal):
            values[node] = node.value
        elif isinstance(node, Call):
            values[node] = run(node.operation, [values[x] for x in node.operands], node.params)
        found[node] = by_memory.setdefault(id(owner(values[node])), node)
    return found


def overlap(plan: Plan, one: Any, other: Any) -> bool:
    """Whether two places are buffers that share memory."""
    if not (isinstance(one, int) and isinstance(other, int)):
        return False
    start, begin = plan.starts[one], plan.starts[other]
    return start < begin + plan.sizes[other] and begin < start + plan.sizes[one]


def assert_read_first(step: Step, x: Expression, out: Call) -> None:
    """Each element of x is read in the loop that writes it over, before or when it does so.

    A loop goes over its elements once more for what reads a sum of them: what an operation needs
    has been summed up by the time that the result is written.
    """
    loops = getattr(step, "loops", (step,))
    loop = next(part for part in loops if out in set(part.operations))
    inside = set(loop.operations)

    def sums_behind(node: Call) -> set[Expression]:
        return {y for y in nodes_of(node.operands) if y in inside and is_reduction(y)}

    readers = [op for op in step.operations if any(x is y for y in op.operands)]
    assert is_elementwise(out), f"{out} over {x}"
    for reader in readers:
        assert reader in inside, f"{out} over {x}, which a later loop reads"
        assert is_elementwise(reader) or is_reduction(reader), f"{out} over {x}"
        assert sums_behind(reader) <= sums_behind(out), f"{out} over {x} before {reader}"


def assert_sound(plan: Plan, arrays: Sequence[Any]) -> None:  # noqa: C901  a walk with five checks
    """No step reads what another has written over, and nothing is written that is somebody else's.

    A value that NumPy made as a view is where its owner is.  What is read is still there; what is
    written in place of an operand is that, element for element; donated arguments are written after
    the guards, when nobody needs what was in them.
    """
    owned = owners(plan, arrays)
    arguments = {("alone", id(symbol)) for symbol in plan.program.inputs}
    holder: dict[Any, Expression] = {("alone", id(x)): x for x in plan.program.inputs}

    def place(node: Expression) -> Any:
        """The number of a buffer, or an array of its own or of an argument."""
        found = plan.places.get(node, node)
        if isinstance(found, int) and found != FRESH:
            return found
        return "alone", id(node if isinstance(found, int) else found)

    def assert_there(node: Expression) -> None:
        at = place(owned[node])
        if not isinstance(owned[node], Literal):
            assert holder.get(at) is owned[node], f"{node} was written over at {at}"

    done: set[Expression] = set()
    for number, step in enumerate([*plan.steps, *plan.updates]):
        if number == len(plan.steps):
            for guard in plan.program.guards:
                assert_there(guard)
        assert not done & set(step.operations), "an operation is done twice"
        for x in step.operands:
            assert_there(x)
        done |= set(step.operations)
        for out in step.outs:
            if owned[out] is not out:  # a view, which nobody writes
                continue
            at = place(out)
            overwritten = [x for x in step.operands if place(owned[x]) == at]
            for x in overwritten:
                assert_read_first(step, x, out)
                assert x.shape == out.shape, f"{out} over {x}"
                assert owned[x] is x, f"{out} over a view, {x}"
            if at in arguments:
                assert number >= len(plan.steps), "an argument is written before the guards"
            if isinstance(at, int):
                size = out.size * out.dtype.itemsize
                assert size <= plan.sizes[at], f"{out} does not fit into buffer {at}"
                holder = {k: x for k, x in holder.items() if not overlap(plan, k, at)}
            holder[at] = out
    assert done == set(plan.program.operations)
    for out in plan.program.outputs:
        assert_there(out)
        assert not isinstance(place(owned[out]), int), f"{out} is given away with its buffer"
