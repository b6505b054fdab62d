"""W6: one step of the book's simple ConvNet (section 7.5), batch 100, Adam, float32.

Convolution of 30 filters 5×5, ReLU, max pooling 2×2, affine 100, ReLU, affine 10, and softmax with
loss. All sides add Adam's ε to the corrected root, as PyTorch does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import nn
from autograd_core import conv2d, max_pool2d, relu, value_and_grad
from benchmarks.workload import (
    Target,
    Workload,
    compiled,
    dezero_functions,
    jax_module,
    peer,
    torch_compile,
    with_backends,
)
from benchmarks.workloads import book
from benchmarks.workloads.perceptron import Params, Step, dataset, in_torch, recorded_step

Array = Any
RATE, BETA1, BETA2, EPS = 0.001, 0.9, 0.999, 1e-8
POOL = 2


@dataclass(frozen=True)
class ConvNet:
    image: int = 28
    filters: int = 30
    kernel: int = 5
    hidden: int = 100
    classes: int = 10
    batch: int = 100
    samples: int = 1000

    @property
    def pooled(self) -> int:
        return (self.image - self.kernel + 1) // POOL

    def params(self) -> Params:
        rng = np.random.default_rng(1)
        flat = self.filters * self.pooled**2
        shapes = {
            "W1": (self.filters, 1, self.kernel, self.kernel),
            "W2": (flat, self.hidden),
            "W3": (self.hidden, self.classes),
        }
        weights = {
            name: (0.05 * rng.normal(size=shape)).astype(np.float32)
            for name, shape in shapes.items()
        }
        sizes = {"b1": self.filters, "b2": self.hidden, "b3": self.classes}
        return weights | {name: np.zeros(size, np.float32) for name, size in sizes.items()}

    def batches(self) -> Callable[[], tuple[Array, Array]]:
        rows, labels = dataset(self.samples, self.image**2, self.classes)
        images = rows.reshape(-1, 1, self.image, self.image)
        rng = np.random.default_rng(2)

        def batch() -> tuple[Array, Array]:
            rows = rng.integers(0, self.samples, self.batch)
            return np.take(images, rows, axis=0), labels[rows]

        return batch


def hand(case: ConvNet) -> Step:
    p = case.params()
    layers = [
        book.Convolution(p["W1"], p["b1"]), book.ReLU(), book.Pooling(POOL),
        book.Affine(p["W2"], p["b2"]), book.ReLU(), book.Affine(p["W3"], p["b3"]),
    ]  # fmt: skip
    step, batch = book.train_step(layers, book.Adam(RATE, BETA1, BETA2, EPS)), case.batches()
    return lambda: step(*batch())


def ours_eager(case: ConvNet) -> Step:
    p = case.params()
    net = nn.Sequential(
        nn.Conv2d.from_arrays(p["W1"], p["b1"]), nn.ReLU(), nn.MaxPool2d(POOL),
        nn.Affine.from_arrays(p["W2"], p["b2"]), nn.ReLU(),
        nn.Affine.from_arrays(p["W3"], p["b3"]),
    )  # fmt: skip
    loss_of, batch = nn.SoftmaxWithLoss(), case.batches()
    optimizer = nn.Adam(net.parameters(), RATE, (BETA1, BETA2), EPS)

    return recorded_step(lambda x, t: loss_of(net(x), t), optimizer, batch)


def ours_loss(p: Params, x: Any, t: Any) -> Any:
    x = max_pool2d(relu(conv2d(x, p["W1"], p["b1"])), POOL)
    x = relu(x.reshape(len(x), -1) @ p["W2"] + p["b2"])
    return nn.SoftmaxWithLoss()(x @ p["W3"] + p["b3"], t)


def adam(np: Any, p: Any, averages: Any, g: Any, rate: Any, eps: Any) -> tuple[Any, Any, Any]:
    """One parameter and its averages after a step."""
    m, v = averages
    m = BETA1 * m + (1 - BETA1) * g
    v = BETA2 * v + (1 - BETA2) * g * g
    return p - rate * m / (np.sqrt(v) + eps), m, v


def adams(np: Any, params: Params, state: Params, g: Params, rate: Any, eps: Any) -> Any:
    """All parameters and their averages after a step."""
    new = {k: adam(np, p, state[k], g[k], rate, eps) for k, p in params.items()}
    return {k: p for k, (p, _, _) in new.items()}, {k: (m, v) for k, (_, m, v) in new.items()}


def corrected(np: Any, steps: Any) -> tuple[Any, Any]:
    """The rate and ε into which the bias corrections are folded."""
    root = np.sqrt(1 - BETA2**steps)
    return RATE * root / (1 - BETA1**steps), EPS * root


def zeros(params: Params) -> Params:
    return {k: (np.zeros_like(p), np.zeros_like(p)) for k, p in params.items()}


def ours_compiled(case: ConvNet, backend: str) -> Step:
    both = value_and_grad(ours_loss)

    def train(params: Params, state: Params, x: Any, t: Any, rate: Any, eps: Any) -> Any:
        loss, g = both(params, x, t)
        return *adams(np, params, state, g, rate, eps), loss

    fast, batch = compiled(train, backend, donate=("params", "state")), case.batches()
    params = case.params()
    state, steps = zeros(params), 0

    def step() -> float:
        nonlocal params, state, steps
        steps += 1
        rate, eps = map(np.float32, corrected(np, steps))
        params, state, loss = fast(params, state, *batch(), rate, eps)
        return float(loss)

    return step


def jax_logits(case: ConvNet, pool: Callable[[Any], Any]) -> Callable[[Params, Any], Any]:
    """The net with the channels last, which is faster on a CPU."""
    jax = jax_module()

    def logits(p: Params, x: Any) -> Any:
        layout = ("NHWC", "HWIO", "NHWC")
        x = jax.lax.conv_general_dilated(x, p["W1"], (1, 1), "VALID", dimension_numbers=layout)
        x = pool(jax.nn.relu(x + p["b1"]))
        x = jax.nn.relu(x.reshape(len(x), -1) @ p["W2"] + p["b2"])
        return x @ p["W3"] + p["b3"]

    return logits


def channels_last(case: ConvNet, p: Params) -> Params:
    """The weights for images whose channels are last."""
    W2 = p["W2"].reshape(case.filters, case.pooled, case.pooled, case.hidden)
    flat = W2.transpose(1, 2, 0, 3).reshape(p["W2"].shape)
    return p | {"W1": p["W1"].transpose(2, 3, 1, 0), "W2": flat}


def jax_step(case: ConvNet, pool: Callable[[Any], Any]) -> Step:
    jax = jax_module()
    np_jax, logits = jax.numpy, jax_logits(case, pool)

    def loss_of(p: Params, x: Any, t: Any) -> Any:
        log_y = jax.nn.log_softmax(logits(p, x))
        return -(log_y * jax.nn.one_hot(t, case.classes)).sum() / len(t)

    def train(params: Params, state: Params, steps: Any, x: Any, t: Any) -> Any:
        loss, g = jax.value_and_grad(loss_of)(params, x, t)
        rate, eps = corrected(np_jax, steps + 1)
        return *adams(np_jax, params, state, g, rate, eps), steps + 1, loss

    fast, batch = jax.jit(train, donate_argnums=(0, 1)), case.batches()
    params = jax.tree.map(np_jax.asarray, channels_last(case, case.params()))
    state = {k: (np_jax.zeros_like(p), np_jax.zeros_like(p)) for k, p in params.items()}
    steps = np_jax.zeros((), np_jax.float32)

    def step() -> float:
        nonlocal params, state, steps
        x, t = batch()
        x = x.reshape(case.batch, case.image, case.image, 1)  # one channel: the same numbers
        params, state, steps, loss = fast(params, state, steps, x, t)
        return float(loss)

    return step


def jax(case: ConvNet) -> Step:
    """Pooling as Flax has it."""
    lax, np_jax = jax_module().lax, jax_module().numpy
    window = (1, POOL, POOL, 1)
    return jax_step(
        case, lambda x: lax.reduce_window(x, -np_jax.inf, lax.max, window, window, "VALID")
    )


def jax_reshaped(case: ConvNet) -> Step:
    """Pooling as the maximum of a reshaped array, whose gradient XLA computes faster."""
    shape = (case.batch, case.pooled, POOL, case.pooled, POOL, case.filters)
    return jax_step(case, lambda x: x.reshape(shape).max(axis=(2, 4)))


def torch_net(case: ConvNet) -> Any:
    module = peer("torch")
    net = module.nn.Sequential(
        module.nn.Conv2d(1, case.filters, case.kernel), module.nn.ReLU(),
        module.nn.MaxPool2d(POOL), module.nn.Flatten(),
        module.nn.Linear(case.filters * case.pooled**2, case.hidden), module.nn.ReLU(),
        module.nn.Linear(case.hidden, case.classes),
    )  # fmt: skip
    p = case.params()
    for i, layer in enumerate((net[0], net[4], net[6]), start=1):
        W = p[f"W{i}"]
        layer.weight.data = module.tensor(W if W.ndim == 4 else W.T.copy())
        layer.bias.data = module.tensor(p[f"b{i}"])
    return net


def torch_step(case: ConvNet, net: Any, call: Callable[[Any], Any], layout: str) -> Step:
    module = peer("torch")
    memory_format = getattr(module, layout)
    loss_of, batch = module.nn.CrossEntropyLoss(), case.batches()
    optimizer = module.optim.Adam(net.parameters(), RATE, (BETA1, BETA2), EPS, fused=True)

    def loss(x: Any, t: Any) -> Any:
        return loss_of(call(x.contiguous(memory_format=memory_format)), t)

    return recorded_step(loss, optimizer, in_torch(batch))


def torch(case: ConvNet) -> Step:
    net = torch_net(case)
    return torch_step(case, net, net, "contiguous_format")


def torch_channels_last(case: ConvNet) -> Step:
    net = torch_net(case).to(memory_format=peer("torch").channels_last)
    return torch_step(case, net, net, "channels_last")


def torch_compiled(case: ConvNet) -> Step:
    compile_ = torch_compile()
    net = torch_net(case).to(memory_format=peer("torch").channels_last)
    return torch_step(case, net, compile_(net, fullgraph=True), "channels_last")


def mygrad(case: ConvNet) -> Step:
    module, layers = peer("mygrad"), peer("mygrad.nnet.layers")
    relu = peer("mygrad.nnet.activations").relu
    cross_entropy = peer("mygrad.nnet.losses").softmax_crossentropy
    module.turn_memory_guarding_off()
    p = {k: module.tensor(a) for k, a in case.params().items()}
    rule, batch = book.Adam(RATE, BETA1, BETA2, EPS), case.batches()

    def step() -> float:
        x, t = batch()
        y = layers.conv_nd(x, p["W1"], stride=1) + p["b1"].reshape(1, -1, 1, 1)
        y = layers.max_pool(relu(y), (POOL, POOL), POOL)
        y = relu(y.reshape(len(x), -1) @ p["W2"] + p["b2"])
        loss = cross_entropy(y @ p["W3"] + p["b3"], t)
        loss.backward()
        rule.update([a.data for a in p.values()], [a.grad for a in p.values()])
        return float(loss.data)

    return step


def dezero(case: ConvNet) -> Step:
    F, module = dezero_functions(), peer("dezero")
    p = {k: module.Parameter(a) for k, a in case.params().items()}
    rule, batch = book.Adam(RATE, BETA1, BETA2, EPS), case.batches()

    def step() -> float:
        x, t = batch()
        y = F.pooling(F.relu(F.conv2d(x, p["W1"], p["b1"])), POOL, POOL)
        y = F.relu(F.linear(F.reshape(y, (len(x), -1)), p["W2"], p["b2"]))
        loss = F.softmax_cross_entropy(F.linear(y, p["W3"], p["b3"]), t)
        for a in p.values():
            a.cleargrad()
        loss.backward()
        rule.update([a.data for a in p.values()], [a.grad.data for a in p.values()])
        return float(loss.data)

    return step


def products(case: ConvNet) -> Callable[[], None]:
    """The floor: the matrix products, in NumPy, the convolution's on columns that are there."""
    p, pixels = case.params(), (case.image - case.kernel + 1) ** 2 * case.batch
    shapes = [p["W1"].reshape(case.filters, -1).T.shape, p["W2"].shape, p["W3"].shape]
    layers = []
    for rows, (inputs, outputs) in zip((pixels, case.batch, case.batch), shapes, strict=True):
        x, y, W = np.ones((rows, inputs)), np.ones((rows, outputs)), np.ones((inputs, outputs))
        layers.append([a.astype(np.float32) for a in (x, y, W, x, W)])

    def run() -> None:
        for i, (x, y, W, g_x, g_W) in enumerate(layers):
            np.matmul(x, W, out=y)
            np.matmul(x.T, y, out=g_W)
            if i:
                np.matmul(y, W.T, out=g_x)

    return run


WORKLOAD = Workload(
    name="W6",
    title="simple ConvNet step, batch 100, Adam",
    cases={"float32": ConvNet()},
    tiny=ConvNet(image=8, filters=3, kernel=3, hidden=5, classes=4, batch=6, samples=20),
    sides={
        "hand": hand,
        "ours eager": ours_eager,
        **with_backends(ours_compiled),
        "jax": jax,
        "jax reshaped": jax_reshaped,
        "torch": torch,
        "torch channels_last": torch_channels_last,
        "torch.compile": torch_compiled,
        "mygrad": mygrad,
        "dezero": dezero,
    },
    floors={"floor: products": products},
    targets=(
        Target(("ours numba",), ("torch", "torch channels_last"), at_most=0.8),
        Target(("ours numpy",), ("torch", "torch channels_last"), at_most=1.1),
        Target(("ours numpy", "ours numba"), ("hand",), at_most=0.13),
        Target(("ours eager",), ("hand",), at_most=0.3),
    ),
    checked=5,
    rtol=1e-3,
)
