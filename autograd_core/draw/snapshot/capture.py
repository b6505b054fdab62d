"""capture: from a Tensor's recorded graph to a Snapshot.

The graph is recorded once more on its own leaves.  That gives every inner value, which the rules of
a first-order pass need not have kept, and leaves the caller's graph and every `.grad` untouched.
Composites are recorded a third time, by their definitions, each on the operands that it had.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any, NamedTuple

import numpy as np

from autograd_core import reverse
from autograd_core.draw.snapshot.costs import Kept, backward_seconds, forward_seconds
from autograd_core.draw.snapshot.formulas import Formulas
from autograd_core.draw.snapshot.model import (
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
from autograd_core.draw.snapshot.statistics import NUMBERS, PREVIEW, Describer, saturated
from autograd_core.errors import GraphError
from autograd_core.mode import Observer, mode
from autograd_core.mode import Scope as RecordedScope
from autograd_core.node import Node, nodes_before
from autograd_core.primitive import Primitive
from autograd_core.readable import plain
from autograd_core.tensor import Tensor, apply, leaf


def capture(tensor: Tensor, *, profile: bool = False, seed: Any = None) -> Snapshot:
    """The graph that computed a Tensor, as data.

    profile: measure how long every operation and its rules take.
    seed: the gradient to start from in place of that of the last backward pass.

    Gradients are those of one backward pass from the Tensor; before it has been called they are
    None unless a seed is given.  Raises GraphError for anything but a Tensor.
    """
    if not isinstance(tensor, Tensor):
        raise GraphError(
            f"graph: {type(tensor).__name__} is not a Tensor, so nothing was recorded for it. Pass "
            "the result of a computation on Tensors."
        )
    if seed is None and tensor.creator is not None:
        seed = tensor.creator.noted("seed")
    return Capturing(profile)(tensor, tensor.name, seed)


class Capturing:
    """Captures graphs, and what several of them share only once: a node is recorded, described and
    opened when it is first met.  Meanwhile no leaf may change.

    profile: measure how long every operation and its rules take.
    """

    def __init__(self, profile: bool = False) -> None:
        self.recorded = RecordedAgain()
        self.shared = _Shared(Describer(), Formulas(), profile, {})

    def __call__(self, tensor: Tensor, name: str | None, seed: Any) -> Snapshot:
        """The graph that computed a Tensor.

        name: what the result is called.   seed: the gradient to start from; None for no backward
        pass.
        """
        with np.errstate(all="ignore"):  # the picture itself shows what is not finite
            copy = self.recorded(tensor)
            notes: tuple[str, ...] = ()
            if not np.array_equal(copy.raw, tensor.raw, equal_nan=True):
                notes = ("Inputs have changed since this was recorded; all values are of now.",)
            return _Builder(copy, self.recorded.values, seed, self.shared).snapshot(name, notes)


class RecordedAgain:
    """Graphs recorded anew on their leaves.

    copies: what came of every node.   values: of the new nodes.
    """

    def __init__(self) -> None:
        self.copies: dict[Node, Tensor] = {}
        self.values: dict[Node, Any] = {}

    def __call__(self, tensor: Tensor) -> Tensor:
        """The Tensor that the same operations give now."""
        for node in nodes_before(tensor.creator) if tensor.creator is not None else ():
            if node not in self.copies:
                self.copies[node] = self.record(node)
        return tensor if tensor.creator is None else self.copies[tensor.creator]

    def operands(self, node: Node) -> list[Any]:
        """What stands for the operands of a node."""
        return [self.copies[i] if type(i) is Node else i for i in node.inputs]

    def record(self, node: Node) -> Tensor:
        """The operation of a node, on what stands for its operands."""
        with mode(recording=True, expanded=False, scope=node.scope, observer=_into(self.values)):
            result: Tensor = apply(node.primitive, self.operands(node), node.params)
        assert result.creator is not None
        for key in ("name", "line"):
            if node.noted(key) is not None:
                result.creator.note(key, node.noted(key))
        return result


def _into(values: dict[Node, Any]) -> Observer:
    """An observer that keeps every recorded node's value."""
    return lambda node, out, *_: values.__setitem__(node, out)


class _Shared(NamedTuple):
    """What the drawing of a graph shares with those of the definitions in it, and with others."""

    describe: Describer
    formulas: Formulas
    profile: bool
    definitions: dict[Node, Snapshot | None]  # those without gradients


class _Builder:
    """Numbers vertices, edges and scopes in the order of the forward pass.

    operands: what stands for the operands of a composite while its definition is drawn, by key.
    around: the composites whose definitions hold this one.
    """

    def __init__(
        self,
        root: Tensor,
        values: Mapping[Node, Any],
        seed: Any,
        shared: _Shared,
        operands: Mapping[Any, int] | None = None,
        around: tuple[Primitive, ...] = (),
    ) -> None:
        self.root = root
        self.values = values
        self.shared = shared
        self.describe = shared.describe
        self.operands = operands or {}
        self.around = around
        self.vertices: list[Vertex] = []
        self.edges: list[Edge] = []
        self.scopes = [Scope(0, "", 0, "graph")]
        self.scope_ids: dict[Any, int] = {None: 0}
        self.ids: dict[Any, int] = {}
        self.contributions: dict[tuple[Node, int], Value] = {}
        self.arrived: dict[Any, list[Any]] = {}
        self.backward: list[Node] = []
        self.kept = Kept()
        if seed is not None and root.creator is not None:
            self._differentiate(root.creator, seed)

    def _differentiate(self, root: Node, seed: Any) -> None:
        def visit(node: Node, position: int, dx: Any) -> None:
            if not self.backward or self.backward[-1] is not node:
                self.backward.append(node)
            self.contributions[node, position] = self.describe(dx)
            self.arrived.setdefault(node.inputs[position], []).append(dx)

        self.arrived[root] = [seed]
        reverse.run(root, seed, visit=visit)
        for key, parts in self.arrived.items():
            if len(parts) > 1:  # added up as the pass did
                self.arrived[key] = [reduce(np.add, parts)]

    def snapshot(self, name: str | None, notes: tuple[str, ...]) -> Snapshot:
        root: Any = self.root.creator or self.root
        nodes = nodes_before(root) if type(root) is Node else []
        for node in nodes:
            sources = [self._operand(i, node) for i in node.inputs]
            vertex = self._operation(node, is_root=node is root)
            self.edges += [
                Edge(
                    source,
                    vertex.id,
                    position,
                    self.contributions.get((node, position)),
                    rule=self.shared.formulas.of(node, position, vertex.params),
                )
                for position, source in enumerate(sources)
            ]
        if nodes:
            self._output(root, name)
        else:
            self._leaf(root, 0, name)
        return Snapshot(
            tuple(self.vertices), tuple(self.edges), tuple(self.scopes),
            forward=tuple([self.ids[node] for node in nodes]),
            backward=tuple([self.ids[node] for node in self.backward]),
            notes=notes,
        )  # fmt: skip

    def _operand(self, operand: Any, consumer: Node) -> int:
        """The vertex of an input.  Numbers get one for each use, arrays and Tensors share one."""
        key = _key(operand)
        if key not in self.ids or _is_number(operand):
            owner, name = self._owner(operand, consumer)
            self.ids[key] = self._leaf(operand, owner, name)
        return self.ids[key]

    def _owner(self, operand: Any, consumer: Node) -> tuple[int, str | None]:
        """The scope that an input belongs to: the module that has it as its own, or the operation
        for a number, else the whole graph."""
        if _is_number(operand):
            return self._scope(consumer.scope), None
        if isinstance(operand, Tensor):
            for scope in _chain(consumer.scope):
                for own_name, variable in scope.variables.items():
                    if variable is operand:
                        return self._scope(scope), operand.name or own_name
            return 0, operand.name
        return 0, None

    def _leaf(self, operand: Any, scope: int, name: str | None) -> int:
        is_variable = isinstance(operand, Tensor) and operand.requires_grad
        position = self.operands.get(_key(operand))
        self.vertices.append(
            Vertex(
                len(self.vertices),
                VARIABLE if is_variable else CONSTANT,
                name=name if position is None else _argument(self.around[-1], position),
                scope=scope,
                value=self.describe(plain(operand)),
                gradient=self._gradient(operand) if is_variable else None,
                operand=position,
            )
        )
        return len(self.vertices) - 1

    def _gradient(self, key: Any) -> Value | None:
        """The description of what has arrived at a node or leaf."""
        return self.describe(self.arrived[key][0]) if key in self.arrived else None

    def _operation(self, node: Node, is_root: bool) -> Vertex:
        params = {
            k: _short(v) for k, v in (node.params or {}).items() if v is not None and v is not False
        }
        self.ids[node] = len(self.vertices)
        forward, backward = self._seconds(node) if self.shared.profile else (None, None)
        vertex = Vertex(
            self.ids[node],
            OPERATION,
            node.primitive.label(_signs(node.params, params)),
            name=None if is_root else node.noted("name"),
            primitive=node.primitive.name,
            params=params,
            scope=self._scope(node.scope),
            value=self.describe(self.values[node]),
            gradient=self._gradient(node),
            line=node.noted("line"),
            saturated=saturated(node.primitive.name, self.values[node]),
            saved=self.kept.bytes(node),
            forward_time=forward,
            backward_time=backward,
            definition=self._definition(node),
        )
        self.vertices.append(vertex)
        return vertex

    def _output(self, root: Node, name: str | None) -> None:
        end, value, gradient = len(self.vertices), self.values[root], self._gradient(root)
        self.vertices.append(
            Vertex(end, OUTPUT, name=name, value=self.describe(value), gradient=gradient)
        )
        self.edges.append(Edge(self.ids[root], end, 0, gradient))

    def _scope(self, scope: RecordedScope | None) -> int:
        for outer in reversed(_chain(scope)):
            if outer not in self.scope_ids:
                self.scope_ids[outer] = len(self.scopes)
                parent = self.scope_ids[outer.parent]
                self.scopes.append(Scope(len(self.scopes), outer.name, parent, outer.kind))
        return self.scope_ids[scope]

    def _value(self, operand: Any) -> Any:
        """The array or number of an input."""
        return self.values[operand] if type(operand) is Node else plain(operand)

    def _seconds(self, node: Node) -> tuple[float, float]:
        """How long an operation takes, forward and backward."""
        g = self.arrived[node][0] if node in self.arrived else np.ones(node.shape, node.dtype)
        operands = [self._value(i) for i in node.inputs]
        return forward_seconds(node, operands), backward_seconds(node, g)

    def _definition(self, node: Node) -> Snapshot | None:
        """The graph of a composite's definition on the same operands, from the same gradient; None
        where that cannot be run or is not recorded."""
        if node.primitive.definition is None or node.primitive in self.around:
            return None
        if node in self.arrived:
            return self._opened(node, self.arrived[node][0])
        known = self.shared.definitions
        if node not in known:
            known[node] = self._opened(node, None)
        return known[node]

    def _opened(self, node: Node, gradient: Any) -> Snapshot | None:
        primitive = node.primitive
        assert primitive.definition is not None
        operands = [
            leaf(self._value(i), requires_grad=True) if position in node.plan.needed else plain(i)
            for position, i in enumerate(node.inputs)
        ]
        values: dict[Node, Any] = {}
        try:
            with mode(recording=True, expanded=False, scope=None, observer=_into(values)):
                result = primitive.definition(*operands, **(node.params or {}))
            if not isinstance(result, Tensor) or result.creator is None:
                return None
            return _Builder(
                result,
                values,
                gradient,
                self.shared,
                operands={_key(o): i for i, o in enumerate(operands) if not _is_number(o)},
                around=(*self.around, primitive),
            ).snapshot(None, ())
        except Exception:  # noqa: BLE001  a definition is the user's code; its composite did run
            return None


def _argument(primitive: Primitive, position: int) -> str:
    """What the rules of a primitive call an operand."""
    inputs = primitive.inputs
    return f"{inputs[0]}[{position}]" if primitive.variadic else inputs[position]


def _key(operand: Any) -> Any:
    """What tells an input from others: plain arrays and numbers cannot be keys themselves."""
    return operand if isinstance(operand, (Node, Tensor)) else id(operand)


def _is_number(operand: Any) -> bool:
    return isinstance(operand, NUMBERS) or (type(operand) is np.ndarray and not operand.ndim)


def _chain(scope: RecordedScope | None) -> list[RecordedScope]:
    """The scope and those around it, the innermost first."""
    chain = []
    while scope is not None:
        chain.append(scope)
        scope = scope.parent
    return chain


def _signs(params: Mapping[str, Any] | None, texts: Mapping[str, str]) -> Mapping[str, str]:
    """The parameters as they stand in a circle, where arrays of indices are i, j, k …"""
    index = (params or {}).get("index")
    letters = iter("ijklmnpq")
    parts = index if isinstance(index, tuple) else (index,)
    if not any(isinstance(part, np.ndarray) and part.ndim for part in parts):
        return texts
    named = [
        next(letters, "…") if isinstance(part, np.ndarray) and part.ndim else _short(part)
        for part in parts
    ]
    return {**texts, "index": ", ".join(named)}


def _short(value: Any) -> str:
    """A parameter in a few characters."""
    if isinstance(value, np.ndarray) and value.size > PREVIEW:
        return f"{value.dtype} {value.shape}"
    if isinstance(value, slice):
        parts = [value.start, value.stop, value.step]
        text = ":".join("" if part is None else str(part) for part in parts)
        return text.removesuffix(":") if value.step is None else text
    if isinstance(value, tuple):
        return ", ".join(_short(part) for part in value)
    return "..." if value is Ellipsis else str(value)
