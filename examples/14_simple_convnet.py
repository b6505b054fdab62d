"""A small convolutional net reads handwritten digits, and its filters show what it looks for.

Book, section 7.5, with the picture of section 7.6.  30 filters of 5 by 5, ReLU, the largest of
every 2 by 2, then 100 and 10 neurons; Adam with learning rate 0.001 and batches of 100 images.

    python examples/14_simple_convnet.py                    the 6,000 images in the package
    python examples/14_simple_convnet.py --full             all 60,000, downloaded if need be
    python examples/14_simple_convnet.py --data FOLDER      all 60,000, from your own files
    python examples/14_simple_convnet.py --filters 8 --steps 60

The pictures show the graph of one step before learning, the loss and the accuracies while it
learns, and the filters before and after: light and dark become edges and spots.
"""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

import nn
from autograd_core import Tensor, graph

SIZE = 28  # pixels


class Story(NamedTuple):
    """The history of the training, and the filters before and after it."""

    history: nn.History
    before: np.ndarray[Any, Any]
    after: np.ndarray[Any, Any]


def main(
    out: str | Path = "pictures",
    data: str | None = None,
    full: bool = False,
    filters: int = 30,
    steps: int | None = None,
    seed: int = 0,
) -> Story:
    """Draw one step, train, and draw the learning curves and the filters."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    train, test = nn.datasets.mnist(data, full, flatten=False)
    if steps is None:
        steps = 12_000 if full or data else 600

    nn.seed(seed)
    net = simple_convnet(filters)
    print(f"{net}\n{len(train):,} training images, {len(test):,} test images, {steps:,} steps")
    draw_one_step(net, train[:2], folder / "14_simple_convnet.svg")

    conv = net[0]
    before = conv.W.data.copy()
    optimizer = nn.Adam(net.parameters(), lr=0.001)
    history = nn.fit(net, nn.SoftmaxWithLoss(), optimizer, train, test, steps=steps, seed=seed)
    print(f"\n{history.test_accuracy[-1]:.1%} of the test images are read right.")

    curves, picture = folder / "14_simple_convnet.png", folder / "14_simple_convnet_filters.png"
    history.plot(curves)
    draw_filters({"before learning": before, "after learning": conv.W.data}, picture)
    print(f"picture: {curves}\npicture: {picture}")
    return Story(history, before, conv.W.data.copy())


def simple_convnet(filters: int, size: int = SIZE, hidden: int = 100, kernel: int = 5) -> Any:
    """convolution – ReLU – max pooling – affine – ReLU – affine."""
    init = nn.init.normal(0.01)
    pooled = (size - kernel + 1) // 2
    return nn.Sequential(
        nn.Conv2d(1, filters, kernel, init=init),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Affine(filters * pooled * pooled, hidden, init),
        nn.ReLU(),
        nn.Affine(hidden, 10, init),
        name="net",
    )


def draw_one_step(net: nn.Module, batch: nn.Dataset, picture: Path) -> None:
    """The graph of the loss on two images, with its gradients."""
    images = Tensor(batch.images, requires_grad=False, name="images")
    loss = nn.SoftmaxWithLoss()(net(images), batch.labels)
    loss.name = "loss"
    loss.backward()
    graph(loss).save(picture)
    net.zero_grad()
    print(f"picture: {picture}\n")


def draw_filters(sets: dict[str, np.ndarray[Any, Any]], picture: Path) -> None:
    """A row of panels for each set of filters: the larger a weight, the lighter its square."""
    columns = 10
    rows = -(-max(map(len, sets.values())) // columns)
    figure = Figure(figsize=(columns * 0.6, len(sets) * (rows * 0.6 + 0.4)), layout="constrained")
    for part, (title, filters) in zip(figure.subfigures(len(sets), 1), sets.items(), strict=True):
        part.suptitle(title)
        panels = part.subplots(rows, columns, squeeze=False)
        for panel in panels.flat:
            panel.set_axis_off()
        for panel, weights in zip(panels.flat, filters[:, 0], strict=False):
            panel.imshow(weights, cmap="gray")
    figure.savefig(picture)


if __name__ == "__main__":
    options = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    options.add_argument("--out", default="pictures", help="folder for the pictures")
    options.add_argument("--full", action="store_true", help="all of MNIST, not the subset")
    options.add_argument("--data", metavar="FOLDER", help="where MNIST's files are; implies --full")
    options.add_argument("--filters", type=int, default=30, help="of the convolution (default: 30)")
    options.add_argument("--steps", type=int, help="default: 600, for all of MNIST 12,000")
    options.add_argument("--seed", type=int, default=0, help="another run (default: 0)")
    main(**vars(options.parse_args()))
