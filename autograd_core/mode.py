"""The mode in which operations are recorded: whether at all, how, under which name."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import ContextDecorator, contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
# Called with every recorded Node, its value, the values of its inputs, and its residuals.
Observer = Callable[[Any, Any, Any, Any], None]
# Called with every contribution to a gradient: the Node that sends it, its operand, the gradient.
Visit = Callable[[Any, int, Any], None]


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

    __slots__ = ("expanded", "observer", "recording", "scope", "visit")

    def __init__(
        self,
        recording: bool = True,
        expanded: bool = False,
        scope: Scope | None = None,
        observer: Observer | None = None,
        visit: Visit | None = None,
    ) -> None:
        self.recording = recording
        self.expanded = expanded
        self.scope = scope
        self.observer = observer
        self.visit = visit

    def but(self, **changes: Any) -> Mode:
        """This mode with some of its settings changed."""
        other = Mode(self.recording, self.expanded, self.scope, self.observer, self.visit)
        for name, value in changes.items():
            setattr(other, name, value)
        return other


# One variable for all settings: an operation pays for one look-up.
current_mode: ContextVar[Mode] = ContextVar("autograd_core.mode", default=Mode())  # noqa: B039  immutable by convention


class mode(ContextDecorator):  # noqa: N801  used as a verb: `with mode(recording=True):`
    """Record in another mode inside the `with` block."""

    # A generator would take three times as long; forward mode enters one with every operation.
    def __init__(self, **changes: Any) -> None:
        self._changes = changes

    def _recreate_cm(self) -> mode:
        return mode(**self._changes)  # one for each call of a decorated function

    def __enter__(self) -> Mode:
        before = self._before = current_mode.get()
        changed = before.but(**self._changes)
        current_mode.set(changed)
        return changed

    def __exit__(self, *exception: object) -> None:
        current_mode.set(self._before)


@contextmanager
def observing(observer: Observer) -> Iterator[None]:
    """Call this observer too with everything that is recorded inside the `with` block."""
    outer = current_mode.get().observer

    def both(*recorded: Any) -> None:
        if outer is not None:
            outer(*recorded)
        observer(*recorded)

    with mode(observer=both):
        yield


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
        current_mode.set(
            Mode(before.recording, before.expanded, entered, before.observer, before.visit)
        )
        return entered

    def __exit__(self, *exception: object) -> None:
        current_mode.set(self._before)
