"""Layers: the book's cases, every form of input, and gradients by hand and by differences."""

import math

import numpy as np
import pytest

import nn
from autograd_core import (
    DTypeError,
    ShapeError,
    Tensor,
    check_gradients,
    expanded,
    grad,
    numerical_gradient,
)

RNG = np.random.default_rng(0)
W = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
B = np.array([0.1, 0.2, 0.3])
ACTIVATIONS = [nn.Sigmoid(), nn.ReLU(), nn.Tanh(), nn.Softmax()]


def backward(layer, x, g=None):
    """The output and the gradient of x, from the gradient g, or from ones."""
    t = Tensor(np.array(x))
    y = layer(t)
    y.backward(np.ones(y.shape) if g is None else g)
    return y.data, t.grad


# ── Affine ────────────────────────────────────────────────────────────────────────────────────
def test_affine_of_one_vector():
    layer = nn.Affine.from_arrays(W, B)
    y, dx = backward(layer, [1.0, 2.0], [1.0, 10.0, 100.0])
    np.testing.assert_allclose(y, [9.1, 12.2, 15.3], rtol=1e-15)
    assert dx.tolist() == [321.0, 654.0]
    assert layer.W.grad.tolist() == [[1.0, 10.0, 100.0], [2.0, 20.0, 200.0]]
    assert layer.b.grad.tolist() == [1.0, 10.0, 100.0]


def test_affine_of_a_batch_sums_the_bias_gradient():
    layer = nn.Affine.from_arrays(W, B)
    g = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    y, dx = backward(layer, [[1.0, 0.0], [0.0, 1.0]], g)
    assert (y == W + B).all()
    assert dx.tolist() == [[14.0, 32.0], [32.0, 77.0]]
    assert layer.W.grad.tolist() == g.tolist()
    assert layer.b.grad.tolist() == [5.0, 7.0, 9.0]


def test_affine_flattens_every_sample_and_its_gradient_has_the_form_of_the_input():
    images = RNG.standard_normal((10, 1, 28, 28))
    layer = nn.Affine(784, 5, dtype=np.float64, rng=0)
    flat = nn.Affine.from_arrays(layer.W.data, layer.b.data)
    g = RNG.standard_normal((10, 5))
    y, dx = backward(layer, images, g)
    expected, flat_dx = backward(flat, images.reshape(10, 784), g)
    assert (y == expected).all()
    assert dx.shape == (10, 1, 28, 28)
    assert (dx == flat_dx.reshape(10, 1, 28, 28)).all()
    assert (layer.W.grad == flat.W.grad).all()


@pytest.mark.parametrize("shape", [(0, 2), (0, 1, 2)])
def test_affine_of_an_empty_batch(shape):
    layer = nn.Affine.from_arrays(W, B)
    y, dx = backward(layer, np.zeros(shape))
    assert (y.shape, dx.shape) == ((0, 3), shape)
    assert layer.W.grad.tolist() == [[0.0] * 3] * 2
    assert layer.b.grad.tolist() == [0.0] * 3


@pytest.mark.parametrize("x", [[1, 2], np.array([1, 2]), np.array([1, 2], np.uint8)])
def test_affine_takes_integers_and_lists(x):
    assert nn.Affine.from_arrays(W, B)(x).data == pytest.approx([9.1, 12.2, 15.3])


def test_affine_without_bias():
    layer = nn.Affine.from_arrays(W)
    y, dx = backward(layer, [[[1.0], [2.0]]], [[1.0, 10.0, 100.0]])
    assert (y.tolist(), dx.tolist()) == ([[9.0, 12.0, 15.0]], [[[321.0], [654.0]]])
    assert [name for name, _ in layer.named_parameters()] == ["W"]
    assert nn.Affine(2, 3, bias=False)(np.ones(2)).shape == (3,)


def test_affine_under_its_other_names():
    assert nn.Dense is nn.Linear is nn.Affine


def test_affine_copies_the_given_arrays():
    weights, bias = W.copy(), B.copy()
    layer = nn.Affine.from_arrays(weights, bias)
    weights[...] = bias[...] = 0
    assert (layer.W.data == W).all()
    assert (layer.b.data == B).all()
    layer.W.data[...] = 7
    assert (weights == 0).all()


def test_affine_draws_its_weights_and_starts_its_bias_at_zero():
    layer = nn.Affine(400, 300, rng=0)
    assert layer.W.dtype == layer.b.dtype == np.float32
    assert layer.W.data.std() == pytest.approx(math.sqrt(2 / 400), rel=0.02)
    assert not layer.b.data.any()
    book = nn.Affine(400, 300, init=nn.init.normal(0.01), dtype=np.float64, rng=0)
    assert book.W.data.std() == pytest.approx(0.01, rel=0.02)
    assert book.W.dtype == np.float64


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    ("shape", "inputs"), [((5,), 5), ((4, 3), 3), ((4, 3, 2), 6), ((0, 3), 3), ((), 1)]
)
def test_affine_of_the_wrong_size(shape, inputs, bias):
    layer = nn.Affine(2, 3, bias=bias)
    text = (
        rf"affine: x is {shape}, which makes {inputs} inputs for each sample, and W is \(2, 3\), "
        r"which takes 2"
    ).replace(str(shape), str(shape).replace("(", r"\(").replace(")", r"\)"))
    with pytest.raises(ShapeError, match=text):
        layer(np.zeros(shape))


@pytest.mark.parametrize(
    ("arrays", "error", "text"),
    [
        (([[1, 2]],), DTypeError, "Affine: W has dtype int64; pass floating numbers"),
        ((np.zeros((2, 3)), np.zeros(2)), ShapeError, r"W is \(2, 3\) and b is \(2,\); they must"),
        ((np.zeros(3), np.zeros(3)), ShapeError, r"W is \(3,\) and b is \(3,\); they must be \(in"),
    ],
)
def test_affine_from_wrong_arrays(arrays, error, text):
    with pytest.raises(error, match=text):
        nn.Affine.from_arrays(*arrays)


def test_affine_needs_inputs_and_floating_weights():
    with pytest.raises(ShapeError, match="fan_in=0 and fan_out=3"):
        nn.Affine(0, 3)
    with pytest.raises(DTypeError, match="weights are floating numbers; the dtype was int64"):
        nn.Affine(2, 3, dtype=np.int64)


# ── activations ───────────────────────────────────────────────────────────────────────────────
def test_relu_on_the_case_of_the_book():
    y, dx = backward(nn.ReLU(), [[1.0, -0.5], [-2.0, 3.0]], [[5.0, 6.0], [7.0, 8.0]])
    assert y.tolist() == [[1.0, 0.0], [0.0, 3.0]]
    assert dx.tolist() == [[5.0, 0.0], [0.0, 8.0]]


def test_relu_has_the_derivative_0_at_0():
    y, dx = backward(nn.ReLU(), [0.0, -0.0, 5e-324])
    assert y.tolist() == [0.0, 0.0, 5e-324]
    assert dx.tolist() == [0.0, 0.0, 1.0]


def test_sigmoid_by_its_formula():
    x = np.linspace(-6, 6, 25)
    y, dx = backward(nn.Sigmoid(), x)
    expected = [1 / (1 + math.exp(-v)) for v in x]
    assert y == pytest.approx(expected, rel=1e-15)
    assert dx == pytest.approx([v * (1 - v) for v in expected], rel=1e-13)


def test_sigmoid_and_tanh_far_out_are_finite_without_a_warning():
    y, dx = backward(nn.Sigmoid(), [-1000.0, -700.0, 1000.0])
    assert y.tolist() == [0.0, pytest.approx(math.exp(-700), rel=1e-12), 1.0]
    assert dx.tolist() == [0.0, pytest.approx(math.exp(-700), rel=1e-12), 0.0]
    y, dx = backward(nn.Tanh(), [-1000.0, 1000.0])
    assert (y.tolist(), dx.tolist()) == ([-1.0, 1.0], [0.0, 0.0])


def test_tanh_by_its_formula():
    x = np.linspace(-2, 2, 9)
    y, dx = backward(nn.Tanh(), x)
    assert y == pytest.approx([math.tanh(v) for v in x], rel=1e-15)
    assert dx == pytest.approx([1 / math.cosh(v) ** 2 for v in x], rel=1e-14)


def test_softmax_by_its_formula():
    x, g = [0.3, 2.9, 4.0], [1.0, 2.0, -3.0]  # the book's example, section 3.5.1
    y, dx = backward(nn.Softmax(), x, g)
    powers = [math.exp(v) for v in x]
    expected = [p / sum(powers) for p in powers]
    assert y == pytest.approx(expected, rel=1e-15)
    assert y == pytest.approx([0.01821127, 0.24519181, 0.73659691], abs=5e-9)
    jacobian = [[a * ((i == j) - b) for j, b in enumerate(expected)] for i, a in enumerate(y)]
    assert dx == pytest.approx(np.array(jacobian) @ g, rel=1e-13)


def test_softmax_of_huge_numbers():
    y, dx = backward(nn.Softmax(), [[1010.0, 1000.0, -np.inf], [-1000.0, -1000.0, -1000.0]])
    assert y[0] == pytest.approx([1 / (1 + math.exp(-10)), 1 / (1 + math.exp(10)), 0.0])
    assert y[1] == pytest.approx([1 / 3] * 3, rel=1e-15)
    assert dx == pytest.approx(0.0, abs=1e-15)


def test_softmax_over_another_axis():
    x, g = RNG.standard_normal((2, 3, 4))
    columns, dx = backward(nn.Softmax(axis=0), x, g)
    rows, dx_rows = backward(nn.Softmax(), x.T, g.T)
    np.testing.assert_allclose(columns, rows.T, rtol=1e-15)
    np.testing.assert_allclose(dx, dx_rows.T, rtol=1e-13)


# ── what holds for every layer ────────────────────────────────────────────────────────────────
LAYERS = [*ACTIVATIONS, nn.Affine.from_arrays(W, B)]


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: type(layer).__name__)
def test_the_incoming_gradient_is_left_as_it_was(layer):
    # Both operands of + get one and the same gradient: a rule that wrote into it would show in c.
    x, c = Tensor(RNG.standard_normal((4, 2))), Tensor(0.0)
    y = layer(x)
    c = Tensor(np.zeros(y.shape))
    g = RNG.standard_normal(y.shape)
    given = g.copy()
    given.flags.writeable = False
    (y + c).backward(given)
    assert (c.grad == g).all()
    c.grad[...] = 0
    assert (given == g).all()


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: type(layer).__name__)
def test_gradients_by_differences(layer):
    x = RNG.standard_normal((3, 2))
    assert check_gradients(lambda x, *_: layer(x), x, *layer.parameters()).ok


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: type(layer).__name__)
def test_a_layer_is_its_definition(layer):
    x, g = RNG.standard_normal((3, 2)), RNG.standard_normal(layer(np.zeros((3, 2))).shape)
    fused = backward(layer, x, g)
    with expanded():
        defined = backward(layer, x, g)
    for a, b in zip(fused, defined, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


@pytest.mark.parametrize("layer", [nn.Sigmoid(), nn.Tanh(), nn.Softmax()], ids=repr)
def test_second_derivatives(layer):
    weights = np.array([1.0, -2.0, 0.5])

    def f(x):
        return np.sum(weights * layer(x))

    def slope(x):
        return np.sum(weights * np.asarray(grad(f)(x)))

    x = np.array([0.3, -1.0, 2.0])
    second = grad(lambda x: np.sum(weights * grad(f)(x)))(x)
    np.testing.assert_allclose(second, numerical_gradient(slope, x), rtol=1e-7)


@pytest.mark.parametrize("layer", [*ACTIVATIONS, nn.Affine(2, 3, rng=0)], ids=repr)
def test_float32_stays_float32(layer):
    y, dx = backward(layer, np.ones((3, 2), np.float32))
    assert y.dtype == dx.dtype == np.float32
    assert all(p.grad.dtype == np.float32 for p in layer.parameters())


@pytest.mark.parametrize("layer", ACTIVATIONS, ids=repr)
def test_activations_take_integers_lists_and_empty_batches(layer):
    assert (layer([[1, 2]]).data == layer(np.array([[1.0, 2.0]])).data).all()
    y, dx = backward(layer, np.zeros((0, 3)))
    assert y.shape == dx.shape == (0, 3)


@pytest.mark.parametrize("layer", ACTIVATIONS, ids=repr)
def test_activations_of_what_is_no_number(layer):
    with pytest.raises(DTypeError, match="input of a layer: 'abc' of dtype <U3 is not an array"):
        layer("abc")


@pytest.mark.parametrize("layer", ACTIVATIONS, ids=repr)
def test_nan_stays_nan(layer):
    assert np.isnan(layer(np.array([np.nan, 1.0])).data[0])


def test_a_layer_does_not_change_its_input():
    x = np.array([[1.0, -0.5], [-2.0, 3.0]])
    before = x.copy()
    x.flags.writeable = False
    for layer in LAYERS:
        layer(x)
        layer(Tensor(x))
    assert (x == before).all()


# ── a whole net ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("activation", [nn.ReLU, nn.Sigmoid, nn.Tanh])
def test_gradient_check_of_a_two_layer_net(activation):
    double = {"dtype": np.float64, "rng": np.random.default_rng(0)}
    net = nn.Sequential(nn.Affine(6, 5, **double), activation(), nn.Affine(5, 4, **double))
    x, t = np.random.default_rng(1).standard_normal((3, 6)), np.array([0, 3, 1])
    loss = nn.SoftmaxWithLoss()
    report = check_gradients(lambda *_: loss(net(x), t), *net.parameters())
    assert report.ok
    assert max(entry.max_error for entry in report.arguments) < 1e-9


def test_the_gradient_of_a_constant_input_is_not_computed():
    net = nn.Sequential(nn.Affine(4, 3), nn.ReLU(), nn.Affine(3, 2))
    y = net(np.ones((5, 4)))
    first = y.creator.inputs[0].inputs[0]
    assert first.plan.needed == (1, 2)  # W and b, but not x
    y.sum().backward()
    assert net[0].W.grad.shape == (4, 3)
