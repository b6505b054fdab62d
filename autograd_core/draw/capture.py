"""capture: from a Tensor's recorded graph to a Snapshot.

The graph is recorded once more on its own leaves.  That gives every inner value, which the rules of
a first-order pass need not have kept, opens composites by running their definitions, and leaves the
caller's graph and every `.grad` untouched.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd_core import reverse
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
from autograd_core.errors import GraphError
from autograd_core.mode import Scope as RecordedScope
from autograd_core.mode import mode
from autograd_core.node import Node, nodes_before
from autograd_core.primitive import Primitive
from autograd_core.readable import plain
from autograd_core.tensor import Tensor, apply, expand

PREVIEW = 6  # arrays with at most this many elements show their numbers


def capture(tensor: Tensor, depth: int | None = None) -> Snapshot:
    """The graph that computed a Tensor, as data.

    depth: composites that lie in fewer scopes than this are opened into their definitions; None
        opens none.

    Gradients are those of one backward pass from the Tensor; before it has been called they are
    None.  Raises GraphError for anything but a Tensor.
    """
    if not isinstance(tensor, Tensor):
        raise GraphError(
            f"graph: {type(tensor).__name__} is not a Tensor, so nothing was recorded for it. Pass "
            "the result of a computation on Tensors."
        )
    copy, values = _record_again(tensor, depth)
    builder = _Builder(copy, values, _constants_of(tensor), seed=_seed_of(tensor))
    notes: tuple[str, ...] = ()
    # A composite's definition rounds otherwise than its fast form, so the comparison opens none.
    again = copy if depth is None else _replay(tensor, None, {})[0]
    if not np.array_equal(again.raw, tensor.raw, equal_nan=True):
        notes = ("Inputs have changed since this was recorded; all values are of now.",)
    return builder.snapshot(tensor.name, notes)


def describe(array: Any) -> Value:
    """What a picture shows of an array."""
    array = np.asarray(array)
    shape, dtype = array.shape, str(array.dtype)
    numbers = _numbers(array) if array.size <= PREVIEW else None
    if array.dtype.kind not in "fiu" or array.size == 0:
        return Value(shape, dtype, numbers)
    finite = array[np.isfinite(array)].astype(np.float64)
    statistics: dict[str, Any] = {
        "nans": int(np.isnan(array).sum()),
        "infs": int(np.isinf(array).sum()),
        "zeros": int(array.size - np.count_nonzero(array)),
    }
    if finite.size:
        statistics |= {
            "minimum": float(finite.min()),
            "maximum": float(finite.max()),
            "mean": float(finite.mean()),
            "std": float(finite.std()),
        }
    return Value(shape, dtype, numbers, **statistics)


def _numbers(array: Any) -> Any:
    """The elements as JSON can carry them."""
    if array.ndim:
        return [_numbers(row) for row in array]
    number = array.item()
    if isinstance(number, complex):
        return str(number)
    return number if np.isfinite(number) else str(number)


def _record_again(tensor: Tensor, depth: int | None) -> tuple[Tensor, dict[Node, Any]]:
    """The same graph recorded anew, opened to the depth, and the values of its nodes."""
    while True:
        values: dict[Node, Any] = {}
        tensor, opened = _replay(tensor, depth, values)
        if not opened:
            return tensor, values


def _replay(tensor: Tensor, depth: int | None, values: dict[Node, Any]) -> tuple[Tensor, bool]:
    opened = False
    results: dict[Any, Tensor] = {}
    for node in nodes_before(tensor.creator) if tensor.creator is not None else ():
        args = [results.get(i, i) if type(i) is Node else i for i in node.inputs]
        opens = _opens(node.primitive, node.scope, depth)
        opened = opened or opens
        run = expand if opens else apply
        with mode(recording=True, expanded=False, scope=node.scope, observer=values.__setitem__):
            result = run(node.primitive, args, node.params)
        for key in ("name", "line"):
            if node.noted(key) is not None and result.creator is not None:
                result.creator.note(key, node.noted(key))
        results[node] = result
    return results.get(tensor.creator, tensor), opened


def _opens(primitive: Primitive, scope: RecordedScope | None, depth: int | None) -> bool:
    return primitive.definition is not None and depth is not None and len(_chain(scope)) < depth


def _chain(scope: RecordedScope | None) -> list[RecordedScope]:
    """The scope and those around it, the innermost first."""
    chain = []
    while scope is not None:
        chain.append(scope)
        scope = scope.parent
    return chain


def _constants_of(tensor: Tensor) -> set[int]:
    """The identities of the arrays that the user's own code brought in."""
    nodes = nodes_before(tensor.creator) if tensor.creator is not None else []
    return {id(i) for node in nodes for i in node.inputs if type(i) is np.ndarray and i.ndim}


def _seed_of(tensor: Tensor) -> Any:
    return None if tensor.creator is None else tensor.creator.noted("seed")


class _Builder:
    """Numbers vertices, edges and scopes in the order of the forward pass."""

    def __init__(
        self, root: Tensor, values: Mapping[Node, Any], constants: set[int], seed: Any
    ) -> None:
        self.root = root
        self.values = values
        self.constants = constants
        self.vertices: list[Vertex] = []
        self.edges: list[Edge] = []
        self.scopes = [Scope(0, "", 0, "graph")]
        self.scope_ids: dict[Any, int] = {None: 0}
        self.ids: dict[Any, int] = {}
        self.contributions: dict[tuple[Node, int], Value] = {}
        self.gradients: dict[Any, Value] = {}
        self.backward: list[Node] = []
        if seed is not None and root.creator is not None:
            self._differentiate(root.creator, seed)

    def _differentiate(self, root: Node, seed: Any) -> None:
        def visit(node: Node, position: int, dx: Any) -> None:
            if not self.backward or self.backward[-1] is not node:
                self.backward.append(node)
            self.contributions[node, position] = describe(dx)

        leaves = reverse.run(root, seed, visit=visit, retain=True)
        self.gradients = {leaf: describe(g) for leaf, g in leaves.items()}
        self.gradients |= {
            node: describe(node.noted("grad"))
            for node in nodes_before(root)
            if node.noted("grad") is not None
        }

    def snapshot(self, name: str | None, notes: tuple[str, ...]) -> Snapshot:
        root: Any = self.root.creator or self.root
        nodes = nodes_before(root) if type(root) is Node else []
        for node in nodes:
            operands = [self._operand(i, node) for i in node.inputs]
            self._operation(node, is_root=node is root)
            self.edges += [
                Edge(source, self.ids[node], position, self.contributions.get((node, position)))
                for position, source in enumerate(operands)
            ]
        if nodes:
            self._output(root, name)
        else:
            self._leaf(root, 0, name)
        return Snapshot(
            tuple(self.vertices), tuple(self.edges), tuple(self.scopes),
            forward=tuple(self.ids[node] for node in nodes),
            backward=tuple(self.ids[node] for node in self.backward),
            notes=notes,
        )  # fmt: skip

    def _operand(self, operand: Any, consumer: Node) -> int:
        """The vertex of an input.  Numbers get one for each use, arrays and Tensors share one."""
        is_number = not isinstance(operand, Node | Tensor) and np.ndim(operand) == 0
        key = operand if isinstance(operand, Node | Tensor) else id(operand)
        if is_number or key not in self.ids:
            owner, name = self._owner(operand, consumer)
            self.ids[key] = self._leaf(operand, owner, name)
        return self.ids[key]

    def _owner(self, operand: Any, consumer: Node) -> tuple[int, str | None]:
        """The scope that an input belongs to: the module that has it as its own, or the operation
        for a number or an array that a definition made, else the whole graph."""
        name = operand.name if isinstance(operand, Tensor) else None
        for scope in _chain(consumer.scope):
            for own_name, variable in scope.variables.items():
                if variable is operand:
                    return self._scope(scope), name or own_name
        foreign = isinstance(operand, Tensor) or id(operand) in self.constants
        return (0 if foreign else self._scope(consumer.scope)), name

    def _leaf(self, operand: Any, scope: int, name: str | None) -> int:
        is_variable = isinstance(operand, Tensor) and operand.requires_grad
        self.vertices.append(
            Vertex(
                len(self.vertices),
                VARIABLE if is_variable else CONSTANT,
                "",
                name,
                scope=scope,
                value=describe(plain(operand)),
                gradient=self.gradients.get(operand) if is_variable else None,
            )
        )
        return len(self.vertices) - 1

    def _operation(self, node: Node, is_root: bool) -> None:
        params = {
            k: _short(v) for k, v in (node.params or {}).items() if v is not None and v is not False
        }
        self.ids[node] = len(self.vertices)
        self.vertices.append(
            Vertex(
                self.ids[node],
                OPERATION,
                node.primitive.label(params),
                name=None if is_root else node.noted("name"),
                primitive=node.primitive.name,
                params=params,
                scope=self._scope(node.scope),
                value=describe(self.values[node]),
                gradient=self.gradients.get(node),
                line=node.noted("line"),
            )
        )

    def _output(self, root: Node, name: str | None) -> None:
        end = len(self.vertices)
        gradient = self.gradients.get(root)
        self.vertices.append(
            Vertex(end, OUTPUT, "", name, value=describe(self.values[root]), gradient=gradient)
        )
        self.edges.append(Edge(self.ids[root], end, 0, gradient))

    def _scope(self, scope: RecordedScope | None) -> int:
        for outer in reversed(_chain(scope)):
            if outer not in self.scope_ids:
                self.scope_ids[outer] = len(self.scopes)
                parent = self.scope_ids[outer.parent]
                self.scopes.append(Scope(len(self.scopes), outer.name, parent, outer.kind))
        return self.scope_ids[scope]


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
