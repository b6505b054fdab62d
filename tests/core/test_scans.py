"""Running sums and products, differences, slopes and integrals on a grid."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_core import REGISTRY, ShapeError, Tensor, UncoveredError, grad, jvp
from tests.core.agreement import assert_agrees
from tests.core.differences import derivative
from tests.core.samples import distinct, strided

X = distinct((3, 4))[0]
ROW = distinct((5,))[0]
HOLES = np.where(np.abs(X) > 0.9, 0.0, np.nan)
GRID = np.array([0.0, 0.3, 1.1, 1.6, 2.9])

FORMS = {
    "cumsum": lambda x: np.cumsum(x),
    "cumsum axis": lambda x: np.cumsum(x, axis=-1),
    "cumsum of a number": lambda x: np.cumsum(x[0, 0], axis=0),
    "cumsum dtype": lambda x: np.cumsum(x, 1, np.longdouble),
    "add.accumulate": lambda x: np.add.accumulate(x, axis=1),
    "cumprod": lambda x: np.cumprod(x),
    "cumprod axis": lambda x: np.cumprod(x, 0),
    "multiply.accumulate": lambda x: np.multiply.accumulate(x),
    "nancumsum": lambda x: np.nancumsum(x + HOLES, axis=1),
    "nancumprod": lambda x: np.nancumprod(x + HOLES),
    "diff": lambda x: np.diff(x),
    "diff n": lambda x: np.diff(x, 2, 0),
    "diff 0 times": lambda x: np.diff(x, 0),
    "diff more often than there are": lambda x: np.sum(np.diff(x, 5)) + np.sum(x),
    "diff prepend": lambda x: np.diff(x, prepend=x[:, :1] * 2),
    "diff append a number": lambda x: np.diff(x, axis=0, append=x[0, 0]),
    "diff prepend 0": lambda x: np.diff(x, n=2, prepend=0.0, append=X),
    "ediff1d": lambda x: np.ediff1d(x),
    "ediff1d ends": lambda x: np.ediff1d(x, to_end=x[0], to_begin=[1.0, 2.0]),
    "ediff1d end": lambda x: np.ediff1d(x, to_end=x[0]),
    "ediff1d of one": lambda x: np.ediff1d(x[0, 0], to_begin=x[1]),
    "gradient": lambda x: np.stack(np.gradient(x)),
    "gradient axis": lambda x: np.gradient(x, axis=1),
    "gradient axes": lambda x: np.stack(np.gradient(x, 0.5, axis=(1, 0), edge_order=2)),
    "gradient spacings": lambda x: np.stack(np.gradient(x, 0.5, GRID[:4])),
    "gradient, even coordinates": lambda x: np.gradient(x, [1, 3, 5, 7], axis=-1),
    "gradient, second order edges": lambda x: np.gradient(x, GRID[:4], axis=1, edge_order=2),
    "gradient of two": lambda x: np.gradient(x[:2], 0.3, axis=0),
    "gradient of two, coordinates": lambda x: np.gradient(x[:2], GRID[1:3], axis=0),
    "trapezoid": lambda x: np.trapezoid(x),
    "trapezoid dx": lambda x: np.trapezoid(x, dx=0.3, axis=0),
    "trapezoid x": lambda x: np.trapezoid(x, GRID[:3], axis=0),
    "trapezoid coordinates": lambda x: np.trapezoid(np.sin(x), x),
    "trapezoid, rows of coordinates": lambda x: np.trapezoid(x[0], x),
    "trapezoid of an array": lambda x: np.trapezoid([[1.0, 2.0, 3.0, 5.0]], x),
}  # fmt: skip
if hasattr(np, "cumulative_sum"):
    FORMS |= {
        "cumulative_sum": lambda x: np.cumulative_sum(x, axis=0),
        "cumulative_sum initial": lambda x: np.cumulative_sum(x, axis=1, include_initial=True),
        "cumulative_prod": lambda x: np.cumulative_prod(x[0]),
        "cumulative_prod initial": lambda x: np.cumulative_prod(x, axis=0, include_initial=True),
    }


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_forms_agree(form):
    assert_agrees(form, X)


REFUSED = {
    "out": (lambda t: np.cumsum(t, out=np.zeros(12)), UncoveredError, "np.cumsum: the option out="),
    "integers": (lambda t: np.cumprod(t, dtype=int), UncoveredError, "np.cumprod: .*dtype=int64"),
    "axis": (lambda t: np.cumsum(t, axis=2), ShapeError, "axis 2 is out of bounds"),
    "diff": (lambda t: np.diff(t, -1), ShapeError, "diff: n=-1"),
    "diff of a number": (lambda t: np.diff(t[0, 0]), ShapeError, "axis -1 is out of bounds"),
    "spacings": (lambda t: np.gradient(t, 1.0, 2.0, 3.0), ShapeError, "3 spacings for 2 axes"),
    "coordinates": (lambda t: np.gradient(t, GRID, axis=0), ShapeError, r"shape \(5,\) along .* 3"),
    "edges": (lambda t: np.gradient(t, edge_order=3), ShapeError, "edge_order=3; it is 1 or 2"),
    "too short": (lambda t: np.gradient(t[:1], axis=0), ShapeError, "1 values along axis 0.* 2"),
}  # fmt: skip
if hasattr(np, "cumulative_sum"):
    REFUSED["which axis"] = (np.cumulative_sum, ShapeError, "x has 2 dimensions; say .*axis=")


@pytest.mark.parametrize(("call", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_explained(call, error, message):
    with pytest.raises(error, match=message):
        call(Tensor(X))


# ── running products with zeros ───────────────────────────────────────────────────────────────
def weights(size):
    return np.arange(1.0, size + 1)


def by_hand(x):
    """Σₖ wₖ Πⱼ xⱼ over j ≤ k, differentiated by leaving out one factor."""
    w = weights(x.size)
    return np.array(
        [sum(w[k] * np.prod(np.delete(x[: k + 1], i)) for k in range(i, x.size))
         for i in range(x.size)]
    )  # fmt: skip


def twice_by_hand(x):
    w, size = weights(x.size), x.size
    return [
        [0 if i == j else
         sum(w[k] * np.prod(np.delete(x[: k + 1], [i, j])) for k in range(max(i, j), size))
         for i in range(size)]
        for j in range(size)
    ]  # fmt: skip


@pytest.mark.parametrize("zeros", [(), (0,), (2,), (4,), (1, 3), (0, 4), (1, 2, 3)], ids=str)
def test_running_products_with_zeros_are_exact_in_every_order(zeros):
    x = np.array([2.0, -3.0, 4.0, 1.0, -5.0])
    x[list(zeros)] = 0

    def f(x):
        return np.sum(weights(5) * np.cumprod(x))

    np.testing.assert_allclose(grad(f)(x), by_hand(x), rtol=1e-14)
    hessian = [grad(lambda x, i=i: grad(f)(x)[i])(x) for i in range(5)]
    np.testing.assert_allclose(hessian, twice_by_hand(x), rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(jvp(f, (x,), (np.ones(5),))[1], by_hand(x).sum(), rtol=1e-14)


def test_a_zero_in_one_row_of_running_products():
    x = np.where(np.abs(X) < 0.7, 0.0, X)
    assert 0 < np.count_nonzero(x) < x.size
    for axis in (0, 1):
        assert_agrees(lambda x, axis=axis: np.cumprod(x, axis=axis), x)
    assert_agrees(lambda x: REGISTRY["cumprod"](x, axis=-1), x)


def test_a_long_running_product_with_a_zero():
    x = np.ones(100_000)
    x[50_000] = 0.0
    slope = grad(lambda x: np.sum(np.cumprod(x)))(x)
    assert slope[50_000] == 50_000
    np.testing.assert_array_equal(slope[:3], [50_000, 49_999, 49_998])
    assert not slope[50_001:].any()


# ── coordinates may be Tensors ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("edge_order", [1, 2])
@pytest.mark.parametrize("x", [GRID, np.arange(5.0)], ids=["uneven", "even"])
def test_slopes_depend_on_the_coordinates(x, edge_order):
    """Even coordinates may be moved, too: the rule is that of uneven ones."""

    def f(x):
        return np.gradient(ROW, x, edge_order=edge_order)

    np.testing.assert_allclose(f(Tensor(x)).data, f(x), rtol=1e-13)
    g = np.cos(np.arange(5))
    uneven = x + np.array([0, 1e-9, 0, 0, 0])
    numerical = derivative(lambda x: np.sum(g * f(x)), uneven)
    np.testing.assert_allclose(grad(lambda x: np.sum(g * f(x)))(x), numerical, rtol=1e-6)


def test_a_spacing_may_be_a_tensor():
    assert_agrees(lambda h: np.gradient(ROW, h) + np.trapezoid(ROW, dx=h), np.array(0.7))


def test_slopes_have_the_dtype_of_the_values():
    for given_, expected in ((np.float32, np.float32), (np.int64, np.float64)):
        f = Tensor(np.array([1, 2, 4, 7], given_), requires_grad=False)
        assert np.gradient(f, GRID[:4]).dtype == expected
        np.testing.assert_allclose(np.gradient(f).data, np.gradient(f.data), rtol=1e-14)


# ── any shape, axis, dtype and layout ─────────────────────────────────────────────────────────
@st.composite
def calls(draw):
    name = draw(st.sampled_from(["cumsum", "cumprod", "diff", "sort", "nancumsum"]))
    shape = tuple(draw(st.lists(st.integers(0, 4), min_size=1, max_size=3)))
    array = distinct(shape)[0].astype(draw(st.sampled_from([np.float64, np.float32, ">f8"])))
    array = draw(st.sampled_from([np.copy, strided, np.asfortranarray]))(array)
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    return name, array, {"axis": axis, **({"n": draw(st.integers(1, 3))} if name == "diff" else {})}


@given(calls())
@settings(max_examples=100, deadline=None)
def test_any_scan(call):
    name, array, options = call
    f = getattr(np, name)
    expected, t = f(array, **options), Tensor(array)
    y = f(t, **options)
    assert (y.shape, y.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_array_equal(y.data, expected)
    g = np.cos(np.arange(y.size)).reshape(y.shape)
    y.backward(g)
    assert t.grad.dtype == t.dtype
    if array.dtype != np.float32:
        wide = array.astype(float)
        numerical = derivative(lambda x: np.sum(g * f(x, **options)), wide)
        np.testing.assert_allclose(t.grad, numerical, rtol=1e-8, atol=1e-9)
