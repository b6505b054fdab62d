"""Elementary functions as calls of NumPy's own, for blocks that stay in the cache.

On x86-64 without AVX-512 NumPy's loops of these functions take one element at a time, and branches
that the processor cannot foresee; so many vectorised calls take a quarter to three quarters of
their time.  The ways are the usual ones (Muller, Elementary Functions, 2016).  They are within 4
units in the last place (tests/compile/test_numpy_functions.py compares with mpmath), `log1p` of
float32 below 0 within 4.1, of which NumPy's `log` makes 3.8.  Infinities, NaN and signed zeros give
what they do in NumPy, with its warnings; but `expm1` does not warn of overflow, and of the smallest
subnormal number it is 0.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from autograd_core.compile.formats import DOUBLE, SINGLE, Format
from autograd_core.symbolic import Call

Array = Any


class Function(NamedTuple):
    """A function on arrays of one length.

    run: (x, out, *scratch), each in memory of its own.   scratch: how many arrays.
    """

    run: Callable[..., None]
    scratch: int


@cache
def are_quicker() -> bool:
    """Whether NumPy runs with AVX2 and without AVX-512 here, for which it has better loops."""
    found: Any = np.show_config(mode="dicts")
    simd = found.get("SIMD Extensions", {})
    names = {*simd.get("baseline", ()), *simd.get("found", ())}
    return not names.isdisjoint({"AVX2", "X86_V3"}) and names.isdisjoint({"AVX512_SKX", "X86_V4"})


def instead_of(ufunc: np.ufunc, node: Call) -> Function | None:
    """What is quicker here than NumPy's loop for an operation, if anything is."""
    made = _FUNCTIONS.get((ufunc, node.dtype.char))
    same = all(x.shape == node.shape and x.dtype == node.dtype for x in node.operands)
    return made() if made is not None and same and are_quicker() else None


class _Numbers:
    """Makes numbers of a precision, as arrays, which NumPy takes in half the time of Python's.

    bits: the integers of that width.
    """

    def __init__(self, form: Format) -> None:
        self.dtype = np.dtype(form.dtype)
        self.bits = np.dtype(f"i{self.dtype.itemsize}")
        self._sign = self(-0.0).view(self.bits)

    def __call__(self, value: float) -> Array:
        return np.array(value, self.dtype)

    def give_sign(self, x: Array, out: Array, spare: Array) -> None:
        """To a result that has the sign of x unless it is 0."""
        bits, result = spare.view(self.bits), out.view(self.bits)
        np.bitwise_and(x.view(self.bits), self._sign, bits)
        np.bitwise_or(result, bits, result)


# tanh(c + r) = (tanh c + tanh r) / (1 + tanh c · tanh r), where c is the nearest multiple of 1/128,
# of which a table has the tanh; |r| ≤ 1/256.  From 19.1 on tanh is 1.
_STEPS, _TOP = 128, 20
_TANH = -0.3333333333317627, 0.13333250984758535  # (tanh r - r) / r³ in r²


@cache
def _tanh() -> Function:
    number = _Numbers(DOUBLE)
    table = np.tanh(np.arange(-_TOP * _STEPS, _TOP * _STEPS + 1) / _STEPS)
    table[_TOP * _STEPS] = -0.0  # plus which r keeps its sign
    # plus this, a number is rounded to a multiple of 1/128, whose place is in its low bits
    magic = number(DOUBLE.magic / _STEPS)
    first = magic.view(number.bits) - _TOP * _STEPS
    c1, c2, one, low, high = map(number, (*_TANH, 1, -_TOP, _TOP))

    def tanh(x: Array, out: Array, c: Array, r: Array, tail: Array) -> None:
        place = out.view(number.bits)
        np.clip(x, low, high, out=r)
        np.add(r, magic, c)
        np.subtract(c.view(number.bits), first, place)
        np.subtract(c, magic, c)
        np.subtract(r, c, r)
        np.take(table, place, None, c, "clip")
        np.multiply(r, r, out)
        np.multiply(out, c2, tail)
        np.add(tail, c1, tail)
        np.multiply(tail, out, tail)
        np.add(tail, one, tail)
        np.multiply(tail, r, tail)
        np.add(c, tail, out)
        np.multiply(c, tail, c)
        np.add(c, one, c)
        np.divide(out, c, out)

    return Function(tanh, 3)


@cache
def _log1p(form: Format) -> Function:
    number = _Numbers(form)
    one = number(1)

    def log1p(x: Array, out: Array, y: Array, lost: Array, spare: Array) -> None:
        """log w + (x - (w - 1)) / w, where w is 1 + x rounded.  The fraction is so small that 1 - x
        is near enough to 1 / w, and that beyond x = 1 nothing is needed."""
        np.add(x, one, y)
        np.log(y, out)
        np.minimum(x, one, out=y)
        np.add(y, one, lost)
        np.subtract(lost, one, lost)
        np.subtract(y, lost, lost)
        np.multiply(lost, y, spare)
        np.subtract(lost, spare, lost)
        np.add(out, lost, out)
        number.give_sign(x, out, spare)

    return Function(log1p, 3)


@cache
def _expm1(form: Format) -> Function:
    number = _Numbers(form)
    low, high, log2e, magic = map(number, (form.lowest, form.overflow, form.log2e, form.magic))
    ln2, ln2_rest, half = map(number, (*form.ln2_short, 0.5))
    *terms, highest = map(number, form.exp)
    exponent = np.array(np.finfo(form.dtype).nmant, number.bits)

    def expm1(x: Array, out: Array, r: Array, scale: Array, spare: Array) -> None:
        """2ᵏ (eʳ - 1) + (2ᵏ - 1), in halves, as 2ᵏ itself may not be a number."""
        bits = scale.view(number.bits)
        np.clip(x, low, high, out=r)
        np.multiply(r, log2e, scale)
        np.add(scale, magic, scale)
        np.subtract(scale, magic, spare)
        np.left_shift(bits, exponent, bits)
        np.add(bits, half.view(number.bits), bits)
        np.multiply(spare, ln2, out)
        np.subtract(r, out, r)
        np.multiply(spare, ln2_rest, out)
        np.subtract(r, out, r)
        np.multiply(r, highest, out)
        for term in reversed(terms):
            np.add(out, term, out)
            np.multiply(out, r, out)
        np.multiply(out, r, out)
        np.add(out, r, out)
        np.multiply(out, scale, out)
        np.subtract(scale, half, scale)
        np.add(out, scale, out)
        with np.errstate(over="ignore"):  # which infinity, taken as a large number, does
            np.add(out, out, out)
        number.give_sign(x, out, spare)

    return Function(expm1, 3)


_FUNCTIONS: dict[tuple[np.ufunc, str], Callable[[], Function]] = {
    (np.tanh, "d"): _tanh,
    (np.log1p, "f"): lambda: _log1p(SINGLE), (np.log1p, "d"): lambda: _log1p(DOUBLE),
    (np.expm1, "f"): lambda: _expm1(SINGLE), (np.expm1, "d"): lambda: _expm1(DOUBLE),
}  # fmt: skip
