"""The derivatives where there is none, and the values at the limits: the published conventions."""

import threading
from pathlib import Path

import numpy as np
import pytest

from autograd_core import (
    Tensor,
    UncoveredError,
    conventions,
    expanded,
    grad,
    log_softmax,
    logsumexp,
    relu,
    sigmoid,
    softmax,
)
from autograd_core.edges import EDGES, table, with_table
from tests.core.test_forward import jvp

INF, NAN = np.inf, np.nan

EXAMPLES = [
    pytest.param(edge, example, id=f"{edge.case}-{number}")
    for edge in EDGES
    for number, example in enumerate(edge.examples)
]


@pytest.fixture(autouse=True)
def no_warnings():
    """NumPy warns of infinite slopes and of values in branches that are not taken."""
    with np.errstate(all="ignore"):
        yield


@pytest.mark.parametrize(("edge", "example"), EXAMPLES)
def test_gradients_at_the_edges(shows, edge, example):
    for name in edge.functions.split():
        shows(name, "edges")
    slope = grad(example.function)
    if isinstance(example.gradient, type):
        with pytest.raises(example.gradient):
            slope(np.array(example.point))
        return
    np.testing.assert_allclose(
        slope(np.array(example.point)), example.gradient, rtol=1e-15, atol=0, strict=False
    )


SETTLED = [p for p in EXAMPLES if not isinstance(p.values[1].gradient, type)]


@pytest.mark.parametrize(("edge", "example"), SETTLED)
def test_forward_mode_at_the_edges(edge, example):
    """The same numbers, one direction after the other."""
    point = np.array(example.point)
    expected = np.broadcast_to(example.gradient, point.shape)
    for index in np.ndindex(point.shape):
        direction = np.zeros_like(point)
        direction[index] = 1
        tangent = jvp(example.function, (point,), (direction[()],))[1]
        np.testing.assert_allclose(tangent, expected[index], rtol=1e-15, atol=0)


@pytest.mark.parametrize(
    ("edge", "example"), [p for p in EXAMPLES if p.values[1].second is not None]
)
def test_second_derivatives_at_the_edges(edge, example):
    x = np.array(example.point)
    slope = grad(example.function)
    rows = [grad(lambda x, i=i: slope(x)[i])(x) for i in range(len(x))]
    np.testing.assert_allclose(rows, example.second, rtol=1e-15, atol=0)
    columns = [jvp(slope, (x,), (e,))[1] for e in np.eye(len(x))]
    np.testing.assert_allclose(columns, example.second, rtol=1e-15, atol=0)


def test_the_page_shows_the_table():
    page = (Path(__file__).parents[2] / "docs" / "conventions.md").read_text(encoding="utf-8")
    assert page == with_table(page)
    assert table() in page


# ── the conventions of other libraries ────────────────────────────────────────────────────────
def test_conventions_hold_inside_their_context():
    slopes = [float(grad(np.abs)(0.0))]
    with conventions("jax"):
        slopes.append(float(grad(np.abs)(0.0)))
        with conventions("torch"):
            slopes.append(float(grad(np.abs)(0.0)))
        slopes.append(float(grad(np.abs)(0.0)))
    slopes.append(float(grad(np.abs)(0.0)))
    assert slopes == [0, 1, 0, 1, 0]


# A function of two numbers, a point, and its gradient there here, in PyTorch and in JAX.
KINKS = {
    "abs": (lambda x, y: abs(x) + y, (0, 0), (0, 1), (0, 1), (1, 1)),
    "clip": (lambda x, y: np.clip(x, y, 9), (1, 1), (1, 0), (1, 0), (0.5, 0.5)),
    "fmax": (np.fmax, (1, 1), (0.5, 0.5), (1, 0), (0, 1)),
    "fmin": (np.fmin, (1, 1), (0.5, 0.5), (1, 0), (0, 1)),
    "arctan2": (np.arctan2, (0, 0), (0, 0), (0, 0), (NAN, NAN)),
    "hypot": (np.hypot, (0, 0), (0, 0), (NAN, NAN), (0.5, 0.5)),
    "norm": (lambda x, y: np.linalg.norm(np.stack([x, y])), (0, 0), (0, 0), (0, 0), (NAN, NAN)),
    "std": (lambda x, y: np.std(np.stack([x, y])), (2, 2), (0, 0), (0, 0), (NAN, NAN)),
    "power": (np.power, (0, 0), (0, 0), (0, 0), (NAN, 0)),
    "copysign": (np.copysign, (0, 2), (0, 0), (0, 0), (1, 0)),
    "copysign, the other sign": (np.copysign, (0, -2), (0, 0), (0, 0), (-1, 0)),
}


@pytest.mark.parametrize(("f", "point", "here", "torch", "jax"), KINKS.values(), ids=KINKS)
def test_every_choice_of_a_context(f, point, here, torch, jax):
    slopes = grad(f, (0, 1))
    point = [float(x) for x in point]
    np.testing.assert_array_equal(slopes(*point), here)
    for library, expected in (("torch", torch), ("jax", jax)):
        with conventions(library):
            np.testing.assert_array_equal(slopes(*point), expected)


def test_conventions_hold_when_derivatives_are_computed():
    t = Tensor(0.0)
    y = np.abs(t)
    with conventions("jax"):
        y.backward()
    assert t.grad == 1


def test_conventions_belong_to_their_thread():
    slopes = []
    with conventions("jax"):
        thread = threading.Thread(target=lambda: slopes.append(grad(np.abs)(0.0)))
        thread.start()
        thread.join()
    assert slopes == [0]


def test_conventions_of_unknown_libraries_are_refused():
    message = r"'mxnet' is not known\. Choose one of .*torch, jax"
    with pytest.raises(UncoveredError, match=message), conventions("mxnet"):
        pass


# ── beside the table ──────────────────────────────────────────────────────────────────────────
def test_infinite_slopes_warn_as_numpy_does():
    with np.errstate(all="warn"), pytest.warns(RuntimeWarning, match="divide by zero"):
        grad(np.sqrt)(0.0)


@pytest.mark.parametrize("size", [2, 3, 5])
def test_a_tie_of_two_tensors_is_shared(size):
    x, y = Tensor(np.ones(size)), Tensor(np.ones(size))
    (np.maximum(x, y) + np.minimum(x, y)).sum().backward()
    assert x.grad.tolist() == y.grad.tolist() == [1.0] * size
    x.zero_grad()
    np.maximum(x, x).sum().backward()
    assert x.grad.tolist() == [1.0] * size


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
    with np.errstate(all="warn"), expanded(), pytest.warns(RuntimeWarning):
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
