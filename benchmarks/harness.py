"""Timing that holds on a noisy machine: sides take turns, and only ratios within a round count."""

from __future__ import annotations

import argparse
import gc
import os
import platform
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from time import perf_counter, sleep
from types import ModuleType

from autograd_core.errors import MissingExtraError

Work = Callable[[], object]


@dataclass(frozen=True)
class Ratio:
    """The median over rounds of one side's time over another's, with the quartiles."""

    low: float
    median: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f}–{self.high:.2f})"


@dataclass(frozen=True)
class Timings:
    """Seconds per call of each side, one figure a round."""

    rounds: dict[str, list[float]]

    def seconds(self, side: str) -> float:
        return statistics.median(self.rounds[side])

    def ratio(self, side: str, to: str) -> Ratio:
        """Compare two sides round by round, so that a slow spell of the machine cancels."""
        pairs = zip(self.rounds[side], self.rounds[to], strict=True)
        return Ratio(*statistics.quantiles((a / b for a, b in pairs), n=4, method="inclusive"))


def take_turns(
    sides: dict[str, Work], rounds: int, turn: float = 0.01, pause: float = 0.0
) -> Timings:
    """Time every side once a round, each turn about `turn` seconds long, after a `pause`.

    The order rotates from round to round. As in `timeit`, the garbage collector is off while a
    side runs, and what it left in cycles is collected between the turns.
    """
    gc.freeze()  # the peers' modules, so that collecting between turns is quick
    calls = {name: calls_per(turn, work) for name, work in sides.items()}
    timings: dict[str, list[float]] = {name: [] for name in sides}
    order = list(sides)
    for _ in range(rounds):
        for name in order:
            sleep(pause)
            timings[name].append(timed(sides[name], calls[name]) / calls[name])
        order.append(order.pop(0))
    return Timings(timings)


def calls_per(turn: float, work: Work) -> int:
    """How many calls fill a turn."""
    calls = 1
    while (seconds := timed(work, calls)) < turn / 4:
        calls *= 4
    return max(1, round(calls * turn / seconds))


def timed(work: Work, calls: int) -> float:
    """The seconds of that many calls."""
    gc.collect()
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        start = perf_counter()
        for _ in range(calls):
            work()
        return perf_counter() - start
    finally:
        if was_enabled:
            gc.enable()


def geometric_mean(ratios: Iterable[Ratio]) -> Ratio:
    columns = zip(*((r.low, r.median, r.high) for r in ratios), strict=True)
    return Ratio(*(statistics.geometric_mean(column) for column in columns))


def peer(name: str) -> ModuleType:
    """Import a peer, or say which extra brings it."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"benchmarks: {error.name} is not installed. "
            "Install the peers with: pip install 'autograd-core[bench]'"
        ) from error


def rounds_from_command_line(description: str | None, rounds: int) -> int:
    """Read `--rounds` and `--quick`; the quick form only shows that the benchmark works."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--quick", action="store_true", help="two rounds: a check, not a figure")
    options = parser.parse_args()
    return 2 if options.quick else options.rounds


def verdict(figure: float, target: float | None) -> list[str]:
    """The last two cells of a row: what the figure may be at most, and whether it is."""
    return ["", ""] if target is None else [f"≤ {target:g}", "yes" if figure <= target else "no"]


def print_setting(*distributions: str) -> None:
    """Print what was measured on what, and how busy the machine was before."""
    versions = ", ".join(f"{name} {version(name)}" for name in distributions)
    load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load unknown"
    print(f"{cpu()} ({load}), Python {platform.python_version()}, {versions}\n")


def cpu() -> str:
    """How many processors of which model."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(models)} × {models[0]}" if models else platform.machine()


def print_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    print(table(head, rows), flush=True)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table whose columns line up."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, ["-" * width for width in widths])
    lines = [map(str.ljust, row, widths) for row in cells]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
