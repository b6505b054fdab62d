"""The Numba backend on every primitive and composite: it gives what recording does."""

from functools import partial

import numpy as np
import pytest

from autograd_core import compile  # noqa: A004  the field's name for it
from tests.compile.conftest import (
    assert_compiles,
    cotangent,
    kernels_of_these_tests,  # noqa: F401  a fixture
)
from tests.compile.test_registry import arranged, slopes, tolerance
from tests.core.samples import FIRST_SAMPLES

pytestmark = pytest.mark.reference


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sample", FIRST_SAMPLES, ids=str)
def test_value_and_gradients(sample, dtype):
    arrays = [arranged(array, dtype) for array in sample.arrays]
    g = cotangent(sample(*arrays))
    compiled = partial(compile, backend="numba")
    with np.errstate(all="ignore"):
        assert_compiles(compiled, slopes(sample), *arrays, g, rtol=tolerance(sample, dtype))
