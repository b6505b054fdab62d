"""describe: numbers or statistics, the same as NumPy's."""

import math

import numpy as np
import pytest

from autograd_core.draw.snapshot import Value
from autograd_core.draw.snapshot.statistics import Describer, describe


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (2.5, Value(numbers=2.5)),
        (0.0, Value(numbers=0.0, zeros=1)),
        (7, Value((), "int64", 7)),
        (np.float32(0.5), Value((), "float32", 0.5)),
        (np.float64("nan"), Value(numbers="nan", nans=1)),
        (-math.inf, Value(numbers="-inf", infs=1)),
        (1 + 2j, Value((), "complex128", "(1+2j)")),
        (True, Value((), "bool", True)),
        (np.array(3.0), Value(numbers=3.0)),
    ],
)
def test_a_number_is_its_own_description(x: object, expected: Value) -> None:
    assert describe(x) == expected


def test_small_arrays_show_their_numbers() -> None:
    few = describe(np.array([1.0, np.nan, np.inf]))
    assert few.numbers == [1.0, "nan", "inf"]
    assert (few.nans, few.infs, few.minimum, few.maximum) == (1, 1, 1.0, 1.0)
    assert few.histogram is None


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int32, np.uint8])
@pytest.mark.parametrize("shape", [(7,), (5, 4, 3), (100, 50)])
def test_statistics_are_those_of_numpy(shape: tuple[int, ...], dtype: type) -> None:
    x = (100 * np.random.default_rng(3).random(shape) - 20 * (dtype is not np.uint8)).astype(dtype)
    told = describe(x.T)
    assert (told.minimum, told.maximum) == (x.min(), x.max())
    assert told.mean == pytest.approx(x.mean(dtype=float), rel=1e-12)
    assert told.std == pytest.approx(x.std(dtype=float), rel=1e-12)
    assert told.zeros == (x == 0).sum()
    assert told.histogram == tuple(np.histogram(x.astype(float), 16)[0])
    assert (told.numbers, told.bytes) == (None, x.nbytes)


def test_only_finite_elements_count() -> None:
    x = np.arange(20.0)
    x[[2, 5, 7]] = np.nan, np.inf, -np.inf
    told, rest = describe(x), x[np.isfinite(x)]
    assert (told.nans, told.infs, told.zeros) == (1, 2, 1)
    assert (told.mean, told.maximum) == (pytest.approx(rest.mean()), 19.0)
    assert sum(told.histogram or ()) == 17
    nothing = describe(np.full(9, np.nan))
    assert (nothing.nans, nothing.mean, nothing.histogram) == (9, None, None)


@pytest.mark.parametrize(
    "x", [1.7e308 * np.linspace(-1, 1, 9), np.full(8, 1.7e308), np.array([0, 5e-324] * 4)]
)
def test_extreme_numbers_have_finite_statistics(x: np.ndarray) -> None:
    told = describe(x)
    assert told.mean == pytest.approx(math.fsum(x / x.size), rel=1e-12, abs=1e293)
    assert told.std is not None
    assert math.isfinite(told.std)
    assert sum(told.histogram or ()) == x.size


def test_a_constant_array_fills_the_first_bin() -> None:
    assert describe(np.full(9, 2.0)).histogram == (9, *[0] * 15)


def test_complex_and_empty_arrays_have_no_statistics() -> None:
    z = np.array([1j, np.nan, 0] * 3)
    assert describe(z) == Value((9,), "complex128", nans=3, zeros=3)
    assert describe(np.zeros((0, 3))) == Value((0, 3), "float64", [])
    assert describe(np.array([True] * 9)) == Value((9,), "bool")


def test_an_array_is_described_once() -> None:
    x, describer = np.arange(9.0), Describer()
    assert describer(x) is describer(x)
    assert describer(x.copy()) == describer(x)
