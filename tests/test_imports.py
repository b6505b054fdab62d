"""What importing a package loads: itself, NumPy and the standard library."""

import subprocess
import sys
from pathlib import Path

import pytest

LOADED = """
import sys
before = set(sys.modules)
import {package}
# NumPy's compiled parts register modules that no file stands behind, and that have no spec
new = [name for name in set(sys.modules) - before if getattr(sys.modules[name], "__spec__", None)]
print(*{{name.partition(".")[0] for name in new}})
"""


@pytest.mark.parametrize(
    ("package", "expected"),
    [("autograd_core", {"autograd_core", "numpy"}), ("nn", {"autograd_core", "nn", "numpy"})],
)
def test_importing_loads_only_numpy_and_the_standard_library(
    package: str, expected: set[str]
) -> None:
    command = [sys.executable, "-c", LOADED.format(package=package)]
    root = Path(__file__).parent.parent
    output = subprocess.check_output(command, cwd=root, text=True)
    assert set(output.split()) - sys.stdlib_module_names == expected
