"""Peak memory of W6's step and of a 50-layer net's, each side in a fresh process."""

from __future__ import annotations

from benchmarks.process import run
from benchmarks.workload import Start, Target, Workload

CASES = {"W6": ("W6", "float32"), "50 layers": ("deep", "float32")}
OURS = "ours numpy", "ours numba"


def started(side: str) -> Start:
    return lambda case: lambda: run("memory", case[0], side, case[1])


WORKLOAD = Workload(
    name="memory",
    title="peak memory of training steps over that before the net was made",
    cases=CASES,
    tiny=("deep", "tiny"),
    sides={
        side: started(side)
        for side in ("hand", "ours eager", *OURS, "jax", "torch", "torch.compile")
    },
    targets=(
        *(Target((side,), ("ours eager",), at_most=0.5) for side in OURS),
        *(Target((side,), ("torch",), at_most=1.0) for side in OURS),
    ),
    threads=(1,),
    rtol=1e-3,
    timed=False,
    unit="B",
)
