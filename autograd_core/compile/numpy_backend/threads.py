"""Blocks of a long computation on several threads: NumPy lets go of the lock inside its loops."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from contextvars import copy_context
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

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
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(max(1, count() - 1), "autograd_core")


def in_blocks(block: Block, size: int, length: int, scratch: Sequence[Any]) -> list[Any]:
    """What the blocks of 0 … size return, in order; every thread has a scratch of its own.

    All threads warn and raise as `np.errstate` says where it is called.
    """
    starts = range(0, size, length)
    results: list[Any] = [None] * len(starts)
    numbers = itertools.count()  # each thread takes the next block

    def work(own: Any) -> None:
        for number in numbers:
            if number >= len(starts):
                return
            start = starts[number]
            results[number] = block(start, min(start + length, size), own)

    helpers = scratch[1 : len(starts)]
    pool = _pool(os.getpid())
    waiting = [pool.submit(copy_context().run, work, own) for own in helpers]
    try:
        work(scratch[0])
    finally:  # no array may be written to when this is left
        for each in waiting:
            each.exception()
    for each in waiting:
        each.result()
    return results
