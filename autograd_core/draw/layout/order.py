"""The order within the columns of a layered layout: few crossings of lines.

Lines run between pins of neighbouring columns.  An item's own pin has the item's number; a frame
has further pins, one for each place where a line meets its border.

Median sweeps and exchange of neighbours, from several first orders, as in Gansner, Koutsofios,
North, Vo, "A technique for drawing directed graphs", 1993, section 3.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import deque
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

TRIAL = 2  # further sweeps of each first order
SETTLING = 4  # sweeps of each first order before neighbours are exchanged
ROUNDS = 24  # sweeps from the best of them
PATIENCE = 5  # of these without a better order before it ends
LAST = 2  # sweeps when the leaves are back
EFFORT = 60_000  # items looked at in all sweeps together, so that large graphs end in time

Columns = list[list[int]]
Neighbours = Sequence[Sequence[int]]


class Lines:
    """What is tied to what.

    column: of every item.  gaps: for every column the pairs of a pin in it and a pin in the next,
    those of one item from top to bottom as they should be.  owner: the item of every pin.
    pins: the further pins of every frame, with their height in it from 0 at its top to 1.
    """

    def __init__(
        self,
        column: Sequence[int],
        gaps: Sequence[Sequence[tuple[int, int]]],
        owner: Sequence[int],
        pins: Mapping[int, Sequence[tuple[int, float]]],
    ) -> None:
        self.column = column
        self.gaps = gaps
        self.owner = owner
        self.pins = pins
        self.left: list[list[int]] = [[] for _ in column]
        self.right: list[list[int]] = [[] for _ in column]
        for gap in gaps:
            for a, b in gap:
                self.right[owner[a]].append(b)
                self.left[owner[b]].append(a)


def order_columns(lines: Lines) -> Columns:
    """The items of every column from top to bottom, so that few lines cross.

    The same lines give the same order.  Parts that no line connects stand under one another.
    """
    columns: Columns = [[] for _ in lines.gaps]
    for items in _parts(lines):
        for column, chosen in zip(columns, _order_connected(lines, items), strict=True):
            column.extend(chosen)
    return columns


def _order_connected(lines: Lines, items: Sequence[int]) -> Columns:
    """The order of some connected items: first without the leaves, then a few sweeps with them."""
    leaves = [item for item in items if _is_leaf(lines, item)]
    core = sorted({*items}.difference(leaves))
    columns = _order_part(_part(lines, set(core)), core)
    _insert_leaves(lines, columns, leaves)
    whole = _Order(_part(lines, set(items)), columns, _effort(core) // 4)
    return whole.improve(LAST, None)[1]


def _is_leaf(lines: Lines, item: int) -> bool:
    """Whether an item has only one line, to the right.

    Half of the items of a net are such.  Wherever the others stand, there is a place for it, so the
    search does without them.
    """
    return not lines.left[item] and len(lines.right[item]) == 1 and item not in lines.pins


def _insert_leaves(lines: Lines, columns: Columns, leaves: Sequence[int]) -> None:
    """Put every leaf where its line crosses as few others as can be: beside the other operands of
    the item that reads it, in their order.  From right to left, as a leaf may read none."""
    order = _Order(lines, columns, 0)
    by_column: dict[int, list[int]] = {}
    for leaf in leaves:
        by_column.setdefault(lines.column[leaf], []).append(leaf)
    for number in sorted(by_column, reverse=True):
        column = columns[number]
        for leaf in sorted(by_column[number], key=lambda leaf: order.at[lines.right[leaf][0]]):
            column.insert(_place_of(lines, order.at, column, leaf), leaf)
        order._place(column)


def _place_of(lines: Lines, at: Sequence[float], column: Sequence[int], leaf: int) -> int:
    """The row in which the line of a leaf crosses the fewest others."""
    pin = lines.right[leaf][0]
    height, siblings = at[pin], lines.left[lines.owner[pin]]
    crossings = least = place = 0
    for row, item in enumerate(column, start=1):
        for other in lines.right[item]:
            crossings += (at[other] > height) - (at[other] < height)
        before = item in siblings and siblings.index(item) < siblings.index(leaf)
        if crossings < least or (crossings == least and before):
            least, place = crossings, row
    return place


def _parts(lines: Lines) -> list[list[int]]:
    """The connected items, each part in the order of the items' numbers."""
    known = [False] * len(lines.column)
    parts: list[list[int]] = []
    for first in range(len(known)):
        found = [] if known[first] else [first]
        for item in found:
            known[item] = True
            for pin in (*lines.left[item], *lines.right[item]):
                if not known[lines.owner[pin]]:
                    known[lines.owner[pin]] = True
                    found.append(lines.owner[pin])
        if found:
            parts.append(sorted(found))
    return parts


def _part(lines: Lines, items: AbstractSet[int]) -> Lines:
    gaps = [[pair for pair in gap if lines.owner[pair[0]] in items] for gap in lines.gaps]
    return Lines(lines.column, gaps, lines.owner, lines.pins)


def _order_part(lines: Lines, items: Sequence[int]) -> Columns:
    effort = _effort(items)
    best: tuple[int, Columns] | None = None
    for columns in (
        _walk(lines, items, lines.left, lines.right, deep=True),
        _walk(lines, items, lines.right, lines.left, deep=False),
    ):
        order = _Order(lines, columns, effort // 4)
        order.settle()
        best = order.improve(TRIAL, best)
        if not best[0]:
            return best[1]
    assert best is not None
    return _Order(lines, best[1], effort // 2).improve(ROUNDS, best)[1]


def _effort(items: Sequence[int]) -> int:
    """How many items may be looked at to find the order of these."""
    return min(EFFORT, 1_000 + 6 * len(items))


def _walk(
    lines: Lines, items: Sequence[int], on: Neighbours, back: Neighbours, *, deep: bool
) -> Columns:
    """A first order: as a walk from the items that nothing ties back meets them, in depth or in
    breadth.

    The walk in depth from the results to their operands crosses nowhere if no value is shared.
    """
    columns: Columns = [[] for _ in lines.gaps]
    seen: set[int] = set()
    for first in items:
        waiting = deque([] if back[first] else [first])
        while waiting:
            item = waiting.pop() if deep else waiting.popleft()
            if item not in seen:
                seen.add(item)
                columns[lines.column[item]].append(item)
                step = [lines.owner[pin] for pin in on[item]]
                waiting.extend(reversed(step) if deep else step)
    return columns


def heights(columns: Columns, lines: Lines) -> list[float]:
    """The height of every pin: the row of its item, and its place in a frame within the row."""
    return _Order(lines, columns, 0).at


class _Order:
    """Columns of items, the height of every pin that follows from them, how many more items may be
    looked at; and what has moved since neighbours were last exchanged there, as only around that
    there is something to gain."""

    def __init__(self, lines: Lines, columns: Columns, effort: int) -> None:
        self.lines = lines
        self.columns = [column[:] for column in columns]
        self.at = [0.0] * len(lines.owner)
        self.effort = effort
        self.crossings = [0] * len(columns)  # in the gap after every column
        self.moved = [True] * len(columns)  # since the crossings of its gaps were counted
        for column in self.columns:
            self._place(column)

    def improve(self, rounds: int, best: tuple[int, Columns] | None) -> tuple[int, Columns]:
        """The columns with the fewest crossings, and how many: those of this order after at most so
        many sweeps, or the best ones before."""
        crossings = self._exchange(ties=False)
        idle = 0
        for round_ in range(rounds + 1):
            if best is None or crossings < best[0]:
                best, idle = (crossings, [column[:] for column in self.columns]), 0
            if not crossings or idle == PATIENCE or self.effort < 0:
                break
            flip = round_ % 4 > 1
            self._sweep(forward=round_ % 2 == 0, flip=flip)
            crossings = self._exchange(ties=not flip)
            idle += 1
        assert best is not None
        return best

    def settle(self) -> None:
        """Sweep without any exchange, which costs several times as much as a sweep and gains less
        while much is still out of place; and return to the best order that was met."""
        best = [column[:] for column in self.columns]
        least = self._count()
        for round_ in range(SETTLING):
            if not least:
                break
            self._sweep(forward=round_ % 2 == 0, flip=round_ % 4 > 1)
            crossings = self._count()
            if crossings < least:
                least, best = crossings, [column[:] for column in self.columns]
        self.columns = best
        for column in self.columns:
            self._place(column)
        self.moved = [True] * len(self.columns)

    def _place(self, column: list[int]) -> None:
        at, pins = self.at, self.lines.pins
        for index, item in enumerate(column):
            at[item] = index
        if pins:
            for item in column:
                for pin, height in pins.get(item, ()):
                    at[pin] = at[item] + height - 0.5

    def _sweep(self, *, forward: bool, flip: bool) -> None:
        """Sort every column by the median height of what its items are tied to on one side.  Items
        that are tied to nothing there keep their places; `flip` turns equal ones round."""
        at, near = self.at, self.lines.left if forward else self.lines.right
        for number in range(len(self.columns)) if forward else reversed(range(len(self.columns))):
            column = self.columns[number]
            places = [index for index, item in enumerate(column) if near[item]]
            if len(places) > 1:
                items = [column[index] for index in places]
                height = [
                    at[pins[0]] if len(pins) == 1 else _median(sorted([at[pin] for pin in pins]))
                    for pins in [near[item] for item in items]
                ]
                indices = range(len(items))
                order = sorted(reversed(indices) if flip else indices, key=height.__getitem__)
                before = column[:]
                for index, chosen in zip(places, order, strict=True):
                    column[index] = items[chosen]
                if column != before:
                    self.moved[number] = True
                    self._place(column)

    def _exchange(self, *, ties: bool) -> int:
        """Swap neighbours where that removes crossings, until it does so nowhere; with `ties` also
        where it trades crossings for as many others.  The number of crossings left."""
        moved = [*self.moved, False]  # and so in front of the first column, which is number -1
        crossings = self._count()
        gaps = self.crossings
        waiting = [
            gaps[i - 1] + gaps[i] > 0 and (moved[i - 1] or moved[i] or moved[i + 1])
            for i in range(len(gaps))
        ] + [False]
        gained = True
        while gained and self.effort > 0:
            gained = False
            for index, column in enumerate(self.columns):
                if waiting[index]:
                    waiting[index] = False
                    swapped, gain = self._exchange_in(column, ties)
                    crossings -= gain
                    gained = gained or gain > 0
                    if swapped:
                        waiting[index - 1] = waiting[index] = waiting[index + 1] = True
                        self.moved[index] = True
        return crossings

    def _count(self) -> int:
        """The number of crossings, counted anew where a column has moved."""
        at, moved = self.at, [*self.moved, False]
        for index, gap in enumerate(self.lines.gaps):
            if moved[index] or moved[index + 1]:
                self.crossings[index] = _inversions(sorted([(at[a], at[b]) for a, b in gap]))
        self.moved = [False] * len(self.columns)
        return sum(self.crossings)

    def _exchange_in(self, column: list[int], ties: bool) -> tuple[bool, int]:
        """Swap neighbours in one column.  Whether any were, and how many crossings that removed."""
        at, left, right = self.at, self.lines.left, self.lines.right
        near = [
            (
                [at[before[0]]] if len(before) == 1 else sorted([at[pin] for pin in before]),
                [at[after[0]]] if len(after) == 1 else sorted([at[pin] for pin in after]),
            )
            for before, after in [(left[item], right[item]) for item in column]
        ]
        self.effort -= len(column)
        swapped, total = False, 0
        for index in range(len(column) - 1):
            (a, b), (c, d) = near[index], near[index + 1]
            if (a and c and a[-1] > c[0]) or (b and d and b[-1] > d[0]):
                now = _inverted(a, c) + _inverted(b, d)
                gain = now - _inverted(c, a) - _inverted(d, b)
                if gain > 0 or (ties and gain == 0):
                    column[index], column[index + 1] = column[index + 1], column[index]
                    near[index], near[index + 1] = near[index + 1], near[index]
                    swapped = True
                    total += gain
        if swapped:
            self._place(column)
        return swapped, total


def _inverted(upper: Sequence[float], lower: Sequence[float]) -> int:
    """How many lines of an item cross those of the one under it, by the heights of their ends."""
    if len(upper) == len(lower) == 1:
        return int(upper[0] > lower[0])
    return sum([high > low for high in upper for low in lower])


def _inversions(pairs: Sequence[tuple[float, float]]) -> int:
    """How many lines cross, given the (left, right) heights of their ends sorted by the left."""
    seen: list[float] = []
    crossings = 0
    for _, height in pairs:
        if seen and height < seen[-1]:
            crossings += len(seen) - bisect_right(seen, height)
            insort(seen, height)
        else:
            seen.append(height)
    return crossings


def _median(heights: Sequence[float]) -> float:
    """The median of sorted heights; of two middle ones rather that on the side where the others lie
    close together."""
    if len(heights) == 1:
        return heights[0]
    middle = len(heights) // 2
    if len(heights) % 2:
        return heights[middle]
    low, high = heights[middle - 1 : middle + 1]
    below, above = low - heights[0], heights[-1] - high
    if below + above == 0:
        return (low + high) / 2
    return (low * above + high * below) / (below + above)
