"""A training step as one compiled program: forward, backward and the optimiser's update."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

import autograd_core  # its `compile` is loaded when the first step is made
from autograd_core import Tensor, unlikely
from nn.module import Module
from nn.optim import Optimizer

__all__ = ["CompiledStep"]


class CompiledStep:
    """What `loss(net(x), t).backward(); optimizer.step()` does, compiled: `step(x, t)` returns the
    loss.

    net, loss, optimizer: as for `nn.fit`.  Parameters and the optimiser's buffers are updated in
        place; `grad` stays None.  A loss that is not finite is returned and nothing is updated.
    backend: as for `autograd_core.compile`.

    It is traced again for a batch of another shape, when a module goes from training to evaluation,
    and when an option of the optimiser changes, except for its learning rate, which may change with
    every step.

    >>> import numpy as np, nn
    >>> net = nn.Sequential(nn.Affine(4, 3), nn.ReLU(), nn.Affine(3, 2))
    >>> step = nn.CompiledStep(net, nn.SoftmaxWithLoss(), nn.Adam(net.parameters(), lr=0.01))
    >>> x, t = np.ones((5, 4), np.float32), np.zeros(5, int)
    >>> losses = [step(x, t) for _ in range(30)]
    >>> losses[-1] < losses[0]
    True
    """

    def __init__(
        self,
        net: Module,
        loss: Callable[[Tensor, Any], Tensor],
        optimizer: Optimizer,
        backend: str = "auto",
    ) -> None:
        self.net, self.loss, self.optimizer = net, loss, optimizer
        learnt = set(map(id, optimizer.params))
        others = [p for _, p in net._named_tensors() if id(p) not in learnt]
        self._tensors = [*optimizer.params, *others]
        self.compiled = autograd_core.compile(
            self._step, backend=backend, donate=("params", "state")
        )

    def __call__(self, x: NDArray[Any], t: NDArray[Any]) -> float:
        optimizer = self.optimizer
        count = len(optimizer.params)
        arrays = [tensor.data for tensor in self._tensors]
        params, others = arrays[:count], arrays[count:]
        state = optimizer.buffer_arrays()
        counts = {i: float(n + 1) for i, n in enumerate(optimizer.step_counts())}
        new, buffers, value, learnt = self.compiled(
            params, state, others, optimizer.lr, counts, self._static(), x, t
        )
        olds, news = [params, *state], [new, *buffers]
        for old, array in zip(chain(*olds), chain(*news), strict=True):
            if array is not old:
                np.copyto(old, array)
        optimizer.count_steps(learnt)
        return float(value)

    def _static(self) -> str:
        """What a program depends on besides arrays."""
        optimizer = self.optimizer
        options = (repr(getattr(optimizer, name)) for name in optimizer.options if name != "lr")
        modes = (str(module.training) for _, module in self.net.named_modules())
        return " ".join([*options, *modes])

    def _step(
        self,
        params: Sequence[Any],
        state: Sequence[Sequence[Any]],
        others: Sequence[Any],
        rate: Any,
        counts: Mapping[int, Any],
        static: str,
        x: Any,
        t: Any,
    ) -> Any:
        """One step as a function of all that it reads: the new parameters, buffers, the loss, and
        which parameters had a gradient."""
        arrays = [_raw(p) for p in (*params, *others)]
        with _standing_for(self._tensors, arrays), self.optimizer.at_rate(_raw(rate)):
            result = self.loss(self.net(x), t)
            value = result.raw
            new = [_own(array) for array in arrays[: len(params)]]
            buffers = [[_own(_raw(array)) for array in row] for row in state]
            if unlikely(~np.isfinite(value)):
                return new, buffers, value, [False] * len(new)
            result.backward()
            gradients = [p._grad for p in self.optimizer.params]
            for p, g, count, row in zip(new, gradients, counts.values(), buffers, strict=True):
                if g is not None:
                    self.optimizer.move(p, g, _raw(count), row)
        return new, buffers, value, [g is not None for g in gradients]


def _raw(value: Any) -> Any:
    return value.raw if isinstance(value, Tensor) else value


def _own(array: Any) -> Any:
    """An array that may be changed: an argument of the compiled step is donated, and what stands
    for one while it is traced is left to those who have read it."""
    return array if isinstance(array, np.ndarray) else array.copy()


@contextmanager
def _standing_for(tensors: Sequence[Tensor], arrays: Sequence[Any]) -> Iterator[None]:
    """The tensors with other arrays for a while, and without gradients."""
    before = [(tensor.raw, tensor._grad) for tensor in tensors]
    try:
        for tensor, array in zip(tensors, arrays, strict=True):
            tensor.raw, tensor._grad = array, None
        yield
    finally:
        for tensor, (raw, grad) in zip(tensors, before, strict=True):
            tensor.raw, tensor._grad = raw, grad
