"""Initial weights: the distributions that the papers state."""

import math
import pickle

import numpy as np
import pytest

from autograd_core.errors import DTypeError, ShapeError
from nn import init

SHAPE, FAN_IN, FAN_OUT = (300, 500), 300, 500


def draw(recipe, shape=SHAPE, fan_in=FAN_IN, fan_out=FAN_OUT, dtype=np.float64, seed=0):
    return recipe(shape, fan_in, fan_out, np.random.default_rng(seed), dtype)


def is_normal(w, std):
    z = w.ravel() / std
    n = z.size
    # Mean, variance and kurtosis, each within five standard errors.
    return (
        abs(z.mean()) < 5 / math.sqrt(n)
        and abs((z**2).mean() - 1) < 5 * math.sqrt(2 / n)
        and abs((z**4).mean() - 3) < 5 * math.sqrt(96 / n)
    )


def is_uniform(w, bound):
    z = np.sort(w.ravel()) / bound
    # Kolmogorov's test at a level of 1e-6, and the bound is both kept and nearly reached.
    ranks = np.linspace(-1, 1, z.size)
    return abs(z - ranks).max() / 2 < 2.7 / math.sqrt(z.size) and 0.9999 < abs(z).max() <= 1


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(
    ("recipe", "std"),
    [
        (init.normal(), 0.01),
        (init.normal(2.5), 2.5),
        (init.xavier_normal(), math.sqrt(2 / (300 + 500))),
        (init.xavier_normal(gain=5 / 3), 5 / 3 * math.sqrt(2 / (300 + 500))),
        (init.he_normal(), math.sqrt(2 / 300)),
        (init.he_normal(gain=1), 1 / math.sqrt(300)),
    ],
    ids=str,
)
def test_normal_recipes(recipe, std, dtype):
    w = draw(recipe, dtype=dtype)
    assert (w.shape, w.dtype) == (SHAPE, dtype)
    assert is_normal(w.astype(np.float64), std)


@pytest.mark.parametrize(
    ("recipe", "bound"),
    [
        (init.xavier_uniform(), math.sqrt(6 / (300 + 500))),
        (init.xavier_uniform(gain=2), 2 * math.sqrt(6 / (300 + 500))),
        (init.he_uniform(), math.sqrt(6 / 300)),
        (init.he_uniform(gain=1), math.sqrt(3 / 300)),
    ],
    ids=str,
)
def test_uniform_recipes(recipe, bound):
    assert is_uniform(draw(recipe), bound)
    w = draw(recipe, dtype=np.float32)
    assert w.dtype == np.float32
    assert abs(w).max() <= np.float32(bound) * (1 + 1e-6)


def test_numbers_are_drawn_in_their_own_dtype():
    for dtype in (np.float32, np.float64):
        expected = np.random.default_rng(0).standard_normal(SHAPE, dtype) * dtype(0.01)
        np.testing.assert_array_equal(draw(init.normal(0.01), dtype=dtype), expected, strict=True)


def test_constants():
    np.testing.assert_array_equal(draw(init.zeros(), (3,)), np.zeros(3), strict=True)
    np.testing.assert_array_equal(draw(init.constant(0.1), (2, 2)), np.full((2, 2), 0.1))
    assert draw(init.zeros(), (3,), dtype=np.float32).dtype == np.float32


ALL = [getattr(init, name)(*([0.5] if name == "constant" else [])) for name in init.__all__[1:]]


@pytest.mark.parametrize("recipe", ALL, ids=str)
def test_each_array_is_new_and_the_seed_decides(recipe):
    a, b = draw(recipe, (4, 3)), draw(recipe, (4, 3))
    np.testing.assert_array_equal(a, b)
    assert not np.shares_memory(a, b)
    assert draw(recipe, ()).shape == ()
    assert draw(recipe, (0, 3)).shape == (0, 3)


@pytest.mark.parametrize("recipe", ALL, ids=str)
def test_recipes_are_values(recipe):
    assert pickle.loads(pickle.dumps(recipe)) == recipe
    assert eval(repr(recipe), vars(init)).name == recipe.name


@pytest.mark.parametrize("dtype", [int, complex, bool])
def test_weights_are_floating(dtype):
    with pytest.raises(DTypeError, match="he_normal: weights are floating numbers; the dtype was"):
        draw(init.he_normal(), dtype=dtype)


def test_a_layer_without_inputs():
    with pytest.raises(ShapeError, match=r"he_normal: fan_in=0 and fan_out=3 for shape \(0, 3\)"):
        draw(init.he_normal(), (0, 3), 0, 3)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_scale_that_is_not_finite(value):
    with pytest.raises(ValueError, match="normal: the number must be finite, not"):
        init.normal(value)
