"""Freed memory is kept: counted in pages that the system had to bring."""

import ctypes
import subprocess
import sys

import pytest

from autograd_core import recycle_memory

CODE = """
import resource, sys
import numpy as np
from autograd_core import recycle_memory, value_and_grad
if sys.argv[1] == "keep":
    assert recycle_memory()
slope = value_and_grad(lambda x: np.sum(np.tanh(x) * np.exp(-(x**2))))
x = np.linspace(0, 1, 1_000_000)
for _ in range(3):
    slope(x)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(3):
    slope(x)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how):
    run = subprocess.run(
        [sys.executable, "-c", CODE, how], capture_output=True, text=True, check=True
    )
    return int(run.stdout)


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallopt"),
    reason="only glibc keeps memory when it is asked to",
)
def test_large_arrays_are_made_of_pages_that_are_there():
    assert faults("keep") < faults("do not") / 10


def test_a_c_library_that_cannot_says_so(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    assert recycle_memory() is False
