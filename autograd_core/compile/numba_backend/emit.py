"""From a function of loops to its source, and to the line that calls it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numba
import numpy as np

from autograd_core.compile.clusters import is_reduction
from autograd_core.compile.numba_backend import store, terms
from autograd_core.compile.numba_backend.clusters import Function
from autograd_core.compile.numba_backend.loops import LoopWriter
from autograd_core.compile.numpy_backend import threads
from autograd_core.compile.numpy_backend.emit import Writer, emit_calls
from autograd_core.compile.operations import is_view, ufunc_of
from autograd_core.compile.plan import FRESH, Step
from autograd_core.symbolic import Call, Expression, Literal, Symbol

typeof: Any = numba.typeof
_PIECES = 8  # for each thread, so that one that is held up leaves the rest to the others


def emit_step(writer: Writer, step: Step) -> None:
    """The lines of a step: one call of a compiled function, or calls of NumPy's."""
    if isinstance(step, Function):
        _Emitter(writer, step).emit()
    else:
        emit_calls(writer, step)


class _Emitter:
    """Writes the source of a function, and the call.

    arguments: what the call passes, by what the function calls it.   buffers: the caller's names of
    those buffers whose addresses it passes, all in one array, as each argument takes its time.
    """

    def __init__(self, writer: Writer, step: Function) -> None:
        self.writer, self.step = writer, step
        self.arguments: dict[str, str] = {}
        self.types: list[Any] = []
        self.head: list[str] = []
        self.buffers: list[str] = []
        self._known: dict[Any, str] = {}
        self._after: list[str] = []

    def emit(self) -> None:
        """Compile the function and write its call."""
        for node in self.step.outs:
            if node.shape and not is_view(node):
                self._make(node)
        if self.step.is_shared:
            self._emit_shared()
        else:
            self._emit_call()
        self.writer.body += self._after

    # ── arguments ─────────────────────────────────────────────────────────────────────────────
    def _make(self, node: Call) -> None:
        """Let there be an array for a result."""
        writer = self.writer
        if writer.target(node) is None:
            empty = writer.object(np.empty, "empty")
            dtype = writer.object(node.dtype, f"dtype_{node.dtype.name}")
            writer.body.append(f"{writer.names[node]} = {empty}({node.shape}, {dtype})")

    def array(self, node: Expression, flat: bool) -> str:
        """What the function calls an operand or a result."""
        key = self._memory(node), flat
        # The first is passed itself: the first link of a chain reads an argument there and all
        # others read a buffer, and they are to be one function.
        if self._known and self._is_buffer(node):
            if key not in self._known:
                self._known[key] = self._at_address(node, flat)
            return self._known[key]
        outer = self._outer(node, flat)
        if key not in self._known:
            name = self._known[key] = f"x{len(self._known)}"
            self.arguments[name] = outer
            self.types.append(self._type(node, flat))
            if not node.shape:
                number = f"{name}_"
                self.head.append(f"{number} = {terms.type_name(node.dtype)}({name})")
                self._known[key] = number
        return self._known[key]

    def _is_buffer(self, node: Expression) -> bool:
        """Whether it lies in the same memory in every call, in its order."""
        place = self.writer.plan.places.get(node)
        return isinstance(place, int) and place != FRESH

    def _at_address(self, node: Expression, flat: bool) -> str:
        """Let the function make an array of a buffer for itself."""
        if not self.buffers:
            self.arguments["buffers"] = f"buffers_{len(self.writer.setup)}"
            self.types.append(numba.types.Array(numba.int64, 1, "C"))
        name, shape = f"x{len(self._known)}", (node.size,) if flat else node.shape
        what = f"{len(self.buffers)}, {terms.type_name(node.dtype)}, {shape}"
        self.head.append(f"{name} = array_at(buffers, {what})")
        self.buffers.append(self.writer.name(node))
        return name

    def _addresses(self) -> None:
        """The line that finds the addresses of all buffers."""
        if self.buffers:
            writer = self.writer
            find = writer.object(_addresses, "addresses")
            writer.setup.append(f"{self.arguments['buffers']} = {find}({', '.join(self.buffers)})")

    def _memory(self, node: Expression) -> Any:
        """The same for an operand and for the result that is written over it."""
        place = self.writer.plan.places.get(node)
        if isinstance(place, Symbol):
            return place
        if isinstance(place, int) and place >= 0:
            return place, node.shape, node.dtype
        return node

    def _outer(self, node: Expression, flat: bool) -> str:
        """What the caller calls it."""
        writer = self.writer
        name = writer.name(node)
        if not node.shape and isinstance(node, Call) and not _gives_number(node):
            return f"{writer.object(node.dtype.type, node.dtype.name)}({name})"
        if not flat:
            return name
        line = f"flat_{name} = {name}.reshape(-1)"
        if writer.is_fixed_flat(node):
            if line not in writer.setup:
                writer.setup.append(line)
            return f"flat_{name}"
        if line not in writer.body:
            writer.body.append(line)
        if isinstance(writer.plan.places.get(node), Symbol):  # reshape may have copied the argument
            copyto = writer.object(np.copyto, "copyto")
            self._after.append(
                f"if not {name}.flags.c_contiguous: "
                f"{copyto}({name}, flat_{name}.reshape({node.shape}))"
            )
        return f"flat_{name}"

    def _type(self, node: Expression, flat: bool) -> Any:
        """Numba's type of an argument, as it most likely is."""
        if isinstance(node, Literal) and not (flat and node.shape):
            return typeof(node.value)
        kind = numba.from_dtype(node.dtype)
        if not node.shape:
            return kind
        return numba.types.Array(kind, 1 if flat else node.ndim, "C")

    def _is_plain(self, node: Expression) -> bool:
        """Whether a number comes from a compiled function as Python's."""
        return node in self.writer.plan.program.guards

    # ── calls ─────────────────────────────────────────────────────────────────────────────────
    def _emit_call(self) -> None:
        """One function of all loops."""
        names: dict[Expression, str] = {}
        body: list[str] = []
        for number, loop in enumerate(self.step.loops):
            body += LoopWriter(loop, self.array, names, f"l{number}", shared=False).write()
        body.append(self._return(names))
        self._addresses()
        source = _definition("kernel", list(self.arguments), [*self.head, *body])
        (function,) = store.compiled(source, {"kernel": tuple(self.types)})
        name = self.writer.object(function, f"kernel_{len(self.writer.objects)}")
        self._call(name, list(self.arguments.values()))

    def _emit_shared(self) -> None:
        """One function of some blocks, which threads call, and one of what follows all blocks."""
        names: dict[Expression, str] = {}
        loop = LoopWriter(self.step.loops[0], self.array, names, "l0", shared=True)
        body, end = loop.write(), loop.finish()
        self._addresses()
        passed = [*self.arguments, *(part.name for part in loop.parts)]
        source = _definition("kernel", ["lo", "hi", *passed], [*self.head, *body])
        source += "\n\n" + _definition("finish", passed, [*self.head, *end, self._return(names)])
        kinds = [*self.types, *(part.type for part in loop.parts)]
        blocks = (numba.int64, numba.int64)
        kernel, finish = store.compiled(
            source, {"kernel": (*blocks, *kinds), "finish": tuple(kinds)}
        )
        writer = self.writer
        number = len(writer.objects)
        name = writer.object(kernel, f"kernel_{number}")
        outer = list(self.arguments.values())
        empty = writer.object(np.empty, "empty")
        for part in loop.parts:
            dtype = writer.object(part.dtype, f"dtype_{part.dtype.name}")
            outer.append(f"{part.name}_{number}")
            writer.setup.append(f"{outer[-1]} = {empty}({part.shape}, {dtype})")
        share = writer.object(threads.in_blocks, "in_blocks")
        pieces = max(1, loop.blocks // (threads.count() * _PIECES))
        workers = writer.object((None,) * threads.count(), "workers")
        writer.body += [
            f"def block(start, stop, own): {name}(start, stop, {', '.join(outer)})",
            f"{share}(block, {loop.blocks}, {pieces}, {workers})",
        ]
        if loop.parts:
            self._call(writer.object(finish, f"finish_{number}"), outer)

    def _results(self) -> list[Call]:
        """The numbers that the function returns."""
        return [node for node in self.step.outs if not node.shape]

    def _return(self, names: dict[Expression, str]) -> str:
        results = [names[node] for node in self._results()]
        return f"return ({', '.join(results)},)" if results else "return"

    def _call(self, function: str, arguments: list[str]) -> None:
        writer = self.writer
        results = self._results()
        for node in results:
            writer.names[node] = f"v{len(writer.names)}"
        targets = "".join(f"{writer.names[node]}, " for node in results)
        call = f"{function}({', '.join(arguments)})"
        writer.body.append(f"{targets}= {call}" if targets else call)
        for node in results:
            if not self._is_plain(node):
                number = writer.object(node.dtype.type, node.dtype.name)
                writer.body.append(f"{writer.names[node]} = {number}({writer.names[node]})")


def _addresses(*arrays: Any) -> Any:
    return np.array([array.ctypes.data for array in arrays], np.int64)


def _gives_number(node: Call) -> bool:
    """Whether it is certainly no array without dimensions, which Numba takes for an array."""
    return ufunc_of(node) is not None or is_reduction(node)


def _definition(name: str, arguments: Sequence[str], lines: Sequence[str]) -> str:
    return "\n".join([f"def {name}({', '.join(arguments)}):", *(f"    {x}" for x in lines), ""])
