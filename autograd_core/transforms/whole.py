"""One Node for a whole call, whose rules run code of their own.

`checkpoint` and implicit differentiation are such calls.  The inputs of the node are the Tensors
among the arguments and, behind them, the Tensors that the function reaches by itself: a net's
parameters, or earlier results.  The function holds those; the node only knows where they come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd_core import batched, reverse
from autograd_core.batched import Batch
from autograd_core.mode import current_mode, mode, observing
from autograd_core.node import Node, next_order
from autograd_core.primitive import GENERAL, Primitive
from autograd_core.structure import flatten
from autograd_core.tensor import Tensor, _record, lift
from autograd_core.transforms.recording import settled_leaves, variable
from autograd_core.transforms.tangent import LinearMaps


def whole(name: str) -> Primitive:
    """A primitive for calls of that name: its one parameter is the `Call`, which has its rules."""
    return Primitive(
        name,
        lambda *xs, call: call.evaluate(xs),
        (("xs",), ("call",), True, {}),
        (lambda g, xs, out, call, i: call.pulled(g, xs, out)[i],),
        jvp=(lambda t, xs, out, call, i: call.push(t, i, xs, out),),
        kind=GENERAL, symbol=name, tex=None, definition=None, residuals={},
        domain=(-np.inf, np.inf),
    )  # fmt: skip


class Call:
    """A function and its arguments, to be run again on other values of the inputs.

    inputs: the Tensors among the arguments that need a gradient.
    outside: the leaves and Nodes that the function reaches by itself.
    expanded: whether composites are opened, as they were at first.

    The rules get what stands for the inputs as `xs`: arrays, or Tensors in a pass that is itself
    recorded.  Of what is outside `xs` only tell, as the result `out` does, which of the two it is.

    What it is to evaluate, to pull and to push is what a checkpoint and an implicit root differ in.
    """

    def __init__(
        self, f: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> None:
        self.f = f
        operands, self._form = flatten([list(args), dict(kwargs)])
        self._places = [i for i, x in enumerate(operands) if needs_gradient(x)]
        self.inputs: list[Tensor] = [operands[i] for i in self._places]
        self.outside: list[Any] = []
        self._rest = [x for x in operands if not needs_gradient(x)]  # the inputs are the graph's
        self.expanded = current_mode.get().expanded
        self._last: tuple[Any, ...] = (None, None, None)

    def arguments(self, xs: Sequence[Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments with these in place of the inputs."""
        operands = list(self._rest)
        for place, x in zip(self._places, xs, strict=False):
            operands.insert(place, x)
        args, kwargs = self._form.build(operands)
        return args, kwargs

    def run(self, xs: Sequence[Any]) -> Any:
        """What the function returns for these inputs, recorded as the mode says."""
        args, kwargs = self.arguments(xs)
        with mode(expanded=self.expanded):
            return self.f(*args, **kwargs)

    def node(self, primitive: Primitive, out: Any) -> Tensor:
        """The result `out` of the call, as one recorded operation."""
        inputs = (*[x.creator or x for x in self.inputs], *self.outside)
        values = (*[x.raw for x in self.inputs], *[None] * len(self.outside))
        plan = primitive.plans[(1 << len(inputs)) - 1]
        return _record(plan, values, inputs, out, {"call": self})

    def pulled(self, g: Any, xs: Any, out: Any) -> list[Any]:
        """The gradients of all inputs, computed when the first of them is asked for."""
        if self._last[0] is not g or self._last[1] is not xs:
            self._last = g, xs, self.pull(g, xs, out)
        found: list[Any] = self._last[2]
        return found

    def evaluate(self, xs: Sequence[Any]) -> Any:
        """The result for arrays."""
        raise NotImplementedError  # a checkpoint runs f, a root its solver

    def pull(self, g: Any, xs: Sequence[Any], out: Any) -> list[Any]:
        """The gradients of all inputs."""
        raise NotImplementedError  # a checkpoint by a pass over f, a root by a linear system

    def push(self, t: Any, i: int, xs: Sequence[Any], out: Any) -> Any:
        """The tangent of the result for one of input i."""
        raise NotImplementedError  # a checkpoint by running f again, a root by a linear system


class Rerun:
    """A run of a call's function on variables of its own.

    xs: what a rule got for the inputs (or the inputs themselves).
    f: the function if it is not the call's; it takes the variables as one list.
    result: what it returned.   keys: of the variables and of what is outside.
    """

    def __init__(
        self,
        call: Call,
        xs: Sequence[Any],
        f: Callable[[Sequence[Any]], Any] | None = None,
        push_from: int | None = None,
    ) -> None:
        xs = list(map(unwrapped, xs))
        self.is_recorded = any(isinstance(x, Tensor) for x in xs)
        self.since = next_order()
        with mode(recording=True):
            variables = [variable("checkpoint", x) for x in xs[: len(call.inputs)]]
            self.keys = [*[v.creator or v for v in variables], *call.outside]
            if push_from is None:
                self.result = settled_leaves((f or call.run)(variables))
                return
            self._start = self.keys[push_from]
            self._maps = LinearMaps({self._start: self.is_recorded}, outside=self.is_recorded)
            with observing(self._maps):
                self.result = settled_leaves((f or call.run)(variables))

    def pull(self, value: Any, g: Any) -> list[Any]:
        """The gradients of the keys for that of a result."""
        like = g if isinstance(g, Tensor) else None
        if not needs_gradient(value):
            return [np.zeros(key.shape, key.dtype) for key in self.keys]
        lifting = lift if self.is_recorded or like is not None else None
        if isinstance(g, Batch) and (self.is_recorded or isinstance(g.value, Tensor)):
            lifting = batched.lift
        with mode(recording=True):
            found = reverse.run(
                value.creator or value, g, wanted=set(self.keys), since=self.since, lift=lifting,
                careful=not isinstance(g, Batch),
            )  # fmt: skip
        return [found.get(key, np.zeros(key.shape, key.dtype)) for key in self.keys]

    def push(self, t: Any) -> dict[Any, Any]:
        """The tangents of all that depends on the key `push_from`."""
        return self._maps.push({self._start: t})

    def reached(self, values: Iterable[Any]) -> list[Any]:
        """The leaves and Nodes besides the variables from which the values were computed."""
        waiting = [v.creator or v for v in values if needs_gradient(v)]
        found, seen = [], set(self.keys)
        while waiting:
            key = waiting.pop()
            if key in seen:
                continue
            seen.add(key)
            if type(key) is not Node or key.order < self.since:
                found.append(key)
            else:
                waiting.extend(key.inputs[i] for i in key.plan.needed)
        return found


def needs_gradient(x: Any) -> bool:
    """Whether it is a Tensor that something may be differentiated by."""
    return isinstance(x, Tensor) and x.requires_grad


def unwrapped(x: Any) -> Any:
    """What a rule got, as an array or Tensor also where it meets a Batch of gradients."""
    return x.value if isinstance(x, Batch) else x
