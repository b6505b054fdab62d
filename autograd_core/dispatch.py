"""The tables by which NumPy's own protocols find our functions.

The modules of `numpy_api` fill them when they are imported; `Tensor` reads them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
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

# What `ufunc.reduce` and `ufunc.accumulate` mean on a Tensor, as functions (array, axis=0, …).
REDUCTIONS: dict[np.ufunc, Callable[..., Any]] = {}
ACCUMULATIONS: dict[np.ufunc, Callable[..., Any]] = {}

# What a ufunc does with options, and what its methods do, as functions (ufunc, *inputs, **options).
UFUNC_METHODS: dict[str, Callable[..., Any]] = {}

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


def declared_late(ufunc: np.ufunc) -> bool:
    """Whether the ufunc is one of SciPy's and covered from now on: what is said of these is
    imported when the first of them meets a Tensor, and so never where SciPy is not used."""
    if "scipy.special" not in sys.modules or ufunc in UFUNCS:
        return False
    import_module("autograd_core.scipy.special")  # fills UFUNCS
    return ufunc in UFUNCS


def refuse_ufunc(ufunc: np.ufunc, method: str, options: dict[str, Any]) -> NoReturn:
    """Raise UncoveredError for a call of a ufunc that has no meaning on Tensors."""
    special = sys.modules.get("scipy.special")
    home = "scipy.special" if getattr(special, ufunc.__name__, None) is ufunc else "np"
    name = f"{home}.{ufunc.__name__}" + ("" if method == "__call__" else f".{method}")
    if "out" in options:
        raise UncoveredError(
            f"{name}: the result on Tensors is a new Tensor and cannot be written into out=. "
            "Where a is a plain array, write a = a + t in place of a += t; to keep to some "
            "elements, np.where(mask, f(t), a) in place of f(t, out=a, where=mask)."
        )
    if "where" in options:
        raise UncoveredError(
            f"{name}: where= without out= leaves the other elements undefined. Say what they are: "
            f"np.where(mask, {name}(t), 0); the gradient there is exactly 0."
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
