"""Losses: values and gradients by their formulas, every form of target, and what is refused."""

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
    softmax,
)

RNG = np.random.default_rng(0)
LOGITS = RNG.standard_normal((4, 5))
LABELS = np.array([3, 0, 4, 3])
ONE_HOT = np.eye(5)[LABELS]
SOFT = RNG.dirichlet(np.ones(5), size=4)


def cross_entropy(x, t):
    """The loss and its gradient for x, number by number: -Σ t log y / n and (y - t) / n."""
    n, total, gradient = len(x), 0.0, []
    for row, target in zip(x, t, strict=True):
        powers = [math.exp(v) for v in row]
        y = [p / math.fsum(powers) for p in powers]
        total -= math.fsum(b * math.log(a) for a, b in zip(y, target, strict=True))
        gradient.append([(a - b) / n for a, b in zip(y, target, strict=True)])
    return total / n, np.array(gradient)


def backward(x, t, loss=None, g=None):
    """The loss and the gradient of its first argument."""
    x = Tensor(np.array(x))
    value = (loss or nn.SoftmaxWithLoss())(x, t)
    value.backward(g)
    return value.item(), x.grad


# ── softmax with loss ─────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("t", "rows"),
    [
        (LABELS, ONE_HOT),
        (LABELS.tolist(), ONE_HOT),
        (LABELS.astype(np.uint8), ONE_HOT),
        (Tensor(LABELS), ONE_HOT),
        (ONE_HOT, ONE_HOT),
        (ONE_HOT.astype(int), ONE_HOT),
        (ONE_HOT.astype(bool), ONE_HOT),
        (ONE_HOT.astype(int).tolist(), ONE_HOT),
        (SOFT, SOFT),
        (Tensor(SOFT, requires_grad=False), SOFT),
    ],
)
def test_cross_entropy_of_a_batch(t, rows):
    value, dx = backward(LOGITS, t)
    expected, gradient = cross_entropy(LOGITS, rows)
    assert value == pytest.approx(expected, rel=1e-14)
    np.testing.assert_allclose(dx, gradient, rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize("t", [3, np.int64(3), np.array(3), Tensor(np.array(3)), ONE_HOT[0]])
def test_cross_entropy_of_one_sample(t):
    value, dx = backward(LOGITS[0], t)
    expected, gradient = cross_entropy(LOGITS[:1], ONE_HOT[:1])
    assert value == pytest.approx(expected, rel=1e-14)
    assert dx.shape == (5,)
    np.testing.assert_allclose(dx, gradient[0], rtol=1e-13, atol=1e-16)


def test_the_incoming_gradient_counts():
    _, once = backward(LOGITS, LABELS)
    _, scaled = backward(LOGITS, LABELS, g=-2.5)
    np.testing.assert_allclose(scaled, -2.5 * once, rtol=1e-15)
    x = Tensor(LOGITS)
    loss = nn.SoftmaxWithLoss()
    (3 * loss(x, LABELS) + loss(x, LABELS) ** 2).backward()
    value = loss(LOGITS, LABELS).item()
    np.testing.assert_allclose(x.grad, (3 + 2 * value) * once, rtol=1e-13)


def test_logits_of_any_size():
    value, dx = backward([[1000.0, 0.0, -1000.0], [0.0, 1000.0, 1000.0]], [2, 1])
    assert value == pytest.approx((2000 + math.log(2)) / 2, rel=1e-15)
    np.testing.assert_allclose(dx, [[0.5, 0, -0.5], [0, -0.25, 0.25]], atol=1e-16)


def test_an_impossible_class():
    value, dx = backward([[0.0, 0.0, -np.inf]], [0])
    assert value == pytest.approx(math.log(2), rel=1e-15)
    assert dx.tolist() == [[-0.5, 0.5, 0.0]]
    value, dx = backward([[0.0, 0.0, -np.inf]], [[0.5, 0.5, 0.0]])
    assert value == pytest.approx(math.log(2), rel=1e-15)
    assert dx.tolist() == [[0.0, 0.0, 0.0]]
    value, dx = backward([[0.0, 0.0, -np.inf]], [2])
    assert value == math.inf
    assert dx.tolist() == [[0.5, 0.5, -1.0]]


def test_targets_that_need_a_gradient():
    x, t = Tensor(LOGITS), Tensor(SOFT)
    nn.SoftmaxWithLoss()(x, t).backward()
    log_y = [[v - math.log(sum(map(math.exp, row))) for v in row] for row in LOGITS]
    np.testing.assert_allclose(t.grad, -np.array(log_y) / 4, rtol=1e-13)
    np.testing.assert_allclose(x.grad, cross_entropy(LOGITS, SOFT)[1], rtol=1e-12, atol=1e-16)


def test_rows_that_do_not_sum_to_1_by_differences():
    t = RNG.standard_normal((4, 5))
    loss = nn.SoftmaxWithLoss()
    assert check_gradients(loss, LOGITS, t).ok


def test_cross_entropy_is_its_definition():
    loss = nn.SoftmaxWithLoss()
    fused, dx = backward(LOGITS, SOFT)
    with expanded():
        defined, expected = backward(LOGITS, SOFT)
        names = loss(Tensor(LOGITS), SOFT).creator.primitive.name
    assert fused == pytest.approx(defined, rel=1e-14)
    np.testing.assert_allclose(dx, expected, rtol=1e-12, atol=1e-16)
    assert names == "divide"


def test_the_second_derivative_of_cross_entropy():
    # For one sample the Hessian is diag(y) - y yᵀ.
    x, loss = LOGITS[0], nn.SoftmaxWithLoss()
    y = softmax(x)
    v = np.arange(5.0)
    product = grad(lambda x: np.sum(v * grad(loss)(x, 2)))(x)
    np.testing.assert_allclose(product, y * v - y * np.sum(y * v), rtol=1e-13)


@pytest.mark.parametrize(
    ("loss", "t"),
    [
        (nn.SoftmaxWithLoss(), LABELS),
        (nn.SoftmaxWithLoss(), SOFT),
        (nn.MeanSquaredError(), SOFT),
        (nn.MeanSquaredError(), SOFT.tolist()),
    ],
)
def test_losses_of_float32_are_float32(loss, t):
    x = Tensor(LOGITS.astype(np.float32))
    value = loss(x, t)
    value.backward()
    assert value.dtype == x.grad.dtype == np.float32


def test_inputs_are_left_as_they_were():
    x, t, labels = LOGITS.copy(), SOFT.copy(), LABELS.copy()
    for array in (x, t, labels):
        array.flags.writeable = False
    for loss, target in (
        (nn.SoftmaxWithLoss(), t),
        (nn.SoftmaxWithLoss(), labels),
        (nn.MeanSquaredError(), t),
    ):
        variable = Tensor(x)
        loss(variable, target).backward()
        assert (variable.data == LOGITS).all()


def test_an_empty_batch_has_the_loss_0():
    value, dx = backward(np.zeros((0, 5)), np.zeros(0, int))
    assert value == 0
    assert dx.shape == (0, 5)
    value, dy = backward(np.zeros((0, 1)), np.zeros((0, 1)), nn.MeanSquaredError())
    assert value == 0
    assert dy.shape == (0, 1)


@pytest.mark.parametrize(
    ("x", "t", "error", "text"),
    [
        (
            LOGITS, [0, 1, 2], ShapeError,
            r"softmax_with_loss: the logits are \(4, 5\) and the targets \(3,\); pass class indi",
        ),
        (LOGITS, LABELS[:, None], ShapeError, r"indices of shape \(4,\) or rows of shape \(4, 5\)"),
        (LOGITS, ONE_HOT[:, :4], ShapeError, r"the targets \(4, 4\); pass class indices of shape"),
        (LOGITS[0], [1], ShapeError, r"the logits are \(5,\) and the targets \(1,\); pass class i"),
        (
            LOGITS[None], LABELS, ShapeError,
            r"the logits are \(1, 4, 5\); pass \(classes,\) or \(batch, classes\)",
        ),
        (1.0, 0, ShapeError, r"the logits are \(\); pass \(classes,\)"),
        (
            LOGITS, LABELS.astype(float), DTypeError,
            r"softmax_with_loss: class indices of dtype float64 must be integers\. Use t\.astype",
        ),
        (LOGITS[:2], [True, False], DTypeError, "class indices of dtype bool must be integers"),
        (
            LOGITS, [0, 1, 5, 2], ValueError,
            r"softmax_with_loss: a class index is outside of 0 … 4: the labels reach from 0 to 5",
        ),
        (LOGITS, [0, -1, 4, 2], ValueError, r"the labels reach from -1 to 4"),
        (LOGITS[0], 5, ValueError, r"the labels reach from 5 to 5"),
    ],
)  # fmt: skip
def test_targets_that_do_not_fit(x, t, error, text):
    with pytest.raises(error, match=text):
        nn.SoftmaxWithLoss()(x, t)


# ── mean squared error ────────────────────────────────────────────────────────────────────────
def test_mean_squared_error():
    y, t = Tensor([[1.0, 2.0], [3.0, 5.0]]), Tensor([[0.0, 2.0], [5.0, 1.0]])
    loss = nn.MeanSquaredError()(y, t)
    loss.backward(10.0)
    assert loss.item() == 5.25
    assert y.grad.tolist() == [[5.0, 0.0], [-10.0, 20.0]]
    assert t.grad.tolist() == [[-5.0, 0.0], [10.0, -20.0]]


def test_mean_squared_error_of_numbers():
    y = Tensor(2.0)
    loss = nn.MeanSquaredError()(y, 5)
    loss.backward()
    assert (loss.item(), y.grad.item()) == (9.0, -6.0)


def test_mean_squared_error_is_its_definition():
    fused = backward(LOGITS, SOFT, nn.MeanSquaredError())
    with expanded():
        defined = backward(LOGITS, SOFT, nn.MeanSquaredError())
    assert fused[0] == defined[0]
    np.testing.assert_allclose(fused[1], defined[1], rtol=1e-15)
    assert check_gradients(nn.MeanSquaredError(), LOGITS, SOFT).ok


@pytest.mark.parametrize(
    ("y", "t"), [((4, 1), (4,)), ((4,), (4, 1)), ((4,), ()), ((4, 2), (2,)), ((4,), (3,))]
)
def test_shapes_that_would_broadcast(y, t):
    with pytest.raises(ShapeError) as caught:
        nn.MeanSquaredError()(np.zeros(y), np.zeros(t))
    hint = f"\n  Did you mean t.reshape({y})?" if math.prod(y) == math.prod(t) else ""
    assert str(caught.value) == (
        f"mean_squared_error: y is {y} and t is {t}; they must be equal, or they would broadcast."
        f"{hint}"
    )


@pytest.mark.parametrize("loss", [nn.SoftmaxWithLoss(), nn.MeanSquaredError()])
def test_predictions_that_are_no_numbers(loss):
    with pytest.raises(DTypeError, match=r"\['a', 'b'\] of dtype <U1 is not an array of numbers"):
        loss(["a", "b"], [1.0, 2.0])
