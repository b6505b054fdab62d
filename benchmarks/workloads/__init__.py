"""The workloads, in the order of the report."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.workload import Workload

MODULES = {
    "W1": "w1_price_graph",
    "W2": "w2_two_layer_net",
    "W3": "w3_wide_net",
    "W4": "w4_elementwise",
    "W5": "w5_small_operations",
    "W6": "w6_conv_net",
    "W7": "w7_long_chain",
    "W8": "w8_rosenbrock",
    "W9": "w9_import",
    "W10": "w10_hessian_product",
    "script": "whole_script",
    "compile": "compile_time",
    "memory": "peak_memory",
}
PARTS = {"deep": "deep_net"}  # of another workload


def workload(name: str) -> Workload:
    """The workload of that name. Its module is imported now: a worker needs only its own."""
    found: Workload = import_module(f"{__name__}.{(MODULES | PARTS)[name]}").WORKLOAD
    return found
