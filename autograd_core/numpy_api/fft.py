"""np.fft: the transforms of one, two and n axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd_core.dispatch import implements, refuse
from autograd_core.errors import DTypeError, ShapeError
from autograd_core.numpy_api.products import as_array, conjugate
from autograd_core.ops import fft as ops
from autograd_core.primitive import Primitive
from autograd_core.shapes import normalize_axis
from autograd_core.tensor import apply

Transform = Callable[[Any, Sequence[int] | None, Sequence[int], Any], Any]


# ── the four transforms, of any axes and lengths ──────────────────────────────────────────────
def _resized(a: Any, lengths: Sequence[int], axes: Sequence[int]) -> Any:
    """Cut or padded with zeros at the end, to these lengths of these axes; -1 leaves one alone."""
    for length, axis in zip(lengths, axes, strict=True):
        before, size = (slice(None),) * axis, a.shape[axis]
        if -1 != length < 1:
            raise ShapeError(f"fft: a transform has 1 point or more, not {length}.")
        if length < size and length != -1:
            a = a[(*before, slice(length))]
        elif length > size:
            zeros = np.zeros((*a.shape[:axis], length - size, *a.shape[axis + 1 :]), a.dtype)
            a = np.concatenate([a, zeros], axis=axis)
    return a


def _checked(a: Any, axes: Sequence[int], norm: Any) -> tuple[Any, tuple[int, ...]]:
    a = as_array(a)
    axes = normalize_axis(tuple(axes), a.ndim)
    if norm not in ops.TRANSPOSED:
        refuse("np.fft", norm=norm)
    if 0 in [a.shape[axis] for axis in axes]:
        raise ShapeError(f"fft: the array is {a.shape}; a transform has 1 point or more.")
    return a, axes


def _symmetric(primitive: Primitive) -> Transform:
    """The transform of complex numbers and its inverse."""

    def transform(a: Any, s: Sequence[int] | None, axes: Sequence[int], norm: Any) -> Any:
        a, axes = _checked(a, axes, norm)
        a = a if s is None else _resized(a, s, axes)
        return apply(primitive, (a,), {"axes": axes, "norm": norm}) if axes else a + 0j

    return transform


def _real_to_half(a: Any, s: Sequence[int] | None, axes: Sequence[int], norm: Any) -> Any:
    a, axes = _checked(a, axes, norm)
    if a.dtype.kind == "c":
        raise DTypeError("rfft: the array is complex; np.fft.fft is its transform.")
    a = a if s is None else _resized(a, s, axes)
    return apply(ops.rfft, (a,), {"axes": axes, "norm": norm})


def _half_to_real(a: Any, s: Sequence[int] | None, axes: Sequence[int], norm: Any) -> Any:
    a, axes = _checked(a, axes, norm)
    lengths = [-1] * len(axes) if s is None else list(s)
    last = lengths[-1] if lengths[-1] != -1 else 2 * (a.shape[axes[-1]] - 1)
    if last < 1:
        raise ShapeError(f"irfft: a transform has 1 point or more, not {last}.")
    a = _resized(a, [*lengths[:-1], last // 2 + 1], axes)
    return apply(ops.irfft, (a,), {"length": last, "axes": axes, "norm": norm})


def _conjugated_in(a: Any, s: Sequence[int] | None, axes: Sequence[int], norm: Any) -> Any:
    """hfft: the transform of a signal whose half is given and whose spectrum is real."""
    return _half_to_real(conjugate(as_array(a)), s, axes, _other(norm))


def _conjugated_out(a: Any, s: Sequence[int] | None, axes: Sequence[int], norm: Any) -> Any:
    return np.conjugate(_real_to_half(a, s, axes, _other(norm)))


def _other(norm: Any) -> Any:
    return ops.TRANSPOSED.get(norm, norm)


# ── NumPy's arguments ─────────────────────────────────────────────────────────────────────────
def _over_one_axis(transform: Transform) -> Any:
    def one(a: Any, n: int | None = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
        refuse("np.fft", out=out)
        return transform(a, None if n is None else (n,), (axis,), norm)

    return one


def _over_axes(transform: Transform, usual: tuple[int, int] | None) -> Any:
    def many(a: Any, s: Any = None, axes: Any = usual, norm: Any = None, out: Any = None) -> Any:
        refuse("np.fft", out=out)
        if axes is None:
            axes = range(np.ndim(a))[-len(s) :] if s is not None else range(np.ndim(a))
        if s is not None and len(s) != len(axes):
            raise ShapeError(f"fft: s is {s} and axes {tuple(axes)}; give a length for each axis.")
        return transform(a, s, axes, norm)

    return many


_fft, _ifft = _symmetric(ops.fft), _symmetric(ops.ifft)
for transform, one_axis, two_axes, all_axes in (
    (_fft, np.fft.fft, np.fft.fft2, np.fft.fftn),
    (_ifft, np.fft.ifft, np.fft.ifft2, np.fft.ifftn),
    (_real_to_half, np.fft.rfft, np.fft.rfft2, np.fft.rfftn),
    (_half_to_real, np.fft.irfft, np.fft.irfft2, np.fft.irfftn),
):
    implements(one_axis)(_over_one_axis(transform))
    implements(two_axes)(_over_axes(transform, (-2, -1)))
    implements(all_axes)(_over_axes(transform, None))
implements(np.fft.hfft)(_over_one_axis(_conjugated_in))
implements(np.fft.ihfft)(_over_one_axis(_conjugated_out))


# ── the middle of a spectrum ──────────────────────────────────────────────────────────────────
def _shifted(x: Any, axes: Any, direction: int) -> Any:
    """Rolled by half of each axis."""
    x = as_array(x)
    chosen = normalize_axis(tuple(axes) if np.ndim(axes) else axes, x.ndim)
    halves = [direction * (x.shape[axis] // 2) for axis in chosen]
    return np.roll(x, halves, chosen)


implements(np.fft.fftshift)(lambda x, axes=None: _shifted(x, axes, 1))
implements(np.fft.ifftshift)(lambda x, axes=None: _shifted(x, axes, -1))
