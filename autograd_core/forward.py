"""Forward mode: a tangent travels with every value, and is computed as soon as the value is.

While a function runs at a `Level`, each recorded operation also gets its tangent: the sum of the
shares of its inputs, by the rule that the operation's kind implies.

    elementwise  the reverse rule with the tangent in place of g: a diagonal is its own transpose
    linear       the operation itself, on the tangents
    bilinear     the product rule
    general      its `jvp`; without one, its reverse rule, which is linear in g, is transposed

The tangent is a note on the Node, under its level.  So tangents of several levels never meet
(forward over forward), reverse passes carry them along (forward over reverse), and a tangent that
depends on recorded Tensors is recorded itself (reverse over forward).  A node that only carries a
tangent keeps no inputs: memory does not grow with the number of operations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from autograd_core import reverse
from autograd_core.abstract import as_array, copied
from autograd_core.errors import ShapeError
from autograd_core.mode import Observer, current_mode, mode, observing
from autograd_core.node import Node, depends_on_others, next_order
from autograd_core.ops.elementwise import positive
from autograd_core.plan import Plan, source_of
from autograd_core.primitive import BILINEAR, ELEMENTWISE, LINEAR, Primitive
from autograd_core.reach import by_constants, masked
from autograd_core.readable import plain
from autograd_core.tensor import Tensor, apply, leaf, lift

Tangents = Mapping[int, Any]  # by the position of the input
LinearMap = Callable[[Tangents], Any]

# The note of a node that only carries tangents: True where no reverse pass will ever enter it, and
# the level where only those will that begin and end while the level is active.
_CARRIER = "carrier"


# The level that was entered last.
_innermost: ContextVar[Level | None] = ContextVar("autograd_core.forward", default=None)


class Level:
    """One directional derivative: the tangents that belong together.

    >>> import numpy as np
    >>> from autograd_core.forward import Level
    >>> level = Level()
    >>> x = level.dual(np.array(2.0), np.array(1.0))
    >>> with level.active():
    ...     y = np.sin(x) * x
    >>> bool(level.tangent(y) == np.cos(2.0) * 2.0 + np.sin(2.0))
    True
    """

    def __init__(self, careful: bool = False) -> None:
        """careful: with masks of what each tangent reaches (`reach.py`), after a NaN came out."""
        self.careful = careful
        self.around: Observer | None = None  # who observes outside of `active`
        self.is_active = False
        self._nested = current_mode.get().recording
        self._since = next_order()
        self._own: set[Node] = set()
        self._reach: dict[Node, Any] = {}  # of a careful level: what each tangent reaches

    def dual(self, value: Any, tangent: Any) -> Tensor:
        """A Tensor that stands for the value and carries the tangent, of the same shape."""
        if np.shape(tangent) != np.shape(value):
            raise ShapeError(
                f"jvp: the tangent has shape {np.shape(tangent)} and its argument "
                f"{np.shape(value)}; they must be equal."
            )
        is_outer = isinstance(value, Tensor) and value.requires_grad
        with mode(recording=True):
            dual: Tensor = apply(positive, (value if is_outer else _variable(value),))
        assert dual.creator is not None
        if not is_outer:
            dual.creator.note(_CARRIER, True)
            _let_go(dual.creator)
            self._own.add(dual.creator)
        if not isinstance(tangent, Tensor):
            tangent = as_array(tangent).astype(dual.dtype)[()]
        dual.creator.note(self, tangent)
        if self.careful:
            self._reach[dual.creator] = as_array(plain(tangent) != 0)
        return dual

    @contextmanager
    def active(self) -> Iterator[None]:
        """Inside, every recorded operation gets its tangent."""
        self.around, self.is_active = current_mode.get().observer, True
        before = _innermost.set(self)
        try:
            with observing(self._push), mode(recording=True):
                yield
        finally:
            self.is_active = False
            _innermost.reset(before)

    def out(self, value: Any) -> Any:
        """The value as the caller gets it: an array, unless an outer derivative follows it."""
        if not isinstance(value, Tensor):
            return value
        root = value if value.creator is None else value.creator
        if self._nested and value.requires_grad and depends_on_others(root, self._own, self._since):
            return value
        return value.data

    def tangent(self, value: Any) -> Any:
        """The tangent that the value carries, as an array that shares memory with nothing (or a
        Tensor, where an outer derivative follows it); zeros where it carries none."""
        found = None
        if isinstance(value, Tensor) and value.creator is not None:
            found = value.creator.noted(self)
        if found is None:
            dtype = as_array(plain(value)).dtype
            return np.zeros(np.shape(value), dtype if dtype.kind in "fc" else float)
        return self.out(found) if isinstance(found, Tensor) else copied(found)

    def _push(self, node: Node, out: Any, values: Sequence[Any], extra: Sequence[Any]) -> None:
        """The tangent of a node that was just recorded."""
        tangents: dict[int, Any] = {}
        carries: Level | bool = True
        for position in node.plan.needed:
            operand = node.inputs[position]
            notes = (operand.notes if type(operand) is Node else None) or {}
            carrier = notes.get(_CARRIER, False)
            if carrier is not True:
                carries = carries and carrier is self and self
            elif operand.inputs and _innermost.get() is self:  # the last to see what is recorded
                _let_go(operand)
            if self in notes:
                tangents[position] = notes[self]
        if tangents:
            with mode(observer=self.around):
                nested = self.around is not None or not carries
                by = lift if nested else None
                if self.careful:
                    tangent = self._masked(node, values, out, extra, by, tangents)
                else:
                    tangent = bind(node, values, out, extra, lift=by)(tangents)
                node.note(self, tangent)
            if carries:
                node.note(_CARRIER, carries)

    def _masked(
        self,
        node: Node,
        values: Sequence[Any],
        out: Any,
        extra: Sequence[Any],
        lift: reverse.Lift | None,
        tangents: Tangents,
    ) -> Any:
        """The tangent, with the shares of what is not reached exactly zero."""
        if lift is not None:
            values, out, extra = _lifted(node, values, out, lift)
        saved, count = (*values, out, *extra), len(values)
        total, reach = None, np.zeros((), bool)
        for position, t in tangents.items():

            def rule(t: Any, saved: Any, position: int = position) -> Any:
                push = _push_of(node, saved[:count], saved[count], saved[count + 1 :])
                return _in_dtype(push({position: t}), node.dtype)

            source = self._reach[node.inputs[position]]
            share, arrives = masked(
                rule, t, source, saved,
                elementwise=node.primitive.kind == ELEMENTWISE, constants=by_constants(node.plan),
            )  # fmt: skip
            total = share if total is None else total + share
            reach = reach | arrives
        self._reach[node] = reach
        return total


def bind(
    node: Node,
    values: Sequence[Any],
    out: Any,
    extra: Sequence[Any],
    *,
    lift: reverse.Lift | None = None,
) -> LinearMap:
    """The derivative of one recorded operation at its operands, as a function of their tangents.

    lift: a function (value, source) -> Tensor; with it what the map computes is recorded and can
        be differentiated itself.
    """
    if lift is not None:
        values, out, extra = _lifted(node, values, out, lift)
    push = _push_of(node, values, out, extra)
    return lambda tangents: _in_dtype(push(tangents), node.dtype)


def _lifted(
    node: Node, values: Sequence[Any], out: Any, lift: reverse.Lift
) -> tuple[Sequence[Any], Any, Sequence[Any]]:
    """What an operation had, as Tensors that know where they came from; its residuals by the
    functions that they equal."""
    values = [lift(value, source) for value, source in zip(values, node.inputs, strict=True)]
    return values, lift(out, node), _residuals(node.primitive, values)


def _push_of(node: Node, values: Sequence[Any], out: Any, extra: Sequence[Any]) -> LinearMap:
    operation, params = node.primitive, node.params or {}
    if operation.kind == LINEAR:
        return _linear(operation, values, params)
    if operation.kind == BILINEAR:
        return _bilinear(operation, values, params)
    return _by_rules(operation, values, out, extra, params)


def alias(value: Tensor) -> Tensor:
    """A Tensor that stands for this one in an inner derivative: what is computed from it keeps its
    graph, also where this one only carries a tangent."""
    other: Tensor = apply(positive, (value,))
    if other.creator is not None and other.creator.noted(_CARRIER) is True:
        other.creator.note(_CARRIER, _innermost.get())
    return other


# ── what the kind implies ─────────────────────────────────────────────────────────────────────
def _linear(operation: Primitive, values: Sequence[Any], params: Mapping[str, Any]) -> LinearMap:
    def push(tangents: Tangents) -> Any:
        filled = [
            tangents[i] if i in tangents else np.zeros_like(plain(v)) for i, v in enumerate(values)
        ]
        return operation(*filled, **params)

    if len(values) == 1:
        return lambda tangents: operation(tangents[0], **params)
    return push


def _bilinear(operation: Primitive, values: Sequence[Any], params: Mapping[str, Any]) -> LinearMap:
    x, y = values

    def push(tangents: Tangents) -> Any:
        if 1 not in tangents:
            return operation(tangents[0], y, **params)
        right = operation(x, tangents[1], **params)
        return operation(tangents[0], y, **params) + right if 0 in tangents else right

    return push


def _by_rules(
    operation: Primitive,
    values: Sequence[Any],
    out: Any,
    extra: Sequence[Any],
    params: Mapping[str, Any],
) -> LinearMap:
    """The shares of the inputs, by forward rules or by the reverse rules that stand for them."""
    states_its_own = operation.jvp is not None

    def push(tangents: Tangents) -> Any:
        total = None
        for position, t in tangents.items():
            rule = operation.jvp_of(position) if states_its_own else operation.rule_of(position)
            code = rule.__code__
            names = code.co_varnames[1 : code.co_argcount]
            kept = [
                position if n == "i" else source_of(operation, n)(values, out, extra, params)
                for n in names
            ]
            if states_its_own or operation.kind == ELEMENTWISE:
                share = rule(t, *kept)
                if np.shape(share) != np.shape(out):  # before the sum: each has its own axes
                    share = np.broadcast_to(share, np.shape(out))
            else:
                share = _transposed(rule, kept, out, t)
            total = share if total is None else total + share
        return total

    return push


def _transposed(rule: Callable[..., Any], kept: Sequence[Any], out: Any, t: Any) -> Any:
    """What a rule, which is linear in g, is the transpose of: it is run on g as a variable, and a
    reverse pass sends the tangent back through it."""
    since = next_order()
    g = leaf(np.ones(np.shape(out), plain(out).dtype)[()], requires_grad=True)
    record = isinstance(t, Tensor) or isinstance(out, Tensor)
    with mode(recording=True, expanded=False), np.errstate(all="ignore"):
        dx = rule(g, *kept)
    if not isinstance(dx, Tensor) or not dx.requires_grad:
        return np.zeros(np.shape(out), plain(out).dtype)
    found = reverse.run(
        dx.creator or dx, t, wanted={g}, since=since, lift=lift if record else None, careful=False
    )
    return found.get(g, np.zeros(g.shape, g.dtype))


# ── small things ──────────────────────────────────────────────────────────────────────────────
def _residuals(operation: Primitive, values: Sequence[Any]) -> Sequence[Any]:
    """Residuals by the functions that they equal, so that they are recorded too."""
    by_name = dict(zip(operation.inputs, values, strict=False))
    found = []
    for function in operation.residuals.values():
        code = function.__code__
        found.append(function(*[by_name[n] for n in code.co_varnames[: code.co_argcount]]))
    return found


def _in_dtype(t: Any, dtype: np.dtype[Any]) -> Any:
    """A tangent in the dtype of its value."""
    if t.dtype != dtype:
        t = (np.real(t) if t.dtype.kind == "c" and dtype.kind == "f" else t).astype(dtype)
    return t


def _variable(value: Any) -> Tensor:
    array = as_array(plain(value))
    return leaf(array if array.ndim else array[()], requires_grad=True)


def _let_go(node: Node) -> None:
    """Forget all that only a reverse pass would need."""
    node.inputs, node.saved = (), None
    node.plan = Plan(node.primitive, 0)
