"""Every covered function of NumPy, called in every way: compiled, it is what it is eagerly."""

import numpy as np
import pytest
from scipy import special

from autograd_core import (
    TracingError,
    compile,  # noqa: A004  the field's name for it
    grad,
    jvp,
    value_and_grad,
)
from tests.compile.conftest import assert_compiles, cotangent, in_dtype
from tests.core.samples.sample import arrays_of
from tests.reference import test_core_special as against_mpmath
from tests.reference.cases.case import case
from tests.reference.test_core_jax import CASES, claim

# Their results, or the elements that they give to a function, are as many as the values say.
DEPENDS = {"unique", "piecewise", "histogram"}


def without_jax():
    """The functions that JAX lacks."""
    for name, (f, _, points) in against_mpmath.CASES.items():
        function = f"scipy.special.{name.partition(' ')[0]}"
        if function in against_mpmath.WITHOUT_JAX:
            yield function, [case(lambda _, x, f=f: f(special, x), np.array(points))]


def called(names, among):
    return pytest.mark.parametrize(
        ("name", "f", "operands", "domain"),
        [
            pytest.param(name, *entry, id=f"{name}-{number}")
            for name, entries in (*CASES.items(), *without_jax())
            for number, entry in enumerate(entries)
            if (name in names) is among
        ],
    )


CASE = called(DEPENDS, among=False)


@pytest.fixture
def backend():
    """NumPy's; each operation on Numba's: tests/reference/test_compiled_numba.py."""
    return "numpy"


def weighted(out):
    """A real number in which every element of the result has a weight of its own."""
    total = np.sum(out * cotangent(np.zeros(out.shape, out.dtype)))
    return np.real(total) + np.imag(total) if out.dtype.kind == "c" else total


@CASE
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_value_and_gradient(compiled, shows, name, f, operands, domain, dtype):
    claim(shows, name, "compiled")
    arrays = in_dtype(arrays_of(operands, domain), dtype)

    def total(*xs):
        out = f(np, *xs)
        return weighted(out), out

    slope = value_and_grad(total, tuple(range(len(arrays))), has_aux=True)
    with np.errstate(all="ignore"):
        assert_compiles(compiled, slope, *arrays, rtol=1e-3 if dtype is np.float32 else 1e-10)


@CASE
def test_forward_mode_and_second_order(compiled, shows, name, f, operands, domain):
    claim(shows, name, "compiled")
    arrays = arrays_of(operands, domain)
    tangents = [cotangent(x) for x in arrays]
    slope = grad(lambda *xs: weighted(f(np, *xs)), tuple(range(len(arrays))))

    def curved(arrays, tangents):
        return jvp(lambda *xs: f(np, *xs), arrays, tangents)[1], jvp(slope, arrays, tangents)[1]

    with np.errstate(all="ignore"):
        assert_compiles(compiled, curved, arrays, tangents, rtol=1e-9)


@called(DEPENDS, among=True)
def test_what_depends_on_values_is_refused(name, f, operands, domain):
    with pytest.raises(TracingError, match="while a function is traced there are only shapes"):
        compile(lambda *xs: f(np, *xs))(*arrays_of(operands, domain))
