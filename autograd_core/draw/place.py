"""The heights of a layered layout: straight main lines, balanced branches, nothing overlapping.

Items that one line should run straight through form a block, and blocks are moved as a whole, as
in Sander, "A fast heuristic for hierarchical Manhattan layout", 1996: pulled by their lines like
pendulums, and pushing each other where they touch.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

SEPARATION = 12.0  # between boxes that stand on one another
EFFORT = 30_000  # blocks looked at in each of two passes, so that large graphs end in time
SWEEPS = 24  # in each pass: later ones move hardly anything
STILL = 0.05  # shorter movements are not worth it
WALL = 10.0  # a block so many times as heavy as what pushes it stands still
BACK = 0.01  # a line's pull on its source in the end, beside that on its target: an operation
# stands in the middle of its operands, even where its result is needed elsewhere


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
    count: int


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
    pendulums = _Pendulums(height, below, pulls)
    pendulums.settle(back=1.0)
    pendulums.settle(back=BACK)
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
    if all(a < b for a, b in zip(heights, heights[1:], strict=False)):
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
        for upper, item in zip(column, column[1:], strict=False):
            lower[of[upper]].append(of[item])
            waiting[of[item]] += 1
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
    least: list[dict[int, float]] = [{} for _ in range(blocks.count)]
    of, offset = blocks.of, blocks.offset
    for column in columns:
        for a, b in zip(column, column[1:], strict=False):
            distance = offset[a] + down[a] + SEPARATION + up[b] - offset[b]
            known = least[of[a]]
            if distance > known.get(of[b], 0.0) or of[b] not in known:
                known[of[b]] = distance
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
    total, members = [0.0] * blocks.count, [0] * blocks.count
    for column in columns:
        y = -sum([up[item] + down[item] + SEPARATION for item in column]) / 2
        for item in column:
            total[blocks.of[item]] += y + up[item] - blocks.offset[item]
            members[blocks.of[item]] += 1
            y += up[item] + down[item] + SEPARATION
    lowered = [t / m for t, m in zip(total, members, strict=True)]
    raised = lowered[:]
    for block, under in enumerate(below):
        for other, distance in under:
            lowered[other] = max(lowered[other], lowered[block] + distance)
    for block in range(blocks.count - 1, -1, -1):
        for other, distance in below[block]:
            raised[block] = min(raised[block], raised[other] - distance)
    return [(a + b) / 2 for a, b in zip(lowered, raised, strict=True)]


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

    def settle(self, back: float) -> None:
        """Let the blocks swing to where their lines pull them; a line pulls the block at its left
        end so many times as strongly as the one at its right end."""
        self.weight = [1e-9] * len(self.height)
        self.lines: list[list[tuple[int, float, float]]] = [[] for _ in self.height]
        for a, b, shift, w in self.pulls:
            self.weight[a] += w * back
            self.weight[b] += w
            self.lines[a].append((b, -shift, w * back))
            self.lines[b].append((a, shift, w))
        self.restless = [True] * len(self.height)
        self.effort = EFFORT
        for sweep in range(SWEEPS):
            blocks = [block for block, restless in enumerate(self.restless) if restless]
            for block in (blocks, blocks[::-1])[sweep % 2]:
                self.restless[block] = False
                if self.effort > 0:
                    self._swing(block)

    def _drift(self, block: int) -> float:
        """How far below its height a block would hang best."""
        height = self.height
        pull = sum([w * (height[other] + shift) for other, shift, w in self.lines[block]])
        return pull / self.weight[block] - height[block] if pull else 0.0

    def _swing(self, block: int) -> None:
        """Move a block by its drift as far as there is room.

        Blocks that it touches, that are not much heavier and that want to go less far are pushed
        along, at their common drift.
        """
        self.effort -= 1
        drift = self._drift(block)
        if abs(drift) < STILL:
            return
        height, weight = self.height, self.weight
        way, beyond = (1, self.below) if drift > 0 else (-1, self.above)
        force, mass = abs(drift) * weight[block], weight[block]
        region = {block: None}
        waiting = [block]
        for member in waiting:
            for other, distance in beyond[member]:
                gap = way * (height[other] - height[member]) - distance
                if gap < STILL and other not in region and weight[other] < WALL * mass:
                    push = way * self._drift(other)
                    if push * mass < force:
                        region[other] = None
                        waiting.append(other)
                        force += push * weight[other]
                        mass += weight[other]
        self.effort -= len(region)
        room = force / mass
        for member in region:
            for other, distance in beyond[member]:
                if other not in region:
                    room = min(room, way * (height[other] - height[member]) - distance)
        if room < STILL:
            return
        for member in region:
            height[member] += way * room
            for other, _, _ in self.lines[member]:
                self.restless[other] = True
            for other, _ in (*self.above[member], *self.below[member]):
                self.restless[other] = True
