"""Balls on springs: only their energy is written down, and a throw that hits a target is found.

Backpropagation is for any chain of formulas, not only for nets (Book, section 5.1).  Forces are the
derivatives of an energy, so the simulation takes them by `grad`; the throw is found by Newton's
method, which differentiates the simulation, and so those derivatives once more.

    python examples/12_springs.py

The picture shows the paths of the last ball, throw by throw.  It needs matplotlib.
"""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_core import grad, jacobian

HANGING = np.array([[0.0, -1.0], [0.0, -2.0], [0.0, -3.0]])
TARGET = np.array([1.0, -2.5])
STIFFNESS, STEPS, DT = 20.0, 50, 0.02


def main(out: str | Path = "pictures") -> dict[str, Any]:
    """Aim until the ball hits, draw the throws, and return the numbers."""
    print(f"Three balls hang on springs.  The last is to be at {TARGET} after one second.")
    v = np.array([1.0, 0.0])
    throws, misses = [], []
    for number in range(1, 7):
        path = last_ball(v)
        throws.append(path)
        misses.append(float(np.linalg.norm(path[-1] - TARGET)))
        print(f"  throw {number}: velocity ({v[0]:+.4f}, {v[1]:+.4f}) misses by {misses[-1]:.1e}")
        v = v - np.linalg.solve(jacobian(end)(v), path[-1] - TARGET)
    drift = energies(v)
    print(f"  The energy stays within {np.ptp(drift) / abs(drift[0]):.1%} of itself.\n")

    picture = Path(out) / "12_springs.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    draw(throws, picture)
    print(f"picture: {picture}")
    return {"velocity": v, "misses": misses, "drift": float(np.ptp(drift) / abs(drift[0]))}


def potential(x: Any) -> Any:
    """Springs of length 1 from a nail to the first ball and on to the next, and gravity."""
    ends = np.concatenate([np.zeros((1, 2)), x])
    lengths = np.sqrt(np.sum((ends[1:] - ends[:-1]) ** 2, axis=1))
    return STIFFNESS * np.sum((lengths - 1) ** 2) + np.sum(x[:, 1])


def steps(v: Any) -> Any:
    """All places and velocities after the last ball was thrown with the velocity v."""
    x, speed = HANGING, np.concatenate([np.zeros((2, 2)), np.stack([v])])
    yield x, speed
    for _ in range(STEPS):
        speed = speed - DT * grad(potential)(x)
        x = x + DT * speed
        yield x, speed


def end(v: Any) -> Any:
    *_, (x, _) = steps(v)
    return x[2]


def last_ball(v: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([x[2] for x, _ in steps(v)])


def energies(v: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([np.sum(speed**2) / 2 + potential(x) for x, speed in steps(v)])


def draw(throws: list[NDArray[np.float64]], path: Path) -> None:
    from matplotlib.figure import Figure

    axes = (figure := Figure(figsize=(5, 4), layout="constrained")).add_subplot()
    for number, throw in enumerate(throws, 1):
        axes.plot(*throw.T, color="#0072b2", alpha=number / len(throws))
    axes.plot(*TARGET, "x", color="#d55e00", markersize=9)
    axes.plot(*HANGING.T, "o", color="#333333", markersize=4)
    axes.set_aspect("equal")
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    options = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    options.add_argument("--out", default="pictures", help="folder for the picture")
    main(**vars(options.parse_args()))
