"""Averages with weights, covariances, counts."""

import numpy as np
import pytest

from autograd_core import DTypeError, ShapeError, Tensor, UncoveredError, grad
from tests.core.agreement import assert_agrees
from tests.core.differences import derivative
from tests.core.samples import distinct

X, Y = distinct((3, 4), (3, 4))
WEIGHTS = np.array([0.5, 1.5, 2.0, 1.0])
COUNTS = np.array([1, 0, 2, 3])

FORMS = {
    "average": lambda x: np.average(x),
    "average axis": lambda x: np.average(x, 0, keepdims=True),
    "average axes": lambda x: np.average(x, axis=(0, 1)),
    "average weights": lambda x: np.average(x, axis=1, weights=WEIGHTS),
    "average of the weights": lambda x: np.average(Y, axis=1, weights=x**2),
    "average by rows": lambda x: np.average(x, axis=0, weights=[1, 2, 3]),
    "average, axes turned": lambda x: np.average(x, axis=(1, 0), weights=Y.T**2),
    "average of both": lambda x: np.average(x, weights=x**2, keepdims=True),
    "average returned": lambda x: np.stack(np.average(x, 1, x**2, returned=True)),
    "average returned count": lambda x: np.stack(np.average(x, 1, returned=True)),
    "average of integers": lambda x: np.average(np.arange(12).reshape(3, 4), weights=x**2),
    "cov": lambda x: np.cov(x),
    "cov of two": lambda x: np.cov(x, x[:1] * 2 + Y[1]),
    "cov columns": lambda x: np.cov(x, rowvar=False, bias=True),
    "cov columns of two": lambda x: np.cov(x, Y, rowvar=False),
    "cov a single row": lambda x: np.cov(x.T, Y[:1], False, ddof=0),
    "cov of one variable": lambda x: np.cov(x[0]),
    "cov weights": lambda x: np.cov(x, aweights=WEIGHTS),
    "cov of the weights": lambda x: np.cov(Y, aweights=x[0] ** 2, ddof=1),
    "cov counts": lambda x: np.cov(x, fweights=COUNTS.tolist()),
    "cov of both weights": lambda x: np.cov(x, fweights=COUNTS, aweights=x[1] ** 2, ddof=2),
    "cov dtype": lambda x: np.cov(x, dtype=np.longdouble),
    "corrcoef": lambda x: np.corrcoef(x),
    "corrcoef of two": lambda x: np.corrcoef(x[0], x[1] * Y[0]),
    "corrcoef columns": lambda x: np.corrcoef(x, rowvar=False),
    "bincount": lambda x: np.bincount(COUNTS, weights=x[0], minlength=6),
    "histogram": lambda x: np.histogram(x, 4)[1],
    "histogram of one number": lambda x: np.histogram(x[0, 0], 2)[1],
    "histogram weights": lambda x: np.histogram(Y, 3, weights=x)[0],
    "histogram within": lambda x: np.histogram(Y, 3, range=(-1.0, 1.0), weights=x)[0],
    "histogram density": lambda x: np.histogram(x, 3, density=True)[0],
    "histogram edges": lambda x: np.histogram(Y, np.stack([x.min() - 1, x[0, 0], x.max() + 2]))[1],
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_forms_agree(form):
    assert_agrees(form, X)


def test_the_correlation_of_one_variable_is_1():
    t = Tensor(X[0])
    y = np.corrcoef(t)
    y.backward()
    assert y.data == 1
    assert not t.grad.any()


def test_correlations_are_at_most_1_also_when_rounded():
    rows = np.random.default_rng(0).normal(size=(50, 1, 4)) * np.array([[1.0], [3.0], [-0.1]])
    found = [np.corrcoef(Tensor(r)).data for r in rows]
    assert np.abs(found).max() == 1


def test_covariances_of_complex_numbers():
    z = X + 1j * Y
    for f in (np.cov, np.corrcoef):
        expected = f(z)
        np.testing.assert_allclose(f(Tensor(z)).data, expected, rtol=1e-13)

        def part(z, f=f):
            return np.abs(f(z)[0, 1])

        slope = grad(part)(z)
        by_real = derivative(lambda x, part=part: part(x + 1j * Y), X)
        by_imag = derivative(lambda y, part=part: part(X + 1j * y), Y)
        np.testing.assert_allclose(slope, by_real - 1j * by_imag, rtol=1e-7, atol=1e-10)


def test_float32_comes_back():
    t = Tensor(X.astype(np.float32))
    for f in (np.average, np.cov, np.corrcoef):
        y = f(t)
        assert y.dtype == f(t.data).dtype
        y.sum().backward()
        assert t.grad.dtype == np.float32


def test_sums_in_bins_are_of_double_precision():
    weights = Tensor(np.float32([1, 2, 3, 4]))
    sums = np.bincount(COUNTS, weights)
    sums.sum().backward()
    assert (sums.dtype, weights.grad.dtype) == (np.float64, np.float32)


def test_counts_are_plain():
    counts, edges = np.histogram(Tensor(X), [0.0, 1.0, 2.0])
    expected = np.histogram(X, [0.0, 1.0, 2.0])
    assert type(counts) is type(edges) is np.ndarray
    np.testing.assert_array_equal(counts, expected[0])
    assert type(np.bincount(COUNTS)) is np.ndarray
    counts, edges = np.histogram(Tensor([]), 2)
    assert (counts.tolist(), edges.tolist()) == ([0, 0], [0.0, 0.5, 1.0])


REFUSED = {
    "weights": (lambda t: np.average(t, weights=WEIGHTS), ShapeError, r"weights is \(4,\)"),
    "no axis": (lambda t: np.average(t, 0, weights=WEIGHTS), ShapeError, "lengths along axis=0"),
    "sum": (lambda t: np.average(t, 1, [1, -1, 0, 0]), ZeroDivisionError, "weights sum to zero"),
    "cube": (lambda t: np.cov(t[None]), ShapeError, r"cov: an array of shape \(1, 3, 4\)"),
    "observations": (lambda t: np.cov(t, aweights=[1, 2]), ShapeError, "aweights .* 4 obs"),
    "negative": (lambda t: np.cov(t, aweights=-WEIGHTS), ShapeError, "aweights has negative"),
    "fweights": (lambda t: np.cov(t, fweights=t[0]), UncoveredError, "np.cov: .* in fweights"),
    "complex": (lambda t: np.bincount([0, 1], t[0, :2] * 1j), DTypeError, "bincount: complex"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_explained(call, error, message):
    with pytest.raises(error, match=message):
        call(Tensor(X))
