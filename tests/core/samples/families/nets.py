"""What `nn` declares."""

from __future__ import annotations

from tests.core.samples.sample import Entry

LISTED: dict[str, list[Entry]] = {
    "affine": [([(2, 3), (3, 4), (4,)], {}), ([(3,), (3, 4), (4,)], {}),
               ([(2, 1, 2, 2), (4, 3), (3,)], {}), ([(0, 3), (3, 2), (2,)], {})],
    "mean_squared_error": [([(2, 3), (2, 3)], {}), ([(), ()], {}), ([(4, 1), (4, 1)], {})],
    "softmax_with_loss": [([(2, 3), (2, 3)], {}), ([(3,), (3,)], {})],
}  # fmt: skip
