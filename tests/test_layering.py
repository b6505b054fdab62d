"""Who may import whom: a module imports from layers above its own; there are no circles."""

import ast
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import autograd_core

ROOT = Path(__file__).parent.parent

# Modules of one line do not import each other; modules of one folder ("…") may.
LAYERS = [
    [
        "autograd_core.version",
        "autograd_core.errors",
        "autograd_core.abstract",
        "autograd_core.recycling",
        "autograd_core.late",
    ],
    ["autograd_core.shapes", "autograd_core.structure", "autograd_core.plan"],
    ["autograd_core.hooks"],
    ["autograd_core.primitive", "autograd_core.kernels…"],
    ["autograd_core.ops…"],
    ["autograd_core.mode"],
    ["autograd_core.dispatch", "autograd_core.diagnose", "autograd_core.node"],
    ["autograd_core.methods", "autograd_core.readable"],
    ["autograd_core.reach"],
    ["autograd_core.reverse"],
    ["autograd_core.symbolic…"],
    ["autograd_core.intake"],
    ["autograd_core.tensor"],
    ["autograd_core.ledger"],
    ["autograd_core.buffer", "autograd_core.nonfinite"],
    ["autograd_core.numpy_api…", "autograd_core.forward"],
    ["autograd_core.batched…"],
    ["autograd_core.transforms…"],
    ["autograd_core.scipy…", "autograd_core.edges"],
    ["autograd_core.blame"],
    ["autograd_core.check", "autograd_core.rewrite…"],
    ["autograd_core.tracing…"],
    # explain reads what a drawing records, and a drawn graph explains itself
    ["autograd_core.draw.names"],
    ["autograd_core.draw.snapshot…"],
    ["autograd_core.draw.labels"],
    ["autograd_core.explain…", "autograd_core.draw.layout…", "autograd_core.draw.lenses…"],
    ["autograd_core.draw…"],
    ["autograd_core.compile…"],
    ["autograd_core.debugging"],
    ["autograd_core"],
    ["autograd_core.__main__"],
    ["nn…"],
]
# Imported by the function that needs them: the extras, and graphviz, which most runs never need;
# and what of the standard library takes milliseconds.
LATE = {"graphviz", "matplotlib", "numba", "pooch", "rich", "scipy"} | {"concurrent", "json"}
# Our own: drawing takes longer to import than all the rest, and what explains or simplifies a
# graph stands above the drawing that it uses.
LATE_OWN = {
    "autograd_core.compile.api": {
        "autograd_core.compile.memory",
        "autograd_core.compile.profiling",
        "autograd_core.compile.source",
        "autograd_core.compile.storage",
    },
    "autograd_core.compile.backends": {"autograd_core.compile.numba_backend"},
    "autograd_core.compile.profiling": {
        "autograd_core.draw",
        "autograd_core.draw.lenses",
        "autograd_core.draw.programs",
    },
    "autograd_core.compile.passes.showing": {
        "autograd_core.draw",
        "autograd_core.draw.diff",
        "autograd_core.draw.programs",
    },
    "autograd_core.debugging": {"autograd_core.draw.culprit"},
    "autograd_core.draw.picture": {"autograd_core.explain", "autograd_core.draw.simplification"},
}

FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ("autograd_core", "nn")
    for path in sorted((ROOT / package).rglob("*.py"))
}


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(FILES[module].read_text(encoding="utf-8"))


def imported(node: ast.AST) -> set[str]:
    """What a statement imports; `from package import module` imports that module."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        assert not node.level, "relative imports hide who imports whom"
        inner = [f"{node.module}.{alias.name}" for alias in node.names]
        return {name if name in FILES else str(node.module) for name in inner}
    return set()


def imports(module: str) -> set[str]:
    return set().union(*map(imported, ast.walk(tree(module)))) & FILES.keys()


def layer(module: str) -> tuple[int, str]:
    for number, entries in enumerate(LAYERS):
        for entry in entries:
            folder = entry.removesuffix("…")
            if module == folder or (folder != entry and module.startswith(f"{folder}.")):
                return number, entry
    return pytest.fail(f"{module} stands in no layer: add it to LAYERS")


@pytest.mark.parametrize("module", FILES)
def test_imports_come_from_layers_above(module: str) -> None:
    number, entry = layer(module)
    for name in imports(module):
        above, other = layer(name)
        same_folder = entry == other and entry.endswith("…")
        assert above < number or same_folder, f"{module} imports {name}"


def test_there_are_no_circles() -> None:
    TopologicalSorter({module: imports(module) for module in FILES}).prepare()


@pytest.mark.parametrize("module", FILES)
def test_functions_import_only_what_most_runs_never_need(module: str) -> None:
    for function in ast.walk(tree(module)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            late = set().union(*map(imported, ast.walk(function)))
            outside = {name.partition(".")[0] for name in late}
            assert outside <= LATE or late <= LATE_OWN.get(module, set())


@pytest.mark.parametrize("module", [name for name in FILES if name.partition(".")[0] == "nn"])
def test_nn_uses_only_public_names_of_the_core(module: str) -> None:
    for node in ast.walk(tree(module)):
        if not imported(node) & FILES.keys() or isinstance(node, ast.Import):
            continue
        assert isinstance(node, ast.ImportFrom)
        if node.module == "autograd_core":
            assert {alias.name for alias in node.names} <= set(autograd_core.__all__)
        else:
            assert node.module == "autograd_core.errors" or str(node.module).startswith("nn")
