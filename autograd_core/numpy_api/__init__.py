"""NumPy's functions on Tensors, by family: each checks its arguments and applies a primitive.

Every function keeps NumPy's name and arguments.  An option that has no meaning for a recorded
operation (out=, where=, order=, …) raises UncoveredError, which names it.  Importing this package
registers them all; `dispatch.py` has the tables.
"""

from autograd_core.numpy_api import (  # noqa: F401  each registers its family
    changing,
    creation,
    decompositions,
    einsum,
    elementwise,
    fft,
    grids,
    joining,
    linalg,
    order,
    padding,
    picking,
    plain,
    products,
    reduction,
    scan,
    shaping,
    statistics,
    ufuncs,
)
