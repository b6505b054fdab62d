"""debug: find the first NaN or infinity, and arrays that were changed before a rule read them."""

from __future__ import annotations

import functools
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd_core import forward, reverse
from autograd_core.errors import GraphError, NonFiniteError
from autograd_core.mode import current_mode, mode, observing
from autograd_core.node import Node, nodes_before, source_line
from autograd_core.nonfinite import Finding, Part, named, offending
from autograd_core.primitive import ELEMENTWISE
from autograd_core.readable import plain
from autograd_core.tensor import Tensor, apply

# A pass computes with NaN on purpose where it finds out what it reaches.
_PASSES = {reverse.__file__, forward.__file__}


@contextmanager
def observe(
    forward: Callable[[Node, Any, Sequence[Any]], Any] | None = None,
    backward: Callable[[Node, int, Any], Any] | None = None,
) -> Iterator[None]:
    """Call functions with what is recorded and what is sent back inside the `with` block.

    forward: called as (node, value, operands) with every recorded operation, at once.
    backward: called as (node, operand, gradient) with what every operation sends back to every
        operand, in order, when a pass is over and before any `.grad` is added to.

    Contexts nest: all functions are called, the outermost first.  What they raise passes through.
    The values are those of the graph itself: they must not be written into.

    >>> from autograd_core import Tensor, observe
    >>> with observe(lambda node, value, operands: print(node.primitive.name, value)):
    ...     y = Tensor(2.0) * 3 + 1
    multiply 6.0
    add 7.0
    """
    outer = current_mode.get().visit

    def visit(*sent: Any) -> None:
        if outer is not None:
            outer(*sent)
        if backward is not None:
            backward(*sent)

    def recorded(node: Node, value: Any, operands: Sequence[Any], residuals: Any) -> None:
        if forward is not None:
            forward(node, value, operands)

    with observing(recorded), mode(visit=visit):
        yield


@contextmanager
def debug(*, infinities: bool = True) -> Iterator[None]:
    """Stop at the first NaN or infinity and say where it comes from; a decorator, too.

    Every operation that is recorded inside notes the line of the user's code, which drawings then
    show.  The first value that is not finite raises NonFiniteError where it is computed, and the
    first gradient that is not, when a `backward` or a `grad` inside is over: with the operation,
    its scope and line, and the elements of its operands that are to blame.  A branch that was not
    taken sends back exactly 0 and is none.

    infinities: False lets infinities pass (the logarithm of a probability 0 is one) and stops at
        NaN alone.

    It also raises GraphError where an array that a rule reads (a leaf's data, a constant, a result)
    was written into after the operation was recorded: the gradient would be wrong without a word.

    Inside, operations on ten elements take about nine times as long, on ten thousand twice as long,
    and a graph keeps all operands.

    >>> import numpy as np
    >>> from autograd_core import NonFiniteError, Tensor, debug
    >>> try:
    ...     with debug(), np.errstate(all="ignore"):
    ...         loss = np.log(Tensor([2.0, -1.0], name="p")).sum()
    ... except NonFiniteError as error:
    ...     print(error.finding.primitive, error.finding.result.elements)
    log (((1,), nan),)
    """
    watch = _Watch(infinities)

    def recorded(node: Node, value: Any, operands: Sequence[Any]) -> None:
        node.note("line", source_line())
        watch.recorded(node, value, operands)

    with observe(recorded, watch.sent):
        yield


def find_nonfinite(result: Tensor, *, infinities: bool = True) -> NonFiniteError | None:
    """Where the first NaN or infinity of a recorded result comes from, without `debug`: its graph
    is computed once more on what its leaves hold now, then the last backward pass from it (or one
    from ones).  Returns the error that `debug` would have raised, or None.

    >>> import numpy as np
    >>> from autograd_core import Tensor, find_nonfinite
    >>> t = Tensor([0.0, 4.0], name="t")
    >>> y = np.sqrt(t).sum()
    >>> print(find_nonfinite(y).finding.where)
    the gradient that it sends to its operand x = 't'
    """
    watch = _Watch(infinities)
    results: dict[Any, Any] = {}
    try:
        with np.errstate(all="ignore"):
            for node in nodes_before(result.creator) if result.creator is not None else ():
                args = [results[i] if type(i) is Node else i for i in node.inputs]
                with mode(recording=True, expanded=False, scope=node.scope, observer=None):
                    results[node] = copy = apply(node.primitive, args, node.params)
                copy.creator.notes = {**(node.notes or {})}
                watch.recorded(copy.creator, copy.raw, [plain(a) for a in args])
            root = results.get(result.creator)
            if root is not None and result.creator is not None:
                seed = result.creator.noted("seed")
                seed = np.ones(root.shape, root.dtype)[()] if seed is None else seed
                reverse.run(root.creator, seed, visit=watch.sent)
    except NonFiniteError as error:
        return error
    return None


class _Watch:
    """What `debug` knows of the operations and of the pass that runs."""

    def __init__(self, infinities: bool) -> None:
        self.is_bad: Callable[[Any], Any] = _not_finite if infinities else np.isnan
        self.arrived: dict[Node, Any] = {}
        self.current: Node | None = None
        self.root: Node | None = None
        self.g: Any = None

    def recorded(self, node: Node, value: Any, operands: Sequence[Any]) -> None:
        """Note what an operation reads, and stop if its value is not finite."""
        node.note("operands", tuple(operands))
        node.note("digests", _digests(node))
        bad = self.is_bad(value)
        if np.any(bad) and not _is_in_a_pass():
            finding = self._finding(node, "its value", None, _part("result", value, bad), bad)
            raise _error(finding, node, node)

    def sent(self, node: Node, operand: int, dx: Any) -> None:
        """Check what an operation sent back, and that what its rules read is what was recorded."""
        if node is not self.current:
            self.current, self.g = node, self.arrived.pop(node, None)
            if self.g is None:
                self.root, self.g = node, node.noted("seed")
            _check_unchanged(node)
        dx = plain(dx)
        target = node.inputs[operand]
        if type(target) is Node:
            before = self.arrived.get(target)
            self.arrived[target] = dx if before is None else before + dx
        bad = self.is_bad(dx)
        if np.any(bad):
            name = named(node, operand)
            where = f"the gradient that it sends to its operand {name}"
            finding = self._finding(node, where, operand, _part("sent", dx, bad), bad)
            assert self.root is not None
            raise _error(finding, node, self.root)

    def _finding(self, node: Node, where: str, operand: int | None, result: Part, bad: Any) -> Any:
        shown: list[Part] = []
        if operand is not None and self.g is not None:
            shown.append(offending("g", plain(self.g), bad, self.is_bad, aligned=True))
        elementwise = node.primitive.kind == ELEMENTWISE
        for position, value in enumerate(node.noted("operands") or ()):
            shown.append(
                offending(named(node, position), value, bad, self.is_bad, aligned=elementwise)
            )
        return Finding(
            where, node.primitive.name, node.scope.path if node.scope else None,
            node.noted("line"), operand, result, tuple(shown),
        )  # fmt: skip


def _part(name: str, array: Any, bad: Any) -> Part:
    return offending(name, array, bad, lambda _: bad, aligned=True)


def _error(finding: Finding, node: Node, root: Node) -> NonFiniteError:
    error = NonFiniteError(str(finding))
    error.finding, error.node = finding, node
    error.graph = functools.partial(_draw, root, node)
    return error


def _draw(root: Node, node: Node) -> Any:
    from autograd_core.draw.culprit import draw_culprit

    with np.errstate(all="ignore"):
        value = root.primitive.evaluate(root.noted("operands"), root.params)
    return draw_culprit(root, value, node)


def _not_finite(array: Any) -> Any:
    return ~np.isfinite(array)


def _is_in_a_pass() -> bool:
    """Whether a reverse or forward pass is what records now."""
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename in _PASSES:
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False


# ── arrays that a rule still needs ────────────────────────────────────────────────────────────
def _kept(node: Node) -> Mapping[str, Any]:
    """What a node saved, by the names that its rules use."""
    return dict(zip(node.plan.sources, node.plan.saved(node.saved), strict=True))


def _digests(node: Node) -> dict[str, Any]:
    return {name: _digest(value) for name, value in _kept(node).items()}


def _digest(value: Any) -> Any:
    """A number that changes if an element does; None for what cannot change."""
    if isinstance(value, tuple):
        return tuple(map(_digest, value))
    if not isinstance(value, np.ndarray) or value.dtype.hasobject:
        return None
    return zlib.crc32(np.ascontiguousarray(value).view(np.uint8).data)


def _check_unchanged(node: Node) -> None:
    digests = node.noted("digests")
    if digests is None:
        return
    for name, value in _kept(node).items():
        if _digest(value) != digests[name]:
            raise GraphError(
                f"{node.primitive.name}: {_whose(node, name)} of shape {np.shape(value)} was "
                f"written into after {node.primitive.name} was recorded{_at(node)}, and its rule "
                "reads that array: the gradient would be wrong. Write after the backward pass, or "
                "into a copy."
            )


def _whose(node: Node, name: str) -> str:
    """An array that a node saved, in words."""
    if name == "out":
        return "its result"
    if name not in node.primitive.inputs or node.primitive.variadic:
        return f"its {name}"
    source = node.inputs[node.primitive.inputs.index(name)]
    if type(source) is Node:
        return f"its operand {name}, the result of {source.primitive.name},"
    if isinstance(source, Tensor):
        called = "" if source.name is None else f" {source.name!r}"
        return f"its operand {name}, the data of the leaf{called},"
    return f"its operand {name}, a constant array"


def _at(node: Node) -> str:
    line = node.noted("line")
    return "" if line is None else f" at {line}"
