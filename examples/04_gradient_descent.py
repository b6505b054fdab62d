"""The slope of a curve from two points close by, and the way downhill with it.

Book, sections 4.3 and 4.4.  First the slope of a parabola: the step h may be neither large, where
the curve bends, nor tiny, where the two values share all their digits.  Then gradient descent on
x² + y² from (-3, 4), with a good learning rate and with three bad ones; and what the largest one
does to a numerical gradient.

    python examples/04_gradient_descent.py

The picture shows the first steps of four descents.
"""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_core import grad, numerical_gradient
from nn.plot import descent_paths

START = (-3.0, 4.0)


def main(out: str | Path = "pictures") -> dict[str, Any]:
    """Show the slope and the descents, draw four of them, and return the numbers."""
    print("The slope of 0.01x² + 0.1x at x = 5, where calculus says 0.2, by central differences:")
    slopes = {h: float(numerical_gradient(parabola, 5, h)) for h in (1e-4, 1e-13, 1e-50)}
    for h, slope in slopes.items():
        print(f"  h = {h:g}:  {slope}")
    print("  The smaller h is, the fewer digits of f(5 + h) differ from those of f(5 - h).\n")

    descents = {
        "20 steps": descend(numerical, lr=0.1, steps=20),
        "100 steps": descend(numerical, lr=0.1, steps=100),
        "stuck": descend(numerical, lr=1e-10, steps=100),
        "numerical": descend(numerical, lr=10, steps=100),
        "exact": descend(grad(bowl), lr=10, steps=100),
    }
    ends = {name: (float(points[-1][0]), float(points[-1][1])) for name, points in descents.items()}
    print("The lowest point of x² + y² is (0, 0).  Gradient descent from (-3, 4) ends at")
    show("lr 0.1, 20 steps", ends["20 steps"])
    show("lr 0.1, 100 steps", ends["100 steps"])
    show("lr 1e-10, 100 steps", ends["stuck"], "too small: it has hardly moved")
    show("lr 10, numerical gradient", ends["numerical"], "too large: it has flown away")
    show("lr 10, exact gradient", ends["exact"], "and truly this far")
    print(
        "  With lr 10 every step multiplies the point by -19.  That far out x² is so large that a\n"
        "  step of h = 1e-4 changes none of its digits: the numerical gradient becomes 0, and the\n"
        "  descent stands still.  The gradient by backpropagation has no such step to lose.\n"
    )

    picture = Path(out) / "04_gradient_descent.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    paths = {
        "learning rate 0.1: down to the lowest point": descents["100 steps"],
        "0.9: down, from one side to the other": descend(grad(bowl), lr=0.9, steps=20),
        "10: out of the picture with the first step": descents["exact"][:2],
        "1e-10: still at the start after 100 steps": descents["stuck"],
    }
    descent_paths(lambda x, y: bowl((x, y)), paths, picture, xlim=(-7, 7), ylim=(-5, 5))
    print(f"picture: {picture}")
    return {"slope": slopes[1e-4], **ends}


def parabola(x: Any) -> Any:
    return 0.01 * x**2 + 0.1 * x


def bowl(point: Any) -> Any:
    x, y = point
    return x**2 + y**2


def numerical(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return numerical_gradient(bowl, x, h=1e-4)


def descend(gradient: Callable[[Any], Any], lr: float, steps: int) -> NDArray[np.float64]:
    """The points visited, the start included."""
    points = [np.array(START)]
    for _ in range(steps):
        points.append(points[-1] - lr * gradient(points[-1]))
    return np.array(points)


def show(name: str, end: tuple[float, float], remark: str = "") -> None:
    print(f"  {name:<26} ({end[0]:.9g}, {end[1]:.9g})  {remark}".rstrip())


if __name__ == "__main__":
    options = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    options.add_argument("--out", default="pictures", help="folder for the picture")
    main(**vars(options.parse_args()))
