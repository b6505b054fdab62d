"""The derivatives where there is none, and the values at the limits: the published conventions."""

import numpy as np
import pytest

from autograd_core import (
    Tensor,
    expanded,
    grad,
    log_softmax,
    logsumexp,
    relu,
    sigmoid,
    softmax,
)

INF, NAN = np.inf, np.nan
# Exponents that are operands, and not parameters as plain numbers are.
ZERO, TWO = (Tensor(exponent, requires_grad=False) for exponent in (0.0, 2.0))

# A function, a point, and its gradient there.
KINKS = {
    "abs at 0": (np.abs, 0.0, 0.0),
    "abs at -0": (np.abs, -0.0, 0.0),
    "sign at 0": (np.sign, 0.0, 0.0),
    "relu at 0": (relu, 0.0, 0.0),
    "relu at -0": (relu, -0.0, 0.0),
    "maximum, a tie": (lambda x: np.maximum(x, 1.0), 1.0, 0.5),
    "minimum, a tie": (lambda x: np.minimum(1.0, x), 1.0, 0.5),
    "max, ties": (np.max, [3.0, 1.0, 3.0, 3.0, 2.0], [1 / 3, 0, 1 / 3, 1 / 3, 0]),
    "min, ties": (np.min, [3.0, 1.0, 1.0], [0, 0.5, 0.5]),
    "max along an axis, ties": (
        lambda x: np.sum(np.max(x, axis=1) * [2.0, 10.0]),
        [[1.0, 1.0], [5.0, 4.0]],
        [[1.0, 1.0], [10.0, 0.0]],
    ),
    "clip at its lower bound": (lambda x: np.clip(x, 1, 2), 1.0, 1.0),
    "clip at its upper bound": (lambda x: np.clip(x, 1, 2), 2.0, 1.0),
    "clip beyond its bounds": (lambda x: np.sum(np.clip(x, 1, 2)), [0.9, 2.1], [0.0, 0.0]),
    "clip, one bound": (lambda x: np.sum(np.clip(x, None, 2)), [-9.0, 2.0, 3.0], [1.0, 1.0, 0.0]),
    "x**0 at 0": (lambda x: x**0, 0.0, 0.0),
    "x**y, y = 0, at 0": (lambda x: x**ZERO, 0.0, 0.0),
    "x**1 at 0": (lambda x: x**1, 0.0, 1.0),
    "x**2 at 0": (lambda x: x**2, 0.0, 0.0),
    "x**3 at -2": (lambda x: x**3, -2.0, 12.0),
    "0**y, y > 0": (lambda y: 0.0**y, 2.0, 0.0),
    "0**0 in y": (lambda y: 0.0**y, 0.0, 0.0),
    "prod, no zero": (np.prod, [2.0, 3.0, 4.0], [12.0, 8.0, 6.0]),
    "prod, one zero": (np.prod, [2.0, 0.0, 4.0], [0.0, 8.0, 0.0]),
    "prod, two zeros": (np.prod, [0.0, 0.0, 4.0], [0.0, 0.0, 0.0]),
    "prod along an axis, one zero": (
        lambda x: np.sum(np.prod(x, axis=0)),
        [[2.0, 0.0], [3.0, 5.0]],
        [[3.0, 5.0], [2.0, 0.0]],
    ),
    "std of equal values": (np.std, [2.0, 2.0, 2.0], [0.0, 0.0, 0.0]),
    "std of equal values, rounded mean": (np.std, [0.1, 0.1, 0.1], [0.0, 0.0, 0.0]),
    "std of one value": (np.std, 3.0, 0.0),
    "std, one row of equal values": (
        lambda x: np.sum(np.std(x, axis=1)),
        [[0.1, 0.1], [1.0, 3.0]],
        [[0.0, 0.0], [-0.5, 0.5]],
    ),
    "where, the side not taken": (lambda x: np.where(x > 0, x, -2 * x), 0.0, -2.0),
    "mod between its jumps": (lambda x: x % 2, 3.5, 1.0),
    "logsumexp with -inf": (logsumexp, [0.0, -INF, 0.0], [0.5, 0.0, 0.5]),
    "softmax with -inf": (lambda x: softmax(x)[0], [0.0, -INF, 0.0], [0.25, 0.0, -0.25]),
    "log_softmax with -inf": (lambda x: log_softmax(x)[0], [0.0, -INF, 0.0], [0.5, 0.0, -0.5]),
}


@pytest.mark.parametrize(("f", "x", "expected"), KINKS.values(), ids=KINKS)
def test_kinks(f, x, expected):
    np.testing.assert_allclose(grad(f)(np.array(x)), expected, rtol=1e-15, atol=0)


@pytest.mark.parametrize(
    ("f", "x"),
    [(np.sqrt, 0.0), (np.log, 0.0), (np.log1p, -1.0), (np.arctanh, 1.0), (np.arcsin, 1.0)],
)
def test_infinite_slopes_are_infinite(f, x):
    with np.errstate(divide="ignore"):
        assert grad(f)(x) == INF


def test_infinite_slopes_warn_as_numpy_does():
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        grad(np.sqrt)(0.0)


# A function, a point, and all its second derivatives there.
SECOND = {
    "prod, one zero": (np.prod, [2.0, 0.0, 4.0], [[0, 4, 0], [4, 0, 2], [0, 2, 0]]),
    "prod, two zeros": (np.prod, [0.0, 0.0, 4.0], [[0, 4, 0], [4, 0, 0], [0, 0, 0]]),
    "prod, three zeros": (np.prod, [0.0, 0.0, 0.0], np.zeros((3, 3))),
    "prod, no zero": (np.prod, [2.0, 3.0, 4.0], [[0, 4, 3], [4, 0, 2], [3, 2, 0]]),
    "x**2 at 0": (lambda x: np.sum(x**2), [0.0], [[2.0]]),
    "x**y, y = 2, at 0": (lambda x: np.sum(x**TWO), [0.0], [[2.0]]),
    "x**1 at 0": (lambda x: np.sum(x**1), [0.0], [[0.0]]),
    "abs at 0": (lambda x: np.sum(np.abs(x)), [0.0], [[0.0]]),
    "relu at 0": (lambda x: np.sum(relu(x) * relu(x)), [0.0], [[0.0]]),
    "max, ties": (lambda x: np.max(x) ** 2, [3.0, 3.0], [[0.5, 0.5], [0.5, 0.5]]),
    "std of equal values": (np.std, [1.0, 1.0], [[0.0, 0.0], [0.0, 0.0]]),
}


@pytest.mark.parametrize(("f", "x", "expected"), SECOND.values(), ids=SECOND)
def test_second_derivatives_at_kinks(f, x, expected):
    rows = [grad(lambda x, i=i: grad(f)(x)[i])(np.array(x)) for i in range(len(x))]
    np.testing.assert_array_equal(rows, expected)


@pytest.mark.parametrize("size", [2, 3, 5])
def test_a_tie_of_two_tensors_is_shared(size):
    x, y = Tensor(np.ones(size)), Tensor(np.ones(size))
    (np.maximum(x, y) + np.minimum(x, y)).sum().backward()
    assert x.grad.tolist() == y.grad.tolist() == [1.0] * size
    x.zero_grad()
    np.maximum(x, x).sum().backward()
    assert x.grad.tolist() == [1.0] * size


def test_clip_sends_the_gradient_to_what_it_returned():
    x, low, high = (Tensor([v] * 3) for v in (0.0, 1.0, 2.0))
    x.data[:] = [0.0, 1.5, 3.0]
    np.clip(x, low, high).sum().backward()
    assert (x.grad.tolist(), low.grad.tolist(), high.grad.tolist()) == (
        [0, 1, 0], [1, 0, 0], [0, 0, 1],
    )  # fmt: skip
    crossed = Tensor(5.0), Tensor(3.0), Tensor(1.0)
    np.clip(*crossed).backward()
    assert [t.grad.item() for t in crossed] == [0, 0, 1]


# ── composites at their limits: values and gradients finite, and no warning ───────────────────
@pytest.mark.parametrize("x", [1000.0, -1000.0, INF, -INF, 0.0])
def test_sigmoid_at_its_limits(x):
    t = Tensor(x)
    y = sigmoid(t)
    y.backward()
    assert y.item() == (x > 0 if x else 0.5)
    assert t.grad == (0.25 if x == 0 else 0.0)


def test_the_naive_sigmoid_fails_where_the_fused_one_does_not():
    t = Tensor(-1000.0)
    with expanded(), pytest.warns(RuntimeWarning):
        sigmoid(t).backward()
    assert not np.isfinite(t.grad)


def test_sigmoid_keeps_its_digits_on_both_sides():
    x = np.array([-40.0, -5.0, 5.0, 40.0])
    y = sigmoid(x)
    np.testing.assert_allclose(y[:2], np.exp(x[:2]) / (1 + np.exp(x[:2])), rtol=1e-15)
    np.testing.assert_allclose(1 - y[2:], y[1::-1], rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("f", [softmax, log_softmax, logsumexp])
@pytest.mark.parametrize("shift", [1000.0, -1000.0, 1e300])
def test_huge_logits(f, shift):
    small = np.array([0.0, 1.0, 2.0])
    x = Tensor(np.full(3, shift) if shift == 1e300 else small + shift)
    y = f(x)
    y.sum().backward()
    assert np.isfinite(y.data).all()
    assert np.isfinite(x.grad).all()
    if shift != 1e300:
        expected = f(small) + (shift if f is logsumexp else 0.0)
        np.testing.assert_allclose(y.data, expected, rtol=1e-12)


def test_logsumexp_of_nothing_but_minus_infinity():
    assert logsumexp(np.array([-INF, -INF])) == -INF


@pytest.mark.parametrize("f", [relu, sigmoid, np.tanh, np.abs, np.max, np.sum, np.std, logsumexp])
def test_nan_is_not_hidden(f):
    t = Tensor([1.0, NAN])
    assert np.isnan(f(t).data).any()


def test_the_gradient_of_max_goes_to_nan_when_nan_is_the_maximum():
    assert grad(np.max)(np.array([1.0, NAN, 2.0])).tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize("f", [np.sum, np.prod, lambda x: np.sum(np.exp(x)), lambda x: x[1:].sum()])
def test_empty_arrays_have_empty_gradients(f):
    assert grad(f)(np.zeros((0, 3))).shape == (0, 3)


@pytest.mark.parametrize("f", [np.max, np.min])
def test_extremes_along_an_axis_of_an_empty_array(f):
    t = Tensor(np.zeros((0, 3)))
    y = f(t, axis=1)
    assert y.shape == (0,)
    y.sum().backward()
    assert t.grad.shape == (0, 3)
    with pytest.raises(ValueError, match="has no elements"):
        f(t, axis=0)
