"""Elementary functions without branches, for loops that are to be vectorised.

For float32 and float64, within 4 units in the last place (tests/compile/test_numba_functions.py
compares with mpmath), with NumPy's results at infinities, NaN, subnormal numbers and signed zeros.
The ways are the usual ones (Muller, Elementary Functions, 2016): the argument is brought to a small
interval, there a polynomial is evaluated, and the result is scaled.  The polynomials interpolate
at Chebyshev points.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd_core.compile.formats import DOUBLE, SINGLE, Format
from autograd_core.compile.numba_backend.intrinsics import (
    copysign,
    exponent_of,
    fabs,
    fma,
    has_bit,
    inlined,
    mantissa_of,
    power_of_two,
    select,
)

degree = np.pi / 180


def _horner(dtype: Any, coefficients: Sequence[float]) -> Callable[..., Any]:
    """The polynomial of these coefficients, lowest first."""
    terms = [f"c{i}" for i in range(len(coefficients))]
    code = terms[-1]
    for term in reversed(terms[:-1]):
        code = f"fma({code}, x, {term})"
    space = {"fma": fma, **{t: dtype(c) for t, c in zip(terms, coefficients, strict=True)}}
    made: Callable[..., Any] = inlined(eval(f"lambda x: {code}", space))  # noqa: S307  our own text
    return made


def exponentials(form: Format) -> tuple[Any, ...]:
    """exp, expm1 and tanh of one precision."""
    dtype = form.dtype
    magic, log2e, ln2, ln2_rest = map(dtype, (form.magic, form.log2e, *form.ln2))
    lowest, overflow, underflow, tiny = map(
        dtype, (form.lowest, form.overflow, form.underflow, form.tiny)
    )
    half, one, two, top, tail = *map(dtype, (0.5, 1, 2, form.top)), _horner(dtype, form.exp)

    @inlined
    def reduced(x: Any) -> Any:
        """k and r of x = k ln 2 + r, |r| ≤ ln 2 / 2."""
        k = fma(x, log2e, magic) - magic
        return k, fma(-k, ln2_rest, fma(-k, ln2, x))

    @inlined
    def exp(x: Any) -> Any:
        x = select(x > overflow, overflow, x)
        x = select(x < underflow, underflow, x)
        k, r = reduced(x)
        value = one + fma(r * r, tail(r), r)
        # in two steps, as 2ᵏ itself may not be a number while the result is
        t = k * half + magic
        return value * power_of_two(t) * power_of_two(k - (t - magic) + magic)

    @inlined
    def expm1(x: Any) -> Any:
        y = select(x > overflow, overflow, x)
        y = select(y < lowest, lowest, y)
        k, r = reduced(y)
        scale = power_of_two(k - one + magic)
        value = fma(scale, fma(r * r, tail(r), r), scale - half) * two
        return select(fabs(x) < tiny, x, value)

    @inlined
    def tanh(x: Any) -> Any:
        size = fabs(x)
        size = select(size > top, top, size)
        t = expm1(size + size)
        return copysign(t / (t + two), x)

    return exp, expm1, tanh


def logarithms(form: Format) -> tuple[Any, ...]:
    """log and log1p of one precision."""
    dtype = form.dtype
    ln2, ln2_rest, tiny, lift = map(dtype, (*form.ln2, form.tiny, form.lift))
    zero, half, one, two, inf, nan = map(dtype, (0, 0.5, 1, 2, np.inf, np.nan))
    lifted, tail = dtype(np.log2(form.lift)), _horner(dtype, form.log)

    @inlined
    def log_of(k: Any, f: Any, rest: Any) -> Any:
        """k ln 2 + log(1 + f) + rest."""
        s = f / (two + f)
        z = s * s
        square = half * f * f
        small = s * fma(z, tail(z), square)
        return fma(k, ln2, f - (square - (small + fma(k, ln2_rest, rest))))

    @inlined
    def log(x: Any) -> Any:
        low = x < tiny
        y = select(low, x * lift, x)
        k = exponent_of(y) - select(low, lifted, zero)
        value = log_of(k, mantissa_of(y) - one, zero)
        value = select(x == inf, inf, value)
        value = select(x > zero, value, nan)
        return select(x == zero, -inf, value)

    @inlined
    def log1p(x: Any) -> Any:
        u = one + x
        lost = select(x > one, one - (u - x), x - (u - one)) / u
        value = log_of(exponent_of(u), mantissa_of(u) - one, lost)
        value = select(x == inf, inf, value)
        value = select(u > zero, value, nan)
        value = select(u == zero, -inf, value)
        return select(fabs(x) < tiny, x, value)

    return log, log1p


def waves(form: Format) -> tuple[Any, ...]:
    """sin and cos of one precision, and whether any of many numbers is too far from 0 for them."""
    dtype = form.dtype
    magic, half_pi, pi_middle, pi_rest = map(dtype, (form.magic, *form.half_pi))
    two_over_pi, far, zero, half, one = map(dtype, (2 / np.pi, form.far, 0, 0.5, 1))
    sin_tail, cos_tail = _horner(dtype, form.sin), _horner(dtype, form.cos)

    @inlined
    def quarter(x: Any) -> Any:
        """t and r of x = k π/2 + r, |r| ≤ π/4, where the low bits of t are those of k."""
        t = fma(x, two_over_pi, magic)
        k = t - magic
        return t, fma(-k, pi_rest, fma(-k, pi_middle, fma(-k, half_pi, x)))

    @inlined
    def wave(t: Any, r: Any) -> Any:
        """sin(k π/2 + r) where the low bits of t are those of k."""
        z = r * r
        odd = fma(r * z, sin_tail(z), r)
        even = fma(z * z, cos_tail(z), fma(-half, z, one))
        value = select(has_bit(t, 0), even, odd)
        return select(has_bit(t, 1), -value, value)

    @inlined
    def sin(x: Any) -> Any:
        t, r = quarter(x)
        return select(x == zero, x, wave(t, r))  # the sign of a zero

    @inlined
    def cos(x: Any) -> Any:
        t, r = quarter(x)
        return wave(t + one, r)

    @inlined
    def any_far(x: Any, length: int) -> bool:
        count = 0
        for j in range(length):
            count += fabs(x[j]) > far
        return count > 0

    return sin, cos, any_far


def signs(form: Format) -> Any:
    """sign of one precision."""
    zero, one = map(form.dtype, (0, 1))

    @inlined
    def sign(x: Any) -> Any:
        value = select(x > zero, one, select(x < zero, -one, x))
        return select(x == zero, zero, value)

    return sign


exp_float32, expm1_float32, tanh_float32 = exponentials(SINGLE)
exp_float64, expm1_float64, tanh_float64 = exponentials(DOUBLE)
log_float32, log1p_float32 = logarithms(SINGLE)
log_float64, log1p_float64 = logarithms(DOUBLE)
sin_float32, cos_float32, any_far_float32 = waves(SINGLE)
sin_float64, cos_float64, any_far_float64 = waves(DOUBLE)
sign_float32, sign_float64 = signs(SINGLE), signs(DOUBLE)
