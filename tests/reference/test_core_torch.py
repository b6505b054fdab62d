"""The published conventions at kinks and limits, where PyTorch has the same ones."""

import numpy as np
import pytest

from autograd_core import Tensor, log_softmax, logsumexp, relu, sigmoid, softmax

pytestmark = pytest.mark.reference

INF = np.inf
CASES = {
    "abs at 0": (np.abs, lambda torch, x: torch.abs(x), [0.0, -2.0]),
    "relu at 0": (relu, lambda torch, x: torch.relu(x), [0.0, -1.0, 2.0]),
    "maximum, tie": (
        lambda x: np.maximum(x, np.ones(3)),
        lambda torch, x: torch.maximum(x, torch.ones(3, dtype=x.dtype)),
        [1.0, 0.0, 2.0],
    ),
    "minimum, tie": (
        lambda x: np.minimum(x, np.ones(3)),
        lambda torch, x: torch.minimum(x, torch.ones(3, dtype=x.dtype)),
        [1.0, 0.0, 2.0],
    ),
    "max, ties": (np.max, lambda torch, x: torch.amax(x), [3.0, 1.0, 3.0]),
    "min, ties": (np.min, lambda torch, x: torch.amin(x), [3.0, 1.0, 1.0]),
    "clip at its bounds": (
        lambda x: np.clip(x, 0, 1),
        lambda torch, x: torch.clamp(x, 0, 1),
        [0.0, 1.0, 0.5, -1.0, 2.0],
    ),
    "x**0 at 0": (lambda x: x**0, lambda torch, x: x**0, [0.0, 2.0]),
    "x**1 and x**2 at 0": (lambda x: x**1 + x**2, lambda torch, x: x**1 + x**2, [0.0]),
    "0**y": (lambda y: 0.0**y, lambda torch, y: torch.tensor(0.0, dtype=y.dtype) ** y, [2.0, 0.5]),
    "prod, one zero": (np.prod, lambda torch, x: torch.prod(x), [2.0, 0.0, 3.0]),
    "prod, two zeros": (np.prod, lambda torch, x: torch.prod(x), [2.0, 0.0, 0.0]),
    "std of equal values": (np.std, lambda torch, x: torch.std(x, correction=0), [2.0, 2.0]),
    "sign": (np.sign, lambda torch, x: torch.sign(x), [0.0, 2.0]),
    "mod": (lambda x: x % 2, lambda torch, x: x % 2, [0.5, -0.5, 3.5]),
    "logsumexp, -inf": (logsumexp, lambda torch, x: torch.logsumexp(x, 0), [0.0, -INF, 1.0]),
    "log_softmax, -inf": (
        lambda x: log_softmax(x)[::2],
        lambda torch, x: torch.log_softmax(x, 0)[[0, 2]],
        [0.0, -INF, 1.0],
    ),
    "softmax, huge": (softmax, lambda torch, x: torch.softmax(x, 0), [1000.0, 999.0, -1000.0]),
    "sigmoid, huge": (sigmoid, lambda torch, x: torch.sigmoid(x), [1000.0, -1000.0, 3.0]),
}


@pytest.mark.parametrize(("ours", "theirs", "x"), CASES.values(), ids=CASES)
def test_convention(ours, theirs, x):
    import torch

    a = Tensor(x)
    b = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    y, z = ours(a), theirs(torch, b)
    g = np.arange(1.0, 1 + z.numel()).reshape(z.shape)
    y.backward(g)
    z.backward(torch.from_numpy(g))
    np.testing.assert_allclose(y.data, z.detach().numpy(), rtol=1e-14)
    np.testing.assert_allclose(a.grad, b.grad.numpy(), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("x", [[2.0, 0.0, 3.0], [2.0, 0.0, 0.0], [1.0, 2.0, 3.0]])
def test_second_derivatives_of_prod(x):
    import torch

    from autograd_core import grad

    rows = [grad(lambda v, i=i: grad(np.prod)(v)[i])(np.array(x)) for i in range(3)]
    expected = torch.autograd.functional.hessian(torch.prod, torch.tensor(x, dtype=torch.float64))
    np.testing.assert_allclose(rows, expected.numpy(), rtol=1e-13)


def test_two_backward_passes_add_as_in_pytorch():
    import torch

    a, b = Tensor([1.0, 2.0]), torch.tensor([1.0, 2.0], requires_grad=True)
    for _ in range(3):
        (a * a).sum().backward()
        (b * b).sum().backward()
    np.testing.assert_array_equal(a.grad, b.grad.numpy())
