"""Program: what a function computes, as a list of operations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from autograd_core.errors import SnapshotError
from autograd_core.symbolic import Call, Expression, Literal, Symbol, nodes_of, run
from autograd_core.tracing.encoding import decoded, encoded

VERSION = 1  # of the JSON form


@dataclass(frozen=True, eq=False)
class Program:
    """A flat list of operations, each on inputs, constants and results of those before it.

    inputs: the arguments.   outputs: what it returns.
    guards: conditions; where one holds, the program does not give what the function does.
    scopes: of expressions the scope in which they were made.
    backward: operations that derivative rules made, first of all.
    order: all values, each after its operands; by default as the outputs, one by one, need them.
    masks: whether a zero may be the absence of a path, since a product that was differentiated has
        a factor without a derivative.
    """

    inputs: tuple[Symbol, ...]
    outputs: tuple[Expression, ...]
    guards: tuple[Expression, ...] = ()
    scopes: Mapping[Expression, str] = field(default_factory=dict)
    backward: frozenset[Expression] = frozenset()
    order: tuple[Expression, ...] = ()
    masks: bool = True

    @cached_property
    def values(self) -> list[Expression]:
        """All inputs, constants and results, each after what it is made of."""
        return list(self.order) or nodes_of((*self.outputs, *self.guards))

    @cached_property
    def operations(self) -> list[Call]:
        """The operations in the order in which they are done."""
        return [node for node in self.values if isinstance(node, Call)]

    @cached_property
    def names(self) -> dict[Expression, str]:
        """What each value is called: an input by its name, a result by its number."""
        names: dict[Expression, str] = {symbol: symbol.name for symbol in self.inputs}
        for number, node in enumerate(self.operations):
            names[node] = f"v{number}"
        return names

    @cached_property
    def after(self) -> frozenset[Expression]:
        """The backward pass: what derivative rules made, and all operations that read it."""
        found = set(self.backward)
        for node in self.operations:
            if not found.isdisjoint(node.operands):
                found.add(node)
        return frozenset(found)

    def evaluate(self, arrays: Sequence[Any]) -> list[Any]:
        """The outputs for these inputs, operation by operation: what every backend has to give."""
        values = self.results(arrays)
        return [values[node] for node in self.outputs]

    def results(self, arrays: Sequence[Any]) -> dict[Expression, Any]:
        """The value of every input, constant and operation for these inputs."""
        values: dict[Expression, Any] = dict(zip(self.inputs, arrays, strict=True))
        for node in self.values:
            if isinstance(node, Literal):
                values[node] = node.value
            elif isinstance(node, Call):
                args = [values[operand] for operand in node.operands]
                values[node] = run(node.operation, args, node.params)
        return values

    def with_outputs(self, outputs: Sequence[Expression], guards: Sequence[Expression]) -> Program:
        """The same arguments with other results."""
        return replace(self, outputs=tuple(outputs), guards=tuple(guards), order=())

    # ── files ─────────────────────────────────────────────────────────────────────────────────
    def to_json(self) -> str:
        """The program as a JSON document: operations by their names, constants as data.

        Raises GraphError for what has no name that another process would know: a function that is
        neither a registered primitive nor one of NumPy's or SciPy's.
        """
        values = [*self.inputs, *(v for v in self.values if not isinstance(v, Symbol))]
        number = {node: i for i, node in enumerate(values)}
        import json

        return json.dumps({
            "version": VERSION,
            "inputs": [{"name": s.name, **_type_data(s)} for s in self.inputs],
            "values": [self._value_data(node, number) for node in values[len(self.inputs) :]],
            "outputs": [number[node] for node in self.outputs],
            "guards": [number[node] for node in self.guards],
        }, allow_nan=False, separators=(",", ":"))  # fmt: skip

    def _value_data(self, node: Expression, number: Mapping[Expression, int]) -> dict[str, Any]:
        if isinstance(node, Literal):
            return {"constant": encoded(node.value)}
        data: dict[str, Any] = {
            "operation": encoded(node.operation),
            "operands": [number[operand] for operand in node.operands],
            **_type_data(node),
        }
        marks = {
            "params": {key: encoded(value) for key, value in node.params.items()},
            "scope": self.scopes.get(node),
            "backward": node in self.backward,
            "again": type(node) is Again,
        }
        return data | {key: mark for key, mark in marks.items() if mark}

    @staticmethod
    def from_json(text: str | bytes) -> Program:
        """The program that `to_json` wrote.  Anything else raises SnapshotError."""
        import json

        try:
            data = json.loads(text)
            if data["version"] != VERSION:
                raise SnapshotError(
                    f"program: version {data['version']!r} was written by another release; this "
                    f"one reads version {VERSION}."
                )
            return _read(data)
        except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            if isinstance(error, SnapshotError):
                raise
            raise SnapshotError(
                f"program: this is not a program written by to_json: {error}"
            ) from error

    # ── printing ──────────────────────────────────────────────────────────────────────────────
    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        for symbol in self.inputs:
            yield f"{symbol.name}: {typed(symbol)} = input"
        for node in self.operations:
            scope = self.scopes.get(node, "")
            line = f"{self.names[node]}: {typed(node)} = {self._call(node)}"
            yield f"{line}    # {scope}" if scope else line
        for guard in self.guards:
            yield f"unless {self._named(guard)}"
        yield "return " + ", ".join(self._named(node) for node in self.outputs)

    def _call(self, node: Call) -> str:
        shown = [self._named(operand) for operand in node.operands]
        shown += [f"{name}={written(value)}" for name, value in node.params.items()]
        return f"{name_of(node.operation)}({', '.join(shown)})"

    def _named(self, node: Expression) -> str:
        if isinstance(node, Literal):
            return written(node.value)
        return self.names[node]


def _type_data(node: Expression) -> dict[str, Any]:
    return {"shape": node.shape, "dtype": node.dtype.str}


class _Type(NamedTuple):
    shape: tuple[int, ...]
    dtype: np.dtype[Any]


def _type_of(data: Mapping[str, Any]) -> _Type:
    return _Type(tuple(map(int, data["shape"])), np.dtype(data["dtype"]))


def _read(data: Mapping[str, Any]) -> Program:
    inputs = tuple(Symbol(str(each["name"]), *_type_of(each)) for each in data["inputs"])
    values: list[Expression] = list(inputs)
    scopes: dict[Expression, str] = {}
    backward = set()
    for each in data["values"]:
        values.append(_value(each, values))
        if "scope" in each:
            scopes[values[-1]] = str(each["scope"])
        if each.get("backward"):
            backward.add(values[-1])
    outputs, guards = ([values[i] for i in data[key]] for key in ("outputs", "guards"))
    return Program(
        inputs, tuple(outputs), tuple(guards), scopes, frozenset(backward), tuple(values)
    )


def _value(data: Mapping[str, Any], values: Sequence[Expression]) -> Expression:
    if "constant" in data:
        return Literal(decoded(data["constant"]))
    operands = tuple(values[i] for i in data["operands"])
    params = {key: decoded(value) for key, value in data.get("params", {}).items()}
    made = Call(decoded(data["operation"]), operands, params, like=_type_of(data))
    return Again.of(made) if data.get("again") else made


class Again(Call):
    """An operation that is done once more on the same operands: a term that is shared with none."""

    __slots__ = ()

    @staticmethod
    def of(node: Call, operands: tuple[Expression, ...] | None = None) -> Again:
        """The operation of a node, on its operands or on others of the same types."""
        made = object.__new__(Again)
        for name in ("operation", "params", "shape", "dtype"):
            setattr(made, name, getattr(node, name))
        made.operands = node.operands if operands is None else operands
        return made


def name_of(operation: Any) -> str:
    """What programs call an operation."""
    return str(getattr(operation, "name", None) or operation.__name__)


def typed(node: Expression) -> str:
    """The dtype and shape of a value: "float32[100, 784]"."""
    return f"{node.dtype}[{', '.join(map(str, node.shape))}]"


def written(value: Any) -> str:
    """A constant or a parameter in a few characters."""
    if isinstance(value, np.ndarray) and value.size > 6:
        return f"<{value.dtype}{list(value.shape)}>"
    return repr(value.item() if isinstance(value, np.generic) else value)
