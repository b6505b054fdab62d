"""Hooks: functions that see the gradient of a result or leaf and may put another in its place."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, Self

import numpy as np

from autograd_core.errors import GraphError, ShapeError

Hook = Callable[[Any], Any]

_next_key = itertools.count().__next__

# Not empty once any leaf has had a hook: until then no pass looks for them.
on_leaves: list[bool] = []


class Handle:
    """What `register_hook` returns: `remove()` takes the hook off, and so does leaving its `with`
    block."""

    __slots__ = ("_hooks", "_key")

    def __init__(self, hooks: dict[int, Hook], hook: Hook) -> None:
        self._hooks, self._key = hooks, _next_key()
        hooks[self._key] = hook

    def remove(self) -> None:
        """Take the hook off; a second time does nothing."""
        self._hooks.pop(self._key, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.remove()


def register_hook(tensor: Any, hook: Hook) -> Handle:
    """Call `hook(gradient)` in every backward pass, as soon as the gradient of this result is
    complete; for a leaf, when the pass is over and before `.grad` is added to.

    The hook may return another gradient of the same shape, which then takes its place, or None.
    Hooks run in the order in which they were registered, each on what the one before left; the
    gradient cannot be written into.  What a hook raises ends the pass, and no `.grad` changes.

    Returns a handle, whose `remove()` takes the hook off.  Raises GraphError for a constant.

    >>> from autograd_core import Tensor
    >>> t = Tensor(3.0)
    >>> y = t * t
    >>> handle = y.register_hook(lambda g: 10 * g)
    >>> y.backward()
    >>> float(t.grad)
    60.0
    """
    if not tensor.requires_grad:
        raise GraphError(
            "register_hook: this Tensor is a constant (requires_grad is False), so no gradient "
            "will arrive for the hook to see."
        )
    if tensor.creator is not None:
        handle: Handle = tensor.creator.register_hook(hook)
        return handle
    on_leaves[:] = [True]
    tensor._hooks = hooks_of(tensor)
    return Handle(tensor._hooks, hook)


def hooks_of(leaf: Any) -> dict[int, Hook]:
    """The hooks of a leaf."""
    found: dict[int, Hook] = getattr(leaf, "_hooks", {})
    return found


def call(hooks: dict[int, Hook], g: Any) -> Any:
    """The gradient after all hooks, each of which is given what the one before it left."""
    for hook in tuple(hooks.values()):
        changed = hook(_shown(g))
        if changed is not None:
            g = _fitting(changed, g)
    return g


def _shown(g: Any) -> Any:
    """A gradient for the user to read: others may hold it, so it cannot be written into."""
    if not isinstance(g, (np.ndarray, np.generic)):
        return g  # a Tensor, in a pass that is recorded
    shown = np.asarray(g).view()
    shown.flags.writeable = False
    return shown


def _fitting(changed: Any, g: Any) -> Any:
    if np.shape(changed) != np.shape(g):
        raise ShapeError(
            f"register_hook: a hook returned a gradient of shape {np.shape(changed)} in the place "
            f"of one of shape {np.shape(g)}; they must be equal. None leaves it as it is."
        )
    if isinstance(g, (np.ndarray, np.generic)):
        return np.array(changed, dtype=g.dtype)[()]
    return changed
