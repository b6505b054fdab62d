"""The quickest way into a plan: a function that knows the form of the arguments of one signature.

It is made as source, like the plan itself: it looks at types, shapes and dtypes, takes the arrays
out of their structure, runs, and puts the results into theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd_core.ops.kinks import at_kinks
from autograd_core.structure import Form

_IF, _OF_TYPE, _MISSING = "if not (", "if not (type(", "): return MISS"
MISS = object()  # the arguments are of another signature


class _Source:
    """The conditions under which arguments fit, and where the leaves are found."""

    def __init__(self) -> None:
        self.objects: dict[str, Any] = {"MISS": MISS, "ndarray": np.ndarray}
        self.lines: list[str] = []
        self.leaves: list[str] = []
        self._names: dict[int, str] = {}

    def object(self, value: Any) -> str:
        name = self._names.setdefault(id(value), f"o{len(self.objects)}")
        self.objects[name] = value
        return name

    def require(self, condition: str) -> None:
        self.lines.append(f"{_IF}{condition}{_MISSING}")

    def tests(self) -> list[str]:
        """The lines, with conditions on types that follow each other in one."""
        merged: list[str] = []
        for line in self.lines:
            if merged and line.startswith(_OF_TYPE) and merged[-1].startswith(_OF_TYPE):
                merged[-1] = f"{merged[-1].removesuffix(_MISSING)} and {line.removeprefix(_IF)}"
            else:
                merged.append(line)
        return merged

    def take_apart(self, form: Form, name: str) -> bool:
        """Lines that reach the leaves below `name`; whether that is possible."""
        if form.kind is None:
            self.leaves.append(name)
            return True
        if form.kind is type(None):
            self.require(f"{name} is None")
            return True
        if form.kind not in (dict, list, tuple) and not hasattr(form.kind, "_fields"):
            return False
        self.require(
            f"type({name}) is {self.object(form.kind)} and len({name}) == {len(form.keys)}"
        )
        if form.kind is dict:
            present = " and ".join(f"{key[1:-1]} in {name}" for key in form.keys)
            if form.keys:
                self.require(present)
        for key, part in zip(form.keys, form.parts, strict=True):
            inner = f"{name}_{len(self.lines)}"
            self.lines.append(f"{inner} = {name}{key}")
            if not self.take_apart(part, inner):
                return False
        return True

    def check(self, leaf: Any, name: str) -> None:
        """A condition under which another leaf has the same signature."""
        kind = type(leaf)
        if kind is np.ndarray:
            self.require(
                f"type({name}) is ndarray and {name}.shape == {leaf.shape} and "
                f"{name}.dtype is {self.object(leaf.dtype)}"
            )
        elif isinstance(leaf, (np.generic, float, complex)):
            self.require(f"type({name}) is {self.object(kind)}")
        else:
            self.require(f"type({name}) is {self.object(kind)} and {name} == {self.object(leaf)}")

    def put_together(self, form: Form, leaves: Sequence[str]) -> str:
        """An expression for the structure of these leaves."""
        if form.kind is None:
            return leaves[0]
        if form.kind not in (dict, list, tuple):
            return f"{self.object(form.build)}([{', '.join(leaves)}])"
        parts, start = [], 0
        for part in form.parts:
            parts.append(self.put_together(part, leaves[start : start + part.count]))
            start += part.count
        if form.kind is dict:
            pairs = zip(form.keys, parts, strict=True)
            return "{" + ", ".join(f"{key[1:-1]}: {part}" for key, part in pairs) + "}"
        inner = "".join(f"{part}, " for part in parts)
        return f"({inner})" if form.kind is tuple else f"[{inner}]"


class Body(NamedTuple):
    """What computes the outputs from the dynamic leaves.

    lines: of source, in which `return MISS` gives up.   outs: an expression for each output.
    objects: what they name.
    """

    lines: list[str]
    outs: Sequence[str]
    objects: Mapping[str, Any]


def replay(run: Callable[..., Any], names: Sequence[str], count: int) -> Body:
    """A call of a function that gives all outputs, or None where a guard holds."""
    lines = [f"out = run({', '.join(names)})", "if out is None: return MISS"]
    return Body(lines, [f"out[{i}]" for i in range(count)], {"run": run})


def caller(
    form: Form,
    leaves: Sequence[Any],
    result: tuple[Form, Sequence[Any]],
    body_of: Callable[[Sequence[str]], Body],
    kinks: Any,
) -> Callable[..., Any] | None:
    """A function of positional arguments that gives the results, or MISS where the arguments are of
    another signature or a guard holds; None where the arguments are in a form that it cannot know.

    result: the form of the results, and their places as `trace` gives them.
    body_of: makes the body for the names of all leaves.
    kinks: the conventions under which it holds; None for any.
    """
    source = _Source()
    positional, named = form.parts
    arguments = [f"a{i}" for i in range(len(positional.parts))]
    if named.parts or not all(map(source.take_apart, positional.parts, arguments)):
        return None
    if not all(_is_constant(key) for key in _keys(form)):
        return None
    for leaf, name in zip(leaves, source.leaves, strict=True):
        source.check(leaf, name)
    if kinks is not None:
        source.require(f"{source.object(at_kinks)}() is {source.object(kinks)}")
    body = body_of(source.leaves)
    source.objects |= body.objects
    result_form, places = result
    outs = [source.object(p[0]) if isinstance(p, tuple) else body.outs[p] for p in places]
    built = source.put_together(result_form, outs)
    lines = [*source.tests(), *body.lines, f"return {built}"]
    code = f"def call({', '.join(arguments)}):\n    " + "\n    ".join(lines)
    exec(compile(code, "<call>", "exec"), source.objects)  # noqa: S102  the source is made here
    made: Callable[..., Any] = source.objects["call"]
    return made


def _keys(form: Form) -> list[str]:
    return [*form.keys, *(key for part in form.parts for key in _keys(part))]


def _is_constant(key: str) -> bool:
    """Whether the text of a key says which it is: that of a string or of a number."""
    return key[:1] == "." or key[1:2] in "'\"0123456789-"
