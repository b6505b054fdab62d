"""Elementwise functions: each result element depends on one element of each input.

Broadcasting is not undone here: the engine sums over what NumPy repeated.  Where a rule has the
choice it adds an array to itself (g + g, and not 2 * g): with ten elements, a product of an array
with a Python number takes twice the time of a sum of two arrays.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from autograd_core.errors import ShapeError
from autograd_core.ops.kinks import at_kinks, at_zero
from autograd_core.primitive import ELEMENTWISE, UFUNCS, Primitive, primitive
from autograd_core.shapes import Shape

INF = np.inf
LN2, LN10 = np.log(2.0).item(), np.log(10.0).item()

# ── arithmetic ────────────────────────────────────────────────────────────────────────────────
add = primitive("add", np.add, operator.add, kind=ELEMENTWISE,
                symbol="+", tex="{x} + {y}",
                vjp=(lambda g: g,
                     lambda g: g))
subtract = primitive("subtract", np.subtract, operator.sub, kind=ELEMENTWISE,
                     symbol="−", tex="{x} - {y}",
                     vjp=(lambda g: g,
                          lambda g: -g))
multiply = primitive("multiply", np.multiply, operator.mul, kind=ELEMENTWISE,
                     symbol="×", tex=r"{x} \cdot {y}",
                     vjp=(lambda g, y: g * y,
                          lambda g, x: g * x))
divide = primitive("divide", np.divide, kind=ELEMENTWISE,
                   symbol="/", tex=r"\frac{{{x}}}{{{y}}}",
                   vjp=(lambda g, y: g / y,
                        lambda g, out, y: -g * out / y))
mod = primitive("mod", np.remainder, kind=ELEMENTWISE,
                symbol="mod", tex=r"{x} \bmod {y}",
                vjp=(lambda g: g,
                     lambda g, x, y: -g * np.floor_divide(x, y)))
negative = primitive("negative", np.negative, kind=ELEMENTWISE,
                     symbol="× -1", tex="-{x}",
                     vjp=(lambda g: -g,))
positive = primitive("positive", np.positive, kind=ELEMENTWISE,
                     symbol="+", tex="{x}",
                     vjp=(lambda g: g,))
reciprocal = primitive("reciprocal", np.reciprocal, kind=ELEMENTWISE,
                       symbol="/", tex=r"\frac{{1}}{{{x}}}",
                       vjp=(lambda g, out: -g * out * out,))
square = primitive("square", np.square, kind=ELEMENTWISE,
                   symbol="x^2", tex="{x}^2",
                   vjp=(lambda g, x: (g + g) * x,))
sqrt = primitive("sqrt", np.sqrt, kind=ELEMENTWISE, domain=(0, INF),
                 symbol="√", tex=r"\sqrt{{{x}}}",
                 vjp=(lambda g, out: g / (out + out),))
cbrt = primitive("cbrt", np.cbrt, kind=ELEMENTWISE, domain=(0, INF), tex=r"\sqrt[3]{{{x}}}",
                 vjp=(lambda g, out: g / (3 * out * out),))
deg2rad = primitive("deg2rad", np.deg2rad, kind=ELEMENTWISE,
                    tex=r"\frac{{\pi}}{{180}} {x}",
                    vjp=(lambda g: np.deg2rad(g),))
rad2deg = primitive("rad2deg", np.rad2deg, kind=ELEMENTWISE,
                    tex=r"\frac{{180}}{{\pi}} {x}",
                    vjp=(lambda g: np.rad2deg(g),))
UFUNCS[np.radians], UFUNCS[np.degrees] = deg2rad, rad2deg

# x**0 is 1 at every x, 0 included, so the derivative must be 0 there and not 0 · 0**-1.  Where that
# happens the exponent is left as it is: y * x**y = 0 · 1.  A constant exponent is a parameter.
# 0**y has the derivative 0 in y for y > 0: the logarithm is taken of 1 where x is 0.
power = primitive("power", np.power, operator.pow, kind=ELEMENTWISE, domain=(0, INF), promotes=True,
                  symbol="^", tex="{x}^{{{y}}}",
                  vjp=(lambda g, x, y:
                       g * at_zero(y * x ** (y - ((x != 0) | (y != 0))),
                                   at_kinks().power_of_zero, x, y),
                       lambda g, x, out: g * (out * np.log(np.where(x == 0, 1, x)))))
def _power_rule(g: Any, x: Any, exponent: Any) -> Any:
    """g · n xⁿ⁻¹; of a square, as most powers are, in a quarter of the time."""
    if type(exponent) in (int, float) and exponent == 2:
        return (g + g) * x
    return g * (exponent * x ** (exponent - (exponent != 0)))


power_constant = primitive("power_constant", lambda x, *, exponent: x**exponent, kind=ELEMENTWISE,
                           symbol="x^{exponent}", tex="{x}^n",
                           vjp=(lambda g, x, exponent: _power_rule(g, x, exponent),))

# ── exponentials and logarithms ───────────────────────────────────────────────────────────────
exp = primitive("exp", np.exp, kind=ELEMENTWISE, tex="e^{{{x}}}",
                vjp=(lambda g, out: g * out,))
exp2 = primitive("exp2", np.exp2, kind=ELEMENTWISE, tex="2^{{{x}}}",
                 vjp=(lambda g, out: g * out * LN2,))
expm1 = primitive("expm1", np.expm1, kind=ELEMENTWISE, tex="e^{{{x}}} - 1",
                  vjp=(lambda g, x: g * np.exp(x),))  # out + 1 loses all digits where x << 0
log = primitive("log", np.log, kind=ELEMENTWISE, domain=(0, INF), tex=r"\log {x}",
                vjp=(lambda g, x: g / x,))
log1p = primitive("log1p", np.log1p, kind=ELEMENTWISE, domain=(-1, INF), tex=r"\log(1 + {x})",
                  vjp=(lambda g, x: g / (1 + x),))
log2 = primitive("log2", np.log2, kind=ELEMENTWISE, domain=(0, INF), tex=r"\log_2 {x}",
                 vjp=(lambda g, x: g / LN2 / x,))
log10 = primitive("log10", np.log10, kind=ELEMENTWISE, domain=(0, INF), tex=r"\log_{{10}} {x}",
                  vjp=(lambda g, x: g / LN10 / x,))


def _above(x: Any, y: Any) -> Any:
    """x - y, and 0 where both are the same infinity."""
    same = (x == y) & np.isinf(x)
    return np.where(same, 0.0, x) - np.where(same, 0.0, y)


# The slope is 1 / (1 + e^(y - x)), written so that nothing overflows and its own slope is of the
# same form; e^(x - out) would lose the digits that x and out have in common.
logaddexp = primitive("logaddexp", np.logaddexp, kind=ELEMENTWISE, promotes=True,
                      tex=r"\log(e^{{{x}}} + e^{{{y}}})",
                      vjp=(lambda g, x, y: g * np.exp(-np.logaddexp(0.0, _above(y, x))),
                           lambda g, x, y: g * np.exp(-np.logaddexp(0.0, _above(x, y)))))
logaddexp2 = primitive("logaddexp2", np.logaddexp2, kind=ELEMENTWISE, promotes=True,
                       tex=r"\log_2(2^{{{x}}} + 2^{{{y}}})",
                       vjp=(lambda g, x, y: g * np.exp2(-np.logaddexp2(0.0, _above(y, x))),
                            lambda g, x, y: g * np.exp2(-np.logaddexp2(0.0, _above(x, y)))))


# ── lengths and angles ────────────────────────────────────────────────────────────────────────
def _radius(x: Any, y: Any) -> Any:
    """The length of (x, y), to divide by: 1 where it is 0."""
    length = np.hypot(x, y)
    return np.where(length == 0, 1, length)


def _turn(x: Any, y: Any) -> Any:
    """x / (x² + y²), by which the angle turns; nothing overflows."""
    length = _radius(x, y)
    return at_zero(x / length / length, at_kinks().angle_at_zero, x, y)


def _root_of_one_and_square(x: Any) -> Any:
    """√(1 + x²), which for real x does not overflow."""
    return np.sqrt(1 + x * x) if x.dtype.kind == "c" else np.hypot(1.0, x)


# The cosine of the angle of (x, y), and 0 at the origin.  As an operation of its own, so that the
# slope of the slope of hypot, y²/r³, is not computed as (1 - x²/r²)/r.
direction: Primitive = primitive(
    "direction", lambda x, y: x / _radius(x, y), kind=ELEMENTWISE, promotes=True,
    tex=r"\frac{{{x}}}{{\sqrt{{{x}^2 + {y}^2}}}}",
    vjp=(lambda g, x, y: g * np.square(direction(y, x)) / _radius(x, y),
         lambda g, x, y: -g * direction(x, y) * direction(y, x) / _radius(x, y)))
hypot = primitive("hypot", np.hypot, kind=ELEMENTWISE, promotes=True,
                  tex=r"\sqrt{{{x}^2 + {y}^2}}",
                  vjp=(lambda g, x, y: g * at_zero(direction(x, y),
                                                   at_kinks().hypot_at_zero, x, y),
                       lambda g, x, y: g * at_zero(direction(y, x),
                                                   at_kinks().hypot_at_zero, x, y)))
arctan2 = primitive("arctan2", np.arctan2, kind=ELEMENTWISE, promotes=True,
                    tex=r"\operatorname{{arctan2}}({x}, {y})",
                    vjp=(lambda g, x, y: g * _turn(y, x),
                         lambda g, x, y: -g * _turn(x, y)))

# ── trigonometric and hyperbolic functions ────────────────────────────────────────────────────
sin = primitive("sin", np.sin, kind=ELEMENTWISE, tex=r"\sin {x}",
                vjp=(lambda g, x: g * np.cos(x),))
cos = primitive("cos", np.cos, kind=ELEMENTWISE, tex=r"\cos {x}",
                vjp=(lambda g, x: -g * np.sin(x),))
tan = primitive("tan", np.tan, kind=ELEMENTWISE, domain=(-1.5, 1.5), tex=r"\tan {x}",
                vjp=(lambda g, out: g + g * out * out,))
arcsin = primitive("arcsin", np.arcsin, kind=ELEMENTWISE, domain=(-1, 1), tex=r"\arcsin {x}",
                   vjp=(lambda g, x: g / (np.sqrt(1 - x) * np.sqrt(1 + x)),))
arccos = primitive("arccos", np.arccos, kind=ELEMENTWISE, domain=(-1, 1), tex=r"\arccos {x}",
                   vjp=(lambda g, x: -g / (np.sqrt(1 - x) * np.sqrt(1 + x)),))
arctan = primitive("arctan", np.arctan, kind=ELEMENTWISE, tex=r"\arctan {x}",
                   vjp=(lambda g, x: g / (1 + x * x),))
sinh = primitive("sinh", np.sinh, kind=ELEMENTWISE, tex=r"\sinh {x}",
                 vjp=(lambda g, x: g * np.cosh(x),))
cosh = primitive("cosh", np.cosh, kind=ELEMENTWISE, tex=r"\cosh {x}",
                 vjp=(lambda g, x: g * np.sinh(x),))
tanh = primitive("tanh", np.tanh, kind=ELEMENTWISE, tex=r"\tanh {x}",
                 vjp=(lambda g, out: g - g * out * out,))
arcsinh = primitive("arcsinh", np.arcsinh, kind=ELEMENTWISE, tex=r"\operatorname{{arsinh}} {x}",
                    vjp=(lambda g, x: g / _root_of_one_and_square(x),))
arccosh = primitive("arccosh", np.arccosh, kind=ELEMENTWISE, domain=(1, INF),
                    tex=r"\operatorname{{arcosh}} {x}",
                    vjp=(lambda g, x: g / (np.sqrt(x - 1) * np.sqrt(x + 1)),))
arctanh = primitive("arctanh", np.arctanh, kind=ELEMENTWISE, domain=(-1, 1),
                    tex=r"\operatorname{{artanh}} {x}",
                    vjp=(lambda g, x: g / ((1 - x) * (1 + x)),))

# ── complex numbers ───────────────────────────────────────────────────────────────────────────
# The gradient of a real function of a + ib is ∂/∂a - i ∂/∂b, so every rule is the transpose of the
# derivative without a conjugate; the engine takes the real part for real operands.
conjugate = primitive("conjugate", np.conjugate, kind=ELEMENTWISE,
                      symbol="conj", tex=r"\overline{{{x}}}",
                      vjp=(lambda g: np.conjugate(g),))
real = primitive("real", lambda x: np.real(x), kind=ELEMENTWISE, symbol="Re",
                 tex=r"\operatorname{{Re}} {x}",
                 vjp=(lambda g: g,))
imag = primitive("imag", lambda x: np.imag(x), kind=ELEMENTWISE, symbol="Im",
                 tex=r"\operatorname{{Im}} {x}",
                 vjp=(lambda g, x: g * -1j if x.dtype.kind == "c" else np.zeros_like(g),))
angle = primitive("angle", lambda x: np.angle(x), kind=ELEMENTWISE, symbol="∠",
                  tex=r"\arg {x}",
                  vjp=(lambda g, x: g * at_zero(-1j / np.where(x == 0, INF, x),
                                                at_kinks().angle_at_zero, x)
                       if x.dtype.kind == "c" else np.zeros_like(g),))

# ── kinks and choices ─────────────────────────────────────────────────────────────────────────
# np.where, and not a product with a mask: 1.0 * mask is float64 and would widen float32 gradients,
# boolean + is a logical or, and 0 · inf is NaN on the side that was not taken.  (0.0 and not 0, for
# which np.where takes half as long again on 5,000 float32.)
def slope_of_abs(x: Any) -> Any:
    """The sign, as a factor of g."""
    slope = np.sign(x)
    if x.dtype.kind == "c":
        return np.conjugate(slope)
    return at_zero(slope, at_kinks().abs_at_zero, x)


def _turned(x: Any, a: Any, b: Any) -> Any:
    """i · a · Im(b) / |x|, and 0 where x is 0: how the sign of a complex number turns."""
    size = np.absolute(x)
    return a * np.imag(b) / np.where(size == 0, 1, size) * 1j  # a scalar first: 1j · it is Python's


absolute = primitive("absolute", np.absolute, kind=ELEMENTWISE,
                     symbol="abs", tex="|{x}|",
                     vjp=(lambda g, x: g * slope_of_abs(x),))
# The sign of a complex number is x / |x|.  It is no holomorphic function: the derivative and its
# transpose are two formulas.
sign = primitive("sign", np.sign, kind=ELEMENTWISE, tex=r"\operatorname{{sign}} {x}",
                 vjp=(lambda g, x: _turned(x, np.conjugate(np.sign(x)), g * np.sign(x))
                      if x.dtype.kind == "c" else np.zeros_like(g),),
                 jvp=(lambda t, x: _turned(x, np.sign(x), np.conjugate(np.sign(x)) * t)
                      if x.dtype.kind == "c" else np.zeros_like(t),))
maximum = primitive("maximum", np.maximum, kind=ELEMENTWISE, real=True,
                    symbol="max", tex=r"\max({x}, {y})",
                    vjp=(lambda g, x, y: np.where(x > y, g, np.where(x == y, g / 2, 0.0)),
                         lambda g, x, y: np.where(y > x, g, np.where(x == y, g / 2, 0.0))))
minimum = primitive("minimum", np.minimum, kind=ELEMENTWISE, real=True,
                    symbol="min", tex=r"\min({x}, {y})",
                    vjp=(lambda g, x, y: np.where(x < y, g, np.where(x == y, g / 2, 0.0)),
                         lambda g, x, y: np.where(y < x, g, np.where(x == y, g / 2, 0.0))))
where = primitive("where", lambda x, y, *, condition: np.where(condition, x, y), kind=ELEMENTWISE,
                  tex=r"\begin{{cases}} {x} \\ {y} \end{{cases}}",
                  vjp=(lambda g, condition: np.where(condition, g, 0.0),
                       lambda g, condition: np.where(condition, 0.0, g)))


def _inside(g: Any, x: Any, *bounds: Any) -> Any:
    """What a bound leaves to an x that is equal to it."""
    share = at_kinks().clip_at_bound
    for bound in bounds if share != 1 else ():
        g = np.where(x == bound, g * share, g)
    return g


def _at_bound(g: Any, x: Any, bound: Any) -> Any:
    """What a bound takes from an x that is equal to it or beyond it."""
    share = 1 - at_kinks().clip_at_bound
    return np.where(x == bound, g * share if share else 0.0, g)


clip = primitive("clip", lambda x, low, high: np.minimum(np.maximum(x, low), high),
                 kind=ELEMENTWISE, real=True, tex=r"\operatorname{{clip}}({x}, {low}, {high})",
                 vjp=(lambda g, x, low, high:
                      np.where((x >= low) & (x <= high), _inside(g, x, low, high), 0.0),
                      lambda g, x, low, high:
                      np.where((x <= low) & (low <= high), _at_bound(g, x, low), 0.0),
                      lambda g, x, low, high:
                      np.where((x >= high) | (low > high), _at_bound(g, np.maximum(x, low), high),
                               0.0)))

# ── the same numbers, seen differently ────────────────────────────────────────────────────────
# Elementwise as far as the engine is concerned: it sums what was repeated and casts the gradient
# back to the dtype of the input.
def _repeat(x: Any, *, shape: Shape) -> Any:
    """np.broadcast_to, with its read-only view made directly where x is one number."""
    if x.ndim > len(shape):
        raise ShapeError(f"broadcast_to: x is {x.shape}, which has more dimensions than {shape}.")
    if x.size != 1:
        return np.broadcast_to(x, shape)
    view: Any = np.ndarray(shape, x.dtype, x, strides=(0,) * len(shape))
    view.flags.writeable = False
    return view


broadcast_to = primitive("broadcast_to", _repeat, kind=ELEMENTWISE, symbol="repeat", tex="{x}",
                         vjp=(lambda g: g,))
astype = primitive("astype", lambda x, *, dtype: x.astype(dtype), kind=ELEMENTWISE, tex="{x}",
                   vjp=(lambda g: g,))
