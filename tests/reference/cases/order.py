"""Sorting and the statistics of order."""

import numpy as np

from tests.reference.cases.case import case

HOLES = np.array([[True, False, True, True], [True, True, True, True]])
METHODS = ("linear", "lower", "higher", "nearest", "midpoint")
TIES = np.array([[1.0, 2.0, 1.0, 0.5], [3.0, 3.0, 3.0, 3.0]])


def along(name, **options):
    call = lambda xp, x, **kw: getattr(xp, name)(x, **options, **kw)  # noqa: E731
    return [
        case(lambda xp, x: call(xp, x), (2, 4)),
        case(lambda xp, x: call(xp, x, axis=0), (3, 2)),
        case(lambda xp, x: call(xp, x, axis=(0, -1), keepdims=True), (2, 3, 2)),
    ]


def skipping(name, **options):
    def f(xp, x):
        holes = xp.where(xp.asarray(HOLES), x, xp.asarray(np.nan, x.dtype))
        return getattr(xp, name)(holes, axis=1, **options)

    return [case(f, (2, 4))]


def quantiles(name, whole):
    def f(xp, x, q, **kw):
        q = q.astype(x.dtype) if isinstance(q, np.ndarray) else q
        return getattr(xp, name)(x, q * whole, **kw)

    several = np.array([0.0, 0.3, 0.75])
    return [
        *(case(lambda xp, x, m=m: f(xp, x, 0.3, axis=1, method=m), (2, 5)) for m in METHODS),
        case(lambda xp, x: f(xp, x, several, axis=0), (4, 2)),
        case(lambda xp, x: f(xp, x, several, axis=(0, 1), keepdims=True), (2, 3)),
    ]


CASES = {
    "sort": [case(lambda xp, x: xp.sort(x), (2, 4)),
             case(lambda xp, x: xp.sort(x, axis=0), (3, 2, 2)),
             case(lambda xp, x: xp.sort(x, axis=None), (2, 3)),
             case(lambda xp, x: xp.sort(x), TIES)],
    # The order of all but the element at `kth` is left open, and so it is sorted here.
    "partition": [case(lambda xp, x: xp.sort(xp.partition(x, 2, axis=0)[:2], axis=0), (4, 2)),
                  case(lambda xp, x: xp.partition(x, 1)[..., 1], (2, 3))],
    "unique": [case(lambda xp, x: xp.unique(x, size=4) if xp is not np else xp.unique(x), (2, 2))],
    "median": along("median"),
    "nanmedian": skipping("nanmedian"),
    "quantile": quantiles("quantile", 1),
    "percentile": quantiles("percentile", 100),
    "nanquantile": skipping("nanquantile", q=0.3) + quantiles("nanquantile", 1),
    "nanpercentile": skipping("nanpercentile", q=30),
}  # fmt: skip
