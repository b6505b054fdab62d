"""The reverse pass: the chain rule, from a result back to what it was computed from.

Nodes wait in a heap and leave it in the reverse order of their creation.  When a node leaves, all
of its consumers have left before it, so its gradient is complete and each node is visited once.
(One of a node's inputs does not go through the heap if the heap is empty, as in every chain.)

Gradients are never shared and never written to while somebody else may hold them: the first
contribution is kept as it came, the second makes a new array by addition, and only that array,
which the pass owns, takes further ones in place.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from heapq import heappop, heappush, heappushpop
from math import isnan
from typing import Any

import numpy as np

from autograd_core import hooks
from autograd_core.errors import DTypeError, ShapeError
from autograd_core.mode import Visit, current_mode
from autograd_core.node import Node
from autograd_core.plan import WHOLE
from autograd_core.primitive import ELEMENTWISE, GENERAL, LINEAR
from autograd_core.reach import by_constants, has_nan, masked
from autograd_core.shapes import Shape, broadcast_axes, is_broadcast_of

Lift = Callable[[Any, Any], Any]

_number, _float64, _mode_now = np.float64, np.dtype(np.float64), current_mode.get

# Adopting a gradient as a leaf's own: nobody but the pass and getrefcount's argument holds it.
_SOLE_OWNER = 2


def run(  # noqa: C901, PLR0912, PLR0915  one loop, unrolled because it is what every gradient costs
    root: Any,
    g: Any,
    *,
    wanted: AbstractSet[Any] | None = None,
    since: int = 0,
    lift: Lift | None = None,
    visit: Visit | None = None,
    retain: bool = False,
    careful: bool = True,
) -> dict[Any, Any]:
    """Send the gradient `g` of the result of `root` back, and return the gradients that arrive.

    root: a Node, or a leaf (which gets `g` itself).
    wanted: the leaves and nodes whose gradients are asked for; None means every leaf.
    since: nodes with a smaller order are not entered (they are older than the wanted ones).
    lift: a function (value, source) -> Tensor; with it the rules run on Tensors and are recorded.
    visit: called with each contribution as (node, operand, gradient).
    retain: keep the gradients of all inner nodes, not only of those that ask for it.
    careful: where a NaN arrives, run again with masks of what is reached (`reach.py`).
    """
    if type(root) is not Node or (wanted is not None and root in wanted):
        return {root: g}
    start = g
    gradients: dict[Any, Any] = {}
    owned: set[Any] = set()
    passed: list[tuple[Node, int, Any]] | None = None
    retained: list[tuple[Node, Any]] | None = None
    hooked: dict[Node, Any] | None = None
    if visit is None:
        visit = _mode_now().visit
    heap: list[tuple[int, Node]] = []
    node: Node | None = root
    while node is not None:
        if retain or node.notes is not None:
            notes = node.notes or ()
            if "hooks" in notes:
                if careful and has_nan(g):  # the hooks are given what the careful pass makes of it
                    gradients = {node: g}
                    break
                hooked = hooked or {}
                g = hooked[node] = hooks.call(node.noted("hooks"), g)
            if retain or "retain" in notes:
                retained = retained or []
                retained.append((node, g))
        saved = node.saved if lift is None else _lifted(node, lift)
        inputs = node.inputs
        ahead = None  # in a chain each node finds its successor without the heap
        for position, rule, take in node.plan.pulls:
            target = inputs[position]
            inner = type(target) is Node
            if (
                wanted is not None
                and target not in wanted
                and not (inner and target.order >= since)
            ):
                continue
            if take >= 0:
                dx = rule(g, saved[take])
            elif take == WHOLE:
                dx = rule(g, saved)
            else:
                dx = rule(g)
            like = target if inner else target.raw
            if type(dx) is not _number:
                try:
                    fits = dx.shape == like.shape and dx.dtype is like.dtype
                except AttributeError:
                    raise _no_array(dx, node, position) from None
            elif inner:  # of a number we know both, and asking it costs as much as a product
                fits = like.dtype is _float64 and not like.shape
            else:
                fits = type(like) is _number
            if not fits:
                dx = fit(dx, like.shape, like.dtype, node, position)
            if visit is not None:
                passed = passed or []
                passed.append((node, position, dx))
            if target not in gradients:
                gradients[target] = dx
                if not inner or (wanted is not None and target in wanted):
                    continue
                if ahead is None:
                    ahead = target
                else:
                    heappush(heap, (-target.order, target))
            elif target in owned and type(dx) is type(gradients[target]):
                gradients[target] += dx
            else:
                gradients[target] = _total(gradients[target], dx)
                if lift is None:
                    owned.add(target)
        if ahead is None:
            node = heappop(heap)[1] if heap else None
        elif heap:
            node = heappushpop(heap, (-ahead.order, ahead))[1]
        else:
            node = ahead
        g = gradients.pop(node, None)
    for found in gradients.values() if careful else ():
        if isnan(found) if type(found) is _number else has_nan(found):
            again = _Careful(wanted, since, lift, retain, hooked or {})
            gradients, passed, retained = again.run(root, start), again.passed, again.retained
            break
    if retained is not None:
        for node, g in retained:
            _remember(node, g)
    if passed is not None and visit is not None:
        for contribution in passed:
            visit(*contribution)
    return gradients


class _Careful:
    """The same pass, with a mask of what is reached beside every gradient: see `reach.py`."""

    def __init__(
        self,
        wanted: AbstractSet[Any] | None,
        since: int,
        lift: Lift | None,
        retain: bool,
        hooked: dict[Node, Any],
    ) -> None:
        self.wanted, self.since, self.lift, self.retain = wanted, since, lift, retain
        self.hooked = hooked  # what hooks have made of gradients already: each is called once
        self.passed: list[tuple[Node, int, Any]] = []
        self.retained: list[tuple[Node, Any]] = []

    def run(self, root: Node, g: Any) -> dict[Any, Any]:
        """The gradients that arrive, as those of `run`."""
        # a 0 that was given leads nowhere; one that is differentiated itself may
        reach = np.asarray(g != 0) if self.lift is None else np.ones(np.shape(g), bool)
        found: dict[Any, tuple[Any, Any]] = {root: (g, reach)}
        order = {root.order: root}
        heap = [-root.order]
        while heap:
            node = order[-heappop(heap)]
            g, reach = found.pop(node)
            if node.noted("hooks"):
                g = self.hooked[node] if node in self.hooked else hooks.call(node.noted("hooks"), g)
                reach = reach | np.asarray(g != 0)
            if self.retain or (node.notes is not None and "retain" in node.notes):
                self.retained.append((node, g))
            for position, target, dx, arrives in self._contributions(node, g, reach):
                self.passed.append((node, position, dx))
                if target in found:
                    before, reached = found[target]
                    found[target] = _total(before, dx), reached | arrives
                    continue
                found[target] = dx, arrives
                if type(target) is Node and (self.wanted is None or target not in self.wanted):
                    order[target.order] = target
                    heappush(heap, -target.order)
        return {target: g for target, (g, _) in found.items()}

    def _contributions(self, node: Node, g: Any, reach: Any) -> Iterator[tuple[int, Any, Any, Any]]:
        """For each input that is asked for: position, input, gradient, what that reaches."""
        plan = node.plan
        saved = node.saved if self.lift is None else _lifted(node, self.lift)
        kept = saved if len(plan.sources) > 1 else (saved,)
        for position, rule, take in plan.pulls:
            target = node.inputs[position]
            inner = type(target) is Node
            wanted = self.wanted
            if (
                wanted is not None
                and target not in wanted
                and not (inner and target.order >= self.since)
            ):
                continue

            def bound(g: Any, kept: Any, rule: Any = rule, take: int = take) -> Any:
                if take >= 0:
                    return rule(g, kept[take])
                return rule(g, kept if len(kept) > 1 else kept[0]) if take == WHOLE else rule(g)

            like = target if inner else target.raw
            dx, arrives = masked(
                bound, g, reach, kept,
                elementwise=node.primitive.kind == ELEMENTWISE, constants=by_constants(plan),
            )  # fmt: skip
            yield (
                position, target,
                fit(dx, like.shape, like.dtype, node, position), _reaches(arrives, like.shape),
            )  # fmt: skip


def _reaches(arrives: Any, shape: Shape) -> Any:
    """A mask in the shape of the input, where broadcasting is undone."""
    if arrives.shape == shape:
        return arrives
    return np.any(arrives, axis=broadcast_axes(arrives.shape, shape)).reshape(shape)


def _lifted(node: Node, lift: Lift) -> Any:
    """What the node saved, as Tensors that know where they came from."""
    primitive, plan = node.primitive, node.plan
    values = dict(zip(plan.sources, plan.saved(node.saved), strict=True))
    tensors: dict[str, Any] = {}
    for name, value in values.items():
        if name == "out":
            tensors[name] = lift(value, node)
        elif name in primitive.inputs and primitive.variadic:
            tensors[name] = tuple(map(lift, value, node.inputs))
        elif name in primitive.inputs:
            tensors[name] = lift(value, node.inputs[primitive.inputs.index(name)])
        elif name not in primitive.residuals:
            tensors[name] = value
    for name in values.keys() - tensors.keys():  # a residual goes by the function that it equals
        function = primitive.residuals[name]
        code = function.__code__
        tensors[name] = function(*[tensors[n] for n in code.co_varnames[: code.co_argcount]])
    found = [tensors[name] for name in plan.sources]
    return found.pop() if len(found) == 1 else tuple(found)


def _total(before: Any, dx: Any) -> Any:
    """The sum of two contributions in their dtype, which NumPy's is not where bytes are swapped."""
    total = before + dx
    return total if total.dtype is dx.dtype else total.astype(dx.dtype)


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
        dx = np.add.reduce(dx, axis=broadcast_axes(dx.shape, shape) if shape else None)
        if dx.shape != shape:
            dx = dx.reshape(shape)
    if dx.dtype != dtype:
        if dx.dtype.kind == "c" and dtype.kind == "f":
            dx = np.real(dx)
        dx = dx.astype(dtype)
    return dx


def _no_array(dx: Any, node: Node, position: int) -> DTypeError:
    rule = node.primitive.rule_of(position).__name__
    return DTypeError(
        f"{node.primitive.name}: {rule} returned {dx!r}, which is no array. A rule must return an "
        "array of the shape of its input; np.zeros_like(g) is a gradient of zeros."
    )


def deposit(gradients: dict[Any, Any]) -> None:
    """Add the gradients that a pass found to `.grad` of their leaves, and empty the dict.

    An array that only the pass holds is handed over; anything that may be shared is copied.
    """
    if hooks.on_leaves:
        for leaf, g in gradients.items():  # all hooks before any `.grad`, as one of them may raise
            gradients[leaf] = hooks.call(hooks.hooks_of(leaf), g)
    while gradients:
        leaf, g = gradients.popitem()
        before = leaf._grad
        if type(g) is _number and type(before) is not np.ndarray:
            leaf._grad = g if before is None else before + g
        elif before is not None:
            np.add(leaf.grad, g, out=leaf.grad)
        elif type(g) is np.ndarray and (g.base is not None or sys.getrefcount(g) > _SOLE_OWNER):
            leaf._grad = g.copy()
        else:
            leaf._grad = g


def _remember(node: Node, g: Any) -> None:
    """Add a gradient to what an inner node keeps for its Tensor."""
    before = node.noted("grad")
    node.note("grad", np.array(g) if before is None else np.asarray(before + g))
