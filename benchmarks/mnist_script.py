"""The book's script, 10,000 steps of TwoLayerNet on MNIST, once for each library.

    python -m benchmarks.mnist_script SIDE FOLDER STEPS

A process trains on the arrays in the folder, measures the accuracy on the training and the test
images once an epoch (600 steps), as the book does, and prints the last one on the test images. It
imports what its side needs and nothing else.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Array = Any
Train = Callable[[Array, Array], Any]
Classes = Callable[[Array], Array]
SIZES, BATCH, EPOCH, RATE = (784, 50, 10), 100, 600, 0.1
FILES = "train_images", "train_labels", "test_images", "test_labels"


def first_params() -> dict[str, Array]:
    rng = np.random.default_rng(0)
    inputs, hidden, outputs = SIZES
    params = {
        "W1": 0.01 * rng.normal(size=(inputs, hidden)), "b1": np.zeros(hidden),
        "W2": 0.01 * rng.normal(size=(hidden, outputs)), "b2": np.zeros(outputs),
    }  # fmt: skip
    return {name: array.astype(np.float32) for name, array in params.items()}


def run(side: str, folder: Path, steps: int) -> float:
    images, labels, test_images, test_labels = (np.load(folder / f"{name}.npy") for name in FILES)
    train, classes = SCRIPTS[side]()
    rng = np.random.default_rng(1)

    def accuracy(images: Array, labels: Array) -> float:
        return float(np.mean(np.asarray(classes(images)) == labels))

    for i in range(steps):
        rows = rng.integers(0, len(images), BATCH)
        train(np.take(images, rows, axis=0), labels[rows])
        if i % EPOCH == 0:
            accuracy(images, labels)
            accuracy(test_images, test_labels)
    return accuracy(test_images, test_labels)


def hand() -> tuple[Train, Classes]:
    from benchmarks.workloads import book

    p = first_params()
    layers: list[Any] = [book.Affine(p["W1"], p["b1"]), book.ReLU(), book.Affine(p["W2"], p["b2"])]

    def classes(x: Array) -> Array:
        for layer in layers:
            x = layer.forward(x)
        return x.argmax(axis=1)

    return book.train_step(layers, book.SGD(RATE)), classes


def ours_eager() -> tuple[Train, Classes]:
    import nn
    from autograd_core import no_grad

    p = first_params()
    net = nn.Sequential(
        nn.Affine.from_arrays(p["W1"], p["b1"]), nn.ReLU(), nn.Affine.from_arrays(p["W2"], p["b2"])
    )
    loss_of, optimizer = nn.SoftmaxWithLoss(), nn.SGD(net.parameters(), RATE)

    def train(x: Array, t: Array) -> None:
        loss = loss_of(net(x), t)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def classes(x: Array) -> Array:
        with no_grad():
            return net(x).data.argmax(axis=1)

    return train, classes


def ours_compiled(backend: str) -> tuple[Train, Classes]:
    import nn
    from autograd_core import compile as compiled
    from autograd_core import relu, value_and_grad

    params, softmax_with_loss = first_params(), nn.SoftmaxWithLoss()

    def logits(p: dict[str, Any], x: Any) -> Any:
        return relu(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]

    def step(params: dict[str, Any], x: Any, t: Any) -> Any:
        g = value_and_grad(lambda p: softmax_with_loss(logits(p, x), t))(params)[1]
        return {k: params[k] - RATE * g[k] for k in params}

    fast_step = compiled(step, backend=backend, donate=("params",))
    fast_logits = compiled(logits, backend=backend)

    def train(x: Array, t: Array) -> None:
        nonlocal params
        params = fast_step(params, x, t)

    return train, lambda x: fast_logits(params, x).argmax(axis=1)


def jax() -> tuple[Train, Classes]:
    import jax

    params = jax.tree.map(jax.numpy.asarray, first_params())

    @jax.jit
    def logits(p: dict[str, Any], x: Any) -> Any:
        return jax.nn.relu(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]

    def loss_of(p: dict[str, Any], x: Any, t: Any) -> Any:
        return -(jax.nn.log_softmax(logits(p, x)) * jax.nn.one_hot(t, SIZES[-1])).sum() / BATCH

    def step(params: dict[str, Any], x: Any, t: Any) -> Any:
        return jax.tree.map(lambda p, g: p - RATE * g, params, jax.grad(loss_of)(params, x, t))

    fast = jax.jit(step, donate_argnums=0)

    def train(x: Array, t: Array) -> None:
        nonlocal params
        params = fast(params, x, t)

    return train, lambda x: logits(params, x).argmax(axis=1)


def torch() -> tuple[Train, Classes]:
    import torch

    inputs, hidden, outputs = SIZES
    net = torch.nn.Sequential(
        torch.nn.Linear(inputs, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, outputs)
    )
    arrays = first_params()
    for i, layer in ((1, net[0]), (2, net[2])):
        layer.weight.data = torch.tensor(arrays[f"W{i}"].T.copy())
        layer.bias.data = torch.tensor(arrays[f"b{i}"])
    loss_of, optimizer = torch.nn.CrossEntropyLoss(), torch.optim.SGD(net.parameters(), RATE)

    def train(x: Array, t: Array) -> None:
        loss = loss_of(net(torch.from_numpy(x)), torch.from_numpy(t))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def classes(x: Array) -> Array:
        with torch.no_grad():
            return net(torch.from_numpy(x)).argmax(dim=1).numpy()

    return train, classes


SCRIPTS: dict[str, Callable[[], tuple[Train, Classes]]] = {
    "hand": hand,
    "ours eager": ours_eager,
    "ours numpy": lambda: ours_compiled("numpy"),
    "ours numba": lambda: ours_compiled("numba"),
    "jax": jax,
    "torch": torch,
}

if __name__ == "__main__":
    print(run(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
