"""Reductions: their options, what skips NaN, complex numbers, where the derivative is a choice."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_core import DTypeError, ShapeError, Tensor, UncoveredError, grad, jvp
from tests.core.agreement import assert_agrees
from tests.core.differences import derivative
from tests.core.samples import distinct, strided

X = distinct((3, 4))[0]
MASK = np.abs(X) > 0.9  # of the rows, none is without an element
HOLES = np.where(MASK, 0.0, np.nan)
NAN = np.nan

# ── options and forms, each on arrays and on Tensors ──────────────────────────────────────────
FORMS = {
    "sum where": lambda x: np.sum(x, where=MASK),
    "sum where, broadcast": lambda x: np.sum(x, axis=1, where=MASK[0]),
    "sum initial": lambda x: np.sum(x, 0, initial=1.5),
    "sum positional": lambda x: np.sum(x, 1, None, None, True, 2.0, MASK),
    "sum dtype": lambda x: np.sum(x, axis=0, dtype=np.longdouble),
    "prod where": lambda x: np.prod(x, axis=1, where=MASK),
    "prod initial": lambda x: np.prod(x, initial=-2.0, where=MASK),
    "mean where": lambda x: np.mean(x, axis=0, where=MASK, keepdims=True),
    "mean dtype": lambda x: np.mean(x, dtype=np.longdouble),
    "var where": lambda x: np.var(x, axis=1, where=MASK, ddof=0.5),
    "var positional": lambda x: np.var(x, 0, None, None, 1, True),
    "var correction": lambda x: np.var(x, axis=0, correction=1),
    "std where": lambda x: np.std(x, where=MASK, axis=(0, 1)),
    "std where, broadcast": lambda x: np.std(x, axis=1, where=np.array([True, True, False, True])),
    "max where": lambda x: np.max(x, axis=1, initial=-9.0, where=MASK),
    "max initial taken": lambda x: np.max(x, axis=0, initial=0.7),
    "min where": lambda x: np.min(x, initial=0.9, where=MASK, keepdims=True),
    "max of nothing, initial": lambda x: np.max(x[:0], axis=0, initial=1.0) * np.sum(x),
    "amax out=None": lambda x: np.amax(x, 1, None),
    "ptp": lambda x: np.ptp(x, axis=1, keepdims=True),
    "fmax.reduce": lambda x: np.fmax.reduce(x + HOLES, axis=1),
    "fmin.reduce": lambda x: np.fmin.reduce(x, axis=None),
    "maximum.reduce where": lambda x: np.maximum.reduce(x, initial=-5.0, where=MASK),
    "add.reduce dtype": lambda x: np.add.reduce(x, 1, np.longdouble),
    "nansum": lambda x: np.nansum(x + HOLES),
    "nansum axis": lambda x: np.nansum(x + HOLES, axis=0, keepdims=True),
    "nanprod": lambda x: np.nanprod(x + HOLES, axis=1),
    "nanmax": lambda x: np.nanmax(x + HOLES, axis=1),
    "nanmin": lambda x: np.nanmin(x + HOLES),
    "nanmax where": lambda x: np.nanmax(x + HOLES, initial=-9.0, where=X > 0),
    "nanmean": lambda x: np.nanmean(x + HOLES, axis=(0, 1)),
    "nanmean where": lambda x: np.nanmean(x + HOLES, axis=1, where=[True, True, True, False]),
    "nanvar": lambda x: np.nanvar(x + HOLES, axis=1),
    "nanvar ddof": lambda x: np.nanvar(x + HOLES, ddof=1, keepdims=True),
    "nanvar where": lambda x: np.nanvar(x + HOLES, where=X > -1.5, axis=(0, 1)),
    "nanstd": lambda x: np.nanstd(x + HOLES, axis=1, ddof=0.5),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_forms_agree(form):
    assert_agrees(form, X)


@pytest.mark.parametrize(
    "name", ["sum", "prod", "mean", "max", "min", "nansum", "nanmax", "nanstd"]
)
def test_float32_stays_float32_with_options(name):
    options = {"where": MASK} | (
        {"initial": 0.5} if name in ("sum", "max", "min", "nanmax") else {}
    )
    t = Tensor(X.astype(np.float32))
    y = getattr(np, name)(t, axis=0, **options)
    y.sum().backward()
    assert y.dtype == t.grad.dtype == np.float32


def test_a_ddof_of_numpy_widens_nothing():
    t = Tensor(X.astype(np.float32))
    np.var(t, ddof=np.int64(1)).backward()
    with_number = grad(lambda x: np.var(x, ddof=1))(t.data)
    assert t.grad.dtype == np.float32
    np.testing.assert_array_equal(t.grad, with_number)


def test_a_floating_dtype_is_a_cast():
    t = Tensor(X.astype(np.float32))
    for f in (np.sum, np.prod, np.mean, np.var, np.std):
        y = f(t, dtype=np.float64)
        assert y.dtype == np.float64
        np.testing.assert_allclose(y.data, f(t.data.astype(float)), rtol=1e-14)
        y.backward()
        assert t.grad.dtype == np.float32
    assert np.sum(Tensor(np.array([1, 2])), dtype=float).dtype == np.float64


def test_an_initial_that_is_a_tensor_gets_its_gradient():
    start = Tensor(2.0)
    np.prod(np.array([3.0, 4.0]) * start, initial=start).backward()
    assert start.grad == 3 * 12 * 2.0**2


@pytest.mark.parametrize("dtype", [np.int8, np.bool_])
def test_constants_without_infinity(dtype):
    t = Tensor(np.array([[1, 0], [1, 1]], dtype))
    mask = np.array([[True, False], [False, False]])
    for f in (np.max, np.min, np.nanmax, np.nanmin):
        expected = f(t.data, axis=1, initial=0, where=mask)
        actual = f(t, axis=1, initial=0, where=mask)
        assert actual.dtype == expected.dtype
        np.testing.assert_array_equal(actual.data, expected)


REFUSED = {
    "out": (lambda t: np.sum(t, 0, out=np.zeros(4)), UncoveredError, "np.sum: the option out="),
    "nan out": (lambda t: np.nanmean(t, out=np.zeros(())), UncoveredError, "the option out="),
    "integers": (lambda t: np.sum(t, dtype=int), UncoveredError, "np.sum: the option dtype=int64"),
    "mean=": (lambda t: np.var(t, mean=0.0), UncoveredError, "np.var: the option mean=0.0"),
    "two ddofs": (lambda t: np.std(t, ddof=1, correction=1), ShapeError, "not both"),
    "where alone": (lambda t: np.max(t, where=MASK), ShapeError, "max: where= .*initial="),
    "nothing": (lambda t: np.nanmin(t[:0]), ShapeError, r"nanmin: an array of shape \(0, 4\)"),
    "complex": (lambda t: np.max(t * 1j), DTypeError, "max: complex numbers"),
    "axis": (lambda t: np.nansum(t, axis=2), ShapeError, "axis 2 is out of bounds"),
}


@pytest.mark.parametrize(("call", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_explained(call, error, message):
    with pytest.raises(error, match=message):
        call(Tensor(X))


# ── any shape, axes, dtype and layout ─────────────────────────────────────────────────────────
REDUCTIONS = (
    "sum", "prod", "mean", "max", "min", "var", "std", "ptp", "median", "average", "nansum",
    "nanprod", "nanmax", "nanmin", "nanmean", "nanvar", "nanstd", "nanmedian",
)  # fmt: skip


@st.composite
def calls(draw):
    """A function, an array without close elements, and the axes."""
    name = draw(st.sampled_from(REDUCTIONS))
    shape = tuple(draw(st.lists(st.integers(1, 3), max_size=3)))
    array = distinct(shape)[0].astype(draw(st.sampled_from([np.float64, np.float32, ">f8"])))
    layouts = [np.copy, strided, np.asfortranarray] if shape else [np.copy]
    array = draw(st.sampled_from(layouts))(array)
    axes = draw(st.lists(st.integers(0, max(len(shape) - 1, 0)), unique=True, max_size=len(shape)))
    signed = [a - draw(st.sampled_from([0, len(shape)])) for a in axes]
    axis = draw(st.sampled_from([None, tuple(signed), *signed[:1]]))
    return name, array, {"axis": axis, "keepdims": draw(st.booleans())}


@given(calls())
@settings(max_examples=150, deadline=None)
def test_any_reduction(call):
    name, array, options = call
    f = getattr(np, name)
    expected = f(array, **options)
    t = Tensor(array)
    y = f(t, **options)
    assert (y.shape, y.dtype) == (np.shape(expected), np.asarray(expected).dtype)
    np.testing.assert_allclose(y.data, expected, rtol=1e-5 if array.dtype == np.float32 else 1e-12)
    g = np.cos(np.arange(y.size)).reshape(y.shape)
    y.backward(g)
    assert t.grad.dtype.newbyteorder("=") == t.dtype.newbyteorder("=")
    if array.dtype != np.float32:
        wide = array.astype(float)
        numerical = derivative(lambda x: np.sum(g * f(x, **options)), wide)
        np.testing.assert_allclose(t.grad, numerical, rtol=1e-8, atol=1e-9)


# ── complex numbers ───────────────────────────────────────────────────────────────────────────
Z = np.array([[0.7 + 0.2j, -1.1j, 0.4], [1.3 - 0.6j, 0.5 + 0.5j, -0.8 + 1j]])
W = np.array([[True, True, True], [False, True, True]])
COMPLEX = {
    "sum": lambda z: np.abs(np.sum(z, where=W)),
    "prod": lambda z: np.abs(np.prod(z)),
    "mean": lambda z: np.abs(np.mean(z)),
    "var": lambda z: np.var(z),
    "var where": lambda z: np.sum(np.var(z, axis=1, where=W)),
    "std": lambda z: np.sum(np.std(z, axis=1)),
    "std where": lambda z: np.std(z, where=W, ddof=1),
}


@pytest.mark.parametrize("f", COMPLEX.values(), ids=COMPLEX)
def test_complex_reductions(f):
    """The gradient of a real function is its derivative by the real part, less i times that by the
    imaginary part."""
    slope = grad(f)(Z)
    parts = (
        derivative(lambda x: f(x + 1j * Z.imag), Z.real),
        derivative(lambda y: f(Z.real + 1j * y), Z.imag),
    )
    np.testing.assert_allclose(slope, parts[0] - 1j * parts[1], rtol=1e-8, atol=1e-10)
    t = np.array([[1.0, 2j, 0], [0.5, -1, 1j]])
    expected = np.sum(parts[0] * t.real + parts[1] * t.imag)
    np.testing.assert_allclose(jvp(f, (Z,), (t,))[1], expected, rtol=1e-8)


# ── where the derivative is a choice ──────────────────────────────────────────────────────────
CHOICES = {
    "nanmax, ties": (np.nanmax, [3.0, NAN, 3.0, 1.0], [0.5, 0, 0.5, 0]),
    "nanmin, ties": (np.nanmin, [1.0, NAN, 1.0, 3.0], [0.5, 0, 0.5, 0]),
    "max, initial is a tie": (lambda x: np.max(x, initial=3.0), [3.0, 1.0], [0.5, 0]),
    "max, initial is larger": (lambda x: np.max(x, initial=4.0), [3.0, 1.0], [0, 0]),
    "ptp of equal values": (np.ptp, [2.0, 2.0], [0, 0]),
    "nanstd of equal values": (np.nanstd, [0.1, 0.1, NAN, 0.1], [0, 0, 0, 0]),
    "std where all are equal": (
        lambda x: np.std(x, where=np.array([True, False, True])), [2.0, 5.0, 2.0], [0, 0, 0]),
    "nansum of NaN alone": (np.nansum, [NAN, NAN], [0, 0]),
    "mean of infinities": (lambda x: np.mean(x, where=x < 9), [np.inf, 1.0, 2.0], [0, 0.5, 0.5]),
}  # fmt: skip


@pytest.mark.parametrize(("f", "x", "expected"), CHOICES.values(), ids=CHOICES)
def test_choices(f, x, expected):
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(grad(f)(np.array(x)), expected)


@pytest.mark.parametrize("f", [np.nanmean, np.nanvar, np.nanstd, np.nanmax, np.nanmedian])
def test_a_row_of_nan_leaves_the_other_rows_alone(f):
    x = np.array([[NAN, NAN, NAN], [1.0, NAN, 3.0]])
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # NumPy says that a row is empty, and we do as NumPy does
        value, slope = f(Tensor(x), axis=1), grad(lambda x: np.sum(f(x, axis=1)[1:]))(x)
    np.testing.assert_array_equal(np.isnan(value.data), [True, False])
    np.testing.assert_array_equal(slope[0], 0)
    assert slope[1, 1] == 0
    assert np.isfinite(slope[1]).all()


def test_an_extreme_of_nan_alone_is_shared_among_it():
    with pytest.warns(RuntimeWarning, match="All-NaN"):
        slope = grad(np.nanmax)(np.array([NAN, NAN]))
    np.testing.assert_array_equal(slope, [0.5, 0.5])


def test_a_variance_without_a_degree_of_freedom_has_no_derivative():
    t = Tensor([3.0])
    with pytest.warns(RuntimeWarning):
        y = np.var(t, ddof=1)
    with np.errstate(invalid="ignore"):
        y.backward()
    assert np.isnan(y.data)
    assert np.isnan(t.grad)


# ── products with zeros ───────────────────────────────────────────────────────────────────────
def products_of_others(x):
    return np.array([np.prod(np.delete(x, i)) for i in range(x.size)])


@pytest.mark.parametrize("zeros", [0, 1, 2, 3])
def test_products_with_zeros_are_exact_in_every_order(zeros):
    x = np.array([2.0, 3.0, -4.0, 5.0])
    x[:zeros] = 0
    np.testing.assert_array_equal(grad(np.prod)(x), products_of_others(x))
    hessian = [grad(lambda x, i=i: grad(np.prod)(x)[i])(x) for i in range(4)]
    expected = [
        [0 if i == j else np.prod(np.delete(x, [i, j])) for i in range(4)] for j in range(4)
    ]
    np.testing.assert_array_equal(hessian, expected)
    assert jvp(np.prod, (x,), (np.ones(4),))[1] == products_of_others(x).sum()


def test_zeros_in_a_product_over_several_axes():
    x = np.where(np.abs(X) < 0.9, 0.0, X).reshape(3, 2, 2)
    assert_agrees(lambda x: np.prod(x, axis=(2, 0)), x)


def test_a_product_with_a_zero_takes_no_more_than_its_length():
    x = np.full(100_000, 1.0)
    x[7] = 0.0
    slope = grad(np.prod)(x)
    assert slope[7] == 1.0
    assert np.count_nonzero(slope) == 1
