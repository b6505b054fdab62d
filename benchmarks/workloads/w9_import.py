"""W9: seconds that a first `import` takes in a fresh process, bytecode cached."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

from benchmarks.workload import Skipped, Start, Target, Work, Workload

TIMED = """
from time import perf_counter
start = perf_counter()
{statement}
print(perf_counter() - start)
"""
STATEMENTS = {
    "numpy": "import numpy",
    "ours eager": "import autograd_core",
    "nn": "import nn",
    "jax": "import jax",
    "torch": "import torch",
    "mygrad": "import mygrad",
    # it names np.int, which NumPy has dropped in 1.24
    "dezero": "import numpy; numpy.int = int; import dezero",
    "autograd": "import autograd.numpy",
    "micrograd": "import micrograd.engine",
}


def importing(statement: str) -> Start:
    package = statement.rpartition(" ")[2].partition(".")[0]

    def start(_: Any) -> Work:
        if find_spec(package) is None:
            raise Skipped(f"{package} is not installed")
        command = [sys.executable, "-c", TIMED.format(statement=statement)]
        environment = os.environ.copy()
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        return lambda: (float(subprocess.check_output(command, env=environment)), ())

    return start


WORKLOAD = Workload(
    name="W9",
    title="import in a fresh process",
    cases={"import": None},
    tiny=None,
    sides={side: importing(statement) for side, statement in STATEMENTS.items()},
    reference="numpy",
    targets=(Target(("ours eager",), ("numpy",), at_most=1.0, plus=0.030),),
    threads=(1,),
    timed=False,
)
