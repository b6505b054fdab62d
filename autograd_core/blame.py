"""Which recorded operation has a wrong rule: each rule against its own function, and against its
counterpart in the other mode.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_core import reverse
from autograd_core.forward import bind
from autograd_core.mode import Observer, mode
from autograd_core.node import Node, source_line
from autograd_core.primitive import ELEMENTWISE
from autograd_core.readable import plain
from autograd_core.tensor import Tensor


@dataclass(frozen=True)
class Culprit:
    """The recorded operation whose rule disagrees with its own function; or whose forward rule
    (is_forward) disagrees with its reverse rule."""

    primitive: str
    operand: int
    rule: str
    line: str
    scope: str | None
    analytic: float
    numerical: float
    is_forward: bool = False

    def __str__(self) -> str:
        where = f" in {self.scope}" if self.scope else ""
        if self.is_forward:
            return (
                f"the forward rule of {self.primitive} for operand {self.operand} ({self.rule}), "
                f"recorded at {self.line}{where}: it gives {self.analytic:.6g} along a random "
                f"direction, the reverse rule gives {self.numerical:.6g}"
            )
        return (
            f"the local derivative of {self.primitive} with respect to operand {self.operand} "
            f"({self.rule}), recorded at {self.line}{where}: the rule gives {self.analytic:.6g} "
            f"along a random direction, central differences give {self.numerical:.6g}"
        )


def find_culprit(f: Callable[..., Any], *tensors: Tensor) -> Culprit | None:
    """The first recorded operation whose rule disagrees with differences of its own function."""
    nodes: list[Node] = []
    values: dict[Node, Any] = {}
    with mode(recording=True, observer=_noting(nodes, values)):
        f(*tensors)
    with mode(recording=False):
        return next((c for node in nodes for c in _wrong_rules(node, values)), None)


def _noting(nodes: list[Node], values: dict[Node, Any]) -> Observer:
    """An observer that keeps every recorded node with its value and source line."""

    def observe(node: Node, value: Any, *_: Any) -> None:
        node.note("line", source_line())
        nodes.append(node)
        values[node] = value

    return observe


def _wrong_rules(node: Node, values: dict[Node, Any]) -> Iterator[Culprit]:
    operands = [
        values[operand] if type(operand) is Node else plain(operand) for operand in node.inputs
    ]
    g = fixed_normal(node.shape, 1)
    for position, sent in node.plan.contributions(g.astype(node.dtype), node.saved):
        x = np.asarray(operands[position])
        direction = fixed_normal(x.shape, 2)
        dx = reverse.fit(sent, x.shape, x.dtype, node, position)
        analytic = float(np.sum(dx * direction))
        h = 1e-6 if x.dtype.itemsize >= 8 else 1e-3

        def moved(step: float) -> float:
            changed = [*operands]
            changed[position] = (x + step * direction).astype(x.dtype)  # noqa: B023  used at once
            return float(np.sum(g * node.primitive.evaluate(changed, node.params)))

        numerical = (moved(h) - moved(-h)) / (2 * h)
        scale = max(1e-3, float(np.sum(np.abs(dx * direction))), abs(numerical))
        if not abs(analytic - numerical) <= (1e-5 if h < 1e-4 else 1e-2) * scale:
            yield Culprit(
                node.primitive.name, position, node.primitive.rule_of(position).__name__,
                node.noted("line"),
                node.scope.path if node.scope else None, analytic, numerical,
            )  # fmt: skip


def comparing_modes(found: list[Culprit]) -> Observer:
    """An observer that adds the stated forward rules that are not the transposes of the reverse
    rules.  Those that a kind implies need no check: they are the same rules."""

    def observe(node: Node, out: Any, values: Sequence[Any], extra: Sequence[Any]) -> None:
        if node.primitive.jvp is not None and node.primitive.kind != ELEMENTWISE:
            found.extend(_wrong_forward_rules(node, out, values, extra))

    return observe


def _wrong_forward_rules(
    node: Node, out: Any, values: Sequence[Any], extra: Sequence[Any]
) -> Iterator[Culprit]:
    """⟨g, J t⟩ = ⟨Jᵀ g, t⟩ for each operand by itself."""
    g = fixed_normal(node.shape, 1).astype(node.dtype)
    with mode(recording=False):
        push = bind(node, values, out, extra)
        for position, sent in node.plan.contributions(g, node.saved):
            operand = node.inputs[position]
            t = fixed_normal(operand.shape, 2).astype(operand.dtype)[()]
            dx = reverse.fit(sent, operand.shape, operand.dtype, node, position)
            backward = float(np.real(np.sum(dx * t)))
            forward = float(np.real(np.sum(g * push({position: t}))))
            tolerance = 1e-8 if np.finfo(node.dtype).eps < 1e-10 else 1e-2
            scale = max(1e-3, float(np.sum(np.abs(dx * t))), abs(forward))
            if not abs(forward - backward) <= tolerance * scale:
                yield Culprit(
                    node.primitive.name, position, node.primitive.jvp_of(position).__name__,
                    source_line(), node.scope.path if node.scope else None, forward, backward,
                    is_forward=True,
                )  # fmt: skip


def fixed_normal(shape: tuple[int, ...], seed: int) -> NDArray[np.float64]:
    """Random numbers that are the same in every run; 1 for a scalar."""
    if shape == ():
        return np.ones(())
    return np.random.default_rng(seed).standard_normal(shape)
