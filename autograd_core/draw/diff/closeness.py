"""closeness: whether two recorded arrays have the same numbers, as far as a snapshot knows them."""

from __future__ import annotations

from typing import Any

from autograd_core.draw.snapshot import Value


def close(x: Value | None, y: Value | None, tolerance: float = 0.0) -> bool:
    """Whether all numbers differ by at most `tolerance` times the largest magnitude of the two
    arrays.  NaNs and equal infinities are close; an array is not close to one of another shape, nor
    to None.

    Of arrays whose elements are not in the snapshot, the statistics are compared.

    >>> close(Value((), "float64", 1.0), Value((), "float64", 1.0 + 1e-9), 1e-6)
    True
    """
    if x is None or y is None:
        return x is y
    if x.shape != y.shape or (x.numbers is None) != (y.numbers is None):
        return False
    if x.numbers is None and _counts(x, tolerance) != _counts(y, tolerance):
        return False
    xs, ys = _numbers(x), _numbers(y)
    if len(xs) != len(ys):
        return False
    scale = max((abs(z) for z in [*xs, *ys] if _is_finite(z)), default=0.0)
    return all(a == b or _near(a, b, tolerance * scale) for a, b in zip(xs, ys, strict=True))


def distance(x: Value | None, y: Value | None) -> float:
    """The largest difference of two numbers, or of two statistics, that are finite in both."""
    if x is None or y is None or x.shape != y.shape or (x.numbers is None) != (y.numbers is None):
        return 0.0
    pairs = zip(_numbers(x), _numbers(y), strict=False)
    return max((abs(a - b) for a, b in pairs if _is_finite(a) and _is_finite(b)), default=0.0)


def _numbers(value: Value) -> list[Any]:
    return _statistics(value) if value.numbers is None else [*map(_number, _flat(value.numbers))]


def _is_finite(x: Any) -> bool:
    return isinstance(x, int | float | complex)


def _counts(value: Value, tolerance: float) -> tuple[int, ...]:
    """What has to be equal; rounding may turn a small number to 0."""
    return (value.nans, value.infs) if tolerance else (value.nans, value.infs, value.zeros)


def _statistics(value: Value) -> list[Any]:
    found = (value.minimum, value.maximum, value.mean, value.std)
    return [number for number in found if number is not None]


def _flat(numbers: Any) -> list[Any]:
    level = [numbers]
    while level and isinstance(level[0], list):
        level = [number for row in level for number in row]
    return level


def _near(a: Any, b: Any, distance: float) -> bool:
    return _is_finite(a) and _is_finite(b) and abs(a - b) <= distance


def _number(x: Any) -> Any:
    """A number, or the text of a NaN or an infinity."""
    if isinstance(x, str) and "j" in x:
        return complex(x)
    return x
