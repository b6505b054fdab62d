"""verify: whether a program is well formed, and whether a pass kept what it must keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from autograd_core.errors import GraphError
from autograd_core.symbolic import Call, Expression, Literal, Symbol
from autograd_core.symbolic.inference import infer
from autograd_core.tracing import Program
from autograd_core.tracing.program import name_of, typed


def verify(program: Program, before: Program | None = None, name: str = "trace") -> None:
    """Raise a GraphError that names the first thing that is wrong in a program.

    before: the program that a pass was given.   name: of the pass.

    Every operand is an input, a constant or the result of an operation that does not depend on the
    reader; no symbol is read that is not an input; every result has the shape and the dtype that
    its operation gives; guards are boolean scalars; a pass keeps inputs and the types of outputs.
    """
    for fault in _faults(program, before):
        raise GraphError(
            f"verify: after {name}, {fault}. This is a fault of that pass: please report it with "
            "the program, print(compiled.program(…)); compile(f) without it gives right results."
            if before is not None
            else f"verify: {fault}."
        )


def _faults(program: Program, before: Program | None) -> Iterator[str]:
    yield from _circles((*program.outputs, *program.guards))
    inputs = set(program.inputs)
    names = [symbol.name for symbol in program.inputs]
    if len(set(names)) < len(names):
        yield f"two inputs have one name: {names}"
    for node in program.values:
        yield from _faults_of(node, inputs)
    for guard in program.guards:
        if guard.shape or guard.dtype != bool:
            yield f"a guard is {typed(guard)} and not one boolean"
    if before is not None:
        if list(map(id, before.inputs)) != list(map(id, program.inputs)):
            yield "the inputs are others"
        types = [list(map(typed, each.outputs)) for each in (before, program)]
        if types[0] != types[1]:
            yield f"the outputs are {types[1]} and were {types[0]}"


def _faults_of(node: Expression, inputs: AbstractSet[Expression]) -> Iterator[str]:
    if isinstance(node, Symbol):
        if node not in inputs:
            yield f"{node.name} is read and is no input"
    elif isinstance(node, Literal):
        array = np.asarray(node.value)
        if (array.shape, array.dtype) != (node.shape, node.dtype):
            yield f"a constant of {array.dtype} {array.shape} is called {typed(node)}"
    elif isinstance(node, Call):
        shape, dtype = infer(node.operation, node.operands, node.params)
        if (shape, dtype) != (node.shape, node.dtype):
            yield (
                f"{name_of(node.operation)} is called {typed(node)} and gives {dtype} "
                f"{tuple(shape)} for {', '.join(map(typed, node.operands))}"
            )
    else:
        yield f"{type(node).__name__} is neither an input, a constant nor an operation"


def _circles(roots: Sequence[Expression]) -> Iterator[str]:
    """Operations that depend on themselves."""
    done: set[Expression] = set()
    open_: set[Expression] = set()
    stack = [(root, False) for root in roots]
    while stack:
        node, left = stack.pop()
        if left:
            open_.discard(node)
            done.add(node)
        elif node in open_:
            yield f"{name_of(node.operation)} depends on itself"
            return
        elif node not in done:
            open_.add(node)
            stack.append((node, True))
            stack += [(operand, False) for operand in node.operands if operand not in done]
