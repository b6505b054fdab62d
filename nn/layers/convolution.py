"""Conv2d: filters that move over images."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from autograd_core import DTypeError, ShapeError, Tensor, conv2d
from nn.init import Initializer, he_normal
from nn.module import Module, constant
from nn.random import generator

Pair = tuple[int, int]
Padding = int | str | tuple[int | Pair, int | Pair]


class Conv2d(Module):
    """y[n, o] = Σ_c x[n, c] ⋆ W[o, c] + b[o], filters that move over images (book, section 7.2).

    x: (batch, in_channels, height, width).   y: (batch, out_channels, down, across).
    Gradients: those of `autograd_core.conv2d`; what nobody needs (x̄ of a first layer) is not
    computed.

    kernel_size, stride, dilation: a number or (down, across).
    padding: margins of zeros: a number, (down, across), ((top, bottom), (left, right)), "valid" for
        none, or "same" for as many windows as pixels, divided by the stride.
    init: how W (out_channels, in_channels, *kernel_size) is drawn (see nn.init), by default He's
        normal numbers for in_channels times the size of the kernel inputs; b starts at 0.
    bias: without one with False.   dtype: of the parameters.
    rng: a generator or a seed; by default the generator that `nn.seed` starts.

    Raises ShapeError when x has other channels or no window fits into it.

    >>> import numpy as np, nn
    >>> layer = nn.Conv2d(1, 30, 5)
    >>> layer(np.zeros((10, 1, 28, 28), np.float32)).shape
    (10, 30, 24, 24)
    >>> nn.Conv2d(3, 8, 3, padding="same")
    Conv2d(3, 8, (3, 3), padding='same')
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Pair,
        stride: int | Pair = 1,
        padding: Padding = 0,
        init: Initializer | None = None,
        *,
        dilation: int | Pair = 1,
        bias: bool = True,
        dtype: DTypeLike = np.float32,
        rng: np.random.Generator | int | None = None,
    ) -> None:
        height, width = kernel_size if isinstance(kernel_size, tuple) else (kernel_size,) * 2
        fans = in_channels * height * width, out_channels * height * width
        shape = (out_channels, in_channels, height, width)
        draw = init or he_normal()
        self.W = Tensor(draw(shape, *fans, generator(rng), np.dtype(dtype)))
        self.b = Tensor(np.zeros(out_channels, dtype)) if bias else None
        self.stride, self.padding, self.dilation = stride, padding, dilation

    @classmethod
    def from_arrays(
        cls,
        W: ArrayLike,
        b: ArrayLike | None = None,
        stride: int | Pair = 1,
        padding: Padding = 0,
        *,
        dilation: int | Pair = 1,
    ) -> Conv2d:
        """The layer with copies of the given weights (out_channels, in_channels, height, width) and
        bias (out_channels,)."""
        weights = np.array(W)
        if weights.dtype.kind != "f":
            raise DTypeError(f"Conv2d: W has dtype {weights.dtype}; pass floating numbers.")
        bias = np.zeros(0) if b is None else np.array(b)
        if weights.ndim != 4 or (b is not None and bias.shape != weights.shape[:1]):
            raise ShapeError(
                f"Conv2d: W is {weights.shape} and b is {bias.shape}; they must be (out_channels, "
                "in_channels, height, width) and (out_channels,)."
            )
        layer = cls.__new__(cls)
        layer.W = Tensor(weights)
        layer.b = None if b is None else Tensor(bias.astype(weights.dtype))
        layer.stride, layer.padding, layer.dilation = stride, padding, dilation
        return layer

    def forward(self, x: Any) -> Any:
        """The convolution with W, plus b."""
        return conv2d(
            constant(x), self.W, self.b,
            stride=self.stride, padding=self.padding, dilation=self.dilation,
        )  # fmt: skip

    def describe(self) -> str:
        """The sizes, and what is not as usual."""
        filters, channels, *size = self.W.shape
        usual = {"stride": 1, "padding": 0, "dilation": 1}
        options = [f", {k}={getattr(self, k)!r}" for k, v in usual.items() if getattr(self, k) != v]
        bias = ", bias=False" if self.b is None else ""
        return f"{channels}, {filters}, {tuple(size)}{''.join(options)}{bias}"
