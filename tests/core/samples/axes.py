"""The axes on which everything that works along axes is tried."""

from __future__ import annotations

from typing import Any

from tests.core.samples.sample import Entry


def over(**further: Any) -> list[Entry]:
    """What every reduction is tried on: no axis, one, several, none of them, axes kept."""
    return [
        ([(2, 3)], {**further}),
        ([(2, 3)], {"axis": 0, **further}),
        ([(2, 3)], {"axis": -1, "keepdims": True, **further}),
        ([(2, 3, 2)], {"axis": (2, 0), **further}),
        ([(2, 3)], {"keepdims": True, **further}),
        ([(3,)], {"axis": 0, **further}),
    ]


NO_AXIS: list[Entry] = [([()], {}), ([(2, 2)], {"axis": ()})]
EMPTY: list[Entry] = [([(0, 3)], {"axis": 0}), ([(0, 3)], {"axis": 1}), ([(0,)], {})]
ALONG: list[Entry] = [
    ([(2, 3)], {}),
    ([(2, 3)], {"axis": 0}),
    ([(2, 2, 2)], {"axis": 1}),
    ([(3,)], {}),
]


def along(**further: Any) -> list[Entry]:
    """What everything that goes along one axis is tried on."""
    return [
        ([(2, 3)], {"axis": 0, **further}),
        ([(2, 3)], {"axis": -1, **further}),
        ([(2, 4, 2)], {"axis": 1, **further}),
        ([(4,)], {"axis": 0, **further}),
    ]
