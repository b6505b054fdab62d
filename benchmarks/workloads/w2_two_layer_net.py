"""W2: one step of the book's TwoLayerNet, 784-50-10, batch 100, float32, SGD."""

from benchmarks.workload import Target, Workload, with_backends
from benchmarks.workloads import perceptron
from benchmarks.workloads.perceptron import Perceptron

OURS = "ours numpy", "ours numba"
SIDES = {
    "hand": perceptron.hand,
    "ours eager": perceptron.ours_eager,
    **with_backends(perceptron.ours_compiled),
    "jax": perceptron.jax,
    "jax inside": perceptron.jax_inside,
    "torch": perceptron.torch,
    "torch functional": perceptron.torch_functional,
    "torch.compile": perceptron.torch_compiled,
    "mygrad": perceptron.mygrad,
    "dezero": perceptron.dezero,
    "autograd": perceptron.hips,
}

WORKLOAD = Workload(
    name="W2",
    title="TwoLayerNet step, 784-50-10, batch 100, SGD",
    cases={"float32": Perceptron((784, 50, 10), batch=100)},
    tiny=Perceptron((6, 5, 3), batch=4, samples=20),
    sides=SIDES,
    floors={"floor: products": perceptron.products},
    targets=(
        Target(("ours numba",), ("hand",), at_most=0.5),
        Target(("ours numpy",), ("hand",), at_most=0.58),
        Target(OURS, ("jax", "jax inside"), at_most=0.7),
        Target(OURS, ("torch", "torch functional"), at_most=0.65),
        Target(OURS, ("torch.compile",), at_most=0.9),
        Target(OURS, ("floor: products",), at_most=1 / 0.6),  # 60 % of the step are the products
    ),
    checked=10,
)
