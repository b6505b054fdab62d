"""np.linalg: decompositions.  Each gives NumPy's named tuple, with Tensors in it."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.dispatch import implements, refuse
from autograd_core.errors import ShapeError, UncoveredError
from autograd_core.numpy_api.linalg import named
from autograd_core.numpy_api.products import as_array
from autograd_core.ops import decompositions
from autograd_core.ops.decompositions import svd_parts, unpacked
from autograd_core.ops.linalg import adjoint
from autograd_core.tensor import apply


def _real(x: Any) -> Any:
    return np.real(x) if x.dtype.kind == "c" else x


@implements(np.linalg.cholesky)
def cholesky(a: Any, /, *, upper: bool = False) -> Any:
    """np.linalg.cholesky reads one triangle of `a`, so the gradient is one of that triangle."""
    if upper:
        return adjoint(apply(decompositions.cholesky, (adjoint(as_array(a)),)))
    return apply(decompositions.cholesky, (a,))


# ── QR ────────────────────────────────────────────────────────────────────────────────────────
@implements(np.linalg.qr)
def qr(a: Any, mode: str = "reduced") -> Any:
    """np.linalg.qr: of matrices of full rank.  The rows that mode="complete" adds to a tall matrix
    are any basis of a space and have no derivative."""
    a = as_array(a)
    if a.ndim < 2:
        raise ShapeError(f"qr: a is {a.shape}; only matrices can be decomposed.")
    if mode not in ("reduced", "complete", "r"):
        refuse("np.linalg.qr", mode=mode)
    rows, columns = a.shape[-2:]
    if mode == "complete" and rows > columns:
        raise UncoveredError(
            f'np.linalg.qr: mode="complete" of {rows} rows and {columns} columns adds columns to Q '
            'that have no derivative. Leave mode="reduced".'
        )
    square = a if rows >= columns else a[..., :rows]
    both = apply(decompositions.qr, (square,))
    q, r = both[..., :rows, :], both[..., rows:, :]
    if rows < columns:
        r = np.concatenate([r, adjoint(q) @ a[..., rows:]], axis=-1)
    return r if mode == "r" else named(np.linalg.qr, q, r)


# ── eigenvalues and eigenvectors ──────────────────────────────────────────────────────────────
@implements(np.linalg.eigh)
def eigh(a: Any, UPLO: str = "L") -> Any:
    """np.linalg.eigh: the gradient is one of the triangle of `a` that NumPy reads.  Of equal
    eigenvalues the values have a gradient, and the vectors a DegenerateError."""
    both = apply(decompositions.eigh, (a,), {"lower": _is_lower("eigh", UPLO)})
    values, vectors = unpacked(both)
    return named(np.linalg.eigh, _real(values), vectors)


@implements(np.linalg.eigvalsh)
def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """np.linalg.eigvalsh: the gradient is one of the triangle of `a` that NumPy reads."""
    return apply(decompositions.eigvalsh, (a,), {"lower": _is_lower("eigvalsh", UPLO)})


def _is_lower(name: str, uplo: str) -> bool:
    if uplo.upper() not in ("L", "U"):
        refuse(f"np.linalg.{name}", UPLO=uplo)
    return uplo.upper() == "L"


@implements(np.linalg.eig)
def eig(a: Any) -> Any:
    """np.linalg.eig: eigenvectors of length 1; of complex ones the largest component is real."""
    return named(np.linalg.eig, *unpacked(apply(decompositions.eig, (a,))))


@implements(np.linalg.eigvals)
def eigvals(a: Any) -> Any:
    """np.linalg.eigvals, in the order of np.linalg.eig."""
    return apply(decompositions.eigvals, (a,))


# ── singular values and vectors ───────────────────────────────────────────────────────────────
@implements(np.linalg.svd)
def svd(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    """np.linalg.svd: of equal singular values the values have a gradient, and the vectors a
    DegenerateError.  The vectors that full_matrices=True adds to those of a matrix that is not
    square are any basis of a space and have no derivative."""
    a = as_array(a)
    refuse("np.linalg.svd", hermitian=hermitian or None)
    if not compute_uv:
        return svdvals(a)
    if a.ndim < 2:
        raise ShapeError(f"svd: a is {a.shape}; only matrices can be decomposed.")
    if full_matrices and a.shape[-1] != a.shape[-2]:
        raise UncoveredError(
            f"np.linalg.svd: full_matrices=True of matrices of shape {a.shape[-2:]} adds singular "
            "vectors that have no derivative. Pass full_matrices=False."
        )
    values, u, v_t = svd_parts(apply(decompositions.svd, (a,)), a.shape[-2])
    return named(np.linalg.svd, u, _real(values), v_t.mT)


@implements(np.linalg.svdvals)
def svdvals(x: Any, /) -> Any:
    """np.linalg.svdvals: gradient 0 for a singular value that is 0, where it has a kink."""
    return apply(decompositions.svdvals, (x,))
