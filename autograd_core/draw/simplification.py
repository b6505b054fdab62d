"""simplification: a recorded graph and its derivatives, rewritten step by step, to be drawn.

Each step is a Frame: the graph before and after it, the equation that was used, and how far both
sides of it agree in numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from autograd_core.draw.diff import Diff, diff
from autograd_core.draw.names import clean
from autograd_core.draw.snapshot import Snapshot
from autograd_core.draw.snapshot.capture import Capturing
from autograd_core.errors import AutogradError, GraphError
from autograd_core.readable import plain
from autograd_core.rewrite import (
    EXACT,
    Agreement,
    Evaluation,
    Recorded,
    Recorder,
    Rule,
    Step,
    all_rules,
    check,
    from_tensor,
    gradients,
    rewrite,
    substitute,
)
from autograd_core.symbolic import Expression, Symbol
from autograd_core.tensor import Tensor

ROUNDED = 1e-5  # differences that a picture does not mark: another order of operations rounds so
LONGEST = 160  # characters of a formula
MOST_WRITTEN = 8  # operations in each part of one


@dataclass(frozen=True)
class Frame:
    """One step of a simplification.

    graph: what is simplified: "forward", or "derivative for x".
    rule, equation, latex: what was used, and how it reads.
    holds: how far the equation holds for floating numbers: "exact", "up to rounding", …
    domain: where it holds: "x > 0"; "" for everywhere.
    formula: the part that was rewritten: "log(exp(x)) → x".
    whole: the whole graph after the step as a formula; "" if it is long.
    before, after: the whole graph.   agreement: of both sides, in numbers.
    """

    graph: str
    rule: str
    equation: str
    latex: str
    holds: str
    domain: str
    formula: str
    whole: str
    before: Snapshot
    after: Snapshot
    agreement: Agreement

    @property
    def exact(self) -> bool:
        """Whether both sides have the same bits for all numbers of the domain."""
        return self.holds == EXACT

    @cached_property
    def diff(self) -> Diff:
        """What the step removed and added: `frame.diff.to_svg()` is its picture."""
        return diff(self.before, self.after, tolerance=ROUNDED)

    def __str__(self) -> str:
        where = f", where {self.domain}" if self.domain else ""
        lines = [f"{self.graph}: {self.rule}", f"  {self.equation}  ({self.holds}{where})"]
        if self.formula.replace(" → ", " = ") not in ("", self.equation):
            lines.append(f"  {self.formula}")
        lines += [f"  {line}" for line in str(self.diff).split("\n")[1:] if line[0] in "-+"]
        return "\n".join([*lines, f"  {self.agreement}"])


def simplify(
    tensor: Tensor,
    wrt: Sequence[Tensor] | None = None,
    *,
    opened: bool = True,
    rules: Sequence[Rule] | None = None,
    most: int = 100,
) -> tuple[Frame, ...]:
    """The steps that simplify the graph of a Tensor, then those that simplify its derivatives.

    wrt: the leaves to differentiate for; None takes all.
    opened: begin with the definitions of composite operations in their place; what they compute
        then has to be found out.
    rules: None takes those of all composites and of algebra.
    most: frames that are made at most.

    The derivatives are those of the graph as it was recorded: the rules of its operations, run on
    symbols.  For an array they are its product with a gradient g.  What was computed twice in the
    same way is drawn once, from the first frame on.  Nothing in the Tensor or its graph changes.

    Raises GraphError for anything but a Tensor, and for a `wrt` that it was not computed from.

    >>> from autograd_core import Tensor, sigmoid
    >>> frames = simplify(sigmoid(Tensor(2.0, name="x")))
    >>> print(frames[0].equation)
    1 / (exp(−x) + 1) = sigmoid(x)
    >>> print(frames[-2].equation)
    sigmoid(x)² · exp(−x) = sigmoid(x) · (1 − sigmoid(x))
    """
    graph = from_tensor(tensor)
    chosen = all_rules() if rules is None else rules
    return tuple(islice(_frames(tensor, graph, wrt, opened, chosen), most))


def _frames(
    tensor: Tensor,
    graph: Recorded,
    wrt: Sequence[Tensor] | None,
    opened: bool,
    rules: Sequence[Rule],
) -> Iterator[Frame]:
    leaves, drawn = _wanted(graph, wrt), (Recorder(), Capturing())
    if opened:
        graph = graph.opened()
    yield from _steps(graph, _Show("forward", tensor.name, _seed(tensor), *drawn), rules)
    for symbol in leaves:
        derivative = _derivative(tensor, graph, symbol)
        if derivative is not None:
            name = f"derivative for {symbol.name}"
            yield from _steps(derivative, _Show(name, f"∂{symbol.name}", None, *drawn), rules)


@dataclass(frozen=True, slots=True)
class _Show:
    """How the graphs of one simplification are drawn: the name of the result, and the gradient
    that it gets, if one was sent back from it.  Operations that do not change are drawn once."""

    graph: str
    name: str | None
    seed: Any
    recorder: Recorder
    capturing: Capturing

    def snapshot(self, graph: Recorded) -> Snapshot:
        return self.capturing(self.recorder(graph), self.name, self.seed)


def _steps(graph: Recorded, show: _Show, rules: Sequence[Rule]) -> Iterator[Frame]:
    values = Evaluation({symbol: plain(leaf) for symbol, leaf in graph.leaves.items()})
    before: Snapshot | None = None
    for step in rewrite(graph.expression, rules):
        if before is None:
            before = show.snapshot(graph)
        graph = graph.after(step)
        after = show.snapshot(graph)
        rule, whole = step.rule, graph.expression
        frame = Frame(
            show.graph, rule.name, rule.equation, rule.latex, rule.holds, rule.where,
            formula=_formula(step),
            whole="" if _is_long(whole) else clean(whole.text(), LONGEST),
            before=before, after=after, agreement=check(step, values),
        )  # fmt: skip
        if frame.diff.removed or frame.diff.added:  # what numbers alone give is in no picture
            yield frame
        before = after


def _formula(step: Step) -> str:
    """Both sides, with "…" for what is long in them; "" if they are written alike."""
    parts: dict[Expression, Expression] = {}
    for argument in step.arguments.values():
        if isinstance(argument, Expression) and _is_long(argument):
            parts[argument] = Symbol(f"…{len(parts)}", argument.shape, argument.dtype)
    names = {symbol.name: "…" for symbol in parts.values() if isinstance(symbol, Symbol)}
    left, right = (substitute(side, parts).text(names) for side in (step.before, step.after))
    return f"{clean(left, LONGEST)} → {clean(right, LONGEST)}" if left != right else ""


def _is_long(expression: Expression) -> bool:
    """Whether an expression, written down, has many operations; shared parts are written again."""
    waiting, count = [expression], 0
    while waiting and count <= MOST_WRITTEN:
        node = waiting.pop()
        waiting += node.operands
        count += bool(node.operands)
    return count > MOST_WRITTEN


def _wanted(graph: Recorded, wrt: Sequence[Tensor] | None) -> list[Symbol]:
    """The symbols of the leaves to differentiate for."""
    if wrt is None:
        return [symbol for symbol, leaf in graph.leaves.items() if leaf.requires_grad]
    symbols = {id(leaf): symbol for symbol, leaf in graph.leaves.items()}
    for leaf in wrt:
        if id(leaf) not in symbols:
            raise GraphError(
                f"simplify: the result was not computed from {leaf!r}. Pass leaves of its graph in "
                "wrt: Tensors that were made, not computed."
            )
    return [symbols[id(leaf)] for leaf in wrt]


def _seed(tensor: Tensor) -> Any:
    """The gradient that was sent back from a result, None if none was."""
    return None if tensor.creator is None else tensor.creator.noted("seed")


def _derivative(tensor: Tensor, graph: Recorded, symbol: Symbol) -> Recorded | None:
    """The derivative of a number; of an array its product with a gradient g."""
    leaves = dict(graph.leaves)
    seed: Symbol | None = None
    if tensor.shape:
        name = "g" if all(leaf.name != "g" for leaf in leaves) else "∂"
        seed = symbol_of_seed = Symbol(name, tensor.shape, tensor.dtype)
        given = _seed(tensor)
        ones = np.ones(tensor.shape, tensor.dtype)
        leaves[symbol_of_seed] = Tensor(ones if given is None else given, name=name)
    try:
        (found,) = gradients(graph.expression, [symbol], seed)
    except AutogradError:  # an operation in it has no rule on symbols
        return None
    return None if found is None else Recorded(found, leaves, graph.origins)
