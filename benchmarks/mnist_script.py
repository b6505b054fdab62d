"""The book's script, 10,000 steps of TwoLayerNet on MNIST, once for each library.

    python -m benchmarks.mnist_script SIDE FOLDER STEPS

A process trains on the arrays in the folder, notes the loss of every step, measures the accuracy on
the training and the test images once an epoch (600 steps), as the book does, and prints all of them
as JSON. It imports what its side needs and nothing else. All sides draw the same batches.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

Array = Any
Train = Callable[[Array], Any]  # a step on the images of these numbers: its loss
Classes = Callable[[Array], Array]  # which class each image is of
Step = Callable[[Array, Array], Any]  # a step on a batch: its loss
SIZES, BATCH, EPOCH, RATE = (784, 50, 10), 100, 600, 0.1
FILES = "train_images", "train_labels", "test_images", "test_labels"


@dataclass(frozen=True)
class Script:
    """start: makes a step and the classification, from the training images and labels.
    kept: what an array is kept as, where that is not NumPy's.
    """

    start: Callable[[Array, Array], tuple[Train, Classes]]
    kept: Callable[[Array], Array] = lambda array: array


def run(side: str, folder: Path, steps: int) -> list[float]:
    """The accuracies on the training and the test images, epoch by epoch and at the end."""
    script = {**SCRIPTS, **FLOORS}[side]
    images, labels, *test = (script.kept(np.load(folder / f"{name}.npy")) for name in FILES)
    train, classes = script.start(images, labels)
    rng = np.random.default_rng(1)
    losses, accuracies = [], []

    def measure() -> None:
        for x, t in ((images, labels), test):
            found = np.asarray(classes(x)) == np.asarray(t)
            accuracies.append(float(np.mean(found)))

    for i in range(steps):
        losses.append(train(rng.integers(0, len(images), BATCH)))
        if i % EPOCH == 0:
            measure()
    measure()
    assert np.all(np.isfinite([float(loss) for loss in losses]))
    return accuracies


def first_params() -> dict[str, Array]:
    rng = np.random.default_rng(0)
    inputs, hidden, outputs = SIZES
    params = {
        "W1": 0.01 * rng.normal(size=(inputs, hidden)), "b1": np.zeros(hidden),
        "W2": 0.01 * rng.normal(size=(hidden, outputs)), "b2": np.zeros(outputs),
    }  # fmt: skip
    return {name: array.astype(np.float32) for name, array in params.items()}


def on_batches(images: Array, labels: Array, step: Step) -> Train:
    """A step that is given the images themselves, as NumPy has them."""
    return lambda rows: step(np.take(images, rows, axis=0), labels[rows])


# ── by hand ───────────────────────────────────────────────────────────────────────────────────
def by_hand(images: Array, labels: Array, *, asks_again: bool) -> tuple[Train, Classes]:
    """asks_again: as the book, which computes the loss that it notes once more after the step."""
    from benchmarks.workloads import book

    p = first_params()
    layers: list[Any] = [book.Affine(p["W1"], p["b1"]), book.ReLU(), book.Affine(p["W2"], p["b2"])]
    step, last = book.train_step(layers, book.SGD(RATE)), book.SoftmaxWithLoss()

    def predict(x: Array) -> Array:
        for layer in layers:
            x = layer.forward(x)
        return x

    def twice(x: Array, t: Array) -> Any:
        step(x, t)
        return last.forward(predict(x), t)

    train = on_batches(images, labels, twice if asks_again else step)
    return train, lambda x: predict(x).argmax(axis=1)


def products(images: Array, labels: Array) -> tuple[Train, Classes]:
    """The floor: nothing but the matrix products that no side can do without, with `out=`."""
    p = first_params()
    x, h, y = (np.ones((BATCH, size), np.float32) for size in SIZES)
    g_W1, g_W2, g_h = np.empty_like(p["W1"]), np.empty_like(p["W2"]), np.empty_like(h)

    def train(rows: Array) -> float:
        np.take(images, rows, 0, x, "clip")
        for a, b, out in ((x, p["W1"], h), (h, p["W2"], y), (h.T, y, g_W2), (y, p["W2"].T, g_h),
                          (x.T, h, g_W1)):  # fmt: skip
            np.matmul(a, b, out=out)
        return 0.0

    def classes(x: Array) -> Array:
        return (x @ p["W1"] @ p["W2"])[:, 0] < 0

    return train, classes


# ── this library ──────────────────────────────────────────────────────────────────────────────
def ours_eager(images: Array, labels: Array) -> tuple[Train, Classes]:
    import nn
    from autograd_core import no_grad

    p = first_params()
    net = nn.Sequential(
        nn.Affine.from_arrays(p["W1"], p["b1"]), nn.ReLU(), nn.Affine.from_arrays(p["W2"], p["b2"])
    )
    loss_of, optimizer = nn.SoftmaxWithLoss(), nn.SGD(net.parameters(), RATE)

    def step(x: Array, t: Array) -> float:
        loss = loss_of(net(x), t)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.item())

    def classes(x: Array) -> Array:
        with no_grad():
            return net(x).data.argmax(axis=1)

    return on_batches(images, labels, step), classes


def ours_compiled(backend: str) -> Script:
    def start(images: Array, labels: Array) -> tuple[Train, Classes]:
        import nn
        from autograd_core import compile as compiled
        from autograd_core import relu, value_and_grad

        params, softmax_with_loss = first_params(), nn.SoftmaxWithLoss()

        def logits(p: dict[str, Any], x: Any) -> Any:
            return relu(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]

        def update(params: dict[str, Any], x: Any, t: Any) -> Any:
            loss, g = value_and_grad(lambda p: softmax_with_loss(logits(p, x), t))(params)
            return {k: params[k] - RATE * g[k] for k in params}, loss

        fast_update = compiled(update, backend=backend, donate=("params",))
        fast_logits = compiled(logits, backend=backend)

        def step(x: Array, t: Array) -> Any:
            nonlocal params
            params, loss = fast_update(params, x, t)
            return loss

        train = on_batches(images, labels, step)
        return train, lambda x: fast_logits(params, x).argmax(axis=1)

    return Script(start)


# ── the others ────────────────────────────────────────────────────────────────────────────────
def jax_functions() -> tuple[Callable[..., Any], Callable[..., Any]]:
    """A step in the functional style, and the logits."""
    import jax

    def logits(p: dict[str, Any], x: Any) -> Any:
        return jax.nn.relu(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]

    def loss_of(p: dict[str, Any], x: Any, t: Any) -> Any:
        return -(jax.nn.log_softmax(logits(p, x)) * jax.nn.one_hot(t, SIZES[-1])).sum() / BATCH

    def update(params: dict[str, Any], x: Any, t: Any) -> Any:
        loss, g = jax.value_and_grad(loss_of)(params, x, t)
        return jax.tree.map(lambda p, g: p - RATE * g, params, g), loss

    return update, logits


def jax(images: Array, labels: Array, *, inside: bool) -> tuple[Train, Classes]:
    """inside: the images are JAX's, and a step is given only the numbers of its rows."""
    import jax

    update, logits = jax_functions()
    params = jax.tree.map(jax.numpy.asarray, first_params())
    fast = jax.jit(update, donate_argnums=0)
    of_rows = jax.jit(lambda p, x, t, rows: update(p, x[rows], t[rows]), donate_argnums=0)
    classes = jax.jit(lambda p, x: logits(p, x).argmax(axis=1))

    def step(x: Array, t: Array) -> Any:
        nonlocal params
        params, loss = fast(params, x, t)
        return loss

    def step_of_rows(rows: Array) -> Any:
        nonlocal params
        params, loss = of_rows(params, images, labels, rows)
        return loss

    train = step_of_rows if inside else on_batches(images, labels, step)
    return train, lambda x: classes(params, x)


def torch(images: Array, labels: Array) -> tuple[Train, Classes]:
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

    def train(rows: Array) -> float:
        batch = torch.from_numpy(rows)
        loss = loss_of(net(images[batch]), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.item())

    def classes(x: Array) -> Array:
        with torch.no_grad():
            return net(x).argmax(dim=1)

    return train, classes


SCRIPTS = {
    "book": Script(partial(by_hand, asks_again=True)),
    "hand": Script(partial(by_hand, asks_again=False)),
    "ours eager": Script(ours_eager),
    "ours numpy": ours_compiled("numpy"),
    "ours numba": ours_compiled("numba"),
    "jax": Script(partial(jax, inside=False)),
    "jax inside": Script(
        partial(jax, inside=True), lambda a: import_module("jax.numpy").asarray(a)
    ),
    "torch": Script(torch, lambda a: import_module("torch").from_numpy(a)),
}
FLOORS = {"floor: products": Script(products)}

if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
