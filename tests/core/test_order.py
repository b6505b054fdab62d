"""Sorting, medians and quantiles: which element gets which share of the gradient."""

import warnings

import numpy as np
import pytest

from autograd_core import ShapeError, Tensor, UncoveredError, grad, jvp
from tests.core.agreement import assert_agrees
from tests.core.samples import distinct

X = distinct((3, 4))[0]
HOLES = np.where(np.abs(X) > 0.8, 0.0, np.nan)
NAN = np.nan
Q = [0.0, 0.3, 0.5, 1.0]
METHODS = ["inverted_cdf", "averaged_inverted_cdf", "closest_observation",
           "interpolated_inverted_cdf", "hazen", "weibull", "linear", "median_unbiased",
           "normal_unbiased", "lower", "higher", "midpoint", "nearest"]  # fmt: skip
WEIGHTS = np.array([1.0, 4.0, 2.0, 3.0])

FORMS = {
    "sort": lambda x: np.sort(x),
    "sort axis": lambda x: np.sort(x, axis=0, kind="mergesort"),
    "sort flat": lambda x: np.sort(x, axis=None),
    "sort stable": lambda x: np.sort(x, stable=True),
    "partition": lambda x: np.partition(x, 1),
    "partition axis": lambda x: np.partition(x, (0, 2), axis=0),
    "partition flat": lambda x: np.partition(x, 4, axis=None),
    "unique": lambda x: np.unique(x),
    "unique of repeated": lambda x: np.unique(np.concatenate([x, x[:1]])),
    "unique rows": lambda x: np.unique(x[[0, 2, 0]], axis=0),
    "median": lambda x: np.median(x),
    "median axis": lambda x: np.median(x, axis=1),
    "median axes": lambda x: np.median(x, axis=(0, -1), keepdims=True),
    "nanmedian": lambda x: np.nanmedian(x + HOLES, axis=1),
    "nanmedian all": lambda x: np.nanmedian(x + HOLES, keepdims=True),
    "percentile": lambda x: np.percentile(x, 40),
    "percentiles": lambda x: np.percentile(x, [10, 90], axis=0),
    "percentile keepdims": lambda x: np.percentile(x, [[10], [90]], (0, 1), keepdims=True),
    "quantile": lambda x: np.quantile(x, 0.37, axis=-1),
    "quantile overwrite": lambda x: np.quantile(1 * x, 0.5, overwrite_input=True),
    "quantile of none": lambda x: np.sum(np.quantile(x, [])) + np.sum(x),
    "nanquantile": lambda x: np.nanquantile(x + HOLES, Q, axis=1),
    "nanquantile keepdims": lambda x: np.nanquantile(x + HOLES, 0.2, axis=0, keepdims=True),
    "nanpercentile": lambda x: np.nanpercentile(x + HOLES, [25, 75]),
    "weights": lambda x: np.quantile(x, 0.4, axis=1, weights=WEIGHTS, method="inverted_cdf"),
    "nan weights": lambda x: np.nanquantile(
        x + HOLES, Q, axis=1, weights=np.tile(WEIGHTS, (3, 1)), method="inverted_cdf"),
    **{m: lambda x, m=m: np.quantile(x, Q, axis=1, method=m) for m in METHODS},
    **{f"nan {m}": lambda x, m=m: np.nanquantile(x + HOLES, Q, axis=1, method=m) for m in METHODS},
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_forms_agree(form):
    assert_agrees(form, X)


# ── shares ────────────────────────────────────────────────────────────────────────────────────
G = np.array([1.0, 2.0, 4.0, 8.0])
SHARES = {
    "sort, ties by index": (lambda x: np.sum(G * np.sort(x)), [5.0, 1.0, 5.0, 1.0], [4, 1, 8, 2]),
    "sort, NaN last": (lambda x: np.sum(G * np.sort(x)), [NAN, 3.0, NAN, 1.0], [4, 2, 8, 1]),
    "partition, NaN": (
        lambda x: np.sum(G * np.partition(x, (0, 1, 2))), [2.0, 3.0, NAN, 1.0], [2, 4, 8, 1]),
    "median, odd count": (np.median, [3.0, 9.0, 1.0], [1, 0, 0]),
    "median, even count": (np.median, [3.0, 9.0, 1.0, 4.0], [0.5, 0, 0, 0.5]),
    "median of equal values": (np.median, [2.0, 2.0, 2.0], [0, 1, 0]),
    "median, even count of equal values": (np.median, [2.0, 2.0, 2.0, 2.0], [0, 0.5, 0.5, 0]),
    "median of NaN": (np.median, [2.0, NAN, 1.0], [0, 1, 0]),
    "nanmedian": (np.nanmedian, [2.0, NAN, 1.0], [0.5, 0, 0.5]),
    "quantile 0": (lambda x: np.quantile(x, 0), [2.0, 1.0, 1.0], [0, 1, 0]),
    "quantile 1": (lambda x: np.quantile(x, 1), [2.0, 1.0, 2.0], [0, 0, 1]),
    "quantile between": (lambda x: np.quantile(x, 0.25), [2.0, 0.0, 1.0], [0, 0.5, 0.5]),
    "quantile, infinite neighbour": (
        lambda x: np.quantile(x, 0.5), [-np.inf, 1.0, np.inf], [0, 1, 0]),
    "unique, first occurrence": (
        lambda x: np.sum(G[:2] * np.unique(x)), [3.0, 1.0, 3.0, 1.0], [2, 1, 0, 0]),
}  # fmt: skip


@pytest.mark.parametrize(("f", "x", "expected"), SHARES.values(), ids=SHARES)
def test_shares(f, x, expected):
    x = np.array(x)
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(grad(f)(x), expected)
        np.testing.assert_array_equal(jvp(f, (x,), (np.ones(x.size),))[1], np.sum(expected))


def test_a_sort_of_several_dimensions_is_stable_in_each_row():
    x = np.random.default_rng(0).integers(0, 4, (40, 2, 50)).astype(float)
    g = np.arange(4000.0).reshape(x.shape)
    for axis in range(3):
        order = np.argsort(x, axis=axis, kind="stable")
        expected = np.zeros(x.shape)
        np.put_along_axis(expected, order, g, axis)
        slope = grad(lambda x, axis=axis: np.sum(g * np.sort(x, axis=axis)))(x)
        np.testing.assert_array_equal(slope, expected)


def test_a_large_gradient_reaches_no_other_element():
    """0 · inf would be NaN."""
    t = Tensor([3.0, 1.0, 2.0])
    with np.errstate(invalid="ignore"):
        np.quantile(t, [0.0, 0.5]).backward(np.array([np.inf, 1.0]))
    assert t.grad.tolist() == [0.0, np.inf, 1.0]


@pytest.mark.parametrize("f", [np.median, np.nanmedian, lambda t: np.percentile(t, 30)])
def test_float32_stays_float32(f):
    t = Tensor(np.float32([[3, 1], [2, 5]]))
    y = f(t)
    y.backward()
    assert y.dtype == t.grad.dtype == np.float32


def test_complex_numbers_are_sorted_as_numpy_does():
    z = np.array([1 + 2j, 1 - 1j, 0.5j])
    g = np.array([1.0, 2j, 3.0])
    t = Tensor(z)
    y = np.sort(t)
    y.backward(g)
    np.testing.assert_array_equal(y.data, np.sort(z))
    np.testing.assert_array_equal(t.grad, [3.0, 2j, 1.0])


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2, 0)])
def test_nothing_to_sort(shape):
    assert grad(lambda x: np.sum(np.sort(x)))(np.zeros(shape)).shape == shape


def test_unique_gives_plain_numbers_beside_the_values():
    x = np.array([[3.0, 1.0], [1.0, 1.0]])
    expected = np.unique(x, True, True, True)
    actual = np.unique(Tensor(x), True, True, True)
    assert isinstance(actual[0], Tensor)
    for a, e in zip((actual[0].data, *actual[1:]), expected, strict=True):
        assert type(a) is np.ndarray
        np.testing.assert_array_equal(a, e)
    assert len(np.unique(Tensor(x), return_counts=True)) == 2


PLAIN = {
    "argsort": (lambda x: np.argsort(x, axis=0), lambda t: t.argsort(0)),
    "argsort flat": (lambda x: np.argsort(x, axis=None), lambda t: t.argsort(None)),
    "argpartition": (lambda x: np.argpartition(x, 1), lambda t: t.argpartition(1)),
    "searchsorted": (lambda x: np.searchsorted(x, 0.5), lambda t: t.searchsorted(0.5)),
    "nonzero": (lambda x: np.nonzero(x), lambda t: t.nonzero()),
    "round": (lambda x: np.round(x, 1), lambda t: t.round(1)),
    "digitize": (lambda x: np.digitize(x, [0.0, 1.0]), lambda t: np.digitize(t, [0.0, 1.0])),
    "nanargmax": (lambda x: np.nanargmax(x, 0), lambda t: np.nanargmax(t, 0)),
    "isin": (lambda x: np.isin(x, x[:2]), lambda t: np.isin(t, t[:2])),
    "lexsort": (lambda x: np.lexsort(x[None]), lambda t: np.lexsort(t[None])),
}


@pytest.mark.parametrize(("function", "asked"), PLAIN.values(), ids=PLAIN)
def test_what_has_no_derivative_is_plain(function, asked):
    row = X[0]
    for actual in (function(Tensor(row)), asked(Tensor(row))):
        expected = function(row)
        assert type(actual) is type(expected)
        np.testing.assert_array_equal(actual, expected)


REFUSED = {
    "in place": (lambda t: t.sort(), UncoveredError, r"sort: ndarray.sort changes .*np\.sort\(t"),
    "partition in place": (lambda t: t.partition(1), UncoveredError, "partition: ndarray"),
    "order": (lambda t: np.sort(t, order="x"), UncoveredError, "np.sort: the option order='x'"),
    "out": (lambda t: np.median(t, out=np.zeros(())), UncoveredError, "np.median: the option out="),
    "q": (lambda t: np.quantile(t, Tensor(0.5)), UncoveredError, "quantile: .* in q is not .*q.d"),
    "weights": (
        lambda t: np.percentile(t, 5, weights=t, method="inverted_cdf"), UncoveredError,
        "np.percentile: the derivative in weights"),
    "number": (lambda t: np.sort(t[0, 0]), ShapeError, "axis -1 is out of bounds"),
    "q beyond": (lambda t: np.quantile(t, 1.5), ValueError, r"range \[0, 1\]"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_explained(call, error, message):
    with pytest.raises(error, match=message):
        call(Tensor(X))


def test_a_quantile_of_a_tensor_that_is_constant():
    q = Tensor(0.5, requires_grad=False)
    assert np.quantile(Tensor(X), q).data == np.quantile(X, 0.5)


def test_a_row_of_nan_has_no_share():
    x = np.array([[NAN, NAN], [1.0, 3.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        slope = grad(lambda x: np.nansum(np.nanquantile(x, 0.5, axis=1)))(x)
    np.testing.assert_array_equal(slope, [[0, 0], [0.5, 0.5]])
