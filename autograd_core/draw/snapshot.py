"""The snapshot: one immutable description of a recorded graph that every output reads.

Nothing here knows Tensors or arrays: `capture.py` makes a Snapshot from a graph, `fold.py` closes
scopes in it, and `dot.py`, `svg.py` and `text.py` draw it.  It is versioned and travels as JSON.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from autograd_core.errors import SnapshotError

VERSION = 1

VARIABLE = "variable"  # a leaf Tensor: something whose derivative one may want
CONSTANT = "constant"  # a plain number or array
OPERATION = "operation"  # one recorded primitive or composite
GROUP = "group"  # a scope that is folded into one vertex
OUTPUT = "output"  # the end of the graph: where the result leaves and the gradient enters


@dataclass(frozen=True, slots=True)
class Value:
    """What a picture shows of one array: its shape and dtype, its numbers when they are few, and
    statistics of the finite elements when they are many.

    `numbers` is a number for shape (), nested lists for at most `capture.PREVIEW` elements, else
    None.  Complex numbers are strings.  NaN and infinities are the strings "nan", "inf", "-inf".
    """

    shape: tuple[int, ...]
    dtype: str
    numbers: Any = None
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    std: float | None = None
    nans: int = 0
    infs: int = 0
    zeros: int = 0


@dataclass(frozen=True, slots=True)
class Vertex:
    """One node of the picture.  `id` counts from 0 in the order of the forward pass."""

    id: int
    kind: str
    label: str  # an operation's sign ("×", "exp"), a scope's name for a group, else ""
    name: str | None = None  # the user's name of the variable, or of the operation's result
    primitive: str | None = None  # the primitive's registered name
    params: dict[str, str] = field(default_factory=dict)
    scope: int = 0
    value: Value | None = None
    gradient: Value | None = None  # None: no backward pass has reached it, drawn as "–"
    line: str | None = None  # "train.py:31", where it was recorded with source lines
    members: int = 0  # a group's number of folded operations


@dataclass(frozen=True, slots=True)
class Edge:
    """One operand: the value of `source` enters `target` as its operand number `operand`.

    `gradient` is what `target` sends back along this edge: its contribution to the gradient of
    `source`, which is their sum.  Parallel edges are kept: x * x has two.  `value` is set only
    where a group has several results and this edge carries one of them.
    """

    source: int
    target: int
    operand: int
    gradient: Value | None = None
    value: Value | None = None


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

    def to_json(self) -> str:
        """The snapshot as one JSON document, the same bytes for the same graph."""
        return json.dumps(self, default=_fields, allow_nan=False, separators=(",", ":"))

    @staticmethod
    def from_json(text: str | bytes) -> Snapshot:
        """The snapshot that `to_json` wrote.  Anything else raises SnapshotError."""
        try:
            data = json.loads(text)
            _check_version(data["version"])
            return Snapshot(
                vertices=tuple(_vertex(v) for v in data["vertices"]),
                edges=tuple(_edge(e) for e in data["edges"]),
                scopes=tuple(Scope(**s) for s in data["scopes"]),
                forward=tuple(data["forward"]),
                backward=tuple(data["backward"]),
                notes=tuple(data["notes"]),
            )
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


def _fields(part: Any) -> dict[str, Any]:
    return {name: getattr(part, name) for name in part.__slots__}


def _value(data: dict[str, Any] | None) -> Value | None:
    return None if data is None else Value(**{**data, "shape": tuple(data["shape"])})


def _edge(data: dict[str, Any]) -> Edge:
    return Edge(**{**data, "gradient": _value(data["gradient"]), "value": _value(data["value"])})


def _vertex(data: dict[str, Any]) -> Vertex:
    return Vertex(**{**data, "value": _value(data["value"]), "gradient": _value(data["gradient"])})
