"""Compile times of W2 and W6: from the plain function to the first result, in a fresh process.

The library is loaded and has run once; caches on disk are warm, where a library keeps any.
"""

from __future__ import annotations

from benchmarks.process import run
from benchmarks.workload import Start, Target, Workload

CASES = {"W2": ("W2", "float32"), "W6": ("W6", "float32")}


def started(side: str) -> Start:
    return lambda case: lambda: run("compile", case[0], side, case[1])


def limit(side: str, case: str, seconds: float) -> Target:
    """So many seconds, beside nothing."""
    return Target((side,), ("hand",), at_most=0.0, plus=seconds, case=case)


WORKLOAD = Workload(
    name="compile",
    title="seconds from the function to its first result, with warm disk caches",
    cases=CASES,
    tiny=("W2", "tiny"),
    sides={
        side: started(side) for side in ("hand", "ours numpy", "ours numba", "jax", "torch.compile")
    },
    targets=(
        limit("ours numpy", "W2", 0.050),
        limit("ours numpy", "W6", 0.150),
        limit("ours numba", "W2", 0.5),
        limit("ours numba", "W6", 0.5),
    ),
    threads=(1,),
    rtol=1e-3,
    timed=False,
)
