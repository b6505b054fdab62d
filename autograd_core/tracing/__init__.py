"""Tracing: a function runs once on arrays without numbers, and what it did is a Program."""

from autograd_core.tracing.program import Program
from autograd_core.tracing.trace import Trace, trace
from autograd_core.tracing.traced import Traced

__all__ = ["Program", "Trace", "Traced", "trace"]
