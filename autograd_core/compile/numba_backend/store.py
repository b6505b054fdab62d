"""Compiled kernels, kept in memory and on disk.

The source of a kernel is a file in the cache folder, named by its hash, and Numba keeps the machine
code beside it, by processor and by the types of arguments.  Files are put in place by renaming, so
that processes that compile at the same time do not meet half a file.  What cannot be read is
compiled again, after one warning, and so is everything where the folder cannot be written.  Those
that were used last are kept.
"""

from __future__ import annotations

import hashlib
import importlib.util
import linecache
import os
import sys
import tempfile
import types
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import RLock
from typing import Any

import llvmlite
import numba
import numpy as np

from autograd_core.compile import formats
from autograd_core.compile.numba_backend import folds, functions, intrinsics

_HEAD = """import numpy as np
from numba import boolean, float32, float64, int32, int64, uint8
from numpy import inf, nan

from autograd_core.compile.numba_backend.folds import *
from autograd_core.compile.numba_backend.functions import *
from autograd_core.compile.numba_backend.intrinsics import *


"""
_PREFIX = "autograd_core_kernel_"
_KEPT = 1000  # kernels in the cache folder: 48 MB of those that the tests make
_OPTIONS = {"nogil": True, "error_model": "numpy"}
_kernels: dict[tuple[str, Any], Sequence[Any]] = {}
_lock = RLock()
_warned: list[str] = []


def compiled(source: str, signatures: Mapping[str, Any]) -> Sequence[Any]:
    """The functions of a source, compiled for these types of arguments.

    signatures: by the name of the function.
    """
    key = (source, tuple(signatures.items()))
    with _lock:
        if key not in _kernels:
            _kernels[key] = _from_disk(_HEAD + source, signatures)
        return _kernels[key]


def cache_folder() -> Path:
    """$AUTOGRAD_CORE_CACHE, or the place for such files on this platform."""
    given = os.environ.get("AUTOGRAD_CORE_CACHE")
    if given:
        return Path(given)
    if sys.platform == "win32":
        root = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        root = Path.home() / "Library" / "Caches"
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / "autograd_core"


def _from_disk(source: str, signatures: Mapping[str, Any]) -> Sequence[Any]:
    name = _PREFIX + _hash_of(source)
    try:
        path = _placed(cache_folder(), name, source)
    except OSError as error:
        _warn(f"the cache folder cannot be written: {error}")
        return _jitted(_in_memory(name, source), signatures)
    try:
        return _jitted(_imported(name, path), signatures, cache=True)
    except Exception as error:  # noqa: BLE001  whatever is wrong with a file that others can write
        _warn(f"{path} or what Numba keeps beside it is damaged: {type(error).__name__}: {error}")
        _remove(path)
        return _jitted(_in_memory(name, source), signatures)


def _remove(path: Path) -> None:
    """Remove a source and what Numba keeps beside it, if that is allowed."""
    for file in path.parent.glob(f"**/{path.stem}.*"):
        with suppress(OSError):
            file.unlink()


def _prune(folder: Path) -> None:
    """Let the folder keep the kernels that were used last."""
    used = {}
    for path in folder.glob(f"{_PREFIX}*.py"):
        with suppress(OSError):  # another process may prune, too
            used[path] = path.stat().st_mtime_ns
    for path in sorted(used, key=used.__getitem__)[:-_KEPT]:
        _remove(path)


def _warn(problem: str) -> None:
    if not _warned:
        _warned.append(problem)
        warnings.warn(
            f"compile: {problem}. Kernels are compiled again in this process; set "
            "AUTOGRAD_CORE_CACHE to a folder that only you can write.",
            RuntimeWarning,
            stacklevel=2,
        )


def _hash_of(source: str) -> str:
    return hashlib.sha256((_of_versions() + source).encode()).hexdigest()[:32]


@cache
def _of_versions() -> str:
    """All that the machine code depends on beside its source and the processor."""
    versions = (numba.__version__, llvmlite.__version__, np.__version__, sys.version)
    modules = (folds, formats, functions, intrinsics)
    inlined = (Path(str(module.__file__)).read_text(encoding="utf-8") for module in modules)
    return "\n".join((*versions, str(_OPTIONS), *inlined))


def _placed(folder: Path, name: str, source: str) -> Path:
    """The file with the source, which is written where it is not there."""
    path = folder / f"{name}.py"
    if path.exists() and path.read_text(encoding="utf-8", errors="replace") == source:
        with suppress(OSError):
            path.touch()
        return path
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, made = tempfile.mkstemp(dir=folder, suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(source)
    Path(made).replace(path)
    _prune(folder)
    return path


def _imported(name: str, path: Path) -> Any:
    """The module of a file.  Numba looks it up in sys.modules when it loads machine code."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _in_memory(name: str, source: str) -> Any:
    module = types.ModuleType(name)
    sys.modules[name] = module
    linecache.cache[f"<{name}>"] = (len(source), None, source.splitlines(keepends=True), name)
    exec(compile(source, f"<{name}>", "exec"), module.__dict__)  # noqa: S102  our own text
    return module


def _jitted(module: Any, signatures: Mapping[str, Any], **options: Any) -> Sequence[Any]:
    made = []
    for name, signature in signatures.items():
        jit: Any = numba.njit
        function = jit(**_OPTIONS, **options)(getattr(module, name))
        function.compile(signature)
        made.append(function)
    return made
