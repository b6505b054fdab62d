"""wellformed: a snapshot from a file is refused unless everything can rely on its form."""

import json
from typing import Any

import pytest

from autograd_core import SnapshotError, Tensor, log_softmax
from autograd_core.draw.snapshot import Snapshot
from autograd_core.draw.snapshot.capture import capture
from autograd_core.draw.snapshot.wellformed import wellformed


def recorded() -> Snapshot:
    y = log_softmax(Tensor([[float(i) for i in range(9)]])).sum()
    y.backward()
    return capture(y, profile=True)


TEXT = recorded().to_json()
INNER = "vertices 1 definition "
FAULTS: list[tuple[str, Any, str]] = [
    ("values 0 histogram", [1] * 15, "a number of vertex 0"),
    ("values 0 histogram", [-1] * 16, "a number of vertex 0"),
    ("vertices 1 saved", -1, "a number of vertex 1"),
    ("vertices 1 saved", 0.5, "a number of vertex 1"),
    ("vertices 1 forward_time", -1.0, "a number of vertex 1"),
    ("vertices 1 backward_time", "0", "a number of vertex 1"),
    ("vertices 1 operand", True, "a number of vertex 1"),
    ("edges 0 rule", 7, "a number of edge 0"),
    (INNER + "vertices 0 id", 5, "in the definition of vertex 1 the id"),
    (INNER + "vertices 0 operand", 3, "in the definition of vertex 1 an operand or"),
    (INNER + "vertices 1 operand", 0, "in the definition of vertex 1 an operand or"),
    (INNER + "edges 0 target", 0, "in the definition of vertex 1 the source"),
    (INNER + "edges 2 target", 0, "in the definition of vertex 1 an operand or"),
    (INNER + "vertices 3 kind", "operation", "in the definition of vertex 1 an operand or"),
    (INNER + "vertices 1 definition vertices 0 scope", 9,
     "in the definition of vertex 1 in the definition of vertex 1 the id"),
]  # fmt: skip


def test_what_was_recorded_is_wellformed() -> None:
    snapshot = recorded()
    assert wellformed(snapshot) is snapshot


@pytest.mark.parametrize(("place", "wrong", "fault"), FAULTS)
def test_the_first_fault_is_named(place: str, wrong: Any, fault: str) -> None:
    part = data = json.loads(TEXT)
    *outer, last = [int(key) if key.isdigit() else key for key in place.split()]
    for key in outer:
        part = part[key]
    part[last] = wrong
    with pytest.raises(SnapshotError, match=rf"^snapshot: .*{fault}"):
        wellformed(Snapshot.from_json(json.dumps(data)))


@pytest.mark.parametrize("kind", ["variable", "group"])
def test_only_an_operation_has_a_definition(kind: str) -> None:
    data = json.loads(TEXT)
    data["vertices"][1]["kind"] = kind
    with pytest.raises(SnapshotError, match="kind, scope, a text or a number of vertex 1"):
        wellformed(Snapshot.from_json(json.dumps(data)))
