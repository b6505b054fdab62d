"""Layers on images: what they compute, what they refuse, and how a small net of them is drawn."""

import math

import numpy as np
import pytest

import nn
from autograd_core import DTypeError, ShapeError, Tensor, check_gradients, graph, numerical_gradient

RNG = np.random.default_rng(0)
IMAGES = RNG.standard_normal((2, 1, 4, 4))
W = np.array([[[[1.0, 2.0], [3.0, 4.0]]], [[[0.0, 1.0], [0.0, 0.0]]]])
B = np.array([10.0, 20.0])
X = np.arange(9.0).reshape(1, 1, 3, 3)


def simple_net(size=10, filters=10, hidden=10, dtype=np.float64):
    """The book's SimpleConvNet (section 7.5), in the form of its gradient check."""
    nn.seed(1)
    init = nn.init.normal(0.01)
    pooled = (size - 3 + 1) // 2
    return nn.Sequential(
        nn.Conv2d(1, filters, 3, init=init, dtype=dtype), nn.ReLU(), nn.MaxPool2d(2),
        nn.Affine(filters * pooled**2, hidden, init, dtype=dtype), nn.ReLU(),
        nn.Affine(hidden, 10, init, dtype=dtype), name="net",
    )  # fmt: skip


# ── Conv2d ────────────────────────────────────────────────────────────────────────────────────
def test_a_convolution_by_hand():
    layer = nn.Conv2d.from_arrays(W, B)
    x = Tensor(X)
    y = layer(x)
    assert y.data[0].tolist() == [[[37.0, 47.0], [67.0, 77.0]], [[21.0, 22.0], [24.0, 25.0]]]
    y.backward(np.array([[[[1.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 1.0]]]]))
    assert x.grad[0, 0].tolist() == [[1.0, 2.0, 0.0], [3.0, 4.0, 1.0], [0.0, 0.0, 0.0]]
    assert layer.W.grad[:, 0].tolist() == [[[0.0, 1.0], [3.0, 4.0]], [[4.0, 5.0], [7.0, 8.0]]]
    assert layer.b.grad.tolist() == [1.0, 1.0]


def test_the_shapes_of_the_book():
    assert nn.Conv2d(3, 1, 5)(np.zeros((1, 3, 7, 7))).shape == (1, 1, 3, 3)
    assert nn.Conv2d(1, 30, 5)(np.zeros((10, 1, 28, 28))).shape == (10, 30, 24, 24)


def test_stride_padding_and_dilation_reach_the_convolution():
    layer = nn.Conv2d.from_arrays(W, B, (1, 2), ((0, 1), (0, 0)), dilation=2)
    assert layer(X).shape == (1, 2, 2, 1)
    assert layer(X).data[0, 0].tolist() == [[10 + 0 + 4 + 18 + 32], [10 + 3 + 10 + 0 + 0]]


def test_without_bias():
    layer = nn.Conv2d(1, 2, (3, 2), bias=False)
    assert [name for name, _ in layer.named_parameters()] == ["W"]
    assert repr(layer) == "Conv2d(1, 2, (3, 2), bias=False)"
    assert layer(IMAGES).shape == (2, 2, 2, 3)
    assert (nn.Conv2d.from_arrays(W)(X).data == nn.Conv2d.from_arrays(W, B * 0)(X).data).all()


def test_an_empty_batch():
    layer = nn.Conv2d.from_arrays(W, B)
    x = Tensor(np.zeros((0, 1, 3, 3)))
    y = nn.MaxPool2d(2)(layer(x))
    y.backward(np.zeros(y.shape))
    assert (y.shape, x.grad.shape) == ((0, 2, 1, 1), (0, 1, 3, 3))
    assert not layer.W.grad.any()
    assert layer.b.grad.tolist() == [0.0, 0.0]


def test_lists_and_integers_come_in_as_numbers():
    assert (nn.Conv2d.from_arrays(W, B)(X.astype(int).tolist()).data
            == nn.Conv2d.from_arrays(W, B)(X).data).all()  # fmt: skip


def test_weights_are_drawn_as_he_says_and_biases_start_at_zero():
    layer = nn.Conv2d(16, 100, (3, 5), rng=0)
    assert layer.W.shape == (100, 16, 3, 5)
    assert layer.W.dtype == layer.b.dtype == np.float32
    assert layer.W.data.std() == pytest.approx(math.sqrt(2 / (16 * 15)), rel=0.02)
    assert not layer.b.data.any()
    uniform = nn.Conv2d(16, 100, 5, init=nn.init.xavier_uniform(), dtype=np.float64, rng=0)
    limit = math.sqrt(6 / (16 * 25 + 100 * 25))
    assert abs(uniform.W.data).max() == pytest.approx(limit, rel=1e-3)


def test_given_arrays_are_copied():
    weights, bias = W.copy(), B.copy()
    layer = nn.Conv2d.from_arrays(weights, bias)
    weights[...] = bias[...] = 0
    assert (layer.W.data == W).all()
    assert (layer.b.data == B).all()


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: nn.Conv2d.from_arrays([[[[1]]]]), DTypeError, "Conv2d: W has dtype int64; pass"),
        (lambda: nn.Conv2d.from_arrays(W, B[:1]), ShapeError,
         r"W is \(2, 1, 2, 2\) and b is \(1,\); they must be \(out_channels, in_channels, height"),
        (lambda: nn.Conv2d(1, 2, 3)(np.zeros((1, 3, 5, 5))), ShapeError,
         r"conv2d: the channels differ, x is \(1, 3, 5, 5\) and W is \(2, 1, 3, 3\)"),
        (lambda: nn.Conv2d(0, 2, 3), ShapeError, "fan_in=0 and fan_out=18"),
        (lambda: nn.Conv2d(1, 2, 3)(np.zeros((28, 28))), ShapeError, r"x is \(28, 28\); it must"),
        (lambda: nn.MaxPool2d(3)(np.zeros((1, 1, 2, 2))), ShapeError, r"no window of \(3, 3\) "),
    ],
)  # fmt: skip
def test_what_is_refused(call, error, text):
    with pytest.raises(error, match=text):
        call()


# ── pooling, Flatten ──────────────────────────────────────────────────────────────────────────
def test_pooling_on_the_case_of_the_book():
    x = Tensor(np.array([[[[1, 2, 1, 0], [0, 1, 2, 3], [3, 0, 1, 2], [2, 4, 0, 1]]]], float))
    y = nn.MaxPool2d(2)(x)
    assert y.data[0, 0].tolist() == [[2.0, 3.0], [4.0, 2.0]]
    y.backward(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]))
    expected = [[0, 1, 0, 0], [0, 0, 0, 2], [0, 0, 0, 4], [0, 3, 0, 0]]
    assert x.grad[0, 0].tolist() == expected
    assert nn.AvgPool2d(2)(x).data[0, 0].tolist() == [[1.0, 1.5], [2.25, 1.0]]


def test_layers_tell_their_settings():
    assert repr(nn.MaxPool2d(2)) == "MaxPool2d(2)"
    assert repr(nn.MaxPool2d((2, 3), 1, "same")) == "MaxPool2d((2, 3), stride=1, padding='same')"
    assert repr(nn.AvgPool2d(3, padding=1)) == "AvgPool2d(3, padding=1)"
    assert repr(nn.Flatten()) == "Flatten()"
    assert repr(nn.Conv2d(1, 2, 3, 2, 1)) == "Conv2d(1, 2, (3, 3), stride=2, padding=1)"


@pytest.mark.parametrize("shape", [(2, 3, 4), (0, 1, 2, 2), (5,)])
def test_flatten(shape):
    x = Tensor(np.ones(shape))
    y = nn.Flatten()(x)
    y.backward(np.ones(y.shape))
    assert y.shape == (shape[0], math.prod(shape[1:]))
    assert x.grad.shape == shape


# ── a small net ───────────────────────────────────────────────────────────────────────────────
def test_gradients_of_the_simple_net_against_differences():
    net, loss = simple_net(), nn.SoftmaxWithLoss()
    x, t = RNG.random((1, 1, 10, 10)), [3]
    loss(net(x), t).backward()
    for name, parameter in net.named_parameters():
        data = parameter.data

        def moved(array, parameter=parameter, data=data):
            before = data.copy()
            data[...] = array
            value = loss(net(x), t).item()
            data[...] = before
            return value

        assert abs(numerical_gradient(moved, data) - parameter.grad).mean() < 1e-8, name


def test_gradients_of_pools_and_convolutions_in_every_mode():
    conv = nn.Conv2d.from_arrays(W, B, 1, "same")

    def f(x):
        return (nn.AvgPool2d(2, 1)(nn.MaxPool2d(2, 1, 1)(conv(x))) ** 2).sum()

    check_gradients(f, IMAGES)


def test_a_small_net_is_drawn_and_explained():
    net = simple_net(size=6, filters=2, hidden=3)
    x = Tensor(RNG.random((2, 1, 6, 6)), requires_grad=False, name="images")
    loss = nn.SoftmaxWithLoss()(net(x), [1, 2])
    loss.backward()
    drawn = graph(loss)
    assert "max pool" in drawn.to_svg()
    text = str(drawn.explain())
    assert "is made by conv from images, conv2d1.W and conv2d1.b" in text
    assert "∂conv2d1.W by the rule conv2d_weight(x, g, size=(3, 3), stride=(1, 1)" in text
    assert "∂conv2d1.W, each of its 18 elements: agrees" in text
    assert "conv" in drawn.to_text()
    assert "max pool" in drawn.to_html()
