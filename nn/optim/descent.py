"""Gradient descent, alone and with two forms of momentum."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from autograd_core import Tensor
from nn.optim.base import Array, Optimizer


class SGD(Optimizer):
    """Gradient descent: p ← p - ηg.

    With gradients of random batches it is *stochastic* gradient descent.  Equals `torch.optim.SGD`.
    Source: the book, section 6.1.2.

    >>> w = Tensor([1.0, 2.0])
    >>> optimizer = SGD([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w.data
    array([0.8, 1.6])
    """

    def __init__(
        self, params: Iterable[Tensor], lr: float = 0.01, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, lr, weight_decay)

    def update(self, p: Array, g: Array, t: int, state: Sequence[Array], work: Array) -> None:
        p -= np.multiply(g, self.lr, out=work)


class Momentum(SGD):
    """Gradient descent with momentum: v ← μv + g, p ← p - ηv.

    Equals `torch.optim.SGD(momentum=μ)`.  The book (section 6.1.4) writes v ← μv - ηg, p ← p + v:
    the same path as long as the rate is constant, with its v being -η times this one.  The form
    here lets a new rate act at once on the whole velocity.
    Source: B. T. Polyak, *Some methods of speeding up the convergence of iteration methods*, 1964.

    >>> w = Tensor(1.0)
    >>> optimizer = Momentum([w], lr=0.1, momentum=0.5)
    >>> w.grad = np.array(1.0)
    >>> for _ in range(2):
    ...     optimizer.step()
    >>> w.item()
    0.75
    """

    buffers = ("velocity",)
    options = ("lr", "weight_decay", "momentum")

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 0.01,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr, weight_decay)
        self.momentum = self._number("momentum", momentum, below=1)

    def update(self, p: Array, g: Array, t: int, state: Sequence[Array], work: Array) -> None:
        (v,) = state
        v *= self.momentum
        v += g
        p -= np.multiply(v, self.lr, out=work)


class Nesterov(Momentum):
    """Momentum that looks ahead: v ← μv + g, p ← p - η(g + μv).

    Equals `torch.optim.SGD(momentum=μ, nesterov=True)`.  The gradient is taken at p itself, which
    stands for the point that Nesterov's method looks ahead to.
    Source: I. Sutskever, J. Martens, G. Dahl, G. Hinton, *On the importance of initialization and
    momentum in deep learning*, 2013, in the form of Y. Bengio, N. Boulanger-Lewandowski,
    R. Pascanu, *Advances in optimizing recurrent networks*, 2013.
    """

    def update(self, p: Array, g: Array, t: int, state: Sequence[Array], work: Array) -> None:
        (v,) = state
        v *= self.momentum
        v += g
        np.multiply(v, self.momentum, out=work)
        work += g
        work *= self.lr
        p -= work
