"""Operations whose written form depends on their operands or their parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd_core.shapes import normalize_axis, size_of
from autograd_core.symbolic.named import FEW
from autograd_core.symbolic.notation import (
    ATOM,
    COMPARE,
    FORMS,
    INDICES,
    NEGATIVE,
    POWER,
    PREFIX,
    PRODUCT,
    SUM,
    escaped,
    function_form,
    superscript,
)
from autograd_core.symbolic.printing import (
    BINARY,
    Dialect,
    Written,
    level_of,
    parameter,
    special_form,
)


@special_form("add")
def _add(dialect: Dialect, node: Any, parts: list[Written]) -> Written | None:
    """x + x is 2 · x, and x + (−y) is x − y."""
    left, right = parts
    if node.operands[0] is node.operands[1]:
        return dialect.form(FORMS["multiply"], [Written("2"), left])
    if right.text.startswith(dialect.minus):
        shown = left.text if left.level >= SUM else dialect.parenthesised(left.text)
        return Written(f"{shown} {dialect.minus} {right.text[1:]}", SUM)
    return None


@special_form("multiply")
def _multiply(dialect: Dialect, node: Any, parts: list[Written]) -> Written | None:
    """1 · x is x, −1 · x is −x, x · (1 / y) is x / y, and a column times a row their outer
    product."""
    left, right = parts
    x, y = node.operands
    for one, other, kept in ((x, y, right), (y, x, left)):
        if other.shape == node.shape and _is_all(one, 1):
            return kept
        if other.shape == node.shape and _is_all(one, -1):
            return dialect.form(FORMS["negative"], [kept])
    if _is_call(y, "reciprocal") or (_is_call(y, "divide") and _is_all(y.operands[0], 1)):
        return dialect.form(FORMS["divide"], [left, dialect.written[y.operands[-1]]])
    if len(x.shape) == BINARY and x.shape[0] > 1 == x.shape[1] and _is_row(y.shape):
        return dialect.form(FORMS["outer"], parts)
    return _power_of(dialect, node, parts) or _with_sign_first(dialect, parts)


def _is_row(shape: tuple[int, ...]) -> bool:
    return shape[-1:] > (1,) and set(shape[:-1]) <= {1}


def _power_of(dialect: Dialect, node: Any, parts: list[Written]) -> Written | None:
    """x · x is x², and x · y · y is x · y²."""
    x, y = node.operands
    if x is y:
        return dialect.form(FORMS["square"], parts[:1])
    if _is_call(x, "multiply") and x.operands[1] is y and not _is_all(x.operands[0], 1):
        square = dialect.form(FORMS["square"], parts[1:])
        return dialect.form(FORMS["multiply"], [dialect.written[x.operands[0]], square])
    return None


def _with_sign_first(dialect: Dialect, parts: list[Written]) -> Written | None:
    """x · −y is −x · y."""
    left, right = parts
    if left.text.startswith(dialect.minus) or not right.text.startswith(dialect.minus):
        return None
    if right.level < PRODUCT:  # −x + y, whose sign is not that of the whole
        return None
    positive = Written(right.text[1:], max(right.level, PRODUCT))
    product = dialect.form(FORMS["multiply"], [left, positive])
    return dialect.form(FORMS["negative"], [product])


def _is_call(node: Any, name: str) -> bool:
    return getattr(node.operation, "name", None) == name


def _is_all(node: Any, number: float) -> bool:
    """Whether an expression is that number, or an array of nothing else, and written as such."""
    if _is_call(node, "power_constant"):
        return number == 1 and bool(np.all(np.asarray(node.params["exponent"]) == 0))
    known = node.operation is None and getattr(node, "value", None) is not None
    return known and node.name is None and node.size > 0 and bool(np.all(node.value == number))


@special_form("divide")
def _divide(dialect: Dialect, node: Any, parts: list[Written]) -> Written | None:
    """In LaTeX a sign stands before the fraction."""
    top, bottom = parts
    if _is_all(node.operands[1], 1):
        return top
    if dialect.tex and top.text.startswith("-") and top.level in (NEGATIVE, PRODUCT):
        fraction = dialect.form(FORMS["divide"], [Written(top.text[1:], top.level), bottom])
        return Written(f"-{fraction.text}", NEGATIVE)
    return None


@special_form("power_constant")
def _power_constant(dialect: Dialect, node: Any, parts: list[Written]) -> Written | None:
    exponent = np.asarray(node.params["exponent"])
    if exponent.ndim == 0 and exponent == 0:
        return Written("1")
    if exponent.ndim == 0 and exponent == 1:
        return parts[0]
    if exponent.size > FEW:
        shown = rf"\text{{array }}{exponent.shape}" if dialect.tex else f"array{exponent.shape}"
    else:
        shown = dialect.nested(exponent)
    if dialect.tex:
        return dialect.form(FORMS["power"], [parts[0], Written(shown)])
    whole = exponent.ndim == 0 and exponent.dtype.kind in "iuf" and float(exponent).is_integer()
    if whole and abs(exponent) < 1000:
        base = parts[0].text if parts[0].level >= ATOM else f"({parts[0].text})"
        return Written(base + superscript(int(exponent)), POWER)
    return dialect.form(FORMS["power"], [parts[0], Written(shown, level_of(shown))])


@special_form("positive", "astype")
def _as_it_is(dialect: Dialect, node: Any, parts: list[Written]) -> Written:
    return parts[0]


@special_form("broadcast_to")
def _broadcast_to(dialect: Dialect, node: Any, parts: list[Written]) -> Written:
    inner = parts[0].inner or parts[0]
    if size_of(node.shape) == node.operands[0].size:
        return inner
    return Written(dialect.form(FORMS["repeat"], [inner]).text, ATOM, inner)


@special_form("reshape", "getitem")
def _arranged(dialect: Dialect, node: Any, parts: list[Written]) -> Written:
    """Reshaping and indexing; nothing where only lengths of 1 come or go."""
    (x,) = node.operands
    if [n for n in x.shape if n != 1] == [n for n in node.shape if n != 1] and _keeps_order(node):
        return parts[0]
    if node.operation.name == "reshape":
        shown = ", ".join(map(str, node.shape))
        target = f"({shown})"
        return dialect.form(function_form("reshape", 2), [parts[0], Written(target)])
    return _indexed(dialect, parts[0], _index(node.params["index"]))


def _indexed(dialect: Dialect, part: Written, index: str) -> Written:
    base = part.text if part.level >= POWER else dialect.parenthesised(part.text)
    tex = escaped(index.replace("…", "..."))
    return Written(base + (rf"_{{[\text{{{tex}}}]}}" if dialect.tex else f"[{index}]"))


@special_form("assemble")
def _assemble(dialect: Dialect, node: Any, parts: list[Written]) -> Written:
    """What stands where, as an assignment says it; an index if it is all of the result."""
    placed = []
    for x, part, (target, source) in zip(
        node.operands, parts, node.params["moves"].texts(), strict=True
    ):
        picked = part if source == f"0:{x.size}" else _indexed(dialect, part, source)
        if len(parts) == 1 and target == f"0:{node.size}":
            return picked
        place = rf"[\text{{{escaped(target)}}}]" if dialect.tex else f"[{target}]"
        placed.append(Written(f"{place} = {picked.text}"))
    return dialect.form(function_form("assemble", len(parts)), placed)


def _keeps_order(node: Any) -> bool:
    """Whether every element stays where it was: no index that picks or reverses."""
    if node.operation.name == "reshape":
        return True
    index = node.params["index"]
    parts = index if isinstance(index, tuple) else (index,)
    whole = (slice(None), None, Ellipsis, 0)
    return all(any(part is w or (type(part) is type(w) and part == w) for w in whole)
               for part in parts)  # fmt: skip


def _index(index: Any) -> str:
    """An index as it stands in brackets, large arrays by a letter each."""
    letters = iter(INDICES)
    parts = index if isinstance(index, tuple) else (index,)
    return ", ".join(_index_part(part, letters) for part in parts)


def _index_part(part: Any, letters: Iterator[str]) -> str:
    if isinstance(part, slice):
        ends = [part.start, part.stop, part.step]
        shown = ":".join("" if end is None else str(end) for end in ends)
        return shown.removesuffix(":") if part.step is None else shown
    if part is Ellipsis:
        return "…"
    if isinstance(part, np.ndarray) and part.size > FEW:
        return next(letters, "…")
    return "new" if part is None else parameter(part)


@special_form("transpose")
def _transpose(dialect: Dialect, node: Any, parts: list[Written]) -> Written:
    axes, count = node.params["axes"], node.operands[0].ndim
    axes = (axes,) if count == 1 and not isinstance(axes, tuple) else tuple(axes)
    if axes == tuple(range(count)):
        return parts[0]
    if axes == (*range(count - 2), count - 1, count - 2):
        return dialect.form(FORMS["mT"], parts)
    return dialect.form(function_form("transpose", 2), [parts[0], Written(str(axes))])


@special_form("dot", "matmul")
def _product(dialect: Dialect, node: Any, parts: list[Written]) -> Written | None:
    """A product with ones is a sum."""
    x, y = node.operands
    if y.ndim == 1 and _is_all(y, 1):
        return _summed(dialect, "sum", parts[0], {"axis": x.ndim - 1} if x.ndim > 1 else {})
    return None


@special_form("sum", "prod", "mean", "max", "min", "var", "std", "nanmax", "nanmin", "median")
def _reduction(dialect: Dialect, node: Any, parts: list[Written]) -> Written:
    (x,) = node.operands
    axis = node.params["axis"]
    everything = axis is None or len(normalize_axis(axis, x.ndim)) == x.ndim
    said = {} if everything else {"axis": axis}
    said |= {"ddof": node.params["ddof"]} if node.params.get("ddof") else {}
    return _summed(dialect, node.operation.name, parts[0], said)


_REDUCTIONS = {"sum": r"\sum", "prod": r"\prod", "max": r"\max", "min": r"\min"}


def _summed(dialect: Dialect, name: str, part: Written, said: dict[str, Any]) -> Written:
    """A reduction, with the parameters that are not as usual; in LaTeX these stand below it."""
    if not dialect.tex:
        return Written(f"{name}({', '.join([part.text, *(f'{k}={v}' for k, v in said.items())])})")
    sign = _REDUCTIONS.get(name, rf"\operatorname{{{name}}}")
    below = ", ".join(f"{key} {value}" for key, value in said.items())
    signed = part.text.startswith("-")
    inner = dialect.parenthesised(part.text) if signed or part.level < PRODUCT else part.text
    under = rf"_{{\text{{{below}}}}}" if below else ""
    return Written(f"{sign}{under} {inner}", PREFIX)


@special_form("concatenate", "scatter")
def _with_params(dialect: Dialect, node: Any, parts: list[Written]) -> Written:
    name = node.operation.symbol if node.operation.symbol.isidentifier() else node.operation.name
    plain = dialect.form(function_form(name, len(parts)), parts)
    if "index" in node.params:
        index = _index(node.params["index"])
        shown = rf"\text{{{escaped(index)}}}" if dialect.tex else index
        return Written(f"{plain.text[:-1]}, [{shown}])")
    return dialect.with_params(node, plain)


@special_form(np.where, "where")
def _where(dialect: Dialect, node: Any, parts: list[Written]) -> Written:
    if len(parts) == BINARY:  # the primitive, whose condition is known
        condition = np.asarray(node.params["condition"])
        known = f"{bool(condition)}" if condition.size == 1 else "condition"
        parts = [Written(rf"\text{{{known}}}" if dialect.tex else known), *parts]
    made = dialect.form(FORMS["where"], parts)
    if dialect.tex and parts[2].text.startswith(_CASES):  # one brace, and a line for each case
        inner = parts[2].text.removeprefix(_CASES).removesuffix(_END_CASES)
        text = rf"{_CASES}{parts[1].text} & {parts[0].text} \\ {inner}{_END_CASES}"
        return Written(text, made.level)
    return made


_CASES, _END_CASES = r"\begin{cases} ", r" \end{cases}"


@special_form(np.not_equal)
def _not_equal(dialect: Dialect, node: Any, parts: list[Written]) -> Written | None:
    """Only NaN differs from itself."""
    if node.operands[0] is not node.operands[1]:
        return None
    shown = parts[0].text if parts[0].level >= SUM else dialect.parenthesised(parts[0].text)
    return Written(shown + (r" \text{ is NaN}" if dialect.tex else " is NaN"), COMPARE)


@special_form(np.equal)
def _equal(dialect: Dialect, node: Any, parts: list[Written]) -> Written | None:
    """x[..., None] == 0, 1, …, n - 1 are rows with a 1 at the place that x says."""
    x, y = node.operands
    numbers: Any = getattr(y, "value", None)
    if x.shape[-1:] != (1,) or y.ndim != 1 or not np.array_equal(numbers, np.arange(y.size)):
        return None
    return dialect.form(function_form("onehot", 1), parts[:1])
