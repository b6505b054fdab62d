"""The short texts of pictures and tables: numbers, shapes, statistics."""

from __future__ import annotations

import re
from functools import lru_cache
from math import prod
from typing import Any

from autograd_core.draw.names import clean
from autograd_core.draw.snapshot import Value

UNKNOWN = "–"  # no backward pass has been here: this is not a gradient of 0
FEW = 6  # arrays of at most so many elements show their numbers
ROWS = 3  # if they have at most so many rows
REMEMBERED = 2**15  # texts of arrays: each is measured, drawn and listed
# A mean of less than this share of the standard deviation: 64 times the rounding of one element.
NOISE = {"float32": 2.0**-17, "float64": 2.0**-46}


def number(x: Any, digits: int = 4) -> str:
    """A number with four significant digits.

    >>> number(715.0000000000001), number(0.25), number(-12345.678), number("nan")
    ('715', '0.25', '-1.235e4', 'nan')
    """
    if isinstance(x, str):
        return _complex(x)
    if isinstance(x, int) and abs(x) < 10**6:
        return str(x)
    return _short(f"{x or 0:.{digits}g}")  # no "-0"


def _short(text: str) -> str:
    """The text with its exponents as short as they can be."""
    return re.sub(r"e\+?(-?)0*", r"e\1", text) if "e" in text else text


def _complex(text: str) -> str:
    """Snapshots write complex numbers, NaN and infinities as strings."""
    try:
        z = complex(text)
    except ValueError:
        return clean(text, 16)
    if "j" not in text:
        return text
    return f"{number(z.real)}{'' if z.imag < 0 else '+'}{number(z.imag)}j"


def numbers(value: Value) -> list[str] | None:
    """The elements of a small array, one line for each row of a matrix; None if it is large."""
    if value.numbers is None or prod(value.shape) > FEW:
        return None
    if len(value.shape) == 2 and value.shape[0]:
        return [_nested(row) for row in value.numbers] if value.shape[0] <= ROWS else None
    return [_nested(value.numbers)]


def _nested(x: Any) -> str:
    return f"[{', '.join(map(_nested, x))}]" if isinstance(x, list) else number(x)


def array_type(value: Value) -> str:
    """Shape and dtype.

    >>> array_type(Value((100, 50), "float32")), array_type(Value((3,), "int64"))
    ('100×50 float32', '3 int64')
    """
    return _array_type(value.shape, value.dtype)


@lru_cache(maxsize=REMEMBERED)
def _array_type(shape: tuple[int, ...], dtype: str) -> str:
    return f"{'×'.join(map(str, shape))} {clean(dtype, 16)}".strip()


def mean(value: Value) -> float | None:
    """The mean of an array, 0 where it is so small beside the standard deviation that it is what
    rounding left of a sum of 0: its digits then differ from one machine to the next.

    >>> mean(Value((100,), "float64", mean=3e-18, std=0.5))
    0.0
    """
    return _mean(value.mean, value.std, value.dtype)


def _mean(mean: float | None, std: float | None, dtype: str) -> float | None:
    if mean is None or std is None:
        return mean
    return mean if abs(mean) >= NOISE.get(dtype, 0.0) * std else 0.0


def statistics(value: Value) -> str:
    """Mean and standard deviation of an array, and what is not finite in it."""
    known = _statistics(value.mean, value.std, value.dtype, value.nans, value.infs)
    return known or (UNKNOWN if value.size else "empty")


@lru_cache(maxsize=REMEMBERED)
def _statistics(mean: float | None, std: float | None, dtype: str, nans: int, infs: int) -> str:
    mean = _mean(mean, std, dtype)
    parts = []
    if mean is not None:
        parts.append(f"μ {mean or 0:.2g}")
    if std is not None:
        parts.append(f"σ {std:.2g}")
    if nans or infs:
        parts += [f"{count} {name}" for count, name in ((nans, "nan"), (infs, "inf")) if count]
    return _short(" ".join(parts))


def forward_lines(value: Value | None) -> list[str]:
    """What stands above a line: a number, the rows of a small array, or its type and statistics."""
    if value is None:
        return [UNKNOWN]
    return numbers(value) or [array_type(value), statistics(value)]


def backward_lines(gradient: Value | None) -> list[str]:
    """What stands below a line; the shape of a gradient is that of its value."""
    if gradient is None:
        return [UNKNOWN]
    return numbers(gradient) or [statistics(gradient)]


def gradient_line(gradient: Value) -> str:
    """A gradient within a line of text."""
    rows = backward_lines(gradient)
    return rows[0] if len(rows) == 1 else f"[{', '.join(rows)}]"


def one_line(value: Value | None) -> str:
    """A value within a line of text."""
    if value is None:
        return UNKNOWN
    rows = numbers(value)
    if rows is None:
        return f"{array_type(value)} {statistics(value)}"
    return rows[0] if len(value.shape) < 2 else f"[{', '.join(rows)}]"
