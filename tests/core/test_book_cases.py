"""The cases of the book, exact to the last bit: price graphs and local derivatives.

Deep Learning from Scratch, chapter 5.
"""

import numpy as np
import pytest

import nn
from autograd_core import Tensor, expanded, relu, sigmoid
from autograd_core.node import nodes_before


# ── price graphs, sections 5.1 to 5.4 ─────────────────────────────────────────────────────────
def test_apples():
    apple, count, tax = Tensor(100), Tensor(2), Tensor(1.1)
    apple_price = apple * count
    price = apple_price * tax
    price.backward(retain_grads=True)
    assert (apple_price.item(), price.item()) == (200.0, 220.00000000000003)
    assert (price.grad, apple_price.grad) == (1.0, 1.1)
    assert (apple.grad, count.grad, tax.grad) == (2.2, 110.00000000000001, 200.0)


def test_apples_and_oranges():
    apple, n, orange, m, tax = (Tensor(v) for v in (100, 2, 150, 3, 1.1))
    apple_price, orange_price = apple * n, orange * m
    total = apple_price + orange_price
    price = total * tax
    price.backward(retain_grads=True)
    assert (apple_price.item(), orange_price.item()) == (200.0, 450.0)
    assert (total.item(), price.item()) == (650.0, 715.0000000000001)
    assert (total.grad, tax.grad, apple_price.grad, orange_price.grad) == (1.1, 650.0, 1.1, 1.1)
    assert (apple.grad, n.grad) == (2.2, 110.00000000000001)
    assert (orange.grad, m.grad) == (3.3000000000000003, 165.0)


# ── local derivatives ─────────────────────────────────────────────────────────────────────────
def test_multiplication_swaps_and_addition_copies():
    x, y = Tensor([2.0, 3.0]), Tensor([5.0, 7.0])
    (x * y).backward([1.0, 10.0])
    assert (x.grad.tolist(), y.grad.tolist()) == ([5, 70], [2, 30])
    x.zero_grad()
    y.zero_grad()
    (x + y).backward([1.0, 10.0])
    assert x.grad.tolist() == y.grad.tolist() == [1, 10]


def test_exp_gives_its_own_output():
    x = Tensor([0.5, -2.0])
    y = np.exp(x)
    y.backward([1.0, 1.0])
    assert x.grad.tolist() == y.data.tolist()


def test_the_reciprocal_gives_minus_y_squared():
    x = Tensor(3.0)
    y = np.reciprocal(x)
    y.backward()
    assert x.grad == -(y.item() ** 2)


def test_the_dot_product():
    rng = np.random.default_rng(0)
    x, w, g = rng.standard_normal((2, 3)), rng.standard_normal((3, 4)), rng.standard_normal((2, 4))
    tx, tw = Tensor(x), Tensor(w)
    np.dot(tx, tw).backward(g)
    np.testing.assert_array_equal(tx.grad, g @ w.T)
    np.testing.assert_array_equal(tw.grad, x.T @ g)


def test_a_bias_sums_its_gradient_over_the_batch():
    b = Tensor([1.0, 2.0, 3.0])
    (np.zeros((2, 3)) + b).backward([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    assert b.grad.tolist() == [5.0, 7.0, 9.0]


# ── ReLU, section 5.5.1 ───────────────────────────────────────────────────────────────────────
X = np.array([[1.0, -0.5], [-2.0, 3.0]])


@pytest.mark.parametrize("layer", [relu, nn.ReLU()])
def test_relu(layer):
    x = Tensor(X)
    y = layer(x)
    y.backward(np.full((2, 2), 7.0))
    assert y.data.tolist() == [[1.0, 0.0], [0.0, 3.0]]
    assert x.grad.tolist() == [[7.0, 0.0], [0.0, 7.0]]


def test_relu_does_not_write_into_the_gradient_that_comes_in():
    """The trap of hand-written layers: `dout[self.mask] = 0` changes the caller's array, and with
    it the gradient of every other layer that was given the same one."""
    x, shortcut = Tensor(X), Tensor(X)
    g = np.ones((2, 2))
    out = relu(x) + shortcut  # both are handed the same gradient
    out.backward(g)
    assert (g == 1).all()
    assert (shortcut.grad == 1).all()
    assert x.grad.tolist() == [[1.0, 0.0], [0.0, 1.0]]


# ── the sigmoid as a graph, section 5.5.2 ─────────────────────────────────────────────────────
def test_the_four_steps_of_the_sigmoid():
    x = Tensor(0.7)
    negative = x * -1
    power = np.exp(negative)
    bottom = power + 1
    y = 1 / bottom
    y.backward(retain_grads=True)
    out = y.item()
    assert y.grad == 1
    assert bottom.grad == pytest.approx(-(out**2), rel=1e-15)  # 1/x
    assert power.grad == bottom.grad  # + copies
    assert negative.grad == power.grad * power.item()  # exp gives its output
    assert x.grad == -negative.grad  # × swaps
    assert x.grad == pytest.approx(out * (1 - out), rel=1e-15)


@pytest.mark.parametrize("x", [-3.0, 0.0, 0.7, 20.0])
def test_the_composite_opens_into_these_steps_and_equals_them(x):
    fused, opened = Tensor(x), Tensor(x)
    y = sigmoid(fused)
    with expanded():
        z = sigmoid(opened)
    y.backward()
    z.backward()
    steps = [node.primitive.name for node in nodes_before(z.creator)]
    assert steps == ["negative", "exp", "add", "reciprocal"]
    assert [node.primitive.name for node in nodes_before(y.creator)] == ["sigmoid"]
    assert y.item() == pytest.approx(z.item(), rel=1e-15)
    assert fused.grad == pytest.approx(opened.grad, rel=1e-8 if x == 20 else 1e-14)
    assert fused.grad == y.item() * (1 - y.item())


def test_the_sigmoid_at_1000_is_finite_without_a_warning():
    x = Tensor([1000.0, -1000.0])
    y = nn.Sigmoid()(x)
    y.backward([1.0, 1.0])
    assert y.data.tolist() == [1.0, 0.0]
    assert x.grad.tolist() == [0.0, 0.0]


# ── Affine, section 5.6 ───────────────────────────────────────────────────────────────────────
W, B = np.arange(6.0).reshape(2, 3) - 2, np.array([0.5, -1.0, 2.0])


@pytest.mark.parametrize("shape", [(2,), (1, 2), (5, 2), (5, 1, 2), (5, 2, 1), (5, 1, 1, 2)])
def test_affine_takes_one_sample_a_batch_or_more_dimensions(shape):
    layer = nn.Affine.from_arrays(W, B)
    x = Tensor(np.random.default_rng(0).standard_normal(shape))
    rows = x.data.reshape(-1, 2)
    y = layer(x)
    assert y.shape == ((3,) if shape == (2,) else (len(rows), 3))
    np.testing.assert_array_equal(y.data.reshape(-1, 3), rows @ W + B)
    g = np.random.default_rng(1).standard_normal(y.shape)
    y.backward(g)
    assert x.grad.shape == shape
    np.testing.assert_array_equal(x.grad, (g.reshape(-1, 3) @ W.T).reshape(shape))
    np.testing.assert_array_equal(layer.W.grad, rows.T @ g.reshape(-1, 3))
    np.testing.assert_allclose(layer.b.grad, g.reshape(-1, 3).sum(axis=0), rtol=1e-15, atol=1e-15)


def test_affine_flattens_images_and_gives_their_gradient_back_as_images():
    layer = nn.Affine(28 * 28, 50, dtype=float, rng=0)
    x = Tensor(np.ones((10, 1, 28, 28)))
    y = layer(x)
    assert y.shape == (10, 50)
    y.sum().backward()
    assert x.grad.shape == (10, 1, 28, 28)
    np.testing.assert_allclose(x.grad[0, 0].ravel(), layer.W.data.sum(axis=1), rtol=1e-12)


# ── softmax with loss, section 5.6.3 ──────────────────────────────────────────────────────────
LOGITS = np.array([[0.3, 2.9, 4.0], [0.1, -1.0, 2.0]])


@pytest.mark.parametrize("labels", [np.array([2, 0]), np.array([[0, 0, 1], [1, 0, 0]])])
@pytest.mark.parametrize("incoming", [1.0, -3.0])
def test_softmax_with_loss_takes_its_incoming_gradient_into_account(labels, incoming):
    x = Tensor(LOGITS)
    loss = nn.SoftmaxWithLoss()(x, labels)
    (loss * incoming).backward()
    y = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)
    t = np.array([[0, 0, 1], [1, 0, 0]])
    assert loss.item() == pytest.approx(-np.log(y[[0, 1], [2, 0]]).mean(), rel=1e-14)
    np.testing.assert_allclose(x.grad, incoming * (y - t) / 2, rtol=1e-13)


def test_softmax_with_loss_of_one_sample_and_of_huge_logits():
    x = Tensor(LOGITS[0])
    loss = nn.SoftmaxWithLoss()(x, 2)
    loss.backward()
    y = np.exp(LOGITS[0]) / np.exp(LOGITS[0]).sum()
    np.testing.assert_allclose(x.grad, y - [0, 0, 1], rtol=1e-13)
    huge = Tensor([1000.0, 0.0, -1000.0])
    loss = nn.SoftmaxWithLoss()(huge, 1)
    loss.backward()
    assert loss.item() == 1000.0
    assert huge.grad.tolist() == [1.0, -1.0, 0.0]


# ── the sign of the update ────────────────────────────────────────────────────────────────────
def test_parameters_move_against_the_gradient():
    w, x, target = Tensor(0.5), 2.0, 3.0

    def loss():
        return (w * x - target) ** 2

    before = loss()
    before.backward()
    w.data -= 0.1 * w.grad
    assert loss().item() < before.item()
    w.data += 0.2 * w.grad  # from where it was, the other way
    assert loss().item() > before.item()
