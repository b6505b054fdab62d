"""Each operation on one element, as a piece of source.

What stands here is what loops are made of; an operation that is not here is left to NumPy.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.compile.clusters import is_full_of, is_reduction
from autograd_core.compile.operations import UFUNC_OF, ufunc_of
from autograd_core.ops import elementwise, products, shaping
from autograd_core.symbolic import Call, Expression, Literal

_TYPES = {"bool": "boolean", "int32": "int32", "int64": "int64", "uint8": "uint8",
          "float32": "float32", "float64": "float64"}  # fmt: skip

_ARITHMETIC = {
    np.add: "{} + {}", np.subtract: "{} - {}", np.multiply: "{} * {}", np.negative: "-{}",
    np.positive: "{}", np.square: "{0} * {0}",
}  # fmt: skip
# Functions of the C library, of which no loop is vectorised: they get loops of their own.
_OF_LIBRARY = {
    np.sin: "np.sin({})", np.cos: "np.cos({})", np.tan: "np.tan({})", np.arcsin: "np.arcsin({})",
    np.arccos: "np.arccos({})", np.arctan: "np.arctan({})", np.sinh: "np.sinh({})",
    np.cosh: "np.cosh({})", np.arcsinh: "np.arcsinh({})", np.arccosh: "np.arccosh({})",
    np.arctanh: "np.arctanh({})", np.exp2: "np.exp2({})", np.log2: "np.log2({})",
    np.log10: "np.log10({})", np.hypot: "np.hypot({}, {})", np.arctan2: "np.arctan2({}, {})",
    np.power: "{} ** {}",
}  # fmt: skip
_FLOATING = {
    **_ARITHMETIC, **_OF_LIBRARY,
    np.divide: "{} / {}", np.reciprocal: "{t}(1) / {}", np.sqrt: "sqrt({})",
    np.absolute: "fabs({})", np.maximum: "maximum({}, {})", np.minimum: "minimum({}, {})",
    np.floor: "floor({})", np.ceil: "ceil({})", np.trunc: "trunc({})", np.rint: "rint({})",
    np.copysign: "copysign({}, {})", np.sign: "sign_{t}({})", np.exp: "exp_{t}({})",
    np.expm1: "expm1_{t}({})", np.log: "log_{t}({})", np.log1p: "log1p_{t}({})",
    np.tanh: "tanh_{t}({})", np.deg2rad: "{} * {t}(degree)", np.rad2deg: "{} / {t}(degree)",
}  # fmt: skip
_INTEGER = {
    **_ARITHMETIC,
    np.absolute: "abs({})", np.maximum: "max({}, {})", np.minimum: "min({}, {})",
    np.bitwise_and: "{} & {}", np.bitwise_or: "{} | {}", np.bitwise_xor: "{} ^ {}",
    np.invert: "~{}",
}  # fmt: skip
_COMPARISONS = {
    np.less: "{} < {}", np.less_equal: "{} <= {}", np.greater: "{} > {}",
    np.greater_equal: "{} >= {}", np.equal: "{} == {}", np.not_equal: "{} != {}",
}  # fmt: skip
_TESTS = {np.isnan: "{0} != {0}", np.isinf: "fabs({}) == inf", np.isfinite: "fabs({}) < inf"}
_LOGIC = {
    np.logical_and: "{} & {}", np.logical_or: "{} | {}", np.logical_xor: "{} ^ {}",
    np.logical_not: "not {}", np.bitwise_and: "{} & {}", np.bitwise_or: "{} | {}",
    np.bitwise_xor: "{} ^ {}", np.invert: "not {}",
}  # fmt: skip
# By the kind of the result's dtype.
_TEMPLATES: dict[str, dict[Any, str]] = {
    "f": _FLOATING, "i": _INTEGER, "b": {**_COMPARISONS, **_TESTS, **_LOGIC},
}  # fmt: skip
_ANY = {
    np.where: "select({}, {}, {})", elementwise.astype: "{}", elementwise.broadcast_to: "{}",
    elementwise.real: "{}", np.real: "{}",
}  # fmt: skip
_POWERS = {0: "{t}(1)", 1: "{}", 2: "{0} * {0}", 3: "{0} * {0} * {0}",
           4: "({0} * {0}) * ({0} * {0})", -1: "{t}(1) / {}", 0.5: "sqrt({})"}  # fmt: skip


# ── dtypes and numbers ────────────────────────────────────────────────────────────────────────
def type_name(dtype: np.dtype[Any]) -> str:
    """What kernels call a dtype."""
    return _TYPES[dtype.name]


def array_type(dtype: np.dtype[Any]) -> str:
    """What NumPy calls a dtype, in a kernel."""
    return f"np.{'bool_' if dtype.kind == 'b' else dtype.name}"


def cast(text: str, x: Expression, kind: np.dtype[Any]) -> str:
    """A value in another dtype."""
    if is_number(x) or x.dtype == kind:
        return text
    return f"({text} != 0)" if kind.kind == "b" else f"{type_name(kind)}({text})"


def is_number(x: Expression) -> bool:
    """Whether all elements are one known number."""
    return isinstance(x, Literal) and bool(x.size) and is_full_of(x, _first(x))


def number(x: Expression, kind: np.dtype[Any]) -> str:
    """A known number in a dtype."""
    return f"{type_name(kind)}({kind.type(_first(x)).item()!r})"


def _first(x: Expression) -> Any:
    assert isinstance(x, Literal)
    return np.asarray(x.value).reshape(-1)[0]


# ── operations ────────────────────────────────────────────────────────────────────────────────
def is_known(node: Call) -> bool:
    """Whether a kernel can compute an operation."""
    if not all(map(_is_plain, (node, *node.operands))):
        return False
    if node.operation in (shaping.reshape, shaping.getitem):
        return True
    if node.operation is shaping.scatter:
        return bounds(node) is not None
    if is_reduction(node):
        return node.dtype.kind in "fi" and not _is_long(node)
    return _template(node) is not None


def _is_plain(x: Expression) -> bool:
    """Whether a kernel can read and write such an array; those in another byte order it cannot."""
    return x.dtype.name in _TYPES and x.dtype.isnative and x.size > 0


_LONGEST_ROW = 8192  # of a longer one, a sum in one go has not the accuracy of NumPy's


def _is_long(node: Call) -> bool:
    """Whether a reduction over rows has too long ones."""
    x = node.operands[0]
    return node.shape != () and node.size > 1 and x.shape[-1] > _LONGEST_ROW and (
        node.operation is products.dot or node.params["axis"] in (-1, x.ndim - 1, (x.ndim - 1,))
    )  # fmt: skip


def is_call(node: Call) -> bool:
    """Whether an operation is a call of the C library, which no loop is vectorised around."""
    template = str(_template(node))
    return "np." in template or "**" in template


def is_wave(node: Call) -> bool:
    """Whether an operation is a sine or cosine of numbers of its own dtype."""
    return _function(node) in (np.sin, np.cos) and node.operands[0].dtype == node.dtype


def with_near_waves(line: str, kind: str) -> str:
    """A line with the sines and cosines that are vectorised, which are right near 0."""
    return line.replace("np.sin(", f"sin_{kind}(").replace("np.cos(", f"cos_{kind}(")


def term(node: Call, operands: list[str]) -> str:
    """The value of an element, from those of the operands."""
    template, kind = _template(node), type_name(node.dtype)
    assert template is not None, node
    args = [
        cast(text, x, operand_kind(node, position))
        for position, (text, x) in enumerate(zip(operands, node.operands, strict=True))
    ]
    code = template.format(*args, t=kind)
    # arithmetic on integers gives int64 in Numba, and that on booleans an integer
    return code if node.dtype.kind == "f" and not is_call(node) else f"{kind}({code})"


def operand_kind(node: Call, position: int) -> np.dtype[Any]:
    """The dtype in which an operation computes with an operand."""
    function = _function(node)
    if function is np.where:
        return node.dtype if position else np.dtype(bool)
    if function in _COMPARISONS or function in _TESTS:
        return _common(node.operands)
    return node.dtype


def _common(operands: tuple[Expression, ...]) -> np.dtype[Any]:
    """The dtype in which operands are compared; a Python number takes that of the other."""
    return np.result_type(*[
        x.value if isinstance(x, Literal) and type(x.value) in (bool, int, float) else x.dtype
        for x in operands
    ])  # fmt: skip


def _function(node: Call) -> Any:
    return ufunc_of(node) or UFUNC_OF.get(node.operation, node.operation)


def _template(node: Call) -> str | None:
    function = _function(node)
    if function is elementwise.power_constant:
        return _power(node)
    if function in _TESTS and node.operands[0].dtype.kind != "f":
        return None
    return _ANY.get(function) or _TEMPLATES.get(node.dtype.kind, {}).get(function)


def _power(node: Call) -> str | None:
    exponent = node.params["exponent"]
    if type(exponent) not in (int, float):
        return None
    if node.dtype.kind == "f":
        return _POWERS.get(exponent, f"{{}} ** {{t}}({exponent!r})")
    return _POWERS[exponent] if node.dtype.kind == "i" and exponent in (1, 2, 3, 4) else None


def bounds(node: Call) -> tuple[int, int] | None:
    """The first place that a scatter in one dimension fills, and the first after these that it does
    not; None if there are others between them."""
    shape, index = node.params["shape"], node.params["index"]
    if not isinstance(index, slice) or len(shape) > 1 or shape[0] > _LONGEST_ROW:
        return None
    start, stop, step = index.indices(shape[0])
    return (start, stop) if step == 1 else None


# ── costs ─────────────────────────────────────────────────────────────────────────────────────
_NANOSECONDS = {np.exp: 1.5, np.expm1: 1.8, np.log: 2.4, np.log1p: 2.4, np.tanh: 2.2,
                np.sin: 1.6, np.cos: 1.6, np.divide: 0.6, np.sqrt: 0.6}  # fmt: skip


def cost(node: Call) -> float:
    """About how many nanoseconds an element takes on one thread."""
    width = max(node.dtype.itemsize, 4) / 8
    return width * _NANOSECONDS.get(_function(node), 12.0 if is_call(node) else 0.15)
