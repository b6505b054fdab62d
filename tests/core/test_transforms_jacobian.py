"""jacobian and hessian: shapes, modes, structures, passes, and rules that cannot be batched."""

import sys

import numpy as np
import pytest

from autograd_core import (
    DTypeError,
    GraphError,
    Tensor,
    custom_derivative,
    grad,
    hessian,
    jacobian,
    jvp,
    linearize,
    vjp,
)

X = np.array([[0.3, -0.8, 1.1], [0.2, 0.9, -0.4]])
W = np.array([[1.0, 2.0], [0.5, -1.0], [-0.3, 0.7], [0.1, 0.2]])


def f(x):
    """(2, 3) to (4, 3), with fan-out, a product, a choice and a gather."""
    y = W @ np.where(x > 0, np.sin(x) * x, x[::-1] ** 3)
    return np.concatenate([y[1:], y[:1]]) / (2 + np.sum(x, axis=0) ** 2)


def by_rows(f, x):
    value, pull = vjp(f, x)
    units = np.eye(value.size).reshape((value.size, *value.shape))
    return np.stack([pull(unit)[0] for unit in units]).reshape(value.shape + np.shape(x))


MODES = pytest.mark.parametrize("mode", ["reverse", "forward", None])


@MODES
def test_a_jacobian_has_the_shape_of_the_result_and_that_of_the_argument(mode):
    found = jacobian(f, mode=mode)(X)
    assert (type(found), found.shape, found.dtype) == (np.ndarray, (4, 3, 2, 3), np.float64)
    np.testing.assert_allclose(found, by_rows(f, X), rtol=1e-13, atol=1e-15)


SHAPES = {
    "number to number": (np.sin, 0.5, ()),
    "number to array": (lambda x: x * np.ones((2, 3)), 0.5, (2, 3)),
    "array to number": (np.sum, X, (2, 3)),
    "to nothing": (lambda x: x[:0], X, (0, 3, 2, 3)),
    "of nothing": (lambda x: np.sum(x, axis=0), np.ones((0, 2)), (2, 0, 2)),
    "constant": (lambda x: np.ones(2), X, (2, 2, 3)),
    "the argument": (lambda x: x, X, (2, 3, 2, 3)),
}


@MODES
@pytest.mark.parametrize(("f", "x", "shape"), SHAPES.values(), ids=SHAPES)
def test_shapes(f, x, shape, mode):
    found = jacobian(f, mode=mode)(x)
    assert found.shape == shape
    np.testing.assert_array_equal(found, by_rows(f, x) if 0 not in shape else found)
    found += 1  # it is an array of its own


@MODES
def test_float32_stays_float32(mode):
    found = jacobian(f, mode=mode)(X.astype(np.float32))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, by_rows(f, X), rtol=1e-4, atol=1e-5)


def test_the_mode_follows_the_shapes():
    """The fewer passes: columns for few arguments, rows for few results."""
    batches = []
    probe = custom_derivative(lambda x: x, vjp=lambda g: batches.append("reverse") or g,
                              jvp=lambda t: batches.append("forward") or t)  # fmt: skip
    jacobian(lambda x: probe(x) * np.ones(5))(2.0)
    jacobian(lambda x: np.sum(probe(x)))(X)
    jacobian(lambda x: probe(x) * 2)(X)
    assert batches == ["forward", "reverse", "reverse"]


@MODES
def test_structures_and_several_arguments(mode):
    def g(p, y):
        return {"u": p["a"] * y, "v": [np.sum(p["a"]) * p["b"]]}

    p, y = {"a": np.array([1.0, 2.0]), "b": 3.0}, np.array([4.0, 5.0])
    found = jacobian(g, mode=mode)(p, y)
    assert found["u"]["a"].tolist() == [[4, 0], [0, 5]]
    assert found["u"]["b"].tolist() == [0, 0]
    assert found["v"][0]["a"].tolist() == [3, 3]
    assert found["v"][0]["b"] == 3.0
    by_y, by_p = jacobian(g, (1, "p"), mode=mode)(p, y)["u"]
    assert by_y.tolist() == [[1, 0], [0, 2]]
    assert by_p["a"].tolist() == [[4, 0], [0, 5]]


@MODES
def test_large_ones_take_several_passes(mode, monkeypatch):
    monkeypatch.setattr(sys.modules[jacobian.__module__], "_AT_ONCE", 30)
    np.testing.assert_allclose(jacobian(f, mode=mode)(X), by_rows(f, X), rtol=1e-13, atol=1e-15)


@MODES
def test_rules_that_look_at_the_numbers_get_them_one_by_one(mode):
    looks = custom_derivative(
        lambda x: x * 2,
        vjp=lambda g: g * 2 if np.any(g > 0) else g * 2.0,
        jvp=lambda t: np.asarray(t) * 2.0,
    )
    np.testing.assert_allclose(
        jacobian(lambda x: f(looks(x)), mode=mode)(X), by_rows(lambda x: f(x * 2), X), rtol=1e-13,
        atol=1e-15,
    )  # fmt: skip


@MODES
def test_inside_an_outer_derivative(mode):
    def total(x):
        return np.sum(jacobian(f, mode=mode)(x) ** 2)

    second = jacobian(lambda x: jacobian(f)(x))(X)
    expected = 2 * np.tensordot(by_rows(f, X), second, 4)
    np.testing.assert_allclose(grad(total)(X), expected, rtol=1e-12)
    t = np.cos(X)
    np.testing.assert_allclose(jvp(total, (X,), (t,))[1], np.sum(expected * t), rtol=1e-12)


@MODES
def test_around_tensors(mode):
    w = Tensor([2.0, 3.0])
    found = jacobian(lambda x: w * np.sum(x**2), mode=mode)(np.array([1.0, 4.0]))
    assert found.tolist() == [[4, 16], [6, 24]]
    np.sum(found).backward()
    assert w.grad.tolist() == [10, 10]


def test_the_hessian():
    def g(x):
        return np.sum(np.sin(x) * x[::-1] ** 2) + np.prod(x)

    found = hessian(g)(X)
    np.testing.assert_allclose(found, by_rows(grad(g), X), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(found, jacobian(grad(g), mode="forward")(X), rtol=1e-12, atol=1e-14)
    p = hessian(lambda p: p["a"] ** 2 * p["b"])({"a": 3.0, "b": 5.0})
    assert p == {"a": {"a": 10.0, "b": 6.0}, "b": {"a": 6.0, "b": 0.0}}
    across = hessian(lambda x, y: x**2 * y, (0, 1))(3.0, 5.0)
    assert across == ((10.0, 6.0), (6.0, 0.0))


# ── complex numbers ───────────────────────────────────────────────────────────────────────────
Z = np.array([0.3 + 0.7j, -1.1 + 0.2j])


@MODES
def test_holomorphic_functions(mode):
    found = jacobian(lambda z: np.exp(z) * z[::-1], mode=mode)(Z)
    e = np.exp(Z)
    np.testing.assert_allclose(found, [[e[0] * Z[1], e[0]], [e[1], e[1] * Z[0]]], rtol=1e-14)


def test_complex_results_of_real_arguments():
    x = np.array([0.3, 0.7])
    expected = np.diag(1j * np.exp(1j * x))
    for mode in ("forward", None):
        np.testing.assert_allclose(jacobian(lambda x: np.exp(1j * x), mode=mode)(x), expected)
    with pytest.raises(DTypeError, match=r'complex128 and an argument is real.*mode="forward"'):
        jacobian(lambda x: np.exp(1j * x), mode="reverse")(x)


def test_real_results_of_complex_arguments():
    found = jacobian(lambda z: np.stack([np.sum(np.real(z * z)), np.imag(z[0])]))(Z)
    np.testing.assert_allclose(found, [2 * Z, [-1j, 0]], rtol=1e-14)


def test_errors():
    with pytest.raises(GraphError, match=r"jacobian: mode='sideways'; it must be"):
        jacobian(f, mode="sideways")
    with pytest.raises(GraphError, match=r"jacobian: the function returned None"):
        jacobian(lambda x: None)(1.0)
    with pytest.raises(DTypeError, match=r"jacobian: an argument of dtype int64"):
        jacobian(f)(np.arange(3))


# ── what was not taken ────────────────────────────────────────────────────────────────────────
def logarithm(x):
    return np.where(x > 0, np.log(x), 0.0) * x[:, None]


@MODES
def test_a_branch_that_was_not_taken_gives_exact_zeros(mode):
    x = np.array([0.0, 2.0, 0.5])
    with np.errstate(divide="ignore", invalid="ignore"):
        found = jacobian(logarithm, mode=mode)(x)
        for unit, column in zip(np.eye(3), np.moveaxis(found, -1, 0), strict=True):
            np.testing.assert_allclose(linearize(logarithm, x)[1](unit), column, rtol=1e-14)
            np.testing.assert_allclose(jvp(logarithm, (x,), (unit,))[1], column, rtol=1e-14)
    assert np.isfinite(found).all()
    assert found[1, 1, 1] == 1 + np.log(2)
    assert found[:, 0].tolist() == np.zeros((3, 3)).tolist()
