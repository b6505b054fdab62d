"""The source of a loop over the elements of a cluster.

Elements are computed block by block, of rows or of parts of one, and inside a block in passes over
a row: what a reduction over a row gives is known after a pass, and read in the next.  What one pass
computes and another reads waits in a scratch row.  Calls of the C library, of which no loop is
vectorised, have passes of their own, with odd numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import from_dtype, types

from autograd_core.compile.clusters import Loop, Role, is_reduction
from autograd_core.compile.numba_backend import terms
from autograd_core.compile.numba_backend.passes import passes, unflattened
from autograd_core.ops import products, reduction, shaping
from autograd_core.shapes import Shape, normalize_axis
from autograd_core.symbolic import Call, Expression

_BLOCK = 2048  # elements, of which all scratch stays in the innermost cache
_INDENT = "    "

# The name of an array in a function; `flat`: laid out in one dimension.
ArrayName = Callable[[Expression, bool], str]
# Yields lines and returns the text of a value.
Text = Generator[str, None, str]


def is_flat(loop: Loop) -> bool:
    """Whether the loop may go over all elements as over a single row."""
    domain = loop.domain
    return bool(domain) and all(
        (loop.roles[node] is Role.ELEMENT and node.operation is not shaping.scatter)
        or loop.roles[node] is Role.FLAT
        or (loop.roles[node] is Role.LATE and _folds_all(node))
        for node in loop.operations
    ) and all(x.size == 1 or x.shape == domain or x.ndim == 1 == len(domain) or (
        x.ndim == 1 and x.size == int(np.prod(domain))) or x in loop.roles for x in loop.operands
    )  # fmt: skip


def _folds_all(node: Call) -> bool:
    if node.operation is products.dot:
        return node.operands[0].ndim == 1
    axis = node.params["axis"]
    return len(normalize_axis(axis, node.operands[0].ndim)) == node.operands[0].ndim


class Part(NamedTuple):
    """An array that holds what each block gives to a reduction."""

    name: str
    shape: Shape
    dtype: np.dtype[Any]

    @property
    def type(self) -> Any:
        """What Numba calls its type."""
        return types.Array(from_dtype(self.dtype), len(self.shape), "C")


class LoopWriter:
    """Writes one loop into a function.

    lines: what it has written.   names: of what is known after the loop, by expression.
    shared: whether the function gets the first and last block as `lo` and `hi`, and the arrays
    for what each block gives, because threads share the blocks.
    """

    def __init__(
        self, loop: Loop, array: ArrayName, names: dict[Expression, str], prefix: str, shared: bool
    ) -> None:
        self.loop, self.array, self.names, self.prefix = loop, array, names, prefix
        self.shared = shared
        self.flat = is_flat(loop)
        whole = loop.domain if not self.flat else (int(np.prod(loop.domain)),)
        self.outer: Shape = whole[:-1]
        self.length = whole[-1] if whole else 1
        self.rows = int(np.prod(self.outer, dtype=int))
        self.number = passes(loop)
        self.last = max(self.number.values())
        self.late = [node for node in loop.operations if loop.roles[node] is Role.LATE]
        self._totals = {node: f"{prefix}s{i}" for i, node in enumerate(self.late)}
        self.parts: list[Part] = []
        self._outs = set(loop.outs)
        self._local: dict[Expression, str] = {}  # values of this pass
        self._stores: list[str] = []
        self._row_names: dict[Expression, str] = {}
        self._waiting: dict[Expression, str] = {}  # scratch rows and rows of results
        self._scratch: list[tuple[str, np.dtype[Any]]] = []
        self._views: dict[str, str] = {}
        self._count = 0
        self._readers = self._read_in()
        self._plan_blocks()

    def _read_in(self) -> dict[Expression, set[int]]:
        """In which passes each value is read."""
        found: dict[Expression, set[int]] = {}
        for node in self.loop.operations:
            for x in node.operands:
                found.setdefault(unflattened(self.loop, x), set()).add(self.number[node])
        return found

    # ── blocks ────────────────────────────────────────────────────────────────────────────────
    def _plan_blocks(self) -> None:
        by_row = any(role is Role.ROW for role in self.loop.roles.values())
        by_row |= any(not _folds_all(node) for node in self.late)
        by_row |= any(node.operation is shaping.scatter for node in self.loop.operations)
        whole = by_row or self.length <= _BLOCK
        whole |= not self.shared and not self.late and not self.last  # nothing waits or is summed
        self.chunks = 1 if whole else -(-self.length // _BLOCK)
        self.together = max(1, _BLOCK // max(self.length, 1)) if self.chunks == 1 else 1
        self.blocks = -(-self.rows // self.together) * self.chunks
        self.width = self.length if self.chunks == 1 else _BLOCK

    def write(self) -> list[str]:
        """The lines of the loop."""
        name = self.prefix
        sums = [self._sum_start(i, node) for i, node in enumerate(self.late)]
        body = self._block()
        scratch = [
            f"{t} = np.empty({self.width}, {terms.array_type(kind)})" for t, kind in self._scratch
        ]
        head = [f"# over {self.loop.domain}", *scratch]
        inner: list[str] = [line for start in sums for line in start]
        if self.chunks > 1:
            inner += [f"{name}r = {name}b // {self.chunks}"] if self.rows > 1 else []
            inner += [f"{name}start = {name}b % {self.chunks} * {_BLOCK}",
                      f"{name}n = min({_BLOCK}, {self.length} - {name}start)"]  # fmt: skip
            inner += body
        elif self.rows > 1:
            stop = f"min({name}b * {self.together} + {self.together}, {self.rows})"
            span = f"{name}b * {self.together}, {stop}" if self._has_blocks else f"{self.rows}"
            inner += [f"for {name}r in range({span}):", *_indented(body)]
        else:
            inner += body
        for i, node in enumerate(self.late):
            inner += self._sum_end(i, node)
        if self.shared:
            return [*head, f"for {name}b in range(lo, hi):", *_indented(inner)]
        if self._has_blocks:
            head += [
                f"{p.name} = np.empty({p.shape}, {terms.array_type(p.dtype)})" for p in self.parts
            ]
            inner = [f"for {name}b in range({self.blocks}):", *_indented(inner)]
        return [*head, *inner, *self.finish()]

    @property
    def _has_blocks(self) -> bool:
        return self.shared or self.blocks > 1

    def finish(self) -> list[str]:
        """What is done after all blocks."""
        lines = []
        for i, node in enumerate(self.late):
            name = f"{self.prefix}s{i}"
            part = f"{self.prefix}p{i}"
            if _folds_all(node):
                kind = terms.type_name(node.dtype)
                if self._has_blocks:
                    lines.append(f"{name} = {kind}({_FOLDS[_fold(node)]}({part}))")
                if node.shape:
                    place = ", ".join("0" * node.ndim)
                    lines.append(f"{self.array(node, False)}[{place}] = {name}")
                self.names[node] = name
            elif self._has_blocks:
                lines.append(f"{_FOLDS[_fold(node)]}_rows({part}, {self._all_of(node)})")
        return lines

    # ── reductions that are known after the loop ──────────────────────────────────────────────
    def _sum_start(self, i: int, node: Call) -> list[str]:
        name, kind = f"{self.prefix}s{i}", terms.type_name(node.dtype)
        start = f"{kind}({_start(node)})"
        part = f"{self.prefix}p{i}"
        if _folds_all(node):
            wide = np.dtype(np.float64) if node.dtype.kind == "f" else node.dtype
            self.parts.append(Part(part, (self.blocks,), wide))
            return [f"{name} = {start}"]
        self.parts.append(Part(part, (self.blocks, self.length), node.dtype))
        row = f"{part}[{self.prefix}b]" if self._has_blocks else self._all_of(node)
        # `[:] =` compiles for seconds: it brings the code of its error message with it
        return [f"{name} = {row}", f"for j in range({self.length}):", f"    {name}[j] = {start}"]

    def _all_of(self, node: Call) -> str:
        """A result of one row, as an array of one dimension."""
        places = ", ".join("0" for _ in node.shape[:-1])
        return f"{self.array(node, False)}[{places}]" if places else self.array(node, False)

    def _sum_end(self, i: int, node: Call) -> list[str]:
        if not self._has_blocks or not _folds_all(node):
            return []
        return [f"{self.prefix}p{i}[{self.prefix}b] = {self.prefix}s{i}"]

    # ── passes over a row ─────────────────────────────────────────────────────────────────────
    def _block(self) -> list[str]:
        """The lines for one row, or for a part of one."""
        passing = [line for number in range(self.last + 1) for line in self._pass(number)]
        return [*(f"{name} = {code}" for code, name in self._views.items()), *passing]

    def _pass(self, number: int) -> Iterator[str]:
        here = [node for node in self.loop.operations if self.number[node] == number]
        rows = [node for node in here if self.loop.roles[node] is Role.ROW]
        folded = {node for node in rows if is_reduction(node)}
        self._local, self._stores = {}, []
        body: list[str] = []
        for node in here:
            if self.loop.roles[node] in (Role.ELEMENT, Role.LATE):
                body += self._element(node)
            elif node in folded:
                total = self._row_names[node] = self._new("r")
                yield f"{total} = {terms.type_name(node.dtype)}({_start(node)})"
                body += self._folded(node, total)
        if not self.loop.domain:
            yield from body
        elif body:
            length = f"{self.prefix}n" if self.chunks > 1 else str(self.length)
            body = [f"for j in range({length}):", *_indented([*body, *self._stores])]
            yield from self._near_and_far(here, body, length)
        for node in rows:
            yield from self._row(node)

    def _near_and_far(self, nodes: Sequence[Call], body: list[str], length: str) -> Iterator[str]:
        """The loop; of sines and cosines also one that is vectorised, where all numbers are near
        enough to 0 for that."""
        waves = [node for node in nodes if terms.is_wave(node) and self._is_row(node.operands[0])]
        if not waves:
            yield from body
            return
        kind = terms.type_name(waves[0].dtype)
        rows = dict.fromkeys(
            self._waiting.get(node.operands[0]) or self._row_of(node.operands[0]) for node in waves
        )
        checks = " or ".join(f"any_far_{kind}({row}, {length})" for row in rows)
        near = [terms.with_near_waves(line, kind) for line in body]
        yield from (f"if {checks}:", *_indented(body), "else:", *_indented(near))

    def _is_row(self, x: Expression) -> bool:
        """Whether the elements of a value lie in a row."""
        x = unflattened(self.loop, x)
        if x in self._waiting:
            return True
        return bool(x.shape) and x not in self.loop.roles and x.size > 1 and (
            self.flat or x.shape[-1] == self.length
        ) and not terms.is_number(x)  # fmt: skip

    def _element(self, node: Call) -> Iterator[str]:
        """The lines of one element."""
        role = self.loop.roles[node]
        if role is Role.LATE:
            total = self._totals[node]
            yield from self._folded(node, total if _folds_all(node) else f"{total}[j]")
            return
        code = yield from self._term(node)
        name = self._local[node] = self._new("e")
        yield f"{name} = {code}"
        if not node.shape:
            self.names[node] = name
        elif node in self._outs:
            self._waiting[node] = self._row_of(node)
            self._stores.append(f"{self._waiting[node]}[j] = {name}")
        elif self._readers.get(node, set()) - {self.number[node]}:
            self._waiting[node] = f"{self.prefix}t{len(self._scratch)}"
            self._scratch.append((self._waiting[node], node.dtype))
            self._stores.append(f"{self._waiting[node]}[j] = {name}")

    def _term(self, node: Call, row: Call | None = None) -> Text:
        """The text of an operation, after the lines that load its operands."""
        if node.operation is shaping.scatter:
            return self._scattered(node)
        args = []
        for position, x in enumerate(node.operands):
            args.append((yield from self._value(x, terms.operand_kind(node, position), row)))
        return terms.term(node, args)

    def _folded(self, node: Call, total: str) -> Iterator[str]:
        """The line that adds an element to a reduction."""
        first = yield from self._value(node.operands[0])
        kind = terms.type_name(node.dtype)
        value = terms.cast(first, node.operands[0], node.dtype)
        if node.operation is products.dot and node.operands[0].ndim == 1:
            second = yield from self._value(node.operands[1])
            value = f"{value} * {terms.cast(second, node.operands[1], node.dtype)}"
        yield f"{total} = {_FOLD_TERMS[_fold(node), node.dtype.kind].format(total, value, kind)}"

    def _row(self, node: Call) -> Iterator[str]:
        """The lines of a row's number."""
        if node.operation in (shaping.reshape, shaping.getitem):
            self._row_names[node] = self._row_names[node.operands[0]]
        elif not is_reduction(node):
            code = yield from self._term(node, node)
            self._row_names[node] = self._new("r")
            yield f"{self._row_names[node]} = {code}"
        if node in self._outs:
            yield f"{self._number_at(node, node)} = {self._row_names[node]}"

    def _new(self, hint: str) -> str:
        self._count += 1
        return f"{self.prefix}{hint}{self._count}"

    # ── values ────────────────────────────────────────────────────────────────────────────────
    def _value(self, x: Expression, kind: Any = None, row: Call | None = None) -> Text:
        """The text of a value, after the line that loads it."""
        x = unflattened(self.loop, x)
        if terms.is_number(x):
            return terms.number(x, x.dtype if kind is None else kind)
        for known in (self._local, self._row_names, self.names):
            if x in known:
                return known[x]
        if not x.shape:
            return self.array(x, False)
        if x in self._waiting:
            code = f"{self._waiting[x]}[j]"
        elif row is not None or x.size == 1 or (x.shape[-1] == 1 != self.length and not self.flat):
            return self._view(self._number_at(x, row))
        else:
            code = f"{self._row_of(x)}[j]"
        name = self._local[x] = self._new("e")
        yield f"{name} = {code}"
        return name

    def _view(self, code: str) -> str:
        """The name of a part of an array, made before the passes."""
        return self._views.setdefault(code, f"{self.prefix}a{len(self._views)}")

    def _number_at(self, x: Expression, row: Call | None) -> str:
        """The number that an array holds for the row.  Beside a row without a last axis of length 1
        it has none either."""
        if x.size == 1:
            places = ["0"] * x.ndim
        elif row is not None and row.ndim == len(self.outer):
            places = self._places(x.shape)
        else:
            places = [*self._places(x.shape[:-1]), "0"]
        return f"{self.array(x, False)}[{', '.join(places)}]"

    def _row_of(self, x: Expression) -> str:
        """The row of an array, or the part of it that belongs to the block."""
        flat = self.flat and x.ndim != 1
        places = [] if flat else self._places(x.shape[:-1])
        if self.chunks > 1:
            places.append(f"{self.prefix}start:{self.prefix}start + {self.prefix}n")
        array = self.array(x, flat)
        return self._view(f"{array}[{', '.join(places)}]") if places else array

    def _places(self, shape: Shape) -> list[str]:
        """The index of a row in an array that is broadcast to all rows."""
        first = len(self.outer) - len(shape)
        return [
            "0" if length == 1 else self._place(first + axis) for axis, length in enumerate(shape)
        ]

    def _place(self, axis: int) -> str:
        if self.rows == self.outer[axis]:  # the only axis that is not 1
            return f"{self.prefix}r"
        after = int(np.prod(self.outer[axis + 1 :], dtype=int))
        return f"{self.prefix}r // {after} % {self.outer[axis]}"

    def _scattered(self, node: Call) -> str:
        bounds = terms.bounds(node)
        assert bounds is not None
        (start, stop), array = bounds, self.array(node.operands[0], False)
        zero = f"{terms.type_name(node.dtype)}(0)"
        place = f"j - {start}" if start else "j"
        return f"{array}[{place}] if {start} <= j < {stop} else {zero}"


_FOLDS = {"sum": "pairwise", "max": "largest", "min": "smallest"}


# Of total, element and dtype, by kind of reduction and of dtype.
_FOLD_TERMS = {
    ("sum", "f"): "added({0}, {1})", ("sum", "i"): "{2}({0} + {1})",
    ("max", "f"): "maximum({0}, {1})", ("max", "i"): "{2}(max({0}, {1}))",
    ("min", "f"): "minimum({0}, {1})", ("min", "i"): "{2}(min({0}, {1}))",
}  # fmt: skip


def _fold(node: Call) -> str:
    return {reduction.max_: "max", reduction.min_: "min"}.get(node.operation, "sum")


def _start(node: Call) -> str:
    fold = _fold(node)
    if fold == "sum":
        return "0"
    if node.dtype.kind == "f":
        return "-inf" if fold == "max" else "inf"
    info = np.iinfo(node.dtype)
    return str(info.min if fold == "max" else info.max)


def _indented(lines: Sequence[str]) -> list[str]:
    return [_INDENT + line for line in lines]
