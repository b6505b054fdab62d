"""scipy.linalg, differentiated: functions of the same names and arguments, on Tensors and arrays.

What NumPy has too is in np.linalg, which works on Tensors as it is.  The options of SciPy that only
save time or memory (overwrite_a, check_finite, …) are left out.  Needs SciPy, which the extra
`scipy` brings; without it importing raises MissingExtraError.

>>> import numpy as np
>>> from autograd_core import grad
>>> from autograd_core.scipy import linalg
>>> grad(lambda x: np.trace(linalg.expm(x)))(np.zeros((2, 2)))
array([[1., 0.],
       [0., 1.]])
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.dispatch import refuse
from autograd_core.errors import ShapeError
from autograd_core.numpy_api.products import as_array
from autograd_core.ops import scipy_linalg as ops
from autograd_core.ops.linalg import adjoint, conj
from autograd_core.ops.scipy_linalg import expm, sqrtm

__all__ = [
    "block_diag", "cho_factor", "cho_solve", "cholesky", "expm", "solve", "solve_banded",
    "solve_continuous_lyapunov", "solve_sylvester", "solve_triangular", "sqrtm", "toeplitz",
]  # fmt: skip


# ── systems of equations ──────────────────────────────────────────────────────────────────────
def solve(a: Any, b: Any, *, assume_a: str | None = None, transposed: bool = False) -> Any:
    """The x of a @ x = b, or of a.T @ x = b; of a positive definite `a`, from its Cholesky factor.

    assume_a: None, "gen" or "general"; "pos" or "positive definite", of which the upper triangle
        is read.
    """
    if assume_a in ("pos", "positive definite"):
        return cho_solve(cho_factor(a), b)
    if assume_a not in (None, "gen", "general"):
        refuse("scipy.linalg.solve", assume_a=assume_a)
    a = as_array(a)
    return np.linalg.solve(a.mT if transposed else a, b)


def solve_triangular(
    a: Any, b: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False
) -> Any:
    """The x of a @ x = b for a triangular `a`, of which nothing else is read.

    trans: 0 or "N" for a, 1 or "T" for its transpose, 2 or "C" for its conjugate transpose.
    """
    a, (rows, shape) = as_array(a), _columns(b)
    if trans in (1, "T", 2, "C"):
        a, lower = a.mT if trans in (1, "T") else adjoint(a), not lower
    elif trans not in (0, "N"):
        refuse("scipy.linalg.solve_triangular", trans=trans)
    x = ops.solve_triangular(a, rows, lower=bool(lower), unit_diagonal=bool(unit_diagonal))
    return np.reshape(x, shape)


def solve_banded(l_and_u: tuple[int, int], ab: Any, b: Any) -> Any:
    """The x of a @ x = b for a banded `a`, given by its diagonals: ab[u + i - j, j] = a[i, j]."""
    below, above = l_and_u
    ab, (rows, shape) = as_array(ab), _columns(b)
    if ab.ndim != 2 or ab.shape[0] != below + above + 1:
        raise ShapeError(
            f"solve_banded: ab is {ab.shape}, and for {below} diagonals below and {above} above "
            f"the main one it has {below + above + 1} rows."
        )
    x = ops.solve_banded(ab, rows, below_and_above=(int(below), int(above)))
    return np.reshape(x, shape)


def _columns(b: Any) -> tuple[Any, tuple[int, ...]]:
    """A vector as a matrix of one column; and the shape that the solution has."""
    b = as_array(b)
    return (b[:, None] if b.ndim == 1 else b), b.shape


def cholesky(a: Any, lower: bool = False) -> Any:
    """The Cholesky factor, upper as SciPy's default is."""
    return np.linalg.cholesky(a, upper=not lower)


def cho_factor(a: Any, lower: bool = False) -> tuple[Any, bool]:
    """The Cholesky factor for `cho_solve`, with zeros where SciPy leaves what was there."""
    return cholesky(a, lower), lower


def cho_solve(c_and_lower: tuple[Any, bool], b: Any) -> Any:
    """The x of a @ x = b for the `a` whose Cholesky factor is given."""
    factor, lower = c_and_lower
    first, second = ("N", "C") if lower else ("C", "N")
    half = solve_triangular(factor, b, trans=first, lower=lower)
    return solve_triangular(factor, half, trans=second, lower=lower)


def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """The x of a @ x + x @ b = q."""
    return ops.solve_sylvester(as_array(a), as_array(b), as_array(q))


def solve_continuous_lyapunov(a: Any, q: Any) -> Any:
    """The x of a @ x + x @ aᴴ = q."""
    return solve_sylvester(a, adjoint(as_array(a)), q)


# ── matrices of a form ────────────────────────────────────────────────────────────────────────
def block_diag(*arrs: Any) -> Any:
    """The matrices along the diagonal of one that is 0 elsewhere; vectors count as rows."""
    blocks = [np.reshape(as_array(a), (1, -1)) if np.ndim(a) < 2 else as_array(a) for a in arrs]
    width, left, rows = sum(b.shape[1] for b in blocks), 0, []
    for block in blocks:
        height, right = block.shape[0], width - left - block.shape[1]
        sides = (np.zeros((height, n), block.dtype) for n in (left, right))
        rows.append(np.concatenate([next(sides), block, next(sides)], axis=1))
        left += block.shape[1]
    return np.concatenate(rows)


def toeplitz(c: Any, r: Any = None) -> Any:
    """The matrix with constant diagonals, of first column c and first row r (by default conj(c));
    r[0] is not read."""
    c = as_array(c)
    r = conj(c) if r is None else as_array(r)
    diagonals = np.concatenate([r[:0:-1], c])
    return diagonals[np.arange(c.size)[:, None] - np.arange(r.size) + r.size - 1]
