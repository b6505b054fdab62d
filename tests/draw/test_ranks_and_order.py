"""The two searches of the layout against trying out everything, on graphs small enough for that."""

import random
from collections.abc import Iterator
from itertools import pairwise, permutations, product

import pytest

from autograd_core.draw.layout.order import Lines, order_columns
from autograd_core.draw.layout.rank import ENTRY, EXIT, FIRST, FLOW, rank_nodes
from autograd_core.draw.layout.wires import Link, Node, Wires

Ends = list[tuple[int, int]]


def random_ends(seed: int) -> tuple[int, Ends]:
    """Six nodes; every one but the last is read by one after it."""
    rng = random.Random(seed)
    ends = [(node, rng.randrange(node + 1, 6)) for node in range(5)]
    ends += [tuple(sorted(rng.sample(range(6), 2))) for _ in range(3)]
    return 6, ends


def length(rank: list[int] | tuple[int, ...], ends: Ends) -> int:
    return sum(rank[target] - rank[source] for source, target in ends)


@pytest.mark.parametrize("seed", range(12))
def test_links_are_as_short_as_they_can_be(seed: int) -> None:
    count, ends = random_ends(seed)
    rank, backward = rank_nodes([FLOW] * count, ends)
    assert all(rank[source] < rank[target] for source, target in ends)
    assert not any(backward)
    shortest = min(
        length(ranks, ends)
        for ranks in product(range(count), repeat=count)
        if all(ranks[source] < ranks[target] for source, target in ends)
    )
    assert length(rank, ends) == shortest


def test_what_is_read_late_and_what_reads_early_move_together() -> None:
    # 0 feeds a chain 1-2-3-4; 5 joins 0 and 6 at once, and is read at the end only
    ends = [(0, 1), (1, 2), (2, 3), (3, 4), (0, 5), (0, 5), (6, 5), (5, 4)]
    rank, _ = rank_nodes([FLOW] * 7, ends)
    assert rank == [0, 1, 2, 3, 4, 1, 0]


def test_borders_and_first_leaves_have_columns_of_their_own() -> None:
    ends = [(0, 1), (1, 2), (3, 2), (2, 4)]
    assert rank_nodes([ENTRY, FLOW, FLOW, FLOW, EXIT], ends)[0] == [0, 1, 2, 1, 3]
    assert rank_nodes([FIRST, FLOW, FLOW, FIRST, FLOW], ends)[0] == [0, 1, 2, 0, 3]


def test_a_cycle_has_a_link_that_runs_back() -> None:
    rank, backward = rank_nodes([FLOW] * 3, [(0, 1), (1, 2), (2, 0)])
    assert (rank, backward) == ([0, 1, 2], [False, False, True])


def crossings(columns: list[list[int]], gaps: list[Ends]) -> int:
    row = {item: index for column in columns for index, item in enumerate(column)}
    return sum(
        (row[a] - row[c]) * (row[b] - row[d]) < 0
        for gap in gaps
        for index, (a, b) in enumerate(gap)
        for c, d in gap[:index]
    )


def random_gaps(rng: random.Random, columns: list[list[int]], share: float) -> list[Ends]:
    return [
        [(a, b) for a in left for b in right if rng.random() < share]
        for left, right in pairwise(columns)
    ] + [[]]


def test_hardly_more_lines_cross_than_must() -> None:
    found = fewest = 0
    for seed in range(12):
        columns = [[0, 1, 2, 3], [4, 5, 6], [7, 8, 9, 10]]
        gaps = random_gaps(random.Random(seed), columns, 0.5)
        of = [index for index, column in enumerate(columns) for _ in column]
        ordered = order_columns(Lines(of, gaps, list(range(11)), {}))
        assert sorted(map(sorted, ordered)) == columns
        found += crossings(ordered, gaps)
        every = product(*map(permutations, columns))
        fewest += min(crossings([list(order) for order in orders], gaps) for orders in every)
    assert fewest <= found <= 1.05 * fewest


def test_hardly_any_lines_cross_that_need_not() -> None:
    found = 0
    for seed in range(8):
        rng = random.Random(seed)
        columns = [list(range(12 * column, 12 * column + 12)) for column in range(8)]
        shuffled = [rng.sample(column, 12) for column in columns]
        gaps = [list(ladder(rng, a, b)) for a, b in pairwise(shuffled)] + [[]]
        found += crossings(
            order_columns(Lines([item // 12 for item in range(96)], gaps, list(range(96)), {})),
            gaps,
        )
    assert found <= 80, "of some 900 lines; without the sweeps it is 319"


def ladder(rng: random.Random, left: list[int], right: list[int]) -> Iterator[tuple[int, int]]:
    """Lines between two columns that do not cross in the given order."""
    i = j = 0
    while (i, j) != (len(left) - 1, len(right) - 1):
        if rng.random() < 0.8:
            yield left[i], right[j]
        step = rng.choice(["left", "right", "both"])
        i = min(i + (step != "right"), len(left) - 1)
        j = min(j + (step != "left"), len(right) - 1)
    yield left[i], right[j]


def test_parts_that_nothing_connects_do_not_cross() -> None:
    gaps = [[(0, 5), (1, 4), (2, 7), (3, 6)], []]
    found = order_columns(Lines([0] * 4 + [1] * 4, gaps, list(range(8)), {}))
    assert crossings(found, gaps) == 0


@pytest.mark.parametrize(("first", "second"), [(70.0, 10.0), (10.0, 70.0)])
def test_lines_leave_a_frame_in_the_order_of_their_places(first: float, second: float) -> None:
    # two lines leave a frame, and pass the chain 0-1-2 on their way to 3 and 4
    nodes = [Node(100, 0, 80), *[Node(20, 9, 9)] * 4]
    links = [
        Link(0, 1, 0, leave=40.0),
        Link(1, 2, 1),
        Link(0, 3, 2, leave=first),
        Link(2, 3, 3),
        Link(0, 4, 4, leave=second),
        Link(2, 4, 3),
    ]
    columns = Wires(nodes, links).columns()
    row = {item: index for column in columns for index, item in enumerate(column)}
    assert (row[3] < row[4]) == (first < second)


def test_operands_that_only_one_item_reads_stand_in_their_order() -> None:
    # 0 … 3 are read by 4, the last two of 5 … 7 by 8; 9 reads both.
    column = [0, 0, 0, 0, 1, 0, 0, 0, 1, 2]
    pairs = [(0, 4), (1, 4), (2, 4), (3, 4), (5, 4), (6, 8), (7, 8)]
    lines = Lines(column, [pairs, [(8, 9), (4, 9)], []], list(range(10)), {})
    first, readers, _ = order_columns(lines)
    if readers == [4, 8]:
        assert first == [0, 1, 2, 3, 5, 6, 7]
    else:
        assert first == [6, 7, 0, 1, 2, 3, 5]


def test_a_leaf_stands_where_its_line_crosses_least() -> None:
    # Lines from 0 and 1 cross; the leaf 4 is read by 3, below which nothing stands.
    gaps = [[(0, 2), (0, 3), (1, 2), (1, 3), (4, 3)], [(2, 5), (3, 5)], []]
    lines = Lines([0, 0, 1, 1, 0, 2], gaps, list(range(6)), {})
    first, second, _ = order_columns(lines)
    ends = sorted((first.index(a), second.index(b)) for a, b in lines.gaps[0])
    crossings = sum(a[0] < b[0] and a[1] > b[1] for a in ends for b in ends)
    assert crossings == 1
