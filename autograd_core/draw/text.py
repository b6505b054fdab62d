"""A snapshot as text: the tree of a result and what it was computed from, and the table of steps.

Both walk the graph once and without recursion: a value that is read again is referred to, not
repeated, and a branch that reaches too far to the right goes on as a tree of its own.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from autograd_core.draw.labels import backward_lines, one_line
from autograd_core.draw.names import clean
from autograd_core.draw.snapshot import (
    CONSTANT,
    GROUP,
    OPERATION,
    OUTPUT,
    Edge,
    Snapshot,
    Value,
    Vertex,
)

DEEPEST = 20  # levels of a tree before a branch goes on elsewhere


@dataclass(frozen=True, slots=True)
class Style:
    """How text is written: columns of a line, with colours or not, in ASCII or not."""

    width: int = 100
    colour: bool = False
    ascii: bool = False

    @staticmethod
    def of(stream: TextIO | None) -> Style:
        """What a stream can show: a terminal its width, and colours unless the environment
        variable NO_COLOR is set (https://no-color.org); ASCII where its encoding has no more."""
        terminal = stream is not None and stream.isatty()
        return Style(
            width=shutil.get_terminal_size((100, 24)).columns if terminal else 100,
            colour=terminal and not os.environ.get("NO_COLOR"),
            ascii=not _can_encode(getattr(stream, "encoding", None) or "utf-8", "".join(_IN_ASCII)),
        )


_IN_ASCII = {
    "├": "|", "└": "`", "│": "|", "─": "-", "∂": "d", "↑": "^", "↓": "v", "→": "->", "×": "x",
    "÷": "/", "–": "-", "μ": "mean", "σ": "std", "…": "...",
}  # fmt: skip
_COLOUR = {"name": "1", "gradient": "31", "rule": "90", "": ""}

# A piece of a line: its text, and what it is.
Piece = tuple[str, str]


def tree(snapshot: Snapshot, style: Style | None = None) -> str:
    """The result at the root, its operands below it.

    A node that is read several times, or whose branch goes on below, carries its number, as in
    `x (n7) = 3`; `↑ n7` refers to one above, `↓ n7` to one below.
    """
    return _write(_Tree(snapshot).lines(), style)


def steps(snapshot: Snapshot, style: Style | None = None) -> str:
    """One line for each vertex in the order of the forward pass, then one for each operation in the
    order of the backward pass with what it adds to the gradients of its operands."""
    return _write(_steps(snapshot), style)


class _Tree:
    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.operands: list[list[int]] = [[] for _ in snapshot.vertices]
        for edge in sorted(snapshot.edges, key=lambda edge: (edge.target, edge.operand)):
            self.operands[edge.target].append(edge.source)
        self.readers = Counter(edge.source for edge in snapshot.edges)
        self.seen: set[int] = set()
        self.below: list[int] = []  # the roots of the trees that are still to come
        self.referred = {node for node, count in self.readers.items() if count > 1}

    def lines(self) -> Iterator[list[Piece]]:
        for root in self.snapshot.vertices:
            if not self.readers[root.id]:
                ends = root.kind == OUTPUT and self.operands[root.id]
                yield from self._branch(ends[0] if ends else root.id, root.name)
        for node in self.below:  # grows while it is walked
            if node not in self.seen:
                yield []
                yield from self._branch(node, None)
        yield from _notes(self.snapshot)

    def _branch(self, root: int, name: str | None) -> Iterator[list[Piece]]:
        stack = [(root, "", "", 0)]
        while stack:
            node, before, rule, level = stack.pop()
            vertex, operands = self.snapshot.vertices[node], self.operands[node]
            if node in self.seen:
                yield [(f"{before}{rule}↑ n{node}", "rule")]
            elif level == DEEPEST and operands:
                self.below.append(node)
                self.referred.add(node)
                yield [(f"{before}{rule}↓ n{node}", "rule")]
            else:
                self.seen.add(node)
                referred = node in self.referred
                called = clean((name if node == root else None) or vertex.name or "")
                yield [(before + rule, "rule"), *_told(vertex, called, referred)]
                inside = before + {"": "", "├─ ": "│  ", "└─ ": "   "}[rule]
                rules = ["├─ "] * (len(operands) - 1) + ["└─ "]
                for operand, mark in reversed(list(zip(operands, rules, strict=False))):
                    stack.append((operand, inside, mark, level + 1))


def _told(vertex: Vertex, name: str, referred: bool) -> Iterator[Piece]:
    number = f"n{vertex.id}"
    if name:
        yield name, "name"
        yield f" ({number})" * referred, ""
    elif vertex.kind != CONSTANT or referred:
        yield number, "name"
    yield " = " * (bool(name) or vertex.kind != CONSTANT or referred), ""
    yield one_line(vertex.value), ""
    if vertex.kind != CONSTANT:
        yield f"  ∂ {_gradient(vertex.gradient)}", "gradient"
    if vertex.kind in (OPERATION, GROUP):
        yield f"  [{_sign(vertex)}]", ""


def _sign(vertex: Vertex) -> str:
    if vertex.kind != GROUP:
        return clean(vertex.label)
    return f"{clean(vertex.label)} ({vertex.members} {'op' if vertex.members == 1 else 'ops'})"


def _steps(snapshot: Snapshot) -> Iterator[list[Piece]]:
    edges: list[list[Edge]] = [[] for _ in snapshot.vertices]
    for edge in sorted(snapshot.edges, key=lambda edge: edge.operand):
        edges[edge.target].append(edge)
    for vertex in snapshot.vertices:
        operands = [f"%{edge.source}" for edge in edges[vertex.id]]
        operands += [f"{clean(key)}={clean(value)}" for key, value in vertex.params.items()]
        if vertex.kind == OUTPUT:
            line = f"return {', '.join(operands)}"
        else:
            head = f"%{vertex.id} {_type(vertex.value)} = {_rule(vertex)}"
            line = f"{head} {', '.join(operands)}".rstrip()
        remarks = list(filter(None, (clean(vertex.name or ""), clean(vertex.line or ""))))
        yield [(line, ""), (f"  # {' '.join(remarks)}" if remarks else "", "rule")]
    if snapshot.backward:
        yield []
    for step in snapshot.backward:
        added = [
            f"∂%{edge.source} += {_gradient(edge.gradient)}"
            for edge in edges[step]
            if edge.gradient is not None
        ]
        gradient = _gradient(snapshot.vertices[step].gradient)
        sends = f" → {', '.join(added)}" if added else ""
        yield [(f"∂%{step} = {gradient}{sends}", "gradient")]
    yield from _notes(snapshot)


def _notes(snapshot: Snapshot) -> Iterator[list[Piece]]:
    if snapshot.notes:
        yield []
    for note in snapshot.notes:
        yield [(clean(note, 200), "rule")]


def _gradient(gradient: Value | None) -> str:
    return " ".join(backward_lines(gradient))


def _rule(vertex: Vertex) -> str:
    """What a vertex is computed by, or its value if it is given and small."""
    if vertex.kind == GROUP:
        return _sign(vertex)
    if vertex.kind == OPERATION:
        return clean(vertex.primitive or vertex.label)
    few = vertex.value is not None and vertex.value.numbers is not None
    return f"{vertex.kind} {one_line(vertex.value)}" if few else vertex.kind


def _type(value: Value | None) -> str:
    """The dtype in short and the shape: f32[32,128]."""
    if value is None:
        return "?"
    dtype = re.sub(r"^([a-z])[a-z]*?(\d+)$", r"\1\2", clean(value.dtype, 16))
    return dtype + (f"[{','.join(map(str, value.shape))}]" if value.shape else "")


def _write(lines: Iterator[list[Piece]], style: Style | None) -> str:
    style = style or Style()
    return "\n".join(_line(pieces, style) for pieces in lines)


def _line(pieces: list[Piece], style: Style) -> str:
    written = []
    room = style.width
    for text, kind in pieces:
        shown = _in_ascii(text) if style.ascii else text
        if len(shown) > room:
            end = "..." if style.ascii else "…"
            shown = shown[: max(0, room - len(end))] + end[:room]
        room -= len(shown)
        code = _COLOUR[kind]
        written.append(f"\x1b[{code}m{shown}\x1b[0m" if style.colour and code and shown else shown)
    return "".join(written).rstrip()


def _in_ascii(text: str) -> str:
    plain = "".join(_IN_ASCII.get(character, character) for character in text)
    return plain.encode("ascii", "backslashreplace").decode("ascii")


def _can_encode(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
