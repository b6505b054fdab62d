"""The ranks of a layered layout: which column every node stands in.

Rank 0 is at the left.  A node stands right of everything it reads, and the links together are
nearly as short as they can be, which makes for few crossings and puts a parameter next to the
operation that uses it.
"""

from __future__ import annotations

from collections.abc import Sequence

FLOW = 0  # a node that stands wherever links are short
FIRST = 1  # a leaf that stays at the left in a short graph, as the book draws it
ENTRY = 2  # where a link enters a frame: at its left border
EXIT = 3  # where a link leaves a frame: at its right border

BOOK = 4  # a graph of at most this many ranks keeps its variables in one column
GROUP = 8  # nodes that move together: with larger groups links get hardly shorter
PASSES = 3

Neighbours = Sequence[Sequence[int]]


def rank_nodes(
    roles: Sequence[int], ends: Sequence[tuple[int, int]]
) -> tuple[list[int], list[bool]]:
    """The ranks of nodes with these roles, linked by these (source, target) pairs; and for every
    link whether it runs against the ranks.  A cycle has at least one such link, a graph as it was
    recorded has none.
    """
    order, backward = _topological(len(roles), ends)
    inputs: list[list[int]] = [[] for _ in roles]
    outputs: list[list[int]] = [[] for _ in roles]
    for (source, target), back in zip(ends, backward, strict=True):
        low, high = (target, source) if back else (source, target)
        inputs[high].append(low)
        outputs[low].append(high)
    rank = _latest(order, outputs)
    for _ in range(PASSES):
        moved = _gather(order, rank, outputs, inputs, -1)
        if not (_gather(order[::-1], rank, inputs, outputs, 1) or moved):
            break
    return _fix(roles, rank), backward


def _topological(count: int, ends: Sequence[tuple[int, int]]) -> tuple[list[int], list[bool]]:
    """The nodes, sources first, and which links run against that order.  Where only cycles are
    left, the smallest number goes first."""
    targets: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    for source, target in ends:
        targets[source].append(target)
        waiting[target] += 1
    ready = [node for node in range(count) if not waiting[node]]
    when: dict[int, int] = {}
    rest = iter(range(count))
    while len(when) < count:
        node = ready.pop() if ready else next(node for node in rest if node not in when)
        if node not in when:
            when[node] = len(when)
            for target in targets[node]:
                waiting[target] -= 1
                if not waiting[target]:
                    ready.append(target)
    return list(when), [when[source] > when[target] for source, target in ends]


def _latest(order: Sequence[int], outputs: Neighbours) -> list[int]:
    """Every node as far right as its readers allow."""
    rank = [0] * len(order)
    for node in reversed(order):
        for reader in outputs[node]:
            rank[node] = min(rank[node], rank[reader] - 1)
    first = min(rank, default=0)
    return [r - first for r in rank]


def _gather(
    order: Sequence[int], rank: list[int], behind: Neighbours, ahead: Neighbours, way: int
) -> bool:
    """Move each node `way`, -1 left or 1 right, together with the nodes that it would run into,
    where that shortens more links than it lengthens.  Whether anything moved.

    `ahead` are the neighbours in the direction of the movement: this walks small groups in place of
    the whole tree of the network simplex method.
    """
    moved = False
    for node in order:
        group = _pushed(node, rank, ahead, way)
        if len(group) > GROUP:
            continue
        inside = set(group)
        room = [way * (rank[n] - rank[g]) - 1 for g in group for n in ahead[g] if n not in inside]
        longer = sum(n not in inside for g in group for n in behind[g])
        if len(room) > longer:
            for member in group:
                rank[member] += way * min(room)
            moved = True
    return moved


def _pushed(node: int, rank: Sequence[int], ahead: Neighbours, way: int) -> list[int]:
    """The node and those that stand in its way, in the way of these, and so on."""
    group = [node]
    for member in group:
        if len(group) > GROUP:
            break
        for other in ahead[member]:
            if rank[other] == rank[member] + way and other not in group:
                group.append(other)
    return group


def _fix(roles: Sequence[int], rank: Sequence[int]) -> list[int]:
    """Count from 0, and put the borders of a frame and the variables of a short graph in place."""
    first = min(rank, default=0)
    last = max((r for r, role in zip(rank, roles, strict=True) if role != EXIT), default=0)
    column = {ENTRY: 0, EXIT: last - first + 1}
    if max(rank, default=0) - first <= BOOK and column.keys().isdisjoint(roles):
        column[FIRST] = 0
    return [column.get(role, r - first) for r, role in zip(rank, roles, strict=True)]
