"""The snapshot: a recorded graph as data that every output reads, and how it is made and folded."""

from autograd_core.draw.snapshot.model import (
    CONSTANT,
    GROUP,
    OPERATION,
    OUTPUT,
    VARIABLE,
    Edge,
    Scope,
    Snapshot,
    Value,
    Vertex,
)

__all__ = [
    "CONSTANT",
    "GROUP",
    "OPERATION",
    "OUTPUT",
    "VARIABLE",
    "Edge",
    "Scope",
    "Snapshot",
    "Value",
    "Vertex",
]
