"""Products of vectors and matrices."""

from __future__ import annotations

from tests.core.samples.sample import Entry, Shape

VECTORS_AND_MATRICES: list[list[Shape]] = [
    [(3,), (3,)], [(2, 3), (3,)], [(3,), (3, 2)], [(2, 3), (3, 4)],
    [(2, 0), (0, 3)], [(0, 2), (2, 3)],
]  # fmt: skip
BATCHES: list[list[Shape]] = [
    [(2, 2, 3), (2, 3, 2)], [(2, 1, 2, 3), (3, 3, 2)], [(2, 2, 3), (3,)], [(3,), (2, 3, 2)],
    [(2, 3), (2, 3, 2)], [(2, 2, 3), (3, 2)], [(0, 2, 3), (3, 2)], [(1, 2, 3), (2, 3, 1)],
]  # fmt: skip

LISTED: dict[str, list[Entry]] = {
    "dot": [(shapes, {}) for shapes in VECTORS_AND_MATRICES],
    "matmul": [(shapes, {}) for shapes in VECTORS_AND_MATRICES + BATCHES],
}  # fmt: skip
