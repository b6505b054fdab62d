"""Clusters: which operations of a program run as one loop.

A cluster has a domain, the shape over which its loop runs, and each operation has a role in it: it
gives an element for each turn of the loop, or a number for each row, or something that is known
only after the loop.  What only the cluster itself reads is never stored.

Clusters are convex: no path leaves one and comes back, so that they can run one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from heapq import heapify, heappop, heappush
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

from autograd_core.compile.operations import is_elementwise, is_view
from autograd_core.compile.plan import Step
from autograd_core.ops import elementwise, products, reduction, shaping
from autograd_core.shapes import Shape, normalize_axis
from autograd_core.symbolic import Call, Expression, Literal


class Role(Enum):
    """What an operation gives in the loop of its cluster.

    ELEMENT: an element in each turn.   FLAT: the same elements, as an array of one dimension.
    ROW: a number for each row.   LATE: what is known after the loop.
    """

    ELEMENT = "element"
    FLAT = "flat"
    ROW = "row"
    LATE = "late"


@dataclass(eq=False)
class Loop(Step):
    """A step that is one loop over a domain, and the role of each operation in it."""

    domain: Shape
    roles: Mapping[Expression, Role]


class Policy(NamedTuple):
    """Which clusters a backend can run.

    accepts: whether it can compute an element of the result, or fold it, in a turn of the loop.
    rows: whether reductions over the last axis are part of the loop, and not its end.
    limit: the largest number of operations of a cluster.
    """

    accepts: Callable[[Call], bool]
    rows: bool
    limit: int = 100


_LOOKED_AT = 4  # clusters of a domain that an operation may still join

# Below this, NumPy's calls on whole arrays are as fast as those on blocks of them.
_LARGE = 1 << 15


def is_large(node: Call) -> bool:
    """Whether an operation has so many elements that it pays to do it block by block."""
    return max((x.size for x in (node, *node.operands)), default=0) >= _LARGE


BLOCKS = Policy(
    accepts=lambda node: is_large(node) and (is_elementwise(node) or is_reduction(node)), rows=False
)

_EXTREMES_AND_SUMS = {reduction.sum_, reduction.max_, reduction.min_}


def is_reduction(node: Call) -> bool:
    """Whether it folds elements that a loop meets one after the other: sums and extremes, and dot
    products of two vectors or of a matrix with ones."""
    if node.operation is products.dot:
        x, y = node.operands
        return y.ndim == 1 and (x.ndim == 1 or (x.ndim == 2 and is_full_of(y, 1)))
    return node.operation in _EXTREMES_AND_SUMS


def is_full_of(node: Expression, value: float) -> bool:
    """Whether all elements are known to be that number."""
    return isinstance(node, Literal) and bool(np.all(np.asarray(node.value) == value))


def is_repeat(node: Call) -> bool:
    """Whether each of its elements is that of its operand, which is repeated to a larger shape."""
    return node.operation is elementwise.broadcast_to


@dataclass(eq=False, kw_only=True)
class Group:
    """Operations that are to run as one.

    before, after: the numbers of the groups on which it depends, and which depend on it, as bits.
    """

    number: int = -1
    operations: list[Call] = field(default_factory=list)
    before: int = 0
    after: int = 0


AnyGroup = TypeVar("AnyGroup", bound=Group)


class Groups(Generic[AnyGroup]):
    """All groups, of which none may depend on itself through others."""

    def __init__(self) -> None:
        self.all: list[AnyGroup] = []
        self.of: dict[Expression, AnyGroup] = {}

    def new(self, group: AnyGroup) -> AnyGroup:
        """A further group, which is empty yet."""
        group.number = len(self.all)
        self.all.append(group)
        return group

    def read_by(self, operands: Iterable[Expression]) -> list[AnyGroup]:
        """The groups in which operands are computed."""
        found = {c.number: c for x in operands if (c := self.of.get(x)) is not None}
        return list(found.values())

    def may_join(self, group: AnyGroup, sources: Iterable[AnyGroup]) -> bool:
        """Whether something that reads from these may be put into the group: no path may lead from
        it out and back."""
        return not any(source.before >> group.number & 1 for source in sources)

    def join(
        self, group: AnyGroup, operations: Iterable[Call], sources: Iterable[AnyGroup]
    ) -> None:
        """Put operations that read from these groups into a group."""
        for node in operations:
            group.operations.append(node)
            self.of[node] = group
        new = 0
        for source in sources:
            if source is not group:
                new |= source.before | 1 << source.number
        new &= ~group.before
        if not new:
            return
        later = group.after | 1 << group.number
        for number in _bits(later):
            self.all[number].before |= new
        for number in _bits(new):
            self.all[number].after |= later

    def in_order(self) -> Iterator[AnyGroup]:
        """Each after those on which it depends, and else in the order in which they were made."""
        waiting = {c.number: c.before.bit_count() for c in self.all}
        ready = [number for number, count in waiting.items() if not count]
        heapify(ready)
        while ready:
            group = self.all[heappop(ready)]
            yield group
            for number in _bits(group.after):
                waiting[number] -= 1
                if not waiting[number]:
                    heappush(ready, number)


@dataclass(eq=False, kw_only=True)
class Cluster(Group):
    """A group that is one loop.

    domain: None for a single operation that is no loop.   limit: of the number of operations.
    """

    domain: Shape | None
    limit: int
    roles: dict[Expression, Role] = field(default_factory=dict)

    def role_of(self, node: Call, policy: Policy) -> Role | None:
        """The role that an operation would have here; None if it cannot be here."""
        domain = self.domain
        if domain is None or (node.shape and not domain):
            return None
        if node.operation in (shaping.reshape, shaping.getitem):
            return self._role_of_view(node, domain)
        if not policy.accepts(node):
            return None
        if is_reduction(node):
            return self._role_of_reduction(node, domain, policy)
        if node.shape == domain and all(self._is_element(x) for x in node.operands):
            return Role.ELEMENT
        return Role.ROW if self._reads_rows(node) else None

    def _role_of_view(self, node: Call, domain: Shape) -> Role | None:
        """Rows with and without a last axis of length 1 are the same, and so are the elements laid
        flat."""
        role = self.roles.get(node.operands[0])
        if role is Role.ROW and node.shape in _row_shapes(domain):
            return Role.ROW if node.operation is shaping.reshape or _only_adds_axes(node) else None
        if role is Role.ELEMENT and node.operation is shaping.reshape and node.ndim == 1:
            return Role.FLAT
        return None

    def _role_of_reduction(self, node: Call, domain: Shape, policy: Policy) -> Role | None:
        last = len(domain) - 1
        if node.operation is products.dot and node.operands[0].ndim == 1:
            flat = all(self._is_flat(x, domain) for x in node.operands)
            return Role.LATE if flat else None
        x = node.operands[0]
        if x.shape != domain or not domain or not self._is_element(x):
            return None
        if node.operation is products.dot:
            return Role.ROW if policy.rows else None
        axes = normalize_axis(node.params["axis"], len(domain))
        if len(axes) == len(domain) or axes == tuple(range(last)):
            return Role.LATE
        return Role.ROW if axes == (last,) and policy.rows else None

    def _is_element(self, x: Expression) -> bool:
        role = self.roles.get(x)
        return role in (None, Role.ELEMENT) or (
            role is Role.ROW and x.ndim == len(self.domain or ())
        )

    def _reads_rows(self, node: Call) -> bool:
        """Whether it computes a number for each row from others that are known here."""
        known = any(x in self.roles for x in node.operands)
        return known and self._is_row(node) and all(self._is_row(x) for x in node.operands)

    def _is_row(self, x: Expression) -> bool:
        """Whether it is a number for each row, or from outside and could be."""
        shapes = _row_shapes(self.domain or ())
        if self.roles.get(x, Role.ROW) is not Role.ROW:
            return False
        return x.shape in shapes or not x.shape

    def _is_flat(self, x: Expression, domain: Shape) -> bool:
        role = self.roles.get(x)
        if len(domain) == 1 and x.shape == domain:
            return role in (None, Role.ELEMENT)
        return role is Role.FLAT


def _row_shapes(domain: Shape) -> tuple[Shape, ...]:
    return (domain[:-1], (*domain[:-1], 1)) if len(domain) > 1 else ()


class Clusters:
    """The clusters of a list of operations."""

    def __init__(self, operations: Sequence[Call], policy: Policy) -> None:
        self.policy = policy
        self.groups: Groups[Cluster] = Groups()
        self._open: dict[Shape, list[Cluster]] = {}
        self._kinds = [(node.operation, node.shape) for node in operations]
        for place, node in enumerate(operations):
            self._add(place, node)

    def _add(self, place: int, node: Call) -> None:
        """Put an operation into the newest cluster that it fits, or into one of its own."""
        sources = self.groups.read_by(node.operands)
        for cluster in self._candidates(node, sources):
            role = cluster.role_of(node, self.policy)
            if role is not None and self.groups.may_join(cluster, sources):
                break
        else:
            domain = _domain_of(node)
            cluster = self.groups.new(Cluster(domain=domain, limit=self._limit_at(place)))
            role = cluster.role_of(node, self.policy)
            if role is None:
                cluster.domain = None
            else:
                self._open.setdefault(domain, []).append(cluster)
        if role is not None:
            cluster.roles[node] = role
        self.groups.join(cluster, [node], sources)

    def _candidates(self, node: Call, sources: Iterable[Cluster]) -> Iterator[Cluster]:
        """Those that it reads from, and the last few of its domain."""
        recent = self._open.get(_domain_of(node), [])[-_LOOKED_AT:]
        for cluster in (*sources, *reversed(recent)):
            if len(cluster.operations) < cluster.limit:
                yield cluster

    def _limit_at(self, place: int) -> int:
        """The most operations of a cluster that begins there.  Where as many as before come again,
        as in an unrolled loop, as many: then the clusters are equal and are compiled once."""
        kinds, most = self._kinds, self.policy.limit
        for length in range(most, most // 2, -1):
            if place >= length and kinds[place - length : place] == kinds[place : place + length]:
                return length
        return most


def _domain_of(node: Call) -> Shape:
    return node.operands[0].shape if is_reduction(node) else node.shape


def _only_adds_axes(node: Call) -> bool:
    index = node.params["index"]
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is Ellipsis for part in parts)


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def fuse(
    operations: Sequence[Call], wanted: set[Expression], policy: Policy = BLOCKS
) -> list[Step]:
    """The operations in clusters, in an order in which they can run.

    wanted: what is read by others than these operations.
    """
    clusters = Clusters(operations, policy)
    outs = stored(operations, wanted, clusters.groups.of)
    return [_step(cluster, outs) for cluster in clusters.groups.in_order()]


def _step(cluster: Cluster, outs: set[Expression]) -> Step:
    operations = tuple(cluster.operations)
    if cluster.domain is None:
        return Step(operations, operations)
    return Loop(
        operations, tuple(x for x in operations if x in outs), cluster.domain, cluster.roles
    )


def stored(
    operations: Sequence[Call], wanted: Iterable[Expression], group: Mapping[Expression, Any]
) -> set[Expression]:
    """What is read by others than the group to which it belongs; of views, what they are of.

    group: of every operation its group.
    """
    found = {owner_of(x) for x in wanted}
    for node in operations:
        for x in node.operands:
            if group.get(x) is not group[node]:
                found.add(owner_of(x))
    return found


def owner_of(node: Expression) -> Expression:
    """The result in whose memory a view lies; anything else itself."""
    while is_view(node):
        node = node.operands[0]
    return node
