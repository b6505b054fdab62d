"""Passes: functions from a Program to one that gives the same and costs less.

The docstring of each is its equation.  Some need no pass.  Common sub-expressions: terms are
shared, so the same operation on the same operands is one operation from the start.  Dead code: a
program is its outputs and what they are made of.  Bias and activation join the matrix product
where clusters of operations are made, in `compile/clusters.py`.
"""

from autograd_core.compile.passes.accumulating import sums
from autograd_core.compile.passes.broadcasting import repeats
from autograd_core.compile.passes.commuting import common
from autograd_core.compile.passes.equations import algebra
from autograd_core.compile.passes.folding import constants
from autograd_core.compile.passes.guarding import guards
from autograd_core.compile.passes.lifting import factors
from autograd_core.compile.passes.ordering import ordered
from autograd_core.compile.passes.products import contractions, transposes
from autograd_core.compile.passes.recomputing import recomputed
from autograd_core.compile.passes.sequence import PASSES, Pass, pipeline
from autograd_core.compile.passes.showing import show

__all__ = [
    "PASSES",
    "Pass",
    "algebra",
    "common",
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
