"""Passes: functions from a Program to one that gives the same and costs less.

The docstring of each is its equation.  Two need no pass.  Common sub-expressions: terms are shared,
so the same operation on the same operands is one operation from the start.  Dead code: a program is
its outputs and what they are made of.  Bias and activation join the matrix product where clusters
of operations are made, in `compile/clusters.py`, as they do with any other operand.
"""

from autograd_core.compile.passes.algebra import algebra
from autograd_core.compile.passes.constants import constants
from autograd_core.compile.passes.factors import factors
from autograd_core.compile.passes.guards import guards
from autograd_core.compile.passes.ordering import ordered
from autograd_core.compile.passes.pipeline import PASSES, Pass, pipeline
from autograd_core.compile.passes.products import contractions, transposes
from autograd_core.compile.passes.recomputing import recomputed
from autograd_core.compile.passes.repeats import repeats
from autograd_core.compile.passes.showing import show
from autograd_core.compile.passes.sums import sums

__all__ = [
    "PASSES",
    "Pass",
    "algebra",
    "constants",
    "contractions",
    "factors",
    "guards",
    "ordered",
    "pipeline",
    "recomputed",
    "repeats",
    "show",
    "sums",
    "transposes",
]
