"""Our layout beside the `dot` program of Graphviz: time, and how many lines cross.

Both draw the same graphs with the same labels. The crossings are counted in the two SVG files by
one method, which knows nothing of either layout: every line is flattened into short straight
pieces, and pieces of different lines that intersect are counted.
"""

from __future__ import annotations

import math
import random
import re
import shutil
from collections.abc import Callable, Iterator
from time import perf_counter
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

import nn
from autograd_core import RenderError, Tensor, graph
from autograd_core.draw.dot import to_dot
from autograd_core.draw.engine import render
from autograd_core.draw.layout import lay_out
from autograd_core.draw.metrics import measure
from autograd_core.draw.snapshot import Snapshot
from autograd_core.draw.svg import to_svg
from benchmarks.harness import print_setting, print_table, rounds_from_command_line

SVG = "{http://www.w3.org/2000/svg}"
PIECES = 8  # of a curve
PATIENCE = 60.0  # seconds for one drawing by dot
LARGE = 1000  # vertices, from where on the targets are those for 2,000

Pieces = NDArray[np.float64]


# ── graphs ────────────────────────────────────────────────────────────────────────────────────
def two_layer_net() -> Snapshot:
    net = nn.Sequential(nn.Affine(784, 50), nn.ReLU(), nn.Affine(50, 10))
    loss = nn.SoftmaxWithLoss()(net(np.ones((100, 784))), [0] * 100)
    loss.backward()
    return graph(loss, depth=3).drawn


def recurrent_net(steps: int) -> Snapshot:
    w_x, w_h, b = (Tensor(np.ones(shape), name=n) for n, shape in
                   (("Wx", (4, 8)), ("Wh", (8, 8)), ("b", 8)))  # fmt: skip
    h = Tensor(np.zeros((2, 8)), name="h0")
    total: Tensor = Tensor(0.0)
    for step in range(steps):
        h = np.tanh(np.full((2, 4), float(step)) @ w_x + h @ w_h + b)
        total = total + h.sum()
    return graph(total).drawn


def residual_net(blocks: int) -> Snapshot:
    h = Tensor(np.ones((32, 16)), name="x")
    layers = [(nn.Affine(16, 16), nn.Affine(16, 16)) for _ in range(blocks)]
    for first, second in layers:
        h = h + second(np.maximum(first(h), 0.0))
    return graph(h.mean()).drawn


def random_graph(size: int, shared: float, seed: int) -> Snapshot:
    """An expression of about `size` vertices, which reads so large a share of its operands from
    results that are read elsewhere too."""
    rng = random.Random(seed)
    made: list[Tensor] = []
    unread: list[Tensor] = []
    count = 0

    def operand() -> Tensor:
        nonlocal count
        if made and rng.random() < shared:
            return rng.choice(made[-24:])
        if unread and rng.random() < 0.5:
            return unread.pop(rng.randrange(max(0, len(unread) - 6), len(unread)))
        count += 1
        return Tensor(rng.gauss(0, 1), name=rng.choice([None, "w", "a_longer_name"]))

    while count < size or len(unread) > 1:
        count += 1
        if count >= size and len(unread) > 1:
            result = unread.pop() + unread.pop()
        elif rng.random() < 0.3:
            result = np.tanh(operand())
        else:
            result = rng.choice([np.add, np.multiply])(operand(), operand())
        unread.append(result)
        made.append(result)
    return graph(unread[0]).drawn


GRAPHS: dict[str, Callable[[], Snapshot]] = {
    "TwoLayerNet, opened": two_layer_net,
    "residual net, 12 blocks": lambda: residual_net(12),
    "recurrent net, 30 steps": lambda: recurrent_net(30),
    "tree": lambda: random_graph(200, 0.0, 1),
    "few shared values": lambda: random_graph(200, 0.05, 2),
    "shared values": lambda: random_graph(200, 0.15, 3),
    "many shared values": lambda: random_graph(200, 0.3, 4),
    "large, few shared values": lambda: random_graph(2000, 0.02, 5),
    "large, shared values": lambda: random_graph(2000, 0.1, 6),
}


# ── crossings ─────────────────────────────────────────────────────────────────────────────────
def crossings(svg: str) -> int:
    """How often the lines of a drawing cross.  Where several run on top of each other they count
    as one."""
    pieces = _ink(np.concatenate(list(_lines(svg))))
    pieces = pieces[np.argsort(pieces[:, ::2].min(axis=1))]
    starts, ends = pieces[:, ::2].min(axis=1), pieces[:, ::2].max(axis=1)
    found = 0
    for i, (piece, end) in enumerate(zip(pieces, ends, strict=True)):
        until = int(np.searchsorted(starts, end, side="right"))
        found += int(np.count_nonzero(_intersect(piece, pieces[i + 1 : until])))
    return found


def _ink(pieces: Pieces) -> Pieces:
    """The pieces without repetitions; level ones that overlap are joined."""
    level = pieces[:, 1] == pieces[:, 3]
    joined: list[list[float]] = []
    spans = np.column_stack([pieces[level, 1], np.sort(pieces[level][:, ::2], axis=1)])
    for y, start, end in spans[np.lexsort(spans.T[::-1])].tolist():
        if joined and joined[-1][1] == y and start <= joined[-1][2]:
            joined[-1][2] = max(joined[-1][2], end)
        else:
            joined.append([start, y, end, y])
    return np.concatenate([np.unique(pieces[~level], axis=0), np.array(joined).reshape(-1, 4)])


def _intersect(piece: Pieces, others: Pieces) -> NDArray[np.bool_]:
    """Which pieces cross a piece: the ends of each lie on different sides of the other.  Pieces
    that only touch, as at a common end, do not."""
    a, b, c, d = piece[:2], piece[2:], others[:, :2], others[:, 2:]
    apart = _side(a, b, c) * _side(a, b, d) < 0
    return apart & (_side(c, d, a) * _side(c, d, b) < 0)


def _side(a: Pieces, b: Pieces, point: Pieces) -> Pieces:
    """On which side of the lines from a to b the points lie."""
    along, to = b - a, point - a
    return along[..., 0] * to[..., 1] - along[..., 1] * to[..., 0]


def _lines(svg: str) -> Iterator[Pieces]:
    """The straight pieces of every line of a drawing: our paths of class "way", or the edges that
    Graphviz draws."""
    groups = ET.fromstring(svg).iter(f"{SVG}g")  # noqa: S314  both drawings are of our own making
    for group in groups:
        if group.get("class") == "edge":
            path = group.find(f"{SVG}path")
            if path is not None:
                points = np.array(list(_flattened(path.get("d", ""))))
                yield np.concatenate([points[:-1], points[1:]], axis=1)


def _flattened(path: str) -> Iterator[tuple[float, float]]:
    """The corners of a path of absolute commands, its curves cut into short pieces."""
    x = y = 0.0
    for command, text in re.findall(r"([A-Z])([^A-Z]*)", path):
        numbers = [float(n) for n in re.findall(r"-?[\d.]+(?:e-?\d+)?", text)]
        match command:
            case "M" | "L":
                x, y = numbers
                yield x, y
            case "H":
                (x,) = numbers
                yield x, y
            case "C":
                for start in range(0, len(numbers), 6):
                    curve = np.array([x, y, *numbers[start : start + 6]]).reshape(4, 2)
                    yield from _bezier(curve)
                    x, y = curve[3]
            case _:
                raise ValueError(f"layout: the path command {command} is not expected: {path}")


def _bezier(curve: Pieces) -> Iterator[tuple[float, float]]:
    for step in range(1, PIECES + 1):
        t = step / PIECES
        weights = np.array([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3])
        x, y = weights @ curve
        yield float(x), float(y)


# ── the table ─────────────────────────────────────────────────────────────────────────────────
def seconds(work: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times)  # what else the machine does can only add


def by_dot(document: str) -> tuple[float, int | None]:
    """The seconds and the crossings of a drawing by dot; inf and None where it takes too long."""
    start = perf_counter()
    try:
        drawn = render(document, "svg", PATIENCE).decode()
    except RenderError:
        return math.inf, None
    return perf_counter() - start, crossings(drawn)


def row(name: str, snapshot: Snapshot, rounds: int, with_dot: bool) -> list[object]:
    ours = seconds(lambda: lay_out(snapshot, measure(snapshot)), rounds)
    crossed = crossings(to_svg(snapshot))
    large = len(snapshot.vertices) > LARGE
    met = ours <= (0.4 if large else 0.05)
    cells = [name, len(snapshot.vertices), f"{1e3 * ours:.1f}", crossed]
    if not with_dot:
        return [*cells, "", "", "yes" if met else "no"]
    theirs, theirs_crossed = by_dot(to_dot(snapshot))
    met = met and (not large or ours <= 0.1 * theirs)
    met = met and (theirs_crossed is None or crossed <= 1.2 * theirs_crossed)
    time = f"> {PATIENCE:.0f} s" if theirs_crossed is None else f"{1e3 * theirs:.0f}"
    crossed_by_dot = "" if theirs_crossed is None else theirs_crossed
    return [*cells, time, crossed_by_dot, "yes" if met else "no"]


def main() -> None:
    rounds = rounds_from_command_line(__doc__, rounds=9)
    print_setting("numpy")
    with_dot = shutil.which("dot") is not None
    if not with_dot:
        print("There is no `dot` on the PATH, so only our own layout is measured.\n")
    print(
        "Met: at most 50 ms, and 400 ms for the large graphs and a tenth of dot's time; at most "
        "1.2 times the crossings of dot.\n"
    )
    makers = {name: make for name, make in GRAPHS.items() if rounds > 2 or "large" not in name}
    print_table(
        ["graph", "vertices", "ms", "crossings", "dot, ms", "dot, crossings", "met"],
        [row(name, make(), rounds, with_dot) for name, make in makers.items()],
    )


if __name__ == "__main__":
    main()
