"""The computation graphs of *Deep Learning from Scratch*, chapter 5, and its sequel, chapter 1."""

import numpy as np

import nn
from autograd_core import Tensor, relu, sigmoid
from examples.gallery.figure import figure


@figure("5.1–5.3")
def apples() -> Tensor:
    """Two apples

    Forwards the price of two apples with 10 % tax; backwards what it depends on. One apple dearer
    by 1 makes the purchase dearer by 2.2, one apple more by 110.
    """
    apple, count, tax = Tensor(100, name="apple"), Tensor(2, name="count"), Tensor(1.1, name="tax")
    apple_price = apple * count
    price = apple_price * tax
    apple_price.name, price.name = "apple_price", "price"
    price.backward()
    return price


@figure("5.4.2")
def apples_and_oranges() -> Tensor:
    """Two apples and three oranges

    Where the two prices meet, the addition hands the same derivative, 1.1, on to both.
    """
    apple, n = Tensor(100, name="apple"), Tensor(2, name="n")
    orange, m = Tensor(150, name="orange"), Tensor(3, name="m")
    tax = Tensor(1.1, name="tax")
    apple_price, orange_price = apple * n, orange * m
    total = apple_price + orange_price
    price = total * tax
    apple_price.name, orange_price.name = "apple_price", "orange_price"
    total.name, price.name = "total", "price"
    price.backward()
    return price


@figure("5.2.3")
def chain_rule() -> Tensor:
    """The chain rule: z = (x + y)²

    The square sends back 2t, here 10; the addition passes it on. So the derivative of z by x is
    2t · 1 = 2 (x + y).
    """
    x, y = Tensor(2.0, name="x"), Tensor(3.0, name="y")
    t = x + y
    z = t**2
    t.name, z.name = "t", "z"
    z.backward()
    return z


@figure("5.3.1")
def add_node() -> Tensor:
    """The add node

    What comes back goes on unchanged, to both: 1.3 and 1.3.
    """
    x, y = Tensor(10.0, name="x"), Tensor(5.0, name="y")
    z = x + y
    z.name = "z"
    z.backward(1.3)
    return z


@figure("5.3.2")
def multiply_node() -> Tensor:
    """The multiply node

    What comes back is multiplied by the other input: x receives 1.3 · 5, y receives 1.3 · 10.
    """
    x, y = Tensor(10.0, name="x"), Tensor(5.0, name="y")
    z = x * y
    z.name = "z"
    z.backward(1.3)
    return z


@figure("Volume 2, section 1.3.4")
def branch_node() -> Tensor:
    """The branch node

    One value, two readers: what they send back, 2 and 5, is added up to 7.
    """
    x = Tensor(3.0, name="x")
    y = x * 2 + x * 5
    y.name = "y"
    y.backward()
    return y


@figure("Volume 2, section 1.3.4")
def repeat_node() -> Tensor:
    """The repeat node

    Forwards every row is a copy of x; backwards the gradients of the copies are added up.
    """
    x = Tensor([1.0, 2.0], name="x")
    y = np.broadcast_to(x, (3, 2))
    y.name = "y"
    y.backward([[1.0, 0.5], [2.0, 0.5], [3.0, 0.5]])
    return y


@figure("Volume 2, section 1.3.4")
def sum_node() -> Tensor:
    """The sum node

    The mirror image of the repeat node: the gradient of the sum is copied to every row.
    """
    x = Tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], name="x")
    y = np.sum(x, axis=0)
    y.name = "y"
    y.backward([1.0, 0.5])
    return y


@figure("Volume 2, section 1.3.4")
def matmul_node() -> Tensor:
    """The matmul node

    The multiply node for matrices: x receives g · Wᵀ, W receives xᵀ · g. The shapes leave no other
    way to write it.
    """
    x = Tensor([[1.0, 2.0]], name="x")
    W = Tensor([[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]], name="W")
    y = x @ W
    y.name = "y"
    y.backward([[1.0, 0.0, -1.0]])
    return y


@figure("5.5.1")
def relu_layer() -> Tensor:
    """ReLU

    A switch: the gradient passes where x was above 0, and nowhere else.
    """
    x = Tensor([[1.0, -0.5], [-2.0, 3.0]], name="x")
    y = relu(x)
    y.name = "y"
    y.backward([[0.1, 0.2], [0.3, 0.4]])
    return y


@figure("5.5.2", depth=1)
def sigmoid_in_full() -> Tensor:
    """The sigmoid, node by node

    Four local steps back: −y², a copy, · exp(−x), · (−1). Together y² · exp(−x).
    """
    x = Tensor(1.0, name="x")
    y = sigmoid(x)
    y.name = "y"
    y.backward()
    return y


@figure("5.5.2")
def sigmoid_simplified() -> Tensor:
    """The sigmoid as one node

    The same numbers at both ends: the four steps are y · (1 − y), which needs the output alone.
    """
    x = Tensor(1.0, name="x")
    y = sigmoid(x)
    y.name = "y"
    y.backward()
    return y


@figure("5.6.1")
def affine_one_sample() -> Tensor:
    """Affine for one sample

    A vector times a matrix, plus a bias. The gradient of each has its own shape.
    """
    x = Tensor([1.0, 2.0], name="x")
    W = Tensor([[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]], name="W")
    b = Tensor([0.1, 0.2, 0.3], name="b")
    y = np.dot(x, W) + b
    y.name = "y"
    y.backward([1.0, 0.0, -1.0])
    return y


@figure("5.6.2")
def affine_batch() -> Tensor:
    """Affine for a batch

    The bias is added to every row, so its gradient is the sum over the rows.
    """
    x = Tensor([[1.0, 2.0], [3.0, 4.0]], name="x")
    W = Tensor([[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]], name="W")
    b = Tensor([0.1, 0.2, 0.3], name="b")
    y = np.dot(x, W) + b
    y.name = "y"
    y.backward([[1.0, 0.0, -1.0], [2.0, 1.0, 0.0]])
    return y


@figure("Appendix A", depth=2)
def softmax_with_loss_in_full() -> Tensor:
    """Softmax with loss, node by node

    Through nine nodes the gradient comes back as y − t, here (0.3, −0.8, 0.5).
    """
    a = Tensor(np.log([[0.3, 0.2, 0.5]]), name="a")
    t = Tensor([[0.0, 1.0, 0.0]], requires_grad=False, name="t")
    loss = nn.SoftmaxWithLoss()(a, t)
    loss.name = "loss"
    loss.backward()
    return loss


@figure("5.6.3")
def softmax_with_loss_simplified() -> Tensor:
    """Softmax with loss as one node

    The error itself flows back: the prediction (0.3, 0.2, 0.5) minus the label (0, 1, 0).
    """
    a = Tensor(np.log([[0.3, 0.2, 0.5]]), name="a")
    t = Tensor([[0.0, 1.0, 0.0]], requires_grad=False, name="t")
    loss = nn.SoftmaxWithLoss()(a, t)
    loss.name = "loss"
    loss.backward()
    return loss
