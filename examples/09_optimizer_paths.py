"""Four ways down a long valley: SGD, momentum, AdaGrad and Adam.

Book, section 6.1.  x²/20 + y² falls steeply towards the line y = 0, and hardly along it.  Plain
gradient descent jumps from one side of the valley to the other; the other three each have a remedy.

    python examples/09_optimizer_paths.py

The picture shows the four paths over the contours.
"""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import nn
from autograd_core import Tensor
from nn.plot import descent_paths

START = (-7.0, 2.0)
UPDATES = 30
# AdaGrad and Adam in the book's forms, with 1e-7 added to the root.
OPTIMIZERS: dict[str, Callable[[list[Tensor]], nn.Optimizer]] = {
    "SGD": lambda point: nn.SGD(point, lr=0.95),
    "Momentum": lambda point: nn.Momentum(point, lr=0.1, momentum=0.9),
    "AdaGrad": lambda point: nn.AdaGrad(point, lr=1.5, eps=1e-7),
    "Adam": lambda point: nn.Adam(point, lr=0.3, eps_hat=1e-7),
}
REMARKS = {
    "SGD": "jumps across the valley",
    "Momentum": "rolls like a ball, and past the lowest point",
    "AdaGrad": "takes ever smaller steps",
    "Adam": "rolls, by a step of its own in each direction",
}


def main(out: str | Path = "pictures") -> dict[str, NDArray[np.float64]]:
    """Walk the four paths, draw them, and return the points of each."""
    print(f"The lowest point is (0, 0).  From {START}, after {UPDATES} updates:")
    paths = {name: walk(optimizer_of) for name, optimizer_of in OPTIMIZERS.items()}
    for name, points in paths.items():
        x, y = points[-1]
        print(f"  {name:<9} ({x: .5f}, {y: <10.5g})  {REMARKS[name]}")

    picture = Path(out) / "09_optimizer_paths.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    titled = {f"{name}: {REMARKS[name]}": points for name, points in paths.items()}
    descent_paths(valley, titled, picture)
    print(f"\npicture: {picture}")
    return paths


def valley(x: Any, y: Any) -> Any:
    return x**2 / 20 + y**2


def walk(optimizer_of: Callable[[list[Tensor]], nn.Optimizer]) -> NDArray[np.float64]:
    """The points visited, the start included."""
    x, y = Tensor(START[0]), Tensor(START[1])
    optimizer = optimizer_of([x, y])
    points = [START]
    for _ in range(UPDATES):
        optimizer.zero_grad()
        valley(x, y).backward()
        optimizer.step()
        points.append((x.item(), y.item()))
    return np.array(points)


if __name__ == "__main__":
    options = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    options.add_argument("--out", default="pictures", help="folder for the picture")
    main(**vars(options.parse_args()))
