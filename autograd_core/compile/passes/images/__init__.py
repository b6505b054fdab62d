"""Images in compiled programs: their layout, and convolution, ReLU and pooling in one."""

from __future__ import annotations

from autograd_core.compile.passes.images.layout import WINDOWS, laid_out
from autograd_core.compile.passes.images.stages import staged
from autograd_core.tracing import Program


def images(program: Program) -> Program:
    """staged(laid_out(program)), where there are operations of windows: else the program itself."""
    if any(node.operation in WINDOWS for node in program.operations):
        return staged(laid_out(program))
    return program
