"""W7: 100,000 and 1,000,000 chained scalar operations: forward, backward, freed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_core import Tensor
from benchmarks.workload import (
    Skipped,
    Target,
    Work,
    Workload,
    dezero_functions,
    jax_module,
    peer,
)


@dataclass(frozen=True)
class Scalars:
    operations: int
    slow_sides: bool = True  # also those that need several times PyTorch's time


def chain(x: Any, operations: int) -> Any:
    for _ in range(operations // 2):
        x = x * 0.999 + 0.001
    return x


def with_grad(variable: Callable[[float], Any]) -> Callable[[Scalars], Work]:
    """The sides whose numbers have `.grad` and `.backward()`."""

    def start(case: Scalars) -> Work:
        def run() -> Any:
            x = variable(0.5)
            chain(x, case.operations).backward()
            return x.grad

        return run

    return start


def short_only(start: Callable[[Scalars], Work]) -> Callable[[Scalars], Work]:
    def start_if_short(case: Scalars) -> Work:
        if not case.slow_sides:
            raise Skipped(
                f"not run at {case.operations:,} operations: it would take most of the time"
            )
        return start(case)

    return start_if_short


def torch(case: Scalars) -> Work:
    module = peer("torch")
    number = lambda x: module.tensor(x, dtype=module.float64, requires_grad=True)  # noqa: E731
    return with_grad(number)(case)


def jax_scan(case: Scalars) -> Work:
    """The loop as `scan`: traced as Python code, the chain takes JAX minutes."""
    module = jax_module("float64")

    def f(x: Any) -> Any:
        step = lambda x, _: (chain(x, 2), None)  # noqa: E731
        return module.lax.scan(step, x, None, length=case.operations // 2)[0]

    slope = module.jit(module.grad(f))
    return lambda: slope(0.5).block_until_ready()


@short_only
def micrograd(case: Scalars) -> Work:
    return with_grad(peer("micrograd.engine").Value)(case)


@short_only
def mygrad(case: Scalars) -> Work:
    module = peer("mygrad")
    module.turn_memory_guarding_off()
    return with_grad(module.tensor)(case)


@short_only
def dezero(case: Scalars) -> Work:
    dezero_functions()
    module = peer("dezero")

    def run() -> Any:
        x = module.Variable(np.array(0.5))
        chain(x, case.operations).backward()
        return x.grad.data

    return run


@short_only
def hips(case: Scalars) -> Work:
    slope = peer("autograd").grad(lambda x: chain(x, case.operations))
    return lambda: slope(0.5)


WORKLOAD = Workload(
    name="W7",
    title="chained scalar operations, forward, backward and freed",
    cases={"100,000": Scalars(100_000), "1,000,000": Scalars(1_000_000, slow_sides=False)},
    tiny=Scalars(20),
    sides={
        "torch": torch,
        "ours eager": with_grad(Tensor),
        "jax scan": jax_scan,
        "micrograd": micrograd,
        "mygrad": mygrad,
        "dezero": dezero,
        "autograd": hips,
    },
    reference="torch",
    targets=(Target(("ours eager",), ("torch",), at_most=0.6),),
    threads=(1,),
    rtol=1e-8,
)
