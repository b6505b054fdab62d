"""Assignment against JAX's functional updates: values, gradients, tangents and Hessians."""

import numpy as np
import pytest

from autograd_core import grad
from tests.core.samples.families.shaping import INDICES

pytestmark = pytest.mark.reference

jax = pytest.importorskip("jax")
jnp = jax.numpy

X = np.linspace(0.3, 1.4, 12).reshape(3, 4)


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


# JAX leaves open which of several values for one place counts.
ONCE = {name: index for name, index in INDICES.items() if "repeated" not in name
        and name not in ("outer", "matrix of indices", "index between slices")}  # fmt: skip


def ours(index):
    def f(x):
        z = np.copy(np.sin(x))
        z[index] = x[index] * x[0, 1]
        z[:2, 1] = 0.5
        z[index] += x[index] ** 2
        z[index] *= x[0, 1]
        z[-1, 1:] = z[0, :3]
        return np.sum(z**3)

    return f


def theirs(index):
    def f(x):
        z = jnp.sin(x).at[index].set(x[index] * x[0, 1])
        z = z.at[:2, 1].set(0.5)
        z = z.at[index].add(x[index] ** 2)
        z = z.at[index].multiply(x[0, 1], unique_indices=True)
        return jnp.sum(z.at[-1, 1:].set(z[0, :3]) ** 3)

    return jax.jit(f)


@pytest.mark.parametrize("index", ONCE.values(), ids=ONCE)
def test_updates(index):
    f, reference = ours(index), theirs(_static(index))
    close = {"rtol": 1e-10, "atol": 1e-12}
    np.testing.assert_allclose(f(X), reference(X), **close)
    np.testing.assert_allclose(grad(f)(X), jax.grad(reference)(X), **close)
    v = np.cos(np.arange(12.0)).reshape(3, 4)
    twice = grad(lambda x: np.sum(grad(f)(x) * v))(X)
    expected = jax.grad(lambda x: jnp.sum(jax.grad(reference)(x) * v))(X)
    np.testing.assert_allclose(twice, expected, **close)


def _static(index):
    """JAX takes no lists as indices."""
    parts = index if isinstance(index, tuple) else (index,)
    made = tuple(np.array(part) if isinstance(part, list) else part for part in parts)
    return made if isinstance(index, tuple) else made[0]


def test_a_time_stepping_loop():
    def f(x):
        u = np.zeros_like(x, shape=(20, 3, 4))
        u[0] = x
        for k in range(19):
            u[k + 1, 1:] = u[k, :-1] + 0.1 * np.sin(u[k, 1:])
            u[k + 1, 0] = u[k, 0]
        return np.sum(u**2)

    def reference(x):
        u = jnp.zeros((20, 3, 4)).at[0].set(x)
        for k in range(19):
            u = u.at[k + 1, 1:].set(u[k, :-1] + 0.1 * jnp.sin(u[k, 1:]))
            u = u.at[k + 1, 0].set(u[k, 0])
        return jnp.sum(u**2)

    np.testing.assert_allclose(grad(f)(X), jax.jit(jax.grad(reference))(X), rtol=1e-10)
