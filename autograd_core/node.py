"""Node, the record of one operation, and the order in which nodes are made.

A Tensor holds the Node that created it, a Node holds its inputs, and nothing points back: freeing
a result frees its graph at once.  Nodes are numbered as they are created, so an operation's number
is larger than the numbers of its inputs: this order replaces every recursive walk.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd_core.hooks import Handle, Hook
from autograd_core.mode import Scope
from autograd_core.plan import Plan
from autograd_core.primitive import Primitive
from autograd_core.shapes import Shape

next_order = itertools.count().__next__


class Node:
    """One recorded operation.

    inputs: for each operand a Node (an inner result), a leaf Tensor, or the constant itself.
    params: the keyword parameters of the operation, or None.
    saved: what the rules of the inputs that need a gradient asked for, as the plan's sources say.
    shape, dtype: of the result.   order: its place in time.   scope: the module it belongs to.
    notes: what few nodes have (the result's name, its retained gradient, its source line, its
        tangents), or None.
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
    notes: dict[Any, Any] | None

    @property
    def primitive(self) -> Primitive:
        """The operation that was recorded."""
        primitive: Primitive = self.plan.primitive
        return primitive

    def note(self, key: Any, value: Any) -> None:
        """Attach a remark: "name", "grad", "retain", "seed", "line"; or, under the Level that it
        belongs to, a tangent."""
        if self.notes is None:
            self.notes = {}
        self.notes[key] = value

    def noted(self, key: Any) -> Any:
        """The remark of that kind, or None."""
        return None if self.notes is None else self.notes.get(key)

    def carries_tangent(self) -> bool:
        """Whether a forward pass that is under way has noted a tangent here."""
        return any(type(key) is not str and key.is_active for key in self.notes or ())

    def register_hook(self, hook: Hook) -> Handle:
        """Call the hook with each gradient of the result, as `Tensor.register_hook` says."""
        if self.noted("hooks") is None:
            self.note("hooks", {})
        return Handle(self.noted("hooks"), hook)

    def __repr__(self) -> str:
        return f"<node {self.order}: {self.primitive.name} {self.shape} {self.dtype}>"


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


def depends_on_others(root: Any, own: set[Any], since: int) -> bool:
    """Whether a Node or leaf was computed from anything but its `own` leaves and nodes and what was
    recorded since, or carries a tangent of a derivative that is still being taken.

    What does not is added to `own`, where the next walk stops at once.
    """
    if root in own:
        return False
    seen = {root}
    waiting = [root]
    for found in waiting:  # which grows on the way
        if type(found) is not Node or found.order < since:
            return True
        if found.notes is not None and found.carries_tangent():
            return True
        inputs = found.inputs
        for position in found.plan.needed:
            operand = inputs[position]
            if operand not in own and operand not in seen:
                seen.add(operand)
                waiting.append(operand)
    own |= seen
    return False


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
