"""Arrays made in the image of another, and what is written into them."""

import numpy as np

from tests.reference.cases.case import case


def like(xp, x):
    """What makes NumPy hand over to a Tensor; JAX needs nothing."""
    return {"like": x} if xp is np else {}


def written(xp, z, x):
    """z with its first row from the last of x, and all others from the squares before them."""
    if xp is np:
        z[1:] = x[:-1] ** 2
        z[0] = x[-1]
        return z
    return z.at[1:].set(x[:-1] ** 2).at[0].set(x[-1])


def making(name):
    return [
        case(lambda xp, x: written(xp, getattr(xp, name)(x.shape, **like(xp, x)), x), (3,)),
        case(lambda xp, x: written(xp, getattr(xp, name)((3, 2), **like(xp, x)), x), (3, 1)),
    ]


def making_like(name):
    return [case(lambda xp, x: written(xp, getattr(xp, name)(x), x), (3, 2))]


CASES = {
    "copy": [case(lambda xp, x: xp.copy(x) * x, (3, 2))],
    "empty": making("empty"),
    "empty_like": making_like("empty_like"),
    "full": [case(lambda xp, x: xp.full((2, 3), x, **like(xp, x)), ()),
             case(lambda xp, x: xp.full((2, 3), x, **like(xp, x)), (3,))],
    "full_like": [case(lambda xp, x: xp.full_like(x, x[0]) * x, (3,)),
                  case(lambda xp, x, y: xp.full_like(x, y) + x, (2, 3), ())],
    "ones": making("ones"),
    "ones_like": making_like("ones_like"),
    "setitem": [
        case(lambda xp, x: written(xp, xp.zeros_like(x), x), (3, 2)),
        case(lambda xp, x: written(xp, xp.copy(written(xp, xp.ones_like(x), x)), x * x), (4,)),
    ],
    "zeros": making("zeros"),
    "zeros_like": making_like("zeros_like"),
}  # fmt: skip
