"""scipy.special, differentiated: functions of the same names and arguments, on Tensors and arrays.

Those that are ufuncs work on Tensors as they are, `scipy.special.erf(t)`; logsumexp, softmax,
log_softmax, polygamma and multigammaln, which SciPy computes in Python, only from here.  A
derivative in the order of a Bessel function or in a shape parameter raises UncoveredError.  Needs
SciPy, which the extra `scipy` brings; without it importing raises MissingExtraError.

>>> import numpy as np
>>> from autograd_core import grad
>>> from autograd_core.scipy import special
>>> float(grad(lambda x: special.jv(1, x))(0.0))
0.5
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_core.abstract import unlikely
from autograd_core.errors import DTypeError, UncoveredError
from autograd_core.ops import activation
from autograd_core.ops import special as ops
from autograd_core.ops.special import (
    beta,
    betaln,
    digamma,
    erf,
    erfc,
    erfcinv,
    erfinv,
    expit,
    gamma,
    gammaln,
    i0,
    i1,
    j0,
    j1,
    logit,
    xlog1py,
    xlogy,
    y0,
    y1,
)
from autograd_core.primitive import UFUNCS, Primitive
from autograd_core.readable import plain
from autograd_core.shapes import Axis

__all__ = [
    "beta", "betainc", "betaln", "digamma", "erf", "erfc", "erfcinv", "erfinv", "expit", "gamma",
    "gammainc", "gammaincc", "gammaln", "i0", "i1", "iv", "ive", "j0", "j1", "jn", "jv",
    "log_softmax", "logit", "logsumexp", "multigammaln", "polygamma", "psi", "softmax", "xlog1py",
    "xlogy", "y0", "y1", "yn", "yv",
]  # fmt: skip

psi = digamma


# ── functions with orders and shape parameters, which stand first in SciPy ────────────────────
def _constant(function: str, name: str, value: Any) -> Any:
    """A parameter that has no derivative, as it is or out of a constant Tensor."""
    if getattr(value, "requires_grad", False):
        raise UncoveredError(
            f"scipy.special.{function}: the derivative with respect to {name} is not covered. "
            f"Pass {name}.detach(), a constant."
        )
    return plain(value)


def _with_parameters(primitive: Primitive) -> Callable[..., Any]:
    """SciPy's function of the parameters and x, in terms of the operation on x; it is also what the
    ufunc does on Tensors."""
    name = primitive.name

    def function(*args: Any) -> Any:
        *given, x = args
        constants = [_constant(name, p, v) for p, v in zip(primitive.params, given, strict=True)]
        return primitive(x, **dict(zip(primitive.params, constants, strict=True)))

    function.__name__ = function.__qualname__ = name
    parameters = ", ".join(primitive.params)
    function.__doc__ = f"scipy.special.{name}({parameters}, x), differentiated in x."
    UFUNCS[ops.PARAMETERS_FIRST[name]] = function
    return function


gammainc = _with_parameters(ops.gammainc)
gammaincc = _with_parameters(ops.gammaincc)
betainc = _with_parameters(ops.betainc)
jv = jn = _with_parameters(ops.jv)
yv = _with_parameters(ops.yv)
yn = _with_parameters(ops.yn)
iv = _with_parameters(ops.iv)
ive = _with_parameters(ops.ive)


# ── functions that are no ufuncs ──────────────────────────────────────────────────────────────
def _whole(function: str, name: str, value: Any, least: int) -> int:
    """A parameter that is one whole number."""
    number = np.asarray(_constant(function, name, value))
    if number.ndim or number < least or number != np.floor(number):
        raise DTypeError(
            f"scipy.special.{function}: {name} must be one whole number, at least {least}; it is "
            f"{value!r}."
        )
    return int(number)


def polygamma(n: Any, x: Any) -> Any:
    """scipy.special.polygamma: the n-th derivative of digamma, for one whole number n.

    Its derivative is that of order n + 1.
    """
    return ops.polygamma(x, n=_whole("polygamma", "n", n, 0))


def multigammaln(a: Any, d: Any) -> Any:
    """scipy.special.multigammaln: the logarithm of the multivariate gamma function of dimension d.

    The gradient is the sum of digamma at a, a - 1/2, …, a - (d - 1)/2.  Raises DTypeError where d
    is no whole number, and ValueError, as SciPy does, unless all a > (d - 1)/2.
    """
    d = _whole("multigammaln", "d", d, 1)
    if unlikely(np.any(plain(a) <= (d - 1) / 2)):
        raise ValueError(f"scipy.special.multigammaln: a must be above (d - 1)/2 = {(d - 1) / 2}.")
    return ops.multigammaln(a, d=d)


def softmax(x: Any, axis: Axis = None) -> Any:
    """scipy.special.softmax: as `autograd_core.softmax`, but over all elements if axis is None."""
    return activation.softmax(x, axis=axis)


def log_softmax(x: Any, axis: Axis = None) -> Any:
    """scipy.special.log_softmax: as `autograd_core.log_softmax`, but over all elements if axis is
    None."""
    return activation.log_softmax(x, axis=axis)


def logsumexp(
    a: Any, axis: Axis = None, b: Any = None, keepdims: bool = False, return_sign: bool = False
) -> Any:
    """scipy.special.logsumexp: log Σ b · eᵃ without overflow.

    b: factors, which may be Tensors, zero or negative.   return_sign: also give the sign of the
    sum, plain, and the logarithm of its absolute value; without it a negative sum is NaN.

    Entries of -inf and entries whose factor is 0 get the gradient 0.
    """
    if b is None and not return_sign:
        return activation.logsumexp(a, axis=axis, keepdims=keepdims)
    b = 1.0 if b is None else b
    counted = np.where(plain(b) != 0, np.real(plain(a)), -np.inf)
    top = np.max(counted, axis=axis, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0)
    total = np.sum(b * np.exp(np.where(counted > -np.inf, a - top, -np.inf)),
                   axis=axis, keepdims=keepdims)  # fmt: skip
    sign = np.sign(plain(total))
    shift = top if keepdims else np.reshape(top, np.shape(total))
    if return_sign:
        return np.log(np.abs(total)) + shift, sign
    return np.log(total) + shift
