"""Beyond the gradient: Hessian products, Jacobians, an optimiser's run, checkpoints.

Sides take turns, and must agree before anything is timed. HIPS autograd runs the same lines of
code on its own NumPy. Memory is what NumPy allocates, as `tracemalloc` counts it.
"""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

import nn
from autograd_core import checkpoint, grad, hvp, jacobian, value_and_grad
from benchmarks.harness import (
    peer,
    print_setting,
    print_table,
    rounds_from_command_line,
    take_turns,
    verdict,
)

autograd, autograd_numpy = peer("autograd"), peer("autograd.numpy")
optimize = peer("scipy.optimize")

Row = list[object]

SIZES, BATCH = (784, 50, 10), 100
NUMBERS = 100
ELEMENTS = 20_000
DEPTHS = 64, 256, 1024
TARGETS = {"hvp": 5.0, "jacobian": 0.5, "rosenbrock": 1 / 3, "exponent": 0.6}

_rng = np.random.default_rng(0)


def two_layer_net() -> tuple[Callable[..., Any], dict[str, Any], dict[str, Any]]:
    """The loss of the book's net as a function of its parameters, these, and a direction."""
    inputs, hidden, outputs = SIZES
    x = _rng.random((BATCH, inputs), dtype=np.float32)
    labels = _rng.integers(0, outputs, BATCH)
    loss_of = nn.SoftmaxWithLoss()
    shapes = {"W1": (inputs, hidden), "b1": (hidden,), "W2": (hidden, outputs), "b2": (outputs,)}

    def loss(p: dict[str, Any]) -> Any:
        hidden = np.maximum(x @ p["W1"] + p["b1"], 0)
        return loss_of(hidden @ p["W2"] + p["b2"], labels)

    def draw(scale: float) -> dict[str, Any]:
        return {n: (scale * _rng.normal(size=s)).astype(np.float32) for n, s in shapes.items()}

    return loss, draw(0.01), draw(1.0)


def time_hvp(rounds: int) -> Row:
    loss, p, v = two_layer_net()
    slope, product = grad(loss), hvp(loss)
    wide, along = ({n: a.astype(float) for n, a in params.items()} for params in (p, v))
    ahead, behind = (slope({n: wide[n] + h * along[n] for n in wide}) for h in (1e-6, -1e-6))
    for name, array in product(wide, along).items():
        differences = (ahead[name] - behind[name]) / 2e-6
        np.testing.assert_allclose(array, differences, rtol=1e-3, atol=1e-5)
    sides = {"gradient": lambda: slope(p), "hvp": lambda: product(p, v)}
    ratio = take_turns(sides, rounds, turn=0.03).ratio("hvp", "gradient")
    return [
        "hvp of TwoLayerNet's loss",
        "one gradient",
        ratio,
        *verdict(ratio.median, TARGETS["hvp"]),
    ]


def ten_operations(np: Any, w: Any) -> Callable[[Any], Any]:
    def f(x: Any) -> Any:
        x = np.tanh(w @ x + 0.1)
        x = np.exp(-x) / (x + 2.0)
        return np.sqrt(np.sin(x) + 2.0)

    return f


def time_jacobian(rounds: int) -> Row:
    x = np.linspace(-1, 1, NUMBERS)
    w = np.linalg.qr(_rng.normal(size=(NUMBERS, NUMBERS)))[0]
    ours = jacobian(ten_operations(np, w))
    theirs = autograd.jacobian(ten_operations(autograd_numpy, w))
    np.testing.assert_allclose(ours(x), theirs(x), rtol=1e-10, atol=1e-14)
    timings = take_turns({"ours": lambda: ours(x), "autograd": lambda: theirs(x)}, rounds)
    ratio = timings.ratio("ours", "autograd")
    name = f"jacobian, {NUMBERS} to {NUMBERS}, ten operations"
    return [name, "autograd", ratio, *verdict(ratio.median, TARGETS["jacobian"])]


def rosenbrock(np: Any) -> Callable[[Any], Any]:
    return lambda x: np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def time_rosenbrock(rounds: int) -> list[Row]:
    start = np.where(np.arange(NUMBERS) % 2, 1.0, -1.2)
    sides = {
        "ours": value_and_grad(rosenbrock(np)),
        "autograd": autograd.value_and_grad(rosenbrock(autograd_numpy)),
    }

    def run(f: Callable[[Any], Any]) -> Any:
        return optimize.minimize(f, start, jac=True, method="L-BFGS-B", options={"maxiter": 3000})

    found = {name: run(f) for name, f in sides.items()}
    np.testing.assert_allclose(found["ours"].x, found["autograd"].x, atol=1e-6)
    whole = take_turns({n: (lambda f=f: run(f)) for n, f in sides.items()}, rounds, turn=0.2)
    calls = take_turns({n: (lambda f=f: f(start)) for n, f in sides.items()}, 3 * rounds)
    ratio, alone = whole.ratio("ours", "autograd"), calls.ratio("ours", "autograd")
    limit = TARGETS["rosenbrock"]
    return [
        [
            f"L-BFGS on Rosenbrock, {NUMBERS} numbers",
            "autograd",
            ratio,
            *verdict(ratio.median, limit),
        ],
        ["… one value and gradient of it", "autograd", alone, *verdict(alone.median, None)],
    ]


def chain(depth: int, parts: int) -> Callable[[Any], Any]:
    """Operations in a row, cut into checkpoints of equal length; one part is none."""

    def segment(x: Any) -> Any:
        for _ in range(depth // parts):
            x = np.sin(x)
        return x

    block = segment if parts == 1 else checkpoint(segment)

    def f(x: Any) -> Any:
        for _ in range(parts):
            x = block(x)
        return np.sum(x)

    return f


def peak(f: Callable[[Any], Any], x: Any) -> float:
    """The most memory that the gradient takes, in arrays of x's size."""
    slope = grad(f)
    tracemalloc.start()
    try:
        slope(x)
        return tracemalloc.get_traced_memory()[1] / x.nbytes
    finally:
        tracemalloc.stop()


def measure_checkpoints(rounds: int) -> tuple[list[Row], Row]:
    x = _rng.random(ELEMENTS)
    rows: list[Row] = []
    peaks = []
    for depth in DEPTHS:
        whole, cut = chain(depth, 1), chain(depth, math.isqrt(depth))
        np.testing.assert_array_equal(grad(whole)(x), grad(cut)(x))
        sides = {"whole": lambda f=whole: grad(f)(x), "cut": lambda f=cut: grad(f)(x)}
        ratio = take_turns(sides, max(2, rounds // 3)).ratio("cut", "whole")
        peaks.append(peak(cut, x))
        rows.append([depth, f"{peak(whole, x):.0f}", f"{peaks[-1]:.0f}", ratio])
    growth = math.log(peaks[-1] / peaks[0]) / math.log(DEPTHS[-1] / DEPTHS[0])
    name = "memory with checkpoints grows as depth to the power of"
    return rows, [name, "", f"{growth:.2f}", *verdict(growth, TARGETS["exponent"])]


def main() -> None:
    rounds = rounds_from_command_line(__doc__, rounds=15)
    print_setting("numpy", "scipy", "autograd")
    rows = [time_hvp(rounds), time_jacobian(rounds), *time_rosenbrock(rounds)]
    memory, growth = measure_checkpoints(rounds)
    print_table(["measure", "beside", "ratio", "at most", "met"], [*rows, growth])
    print(f"Gradient of a chain, at its peak, in arrays of its {ELEMENTS:,} numbers.\n")
    print_table(["depth", "whole", "√depth checkpoints", "time, checkpoints / whole"], memory)


if __name__ == "__main__":
    main()
