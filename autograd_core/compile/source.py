"""source: a program as readable NumPy code, which runs without this library."""

from __future__ import annotations

import builtins
import keyword
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_core.compile.carrying import Carried
from autograd_core.compile.operations import is_basic
from autograd_core.compile.passes import algebra, constants, repeats
from autograd_core.compile.writing import ATOM, SIGN, VIEWS, Written, index, value, written_call
from autograd_core.ops import shaping
from autograd_core.ops.assignment import assemble
from autograd_core.structure import Form
from autograd_core.symbolic import Call, Expression, Literal
from autograd_core.symbolic.named import Named
from autograd_core.tracing import Program
from autograd_core.tracing.functions import again, assigned, evaluated, picked, pulled
from autograd_core.tracing.program import name_of

_MOST = 4  # operations in one expression
_HINTS = {
    "dot": "product", "matmul": "product", "sum": "total", "max": "top", "min": "least",
    "greater": "mask", "less": "mask", "equal": "mask", "where": "chosen", "multiply": "product",
    "add": "value", "subtract": "value", "divide": "ratio", "power_constant": "power",
    "getitem": "part", "scatter": "spread", "concatenate": "joined", "picked": "chosen",
    "bitwise_or": "mask", "bitwise_and": "mask", "greater_equal": "mask", "less_equal": "mask",
    "negative": "value", "reshape": "shaped", "maximum": "larger", "minimum": "smaller",
}  # fmt: skip


def source(
    program: Program,
    name: str = "function",
    arguments: Sequence[str] | None = None,
    form: Form | None = None,
    places: Sequence[Any] | None = None,
) -> str:
    """The code of a function that computes a program's outputs with NumPy.

    name, arguments: of the function; by default what the inputs are parts of.
    form, places: of the results, as `trace` gives them; without them they are a tuple.

    Forward and backward pass stand apart, with a comment for each scope.  What NumPy has no
    function for is written out in front.  The checks for derivatives that are exactly zero beside
    an infinite number are left out: such a derivative is NaN here.  Variables of a function around
    one that is written out are what they are at that time.

    Raises GraphError for what cannot be written as code: constants of more than 64 kB, functions
    that change variables of others around them.
    """
    program = program.with_outputs(program.outputs, ())
    for run in (constants, repeats, algebra):
        program = run(program)
    return _Source(program, name, arguments).text(form, places)


class _Source:
    """The code of one program.

    written: how each value is written where it is read.   lines: of the body.
    """

    def __init__(self, program: Program, name: str, arguments: Sequence[str] | None) -> None:
        self.program = program
        self.name = name if name.isidentifier() else "function"
        roots = [re.split(r"[\[.]", symbol.name)[0] for symbol in program.inputs]
        self.arguments = list(dict.fromkeys(roots)) if arguments is None else list(arguments)
        self.taken = {"np", self.name, *self.arguments, *keyword.kwlist, *dir(builtins)}
        self.carried = Carried()
        self.written: dict[Expression, Written] = {}
        self.results: dict[Expression, str] = {}
        self.lines: list[str] = []
        self.readers: dict[Expression, list[Call]] = defaultdict(list)
        for node in program.operations:
            for operand in node.operands:
                self.readers[operand].append(node)
        self.reads = Counter(program.outputs)
        self.reads.update({x: len(readers) for x, readers in self.readers.items()})

    def text(self, form: Form | None, places: Sequence[Any] | None) -> str:
        """The whole file."""
        self._unpack()
        self.results = self._named_results(form, places)
        for title, late in (("forward", False), ("backward", True)):
            nodes = [x for x in self.program.operations if (x in self.program.after) is late]
            if nodes and self.program.after:
                self.lines += [""] if self.lines else []
                self.lines += [f"# ── {title} {'─' * (60 - len(title))}"]
            self._scopes(nodes)
        outputs = [self._operand(x).text for x in self.program.outputs]
        body = [*self.lines, f"return {_result(outputs, form, places)}"]
        if any("b64decode(" in line for line in body):
            self.carried.imports["from base64 import b64decode"] = None
        head = [f"def {self.name}({', '.join(self.arguments)}):"]
        parts = ["\n".join(self.carried.imports), *self.carried.definitions]
        parts += ["\n".join([*head, *(f"    {line}".rstrip() for line in body)])]
        return "\n\n\n".join(parts) + "\n"

    def _scopes(self, nodes: Sequence[Call]) -> None:
        last = ""
        for node in nodes:
            before, scope = len(self.lines), self.program.scopes.get(node, "")
            self._operation(node)
            if len(self.lines) > before and scope != last:
                self.lines.insert(before, f"# {scope}" if scope else "# outside of modules")
                last = scope

    # ── names ─────────────────────────────────────────────────────────────────────────────────
    def _unpack(self) -> None:
        """Every input by the last part of its name: `W1 = p['W1']`."""
        for symbol in self.program.inputs:
            name = symbol.name
            if name not in self.arguments:
                parts = [part for part in re.split(r"\W+", name) if part]
                name = self._free("_".join(parts) if parts[-1].isdecimal() else parts[-1])
                self.lines.append(f"{name} = {symbol.name}")
            self.written[symbol] = Written(name)

    def _free(self, hint: str) -> str:
        hint = re.sub(r"\W+", "_", hint).strip("_") or "value"
        hint = f"_{hint}" if hint[0].isdecimal() else hint
        name, number = hint, 1
        while name in self.taken:
            number += 1
            name = f"{hint}_{number}"
        self.taken.add(name)
        return name

    def _named_results(
        self, form: Form | None, places: Sequence[Any] | None
    ) -> dict[Expression, str]:
        """What results are called that have the form of an argument: d_W1 for a gradient, new_W1
        for what is computed from W1 itself."""
        paths = [""] * len(self.program.outputs)
        if form is not None and places is not None:
            for path, place in zip(form.paths(), places, strict=True):
                if isinstance(place, int):
                    paths[place] = path
        found: dict[Expression, str] = {}
        for node, path in zip(self.program.outputs, paths, strict=True):
            same = [
                x for x in self.program.inputs if x.shape == node.shape and x.dtype == node.dtype
            ]
            keys = re.findall(r"\w+", path)[-1:]
            exact = [x for x in same if self.written[x].text in keys]
            if len(exact or same) == 1 and node in self.program.after:
                symbol = (exact or same)[0]
                is_new = any(operand is symbol for operand in node.operands)
                found[node] = f"{'new' if is_new else 'd'}_{self.written[symbol].text}"
        return found

    def _hint(self, node: Call) -> str:
        """The result's own name, the scope, or what the operation does; what the backward pass
        computes begins with d_."""
        if node in self.results:
            return self.results[node]
        scope = self.program.scopes.get(node, "").rpartition("/")[2]
        function = getattr(node.operation, "function", node.operation)
        own = name_of(node.operation.args[0] if function is evaluated else function)
        return ("d_" if node in self.program.after else "") + (scope or _HINTS.get(own, own))

    # ── operations ────────────────────────────────────────────────────────────────────────────
    def _operand(self, node: Expression, reader: Call | None = None) -> Written:
        if not isinstance(node, Literal):
            return self.written[node]
        number: Any = node.value
        if isinstance(number, np.generic) and reader is not None and any(
            x.dtype == number.dtype and x.shape for x in reader.operands
        ):  # fmt: skip
            number = number.item()  # which takes the dtype of the array beside it
        text = value(number)
        return Written(text, SIGN if text.startswith("-") else ATOM)

    def _operation(self, node: Call) -> None:
        args = [self._operand(x, node) for x in node.operands]
        made = self._lines_of(node, args) or written_call(node, args) or self._other(node, args)
        made = made._replace(size=made.size or 1 + sum(arg.size for arg in args))
        if not made.text.isidentifier() and not self._is_inline(node, made):
            name = self._free(self._hint(node))
            self.lines.append(f"{name} = {made.text}")
            made = Written(name)
        self.written[node] = made._replace(size=0 if made.text.isidentifier() else made.size)

    def _is_inline(self, node: Call, made: Written) -> bool:
        """Whether it is written where it is read: a view of what has a name, or what is read once
        by an operation of the same scope."""
        if node in self.reads and self.reads[node] > len(self.readers[node]):
            return False
        if node.operation in VIEWS and made.size == 1:
            return True
        readers = self.readers[node]
        return len(readers) == 1 and made.size < _MOST and self._place(readers[0]) == (
            self._place(node)
        ) and not isinstance(readers[0].operation, Named) and (
            readers[0].operation is not shaping.scatter
        )  # fmt: skip

    def _place(self, node: Call) -> tuple[bool, str]:
        return node in self.program.after, self.program.scopes.get(node, "")

    def _lines_of(self, node: Call, args: Sequence[Written]) -> Written | None:
        """What takes lines of its own: an array that is written into."""
        operation = node.operation
        if operation is shaping.scatter:
            return self._spread(node, args[0], node.params["index"])
        if operation is assemble:
            return self._assembled(node, args)
        function = getattr(operation, "function", None)
        if function is evaluated and operation.args[0] is shaping.scatter:
            _, (x,), params = operation.args
            return self._spread(node, Written(value(x, args)), params["index"], args)
        if function is assigned:
            x, place, new = operation.args
            name = self._free(self._hint(node))
            self.lines += [
                f"{name} = np.array({value(x, args)})",
                f"{name}[{index(place, args)}] = {value(new, args)}",
            ]
            return Written(name)
        return None

    def _spread(
        self, node: Call, x: Written, place: Any, operands: Sequence[Written] = ()
    ) -> Written:
        """Zeros, and at an index the elements of x: their sum where it names a place twice."""
        name, shown = self._free(self._hint(node)), index(place, operands)
        self.lines += [
            f"{name} = np.zeros({node.shape}, {value(node.dtype)})",
            f"{name}[{shown}] = {x.text}"
            if is_basic(place)
            else f"np.add.at({name}, {value(place, operands)}, {x.text})",
        ]
        return Written(name)

    def _assembled(self, node: Call, args: Sequence[Written]) -> Written:
        """Zeros, and elements of others at places that are counted row by row."""
        name = self._free(self._hint(node))
        flat = name if node.ndim == 1 else self._free(f"flat_{name}")
        self.lines.append(f"{name} = np.zeros({node.shape}, {value(node.dtype)})")
        if flat != name:
            self.lines.append(f"{flat} = {name}.reshape(-1)")
        for x, arg, move in zip(node.operands, args, node.params["moves"].each, strict=True):
            part = f"{arg.within(ATOM)}{'' if x.ndim == 1 else '.reshape(-1)'}"
            if not (isinstance(move.source, slice) and move.source == slice(0, x.size)):
                part += f"[{index(move.source)}]"
            self.lines.append(
                f"{flat}[{index(move.target)}] = {part}"
                if move.one_to_one
                else f"np.add.at({flat}, {value(move.target)}, {part})"
            )
        return Written(name)

    def _other(self, node: Call, args: Sequence[Written]) -> Written:
        """What NumPy has another name for, or none."""
        operation = node.operation
        if operation is again:
            return args[0]
        if operation is picked:
            return Written(f"{args[0].within(ATOM)}[{args[1].text}]")
        if not isinstance(operation, Named):
            extra = [f"{key}={value(part)}" for key, part in node.params.items()]
            return self._call(operation, [*(arg.text for arg in args), *extra])
        if operation.function is picked:
            x, place = operation.args
            return Written(f"{value(x, args)}[{index(place, args)}]")
        part = "" if operation.part is None else f"[{operation.part}]"
        if operation.function in (evaluated, pulled):
            function, *rest = operation.args
            shown = [
                value(x, args) for x in (rest[0] if operation.function is evaluated else rest[:1])
            ]
            shown += [f"*{value(x, args)}" for x in rest[1:] if operation.function is pulled]
            shown += [
                f"**{value(x, args)}" for x in rest[1:] if operation.function is evaluated and x
            ]
            function = function.forward if operation.function is evaluated else function
            return Written(self._call(function, shown).text + part)
        shown = [value(x, args) for x in operation.args]
        shown += [f"{key}={value(x, args)}" for key, x in operation.options.items()]
        return Written(self._call(operation.function, shown).text + part)

    def _call(self, function: Any, shown: Sequence[str]) -> Written:
        return Written(f"{self.carried.name(function, name_of(function))}({', '.join(shown)})")


def _result(outputs: Sequence[str], form: Form | None, places: Sequence[Any] | None) -> str:
    """The results in the structure of the user's function; dataclasses and such as tuples."""
    if form is None or places is None:
        return ", ".join(outputs) + ("," if len(outputs) == 1 else "")
    leaves = iter([outputs[p] if isinstance(p, int) else value(p[0]) for p in places])

    def built(part: Form) -> str:
        if part.kind is None:
            return next(leaves)
        inner = [built(each) for each in part.parts]
        if issubclass(part.kind, dict):
            pairs = [f"{key[1:-1]}: {x}" for key, x in zip(part.keys, inner, strict=True)]
            return f"{{{', '.join(pairs)}}}"
        if part.kind is type(None):
            return "None"
        inside = ", ".join(inner)
        return f"[{inside}]" if part.kind is list else f"({inside}{',' if len(inner) == 1 else ''})"

    return built(form)
