"""Composites of one array: the functions that nets are built from, as books define them, each with
a fast form that neither overflows nor loses digits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.kernels.pooling import select
from autograd_core.primitive import ELEMENTWISE, composite
from autograd_core.shapes import Axis, kept


def _stable_sigmoid(x: Any) -> Any:
    """Only exp(-|x|) is taken, which never overflows; of complex x, e to x or -x."""
    if x.dtype.kind in "iub":  # unsigned integers have no negative
        x = x.astype(float)
    right = x.real >= 0
    small = np.exp(np.where(right, -x, x) if x.dtype.kind == "c" else -np.absolute(x))
    return np.where(right, 1, small) / (1 + small)


def _shift(x: Any, axis: Axis) -> Any:
    """The largest element, or real part, to subtract before exp; 0 where that is infinite or there
    is none."""
    top = np.maximum.reduce(x.astype(float) if x.dtype.kind in "iub" else x.real,
                            axis=axis, keepdims=True, initial=-np.inf)
    return np.where(np.isfinite(top), top, 0)


def _stable_softmax(x: Any, *, axis: Axis = -1) -> Any:
    powers = np.exp(x - _shift(x, axis))
    powers /= np.add.reduce(powers, axis=axis, keepdims=True)
    return powers


def _stable_logsumexp(x: Any, *, axis: Axis = None, keepdims: bool = False) -> Any:
    top = _shift(x, axis)
    with np.errstate(divide="ignore"):  # log 0 = -inf is the right answer for all -inf
        out = np.log(np.add.reduce(np.exp(x - top), axis=axis, keepdims=True)) + top
    return out if keepdims else out.reshape(np.add.reduce(x, axis=axis).shape)


def _stable_log_softmax(x: Any, *, axis: Axis = -1) -> Any:
    """In this order a large common part of x costs no digits."""
    shifted = x - _shift(x, axis)
    return shifted - np.log(np.add.reduce(np.exp(shifted), axis=axis, keepdims=True))


def _vjp_logsumexp(g: Any, x: Any, out: Any, axis: Axis) -> Any:
    rows = kept(x.shape, axis)
    return np.reshape(g, rows) * np.exp(x - np.reshape(out, rows))


sigmoid = composite("sigmoid", lambda x: np.reciprocal(np.exp(-x) + 1), _stable_sigmoid,
                    kind=ELEMENTWISE, tex=r"\sigma({x})",
                    vjp=(lambda g, out: g * (out * (1 - out)),))


def _passed(g: Any, mask: Any) -> Any:
    """g where the mask holds, else exactly 0; on arrays in a fraction of np.where's time."""
    if type(g) is type(mask) is np.ndarray:
        return select(mask, g, np.empty_like(g))
    return np.where(mask, g, 0.0)


# A NaN stays a NaN: x <= 0 does not hold for it.  At 0 the derivative is 0.
relu = composite("relu", lambda x: np.where(x <= 0, 0, x), lambda x: np.maximum(x, 0),
                 real=True, kind=ELEMENTWISE, symbol="ReLU", tex=r"\operatorname{{ReLU}}({x})",
                 vjp=(lambda g, out: _passed(g, out > 0),))
softmax = composite("softmax", lambda x, *, axis=-1:
                    np.exp(x) / np.sum(np.exp(x), axis=axis, keepdims=True),
                    _stable_softmax, tex=r"\operatorname{{softmax}}({x})",
                    vjp=(lambda g, out, axis:
                         out * (g - np.sum(g * out, axis=axis, keepdims=True)),),
                    jvp=(lambda t, out, axis:  # the same: the Jacobian is symmetric
                         out * (t - np.sum(t * out, axis=axis, keepdims=True)),))
log_softmax = composite("log_softmax", lambda x, *, axis=-1: np.log(softmax(x, axis=axis)),
                        _stable_log_softmax, real=True, tex=r"\log\operatorname{{softmax}}({x})",
                        vjp=(lambda g, out, axis:
                             g - np.exp(out) * np.sum(g, axis=axis, keepdims=True),))
logsumexp = composite("logsumexp", lambda x, *, axis=None, keepdims=False:
                      np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims)),
                      _stable_logsumexp, tex=r"\log\sum e^{{{x}}}",
                      vjp=(_vjp_logsumexp,))
