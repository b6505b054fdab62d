"""What an explanation calls the values of a snapshot and their gradients, how it writes numbers.

A value has the user's name, or n7 as in the tree; a constant without a name is its own number.  The
gradient of x is ∂x: the derivative of the result with respect to x.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Any

from autograd_core.draw.labels import number
from autograd_core.draw.names import clean
from autograd_core.draw.snapshot import CONSTANT, OUTPUT, Snapshot, Value
from autograd_core.explain.explanation import Formula
from autograd_core.shapes import Shape
from autograd_core.symbolic import latex_name

_NOISE = 1e-5  # a mean of so small a part of the deviation is a rounding error of float32
_PLAIN = re.compile(r"[^\W\d]\w*(\.\w+)*")


class Names:
    """The names of a snapshot's values and gradients, each in text and in LaTeX.

    result: the vertex whose derivatives the gradients are.
    """

    def __init__(self, snapshot: Snapshot, result: int) -> None:
        self.snapshot = snapshot
        own = {v.id: clean(v.name or "") for v in snapshot.vertices}
        for edge in snapshot.edges:  # the result's name stands at the end of the graph
            if snapshot.vertices[edge.target].kind == OUTPUT:
                own[edge.source] = own[edge.target] or own[edge.source]
        plain = {v.id: own[v.id] or f"n{v.id}" for v in snapshot.vertices if v.kind != OUTPUT}
        self._names = _distinct(snapshot, plain)
        self._unnamed = {v for v, name in own.items() if not name}
        self._result = self.value(result).latex

    def words(self, vertex: int) -> str:
        """The name within a sentence."""
        return self.value(vertex).text

    def value(self, vertex: int) -> Formula:
        """The name of a value."""
        found = self.snapshot.vertices[vertex]
        if found.kind == CONSTANT and vertex in self._unnamed and is_number(found.value):
            return numeral(found.value.numbers)  # type: ignore[union-attr]
        name = self._names[vertex]
        return Formula(name if _PLAIN.fullmatch(name) else f'"{name}"', latex_name(name))

    def gradient(self, vertex: int) -> Formula:
        """The name of the gradient of a value."""
        name = self.value(vertex)
        return Formula(
            f"∂{name.text}", rf"\frac{{\partial {self._result}}}{{\partial {name.latex}}}"
        )

    def gradient_of_x(self) -> Formula:
        """How gradients are written, for any x."""
        return Formula("∂x", rf"\frac{{\partial {self._result}}}{{\partial x}}")

    def sign(self, vertex: int) -> str:
        """What an operation is called in a sentence: its sign, or a folded scope's name."""
        found = self.snapshot.vertices[vertex]
        is_word = len(found.label) > 1 or not found.label.isalpha()  # T says less than transpose
        return clean(found.label if is_word and found.label else found.primitive or "")


def _distinct(snapshot: Snapshot, names: dict[int, str]) -> dict[int, str]:
    """Names that occur several times, with the scope's before them: affine1.W; or their number
    behind them."""
    scopes = {v: clean(snapshot.scopes[snapshot.vertices[v].scope].name) for v in names}
    counts = Counter(names.values())
    longer = {
        v: f"{scopes[v]}.{name}" if counts[name] > 1 and scopes[v] else name
        for v, name in names.items()
    }
    counts = Counter(longer.values())
    return {v: name if counts[name] == 1 else f"{name}_n{v}" for v, name in longer.items()}


def is_number(value: Value | None) -> bool:
    """Whether a value is known and a real number."""
    return value is not None and value.shape == () and _float(value.numbers) is not None


def number_of(value: Value | None) -> float | None:
    """A value that is one real number, as such; None for any other."""
    return None if value is None or value.shape != () else _float(value.numbers)


def _float(x: Any) -> float | None:
    try:
        return float(x)  # snapshots write NaN and infinities as strings
    except (TypeError, ValueError):
        return None


def numeral(x: Any, digits: int = 4) -> Formula:
    """A number with four significant digits.

    >>> numeral(-12345.678).text
    '−1.235e4'
    """
    plain = number(_float(x) if isinstance(x, str) else x, digits)
    sign, size = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    if size in ("inf", "nan"):
        text, tex = ("∞", r"\infty") if size == "inf" else ("NaN", r"\text{NaN}")
        return Formula(sign.replace("-", "−") + text, sign + tex)
    mantissa, _, exponent = plain.partition("e")
    tex = rf"\left({mantissa} \cdot 10^{{{exponent}}}\right)" if exponent else plain
    return Formula(sign.replace("-", "−") + size, tex)


def is_exact(x: float) -> bool:
    """Whether four digits tell the number, up to its rounding error."""
    shown = float(f"{x:.4g}")
    return not math.isfinite(x) or abs(shown - x) <= 1e-9 * abs(x)


def shape_formula(shape: Shape) -> Formula:
    """A shape: (784,10)."""
    text = f"({','.join(map(str, shape))}{',' * (len(shape) == 1)})"
    return Formula(text, text)


def elements(value: Value) -> str:
    """What there is to say about the elements of an array that are not shown one by one."""
    if value.minimum is None or value.maximum is None:
        parts = ["no elements" if 0 in value.shape else value.dtype]
    elif value.minimum == value.maximum:
        parts = [f"every element {numeral(value.minimum).text}"]
    else:
        mean, std = value.mean or 0.0, value.std or 0.0
        mean = 0.0 if abs(mean) < _NOISE * std else mean
        parts = [f"mean {numeral(mean, 2).text}", f"std {numeral(std, 2).text}"]
    size = math.prod(value.shape)
    for count, name in ((value.nans, "NaN"), (value.infs, "infinite"), (value.zeros, "zero")):
        if 0 < count < size:
            parts.append(f"{count:,} of {size:,} {name}")
    return ", ".join(parts)
