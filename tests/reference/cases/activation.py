"""The functions that nets are built from."""

import numpy as np

import autograd_core
from tests.reference.cases.case import case


def along(name):
    def f(xp, x, **options):
        if xp is np:
            return getattr(autograd_core, name)(x, **options)
        import jax

        return getattr(jax.nn, name)(x, **options)

    return f


CASES = {
    "sigmoid": [case(along("sigmoid"), (2, 3))],
    "relu": [case(along("relu"), (2, 3))],
    "softmax": [case(along("softmax"), (2, 3)),
                case(lambda xp, x: along("softmax")(xp, x, axis=0), (2, 3))],
    "log_softmax": [case(along("log_softmax"), (2, 3))],
    "logsumexp": [case(along("logsumexp"), (2, 3)),
                  case(lambda xp, x: along("logsumexp")(xp, x, axis=0, keepdims=True), (2, 3))],
}  # fmt: skip
