"""What scipy.linalg has beyond NumPy: triangular and banded systems, Sylvester's equation and
functions of matrices.  Importing this needs SciPy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_core.errors import MissingExtraError
from autograd_core.primitive import Primitive, primitive
from autograd_core.shapes import Shape

try:
    from scipy import linalg
except ImportError as error:
    raise MissingExtraError(
        "autograd_core.scipy.linalg: scipy is not installed. Install it with: "
        "pip install 'autograd-core[scipy]'"
    ) from error


# ── systems of equations ──────────────────────────────────────────────────────────────────────
def _stored(x: Any, lower: bool, unit_diagonal: bool) -> Any:
    """The elements of the triangle that the solver reads; zeros elsewhere."""
    size = x.shape[-1]
    triangle = np.tri(size, k=-unit_diagonal, dtype=bool)
    return np.where(triangle if lower else triangle.T, x, 0.0)


solve_triangular: Primitive = primitive(
    "solve_triangular", lambda x, y, *, lower=False, unit_diagonal=False:
    linalg.solve_triangular(x, y, lower=lower, unit_diagonal=unit_diagonal, check_finite=False),
    symbol="solve", tex="{x}^{{-1}} {y}",
    vjp=(lambda g, x, out, lower, unit_diagonal: _stored(
             -_transposed_triangle(x, g, lower, unit_diagonal) @ out.mT, lower, unit_diagonal),
         lambda g, x, lower, unit_diagonal: _transposed_triangle(x, g, lower, unit_diagonal)),
    jvp=(lambda t, x, out, lower, unit_diagonal: -solve_triangular(
             x, _stored(t, lower, unit_diagonal) @ out, lower=lower, unit_diagonal=unit_diagonal),
         lambda t, x, lower, unit_diagonal:
         solve_triangular(x, t, lower=lower, unit_diagonal=unit_diagonal)))


def _transposed_triangle(x: Any, g: Any, lower: bool, unit_diagonal: bool) -> Any:
    return solve_triangular(x.mT, g, lower=not lower, unit_diagonal=unit_diagonal)


# A banded matrix a is stored by its diagonals: ab[above + i - j, j] = a[i, j].
def _places(shape: Shape, above: int) -> tuple[Any, Any]:
    """The row i in a of every stored element, and whether there is one."""
    rows = np.arange(shape[1]) + np.arange(shape[0])[:, None] - above
    return np.clip(rows, 0, shape[1] - 1), (rows >= 0) & (rows < shape[1])


def _band_of_product(y: Any, x: Any, shape: Shape, above: int) -> Any:
    """The stored elements of the matrix y @ x.T."""
    rows, exist = _places(shape, above)
    return np.where(exist, np.sum(y[rows] * x, axis=-1), 0.0)


def _transposed_band(x: Any, below_and_above: tuple[int, int]) -> Any:
    """The diagonals of the transposed matrix: each is moved, and their order reversed."""
    columns, exist = _places(x.shape, below_and_above[0])
    return np.where(exist, x[::-1][np.arange(x.shape[0])[:, None], columns], 0.0)


def _times_band(x: Any, y: Any, below_and_above: tuple[int, int]) -> Any:
    """The banded matrix times y."""
    turned = _transposed_band(x, below_and_above)
    columns, _ = _places(x.shape, below_and_above[0])
    return np.sum(turned[..., None] * y[columns], axis=0)


solve_banded: Primitive = primitive(
    "solve_banded", lambda x, y, *, below_and_above:
    linalg.solve_banded(below_and_above, x, y, check_finite=False),
    symbol="solve", tex="{x}^{{-1}} {y}",
    vjp=(lambda g, x, out, below_and_above: -_band_of_product(
             _solve_transposed(x, g, below_and_above), out, x.shape, below_and_above[1]),
         lambda g, x, below_and_above: _solve_transposed(x, g, below_and_above)),
    jvp=(lambda t, x, out, below_and_above: -solve_banded(
             x, _times_band(t, out, below_and_above), below_and_above=below_and_above),
         lambda t, x, below_and_above: solve_banded(x, t, below_and_above=below_and_above)))


def _solve_transposed(x: Any, g: Any, below_and_above: tuple[int, int]) -> Any:
    turned = _transposed_band(x, below_and_above)
    return solve_banded(turned, g, below_and_above=below_and_above[::-1])


solve_sylvester: Primitive = primitive(
    "solve_sylvester", lambda x, y, z: linalg.solve_sylvester(x, y, z),
    tex=r"\operatorname{{sylvester}}({x}, {y}, {z})",
    vjp=(lambda g, x, y, out: -solve_sylvester(x.mT, y.mT, g) @ out.mT,
         lambda g, x, y, out: -out.mT @ solve_sylvester(x.mT, y.mT, g),
         lambda g, x, y: solve_sylvester(x.mT, y.mT, g)),
    jvp=(lambda t, x, y, out: -solve_sylvester(x, y, t @ out),
         lambda t, x, y, out: -solve_sylvester(x, y, out @ t),
         lambda t, x, y: solve_sylvester(x, y, t)))


# ── functions of matrices ─────────────────────────────────────────────────────────────────────
def _slope(function: Callable[[Any], Any], x: Any, direction: Any) -> Any:
    """The derivative of a function of matrices in a direction: the upper right block of the
    function of [[x, direction], [0, x]] (Higham 2008, "Functions of matrices", theorem 3.6)."""
    size = x.shape[-1]
    above = np.concatenate([x, direction], axis=-1)
    below = np.concatenate([np.zeros_like(x), x], axis=-1)
    return function(np.concatenate([above, below], axis=-2))[..., :size, size:]


def _native(x: Any) -> Any:
    """In a dtype that SciPy's compiled functions take, in the byte order of the machine."""
    dtype = np.result_type(x, np.float32)
    if dtype.char not in "fdFD":
        raise TypeError(f"array type {dtype} is unsupported in linalg")
    return x.astype(dtype, copy=False)


def _of_matrices(name: str, function: Callable[[Any], Any], tex: str) -> Primitive:
    made: Primitive = primitive(
        name, lambda x: function(_native(x)), tex=tex,
        vjp=(lambda g, x: _slope(made, x.mT, g),),
        jvp=(lambda t, x: _slope(made, x, t),),
    )  # fmt: skip
    return made


expm = _of_matrices("expm", linalg.expm, "e^{{{x}}}")
sqrtm = _of_matrices("sqrtm", linalg.sqrtm, "{x}^{{1/2}}")
