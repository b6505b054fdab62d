"""Small print of assignment: positions that become slices, and how moves are shown."""

import numpy as np
import pytest

from autograd_core.ops.assignment import Move, Moves, compact

# Positions, and the slice that names the same ones.
SLICES = [
    ([5], slice(5, 6)),
    ([1, 2, 3], slice(1, 4, None)),
    ([0, 3], slice(0, 4, 3)),
    ([2, 4, 6, 8], slice(2, 9, 2)),
    ([3, 2, 1], None),
    ([4, 4, 4], None),
    ([1, 2, 4], None),
    ([1, 3, 4, 7], None),
]


@pytest.mark.parametrize(("positions", "expected"), SLICES)
def test_positions_in_equal_steps_become_a_slice(positions, expected):
    array = np.array(positions)
    found = compact(array)
    if expected is None:
        assert found is array
    else:
        assert found == expected
        assert np.arange(10)[found].tolist() == positions


@pytest.mark.parametrize(
    ("count", "text"), [(1, "0:2"), (4, "0:2, 1:3, 2:4, 3:5"), (5, "0:2, 1:3, 2:4, 3:5, …")]
)
def test_few_moves_are_shown(count, text):
    moves = Moves(*(Move(slice(k, k + 2), slice(0, 2), True) for k in range(count)))
    assert str(moves) == text
    assert moves.texts()[0] == ("0:2", "0:2")


def test_moves_of_places_are_counted():
    moves = Moves(Move(np.array([3, 1, 4]), slice(0, 6, 2), True))
    assert moves.texts() == [("3 elements", "0:6:2")]
