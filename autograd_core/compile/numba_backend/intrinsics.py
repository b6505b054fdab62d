"""Single instructions that Numba has no names for, or that it writes as branches.

Each works on float32 and on float64 and is what LLVM vectorises a loop of.  `maximum` and `minimum`
give NaN where either operand is NaN, as NumPy's do; `select` takes both values and no branch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from llvmlite import ir
from numba import extending, njit, types
from numba.core import cgutils
from numba.np import arrayobj

_BITS = {
    types.float32: (ir.IntType(32), 23, np.int32, np.float32),
    types.float64: (ir.IntType(64), 52, np.int64, np.float64),
}


AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])


def inlined(function: AnyFunction) -> AnyFunction:
    """A function for compiled code alone.  What calls from Python need is left out: half of the
    time to compile."""
    made: AnyFunction = _inlined(function)
    return made


def _inlined(function: Any, **options: Any) -> Any:
    jit: Any = njit
    options |= {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return jit(forceinline=True, error_model="numpy", **options)(function)


def _intrinsic(function: Callable[..., Any]) -> Callable[..., Any]:
    """Numba's `intrinsic`, with literals as they are; it is called without the first argument."""
    decorate: Any = extending.intrinsic(prefer_literal=True)
    made: Callable[..., Any] = decorate(function)
    return made


def _named(name: str, operands: int) -> Callable[..., Any]:
    """LLVM's function of that name, of so many operands of one type."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = args[0].type
        function = builder.module.declare_intrinsic(
            f"llvm.{name}", [kind], ir.FunctionType(kind, [kind] * operands)
        )
        return builder.call(function, args)

    def one(typing: Any, x: Any) -> Any:
        return x(x), generate

    def two(typing: Any, x: Any, y: Any) -> Any:
        return x(x, y), generate

    made: Any = {1: one, 2: two}[operands]
    return _intrinsic(made)


fabs = _named("fabs", 1)
rint = _named("rint", 1)
floor = _named("floor", 1)
ceil = _named("ceil", 1)
trunc = _named("trunc", 1)
sqrt = _named("sqrt", 1)
maximum = _named("maximum", 2)
minimum = _named("minimum", 2)
copysign = _named("copysign", 2)


@_intrinsic
def fma(typing: Any, x: Any, y: Any, z: Any) -> Any:
    """x · y + z with one rounding."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fma(*args)

    return x(x, y, z), generate


@_intrinsic
def select(typing: Any, condition: Any, x: Any, y: Any) -> Any:
    """x where the condition holds, else y."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.select(*args)

    return x(types.boolean, x, y), generate


@_intrinsic
def power_of_two(typing: Any, t: Any) -> Any:
    """2ᵏ for t = k + 1.5 · 2ᵐ, where the low bits of t, m bits of mantissa, are those of k."""
    integer, mantissa, _, _ = _BITS[t]

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        shifted = builder.shl(builder.bitcast(args[0], integer), integer(mantissa))
        raised = builder.add(shifted, integer(_bits_of(1.0, t)))
        return builder.bitcast(raised, args[0].type)

    return t(t), generate


_populate: Any = arrayobj.populate_array
_pack: Any = cgutils.pack_array


@_intrinsic
def array_at(typing: Any, addresses: Any, place: Any, number: Any, shape: Any) -> Any:
    """The array of these numbers that begins at one of several addresses.  All but the first are
    literals."""
    lengths = [length.literal_value for length in shape]
    kind = types.Array(number.dtype, len(shape), "C")
    size = np.dtype(str(number.dtype)).itemsize

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word = context.get_value_type(types.intp)
        table = context.make_array(addresses)(context, builder, args[0])
        address = builder.load(builder.gep(table.data, [word(place.literal_value)]))
        made = context.make_array(kind)(context, builder)
        steps = [size * math.prod(lengths[axis + 1 :]) for axis in range(len(lengths))]
        _populate(
            made,
            data=builder.inttoptr(address, made.data.type),
            shape=_pack(builder, [word(n) for n in lengths]),
            strides=_pack(builder, [word(n) for n in steps]),
            itemsize=word(size),
            meminfo=None,
        )
        return made._getvalue()

    return kind(addresses, place, number, shape), generate


@_intrinsic
def has_bit(typing: Any, t: Any, number: Any) -> Any:
    """Whether the bit of that number, a literal, is set in t."""
    integer, _, _, _ = _BITS[t]

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        raw = builder.bitcast(args[0], integer)
        bit = builder.and_(raw, integer(1 << number.literal_value))
        return builder.icmp_unsigned("!=", bit, integer(0))

    if not isinstance(number, types.IntegerLiteral):
        return None
    return types.boolean(t, number), generate


@_intrinsic
def mantissa_of(typing: Any, x: Any) -> Any:
    """m of x = m · 2ᵏ with √½ ≤ m < √2, for normal x > 0."""
    integer, mantissa, _, _ = _BITS[x]

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        raw = builder.bitcast(args[0], integer)
        above = builder.sub(raw, integer(_bits_of(0.5**0.5, x)))
        exponent = builder.and_(above, integer(-(1 << mantissa)))
        return builder.bitcast(builder.sub(raw, exponent), args[0].type)

    return x(x), generate


@_intrinsic
def exponent_of(typing: Any, x: Any) -> Any:
    """k of x = m · 2ᵏ with √½ ≤ m < √2, for normal x > 0, as a float."""
    integer, mantissa, _, _ = _BITS[x]
    bias = _bits_of(1.0, x) >> mantissa

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        raw = builder.bitcast(args[0], integer)
        lifted = builder.add(raw, integer(_bits_of(1.0, x) - _bits_of(0.5**0.5, x)))
        biased = builder.lshr(lifted, integer(mantissa))
        whole = builder.or_(biased, integer(_bits_of(2.0**mantissa, x)))
        number = args[0].type
        return builder.fsub(builder.bitcast(whole, number), number(2.0**mantissa + bias))

    return x(x), generate


def _bits_of(value: float, kind: Any) -> int:
    """The bits of a number of that type."""
    _, _, integer, floating = _BITS[kind]
    return int(np.array(value, floating).view(integer))


def _sum(total: Any, term: Any) -> Any:
    return total + term


# total + term, where the compiler may take terms in any order, without which no loop with a sum is
# vectorised.  Nothing else in a loop is marked so: other arithmetic stays as it is written.
added = _inlined(_sum, fastmath={"reassoc"})
