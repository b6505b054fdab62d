"""What was measured: figures by thread count and side, their ratios, and the JSON of them."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.harness import Ratio
from benchmarks.workload import Target, Workload
from benchmarks.workloads import MODULES, workload

Rounds = list[dict[str, float]]


@dataclass(frozen=True)
class Measured:
    """One case of a workload: for each thread count, the figures of each round.

    Round i of one thread count ran directly after round i of the other, so figures of the same
    round are compared across them, too.
    """

    name: str
    case: str
    setting: dict[str, str]
    rounds: dict[int, Rounds]
    remarks: dict[int, dict[str, str]] = field(default_factory=dict)

    @property
    def workload(self) -> Workload:
        return workload(self.name)

    @property
    def label(self) -> str:
        return f"{self.name} {self.case}" if len(self.workload.cases) > 1 else self.name

    def sides(self) -> list[str]:
        """Those that have figures, in the workload's order."""
        known = [*self.workload.sides, *self.workload.floors]
        return [side for side in known if any(self.has(side, n) for n in self.rounds)]

    def has(self, side: str, threads: int) -> bool:
        return any(side in figures for figures in self.rounds.get(threads, []))

    def figure(self, side: str, threads: int) -> float:
        """The median over the rounds."""
        rounds = self.rounds[threads]
        return statistics.median(figures[side] for figures in rounds if side in figures)

    def best(self, sides: Iterable[str], threads: int | None = None) -> tuple[str, int] | None:
        """The fastest of some sides, at its better thread count or at a given one."""
        counts = self.rounds if threads is None else [threads]
        found = [(side, n) for side in sides for n in counts if self.has(side, n)]
        return min(found, key=lambda pair: self.figure(*pair), default=None)

    def ratio(self, one: tuple[str, int], other: tuple[str, int]) -> Ratio:
        """The median ratio of two sides at their thread counts, round by round, with quartiles."""
        (side, n), (beside, m) = one, other
        ratios = [
            a[side] / b[beside]
            for a, b in zip(self.rounds[n], self.rounds[m], strict=True)
            if side in a and beside in b
        ]
        if len(ratios) < 2:
            return Ratio(*ratios * 3)
        return Ratio(*statistics.quantiles(ratios, n=4, method="inclusive"))

    def to_reference(self, side: str, threads: int | None = None) -> Ratio | None:
        one = self.best([side], threads)
        other = self.best([self.workload.reference], threads)
        return self.ratio(one, other) if one and other else None


@dataclass(frozen=True)
class Verdict:
    """A target, and what was reached: the ratio, or None where a side did not run."""

    measured: Measured
    target: Target
    side: str = ""
    beside: str = ""
    ratio: Ratio | None = None
    met: bool = False


def verdicts(measured: Measured) -> list[Verdict]:
    own = (t for t in measured.workload.targets if t.case in {None, measured.case})
    return [_verdict(measured, target) for target in own]


def _verdict(measured: Measured, target: Target) -> Verdict:
    one = measured.best(target.sides, target.threads)
    other = measured.best(target.beside, target.threads)
    if not one or not other:
        return Verdict(measured, target)
    ratio = measured.ratio(one, other)
    allowed = target.at_most + target.plus / measured.figure(*other)
    return Verdict(measured, target, one[0], other[0], ratio, ratio.median <= allowed)


def save(path: Path, found: Sequence[Measured]) -> None:
    path.write_text(json.dumps([asdict(m) for m in found], indent=1) + "\n")


def load(path: Path) -> list[Measured]:
    return [_from_json(record) for record in json.loads(path.read_text())]


def _from_json(record: dict[str, Any]) -> Measured:
    by_threads = {
        key: {int(n): value for n, value in record[key].items()} for key in ("rounds", "remarks")
    }
    return Measured(**{**record, **by_threads})


def merged(*runs: Iterable[Measured]) -> list[Measured]:
    """All cases in the order of the workloads; of a case that was measured twice, the later one."""
    cases = {(m.name, m.case): m for run in runs for m in run}
    order = list(MODULES)
    return sorted(cases.values(), key=lambda m: order.index(m.name))
