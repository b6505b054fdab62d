"""Reductions."""

from tests.reference.cases.case import case


def reductions(name, **options):
    call = lambda xp, x, **kw: getattr(xp, name)(x, **kw)  # noqa: E731
    return [
        case(lambda xp, x: call(xp, x, **options), (2, 3)),
        case(lambda xp, x: call(xp, x, axis=0, **options), (2, 3)),
        case(lambda xp, x: call(xp, x, axis=(0, -1), keepdims=True, **options), (2, 3, 2)),
    ]


CASES = {
    **{name: reductions(name) for name in ("sum", "prod", "mean", "max", "min", "amax", "amin")},
    "var": reductions("var") + reductions("var", ddof=1),
    "std": reductions("std") + reductions("std", ddof=1),
}  # fmt: skip
