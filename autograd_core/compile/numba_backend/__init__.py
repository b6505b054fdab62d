"""The Numba backend: loops of many operations as compiled functions."""

from autograd_core.compile.numba_backend.clusters import fuse
from autograd_core.compile.numba_backend.emit import emit_step
from autograd_core.compile.numba_backend.stages import loops
from autograd_core.compile.numpy_backend.emit import EmitStep
from autograd_core.compile.plan import Fuse

__all__ = ["emitter", "loops"]


def emitter() -> tuple[Fuse, EmitStep]:
    """What groups operations into compiled functions, and what writes their calls."""
    return fuse, emit_step
