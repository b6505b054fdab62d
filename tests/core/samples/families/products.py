"""Products of vectors, matrices and arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.core.samples.sample import Entry, Shape

VECTORS_AND_MATRICES: list[list[Shape]] = [
    [(3,), (3,)], [(2, 3), (3,)], [(3,), (3, 2)], [(2, 3), (3, 4)],
    [(2, 0), (0, 3)], [(0, 2), (2, 3)],
]  # fmt: skip
BATCHES: list[list[Shape]] = [
    [(2, 2, 3), (2, 3, 2)], [(2, 1, 2, 3), (3, 3, 2)], [(2, 2, 3), (3,)], [(3,), (2, 3, 2)],
    [(2, 3), (2, 3, 2)], [(2, 2, 3), (3, 2)], [(0, 2, 3), (3, 2)], [(1, 2, 3), (2, 3, 1)],
]  # fmt: skip
# Subscripts, with the shapes of the operands.
SUMS: dict[str, list[Shape]] = {
    "ij,jk->ik": [(2, 3), (3, 2)],
    "ij->ji": [(2, 3)],
    "ij->": [(2, 3)],
    "ii->": [(3, 3)],
    "ii->i": [(3, 3)],
    "iij,jk->ik": [(2, 2, 3), (3, 2)],
    "iii,i->i": [(2, 2, 2), (2,)],
    "ij,kj->k": [(2, 3), (2, 3)],
    "i,j,k->kij": [(2,), (3,), (2,)],
    "ij,jk,kl->il": [(2, 3), (3, 1), (1, 2)],
    "ij,ij->ij": [(1, 3), (2, 3)],
    "ij,ij->": [(1, 3), (2, 1)],
    ",i->i": [(), (3,)],
    "ij,j->i": [(0, 3), (3,)],
}

REFERENCES: dict[str, Callable[..., Any]] = {
    "einsum": lambda *xs, subscripts, optimize=False: np.einsum(subscripts, *xs),
}

LISTED: dict[str, list[Entry]] = {
    "convolve": [([(4,), (3,)], {}), ([(2,), (5,)], {}), ([(1,), (1,)], {})],
    "cross": [([(3,), (3,)], {}), ([(2, 3), (3,)], {}), ([(2, 1, 3), (2, 3)], {}),
              ([(0, 3), (3,)], {})],
    "dot": [(shapes, {}) for shapes in VECTORS_AND_MATRICES],
    "einsum": [(shapes, {"subscripts": subscripts}) for subscripts, shapes in SUMS.items()]
              + [([(2, 3), (3, 2), (2, 2)], {"subscripts": "ij,jk,kk->i", "optimize": optimize})
                 for optimize in (True, ["einsum_path", (0, 1), (0, 1)])],
    "matmul": [(shapes, {}) for shapes in VECTORS_AND_MATRICES + BATCHES],
    "tensordot": [([(2, 3), (3, 2)], {"axes": ((1,), (0,))}), ([(2,), (3,)], {"axes": ((), ())}),
                  ([(2, 3, 4), (4, 2, 2)], {"axes": ((2, 0), (0, 2))}),
                  ([(2, 3, 2), (3, 2)], {"axes": ((1, 2), (0, 1))}),
                  ([(2, 3), (2, 3)], {"axes": ((1, 0), (1, 0))}),
                  ([(2, 0), (0, 3)], {"axes": ((1,), (0,))})],
}  # fmt: skip
