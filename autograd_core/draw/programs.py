"""program_snapshot: a traced Program as the snapshot that every picture is drawn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograd_core.draw.snapshot import (
    CONSTANT,
    OPERATION,
    OUTPUT,
    VARIABLE,
    Edge,
    Scope,
    Snapshot,
    Value,
    Vertex,
)
from autograd_core.draw.snapshot.statistics import describe
from autograd_core.primitive import UFUNCS, Primitive
from autograd_core.symbolic import Call, Expression, Literal
from autograd_core.tracing import Program
from autograd_core.tracing.program import name_of, written

Seconds = Mapping[Expression, float]


def program_snapshot(
    program: Program, arrays: Sequence[Any] | None = None, seconds: Seconds | None = None
) -> Snapshot:
    """The operations of a program as vertices, in its order, with every input, result and scope.

    arrays: what the inputs are; their values are shown then.
    seconds: how long operations took.  Those of the backward pass count as backward time, so that
        the picture's lens for time tells the passes apart.
    """
    return _Drawing(program, arrays, seconds or {}).snapshot()


class _Drawing:
    def __init__(self, program: Program, arrays: Sequence[Any] | None, seconds: Seconds) -> None:
        self.program = program
        self.seconds = seconds
        self.known = {} if arrays is None else program.results(arrays)
        self.ids: dict[Expression, int] = {}
        self.vertices: list[Vertex] = []
        self.edges: list[Edge] = []
        self.scopes = [Scope(0, "", 0, "graph")]
        self.paths = {"": 0}

    def snapshot(self) -> Snapshot:
        """Leaves just before their first reader, results at the end."""
        for symbol in self.program.inputs:
            self._leaf(symbol, VARIABLE, symbol.name)
        for node in self.program.operations:
            sources = [self._source(operand) for operand in node.operands]
            self._operation(node, sources)
        for number, result in enumerate(self.program.outputs):
            self._end(result, f"result {number}" if len(self.program.outputs) > 1 else "result")
        for guard in self.program.guards:
            self._end(guard, "unless")
        after = self.program.after
        forward, backward = (
            tuple([self.ids[node] for node in self.program.operations if (node in after) is late])
            for late in (False, True)
        )
        return Snapshot(
            tuple(self.vertices), tuple(self.edges), tuple(self.scopes), forward, backward
        )

    def _source(self, node: Expression) -> int:
        """The vertex of an operand; constants have one for each use."""
        if isinstance(node, Literal):
            return self._leaf(node, CONSTANT, node.name)
        return self.ids[node]

    def _leaf(self, node: Expression, kind: str, name: str | None) -> int:
        self._add(node, kind, name=name)
        return self.ids[node]

    def _operation(self, node: Call, sources: Sequence[int]) -> None:
        params = {key: written(value) for key, value in node.params.items()}
        primitive = _primitive(node.operation)
        name = name_of(node.operation)
        taken, late = self.seconds.get(node), node in self.program.after
        self._add(
            node, OPERATION,
            label=name if primitive is None else primitive.label(params),
            primitive=name, params=params, scope=self._scope(self.program.scopes.get(node, "")),
            forward_time=None if late else taken, backward_time=taken if late else None,
        )  # fmt: skip
        target = self.ids[node]
        self.edges += [Edge(source, target, i) for i, source in enumerate(sources)]

    def _end(self, node: Expression, name: str) -> None:
        source = self._source(node)
        self.vertices.append(
            Vertex(len(self.vertices), OUTPUT, name=name, value=self.vertices[source].value)
        )
        self.edges.append(Edge(source, len(self.vertices) - 1, 0))

    def _add(self, node: Expression, kind: str, **about: Any) -> None:
        self.ids[node] = len(self.vertices)
        value = node.value if isinstance(node, Literal) else self.known.get(node)
        shown = Value(node.shape, str(node.dtype)) if value is None else describe(value)
        self.vertices.append(Vertex(self.ids[node], kind, value=shown, **about))

    def _scope(self, path: str) -> int:
        if path not in self.paths:
            outer, _, name = path.rpartition("/")
            parent = self._scope(outer)
            self.paths[path] = len(self.scopes)
            self.scopes.append(Scope(len(self.scopes), name, parent))
        return self.paths[path]


def _primitive(operation: Any) -> Primitive | None:
    found = UFUNCS.get(operation) if not isinstance(operation, Primitive) else operation
    return found if isinstance(found, Primitive) else None
