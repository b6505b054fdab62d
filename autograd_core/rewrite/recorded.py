"""Between recorded graphs and expressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from autograd_core.errors import AutogradError, GraphError
from autograd_core.mode import Scope, mode
from autograd_core.node import Node, nodes_before
from autograd_core.primitive import Primitive
from autograd_core.readable import plain
from autograd_core.rewrite.derivative import as_argument
from autograd_core.rewrite.engine import Step, between, substituted, with_operands
from autograd_core.rewrite.folding import compute
from autograd_core.symbolic import Call, Expression, Literal, Symbol, expression, on_symbols
from autograd_core.tensor import Tensor


class Origin(NamedTuple):
    """Where an operation was recorded: its module call, its result's name, its source line."""

    scope: Scope | None
    name: str | None
    line: str | None


class Recorded(NamedTuple):
    """A recorded graph as an expression.

    leaves: the Tensors that its symbols stand for.   origins: where its parts were recorded.
    """

    expression: Expression
    leaves: Mapping[Symbol, Tensor]
    origins: Mapping[Expression, Origin]

    def after(self, step: Step) -> Recorded:
        """The graph after a step of `rewrite`: what is new belongs where the old was."""
        made = substituted(self.expression, {step.before: step.after})
        place = self.origins.get(step.before)
        if place is None:
            return self._with(made, {})
        place = _outside(place, step.after)
        origins = {**self.origins, step.before: place}
        return self._replace(origins=origins)._with(made, dict.fromkeys(step.added, place))

    def opened(self) -> Recorded:
        """With the definitions of composites in their place.

        Composites whose definition does not consist of primitives stay closed.

        >>> from autograd_core import Tensor, sigmoid
        >>> print(from_tensor(sigmoid(Tensor(2.0, name="x"))).opened().expression)
        1 / (exp(−x) + 1)
        """
        made: dict[Expression, Expression] = {}
        places: dict[Expression, Origin] = {}
        for node in self.expression.nodes():
            made[node] = opened(with_operands(node, made))
            place = self.origins.get(node)
            if place is not None and made[node].operation is not node.operation:
                operands = {made[operand] for operand in node.operands}
                places |= dict.fromkeys(between(made[node], operands), place)
        return self._with(made, places)

    def _with(
        self, made: Mapping[Expression, Expression], inner: Mapping[Expression, Origin]
    ) -> Recorded:
        """With other expressions; `inner` are parts of what stands in the place of another."""
        origins: dict[Expression, Origin] = {}
        for node, origin in self.origins.items():
            now = made.get(node, node)
            before = origins.setdefault(now, origin)
            if before.name is None:
                origins[now] = before._replace(name=origin.name)
        for node, origin in inner.items():
            origins.setdefault(node, origin._replace(name=None))
        return self._replace(expression=made[self.expression], origins=origins)


def _outside(place: Origin, composite: Expression) -> Origin:
    """The place of a composite that closes the scope in which its definition was recorded."""
    scope = place.scope
    name = getattr(composite.operation, "name", None)
    if scope is not None and scope.kind == "composite" and scope.name == name:
        return place._replace(scope=scope.parent)
    return place


def from_tensor(tensor: Tensor) -> Recorded:
    """The graph that computed a Tensor as an expression: leaf Tensors are symbols, plain numbers
    and arrays are literals.

    A symbol has its Tensor's name; where that is missing or taken, one with a number.  What was
    computed twice in the same way is one expression.  Raises GraphError for anything but a Tensor.

    >>> from autograd_core import Tensor
    >>> x = Tensor(2.0, name="x")
    >>> print(from_tensor(x * x + 1).expression)
    x² + 1
    """
    if not isinstance(tensor, Tensor):
        raise GraphError(
            f"rewrite: {type(tensor).__name__} is not a Tensor, so nothing was recorded for it. "
            "Pass the result of a computation on Tensors."
        )
    return _Reader().read(tensor if tensor.creator is None else tensor.creator)


class _Reader:
    def __init__(self) -> None:
        self.leaves: dict[Symbol, Tensor] = {}
        self.origins: dict[Expression, Origin] = {}
        self.terms: dict[int, Expression] = {}  # by identity, of nodes and leaves
        self.names: set[str] = set()

    def read(self, root: Node | Tensor) -> Recorded:
        for node in nodes_before(root) if isinstance(root, Node) else ():
            operands = tuple(self._term(operand, node) for operand in node.inputs)
            term = Call(node.primitive, operands, node.params, like=node)
            self.terms[id(node)] = term
            origin = Origin(node.scope, node.noted("name"), node.noted("line"))
            self.origins.setdefault(term, origin)
        return Recorded(self._term(root, None), self.leaves, self.origins)

    def _term(self, operand: Any, reader: Node | None) -> Expression:
        if not isinstance(operand, Node | Tensor):
            return Literal(operand)
        if id(operand) not in self.terms:
            assert isinstance(operand, Tensor)
            symbol = Symbol(self._name(operand, reader), operand.shape, operand.dtype)
            self.terms[id(operand)] = symbol
            self.leaves[symbol] = operand
        return self.terms[id(operand)]

    def _name(self, leaf: Tensor, reader: Node | None) -> str:
        """A name of its own for a leaf: its Tensor's, the one that its module gives it, or x."""
        wanted = leaf.name or _name_in_module(leaf, reader) or "x"
        number, name = 1, wanted
        while name in self.names:
            number += 1
            name = f"{wanted}{number}"
        self.names.add(name)
        return name


def _name_in_module(leaf: Tensor, reader: Node | None) -> str | None:
    scope = None if reader is None else reader.scope
    while scope is not None:
        for name, variable in scope.variables.items():
            if variable is leaf:
                return name
        scope = scope.parent
    return None


def to_tensor(
    whole: Expression,
    leaves: Mapping[Symbol, Any],
    origins: Mapping[Expression, Origin] | None = None,
) -> Tensor:
    """The expression, computed and recorded on its leaves.

    leaves: a Tensor or array for every symbol.
    origins: the scopes, names and source lines of what was recorded before.

    What depends on no Tensor gives a constant Tensor.

    >>> from autograd_core import Tensor
    >>> from autograd_core.symbolic import symbols
    >>> x, y = symbols("x y")
    >>> to_tensor(x * y, {x: Tensor(2.0), y: Tensor(3.0)}).item()
    6.0
    """
    return Recorder()(Recorded(whole, leaves, origins or {}))


class Recorder:
    """Computes and records expressions on their leaves; what several share is one operation."""

    def __init__(self) -> None:
        self.made: dict[Any, Any] = {}

    def __call__(self, graph: Recorded) -> Tensor:
        """The graph as a Tensor."""
        results: dict[Expression, Any] = {}
        for node in graph.expression.nodes():
            if isinstance(node, Call):
                origin = graph.origins.get(node, Origin(None, None, None))
                args = [results[operand] for operand in node.operands]
                results[node] = self._result(node, args, origin)
            elif isinstance(node, Symbol):
                results[node] = graph.leaves[node]
            else:
                results[node] = node.evaluate({})
        result = results[graph.expression]
        return result if isinstance(result, Tensor) else Tensor(plain(result), requires_grad=False)

    def _result(self, node: Call, args: list[Any], origin: Origin) -> Any:
        key = node, origin, *map(id, args)
        if key not in self.made:
            with mode(recording=True, expanded=False, scope=origin.scope):
                result = compute(node, args)
            _annotate(result, origin)
            self.made[key] = result, args  # which are kept, or others could get their identities
        return self.made[key][0]


def _annotate(result: Any, origin: Origin) -> None:
    if isinstance(result, Tensor) and result.creator is not None:
        for key, note in (("name", origin.name), ("line", origin.line)):
            if note is not None:
                result.creator.note(key, note)


def opened(node: Expression) -> Expression:
    """A composite's definition in its place, if that consists of primitives alone."""
    definition = getattr(node.operation, "definition", None)
    if definition is None:
        return node
    try:
        with mode(expanded=True), on_symbols(node.operation.name):
            inner = expression(definition(*map(as_argument, node.operands), **node.params))
    except AutogradError:  # it asks for the values of its operands
        return node
    parts = between(inner, set(node.operands))
    return inner if all(_is_primitive(part) for part in parts) else node


def _is_primitive(node: Expression) -> bool:
    return isinstance(node.operation, Primitive) and node.operation.definition is None
