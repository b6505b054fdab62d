"""Graphs that the tests of explain tell, and a look into an explanation."""

from typing import Any

from autograd_core import Tensor
from autograd_core.draw.snapshot import Snapshot
from autograd_core.draw.snapshot.capture import capture
from autograd_core.explain import Explanation


def price() -> Tensor:
    apple, count = Tensor(100, name="apple"), Tensor(2, name="count")
    total = apple * count * Tensor(1.1, name="tax")
    total.name = "price"
    return total


def fruit() -> Tensor:
    apple, n = Tensor(100, name="apple"), Tensor(2, name="apple_num")
    orange, m = Tensor(150, name="orange"), Tensor(3, name="orange_num")
    total = (apple * n + orange * m) * Tensor(1.1, name="tax")
    total.name = "total"
    return total


def named(x: Any, name: str) -> Any:
    x.name = name
    return x


def section(explanation: Explanation, heading: str) -> list[str]:
    """The lines below a heading."""
    found, inside = [], False
    for line in explanation.lines:
        if line.level == 0:
            inside = line.text().startswith(heading)
        elif inside:
            found.append(line.text())
    return found


def explained_snapshot(tensor: Tensor) -> Snapshot:
    tensor.backward()
    return capture(tensor)
