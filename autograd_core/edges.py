"""The edges: where a derivative does not exist, is infinite or is easily got wrong, and what it is.

`EDGES` is the one table of them.  docs/conventions.md shows it, which
`python -m autograd_core.edges docs/conventions.md` brings up to date, and the tests read it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from autograd_core.errors import DegenerateError
from autograd_core.ops.activation import log_softmax, logsumexp, relu, softmax
from autograd_core.ops.images import max_pool2d

INF, NAN = np.inf, np.nan


class Example(NamedTuple):
    """A function of one array with a number as its value, a point, and its gradient there.

    gradient: the expected one, or the exception that is raised in its place.
    second: all second derivatives there, where they are settled too.
    """

    function: Callable[[Any], Any]
    point: Any
    gradient: Any
    second: Any = None


class Edge(NamedTuple):
    """A row of the table: the case, what four libraries do and what is done here, and examples.

    functions: what the coverage manifest says that the examples show.   "–": no such function, or
    not measured.
    """

    case: str
    torch: str
    jax: str
    hips: str
    mygrad: str
    here: str
    functions: str
    examples: tuple[Example, ...]


def _weighted(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The sum of the elements of a result, of which each counts by its place: 1, 2, 3, …"""

    def total(x: Any) -> Any:
        out = f(x)
        return np.sum(out * np.arange(1.0, 1 + np.size(out)).reshape(np.shape(out)))

    return total


def _operand(exponent: float) -> Any:
    """An exponent as an array, which is an operand and not a parameter as a number is."""
    return np.array([exponent])


EDGES: tuple[Edge, ...] = (
    # ── kinks ────────────────────────────────────────────────────────────────────────────────
    Edge("abs at 0", "0", "1", "0", "0", "0", "abs fabs", (
        Example(np.abs, 0.0, 0.0),
        Example(np.abs, -0.0, 0.0),
        Example(np.fabs, 0.0, 0.0),
        Example(lambda x: np.sum(np.abs(x)), [0.0], [0.0], [[0.0]]))),
    Edge("sign at 0", "0", "0", "0", "–", "0", "sign", (Example(np.sign, 0.0, 0.0),)),
    Edge("relu at 0", "0", "0", "–", "0", "0", "relu", (
        Example(relu, 0.0, 0.0),
        Example(relu, -0.0, 0.0),
        Example(lambda x: np.sum(relu(x) * relu(x)), [0.0], [0.0], [[0.0]]))),
    Edge("maximum, minimum, a tie", "½, ½", "½, ½", "½, ½", "0", "½, ½", "maximum minimum", (
        Example(lambda x: np.maximum(x, 1.0), 1.0, 0.5),
        Example(lambda x: np.minimum(1.0, x), 1.0, 0.5),
        Example(lambda x: np.maximum(x, x), 1.0, 1.0),
        Example(lambda x: np.maximum(x[0], x[1]) + 2 * np.minimum(x[0], x[1]), [1.0, 1.0],
                [1.5, 1.5]))),
    Edge("max, min over an array, ties", "shared", "shared", "shared", "first only",
         "shared; sums to 1", "max min", (
        Example(np.max, [3.0, 1.0, 3.0, 3.0, 2.0], [1 / 3, 0, 1 / 3, 1 / 3, 0]),
        Example(np.min, [3.0, 1.0, 1.0], [0, 0.5, 0.5]),
        Example(_weighted(lambda x: np.max(x, axis=1)), [[1.0, 1.0], [5.0, 4.0]],
                [[0.5, 0.5], [2.0, 0.0]]),
        Example(lambda x: np.max(x) ** 2, [3.0, 3.0], [3.0, 3.0], [[0.5, 0.5], [0.5, 0.5]]))),
    Edge("max_pool2d, ties in a window, and NaN", "first only", "first only", "–", "–",
         "first only, row by row", "max_pool2d", (
        Example(lambda x: np.sum(max_pool2d(x[None, None], 2)), [[2.0, 2.0], [1.0, 2.0]],
                [[1.0, 0.0], [0.0, 0.0]]),
        Example(lambda x: np.sum(max_pool2d(x[None, None], 2)), [[2.0, NAN], [NAN, 2.0]],
                [[0.0, 1.0], [0.0, 0.0]]))),
    Edge("max, min with NaN", "NaN", "NaN", "NaN", "to the NaN elements", "to the NaN elements",
         "max min", (
        Example(np.max, [1.0, NAN, 2.0], [0.0, 1.0, 0.0]),)),
    Edge("fmax, fmin, a tie", "1, 0", "0, 1", "½, ½", "–", "½, ½", "fmax fmin", (
        Example(lambda x: np.fmax(x, 1.0), 1.0, 0.5),
        Example(lambda x: np.fmin(1.0, x), 1.0, 0.5))),
    Edge("fmax, fmin beside NaN", "1", "1", "1", "–", "1, and 0 to the NaN", "fmax fmin", (
        Example(lambda x: np.fmax(x[0], x[1]), [1.0, NAN], [1.0, 0.0]),
        Example(lambda x: np.fmin(x[0], x[1]), [NAN, 1.0], [0.0, 1.0]),
        Example(lambda x: np.fmax(x[0], x[1]), [NAN, NAN], [1.0, 0.0]))),
    Edge("clip at a bound", "1", "½", "0", "0", "1", "clip", (
        Example(lambda x: np.clip(x, 1, 2), 1.0, 1.0),
        Example(lambda x: np.clip(x, 1, 2), 2.0, 1.0),
        Example(lambda x: np.sum(np.clip(x, 1, 2)), [0.9, 2.1], [0.0, 0.0]),
        Example(lambda x: np.sum(np.clip(x, None, 2)), [-9.0, 2.0, 3.0], [1.0, 1.0, 0.0]))),
    Edge("clip beyond a bound", "to the bound", "to the bound", "–", "–", "to the bound", "clip", (
        Example(lambda x: np.clip(*x), [0.0, 1.0, 2.0], [0.0, 1.0, 0.0]),
        Example(lambda x: np.clip(*x), [3.0, 1.0, 2.0], [0.0, 0.0, 1.0]),
        Example(lambda x: np.clip(*x), [5.0, 3.0, 1.0], [0.0, 0.0, 1.0]))),
    Edge("clip of NaN", "0", "0", "1", "1", "0", "clip", (
        Example(lambda x: np.clip(x, 1, 2), NAN, 0.0),)),
    Edge("norm, std, hypot at 0", "0, 0, NaN", "NaN, NaN, ½", "NaN", "NaN", "0",
         "linalg.norm std hypot", (
        Example(np.linalg.norm, [0.0, 0.0], [0.0, 0.0]),
        Example(np.std, [2.0, 2.0, 2.0], [0.0, 0.0, 0.0]),
        Example(np.std, [0.1, 0.1, 0.1], [0.0, 0.0, 0.0]),
        Example(np.std, 3.0, 0.0),
        Example(np.std, [1.0, 1.0], [0.0, 0.0], [[0.0, 0.0], [0.0, 0.0]]),
        Example(lambda x: np.sum(np.std(x, axis=1)), [[0.1, 0.1], [1.0, 3.0]],
                [[0.0, 0.0], [-0.5, 0.5]]),
        Example(lambda x: np.hypot(x[0], x[1]), [0.0, 0.0], [0.0, 0.0], [[0.0, 0.0], [0.0, 0.0]]))),
    Edge("arctan2, angle at 0", "0", "NaN", "NaN", "NaN", "0", "arctan2 angle", (
        Example(lambda x: np.arctan2(x[0], x[1]), [0.0, 0.0], [0.0, 0.0]),
        Example(np.angle, 0j, 0.0))),
    Edge("copysign at 0", "0", "±1", "–", "–", "0", "copysign", (
        Example(lambda x: np.copysign(x, -1.0), 0.0, 0.0),
        Example(lambda x: np.copysign(x, -1.0), -2.0, 1.0))),
    Edge("mod, fmod, modf at a jump", "1", "1", "1", "–", "1, as between the jumps",
         "mod fmod modf", (
        Example(lambda x: x % 2, 3.5, 1.0),
        Example(lambda x: x % 2, 4.0, 1.0),
        Example(lambda x: np.fmod(5.0, x), 2.0, -2.0),
        Example(lambda x: np.modf(x)[0], -2.5, 1.0))),
    Edge("heaviside at 0, in its second operand", "–", "1", "–", "–", "1", "heaviside", (
        Example(lambda x: np.heaviside(x[0], x[1]), [0.0, 0.5], [0.0, 1.0]),)),
    Edge("interp at a knot", "–", "as on its right", "–", "–", "as on its right", "interp", (
        Example(lambda x: np.interp(x, [0.0, 1.0, 2.0], [0.0, 1.0, 5.0]), 1.0, 4.0),
        Example(lambda x: np.interp(x, [0.0, 1.0, 2.0], [0.0, 1.0, 5.0]), 2.0, 4.0),
        Example(lambda x: np.interp(x, [0.0, 1.0, 2.0], [0.0, 1.0, 5.0]), 2.1, 0.0))),
    # ── powers ───────────────────────────────────────────────────────────────────────────────
    Edge("x**0 at 0", "0", "NaN", "0", "0", "0", "power", (
        Example(lambda x: x**0, 0.0, 0.0),
        Example(lambda x: np.sum(x ** _operand(0)), [0.0], [0.0]),
        Example(lambda x: np.sum(x**1), [0.0], [1.0], [[0.0]]),
        Example(lambda x: np.sum(x**2), [0.0], [0.0], [[2.0]]),
        Example(lambda x: np.sum(x ** _operand(2)), [0.0], [0.0], [[2.0]]),
        Example(lambda x: x**3, -2.0, 12.0))),
    Edge("d/dy of 0**y, y > 0", "0", "0", "0", "0", "0", "power", (
        Example(lambda y: 0.0**y, 2.0, 0.0),
        Example(lambda y: 0.0**y, 0.0, 0.0))),
    Edge("sqrt at 0, log at 0", "inf", "inf", "inf", "inf", "inf, named by the NaN/Inf finder",
         "sqrt cbrt log log1p arcsin arctanh", (
        Example(np.sqrt, 0.0, INF),
        Example(np.cbrt, 0.0, INF),
        Example(np.log, 0.0, INF),
        Example(np.log1p, -1.0, INF),
        Example(np.arcsin, 1.0, INF),
        Example(np.arctanh, 1.0, INF))),
    # ── what was not taken ───────────────────────────────────────────────────────────────────
    Edge("where(x > 0, log x, 0) at 0", "NaN", "NaN", "NaN", "NaN", "0", "where", (
        Example(lambda x: np.where(x > 0, np.log(x), 0.0), 0.0, 0.0),
        Example(lambda x: np.where(x > 0, x, -2 * x), 0.0, -2.0),
        Example(lambda x: np.sum(np.where(x > 0, np.sqrt(x), 0.0)), [0.0], [0.0], [[0.0]]))),
    Edge("0 · exp(1000), path not taken", "NaN", "NaN", "NaN", "NaN", "0", "where minimum", (
        Example(lambda x: np.where(x < 100, np.exp(x), 0.0), 1000.0, 0.0),
        Example(lambda x: np.minimum(np.exp(x), 5.0), 1000.0, 0.0))),
    Edge("nan_to_num of what is not finite", "0", "0", "0", "–", "0", "nan_to_num", (
        Example(lambda x: np.sum(np.nan_to_num(x)), [NAN, INF, -INF, 1.0], [0.0, 0.0, 0.0, 1.0]),)),
    # ── products and series ──────────────────────────────────────────────────────────────────
    Edge("prod with zeros", "exact", "exact", "NaN", "exact", "exact", "prod", (
        Example(np.prod, [2.0, 3.0, 4.0], [12.0, 8.0, 6.0], [[0, 4, 3], [4, 0, 2], [3, 2, 0]]),
        Example(np.prod, [2.0, 0.0, 4.0], [0.0, 8.0, 0.0], [[0, 4, 0], [4, 0, 2], [0, 2, 0]]),
        Example(np.prod, [0.0, 0.0, 4.0], [0.0, 0.0, 0.0], [[0, 4, 0], [4, 0, 0], [0, 0, 0]]),
        Example(np.prod, [0.0, 0.0, 0.0], [0.0, 0.0, 0.0], np.zeros((3, 3))),
        Example(lambda x: np.sum(np.prod(x, axis=0)), [[2.0, 0.0], [3.0, 5.0]],
                [[3.0, 5.0], [2.0, 0.0]]))),
    Edge("cumprod with a zero", "exact", "exact", "–", "exact", "exact", "cumprod", (
        Example(lambda x: np.sum(np.cumprod(x)), [2.0, 0.0, 3.0], [1.0, 8.0, 0.0],
                [[0, 4, 0], [4, 0, 2], [0, 2, 0]]),)),
    Edge("sinc at 0", "0", "0", "NaN", "0", "0", "sinc", (
        Example(lambda x: np.sum(np.sinc(x)), [0.0], [0.0], [[-np.pi**2 / 3]]),)),
    Edge("logsumexp, softmax with entries of -inf", "fine", "fine", "fine; NaN if all are", "–",
         "fine", "scipy.special.logsumexp scipy.special.softmax scipy.special.log_softmax", (
        Example(logsumexp, [0.0, -INF, 0.0], [0.5, 0.0, 0.5]),
        Example(lambda x: softmax(x)[0], [0.0, -INF, 0.0], [0.25, 0.0, -0.25]),
        Example(lambda x: log_softmax(x)[0], [0.0, -INF, 0.0], [0.5, 0.0, -0.5]))),
    Edge("logaddexp of two equal infinities", "NaN", "NaN, 1", "NaN", "NaN", "½, ½",
         "logaddexp logaddexp2", (
        Example(lambda x: np.logaddexp(x[0], x[1]), [-INF, -INF], [0.5, 0.5]),
        Example(lambda x: np.logaddexp2(x[0], x[1]), [INF, INF], [0.5, 0.5]),
        Example(lambda x: np.logaddexp(x[0], x[1]), [2.0, 2.0], [0.5, 0.5],
                [[0.25, -0.25], [-0.25, 0.25]]),
        Example(lambda x: np.logaddexp(x[0], x[1]), [INF, 1.0], [1.0, 0.0]),
        Example(lambda x: np.logaddexp(x[0], x[1]), [-INF, 1.0], [0.0, 1.0]))),
    # ── order ────────────────────────────────────────────────────────────────────────────────
    Edge("sort", "by index", "n-d", "1-D only", "–", "n-d, stable", "sort", (
        Example(_weighted(np.sort), [3.0, 1.0, 1.0], [3.0, 1.0, 2.0]),
        Example(_weighted(lambda x: np.sort(x, axis=0)), [[2.0, 1.0], [1.0, 3.0]],
                [[3.0, 2.0], [1.0, 4.0]]))),
    Edge("median of an even count", "one", "½, ½", "–", "–", "½, ½", "median", (
        Example(np.median, [1.0, 4.0, 2.0, 3.0], [0.0, 0.0, 0.5, 0.5]),)),
    # ── decompositions ───────────────────────────────────────────────────────────────────────
    Edge("eigh, equal values, values only", "exact", "exact", "exact", "–", "exact",
         "linalg.eigvalsh", (
        Example(lambda x: np.sum(np.linalg.eigvalsh(x)), 2 * np.eye(2), np.eye(2)),
        Example(lambda x: np.sum(np.linalg.eigvalsh(x) ** 2), 2 * np.eye(2), 4 * np.eye(2)),
        Example(lambda x: np.sum(np.linalg.eigvalsh(x) ** 2), np.eye(3), 2 * np.eye(3)))),
    Edge("eigenvectors of equal values", "NaN", "NaN", "NaN", "–", "DegenerateError",
         "linalg.eigh", (
        Example(lambda x: np.linalg.eigh(x)[1][0, 1], 2 * np.eye(2), DegenerateError),)),
    Edge("svd, equal values, values only", "exact", "exact", "exact; NaN with vectors", "–",
         "exact", "linalg.svdvals", (
        Example(lambda x: np.sum(np.linalg.svd(x, compute_uv=False)), 2 * np.eye(2), np.eye(2)),
        Example(lambda x: np.sum(np.linalg.svd(x, compute_uv=False) ** 2), np.eye(2, 3),
                2 * np.eye(2, 3)))),
    Edge("norms by singular values: a value 0, equal values", "1; –", "1; –", "–", "–", "0; shared",
         "linalg.norm", (
        Example(lambda x: np.linalg.norm(x, "nuc"), np.zeros((2, 2)), np.zeros((2, 2))),
        Example(lambda x: np.linalg.norm(x, "nuc"), np.diag([2.0, 0.0]), np.diag([1.0, 0.0])),
        Example(lambda x: np.linalg.norm(x, 2), np.eye(2), np.eye(2) / 2))),
    Edge("cholesky, eigh: elements that NumPy does not read", "symmetrised; 0", "symmetrised", "–",
         "–", "0", "linalg.cholesky linalg.eigvalsh", (
        Example(lambda x: np.sum(np.linalg.cholesky(x)), [[4.0, 9.0], [0.0, 4.0]],
                [[0.25, 0.0], [0.5, 0.25]]),
        Example(lambda x: np.linalg.eigvalsh(x)[1], [[1.0, 9.0], [0.0, 4.0]],
                [[0.0, 0.0], [0.0, 1.0]]))),
    Edge("det of a singular matrix", "0", "adjugate", "error", "–", "adjugate",
         "linalg.det", (
        Example(np.linalg.det, [[1.0, 2.0], [2.0, 4.0]], [[4.0, -2.0], [-2.0, 1.0]]),
        Example(np.linalg.det, np.zeros((2, 2)), np.zeros((2, 2))))),
)  # fmt: skip


# ── the page ──────────────────────────────────────────────────────────────────────────────────
START, END = "<!-- edges -->\n", "<!-- end of edges -->\n"


def table() -> str:
    """The edges as a table in Markdown."""
    head = ("case", "PyTorch", "JAX", "HIPS autograd", "MyGrad", "**here**")
    rows = [head, ("---",) * len(head)]
    rows += [(e.case, e.torch, e.jax, e.hips, e.mygrad, e.here) for e in EDGES]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def with_table(page: str) -> str:
    """A page with the table between its two marks."""
    before, _, rest = page.partition(START)
    return f"{before}{START}{table()}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(with_table(path.read_text(encoding="utf-8")), encoding="utf-8")
