"""Where a function may draw random numbers from: the generators that it can reach."""

from __future__ import annotations

import gc
import pickle
import random
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType, NoneType
from typing import Any

import numpy as np

_MOST = 1000  # objects that are looked at, which takes a millisecond or two
_LIBRARIES = {"autograd_core", "builtins", "nn", "numpy", "scipy"}  # they read no user's generator
_WITHOUT_PARTS = (np.ndarray, np.generic, str, bytes, int, float, complex, ModuleType)
_COMMON = {*_WITHOUT_PARTS, bool, CodeType, NoneType}  # most of what is found: seen by its type


class Randomness:
    """Where NumPy's common generator stands, and all that a function reads from around it: in its
    closure, in its arguments' defaults, in objects and modules that it names.

    One that the function makes itself is not seen.
    """

    def __init__(self, f: Callable[..., Any]) -> None:
        self._states: list[Callable[[], Any]] = [np.random.get_state]
        self._states += map(_state_of, _generators_of(f))
        self._before = self._now()

    def has_changed(self) -> bool:
        """Whether any was drawn from."""
        return self._now() != self._before

    def _now(self) -> list[bytes]:
        return [pickle.dumps(state()) for state in self._states]


def _state_of(generator: Any) -> Callable[[], Any]:
    if isinstance(generator, random.Random):
        return generator.getstate
    return lambda: generator.state


def _generators_of(f: Callable[..., Any]) -> list[Any]:
    """The bit generators of NumPy's, and Python's generators, within reach of a function."""
    seen: dict[int, Any] = {}
    stack: list[Any] = [f]
    while stack and len(seen) < _MOST:
        part = stack.pop()
        if id(part) not in seen and not isinstance(part, _WITHOUT_PARTS):
            seen[id(part)] = part
            stack += [x for x in _parts(part) if type(x) not in _COMMON]
    kinds = (np.random.BitGenerator, random.Random)
    return [part for part in seen.values() if isinstance(part, kinds)]


def _parts(x: Any) -> list[Any]:
    """What an object holds; of a function what it names; of a class the methods."""
    if isinstance(x, FunctionType):
        parts = [x.__closure__, x.__defaults__, x.__kwdefaults__, x.__dict__]
        return parts if _is_of_library(x) else [*parts, *_named(x)]
    if isinstance(x, type):
        methods = [part for part in vars(x).values() if isinstance(part, FunctionType)]
        return [] if _is_of_library(x) else [*methods, *x.__bases__]
    return [type(x), *gc.get_referents(x)]


def _is_of_library(x: Any) -> bool:
    return str(x.__module__).partition(".")[0] in _LIBRARIES


def _named(function: FunctionType) -> Iterator[Any]:
    """The global variables that a function names, and what it names of modules."""
    names = set(_names_in(function.__code__))
    spaces = [function.__globals__]
    for space in spaces:
        for name in names & space.keys():
            value = space[name]
            if isinstance(value, ModuleType) and all(vars(value) is not known for known in spaces):
                spaces.append(vars(value))
            yield value


def _names_in(code: CodeType) -> Iterator[str]:
    """Also those in the functions that it defines."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)
