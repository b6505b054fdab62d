"""Discrete Fourier transforms of real arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.core.samples.sample import Entry

NORMS: list[dict[str, Any]] = [{}, {"norm": "backward"}, {"norm": "ortho"}, {"norm": "forward"}]
OVER: list[Entry] = [
    *[([(4,)], {"axes": (0,), **norm}) for norm in NORMS],
    ([(3, 2)], {"axes": (0,)}),
    ([(2, 3)], {"axes": (0, 1)}),
    ([(2, 2, 3)], {"axes": (2, 0)}),
    ([(1,)], {"axes": (0,)}),
]  # fmt: skip

REFERENCES: dict[str, Callable[..., Any]] = {
    "fft": lambda x, axes, norm=None: np.fft.fftn(x, axes=axes, norm=norm),
    "ifft": lambda x, axes, norm=None: np.fft.ifftn(x, axes=axes, norm=norm),
    "rfft": lambda x, axes, norm=None: np.fft.rfftn(x, axes=axes, norm=norm),
    "irfft": lambda x, length, axes, norm=None: np.fft.irfft(
        x if len(axes) == 1 else np.fft.ifftn(x, axes=axes[:-1], norm=norm),
        length, axis=axes[-1], norm=norm),
}  # fmt: skip

LISTED: dict[str, list[Entry]] = {
    "fft": OVER,
    "ifft": OVER,
    "irfft": [*[([(3,)], {"length": n, "axes": (0,), **norm}) for norm in NORMS for n in (4, 5)],
              ([(3, 2)], {"length": 2, "axes": (0, 1)}),
              ([(2, 2, 2)], {"length": 3, "axes": (2, 0)}),
              ([(1,)], {"length": 1, "axes": (0,)})],
    "rfft": [*OVER, ([(5,)], {"axes": (0,)}), ([(5,)], {"axes": (0,), "norm": "ortho"})],
}  # fmt: skip
