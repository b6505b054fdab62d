"""The numbers on which elementary functions depend, for float32 and float64."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Format(NamedTuple):
    """What depends on the precision.

    dtype: the type of numbers.
    magic: plus this, a number is rounded to an integer, which is in its low bits.
    log2e, ln2: log₂ e, and ln 2 as a sum of two.   ln2_short: likewise, with a first part so short
        that its multiples are exact, where there is no fused multiplication.
    overflow, underflow: where eˣ is inf, and 0.
    tiny: the smallest normal number.   lift: a power of two that makes subnormal numbers normal.
    top: from here on tanh is 1.   lowest: up to here expm1 is -1.
    exp, log: coefficients of (eʳ - 1 - r) / r² and of (log((1 + s) / (1 - s)) - 2s) / s³ in s².
    half_pi: π/2 as a sum of three.   far: up to here multiples of π/2 are taken off with these.
    sin, cos: coefficients of (sin r - r) / r³ and of (cos r - 1 + r²/2) / r⁴ in r².
    """

    dtype: Any
    magic: float
    log2e: float
    ln2: tuple[float, float]
    ln2_short: tuple[float, float]
    overflow: float
    underflow: float
    tiny: float
    lift: float
    top: float
    lowest: float
    exp: tuple[float, ...]
    log: tuple[float, ...]
    half_pi: tuple[float, float, float]
    far: float
    sin: tuple[float, ...]
    cos: tuple[float, ...]


DOUBLE = Format(
    np.float64, 1.5 * 2.0**52, 1.4426950408889634,
    (0.6931471805599453, 2.3190468138462996e-17),
    (0.6931471803691238, 1.9082149292705877e-10), 709.9, -746.0, 2.0**-1022, 2.0**54, 20.0, -54.0,
    (0.5000000000000001, 0.16666666666666669, 0.04166666666662413, 0.008333333333330062,
     0.0013888888917213717, 0.00019841269863053618, 2.4801521295954376e-05,
     2.7557268459997064e-06, 2.7620088445409746e-07, 2.510038549551032e-08),
    (0.666666666666667, 0.3999999999989889, 0.28571428626253836, 0.22222211089379496,
     0.1818289243253687, 0.15331611722055008, 0.14617807153417325),
    (1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33), 2.0**28,
    (-0.16666666666666666, 0.008333333333330925, -0.00019841269836722418,
     2.755731608381636e-06, -2.5051127944014188e-08, 1.5917848524808262e-10),
    (0.041666666666666664, -0.0013888888888887382, 2.480158729874307e-05,
     -2.7557317260008837e-07, 2.0876143827993133e-09, -1.1382456778061306e-11),
)  # fmt: skip
SINGLE = Format(
    np.float32, 1.5 * 2.0**23, 1.4426950408889634,
    (0.6931471824645996, -1.9046542121259336e-09),
    (0.693359375, -0.00021219444), 89.0, -104.5, 2.0**-126, 2.0**25, 10.0, -25.0,
    (0.5, 0.16666576989698775, 0.041666554617204574, 0.008363179052722578, 0.0013926183587713494),
    (0.6666666655404201, 0.4000012221181065, 0.28550778633191964, 0.23331614471843498),
    (1.5707963705062866, -4.371138828673793e-08, -1.7151245100058819e-15), 2.0**16,
    (-0.16666666663832763, 0.008333331865959415, -0.00019840082012765537, 2.7249314054698804e-06),
    (0.04166666464745738, -0.00138883006969039, 2.45474372101932e-05),
)  # fmt: skip
