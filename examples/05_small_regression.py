"""A net of 3-4-1 neurons learns four numbers, and why the update has a minus.

Book, sections 4.4 and 6.1.  Some hand-written programs update with `w += ...`, others with
`w -= ...`, and both can be right: two graphs show where the sign comes from.  Then the net is
trained until each of its outputs is within 0.02 of its target, by gradient descent and by momentum.

    python examples/05_small_regression.py

The pictures show the two graphs, and the losses of both runs.
"""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

import nn
from autograd_core import Tensor, check_gradients, graph

X = np.array([[3.0, 2, 1], [1, 3, 2], [3, 6, 1], [6, 2, 8]])
TARGETS = np.array([[0.3], [0.5], [1.0], [0.4]])
CLOSE = 0.02


def main(out: str | Path = "pictures") -> dict[str, Any]:
    """Explain the sign, check the first gradients, train twice, and return the numbers."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    slopes = {error: explain_the_sign(error, folder) for error in ("y - t", "t - y")}
    print(
        "The output 1 is below its target 3, so w must grow.  The loss is the same either way,\n"
        "and so is its gradient for w: w -= lr * gradient makes w grow.  Programs that add start\n"
        "from the error t - y, and leave out the minus that its circle sends back to y.\n"
    )

    net, loss = small_net(), nn.MeanSquaredError()
    for name, parameter in net.named_parameters():
        parameter.name = name
    report = check_gradients(lambda *_: loss(net(X), TARGETS), *net.parameters(), tolerance=1e-9)
    print("Backpropagation against numerical differentiation, where they differ most:")
    for entry in report.arguments:
        print(f"  {entry.name} {entry.worst}: {entry.analytic:.9f}, off by {entry.max_error:.1e}")

    descent = learn(lambda parameters: nn.SGD(parameters, lr=1.0))
    momentum = learn(lambda parameters: nn.Momentum(parameters, lr=1.0, momentum=0.9))
    print(f"\nSteps until every output is within {CLOSE} of its target:")
    for name, (outputs, losses) in {"gradient descent": descent, "momentum 0.9": momentum}.items():
        print(f"  {name:<16} {len(losses):>5}   outputs {outputs.round(3).tolist()}")
    print(f"  {'':<22}   targets {TARGETS.ravel().tolist()}: 1 is the sigmoid's limit\n")

    picture = folder / "05_small_regression.png"
    draw({"gradient descent": descent[1], "momentum 0.9": momentum[1]}, picture)
    print(f"picture: {picture}")
    worst = max(entry.max_error / abs(entry.numerical) for entry in report.arguments)
    return {"slopes": slopes, "worst": worst, "descent": descent, "momentum": momentum}


def explain_the_sign(name: str, folder: Path) -> Any:
    """The gradient for w of one neuron y = w · x that should give t, by this error."""
    w, x, t = Tensor(0.5, name="w"), Tensor(2.0, name="x"), Tensor(3.0, name="t")
    y = w * x
    error = y - t if name == "y - t" else t - y
    loss = error**2
    y.name, error.name, loss.name = "y", name, "loss"
    loss.backward(retain_grads=True)
    print(f"error = {name} = {error.item():g}.  Backwards: ", end="")
    print(f"error {error.grad:g}, y {y.grad:g}, w {w.grad:g}.")
    picture = folder / f"05_error_{name.replace(' - ', '_minus_')}.svg"
    graph(loss).save(picture)
    print(f"picture: {picture}\n")
    return w.grad


def small_net() -> nn.Sequential:
    draw_from = np.random.default_rng(0)
    return nn.Sequential(
        nn.Affine(3, 4, dtype=np.float64, rng=draw_from),
        nn.Sigmoid(),
        nn.Affine(4, 1, dtype=np.float64, rng=draw_from),
        nn.Sigmoid(),
    )


def learn(optimizer_of: Callable[[list[Tensor]], nn.Optimizer]) -> tuple[Any, list[float]]:
    """The outputs in the end, and the loss of every step."""
    net, loss_of, losses = small_net(), nn.MeanSquaredError(), []
    optimizer = optimizer_of(net.parameters())
    for _ in range(20_000):
        outputs = net(X)
        if np.abs(outputs.data - TARGETS).max() < CLOSE:
            break
        loss = loss_of(outputs, TARGETS)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return outputs.data.ravel(), losses


def draw(runs: dict[str, list[float]], path: Path) -> None:
    figure = Figure((7, 4), dpi=150, layout="constrained")
    axes = figure.add_subplot(
        xlabel="step", ylabel="mean squared error", yscale="log", xscale="log"
    )
    axes.set_title(f"until every output is within {CLOSE} of its target", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#dddddd", linewidth=0.6)
    for (name, losses), colour in zip(runs.items(), ("#0072b2", "#d55e00"), strict=True):
        steps = range(1, len(losses) + 1)
        axes.plot(steps, losses, color=colour, label=f"{name}: {len(losses)} steps")
        axes.plot(steps[-1], losses[-1], "o", color=colour)
    axes.legend(frameon=False)
    figure.savefig(path)


if __name__ == "__main__":
    options = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    options.add_argument("--out", default="pictures", help="folder for the pictures")
    main(**vars(options.parse_args()))
