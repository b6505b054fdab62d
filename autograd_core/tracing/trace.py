"""trace: a function runs once on traced arrays, and what it computed becomes a Program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd_core.mode import current_mode, mode, observing
from autograd_core.node import Node
from autograd_core.plan import Plan
from autograd_core.readable import Readable, settled
from autograd_core.structure import Form, flatten
from autograd_core.symbolic import Expression, Literal, Symbol
from autograd_core.symbolic.expression import named
from autograd_core.tensor import Tensor, leaf
from autograd_core.tracing.functions import pulled
from autograd_core.tracing.program import Program
from autograd_core.tracing.traced import Traced


class Trace:
    """What is noted while a function is traced.

    scopes: of every operation the scope in which it was first done.
    guards: conditions that were assumed not to hold.
    """

    def __init__(self) -> None:
        self.scopes: dict[Expression, str] = {}
        self.guards: dict[Expression, None] = {}

    def note(self, made: Expression) -> None:
        """Note where an operation was done."""
        scope = current_mode.get().scope
        self.scopes.setdefault(made, "" if scope is None else scope.path)

    def guard(self, condition: Expression) -> None:
        """Note a condition that is assumed not to hold."""
        self.guards.setdefault(condition)

    def argument(self, name: str, value: Any) -> tuple[Symbol, Any]:
        """A symbol, and what the traced function gets for an array or number: a Tensor where the
        value is continuous."""
        array = np.asarray(value)
        symbol = Symbol(name, array.shape, array.dtype)
        traced = Traced(symbol, self, weak=type(value) is float)
        return symbol, leaf(traced, requires_grad=False) if array.dtype.kind in "fc" else traced

    def __call__(self, node: Node, out: Any, values: Sequence[Any], extra: Sequence[Any]) -> None:
        """An observer: the rules of what is recorded run under the scope of their operation, and as
        one operation where they ask for values."""
        node.plan = _guarded(node.plan, node.scope)


def is_dynamic(value: Any) -> bool:
    """Whether an argument is traced; all others are part of the signature."""
    return isinstance(value, (np.ndarray, np.generic, float, complex, Readable))


def trace(
    f: Callable[..., Any], leaves: Sequence[Any], names: Sequence[str], form: Form
) -> tuple[Program, Form, list[Any]]:
    """Run f on arguments without numbers.

    leaves, names, form: the arguments, as `flatten((args, kwargs))` gives them, and what messages
    and programs call each.

    Returns the program, the form of what f returned, and its leaves: the number of a program's
    output, or a tuple with a value that is known.
    """
    noted = Trace()
    pairs = [
        noted.argument(name, value) if is_dynamic(value) else (None, value)
        for name, value in zip(names, leaves, strict=True)
    ]
    args, kwargs = form.build([value for _, value in pairs])
    with mode(recording=True, visit=None), observing(noted):
        result = f(*args, **kwargs)
    found, result_form = flatten(result)
    outputs: list[Expression] = []
    places: list[Any] = []
    for value in map(settled, found):
        term = _output(value)
        places.append(len(outputs) if term is not None else (value,))
        outputs += [] if term is None else [term]
    program = Program(
        tuple(symbol for symbol, _ in pairs if symbol is not None),
        tuple(outputs),
        tuple(noted.guards),
        noted.scopes,
    )
    return program, result_form, places


def _output(value: Any) -> Expression | None:
    if isinstance(value, Tensor):
        value = value.raw
    if isinstance(value, Traced):
        return value.expression
    if isinstance(value, (np.ndarray, np.generic)):
        return Literal(value)
    return None


def _guarded(plan: Plan, scope: Any) -> Plan:
    made: Plan = object.__new__(Plan)
    for name in Plan.__slots__:
        setattr(made, name, getattr(plan, name))
    made.pulls = tuple(
        (position, _in_scope(rule, scope), take) for position, rule, take in plan.pulls
    )
    return made


def _in_scope(rule: Callable[..., Any], scope: Any) -> Callable[..., Any]:
    def run(g: Any, *kept: Any) -> Any:
        with mode(scope=scope):
            try:
                return rule(g, *kept)
            except (ValueError, TypeError):
                if not isinstance(g, Traced):
                    raise
                return g._made(named(pulled, (rule, g.expression, _plain(kept)), {}))

    return run


def _plain(value: Any) -> Any:
    if isinstance(value, Traced):
        return value.expression
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return value
