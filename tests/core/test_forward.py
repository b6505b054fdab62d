"""Forward mode: the tangent of every operation, of every order, beside the reverse pass."""

import gc
import weakref

import numpy as np
import pytest

from autograd_core import ShapeError, Tensor, grad, no_grad, primitive, vjp
from autograd_core.forward import Level
from tests.core.samples import SAMPLES


def jvp(f, arrays, tangents):
    level = Level()
    duals = [level.dual(a, t) for a, t in zip(arrays, tangents, strict=True)]
    with level.active():
        value = f(*duals)
    return level.out(value), level.tangent(value)


def along(f):
    """The derivative of a function of one number, by forward mode."""
    return lambda x: jvp(f, (x,), (np.ones(()),))[1]


# ── every primitive ───────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_forward_is_the_transpose_of_reverse(sample):
    """⟨g, J t⟩ = ⟨Jᵀ g, t⟩ in 100 directions."""
    rng = np.random.default_rng(7)
    value, pull = vjp(sample, *sample.arrays)
    for _ in range(100):
        tangents = [rng.normal(size=a.shape) for a in sample.arrays]
        g = rng.normal(size=np.shape(value))
        t = jvp(sample, sample.arrays, tangents)[1]
        terms = [dx * t for dx, t in zip(pull(g), tangents, strict=True)]
        scale = sum(np.sum(np.abs(term)) for term in terms) + 1
        assert abs(np.real(np.sum(g * t)) - sum(map(np.sum, terms))) <= 1e-12 * scale
        assert t.shape == np.shape(value)
        assert t.dtype == value.dtype


@pytest.mark.parametrize("sample", [s for s in SAMPLES if len(s.arrays) > 1], ids=str)
def test_each_input_alone(sample):
    """The others are constants, as plain arrays and as Tensors that carry nothing."""
    rng = np.random.default_rng(7)
    value, pull = vjp(sample, *sample.arrays)
    g = rng.normal(size=np.shape(value))
    for position, (array, dx) in enumerate(zip(sample.arrays, pull(g), strict=True)):
        t = rng.normal(size=array.shape)
        for others in (sample.arrays, [Tensor(a, requires_grad=False) for a in sample.arrays]):
            level = Level()
            operands = [*others]
            operands[position] = level.dual(array, t)
            with level.active():
                tangent = level.tangent(sample(*operands))
            pushed = np.real(np.sum(g * tangent))
            np.testing.assert_allclose(pushed, np.sum(dx * t), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_forward_over_reverse_is_reverse_over_reverse(sample):
    rng = np.random.default_rng(7)
    g = rng.normal(size=np.shape(sample(*sample.arrays)))
    tangents = [rng.normal(size=a.shape) for a in sample.arrays]

    def slopes(*arrays):
        return sum(
            np.sum(np.cos(a) * dx) for a, dx in zip(arrays, vjp(sample, *arrays)[1](g), strict=True)
        )

    expected = grad(slopes, tuple(range(len(tangents))))(*sample.arrays)
    total = sum(np.sum(dx * t) for dx, t in zip(expected, tangents, strict=True))
    actual = jvp(slopes, sample.arrays, tangents)[1]
    np.testing.assert_allclose(actual, total, rtol=1e-10, atol=1e-12)


# ── levels ────────────────────────────────────────────────────────────────────────────────────
def f(x):
    return np.sin(x) * np.exp(x) / (1 + x**3)


def test_derivatives_of_every_order_and_mixture():
    x = 1.3
    first, second, third = (float(d(x)) for d in (grad(f), grad(grad(f)), grad(grad(grad(f)))))
    assert float(along(f)(x)) == pytest.approx(first, rel=1e-14)
    for d in (along(along(f)), along(grad(f)), grad(along(f))):
        assert float(d(x)) == pytest.approx(second, rel=1e-14)
    for d in (
        along(along(along(f))),
        along(grad(along(f))),
        grad(along(grad(f))),
        grad(along(along(f))),
    ):
        assert float(d(x)) == pytest.approx(third, rel=1e-14)


@pytest.mark.parametrize("inner", [along, grad])
@pytest.mark.parametrize("outer", [along, grad])
def test_perturbations_are_not_confused(inner, outer):
    assert float(outer(lambda x: x * inner(lambda y: x + y)(1.0))(2.0)) == 1.0
    assert float(outer(lambda x: x * inner(lambda y: x * y * y)(x))(2.0)) == 24.0
    assert float(outer(lambda x: inner(lambda y: y * y)(3.0))(2.0)) == 0.0
    assert float(outer(lambda x: inner(lambda y: y * np.exp(np.log(x) + 0))(1.0))(2.0)) == 1.0


def test_results_are_arrays_unless_an_outer_derivative_follows():
    value, tangent = jvp(np.exp, (np.zeros(2),), (np.ones(2),))
    assert type(value) is type(tangent) is np.ndarray
    weight = Tensor(3.0)
    value, tangent = jvp(lambda x: x * x * weight, (np.array(2.0),), (np.array(1.0),))
    tangent.backward()
    assert weight.grad == 4.0


def test_what_does_not_depend_on_the_arguments_has_the_tangent_0():
    for constant in (np.ones((2, 3)), Tensor(np.ones((2, 3))) * 2):
        _, tangent = jvp(lambda x, c=constant: c, (1.0,), (1.0,))
        assert tangent.tolist() == [[0, 0, 0], [0, 0, 0]]
    with no_grad():
        assert along(f)(1.3) != 0
    with pytest.raises(ShapeError, match=r"tangent has shape \(2,\) and its argument \(3,\)"):
        jvp(np.exp, (np.ones(3),), (np.ones(2),))


def test_the_tangent_takes_the_values_dtype():
    value, tangent = jvp(lambda x: np.exp(x) * 2.0, (np.float32([1, 2]),), (np.ones(2),))
    assert value.dtype == tangent.dtype == np.float32
    _, tangent = jvp(lambda x: np.abs(x * (3 + 4j)), (2.0,), (1.0,))
    assert tangent == pytest.approx(5.0)


def test_memory_does_not_grow_with_the_number_of_operations():
    alive = []

    def chain(x):
        for _ in range(50):
            x = np.sin(x)
            alive.append(weakref.ref(x.creator))
        return sum(node() is not None for node in alive)

    gc.disable()
    try:
        assert jvp(chain, (np.ones(3),), (np.ones(3),))[0] <= 2
    finally:
        gc.enable()


# ── rules that a primitive states ─────────────────────────────────────────────────────────────
def test_a_stated_rule_is_used_and_gets_what_it_names():
    seen = []
    scaled = primitive(
        "scaled_example", lambda x, y, *, scale=2.0: x * y.sum() * scale,
        vjp=(lambda g, y, scale: g * np.sum(y) * scale,
             lambda g, x, scale, y_shape: np.broadcast_to(np.sum(g * x) * scale, y_shape)),
        jvp=(lambda t, y, scale: t * np.sum(y) * scale,
             lambda t, x, out, scale, y_shape:
             seen.append((out, y_shape)) or x * np.sum(t) * scale),
    )  # fmt: skip
    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0, 5.0])
    value, tangent = jvp(lambda x, y: scaled(x, y, scale=3.0), (x, y), (x, np.ones(3)))
    np.testing.assert_allclose(tangent, x * 12 * 3 + x * 3 * 3)
    ((out, shape),) = seen
    np.testing.assert_array_equal(out, value)
    assert type(out) is np.ndarray
    assert shape == (3,)
