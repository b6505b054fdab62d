"""Kernels on disk: a second process starts warm, and nothing that is wrong there stops it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("numba")

from autograd_core.compile.numba_backend import store
from tests.compile.numba_programs import program_of, run

X = np.linspace(-2, 2, 50)
PROGRAM = program_of(lambda x: np.sum(np.tanh(x) * x + 1), [X])


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, and nothing in memory."""
    made = tmp_path / "kernels"
    monkeypatch.setenv("AUTOGRAD_CORE_CACHE", str(made))
    forget(monkeypatch)
    return made


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be as a process that has just been started."""
    monkeypatch.setattr(store, "_kernels", {})
    monkeypatch.setattr(store, "_warned", [])


def kernels() -> list[Any]:
    return [kernel for made in store._kernels.values() for kernel in made]


def assert_right() -> None:
    np.testing.assert_allclose(run(PROGRAM, [X]), PROGRAM.evaluate([X]), rtol=1e-14)


def test_a_second_process_loads_machine_code(monkeypatch: pytest.MonkeyPatch) -> None:
    assert_right()
    assert [sum(kernel.stats.cache_misses.values()) for kernel in kernels()] == [1]
    forget(monkeypatch)
    assert_right()
    assert [sum(kernel.stats.cache_hits.values()) for kernel in kernels()] == [1]


@pytest.mark.parametrize("ending", ["*.nbi", "*.nbc"])
def test_damaged_files_are_compiled_anew_after_one_warning(
    folder: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    assert_right()
    for path in folder.rglob(ending):
        path.write_bytes(b"not what Numba wrote")
    forget(monkeypatch)
    with pytest.warns(RuntimeWarning, match=r"compile: .* is damaged.*AUTOGRAD_CORE_CACHE") as seen:
        assert_right()
    assert len(seen) == 1
    forget(monkeypatch)  # the damaged files are gone
    assert_right()


def test_another_source_under_the_same_name_is_replaced(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_right()
    (path,) = folder.glob("*.py")
    path.write_text("def kernel(*args):\n    return (0.0,)\n")
    forget(monkeypatch)
    assert_right()


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AUTOGRAD_CORE_CACHE", str(tmp_path / "file" / "kernels"))
    with pytest.warns(RuntimeWarning, match=r"compile: the cache folder cannot be written"):
        assert_right()
    store.compiled("def kernel(x):\n    return x\n", {"kernel": (store.numba.int64,)})  # silent


SCRIPT = """
from tests.compile import test_numba_cache
test_numba_cache.assert_right()
"""


def test_processes_that_compile_at_the_same_time(folder: Path) -> None:
    started: Sequence[subprocess.Popen[bytes]] = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", SCRIPT], env=dict(os.environ))
        for _ in range(2)
    ]
    assert [process.wait() for process in started] == [0, 0]
    assert len(list(folder.glob("*.py"))) == 1
    assert not list(folder.glob("*.tmp"))
