"""What a workload is: one computation in the form of every library, its sizes, its targets."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

import autograd_core
from autograd_core.errors import MissingExtraError

Work = Callable[[], Any]
Start = Callable[[Any], Work]  # from a case (sizes, dtype) to what is timed
Numbers = list[np.ndarray[Any, Any]]


class Skipped(Exception):  # noqa: N818  no error: the side has no form here, and says why
    """A side cannot run here; the message is the reason that the report prints."""


@dataclass(frozen=True)
class Target:
    """The fastest of `sides` takes at most `at_most` times the fastest of `beside`, and `plus`.

    Each side counts with the better of the thread counts, unless `threads` names one.
    """

    sides: tuple[str, ...]
    beside: tuple[str, ...]
    at_most: float
    threads: int | None = None
    plus: float = 0.0
    case: str | None = None  # for one case only


@dataclass(frozen=True)
class Workload:
    """A row of the table.

    sides: from a name to the function that prepares a case and returns what is timed. Its results,
        call after call, are compared with those of `reference`.
    floors: work that no side can do without, timed beside them and not compared.
    timed: False where the work measures itself, in a process of its own; then it returns the pair
        of its figure (seconds, or `unit`) and its result.
    """

    name: str
    title: str
    cases: Mapping[str, Any]
    tiny: Any
    sides: Mapping[str, Start]
    reference: str = "hand"
    floors: Mapping[str, Start] = field(default_factory=dict)
    targets: Sequence[Target] = ()
    threads: tuple[int, ...] = (1, 2)
    checked: int = 1
    rtol: float = 1e-4
    atol: float = 0.0
    timed: bool = True
    unit: str = "s"

    def start(self, side: str, case: Any) -> Work:
        """Prepare a side. Raises `Skipped` where it cannot run."""
        try:
            return {**self.sides, **self.floors}[side](case)
        except (ModuleNotFoundError, MissingExtraError) as error:
            raise Skipped(str(error)) from error

    def results(self, work: Work) -> Numbers:
        """The numbers of the first calls."""
        found = (work() for _ in range(self.checked))
        return [n for result in found for n in numbers(result if self.timed else result[1])]

    def check(self, side: str, found: Numbers, expected: Numbers) -> None:
        """Raise AssertionError unless a side has computed the reference's numbers."""
        label = f"{self.name}: {side} against {self.reference}"
        assert len(found) == len(expected), f"{label}: {len(found)} numbers, not {len(expected)}"
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=self.rtol, atol=self.atol, err_msg=label)


def numbers(result: Any) -> Iterator[np.ndarray[Any, Any]]:
    """A result as float64 arrays, whichever library's arrays it has in whichever structure."""
    if isinstance(result, dict):
        result = [result[key] for key in sorted(result)]
    if isinstance(result, list | tuple):
        for item in result:
            yield from numbers(item)
    else:
        yield np.asarray(result, dtype=np.float64)


def peer(name: str) -> Any:
    """A peer's module; where it is missing, the side is skipped and the reason names it."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise Skipped(f"{error.name} is not installed") from error


def dezero_functions() -> Any:
    """DeZero's functions. DeZero 0.0.13 names `np.int`, which NumPy has dropped in 1.24."""
    vars(np).setdefault("int", int)
    return peer("dezero.functions")


def jax_module(dtype: str = "float32") -> Any:
    """JAX, in double precision where the case needs it."""
    jax = peer("jax")
    jax.config.update("jax_enable_x64", dtype == "float64")
    return jax


def compiled(f: Callable[..., Any], backend: str, **options: Any) -> Callable[..., Any]:
    """`autograd_core.compile`, for one backend."""
    try:
        function: Callable[..., Any] = autograd_core.compile(f, backend=backend, **options)
    except (AttributeError, ValueError) as error:
        raise Skipped(str(error)) from error  # there is no such backend yet
    return function


def with_backends(start: Callable[[Any, str], Work]) -> dict[str, Start]:
    """The compiled sides, one for each backend."""
    return {
        "ours numpy": lambda case: start(case, "numpy"),
        "ours numba": lambda case: start(case, "numba"),
    }


@cache
def torch_compile() -> Callable[..., Any]:
    """`torch.compile`, once it has shown that it can build: it needs a C++ compiler."""
    torch = peer("torch")
    try:
        torch.compile(lambda x: x + 1)(torch.ones(2))
    except torch._dynamo.exc.TorchDynamoException as error:
        raise Skipped(f"torch.compile: {str(error).strip().partition(chr(10))[0]}") from error
    compile_: Callable[..., Any] = torch.compile
    return compile_
