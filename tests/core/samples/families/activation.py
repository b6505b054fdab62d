"""The functions that nets are built from."""

from __future__ import annotations

from tests.core.samples.axes import ALONG, NO_AXIS, over
from tests.core.samples.sample import Entry

LISTED: dict[str, list[Entry]] = {
    "log_softmax": ALONG,
    "logsumexp": over() + NO_AXIS,
    "softmax": ALONG,
}  # fmt: skip
