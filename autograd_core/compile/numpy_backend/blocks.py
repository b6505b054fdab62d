"""Long runs of elementwise operations, block by block: all of them find a block in the cache."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from autograd_core.compile.clusters import Policy, is_large, owner_of
from autograd_core.compile.clusters import fuse as clusters
from autograd_core.compile.numpy_backend import functions, threads
from autograd_core.compile.numpy_backend.calls import call_of
from autograd_core.compile.numpy_backend.emit import Writer, emit_calls
from autograd_core.compile.operations import is_elementwise, is_view, ufunc_of
from autograd_core.compile.plan import Step, one_by_one
from autograd_core.ops import products, reduction
from autograd_core.shapes import Shape
from autograd_core.symbolic import Call, Expression, Symbol

# Bytes of an array of a block, and of all scratch of a thread.  Such blocks leave the inner caches,
# which one thread hardly feels, and several threads wait less often for Python's lock.
_WIDEST = 1 << 19
_BYTES = 1 << 22
_PIECES = 4  # blocks for each thread at least, of what is long enough
_SHORTEST = 1 << 13  # elements


def _accepts(node: Call) -> bool:
    """Operations on large arrays of one shape, and sums of all elements."""
    if not is_large(node):
        return False
    if is_elementwise(node):
        return all(x.shape in (node.shape, ()) for x in node.operands)
    return not node.shape and node.operation in (reduction.sum_, products.dot)


POLICY = Policy(accepts=_accepts, rows=False)


def fuse(operations: Sequence[Call], wanted: set[Expression]) -> list[Step]:
    """Steps of several operations where these go over large arrays of one shape."""
    if not any(map(is_large, operations)):
        return one_by_one(operations, wanted)
    return clusters(operations, wanted, POLICY)


def _dot(x: Any, y: Any) -> Any:
    """np.dot of long vectors.  OpenBLAS shares products of more than 10,000 numbers among threads
    of its own, for which ours would wait: a step of these takes 15 times as long."""
    return sum([
        np.dot(x[i : i + _SHORTEST], y[i : i + _SHORTEST]) for i in range(0, len(x), _SHORTEST)
    ])  # fmt: skip


def _shape(step: Step) -> Shape:
    return next(node.shape for node in step.operations if is_elementwise(node))


def emit_blocks(writer: Writer, step: Step) -> None:
    """The lines of a step that runs in blocks; calls one by one for any other."""
    if len(step.operations) == 1 or not any(map(is_elementwise, step.operations)):
        emit_calls(writer, step)
        return
    block = _Block(writer, step)
    block.write()
    writer.objects["in_blocks"] = threads.in_blocks
    writer.setup.append(f"{block.scratch_name} = {block.scratch()}")
    size = prod(block.shape)
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
        self.sums = [node for node in step.operations if not node.shape]
        self.comment = ", ".join(getattr(n.operation, "name", "") or n.operation.__name__
                                 for n in step.operations)  # fmt: skip
        self.lines: list[str] = []
        self.after: list[str] = []
        self.object, self.constant = writer.object, self._constant
        self._outs = set(step.outs)
        self._names: dict[Expression, str] = {}
        self._dtypes: list[np.dtype[Any]] = []
        self._free: dict[np.dtype[Any], list[int]] = {}
        self._place: dict[Expression, int] = {}  # of results that are still read, their scratch

    def write(self) -> None:
        """Fill `lines` and `after`."""
        last = {owner_of(x): node for node in self.step.operations for x in node.operands}
        for node in self.step.operations:
            owners = dict.fromkeys(map(owner_of, node.operands))
            dying = [x for x in owners if last[x] is node and x in self._place]
            if is_view(node):  # the same elements in another shape
                self._names[node] = self.name(node.operands[0])
            elif not node.shape:
                self._names[node] = f"s{len(self._names)}"
                self.lines.append(f"{self._names[node]} = {self._sum(node)}")
            else:
                self._names[node] = self._write_elements(node, dying)
            for x in dying:
                self._release(x)
        self.lines[:0] = self._head()
        self.lines.append(f"return ({''.join(f'{self._names[node]}, ' for node in self.sums)})")

    def _sum(self, node: Call) -> str:
        """The call of what gives one number."""
        if node.operation is not products.dot:
            return call_of(self, node, None)
        return f"{self.object(_dot, 'dot_in_pieces')}({', '.join(map(self.name, node.operands))})"

    def _write_elements(self, node: Call, dying: list[Expression]) -> str:
        """The call of an operation, and what its result is called.

        dying: operands in scratch that nobody reads after it.
        """
        operands = [self.name(x) for x in node.operands]  # their lines come before
        ufunc, quick = ufunc_of(node), self._quicker(node)
        if node in self._outs:
            target = self._out(node)
        else:
            fitting = [x for x in dying if x.dtype == node.dtype] if ufunc and not quick else []
            place = self._place.pop(fitting[0]) if fitting else self._take(node.dtype)
            self._place[node], target = place, f"t{place}"
        if quick is None:
            self.lines.append(call_of(self, node, target))
        else:
            spare = [self._take(node.dtype) for _ in range(quick.scratch)]
            arguments = [operands[0], target, *(f"t{place}" for place in spare)]
            name = self.object(quick.run, quick.run.__name__)
            self.lines.append(f"{name}({', '.join(arguments)})")
            self._free.setdefault(node.dtype, []).extend(spare)
        return target

    def _quicker(self, node: Call) -> functions.Function | None:
        """A function instead of a ufunc, unless the result may lie where an operand does."""
        if isinstance(self.writer.plan.places.get(node), Symbol):
            return None
        ufunc = ufunc_of(node)
        return None if ufunc is None else functions.instead_of(ufunc, node)

    # ── scratch ───────────────────────────────────────────────────────────────────────────────
    def _take(self, dtype: np.dtype[Any]) -> int:
        """The number of a scratch array that is free."""
        free = self._free.get(dtype)
        if free:
            return free.pop()
        self._dtypes.append(dtype)
        return len(self._dtypes) - 1

    def _release(self, x: Expression) -> None:
        """Let others have the scratch of a result, if that is not the last reader's by now."""
        if x in self._place:
            place = self._place.pop(x)
            self._free.setdefault(self._dtypes[place], []).append(place)

    def _head(self) -> list[str]:
        """Names for the scratch, of which the last block takes a part."""
        if not self._dtypes:
            return []
        names = "".join(f"t{place}, " for place in range(len(self._dtypes)))
        return [
            f"if stop - start < {self.length}: scratch = [t[: stop - start] for t in scratch]",
            f"{names}= scratch",
        ]

    @property
    def length(self) -> int:
        """The elements of a block."""
        sizes = [dtype.itemsize for dtype in self._dtypes] or [8]
        most = min(_WIDEST // max(sizes), _BYTES // sum(sizes))
        share = -(-prod(self.shape) // (_PIECES * threads.count()))
        return max(_SHORTEST, min(most, share))

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
        if not self.writer.is_fixed_flat(node):
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
