"""W1: the book's price graph, (apple · n + orange · m) · tax, and its five gradients.

Every call makes the five inputs anew from Python floats, and gives the price and the gradients.
"""

from __future__ import annotations

from collections.abc import Callable
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

INPUTS = 100.0, 2.0, 150.0, 3.0, 1.1
ALL = 0, 1, 2, 3, 4


def price(apple: Any, n: Any, orange: Any, m: Any, tax: Any) -> Any:
    return (apple * n + orange * m) * tax


class Multiply:
    """The book's layer, section 5.4.1."""

    def forward(self, x: float, y: float) -> float:
        self.x, self.y = x, y
        return x * y

    def backward(self, dout: float) -> tuple[float, float]:
        return dout * self.y, dout * self.x


class Add:
    """The book's layer, section 5.4.2."""

    def forward(self, x: float, y: float) -> float:
        return x + y

    def backward(self, dout: float) -> tuple[float, float]:
        return dout, dout


def hand(inputs: tuple[float, ...]) -> Work:
    apples, oranges, fruit, total = Multiply(), Multiply(), Add(), Multiply()

    def run() -> Any:
        apple, n, orange, m, tax = inputs
        price = total.forward(
            fruit.forward(apples.forward(apple, n), oranges.forward(orange, m)), tax
        )
        d_fruit, d_tax = total.backward(1.0)
        d_apples, d_oranges = fruit.backward(d_fruit)
        d_apple, d_n = apples.backward(d_apples)
        d_orange, d_m = oranges.backward(d_oranges)
        return price, (d_apple, d_n, d_orange, d_m, d_tax)

    return run


def with_attributes(variable: Callable[[float], Any]) -> Callable[[tuple[float, ...]], Work]:
    """The sides whose numbers have `.data`, `.grad` and `.backward()`."""

    def start(inputs: tuple[float, ...]) -> Work:
        def run() -> Any:
            variables = [variable(number) for number in inputs]
            total = price(*variables)
            total.backward()
            return total.data, [v.grad for v in variables]

        return run

    return start


def ours_compiled(inputs: tuple[float, ...], backend: str) -> Work:
    both = compiled(value_and_grad(price, argnums=ALL), backend)
    return lambda: both(*inputs)


def micrograd(inputs: tuple[float, ...]) -> Work:
    return with_attributes(peer("micrograd.engine").Value)(inputs)


def mygrad(inputs: tuple[float, ...]) -> Work:
    return with_attributes(peer("mygrad").tensor)(inputs)


def dezero(inputs: tuple[float, ...]) -> Work:
    dezero_functions()
    module = peer("dezero")

    def run() -> Any:
        variables = [module.Variable(np.array(number)) for number in inputs]
        total = price(*variables)
        total.backward()
        return total.data, [v.grad.data for v in variables]

    return run


def hips(inputs: tuple[float, ...]) -> Work:
    both = peer("autograd").value_and_grad(price, argnum=ALL)
    return lambda: both(*inputs)


def torch(inputs: tuple[float, ...]) -> Work:
    module = peer("torch")

    def run() -> Any:
        variables = [module.tensor(x, dtype=module.float64, requires_grad=True) for x in inputs]
        total = price(*variables)
        total.backward()
        return total.item(), [v.grad for v in variables]

    return run


def torch_compiled(inputs: tuple[float, ...]) -> Work:
    compile_, module = torch_compile(), peer("torch")
    both = compile_(module.func.grad_and_value(price, argnums=ALL), fullgraph=True)

    def run() -> Any:
        gradients, total = both(*(module.tensor(x, dtype=module.float64) for x in inputs))
        return total.item(), gradients

    return run


def jax(inputs: tuple[float, ...]) -> Work:
    module = jax_module("float64")
    both = module.jit(module.value_and_grad(price, argnums=ALL))
    return lambda: module.block_until_ready(both(*inputs))


WORKLOAD = Workload(
    name="W1",
    title="price graph of apples and oranges, forward and backward",
    cases={"float64": INPUTS},
    tiny=INPUTS,
    sides={
        "hand": hand,
        "ours eager": with_attributes(Tensor),
        **with_backends(ours_compiled),
        "micrograd": micrograd,
        "jax": jax,
        "torch": torch,
        "torch.compile": torch_compiled,
        "dezero": dezero,
        "mygrad": mygrad,
        "autograd": hips,
    },
    targets=(
        Target(("ours eager",), ("micrograd",), at_most=1.0),
        Target(("ours numpy", "ours numba"), ("hand",), at_most=1.0),
    ),
    threads=(1,),
    rtol=1e-12,
)
