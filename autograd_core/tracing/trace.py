"""trace: a function runs once on traced arrays, and what it computed becomes a Program."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from typing import Any
from weakref import ref

import numpy as np

from autograd_core.abstract import leaves_of
from autograd_core.errors import TracingError
from autograd_core.mode import current_mode, mode, observing
from autograd_core.node import Node, next_order
from autograd_core.plan import Plan
from autograd_core.reach import by_constants
from autograd_core.readable import Readable, settled
from autograd_core.structure import Form, flatten
from autograd_core.symbolic import Expression, Literal, Symbol
from autograd_core.tensor import Tensor, leaf
from autograd_core.tracing.functions import pulled
from autograd_core.tracing.program import Program
from autograd_core.tracing.randomness import Randomness
from autograd_core.tracing.refusal import refuse_outside, refuse_random
from autograd_core.tracing.traced import Traced


class Trace:
    """What is noted while a function is traced.

    scopes: of every operation the scope in which it was first done.
    guards: conditions that were assumed not to hold.
    masks: whether a recorded product has a factor without a derivative that may be 0.
    backward: operations that were first done by a derivative rule; ruling: how many rules run now.
    has_ended: whether the function has returned: what was traced is of no use any more.
    """

    def __init__(self) -> None:
        self.scopes: dict[Expression, str] = {}
        self.guards: dict[Expression, None] = {}
        self.masks = False
        self.backward: set[Expression] = set()
        self.ruling = 0
        self.has_ended = False
        self._since = next_order()
        self._kept: dict[int, tuple[Any, Any]] = {}  # by id: the array, and its copy
        self._read: list[ref[Tensor]] = []  # leaves with numbers that were recorded

    def note(self, made: Expression) -> None:
        """Note where an operation was done."""
        scope = current_mode.get().scope
        if self.ruling and made not in self.scopes:
            self.backward.add(made)
        self.scopes.setdefault(made, "" if scope is None else scope.path)

    def guard(self, condition: Expression) -> None:
        """Note a condition that is assumed not to hold."""
        self.guards.setdefault(condition)

    def argument(self, name: str, value: Any) -> tuple[Symbol, Any]:
        """A symbol, and what the traced function gets for an array or number: a Tensor where the
        value is continuous."""
        array = np.asarray(value)
        symbol = Symbol(name, array.shape, array.dtype)
        is_weak = type(value) in (float, complex)
        traced = Traced(symbol, self, is_weak, base=Traced(symbol, self))
        return symbol, leaf(traced, requires_grad=False) if array.dtype.kind in "fc" else traced

    def kept(self, array: Any) -> Any:
        """A plain array as it is now, in a copy that is the same one as long as it does not
        change."""
        found = self._kept.get(id(array))
        if found is not None and _is_same(array, found[1]):
            return found[1]
        if array.size > 1 and not any(array.strides):
            copy = np.broadcast_to(array[(0,) * array.ndim], array.shape)
        else:
            copy = np.array(array)
            copy.flags.writeable = False
        self._kept[id(array)] = array, copy
        return copy

    def __call__(self, node: Node, out: Any, values: Sequence[Any], extra: Sequence[Any]) -> None:
        """An observer: the rules of what is recorded run under the scope of their operation, and as
        one operation where they ask for values.  What they read from outside of the function is
        noted."""
        if by_constants(node.plan):
            (varying,) = node.plan.needed
            factors = (x for place, x in enumerate(values) if place != varying)
            self.masks |= any(isinstance(x, Traced) or not np.all(x) for x in factors)
        node.plan = _guarded(node.plan, node.scope, self)
        for position in node.plan.needed:
            source = node.inputs[position]
            if type(source) is Node:
                if source.order < self._since:
                    refuse_outside(f"a result of {source.primitive.name}")
            elif not isinstance(source.raw, Traced):
                self._read.append(ref(source))

    def end(self) -> None:
        """Refuse what the function has read that is neither an argument nor its own: the Tensors
        that are alive after it."""
        self.has_ended = True
        if self._outside():
            gc.collect()  # what is in a cycle is as good as gone
        found = self._outside()
        if found:
            refuse_outside(", ".join(dict.fromkeys(map(_described, found))))

    def _outside(self) -> list[Tensor]:
        read = [tensor for tensor in (r() for r in self._read) if tensor is not None]
        return read + _owners([array for array, _ in self._kept.values()])


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
    randomness = Randomness(f)
    pairs = [
        noted.argument(name, value) if is_dynamic(value) else (None, value)
        for name, value in zip(names, leaves, strict=True)
    ]
    args, kwargs = form.build([value for _, value in pairs])
    with mode(recording=True, visit=None), observing(noted):
        found, result_form = flatten(_called(f, args, kwargs))
        found = [_output(settled(value), noted) for value in found]
    if randomness.has_changed():
        refuse_random()
    noted.end()
    outputs: list[Expression] = []
    places: list[Any] = []
    for value in found:
        is_traced = isinstance(value, Expression)
        places.append(len(outputs) if is_traced else (value,))
        outputs += [value] if is_traced else []
    program = Program(
        tuple(symbol for symbol, _ in pairs if symbol is not None),
        tuple(outputs),
        tuple(noted.guards),
        noted.scopes,
        frozenset(noted.backward),
        masks=noted.masks,
    )
    return program, result_form, places


def _called(f: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """f(*args, **kwargs).  NumPy hides what a traced number raises when it is written into a plain
    array."""
    try:
        return f(*args, **kwargs)
    except ValueError as error:
        if isinstance(error.__cause__, TracingError):
            raise error.__cause__ from None
        raise


def _output(value: Any, noted: Trace) -> Any:
    """What was returned: an expression where it is an array or a number of NumPy's."""
    if isinstance(value, Tensor):
        value = value.raw
    if isinstance(value, Traced):
        return value._terms(value)
    if isinstance(value, np.ndarray):
        return Literal(noted.kept(value))
    return Literal(value) if isinstance(value, np.generic) else value


def _owners(arrays: list[Any]) -> list[Tensor]:
    """The leaf Tensors with a gradient that have one of these arrays, or the base of one."""
    suspects = []
    while arrays:
        array = arrays.pop()
        # Three hold an array that nobody else has: the pair in `_kept`, `array`, and getrefcount's
        # argument.  Looking for who else does takes milliseconds.
        if array.dtype.kind in "fc" and sys.getrefcount(array) > 3:
            suspects.append(array)
        if isinstance(array.base, np.ndarray):
            suspects.append(array.base)
    holders = gc.get_referrers(*suspects) if suspects else ()
    return [
        t for t in holders if isinstance(t, Tensor) and t.creator is None and t.requires_grad
    ]  # fmt: skip


def _described(tensor: Tensor) -> str:
    name = "a Tensor" if tensor.name is None else f"the Tensor {tensor.name!r}"
    return f"{name} of shape {tensor.shape}"


def _is_same(array: Any, copy: Any) -> bool:
    """Whether the numbers are still those of the copy, bit by bit."""
    return bool(array.shape == copy.shape and array.tobytes() == copy.tobytes())


def _guarded(plan: Plan, scope: Any, noted: Trace) -> Plan:
    made: Plan = object.__new__(Plan)
    for name in Plan.__slots__:
        setattr(made, name, getattr(plan, name))
    made.pulls = tuple(
        (position, _in_scope(rule, scope, noted), take) for position, rule, take in plan.pulls
    )
    return made


def _in_scope(rule: Callable[..., Any], scope: Any, noted: Trace) -> Callable[..., Any]:
    def run(g: Any, *kept: Any) -> Any:
        noted.ruling += 1
        with mode(scope=scope):
            try:
                return rule(g, *kept)
            except (ValueError, TypeError) as error:
                values = list(leaves_of((g, kept)))
                traced = next((x for x in values if isinstance(x, Traced)), None)
                is_recorded = any(isinstance(x, Tensor) for x in values)
                if traced is None or is_recorded or getattr(error, "depends", False):
                    raise
                return traced.whole(pulled, (rule, g, kept))
            finally:
                noted.ruling -= 1

    return run
