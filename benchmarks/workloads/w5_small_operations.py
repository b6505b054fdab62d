"""W5: 3,000 operations in a chain on 10 elements, forward and backward, float64.

300 links of ten operations. The sides get the same lines of code, but for JAX, whose `scan` is the
form that it recommends for long loops.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_core import Tensor, value_and_grad
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
BOTH = 0, 1


@dataclass(frozen=True)
class Chain:
    links: int
    size: int = 10

    def arrays(self) -> tuple[Array, Array]:
        rng = np.random.default_rng(0)
        return rng.uniform(0.5, 1.5, self.size), rng.uniform(0.95, 1.05, self.size)


def link(np: Any, x: Any, y: Any) -> Any:
    """Ten operations that keep the value in range."""
    x = np.tanh(x * y + 0.5)
    x = np.exp(-x) / (x + 1.5)
    return np.sqrt(np.sin(x) + y)


def total(np: Any, links: int) -> Callable[[Any, Any], Any]:
    def f(x: Any, y: Any) -> Any:
        for _ in range(links):
            x = link(np, x, y)
        return x.sum()

    return f


def hand(case: Chain) -> Work:
    """Each operation and its local derivative, one after the other."""
    start, y = case.arrays()

    def run() -> Any:
        x, kept = start, []
        for _ in range(case.links):
            t = np.tanh(x * y + 0.5)
            e = np.exp(-t)
            d = t + 1.5
            q = e / d
            out = np.sqrt(np.sin(q) + y)
            kept.append((x, t, e, d, q, out))
            x = out
        g, g_y = np.ones(case.size), np.zeros(case.size)
        for x_in, t, e, d, q, out in reversed(kept):
            g = g * 0.5 / out
            g_y += g
            g = g * np.cos(q) / d
            g = -g * e - g * q
            g = g * (1 - t * t)
            g_y += g * x_in
            g = g * y
        return x.sum(), (g, g_y)

    return run


def hand_into_buffers(case: Chain) -> Work:
    """The same calls into arrays that are there already: the floor of a NumPy program."""
    start, y = case.arrays()
    t, e, d, q, out = np.empty((5, case.links, case.size))
    g, g_y, work = np.empty((3, case.size))
    half, one, more = (np.full((), number) for number in (0.5, 1.0, 1.5))

    def forward() -> Array:
        x = start
        for i in range(case.links):
            np.multiply(x, y, out=work)
            np.add(work, half, out=work)
            np.tanh(work, out=t[i])
            np.negative(t[i], out=work)
            np.exp(work, out=e[i])
            np.add(t[i], more, out=d[i])
            np.divide(e[i], d[i], out=q[i])
            np.sin(q[i], out=work)
            np.add(work, y, out=work)
            x = np.sqrt(work, out=out[i])
        return x

    def backward() -> None:
        g.fill(1.0)
        g_y.fill(0.0)
        for i in range(case.links - 1, -1, -1):
            np.multiply(g, half, out=g)
            np.divide(g, out[i], out=g)
            np.add(g_y, g, out=g_y)
            np.cos(q[i], out=work)
            np.multiply(g, work, out=g)
            np.divide(g, d[i], out=g)
            np.add(e[i], q[i], out=work)
            np.multiply(g, work, out=g)
            np.negative(g, out=g)
            np.multiply(t[i], t[i], out=work)
            np.subtract(one, work, out=work)
            np.multiply(g, work, out=g)
            np.multiply(g, out[i - 1] if i else start, out=work)
            np.add(g_y, work, out=g_y)
            np.multiply(g, y, out=g)

    def run() -> Any:
        x = forward()
        backward()
        return x.sum(), (g, g_y)

    return run


def ours_eager(case: Chain) -> Work:
    x, y = map(Tensor, case.arrays())
    f = total(np, case.links)

    def run() -> Any:
        x.grad = y.grad = None
        value = f(x, y)
        value.backward()
        return value.data, (x.grad, y.grad)

    return run


def ours_compiled(case: Chain, backend: str) -> Work:
    both = compiled(value_and_grad(total(np, case.links), argnums=BOTH), backend)
    x, y = case.arrays()
    return lambda: both(x, y)


def jax_scan(case: Chain) -> Work:
    module = jax_module("float64")

    def f(x: Any, y: Any) -> Any:
        step = lambda x, _: (link(module.numpy, x, y), None)  # noqa: E731
        return module.lax.scan(step, x, None, length=case.links)[0].sum()

    both = module.jit(module.value_and_grad(f, argnums=BOTH))
    x, y = map(module.numpy.asarray, case.arrays())
    return lambda: module.block_until_ready(both(x, y))


def torch(case: Chain) -> Work:
    module = peer("torch")
    x, y = (module.tensor(array, requires_grad=True) for array in case.arrays())
    f = total(module, case.links)

    def run() -> Any:
        x.grad = y.grad = None
        value = f(x, y)
        value.backward()
        return value.item(), (x.grad, y.grad)

    return run


def torch_compiled(case: Chain) -> Work:
    """One link compiled, as a graph of 3,000 operations would take minutes to build."""
    module = peer("torch")
    fast = torch_compile()(lambda x, y: link(module, x, y), fullgraph=True)
    x, y = (module.tensor(array, requires_grad=True) for array in case.arrays())

    def run() -> Any:
        x.grad = y.grad = None
        z = x
        for _ in range(case.links):
            z = fast(z, y)
        value = z.sum()
        value.backward()
        return value.item(), (x.grad, y.grad)

    return run


def hips(case: Chain) -> Work:
    f = total(peer("autograd.numpy"), case.links)
    both = peer("autograd").value_and_grad(f, argnum=BOTH)
    x, y = case.arrays()
    return lambda: both(x, y)


def mygrad(case: Chain) -> Work:
    module = peer("mygrad")
    module.turn_memory_guarding_off()
    x, y = map(module.tensor, case.arrays())
    f = total(module, case.links)

    def run() -> Any:
        value = f(x, y)
        value.backward()
        return value.data, (x.grad, y.grad)

    return run


def dezero(case: Chain) -> Work:
    F, module = dezero_functions(), peer("dezero")
    x, y = map(module.Variable, case.arrays())

    def run() -> Any:
        x.cleargrad()
        y.cleargrad()
        z = x
        for _ in range(case.links):
            t = F.tanh(z * y + 0.5)
            z = (F.sin(F.exp(-t) / (t + 1.5)) + y) ** 0.5
        value = F.sum(z)
        value.backward()
        return value.data, (x.grad.data, y.grad.data)

    return run


WORKLOAD = Workload(
    name="W5",
    title="3,000 operations in a chain on 10 elements",
    cases={"float64": Chain(links=300)},
    tiny=Chain(links=3, size=4),
    sides={
        "hand": hand,
        "hand, out=": hand_into_buffers,
        "ours eager": ours_eager,
        **with_backends(ours_compiled),
        "jax scan": jax_scan,
        "torch": torch,
        "torch.compile": torch_compiled,
        "mygrad": mygrad,
        "dezero": dezero,
        "autograd": hips,
    },
    targets=(
        Target(("ours eager",), ("torch",), at_most=0.3),
        Target(("ours numpy",), ("hand, out=",), at_most=1.1),
        Target(("ours numba",), ("jax scan",), at_most=1.0),
    ),
    threads=(1,),
    rtol=1e-8,
    atol=1e-12,
)
