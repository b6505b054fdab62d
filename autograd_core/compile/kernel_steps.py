"""Steps of kernels: all parts of a kernel run in one go, on planned memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np

from autograd_core.compile.plan import Fuse, Plan, Step
from autograd_core.kernels.operations import LoopsOf, Part, Type, stand_in
from autograd_core.shapes import size_of
from autograd_core.symbolic import Call, Expression, Symbol
from autograd_core.symbolic.named import key_of

_LINE = 64  # bytes of a line of the cache


class Writer(Protocol):
    """What writes the source of a plan's function: see `numpy_backend.emit.Writer`."""

    plan: Plan
    names: dict[Expression, str]
    setup: list[str]
    body: list[str]

    def name(self, node: Expression) -> str:
        """Of a value."""

    def object(self, value: Any, hint: str = "k") -> str:
        """The name of an object."""

    def target(self, node: Call) -> str | None:
        """The array that a result is written into; None where it is a new one."""


@dataclass(eq=False)
class KernelStep(Step):
    """Parts of one kernel on the same operands.

    rest: the types of its scratch memory, and by their numbers of parts that nobody wants.
    loops: for a number of phases and a dtype the elementwise loops of the kernel.
    """

    rest: dict[int, Type]
    loops: LoopsOf

    @property
    def scratch(self) -> int:
        """The bytes of all that only the step itself uses."""
        return sum(map(_bytes, self.rest.values()))

    def emit(self, writer: Writer) -> None:
        """One call, which writes all results."""
        node = self.operations[0]
        call = partial(node.operation.kernel.run, loops=self.loops, **node.params)
        operands = [writer.name(x) for x in node.operands]
        targets = {x.operation.number: x for x in self.operations}
        names = {number: _target(writer, x) for number, x in targets.items()}
        names |= self._scratch(writer)
        outs = "".join(f"{names[number]}, " for number in sorted(names) if number != _WORK)
        name = writer.object(call, node.operation.__name__)
        writer.body.append(f"{name}(({', '.join(operands)},), ({outs}), {names[_WORK]})")
        for x in targets.values():
            if isinstance(writer.plan.places[x], Symbol):  # it may lie with gaps
                given, copyto = writer.names[x], writer.object(np.copyto, "copyto")
                made = names[x.operation.number]
                writer.body.append(f"if {made} is not {given}: {copyto}({given}, {made})")

    def _scratch(self, writer: Writer) -> dict[int, str]:
        """The names of arrays in the scratch memory, by their numbers."""
        names, start = {}, 0
        place = writer.plan.scratch.get(self)
        for number, (shape, dtype) in self.rest.items():
            name = names[number] = f"w{len(writer.setup)}"
            stop = start + size_of(shape) * dtype.itemsize
            kind = writer.object(dtype, f"dtype_{dtype.name}")
            memory = _nothing(writer) if place is None else f"B[{place}][{start}:{stop}]"
            writer.setup.append(f"{name} = {memory}.view({kind}).reshape({shape})")
            start += _bytes((shape, dtype))
        return names


_WORK = -1  # the number of the scratch memory


def _bytes(found: Type) -> int:
    """How much memory an array takes, in whole lines."""
    shape, dtype = found
    return -(-size_of(shape) * dtype.itemsize // _LINE) * _LINE


def _nothing(writer: Writer) -> str:
    return writer.object(np.empty(0, np.uint8), "nothing")


def _target(writer: Writer, node: Call) -> str:
    """The array without gaps that a result is written into."""
    target = writer.target(node)
    if target is not None and not isinstance(writer.plan.places[node], Symbol):
        return target
    empty, name = writer.object(np.empty, "empty"), writer.names[node]
    made = f"{empty}({node.shape}, {writer.object(node.dtype, f'dtype_{node.dtype.name}')})"
    if target is None:
        writer.body.append(f"{name} = {made}")
        return name
    writer.body.append(f"{name}_ = {name} if {name}.flags.c_contiguous else {made}")
    return f"{name}_"


def with_kernels(fuse: Fuse, loops: LoopsOf) -> Fuse:
    """The same groups of operations, and the parts of each kernel in one step."""

    def fused(operations: Sequence[Call], wanted: set[Expression]) -> list[Step]:
        together: dict[Any, list[Call]] = {}
        for node in operations:
            if isinstance(node.operation, Part):
                together.setdefault(_key(node), []).append(node)
        return list(_steps(fuse(operations, wanted), together, loops))

    return fused


def _steps(
    steps: Sequence[Step], together: dict[Any, list[Call]], loops: LoopsOf
) -> Iterator[Step]:
    for step in steps:
        first = step.operations[0]
        if not isinstance(first.operation, Part):
            yield step
        elif (parts := together.pop(_key(first), None)) is not None:  # else it runs with the first
            yield _step(parts, loops)


def _step(parts: Sequence[Call], loops: LoopsOf) -> KernelStep:
    first = parts[0]
    kernel = first.operation.kernel
    arrays = [*map(stand_in, first.operands)]
    work = (kernel.work(*arrays, **first.params),), arrays[0].dtype
    types = kernel.types(*arrays, **first.params)
    rest = {_WORK: work, **dict(enumerate(types))}
    for node in parts:
        del rest[node.operation.number]
    return KernelStep(tuple(parts), tuple(parts), rest, loops)


def _key(node: Call) -> Any:
    return node.operation.kernel, node.operands, key_of(node.params)
