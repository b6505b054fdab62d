"""Training steps of a multi-layer perceptron in every library: W2, W3, the memory, the script.

Affine layers with ReLU between them, softmax with loss, SGD with or without momentum, float32.
Each step draws a fresh batch in the same way, within its time, and gives the loss. An image is
random noise over its class's random pattern; no side's time depends on the values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

import nn
from autograd_core import relu, value_and_grad
from benchmarks.workload import compiled, dezero_functions, jax_module, peer, torch_compile
from benchmarks.workloads import book

Array = Any
Step = Callable[[], float]
Params = dict[str, Any]


@dataclass(frozen=True)
class Perceptron:
    sizes: tuple[int, ...]
    batch: int
    rate: float = 0.1
    momentum: float = 0.0
    samples: int = 6000

    @property
    def layers(self) -> range:
        return range(1, len(self.sizes))

    def params(self) -> Params:
        """W1, b1, W2, …: He's weights, the same on every call."""
        rng = np.random.default_rng(1)
        params = {}
        for i, (rows, columns) in enumerate(pairwise(self.sizes), start=1):
            scale = np.sqrt(2 / rows)
            params[f"W{i}"] = (scale * rng.normal(size=(rows, columns))).astype(np.float32)
            params[f"b{i}"] = np.zeros(columns, np.float32)
        return params

    def pairs(self, params: Params) -> list[tuple[Any, Any]]:
        return [(params[f"W{i}"], params[f"b{i}"]) for i in self.layers]

    def draws(self) -> Callable[[], Array]:
        rng = np.random.default_rng(2)
        return lambda: rng.integers(0, self.samples, self.batch)

    def batches(self) -> Callable[[], tuple[Array, Array]]:
        images, labels = dataset(self.samples, self.sizes[0], self.sizes[-1])
        draw = self.draws()

        def batch() -> tuple[Array, Array]:
            rows = draw()
            return np.take(images, rows, axis=0), labels[rows]

        return batch


@cache
def dataset(samples: int, inputs: int, classes: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, classes, samples)
    images = rng.random((classes, inputs), dtype=np.float32)[labels]
    images += rng.random(images.shape, dtype=np.float32) - 1
    return images, labels


def logits(relu: Callable[[Any], Any], pairs: Iterable[tuple[Any, Any]], x: Any) -> Any:
    """The net, for the libraries whose arrays have `@`."""
    *hidden, (W, b) = pairs
    for W_hidden, b_hidden in hidden:
        x = relu(x @ W_hidden + b_hidden)
    return x @ W + b


def updated(case: Perceptron, params: Params, velocity: Params, g: Params) -> tuple[Params, Params]:
    """SGD, or momentum: v ← μv + g, p ← p - ηv, in the functional style."""
    if case.momentum:
        g = velocity = {k: case.momentum * velocity[k] + g[k] for k in params}
    return {k: params[k] - case.rate * g[k] for k in params}, velocity


def zeros(case: Perceptron, params: Params) -> Params:
    return {k: np.zeros_like(p) for k, p in params.items()} if case.momentum else {}


def hand(case: Perceptron) -> Step:
    *hidden, last = [book.Affine(W, b) for W, b in case.pairs(case.params())]
    layers = [layer for affine in hidden for layer in (affine, book.ReLU())] + [last]
    momentum = book.Momentum(case.rate, case.momentum)
    step = book.train_step(layers, momentum if case.momentum else book.SGD(case.rate))
    batch = case.batches()
    return lambda: step(*batch())


def recorded_step(loss_of: Callable[..., Any], optimizer: Any, batch: Callable[[], Any]) -> Step:
    """A step of a library that records: the loss of a batch, its backward pass, the optimiser."""

    def step() -> float:
        loss = loss_of(*batch())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.item())

    return step


def in_torch(batch: Callable[[], Any]) -> Callable[[], Any]:
    """Batches as PyTorch's tensors, on the same memory."""
    from_numpy = peer("torch").from_numpy
    return lambda: map(from_numpy, batch())


def ours_eager(case: Perceptron) -> Step:
    *hidden, last = [nn.Affine.from_arrays(W, b) for W, b in case.pairs(case.params())]
    net = nn.Sequential(*(layer for affine in hidden for layer in (affine, nn.ReLU())), last)
    loss_of, batch = nn.SoftmaxWithLoss(), case.batches()
    params = net.parameters()
    optimizer = nn.SGD(params, case.rate)
    if case.momentum:
        optimizer = nn.Momentum(params, case.rate, case.momentum)

    return recorded_step(lambda x, t: loss_of(net(x), t), optimizer, batch)


def ours_loss(case: Perceptron) -> Callable[..., Any]:
    softmax_with_loss = nn.SoftmaxWithLoss()

    def loss(params: Params, x: Any, t: Any) -> Any:
        return softmax_with_loss(logits(relu, case.pairs(params), x), t)

    return loss


def ours_train(case: Perceptron, backend: str) -> Callable[..., Any]:
    both = value_and_grad(ours_loss(case))

    def train(params: Params, velocity: Params, x: Any, t: Any) -> Any:
        loss, g = both(params, x, t)
        return *updated(case, params, velocity, g), loss

    return compiled(train, backend, donate=("params", "velocity"))


def ours_compiled(case: Perceptron, backend: str) -> Step:
    train, batch = ours_train(case, backend), case.batches()
    params = case.params()
    velocity = zeros(case, params)

    def step() -> float:
        nonlocal params, velocity
        params, velocity, loss = train(params, velocity, *batch())
        return float(loss)

    return step


def jax_loss(case: Perceptron) -> Callable[..., Any]:
    jax = jax_module()

    def loss(params: Params, x: Any, t: Any) -> Any:
        log_y = jax.nn.log_softmax(logits(jax.nn.relu, case.pairs(params), x))
        return -(log_y * jax.nn.one_hot(t, case.sizes[-1])).sum() / len(t)

    return loss


def jax_train(case: Perceptron) -> Callable[..., Any]:
    jax = jax_module()
    both = jax.value_and_grad(jax_loss(case))

    def train(params: Params, velocity: Params, x: Any, t: Any) -> Any:
        loss, g = both(params, x, t)
        return *updated(case, params, velocity, g), loss

    return train


def jax_step(case: Perceptron, train: Any, batch: Callable[[], tuple[Any, ...]]) -> Step:
    jax = jax_module()
    train = jax.jit(train, donate_argnums=(0, 1))
    params = jax.tree.map(jax.numpy.asarray, case.params())
    velocity = jax.tree.map(jax.numpy.zeros_like, params if case.momentum else {})

    def step() -> float:
        nonlocal params, velocity
        params, velocity, loss = train(params, velocity, *batch())
        return float(loss)

    return step


def jax(case: Perceptron) -> Step:
    """Each batch is a NumPy array, which JAX copies in."""
    return jax_step(case, jax_train(case), case.batches())


def jax_inside(case: Perceptron) -> Step:
    """The data are kept in JAX, and a step is given only the row numbers."""
    np_jax = jax_module().numpy
    images, labels = map(np_jax.asarray, dataset(case.samples, case.sizes[0], case.sizes[-1]))
    train, draw = jax_train(case), case.draws()

    def on_rows(params: Params, velocity: Params, x: Any, t: Any, rows: Any) -> Any:
        return train(params, velocity, x[rows], t[rows])

    return jax_step(case, on_rows, lambda: (images, labels, draw()))


def torch_pairs(case: Perceptron) -> list[tuple[Any, Any]]:
    """Weights as `torch.nn.Linear` keeps them: transposed, which is also their fastest form."""
    torch = peer("torch")
    return [(torch.tensor(W.T.copy()), torch.tensor(b)) for W, b in case.pairs(case.params())]


def torch_loss() -> Callable[..., Any]:
    functional = peer("torch").nn.functional

    def loss(pairs: list[tuple[Any, Any]], x: Any, t: Any) -> Any:
        *hidden, (W, b) = pairs
        for W_hidden, b_hidden in hidden:
            x = functional.relu(functional.linear(x, W_hidden, b_hidden))
        return functional.cross_entropy(functional.linear(x, W, b), t)

    return loss


def torch(case: Perceptron) -> Step:
    """As its tutorials have it: an `nn.Sequential`, and `torch.optim.SGD`."""
    module = peer("torch")
    layers = []
    for W, b in torch_pairs(case):
        linear = module.nn.Linear(*reversed(W.shape))
        linear.weight.data, linear.bias.data = W, b
        layers += [linear, module.nn.ReLU()]
    net, loss_of = module.nn.Sequential(*layers[:-1]), module.nn.CrossEntropyLoss()
    optimizer = module.optim.SGD(net.parameters(), case.rate, case.momentum)
    batch = case.batches()

    return recorded_step(lambda x, t: loss_of(net(x), t), optimizer, in_torch(batch))


def torch_functional(case: Perceptron) -> Step:
    """Without modules, and with the optimiser as one fused kernel."""
    module = peer("torch")
    pairs = torch_pairs(case)
    params = [p.requires_grad_() for pair in pairs for p in pair]
    optimizer = module.optim.SGD(params, case.rate, case.momentum, fused=True)
    loss_of, batch = torch_loss(), case.batches()

    return recorded_step(lambda x, t: loss_of(pairs, x, t), optimizer, in_torch(batch))


def torch_compiled(case: Perceptron) -> Step:
    """The whole step as one graph, with the update in place."""
    compile_, module = torch_compile(), peer("torch")
    pairs = torch_pairs(case)
    both = module.func.grad_and_value(torch_loss())
    velocity = [(module.zeros_like(W), module.zeros_like(b)) for W, b in pairs]

    def train(x: Any, t: Any, pairs: Any, velocity: Any) -> Any:
        gradients, loss = both(pairs, x, t)
        for layer in zip(pairs, velocity, gradients, strict=True):
            for p, v, g in zip(*layer, strict=True):
                step = v.mul_(case.momentum).add_(g) if case.momentum else g
                p.sub_(step, alpha=case.rate)
        return loss

    fast, batch = compile_(train, fullgraph=True), case.batches()

    def step() -> float:
        x, t = map(module.from_numpy, batch())
        return float(fast(x, t, pairs, velocity).item())

    return step


def hips_loss(case: Perceptron) -> Callable[..., Any]:
    np_hips, logsumexp = peer("autograd.numpy"), peer("autograd.scipy.special").logsumexp

    def loss(params: Params, x: Any, t: Any) -> Any:
        y = logits(lambda z: np_hips.maximum(z, 0), case.pairs(params), x)
        return np_hips.mean(logsumexp(y, axis=1) - y[np.arange(len(t)), t])

    return loss


def hips(case: Perceptron) -> Step:
    both, batch = peer("autograd").value_and_grad(hips_loss(case)), case.batches()
    params = case.params()
    velocity = zeros(case, params)

    def step() -> float:
        nonlocal params, velocity
        loss, g = both(params, *batch())
        params, velocity = updated(case, params, velocity, g)
        return float(loss)

    return step


def in_place(case: Perceptron, params: list[Any]) -> Callable[[list[Array]], None]:
    """The update for libraries that leave it to NumPy."""
    rule = book.Momentum(case.rate, case.momentum) if case.momentum else book.SGD(case.rate)
    return lambda grads: rule.update(params, grads)


def mygrad(case: Perceptron) -> Step:
    module, losses = peer("mygrad"), peer("mygrad.nnet.losses")
    activations = peer("mygrad.nnet.activations")
    module.turn_memory_guarding_off()  # what its documentation recommends for speed
    params = {k: module.tensor(p) for k, p in case.params().items()}
    update, batch = in_place(case, [p.data for p in params.values()]), case.batches()

    def step() -> float:
        x, t = batch()
        y = logits(activations.relu, case.pairs(params), x)
        loss = losses.softmax_crossentropy(y, t)
        loss.backward()
        update([p.grad for p in params.values()])
        return float(loss.data)

    return step


def dezero(case: Perceptron) -> Step:
    functions, module = dezero_functions(), peer("dezero")
    params = {k: module.Parameter(p) for k, p in case.params().items()}
    update, batch = in_place(case, [p.data for p in params.values()]), case.batches()

    def step() -> float:
        x, t = batch()
        *hidden, (W, b) = case.pairs(params)
        for W_hidden, b_hidden in hidden:
            x = functions.relu(functions.linear(x, W_hidden, b_hidden))
        loss = functions.softmax_cross_entropy(functions.linear(x, W, b), t)
        for p in params.values():
            p.cleargrad()
        loss.backward()
        update([p.grad.data for p in params.values()])
        return float(loss.data)

    return step


def products(case: Perceptron) -> Step:
    """The floor: the matrix products that a step cannot do without, in NumPy, with `out=`."""
    rng = np.random.default_rng(0)
    widths = [(case.batch, size) for size in case.sizes]
    values = [rng.random(shape, dtype=np.float32) for shape in widths]
    gradients = [rng.random(shape, dtype=np.float32) for shape in widths]
    weights = [W for W, _ in case.pairs(case.params())]
    steps = [np.empty_like(W) for W in weights]

    def run() -> None:
        for i, W in enumerate(weights):
            np.matmul(values[i], W, out=values[i + 1])
            np.matmul(values[i].T, gradients[i + 1], out=steps[i])
            if i:
                np.matmul(gradients[i + 1], W.T, out=gradients[i])

    return run  # type: ignore[return-value]
