"""Gradient clipping."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from autograd_core import Tensor
from nn.optim.base import Array, in_range, parameters_of


def clip_gradients(params: Iterable[Tensor], max_norm: float) -> float:
    """Scale all gradients by one factor, in place, so that their joint norm is at most `max_norm`.

    Returns the norm before: the root of the sum of all squares, summed in float64.  Gradients
    within the bound stay as they are, and so does every gradient when the norm is inf or NaN, since
    no factor makes such gradients right: look at the returned norm to leave out that step.
    Parameters without a gradient are passed over.

    Raises `ValueError` for a bound that is not above 0 and finite, and as the optimisers do for
    wrong parameters.
    Source: R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural
    networks*, 2013.

    >>> w = Tensor([1.0, 1.0])
    >>> w.grad = np.array([30.0, 40.0])
    >>> clip_gradients([w], max_norm=5.0)
    50.0
    >>> w.grad
    array([3., 4.])
    """
    bound = in_range("clip_gradients", "max_norm", max_norm, zero=False)
    tensors = parameters_of("clip_gradients", params)
    gradients = [p.grad for p in tensors if p.grad is not None]
    norm = math.sqrt(sum(_sum_of_squares(g) for g in gradients))
    if bound < norm < math.inf:
        for g in gradients:
            np.multiply(g, bound / norm, out=g)
    return norm


def _sum_of_squares(g: Array) -> float:
    # In float64, since the squares of float32 overflow from 2e19 on.
    flat = g.ravel(order="K").astype(np.float64, copy=False)
    return float(np.dot(flat, flat))
