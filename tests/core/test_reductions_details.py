"""Small print of the reductions."""

import functools
import warnings

import numpy as np
import pytest

from autograd_core import grad, hvp


@pytest.mark.filterwarnings("ignore:Degrees of freedom", "ignore:.*encountered")
@pytest.mark.parametrize("ddof", [1, 2])
def test_a_row_without_a_degree_of_freedom_is_nan_in_value_and_gradient(ddof):
    """One number alone has no sample variance, whether the others are masked or not there."""
    x = np.array([[1.0, 2.0, 4.0, 3.0], [3.0, 5.0, 9.0, 8.0]])
    mask = np.array([[True, True, True, True], [False, True, False, False]])
    rows = np.var(x, axis=1, ddof=ddof, where=mask)
    slopes = grad(lambda x: np.sum(np.var(x, axis=1, ddof=ddof, where=mask)))(x)
    assert np.isnan(rows).tolist() == [False, True]
    assert np.isfinite(slopes[0]).all()
    assert np.isnan(slopes[1]).tolist() == [False, True, False, False]
    assert np.isnan(grad(lambda x: np.var(x, ddof=ddof))(x[1, 1:2])).all()


def test_std_without_a_degree_of_freedom_has_no_derivative():
    """Its value is NaN; with one, equal elements are a kink and the gradient is 0."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert np.isnan(grad(lambda x: np.std(x, ddof=1))(np.array([3.0])))
    assert grad(np.std)(np.array([3.0])) == 0


def test_second_derivatives_of_a_complex_std_that_leaves_elements_out():
    """By differences of the gradient, whose rule asks whether all elements that count are equal."""
    z, v = np.array([1 + 2j, 3 - 1j, 0.5j]), np.array([0.3 + 0.1j, 1.0, -0.2j])
    f = functools.partial(np.std, where=np.array([True, False, True]))
    step = 1e-6 * v
    differences = (grad(f)(z + step) - grad(f)(z - step)) / 2e-6
    np.testing.assert_allclose(hvp(f)(z, v), differences, rtol=1e-8, atol=1e-9)
