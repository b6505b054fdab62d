"""A net of two layers learns to read handwritten digits.

Book, section 4.5, with the gradients of section 5.7.  784-50-10 neurons, batches of 100 images,
learning rate 0.1.  The accuracies on the training and the test images are printed before learning
and after every epoch; Ctrl-C ends the run early and still draws its picture.

    python examples/07_two_layer_net.py                     the 6,000 images in the package
    python examples/07_two_layer_net.py --full              all 60,000, downloaded if need be
    python examples/07_two_layer_net.py --data FOLDER       all 60,000, from your own files
    python examples/07_two_layer_net.py --activation sigmoid --hidden 100 --dtype float64

The pictures show the graph of one step before learning, and then the loss of every step with the
accuracies of every epoch.
"""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path

import numpy as np

import nn
from autograd_core import Tensor, graph

ACTIVATIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh}


def main(
    out: str | Path = "pictures",
    data: str | None = None,
    full: bool = False,
    hidden: int = 50,
    activation: str = "relu",
    dtype: str = "float32",
    steps: int | None = None,
    seed: int = 0,
) -> nn.History:
    """Draw one step, train, draw the learning curves, and return the history."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    train, test = nn.datasets.mnist(data, full, dtype=dtype)
    if steps is None:
        steps = 10_000 if full or data else 1_200

    nn.seed(seed)
    init = nn.init.normal(0.01)
    net = nn.Sequential(
        nn.Affine(784, hidden, init, dtype=dtype),
        ACTIVATIONS[activation](),
        nn.Affine(hidden, 10, init, dtype=dtype),
        name="net",
    )
    print(f"{net}\n{len(train):,} training images, {len(test):,} test images, {steps:,} steps")
    draw_one_step(net, train[:100], folder / "07_two_layer_net.svg")

    optimizer = nn.SGD(net.parameters(), lr=0.1)
    history = nn.fit(net, nn.SoftmaxWithLoss(), optimizer, train, test, steps=steps, seed=seed)

    print(f"\n{history.test_accuracy[-1]:.1%} of the test images are read right.")
    picture = folder / "07_two_layer_net.png"
    history.plot(picture)
    print(f"picture: {picture}")
    return history


def draw_one_step(net: nn.Module, batch: nn.Dataset, picture: Path) -> None:
    """The graph of the loss on one batch, with its gradients."""
    images = Tensor(batch.images, requires_grad=False, name="images")
    one_hot = np.eye(10, dtype=images.dtype)[batch.labels]
    labels = Tensor(one_hot, requires_grad=False, name="labels")
    loss = nn.SoftmaxWithLoss()(net(images), labels)
    loss.name = "loss"
    loss.backward()
    graph(loss).save(picture)
    net.zero_grad()
    print(f"picture: {picture}\n")


if __name__ == "__main__":
    options = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    options.add_argument("--out", default="pictures", help="folder for the pictures")
    options.add_argument("--full", action="store_true", help="all of MNIST, not the subset")
    options.add_argument("--data", metavar="FOLDER", help="where MNIST's files are; implies --full")
    options.add_argument("--hidden", type=int, default=50, help="neurons in between (default: 50)")
    options.add_argument("--activation", choices=ACTIVATIONS, default="relu", help="default: relu")
    options.add_argument("--dtype", choices=("float32", "float64"), default="float32")
    options.add_argument("--steps", type=int, help="default: 1,200, for all of MNIST 10,000")
    options.add_argument("--seed", type=int, default=0, help="another run (default: 0)")
    main(**vars(options.parse_args()))
