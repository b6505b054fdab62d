"""One training step of TwoLayerNet, beside the book's layers by hand and PyTorch.

784-50-10, batch 100, float32, softmax with loss, plain SGD. Every side draws a fresh batch in the
same way, within its time. All start from the same weights and must follow the same losses before
anything is timed. An image is random noise over its class's random pattern, which a net learns
quickly; no side's time depends on the values. The target beside PyTorch holds for the fastest of
its forms.

The book's side is *Deep Learning from Scratch*, chapters 5.5 to 5.7, written out: like the book
it also forms the gradient of the first layer's input, which nothing needs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

import nn
from benchmarks.harness import (
    Timings,
    peer,
    print_setting,
    print_table,
    rounds_from_command_line,
    take_turns,
    verdict,
)

torch = peer("torch")

SIZES = 784, 50, 10
SAMPLES, BATCH, RATE = 6000, 100, 0.1
THREADS = "BENCHMARK_THREADS"
# each BLAS and OpenMP reads its own variable, once, as it loads
POOLS = "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"

Array = Any
Step = Callable[[], float]

_rng = np.random.default_rng(0)
LABELS = _rng.integers(0, SIZES[-1], SAMPLES)
IMAGES = _rng.random((SIZES[-1], SIZES[0]), dtype=np.float32)[LABELS]
IMAGES += _rng.random(IMAGES.shape, dtype=np.float32) - 1


def weights() -> list[Array]:
    """W1, b1, W2, b2 as the book starts them; the same on every call."""
    rng = np.random.default_rng(1)
    arrays = []
    for rows, columns in pairwise(SIZES):
        arrays += [0.01 * rng.normal(size=(rows, columns)), np.zeros(columns)]
    return [array.astype(np.float32) for array in arrays]


def batches() -> Callable[[], tuple[Array, Array]]:
    rng = np.random.default_rng(2)

    def draw() -> tuple[Array, Array]:
        rows = rng.integers(0, SAMPLES, BATCH)
        return np.take(IMAGES, rows, axis=0), LABELS[rows]

    return draw


def ours() -> Step:
    w1, b1, w2, b2 = weights()
    net = nn.Sequential(nn.Affine.from_arrays(w1, b1), nn.ReLU(), nn.Affine.from_arrays(w2, b2))
    loss_of = nn.SoftmaxWithLoss()
    optimizer = nn.SGD(net.parameters(), lr=RATE)
    draw = batches()

    def step() -> float:
        x, t = draw()
        loss = loss_of(net(x), t)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


class Affine:
    def __init__(self, W: Array, b: Array) -> None:
        self.W, self.b = W, b

    def forward(self, x: Array) -> Array:
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout: Array) -> Array:
        dx = np.dot(dout, self.W.T)
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return dx


class ReLU:
    def forward(self, x: Array) -> Array:
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout: Array) -> Array:
        dout[self.mask] = 0
        return dout


class SoftmaxWithLoss:
    def forward(self, x: Array, t: Array) -> float:
        self.t = t
        exp = np.exp(x - np.max(x, axis=1, keepdims=True))
        self.y = exp / np.sum(exp, axis=1, keepdims=True)
        return -np.sum(np.log(self.y[np.arange(len(t)), t] + 1e-7)) / len(t)

    def backward(self) -> Array:
        dx = self.y.copy()
        dx[np.arange(len(self.t)), self.t] -= 1
        return dx / len(self.t)


def book() -> Step:
    params = dict(zip(("W1", "b1", "W2", "b2"), weights(), strict=True))
    first, second = Affine(params["W1"], params["b1"]), Affine(params["W2"], params["b2"])
    layers: list[Any] = [first, ReLU(), second]
    last = SoftmaxWithLoss()
    draw = batches()

    def step() -> float:
        x, t = draw()
        for layer in layers:
            x = layer.forward(x)
        loss = last.forward(x, t)
        dout = last.backward()
        for layer in reversed(layers):
            dout = layer.backward(dout)
        grads = {"W1": first.dW, "b1": first.db, "W2": second.dW, "b2": second.db}
        for key in params:
            params[key] -= RATE * grads[key]
        return float(loss)

    return step


def pytorch(optimizer_of: Callable[[list[Any]], Callable[[], None]]) -> Step:
    functional = torch.nn.functional
    # torch.nn.Linear keeps its weights transposed, which is also its fastest form
    parameters = [torch.tensor(array.T.copy(), requires_grad=True) for array in weights()]
    w1, b1, w2, b2 = parameters
    update = optimizer_of(parameters)
    draw = batches()

    def step() -> float:
        x, t = map(torch.from_numpy, draw())
        hidden = functional.relu(functional.linear(x, w1, b1))
        loss = functional.cross_entropy(functional.linear(hidden, w2, b2), t)
        for parameter in parameters:
            parameter.grad = None
        loss.backward()
        update()
        return float(loss.item())

    return step


def plain_loop(parameters: list[Any]) -> Callable[[], None]:
    @torch.no_grad()
    def update() -> None:
        for parameter in parameters:
            parameter.add_(parameter.grad, alpha=-RATE)

    return update


def sgd(**options: bool) -> Callable[[list[Any]], Callable[[], None]]:
    return lambda parameters: torch.optim.SGD(parameters, lr=RATE, **options).step


SIDES: dict[str, Callable[[], Step]] = {
    "ours": ours,
    "book": book,
    "torch, plain loop": lambda: pytorch(plain_loop),
    "torch.optim.SGD": lambda: pytorch(sgd()),
    "torch.optim.SGD, fused": lambda: pytorch(sgd(fused=True)),
}


def check_losses() -> None:
    """100 steps of every side; the book's 1e-7 inside the log keeps it a little off."""
    losses = {name: [step() for _ in range(100)] for name, step in _started().items()}
    for name in SIDES:
        np.testing.assert_allclose(losses[name], losses["ours"], rtol=1e-4, err_msg=name)


def _started() -> dict[str, Step]:
    return {name: start() for name, start in SIDES.items()}


def measure(threads: int, rounds: int) -> None:
    torch.set_num_threads(threads)
    check_losses()
    # an idle OpenBLAS thread looks for work for some 30 ms, in the way of the next side's threads
    pause = 0.05 if threads > 1 else 0.0
    timings = take_turns(dict(_started()), rounds, turn=0.05, pause=pause)
    fastest = min((name for name in SIDES if "torch" in name), key=timings.seconds)
    targets = {"book": 0.8, fastest: 0.95}
    print(f"{threads} BLAS thread(s)\n")
    print_table(
        ["side", "µs a step", "ours / side", "at most", "met"],
        [row(name, timings, targets.get(name)) for name in SIDES],
    )


def row(name: str, timings: Timings, target: float | None) -> list[object]:
    ratio = timings.ratio("ours", name)
    cells = [name, f"{1e6 * timings.seconds(name):.0f}", "" if name == "ours" else ratio]
    return [*cells, *verdict(ratio.median, target)]


def main() -> None:
    rounds = rounds_from_command_line(__doc__, rounds=25)
    threads = os.environ.get(THREADS)
    if threads:
        measure(int(threads), rounds)
        return
    print_setting("numpy", "torch")
    for count in ("1", "2"):
        variables = dict.fromkeys((THREADS, *POOLS), count)
        command = [sys.executable, "-m", "benchmarks.train_step", "--rounds", str(rounds)]
        subprocess.run(command, env=os.environ | variables, check=True)


if __name__ == "__main__":
    main()
