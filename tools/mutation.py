"""Mutation testing of the derivative tables and of the passes: how many small faults the tests see.

    python -m tools.mutation ops.elementwise ops.scan      these tables
    python -m tools.mutation --sample 40 reverse forward   40 mutants of each of these modules

Mutants are made by the operators of cosmic-ray (`pip install cosmic-ray`).  A table is changed in a
forked process in which all else is loaded: there the tests that derive from the registry run on the
primitives of the table first.  What they let through, and every mutant of another module, meets the
test files of TESTS in a fresh process.  Survivors are listed; `docs/mutation.md` explains them.
"""

from __future__ import annotations

import argparse
import importlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import cosmic_ray.ast
import cosmic_ray.plugins
from cosmic_ray.mutating import mutate_code

ROOT = Path(__file__).parent.parent
SECONDS = 240  # a mutant that runs longer is killed: it does not end

# One or two other operators for each: all ten of cosmic-ray's differ little in what they prove.
OPERATORS = [
    *(f"core/ReplaceBinaryOperator_{pair}" for pair in (
        "Add_Sub", "Sub_Add", "Mul_Div", "Mul_Add", "Div_Mul", "Pow_Mul", "FloorDiv_Div", "Mod_Mul",
        "BitOr_BitAnd", "BitAnd_BitOr")),
    *(f"core/ReplaceComparisonOperator_{pair}" for pair in (
        "Eq_NotEq", "NotEq_Eq", "Lt_LtE", "Lt_Gt", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_Lt", "GtE_Gt",
        "GtE_Lt", "Is_IsNot", "IsNot_Is")),
    "core/ReplaceUnaryOperator_Delete_USub", "core/ReplaceUnaryOperator_Delete_Invert",
    "core/ReplaceUnaryOperator_Delete_Not", "core/AddNot", "core/ReplaceTrueWithFalse",
    "core/ReplaceFalseWithTrue", "core/ReplaceAndWithOr", "core/ReplaceOrWithAnd",
    "core/NumberReplacer", "core/ZeroIterationForLoop",
]  # fmt: skip

# What says nothing about values: the interval that samples are drawn from, and types.
SILENT = ("domain=", "import ", "Domain")

# The test files that a module's mutants meet.
PASSES = ["test_reverse", "test_forward", "test_reach", "test_transforms", "test_ownership",
          "test_primitives", "test_errors", "test_primitive"]  # fmt: skip
TESTS = {
    "ops": ["test_primitives", "test_edges", "test_complex", "test_dtypes", "test_numpy_api",
            "test_errors", "test_indexing", "test_linalg", "test_fft", "test_reductions",
            "test_order", "test_shaping", "test_uncovered", "test_special"],
    "plan": ["test_ownership", *PASSES],
}  # fmt: skip


class Mutant(NamedTuple):
    """One changed place of one module."""

    module: str
    line: int
    text: str  # the line as it is now
    operator: str
    code: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.operator.split('/')[1]}: {self.text.strip()}"


def path_of(module: str) -> Path:
    """The file of a module of autograd_core."""
    return ROOT / "autograd_core" / (module.replace(".", "/") + ".py")


def mutants(module: str) -> Iterator[Mutant]:
    """Every mutant of a module that is another program."""
    source = path_of(module).read_text(encoding="utf-8")
    lines = source.splitlines()
    for name in OPERATORS:
        operator = cosmic_ray.plugins.get_operator(name)()
        for occurrence in range(10_000):
            code = mutate_code(source, operator, occurrence)
            if code is None:
                break
            number = next(
                (i for i, pair in enumerate(zip(lines, code.splitlines(), strict=False), 1)
                 if pair[0] != pair[1]), None)  # fmt: skip
            if number is None or any(word in lines[number - 1] for word in SILENT):
                continue
            yield Mutant(module, number, lines[number - 1], name, code)


# ── tables: in a forked process ───────────────────────────────────────────────────────────────
def survives_derived_tests(mutant: Mutant) -> bool:
    """Whether the tests that derive from the registry see nothing, in a process of their own."""
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            _install(mutant)
            failed = _derived_tests_fail(mutant.module)
        except BaseException:  # noqa: BLE001  a table that cannot be made is seen
            failed = True
        os._exit(1 if failed else 0)
    return _ends_well(child)


def _ends_well(child: int) -> bool:
    import signal
    import time

    started = time.monotonic()
    while time.monotonic() - started < SECONDS:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def _install(mutant: Mutant) -> None:
    """Run the changed table, and give the primitives that everybody holds what it declares."""
    from autograd_core.primitive import REGISTRY, UFUNCS

    module = importlib.import_module(f"autograd_core.{mutant.module}")
    mine = {n: p for n, p in REGISTRY.items() if _declared_in(module, p)}
    for name in mine:
        del REGISTRY[name]
    for ufunc in [u for u, made in UFUNCS.items() if made in mine.values()]:
        del UFUNCS[ufunc]
    exec(compile(mutant.code, str(path_of(mutant.module)), "exec"), module.__dict__)  # noqa: S102
    for name, old in mine.items():
        _become(old, REGISTRY.pop(name), [REGISTRY, UFUNCS, module.__dict__])
        REGISTRY[name] = old


def _become(old: Any, new: Any, tables: list[Any]) -> None:
    """The primitive that others hold does what the new one does, and stands wherever that stood."""
    for slot in type(old).__slots__:
        if slot != "plans":
            setattr(old, slot, getattr(new, slot))
    old.plans.clear()
    for table in tables:
        for key in [key for key, value in table.items() if value is new]:
            table[key] = old


def _declared_in(module: Any, made: Any) -> bool:
    return made in [v for v in module.__dict__.values() if type(v) is type(made)] and any(
        getattr(rule, "__module__", None) == module.__name__ for rule in made.rules
    )


def _derived_tests_fail(name: str) -> bool:
    import warnings

    import numpy as np

    from tests.core import test_dtypes, test_forward, test_ownership, test_primitives
    from tests.core.samples import SAMPLES

    warnings.simplefilter("error")
    module = importlib.import_module(f"autograd_core.{name}")
    samples = [s for s in SAMPLES if _declared_in(module, s.primitive)]
    checks = [
        test_primitives.test_value,
        test_primitives.test_rules_agree_with_differences,
        test_primitives.test_rules_differentiated_again_agree_with_differences,
        test_forward.test_forward_is_the_transpose_of_reverse,
        test_ownership.test_nothing_is_read_that_no_rule_asked_for,
        test_dtypes.test_float32_stays_float32,
    ]
    composites = [s for s in samples if s.primitive.definition]
    calls = [(check, s) for check in checks for s in samples if s in _of(check)]
    calls += [(test_primitives.test_composites_equal_their_definitions, s) for s in composites]
    with np.errstate(all="ignore"):
        for check, sample in calls:
            try:
                check(sample)
            except BaseException:  # noqa: BLE001
                return True
    return False


def _of(check: Any) -> list[Any]:
    """The samples that a test is run on."""
    (mark,) = [m for m in check.pytestmark if m.name == "parametrize" and m.args[0] == "sample"]
    return list(mark.args[1])


# ── everything: in a fresh process ────────────────────────────────────────────────────────────
def survives_test_files(mutant: Mutant) -> bool:
    """Whether the test files see nothing, in a copy of the tree."""
    group = TESTS.get(mutant.module.split(".")[0], PASSES)
    files = [f"tests/core/{n}.py" for n in group if (ROOT / f"tests/core/{n}.py").exists()]
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        for part in ("autograd_core", "nn", "tests", "pyproject.toml"):
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            copy(ROOT / part, tree / part)
        changed = tree / path_of(mutant.module).relative_to(ROOT)
        changed.write_text(mutant.code, encoding="utf-8")
        try:
            run = subprocess.run(  # noqa: S603
                [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *files],
                cwd=tree, env=os.environ | {"PYTHONPATH": folder, "OPENBLAS_NUM_THREADS": "1"},
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return False
    return run.returncode == 0


def survives(mutant: Mutant) -> bool:
    """Whether no test sees the mutant."""
    if mutant.module.startswith("ops.") and not survives_derived_tests(mutant):
        return False
    return survives_test_files(mutant)


def main() -> None:
    """Print the score of each module, and the survivors."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="+", help="modules of autograd_core: ops.scan, reverse …")
    parser.add_argument("--sample", type=int, help="so many mutants of each, drawn by chance")
    options = parser.parse_args()
    for module in options.modules:
        if module.startswith("ops."):
            from tests.core import (  # noqa: F401  forked
                test_dtypes,
                test_forward,
                test_ownership,
                test_primitives,
            )
        made = list(mutants(module))
        if options.sample and options.sample < len(made):
            made = random.Random(0).sample(made, options.sample)
        left = [mutant for mutant in made if survives(mutant)]
        killed = len(made) - len(left)
        print(
            f"{module}: {killed} of {len(made)} killed, {killed / max(len(made), 1):.1%}",
            flush=True,
        )
        for mutant in left:
            print(f"  survives  {mutant}", flush=True)


if __name__ == "__main__":
    main()
