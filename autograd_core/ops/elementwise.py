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
from autograd_core.primitive import ELEMENTWISE, primitive
from autograd_core.shapes import Shape

INF = np.inf

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
conjugate = primitive("conjugate", np.conjugate, kind=ELEMENTWISE,
                      symbol="conj", tex=r"\overline{{{x}}}",
                      vjp=(lambda g: np.conjugate(g),))
reciprocal = primitive("reciprocal", np.reciprocal, kind=ELEMENTWISE,
                       symbol="/", tex=r"\frac{{1}}{{{x}}}",
                       vjp=(lambda g, out: -g * out * out,))
square = primitive("square", np.square, kind=ELEMENTWISE,
                   symbol="x^2", tex="{x}^2",
                   vjp=(lambda g, x: (g + g) * x,))
sqrt = primitive("sqrt", np.sqrt, kind=ELEMENTWISE, domain=(0, INF),
                 symbol="√", tex=r"\sqrt{{{x}}}",
                 vjp=(lambda g, out: g / (out + out),))

# x**0 is 1 at every x, 0 included, so the derivative must be 0 there and not 0 · 0**-1.  Where that
# happens the exponent is left as it is: y * x**y = 0 · 1.  A constant exponent is a parameter.
# 0**y has the derivative 0 in y for y > 0: the logarithm is taken of 1 where x is 0.
power = primitive("power", np.power, operator.pow, kind=ELEMENTWISE, domain=(0, INF), promotes=True,
                  symbol="^", tex="{x}^{{{y}}}",
                  vjp=(lambda g, x, y: g * (y * x ** (y - ((x != 0) | (y != 0)))),
                       lambda g, x, out: g * (out * np.log(np.where(x == 0, 1, x)))))
power_constant = primitive("power_constant", lambda x, *, exponent: x**exponent, kind=ELEMENTWISE,
                           symbol="x^{exponent}", tex="{x}^n",
                           vjp=(lambda g, x, exponent:
                                g * (exponent * x ** (exponent - (exponent != 0))),))

# ── exponentials and logarithms ───────────────────────────────────────────────────────────────
exp = primitive("exp", np.exp, kind=ELEMENTWISE, tex="e^{{{x}}}",
                vjp=(lambda g, out: g * out,))
expm1 = primitive("expm1", np.expm1, kind=ELEMENTWISE, tex="e^{{{x}}} - 1",
                  vjp=(lambda g, out: g + g * out,))
log = primitive("log", np.log, kind=ELEMENTWISE, domain=(0, INF), tex=r"\log {x}",
                vjp=(lambda g, x: g / x,))
log1p = primitive("log1p", np.log1p, kind=ELEMENTWISE, domain=(-1, INF), tex=r"\log(1 + {x})",
                  vjp=(lambda g, x: g / (1 + x),))

# ── trigonometric and hyperbolic functions ────────────────────────────────────────────────────
sin = primitive("sin", np.sin, kind=ELEMENTWISE, tex=r"\sin {x}",
                vjp=(lambda g, x: g * np.cos(x),))
cos = primitive("cos", np.cos, kind=ELEMENTWISE, tex=r"\cos {x}",
                vjp=(lambda g, x: -g * np.sin(x),))
tan = primitive("tan", np.tan, kind=ELEMENTWISE, domain=(-1.5, 1.5), tex=r"\tan {x}",
                vjp=(lambda g, out: g + g * out * out,))
arcsin = primitive("arcsin", np.arcsin, kind=ELEMENTWISE, domain=(-1, 1), tex=r"\arcsin {x}",
                   vjp=(lambda g, x: g / np.sqrt((1 - x) * (1 + x)),))
arccos = primitive("arccos", np.arccos, kind=ELEMENTWISE, domain=(-1, 1), tex=r"\arccos {x}",
                   vjp=(lambda g, x: -g / np.sqrt((1 - x) * (1 + x)),))
arctan = primitive("arctan", np.arctan, kind=ELEMENTWISE, tex=r"\arctan {x}",
                   vjp=(lambda g, x: g / (1 + x * x),))
arctan2 = primitive("arctan2", np.arctan2, kind=ELEMENTWISE, promotes=True,
                    tex=r"\operatorname{{arctan2}}({x}, {y})",
                    vjp=(lambda g, x, y: g * y / (x * x + y * y),
                         lambda g, x, y: -g * x / (x * x + y * y)))
sinh = primitive("sinh", np.sinh, kind=ELEMENTWISE, tex=r"\sinh {x}",
                 vjp=(lambda g, x: g * np.cosh(x),))
cosh = primitive("cosh", np.cosh, kind=ELEMENTWISE, tex=r"\cosh {x}",
                 vjp=(lambda g, x: g * np.sinh(x),))
tanh = primitive("tanh", np.tanh, kind=ELEMENTWISE, tex=r"\tanh {x}",
                 vjp=(lambda g, out: g - g * out * out,))
arcsinh = primitive("arcsinh", np.arcsinh, kind=ELEMENTWISE, tex=r"\operatorname{{arsinh}} {x}",
                    vjp=(lambda g, x: g / np.sqrt(1 + x * x),))
arccosh = primitive("arccosh", np.arccosh, kind=ELEMENTWISE, domain=(1, INF),
                    tex=r"\operatorname{{arcosh}} {x}",
                    vjp=(lambda g, x: g / np.sqrt((x - 1) * (x + 1)),))
arctanh = primitive("arctanh", np.arctanh, kind=ELEMENTWISE, domain=(-1, 1),
                    tex=r"\operatorname{{artanh}} {x}",
                    vjp=(lambda g, x: g / ((1 - x) * (1 + x)),))

# ── kinks and choices ─────────────────────────────────────────────────────────────────────────
# np.where, and not a product with a mask: 1.0 * mask is float64 and would widen float32 gradients,
# boolean + is a logical or, and 0 · inf is NaN on the side that was not taken.  (0.0 and not 0, for
# which np.where takes half as long again on 5,000 float32.)
absolute = primitive("absolute", np.absolute, kind=ELEMENTWISE,
                     symbol="abs", tex="|{x}|",
                     vjp=(lambda g, x: g * np.conjugate(np.sign(x)),))
sign = primitive("sign", np.sign, kind=ELEMENTWISE, real=True, tex=r"\operatorname{{sign}} {x}",
                 vjp=(lambda g: np.zeros_like(g),))
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
clip = primitive("clip", lambda x, low, high: np.minimum(np.maximum(x, low), high),
                 kind=ELEMENTWISE, real=True, tex=r"\operatorname{{clip}}({x}, {low}, {high})",
                 vjp=(lambda g, x, low, high: np.where((x >= low) & (x <= high), g, 0.0),
                      lambda g, x, low, high: np.where((x < low) & (low <= high), g, 0.0),
                      lambda g, x, low, high: np.where((x > high) | (low > high), g, 0.0)))

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
