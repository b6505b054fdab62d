"""Small print of the two passes: what is not entered, dtypes, which plans are kept."""

import numpy as np
import pytest

from autograd_core import REGISTRY, Tensor, grad, jvp, primitive
from autograd_core.forward import Level

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


@pytest.mark.parametrize("start", [1.0, 0.0], ids=["fast pass", "careful pass"])
def test_a_leaf_with_swapped_bytes_keeps_them_in_a_sum_of_contributions(start):
    """NumPy adds two such arrays in this machine's order of bytes."""
    swapped = np.dtype(float).newbyteorder()
    t = Tensor(np.array([start, 2.0], swapped))
    with np.errstate(all="ignore"):
        (np.where(t.data > 0, np.log(t), 0) + t * 2 + t).sum().backward()
    assert t.grad.dtype == swapped
    assert t.grad.tolist() == [3 + start, 3.5]


@pytest.mark.filterwarnings("ignore:.*encountered")
def test_a_careful_tangent_has_the_residuals_too():
    def forward(x):
        inner = np.sin(x)
        return np.exp(inner), inner

    chained = primitive(
        "careful_residual_example", forward, kind="elementwise",
        residuals={"s": lambda x: np.sin(x)},
        vjp=(lambda g, s, x: g * np.exp(s) * np.cos(x),),
    )  # fmt: skip
    _, tangent = jvp(lambda x: np.where(x > 0, chained(np.log(x)), 0), (X,), (np.ones(3),))
    slopes = [0, *(np.exp(np.sin(np.log(x))) * np.cos(np.log(x)) / x for x in X[1:])]
    np.testing.assert_allclose(tangent, slopes, rtol=1e-14)


def test_a_level_is_active_while_its_function_runs():
    level = Level()
    x = level.dual(np.array(2.0), np.array(1.0))
    states = [x.creator.carries_tangent()]
    with level.active():
        states.append(x.creator.carries_tangent())
    states.append(x.creator.carries_tangent())
    assert states == [False, True, False]


@pytest.mark.filterwarnings("ignore:.*encountered")
def test_equal_infinities_stay_a_tie_in_a_careful_pass():
    """The second term makes both passes careful; the maximum is shared by two infinities."""

    def f(x, y):
        return np.max(1 / x) + np.sum(np.where(y > 0, np.log(y), 0))

    x, y = np.array([0.0, 0.0, 1.0]), np.array([0.0, 2.0])
    slopes = grad(f, (0, 1))(x, y)
    np.testing.assert_array_equal(slopes[0], [-np.inf, -np.inf, 0])
    np.testing.assert_array_equal(slopes[1], [0, 0.5])
    for place, expected in enumerate([-np.inf, -np.inf, 0]):
        tangent = jvp(f, (x, y), (np.eye(3)[place], np.ones(2)))[1]
        assert tangent == expected + 0.5


def test_a_plan_is_made_once_but_of_many_operands_none_is_kept():
    """Every set of them would have its own."""
    plans = REGISTRY["concatenate"].plans
    assert plans[0b101] is plans[0b101]
    kept = len(plans)
    assert plans[1 << 100].needed == (100,)
    assert len(plans) == kept
