"""Scans, differences, integrals."""

import numpy as np

from tests.reference.cases.case import case

HOLES = np.array([[True, False, True], [True, True, False]])
ZEROS = np.array([[0.7, 0.0, -1.3, 0.6], [0.0, 1.1, 0.0, 0.9]])
GRID = np.array([0.0, 0.3, 1.1, 1.6, 2.9])


def scans(name):
    call = lambda xp, x, **kw: getattr(xp, name)(x, **kw)  # noqa: E731
    return [
        case(lambda xp, x: call(xp, x), (2, 3)),
        case(lambda xp, x: call(xp, x, axis=0), (3, 2)),
        case(lambda xp, x: call(xp, x, axis=-1), ZEROS),
    ]


def skipping(name):
    def f(xp, x):
        holes = xp.where(xp.asarray(HOLES), x, xp.asarray(np.nan, x.dtype))
        return getattr(xp, name)(holes, axis=1)

    return [case(f, (2, 3))]


def cumulative(name):
    return [
        case(lambda xp, x: getattr(xp, name)(x), (3,)),
        case(lambda xp, x: getattr(xp, name)(x, axis=0, include_initial=True), (2, 3)),
    ]


CASES = {
    "cumsum": scans("cumsum"),
    "cumprod": scans("cumprod"),
    "nancumsum": skipping("nancumsum"),
    "nancumprod": skipping("nancumprod"),
    "cumulative_sum": cumulative("cumulative_sum"),
    "cumulative_prod": cumulative("cumulative_prod"),
    "diff": [case(lambda xp, x: xp.diff(x), (2, 4)),
             case(lambda xp, x: xp.diff(x, n=2, axis=0), (4, 2)),
             case(lambda xp, x, y: xp.diff(x, prepend=x[:, :1], append=y), (2, 3), (2, 2))],
    "ediff1d": [case(lambda xp, x: xp.ediff1d(x), (2, 3)),
                case(lambda xp, x, y: xp.ediff1d(x, to_end=y, to_begin=y[:1]), (3,), (2,))],
    "gradient": [case(lambda xp, x: xp.gradient(x), (5,)),
                 case(lambda xp, x: xp.gradient(x, 0.5, axis=1), (2, 4)),
                 case(lambda xp, x: xp.stack(xp.gradient(x, 0.5, 2.0)), (2, 3)),
                 case(lambda xp, x: xp.gradient(x, GRID.astype(x.dtype)), (5,)),
                 case(lambda xp, x: xp.gradient(x, GRID.astype(x.dtype), axis=0), (5, 2))],
    "trapezoid": [case(lambda xp, y: xp.trapezoid(y, dx=0.5), (2, 3)),
                  case(lambda xp, y, x: xp.trapezoid(y, x, axis=0), (3, 2), (3,)),
                  case(lambda xp, y, x: xp.trapezoid(y, x), (2, 3), (2, 3))],
}  # fmt: skip
