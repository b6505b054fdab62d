"""Losses: one number that says how far a prediction is from its target."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core import (
    DTypeError,
    ShapeError,
    Tensor,
    as_array,
    composite,
    log_softmax,
    softmax,
    unlikely,
)
from nn.module import Module, constant


def _batch(x: Any) -> int:
    return 1 if x.ndim == 1 else max(1, x.shape[0])


def _rows(t: Any, x: Any) -> Any:
    """The targets as rows of probabilities: class indices become one-hot rows."""
    if t.ndim == x.ndim:
        return t
    return (t[..., None] == np.arange(x.shape[-1])).astype(x.dtype)


def _defined_cross_entropy(x: Any, t: Any) -> Any:
    """The book's graph (appendix A): exp, sum, 1/x, ×, log, ×, sum, × -1, and / by the batch."""
    powers = np.exp(x)
    y = powers * np.reciprocal(np.sum(powers, axis=-1, keepdims=True))
    return -np.sum(np.log(y) * _rows(t, x)) / _batch(x)


def _fused_cross_entropy(x: Any, t: Any) -> tuple[Any, Any]:
    """The loss and the softmax y, from logits shifted below 0 so that exp cannot overflow."""
    shifted = x - np.maximum.reduce(x, axis=-1, keepdims=True)
    y = np.exp(shifted)
    total = np.dot(y, np.ones(y.shape[-1], y.dtype))[..., None]  # a short sum is faster so
    shifted -= np.log(total)
    y /= total
    score = _picked(shifted, t) if t.ndim < x.ndim else _weighted(shifted, t)
    return score / -_batch(x), y


def _picked(log_y: Any, t: Any) -> Any:
    """The sum of the labelled classes' logarithms."""
    labels, classes = t.reshape(-1), log_y.shape[-1]
    if labels.size and unlikely(
        (np.minimum.reduce(labels) < 0) | (np.maximum.reduce(labels) >= classes)
    ):
        raise ValueError(
            f"softmax_with_loss: a class index is outside of 0 … {classes - 1}: the labels reach "
            f"from {labels.min()} to {labels.max()}."
        )
    return np.add.reduce(log_y.reshape(-1, classes)[np.arange(labels.size), labels])


def _weighted(log_y: Any, t: Any) -> Any:
    """The sum of t log y; where t is 0 its product is 0 also for a logit of -inf."""
    with np.errstate(invalid="ignore"):
        score = np.dot(log_y.reshape(-1), t.reshape(-1))
    if unlikely(np.isnan(score)):
        terms = np.multiply(log_y, t, where=t != 0, out=np.zeros_like(log_y))
        score = np.add.reduce(terms, axis=None)
    return score


def _difference(y: Any, t: Any) -> Any:
    """y - t, where the rows of t sum to 1; the product with ones sums them."""
    if t.ndim < y.ndim:
        return y - _rows(t, y)
    return y * np.dot(t, np.ones(t.shape[-1], t.dtype))[..., None] - t


softmax_cross_entropy = composite(
    "softmax_with_loss", _defined_cross_entropy, _fused_cross_entropy,
    symbol="softmax with loss", tex=r"L({x}, {t})",
    residuals={"y": lambda x: softmax(x)},  # noqa: PLW0108  its argument is read
    vjp=(lambda g, y, t: _difference(y, t) * (g / _batch(y)),
         lambda g, x: log_softmax(x) * (-g / _batch(x))),
)  # fmt: skip

mean_squared_error = composite(
    "mean_squared_error",
    lambda y, t: np.sum(np.square(y - t)) / max(1, y.size),
    lambda y, t: np.add.reduce(np.square(y - t), axis=None) / max(1, y.size),
    symbol="MSE", tex=r"\overline{{({y} - {t})^2}}",
    vjp=(lambda g, y, t: (y - t) * (g * (2 / max(1, y.size))),
         lambda g, y, t: (t - y) * (g * (2 / max(1, y.size)))),
)  # fmt: skip


class SoftmaxWithLoss(Module):
    """Cross-entropy of the softmax of the logits (book, section 5.6.3), averaged over the batch.

    x: logits, (classes,) for one sample or (n, classes) for a batch.
    t: rows of probabilities in x's shape (one-hot or soft), or class indices, () or (n,).
    Gradient for x: (softmax(x) - t) / n times the incoming gradient.  Finite for logits of any
    size, as the loss is computed from log-softmax and not from the logarithm of a rounded softmax.

    Raises ShapeError when t fits neither form, DTypeError for indices that are no integers, and
    ValueError for an index out of range.

    >>> import numpy as np, nn
    >>> loss = nn.SoftmaxWithLoss()(np.zeros((2, 10)), [3, 7])
    >>> round(loss.item(), 4)  # log 10
    2.3026
    """

    def forward(self, x: Any, t: Any) -> Any:
        """The mean cross-entropy, a scalar."""
        logits = constant(x)
        return softmax_cross_entropy(logits, _targets(t, logits))


class MeanSquaredError(Module):
    """The mean of (y - t)² over all elements.

    y, t: prediction and target of one shape.   Gradient for y: 2 (y - t) / size.
    The book's version (section 4.2.1) is half the sum of the squares.

    Raises ShapeError when the shapes differ: (4, 1) against (4,) would broadcast to (4, 4).

    >>> import numpy as np, nn
    >>> nn.MeanSquaredError()(np.array([1.0, 2.0]), np.array([1.0, 4.0])).item()
    2.0
    """

    def forward(self, y: Any, t: Any) -> Any:
        """The mean squared difference, a scalar."""
        if np.shape(y) != np.shape(t):
            hint = f"\n  Did you mean t.reshape({np.shape(y)})?" if np.size(y) == np.size(t) else ""
            raise ShapeError(
                f"mean_squared_error: y is {np.shape(y)} and t is {np.shape(t)}; they must be "
                f"equal, or they would broadcast.{hint}"
            )
        y = constant(y)
        return mean_squared_error(
            y, t if isinstance(t, Tensor) else as_array(t).astype(y.dtype, copy=False)
        )


def _targets(t: Any, x: Tensor) -> Any:
    """The targets, checked: rows in the logits' shape and dtype, or class indices."""
    if x.ndim not in (1, 2):
        raise ShapeError(
            f"softmax_with_loss: the logits are {x.shape}; pass (classes,) or (batch, classes)."
        )
    if np.shape(t) == x.shape:
        return t if isinstance(t, Tensor) else as_array(t).astype(x.dtype, copy=False)
    labels = as_array(t)
    if labels.shape != x.shape[:-1]:
        raise ShapeError(
            f"softmax_with_loss: the logits are {x.shape} and the targets {labels.shape}; pass "
            f"class indices of shape {x.shape[:-1]} or rows of shape {x.shape}."
        )
    if labels.dtype.kind not in "iu":
        raise DTypeError(
            f"softmax_with_loss: class indices of dtype {labels.dtype} must be integers. Use "
            "t.astype(int)."
        )
    return labels
