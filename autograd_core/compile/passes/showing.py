"""show: what a pass does to a program, as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_core.compile.passes.sequence import Pass
from autograd_core.tracing import Program

if TYPE_CHECKING:
    from autograd_core.draw.diff import Diff


def show(run: Pass, program: Program) -> Diff:
    """What a pass removes from a program and what it adds: `str` lists it, `to_svg()` draws it.

    >>> import numpy as np
    >>> from autograd_core.compile import compile, passes
    >>> program = compile(lambda x: np.log(1 + x)).traced(np.ones(3))
    >>> print(passes.show(passes.algebra, program))
    3 removed, 1 added, 2 the same
    - n1 = 1
    - n2 = 3 float64 –  [+] of 1, x
    - n3 = 3 float64 –  [log] of n2
    + n1 = 3 float64 –  [log1p] of x
    """
    from autograd_core.draw.diff import diff
    from autograd_core.draw.programs import program_snapshot

    return diff(program_snapshot(program), program_snapshot(run(program)))
