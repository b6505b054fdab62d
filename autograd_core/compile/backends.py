"""The backends: how operations are put into steps, and how these are written."""

from __future__ import annotations

from autograd_core.compile.kernel_steps import with_kernels
from autograd_core.compile.numpy_backend import blocks
from autograd_core.compile.numpy_backend.emit import EmitStep
from autograd_core.compile.plan import Fuse
from autograd_core.kernels.operations import numpy_loops

NAMES = ("auto", "numpy")


def check(backend: str) -> None:
    """Refuse a name that is none of a backend."""
    if backend not in NAMES:
        raise ValueError(f"compile: backend={backend!r} is none of {NAMES}.")


def chosen(backend: str) -> tuple[Fuse, EmitStep]:
    """What groups operations, and what writes the groups."""
    return with_kernels(blocks.fuse, numpy_loops), blocks.emit_blocks
