"""The NumPy backend: a program as a straight line of NumPy's calls on buffers."""

from autograd_core.compile.numpy_backend.emit import runner

__all__ = ["runner"]
