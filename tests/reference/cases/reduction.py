"""Reductions."""

import numpy as np

from tests.reference.cases.case import case

MASK = np.array([[True, False, True], [True, True, True], [True, True, False]])
NAN = np.nan


def reductions(name, **options):
    call = lambda xp, x, **kw: getattr(xp, name)(x, **kw)  # noqa: E731
    return [
        case(lambda xp, x: call(xp, x, **options), (2, 3)),
        case(lambda xp, x: call(xp, x, axis=0, **options), (2, 3)),
        case(lambda xp, x: call(xp, x, axis=(0, -1), keepdims=True, **options), (2, 3, 2)),
    ]


def masked(name, **options):
    """Of the elements that a mask picks."""
    call = lambda xp, x, **kw: getattr(xp, name)(x, where=MASK, **options, **kw)  # noqa: E731
    return [case(lambda xp, x, axis=axis: call(xp, x, axis=axis), (3, 3)) for axis in (None, 1)]


def skipping(name, **options):
    """Without NaN, which stands where the operand is not, so that no difference meets it."""

    def f(xp, x, axis):
        holes = xp.where(xp.asarray(MASK), x, xp.asarray(NAN, x.dtype))
        return getattr(xp, name)(holes, axis=axis, **options)

    return [case(lambda xp, x, axis=axis: f(xp, x, axis), (3, 3)) for axis in (None, 0, 1)]


FOLDS = {"sum": 0.5, "prod": 0.5, "max": -0.2, "min": 0.2}

CASES = {
    **{name: reductions(name) for name in ("mean", "amax", "amin")},
    **{
        name: reductions(name) + reductions(name, initial=number) + masked(name, initial=number)
        for name, number in FOLDS.items()
    },
    "mean": reductions("mean") + masked("mean"),
    "var": reductions("var") + reductions("var", ddof=1) + masked("var"),
    "std": reductions("std") + reductions("std", ddof=1) + masked("std"),
    "ptp": reductions("ptp"),
    "nansum": skipping("nansum"),
    "nanprod": skipping("nanprod"),
    "nanmax": skipping("nanmax"),
    "nanmin": skipping("nanmin"),
    "nanmean": skipping("nanmean"),
    "nanvar": skipping("nanvar") + skipping("nanvar", ddof=0.5),
    "nanstd": skipping("nanstd"),
}
