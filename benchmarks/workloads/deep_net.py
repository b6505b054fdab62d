"""The 50-layer net whose memory is measured: 784, 49 × 256, 10; batch 1,000."""

from benchmarks.workload import Workload
from benchmarks.workloads.perceptron import Perceptron
from benchmarks.workloads.w2_two_layer_net import SIDES

WORKLOAD = Workload(
    name="deep",
    title="50-layer net step, batch 1,000, SGD",
    cases={"float32": Perceptron((784, *[256] * 49, 10), batch=1000, rate=0.001, samples=2000)},
    tiny=Perceptron((6, 5, 4, 3), batch=4, rate=0.001, samples=20),
    sides=SIDES,
)
