"""The backends: how operations are put into steps, and how these are written."""

from __future__ import annotations

from importlib.util import find_spec

from autograd_core.compile.kernel_steps import with_kernels
from autograd_core.compile.numpy_backend import blocks
from autograd_core.compile.numpy_backend.emit import EmitStep
from autograd_core.compile.plan import Fuse
from autograd_core.errors import MissingExtraError
from autograd_core.kernels.operations import numpy_loops

NAMES = ("auto", "numpy", "numba")


def check(backend: str) -> None:
    """Refuse a name that is none of a backend, and Numba where it is not installed."""
    if backend not in NAMES:
        raise ValueError(f"compile: backend={backend!r} is none of {NAMES}.")
    if backend == "numba" and not has_numba():
        raise MissingExtraError(
            "compile: backend='numba' needs numba, which is not installed. Install it with: "
            "pip install 'autograd-core[jit]'"
        )


def has_numba() -> bool:
    """Whether Numba is installed; it is not imported for that."""
    return find_spec("numba") is not None


def chosen(backend: str) -> tuple[Fuse, EmitStep]:
    """What groups operations, and what writes the groups."""
    if backend == "numpy" or not has_numba():
        return with_kernels(blocks.fuse, numpy_loops), blocks.emit_blocks
    from autograd_core.compile import numba_backend

    fuse, emit_step = numba_backend.emitter()
    return with_kernels(fuse, numba_backend.loops), emit_step
