"""Run cases: a worker for each thread count, of which only one works at a time."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter
from typing import Any, Self

from benchmarks.harness import cpu
from benchmarks.results import Measured
from benchmarks.workloads import workload

# each BLAS, OpenMP, Numba and XLA (NPROC) reads its own variable, once, as it loads
POOLS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
    "NPROC",
)
PACKAGES = "numpy", "numba", "torch", "jax", "autograd", "mygrad", "dezero", "micrograd", "scipy"
TURN, FEWEST = 0.05, 5


class Worker:
    """A process of `worker.py` with a number of threads."""

    def __init__(self, threads: int) -> None:
        limits = dict.fromkeys(POOLS, str(threads))
        # one compiler process of torch.compile, in the worker itself: it leaves none behind
        limits["TORCHINDUCTOR_COMPILE_THREADS"] = "1"
        if threads == 1:
            limits["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | limits,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End it: it stops where its commands end."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()

    def round(self, remarks: dict[str, str]) -> dict[str, float]:
        """The figures of one round; what fails in it is added to the remarks."""
        figures, failed = self.ask("round")
        remarks |= failed
        return dict(figures)

    def ask(self, *command: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps(command), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"benchmarks: the worker ended during {command}; see above why.")
        return json.loads(answer)


def setting() -> dict[str, str]:
    """On what it was measured, with which versions, and how busy the machine was before."""
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return {"machine": cpu(), "load": load, "Python": platform.python_version(), **_versions()}


def _versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def measure(name: str, case: str, rounds: int, limit: float) -> Measured:
    """Time one case: at most that many rounds; after `limit` seconds no new one from the fifth."""
    found = setting()
    with ExitStack() as stack:
        workers = {n: stack.enter_context(Worker(n)) for n in workload(name).threads}
        remarks = {n: _told(w.ask("start", name, case, TURN)) for n, w in workers.items()}
        figures: dict[int, list[dict[str, float]]] = {n: [] for n in workers}
        for _ in _within(rounds, limit):
            for n, worker in workers.items():
                figures[n].append(worker.round(remarks[n]))
    return Measured(name, case, found, figures, remarks)


def _within(rounds: int, limit: float) -> Iterator[int]:
    start = perf_counter()
    for i in range(rounds):
        if i >= FEWEST and perf_counter() - start > limit:
            return
        yield i


def try_all(names: list[str]) -> Iterator[Measured]:
    """Every workload once, on tiny sizes, in one process: a check, not a figure."""
    found = setting()
    with Worker(1) as worker:
        for name in names:
            remarks = _told(worker.ask("start", name, "", 0.0))
            yield Measured(name, "tiny", found, {1: [worker.round(remarks)]}, {1: remarks})


def _told(remarks: dict[str, str | None]) -> dict[str, str]:
    return {side: remark for side, remark in remarks.items() if remark}
