"""The whole script of 10,000 TwoLayerNet steps on MNIST, from the start of Python to its end.

All of MNIST where `NN_MNIST` names it, else the subset in the package, made into `.npy` files of
float32 rows outside of the time.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from time import perf_counter

import numpy as np

import nn
from benchmarks import mnist_script
from benchmarks.workload import Start, Target, Work, Workload, compiled, peer

OURS = "ours numpy", "ours numba"
NEEDED = {"jax": "jax", "jax inside": "jax", "torch": "torch", "ours numba": "numba"}


@cache
def prepared() -> str:
    """A folder with MNIST as arrays."""
    folder = tempfile.TemporaryDirectory(prefix="benchmarks-")
    atexit.register(folder.cleanup)
    train, test = nn.datasets.mnist(full="NN_MNIST" in os.environ)
    arrays = train.images, train.labels, test.images, test.labels
    for name, array in zip(mnist_script.FILES, arrays, strict=True):
        np.save(Path(folder.name, name), array)
    return folder.name


def started(side: str) -> Start:
    def start(steps: int) -> Work:
        if side in NEEDED:
            peer(NEEDED[side])
        if side in OURS:
            compiled(np.tanh, side.removeprefix("ours "))  # is there such a backend?
        command = [sys.executable, "-m", "benchmarks.mnist_script", side, prepared(), str(steps)]

        def run() -> tuple[float, list[float]]:
            start = perf_counter()
            accuracies = json.loads(subprocess.check_output(command).splitlines()[-1])
            return perf_counter() - start, accuracies

        return run

    return start


WORKLOAD = Workload(
    name="script",
    title="10,000 TwoLayerNet steps on MNIST, the whole script",
    cases={"float32": 10_000},
    tiny=20,
    reference="book",
    sides={side: started(side) for side in mnist_script.SCRIPTS},
    floors={side: started(side) for side in mnist_script.FLOORS},
    targets=(
        Target(OURS, ("book",), at_most=0.3),
        Target(OURS, ("torch",), at_most=0.65),
        Target(OURS, ("jax", "jax inside"), at_most=0.5),
    ),
    rtol=0.01,  # of accuracies, after so many steps in float32
    timed=False,
)
