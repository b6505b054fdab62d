"""Long runs of elementwise operations, block by block: all of them find a block in the cache."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_core.compile.clusters import fuse as clusters
from autograd_core.compile.numpy_backend import threads
from autograd_core.compile.numpy_backend.calls import call_of
from autograd_core.compile.numpy_backend.emit import Writer, emit_calls
from autograd_core.compile.operations import is_elementwise
from autograd_core.compile.plan import Step, one_by_one
from autograd_core.shapes import Shape
from autograd_core.symbolic import Call, Expression, Symbol

LEAST = 1 << 15  # elements: below, a cluster fits the cache as it is
_BYTES = 1 << 18  # of all scratch of a thread
_MOST = 1 << 14  # elements of a block


def fuse(operations: Sequence[Call], wanted: set[Expression]) -> list[Step]:
    """Steps of several operations where these go over large arrays of one shape."""
    steps: list[Step] = []
    for step in clusters(operations, wanted):
        steps += [step] if is_blocked(step) else one_by_one(step.operations, wanted)
    return steps


def is_blocked(step: Step) -> bool:
    """Whether a step runs in blocks: elementwise operations of one large shape, and sums of all."""
    shape = _shape(step)
    return (
        len(step.operations) > 1
        and int(np.prod(shape, dtype=int)) >= LEAST
        and all(_is_part(node, shape) for node in step.operations)
        and all(x.shape in (shape, ()) for x in step.operands)
    )


def _shape(step: Step) -> Shape:
    return step.operations[0].shape


def _is_part(node: Call, shape: Shape) -> bool:
    if is_elementwise(node):
        return node.shape == shape
    return _is_sum(node)


def _is_sum(node: Call) -> bool:
    return getattr(node.operation, "name", "") == "sum" and not node.shape


def emit_blocks(writer: Writer, step: Step) -> None:
    """The lines of a step that runs in blocks; calls one by one for any other."""
    if len(step.operations) == 1:
        emit_calls(writer, step)
        return
    block = _Block(writer, step)
    block.write()
    writer.objects["in_blocks"] = threads.in_blocks
    writer.setup.append(f"{block.scratch_name} = {block.scratch()}")
    size = int(np.prod(block.shape, dtype=int))
    writer.body += [
        f"def block(start, stop, scratch):  # {block.comment}",
        *(f"    {line}" for line in block.lines),
        f"parts = in_blocks(block, {size}, {block.length}, {block.scratch_name})",
        *block.after,
    ]
    for place, node in enumerate(block.sums):
        name = writer.names[node] = f"v{len(writer.names)}"
        number = writer.object(node.dtype.type, node.dtype.name)
        writer.body.append(f"{name} = {number}(sum([part[{place}] for part in parts]))")


class _Block:
    """The function of one block.  It answers for names as a Writer does.

    lines: of its body.   after: lines that follow all blocks.   sums: what each block returns.
    """

    def __init__(self, writer: Writer, step: Step) -> None:
        self.writer, self.step = writer, step
        self.shape = _shape(step)
        self.scratch_name = f"scratch_{len(writer.setup)}"
        self.sums = [node for node in step.operations if _is_sum(node)]
        self.comment = ", ".join(getattr(n.operation, "name", "") or n.operation.__name__
                                 for n in step.operations)  # fmt: skip
        self.lines: list[str] = []
        self.after: list[str] = []
        self.object, self.constant = writer.object, self._constant
        self._names: dict[Expression, str] = {}
        self._dtypes: list[np.dtype[Any]] = []
        self._free: dict[np.dtype[Any], list[int]] = {}
        self._place: dict[Expression, int] = {}

    def write(self) -> None:
        """Fill `lines` and `after`."""
        outs = set(self.step.outs)
        last = {x: node for node in self.step.operations for x in node.operands}
        for node in self.step.operations:
            if node in self.sums:
                self._names[node] = f"s{len(self._names)}"
                self.lines.append(f"{self._names[node]} = {call_of(self, node, None)}")
            else:
                operands = [self.name(x) for x in node.operands]  # their lines come before
                assert operands
                target = self._out(node) if node in outs else self._temporary(node)
                self.lines.append(call_of(self, node, target))
                self._names[node] = target
            for x in dict.fromkeys(node.operands):
                if last[x] is node and x in self._place:
                    place = self._place[x]
                    self._free.setdefault(self._dtypes[place], []).append(place)
        self.lines.append(f"return ({''.join(f'{self._names[node]}, ' for node in self.sums)})")

    @property
    def length(self) -> int:
        """The elements of a block."""
        width = sum(dtype.itemsize for dtype in self._dtypes) or 8
        return max(1 << 10, min(_MOST, _BYTES // width))

    def scratch(self) -> str:
        """The temporary arrays of every thread, as source."""
        self.writer.objects["empty"] = np.empty
        arrays = "".join(
            f"empty({self.length}, {self.object(dtype, f'dtype_{dtype.name}')}), "
            for dtype in self._dtypes
        )
        return f"[({arrays}) for _ in range({threads.count()})]"

    def name(self, node: Expression) -> str:
        """What a value is called in the block: of an array the part that belongs to it."""
        if node not in self._names:
            outer = self.writer.name(node)
            self._names[node] = outer if not node.shape else self._part(node, outer)
        return self._names[node]

    def _constant(self, node: Expression, dtype: np.dtype[Any]) -> str:
        return self.name(node) if node.shape else self.writer.constant(node, dtype)

    def _part(self, node: Expression, outer: str) -> str:
        flat, part = f"flat_{outer}", f"p{len(self._names)}"
        line = f"{flat} = {outer}.reshape(-1)"
        if not self.writer.is_fixed(node):
            self.writer.body.append(line)
        elif line not in self.writer.setup:
            self.writer.setup.append(line)
        self.lines.append(f"{part} = {flat}[start:stop]")
        return part

    def _out(self, node: Call) -> str:
        """The part of a result that others read."""
        writer = self.writer
        target = writer.target(node)
        if target is None:
            writer.objects["empty"] = np.empty
            dtype = self.object(node.dtype, f"dtype_{node.dtype.name}")
            target = writer.names[node]
            writer.body.append(f"{target} = empty({node.shape}, {dtype})")
        elif isinstance(writer.plan.places[node], Symbol):  # reshape may have copied the argument
            copyto = self.object(np.copyto, "copyto")
            self.after.append(
                f"if not {target}.flags.c_contiguous: "
                f"{copyto}({target}, flat_{target}.reshape({node.shape}))"
            )
        return self._part(node, target)

    def _temporary(self, node: Call) -> str:
        """Scratch for a result that only the block reads."""
        free = self._free.get(node.dtype)
        if free:
            place = free.pop()
        else:
            place = len(self._dtypes)
            self._dtypes.append(node.dtype)
        self._place[node] = place
        name = f"t{len(self._names)}"
        self.lines.append(f"{name} = scratch[{place}][: stop - start]")
        return name
