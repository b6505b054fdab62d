"""W8: SciPy's L-BFGS on the Rosenbrock function in 100 dimensions, with each library's gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_core import value_and_grad
from benchmarks.workload import (
    Target,
    Work,
    Workload,
    compiled,
    dezero_functions,
    jax_module,
    peer,
    torch_compile,
    with_backends,
)

Array = Any
Both = Callable[[Array], tuple[Any, Array]]


@dataclass(frozen=True)
class Rosenbrock:
    dimensions: int


def rosenbrock(x: Any) -> Any:
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def minimized(case: Rosenbrock, both: Both) -> Work:
    """A whole minimisation; its result is the minimum, and where it is."""
    minimize = peer("scipy.optimize").minimize
    start = np.tile([-1.2, 1.0], case.dimensions // 2)
    options = {"maxiter": 10_000, "gtol": 1e-6, "ftol": 1e-14}

    def run() -> Any:
        found = minimize(both, start, jac=True, method="L-BFGS-B", options=options)
        return 1 + found.fun, found.x

    return run


def hand(case: Rosenbrock) -> Work:
    def both(x: Array) -> tuple[Any, Array]:
        low, high = x[:-1], x[1:]
        bend, rest = high - low**2, 1 - low
        gradient = np.zeros_like(x)
        gradient[1:] = 200 * bend
        gradient[:-1] += -400 * low * bend - 2 * rest
        return (100 * bend**2 + rest**2).sum(), gradient

    return minimized(case, both)


def ours_eager(case: Rosenbrock) -> Work:
    return minimized(case, value_and_grad(rosenbrock))


def ours_compiled(case: Rosenbrock, backend: str) -> Work:
    return minimized(case, compiled(value_and_grad(rosenbrock), backend))


def jax(case: Rosenbrock) -> Work:
    module = jax_module("float64")
    both = module.jit(module.value_and_grad(rosenbrock))

    def on_arrays(x: Array) -> tuple[Any, Array]:
        value, gradient = both(x)
        return float(value), np.asarray(gradient)

    return minimized(case, on_arrays)


def torch(case: Rosenbrock) -> Work:
    module = peer("torch")

    def both(x: Array) -> tuple[Any, Array]:
        leaf = module.from_numpy(x).requires_grad_()
        value = rosenbrock(leaf)
        value.backward()
        return value.item(), leaf.grad.numpy()

    return minimized(case, both)


def torch_compiled(case: Rosenbrock) -> Work:
    compile_, module = torch_compile(), peer("torch")
    fast = compile_(module.func.grad_and_value(rosenbrock), fullgraph=True)

    def both(x: Array) -> tuple[Any, Array]:
        gradient, value = fast(module.from_numpy(x))
        return value.item(), gradient.numpy()

    return minimized(case, both)


def hips(case: Rosenbrock) -> Work:
    np_hips = peer("autograd.numpy")
    return minimized(case, peer("autograd").value_and_grad(lambda x: np_hips.sum(rosenbrock(x))))


def mygrad(case: Rosenbrock) -> Work:
    module = peer("mygrad")
    module.turn_memory_guarding_off()

    def both(x: Array) -> tuple[Any, Array]:
        leaf = module.tensor(x)
        value = rosenbrock(leaf)
        value.backward()
        return value.item(), leaf.grad

    return minimized(case, both)


def dezero(case: Rosenbrock) -> Work:
    F, module = dezero_functions(), peer("dezero")

    def both(x: Array) -> tuple[Any, Array]:
        leaf = module.Variable(x)
        low, high = leaf[:-1], leaf[1:]
        value = F.sum(100 * (high - low**2) ** 2 + (1 - low) ** 2)
        value.backward()
        return float(value.data), leaf.grad.data

    return minimized(case, both)


OURS = "ours numpy", "ours numba"

WORKLOAD = Workload(
    name="W8",
    title="L-BFGS on Rosenbrock, 100 dimensions, through SciPy",
    cases={"float64": Rosenbrock(100)},
    tiny=Rosenbrock(4),
    sides={
        "hand": hand,
        "ours eager": ours_eager,
        **with_backends(ours_compiled),
        "jax": jax,
        "torch": torch,
        "torch.compile": torch_compiled,
        "mygrad": mygrad,
        "dezero": dezero,
        "autograd": hips,
    },
    targets=(Target(OURS, ("jax",), at_most=0.6), Target(OURS, ("hand",), at_most=1.05)),
    threads=(1,),
    rtol=1e-4,
)
