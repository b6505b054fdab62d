"""Convolution, bias, max pooling and ReLU in one, as a compiled step runs them.

The windows of a convolution are taken by *phase*: by the place that their result has in its pooling
window.  Each block multiplies all phases at once, keeps the largest result, and only then adds the
bias and applies ReLU, which change no order: on a quarter of the numbers for pooling of 2 by 2.
The convolution itself is never in memory as a whole.

x: images inside their margins (channels, height, width, batch).   W: (filters, channels, *size).
y: (filters, *places, batch), after pooling.   g: the gradient of y.   phase: for each element of y
the phase that it came from, as uint8.   work: a vector of at least `workspace(…)` elements.
All others in one dtype and contiguous.  Among equal results the first phase counts; a NaN comes
through, and ReLU lets no gradient pass there.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from autograd_core.kernels.convolution import flat, gathered, spread
from autograd_core.kernels.pooling import select
from autograd_core.kernels.windows import Pair, Windows, blocks, largest_block


def _carved(work: Any, *shape: int) -> tuple[Any, Any]:
    """An array of this shape at the beginning of the scratch memory, and the rest of it."""
    size = prod(shape)
    return work[:size].reshape(shape), work[size:]


def _pooled(products: Any, b: Any, y: Any, phase: Any, start: int, rest: Any, relu: bool) -> None:
    filters, phases, count = products.shape
    # in arrays without gaps, which takes a third of the time that rows far apart in y take
    top, rest = _carved(rest, filters, count)
    where, place = rest.view(np.uint8)[: 2 * top.size].reshape(2, filters, count)
    np.copyto(top, products[:, 0])
    where[...] = 0
    for k in range(1, phases):
        np.greater(products[:, k], top, out=place.view(bool))
        np.maximum(top, products[:, k], out=top)
        np.maximum(where, np.multiply(place, np.uint8(k), out=place), out=where)
    top += b[:, None]
    part = slice(start, start + count)
    np.maximum(top, 0 if relu else -np.inf, out=y[:, part])
    phase[:, part] = where


def _unpooled(
    g: Any, y: Any, phase: Any, start: int, rest: Any, relu: bool, out: Any, db: Any
) -> None:
    part = slice(start, start + out.shape[2])
    passed = rest[: out.size // out.shape[1]].reshape(len(out), -1)
    mask = rest[passed.size :].view(bool)[: passed.size].reshape(passed.shape)
    np.copyto(passed, g[:, part])
    if relu:
        select(np.greater(y[:, part], 0, out=mask), passed, passed)
    db += np.add.reduce(passed, axis=1)
    for k in range(out.shape[1]):
        select(np.equal(phase[:, part], k, out=mask), passed, out[:, k])


class Loops(NamedTuple):
    """The elementwise work between the products, on the part of y from `start`.

    pooled(products, b, y, phase, start, rest, relu): of products (filters, phases, elements) the
        largest over the phases, plus b, into y, and which it was into phase.
    unpooled(g, y, phase, start, rest, relu, out, db): the way back, into out (filters, phases,
        elements); what passes ReLU is added to db, for each filter.
    rest: scratch memory, of 16 elements more than a filter has in the part.
    """

    pooled: Callable[..., None]
    unpooled: Callable[..., None]


NUMPY = Loops(_pooled, _unpooled)
_LANES = 16  # elements of scratch memory beside those of a row, for sums


class Stage(NamedTuple):
    """A convolution, how many of its results, down and across, are pooled into one, and whether
    ReLU follows.  Pooling windows do not overlap and have 256 places at most; (1, 1) is none."""

    windows: Windows
    pool: Pair = (1, 1)
    relu: bool = True

    def over(self, x: Any) -> Any:
        """The elements of all windows: a view (channels, *size, *pool, *places, batch)."""
        view = self.windows.over(x)
        channels, height, width, rows, columns, batch = view.shape
        *inside, down, across, one = view.strides
        p, q = self.pool
        return as_strided(
            view,
            (channels, height, width, p, q, rows // p, columns // q, batch),
            (*inside, down, across, down * p, across * q, one),
        )


def workspace(x: Any, filters: int, stage: Stage) -> int:
    """How many elements of scratch memory the functions of this module need."""
    view = stage.over(x)
    depth: int = prod(view.shape[:3])
    phases, most = prod(stage.pool), largest_block(view, filters * prod(stage.pool))
    return (depth + filters) * phases * most + 2 * filters * most + filters * (depth + 1) + _LANES


def forward(
    x: Any, W: Any, b: Any, y: Any, phase: Any, work: Any, stage: Stage, loops: Loops = NUMPY
) -> None:
    """Write relu(max(conv(x, W)) + b) into y, and where each maximum was into phase."""
    view, rows, results, phases = stage.over(x), flat(W), flat(y), flat(phase)
    for block in blocks(view, len(W) * prod(stage.pool)):
        columns = gathered(view, block, work)
        products, rest = _carved(work[columns.size :], len(W), columns.shape[1])
        np.matmul(rows, columns, out=products)
        loops.pooled(
            _by_phase(products, stage), b, results, phases, block.flat.start, rest, stage.relu
        )


def gradient_of_weights(
    x: Any, g: Any, y: Any, phase: Any, dW: Any, db: Any, work: Any, stage: Stage,
    loops: Loops = NUMPY,
) -> None:  # fmt: skip
    """Write the gradients of W and b for the gradient g of y into dW and db."""
    view, total = stage.over(x), flat(dW)
    total[...], db[...] = 0, 0
    for block in blocks(view, len(dW) * prod(stage.pool)):
        columns = gathered(view, block, work)
        unpooled, rest = _carved(work[columns.size :], len(dW), columns.shape[1])
        loops.unpooled(
            flat(g), flat(y), flat(phase), block.flat.start, rest, stage.relu,
            _by_phase(unpooled, stage), db,
        )  # fmt: skip
        product, _ = _carved(rest, *total.shape)
        total += np.matmul(unpooled, columns.T, out=product)


def gradient_of_images(
    g: Any, y: Any, phase: Any, W: Any, dx: Any, work: Any, stage: Stage, loops: Loops = NUMPY
) -> None:
    """Write the gradient of x, with its margins, for the gradient g of y into dx."""
    view, rows = stage.over(dx), flat(W).T
    db, work = _carved(work, len(W))
    dx[...] = 0
    for block in blocks(view, len(W) * prod(stage.pool)):
        part = view[..., block.rows, block.columns, :]
        columns, rest = _carved(work, *part.shape)
        unpooled, rest = _carved(rest, len(W), part.size // len(rows))
        loops.unpooled(
            flat(g), flat(y), flat(phase), block.flat.start, rest, stage.relu,
            _by_phase(unpooled, stage), db,
        )  # fmt: skip
        np.matmul(rows, unpooled, out=columns.reshape(len(rows), -1))
        spread(columns, part)


def _by_phase(products: Any, stage: Stage) -> Any:
    """The results of a block (filters, phases, elements)."""
    return products.reshape(len(products), prod(stage.pool), -1)
