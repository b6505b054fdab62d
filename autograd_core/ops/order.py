"""Order: arrays arranged by size, and the statistics that are read off the arrangement.

Once the order of the elements is known, all of these are linear.  A sort is a gather by the ranks.
A median or quantile stands at a *place* among the ranks, between two of them if need be; the
element of rank r has a weight of 1 - |r - place| in it where that is positive.  NumPy says where
the place is: it is the same statistic, taken of the ranks.  Equal elements are ordered by their
index.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any

import numpy as np

from autograd_core.abstract import possible
from autograd_core.ops.reduction import over_folded
from autograd_core.primitive import Primitive, primitive
from autograd_core.shapes import Axis, Shape, kept, reduced_size

Statistic = Callable[..., Any]  # np.median and its like


def _order(x: Any, axis: int) -> Any:
    """The indices that sort x; NaN comes last."""
    return np.argsort(x, axis=axis, kind="stable")


def _ranks(x: Any, axis: int) -> Any:
    """The place of each element in the sorted array."""
    return _order(_order(x, axis), axis)


def _moved(values: Any, source: Any, target: Any, axis: int) -> Any:
    """The values beside `source` put beside the same elements in another arrangement of it."""
    in_order = np.take_along_axis(values, _order(source, axis), axis)
    return np.take_along_axis(in_order, _ranks(target, axis), axis)


# ── statistics of order ───────────────────────────────────────────────────────────────────────
def _weights(x: Any, axis: Axis, statistic: Statistic, count: int, options: Any) -> Iterator[Any]:
    """For each of the `count` results the weights of the elements of x in it."""
    ranks = over_folded(_ranks, x, axis)
    places = _places(ranks, x, axis, statistic, options)
    for place in np.reshape(places, (count, *kept(x.shape, axis))):
        yield 1 - np.abs(ranks - place)


def _places(ranks: Any, x: Any, axis: Axis, statistic: Statistic, options: Any) -> Any:
    """Where the results stand among the ranks; one that is NaN is the last element in order."""
    lost = x != x  # noqa: PLR0124  true for NaN
    if not possible(np.any(lost)):
        return statistic(ranks, axis=axis, **options)
    places = statistic(np.where(lost, np.nan, ranks), axis=axis, **options)
    return np.where(np.isnan(places), reduced_size(x.shape, axis) - 1, places)


def _spread(
    g: Any, x: Any, axis: Axis, statistic: Statistic, count: int = 1, **options: Any
) -> Any:
    """The gradients of the results, given to the elements that they were made of."""
    shares = np.reshape(g, (count, *kept(x.shape, axis)))
    parts = [
        np.where(weight > 0, share * weight.astype(g.dtype), 0)
        for share, weight in zip(
            shares, _weights(x, axis, statistic, count, options), strict=True
        )
    ]
    return reduce(operator.add, parts) if parts else np.zeros(x.shape, g.dtype)


def _gathered(
    t: Any, x: Any, shape: Shape, axis: Axis, statistic: Statistic, count: int = 1, **options: Any
) -> Any:
    """The tangents of the results."""
    parts = [np.zeros((0, *kept(x.shape, axis)), t.dtype)]
    for weight in _weights(x, axis, statistic, count, options):
        share = np.where(weight > 0, t * weight.astype(t.dtype), 0)
        parts.append(np.sum(share, axis=axis, keepdims=True)[None])
    return np.reshape(np.concatenate(parts), shape)


def _middle(statistic: Statistic, name: str) -> Primitive:
    """np.median or np.nanmedian."""
    return primitive(
        name, lambda x, *, axis=None, keepdims=False: statistic(x, axis=axis, keepdims=keepdims),
        tex=rf"\operatorname{{{{{name}}}}} {{x}}",
        vjp=(lambda g, x, axis: _spread(g, x, axis, statistic),),
        jvp=(lambda t, x, out, axis: _gathered(t, x, out.shape, axis, statistic),),
    )  # fmt: skip


def _quantile(statistic: Statistic, name: str) -> Primitive:
    """np.quantile or np.nanquantile; the axes of q come first in the result."""
    return primitive(
        name, lambda x, *, q, axis=None, method="linear", weights=None:
        statistic(x, q, axis=axis, method=method, weights=weights),
        tex=rf"\operatorname{{{{{name}}}}} {{x}}",
        vjp=(lambda g, x, q, axis, method, weights:
             _spread(g, x, axis, statistic, np.size(q), q=q, method=method, weights=weights),),
        jvp=(lambda t, x, out, q, axis, method, weights:
             _gathered(t, x, out.shape, axis, statistic, np.size(q),
                       q=q, method=method, weights=weights),),
    )  # fmt: skip


sort = primitive("sort", lambda x, *, axis: np.sort(x, axis=axis, kind="stable"),
                 tex=r"\operatorname{{sort}} {x}",
                 vjp=(lambda g, x, axis: np.take_along_axis(g, _ranks(x, axis), axis),),
                 jvp=(lambda t, x, axis: np.take_along_axis(t, _order(x, axis), axis),))
partition = primitive("partition", lambda x, *, kth, axis: np.partition(x, kth, axis=axis),
                      tex=r"\operatorname{{partition}} {x}",
                      vjp=(lambda g, x, out, axis: _moved(g, out, x, axis),),
                      jvp=(lambda t, x, out, axis: _moved(t, x, out, axis),))
median, nanmedian = _middle(np.median, "median"), _middle(np.nanmedian, "nanmedian")
quantile, nanquantile = _quantile(np.quantile, "quantile"), _quantile(np.nanquantile, "nanquantile")
