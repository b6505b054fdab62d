"""One comparison: a function of a namespace (NumPy or jax.numpy) and arrays."""

from typing import Any

import numpy as np

REALS = (-np.inf, np.inf)


def case(f: Any, *operands: Any, domain: tuple[float, float] = REALS) -> Any:
    """f(xp, *arrays); each operand is a shape, for which numbers of the domain are made up, or an
    array."""
    return f, list(operands), domain


CASES: dict[str, list[Any]] = {}
