"""The tables by which NumPy's own protocols find our functions.

The modules of `numpy_api` fill them when they are imported; `Tensor` reads them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import numpy as np

from autograd_core.errors import UncoveredError
from autograd_core.primitive import UFUNCS

Function = TypeVar("Function", bound=Callable[..., Any])

# NumPy functions that are differentiated here, with the function that records them.
FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {}

# NumPy functions that have no derivative but are useful: they run on the plain arrays.
PLAIN_FUNCTIONS: set[Callable[..., Any]] = set()
PLAIN_UFUNCS: set[np.ufunc] = set()

# What `ufunc.reduce` means on a Tensor.
REDUCTIONS: dict[np.ufunc, Callable[..., Any]] = {}

# Parameters of NumPy's functions that only say "as usual".
_UNSET = (None, np._NoValue)


def implements(*functions: Callable[..., Any]) -> Callable[[Function], Function]:
    """Make the decorated function what these NumPy functions do on Tensors."""

    def register(function: Function) -> Function:
        for numpy_function in functions:
            FUNCTIONS[numpy_function] = function
        return function

    return register


def refuse(name: str, **options: Any) -> None:
    """Raise UncoveredError for options of a NumPy function that were given but are not covered."""
    for option, value in options.items():
        if not any(value is unset for unset in _UNSET):
            raise UncoveredError(
                f"{name}: the option {option}={value!r} is not covered on Tensors. Leave it out, "
                "or compute on t.data, which records nothing."
            )


def refuse_ufunc(ufunc: np.ufunc, method: str, options: dict[str, Any]) -> NoReturn:
    """Raise UncoveredError for a call of a ufunc that has no meaning on Tensors."""
    name = f"np.{ufunc.__name__}" + ("" if method == "__call__" else f".{method}")
    if "out" in options:
        raise UncoveredError(
            f"{name}: the result on Tensors is a new Tensor and cannot be written into out=. "
            "Where a is a plain array, write a = a + t in place of a += t."
        )
    if ufunc in UFUNCS and method == "__call__":
        refuse(name, **options)
    uncovered(name)


def uncovered(name: str) -> NoReturn:
    """Raise UncoveredError for a NumPy function that has no derivative here."""
    raise UncoveredError(
        f"{name}: this NumPy function has no derivative in autograd_core yet. Build it from "
        "covered functions, declare it as in docs/adding-a-primitive.md, or compute on t.data, "
        "which records nothing."
    )
