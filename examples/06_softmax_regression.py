"""Handwritten digits by softmax regression, with momentum, and with one batch drawn for ever.

Book, sections 3.6, 4.5 and 6.1.  The net is one layer, 784-10.  Three runs: gradient descent;
momentum 0.9, about as good after 100 steps as plain descent after 500; and a mistake that is easily
made, a batch that is drawn once, before the loop.  That run learns its 100 images by heart, and
little else.

    python examples/06_softmax_regression.py [--full] [--data FOLDER]

The picture shows the losses and the accuracies of the three runs.
"""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterator
from itertools import islice, repeat
from pathlib import Path
from typing import Any

import nn
from autograd_core import Tensor
from nn.plot import learning_curves

BATCH, LEARNING_RATE = 100, 0.1
MEASURED = (0, 10, 20, 50, 100, 200, 300, 400, 500)

Run = tuple[list[float], list[float]]


def main(
    out: str | Path = "pictures", data: str | None = None, full: bool = False, seed: int = 0
) -> dict[str, Run]:
    """Make the three runs, draw them, and return the losses and the test accuracies of each."""
    train, test = nn.datasets.mnist(data, full)
    print(f"{len(train):,} training images, {len(test):,} test images, {BATCH} in a batch\n")

    batches = nn.Batches(train.images, train.labels, BATCH, seed=seed)
    fresh = iter(batches.sample, None)
    once = repeat(batches.sample())
    runs = {
        "gradient descent": learn(gradient_descent, fresh, test, seed),
        "momentum 0.9": learn(momentum, fresh, test, seed),
        "one batch for ever": learn(gradient_descent, once, test, seed),
    }
    print(
        f"{'test accuracy after':<19}", *(f"{step:>5}" for step in MEASURED), " steps   last loss"
    )
    for name, (losses, accuracies) in runs.items():
        print(f"{name:<19}", *(f"{a:5.3f}" for a in accuracies), f"{losses[-1]:17.3f}")
    print(
        "\nThe run on one batch ends with by far the smallest loss, and with the worst net:\n"
        "its loss says only how well it knows those 100 images.\n"
    )

    picture = Path(out) / "06_softmax_regression.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure = learning_curves(
        {name: losses for name, (losses, _) in runs.items()},
        {name: (MEASURED, accuracies) for name, (_, accuracies) in runs.items()},
    )
    figure.axes[0].set_title("loss on the batch")
    figure.axes[1].set_title("accuracy on the test images")
    figure.savefig(picture)
    print(f"picture: {picture}")
    return runs


def gradient_descent(parameters: list[Tensor]) -> nn.Optimizer:
    return nn.SGD(parameters, LEARNING_RATE)


def momentum(parameters: list[Tensor]) -> nn.Optimizer:
    return nn.Momentum(parameters, LEARNING_RATE, momentum=0.9)


def learn(
    optimizer_of: Callable[[list[Tensor]], nn.Optimizer],
    batches: Iterator[Any],
    test: nn.Dataset,
    seed: int,
) -> Run:
    """The loss of every step, and the test accuracies after the steps in MEASURED."""
    net = nn.Sequential(nn.Affine(784, 10, init=nn.init.normal(0.01), rng=seed))
    loss_of, optimizer = nn.SoftmaxWithLoss(), optimizer_of(net.parameters())
    losses, accuracies = [], [nn.evaluate(net, test)]
    for step, (x, t) in enumerate(islice(batches, MEASURED[-1]), start=1):
        loss = loss_of(net(x), t)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step in MEASURED:
            accuracies.append(nn.evaluate(net, test))
    return losses, accuracies


if __name__ == "__main__":
    options = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    options.add_argument("--out", default="pictures", help="folder for the picture")
    options.add_argument("--full", action="store_true", help="all of MNIST, not the subset")
    options.add_argument("--data", metavar="FOLDER", help="where MNIST's files are; implies --full")
    options.add_argument("--seed", type=int, default=0, help="another run (default: 0)")
    main(**vars(options.parse_args()))
