"""Initial values of weights: recipes that a layer calls once it knows its shape.

A recipe is called as `recipe(shape, fan_in, fan_out, rng, dtype)` and returns a new array; any
function of that form will do.  `fan_in` is how many inputs one output is summed from, `fan_out` how
many outputs one input goes into: the two sizes of an affine layer.  The same state of `rng` gives
the same array.

>>> recipe = he_normal()
>>> recipe
he_normal(1.41421)
>>> w = recipe((784, 50), 784, 50, np.random.default_rng(0), np.float32)
>>> w.shape, w.dtype
((784, 50), dtype('float32'))
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from autograd_core.errors import DTypeError, ShapeError

__all__ = [
    "Initializer",
    "constant",
    "he_normal",
    "he_uniform",
    "normal",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]

Array = NDArray[np.floating[Any]]
Shape = tuple[int, ...]
Draw = Callable[[np.random.Generator, Shape, np.dtype[Any]], Array]


@dataclass(frozen=True, repr=False)
class Initializer:
    """Numbers of variance 1 from `draw`, times `factor`, times what `scale` says of the fans.

    Raises, when called, `DTypeError` for a dtype that is not floating and `ShapeError` for a fan
    below 1.
    """

    name: str
    draw: Draw
    factor: float
    scale: Callable[[int, int], float]

    def __post_init__(self) -> None:
        if not math.isfinite(self.factor):
            raise ValueError(f"{self.name}: the number must be finite, not {self.factor}.")

    def __call__(
        self, shape: Shape, fan_in: int, fan_out: int, rng: np.random.Generator, dtype: DTypeLike
    ) -> Array:
        kind = np.dtype(dtype)
        if kind.kind != "f":
            raise DTypeError(f"{self.name}: weights are floating numbers; the dtype was {kind}.")
        if fan_in < 1 or fan_out < 1:
            raise ShapeError(
                f"{self.name}: fan_in={fan_in} and fan_out={fan_out} for shape {shape}; both must "
                f"be at least 1.\n  Does the layer have inputs and outputs?"
            )
        weights = self.draw(rng, shape, kind)
        weights *= self.factor * self.scale(fan_in, fan_out)
        return weights

    def __repr__(self) -> str:
        return f"{self.name}({self.factor:g})"


def normal(std: float = 0.01) -> Initializer:
    """Normal numbers of mean 0 and standard deviation `std`: the book's `0.01 * randn`."""
    return Initializer("normal", _normal, std, _as_given)


def xavier_normal(gain: float = 1.0) -> Initializer:
    """Normal numbers of standard deviation gain · √(2 / (fan_in + fan_out)).

    For layers before a sigmoid or tanh: a compromise that keeps the variance of signals on the way
    forward and of gradients on the way back.  The book's form, 1 / √fan_in (section 6.2.2), is
    `he_normal(gain=1)`; where fan_in = fan_out the two are one.
    Source: X. Glorot, Y. Bengio, *Understanding the difficulty of training deep feedforward neural
    networks*, 2010, equation 12.
    """
    return Initializer("xavier_normal", _normal, gain, _by_both_fans)


def xavier_uniform(gain: float = 1.0) -> Initializer:
    """Uniform numbers within ± gain · √(6 / (fan_in + fan_out)).

    The standard deviation is that of `xavier_normal`.
    Source: X. Glorot, Y. Bengio, 2010, equation 16.
    """
    return Initializer("xavier_uniform", _uniform, gain, _by_both_fans)


def he_normal(gain: float = math.sqrt(2)) -> Initializer:
    """Normal numbers of standard deviation gain / √fan_in, by default √(2 / fan_in).

    For layers before a ReLU, which halves the mean square of a signal: the gain √2 makes up for it.
    Source: K. He, X. Zhang, S. Ren, J. Sun, *Delving deep into rectifiers*, 2015, equation 10; the
    book, section 6.2.3.
    """
    return Initializer("he_normal", _normal, gain, _by_fan_in)


def he_uniform(gain: float = math.sqrt(2)) -> Initializer:
    """Uniform numbers within ± gain · √(3 / fan_in), by default √(6 / fan_in).

    The standard deviation, and the source, are those of `he_normal`.
    """
    return Initializer("he_uniform", _uniform, gain, _by_fan_in)


def constant(value: float) -> Initializer:
    """The same number everywhere."""
    return Initializer("constant", _ones, value, _as_given)


def zeros() -> Initializer:
    """Zeros, as for biases.  Weights need different numbers, or all units learn the same."""
    return constant(0.0)


def _normal(rng: np.random.Generator, shape: Shape, dtype: np.dtype[Any]) -> Array:
    # The generator draws float32 and float64 only; the dtype given to it must be one of them.
    drawn = np.float32 if dtype.itemsize <= 4 else np.float64
    return np.asarray(rng.standard_normal(shape, drawn)).astype(dtype, copy=False)


def _uniform(rng: np.random.Generator, shape: Shape, dtype: np.dtype[Any]) -> Array:
    drawn = np.float32 if dtype.itemsize <= 4 else np.float64
    unit = np.asarray(rng.random(shape, drawn)).astype(dtype, copy=False)
    unit -= 0.5
    unit *= 2 * math.sqrt(3)
    return unit


def _ones(rng: np.random.Generator, shape: Shape, dtype: np.dtype[Any]) -> Array:
    return np.ones(shape, dtype)


def _as_given(fan_in: int, fan_out: int) -> float:
    return 1.0


def _by_both_fans(fan_in: int, fan_out: int) -> float:
    return math.sqrt(2 / (fan_in + fan_out))


def _by_fan_in(fan_in: int, fan_out: int) -> float:
    return 1 / math.sqrt(fan_in)
