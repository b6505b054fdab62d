"""Eager cost of small operations, forward and backward, beside PyTorch, HIPS autograd, micrograd.

Every row is a chain of one kind of step on 10-element float64 arrays, long enough that starting a
backward pass hardly counts. All sides run the same lines of code, and must agree on the result
and on every gradient before anything is timed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_core import Tensor
from benchmarks.harness import (
    Ratio,
    Timings,
    geometric_mean,
    peer,
    print_setting,
    print_table,
    rounds_from_command_line,
    take_turns,
    verdict,
)

autograd, autograd_numpy = peer("autograd"), peer("autograd.numpy")
micrograd, torch = peer("micrograd.engine"), peer("torch")

SIZE = 10
LINKS = 100
ARRAY_PEERS = "torch", "autograd"
TARGETS = {"torch": 0.4, "autograd": 0.25, "micrograd": 1.5}


@dataclass(frozen=True)
class Operands:
    """What a step may combine the running value with, in the form that one side takes."""

    y: Any
    w: Any
    mask: Any
    index: Any


Step = Callable[[Any, Any, Operands], Any]
Run = Callable[[], tuple[Any, ...]]

_rng = np.random.default_rng(0)
X = _rng.uniform(0.5, 1.5, SIZE)
Y = _rng.uniform(0.95, 1.05, SIZE)
W = np.linalg.qr(_rng.normal(size=(SIZE, SIZE)))[0]
MASK = _rng.random(SIZE) < 0.5
INDEX = _rng.permutation(SIZE)
ONES = np.ones(SIZE)

# name: (operations in a step, the step); np is the side's own namespace
STEPS: dict[str, tuple[int, Step]] = {
    "x + y": (1, lambda np, x, o: x + o.y),
    "x - y": (1, lambda np, x, o: x - o.y),
    "x * y": (1, lambda np, x, o: x * o.y),
    "x / y": (1, lambda np, x, o: x / o.y),
    "x + number": (1, lambda np, x, o: x + 0.1),
    "x * number": (1, lambda np, x, o: x * 1.01),
    "-x": (1, lambda np, x, o: -x),
    "x ** 0.9": (1, lambda np, x, o: x**0.9),
    "exp(-x)": (2, lambda np, x, o: np.exp(-x)),
    "log(exp(x))": (2, lambda np, x, o: np.log(np.exp(x))),
    "tanh": (1, lambda np, x, o: np.tanh(x)),
    "sin": (1, lambda np, x, o: np.sin(x)),
    "sqrt": (1, lambda np, x, o: np.sqrt(x)),
    "maximum(x, y)": (1, lambda np, x, o: np.maximum(x, o.y)),
    "where(mask, x, y)": (1, lambda np, x, o: np.where(o.mask, x, o.y)),
    "x.sum() * y * number": (3, lambda np, x, o: x.sum() * o.y * 0.1),
    "x @ y * y * number": (3, lambda np, x, o: x @ o.y * o.y * 0.1),
    "x @ w": (1, lambda np, x, o: x @ o.w),
    "reshape, back": (2, lambda np, x, o: x.reshape(2, 5).reshape(10)),
    "x[index]": (1, lambda np, x, o: x[o.index]),
    "x[5:], x[:5], concatenate": (3, lambda np, x, o: np.concatenate([x[5:], x[:5]])),
}


def mixed(np: Any, x: Any, o: Operands) -> Any:
    """Ten operations that keep the value in range."""
    x = np.tanh(x * o.y + 0.5)
    x = np.exp(-x) / (x + 1.5)
    return np.sqrt(np.sin(x) + o.y)


def ours(step: Step, links: int) -> Run:
    x = Tensor(X)
    operands = Operands(Tensor(Y), Tensor(W), MASK, INDEX)

    def run() -> tuple[Any, ...]:
        x.grad = operands.y.grad = operands.w.grad = None
        out = x
        for _ in range(links):
            out = step(np, out, operands)
        out.backward(ONES)
        return out.data, x.grad, operands.y.grad, operands.w.grad

    return run


def pytorch(step: Step, links: int) -> Run:
    x, y, w = (torch.tensor(array, requires_grad=True) for array in (X, Y, W))
    operands = Operands(y, w, torch.tensor(MASK), torch.tensor(INDEX))
    ones = torch.tensor(ONES)

    def run() -> tuple[Any, ...]:
        x.grad = y.grad = w.grad = None
        out = x
        for _ in range(links):
            out = step(torch, out, operands)
        out.backward(ones)
        return out.detach(), x.grad, y.grad, w.grad

    return run


def hips(step: Step, links: int) -> Run:
    def chain(x: Any, y: Any, w: Any) -> Any:
        operands = Operands(y, w, MASK, INDEX)
        for _ in range(links):
            x = step(autograd_numpy, x, operands)
        return x

    record = autograd.make_vjp(chain, argnum=(0, 1, 2))

    def run() -> tuple[Any, ...]:
        pullback, out = record(X, Y, W)
        return out, *pullback(ONES)

    return run


def time_chain(step: Step, links: int, rounds: int) -> Timings:
    sides = {
        "ours": ours(step, links),
        "torch": pytorch(step, links),
        "autograd": hips(step, links),
    }
    expected = sides["ours"]()
    for name in ARRAY_PEERS:
        for array, reference in zip(expected, sides[name](), strict=True):
            np.testing.assert_allclose(_array(array), _array(reference), rtol=1e-9, atol=1e-12)
    return take_turns(dict(sides), rounds)


def _array(result: Any) -> Any:
    """A gradient of None is a gradient of zeros: the step never used that operand."""
    return np.float64(0.0) if result is None else np.asarray(result)


def price(number: Callable[[float], Any]) -> Callable[[], list[float]]:
    """The apple/orange graph, from five new inputs to their five gradients."""

    def run() -> list[float]:
        inputs = apple, apples, orange, oranges, tax = (
            number(100.0),
            number(2.0),
            number(150.0),
            number(3.0),
            number(1.1),
        )
        ((apple * apples + orange * oranges) * tax).backward()
        return [tensor.grad for tensor in inputs]

    return run


def time_price(rounds: int) -> Timings:
    sides = {"ours": price(Tensor), "micrograd": price(micrograd.Value)}
    np.testing.assert_array_equal(sides["ours"](), sides["micrograd"]())
    return take_turns(dict(sides), rounds)


def row(name: str, operations: int, timings: Timings) -> list[object]:
    micros = [1e6 * timings.seconds(side) / operations for side in timings.rounds]
    ratios = [timings.ratio("ours", to) for to in ARRAY_PEERS]
    return [name, *(f"{t:.2f}" for t in micros), *ratios]


def target_row(name: str, ratio: Ratio, to: str) -> list[object]:
    return [name, to, ratio, *verdict(ratio.median, TARGETS[to])]


def main() -> None:
    rounds = rounds_from_command_line(__doc__, rounds=25)
    torch.set_num_threads(1)
    print_setting("numpy", "torch", "autograd", "micrograd")
    timed = {
        name: (LINKS * operations, time_chain(step, LINKS, rounds))
        for name, (operations, step) in STEPS.items()
    }
    chain = time_chain(mixed, 300, rounds)
    apples = time_price(rounds)

    print("Microseconds an operation, forward and backward; median ratio (quartiles).\n")
    print_table(
        ["step", "ours", "torch", "autograd", "ours / torch", "ours / autograd"],
        [
            *(row(name, operations, timings) for name, (operations, timings) in timed.items()),
            row("3,000 mixed operations", 3000, chain),
        ],
    )
    means = {
        to: geometric_mean(timings.ratio("ours", to) for _, timings in timed.values())
        for to in ARRAY_PEERS
    }
    print_table(
        ["target", "beside", "ours / peer", "at most", "met"],
        [
            *(
                target_row("3,000 mixed operations", chain.ratio("ours", to), to)
                for to in ARRAY_PEERS
            ),
            *(target_row("mean of the steps", ratio, to) for to, ratio in means.items()),
            target_row("apple/orange graph", apples.ratio("ours", "micrograd"), "micrograd"),
        ],
    )


if __name__ == "__main__":
    main()
