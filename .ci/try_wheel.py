"""What must work from the bare wheel, without any extra and without a Graphviz engine."""

import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np

import nn
from autograd_core import Tensor, graph

MOST_BYTES = 620_000


def check_size(path: str) -> None:
    entries = zipfile.ZipFile(path).infolist()
    code = sum(entry.compress_size for entry in entries if "mnist_subset" not in entry.filename)
    data = sum(entry.compress_size for entry in entries) - code
    print(f"wheel: {code:,} bytes of code, {data:,} bytes of data")
    assert code <= MOST_BYTES


def draw_price() -> None:
    apple, count, tax = (
        Tensor(100, name="apple"),
        Tensor(2, name="count"),
        Tensor(1.1, name="tax"),
    )
    price = apple * count * tax
    price.backward()
    assert (price.item(), apple.grad, count.grad, tax.grad) == (
        220.00000000000003,
        2.2,
        110.00000000000001,
        200.0,
    )
    drawing = graph(price)
    for ending in ("svg", "html", "dot", "json", "txt"):
        drawing.save(f"price.{ending}")
    print(drawing.to_text())


def draw_from_the_command_line() -> None:
    command = [sys.executable, "-m", "autograd_core"]  # every argument below is ours, too
    page = Path("from_json.html")
    subprocess.run([*command, "draw", "price.json", "--html", page], check=True)  # noqa: S603
    assert page.read_bytes() == Path("price.html").read_bytes()
    subprocess.run([*command, "explain", "price.json"], check=True)  # noqa: S603


def train_two_layer_net() -> None:
    train, test = nn.datasets.mnist()
    net = nn.Sequential(nn.Affine(784, 50), nn.ReLU(), nn.Affine(50, 10))
    loss_of, optimizer = nn.SoftmaxWithLoss(), nn.SGD(net.parameters(), lr=0.1)
    rng = np.random.default_rng(0)
    for _ in range(500):
        rows = rng.integers(0, len(train), 100)
        loss = loss_of(net(train.images[rows]), train.labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    accuracy = nn.evaluate(net, test)
    print(f"test accuracy {accuracy:.3f}")
    assert accuracy > 0.85


check_size(sys.argv[1])
draw_price()
draw_from_the_command_line()
train_two_layer_net()
