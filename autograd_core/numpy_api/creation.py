"""Arrays made in the image of another."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_core.dispatch import implements, refuse
from autograd_core.ops import elementwise
from autograd_core.readable import plain
from autograd_core.tensor import Tensor, apply


@implements(np.full_like)
def full_like(a: Any, fill_value: Any, *args: Any, **options: Any) -> Any:
    """np.full_like: a plain array, or a Tensor repeated to the shape of `a`."""
    if isinstance(fill_value, Tensor) and fill_value.requires_grad:
        refuse("np.full_like", dtype=args or None, **options)
        return np.broadcast_to(fill_value, np.shape(a)).astype(np.result_type(plain(a)))
    return np.full_like(plain(a), plain(fill_value), *args, **options)


@implements(np.copy)
def copy(a: Any, order: str = "K", subok: bool = False) -> Any:
    """np.copy: Tensors are never changed by an operation, so the identity."""
    return apply(elementwise.positive, (a,))


if hasattr(np, "astype"):  # NumPy 2.1

    @implements(np.astype)
    def astype(x: Any, dtype: Any, /, **options: Any) -> Any:
        """np.astype: in another floating dtype."""
        return x.astype(dtype)
