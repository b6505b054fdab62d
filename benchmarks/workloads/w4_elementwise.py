"""W4: the gradient of mean(tanh(x)·σ(x) + exp(−x²)·log1p(x²)) over a million elements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_core import Tensor, grad, sigmoid
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


@dataclass(frozen=True)
class Elements:
    dtype: str
    size: int = 1_000_000

    def array(self) -> Array:
        return np.random.default_rng(0).normal(size=self.size).astype(self.dtype)


def mean_of(np: Any, sigmoid: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The function, in the namespace of a library."""

    def f(x: Any) -> Any:
        q = x * x
        return (np.tanh(x) * sigmoid(x) + np.exp(-q) * np.log1p(q)).mean()

    return f


def hand(case: Elements) -> Work:
    x = case.array()

    def run() -> Array:
        h = np.tanh(x)
        s = 1 / (1 + np.exp(-x))
        q = x * x
        slope = s * (1 - h * h) + h * s * (1 - s)
        slope += 2 * x * np.exp(-q) * (1 / (1 + q) - np.log1p(q))
        return slope / x.size

    return run


def ours_eager(case: Elements) -> Work:
    x = Tensor(case.array())
    f = mean_of(np, sigmoid)

    def run() -> Array:
        x.grad = None
        f(x).backward()
        return x.grad

    return run


def ours_compiled(case: Elements, backend: str) -> Work:
    slope, x = compiled(grad(mean_of(np, sigmoid)), backend), case.array()
    return lambda: slope(x)


def jax(case: Elements) -> Work:
    """The array is kept in JAX, and so is its gradient."""
    module = jax_module(case.dtype)
    slope = module.jit(module.grad(mean_of(module.numpy, module.nn.sigmoid)))
    x = module.numpy.asarray(case.array())
    return lambda: slope(x).block_until_ready()


def torch(case: Elements) -> Work:
    module = peer("torch")
    x = module.tensor(case.array(), requires_grad=True)
    f = mean_of(module, module.sigmoid)

    def run() -> Any:
        x.grad = None
        f(x).backward()
        return x.grad

    return run


def torch_compiled(case: Elements) -> Work:
    compile_, module = torch_compile(), peer("torch")
    slope = compile_(module.func.grad(mean_of(module, module.sigmoid)), fullgraph=True)
    x = module.tensor(case.array())
    return lambda: slope(x)


def hips(case: Elements) -> Work:
    np_hips = peer("autograd.numpy")
    f = mean_of(np_hips, lambda x: 1 / (1 + np_hips.exp(-x)))
    slope, x = peer("autograd").grad(f), case.array()
    return lambda: slope(x)


def mygrad(case: Elements) -> Work:
    module = peer("mygrad")
    module.turn_memory_guarding_off()
    f = mean_of(module, peer("mygrad.nnet.activations").sigmoid)
    x = module.tensor(case.array())

    def run() -> Any:
        f(x).backward()
        return x.grad

    return run


def dezero(case: Elements) -> Work:
    F = dezero_functions()
    x = peer("dezero").Variable(case.array())

    def run() -> Any:
        x.cleargrad()
        q = x * x
        y = F.tanh(x) * F.sigmoid(x) + F.exp(-q) * F.log(1 + q)
        (F.sum(y) / x.size).backward()
        return x.grad.data

    return run


OURS = "ours numpy", "ours numba"

WORKLOAD = Workload(
    name="W4",
    title="gradient of mean(tanh(x)·σ(x) + exp(−x²)·log1p(x²)), 10⁶ elements",
    cases={"float32": Elements("float32"), "float64": Elements("float64")},
    tiny=Elements("float32", size=7),
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
    targets=(
        Target(("ours numba",), ("jax", "torch.compile"), at_most=0.85),
        Target(("ours numpy",), ("hand",), at_most=0.7, case="float32"),
        Target(("ours numpy",), ("hand",), at_most=0.42, case="float64"),
        Target(("ours numpy",), ("torch",), at_most=0.85),
    ),
    rtol=1e-3,
    atol=1e-12,
)
