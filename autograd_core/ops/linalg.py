"""Linear algebra: inverses, systems of equations, determinants and norms.

All of them take stacks of matrices in the last two axes.  Where a rule is that of a holomorphic
function it has plain transposes; else it is written for the conjugate of the gradient, which turns
the textbook's rules for real matrices into those for complex ones by ᴴ in place of ᵀ.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.abstract import unlikely
from autograd_core.ops.kinks import at_kinks
from autograd_core.primitive import Primitive, primitive
from autograd_core.shapes import Axis, Shape, kept


def conj(x: Any) -> Any:
    """The complex conjugate; real numbers as they are."""
    return np.conjugate(x) if x.dtype.kind == "c" else x


def adjoint(x: Any) -> Any:
    """The conjugate transpose of matrices."""
    return conj(x.mT)


# ── inverses and systems of equations ─────────────────────────────────────────────────────────
def _vjp_pinv(g: Any, x: Any, out: Any) -> Any:
    """Golub and Pereyra (1973), for matrices whose rank does not change."""
    out_h, g_h = adjoint(out), g.mT
    off_range, off_row_space = g_h - x @ (out @ g_h), g_h - (g_h @ out) @ x
    inside = out_h @ conj(g) @ out_h
    return conj(off_range @ out @ out_h + out_h @ out @ off_row_space - inside)


def _jvp_pinv(t: Any, x: Any, out: Any) -> Any:
    t_h, out_h = adjoint(t), adjoint(out)
    outside = out @ out_h @ (t_h - (t_h @ x) @ out) + (t_h - out @ (x @ t_h)) @ out_h @ out
    return outside - out @ t @ out


def _vjp_lstsq(g: Any, x: Any, y: Any, out: Any, rcond: float) -> Any:
    """The rule of pinv(x) @ y, in which the residual y - x @ out stands for a projection."""
    inverse, g = np.linalg.pinv(x, rcond), conj(g)
    pulled, g_h = adjoint(inverse) @ g, adjoint(g)
    off_row_space = g_h - (g_h @ inverse) @ x
    return conj((y - x @ out) @ (g_h @ inverse @ adjoint(inverse))
                + adjoint(inverse) @ out @ off_row_space - pulled @ adjoint(out))  # fmt: skip


inv = primitive("inv", lambda x: np.linalg.inv(x), tex="{x}^{{-1}}",
                vjp=(lambda g, out: -(out.mT @ g @ out.mT),),
                jvp=(lambda t, out: -(out @ t @ out),))
solve = primitive("solve", lambda x, y: np.linalg.solve(x, y), tex="{x}^{{-1}} {y}",
                  vjp=(lambda g, x, out: -(np.linalg.solve(x.mT, g) @ out.mT),
                       lambda g, x: np.linalg.solve(x.mT, g)),
                  jvp=(lambda t, x, out: -np.linalg.solve(x, t @ out),
                       lambda t, x: np.linalg.solve(x, t)))
pinv = primitive("pinv", lambda x, *, rcond: np.linalg.pinv(x, rcond), tex="{x}^{{+}}",
                 vjp=(lambda g, x, out: _vjp_pinv(g, x, out),),
                 jvp=(lambda t, x, out: _jvp_pinv(t, x, out),))
lstsq = primitive("lstsq", lambda x, y, *, rcond: np.linalg.lstsq(x, y, rcond=rcond)[0],
                  tex="{x}^{{+}} {y}",
                  vjp=(lambda g, x, y, out, rcond: _vjp_lstsq(g, x, y, out, rcond),
                       lambda g, x, rcond: np.linalg.pinv(x, rcond).mT @ g))


# ── determinants ──────────────────────────────────────────────────────────────────────────────
def _products_without(s: Any) -> tuple[Any, Any]:
    """The products of all numbers but the i-th, and of all but the i-th and the j-th (with zeros
    for i = j): without a division, so that they are exact where there are zeros."""
    ones, strictly_above = np.ones_like(s[..., :1]), ~np.tri(s.shape[-1], dtype=bool)
    shifted = np.concatenate([ones, s[..., :-1]], axis=-1)
    before = np.cumprod(shifted, axis=-1)
    after = np.cumprod(np.concatenate([ones, s[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    is_near = np.tri(s.shape[-1], k=1, dtype=bool)  # nothing lies between i and i + 1
    between = np.cumprod(np.where(is_near, 1, shifted[..., None, :]), axis=-1)
    pairs = before[..., :, None] * between * after[..., None, :] * strictly_above
    return before * after, pairs + pairs.mT


def _inverse_far_from_singular(x: Any) -> Any:
    """The inverses, if rounding errors leave each of them twelve digits."""
    try:
        inverse = np.linalg.inv(x)
    except np.linalg.LinAlgError:
        return None
    # fmax: an inverse that overflows holds NaN beside infinity
    sizes = np.max(np.abs(x), axis=(-2, -1)) * np.fmax.reduce(np.abs(inverse), axis=(-2, -1))
    return None if np.any(x.shape[-1] * sizes > 1e4) else inverse


def _cofactor(x: Any) -> Any:
    """det(x) times the transposed inverse, also where x has none.

    Cofactors of a product are the product of cofactors; those of a unitary matrix are its conjugate
    times its determinant, and those of a diagonal matrix the products of all others.  For matrices
    far from singular the inverse is as good, and of small ones takes an eighth of the time.
    """
    if not x.size:
        return np.zeros_like(x)
    inverse = _inverse_far_from_singular(x)
    if inverse is not None:
        return np.linalg.det(x)[..., None, None] * inverse.mT
    u, s, vh = np.linalg.svd(x)
    phase = (np.linalg.det(u) * np.linalg.det(vh))[..., None, None]
    return phase * conj(u * _products_without(s)[0][..., None, :] @ vh)


def _cofactor_slope(x: Any, y: Any) -> Any:
    """The derivative of the cofactors of x in the direction y."""
    if not x.size:
        return np.zeros_like(x)
    u, s, vh = np.linalg.svd(x)
    phase = (np.linalg.det(u) * np.linalg.det(vh))[..., None, None]
    seen, pairs = adjoint(u) @ y @ adjoint(vh), _products_without(s)[1]
    diagonal = (pairs @ np.einsum("...ii->...i", seen)[..., None])[..., 0]
    slope = np.eye(s.shape[-1], dtype=s.dtype) * diagonal[..., None, :] - seen.mT * pairs
    return phase * (conj(u) @ slope @ conj(vh))


def _third_slope(g: Any, x: Any, y: Any) -> Any:
    """The third derivative of det in the directions g and y, for matrices that have an inverse."""
    inverse = np.linalg.inv(x)
    a, b = inverse @ y, inverse @ g
    trace_a, trace_b, trace_ab = (_trace(m)[..., None, None] for m in (a, b, a @ b))
    mixed = a @ b + b @ a - trace_b * a - trace_a * b
    slope = (trace_a * trace_b - trace_ab) * inverse + mixed @ inverse
    return np.linalg.det(x)[..., None, None] * slope.mT


def _trace(x: Any) -> Any:
    return np.einsum("...ii->...", x)


def _slogdet(x: Any) -> Any:
    """The sign and log |det| beside each other; for complex matrices the sign and log det."""
    sign, log = np.linalg.slogdet(x)
    return np.stack([sign, log + 1j * np.angle(sign) if x.dtype.kind == "c" else log], axis=-1)


def _jvp_slogdet(t: Any, x: Any) -> Any:
    slope = np.sum(np.linalg.inv(x).mT * t, axis=(-2, -1))
    return np.stack([np.zeros_like(slope), slope], axis=-1)


det = primitive("det", lambda x: np.linalg.det(x), tex=r"\det {x}",
                vjp=(lambda g, x: g[..., None, None] * cofactor(x),),
                jvp=(lambda t, x: np.sum(cofactor(x) * t, axis=(-2, -1)),))
cofactor: Primitive = primitive(
                     "cofactor", _cofactor, tex=r"\operatorname{{cof}} {x}",
                     vjp=(lambda g, x: cofactor_slope(x, g),),
                     jvp=(lambda t, x: cofactor_slope(x, t),))
cofactor_slope: Primitive = primitive(
                     "cofactor_slope", _cofactor_slope, symbol="cof′",
                     tex=r"\operatorname{{cof}}'({x}) {y}",
                     vjp=(lambda g, x, y: _third_slope(g, x, y),
                          lambda g, x: cofactor_slope(x, g)),
                     jvp=(lambda t, x, y: _third_slope(t, x, y),
                          lambda t, x: cofactor_slope(x, t)))
slogdet = primitive("slogdet", _slogdet, tex=r"\log |\det {x}|",
                    vjp=(lambda g, x: g[..., 1, None, None] * np.linalg.inv(x).mT,),
                    jvp=(lambda t, x: _jvp_slogdet(t, x),))


# ── norms ─────────────────────────────────────────────────────────────────────────────────────
def _norm(x: Any, *, p: float = 2, axis: Axis = None, keepdims: bool = False) -> Any:
    if p == 2 and axis is None:
        return np.linalg.norm(x, None, None, keepdims)
    return np.linalg.vector_norm(x, axis=axis, keepdims=keepdims, ord=p)  # type: ignore[arg-type]


def _beside(reduced: Any, shape: Shape, axis: Axis) -> Any:
    """In a shape that broadcasts to that of what was reduced."""
    return reduced if axis is None else np.reshape(reduced, kept(shape, axis))


def _norm_slope(x: Any, out: Any, p: float, axis: Axis) -> Any:
    """∂out/∂x = x̄ |x|ᵖ⁻² / outᵖ⁻¹; the norm has a kink where it is 0, and the derivative 0."""
    out = _beside(out, x.shape, axis)
    is_zero = out == 0
    has_zeros = unlikely(np.any(is_zero))
    length = np.where(is_zero, 1, out) if has_zeros else out
    slope = conj(x) / length
    if p != 2:
        ratio = np.abs(x) / length
        if p < 2:  # 0 to a negative power is infinite, times x = 0
            slope, ratio = np.where(x == 0, 0.0, slope), np.where(x == 0, 1.0, ratio)
        slope = slope * ratio ** (p - 2)
    return np.where(is_zero, at_kinks().norm_at_zero, slope) if has_zeros else slope


norm = primitive("norm", _norm, symbol="‖ ‖", tex=r"\lVert {x} \rVert",
                 vjp=(lambda g, x, out, p, axis:
                      _beside(g, x.shape, axis) * _norm_slope(x, out, p, axis),),
                 jvp=(lambda t, x, out, p, axis, keepdims:
                      np.sum(_norm_slope(x, out, p, axis) * t, axis=axis, keepdims=keepdims),))
