"""Writing: operations and constants as pieces of NumPy code."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd_core.compile.operations import REDUCTIONS, ufunc_of
from autograd_core.errors import GraphError
from autograd_core.ops import elementwise, products, shaping
from autograd_core.symbolic import Call
from autograd_core.symbolic.named import Slot

COMPARE, OR, AND, SUM, PRODUCT, SIGN, POWER, ATOM = range(8)
LARGEST = 2**16  # bytes of a constant that is written out
FEW = 12  # elements of one that is written as numbers


class Written(NamedTuple):
    """Code of an expression, how tightly it binds, and how many operations are in it."""

    text: str
    level: int = ATOM
    size: int = 0

    def within(self, level: int) -> str:
        """As a part of what binds so tightly."""
        return self.text if self.level >= level else f"({self.text})"


# ── operations ────────────────────────────────────────────────────────────────────────────────
_SIGNS: dict[Any, tuple[str, int]] = {
    np.add: ("+", SUM), np.subtract: ("-", SUM), np.multiply: ("*", PRODUCT),
    np.divide: ("/", PRODUCT), np.remainder: ("%", PRODUCT), np.less: ("<", COMPARE),
    np.greater: (">", COMPARE), np.less_equal: ("<=", COMPARE), np.greater_equal: (">=", COMPARE),
    np.equal: ("==", COMPARE), np.not_equal: ("!=", COMPARE), np.bitwise_or: ("|", OR),
    np.bitwise_and: ("&", AND),
}  # fmt: skip
VIEWS = (shaping.transpose, shaping.reshape, shaping.getitem)
_NAMES = {"sum": "np.sum", "prod": "np.prod", "max": "np.max", "min": "np.min"}


def written_call(node: Call, args: Sequence[Written]) -> Written | None:
    """The code of an operation that NumPy has a sign or a function for, None for others."""
    ufunc = ufunc_of(node)
    if ufunc is not None:
        return _ufunc(ufunc, args)
    if node.operation in REDUCTIONS:
        return Written(_reduction(node, args[0].text))
    writer = _WRITERS.get(node.operation)
    return None if writer is None else writer(node.params, args, node)


def _ufunc(ufunc: np.ufunc, args: Sequence[Written]) -> Written:
    if ufunc in _SIGNS:
        sign, level = _SIGNS[ufunc]
        left = args[0].within(level + (level == COMPARE))
        return Written(f"{left} {sign} {args[1].within(level + 1)}", level)
    if ufunc is np.negative:
        return Written(f"-{args[0].within(SIGN)}", SIGN)
    return Written(f"np.{ufunc.__name__}({', '.join(arg.text for arg in args)})")


def _reduction(node: Call, x: str) -> str:
    axis, keepdims = node.params["axis"], node.params["keepdims"]
    parts = [x] + ([] if axis is None else [f"axis={axis}"])
    parts += ["keepdims=True"] if keepdims else []
    return f"{_NAMES[node.operation.name]}({', '.join(parts)})"


def _product(params: Any, args: Sequence[Written], node: Call) -> Written:
    return Written(f"{args[0].within(PRODUCT)} @ {args[1].within(PRODUCT + 1)}", PRODUCT)


def _power(params: Any, args: Sequence[Written], node: Call) -> Written:
    exponent = params["exponent"]
    shown = value(exponent)
    return Written(f"{args[0].within(ATOM)} ** {shown if exponent >= 0 else f'({shown})'}", POWER)


def _transpose(params: Any, args: Sequence[Written], node: Call) -> Written:
    x, axes = args[0].within(ATOM), tuple(params["axes"])
    return Written(f"{x}.T" if axes == tuple(range(len(axes)))[::-1] else f"{x}.transpose{axes}")


def _getitem(params: Any, args: Sequence[Written], node: Call) -> Written:
    return Written(f"{args[0].within(ATOM)}[{index(params['index'])}]")


def _join(name: str) -> Any:
    def join(params: Any, args: Sequence[Written], node: Call) -> Written:
        parts = "".join(f"{arg.text}, " for arg in args)
        return Written(f"np.{name}(({parts}), axis={params['axis']})")

    return join


_WRITERS: dict[Any, Callable[[Any, Sequence[Written], Call], Written]] = {
    products.dot: _product,
    products.matmul: _product,
    elementwise.power_constant: _power,
    elementwise.astype: lambda p, a, _: Written(f"{a[0].within(ATOM)}.astype({value(p['dtype'])})"),
    elementwise.broadcast_to: lambda p, a, _: Written(
        f"np.broadcast_to({a[0].text}, {p['shape']})"
    ),
    np.where: lambda p, a, _: Written(f"np.where({', '.join(x.text for x in a)})"),
    elementwise.where: lambda p, a, _: Written(
        f"np.where({value(p['condition'])}, {a[0].text}, {a[1].text})"
    ),
    shaping.reshape: lambda p, a, _: Written(f"{a[0].within(ATOM)}.reshape({p['shape']})"),
    shaping.transpose: _transpose,
    shaping.getitem: _getitem,
    shaping.concatenate: _join("concatenate"),
    shaping.stack: _join("stack"),
}


# ── constants and arguments ───────────────────────────────────────────────────────────────────
def index(given: Any, operands: Sequence[Written] = ()) -> str:
    """What stands between the brackets of x[…]."""
    parts = given if isinstance(given, tuple) else (given,)
    shown = [_slice(part) if isinstance(part, slice) else value(part, operands) for part in parts]
    return ", ".join(shown) or "()"


def _slice(part: slice) -> str:
    bounds = ["" if bound is None else value(bound) for bound in (part.start, part.stop)]
    return ":".join(bounds) + ("" if part.step is None else f":{value(part.step)}")


def value(given: Any, operands: Sequence[Written] = ()) -> str:
    """A constant or an argument; slots are the operands.

    Raises GraphError for what is no number, array, dtype or structure of such.
    """
    if given is None or isinstance(given, (bool, int, complex, str)):
        return repr(given)
    for kind, write in _KINDS.items():
        if isinstance(given, kind):
            return write(given, operands)
    raise GraphError(
        f"source: {given!r} of type {type(given).__name__} cannot be written as code. Keep the "
        "program instead: compiled.save(path)."
    )


def _number(given: float) -> str:
    if np.isfinite(given):
        return repr(float(given))
    return "-np.inf" if given < 0 else f"np.{float(given)}"


def _list(given: Sequence[Any], operands: Sequence[Written]) -> str:
    return ", ".join(value(part, operands) for part in given)


_KINDS: dict[Any, Callable[[Any, Sequence[Written]], str]] = {
    Slot: lambda x, operands: operands[x.number].text,
    np.ndarray: lambda x, _: _array(x),
    np.generic: lambda x, _: f"np.{type(x).__name__}({value(x.item())})",
    np.dtype: lambda x, _: f"np.{x.name}" if hasattr(np, x.name) else f"np.dtype({x.str!r})",
    float: lambda x, _: _number(x),
    type(Ellipsis): lambda x, _: "...",
    list: lambda x, operands: f"[{_list(x, operands)}]",
    tuple: lambda x, operands: f"({_list(x, operands)}{',' * (len(x) == 1)})",
    slice: lambda x, _: f"slice({_list((x.start, x.stop, x.step), ())})",
    dict: lambda x, operands: "{" + ", ".join(
        f"{key!r}: {value(part, operands)}" for key, part in x.items()) + "}",
}  # fmt: skip


def _array(array: np.ndarray[Any, Any]) -> str:
    dtype = value(array.dtype)
    if not array.ndim:
        return f"np.array({value(array.item())}, {dtype})"
    first = array[(0,) * array.ndim] if array.size else array.dtype.type(0)
    if array.size > 1 and np.all(array == first) and first != 0:
        return f"np.full({array.shape}, {value(first.item())}, {dtype})"
    if array.ndim == 1 and array.dtype.kind in "iu" and np.all(array == np.arange(array.size)):
        return f"np.arange({array.size}, dtype={dtype})"
    if array.size and not array.any() and not np.signbit(array.real).any():
        return f"np.zeros({array.shape}, {dtype})"
    if array.size <= FEW and np.all(np.isfinite(array)):
        return f"np.array({array.tolist()}, {dtype})"
    if array.nbytes > LARGEST:
        raise GraphError(
            f"source: a constant of {array.dtype} {array.shape} is too large to be written out "
            f"({array.nbytes} bytes). Pass it to the function as an argument."
        )
    data = b64encode(np.ascontiguousarray(array).tobytes()).decode()
    return f"np.frombuffer(b64decode({data!r}), {value(array.dtype)}).reshape({array.shape})"
