"""Stages: convolution, bias, ReLU and max pooling in one, and their gradients."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np

from autograd_core.compile.operations import ufunc_of
from autograd_core.compile.passes.images.terms import part
from autograd_core.compile.passes.rebuilding import number_of, substituted
from autograd_core.kernels import operations as kernels
from autograd_core.kernels.fused import Stage
from autograd_core.kernels.operations import Part
from autograd_core.kernels.windows import Pair, Windows
from autograd_core.ops import reduction
from autograd_core.rewrite.engine import with_operands
from autograd_core.symbolic import Call, Expression, Literal
from autograd_core.tracing import Program

MOST_PHASES = 256  # places of a pooling window that a byte can tell apart

Made = Mapping[Expression, Expression]
Target = Callable[[Made], Expression]


def staged(program: Program) -> Program:
    """relu(largest(convolved(x, W, b))) = largest(relu(convolved(x, W, b))) = one `staged(x, W, b)`

    Where the windows of pooling do not overlap, and nothing else reads what is between.  The
    gradients of such a stage need its result and, for each element, from which place in its window
    it came.
    """
    uses = _Uses(program)
    targets: dict[Expression, Target] = {}
    for node in program.operations:
        if node.operation is kernels.largest:
            targets |= _targets(node, uses)
    made: dict[Expression, Expression] = {}
    for value in program.values if targets else ():
        target = targets.get(value)
        made[value] = with_operands(value, made) if target is None else target(made)
    changed = substituted(program, made)
    phases = {x for x in changed.backward if x.operation is kernels.staged_phase}
    return replace(changed, backward=changed.backward - phases)  # they come with the result


class _Uses:
    """Who reads the values of a program.   kept: what it returns or looks at."""

    def __init__(self, program: Program) -> None:
        self.kept = {*program.outputs, *program.guards}
        self.readers: dict[Expression, list[Expression]] = defaultdict(list)
        for node in program.operations:
            for x in dict.fromkeys(node.operands):
                self.readers[x].append(node)

    def of(self, x: Expression) -> list[Expression]:
        """The operations that read a value."""
        return self.readers[x]

    def only(self, x: Expression) -> Expression | None:
        """The operation that alone reads a value."""
        return self.of(x)[0] if len(self.of(x)) == 1 and x not in self.kept else None


# ── recognising ───────────────────────────────────────────────────────────────────────────────
def _targets(pool: Call, uses: _Uses) -> dict[Expression, Target]:
    """What comes in the place of values if a stage ends with this pooling; nothing if none does."""
    windows, source = pool.params["windows"], pool.operands[0]
    is_before = _is_relu(source)
    conv = source.operands[0] if is_before else source
    if conv.operation is not kernels.convolved or not _is_plain(windows) or source in uses.kept:
        return {}
    if is_before and uses.only(conv) is None:
        return {}
    last = pool if is_before else uses.only(pool)
    pooled = last if last is not None and _is_relu(last) else pool
    relu = is_before or pooled is not pool
    stage = _Terms(conv, Stage(conv.params["windows"], windows.size, relu))
    gradients = _gradients(pool, source, is_before, uses)
    targets: dict[Expression, Target] = {pooled: lambda made: stage.results(made)[0]}
    for gradient, g in gradients.items():
        # the mask of a ReLU behind pooling is that of the stage
        of_stage = g.operands[1] if _is_masked(g, pooled) else g
        found = {} if gradient is pool else stage.targets(gradient, of_stage, uses)
        if not found:
            return {}
        targets |= found
    return targets


def _gradients(
    pool: Call, source: Expression, is_before: bool, uses: _Uses
) -> dict[Expression, Expression]:
    """The gradients of a convolution, each with that of what was pooled from it; the pooling itself
    where the convolution is read by something else."""
    others = {x for x in uses.of(source) if x is not pool}
    masks = {x for x in others if is_before and _is_mask(x, source)}
    found: dict[Expression, Expression] = {}
    for back in others - masks:
        gradient = uses.only(back) if is_before else back
        if not _is_back(back, source, pool.params["windows"]) or gradient is None:
            return {pool: pool}
        if is_before and not _is_masked(gradient, source):
            return {pool: pool}
        found[gradient] = back.operands[0]
    masked = {x for mask in masks for x in uses.of(mask)}
    return found if masked <= found.keys() and masks.isdisjoint(uses.kept) else {pool: pool}


def _is_plain(windows: Windows) -> bool:
    """Whether windows of pooling lie side by side, and a byte tells their places apart."""
    together = windows.stride == windows.size and windows.dilation == (1, 1)
    return together and 1 < prod(windows.size) <= MOST_PHASES


def _is_relu(x: Expression) -> bool:
    return isinstance(x, Call) and ufunc_of(x) is np.maximum and number_of(x.operands[1]) == 0


def _is_mask(x: Expression, of: Expression) -> bool:
    """Whether it says where a value is above 0."""
    is_greater = isinstance(x, Call) and ufunc_of(x) is np.greater
    return is_greater and x.operands[0] is of and number_of(x.operands[1]) == 0


def _is_masked(x: Expression, by: Expression) -> bool:
    """Whether it is a gradient where a value is above 0, and 0 elsewhere."""
    if x.operation is not np.where:
        return False
    return _is_mask(x.operands[0], by) and number_of(x.operands[2]) == 0


def _is_back(x: Expression, source: Expression, windows: Windows) -> bool:
    """Whether it puts a gradient of the pooled images back."""
    if x.operation is not kernels.put_back or x.params["windows"] != windows:
        return False
    return x.operands[1] is source and x.operands[0] is not source


def _are(values: Sequence[Expression], *others: Expression) -> bool:
    return all(x is other for x, other in zip(values, others, strict=True))


# ── terms ─────────────────────────────────────────────────────────────────────────────────────
@dataclass(eq=False)
class _Terms:
    """The terms of a stage, from what other values have become.

    conv: the convolution in it.
    """

    conv: Expression
    stage: Stage

    def operands(self, made: Made) -> tuple[Expression, Expression, Expression]:
        """Images, weights and bias."""
        x, W, *b = (made[x] for x in self.conv.operands)
        return x, W, b[0] if b else Literal(np.zeros(W.shape[0], W.dtype))

    def results(self, made: Made) -> tuple[Expression, Expression]:
        """The result, and the phases."""
        operands = self.operands(made)
        return (
            part(kernels.staged, *operands, stage=self.stage),
            part(kernels.staged_phase, *operands, stage=self.stage),
        )

    def targets(self, gradient: Expression, g: Expression, uses: _Uses) -> dict[Expression, Target]:
        """What comes in the place of all that reads the gradient of the convolution, where g is the
        gradient of the stage; nothing where the stage does not give one of them."""
        found = {reader: self._target(reader, gradient, g) for reader in uses.of(gradient)}
        targets = {reader: target for reader, target in found.items() if target is not None}
        return {} if gradient in uses.kept or len(targets) < len(found) else targets

    def _target(self, reader: Expression, gradient: Expression, g: Expression) -> Target | None:
        x, W, *_ = self.conv.operands
        same = reader.params.get("windows") == self.stage.windows
        if reader.operation is kernels.convolved_weight:
            same &= _are(reader.operands, x, gradient)
            return self._of_weights(kernels.staged_weight, g) if same else None
        if reader.operation is kernels.convolved_input:
            same &= _are(reader.operands, gradient, W)
            return self._of_images(g, reader.params["image"]) if same else None
        if reader.operation is reduction.sum_ and reader.shape == W.shape[:1]:
            return self._of_weights(kernels.staged_bias, g)
        return None

    def _of_weights(self, kernel: Part, g: Expression) -> Target:
        return lambda made: part(
            kernel, self.operands(made)[0], made[g], *self.results(made), stage=self.stage
        )

    def _of_images(self, g: Expression, image: Pair) -> Target:
        return lambda made: part(
            kernels.staged_input, made[g], *self.results(made), self.operands(made)[1],
            stage=self.stage, image=image,
        )  # fmt: skip
