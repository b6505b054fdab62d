"""Windows: the places to which a kernel moves on an image, and blocks of them."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, prod
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

Pair = tuple[int, int]
Pads = tuple[Pair, Pair]

# The elements of all windows of a block lie beside each other in a buffer of about this many bytes,
# which stays in the cache until the matrix product has read it.  16 by 16 channels, 3 by 3, on 100
# float32 images of 28 by 28, with both gradients: 52, 38 and 27 ms with 2^17, 2^19 and 2^21.
BLOCK = 1 << 21


class Block(NamedTuple):
    """Neighbouring places: as rows and columns, and where they are in the results, laid flat."""

    rows: slice
    columns: slice
    flat: slice


class Windows(NamedTuple):
    """The size of a window, the steps between windows, the margins of zeros around the image, and
    the steps between the elements of a window."""

    size: Pair
    stride: Pair = (1, 1)
    pad: Pads = ((0, 0), (0, 0))
    dilation: Pair = (1, 1)

    def __repr__(self) -> str:
        """Only what is not as usual."""
        usual = Windows(self.size)._asdict()
        shown = [f", {k}={v}" for k, v in self._asdict().items() if k != "size" and v != usual[k]]
        return f"Windows({self.size}{''.join(shown)})"

    def padded(self, height: int, width: int) -> Pair:
        """The size of an image of this size with its margins."""
        (top, bottom), (left, right) = self.pad
        return height + top + bottom, width + left + right

    def places(self, height: int, width: int) -> Pair:
        """How many windows there are below each other and side by side on an image of this size."""
        padded = self.padded(height, width)
        reach = [d * (k - 1) + 1 for k, d in zip(self.size, self.dilation, strict=True)]
        down, across = (
            max((n - r) // s + 1, 0) for n, r, s in zip(padded, reach, self.stride, strict=True)
        )
        return down, across

    def over(self, padded: Any) -> Any:
        """The elements of all windows of images with margins (channels, height, width, batch):
        a view of shape (channels, *size, *places, batch)."""
        channels, height, width, batch = padded.shape
        places = self._replace(pad=((0, 0), (0, 0))).places(height, width)
        c, i, j, n = padded.strides
        (down, across), (step, aside) = self.stride, self.dilation
        return as_strided(
            padded,
            (channels, *self.size, *places, batch),
            (c, i * step, j * aside, i * down, j * across, n),
        )


def blocks(view: Any, beside: int = 0) -> Iterator[Block]:
    """The places of a view (…, down, across, batch) in blocks of several rows, or of parts of one,
    as many as fit into the cache together.

    beside: how many elements for each place have to be in the cache with those of its window.
    """
    *window, rows, columns, batch = view.shape
    together = max(1, BLOCK // max((prod(window) + beside) * batch * view.itemsize, 1))
    width = ceil(columns / ceil(columns / together))
    height = max(1, together // columns)
    for i in range(0, rows, height):
        for j in range(0, columns, width):
            below, right = min(i + height, rows), min(j + width, columns)
            start, stop = i * columns + j, (below - 1) * columns + right
            yield Block(slice(i, below), slice(j, right), slice(start * batch, stop * batch))


def largest_block(view: Any, beside: int = 0) -> int:
    """How many windows the largest block has, all images counted."""
    return max((block.flat.stop - block.flat.start for block in blocks(view, beside)), default=0)


def innermost(x: Any, dtype: Any = None) -> Any:
    """Images (batch, channels, height, width) with the batch innermost: a copy, unless they lie so
    already."""
    return np.ascontiguousarray(x.transpose(1, 2, 3, 0), dtype)


def outermost(x: Any) -> Any:
    """The view (batch, channels, height, width) of images with the batch innermost."""
    return x.transpose(3, 0, 1, 2)


def with_margins(x: Any, pads: Pads, fill: float = 0, dtype: Any = None) -> Any:
    """Images (batch, channels, height, width) inside margins, with the batch innermost."""
    if pads == ((0, 0), (0, 0)):
        return innermost(x, dtype)
    batch, channels, height, width = x.shape
    shape = Windows((1, 1), pad=pads).padded(height, width)
    padded = np.empty((channels, *shape, batch), dtype or x.dtype)
    return into_margins(x.transpose(1, 2, 3, 0), pads, fill, padded)


def into_margins(x: Any, pads: Pads, fill: float, out: Any) -> Any:
    """Write images (channels, height, width, batch) inside margins into out, which is returned."""
    if any(map(any, pads)):
        out[...] = fill
    within_margins(out, pads)[...] = x
    return out


def within_margins(padded: Any, pads: Pads) -> Any:
    """The view of images without their margins."""
    (top, bottom), (left, right) = pads
    height, width = padded.shape[1:3]
    return padded[:, top : height - bottom, left : width - right]
