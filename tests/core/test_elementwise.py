"""Elementwise functions with arguments or results of their own."""

import numpy as np
import pytest

from autograd_core import DTypeError, Tensor, UncoveredError, grad

KNOTS, HEIGHTS = np.array([0.0, 1.0, 1.5, 4.0]), np.array([2.0, -1.0, 0.5, 3.0])
PLACES = np.array([-2.0, 0.0, 0.3, 1.0, 1.2, 1.5, 3.9, 4.0, 7.0, np.nan])


# ── interp ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "options",
    [{}, {"left": -5.0}, {"left": 1.0, "right": 9.0}, {"period": 3.7}, {"period": -2.0}],
    ids=str,
)
def test_values_of_interp_are_numpys(options):
    expected = np.interp(PLACES, KNOTS, HEIGHTS, **options)
    for place in range(3):
        operands = [PLACES, KNOTS, HEIGHTS]
        operands[place] = Tensor(operands[place])
        actual = np.interp(*operands, **options)
        np.testing.assert_array_equal(actual.data, expected)


@pytest.mark.parametrize("x", [0.0, 1.0, 2.0])
def test_interp_between_fewest_knots(x):
    one, two = [1.0], [1.0, 1.5]
    assert np.interp(Tensor(x), one, [4.0], left=0.0).item() == np.interp(x, one, [4.0], left=0.0)
    assert np.interp(Tensor(x), two, [4.0, 8.0]).item() == np.interp(x, two, [4.0, 8.0])


def test_interp_at_a_knot_beside_an_infinite_height():
    x = Tensor([0.0, 1.0, 1.5])
    with np.errstate(invalid="ignore"):
        y = np.interp(x, [0.0, 1.0, 2.0], [3.0, 5.0, np.inf])
    assert y.data.tolist() == [3.0, 5.0, np.inf]


def test_what_stands_for_the_values_outside_has_a_gradient():
    left, right = Tensor(1.0), Tensor(2.0)
    x = Tensor([-1.0, 9.0, 10.0, 0.5])  # NumPy asks x, xp and fp alone whether they are Tensors
    np.interp(x, KNOTS, HEIGHTS, left=left, right=right).sum().backward()
    assert (left.grad, right.grad) == (1, 2)


def test_interp_is_float64_as_in_numpy():
    x = Tensor(np.float32([0.3, 0.6]))
    y = np.interp(x, KNOTS, HEIGHTS)
    y.sum().backward()
    assert (y.dtype, x.grad.dtype) == (np.float64, np.float32)


def test_interp_of_complex_heights():
    heights = HEIGHTS * (1 + 2j)
    x = Tensor(0.3)
    y = np.interp(x, KNOTS, heights)
    assert y.item() == np.interp(0.3, KNOTS, heights)
    np.abs(y).backward()
    slope = (np.abs(np.interp(0.3 + 1e-6, KNOTS, heights)) - np.abs(y.item())) / 1e-6
    assert x.grad == pytest.approx(slope, rel=1e-5)


# ── parts of numbers ──────────────────────────────────────────────────────────────────────────
def test_modf_and_frexp_and_ldexp():
    x = np.array([-2.75, 0.0, 3.5, 1e300])
    for function in (np.modf, np.frexp):
        first, second = function(Tensor(x))
        expected = function(x)
        np.testing.assert_array_equal(first.data, expected[0])
        np.testing.assert_array_equal(second, expected[1])
        assert type(second) is np.ndarray
    assert grad(lambda x: np.frexp(x)[0])(12.0) == 1 / 16
    assert grad(lambda x: np.ldexp(x, 5))(3.0) == 32
    assert np.ldexp(Tensor(np.float32(3)), True).dtype == np.float32


def test_the_exponent_of_ldexp_is_whole():
    with pytest.raises(DTypeError, match="ldexp: the exponent is float64, and must be of integers"):
        np.ldexp(1.0, Tensor(2.0))


def test_float_power_is_double_at_least():
    x = Tensor(np.float32([2.0, 3.0]))
    y = np.float_power(x, 2)
    y.sum().backward()
    assert (y.dtype, x.grad.dtype) == (np.float64, np.float32)
    assert x.grad.tolist() == [4, 6]
    assert np.float_power(2, Tensor(3.0)).item() == 8


# ── complex numbers ───────────────────────────────────────────────────────────────────────────
def test_parts_of_real_numbers():
    x = Tensor([1.0, -2.0])
    assert np.real(x) is x
    assert np.imag(x).tolist() == [0, 0]
    assert np.angle(x).tolist() == [0, np.pi]
    assert np.real_if_close(x) is x


def test_real_if_close_asks_the_imaginary_parts():
    x = Tensor([1.0, 2.0])
    assert np.real_if_close(x * (1 + 1e-16j)).dtype == np.float64
    assert np.real_if_close(x * (1 + 1e-3j)).dtype == np.complex128
    assert np.real_if_close(x * (1 + 1e-3j), tol=1e15).dtype == np.float64


def test_nan_to_num():
    x = Tensor([np.nan, np.inf, -np.inf, 2.0])
    assert np.nan_to_num(x, nan=1.0, posinf=3.0, neginf=-4.0).data.tolist() == [1, 3, -4, 2]
    z = Tensor(np.array([complex(np.nan, 2.0), complex(1.0, np.inf)]))
    y = np.nan_to_num(z, posinf=7.0)
    assert y.data.tolist() == [2j, 1 + 7j]
    (np.real(y) + 3 * np.imag(y)).sum().backward()
    assert z.grad.tolist() == [-3j, 1]
    with pytest.raises(UncoveredError, match=r"np\.nan_to_num: the option copy=False"):
        np.nan_to_num(x, copy=False)


# ── plain results ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.filterwarnings("ignore:numpy.fix is deprecated:DeprecationWarning")
@pytest.mark.parametrize("function", [np.fix, np.trunc, np.isreal, np.iscomplex, np.signbit])
def test_results_without_a_derivative_are_plain(function):
    x = np.array([-1.5, 0.0, 2.7])
    result = function(Tensor(x))
    assert type(result) is np.ndarray
    np.testing.assert_array_equal(result, function(x))


def test_numbers_of_a_tensor_can_be_saved(tmp_path):
    np.save(tmp_path / "t.npy", Tensor([1.0, 2.0]))
    assert np.load(tmp_path / "t.npy").tolist() == [1, 2]
