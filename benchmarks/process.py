"""One figure that needs a process of its own, as Python finds it there: `run` is the door to it.

    python -m benchmarks.process WHAT ARGUMENT…

prints a JSON list [figure, result] or {"skipped": reason}.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from time import perf_counter
from typing import Any

from benchmarks.memory import give_back_free_memory, reset_peak, resident
from benchmarks.workload import Skipped, compiled, jax_module, numbers, peer, torch_compile
from benchmarks.workloads import workload

STEPS, PAGE = 3, 4096


def run(what: str, *arguments: str) -> tuple[float, Any]:
    """Start a process for one figure. Raises `Skipped` for the reason that it gives."""
    command = [sys.executable, "-m", "benchmarks.process", what, *arguments]
    answer = json.loads(subprocess.check_output(command).splitlines()[-1])
    if isinstance(answer, dict):
        raise Skipped(answer["skipped"])
    figure, result = answer
    return figure, result


def seconds_to_first_result(name: str, side: str, size: str) -> tuple[float, Any]:
    """From the plain function to the first result, with the library itself loaded and ready."""
    own = workload(name)
    case = _case(own, size)
    own.start(own.reference, case)  # what it prepares for all sides, such as the images
    _load(side)
    start = perf_counter()
    result = own.start(side, case)()
    return perf_counter() - start, _plain(result)


def _load(side: str) -> None:
    if side.startswith("jax"):
        jax = jax_module()
        jax.jit(lambda x: x + 1)(1.0).block_until_ready()
    elif side == "torch.compile":
        torch_compile()
    elif side.startswith("ours "):
        backend = side.removeprefix("ours ")
        if backend == "numba":
            peer("numba")
        compiled(lambda x: x + 1, backend)(1.0)


def peak_memory(name: str, side: str, size: str) -> tuple[float, Any]:
    """Bytes that a training step takes at most: the process's peak in later steps over what it had
    before the net was made.

    A tiny case first brings what a library loads or starts on its first use. What the first steps
    took to trace or to compile has been given back to the system by then.
    """
    own = workload(name)
    first = own.start(side, own.tiny)
    for _ in range(STEPS):
        first()
    case = _case(own, size)
    own.start(own.reference, case)
    del first
    _give_back()
    before = resident()
    step = own.start(side, case)
    results = [_plain(step()) for _ in range(STEPS)]
    _give_back()
    reset_peak()
    results += [_plain(step()) for _ in range(STEPS)]
    return float(max(resident("VmHWM") - before, PAGE)), results


def _give_back() -> None:
    gc.collect()
    give_back_free_memory()


def _case(own: Any, size: str) -> Any:
    return own.tiny if size == "tiny" else own.cases[size]


def _plain(result: Any) -> list[list[float]]:
    return [n.ravel().tolist() for n in numbers(result)]


FIGURES = {"compile": seconds_to_first_result, "memory": peak_memory}


def main() -> None:
    what, *arguments = sys.argv[1:]
    try:
        answer: Any = FIGURES[what](*arguments)
    except Skipped as reason:
        answer = {"skipped": str(reason)}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
