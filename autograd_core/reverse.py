"""The reverse pass: the chain rule, from a result back to what it was computed from.

Nodes wait in a heap and leave it in the reverse order of their creation.  When a node leaves, all
of its consumers have left before it, so its gradient is complete and each node is visited once.

Gradients are never shared and never written to while somebody else may hold them: the first
contribution is kept as it came, the second makes a new array by addition, and only that array,
which the pass owns, takes further ones in place.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from heapq import heappop, heappush
from typing import Any

import numpy as np

from autograd_core.errors import ShapeError
from autograd_core.graph import Node
from autograd_core.primitive import GENERAL, LINEAR
from autograd_core.shapes import Shape, broadcast_axes, is_broadcast_of

Lift = Callable[[Any, Any], Any]
Visit = Callable[[Node, int, Any], None]

# Adopting a gradient as a leaf's own: nobody but the pass and getrefcount's argument holds it.
_SOLE_OWNER = 2


def run(  # noqa: C901  one loop, unrolled because it is what every gradient costs
    root: Any,
    g: Any,
    *,
    wanted: AbstractSet[Any] | None = None,
    since: int = 0,
    lift: Lift | None = None,
    visit: Visit | None = None,
    retain: bool = False,
) -> dict[Any, Any]:
    """Send the gradient `g` of the result of `root` back, and return the gradients that arrive.

    root: a Node, or a leaf (which gets `g` itself).
    wanted: the leaves and nodes whose gradients are asked for; None means every leaf.
    since: nodes with a smaller order are not entered (they are older than the wanted ones).
    lift: a function (value, source) -> Tensor; with it the rules run on Tensors and are recorded.
    visit: called with each contribution as (node, operand, gradient).
    retain: keep the gradients of all inner nodes, not only of those that ask for it.
    """
    gradients = {root: g}
    owned: set[Any] = set()
    heap = [(-root.order, root)] if type(root) is Node else []
    while heap:
        node = heappop(heap)[1]
        if wanted is not None and (node in wanted or node.order < since):
            continue
        g = gradients.pop(node)
        if retain or (node.notes is not None and "retain" in node.notes):
            _remember(node, g)
        saved = node.saved if lift is None else lifted(node, lift)
        inputs = node.inputs
        for position, rule, pick in node.plan.pulls:
            target = inputs[position]
            inner = type(target) is Node
            if (
                wanted is not None
                and target not in wanted
                and not (inner and target.order >= since)
            ):
                continue
            dx = rule(g, *pick(saved))
            like = target if inner else target.raw
            if dx.shape != like.shape or dx.dtype is not like.dtype:
                dx = fit(dx, like.shape, like.dtype, node, position)
            if visit is not None:
                visit(node, position, dx)
            if target not in gradients:
                gradients[target] = dx
                if inner:
                    heappush(heap, (-target.order, target))
            elif target in owned:
                gradients[target] += dx
            else:
                gradients[target] = gradients[target] + dx
                if lift is None:
                    owned.add(target)
    return gradients


def lifted(node: Node, lift: Lift) -> tuple[Any, ...]:
    """What the node saved, as Tensors that know where they came from."""
    primitive = node.primitive
    values = dict(zip(node.plan.sources, node.saved, strict=True))
    tensors: dict[str, Any] = {}
    for name, value in values.items():
        if name == "out":
            tensors[name] = lift(value, node)
        elif name in primitive.inputs:
            place = primitive.inputs.index(name)
            tensors[name] = (
                tuple(map(lift, value, node.inputs))
                if primitive.variadic
                else lift(value, node.inputs[place])
            )
    for name, function in primitive.residuals.items():
        if name in values:
            code = function.__code__
            names = code.co_varnames[: code.co_argcount]
            tensors[name] = function(*[tensors.get(n, values[n]) for n in names])
    return tuple([tensors.get(name, value) for name, value in values.items()])


def fit(dx: Any, shape: Shape, dtype: np.dtype[Any], node: Node, position: int) -> Any:
    """The gradient in the shape and dtype of the input it belongs to.

    Broadcasting is undone here, for every operation: what NumPy repeated on the way forward is
    summed on the way back.
    """
    if dx.shape != shape:
        if node.primitive.kind in (LINEAR, GENERAL) or not is_broadcast_of(dx.shape, shape):
            raise ShapeError(
                f"{node.primitive.name}: the rule for operand {position} returned a gradient of "
                f"shape {dx.shape} for an input of shape {shape}. A rule must return the shape of "
                "its input."
            )
        dx = np.reshape(np.sum(dx, axis=broadcast_axes(dx.shape, shape)), shape)
    if dx.dtype != dtype:
        if dx.dtype.kind == "c" and dtype.kind == "f":
            dx = dx.real
        dx = dx.astype(dtype)
    return dx


def deposit(gradients: dict[Any, Any]) -> None:
    """Add the gradients that a pass found to `.grad` of their leaves, and empty the dict.

    An array that only the pass holds is handed over; anything that may be shared is copied.
    """
    for leaf in list(gradients):
        before = leaf.grad
        if before is not None:
            np.add(before, gradients.pop(leaf), out=before)
            continue
        g = gradients.pop(leaf)
        shared = type(g) is np.ndarray and (g.base is not None or sys.getrefcount(g) > _SOLE_OWNER)
        leaf.grad = g.copy() if shared else g


def _remember(node: Node, g: Any) -> None:
    """Add a gradient to what an inner node keeps for its Tensor."""
    before = node.noted("grad")
    node.note("grad", np.array(g) if before is None else before + g)
