"""The record of a training run."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from nn.plot import learning_curves

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass
class History:
    """What happened in training: the loss of every step, and accuracies after some of the steps.

    `losses[i]` is the loss of step i + 1 on its own batch, before the step was made.
    `train_accuracy[k]` and `test_accuracy[k]` were measured after `steps[k]` steps on the whole of
    either set; the first, at 0 steps, before any learning.  `stopped` says why the run ended early,
    or is None.

    >>> history = History(losses=[2.3, 1.9], steps=[0, 2], train_accuracy=[0.1, 0.4])
    >>> history
    <History of 2 steps, loss 1.9000, train accuracy 0.4000>
    >>> History.from_dict(history.to_dict()) == history
    True
    """

    losses: list[float] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)
    stopped: str | None = None

    def plot(self, path: str | os.PathLike[str] | None = None) -> Figure:
        """The learning curves as a matplotlib figure, saved where a path is given.

        Raises `MissingExtraError` without matplotlib, which the extra `train` brings.
        """
        curves = {"train": self.train_accuracy, "test": self.test_accuracy}
        return learning_curves(
            {"loss": self.losses},
            {name: (self.steps, values) for name, values in curves.items() if values},
            path,
        )

    def to_dict(self) -> dict[str, Any]:
        """The record as lists, numbers and text, which JSON can hold."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> History:
        """The record that `to_dict` gave."""
        return cls(**record)

    def __repr__(self) -> str:
        parts = [f"{len(self.losses)} steps"]
        if self.losses:
            parts.append(f"loss {self.losses[-1]:.4f}")
        for name, values in (("train", self.train_accuracy), ("test", self.test_accuracy)):
            if values:
                parts.append(f"{name} accuracy {values[-1]:.4f}")
        if self.stopped:
            parts.append(self.stopped)
        return f"<History of {', '.join(parts)}>"
