"""Training: the loop, and the measurement of accuracy."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from operator import index
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd_core import Tensor, no_grad
from autograd_core.errors import ShapeError
from nn.compiled import CompiledStep
from nn.data import Batch, Batches, Dataset, Seed
from nn.history import History
from nn.module import Module
from nn.optim import Optimizer
from nn.progress import Reporter, reporter

__all__ = ["accuracy", "evaluate", "fit"]

Samples = Dataset | tuple[ArrayLike, ArrayLike]
Loss = Callable[[Tensor, Any], Tensor]
Metric = Callable[[NDArray[Any], NDArray[Any]], float]


def accuracy(outputs: NDArray[Any], labels: NDArray[Any]) -> float:
    """The share of samples whose largest output stands at their label.

    `outputs` has shape (n, classes); `labels` (n,) with class indices, or (n, classes) with one-hot
    rows.  Raises `ShapeError` for other labels, and for a single output, whose place says nothing.

    >>> outputs = np.array([[0.1, 0.9], [0.8, 0.2]])
    >>> accuracy(outputs, np.array([1, 1])), accuracy(outputs, np.array([[0, 1], [1, 0]]))
    (0.5, 1.0)
    """
    one_hot = labels.ndim == 2
    indices = labels.ndim == 1 and labels.dtype.kind in "iu"
    fits = labels.shape == outputs.shape[: labels.ndim] and (one_hot or indices)
    if outputs.ndim != 2 or outputs.shape[1] < 2 or not fits:
        raise ShapeError(
            f"accuracy: outputs {outputs.shape} and labels {labels.shape} of {labels.dtype}; it "
            f"takes outputs (n, classes) of at least two classes, with class indices (n,) or "
            f"one-hot rows (n, classes).\n  For a regression pass accuracy=None to fit."
        )
    right = outputs.argmax(axis=1) == (labels.argmax(axis=1) if one_hot else labels)
    return float(right.mean())


def evaluate(
    net: Module, data: Samples, accuracy: Metric = accuracy, batch_size: int = 1000
) -> float:
    """The accuracy of a net on a dataset, or a pair of arrays: the mean over all samples.

    The net runs in eval mode, without recording, on `batch_size` samples at a time; in the end each
    of its modules is in the mode that it was in before.  `accuracy` may be any function of outputs
    and labels that gives a mean over their samples.  Raises `ShapeError` if there are no samples,
    `ValueError` for a batch size below 1.
    """
    samples = _as_dataset(data)
    if batch_size < 1:
        raise ValueError(f"evaluate: batch_size must be at least 1, not {batch_size}.")
    total = 0.0
    with no_grad(), _mode(net, training=False):
        for first in range(0, len(samples), batch_size):
            part = samples[first : first + batch_size]
            total += accuracy(net(part.images).data, part.labels) * len(part)
    return total / len(samples)


def fit(
    net: Module,
    loss: Loss,
    optimizer: Optimizer,
    train: Samples,
    test: Samples | None = None,
    *,
    epochs: int | None = None,
    steps: int | None = None,
    batch_size: int = 100,
    seed: Seed = None,
    accuracy: Metric | None = accuracy,
    progress: bool | None = None,
    on_step: Callable[[History], Any] | None = None,
    compile: bool | str = False,  # noqa: A002  the field's name for it
) -> History:
    """Train a net on random batches, and return the record of it.

    Every epoch goes once through the training samples in a fresh order.  Before learning, after
    every epoch and at the end, the accuracy on all of `train` and `test` is measured in eval mode
    and a line is printed.

    net, loss, optimizer: each step is `loss(net(x), t).backward()` and `optimizer.step()`.
    train, test: a `Dataset` or a pair of arrays `(x, t)`; `test` may be left out.
    epochs, steps: how long to train; exactly one of them.
    batch_size, seed: as in `nn.data.Batches`; the same seed gives the same batches.
    accuracy: what is measured, a function of outputs and labels; None, as for a regression, for
        nothing.
    progress: on a terminal or in a notebook, also a bar is drawn, with rich (the extra `train`);
        True insists on rich, None does without it where it is missing; False prints nothing.
    on_step: called with the history after every step, for example to set `optimizer.lr`.
    compile: whether each step is one compiled program (`nn.CompiledStep`), which leaves no
        gradients behind; or the name of its backend.

    Ctrl-C ends the run cleanly: what has been recorded is returned, `history.stopped` tells, and
    the net keeps what it has learnt.  A loss that is not finite ends it too, before that step is
    made, with a `RuntimeWarning`.  In the end the net's modules are in the modes they were in
    before.

    Raises `ValueError` unless exactly one of `epochs` and `steps` is given and above 0, and
    `MissingExtraError` for `progress=True` without rich.
    """
    data = _as_dataset(train)
    batches = Batches(data.images, data.labels, batch_size, seed=seed)
    total = _total_steps(epochs, steps, len(batches))
    with reporter(progress, total) as report, _mode(net, training=True):
        held_out = None if test is None else _as_dataset(test)
        run = _Run(net, loss, optimizer, data, held_out, batches, accuracy, report, on_step)
        if compile:
            backend = compile if isinstance(compile, str) else "auto"
            run.compiled = CompiledStep(net, loss, optimizer, backend)
        try:
            run.make_steps(total)
        except KeyboardInterrupt:
            run.history.stopped = f"interrupted after step {len(run.history.losses)}"
        if run.history.stopped:
            report.stopped(run.history)
    return run.history


@contextmanager
def _mode(net: Module, *, training: bool) -> Iterator[None]:
    """Training or evaluation for the net, and in the end for each module what it was before."""
    before = [(module, module.training) for _, module in net.named_modules()]
    net.train(training)
    try:
        yield
    finally:
        for module, mode in before:
            module.training = mode


@dataclass
class _Run:
    """A training run under way."""

    net: Module
    loss: Loss
    optimizer: Optimizer
    train: Dataset
    test: Dataset | None
    batches: Batches
    accuracy: Metric | None
    report: Reporter
    on_step: Callable[[History], Any] | None
    history: History = field(default_factory=History)
    compiled: CompiledStep | None = None

    def make_steps(self, total: int) -> None:
        self.measure()
        for x, t in islice(_epochs(self.batches), total):
            value = self.step(x, t)
            done = len(self.history.losses)
            if not math.isfinite(value):
                self.history.stopped = f"the loss was {value} in step {done + 1}"
                warnings.warn(
                    f"fit: {self.history.stopped}; the parameters are those of the step before.\n"
                    f"  A smaller learning rate, or clip_gradients, may keep it finite.",
                    RuntimeWarning,
                    stacklevel=3,
                )
                return
            self.history.losses.append(value)
            self.report.step(self.history)
            if self.on_step is not None:
                self.on_step(self.history)
            if (done + 1) % len(self.batches) == 0 or done + 1 == total:
                self.measure()

    def step(self, x: NDArray[Any], t: NDArray[Any]) -> float:
        """The loss on a batch; if it is finite, a step is made."""
        if self.compiled is not None:
            return self.compiled(x, t)
        self.optimizer.zero_grad()
        result = self.loss(self.net(x), t)
        value = float(result.item())
        if math.isfinite(value):
            result.backward()
            self.optimizer.step()
        return value

    def measure(self) -> None:
        """Note the accuracies, and report the epoch."""
        history = self.history
        if self.accuracy is not None:
            train = evaluate(self.net, self.train, self.accuracy)
            if self.test is not None:
                history.test_accuracy.append(evaluate(self.net, self.test, self.accuracy))
            history.train_accuracy.append(train)
            history.steps.append(len(history.losses))
        self.report.epoch(math.ceil(len(history.losses) / len(self.batches)), history)


def _epochs(batches: Batches) -> Iterator[Batch]:
    while True:
        yield from batches


def _total_steps(epochs: int | None, steps: int | None, per_epoch: int) -> int:
    if (epochs is None) == (steps is None):
        raise ValueError("fit: give one of epochs= and steps=, to say how long to train.")
    total = index(steps) if steps is not None else index(epochs or 0) * per_epoch
    if total < 1:
        raise ValueError(f"fit: epochs={epochs}, steps={steps} is no step at all; give at least 1.")
    return total


def _as_dataset(data: Samples) -> Dataset:
    samples = data if isinstance(data, Dataset) else Dataset(*map(np.asarray, data))
    if len(samples) == 0:
        raise ShapeError(f"{samples}: there is nothing to learn or to measure.")
    return samples
