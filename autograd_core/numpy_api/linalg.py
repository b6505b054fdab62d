"""np.linalg: inverses, systems of equations, determinants and norms."""

from __future__ import annotations

from functools import cache
from math import prod
from typing import Any

import numpy as np

from autograd_core.abstract import unlikely
from autograd_core.dispatch import PLAIN_FUNCTIONS, implements, refuse
from autograd_core.errors import ShapeError, UncoveredError
from autograd_core.numpy_api.products import as_array
from autograd_core.ops import decompositions, linalg
from autograd_core.primitive import Primitive
from autograd_core.readable import plain
from autograd_core.shapes import Axis, Shape, checked_axis, normalize_axis
from autograd_core.tensor import apply

PLAIN_FUNCTIONS.add(np.linalg.matrix_rank)


@cache
def _tuple_of(function: Any) -> Any:
    return type(function(np.eye(1)))


def named(function: Any, *parts: Any) -> Any:
    """The parts as the named tuple that a function of np.linalg returns."""
    return _tuple_of(function)(*parts)


def _of_matrices(primitive: Primitive, function: Any) -> None:
    """A function of one stack of matrices and nothing else."""
    implements(function)(lambda a: apply(primitive, (a,)))


_of_matrices(linalg.inv, np.linalg.inv)
_of_matrices(linalg.det, np.linalg.det)
implements(np.linalg.matrix_transpose)(lambda x, /: np.swapaxes(x, -1, -2))
implements(np.linalg.diagonal)(lambda x, /, *, offset=0: np.diagonal(x, offset, -2, -1))
implements(np.linalg.trace)(
    lambda x, /, *, offset=0, dtype=None: np.trace(x, offset, -2, -1, dtype=dtype)
)


@implements(np.linalg.slogdet)
def slogdet(a: Any) -> Any:
    """np.linalg.slogdet: of real matrices the sign is a plain array, as it has no derivative."""
    both = apply(linalg.slogdet, (a,))
    sign, log = plain(both)[..., 0], both[..., 1]
    if sign.dtype.kind != "c":
        return named(np.linalg.slogdet, sign, log)
    return named(
        np.linalg.slogdet, np.where(sign == 0, 0.0, np.exp(1j * np.imag(log))), np.real(log)
    )


# ── systems of equations ──────────────────────────────────────────────────────────────────────
@implements(np.linalg.solve)
def solve(a: Any, b: Any) -> Any:
    """np.linalg.solve: `b` is a vector if it has one dimension, else a stack of matrices."""
    a, b = as_array(a), as_array(b)
    if min(a.ndim, b.ndim + 1) < 2 or a.shape[-2] != a.shape[-1]:
        raise ShapeError(f"solve: a is {a.shape} and b is {b.shape}; a must be square matrices.")
    is_vector = b.ndim == 1
    rows = b[:, None] if is_vector else b
    if a.shape[-1] != rows.shape[-2]:
        raise ShapeError(f"solve: a is {a.shape} and b is {b.shape}; their rows differ in number.")
    batch = np.broadcast_shapes(a.shape[:-2], rows.shape[:-2])
    x = apply(linalg.solve, (_stacked(a, batch), _stacked(rows, batch)))
    return x[..., 0] if is_vector else x


def _stacked(a: Any, batch: Shape) -> Any:
    """The matrix once for each of a batch."""
    return a if a.shape[:-2] == batch else np.broadcast_to(a, (*batch, *a.shape[-2:]))


def _cutoff(a: Any, rcond: Any) -> Any:
    """The default of np.linalg.lstsq, and of np.linalg.pinv if asked for it by rtol=None."""
    eps = float(np.finfo(np.result_type(plain(a), np.float32)).eps)
    if rcond is None:
        return max(a.shape[-2:]) * eps
    return eps if np.ndim(rcond) == 0 and rcond == -1 else rcond


def _check_cutoff(name: str, a: Any, rcond: Any) -> None:
    """Refuse a cutoff that drops singular values of more than rounding size."""
    eps = float(np.finfo(np.result_type(plain(a), np.float32)).eps)
    rounding = 100 * max(a.shape[-2:], default=1) * eps
    if np.all(rcond <= rounding) or not getattr(a, "requires_grad", False):
        return
    values = np.linalg.svdvals(plain(a))
    largest = np.max(values, axis=-1, keepdims=True, initial=0)
    dropped = values <= np.asarray(rcond)[..., None] * largest
    if unlikely(np.any(dropped & (values > rounding * largest))):
        raise UncoveredError(
            f"{name}: the cutoff {rcond} drops singular values that are no rounding errors; the "
            "derivative of what is left is not covered. Lower the cutoff, or build the truncation "
            "from np.linalg.svd."
        )


@implements(np.linalg.pinv)
def pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = np._NoValue) -> Any:
    """np.linalg.pinv, of a rank that does not change: UncoveredError where the cutoff drops more
    than rounding errors."""
    refuse("np.linalg.pinv", hermitian=hermitian or None)
    if rtol is not np._NoValue:
        rcond = _cutoff(a, rtol)
    rcond = 1e-15 if rcond is None else plain(rcond)
    _check_cutoff("np.linalg.pinv", a, rcond)
    return apply(linalg.pinv, (a,), {"rcond": rcond})


@implements(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """np.linalg.lstsq: the solution (of a rank that does not change, as for pinv), the residuals
    and the singular values have derivatives; the rank is a number."""
    a, b = as_array(a), as_array(b)
    columns = b[:, None] if b.ndim == 1 else b
    rcond = _cutoff(a, rcond)
    _check_cutoff("np.linalg.lstsq", a, rcond)
    rank = np.linalg.lstsq(plain(a), plain(columns), rcond)[2]
    x = apply(linalg.lstsq, (a, columns), {"rcond": rcond})
    residuals: Any = np.zeros(0, np.real(plain(x)).dtype)
    if a.shape[1] < a.shape[0] and not unlikely(rank != a.shape[1]):
        residuals = np.sum(np.square(np.abs(columns - a @ x)), axis=0)
    return x[:, 0] if b.ndim == 1 else x, residuals, rank, np.linalg.svdvals(a)


@implements(np.linalg.tensorinv)
def tensorinv(a: Any, ind: int = 2) -> Any:
    """np.linalg.tensorinv: the inverse for np.tensordot over `ind` axes."""
    shape = np.shape(a)
    if ind <= 0:
        raise ShapeError(f"tensorinv: ind is {ind}; it counts the first axes, so it is 1 or more.")
    rows = prod(shape[ind:])
    return np.reshape(np.linalg.inv(np.reshape(a, (rows, -1))), shape[ind:] + shape[:ind])


@implements(np.linalg.tensorsolve)
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """np.linalg.tensorsolve: the x of tensordot(a, x, x.ndim) = b."""
    a, b = as_array(a), as_array(b)
    if axes is not None:
        a = np.moveaxis(a, axes, range(a.ndim - len(axes), a.ndim))
    shape = a.shape[b.ndim :]
    if prod(shape) != b.size:
        raise ShapeError(
            f"tensorsolve: a is {a.shape} and b is {b.shape}; the axes of a behind those of b must "
            f"hold {b.size} unknowns."
        )
    return np.reshape(np.linalg.solve(np.reshape(a, (b.size, -1)), np.ravel(b)), shape)


# ── norms ─────────────────────────────────────────────────────────────────────────────────────
def _vector_norm(name: str, x: Any, p: Any, axis: Axis, keepdims: bool) -> Any:
    if isinstance(p, str):
        refuse(name, ord=p)
    if p == 0:
        return np.sum(plain(x) != 0, axis=axis, keepdims=keepdims, dtype=np.abs(plain(x)).dtype)
    if p == 1:
        return np.sum(np.abs(x), axis=axis, keepdims=keepdims)
    if abs(p) == np.inf:
        return (np.max if p > 0 else np.min)(np.abs(x), axis=axis, keepdims=keepdims)
    return apply(linalg.norm, (x,), {"p": p, "axis": axis, "keepdims": keepdims})


def _matrix_norm(name: str, x: Any, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Any:  # noqa: A002  NumPy's name
    if ord == "fro":
        return _vector_norm(name, x, 2, axes, keepdims)
    if ord in (1, -1, np.inf, -np.inf):
        inside, outside = axes if abs(ord) == 1 else axes[::-1]
        sums = np.sum(np.abs(x), axis=inside, keepdims=True)
        norm = (np.max if ord > 0 else np.min)(sums, axis=outside, keepdims=True)
    elif ord in ("nuc", 2, -2):
        fold: Any = {"nuc": np.sum, 2: np.max, -2: np.min}[ord]
        values = np.linalg.svdvals(np.moveaxis(x, axes, (-2, -1)))
        norm = np.expand_dims(fold(values, axis=-1), axes)
    else:
        refuse(name, ord=ord)
    return norm if keepdims else np.squeeze(norm, axes)


@implements(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:  # noqa: A002  NumPy's name
    """np.linalg.norm: gradient 0 where the norm is 0, the convention for its kink."""
    x = as_array(x)
    if axis is None and ord is None:
        return _vector_norm("np.linalg.norm", x, 2, None, keepdims)
    axes = normalize_axis(tuple(axis) if np.ndim(axis) else axis, x.ndim)
    if len(axes) == 1:
        return _vector_norm("np.linalg.norm", x, 2 if ord is None else ord, axes[0], keepdims)
    if len(axes) != 2:
        raise ShapeError(
            f"norm: x is {x.shape} and axis {axis}; a norm is that of vectors (one axis) or of "
            "matrices (two)."
        )
    order = "fro" if ord is None else ord
    return _matrix_norm("np.linalg.norm", x, order, axes, keepdims)


@implements(np.linalg.vector_norm)
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:  # noqa: A002  NumPy's name
    """np.linalg.vector_norm: over all axes given, by default all."""
    return _vector_norm("np.linalg.vector_norm", x, ord, checked_axis(axis, np.ndim(x)), keepdims)


@implements(np.linalg.matrix_norm)
def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:  # noqa: A002  NumPy's name
    """np.linalg.matrix_norm: of the last two axes."""
    axes = normalize_axis((-2, -1), np.ndim(x))
    return _matrix_norm("np.linalg.matrix_norm", x, ord, axes, keepdims)


@implements(np.linalg.cond)
def cond(x: Any, p: Any = None) -> Any:
    """np.linalg.cond: the norm of the matrix times that of its inverse."""
    if np.ndim(x) < 2:
        raise ShapeError(f"cond: x is {np.shape(x)}, and only matrices have a condition number.")
    if p not in (None, 2, -2):
        inverse = np.linalg.inv(x)
        return norm(x, p, axis=(-2, -1)) * norm(inverse, p, axis=(-2, -1))
    values = apply(decompositions.svdvals, (x,))
    with np.errstate(divide="ignore", invalid="ignore"):
        if p == -2:
            return values[..., -1] / values[..., 0]
        return values[..., 0] / values[..., -1]
