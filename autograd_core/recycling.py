"""Memory that large arrays leave behind, kept for the next ones."""

from __future__ import annotations

import ctypes

# glibc's names for what `mallopt` sets (malloc.h).
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_LARGEST = 2**31 - 1  # mallopt takes a C int


def recycle_memory(limit: int = 1 << 30) -> bool:
    """Let the C library keep up to `limit` bytes of freed memory, for the whole process.

    A large array is otherwise given back to the system when it is freed, and the next one of that
    size is made of fresh pages, each of which costs an interruption when it is first written.  An
    eager computation on arrays of megabytes, which makes and frees many of them, spends a third of
    its time so; compiled functions have buffers of their own and gain nothing.

    Returns whether the C library can do it: glibc, that of most Linux systems.  It holds until the
    process ends, for all that it allocates, and cannot be taken back; memory that is kept shows as
    used by the process.

    Raises ValueError for a limit below 0.
    Source: the manual of GNU C's `mallopt`.

    >>> from autograd_core import recycle_memory
    >>> recycle_memory(-1)
    Traceback (most recent call last):
    ...
    ValueError: recycle_memory: limit=-1 bytes; pass 0 or more.
    """
    if limit < 0:
        raise ValueError(f"recycle_memory: limit={limit} bytes; pass 0 or more.")
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    size = min(limit, _LARGEST)
    return bool(mallopt(_M_MMAP_THRESHOLD, size) and mallopt(_M_TRIM_THRESHOLD, size))
