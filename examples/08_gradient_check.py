"""Are the gradients right?  Backpropagation against numerical differentiation, weight by weight.

Book, section 5.7.3.  A net of 784-50-10 neurons on the first 3 training images: every weight is
moved a little to both sides, and the slope of the loss is compared with the gradient.  Beside it
stands the loss as it is often written by hand, with log(y + 1e-7) to be safe from log(0): it is
another function, and so its slopes differ from the gradient (y - t) / 3 that those programs use.

    python examples/08_gradient_check.py

The picture compares the differences.
"""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

import nn
from autograd_core import Tensor, numerical_gradient, softmax

LIMIT = 1e-8
MARKS = (("o", "#0072b2"), ("s", "#d55e00"))
Differences = dict[str, float]


def main(out: str | Path = "pictures", seed: int = 0) -> dict[str, Differences]:
    """Check the gradients with both losses, draw, and return the mean absolute differences."""
    train, _ = nn.datasets.mnist(dtype=np.float64)
    x, t = train[:3].images, train[:3].labels

    nn.seed(seed)
    init = nn.init.normal(0.01)
    net = nn.Sequential(
        nn.Affine(784, 50, init, dtype=np.float64),
        nn.ReLU(),
        nn.Affine(50, 10, init, dtype=np.float64),
    )
    loss = nn.SoftmaxWithLoss()
    loss(net(x), t).backward()

    def exact() -> float:
        return float(loss(net(x), t).item())

    def with_1e_7() -> float:
        y = softmax(net(x).data)[np.arange(3), t]
        return float(-np.log(y + 1e-7).mean())

    ink = x.any(axis=0)  # the loss does not depend on the weights of pixels that are always 0
    differences: dict[str, Differences] = {"log(y)": {}, "log(y + 1e-7)": {}}
    print(f"{'mean |difference|':<20} {'log(y)':>10} {'log(y + 1e-7)':>16}")
    for name, parameter in net.named_parameters():
        rows = ink if name == "affine1.W" else slice(None)
        for form, value in zip(differences, (exact, with_1e_7), strict=True):
            differences[form][name] = mean_difference(value, parameter, rows)
        ours, theirs = (found[name] for found in differences.values())
        print(f"{name:<20} {ours:>10.1e} {theirs:>16.1e}")
    print(
        "\nEvery mean in the column log(y) is below 1e-8: backpropagation is right.\n"
        "The layer softmax with loss needs no 1e-7.  It takes the logarithm of the softmax as\n"
        "x - log(sum(exp(x))), which is finite for every x.\n"
    )

    picture = Path(out) / "08_gradient_check.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    draw(differences, picture)
    print(f"picture: {picture}")
    return differences


def mean_difference(value: Callable[[], float], parameter: Tensor, rows: Any) -> float:
    """How far the numerical gradient of these rows is from `.grad`: 0 in the others."""
    weights = parameter.data.copy()

    def at(changed: NDArray[np.float64]) -> float:
        parameter.data[rows] = changed
        return value()

    numerical = numerical_gradient(at, weights[rows])
    parameter.data[...] = weights
    assert parameter.grad is not None
    return float(np.abs(numerical - parameter.grad[rows]).sum() / parameter.size)


def draw(differences: dict[str, Differences], path: Path) -> None:
    figure = Figure((7.5, 3), dpi=150, layout="constrained")
    axes = figure.add_subplot(xscale="log", xlim=(1e-13, 1e-5))
    axes.set_title("How far backpropagation is from numerical differentiation", fontsize=11)
    axes.set_xlabel("mean absolute difference of the gradients")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    for (form, found), (mark, colour) in zip(differences.items(), MARKS, strict=True):
        axes.plot(list(found.values()), list(found), mark, color=colour, label=f"loss with {form}")
    axes.axvline(LIMIT, color="#333333", linewidth=1, linestyle=":", label="limit 1e-8")
    axes.margins(y=0.15)
    axes.invert_yaxis()
    figure.legend(frameon=False, loc="outside right center")
    figure.savefig(path)


if __name__ == "__main__":
    options = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    options.add_argument("--out", default="pictures", help="folder for the picture")
    options.add_argument("--seed", type=int, default=0, help="other weights (default: 0)")
    main(**vars(options.parse_args()))
