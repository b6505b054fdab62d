"""Pictures of training: learning curves, paths of descent, histograms of activations.

Every function returns a `matplotlib.figure.Figure`, and saves it where a path is given, as PNG, SVG
or PDF by the ending of the name.  matplotlib (the extra `train`) is imported by the first call, and
without it each function raises `MissingExtraError`.  The global state of `pyplot` is not touched,
so no window system is needed.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd_core.errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["activation_histograms", "descent_paths", "learning_curves"]

FilePath = str | os.PathLike[str]
Curve = tuple[Sequence[int], Sequence[float]]

# Okabe and Ito's colours, which stay apart for colour-blind readers and in print.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
INK, FAINT = "#333333", "#dddddd"


def learning_curves(
    losses: Mapping[str, Sequence[float]],
    accuracies: Mapping[str, Curve] | None = None,
    path: FilePath | None = None,
) -> Figure:
    """The loss of every step and, beside it, the accuracies that were measured after some steps.

    `losses` maps a name to the losses of all steps: drawn faintly, under their moving average over
    a fiftieth of the run.  `accuracies` maps a name to the steps and the values there.  Several
    runs in one picture are several names:

        learning_curves({"SGD": first.losses, "Adam": second.losses}, path="optimisers.png")
    """
    figure = _figure(10.0 if accuracies else 5.6, 3.6)
    axes = figure.add_subplot(1, 2 if accuracies else 1, 1)
    _draw_losses(axes, losses)
    _finish(axes, "loss", xlabel="step", legend=len(losses) > 1)
    if accuracies:
        axes = figure.add_subplot(1, 2, 2)
        _draw_accuracies(axes, accuracies)
        _finish(axes, "accuracy", xlabel="step", legend=True)
    return _saved(figure, path)


def descent_paths(
    f: Callable[[Any, Any], Any],
    paths: Mapping[str, ArrayLike],
    path: FilePath | None = None,
    *,
    xlim: tuple[float, float] = (-10.0, 10.0),
    ylim: tuple[float, float] = (-5.0, 5.0),
) -> Figure:
    """The paths of optimisers over the contours of a function of two variables, a panel for each.

    `f(x, y)` takes arrays of one shape.  Each of `paths` is an array (n, 2) of the points visited,
    drawn from the open circle to the filled one; a cross marks the lowest point in sight.
    """
    columns = min(2, len(paths))
    rows = math.ceil(len(paths) / columns)
    figure = _figure(4.6 * columns, 3.1 * rows)
    x, y = np.meshgrid(np.linspace(*xlim, 201), np.linspace(*ylim, 201))
    z = np.asarray(f(x, y))
    levels = z.min() + np.ptp(z) * np.linspace(0, 1, 13)[1:] ** 2  # denser towards the minimum
    for i, (name, points) in enumerate(paths.items()):
        axes = figure.add_subplot(rows, columns, i + 1, xlim=xlim, ylim=ylim)
        axes.contour(x, y, z, levels, colors="#bbbbbb", linewidths=0.7)
        axes.plot(x.flat[z.argmin()], y.flat[z.argmin()], "+", color=INK, markersize=11)
        visited = np.asarray(points)
        axes.plot(*visited.T, "o-", color=COLOURS[i % len(COLOURS)], markersize=3, linewidth=1.2)
        axes.plot(*visited[0], "o", color=INK, markersize=6, markerfacecolor="white")
        axes.plot(*visited[-1], "o", color=INK, markersize=5)
        _finish(axes, name, xlabel="x", ylabel="y", grid=False)
    return _saved(figure, path)


def activation_histograms(
    activations: Mapping[str, ArrayLike], path: FilePath | None = None, *, bins: int = 30
) -> Figure:
    """How the values of each layer are distributed, with their mean and standard deviation.

    `activations` maps a layer's name to an array of any shape; all panels have the same axes, and a
    bar's height is the share of the layer's values that it holds.
    """
    values = {name: np.asarray(array).ravel() for name, array in activations.items()}
    limits = (min(v.min() for v in values.values()), max(v.max() for v in values.values()))
    figure = _figure(2.3 * len(values), 2.7)
    first: Axes | None = None
    for i, (name, v) in enumerate(values.items()):
        axes = figure.add_subplot(1, len(values), i + 1, sharex=first, sharey=first)
        axes.hist(v, bins, range=limits, weights=np.full(v.size, 1 / v.size), color=COLOURS[0])
        axes.tick_params(labelleft=first is None)
        _finish(axes, f"{name}\nmean {v.mean():.2f}  std {v.std():.3g}")
        first = first or axes
    return _saved(figure, path)


def _draw_losses(axes: Axes, losses: Mapping[str, Sequence[float]]) -> None:
    for i, (name, values) in enumerate(losses.items()):
        colour = COLOURS[i % len(COLOURS)]
        steps = np.arange(1, len(values) + 1)
        axes.plot(steps, values, color=colour, alpha=0.3, linewidth=0.7)
        axes.plot(steps, _moving_average(values), color=colour, linewidth=1.8, label=name)
    if all(min(values, default=0) >= 0 for values in losses.values()):
        axes.set_ylim(bottom=0)


def _draw_accuracies(axes: Axes, accuracies: Mapping[str, Curve]) -> None:
    for i, (name, (steps, values)) in enumerate(accuracies.items()):
        label = f"{name}: {values[-1]:.3f}" if values else name
        colour = COLOURS[i % len(COLOURS)]
        line = "o-" if i == 0 else "o--"  # train and test often lie on each other
        axes.plot(steps, values, line, color=colour, markersize=3.5, linewidth=1.8, label=label)
    axes.set_ylim(0, 1.02)


def _moving_average(values: Sequence[float]) -> NDArray[np.float64]:
    """The mean over a centred window of a fiftieth of the values; at the ends, of what is there."""
    if not values:
        return np.empty(0)
    window = np.ones(len(values) // 50 | 1)
    total: NDArray[np.float64] = np.convolve(values, window, "same")
    return total / np.convolve(np.ones(len(values)), window, "same")


def _figure(width: float, height: float) -> Figure:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(
            "plot: matplotlib is not installed. Install it with: pip install 'autograd-core[train]'"
        ) from error
    return Figure((width, height), dpi=150, layout="constrained")


def _finish(
    axes: Axes,
    title: str,
    *,
    xlabel: str = "",
    ylabel: str = "",
    grid: bool = True,
    legend: bool = False,
) -> None:
    axes.set_title(title, fontsize=11, color=INK)
    axes.set_xlabel(xlabel, color=INK)
    axes.set_ylabel(ylabel, color=INK)
    axes.tick_params(colors=INK, labelsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(INK)
    axes.set_axisbelow(True)
    if grid:
        axes.grid(color=FAINT, linewidth=0.6)
    if legend:
        axes.legend(frameon=False, fontsize=9)


def _saved(figure: Figure, path: FilePath | None) -> Figure:
    if path is not None:
        from matplotlib import rc_context

        # Without a salt and with its date, the same picture would be another SVG in every run.
        svg = os.fspath(path).endswith(".svg")
        with rc_context({"svg.hashsalt": "nn"}):
            figure.savefig(path, metadata={"Date": None} if svg else None)
    return figure
