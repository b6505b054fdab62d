"""np.i0 and np.sinc, whose derivatives of all orders keep their digits near 0.

Both start a family of entire functions, Aₙ(x) = Iₙ(x)/xⁿ and Bₙ(x) = jₙ(x)/xⁿ (modified and
spherical Bessel functions), in which each is x times the derivative of the one before, up to the
sign (DLMF 10.29.4, 10.51.3).  So no rule divides by x, and none subtracts what is almost equal, as
(cos x - sinc x)/x does.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd_core.primitive import ELEMENTWISE, Primitive, primitive

PI = np.pi


def _modified(x: Any, *, order: int) -> Any:
    """Iₙ(x)/xⁿ by the trapezoidal rule on Poisson's integral, the mean of cosh(x cos θ) sin²ⁿ θ
    (DLMF 10.32.2): the integrand is periodic, so few points are exact, and positive, so no digit
    is lost.  The number of points grows with the square root of x."""
    size = np.abs(x)
    largest = float(np.max(np.fmin(size, 800.0), initial=0.0))
    count = 12 + order + int(2.3 * math.sqrt(largest))
    total = np.zeros_like(size)
    for k in range(count):
        half = PI * (k + 0.5) / (4 * count)  # of the angle
        # 2 cosh(x cos θ) e^-x, of which nothing overflows
        powers = np.exp(-2 * math.sin(half) ** 2 * size) + np.exp(-2 * math.cos(half) ** 2 * size)
        total = total + powers * math.sin(2 * half) ** (2 * order)
    scale = 2**order * math.gamma(order + 0.5) / math.sqrt(PI)
    return total / (2 * count * scale) * np.exp(size)


def _spherical(x: Any, *, order: int) -> Any:
    """jₙ(x)/xⁿ by its power series near 0 and by recurrence from sin and cos elsewhere."""
    near = np.abs(x) < order + 1
    small, large = np.where(near, x, 0), np.where(near, order + 1.0, x)
    square = small * small
    term = series = np.ones_like(square) / math.prod(range(1, 2 * order + 2, 2))
    for k in range(1, 12 + order):
        term = term * square / (-2 * k * (2 * (order + k) + 1))
        series = series + term
    before, current = np.cos(large), np.sin(large) / large
    for n in range(order):
        before, current = current, ((2 * n + 1) * current - before) / large / large
    return np.where(near, series, current)


modified_ratio: Primitive = primitive(
    "modified_ratio", _modified, kind=ELEMENTWISE,
    symbol="Iₙ/xⁿ", tex=r"\frac{{I_n({x})}}{{{x}^n}}",
    vjp=(lambda g, x, order: g * x * modified_ratio(x, order=order + 1),))
spherical_ratio: Primitive = primitive(
    "spherical_ratio", _spherical, kind=ELEMENTWISE,
    symbol="jₙ/xⁿ", tex=r"\frac{{j_n({x})}}{{{x}^n}}",
    vjp=(lambda g, x, order: -g * x * spherical_ratio(x, order=order + 1),))
i0 = primitive("i0", lambda x: np.i0(x), kind=ELEMENTWISE, tex="I_0({x})",
               vjp=(lambda g, x: g * x * modified_ratio(x, order=1),))
sinc = primitive("sinc", lambda x: np.sinc(x), kind=ELEMENTWISE,
                 tex=r"\operatorname{{sinc}} {x}",
                 vjp=(lambda g, x: -PI**2 * g * x * spherical_ratio(PI * x, order=1),))
