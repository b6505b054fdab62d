"""Elementwise functions with arguments of their own; the plain ones derive theirs."""

import numpy as np

from tests.reference.cases.case import case

POSITIVE = (0, np.inf)
KNOTS = np.array([0.1, 0.7, 0.9, 1.6, 2.2])
HEIGHTS = np.array([0.3, -1.1, 2.0, 0.4, 0.9])
# Between the knots, at none of them, and beyond them.
PLACES = np.array([[-0.4, 0.35, 0.8], [1.1, 2.0, 2.9]])
MANY_TURNS = np.array([[0.3, 2.9, 6.1, 9.4], [0.1, -3.4, -7.3, -6.0]])


def interp(**options):
    return case(lambda xp, *xs: xp.interp(*xs, **options).astype(xs[0].dtype),
                PLACES, KNOTS, HEIGHTS)  # fmt: skip


def in_its_dtype(name, *xs, **options):
    """NumPy's float_power is at least double, JAX's is not."""
    return case(lambda xp, *xs: getattr(xp, name)(*xs).astype(xs[-1].dtype), *xs, **options)


CASES = {
    "angle": [case(lambda xp, x, y: xp.angle(x + 1j * y), (2, 3), (3,)),
              case(lambda xp, x, y: xp.angle(x + 1j * y, deg=True), (2, 3), (3,))],
    "power": [case(lambda xp, x, y: xp.power(x, y), *shapes, domain=(0, np.inf))
              for shapes in ([(2, 3), (2, 3)], [(2, 1), (3,)], [(), (3,)])],
    "clip": [case(lambda xp, x: xp.clip(x, -0.8, 1.1), (2, 3)),
             case(lambda xp, x: xp.clip(x, 0.9, None), (2, 3)),
             case(lambda xp, x, y: xp.clip(x, None, y), (2, 3), (3,))],
    "divmod": [case(lambda xp, x, y: xp.divmod(x, y)[1], (2, 1), (3,))],
    "float_power": [in_its_dtype("float_power", (2, 1), (3,), domain=POSITIVE),
                    case(lambda xp, x: xp.float_power(x, 3).astype(x.dtype), (2, 3))],
    "frexp": [case(lambda xp, x: xp.frexp(x)[0], (2, 3))],
    "i0": [case(lambda xp, x: xp.i0(x), (2, 3))],
    "imag": [case(lambda xp, x, y: xp.imag((x + 1j * y) ** 2), (2, 3), (3,))],
    "interp": [interp(), interp(left=0.5), interp(left=0.5, right=-2.0), interp(period=1.9)],
    "ldexp": [case(lambda xp, x: xp.ldexp(x, np.array([1, -2, 3])), (2, 3))],
    "modf": [case(lambda xp, x: xp.modf(x)[0], (2, 3))],
    "nan_to_num": [case(lambda xp, x: xp.nan_to_num(x), (2, 3)),
                   case(lambda xp, x: xp.nan_to_num(xp.where(x > 0, x, xp.nan), nan=2.0), (2, 3)),
                   case(lambda xp, x: xp.nan_to_num(xp.where(x > 0, x, -xp.inf), neginf=-5), (3,))],
    "negative powers": [case(lambda xp, x: x**3 + x**-2, (2, 3))],
    "power_constant": [case(lambda xp, x, n=n: x**n, (2, 3), domain=POSITIVE)
                       for n in (0, 1, 2, 3, -1, 0.5, -1.5)],
    "real": [case(lambda xp, x, y: xp.real((x + 1j * y) ** 2), (2, 3), (3,))],
    "real_if_close": [case(lambda xp, x: np.real_if_close(xp.real(x) * (1 + 0j)) if xp is np
                           else xp.real(x), (2, 3))],
    # JAX takes the sign of a complex number for a constant: see test_core_complex.py
    "sign": [case(lambda xp, x: xp.sign(xp.real(x)), (2, 3))],
    "sinc": [case(lambda xp, x: xp.sinc(x), (2, 3)),
             case(lambda xp, x: xp.sinc(x), np.array([0.0, 2.5, -3.75]))],
    "unwrap": [case(lambda xp, x: xp.unwrap(x), MANY_TURNS),
               case(lambda xp, x: xp.unwrap(x, axis=0, period=2.0), MANY_TURNS)],
    "where": [case(lambda xp, x, y: xp.where(x > y, x * y, y), (2, 3), (3,))],
}  # fmt: skip
