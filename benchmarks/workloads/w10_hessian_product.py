"""W10: the Hessian of TwoLayerNet's loss times a direction, on one batch of 100, float32."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_core import hvp
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
from benchmarks.workloads.perceptron import (
    Params,
    Perceptron,
    hips_loss,
    jax_loss,
    ours_loss,
    torch_loss,
    torch_pairs,
)

Array = Any


def direction(case: Perceptron) -> Params:
    rng = np.random.default_rng(3)
    return {k: rng.normal(size=p.shape).astype(np.float32) for k, p in case.params().items()}


def hand(case: Perceptron) -> Work:
    """Pearlmutter's R operator, written out; R is the derivative along the direction."""
    p, v = case.params(), direction(case)
    x, t = case.batches()()

    def run() -> Params:
        a = np.dot(x, p["W1"]) + p["b1"]
        mask = a > 0
        h = a * mask
        z = np.dot(h, p["W2"]) + p["b2"]
        y = np.exp(z - z.max(axis=1, keepdims=True))
        y /= y.sum(axis=1, keepdims=True)
        dz = y.copy()
        dz[np.arange(len(t)), t] -= 1
        dz /= len(t)
        rh = (np.dot(x, v["W1"]) + v["b1"]) * mask
        rz = np.dot(h, v["W2"]) + np.dot(rh, p["W2"]) + v["b2"]
        rdz = y * (rz - (y * rz).sum(axis=1, keepdims=True)) / len(t)
        rda = (np.dot(rdz, p["W2"].T) + np.dot(dz, v["W2"].T)) * mask
        return {
            "W1": np.dot(x.T, rda),
            "b1": rda.sum(axis=0),
            "W2": np.dot(rh.T, dz) + np.dot(h.T, rdz),
            "b2": rdz.sum(axis=0),
        }

    return run


def on_batch(case: Perceptron, product: Callable[..., Any]) -> Work:
    p, v = case.params(), direction(case)
    x, t = case.batches()()
    return lambda: product(p, v, x, t)


def ours_product(case: Perceptron) -> Callable[..., Any]:
    loss = ours_loss(case)

    def product(p: Params, v: Params, x: Array, t: Array) -> Params:
        along: Params = hvp(lambda p: loss(p, x, t))(p, v)
        return along

    return product


def ours_eager(case: Perceptron) -> Work:
    return on_batch(case, ours_product(case))


def ours_compiled(case: Perceptron, backend: str) -> Work:
    return on_batch(case, compiled(ours_product(case), backend))


def jax(case: Perceptron) -> Work:
    """Forward over reverse, as its documentation recommends; the data are kept in JAX."""
    module, loss = jax_module(), jax_loss(case)

    def product(p: Params, v: Params, x: Array, t: Array) -> Params:
        along: Params = module.jvp(lambda p: module.grad(loss)(p, x, t), (p,), (v,))[1]
        return along

    data = case.params(), direction(case), *case.batches()()
    inside = module.tree.map(module.numpy.asarray, data)
    fast = module.jit(product)
    return lambda: module.block_until_ready(fast(*inside))


def named(pairs: list[tuple[Any, Any]]) -> Params:
    """PyTorch's transposed weights by the names and in the layout of the others."""
    rows = enumerate(pairs, start=1)
    return {f"{k}{i}": a for i, (W, b) in rows for k, a in (("W", W.T), ("b", b))}


def torch_direction(case: Perceptron) -> list[tuple[Any, Any]]:
    torch = peer("torch")
    pairs = case.pairs(direction(case))
    return [(torch.tensor(W.T.copy()), torch.tensor(b)) for W, b in pairs]


def torch(case: Perceptron) -> Work:
    """Reverse over reverse."""
    module = peer("torch")
    pairs, x_t = torch_pairs(case), map(module.from_numpy, case.batches()())
    x, t = x_t
    params = [p.requires_grad_() for pair in pairs for p in pair]
    v = [p for pair in torch_direction(case) for p in pair]
    loss_of = torch_loss()

    def run() -> Params:
        gradients = module.autograd.grad(loss_of(pairs, x, t), params, create_graph=True)
        along = module.autograd.grad(gradients, params, grad_outputs=v)
        return named(list(zip(along[::2], along[1::2], strict=True)))

    return run


def torch_product(case: Perceptron, wrap: Callable[[Any], Any]) -> Work:
    """Forward over reverse with torch.func."""
    func = peer("torch").func
    slope = func.grad(torch_loss())

    def product(pairs: Any, v: Any, x: Any, t: Any) -> Any:
        return func.jvp(lambda p: slope(p, x, t), (pairs,), (v,))[1]

    x, t = map(peer("torch").from_numpy, case.batches()())
    pairs, v, fast = torch_pairs(case), torch_direction(case), wrap(product)
    return lambda: named(fast(pairs, v, x, t))


def torch_func(case: Perceptron) -> Work:
    return torch_product(case, lambda product: product)


def torch_compiled(case: Perceptron) -> Work:
    compile_ = torch_compile()
    return torch_product(case, lambda product: compile_(product, fullgraph=True))


def hips(case: Perceptron) -> Work:
    grad, np_hips = peer("autograd").grad, peer("autograd.numpy")
    slope = grad(hips_loss(case))

    def along(p: Params, v: Params, x: Array, t: Array) -> Any:
        g = slope(p, x, t)
        return sum(np_hips.sum(g[k] * v[k]) for k in v)

    return on_batch(case, grad(along))


def dezero(case: Perceptron) -> Work:
    F, module = dezero_functions(), peer("dezero")
    params = {k: module.Parameter(p) for k, p in case.params().items()}
    v = direction(case)
    x, t = case.batches()()
    (W1, b1), (W2, b2) = case.pairs(params)

    def run() -> Params:
        h = F.relu(F.linear(x, W1, b1))
        loss = F.softmax_cross_entropy(F.linear(h, W2, b2), t)
        cleared(params)
        loss.backward(create_graph=True)
        gradients = {k: p.grad for k, p in params.items()}
        cleared(params)
        sum(F.sum(gradients[k] * v[k]) for k in v).backward()
        return {k: p.grad.data for k, p in params.items()}

    return run


def cleared(params: Params) -> None:
    for p in params.values():
        p.cleargrad()


WORKLOAD = Workload(
    name="W10",
    title="Hessian-vector product of TwoLayerNet's loss",
    cases={"float32": Perceptron((784, 50, 10), batch=100)},
    tiny=Perceptron((6, 5, 3), batch=4, samples=20),
    sides={
        "hand": hand,
        "ours eager": ours_eager,
        **with_backends(ours_compiled),
        "jax": jax,
        "torch": torch,
        "torch func": torch_func,
        "torch.compile": torch_compiled,
        "dezero": dezero,
        "autograd": hips,
    },
    targets=(Target(("ours numpy", "ours numba"), ("jax",), at_most=0.8),),
    rtol=1e-3,
    atol=1e-4,
)
