"""Linear algebra: matrices far from singular, with eigenvalues and singular values far apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.core.samples.sample import Entry, Shape


def square(*shape: int) -> np.ndarray:
    """Matrices of no symmetry with eigenvalues near 2, 4, 6 …"""
    size = shape[-1]
    rng = np.random.default_rng(size)
    return np.diag(2.0 * np.arange(1, size + 1)) + rng.uniform(-0.5, 0.5, shape)


def tall(*shape: int) -> np.ndarray:
    """More rows than columns, with singular values near 2, 4 …"""
    rng = np.random.default_rng(sum(shape))
    return np.eye(*shape[-2:]) * 2.0 * np.arange(1, shape[-1] + 1) + rng.uniform(-0.5, 0.5, shape)


def positive(*shape: int) -> np.ndarray:
    """Symmetric positive definite matrices."""
    half = square(*shape) / 2
    return half @ half.mT


A, BATCH, TALL, WIDE = square(3, 3), square(3, 2, 2), tall(3, 2), tall(3, 2).T
TURNING = np.array([[1.0, -2.0, 0.3], [1.5, 0.8, -0.2], [0.1, 0.4, 3.0]])  # complex eigenvalues
SYMMETRIC, SYMMETRICS = positive(3, 3), positive(3, 2, 2)
SINGULAR = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [1.0, 0.0, 1.0]])  # of rank 2
OF_RANK_1 = np.outer([1.0, 2.0, -1.0], [0.5, 1.0, 2.0])
EMPTY = np.zeros((0, 0))
NAMES: dict[str, Any] = {"of": "over_gap"}


def norms() -> list[Entry]:
    shapes: list[tuple[Shape, dict[str, Any]]] = [
        ((2, 3), {}), ((2, 3), {"keepdims": True}), ((2, 3), {"axis": 0}),
        ((2, 3), {"axis": -1, "keepdims": True}), ((2, 3, 2), {"axis": (2, 0)}),
    ]  # fmt: skip
    return [([shape], {**over, **p}) for shape, over in shapes for p in ({}, {"p": 3}, {"p": 1.5})]


def stacked(values: Any, *vectors: Any) -> Any:
    return np.concatenate([values[..., None, :], *vectors], axis=-2)


def svd(x: Any) -> Any:
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    return stacked(s, u, np.swapaxes(vh, -1, -2))


def cofactor(x: Any) -> Any:
    """By the determinants of what is left without a row and a column."""
    out = np.empty(x.shape, x.dtype)
    for *batch, i, j in np.ndindex(x.shape):
        minor = np.delete(np.delete(x[tuple(batch)], i, 0), j, 1)
        out[(*batch, i, j)] = (-1) ** (i + j) * np.linalg.det(minor)
    return out


def cofactor_slope(x: Any, y: Any) -> Any:
    """The cofactors of a polynomial in a step of at most third degree, by exact differences."""
    one, two = ((cofactor(x + h * y) - cofactor(x - h * y)) / (2 * h) for h in (1.0, 2.0))
    return (4 * one - two) / 3


REFERENCES: dict[str, Callable[..., Any]] = {
    "cholesky": np.linalg.cholesky,
    "cofactor": cofactor,
    "cofactor_slope": cofactor_slope,
    "det": np.linalg.det,
    "eig": lambda x: stacked(*np.linalg.eig(x)),
    "eigh": lambda x, lower=True: stacked(*np.linalg.eigh(x, "L" if lower else "U")),
    "eigvals": np.linalg.eigvals,
    "eigvalsh": lambda x, lower=True: np.linalg.eigvalsh(x, "L" if lower else "U"),
    "inv": np.linalg.inv,
    "lstsq": lambda x, y, rcond: np.linalg.lstsq(x, y, rcond)[0],
    "norm": lambda x, p=2, axis=None, keepdims=False: np.linalg.vector_norm(
        x, axis=axis, keepdims=keepdims, ord=p),
    "over_gap": lambda x, y, of: x / y,
    "pinv": np.linalg.pinv,
    "qr": lambda x: np.concatenate(np.linalg.qr(x), axis=-2),
    "slogdet": lambda x: np.stack(np.linalg.slogdet(x), axis=-1),
    "solve": np.linalg.solve,
    "svd": svd,
    "svdvals": lambda x: np.linalg.svd(x, compute_uv=False),
}  # fmt: skip

PARAMETERS: dict[str, Callable[[Shape], dict[str, Any]]] = {"over_gap": lambda shape: NAMES}

LISTED: dict[str, list[Entry]] = {
    "cholesky": [([a], {}) for a in (SYMMETRIC, SYMMETRICS, EMPTY)],
    "cofactor": [([a], {}) for a in (A, BATCH, EMPTY)],
    "cofactor_slope": [([a, b], {}) for a, b in ((A, TURNING), (BATCH, BATCH[::-1]))],
    "det": [([a], {}) for a in (A, BATCH, SINGULAR, OF_RANK_1, square(1, 1), EMPTY)],
    "eig": [([a], {}) for a in (A, BATCH, TURNING)],
    "eigh": [([a], {}) for a in (SYMMETRIC, SYMMETRICS, EMPTY)]
            + [([SYMMETRICS], {"lower": False})],
    "eigvals": [([a], {}) for a in (A, BATCH, TURNING)],
    "eigvalsh": [([a], {}) for a in (SYMMETRIC, SYMMETRICS)] + [([SYMMETRIC], {"lower": False})],
    "inv": [([a], {}) for a in (A, BATCH, TURNING, EMPTY)],
    "lstsq": [([a, (a.shape[0], 2)], {"rcond": 1e-15}) for a in (A, TALL, WIDE)],
    "norm": norms(),
    "pinv": [([a], {"rcond": 1e-15}) for a in (A, BATCH, TALL, WIDE)],
    "qr": [([a], {}) for a in (A, BATCH, TALL)],
    "slogdet": [([a], {}) for a in (A, BATCH, -A)],
    "solve": [([a, (*a.shape[:-1], 2)], {}) for a in (A, BATCH, TURNING)],
    "svd": [([a], {}) for a in (A, BATCH, TALL, WIDE)],
    "svdvals": [([a], {}) for a in (A, BATCH, TALL, WIDE)],
}  # fmt: skip
