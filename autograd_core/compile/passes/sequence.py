"""pipeline: all passes, in the order in which each leaves something to the next."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from autograd_core.compile.passes.accumulating import sums
from autograd_core.compile.passes.broadcasting import repeats
from autograd_core.compile.passes.commuting import common
from autograd_core.compile.passes.equations import algebra
from autograd_core.compile.passes.folding import constants
from autograd_core.compile.passes.guarding import guards
from autograd_core.compile.passes.images import images
from autograd_core.compile.passes.lifting import factors
from autograd_core.compile.passes.ordering import ordered
from autograd_core.compile.passes.products import contractions, transposes
from autograd_core.compile.verify import verify
from autograd_core.tracing import Program

Pass = Callable[[Program], Program]
PASSES: tuple[Pass, ...] = (
    guards, constants, repeats, common, algebra, contractions, factors, transposes, sums, constants,
    images, ordered,
)  # fmt: skip
VARIABLE = "AUTOGRAD_VERIFY"  # of the environment: set, every program is verified after each pass


def pipeline(program: Program, check: bool | None = None) -> Program:
    """The program after all passes.  Inputs stay, and outputs keep their number, order and types.

    check: verify the program after each pass; by default where AUTOGRAD_VERIFY is set.
    Raises GraphError, with the pass that is to blame, for a program that is not well formed.
    """
    check = bool(os.environ.get(VARIABLE)) if check is None else check
    if check:
        verify(program)
    for run in PASSES:
        after = run(program)
        if check:
            verify(after, before=program, name=run.__name__)
        program = after
    values = set(program.values)
    alive = {x: scope for x, scope in program.scopes.items() if x in values}
    return replace(program, scopes=alive, backward=program.backward & alive.keys())
