"""What all comparisons with other libraries share."""

import os

# JAX compiles every case for one run of it: code that is quick to make, not quick to run.
os.environ.setdefault(
    "XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
)
