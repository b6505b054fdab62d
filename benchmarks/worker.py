"""The process in which one case runs, at one thread count: `suite.py` starts it and gives the word.

It reads commands, one JSON list a line, and answers each with one line of JSON:

    ["start", workload, case, seconds a turn]   {side: why it cannot run, or null}
    ["round"]                                   [{side: figure}, {side: why it ran no more}]

An empty case is the workload's tiny one.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from time import sleep
from typing import Any

from benchmarks.harness import calls_per, timed
from benchmarks.workload import Numbers, Skipped, Work, Workload
from benchmarks.workloads import workload

# an idle OpenBLAS thread looks for work for some 30 ms, in the way of the next side's threads
PAUSE = 0.05
SLOW = 4.0  # seconds; a slower side is timed in the first two rounds only


class Case:
    """The sides of one case: started, compared, and timed in turn."""

    def __init__(self, name: str, case: str, turn: float) -> None:
        self.workload: Workload = workload(name)
        self.sizes = self.workload.cases[case] if case else self.workload.tiny
        self.turn = turn
        self.works: dict[str, Work] = {}
        self.remarks: dict[str, str | None] = {}
        self.rounds = 0
        self.slow: set[str] = set()
        expected = self._begin(self.workload.reference, None) or None  # None: it could not run
        for side in self.workload.sides:
            if side == "torch.compile" and not turn and name != "W2":
                self.remarks[side] = "skipped: quickly, only W2's is built"
            elif side != self.workload.reference:
                self._begin(side, expected)
        for side in self.workload.floors:
            self.works[side] = self.workload.start(side, self.sizes)
        self.calls = {side: self._calls(work) for side, work in self.works.items()}
        self.order = list(self.works)
        gc.collect()
        gc.freeze()  # the peers' modules, so that collecting between turns is quick

    def _begin(self, side: str, expected: Numbers | None) -> Numbers:
        found: Numbers = []
        try:
            work = self.workload.start(side, self.sizes)
            found = self.workload.results(work)
            if expected is not None:
                self.workload.check(side, found, expected)
        except Skipped as reason:
            self.remarks[side] = f"skipped: {reason}"
        except AssertionError as error:
            self.remarks[side] = f"differs: {error}"
        except Exception as error:  # noqa: BLE001  a peer's failure is a finding
            self.remarks[side] = _failure(error)
        else:
            self.works[side], self.remarks[side] = work, None
        return found

    def _calls(self, work: Work) -> int:
        return calls_per(self.turn, work) if self.workload.timed and self.turn else 1

    def round(self) -> tuple[dict[str, float], dict[str, str]]:
        """One turn of every side; the order rotates from round to round."""
        self.rounds += 1
        figures: dict[str, float] = {}
        failed: dict[str, str] = {}
        for side in self.order:
            if side in self.slow and self.rounds > 2:
                continue
            try:
                figures[side] = self._figure(side)
            except Exception as error:  # noqa: BLE001  the others go on
                failed[side] = _failure(error)
        if self.workload.unit == "s":
            self.slow |= {side for side, figure in figures.items() if figure > SLOW}
        self.order = [side for side in self.order[1:] + self.order[:1] if side not in failed]
        return figures, failed

    def _figure(self, side: str) -> float:
        work, calls = self.works[side], self.calls[side]
        if not self.workload.timed:
            return float(work()[0])
        if self.turn:
            sleep(PAUSE)
        if calls > 1:
            work()  # what the other sides have pushed out of the caches comes back untimed
        return timed(work, calls) / calls


def _failure(error: Exception) -> str:
    return f"fails: {type(error).__name__}: {error}"[:300]


def main() -> None:
    # a peer that prints must not answer for the worker
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    case: Case | None = None
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        answer: Any
        if command == "start":
            case = Case(*arguments)
            answer = case.remarks
        else:
            assert case is not None
            answer = case.round()
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
