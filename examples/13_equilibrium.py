"""A layer without depth: its result is where the iteration comes to rest, and is one node.

The book's nets have a layer for every step (Book, section 3.4).  This one repeats the same layer
until nothing changes, z = tanh(W z + x).  The graph of the loop grows with the number of steps;
that of the equation does not, and its gradient is the exact one.

    python examples/13_equilibrium.py

The first picture shows the graph of four unrolled steps, the second that of the equilibrium.
"""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

import numpy as np

from autograd_core import Tensor, fixed_point, grad, graph

rng = np.random.default_rng(4)
WEIGHTS, INPUT = 0.4 * rng.normal(size=(3, 3)), rng.normal(size=3)


def main(out: str | Path = "pictures") -> dict[str, Any]:
    """Compare the loop with the equation, draw both graphs, and return the numbers."""
    exact = grad(lambda W: loss(at_rest(W)))(WEIGHTS)
    print("How far the gradient through the unrolled loop is from that of the equilibrium:")
    errors = {}
    for steps in (4, 8, 16, 32, 64):
        unrolled = grad(lambda W, steps=steps: loss(repeated(W, steps)))(WEIGHTS)
        errors[steps] = float(np.max(np.abs(unrolled - exact)))
        print(f"  {steps:>2} steps: {errors[steps]:.1e}")

    drawn = {"unrolled": loss(repeated(variable(), 4)), "equilibrium": loss(at_rest(variable()))}
    for name, result in drawn.items():
        picture = Path(out) / f"13_equilibrium_{name}.svg"
        picture.parent.mkdir(parents=True, exist_ok=True)
        graph(result).save(picture)
        print(f"picture: {picture}")
    return {"errors": errors, "gradient": exact, "state": at_rest(WEIGHTS)}


def step(z: Any, W: Any) -> Any:
    return np.tanh(W @ z + INPUT)


def repeated(W: Any, steps: int) -> Any:
    z = np.zeros(3)
    for _ in range(steps):
        z = step(z, W)
    return z


def at_rest(W: Any) -> Any:
    return fixed_point(step, np.zeros(3), W)


def loss(z: Any) -> Any:
    return np.sum(z**2)


def variable() -> Tensor:
    return Tensor(WEIGHTS, name="W")


if __name__ == "__main__":
    options = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    options.add_argument("--out", default="pictures", help="folder for the pictures")
    main(**vars(options.parse_args()))
