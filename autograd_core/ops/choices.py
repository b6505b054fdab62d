"""Elementwise functions that choose, cut or replace: piecewise the identity, a sign or a constant.

As in elementwise.py, np.where and not a product with a mask says what was not taken.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.ops.elementwise import slope_of_abs
from autograd_core.ops.kinks import at_kinks
from autograd_core.primitive import ELEMENTWISE, primitive

# ── signs ─────────────────────────────────────────────────────────────────────────────────────
fabs = primitive("fabs", np.fabs, kind=ELEMENTWISE, symbol="abs", tex="|{x}|",
                 vjp=(lambda g, x: g * slope_of_abs(x),))


def _vjp_copysign(g: Any, x: Any, y: Any) -> Any:
    """g by the product of the signs, and 0 where x is 0, as for abs."""
    signed = np.where(np.signbit(x) == np.signbit(y), g, -g)
    share = at_kinks().copysign_at_zero
    return np.where(x == 0, signed * share if share else 0.0, signed)


copysign = primitive("copysign", np.copysign, kind=ELEMENTWISE,
                     tex=r"|{x}| \operatorname{{sign}} {y}",
                     vjp=(_vjp_copysign,
                          lambda g: np.zeros_like(g)))
heaviside = primitive("heaviside", np.heaviside, kind=ELEMENTWISE,
                      tex=r"\operatorname{{heaviside}}({x}, {y})",
                      vjp=(lambda g: np.zeros_like(g),
                           lambda g, x: np.where(x == 0, g, 0.0)))

# ── extremes that pass over NaN ───────────────────────────────────────────────────────────────
def _first(g: Any, is_first: Any, is_tie: Any) -> Any:
    """The share of the first of two operands."""
    return np.where(is_first, g, np.where(is_tie, g * at_kinks().fmax_tie, 0.0))


def _second(g: Any, is_second: Any, is_tie: Any) -> Any:
    return np.where(is_second, g, np.where(is_tie, g * (1 - at_kinks().fmax_tie), 0.0))


fmax = primitive("fmax", np.fmax, kind=ELEMENTWISE, real=True, symbol="max",
                 tex=r"\operatorname{{fmax}}({x}, {y})",
                 vjp=(lambda g, x, y: _first(g, (x > y) | np.isnan(y), x == y),
                      lambda g, x, y: _second(g, (y > x) | np.isnan(x) & ~np.isnan(y), x == y)))
fmin = primitive("fmin", np.fmin, kind=ELEMENTWISE, real=True, symbol="min",
                 tex=r"\operatorname{{fmin}}({x}, {y})",
                 vjp=(lambda g, x, y: _first(g, (x < y) | np.isnan(y), x == y),
                      lambda g, x, y: _second(g, (y < x) | np.isnan(x) & ~np.isnan(y), x == y)))

# ── parts of numbers ──────────────────────────────────────────────────────────────────────────
fmod = primitive("fmod", np.fmod, kind=ELEMENTWISE, symbol="fmod",
                 tex=r"\operatorname{{fmod}}({x}, {y})",
                 vjp=(lambda g: g,
                      lambda g, x, y: -g * np.trunc(x / y)))
modf = primitive("modf", lambda x: np.modf(x)[0], kind=ELEMENTWISE, symbol="fraction",
                 tex=r"\operatorname{{frac}} {x}",
                 vjp=(lambda g: g,))
ldexp = primitive("ldexp", lambda x, *, n: np.ldexp(x, n), kind=ELEMENTWISE,
                  symbol="× 2^{n}", tex=r"{x} \cdot 2^n",
                  vjp=(lambda g, n: np.ldexp(g, n),))
unwrap = primitive("unwrap", lambda x, *, discont=None, axis=-1, period=2 * np.pi:
                   np.unwrap(x, discont, axis, period=period), kind=ELEMENTWISE,
                   tex=r"\operatorname{{unwrap}} {x}",
                   vjp=(lambda g: g,))


def _vjp_nan_to_num(g: Any, x: Any) -> Any:
    if x.dtype.kind == "c":  # each part is replaced for itself
        re, im = np.isfinite(np.real(x)), np.isfinite(np.imag(x))
        return np.where(re, np.real(g), 0.0) + 1j * np.where(im, np.imag(g), 0.0)
    return np.where(np.isfinite(x), g, 0.0)


nan_to_num = primitive("nan_to_num", lambda x, *, nan=0.0, posinf=None, neginf=None:
                       np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf), kind=ELEMENTWISE,
                       tex=r"\operatorname{{finite}} {x}",
                       vjp=(_vjp_nan_to_num,))
