"""Blocks of a long computation on several threads: NumPy lets go of the lock inside its loops."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

Block = Callable[[int, int, Any], Any]  # (start, stop, scratch of a thread)


@cache
def count() -> int:
    """How many: $AUTOGRAD_CORE_THREADS or $OMP_NUM_THREADS, else the processors there are."""
    for name in ("AUTOGRAD_CORE_THREADS", "OMP_NUM_THREADS"):
        value = os.environ.get(name, "")
        if value.isdecimal() and int(value):
            return int(value)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """The threads of this process: those of its parent are not there after a fork."""
    return ThreadPoolExecutor(max(1, count() - 1), "autograd_core")


def in_blocks(block: Block, size: int, length: int, scratch: Sequence[Any]) -> list[Any]:
    """What the blocks of 0 … size return, in order; every thread has a scratch of its own."""
    starts = range(0, size, length)
    results: list[Any] = [None] * len(starts)
    numbers = itertools.count()  # each thread takes the next block

    def work(own: Any) -> None:
        for number in numbers:
            if number >= len(starts):
                return
            start = starts[number]
            results[number] = block(start, min(start + length, size), own)

    waiting = [_pool(os.getpid()).submit(work, own) for own in scratch[1 : len(starts)]]
    work(scratch[0])
    for each in waiting:
        each.result()
    return results
