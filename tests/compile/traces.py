"""Programs of functions, for tests of what reads programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_core.structure import flatten
from autograd_core.tracing import Program, trace


def program_of(f: Callable[..., Any], *args: Any) -> Program:
    """The program of a function, as it was traced."""
    leaves, form = flatten((args, {}))
    names = [f"x{i}" for i in range(len(leaves))]
    return trace(f, leaves, names, form)[0]


def arrays_in(*args: Any) -> list[Any]:
    """What a program's inputs are for these arguments."""
    return [x for x in flatten(args)[0] if isinstance(x, (np.ndarray, float))]


def numbers(*shape: int, seed: int = 0, dtype: str = "float64") -> Any:
    """Random numbers from 0.5 to 1.5, for which all functions are smooth."""
    return (np.random.default_rng(seed).random(shape) + 0.5).astype(dtype)
