"""Operations with an index, a mask or a condition: what was picked is told, by name or in full."""

import numpy as np
import pytest

from autograd_core import Graph, Tensor, graph

MASK = np.array([[True, False, True], [False, True, False]])
LARGE = np.arange(100.0).reshape(10, 10) % 7 > 3


def told(result: Tensor) -> list[str]:
    """The lines of the explanation of its sum."""
    total = np.sum(result)
    total.name = "z"
    return str(graph(total).explain()).split("\n")


def x() -> Tensor:
    return Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], name="x")


def large() -> Tensor:
    return Tensor(np.arange(100.0).reshape(10, 10), name="x")


PICKED = ": what was picked gets its gradient back, all else 0"
TWICE = PICKED.replace(",", " (the sum, if it was picked several times),")
SHOWN = "[[True, False, True], [False, True, False]]"  # the mask
MOST = "58 of 100 zero"

CASES = {
    "arrays": (
        lambda: x()[np.array([0, 1]), np.array([2, 0])],
        "n1 = x[[0, 1], [2, 0]] = [3, 4]",
        f"∂x = scatter(∂n1, [[0, 1], [2, 0]]) = [[0, 0, 1], [1, 0, 0]]{TWICE}",
    ),
    "slice": (
        lambda: x()[:, 1:],
        "n1 = x[:, 1:] = [[2, 3], [5, 6]]",
        f"∂x = scatter(∂n1, [:, 1:]) = [[0, 1, 1], [0, 1, 1]]{PICKED}",
    ),
    "mask": (
        lambda: x()[MASK],
        f"n1 = x[{SHOWN}] = [1, 3, 5]",
        f"∂x = scatter(∂n1, [{SHOWN}]) = [[1, 0, 1], [0, 1, 0]]{PICKED}",
    ),
    "where": (
        lambda: np.where(MASK, x(), 0.0),
        f"n2 = (x if condition else 0) = [[1, 0, 3], [0, 5, 0]], with condition = {SHOWN}",
        "∂x = (∂n2 if condition else 0) = [[1, 0, 1], [0, 1, 0]]",
    ),
    "large arrays": (
        lambda: large()[np.arange(10), np.arange(10)],
        "n1 = x[i, j]   mean 50, std 32, 1 of 10 zero, with i of shape (10,) and j of shape (10,)",
        f"∂x = scatter(∂n1, [i, j])   mean 0.1, std 0.3, 90 of 100 zero{TWICE}",
    ),
    "large mask": (
        lambda: large()[LARGE],
        "n1 = x[i]   mean 50, std 28, with i of shape (10, 10)",
        f"∂x = scatter(∂n1, [i])   mean 0.42, std 0.49, {MOST}{PICKED}",
    ),
    "large where": (
        lambda: np.where(LARGE, large(), 0.0),
        f"n2 = (x if condition else 0)   mean 21, std 31, {MOST}, with condition of shape (10, 10)",
        f"∂x = (∂n2 if condition else 0)   mean 0.42, std 0.49, {MOST}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_picked_is_told(case: str) -> None:
    result, forward, backward = CASES[case]
    lines = told(result())
    assert f"  {forward}" in lines
    assert f"    {backward}" in lines


def test_a_file_tells_the_same(tmp_path) -> None:
    total = np.sum(np.where(LARGE, large(), 0.0)[:, np.arange(7)])
    drawn = graph(total)
    assert (
        str(Graph.load(drawn.save(tmp_path / "x.json")).explain()).splitlines()[1:3]
        == (str(drawn.explain()).splitlines()[1:3])
    )
