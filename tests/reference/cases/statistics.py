"""Averages, covariances, histograms."""

import numpy as np

from tests.reference.cases.case import case

POSITIVE = (0.0, np.inf)
INDICES = np.array([0, 2, 0, 1])


def same(f):
    """In the dtype of the operand, where NumPy computes in double precision and JAX does not."""
    return lambda xp, x, *more: f(xp, x, *more).astype(x.dtype)


def binned(xp, weights):
    return xp.bincount(INDICES, weights=weights, **({} if xp is np else {"length": 3}))


CASES = {
    "average": [case(lambda xp, x: xp.average(x, axis=1), (2, 3)),
                case(lambda xp, x, w: xp.average(x, weights=w), (2, 3), (2, 3), domain=POSITIVE),
                case(lambda xp, x, w: xp.average(x, axis=1, weights=w), (2, 3), (3,),
                     domain=POSITIVE),
                case(lambda xp, x, w: xp.stack(xp.average(x, 0, w, returned=True)), (2, 3), (2,),
                     domain=POSITIVE)],
    "cov": [case(same(lambda xp, x: xp.cov(x)), (2, 4)),
            case(same(lambda xp, x, y: xp.cov(x, y, ddof=0)), (4,), (4,)),
            case(same(lambda xp, x: xp.cov(x, rowvar=False, bias=True)), (4, 2)),
            case(same(lambda xp, x, w: xp.cov(x, aweights=w)), (2, 4), (4,), domain=POSITIVE),
            case(same(lambda xp, x: xp.cov(x, fweights=INDICES + 1)), (2, 4))],
    "corrcoef": [case(same(lambda xp, x: xp.corrcoef(x)), (3, 4)),
                 case(same(lambda xp, x, y: xp.corrcoef(x, y)), (4,), (4,))],
    "bincount": [case(same(binned), (4,))],
    "histogram": [case(lambda xp, x: xp.histogram(x, 3)[1], (5,)),
                  case(same(lambda xp, x, w: xp.histogram(x, 3, weights=w)[0]), (5,), (5,)),
                  case(same(lambda xp, x: xp.histogram(x, 3, density=True)[0]), (5,))],
}  # fmt: skip
