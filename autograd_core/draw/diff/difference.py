"""diff: what two snapshots have in common, and where their numbers part.

The two may be a graph before and after simplification, two models, or two runs of one model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from autograd_core.draw.diff.closeness import close, distance
from autograd_core.draw.diff.matching import match
from autograd_core.draw.diff.merging import fold_marked, merge
from autograd_core.draw.labels import backward_lines, number, one_line
from autograd_core.draw.marks import Marks
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
from autograd_core.draw.svg import to_svg
from autograd_core.errors import GraphError

LISTED = 20  # lines of one kind in a report
WORK = (OPERATION, GROUP)


def diff(before: Snapshot, after: Snapshot, tolerance: float = 0.0) -> Diff:
    """What was removed, added and changed from one snapshot to another.

    tolerance: numbers of an array that differ by at most this much, relative to its largest
        magnitude, are the same.  Of arrays whose elements a snapshot does not hold the statistics
        are compared.

    A vertex is in both if it is computed alike from the same leaves, or used alike on the way to
    the result, or has the same name in the same scope; of equal parts the first goes with the
    first.  Raises GraphError for a negative tolerance.

    >>> from autograd_core import Tensor, graph
    >>> x = Tensor(2.0, name="x")
    >>> print(diff(graph(x * x + 1).snapshot, graph(x * x * 3).snapshot))
    2 removed, 2 added, 1 changed, 2 the same
    - n2 = 1
    - n3 = 5  [+] of n1, 1
    + n2 = 3
    + n3 = 12  [×] of n1, 3
    ~ result: value 5 → 12
    """
    if not tolerance >= 0:
        raise GraphError(
            f"diff: tolerance is {tolerance}. It is the relative difference up to which numbers "
            "count as the same: 0 or more, such as 1e-6."
        )
    return Diff(before, after, tolerance, match(before, after))


@dataclass(frozen=True, slots=True)
class Change:
    """A vertex that is in both graphs and not the same in both.

    fields: what differs, of "kind", "params", "shape", "dtype", "value", "gradient".
    """

    before: Vertex
    after: Vertex
    fields: tuple[str, ...]

    def __str__(self) -> str:
        return ", ".join(_change(self.before, self.after, field) for field in self.fields)


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where the numbers of two runs first differ.

    what: "value" in the order of the forward pass, "gradient" in that of the backward pass.
    before, after: the operation or leaf there, in each graph.
    left, right: the numbers that differ: the values of the two, or the gradients that they send
        back to their operand number `operand` (with operand None: that they receive).
    operands: for each operand its name and what it was in both graphs.
    vertex: the id in `Diff.merged`.   scope: the names of the scopes around it.
    """

    what: str
    before: Vertex
    after: Vertex
    left: Value | None
    right: Value | None
    operand: int | None
    operands: tuple[tuple[str, Value | None, Value | None], ...]
    vertex: int
    scope: str

    def __str__(self) -> str:
        where = _known(self.after)
        sign = f" [{clean(self.after.label)}]" if self.after.label else ""
        scope = f" in {clean(self.scope, 100)}" if self.scope else ""
        line = f" at {clean(self.after.line)}" if self.after.line else ""
        to = ""
        if self.operand is not None:
            to = f" to {self.operands[self.operand][0]}"
        head = f"{where}{sign}{scope}{line}{to}: {_from_to(self.left, self.right)}"
        read = [f"{name} = {_from_to(x, y)}" for name, x, y in self.operands]
        return f"{head}; of {', '.join(read)}" if read else head


@dataclass(frozen=True)
class Diff:
    """The difference of two snapshots.  `print(diff)` reports it, `to_svg` draws it.

    found: for every vertex that is in both its id in `before` and in `after`.
    """

    before: Snapshot
    after: Snapshot
    tolerance: float
    found: Mapping[int, int]

    @cached_property
    def removed(self) -> tuple[Vertex, ...]:
        """What is in `before` alone."""
        return tuple(v for v in self.before.vertices if v.id not in self.found)

    @cached_property
    def added(self) -> tuple[Vertex, ...]:
        """What is in `after` alone."""
        here = set(self.found.values())
        return tuple(v for v in self.after.vertices if v.id not in here)

    @cached_property
    def changed(self) -> tuple[Change, ...]:
        """What is in both, but not the same, in the order of `after`."""
        pairs = sorted((w, v) for v, w in self.found.items())
        changes = (self._compare(self.before.vertices[v], self.after.vertices[w]) for w, v in pairs)
        return tuple(change for change in changes if change.fields)

    @cached_property
    def same(self) -> tuple[tuple[int, int], ...]:
        """The ids in `before` and in `after` of what is the same in both."""
        changed = {change.before.id for change in self.changed}
        return tuple(sorted((v, w) for v, w in self.found.items() if v not in changed))

    @property
    def merged(self) -> Snapshot:
        """Both graphs in one snapshot: what is in both as it is in `after`."""
        return self._merged[0]

    @property
    def marks(self) -> Marks:
        """What became of each vertex and edge of `merged`."""
        return self._merged[1]

    def to_svg(self, depth: int | None = None) -> str:
        """The picture of both graphs in one: what was removed dashed and with a "−", what was added
        thick and with a "+", what has changed with a "~".

        depth: how many levels of scopes are drawn opened; None all.
        """
        snapshot, marks = self.drawn(depth)
        return to_svg(snapshot, marks=marks)

    def drawn(self, depth: int | None = None) -> tuple[Snapshot, Marks]:
        """`merged` and its marks, with the scopes below `depth` levels closed."""
        return fold_marked(self.merged, self.marks, depth)

    def first_divergence(self, tolerance: float | None = None) -> Divergence | None:
        """The first vertex in the order of the forward pass whose value differs.

        tolerance: as in `diff`; None takes that of this diff, 0 finds the first rounding error.
        """
        for v, w in sorted(self.found.items()):
            x, y = self.before.vertices[v], self.after.vertices[w]
            if not self._close(x.value, y.value, tolerance):
                return self._divergence("value", x, y, x.value, y.value)
        return None

    def first_gradient_divergence(self, tolerance: float | None = None) -> Divergence | None:
        """The first gradient in the order of the backward pass that differs: the one that enters
        at the result, or one that an operation sends back to an operand."""
        if not self._both_differentiated:
            return None
        for v in self.before.backward:
            if v not in self.found:
                continue
            x, y = self.before.vertices[v], self.after.vertices[self.found[v]]
            if v == self.before.backward[0] and not self._close(x.gradient, y.gradient, tolerance):
                return self._divergence("gradient", x, y, x.gradient, y.gradient)
            for edge, other in self._pairs_into(v):
                if not self._close(edge.gradient, other.gradient, tolerance):
                    sent = edge.gradient, other.gradient
                    return self._divergence("gradient", x, y, *sent, operand=edge.operand)
        return None

    def __str__(self) -> str:
        return "\n".join(self._report())

    # ── how the two are compared ──────────────────────────────────────────────────────────────
    def _compare(self, x: Vertex, y: Vertex) -> Change:
        a, b = x.value, y.value
        differs = {
            "kind": x.kind != y.kind,
            "params": x.params != y.params,
            "shape": a is not None and b is not None and a.shape != b.shape,
            "dtype": a is not None and b is not None and a.dtype != b.dtype,
            "value": not self._close(a, b),
            "gradient": self._both_differentiated and not self._close(x.gradient, y.gradient),
        }
        return Change(x, y, tuple(field for field, different in differs.items() if different))

    @property
    def _both_differentiated(self) -> bool:
        """Before a backward pass there are no gradients to compare."""
        return bool(self.before.backward and self.after.backward)

    def _close(self, x: Value | None, y: Value | None, tolerance: float | None = None) -> bool:
        return close(x, y, self.tolerance if tolerance is None else tolerance)

    @cached_property
    def _into_before(self) -> dict[int, list[Edge]]:
        return _into(self.before)

    @cached_property
    def _into_after(self) -> dict[int, list[Edge]]:
        return _into(self.after)

    def _pairs_into(self, v: int) -> Iterator[tuple[Edge, Edge]]:
        """The edges into a vertex that are in both graphs."""
        others = {(e.source, e.operand): e for e in self._into_after.get(self.found.get(v, -1), ())}
        for edge in self._into_before.get(v, ()):
            other = others.get((self.found.get(edge.source, -1), edge.operand))
            if other is not None:
                yield edge, other

    def _divergence(
        self,
        what: str,
        x: Vertex,
        y: Vertex,
        left: Value | None,
        right: Value | None,
        operand: int | None = None,
    ) -> Divergence:
        edges = self._into_after.get(y.id, [])
        befores = {edge.operand: edge for edge in self._into_before.get(x.id, ())}
        return Divergence(
            what, x, y, left, right, operand,
            operands=tuple(
                (
                    _known(self.after.vertices[edge.source]),
                    self.before.carried(befores[edge.operand]) if edge.operand in befores else None,
                    self.after.carried(edge),
                )
                for edge in edges
            ),
            vertex=self._merged[2][y.id],
            scope=self.after.path(y.scope),
        )  # fmt: skip

    @cached_property
    def _merged(self) -> tuple[Snapshot, Marks, tuple[int, ...]]:
        numbers = {(e.target, e.operand, e.source): i for i, e in enumerate(self.after.edges)}
        changed = {
            numbers[other.target, other.operand, other.source]
            for v in self.found
            for edge, other in self._pairs_into(v)
            if self._is_changed(edge, other)
        }
        remarks = {change.after.id: str(change) for change in self.changed}
        return merge(self.before, self.after, self.found, remarks, frozenset(changed))

    def _is_changed(self, edge: Edge, other: Edge) -> bool:
        values = self.before.carried(edge), self.after.carried(other)
        return not self._close(*values) or (
            self._both_differentiated and not self._close(edge.gradient, other.gradient)
        )

    # ── the report ────────────────────────────────────────────────────────────────────────────
    def _report(self) -> Iterator[str]:
        counts = {
            "removed": len(self.removed),
            "added": len(self.added),
            "changed": len(self.changed),
            "the same": len(self.same),
        }
        yield ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "empty"
        yield from _listed("-", [_told(self.before, v, self._into_before) for v in self.removed])
        yield from _listed("+", [_told(self.after, v, self._into_after) for v in self.added])
        yield from _listed("~", [f"{_known(c.after)}: {c}" for c in self.changed])
        if not self.removed and not self.added:
            for what, first in (
                ("value", self.first_divergence()),
                ("gradient", self.first_gradient_divergence()),
            ):
                if first is not None:
                    yield f"first different {what}: {first}"


def _into(snapshot: Snapshot) -> dict[int, list[Edge]]:
    """The edges into each vertex, by operand."""
    edges: dict[int, list[Edge]] = {}
    for edge in sorted(snapshot.edges, key=lambda edge: (edge.target, edge.operand)):
        edges.setdefault(edge.target, []).append(edge)
    return edges


def _listed(mark: str, lines: list[str]) -> Iterator[str]:
    for line in lines[:LISTED]:
        yield f"{mark} {line}"
    if len(lines) > LISTED:
        yield f"{mark} … and {len(lines) - LISTED} more"


def _told(snapshot: Snapshot, vertex: Vertex, into: Mapping[int, list[Edge]]) -> str:
    """A vertex as the tree of a graph tells it, with its operands on the same line."""
    name = _known(vertex)
    sign = f"  [{clean(vertex.label)}]" if vertex.kind in WORK else ""
    operands = [_called(snapshot.vertices[edge.source]) for edge in into.get(vertex.id, ())]
    of = f" of {', '.join(operands)}" if operands else ""
    return f"{name} = {one_line(vertex.value)}{sign}{of}"


def _known(vertex: Vertex) -> str:
    """Its name, or its number."""
    return clean(vertex.name or "") or ("result" if vertex.kind == OUTPUT else f"n{vertex.id}")


def _called(vertex: Vertex) -> str:
    """As an operand: a number in a formula is called by its value."""
    value = vertex.value
    is_number = vertex.kind == CONSTANT and value is not None and not value.shape
    return one_line(value) if is_number and not vertex.name else _known(vertex)


def _change(x: Vertex, y: Vertex, field: str) -> str:
    match field:
        case "params":
            keys = dict.fromkeys([*x.params, *y.params])
            changed = [key for key in keys if x.params.get(key) != y.params.get(key)]
            return ", ".join(
                f"{clean(key)} {clean(x.params.get(key, '–'))} → {clean(y.params.get(key, '–'))}"
                for key in changed
            )
        case "kind":
            return f"{x.kind} → {y.kind}"
        case "shape" if x.value and y.value:
            return f"shape {x.value.shape} → {y.value.shape}"
        case "dtype" if x.value and y.value:
            return f"dtype {clean(x.value.dtype, 16)} → {clean(y.value.dtype, 16)}"
        case "gradient":
            return f"gradient {_from_to(x.gradient, y.gradient)}"
    return f"value {_from_to(x.value, y.value)}"


def _from_to(x: Value | None, y: Value | None) -> str:
    """Both numbers, or the statistics of both; their distance where four digits do not show it."""
    left, right = (" ".join(backward_lines(value)) for value in (x, y))
    by = distance(x, y) if left == right else 0.0
    return f"{left} → {right}{f' (by {number(by, 2)})' if by else ''}"
