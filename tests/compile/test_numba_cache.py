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

from numba.core.caching import IndexDataCacheFile

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


def assert_right_after_one_warning(match: str) -> None:
    with pytest.warns(RuntimeWarning, match=match) as seen:
        assert_right()
    assert len(seen) == 1


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
    assert_right_after_one_warning(r"compile: .* is damaged.*AUTOGRAD_CORE_CACHE")
    forget(monkeypatch)  # the damaged files are gone
    assert_right()


@pytest.mark.parametrize("content", [b"", b"\x80"], ids=["empty", "cut off"])
def test_other_contents_are_damage(
    folder: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    assert_right()
    for path in folder.rglob("*.nb[ic]"):
        path.write_bytes(content)
    forget(monkeypatch)
    assert_right_after_one_warning(r"compile: .* is damaged")


def test_damaged_files_that_cannot_be_removed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError("read-only folder")

    assert_right()
    for path in folder.rglob("*.nbi"):
        path.write_bytes(b"not what Numba wrote")
    forget(monkeypatch)
    monkeypatch.setattr(Path, "unlink", refuse)
    monkeypatch.setattr(Path, "touch", refuse)
    assert_right_after_one_warning(r"compile: .* is damaged")


def test_machine_code_that_cannot_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numba's files: the folder is there, and its disk is full."""

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(IndexDataCacheFile, "save", refuse)
    assert_right_after_one_warning(r"compile: .* is damaged: OSError: .*No space")


def test_the_kernels_that_were_used_last_are_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_KEPT", 3)
    types = {"kernel": (store.numba.int64,)}

    def use(number: int) -> Path:
        forget(monkeypatch)
        source = f"def kernel(x):\n    return x + {number}\n"
        (kernel,) = store.compiled(source, types)
        assert kernel(1) == 1 + number
        (path,) = [p for p in folder.glob("*.py") if p.read_text().endswith(source)]
        return path

    def older(path: Path) -> None:
        os.utime(path, ns=(0, path.stat().st_mtime_ns - 10**9))

    paths = []
    for number in range(3):
        paths.append(use(number))
        for path in paths:
            older(path)
    use(0)  # the oldest, and now the one used last
    use(3)
    assert [path.exists() for path in paths] == [True, False, True]
    left = {path.name.partition(".")[0] for path in folder.rglob("*.nb[ic]")}
    assert left == {path.stem for path in folder.glob("*.py")}
    assert len(left) == 3


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
