"""A function of NumPy held to NumPy's value and to differences, in both modes and both orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_core import Tensor, grad, jvp
from tests.core.differences import derivative


def assert_agrees(f: Callable[[Any], Any], x: np.ndarray, rtol: float = 1e-8) -> None:
    """Value, shape and dtype are NumPy's; the gradient and its derivative those of differences."""
    expected = np.asarray(f(x))
    value = f(Tensor(x))
    assert type(value) is Tensor
    assert (value.shape, value.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(value.data, expected, rtol=1e-12, atol=1e-14)
    g = np.cos(np.arange(expected.size)).reshape(expected.shape)
    t = np.sin(1 + np.arange(x.size)).reshape(x.shape)

    def weighted(x: Any) -> Any:
        return np.sum(g * f(x))

    slope = grad(weighted)
    np.testing.assert_allclose(slope(x), derivative(weighted, x), rtol=rtol, atol=1e-9)
    tangent = jvp(weighted, (x,), (t,))[1]
    np.testing.assert_allclose(tangent, np.sum(slope(x) * t), rtol=1e-10, atol=1e-12)
    curved = grad(lambda x: np.sum(np.cos(t) * slope(x)))(x)
    numerical = derivative(lambda x: np.sum(np.cos(t) * slope(x)), x)
    np.testing.assert_allclose(curved, numerical, rtol=rtol, atol=1e-9)
