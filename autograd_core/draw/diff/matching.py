"""matching: which vertices of two snapshots are the same part of a computation.

Two vertices are the same if they are computed alike from the same leaves, or used alike on the way
to the result, or have the same name in the same scope.  What is computed or used alike is found by
numbering structures: equal ones get equal numbers, and nothing is compared twice.  From matched
vertices the match spreads to their operands and readers.

Of parts that occur several times the first goes with the first, in the order of creation.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Container, Hashable, Iterator
from typing import NamedTuple

from autograd_core.draw.snapshot import CONSTANT, OUTPUT, VARIABLE, Snapshot, Vertex

LEAVES = (VARIABLE, CONSTANT)

Key = Callable[["Side", int], Hashable]


def match(before: Snapshot, after: Snapshot) -> dict[int, int]:
    """The ids in `after` of the vertices of `before` that are in both."""
    numbers: dict[Hashable, int] = {}
    return _Matching(Side(before, numbers), Side(after, numbers)).run()


class Use(NamedTuple):
    """A reader of a value, and as which operand it reads it."""

    target: int
    operand: int


class Side:
    """One of the two snapshots, with what its vertices are recognised by.

    below: the number of how each vertex is computed from the leaves; loosely: without the scopes
        and values of these.  above: of how it is used on the way to the results.
    open: those that were not matched when this was last looked at.
    """

    def __init__(self, snapshot: Snapshot, numbers: dict[Hashable, int]) -> None:
        self.vertices = snapshot.vertices
        self.open = list(range(len(snapshot.vertices)))
        self.paths = _paths(snapshot)
        self.operands: list[dict[int, int]] = [{} for _ in snapshot.vertices]
        self.uses: list[list[Use]] = [[] for _ in snapshot.vertices]
        for edge in snapshot.edges:
            self.operands[edge.target][edge.operand] = edge.source
            self.uses[edge.source].append(Use(edge.target, edge.operand))
        self.below = self._computed(numbers, self._leaf)
        self.loosely = self._computed(numbers, lambda v: (v.kind, v.name, _shape(v)))
        self.above = self._used(numbers)

    def path(self, v: int) -> str:
        """The names of the scopes around a vertex."""
        return self.paths[self.vertices[v].scope]

    def is_number(self, v: int) -> bool:
        """Whether a vertex is a number in a formula, which is known by its place alone."""
        vertex = self.vertices[v]
        return vertex.kind == CONSTANT and not vertex.name and not _shape(vertex)

    def _leaf(self, vertex: Vertex) -> Hashable:
        numbers = vertex.value.numbers if vertex.kind == CONSTANT and vertex.value else None
        return vertex.kind, vertex.name, self.paths[vertex.scope], _shape(vertex), repr(numbers)

    def _computed(
        self, numbers: dict[Hashable, int], leaf: Callable[[Vertex], Hashable]
    ) -> list[int]:
        found: list[int] = []
        for vertex in self.vertices:
            # A group may read what comes after it; that operand then has no part in its number.
            inner = tuple(
                (operand, found[source] if source < vertex.id else -1)
                for operand, source in sorted(self.operands[vertex.id].items())
            )
            own = leaf(vertex) if vertex.kind in LEAVES else _operation(vertex)
            found.append(numbers.setdefault((own, inner), len(numbers)))
        return found

    def _used(self, numbers: dict[Hashable, int]) -> list[int]:
        found = [-1] * len(self.vertices)
        for vertex in reversed(self.vertices):
            uses = sorted((found[use.target], use.operand) for use in self.uses[vertex.id])
            own = "leaf" if vertex.kind in LEAVES else _operation(vertex)
            found[vertex.id] = numbers.setdefault((own, "in", *uses), len(numbers))
        return found


def _by_place(side: Side, v: int) -> Hashable:
    return side.below[v], side.above[v], side.path(v)


def _by_operands(side: Side, v: int) -> Hashable:
    return None if side.is_number(v) else (side.below[v], side.path(v))


def _by_name(side: Side, v: int) -> Hashable:
    vertex = side.vertices[v]
    return (vertex.name, side.path(v), _sort(vertex)) if vertex.name else None


def _by_name_and_shape(side: Side, v: int) -> Hashable:
    return (_by_name(side, v), _shape(side.vertices[v])) if side.vertices[v].name else None


def _by_use(side: Side, v: int) -> Hashable:
    return side.above[v], side.path(v), side.vertices[v].name, _shape(side.vertices[v])


# What two vertices are recognised by, from what leaves least doubt to what leaves most.
_SURE: tuple[Key, ...] = (
    _by_place,
    _by_operands,
    _by_name_and_shape,
    _by_use,
    # in another scope
    lambda side, v: None if side.is_number(v) else side.below[v],
    lambda side, v: (side.above[v], side.vertices[v].name, _shape(side.vertices[v])),
)
_LOOSE: tuple[Key, ...] = (
    _by_name,  # of another shape
    lambda side, v: (side.above[v], side.vertices[v].name),
    lambda side, v: None if side.is_number(v) else side.loosely[v],
)


class _Matching:
    def __init__(self, before: Side, after: Side) -> None:
        self.before = before
        self.after = after
        self.found: dict[int, int] = {}
        self.taken: set[int] = set()
        self.fresh: deque[tuple[int, int]] = deque()

    def run(self) -> dict[int, int]:
        """First what occurs equally often on both sides, where the order of creation leaves no
        doubt, then the rest."""
        for equally in (True, False):
            for key in _SURE:
                self._pair_by(key, equally)
            self.fresh.extend(self.found.items())
            self._spread(equally)
            for key in _LOOSE:
                self._pair_by(key, equally)
                self._spread(equally)
        return self.found

    def _pair_by(self, key: Key, equally: bool) -> None:
        self._pair(
            self._free(self.before, self.found, key),
            self._free(self.after, self.taken, key),
            equally,
        )

    @staticmethod
    def _free(side: Side, done: Container[int], key: Key) -> dict[Hashable, list[int]]:
        """The vertices that are not matched yet, by their key."""
        side.open = [v for v in side.open if v not in done]
        free: dict[Hashable, list[int]] = defaultdict(list)
        for v in side.open:
            if (k := key(side, v)) is not None:
                free[k].append(v)
        return free

    def _pair(
        self, before: dict[Hashable, list[int]], after: dict[Hashable, list[int]], equally: bool
    ) -> None:
        for key, group in before.items():
            others = after.get(key, [])
            if not equally or len(group) == len(others):
                for a, b in zip(group, others, strict=False):
                    if a not in self.found and b not in self.taken:  # as in x * x, read twice
                        self._match(a, b)

    def _match(self, a: int, b: int) -> None:
        self.found[a] = b
        self.taken.add(b)
        self.fresh.append((a, b))

    def _spread(self, equally: bool) -> None:
        """Match the operands and readers of what was matched."""
        while self.fresh:
            a, b = self.fresh.popleft()
            for source, other in self._operands(a, b):
                if self._fit(source, other):
                    self._match(source, other)
            self._pair(
                self._readers(self.before, a, self.found),
                self._readers(self.after, b, self.taken),
                equally,
            )

    def _operands(self, a: int, b: int) -> Iterator[tuple[int, int]]:
        others = self.after.operands[b]
        for operand, source in sorted(self.before.operands[a].items()):
            if operand in others and source not in self.found and others[operand] not in self.taken:
                yield source, others[operand]

    def _fit(self, a: int, b: int) -> bool:
        x, y = self.before.vertices[a], self.after.vertices[b]
        return _sort(x) == _sort(y) and (x.kind not in LEAVES or x.name == y.name)

    @staticmethod
    def _readers(side: Side, v: int, done: Container[int]) -> dict[Hashable, list[int]]:
        free: dict[Hashable, list[int]] = defaultdict(list)
        for use in sorted(side.uses[v]):
            if use.target not in done:
                free[_sort(side.vertices[use.target]), use.operand].append(use.target)
        return free


def _operation(vertex: Vertex) -> Hashable:
    return vertex.kind, vertex.primitive or vertex.label, tuple(sorted(vertex.params.items()))


def _sort(vertex: Vertex) -> Hashable:
    """What cannot change without making a vertex another one."""
    if vertex.kind in LEAVES:
        return "leaf"
    return OUTPUT if vertex.kind == OUTPUT else (vertex.kind, vertex.primitive or vertex.label)


def _shape(vertex: Vertex) -> tuple[int, ...]:
    return vertex.value.shape if vertex.value else ()


def _paths(snapshot: Snapshot) -> list[str]:
    """The names from the outermost scope to each: "net/affine1"."""
    paths = [""]
    for scope in snapshot.scopes[1:]:
        outer = paths[scope.parent]
        paths.append(f"{outer}/{scope.name}" if outer else scope.name)
    return paths
