"""Every primitive and composite: compiled, it is what it is when it is recorded."""

import numpy as np
import pytest

from autograd_core import grad, jvp, vjp
from tests.compile.conftest import assert_compiles, cotangent, in_dtype
from tests.core.samples import FIRST_SAMPLES, SAMPLES

DTYPES = [np.float32, np.float64]
# Steps of an iteration, or factors, whose rounding errors a derivative multiplies.
ROUGH = {"over_gap", "lstsq", "pinv", "expm", "sqrtm", "eig", "svd", "eigh", "cofactor_slope"}


@pytest.fixture
def backend():
    """NumPy's; each operation on Numba's: tests/reference/test_compiled_numba.py."""
    return "numpy"


def tolerance(sample, dtype):
    if sample.primitive.name not in ROUGH:
        return None
    return 1e-3 if dtype is np.float32 else 1e-10


def arranged(array, dtype):
    """In the dtype, and laid out as before."""
    return array if array.dtype != np.float64 or dtype is np.float64 else array.astype(dtype)


def weighted(sample, *arrays):
    """A number in which every element of the result has a weight of its own."""
    value = sample(*arrays)
    return np.sum(np.real(value * cotangent(np.zeros(value.shape))).astype(arrays[0].dtype))


def slopes(sample):
    """The gradients of all operands, as a function of them and of a cotangent."""

    def both(*arrays_and_g):
        *arrays, g = arrays_and_g
        value, pull = vjp(sample, *arrays)
        return value, pull(g)

    return both


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_value_and_gradients(compiled, sample, dtype):
    arrays = [arranged(array, dtype) for array in sample.arrays]
    g = cotangent(sample(*arrays))
    with np.errstate(all="ignore"):
        assert_compiles(compiled, slopes(sample), *arrays, g, rtol=tolerance(sample, dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("sample", FIRST_SAMPLES, ids=str)
def test_tangents(compiled, sample, dtype):
    arrays = in_dtype(sample.arrays, dtype)
    tangents = [cotangent(array) for array in arrays]

    def pushed(arrays, tangents):
        return jvp(sample, arrays, tangents)

    assert_compiles(compiled, pushed, arrays, tangents, rtol=tolerance(sample, dtype))


def curved(sample):
    """The gradient of a fixed combination of the gradients, and its tangent."""

    def slope(*args):
        found = slopes(sample)(*args)[1]
        return sum(np.sum(cotangent(np.zeros(dx.shape, dx.dtype)) * dx) for dx in found)

    def second(*args):
        gradient = grad(slope, tuple(range(len(args))))
        return gradient(*args), jvp(slope, args, args)[1]

    return second


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("sample", FIRST_SAMPLES, ids=str)
def test_second_derivatives(compiled, sample, dtype):
    arrays = in_dtype(sample.arrays, dtype)
    g = cotangent(sample(*arrays))
    with np.errstate(all="ignore"):
        rough = 1e-3 if dtype is np.float32 else 1e-10
        assert_compiles(compiled, curved(sample), *arrays, g, rtol=rough)


# ── complex numbers ───────────────────────────────────────────────────────────────────────────
def takes_complex(sample):
    """Whether the operation has a value and gradients for complex operands."""
    try:
        with np.errstate(all="ignore"):
            arrays = [array + 0.25j for array in sample.arrays]
            slopes(sample)(*arrays, cotangent(sample(*arrays)))
    except (TypeError, ValueError, Warning, np.linalg.LinAlgError):
        return False
    return all(array.dtype.kind == "f" for array in sample.arrays)


@pytest.mark.parametrize("sample", [s for s in FIRST_SAMPLES if takes_complex(s)], ids=str)
def test_complex_numbers(compiled, sample):
    arrays = [array + 0.25j * np.cos(array) for array in sample.arrays]
    g = cotangent(sample(*arrays))
    with np.errstate(all="ignore"):
        assert_compiles(compiled, slopes(sample), *arrays, g, rtol=1e-9)
