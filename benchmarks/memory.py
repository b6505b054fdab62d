"""Memory and time of long chains, and of many training steps without the garbage collector.

Each chain runs in a fresh process: forward, backward, freed. Memory is what the system counts as
resident (Linux's /proc), so it includes whatever the allocator keeps.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

import nn
from autograd_core import Tensor
from benchmarks.harness import print_setting, print_table

LENGTHS = 1_000, 10_000, 100_000, 1_000_000
STEPS = 10_000
TIMED_NODES = 100_000
# kind of chain: shape of the value, and whether the garbage collector runs
CHAINS: dict[str, tuple[tuple[int, ...], bool]] = {
    "a number": ((), False),
    "a number, gc on": ((), True),
    "10 elements": ((10,), False),
}
TIMES = "µs forward", "µs backward", "µs to free"
STATUS = Path("/proc/self/status")


def resident(field: str = "VmRSS") -> int:
    """Bytes in memory now (VmRSS), or at most so far in this process (VmHWM)."""
    lines = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
    return 1024 * int(lines[field].split()[0])


def reset_peak() -> None:
    """Let VmHWM begin anew at what is resident now."""
    Path("/proc/self/clear_refs").write_text("5")


def give_back_free_memory() -> None:
    """Ask the C allocator to return what it holds in reserve (small freed blocks, for the most)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def time_chain(length: int, shape: tuple[int, ...]) -> tuple[float, float, float]:
    """Build a chain, send a gradient back, free it: the seconds that each of the three takes."""
    x, factor = Tensor(np.full(shape, 0.5)), Tensor(np.full(shape, 0.999))
    start = perf_counter()
    y = x
    for _ in range(length // 2):
        y = y * factor + 0.001
    built = perf_counter()
    y.backward(np.ones(shape))
    differentiated = perf_counter()
    del y
    return built - start, differentiated - built, perf_counter() - differentiated


def measure_chain(length: int, shape: tuple[int, ...], collector: bool) -> dict[str, float]:
    time_chain(100, shape)
    give_back_free_memory()
    gc.collect()
    if not collector:
        gc.disable()
    before = resident()
    runs = [time_chain(length, shape) for _ in range(max(1, TIMED_NODES // length))]
    peak, left = resident("VmHWM") - before, resident() - before
    give_back_free_memory()
    seconds = zip(TIMES, map(median, zip(*runs, strict=True)), strict=True)
    return {
        **{name: 1e6 * duration / length for name, duration in seconds},
        "bytes a node": peak / length,
        "left": left,
        "left after trim": resident() - before,
    }


def measure_in_fresh_process(*chain: object) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.memory", "--chain", json.dumps(chain)]
    measured: dict[str, float] = json.loads(subprocess.check_output(command))
    return measured


def live_objects() -> dict[str, int]:
    """How many Tensors and Nodes exist, whether or not anything can reach them."""
    names = [type(thing).__name__ for thing in gc.get_objects()]
    return {name: names.count(name) for name in ("Tensor", "Node")}


def train(steps: int) -> tuple[dict[str, int], dict[str, int], int]:
    """Live objects before and after the steps with the collector off, and the resident growth."""
    rng = np.random.default_rng(0)
    net = nn.Sequential(
        nn.Affine(784, 50, init=nn.init.normal(0.01)),
        nn.ReLU(),
        nn.Affine(50, 10, init=nn.init.normal(0.01)),
    )
    loss_of, optimizer = nn.SoftmaxWithLoss(), nn.SGD(net.parameters(), lr=0.1)

    def step() -> None:
        loss = loss_of(net(rng.random((100, 784))), rng.integers(0, 10, 100))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    step()
    gc.collect()
    before, memory = live_objects(), resident()
    gc.disable()
    for _ in range(steps):
        step()
    return before, live_objects(), resident() - memory


def chain_rows(lengths: tuple[int, ...]) -> Iterator[list[object]]:
    for kind, chain in CHAINS.items():
        for length in lengths:
            measured = measure_in_fresh_process(length, *chain)
            times = [f"{measured[name]:.2f}" for name in TIMES]
            left = [f"{measured[name] / 2**20:.1f}" for name in ("left", "left after trim")]
            yield [kind, f"{length:,}", *times, f"{measured['bytes a node']:.0f}", *left]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short chains, few steps: a check")
    parser.add_argument("--chain", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.chain:
        print(json.dumps(measure_chain(*options.chain)))
        return
    if not STATUS.exists():
        sys.exit(f"benchmarks.memory: {STATUS} does not exist; resident memory is read on Linux.")
    print_setting("numpy")
    print("At most at 1,000,000 nodes: 1,000 bytes a node, 10 MB left, the µs of 1,000 nodes.\n")
    print_table(
        ["value", "nodes", *TIMES, "bytes a node", "MB left", "MB after malloc_trim"],
        chain_rows(LENGTHS[:2] if options.quick else LENGTHS),
    )
    steps = 100 if options.quick else STEPS
    before, after, growth = train(steps)
    print_table(
        [f"{steps:,} training steps, gc off", "before", "after", "target"],
        [
            *([f"live {name}s", before[name], after[name], "equal"] for name in before),
            ["MB grown", "", f"{growth / 2**20:.1f}", ""],
        ],
    )


if __name__ == "__main__":
    main()
