"""The functions of scipy.special that JAX has too."""

import numpy as np
from scipy import special

import autograd_core.scipy.special
from tests.reference.cases.case import REALS, case

POSITIVE, UNIT = (0, np.inf), (0, 1)


def namespace(xp):
    """scipy.special for Tensors, or JAX's."""
    if xp is np:
        return autograd_core.scipy.special
    from jax.scipy import special as theirs

    return theirs


def one(name, *operands, domain=REALS, **options):
    return case(lambda xp, *xs: getattr(namespace(xp), name)(*xs, **options),
                *operands, domain=domain)  # fmt: skip


def as_ufunc(name, domain=REALS):
    """SciPy's ufunc itself, on a Tensor."""
    return case(lambda xp, x: getattr(special if xp is np else namespace(xp), name)(x),
                (2, 3), domain=domain)  # fmt: skip


def parameters(name, *given, domain=POSITIVE):
    """A function whose first arguments are constants."""
    return case(lambda xp, x: getattr(namespace(xp), name)(*given, x), (2, 3), domain=domain)


def activation(name):
    """Over all elements, as SciPy's are; JAX has them elsewhere."""

    def f(xp, x):
        if xp is np:
            return getattr(autograd_core.scipy.special, name)(x)
        import jax

        return getattr(jax.nn, name)(x, axis=None)

    return f


def weights(xp, x):
    return namespace(xp).logsumexp(x, axis=0, b=xp.abs(x[::-1]))


CASES = {
    f"scipy.special.{name}": entries for name, entries in {
        **{name: [one(name, (2, 3)), as_ufunc(name)] for name in ("erf", "erfc", "expit", "i1")},
        "i0": [one("i0", (2, 3))],
        "erfinv": [as_ufunc("erfinv", (-1, 1))],
        "logit": [as_ufunc("logit", UNIT)],
        "gamma": [one("gamma", (2, 3), domain=POSITIVE)],
        "gammaln": [one("gammaln", (2, 3), domain=POSITIVE)],
        "digamma": [as_ufunc("digamma", POSITIVE)],
        "polygamma": [parameters("polygamma", n) for n in (0, 1, 3)],
        "multigammaln": [one("multigammaln", np.array([1.7, 2.2, 4.0]), d=3)],
        **{name: [one(name, (2, 1), (3,), domain=POSITIVE)]
           for name in ("beta", "betaln", "xlogy", "xlog1py")},
        "betainc": [parameters("betainc", 1.5, 0.7, domain=UNIT)],
        "gammainc": [parameters("gammainc", 1.5)],
        "gammaincc": [parameters("gammaincc", 0.6)],
        "softmax": [case(activation("softmax"), (2, 3))],
        "log_softmax": [case(activation("log_softmax"), (2, 3))],
        "logsumexp": [
            one("logsumexp", (2, 3)), one("logsumexp", (2, 3), axis=0, keepdims=True),
            case(weights, (2, 3)),
            case(lambda xp, x, b: namespace(xp).logsumexp(x, axis=1, b=b, return_sign=True)[0],
                 (2, 3), (3,))],
    }.items()
}  # fmt: skip
