"""What differs between two graphs."""

from autograd_core.draw.diff.difference import (
    Diff,
    diff,
)

__all__ = [
    "Diff",
    "diff",
]
