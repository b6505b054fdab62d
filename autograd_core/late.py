"""Names of a package that are there although their modules are not imported yet."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def names_of(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package, which imports a module when one of its names is first asked
    for.

    modules: of each module in the package the names that are the package's, too.
    """
    homes = {name: f"{package}.{m}" for m, names in modules.items() for name in names.split()}

    def __getattr__(name: str) -> Any:  # noqa: N807  what it becomes
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(homes[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return __getattr__
