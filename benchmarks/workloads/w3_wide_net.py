"""W3: one step of a wider net, 784-512-512-10, batch 256, float32, momentum."""

from benchmarks.workload import Target, Workload
from benchmarks.workloads import perceptron
from benchmarks.workloads.perceptron import Perceptron
from benchmarks.workloads.w2_two_layer_net import OURS, SIDES

WORKLOAD = Workload(
    name="W3",
    title="784-512-512-10 step, batch 256, momentum",
    cases={"float32": Perceptron((784, 512, 512, 10), batch=256, rate=0.01, momentum=0.9)},
    tiny=Perceptron((6, 5, 4, 3), batch=4, rate=0.01, momentum=0.9, samples=20),
    sides=SIDES,
    floors={"floor: products": perceptron.products},
    targets=(
        Target(OURS, ("hand",), at_most=0.55),
        Target(OURS, ("jax", "jax inside"), at_most=1.0, threads=1),
        Target(OURS, ("torch", "torch functional"), at_most=1.05, threads=1),
        Target(OURS, ("jax", "jax inside"), at_most=1.0, threads=2),
    ),
    checked=10,
)
