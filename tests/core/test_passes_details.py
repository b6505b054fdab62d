"""Small print of the two passes: what is not entered, and the dtype of zeros."""

import numpy as np
import pytest

from autograd_core import Tensor, grad, jvp, primitive

X = np.array([0.0, 1.0, 4.0])


@pytest.mark.filterwarnings("ignore:.*encountered")
def test_a_careful_pass_enters_nothing_that_is_not_wanted():
    """log 0 makes the pass run again; what is older than the argument is a constant in it too."""
    calls = []
    watched = primitive(
        "watched_example", lambda x: x + 0, kind="elementwise",
        vjp=(lambda g: calls.append(0) or g,),
    )  # fmt: skip
    leaf = Tensor(np.ones(3))
    older = watched(leaf)
    slope = grad(lambda x: np.sum(np.where(x > 0, np.log(x) * older * leaf, 0)))(X)
    np.testing.assert_array_equal(slope.data, [0, 1, 0.25])
    assert calls == []
    assert leaf.grad is None


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [(np.float32, np.float32), (complex, complex), (int, float), (bool, float)],
)
def test_the_tangent_of_a_constant_is_of_its_dtype_if_it_is_a_number_with_a_derivative(
    dtype, expected
):
    _, tangent = jvp(lambda x: np.ones(2, dtype), (1.0,), (1.0,))
    assert tangent.dtype == expected
    assert tangent.tolist() == [0, 0]
