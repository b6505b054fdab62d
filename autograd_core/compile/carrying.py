"""Carrying: the code of Python functions, with all that it needs, into a file of its own."""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
import types
from collections.abc import Callable
from functools import cache
from textwrap import dedent
from typing import Any

import numpy as np

from autograd_core.abstract import as_array, copied, unlikely
from autograd_core.errors import AutogradError, GraphError
from autograd_core.primitive import Primitive

# What means the same to a function that meets arrays only.
_INSTEAD: dict[Any, Any] = {as_array: np.asarray, copied: np.array, unlikely: bool}
_PLAIN = (bool, int, float, complex, str, type(None))
_OURS = ("autograd_core", "nn")


class Carried:
    """Functions that a source needs, each written out once.

    definitions: their code, each after what it calls.   imports: lines.
    """

    def __init__(self) -> None:
        self.definitions: list[str] = []
        self.imports: dict[str, None] = {"import numpy as np": None}
        self._names: dict[int, str] = {}
        self._objects: list[Any] = []  # kept, or others could get their identities
        self._taken: set[str] = set()

    def name(self, value: Any, hint: str) -> str:
        """The expression by which code reaches an object.  Raises GraphError for one that cannot be
        written out."""
        if isinstance(value, Primitive) and not value.residuals:
            value = value.forward
        if isinstance(value, types.FunctionType):
            value = _INSTEAD.get(value, value)
        path = numpy_path(value)
        if path is not None:
            return path
        if type(value) in _PLAIN:
            return repr(value)
        if isinstance(value, tuple):
            return f"({''.join(self.name(part, hint) + ', ' for part in value)})"
        if isinstance(value, types.ModuleType):
            return self._module(value)
        if isinstance(value, type) and issubclass(value, AutogradError):  # by Python's own kind
            value = next(kind for kind in value.__mro__ if kind.__module__ == "builtins")
        name = getattr(value, "__name__", "")
        if name and getattr(builtins, name, None) is value:
            return str(name)
        if id(value) not in self._names:
            self._objects.append(value)
            self._names[id(value)] = self._free(hint)
            self._define(value, self._names[id(value)])
        return self._names[id(value)]

    def _free(self, hint: str) -> str:
        hint, number = f"_{hint.strip('_')}", 1
        name = hint if hint.isidentifier() else "_function"
        while name in self._taken:
            number += 1
            name = f"{hint}{number}"
        self._taken.add(name)
        return name

    def _module(self, module: types.ModuleType) -> str:
        root = module.__name__.partition(".")[0]
        if root not in (*sys.stdlib_module_names, "scipy"):
            raise GraphError(
                f"source: the module {module.__name__} cannot be imported in the source."
            )
        self.imports[f"import {module.__name__}"] = None
        return module.__name__

    def _define(self, value: Any, name: str) -> None:
        if isinstance(value, Primitive):
            inner = self.name(value.forward, value.name)
            first = "[0]" if value.residuals else ""
            self.definitions.append(
                f"def {name}(*args, **params):\n    return {inner}(*args, **params){first}"
            )
            return
        function = inspect.unwrap(value) if callable(value) else value
        root = getattr(value, "__module__", "").partition(".")[0]
        if isinstance(function, types.FunctionType) and root not in sys.stdlib_module_names:
            self.definitions.append(self._code(function, name))
        elif root in sys.stdlib_module_names or root == "scipy":
            self.imports[f"from {value.__module__} import {value.__name__} as {name}"] = None
        else:
            raise GraphError(
                f"source: {value!r} cannot be written as NumPy code. Keep the program instead: "
                "compiled.save(path)."
            )

    def _code(self, function: types.FunctionType, name: str) -> str:
        """A function under another name, without annotations, and with the names that the objects
        have here; variables of a function around it are what they are now."""
        tree = _tree_of(function)
        tree.name = name
        if any(isinstance(node, ast.Nonlocal) for node in ast.walk(tree)):
            raise GraphError(
                f"source: {function.__qualname__} changes variables of a function around it, which "
                "cannot be written out. Keep the program instead: compiled.save(path)."
            )
        renamed = _Renamed(function, self).visit(tree)
        return ast.unparse(ast.fix_missing_locations(renamed))


def numpy_path(value: Any) -> str | None:
    """How an object of NumPy is reached: "np.linalg.norm"; None for all else."""
    if value is np:
        return "np"
    if isinstance(value, type) and issubclass(value, np.generic):
        return f"np.{value.__name__}"
    owner = getattr(value, "__self__", None)
    name = getattr(value, "__name__", None)
    if isinstance(owner, np.ufunc):
        return f"{numpy_path(owner)}.{name}"
    for path in ("", "linalg.", "fft."):
        module = getattr(np, path.rstrip(".")) if path else np
        if isinstance(name, str) and getattr(module, name, None) is value:
            return f"np.{path}{name}"
    return None


def _tree_of(function: types.FunctionType) -> ast.FunctionDef:
    """The syntax of a function; a lambda as the function that it is short for."""
    try:
        file = inspect.getsourcefile(function)
        module = _module_tree(file) if file else None
    except (TypeError, OSError):
        module = None
    line = function.__code__.co_firstlineno
    for node in ast.walk(module) if module is not None else ():
        if isinstance(node, ast.Lambda) and node.lineno == line and _is_code_of(node, function):
            body: list[ast.stmt] = [ast.Return(node.body)]
            return _function(node.args, body)
        if isinstance(node, ast.FunctionDef) and node.name == function.__name__ and (
            line in (node.lineno, *(d.lineno for d in node.decorator_list))
        ):  # fmt: skip
            return _function(node.args, node.body)
    raise GraphError(f"source: the code of {function.__qualname__} was not found.")


@cache
def _module_tree(file: str) -> ast.Module:
    with open(file, encoding="utf-8") as stream:  # noqa: PTH123  a path that inspect gives
        return ast.parse(dedent(stream.read()))


def _function(args: ast.arguments, body: list[ast.stmt]) -> ast.FunctionDef:
    copy: ast.Module = ast.parse("def f(): pass")
    made = copy.body[0]
    assert isinstance(made, ast.FunctionDef)
    made.args, made.body = args, body
    return ast.parse(ast.unparse(ast.fix_missing_locations(made))).body[0]  # type: ignore[return-value]


def _is_code_of(node: ast.Lambda, function: types.FunctionType) -> bool:
    """Whether the function's code comes from there: columns tell the lambdas of a line apart."""
    body = node.body
    place = body.lineno, body.end_lineno, body.col_offset, body.end_col_offset
    return place in function.__code__.co_positions()


class _Renamed(ast.NodeTransformer):
    """Without annotations, and with every global name as the file has it."""

    def __init__(self, function: types.FunctionType, carried: Carried) -> None:
        self.space = {**function.__globals__, **_around(function)}
        self.local = set(function.__code__.co_varnames)
        self.carried = carried

    def visit_arg(self, node: ast.arg) -> ast.arg:
        self.local.add(node.arg)
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is None:
            return ast.Pass()
        return self.generic_visit(ast.Assign([node.target], node.value))

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        owner = self._global(node.value)
        if isinstance(owner, types.ModuleType) and owner.__name__.startswith(_OURS):
            return self._reached(getattr(owner, node.attr), node.attr)
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        value = self._global(node)
        return node if value is _NOTHING else self._reached(value, node.id)

    def _global(self, node: ast.AST) -> Any:
        if not isinstance(node, ast.Name) or node.id in self.local:
            return _NOTHING
        return self.space.get(node.id, _NOTHING)

    def _reached(self, value: Any, hint: str) -> ast.AST:
        expression: Callable[[str], ast.Expression] = lambda text: ast.parse(text, mode="eval")  # noqa: E731
        return expression(self.carried.name(value, hint)).body


def _around(function: types.FunctionType) -> dict[str, Any]:
    """The variables of functions around it."""
    cells = function.__closure__ or ()
    return {
        name: cell.cell_contents
        for name, cell in zip(function.__code__.co_freevars, cells, strict=True)
    }


_NOTHING = object()
