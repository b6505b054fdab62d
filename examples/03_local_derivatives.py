"""What each node of a graph knows is its own derivative: ReLU is a switch, sigmoid four nodes.

Book, sections 5.3 to 5.5.  First the four rules from which most graphs are made; then ReLU; then
the sigmoid y = 1 / (1 + exp(-x)), once as the four nodes × -1, exp, + 1 and /, whose derivatives
multiply to y² · exp(-x), and once as one node with the simplified derivative y · (1 - y).

    python examples/03_local_derivatives.py

The pictures show ReLU, the sigmoid as one node, and the same sigmoid opened.
"""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

import numpy as np

from autograd_core import Tensor, grad, graph, relu, sigmoid


def main(out: str | Path = "pictures") -> dict[str, Any]:
    """Show the rules, simplify the sigmoid's derivative, draw, and return the numbers."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    return {
        "rules": four_rules(),
        "relu": switch(folder),
        "sigmoid": four_nodes_and_one(folder),
        "far out": far_out(),
    }


def four_rules() -> dict[str, Any]:
    """The derivatives of × + exp and 1/x at x = 2, y = 3."""
    rules = (
        ("x * y", "each gets the other", grad(lambda x, y: x * y, (0, 1))(2.0, 3.0)),
        ("x + y", "both get a copy", grad(lambda x, y: x + y, (0, 1))(2.0, 3.0)),
        ("exp(x)", "its own result", (grad(np.exp)(2.0),)),
        ("1 / x", "-(1 / x)²", (grad(np.reciprocal)(2.0),)),
    )
    print("Local derivatives at x = 2, y = 3:")
    for function, rule, derivatives in rules:
        print(f"  {function:<8} {rule:<20}", *derivatives)
    print()
    return {function: derivatives for function, _, derivatives in rules}


def switch(folder: Path) -> tuple[Any, Any]:
    """ReLU: the gradient passes where x is above 0, and nowhere else."""
    x = Tensor([[1.0, -0.5], [-2.0, 3.0]], name="x")
    y = relu(x)
    y.name = "y"
    y.backward(np.ones((2, 2)))
    gradient: Any = x.grad
    print(
        f"x             {x.tolist()}\nReLU(x)       {y.tolist()}\nits gradient  {gradient.tolist()}"
    )
    picture = folder / "03_relu.svg"
    graph(y).save(picture)
    print(f"picture: {picture}\n")
    return y.data, gradient


def four_nodes_and_one(folder: Path) -> dict[str, Any]:
    """The sigmoid at 1: the four local steps back, the simplification, and the single node."""
    x = Tensor(1.0)
    negative = -x
    power = np.exp(negative)
    total = power + 1
    y = np.reciprocal(total)
    y.backward(retain_grads=True)
    print("The sigmoid y = 1 / (1 + exp(-x)) at x = 1, from the right to the left:")
    show("/      -y²", total.grad)
    show("+ 1    -y²", power.grad)
    show("exp    -y² · exp(-x)", negative.grad)
    show("× -1    y² · exp(-x)", x.grad)

    e, s = power.item(), y.item()
    steps = {
        "y² · exp(-x)": s**2 * e,
        "1 / (1 + exp(-x))² · exp(-x)": 1 / (1 + e) ** 2 * e,
        "1 / (1 + exp(-x)) · exp(-x) / (1 + exp(-x))": 1 / (1 + e) * (e / (1 + e)),
        "y · exp(-x) / (1 + exp(-x))": s * (e / (1 + e)),
        "y · (1 - y)": s * (1 - s),
    }
    print("Simplified, step by step:")
    for formula, value in steps.items():
        show(formula, value)
    found = {"four nodes": x.grad, **steps}

    x = Tensor(1.0, name="x")
    y = sigmoid(x)
    y.name = "y"
    y.backward()
    show("the sigmoid as one node", x.grad)
    for name, depth in (("03_sigmoid.svg", None), ("03_sigmoid_opened.svg", 1)):
        graph(y, depth).save(folder / name)
        print(f"picture: {folder / name}")
    print()
    return {**found, "one node": x.grad}


def show(formula: str, value: Any) -> None:
    print(f"  {formula:<44} {float(value): .15f}")


def far_out() -> tuple[Any, Any]:
    """Where exp(-x) would overflow, the single node does not compute it."""
    x = Tensor([-1000.0, 1000.0])
    y = sigmoid(x)
    y.sum().backward()
    print(f"At x = ±1000 the sigmoid is {y.data}, and its gradient {x.grad}.")
    return y.data, x.grad


if __name__ == "__main__":
    options = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    options.add_argument("--out", default="pictures", help="folder for the pictures")
    main(**vars(options.parse_args()))
