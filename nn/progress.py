"""What a training run shows: a line for each epoch and, on a terminal, a bar that moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from autograd_core.errors import MissingExtraError
from nn.history import History

REFRESH = 0.1  # seconds between two states of the bar: drawing one takes as long as a small step


class Reporter:
    """Tells of a growing history: `show` prints a line, `draw` moves the bar and sets its text."""

    def __init__(
        self,
        total: int,
        show: Callable[[str], Any],
        draw: Callable[[int, str], Any] | None = None,
    ) -> None:
        self._total, self._show, self._draw = total, show, draw
        self._begin(0)

    def _begin(self, step: int) -> None:
        self._first = step
        self._started = self._drawn = self._now = perf_counter()

    def step(self, history: History) -> None:
        """A step was made."""
        self._now = perf_counter()
        if self._draw and self._now - self._drawn > REFRESH:
            self._drawn = self._now
            self._draw(len(history.losses), self._text(history, history.losses[-1:]))

    def epoch(self, number: int, history: History) -> None:
        """An epoch ended and was measured; number 0 is the state before learning."""
        done = len(history.losses)
        text = self._text(history, history.losses[self._first :])
        self._show(f"epoch {number:>3}  step {done:>{len(str(self._total))}}  {text}")
        if self._draw:
            self._draw(done, text)
        self._begin(done)

    def stopped(self, history: History) -> None:
        """The run ended early."""
        self._show(f"stopped: {history.stopped}")

    def _text(self, history: History, losses: Sequence[float]) -> str:
        parts = [f"loss {sum(losses) / len(losses):7.4f}" if losses else "loss       -"]
        for name, values in (("train", history.train_accuracy), ("test", history.test_accuracy)):
            if values:
                parts.append(f"{name} {values[-1]:.4f}")
        if losses:
            # Up to the last step: the time that measuring takes is no part of it.
            rate = (len(history.losses) - self._first) / (self._now - self._started)
            parts.append(f"{rate:,.0f} steps/s")
        return "  ".join(parts)


@contextmanager
def reporter(progress: bool | None, total: int) -> Iterator[Reporter]:
    """The reporter for `fit(progress=…)` on a run of `total` steps."""
    bar = None if progress is False else _bar(required=progress is True)
    if bar is None:
        yield Reporter(total, show=_silent if progress is False else print)
        return
    with bar:
        task = bar.add_task("", total=total)
        yield Reporter(
            total,
            show=lambda line: bar.console.print(line, markup=False, highlight=False),
            draw=lambda steps, text: bar.update(task, completed=steps, description=text),
        )


def _bar(required: bool) -> Any:
    """rich's progress bar; None where there is no terminal to move it on, or no rich."""
    try:
        from rich import progress as rich
    except ImportError as error:
        if not required:
            return None
        raise MissingExtraError(
            "fit: rich, which draws the progress bar, is not installed. Install it with: "
            "pip install 'autograd-core[train]'\n  progress=None prints plain lines without it."
        ) from error
    bar = rich.Progress(
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TimeRemainingColumn(),
        rich.TextColumn("{task.description}"),
    )
    return bar if bar.console.is_terminal or bar.console.is_jupyter else None


def _silent(line: str) -> None:
    pass
