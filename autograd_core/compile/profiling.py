"""profile: where the time of a compiled function or of a recorded graph goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_core.compile.costs import Peak, flops, peak
from autograd_core.compile.numpy_backend import runner
from autograd_core.compile.numpy_backend.emit import EmitStep, Writer
from autograd_core.compile.operations import is_view
from autograd_core.compile.plan import Plan, Step
from autograd_core.symbolic import Call, Expression
from autograd_core.tracing import Program
from autograd_core.tracing.program import name_of

if TYPE_CHECKING:
    from autograd_core.draw import Graph
    from autograd_core.draw.snapshot import Snapshot, Vertex
    from autograd_core.tensor import Tensor

RUNS = 20  # of which the median counts
ENOUGH = 1.0  # seconds: no more runs after that
LISTED = 30  # rows that are printed


class Row(NamedTuple):
    """What one operation, or several that run as one, cost in one run.

    operation, scope: what and where.   backward: whether in the backward pass.
    calls: how often.   seconds: together.   bytes: of operands and results.   flops: see `costs`.
    """

    operation: str
    scope: str
    backward: bool
    calls: int
    seconds: float
    bytes: int
    flops: int


@dataclass(frozen=True, repr=False)
class Profile:
    """The costs of all operations, those first that take longest.  `print` shows a table.

    rows: one for each operation in each scope and pass.   peak: of this machine.
    snapshot: the graph with the times, for `graph`.
    """

    rows: tuple[Row, ...]
    peak: Peak
    snapshot: Callable[[], Snapshot]

    @property
    def seconds(self) -> float:
        """The time of all operations together."""
        return sum(row.seconds for row in self.rows)

    def graph(self, depth: int | None = None) -> Graph:
        """The drawn graph with the times: its page colours operations by time or by bytes."""
        from autograd_core.draw import Graph

        return Graph(self.snapshot(), depth)

    def __str__(self) -> str:
        return "\n".join(self._lines())

    __repr__ = __str__

    def _lines(self) -> Iterator[str]:
        from autograd_core.draw.lenses import quantity

        total = self.seconds or 1.0
        table = [("time", "share", "calls", "moved", "FLOP", "of peak", "pass", "operation")]
        for row in self.rows[:LISTED]:
            share = self.peak.share(row.flops, row.bytes, row.seconds)
            table.append((
                quantity(row.seconds, "s"), quantity(row.seconds / total, "%"), str(row.calls),
                quantity(row.bytes, "B"), quantity(row.flops, ""), quantity(share, "%"),
                "backward" if row.backward else "forward",
                f"{row.operation}  ({row.scope})" if row.scope else row.operation,
            ))  # fmt: skip
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        for cells in table:
            numbers = [c.rjust(w) for c, w in zip(cells[:6], widths[:6], strict=True)]
            yield "  ".join([*numbers, cells[6].ljust(widths[6]), cells[7]])
        if len(self.rows) > LISTED:
            yield f"… and {len(self.rows) - LISTED} more"
        yield (
            f"{quantity(self.seconds, 's')} in all. Peak here: {quantity(self.peak.flops, '')} "
            f"FLOP/s, {quantity(self.peak.bytes, 'B')}/s"
        )


def _profile(rows: Sequence[Row], dtype: str, snapshot: Callable[[], Snapshot]) -> Profile:
    """With one row for each operation in each scope and pass, sorted by time."""
    together: dict[Any, Row] = {}
    for row in rows:
        before = together.get(row[:3])
        together[row[:3]] = row if before is None else _both(before, row)
    ordered = sorted(together.values(), key=lambda row: -row.seconds)
    return Profile(tuple(ordered), peak(dtype), snapshot)


def _both(x: Row, y: Row) -> Row:
    return x._replace(
        calls=x.calls + y.calls,
        seconds=x.seconds + y.seconds,
        bytes=x.bytes + y.bytes,
        flops=x.flops + y.flops,
    )


# ── compiled ──────────────────────────────────────────────────────────────────────────────────
def profile_plan(plan: Plan, emit_step: EmitStep, inputs: Sequence[Any]) -> Profile:
    """The times of a plan's steps, as they run.

    inputs: arrays for the program's inputs; copies of those that are written over.
    """
    steps = [*plan.steps, *plan.updates]
    times = _timed(plan, emit_step, len(steps), inputs)
    program = plan.program
    rows: list[Row] = []
    seconds: dict[Expression, float] = {}
    for step, taken in zip(steps, times, strict=True):
        work = [node for node in step.operations if not is_view(node)]
        if work:
            rows.append(_row(step, work, taken, program))
            seconds |= dict.fromkeys(work, taken / len(work))

    def snapshot() -> Snapshot:
        from autograd_core.draw.programs import program_snapshot

        return program_snapshot(program, seconds=seconds)

    return _profile(rows, _dtype(program), snapshot)


def _timed(plan: Plan, emit_step: EmitStep, count: int, inputs: Sequence[Any]) -> list[float]:
    """The median time of every step."""
    clock = [0.0] * count
    numbers = iter(range(count))

    def emit(writer: Writer, step: Step) -> None:
        number = next(numbers)
        times, now = writer.object(clock, "clock"), writer.object(perf_counter, "now")
        writer.body.append(f"{times}[{number}] = -{now}()")
        emit_step(writer, step)
        writer.body.append(f"{times}[{number}] += {now}()")

    run = runner(plan, emit)()
    taken = {place for place in plan.places.values() if isinstance(place, Expression)}
    runs: list[list[float]] = []
    start = perf_counter()
    while len(runs) < 2 or (len(runs) < RUNS and perf_counter() - start < ENOUGH):
        run(*[
            array.copy() if symbol in taken else array
            for symbol, array in zip(plan.program.inputs, inputs, strict=True)
        ])  # fmt: skip
        runs.append(clock.copy())
    return [median(each) for each in zip(*runs[1:], strict=True)]


def _row(step: Step, work: Sequence[Call], taken: float, program: Program) -> Row:
    names = [name_of(node.operation) for node in work]
    scopes = dict.fromkeys(program.scopes.get(node, "") for node in work)
    moved = sum(_bytes(x) for x in (*step.operands, *step.outs))
    count = sum(
        flops(name, [x.shape for x in node.operands], node.shape, node.params)
        for name, node in zip(names, work, strict=True)
    )
    shown = names[0] if len(names) == 1 else f"{_few(names)} as one"
    late = work[-1] in program.after
    return Row(shown, ", ".join(filter(None, scopes)), late, 1, max(taken, 0.0), moved, count)


def _few(names: Sequence[str]) -> str:
    different = list(dict.fromkeys(names))
    shown = " + ".join(different[:4])
    return shown if len(different) <= 4 else f"{shown} + … ({len(names)})"


def _bytes(node: Expression) -> int:
    """The bytes that are read of a value: of what is repeated only once."""
    while isinstance(node, Call) and is_view(node) and node.size > node.operands[0].size:
        node = node.operands[0]
    return node.size * node.dtype.itemsize


def _dtype(program: Program) -> str:
    """The dtype of most of the arithmetic."""
    sizes: dict[str, int] = {}
    for node in program.operations:
        if node.dtype.kind == "f":
            sizes[node.dtype.name] = sizes.get(node.dtype.name, 0) + node.size
    found = max(sizes, key=lambda name: sizes[name], default="float64")
    return found if found in ("float32", "float64") else "float64"


# ── recorded ──────────────────────────────────────────────────────────────────────────────────
def profile(tensor: Tensor) -> Profile:
    """The time of every operation that computed a Tensor, and of its derivative rules.

    Each operation and each rule runs again a few times on the values that it had; nothing in the
    graph changes.  Backward times are those of the pass that was run last, or of one with ones.
    Raises GraphError for anything but a Tensor.
    """
    from autograd_core.draw import graph

    snapshot = graph(tensor, profile=True).snapshot
    operands: dict[int, list[Any]] = {vertex.id: [] for vertex in snapshot.vertices}
    for edge in sorted(snapshot.edges, key=lambda edge: edge.operand):
        operands[edge.target].append(edge)
    rows: list[Row] = []
    for vertex in snapshot.vertices:
        if vertex.kind == "operation":
            rows += _recorded(snapshot, vertex, operands[vertex.id])
    dtype = "float32" if tensor.dtype == "float32" else "float64"
    return _profile(rows, dtype, lambda: snapshot)


def _recorded(snapshot: Snapshot, vertex: Vertex, edges: Sequence[Any]) -> Iterator[Row]:
    values = [snapshot.carried(edge) for edge in edges]
    shapes = [value.shape for value in values if value is not None]
    name, scope = vertex.primitive or vertex.label, snapshot.path(vertex.scope)
    if vertex.value is None:
        return
    out = vertex.value
    count = flops(name, shapes, out.shape, vertex.params)
    moved = out.bytes + sum(value.bytes for value in values if value is not None)
    yield Row(name, scope, False, 1, vertex.forward_time or 0.0, moved, count)
    if vertex.backward_time is not None:
        sent = [edge.gradient for edge in edges if edge.gradient is not None]
        moved = out.bytes + vertex.saved + sum(value.bytes for value in sent)
        yield Row(name, scope, True, 1, vertex.backward_time, moved, len(sent) * count)
