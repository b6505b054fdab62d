"""Decompositions of matrices: Cholesky, QR, eigenvalues and eigenvectors, singular values.

A decomposition is one array: its parts stacked as rows, eigenvalues or singular values first, so
that each column is a value with its vectors.  Stacks of matrices lie in the axes before the last
two.

The vectors turn within the plane of two of them at a speed that has the distance of their values in
its denominator.  Of equal values (no further apart than rounding errors) the vectors are any basis
of a space and have no derivative: where a gradient asks for it, there is a DegenerateError.

As in ops/linalg.py, the rules are written for the conjugate of the gradient.

Sources: Giles (2008), "Collected matrix derivative results"; Murray (2016), "Differentiation of the
Cholesky decomposition"; Roberts and Roberts (2020), "QR and LQ decomposition matrix
backpropagation algorithms"; Wan and Zhang (2019), "Automatic differentiation for complex valued
SVD".
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from autograd_core.abstract import unlikely
from autograd_core.errors import DegenerateError
from autograd_core.ops.linalg import adjoint, conj
from autograd_core.primitive import ELEMENTWISE, Primitive, primitive
from autograd_core.shapes import Shape


def _real(x: Any) -> Any:
    return np.real(x) if x.dtype.kind == "c" else x


def _diagonal(x: Any) -> Any:
    return _real(np.einsum("...ii->...i", x))


def packed(values: Any, *vectors: Any) -> Any:
    """The values as the first row of a matrix, and the rows of their vectors below."""
    return np.concatenate([values[..., None, :], *vectors], axis=-2)


def unpacked(rows: Any) -> tuple[Any, Any]:
    """The values, which may be complex numbers of no imaginary part, and the vectors."""
    return rows[..., 0, :], rows[..., 1:, :]


# ── divisions by distances ────────────────────────────────────────────────────────────────────
def _over_gap(x: Any, y: Any, *, of: str) -> Any:
    touching = y == 0
    if np.any(touching & (np.abs(x) > 0)):
        raise DegenerateError(
            f"{of} and have no derivative here: the vectors of equal values are any basis of a "
            "space. The values alone do have one, and so has what treats equal values alike when "
            "it is written without the vectors."
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(touching, x, np.divide(x, y))


over_gap: Primitive = primitive(
                   "over_gap", _over_gap, kind=ELEMENTWISE, promotes=True,
                   symbol="/", tex=r"\frac{{{x}}}{{{y}}}",
                   vjp=(lambda g, y, of: over_gap(g, y, of=of),
                        lambda g, y, out, of: -over_gap(g * out, y, of=of)))


def _tamed(gaps: Any, values: Any) -> Any:
    """Exactly 0 for what is no larger than the rounding errors of the values."""
    if not values.shape[-1]:
        return gaps
    largest = np.max(np.abs(values), axis=-1, keepdims=True)
    error = values.shape[-1] * np.finfo(values.dtype).eps * largest
    if gaps.ndim > values.ndim:
        error = error[..., None]
    return np.where(np.abs(gaps) <= error, 0.0, gaps)


def _alone(gaps: Any) -> Any:
    """Infinite on the diagonal: nothing turns towards itself."""
    return np.where(np.eye(gaps.shape[-1], dtype=bool), np.inf, gaps)


def _differences(values: Any) -> Any:
    return _alone(_tamed(values[..., None, :] - values[..., :, None], values))


# ── triangles ─────────────────────────────────────────────────────────────────────────────────
def _half(x: Any, lower: bool = True) -> Any:
    """One triangle with half of the diagonal; a Hermitian matrix is that plus its adjoint."""
    size = x.shape[-1]
    weights = np.tri(size, dtype=x.dtype) - np.eye(size, dtype=x.dtype) / 2
    return x * (weights if lower else weights.T)


def _filled(x: Any, lower: bool = True) -> Any:
    """The Hermitian matrix of which NumPy reads one triangle."""
    half = _half(x, lower)
    return half + adjoint(half)


def _folded(g: Any, lower: bool = True) -> Any:
    """The gradient of that triangle: the transpose of `_filled`."""
    return conj(_half(g + adjoint(g), lower))


# ── Cholesky ──────────────────────────────────────────────────────────────────────────────────
def _vjp_cholesky(g: Any, out: Any) -> Any:
    inverse = np.linalg.inv(out)
    return _folded(adjoint(inverse) @ _half(adjoint(out) @ conj(g)) @ inverse)


def _jvp_cholesky(t: Any, out: Any) -> Any:
    inverse = np.linalg.inv(out)
    return out @ _half(inverse @ _filled(t) @ adjoint(inverse))


cholesky = primitive("cholesky", lambda x: np.linalg.cholesky(x),
                     tex=r"\operatorname{{chol}} {x}",
                     vjp=(lambda g, out: _vjp_cholesky(g, out),),
                     jvp=(lambda t, out: _jvp_cholesky(t, out),))


# ── QR of matrices with no more columns than rows ─────────────────────────────────────────────
def _qr(x: Any) -> Any:
    return np.concatenate(np.linalg.qr(x), axis=-2)


def _vjp_qr(g: Any, out: Any, x_shape: Shape) -> Any:
    rows = x_shape[-2]
    q, r, g = out[..., :rows, :], out[..., rows:, :], conj(g)
    gq, gr = g[..., :rows, :], g[..., rows:, :] @ adjoint(out[..., rows:, :])
    along = adjoint(q) @ gq
    turn = along - gr
    dx = gq + q @ (gr - along + _half(turn - adjoint(turn)))
    return conj(adjoint(np.linalg.solve(r, adjoint(dx))))


def _jvp_qr(t: Any, out: Any, x_shape: Shape) -> Any:
    q, r = out[..., : x_shape[-2], :], out[..., x_shape[-2] :, :]
    moved = np.linalg.solve(r.mT, t.mT).mT
    along = adjoint(q) @ moved
    turn = _half(along)
    rest = along - turn + adjoint(turn)
    return np.concatenate([moved - q @ rest, rest @ r], axis=-2)


qr = primitive("qr", _qr, symbol="QR", tex=r"\operatorname{{qr}} {x}",
               vjp=(lambda g, out, x_shape: _vjp_qr(g, out, x_shape),),
               jvp=(lambda t, out, x_shape: _jvp_qr(t, out, x_shape),))


# ── eigenvalues and eigenvectors of Hermitian matrices ────────────────────────────────────────
_OF_EIGH = "eigh: eigenvectors of equal eigenvalues were asked for"


def _triangle(lower: bool) -> Literal["L", "U"]:
    return "L" if lower else "U"


def _vjp_eigh(g: Any, out: Any, lower: bool) -> Any:
    w, v = unpacked(out)
    gw, gv = unpacked(conj(g))
    turn = over_gap(adjoint(v) @ gv, _differences(_real(w)), of=_OF_EIGH)
    return _folded((v * _real(gw)[..., None, :] + v @ turn) @ adjoint(v), lower)


def _jvp_eigh(t: Any, out: Any, lower: bool) -> Any:
    w, v = unpacked(out)
    seen = adjoint(v) @ _filled(t, lower) @ v
    turn = over_gap(seen, _differences(_real(w)), of=_OF_EIGH)
    return packed(_diagonal(seen), v @ turn)


def _vjp_eigvalsh(g: Any, x: Any, lower: bool) -> Any:
    v = np.linalg.eigh(x, _triangle(lower))[1]
    return _folded(v * g[..., None, :] @ adjoint(v), lower)


def _jvp_eigvalsh(t: Any, x: Any, lower: bool) -> Any:
    v = np.linalg.eigh(x, _triangle(lower))[1]
    return _diagonal(adjoint(v) @ _filled(t, lower) @ v)


eigh = primitive("eigh", lambda x, *, lower=True: packed(*np.linalg.eigh(x, _triangle(lower))),
                 tex=r"\operatorname{{eigh}} {x}",
                 vjp=(lambda g, out, lower: _vjp_eigh(g, out, lower),),
                 jvp=(lambda t, out, lower: _jvp_eigh(t, out, lower),))
eigvalsh = primitive("eigvalsh", lambda x, *, lower=True: np.linalg.eigvalsh(x, _triangle(lower)),
                     tex=r"\lambda({x})",
                     vjp=(lambda g, x, lower: _vjp_eigvalsh(g, x, lower),),
                     jvp=(lambda t, x, lower: _jvp_eigvalsh(t, x, lower),))


# ── eigenvalues and eigenvectors of any square matrix ─────────────────────────────────────────
_OF_EIG = "eig: eigenvectors of equal eigenvalues were asked for"


def _basis(v: Any) -> Any:
    """The eigenvectors, if they are one."""
    if v.size and unlikely(np.any(np.linalg.cond(v) * np.finfo(v.dtype).eps > 1)):
        raise DegenerateError(
            "eig: the matrix is defective (it has fewer eigenvectors than rows), so its "
            "eigenvalues and eigenvectors have no derivative here."
        )
    return v


def _real_place(v: Any) -> tuple[Any, Any]:
    """Which component of each eigenvector LAPACK makes real, the largest, and its value."""
    sizes = np.abs(v) * (np.imag(v) == 0)
    here = np.arange(v.shape[-1])[:, None] == np.argmax(sizes, axis=-2)[..., None, :]
    return here, np.sum(np.where(here, np.real(v), 0.0), axis=-2, keepdims=True)


def _vjp_eig(g: Any, out: Any) -> Any:
    """A column of the eigenvectors keeps the length 1 and, of complex numbers, its largest
    component real: parts of the gradient that would change this are taken out first."""
    w, v = unpacked(out)
    gw, gv = unpacked(conj(g))
    along = np.sum(conj(gv) * v, axis=-2, keepdims=True)
    gv = gv - v * _real(along)
    if v.dtype.kind == "c":
        here, value = _real_place(v)
        gv = gv + np.where(here, 1j * (np.imag(along) / value), 0.0)
    v_h = adjoint(_basis(v))
    turn = over_gap(v_h @ gv, conj(_differences(w)), of=_OF_EIG)
    return conj(np.linalg.solve(v_h, gw[..., :, None] * v_h + turn @ v_h))


def _jvp_eig(t: Any, out: Any) -> Any:
    w, v = unpacked(out)
    seen = np.linalg.solve(_basis(v), t @ v)
    moved = v @ over_gap(seen, _differences(w), of=_OF_EIG)
    along = _real(np.sum(conj(v) * moved, axis=-2, keepdims=True))
    if v.dtype.kind == "c":
        here, value = _real_place(v)
        phase = np.sum(np.where(here, np.imag(moved), 0.0), axis=-2, keepdims=True) / value
        along = along + 1j * phase
    return packed(np.einsum("...ii->...i", seen), moved - v * along)


def _vjp_eigvals(g: Any, x: Any) -> Any:
    v_t = _basis(np.linalg.eig(x)[1]).mT
    return np.linalg.solve(v_t, g[..., :, None] * v_t)


def _jvp_eigvals(t: Any, x: Any) -> Any:
    v = _basis(np.linalg.eig(x)[1])
    return np.einsum("...ii->...i", np.linalg.solve(v, t @ v))


eig = primitive("eig", lambda x: packed(*np.linalg.eig(x)), tex=r"\operatorname{{eig}} {x}",
                vjp=(lambda g, out: _vjp_eig(g, out),),
                jvp=(lambda t, out: _jvp_eig(t, out),))
# By eig, and not by np.linalg.eigvals, which need not give the same order.
eigvals = primitive("eigvals", lambda x: np.linalg.eig(x)[0], tex=r"\lambda({x})",
                    vjp=(lambda g, x: _vjp_eigvals(g, x),),
                    jvp=(lambda t, x: _jvp_eigvals(t, x),))


# ── singular values and vectors ───────────────────────────────────────────────────────────────
_OF_SVD = "svd: singular vectors of equal singular values, or of the value 0, were asked for"


def _svd(x: Any) -> Any:
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    return packed(s, u, vh.mT)


def svd_parts(rows: Any, height: int) -> tuple[Any, Any, Any]:
    """The singular values, the left vectors, and the transpose of NumPy's Vh."""
    values, vectors = unpacked(rows)
    return values, vectors[..., :height, :], vectors[..., height:, :]


def _sums(s: Any, dtype: Any) -> Any:
    """s[i] + s[j].  The diagonal is that of the phases, which only complex vectors have."""
    sums = _tamed(s[..., None, :] + s[..., :, None], s)
    return sums if dtype.kind == "c" else _alone(sums)


def _vjp_svd(g: Any, out: Any, x_shape: Shape) -> Any:
    height, width = x_shape[-2:]
    s, u, v_t = svd_parts(out, height)
    gs, gu, gv_t = svd_parts(conj(g), height)
    s, v, gv, u_h, v_h = _real(s), conj(v_t), conj(gv_t), adjoint(u), v_t.mT
    along_u, along_v = u_h @ gu, adjoint(v) @ gv
    near = over_gap(along_u + along_v, _differences(s), of=_OF_SVD)
    far = over_gap(along_u - along_v, _sums(s, u.dtype), of=_OF_SVD)
    left = u * _real(gs)[..., None, :] + u @ ((near + adjoint(near) + far - adjoint(far)) / 2)
    column = _tamed(s, s)[..., None, :]
    if height > width:
        left = left + over_gap(gu - u @ along_u, column, of=_OF_SVD)
    dx = left @ v_h
    if width > height:
        dx = dx + u @ adjoint(over_gap(gv - v @ along_v, column, of=_OF_SVD))
    return conj(dx)


def _jvp_svd(t: Any, out: Any, x_shape: Shape) -> Any:
    height, width = x_shape[-2:]
    s, u, v_t = svd_parts(out, height)
    s, v, t_h = _real(s), conj(v_t), adjoint(t)
    seen, column = adjoint(u) @ t @ v, _tamed(s, s)[..., None, :]
    near = over_gap(seen + adjoint(seen), _differences(s), of=_OF_SVD)
    far = over_gap(seen - adjoint(seen), _sums(s, u.dtype), of=_OF_SVD)
    du, dv = u @ (near + far) / 2, v @ (near - far) / 2
    if height > width:
        du = du + over_gap(t @ v - u @ seen, column, of=_OF_SVD)
    if width > height:
        dv = dv + over_gap(t_h @ u - v @ adjoint(seen), column, of=_OF_SVD)
    return packed(_diagonal(seen), du, conj(dv))


def _vjp_svdvals(g: Any, x: Any) -> Any:
    """A singular value is never negative: at 0 it has a kink, as abs has, and the derivative 0."""
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    g = np.where(_tamed(s, s) == 0, 0.0, g)
    return conj(u * g[..., None, :] @ vh)


def _jvp_svdvals(t: Any, x: Any) -> Any:
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    return np.where(_tamed(s, s) == 0, 0.0, _diagonal(adjoint(u) @ t @ adjoint(vh)))


svd = primitive("svd", _svd, tex=r"\operatorname{{svd}} {x}",
                vjp=(lambda g, out, x_shape: _vjp_svd(g, out, x_shape),),
                jvp=(lambda t, out, x_shape: _jvp_svd(t, out, x_shape),))
svdvals = primitive("svdvals", lambda x: np.linalg.svd(x, compute_uv=False), tex=r"\sigma({x})",
                    vjp=(lambda g, x: _vjp_svdvals(g, x),),
                    jvp=(lambda t, x: _jvp_svdvals(t, x),))
