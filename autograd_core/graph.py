"""Node, the record of one operation; the mode in which operations are recorded; walks.

A Tensor holds the Node that created it, a Node holds its inputs, and nothing points back: freeing
a result frees its graph at once.  Nodes are numbered as they are created, so an operation's number
is larger than the numbers of its inputs: this order replaces every recursive walk.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import numpy as np

from autograd_core.primitive import Plan, Primitive
from autograd_core.shapes import Shape

Function = TypeVar("Function", bound=Callable[..., Any])

next_order = itertools.count().__next__


class Node:
    """One recorded operation.

    inputs: for each operand a Node (an inner result), a leaf Tensor, or the constant itself.
    params: the keyword parameters of the operation, or None.
    saved: what the rules of the inputs that need a gradient asked for, as the plan's sources say.
    shape, dtype: of the result.   order: its place in time.   scope: the module it belongs to.
    notes: what few nodes have (the result's name, its retained gradient, its source line), or None.
    """

    __slots__ = (
        "__weakref__",
        "dtype",
        "inputs",
        "notes",
        "order",
        "params",
        "plan",
        "saved",
        "scope",
        "shape",
    )

    plan: Plan
    inputs: tuple[Any, ...]
    params: Mapping[str, Any] | None
    saved: Any
    shape: Shape
    dtype: np.dtype[Any]
    scope: Scope | None
    order: int
    notes: dict[str, Any] | None

    @property
    def primitive(self) -> Primitive:
        """The operation that was recorded."""
        return self.plan.primitive

    def note(self, key: str, value: Any) -> None:
        """Attach a remark: "name", "grad", "retain", "seed" or "line"."""
        if self.notes is None:
            self.notes = {}
        self.notes[key] = value

    def noted(self, key: str) -> Any:
        """The remark of that kind, or None."""
        return None if self.notes is None else self.notes.get(key)

    def __repr__(self) -> str:
        return f"<node {self.order}: {self.primitive.name} {self.shape} {self.dtype}>"


class Scope:
    """One call of a module, or one composite opened: a name, its surroundings, its variables."""

    __slots__ = ("kind", "name", "parent", "variables")

    def __init__(
        self,
        name: str,
        parent: Scope | None,
        kind: str = "module",
        variables: Mapping[str, Any] | None = None,
    ) -> None:
        self.name = name
        self.parent = parent
        self.kind = kind
        self.variables = variables or {}

    @property
    def path(self) -> str:
        """The names from the outermost scope to this one: "net/affine1"."""
        names = [self.name]
        outer = self.parent
        while outer is not None:
            names.append(outer.name)
            outer = outer.parent
        return "/".join(reversed(names))

    def __repr__(self) -> str:
        return f"<scope {self.path}>"


class Mode:
    """How operations are recorded now.  Immutable: a context sets another one."""

    __slots__ = ("expanded", "observer", "recording", "scope")

    def __init__(
        self,
        recording: bool = True,
        expanded: bool = False,
        scope: Scope | None = None,
        observer: Callable[[Node, Any], None] | None = None,
    ) -> None:
        self.recording = recording
        self.expanded = expanded
        self.scope = scope
        self.observer = observer

    def but(self, **changes: Any) -> Mode:
        """This mode with some of its settings changed."""
        settings = {name: getattr(self, name) for name in Mode.__slots__}
        return Mode(**{**settings, **changes})


# One variable for all settings: an operation pays for one look-up.
current_mode: ContextVar[Mode] = ContextVar("autograd_core.mode", default=Mode())  # noqa: B039  immutable by convention


@contextmanager
def mode(**changes: Any) -> Iterator[Mode]:
    """Record in another mode inside the `with` block."""
    before = current_mode.get()
    changed = before.but(**changes)
    current_mode.set(changed)
    try:
        yield changed
    finally:
        current_mode.set(before)


class no_grad:  # noqa: N801  used as a verb: `with no_grad():`
    """Compute without recording: a context manager and a decorator.

    The setting belongs to the thread or the asynchronous task that makes it.  A generator shares
    the context of whoever advances it, so decorate the generator function (each of its steps then
    runs without recording) where `with no_grad():` around a `yield` would reach the caller.

    >>> from autograd_core import Tensor, no_grad
    >>> t = Tensor(3.0)
    >>> with no_grad():
    ...     y = t * 2
    >>> y.requires_grad
    False
    """

    def __init__(self) -> None:
        self._before: list[Mode] = []

    def __enter__(self) -> None:
        self._before.append(current_mode.get())
        current_mode.set(self._before[-1].but(recording=False))

    def __exit__(self, *exception: object) -> None:
        current_mode.set(self._before.pop())

    def __call__(self, function: Function) -> Function:
        if inspect.isgeneratorfunction(function):
            return _stepwise(function)  # type: ignore[no-any-return]
        if inspect.isasyncgenfunction(function):
            return _stepwise_async(function)  # type: ignore[no-any-return]
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def awaited(*args: Any, **kwargs: Any) -> Any:
                with no_grad():
                    return await function(*args, **kwargs)

            return awaited  # type: ignore[return-value]

        @functools.wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            with no_grad():
                return function(*args, **kwargs)

        return called  # type: ignore[return-value]


def _stepwise(function: Any) -> Any:
    """The generator function with each of its steps, but not its pauses, under no_grad."""

    @functools.wraps(function)
    def generator(*args: Any, **kwargs: Any) -> Any:
        inner = function(*args, **kwargs)
        step = functools.partial(next, inner)
        while True:
            try:
                with no_grad():
                    item = step()
            except StopIteration as stop:
                return stop.value
            try:
                sent = yield item
                step = functools.partial(inner.send, sent)
            except GeneratorExit:
                inner.close()
                raise
            except BaseException as error:  # noqa: BLE001  thrown in by the caller: pass it on
                step = functools.partial(inner.throw, error)

    return generator


def _stepwise_async(function: Any) -> Any:
    """The asynchronous generator function with each of its steps under no_grad."""

    @functools.wraps(function)
    async def generator(*args: Any, **kwargs: Any) -> Any:
        inner = function(*args, **kwargs)
        sent = None
        try:
            while True:
                with no_grad():
                    item = await inner.asend(sent)
                sent = yield item
        except StopAsyncIteration:
            return
        finally:
            await inner.aclose()

    return generator


def expanded() -> Any:
    """Run composites by their definitions, primitive by primitive, inside the `with` block.

    >>> from autograd_core import Tensor, expanded, sigmoid
    >>> with expanded():
    ...     y = sigmoid(Tensor(0.0))
    >>> y.creator.primitive.name  # the last of the definition's four steps
    'reciprocal'
    """
    return mode(expanded=True)


class scope:  # noqa: N801  used as a verb: `with scope("net"):`
    """Record the operations of the `with` block as parts of something with a name.

    variables: the leaf Tensors that belong to it, by name; drawings fold them with the scope.

    >>> from autograd_core import Tensor, scope
    >>> with scope("shop"):
    ...     price = Tensor(100) * 2
    >>> price.creator.scope.path
    'shop'
    """

    __slots__ = ("_arguments", "_before")

    def __init__(
        self, name: str, variables: Mapping[str, Any] | None = None, kind: str = "module"
    ) -> None:
        self._arguments = (name, kind, variables)

    def __enter__(self) -> Scope:
        name, kind, variables = self._arguments
        before = self._before = current_mode.get()
        entered = Scope(name, before.scope, kind, variables)
        current_mode.set(Mode(before.recording, before.expanded, entered, before.observer))
        return entered

    def __exit__(self, *exception: object) -> None:
        current_mode.set(self._before)


def nodes_before(root: Node) -> list[Node]:
    """The node and all nodes that it was computed from, in the order of the forward pass."""
    seen = {root}
    waiting = [root]
    while waiting:
        for operand in waiting.pop().inputs:
            if type(operand) is Node and operand not in seen:
                seen.add(operand)
                waiting.append(operand)
    return sorted(seen, key=lambda node: node.order)


# Code that stands between the user's line and the operation that it records.  (os.path, as pathlib
# would take a tenth of the time that importing this package takes.)
_HOME, _NUMPY = (os.path.dirname(os.path.abspath(path)) for path in (__file__, np.__file__))
_OURS = (_HOME + os.sep, os.path.join(os.path.dirname(_HOME), "nn", ""), _NUMPY + os.sep)


def source_line() -> str:
    """The line of the user's code that is running now: "train.py:31"."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
    return f"{os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}"
