"""Optimisers that give every element its own rate, from the gradients that it has seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from autograd_core import Tensor
from nn.optim.base import Array, Optimizer


class AdaGrad(Optimizer):
    """Rates that fall with the gradients seen so far: h ← h + g², p ← p - ηg / (√h + ε).

    Equals `torch.optim.Adagrad`; with `eps=1e-7` it is the book's form (section 6.1.5).
    Source: J. Duchi, E. Hazan, Y. Singer, *Adaptive subgradient methods for online learning and
    stochastic optimization*, 2011.
    """

    buffers = ("squares",)
    options = ("lr", "weight_decay", "eps")

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 0.01,
        eps: float = 1e-10,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr, weight_decay)
        self.eps = self._number("eps", eps, zero=False)

    def update(self, p: Array, g: Array, t: int, state: Sequence[Array], work: Array) -> None:
        (h,) = state
        h += np.multiply(g, g, out=work)
        np.sqrt(h, out=work)
        work += self.eps
        np.divide(g, work, out=work)
        work *= self.lr
        p -= work


class RMSprop(Optimizer):
    """AdaGrad that forgets: h ← αh + (1 - α)g², p ← p - ηg / (√h + ε).

    Equals `torch.optim.RMSprop`.
    Source: T. Tieleman, G. Hinton, *Neural networks for machine learning*, lecture 6.5, 2012.
    """

    buffers = ("squares",)
    options = ("lr", "weight_decay", "alpha", "eps")

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 0.01,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr, weight_decay)
        self.alpha = self._number("alpha", alpha, below=1)
        self.eps = self._number("eps", eps, zero=False)

    def update(self, p: Array, g: Array, t: int, state: Sequence[Array], work: Array) -> None:
        (h,) = state
        np.multiply(g, g, out=work)
        work *= 1 - self.alpha
        h *= self.alpha
        h += work
        np.sqrt(h, out=work)
        work += self.eps
        np.divide(g, work, out=work)
        work *= self.lr
        p -= work


class Adam(Optimizer):
    """Momentum with a rate of its own for every element.

    With averages m ← β₁m + (1 - β₁)g and v ← β₂v + (1 - β₂)g², which start at 0 and are corrected
    for it after t steps:

        p ← p - η · m/(1 - β₁ᵗ) / (√(v/(1 - β₂ᵗ)) + ε)

    Equals `torch.optim.Adam`.  `eps_hat` chooses the form at the end of the paper's section 2
    instead, where both corrections are folded into the rate and `eps_hat` joins the uncorrected
    root: p ← p - η√(1 - β₂ᵗ)/(1 - β₁ᵗ) · m / (√v + ε̂).  The book's Adam (section 6.1.6) is
    `Adam(params, eps_hat=1e-7)`.
    Source: D. P. Kingma, J. Ba, *Adam: a method for stochastic optimization*, 2015.

    >>> w = Tensor([1.0, 100.0])
    >>> optimizer = Adam([w], lr=0.5)
    >>> (w * w).sum().backward()
    >>> optimizer.step()  # the first step is η in every element, whatever the gradient
    >>> w.data.round(6)
    array([ 0.5, 99.5])
    """

    buffers = ("m", "v")
    options = ("lr", "weight_decay", "betas", "eps", "eps_hat")

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        *,
        eps_hat: float | None = None,
    ) -> None:
        super().__init__(params, lr, weight_decay)
        beta1, beta2 = betas
        self.betas = (
            self._number("the first of betas", beta1, below=1),
            self._number("the second of betas", beta2, below=1),
        )
        self.eps = self._number("eps", eps, zero=False)
        self.eps_hat = None if eps_hat is None else self._number("eps_hat", eps_hat, zero=False)

    def update(self, p: Array, g: Array, t: int, state: Sequence[Array], work: Array) -> None:
        m, v = state
        beta1, beta2 = self.betas
        m *= beta1
        m += np.multiply(g, 1 - beta1, out=work)
        np.multiply(g, g, out=work)
        work *= 1 - beta2
        v *= beta2
        v += work
        # Both corrections are numbers: folded into the rate they cost no pass over an array, and
        # ε times the same root keeps the result that of the formula.
        root = (1 - beta2**t) ** 0.5
        np.sqrt(v, out=work)
        work += self.eps * root if self.eps_hat is None else self.eps_hat
        np.divide(m, work, out=work)
        work *= self.lr * root / (1 - beta1**t)
        p -= work


class AdamW(Adam):
    """Adam whose weight decay stays out of the averages: p ← (1 - ηλ)p, then Adam's step.

    Equals `torch.optim.AdamW`.
    Source: I. Loshchilov, F. Hutter, *Decoupled weight decay regularization*, 2019.
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
        *,
        eps_hat: float | None = None,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, eps_hat=eps_hat)

    def decay(self, p: Array, g: Array, work: Array) -> Array:
        """The gradient as it is; the parameter shrinks by itself."""
        if self.weight_decay:
            p *= 1 - self.lr * self.weight_decay
        return g
