"""The compiler: a function becomes a Program, and the program a plan that is replayed."""

from autograd_core.compile.api import Compiled, compile  # noqa: A004  the field's name
from autograd_core.compile.plan import Plan, Step, plan

__all__ = ["Compiled", "Plan", "Step", "compile", "plan"]
