"""What `import autograd_core` and `import nn` cost on top of `import numpy`.

A fresh process imports NumPy, then the package, and times the second import. The packages take
turns. Bytecode is cached beforehand, as it is from the second import of any installation on.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from tempfile import TemporaryDirectory

from benchmarks.harness import print_setting, print_table, rounds_from_command_line, verdict

TARGETS = {"autograd_core": 30, "nn": None}
TIMED = """
from time import perf_counter
import numpy
start = perf_counter()
import {package}
print(perf_counter() - start)
"""


def seconds_to_import(package: str, bytecode: str) -> float:
    environment = os.environ | {"PYTHONPYCACHEPREFIX": bytecode}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", TIMED.format(package=package)]
    return float(subprocess.check_output(command, env=environment))


def row(package: str, seconds: list[float]) -> list[object]:
    low, median, high = (1e3 * q for q in statistics.quantiles(seconds, n=4, method="inclusive"))
    return [package, f"{median:.1f} ({low:.1f}–{high:.1f})", *verdict(median, TARGETS[package])]


def main() -> None:
    rounds = rounds_from_command_line(__doc__, rounds=25)
    print_setting("numpy")
    with TemporaryDirectory() as bytecode:
        for package in TARGETS:
            seconds_to_import(package, bytecode)
        timed = [[seconds_to_import(p, bytecode) for p in TARGETS] for _ in range(rounds)]
    print("Milliseconds over `import numpy`; median (quartiles).\n")
    print_table(
        ["import", "ms", "at most", "met"],
        [row(p, list(s)) for p, s in zip(TARGETS, zip(*timed, strict=True), strict=True)],
    )


if __name__ == "__main__":
    main()
