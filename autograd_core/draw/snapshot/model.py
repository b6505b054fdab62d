"""The snapshot: one immutable description of a recorded graph that every output reads.

Nothing here knows Tensors or arrays: `capture.py` makes a Snapshot from a graph, `fold.py` closes
scopes in it, and `dot.py`, `svg.py` and `text.py` draw it.  It is versioned and travels as JSON, in
which a field that has its default value is left out.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, fields
from functools import lru_cache
from hashlib import blake2b
from math import prod
from typing import Any

from autograd_core.errors import SnapshotError

VERSION = 2
BINS = 16  # of a histogram

VARIABLE = "variable"  # a leaf Tensor: something whose derivative one may want
CONSTANT = "constant"  # a plain number or array
OPERATION = "operation"  # one recorded primitive or composite
GROUP = "group"  # a scope that is folded into one vertex
OUTPUT = "output"  # the end of the graph: where the result leaves and the gradient enters


@dataclass(frozen=True, slots=True)
class Value:
    """What a picture shows of one array: its shape and dtype, its numbers when they are few, and
    statistics of its finite elements unless it is a single number or complex.

    `numbers` is a number for shape (), nested lists for at most `statistics.PREVIEW` elements, else
    None.  Complex numbers are strings.  NaN and infinities are the strings "nan", "inf", "-inf".
    `histogram` counts the elements in 16 equal parts of the range from minimum to maximum, where
    the numbers themselves are not shown.
    """

    shape: tuple[int, ...] = ()
    dtype: str = "float64"
    numbers: Any = None
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    std: float | None = None
    nans: int = 0
    infs: int = 0
    zeros: int = 0
    histogram: tuple[int, ...] | None = None

    @property
    def size(self) -> int:
        """The number of elements."""
        return prod(self.shape)

    @property
    def bytes(self) -> int:
        """The memory of the elements, as the digits of the dtype's name say."""
        return self.size * _item_bytes(self.dtype)


@lru_cache
def _item_bytes(dtype: str) -> int:
    bits = "".join(c for c in dtype[:20] if c in "0123456789")
    return max(1, int(bits or 8) // 8)


@dataclass(frozen=True, slots=True)
class Vertex:
    """One node of the picture.  `id` counts from 0 in the order of the forward pass."""

    id: int
    kind: str
    label: str = ""  # an operation's sign ("×", "exp"), a scope's name for a group
    name: str | None = None  # the user's name of the variable, or of the operation's result
    primitive: str | None = None  # the primitive's registered name
    params: dict[str, str] = field(default_factory=dict)
    scope: int = 0
    value: Value | None = None
    gradient: Value | None = None  # None: no backward pass has reached it, drawn as "–"
    line: str | None = None  # "train.py:31", where it was recorded with source lines
    members: int = 0  # a group's number of folded operations
    saturated: int | None = None  # elements near the ends of the range that a sigmoid or tanh has
    saved: int = 0  # bytes that its rules need, each array counted at the first that keeps it
    forward_time: float | None = None  # seconds; None: not measured
    backward_time: float | None = None  # seconds of all its rules
    operand: int | None = None  # a definition's leaf: which operand of the composite it stands for
    definition: Snapshot | None = None  # a composite's own graph, run on the same operands


@dataclass(frozen=True, slots=True)
class Edge:
    """One operand: the value of `source` enters `target` as its operand number `operand`.

    `gradient` is what `target` sends back along this edge: its contribution to the gradient of
    `source`, which is their sum; `rule` is the formula for it, such as "g · y".  Parallel edges are
    kept: x * x has two.  `value` is set only where this edge carries another value than that of its
    source: one of several results of a group, or a composite's result that its definition misses.
    """

    source: int
    target: int
    operand: int
    gradient: Value | None = None
    value: Value | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """A module call or an opened composite, after its parent.  Scope 0 is the whole graph and its
    own parent."""

    id: int
    name: str
    parent: int
    kind: str = "module"  # "module", "composite"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A recorded graph as data.  `forward` and `backward` are the ids of the operations in the
    order of execution; `notes` are remarks that every output shows."""

    vertices: tuple[Vertex, ...]
    edges: tuple[Edge, ...]
    scopes: tuple[Scope, ...]
    forward: tuple[int, ...]
    backward: tuple[int, ...]
    notes: tuple[str, ...] = ()
    version: int = VERSION

    def carried(self, edge: Edge) -> Value | None:
        """The value that flows along an edge."""
        return edge.value or self.vertices[edge.source].value

    def depths(self) -> list[int]:
        """How many scopes are around each scope; 0 for the whole graph."""
        depths = [0]
        for scope in self.scopes[1:]:
            depths.append(depths[scope.parent] + 1)
        return depths

    def path(self, scope: int) -> str:
        """The names of the scopes from the outermost one to this: "net/affine1"."""
        names: list[str] = []
        while scope:
            names.append(self.scopes[scope].name)
            scope = self.scopes[scope].parent
        return "/".join(reversed(names))

    def hashes(self) -> tuple[str, ...]:
        """For every scope a text that is the same for scopes of the same structure: operations,
        parameters, shapes, dtypes, wiring and scopes inside, but no names and no numbers."""
        return Structure(self).hashes()

    def to_json(self) -> str:
        """The snapshot as one JSON document, the same bytes for the same graph.

        Fields that have their default are left out.  Values are numbers of entries in one table,
        as the same array is often met at several places.
        """
        values = _Values()
        graph = _encoded(_graph(self, values))
        return f'{{"version":{VERSION},"values":[{",".join(values.texts)}],{graph[1:]}'

    @staticmethod
    def from_json(text: str | bytes) -> Snapshot:
        """The snapshot that `to_json` wrote.  Anything else raises SnapshotError."""
        try:
            data = json.loads(text)
            _check_version(data["version"])
            return _snapshot(data, dict(enumerate(map(_value, data["values"]))))
        except SnapshotError:
            raise
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise SnapshotError(
                f"snapshot: this is not a graph written by to_json: {error}"
            ) from error


def _check_version(version: Any) -> None:
    if version != VERSION:
        raise SnapshotError(
            f"snapshot: version {version!r} was written by another release; "
            f"this one reads version {VERSION}."
        )


_encoded = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode

# The fields of every part, each with the value at which it is left out.
_DEFAULTS: dict[type, list[tuple[str, Any]]] = {
    part: [(f.name, {} if f.default_factory is dict else f.default) for f in fields(part)]
    for part in (Value, Vertex, Edge, Scope)
}


class _Values:
    """The table of the values in a JSON document: their texts, each with its number."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}
        self._known: dict[int, int] = {}

    def number(self, value: Value) -> int:
        number = self._known.get(id(value))
        if number is None:
            text = _encoded(_told_fields(value))
            number = self._known[id(value)] = self.texts.setdefault(text, len(self.texts))
        return number


def _graph(snapshot: Snapshot, values: _Values) -> dict[str, Any]:
    """A snapshot as JSON can carry it, whose values are put into a table."""
    return {
        "vertices": [_fields(vertex, values) for vertex in snapshot.vertices],
        "edges": [_fields(edge, values) for edge in snapshot.edges],
        "scopes": [_told_fields(scope) for scope in snapshot.scopes],
        "forward": snapshot.forward,
        "backward": snapshot.backward,
        "notes": snapshot.notes,
    }


def _told_fields(part: Any) -> dict[str, Any]:
    return {
        name: value
        for name, default in _DEFAULTS[type(part)]
        if (value := getattr(part, name)) is not default and value != default
    }


def _fields(part: Any, values: _Values) -> dict[str, Any]:
    told = _told_fields(part)
    for name in ("value", "gradient"):
        if name in told:
            told[name] = values.number(told[name])
    if "definition" in told:
        told["definition"] = _graph(told["definition"], values)
    return told


def _snapshot(data: dict[str, Any], values: dict[int, Value]) -> Snapshot:
    return Snapshot(
        vertices=tuple([_vertex(v, values) for v in data["vertices"]]),
        edges=tuple([Edge(**e | _values(e, values)) for e in data["edges"]]),
        scopes=tuple([Scope(**s) for s in data["scopes"]]),
        forward=tuple(data["forward"]),
        backward=tuple(data["backward"]),
        notes=tuple(data["notes"]),
    )


def _vertex(data: dict[str, Any], values: dict[int, Value]) -> Vertex:
    inner = {"definition": _snapshot(data["definition"], values)} if "definition" in data else {}
    return Vertex(**data | _values(data, values) | inner)


def _values(data: dict[str, Any], values: dict[int, Value]) -> dict[str, Value]:
    return {key: values[data[key]] for key in ("value", "gradient") if key in data}


def _value(data: dict[str, Any]) -> Value:
    return Value(**data | {key: tuple(data[key]) for key in ("shape", "histogram") if key in data})


class Structure:
    """The scopes of a snapshot from the innermost outwards, each as a text without names.

    Inside a scope a value is known by a place: that of the vertex or inner scope it comes from,
    or by its number among the values that enter the scope.

    members: the vertices and the scopes (True) in every scope, in the order of the forward pass.
    entering, leaving: for every scope, once its hash is known, the vertices outside that it reads,
    each with its number of edges, and those inside that are read outside.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.operands: list[list[int]] = [[] for _ in snapshot.vertices]
        self.unread = [0] * len(snapshot.vertices)  # edges to readers outside of the scopes so far
        for edge in sorted(snapshot.edges, key=lambda e: e.operand):
            self.operands[edge.target].append(edge.source)
            self.unread[edge.source] += 1
        self.members = self._members()
        self.entering: dict[int, Counter[int]] = {}
        self.leaving: dict[int, list[int]] = {}

    def hashes(self) -> tuple[str, ...]:
        """What `Snapshot.hashes` returns."""
        found = [""] * len(self.snapshot.scopes)
        for scope, members in reversed(list(enumerate(self.members))):
            found[scope] = blake2b(
                repr(self._told(scope, members, found)).encode(), digest_size=8
            ).hexdigest()
        return tuple(found)

    def _members(self) -> list[list[tuple[int, bool]]]:
        members: list[list[tuple[int, bool]]] = [[] for _ in self.snapshot.scopes]
        known = {0}
        for vertex in self.snapshot.vertices:
            item, scope = (vertex.id, False), vertex.scope
            members[scope].append(item)
            while scope not in known:
                known.add(scope)
                item, scope = (scope, True), self.snapshot.scopes[scope].parent
                members[scope].append(item)
        return members

    def _told(self, scope: int, members: list[tuple[int, bool]], found: list[str]) -> list[Any]:
        """A scope in the words that its hash is made of."""
        places: dict[int, tuple[int, int]] = {}
        for index, (item, is_scope) in enumerate(members):
            results = self.leaving[item] if is_scope else [item]
            places |= {vertex: (index, which) for which, vertex in enumerate(results)}
        entering: Counter[int] = Counter()
        numbers: dict[int, int] = {}
        told: list[Any] = [self.snapshot.scopes[scope].kind]
        for item, is_scope in members:
            reads = self.entering[item] if is_scope else Counter(self.operands[item])
            order = reads if is_scope else self.operands[item]
            told += [found[item] if is_scope else _told(self.snapshot.vertices[item])]
            for source, edges in reads.items():
                if source in places:
                    self.unread[source] -= edges
                else:
                    entering[source] += edges
                    numbers.setdefault(source, len(numbers))
            told += [[places.get(source) or numbers[source] for source in order]]
        self.entering[scope] = entering
        self.leaving[scope] = [vertex for vertex in places if self.unread[vertex] > 0]
        return [*told, [places[vertex] for vertex in self.leaving[scope]]]


def _told(vertex: Vertex) -> tuple[Any, ...]:
    """What a vertex is, apart from its place, its names and its numbers."""
    typed = (vertex.value.shape, vertex.value.dtype) if vertex.value else None
    params = sorted(vertex.params.items())
    return vertex.kind, vertex.primitive, params, vertex.operand, vertex.members, typed
