"""Expressions as text and as LaTeX, with as few parentheses as the forms of `notation.py` need.

Parentheses that no reader needs are left out also where rounding would differ: g · (x · y) is
written g · x · y.  What only arranges lengths of 1 is not written at all, and neither is a
repetition that an elementwise operation would make anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from autograd_core.primitive import ELEMENTWISE, Primitive
from autograd_core.symbolic.named import FEW, Named
from autograd_core.symbolic.notation import (
    ATOM,
    FORMS,
    LOGIC,
    NEGATIVE,
    POWER,
    PREFIX,
    PRODUCT,
    SUM,
    Form,
    escaped,
    function_form,
    latex_name,
    number,
    template_form,
)

_LONGEST = 1000  # characters of a part: a shared part is written wherever it is used
BINARY = 2


class Written(NamedTuple):
    """A piece of mathematics. `inner`: what stands for it where repetition goes without saying."""

    text: str
    level: int = ATOM
    inner: Any = None


def text(expression: Any, names: Mapping[str, str] | None = None) -> str:
    """The expression as a line of text."""
    return _write(expression, _Text(names or {}))


def latex(expression: Any, names: Mapping[str, str] | None = None) -> str:
    """The expression in LaTeX's mathematics."""
    return _write(expression, _LaTeX(names or {}))


def _write(expression: Any, dialect: Dialect) -> str:
    for node in expression.nodes():
        piece = dialect.piece(node, [dialect.written[operand] for operand in node.operands])
        if len(piece.text) > _LONGEST:
            piece = Written(dialect.ellipsis)
        dialect.written[node] = piece
    return dialect.written[expression].text


class Dialect:
    """What text and LaTeX have in common: which form an operation takes.

    names: what is written for symbols.   written: the expressions that have been written so far.
    """

    ellipsis: str
    minus: str
    tex: bool

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names
        self.written: dict[Any, Written] = {}

    def piece(self, node: Any, parts: list[Written]) -> Written:
        """What is written for an expression, from what is written for its operands."""
        if node.operation is None:
            return self._literal(node) if hasattr(node, "value") else self._symbol(node.name)
        operation = node.operation
        is_primitive = isinstance(operation, Primitive)
        if operation.kind == ELEMENTWISE if is_primitive else isinstance(operation, np.ufunc):
            parts = [part.inner or part for part in parts]
        special = SPECIAL.get(operation.name if is_primitive else operation)
        made = special(self, node, parts) if special else None
        return made or self.with_params(node, self.form(_form(node), parts))

    def form(self, form: Form, parts: list[Written]) -> Written:
        """The operands in the form's template, in parentheses where they need them."""
        template, level, needs = form.text, form.level, form.needs
        if self.tex:
            template, needs = form.tex, form.tex_needs or needs
            level = level if form.tex_level is None else form.tex_level
        shown: list[str] = []
        loose = False
        for place, (part, need) in enumerate(zip(parts, needs, strict=True)):
            leads = place == 0 and template.startswith("{") and SUM <= need <= PRODUCT
            signed = part.text.startswith(self.minus) and need > LOGIC and not leads
            runs_on = place + 1 < len(parts) and part.level == PREFIX and need >= PRODUCT
            loose = part.level < need or signed or runs_on
            shown.append(self.parenthesised(part.text) if loose else part.text)
        if level == PREFIX and loose:  # \log \left(…\right) has brackets at its end
            level = POWER
        return Written(template.format(*shown), level)

    def parenthesised(self, inner: str) -> str:
        """In parentheses."""
        return rf"\left({inner}\right)" if self.tex else f"({inner})"

    def with_params(self, node: Any, piece: Written) -> Written:
        """A function of its operands and of the parameters that are not as usual."""
        shown = []
        usual = node.operation.defaults if isinstance(node.operation, Primitive) else {}
        for key, value in node.params.items():
            if key not in usual or not _same(usual[key], value):
                shown.append(f"{key}={parameter(value)}")
        if not shown or not piece.text.endswith(")"):
            return piece
        inside = ", ".join(shown)
        inside = rf"\text{{{escaped(inside)}}}" if self.tex else inside
        return Written(f"{piece.text[:-1]}, {inside})", piece.level)

    def _symbol(self, name: str) -> Written:
        """A symbol's name, as text or LaTeX writes it."""
        raise NotImplementedError  # the two notations below are the only ones

    def _literal(self, node: Any) -> Written:
        if node.name is not None:
            return self._symbol(node.name)
        value = node.value
        if node.size and np.all(value == np.ravel(value)[0]):
            written = number(np.ravel(value)[0] if node.shape else value, tex=self.tex)
            return Written(written, level_of(written))
        if node.size <= FEW:
            return Written(self.nested(np.asarray(value)))
        lengths = "×".join(map(str, node.shape))
        return Written(rf"\text{{array }}{lengths}" if self.tex else f"array({lengths})")

    def nested(self, value: Any) -> str:
        """The elements of an array, a row in brackets."""
        if value.ndim == 0:
            return number(value[()], tex=self.tex)
        return f"[{', '.join(map(self.nested, value))}]"


class _Text(Dialect):
    ellipsis, minus, tex = "…", "−", False

    def _symbol(self, name: str) -> Written:
        return _named(self.names.get(name, name), self.minus)


class _LaTeX(Dialect):
    ellipsis, minus, tex = r"\dots", "-", True

    def _symbol(self, name: str) -> Written:
        return _named(self.names.get(name) or latex_name(name), self.minus)


def _named(name: str, minus: str) -> Written:
    """A name; a negative number may stand for one."""
    return Written(name, NEGATIVE if name.startswith(minus) else ATOM)


def _form(node: Any) -> Form:
    """The form of an operation that needs no look at its operands."""
    operation, count = node.operation, len(node.operands)
    key = operation.name if isinstance(operation, Primitive) else operation
    if key in FORMS:
        return FORMS[key]
    if isinstance(operation, Named):
        return operation.form
    if not isinstance(operation, Primitive):
        return function_form(operation.__name__, count)
    name = operation.symbol if operation.symbol.isidentifier() else operation.name
    plain = function_form(name, count)
    if operation.tex is None or operation.variadic:
        return plain
    return template_form(operation.tex, operation.inputs, plain.text)


def level_of(written: str) -> int:
    """How tightly a written number binds."""
    if written.startswith(("−", "-")):
        return NEGATIVE
    return PRODUCT if "/" in written else ATOM


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and repr(one) == repr(other)


def parameter(value: Any) -> str:
    """A parameter's value in few characters."""
    if isinstance(value, np.ndarray) and value.size > FEW:
        return f"array{value.shape}"
    return str(value.tolist() if isinstance(value, np.ndarray) else value)


# ── operations whose form depends on their operands: `special.py` fills this ──────────────────
Special = Callable[[Dialect, Any, list[Written]], "Written | None"]
SPECIAL: dict[Any, Special] = {}


def special_form(*names: Any) -> Callable[[Special], Special]:
    """Make the decorated function write the operations of these names, or None to decline."""

    def register(function: Special) -> Special:
        SPECIAL.update(dict.fromkeys(names, function))
        return function

    return register
