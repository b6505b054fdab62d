"""Batches of gradients and tangents: a whole Jacobian by one pass.

- batch   Batch, many arrays as one, and what is done where nothing better is known
- rules   how NumPy's functions and our primitives work on it
"""

from autograd_core.batched import rules  # noqa: F401  fills the tables
from autograd_core.batched.batch import Batch, Unbatchable, lift, members

__all__ = ["Batch", "Unbatchable", "lift", "members"]
