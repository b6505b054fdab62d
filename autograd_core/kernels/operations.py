"""The kernels as operations of compiled programs: on arrays of which shapes alone may be known.

A kernel may have several results; each is a `Part` of it, an operation of its own on the same
operands, and a compiled program runs all parts in one go.

x: images inside their margins.   g: a gradient.   All are (channels, height, width, batch).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from autograd_core.kernels import convolution, fused, pooling
from autograd_core.kernels.fused import NUMPY, Loops, Stage
from autograd_core.kernels.windows import Pair, Windows, into_margins

Array = Any
Shape = tuple[int, ...]
Type = tuple[Shape, np.dtype[Any]]
LoopsOf = Callable[[int, np.dtype[Any]], Loops]  # for a number of phases and a dtype


def numpy_loops(phases: int, dtype: np.dtype[Any]) -> Loops:
    """NumPy's, for any of them."""
    return NUMPY


def _no_work(*arrays: Array, **params: Any) -> int:
    return 0


@dataclass(eq=False)
class Kernel:
    """What computes one or more results at once.

    names: of its parts.
    types(*arrays, **params): the shape and dtype of each result.
    work(*arrays, **params): how many elements of scratch memory it needs.
    run(arrays, outs, work, loops=…, **params): write the results into arrays without gaps.
    """

    names: tuple[str, ...]
    types: Callable[..., Sequence[Type]]
    run: Callable[..., None]
    work: Callable[..., int] = _no_work

    @property
    def parts(self) -> tuple[Part, ...]:
        """An operation for each result."""
        return tuple(Part(self, number) for number in range(len(self.names)))


class Part:
    """One of the results of a kernel, as a function of arrays."""

    def __init__(self, kernel: Kernel, number: int) -> None:
        self.kernel, self.number = kernel, number
        self.__name__ = kernel.names[number]

    def __call__(self, *arrays: Array, out: Array = None, **params: Any) -> Array:
        kernel = self.kernel
        outs = [np.empty(*found) for found in kernel.types(*arrays, **params)]
        if out is not None:
            outs[self.number] = out
        work = np.empty(kernel.work(*arrays, **params), arrays[0].dtype)
        kernel.run(arrays, outs, work, loops=numpy_loops, **params)
        return outs[self.number]

    def type(self, operands: Sequence[Any], params: Mapping[str, Any]) -> Type:
        """The shape and dtype of the result for operands of which only these are known."""
        return self.kernel.types(*map(stand_in, operands), **params)[self.number]


def stand_in(x: Any) -> Array:
    """An array of the shape and dtype of x, without memory."""
    return _of_type(x.shape, x.dtype)


def _of_type(shape: Shape, dtype: np.dtype[Any]) -> Array:
    return np.broadcast_to(np.zeros((), dtype), shape)


# ── types ─────────────────────────────────────────────────────────────────────────────────────
def _over(x: Array, windows: Windows, filters: int) -> list[Type]:
    return [((filters, *Windows(*windows).places(*x.shape[1:3]), x.shape[3]), x.dtype)]


def _pooled_type(x: Array, *, windows: Windows) -> list[Type]:
    return _over(x, windows, len(x))


def _weight_type(x: Array, g: Array, *, windows: Windows) -> list[Type]:
    return [((len(g), len(x), *windows[0]), x.dtype)]


def _input_type(g: Array, W: Array, *, windows: Windows, image: Pair) -> list[Type]:
    return [((W.shape[1], *image, g.shape[3]), g.dtype)]


def _stage(stage: Any) -> Stage:
    """Also of the plain tuples in which files keep it."""
    windows, pool, relu = stage
    return Stage(Windows(*windows), pool, relu)


def _stage_types(x: Array, W: Array, b: Array, *, stage: Stage) -> list[Type]:
    shape, dtype = _over(x, stage[0], len(W))[0]
    pooled = (shape[0], shape[1] // stage[1][0], shape[2] // stage[1][1], shape[3])
    return [(pooled, dtype), (pooled, np.dtype(np.uint8))]


def _stage_work(x: Array, filters: int, stage: Stage) -> int:
    return fused.workspace(x, filters, _stage(stage))


# ── kernels ───────────────────────────────────────────────────────────────────────────────────
def _margins(arrays: Any, outs: Any, work: Any, *, loops: LoopsOf, pad: Any, fill: float) -> None:
    into_margins(arrays[0], pad, fill, outs[0])


def _convolved(arrays: Any, outs: Any, work: Any, *, loops: LoopsOf, windows: Windows) -> None:
    x, W, *b = arrays
    convolution.forward(x, W, b[0] if b else None, outs[0], work, Windows(*windows))


def _weight(arrays: Any, outs: Any, work: Any, *, loops: LoopsOf, windows: Windows) -> None:
    x, g = arrays
    convolution.gradient_of_weights(x, g, outs[0], work, Windows(*windows))


def _input(
    arrays: Any, outs: Any, work: Any, *, loops: LoopsOf, windows: Windows, image: Pair
) -> None:
    g, W = arrays
    convolution.gradient_of_images(g, W, outs[0], work, Windows(*windows))


def _largest(arrays: Any, outs: Any, work: Any, *, loops: LoopsOf, windows: Windows) -> None:
    pooling.largest(arrays[0], Windows(*windows), outs[0])


def _put_back(arrays: Any, outs: Any, work: Any, *, loops: LoopsOf, windows: Windows) -> None:
    g, x = arrays
    pooling.put_back(g, x, Windows(*windows), out=outs[0])


def _pick(arrays: Any, outs: Any, work: Any, *, loops: LoopsOf, windows: Windows) -> None:
    t, x = arrays
    pooling.pick(t, x, Windows(*windows), out=outs[0])


def _total(arrays: Any, outs: Any, work: Any, *, loops: LoopsOf, windows: Windows) -> None:
    pooling.total(arrays[0], Windows(*windows), outs[0])


def _spread(
    arrays: Any, outs: Any, work: Any, *, loops: LoopsOf, windows: Windows, image: Pair
) -> None:
    outs[0][...] = 0
    pooling.spread(arrays[0], outs[0], Windows(*windows))


def _staged(arrays: Any, outs: Any, work: Any, *, loops: LoopsOf, stage: Stage) -> None:
    (x, W, b), (y, phase), made = arrays, outs, _stage(stage)
    fused.forward(x, W, b, y, phase, work, made, loops(prod(made.pool), x.dtype))


def _stage_weight(arrays: Any, outs: Any, work: Any, *, loops: LoopsOf, stage: Stage) -> None:
    (x, g, y, phase), (dW, db), made = arrays, outs, _stage(stage)
    of_phases = loops(prod(made.pool), x.dtype)
    fused.gradient_of_weights(x, g, y, phase, dW, db, work, made, of_phases)


def _stage_input(
    arrays: Any, outs: Any, work: Any, *, loops: LoopsOf, stage: Stage, image: Pair
) -> None:
    (g, y, phase, W), (dx,), made = arrays, outs, _stage(stage)
    fused.gradient_of_images(g, y, phase, W, dx, work, made, loops(prod(made.pool), g.dtype))


def _only(kernel: Kernel) -> Part:
    return kernel.parts[0]


margins = _only(Kernel(
    ("margins",),
    lambda x, *, pad, fill: [
        ((len(x), *Windows((1, 1), pad=pad).padded(*x.shape[1:3]), x.shape[3]), x.dtype)
    ],
    _margins,
))  # fmt: skip
convolved = _only(Kernel(
    ("convolved",), lambda x, W, *b, windows: _over(x, windows, len(W)), _convolved,
    lambda x, W, *b, windows: convolution.workspace(x, len(W), Windows(*windows)),
))  # fmt: skip
convolved_weight = _only(Kernel(
    ("convolved_weight",), _weight_type, _weight,
    lambda x, g, *, windows: convolution.workspace(x, len(g), Windows(*windows)),
))  # fmt: skip
convolved_input = _only(Kernel(
    ("convolved_input",), _input_type, _input,
    lambda g, W, *, windows, image: convolution.workspace(
        _of_type((W.shape[1], *image, g.shape[3]), g.dtype), len(W), Windows(*windows)),
))  # fmt: skip
largest = _only(Kernel(("largest",), _pooled_type, _largest))
put_back = _only(Kernel(
    ("put_back",), lambda g, x, *, windows: [(x.shape, g.dtype)], _put_back
))  # fmt: skip
picked = _only(Kernel(
    ("picked_in_windows",), lambda t, x, *, windows: _over(t, windows, len(t)), _pick
))  # fmt: skip
total = _only(Kernel(("total",), _pooled_type, _total))
spread = _only(Kernel(
    ("spread",),
    lambda g, *, windows, image: [((len(g), *image, g.shape[3]), g.dtype)],
    _spread,
))  # fmt: skip
staged, staged_phase = Kernel(
    ("staged", "staged_phase"), _stage_types, _staged,
    lambda x, W, b, *, stage: _stage_work(x, len(W), stage),
).parts  # fmt: skip
# Of images x, the gradient g, and of the stage its result and its phases.
staged_weight, staged_bias = Kernel(
    ("staged_weight", "staged_bias"),
    lambda x, g, y, phase, *, stage: [
        *_weight_type(x, g, windows=stage[0]), ((len(g),), x.dtype)
    ],
    _stage_weight,
    lambda x, g, y, phase, *, stage: _stage_work(x, len(g), stage),
).parts  # fmt: skip
staged_input = _only(Kernel(
    ("staged_input",),
    lambda g, y, phase, W, *, stage, image: [((W.shape[1], *image, g.shape[3]), g.dtype)],
    _stage_input,
    lambda g, y, phase, W, *, stage, image: _stage_work(
        _of_type((W.shape[1], *image, g.shape[3]), g.dtype), len(W), stage),
))  # fmt: skip
PARTS = (
    margins, convolved, convolved_weight, convolved_input, largest, put_back, picked, total, spread,
    staged, staged_phase, staged_weight, staged_bias, staged_input,
)  # fmt: skip
