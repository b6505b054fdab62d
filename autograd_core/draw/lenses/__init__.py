"""Lenses: what is wrong in a graph, or what it costs, read from its snapshot."""

from autograd_core.draw.lenses.lens import (
    DEAD,
    EXPLODES,
    INFINITE,
    IS_SATURATED,
    IS_SPARSE,
    LENSES,
    NO_GRADIENT,
    VANISHES,
    Mark,
    is_finite,
    quantity,
    rms,
)

__all__ = [
    "DEAD",
    "EXPLODES",
    "INFINITE",
    "IS_SATURATED",
    "IS_SPARSE",
    "LENSES",
    "NO_GRADIENT",
    "VANISHES",
    "Mark",
    "is_finite",
    "quantity",
    "rms",
]
