"""Convolution as matrix products: the elements of windows are brought beside each other, a block of
windows at a time, and multiplied while they are in the cache.

x: images inside their margins (channels, height, width, batch).   W: (filters, channels, *size).
y: (filters, *places, batch).   work: a vector of at least `workspace(…)` elements.
All in one dtype and contiguous.  One product for all windows at once would need memory of the
size of x times that of a window.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from autograd_core.kernels.windows import Block, Windows, blocks, largest_block


def workspace(x: Any, filters: int, windows: Windows) -> int:
    """How many elements of scratch memory the functions of this module need."""
    view = windows.over(x)
    depth: int = prod(view.shape[:3])
    return depth * (largest_block(view) + filters)


def forward(x: Any, W: Any, b: Any, y: Any, work: Any, windows: Windows) -> None:
    """Write the convolution of x with W, plus b where there is one, into y."""
    view, rows, results = windows.over(x), flat(W), flat(y)
    for block in blocks(view):
        part = results[:, block.flat]
        np.matmul(rows, gathered(view, block, work), out=part)
        if b is not None:
            part += b[:, None]


def gradient_of_weights(x: Any, g: Any, out: Any, work: Any, windows: Windows) -> None:
    """Write the gradient of W for the gradient g of y into out."""
    view, total, gradients = windows.over(x), flat(out), flat(g)
    total[...] = 0
    product = work[work.size - total.size :].reshape(total.shape)
    for block in blocks(view):
        columns = gathered(view, block, work)
        total += np.matmul(gradients[:, block.flat], columns.T, out=product)


def gradient_of_images(g: Any, W: Any, out: Any, work: Any, windows: Windows) -> None:
    """Write the gradient of x, with its margins, for the gradient g of y into out."""
    view, rows, gradients = windows.over(out), flat(W).T, flat(g)
    out[...] = 0
    for block in blocks(view):
        part = view[..., block.rows, block.columns, :]
        columns = work[: part.size].reshape(part.shape)
        np.matmul(rows, gradients[:, block.flat], out=columns.reshape(len(rows), -1))
        spread(columns, part)


def flat(array: Any) -> Any:
    """A matrix with a row for each element of the first axis: a view."""
    return array.reshape(len(array), prod(array.shape[1:]))


def gathered(view: Any, block: Block, work: Any) -> Any:
    """The elements of the windows of a block, a column for each window."""
    part = view[..., block.rows, block.columns, :]
    columns = work[: part.size].reshape(part.shape)
    np.copyto(columns, part)
    return columns.reshape(prod(part.shape[:3]), -1)


def spread(columns: Any, part: Any) -> None:
    """Add what `gathered` would have brought from there to its places.

    The windows overlap, but never in elements that have the same place in their windows.
    """
    for place in np.ndindex(part.shape[1:3]):
        at = (slice(None), *place)
        part[at] += columns[at]
