"""Every covered function, without a reference: the transpose in 100 directions, and float32 beside
numbers of every kind.  The cases are those that are compared with JAX.
"""

import numpy as np
import pytest

from autograd_core import DTypeError, ShapeError, Tensor, UncoveredError, jvp, vjp
from tests.core.samples.sample import arrays_of
from tests.core.test_dtypes import NUMBERS, SINGLE
from tests.reference.test_core_jax import CASE, EACH

pytestmark = pytest.mark.reference


@CASE
def test_forward_is_the_transpose_of_reverse(name, f, operands, domain):
    """⟨g, J t⟩ = ⟨Jᵀ g, t⟩ in 100 directions; complex results as pairs of real numbers."""
    rng = np.random.default_rng(7)
    arrays = arrays_of(operands, domain)
    value, pull = vjp(lambda *xs: f(np, *xs), *arrays)
    for _ in range(100):
        tangents = [rng.normal(size=a.shape) for a in arrays]
        g = rng.normal(size=value.shape)
        pushed = jvp(lambda *xs: f(np, *xs), arrays, tangents)[1]
        terms = [dx * t for dx, t in zip(pull(g), tangents, strict=True)]
        scale = 1 + sum(np.sum(np.abs(term)) for term in terms)
        assert abs(np.real(np.sum(g * pushed)) - sum(map(np.sum, terms))) <= 1e-12 * scale


@CASE
def test_float32_times_a_number(name, f, operands, domain):
    """A number before the function and one behind it."""
    arrays = [a.astype(SINGLE) for a in arrays_of(operands, domain)]
    expected = np.asarray(f(np, *arrays)).dtype
    for one in (1.0, 1, np.float32(1), np.array(1, SINGLE)):
        leaves = [Tensor(a) for a in arrays]
        out = one * f(np, *[one * t for t in leaves])
        assert out.dtype == expected, type(one)
        out.backward(np.ones(out.shape))
        assert {t.grad.dtype for t in leaves if t.grad is not None} == {SINGLE}, type(one)


# An array that is made of the number would have to take the Tensor, or NumPy takes the number for
# a vector.
REFUSED = {("full_like", 1), ("pad", 1), ("select", 1), ("convolve", 0), ("convolve", 1)}


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
@pytest.mark.parametrize(
    ("name", "f", "operands", "domain"), [c for c in EACH if len(c.values[2]) > 1]
)
def test_float32_beside_a_number(name, f, operands, domain, number):
    """Each operand in turn is the Tensor, and all others are the number, where NumPy takes that;
    where NumPy makes float64 of it the result may be narrower, but never wider."""
    arrays = [a.astype(SINGLE) for a in arrays_of(operands, domain)]
    for place, array in enumerate(arrays):
        given = [number] * len(arrays)
        given[place] = array
        with np.errstate(all="ignore"):
            try:
                expected = np.asarray(f(np, *given)).dtype
            except (ValueError, TypeError, IndexError, AttributeError, RuntimeError):
                continue
            given[place] = leaf = Tensor(array)
            try:
                out = f(np, *given)
            except (UncoveredError, DTypeError, ShapeError):
                assert (name, place) in REFUSED
                continue
            assert out.dtype in {SINGLE, expected}, place
            if out.requires_grad:
                out.backward(np.ones(out.shape))
                assert leaf.grad.dtype == SINGLE, place
