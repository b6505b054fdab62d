"""The heights of a layered layout: straight main lines, balanced branches, nothing overlapping.

Items that one line should run straight through form a block, and blocks are moved as a whole, as
in Sander, "A fast heuristic for hierarchical Manhattan layout", 1996: pulled by their lines like
pendulums, and pushing each other where they touch.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import fsum
from typing import NamedTuple

SEPARATION = 12.0  # between boxes that stand on one another
ROUNDS = 4  # of sweeps from right to left and back
EFFORT = 4_500  # blocks in all rounds together, so that large graphs end in time
STILL = 0.05  # shorter movements are not worth it
CROWD = 32  # so many blocks are pushed at most, or a large crowd takes quadratic time
WALL = 10.0  # a block so many times as heavy as what pushes it stands still
AGAINST = 0.01  # the pull of a line against the direction of a sweep

# The blocks next to a block on one side, each with the least distance of their heights.
Neighbours = Sequence[tuple[int, float]]


class Segment(NamedTuple):
    """A piece of line from an item to an item in the next column.  It leaves and enters so far
    below the anchors of the two items; a straight one should be horizontal."""

    left: int
    right: int
    leave: float
    enter: float
    weight: float
    straight: bool


class _Blocks(NamedTuple):
    """The block of every item, how far below the block's own height it stands, how many there are;
    the blocks are numbered from top to bottom: none stands above one with a smaller number."""

    of: list[int]
    offset: list[float]
    total: int


def place_items(
    columns: Sequence[Sequence[int]],
    gaps: Sequence[Sequence[Segment]],
    up: Sequence[float],
    down: Sequence[float],
) -> list[float]:
    """The height of every item's anchor, growing downwards, 0 at the top of the drawing.

    columns: the items from top to bottom; gaps: the segments between a column and the next;
    up, down: how far an item reaches above and below its anchor.
    """
    blocks = _align(columns, gaps, len(up))
    below = _separations(columns, blocks, up, down)
    pulls = _pulls(gaps, blocks)
    height = _start(columns, blocks, below, up, down)
    _balance(_Pendulums(height, below, pulls), columns, blocks)
    y = [height[block] + offset for block, offset in zip(blocks.of, blocks.offset, strict=True)]
    top = min((a - b for a, b in zip(y, up, strict=True)), default=0.0)
    return [round(value - top, 2) for value in y]


def _align(
    columns: Sequence[Sequence[int]], gaps: Sequence[Sequence[Segment]], count: int
) -> _Blocks:
    """Join the ends of the straight segments, where these do not cross."""
    row = [0] * count
    for column in columns:
        for index, item in enumerate(column):
            row[item] = index
    of = list(range(count))
    offset = [0.0] * count
    for gap in gaps:
        for segment in _uncrossed(gap, row):
            of[segment.right] = of[segment.left]
            offset[segment.right] = offset[segment.left] + segment.leave - segment.enter
    return _downwards(columns, of, offset)


def _uncrossed(gap: Sequence[Segment], row: Sequence[int]) -> Sequence[Segment]:
    """The straight segments of a gap, without the lighter one of any two that cross."""
    straight = [s for s in gap if s.straight]
    straight.sort(key=lambda s: row[s.left])
    heights = [row[s.right] for s in straight]
    if all(a < b for a, b in pairwise(heights)):
        return straight
    kept: list[tuple[int, int]] = []
    chosen = []
    for segment in sorted(straight, key=lambda s: -s.weight):
        ends = (row[segment.left], row[segment.right])
        index = bisect_left(kept, ends)
        if (index == 0 or kept[index - 1][1] < ends[1]) and (
            index == len(kept) or kept[index][1] > ends[1]
        ):
            kept.insert(index, ends)
            chosen.append(segment)
    return chosen


def _downwards(columns: Sequence[Sequence[int]], of: list[int], offset: list[float]) -> _Blocks:
    """Number the blocks from top to bottom.  Straight blocks that do not cross have such an order,
    since no block can be both above and below another."""
    lower: dict[int, list[int]] = {block: [] for block in of}
    waiting = dict.fromkeys(lower, 0)
    for column in columns:
        for a, b in pairwise(column):
            lower[of[a]].append(of[b])
            waiting[of[b]] += 1
    ready = [block for block in reversed(lower) if not waiting[block]]
    number: dict[int, int] = {}
    while ready:
        block = ready.pop()
        number[block] = len(number)
        for under in lower[block]:
            waiting[under] -= 1
            if not waiting[under]:
                ready.append(under)
    return _Blocks([number[block] for block in of], offset, len(number))


def _separations(
    columns: Sequence[Sequence[int]], blocks: _Blocks, up: Sequence[float], down: Sequence[float]
) -> list[list[tuple[int, float]]]:
    """For every block those right below it, each with the least distance of their heights."""
    least: list[dict[int, float]] = [{} for _ in range(blocks.total)]
    of, offset = blocks.of, blocks.offset
    for column in columns:
        for a, b in pairwise(column):
            distance = offset[a] + down[a] + SEPARATION + up[b] - offset[b]
            least[of[a]][of[b]] = max(distance, least[of[a]].get(of[b], distance))
    return [list(distances.items()) for distances in least]


def _pulls(
    gaps: Sequence[Sequence[Segment]], blocks: _Blocks
) -> list[tuple[int, int, float, float]]:
    """The segments between blocks as (a, b, shift, weight): b would stand best at a + shift."""
    of, offset = blocks.of, blocks.offset
    return [
        (of[left], of[right], offset[left] + leave - offset[right] - enter, weight)
        for gap in gaps
        for left, right, leave, enter, weight, _ in gap
        if of[left] != of[right]
    ]


def _start(
    columns: Sequence[Sequence[int]],
    blocks: _Blocks,
    below: Sequence[Neighbours],
    up: Sequence[float],
    down: Sequence[float],
) -> list[float]:
    """Every column stacked around one middle line, then the blocks pushed apart both ways: the
    mean of a drawing pushed downwards and one pushed upwards keeps all distances."""
    total, members = [0.0] * blocks.total, [0] * blocks.total
    for column in columns:
        y = -fsum([up[item] + down[item] + SEPARATION for item in column]) / 2
        for item in column:
            total[blocks.of[item]] += y + up[item] - blocks.offset[item]
            members[blocks.of[item]] += 1
            y += up[item] + down[item] + SEPARATION
    lowered = [t / m for t, m in zip(total, members, strict=True)]
    raised = lowered[:]
    for block, under in enumerate(below):
        for other, distance in under:
            lowered[other] = max(lowered[other], lowered[block] + distance)
    for block in range(blocks.total - 1, -1, -1):
        for other, distance in below[block]:
            raised[block] = min(raised[block], raised[other] - distance)
    return [(a + b) / 2 for a, b in zip(lowered, raised, strict=True)]


def _balance(pendulums: _Pendulums, columns: Sequence[Sequence[int]], blocks: _Blocks) -> None:
    """Draw what is read towards its readers, from right to left, then what reads towards what it
    reads, from left to right, and so on: each sweep carries whole branches along.

    It ends with the latter, so that an operation stands in the middle of its operands, but for the
    leaves.  (Swinging on until all hang still would not end: where its operands are kept away from
    it, an operation that follows them pushes them before it.)
    """
    rightwards = list(dict.fromkeys(blocks.of[item] for column in columns for item in column))
    leftwards = list(
        dict.fromkeys(blocks.of[item] for column in reversed(columns) for item in column)
    )
    for _ in range(max(1, min(ROUNDS, EFFORT // max(1, blocks.total)))):
        pendulums.hang(back=1.0, forth=AGAINST)
        pendulums.sweep(leftwards)
        pendulums.hang(back=AGAINST, forth=1.0)
        pendulums.sweep(rightwards)
    pendulums.hang(back=1.0, forth=AGAINST)
    for _ in range(2):
        pendulums.sweep(block for block in leftwards if pendulums.leads(block))


class _Pendulums:
    """Blocks that hang between their neighbours on lines."""

    def __init__(
        self,
        height: list[float],
        below: Sequence[Neighbours],
        pulls: Sequence[tuple[int, int, float, float]],
    ) -> None:
        self.height = height
        self.below = below
        self.above: list[list[tuple[int, float]]] = [[] for _ in below]
        for block, under in enumerate(below):
            for other, distance in under:
                self.above[other].append((block, distance))
        self.pulls = pulls
        self.targets = {b for _, b, _, _ in pulls}
        self.weight = [1e-9] * len(height)
        for a, b, _, w in pulls:
            self.weight[a] += w
            self.weight[b] += w

    def hang(self, back: float, forth: float) -> None:
        """Let every line pull the block at its left end with `back` times its weight, and the one
        at its right end with `forth` times."""
        self.lines: list[list[tuple[int, float, float]]] = [[] for _ in self.height]
        self.pull = [0.0] * len(self.height)
        for a, b, shift, w in self.pulls:
            self.pull[a] += w * back
            self.pull[b] += w * forth
            self.lines[a].append((b, -shift, w * back))
            self.lines[b].append((a, shift, w * forth))

    def leads(self, block: int) -> bool:
        """Whether no line comes to a block from the left."""
        return block not in self.targets

    def sweep(self, blocks: Iterable[int]) -> None:
        """Let these blocks swing to where their lines pull them, one after the other."""
        for block in blocks:
            self._swing(block)

    def _drift(self, block: int) -> float:
        """How far below its height a block would hang best."""
        height, lines = self.height, self.lines[block]
        if not lines:
            return 0.0
        pull = 0.0
        for other, shift, weight in lines:
            pull += weight * (height[other] + shift)
        return pull / self.pull[block] - height[block]

    def _swing(self, block: int) -> None:
        """Move a block by its drift as far as there is room, with what it pushes."""
        drift = self._drift(block)
        if abs(drift) < STILL:
            return
        way, beyond = (1, self.below) if drift > 0 else (-1, self.above)
        height = self.height
        room = free = way * drift
        for other, distance in beyond[block]:
            room = min(room, way * (height[other] - height[block]) - distance)
        if room < STILL:
            self._push(block, free, way, beyond)
        else:
            height[block] += way * room

    def _push(self, block: int, drift: float, way: int, beyond: Sequence[Neighbours]) -> None:
        """Move a block that touches others, with those that it can push."""
        region, room = self._pushed(block, drift, way, beyond)
        for member in region:
            for other, distance in beyond[member]:
                if other not in region:
                    room = min(room, self._gap(member, other, way, distance))
        if room > STILL:
            for member in region:
                self.height[member] += way * room

    def _pushed(
        self, block: int, drift: float, way: int, beyond: Sequence[Neighbours]
    ) -> tuple[set[int], float]:
        """A block with those that it pushes along, and the drift that they have in common.

        It pushes what it touches, what is not much heavier and what wants to go less far.
        """
        weight = self.weight
        force, mass = drift * weight[block], weight[block]
        region, waiting = {block}, [block]
        for member in waiting:
            for other, distance in beyond[member]:
                if (
                    len(region) < CROWD
                    and other not in region
                    and weight[other] < WALL * mass
                    and self._gap(member, other, way, distance) < STILL
                    and (push := way * self._drift(other)) * mass < force
                ):
                    region.add(other)
                    waiting.append(other)
                    force += push * weight[other]
                    mass += weight[other]
        return region, force / mass

    def _gap(self, block: int, other: int, way: int, distance: float) -> float:
        """How far a block can go in that way before it touches another one."""
        return way * (self.height[other] - self.height[block]) - distance
