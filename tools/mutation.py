"""Mutation testing of the derivative tables and of the passes: how many small faults the tests see.

    python -m tools.mutation ops.scan ops.products         all mutants of these modules
    python -m tools.mutation --sample 40 reverse forward   40 mutants of each of these

Mutants are made by the operators of cosmic-ray (`pip install 'autograd-core[mutation]'`).  Each one
lives in a forked process (so this runs on Unix), where the module's source is replaced before the
package is imported, and meets the test files of TESTS until one of them fails.  A mutant of a table
first meets the tests that derive from the registry, on the primitives of that table alone, in a
process in which all else is loaded: these see most faults in a fraction of a second.

Survivors are listed; `docs/mutation.md` explains them.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.machinery
import importlib.util
import os
import random
import resource
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import cosmic_ray.ast  # type: ignore[import-untyped]
import cosmic_ray.plugins  # type: ignore[import-untyped]
import numpy as np
import pytest
import scipy.linalg  # before the forks, as they take longest to import
import scipy.optimize
import scipy.special  # noqa: F401
from cosmic_ray.mutating import mutate_code  # type: ignore[import-untyped]

ROOT = Path(__file__).parent.parent

# A mutant that takes more is killed: it does not end, or fills the memory.  (Time on the processor,
# so that a busy machine kills nothing.)
SECONDS, BYTES = 60, 8 << 30

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

# The tests that run on every sample of the registry: here on those of the table alone, the ones
# that see most first.
DERIVED = {
    "test_primitives": ["test_rules_agree_with_differences", "test_value",
                        "test_composites_equal_their_definitions",
                        "test_rules_differentiated_again_agree_with_differences"],
    "test_forward": ["test_forward_is_the_transpose_of_reverse"],
    "test_dtypes": ["test_float32_stays_float32"],
    "test_ownership": ["test_nothing_is_read_that_no_rule_asked_for"],
}  # fmt: skip

# The test files that a module's mutants meet, those that see most first.
PASSES = ["test_hooks", "test_reach", "test_transforms", "test_transforms_graphs",
          "test_transforms_tangent", "test_reverse", "test_transforms_custom", "test_ownership",
          "test_forward", "test_complex", "test_primitive", "test_passes_details"]  # fmt: skip
TABLES = ["test_complex", "test_edges", "test_reach"]
TESTS = {
    "reverse": PASSES,
    "forward": ["test_transforms_tangent", *PASSES],
    "plan": PASSES,
    "reach": ["test_reach", "test_edges", *PASSES],
    "ops.elementwise": ["test_elementwise", *TABLES, "test_primitives", "test_operators"],
    "ops.kinks": ["test_edges", "test_elementwise", *TABLES],
    "ops.reduction": ["test_reductions_details", "test_reductions", "test_statistics", *TABLES],
    "ops.products": ["test_products", *TABLES],
    "ops.scan": ["test_scans", *TABLES],
    "ops.order": ["test_order", *TABLES],
    "ops.shaping": ["test_shaping", "test_shaping_calls", "test_indexing", *TABLES],
    "ops.choices": ["test_elementwise", "test_shaping_calls", "test_order", *TABLES],
    "ops.placing": ["test_shaping", "test_shaping_calls", "test_indexing", *TABLES],
    "ops.activation": TABLES,
    "ops.linalg": ["test_linalg", *TABLES],
    "ops.decompositions": ["test_linalg", *TABLES],
    "ops.scipy_linalg": ["test_scipy_linalg", "test_linalg", *TABLES],
    "ops.fft": ["test_fft", *TABLES],
    "ops.special": ["test_special", *TABLES, "test_primitives"],
    "ops.bessel": ["test_special", *TABLES, "test_primitives"],
    "ops.assignment": ["test_assignment_details", "test_assignment", "test_assignment_programs",
                       "test_views", *TABLES],
}  # fmt: skip


class Mutant(NamedTuple):
    """One changed place of one module; without an operator, the module as it is."""

    module: str
    operator: str = ""
    occurrence: int = 0
    line: int = 0

    def __str__(self) -> str:
        text = self.source().splitlines()[self.line - 1].strip()
        changed = self.code().splitlines()
        new = changed[self.line - 1].strip() if self.line <= len(changed) else ""
        return f"{self.module}:{self.line} {self.operator.split('/')[1]}\n    - {text}\n    + {new}"

    def source(self) -> str:
        """The module as it is."""
        return path_of(self.module).read_text(encoding="utf-8")

    def code(self) -> str:
        """The module as the mutant has it."""
        if not self.operator:
            return self.source()
        operator = cosmic_ray.plugins.get_operator(self.operator)()
        return str(mutate_code(self.source(), operator, self.occurrence))


def path_of(module: str) -> Path:
    """The file of a module of autograd_core."""
    return ROOT / "autograd_core" / (module.replace(".", "/") + ".py")


# ── which mutants there are ───────────────────────────────────────────────────────────────────
def mutants(module: str) -> Iterator[Mutant]:
    """Every mutant of a module, but those of `silent` places."""
    source = path_of(module).read_text(encoding="utf-8")
    lines = source.splitlines()
    nodes = list(cosmic_ray.ast.ast_nodes(cosmic_ray.ast.get_ast(source)))
    spans = list(silent(source))
    for name in OPERATORS:
        operator = cosmic_ray.plugins.get_operator(name)()
        places = [place for node in nodes for place in operator.mutation_positions(node)]
        for occurrence, (start, _) in enumerate(places):
            line, column = start
            is_separator = lines[line - 1].startswith("*,", column)  # of parameters: no product
            if not is_separator and not any(first <= start < last for first, last in spans):
                yield Mutant(module, name, occurrence, line)


def silent(source: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Where a change says nothing about values: types, texts of errors, intervals of samples, and
    `strict=` of zip, which asserts that lengths are equal."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.arg(annotation=ast.expr() as found) | ast.AnnAssign(annotation=found):
                yield _span(found)
            case ast.FunctionDef(returns=ast.expr() as found):
                yield _span(found)
            case ast.keyword(arg="domain" | "strict", value=found):
                yield _span(found)
            case ast.Raise(exc=ast.expr() as found):
                yield _span(found)


def _span(node: ast.expr) -> tuple[tuple[int, int], tuple[int, int]]:
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)


# ── processes ─────────────────────────────────────────────────────────────────────────────────
def passes(test: Callable[[], bool]) -> bool:
    """Whether the test holds in a process of its own, which may crash and may not end."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        held = False
        try:
            held = test()
        finally:
            os._exit(0 if held else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def that_pass(test: Callable[[Mutant], bool], found: Sequence[Mutant]) -> list[Mutant]:
    """The mutants for which the test holds, all tried from one process, whose imports are lost."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        try:
            for mutant in found:
                os.write(writer, b"1" if passes(partial(test, mutant)) else b"0")
        finally:
            os._exit(0)
    os.close(writer)
    told = b"".join(iter(partial(os.read, reader, 1024), b""))
    os.close(reader)
    os.wait()
    return [mutant for mutant, held in zip(found, told, strict=True) if held == ord("1")]


# ── the test files, on a package that is imported with the change ─────────────────────────────
def passes_test_files(mutant: Mutant) -> bool:
    """Whether no file of TESTS sees the mutant."""
    sys.meta_path.insert(0, Changed(mutant))
    own_samples = OwnSamples(mutant.module)
    for name in TESTS[mutant.module]:
        options = ["-x", "-q", "--tb=no", "-p", "no:cacheprovider", f"{ROOT}/tests/core/{name}.py"]
        if pytest.main(options, plugins=[own_samples]) != pytest.ExitCode.OK:
            return False
    return True


class Changed(importlib.machinery.SourceFileLoader):
    """Finds one module, and loads the source that a mutant has instead."""

    def __init__(self, mutant: Mutant) -> None:
        super().__init__(f"autograd_core.{mutant.module}", str(path_of(mutant.module)))
        self.mutant = mutant

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        return importlib.util.spec_from_loader(name, self) if name == self.name else None

    def get_code(self, fullname: str) -> Any:
        return compile(self.mutant.code(), self.path, "exec")


class OwnSamples:
    """A plugin of pytest: of the tests that run on every sample of the registry, those of one
    table; for a mutant of a pass, those of the first sample of each primitive."""

    def __init__(self, module: str) -> None:
        self.module = module

    def pytest_configure(self) -> None:
        """A failure of a random test is enough: no smaller one is looked for."""
        from hypothesis import Phase, settings

        settings.register_profile("mutation", derandomize=True, phases=[Phase.generate])
        settings.load_profile("mutation")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if self.concerns(getattr(item, "callspec", None))]

    def concerns(self, call: Any) -> bool:
        sample = call.params.get("sample") if call is not None else None
        if sample is None:
            return True
        if self.module.startswith("ops."):
            return declared_in(self.module, sample.primitive)
        firsts = importlib.import_module("tests.core.samples").FIRST_SAMPLES
        return any(sample is first for first in firsts)


# ── the derived tests, where all is loaded ────────────────────────────────────────────────────
def passes_derived_tests(mutant: Mutant) -> bool:
    """Whether the tests of DERIVED hold on the samples of the table, once the mutant is in."""
    if mutant.operator:
        install(mutant)
    warnings.simplefilter("error")
    with np.errstate(all="ignore"):
        for test, sample in derived_calls(mutant.module):
            test(sample)
    return True


def derived_calls(module: str) -> Iterator[tuple[Callable[..., None], Any]]:
    """The tests that derive from the registry, with the samples of one table."""
    for name, tests in DERIVED.items():
        file = importlib.import_module(f"tests.core.{name}")
        for test in (getattr(file, test) for test in tests):
            (mark,) = [m for m in test.pytestmark if m.args[0] == "sample"]
            for sample in mark.args[1]:
                if declared_in(module, sample.primitive):
                    yield test, sample


def install(mutant: Mutant) -> None:
    """Run the changed table, and give the primitives that everybody holds what it declares."""
    from autograd_core.primitive import REGISTRY, UFUNCS

    module = sys.modules[f"autograd_core.{mutant.module}"]
    mine = {name: made for name, made in REGISTRY.items() if declared_in(mutant.module, made)}
    for name in mine:
        del REGISTRY[name]
    for ufunc in [ufunc for ufunc, made in UFUNCS.items() if made in mine.values()]:
        del UFUNCS[ufunc]
    exec(compile(mutant.code(), str(path_of(mutant.module)), "exec"), module.__dict__)  # noqa: S102
    for name, old in mine.items():
        become(old, REGISTRY.pop(name), [REGISTRY, UFUNCS, module.__dict__])
        REGISTRY[name] = old


def become(old: Any, new: Any, tables: Sequence[dict[Any, Any]]) -> None:
    """The primitive that others hold does what the new one does, and stands wherever that stood."""
    for slot in type(old).__slots__:
        if slot != "plans":
            setattr(old, slot, getattr(new, slot))
    old.plans.clear()
    for table in tables:
        for key in [key for key, value in table.items() if value is new]:
            table[key] = old


def declared_in(module: str, made: Any) -> bool:
    """Whether the primitive is one of the table's."""
    table = sys.modules[f"autograd_core.{module}"].__dict__
    return any(made is value for value in table.values()) and any(
        rule.__module__ == f"autograd_core.{module}" for rule in made.rules
    )


# ── all together ──────────────────────────────────────────────────────────────────────────────
def survivors(module: str, found: Sequence[Mutant]) -> list[Mutant]:
    """The mutants that no test sees."""
    left = found
    is_table = module.startswith("ops.")
    for stage in (passes_derived_tests, passes_test_files) if is_table else (passes_test_files,):
        if not that_pass(stage, [Mutant(module)]):
            raise SystemExit(f"{module}: {stage.__name__} does not hold without a mutation.")
        left = that_pass(stage, left)
    return list(left)


def main() -> None:
    """Print the score of each module, and the survivors."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="+", choices=TESTS, metavar="MODULE", help="ops.scan …")
    parser.add_argument("--sample", type=int, help="so many mutants of each, drawn by chance")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    options = parser.parse_args()
    for module in options.modules:
        every = list(mutants(module))
        count = min(options.sample or len(every), len(every))
        drawn = random.Random(options.seed).sample(every, count)
        left = survivors(module, drawn)
        score = f"{count - len(left)} of {count} killed, {1 - len(left) / count:.1%}"
        print(f"{module}: {score} ({len(every)} in all)", *left, sep="\n  ", flush=True)


if __name__ == "__main__":
    main()
