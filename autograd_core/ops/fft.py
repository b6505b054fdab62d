"""Discrete Fourier transforms, over one axis or several.

The matrix of a transform is symmetric, so the transform of complex numbers is its own rule.  Those
between real numbers and the half of their spectrum that determines the rest are each other's rule:
each inner frequency stands for its conjugate too and counts twice.

Lengths are those of the axes: cutting and padding is done before.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.primitive import LINEAR, Primitive, primitive
from autograd_core.shapes import Shape

Axes = tuple[int, ...]

# The norm of the transform in the other direction that makes it the transpose.
TRANSPOSED = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}


def _multiplicity(length: int, axis: int, like: Any) -> Any:
    """How many frequencies of a real spectrum of that length each stored one stands for."""
    counts = np.full(length // 2 + 1, 2, np.finfo(like.dtype).dtype)
    counts[0] = 1
    if length % 2 == 0:
        counts[-1] = 1
    return counts.reshape(counts.shape + (1,) * (like.ndim - 1 - axis))


def _lengths(shape: Shape, axes: Axes) -> list[int]:
    return [shape[axis] for axis in axes]


def _irfft(x: Any, *, length: int, axes: Axes, norm: Any = None) -> Any:
    return np.fft.irfftn(x, [*_lengths(x.shape, axes[:-1]), length], axes, norm)


def _vjp_rfft(g: Any, x_shape: Shape, axes: Axes, norm: Any) -> Any:
    length = x_shape[axes[-1]]
    halved = np.conjugate(g) / _multiplicity(length, axes[-1], g)
    return irfft(halved, length=length, axes=axes, norm=TRANSPOSED[norm])


def _vjp_irfft(g: Any, length: int, axes: Axes, norm: Any) -> Any:
    spectrum = np.conjugate(rfft(g, axes=axes, norm=TRANSPOSED[norm]))
    return spectrum * _multiplicity(length, axes[-1], spectrum)


fft: Primitive = primitive(
              "fft", lambda x, *, axes, norm=None: np.fft.fftn(x, None, axes, norm),
              kind=LINEAR, symbol="FFT", tex=r"\mathcal{{F}} {x}",
              vjp=(lambda g, axes, norm: fft(g, axes=axes, norm=norm),))
ifft: Primitive = primitive(
               "ifft", lambda x, *, axes, norm=None: np.fft.ifftn(x, None, axes, norm),
               kind=LINEAR, symbol="FFT⁻¹", tex=r"\mathcal{{F}}^{{-1}} {x}",
               vjp=(lambda g, axes, norm: ifft(g, axes=axes, norm=norm),))
rfft: Primitive = primitive(
               "rfft", lambda x, *, axes, norm=None: np.fft.rfftn(x, None, axes, norm),
               kind=LINEAR, symbol="FFT", tex=r"\mathcal{{F}} {x}",
               vjp=(lambda g, x_shape, axes, norm: _vjp_rfft(g, x_shape, axes, norm),))
irfft: Primitive = primitive(
                "irfft", _irfft, kind=LINEAR, symbol="FFT⁻¹", tex=r"\mathcal{{F}}^{{-1}} {x}",
                vjp=(lambda g, length, axes, norm: _vjp_irfft(g, length, axes, norm),))
