"""The items of a layered layout and the lines between them.

Items are the nodes, then the labels of the links, then the pieces of long wires.  A label stands in
the column before its link's target, a piece in every column that a wire passes before that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from autograd_core.draw.layout.order import Lines, heights, order_columns
from autograd_core.draw.layout.place import Segment
from autograd_core.draw.layout.rank import FLOW, rank_nodes

LINE = 3.0  # half the room of a line that passes
SIDE = 0.002  # the pull of a parameter on its reader, beside that of the main flow


class Node(NamedTuple):
    """A box around an anchor line, where links meet its left and right side.

    spread: the distance at which several links enter it; 0 lets all meet it at one point.
    aside: 0 in the main flow; the larger, the less its links should bend what they join.
    """

    width: float
    up: float
    down: float
    role: int = FLOW
    spread: float = 0.0
    aside: int = 0


class Link(NamedTuple):
    """A link with its label's box around the line.  `leave` and `enter` say how far below the
    anchors of its nodes it meets them; links of the same `wire` carry the same value."""

    source: int
    target: int
    wire: int
    width: float = 0.0
    up: float = LINE
    down: float = LINE
    leave: float = 0.0
    enter: float = 0.0


class Wires:
    """All items with their column and extent, and the lines that tie each to the next columns."""

    def __init__(self, nodes: Sequence[Node], links: Sequence[Link]) -> None:
        self.nodes = nodes
        rank, self.backward = rank_nodes(
            [node.role for node in nodes], [(link.source, link.target) for link in links]
        )
        # A link against the ranks is laid out the other way round.
        self.links = [
            link._replace(
                source=link.target, target=link.source, leave=link.enter, enter=link.leave,
                wire=-1 - index,
            )
            if back
            else link
            for index, (link, back) in enumerate(zip(links, self.backward, strict=True))
        ]  # fmt: skip
        self.column = [2 * r for r in rank] + [2 * rank[link.target] - 1 for link in self.links]
        self.extents = [(node.width, node.up, node.down) for node in nodes]
        self.extents += [(link.width, link.up, link.down) for link in links]
        self.left: list[list[int]] = [[] for _ in self.column]
        self.right: list[list[int]] = [[] for _ in self.column]
        self.link = [-1] * len(nodes) + list(range(len(links)))  # of a label or a piece of wire
        self.ways: list[list[int]] = []  # of every wire: its source, then its pieces
        self.branch = [(0, 0)] * len(links)  # of every link: its wire, and where it leaves it
        self._lay_all()

    def _lay_all(self) -> None:
        bundles: dict[tuple[int, int], list[int]] = {}
        for index, link in enumerate(self.links):
            bundles.setdefault((link.source, link.wire), []).append(index)
            self._tie(self.label(index), link.target)
        for (source, _), bundle in bundles.items():
            self._lay(source, bundle)

    def _lay(self, source: int, bundle: Sequence[int]) -> None:
        """Lay a wire up to the column before its last label, and tie the labels to it."""
        longest = max(bundle, key=lambda index: self.column[self.label(index)])
        way = [source]
        for column in range(self.column[source] + 1, self.column[self.label(longest)]):
            way.append(self._piece(column, longest))
            self._tie(way[-2], way[-1])
        for index in bundle:
            place = self.column[self.label(index)] - self.column[source] - 1
            self._tie(way[place], self.label(index))
            self.branch[index] = (len(self.ways), place)
        self.ways.append(way)

    def _piece(self, column: int, link: int) -> int:
        self.column.append(column)
        self.extents.append((0.0, LINE, LINE))
        self.left.append([])
        self.right.append([])
        self.link.append(link)
        return len(self.column) - 1

    def _tie(self, left: int, right: int) -> None:
        self.left[right].append(left)
        self.right[left].append(right)

    def label(self, link: int) -> int:
        """The item that is the label of that link."""
        return len(self.nodes) + link

    def is_label(self, item: int) -> bool:
        """Whether an item is a label."""
        return len(self.nodes) <= item < len(self.nodes) + len(self.links)

    def columns(self) -> list[list[int]]:
        """The items of every column from top to bottom, so that few lines cross.

        Every other column holds labels and pieces of wire that are tied to one item on either
        side: in the order of these they add no crossing, so only the others are searched.
        """
        even = [item for item, column in enumerate(self.column) if column % 2 == 0]
        odd = [item for item, column in enumerate(self.column) if column % 2]
        number = {item: index for index, item in enumerate(even)}
        pins = _Pins(len(even))
        tail = {item: number[self.left[item][0]] for item in odd}
        head = {item: number[self.right[item][0]] for item in odd}
        for index, link in enumerate(self.links):
            if link.leave:
                box = self.nodes[link.source]
                tail[self._first(index)] = pins.add(number[link.source], box, link.leave, +1)
            if link.enter:
                box = self.nodes[link.target]
                head[self.label(index)] = pins.add(number[link.target], box, link.enter, -1)
        columns: list[list[int]] = [[] for _ in range(max(self.column, default=-1) + 1)]
        gaps: list[list[tuple[int, int]]] = [[] for _ in columns[::2]]
        for item in odd:
            gaps[self.column[item] // 2].append((tail[item], head[item]))
        lines = Lines([self.column[item] // 2 for item in even], gaps, pins.owner, pins.of)
        chosen = order_columns(lines)
        height = heights(chosen, lines)
        for index, items in enumerate(chosen):
            columns[2 * index] = [even[item] for item in items]
        for item in sorted(odd, key=lambda item: height[tail[item]] + height[head[item]]):
            columns[self.column[item]].append(item)
        return columns

    def _first(self, index: int) -> int:
        """The item right after a link's source: its label, or the first piece of its wire."""
        wire, place = self.branch[index]
        return self.ways[wire][1] if place else self.label(index)

    def segments(self, row: Sequence[int]) -> list[list[Segment]]:
        """The lines in every gap as `place_items` reads them, for items in these rows."""
        weight = self._weights()
        tight = [self.column[link.target] - self.column[link.source] == 2 for link in self.links]
        main = [
            self._main(into, [(weight[self.link[k]], tight[self.link[k]]) for k in into])
            for into in self.left[: len(self.nodes)]
        ]
        ahead = [self._ahead(item) for item in range(len(self.column))]
        enter = self._entries(row, main)
        gaps: list[list[Segment]] = [[] for _ in range(max(self.column, default=-1) + 1)]
        for item in range(len(self.nodes), len(self.column)):
            index = self.link[item]
            link, tail = self.links[index], self.left[item][0]
            leave = link.leave if tail < len(self.nodes) else 0.0
            gaps[self.column[item] - 1].append(
                Segment(tail, item, leave, 0.0, weight[index], ahead[tail] == item)
            )
            if self.is_label(item):
                gaps[self.column[item]].append(
                    Segment(
                        item, link.target, 0.0, enter[index], weight[index],
                        main[link.target] == item,
                    )
                )  # fmt: skip
        self.enter = enter
        return gaps

    def _weights(self) -> list[float]:
        """The pull of every link on its target, full for what is the least aside of its inputs."""
        pull = [SIDE**node.aside for node in self.nodes]
        strongest = [
            max((pull[self.links[self.link[label]].source] for label in labels), default=1.0)
            for labels in self.left[: len(self.nodes)]
        ]
        return [pull[link.source] / strongest[link.target] for link in self.links]

    def _ahead(self, item: int) -> int | None:
        """The item on the right with which this one forms a straight line, if any.

        From a node that is the label of a near reader, from a piece of wire the rest of the wire.
        """
        near = item < len(self.nodes)
        return self._main(self.right[item], [self.is_label(k) == near for k in self.right[item]])

    def _main(self, items: Sequence[int], scores: Sequence[Any]) -> int | None:
        """The item with the highest score.  Of several the first that leads into a frame, where
        lines have places of their own; else none, so that equal branches spread evenly."""
        if len(items) == 1:
            return items[0]
        highest = max(scores, default=None)
        best = [item for item, score in zip(items, scores, strict=True) if score == highest]
        if len(best) == 1:
            return best[0]
        return next((item for item in best if self.links[self.link[item]].enter), None)

    def _entries(self, row: Sequence[int], main: Sequence[int | None]) -> list[float]:
        """How far below its target's anchor every link enters it, in the order of the labels."""
        enter = [link.enter for link in self.links]
        for node, box in enumerate(self.nodes):
            if box.spread and len(self.left[node]) > 1:
                labels = sorted(self.left[node], key=row.__getitem__)
                middle = (len(labels) - 1) / 2
                straight = main[node]
                if straight is not None:
                    middle = labels.index(straight)
                room = min(box.up, box.down) - LINE
                spread = min(box.spread, room / max(middle, len(labels) - 1 - middle))
                for index, label in enumerate(labels):
                    enter[self.link[label]] = (index - middle) * spread
        return enter


class _Pins:
    """The pins of items: one each, and one more for every place where lines meet a frame."""

    def __init__(self, items: int) -> None:
        self.owner = list(range(items))
        self.of: dict[int, list[tuple[int, float]]] = {}
        self._known: dict[tuple[int, int, float], int] = {}

    def add(self, item: int, box: Node, below: float, side: int) -> int:
        """The pin on one side of an item, so far below its anchor."""
        key = (item, side, below)
        if key not in self._known:
            self._known[key] = len(self.owner)
            self.of.setdefault(item, []).append(
                (len(self.owner), (box.up + below) / (box.up + box.down))
            )
            self.owner.append(item)
        return self._known[key]
