"""Pictures: what is drawn, that files are made, and that matplotlib stays optional."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from autograd_core.errors import MissingExtraError
from nn import History
from nn.plot import activation_histograms, descent_paths, learning_curves

HISTORY = History(
    losses=[2.0, 1.0, 0.5, 0.25], steps=[0, 2, 4], train_accuracy=[0.1, 0.5, 0.9],
    test_accuracy=[0.2, 0.4, 0.8],
)  # fmt: skip


def texts(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_a_history_plots_its_loss_and_its_accuracies():
    loss, accuracy = HISTORY.plot().axes
    assert loss.lines[0].get_xydata().tolist() == [[1, 2], [2, 1], [3, 0.5], [4, 0.25]]
    assert [line.get_xydata().tolist() for line in accuracy.lines] == [
        [[0, 0.1], [2, 0.5], [4, 0.9]],
        [[0, 0.2], [2, 0.4], [4, 0.8]],
    ]
    assert texts(accuracy) == ["train: 0.900", "test: 0.800"]


@pytest.mark.parametrize(
    "history", [History(), History(losses=[1.0]), History(losses=[-1.0, 2.0]), HISTORY]
)
def test_any_history_can_be_drawn(tmp_path, history):
    history.plot(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_several_runs_in_one_picture():
    figure = learning_curves({"SGD": np.linspace(2, 1, 200).tolist(), "Adam": [1.0, 0.5]})
    (axes,) = figure.axes
    assert texts(axes) == ["SGD", "Adam"]


def test_the_average_is_that_of_a_window_in_the_middle_and_of_what_there_is_at_the_ends():
    losses = np.random.default_rng(0).random(100).tolist()
    (axes,) = learning_curves({"loss": losses}).axes
    smooth = axes.lines[1].get_ydata()
    assert smooth[0] == pytest.approx(np.mean(losses[:2]))
    assert smooth[50] == pytest.approx(np.mean(losses[49:52]))
    assert smooth[-1] == pytest.approx(np.mean(losses[-2:]))


def test_paths_over_contours(tmp_path):
    points = np.array([[-7.0, 2.0], [-3.0, 1.0], [0.5, 0.5]])
    figure = descent_paths(
        lambda x, y: x**2 / 20 + (y - 1) ** 2,
        {"SGD": points, "Adam": points[:1], "AdaGrad": points.tolist()},
        tmp_path / "a.svg",
    )
    assert [axes.get_title() for axes in figure.axes] == ["SGD", "Adam", "AdaGrad"]
    lowest, path, start, end = figure.axes[0].lines
    np.testing.assert_allclose(lowest.get_xydata(), [[0, 1]], atol=1e-12)
    np.testing.assert_array_equal(path.get_xydata(), points)
    assert start.get_xydata().tolist() == [[-7, 2]]
    assert end.get_xydata().tolist() == [[0.5, 0.5]]
    assert ET.parse(tmp_path / "a.svg").getroot().tag == "{http://www.w3.org/2000/svg}svg"


def test_histograms_share_their_axes_and_show_shares():
    figure = activation_histograms(
        {"layer 1": np.arange(10.0).reshape(2, 5), "layer 2": [4.0, 6.0]}
    )
    first, second = figure.axes
    assert first.get_xlim() == second.get_xlim()
    assert first.get_title() == "layer 1\nmean 4.50  std 2.87"
    for axes in figure.axes:
        assert sum(bar.get_height() for bar in axes.patches) == pytest.approx(1)


def test_the_same_picture_is_the_same_svg(tmp_path):
    for name in ("a.svg", "b.svg"):
        HISTORY.plot(tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(
        MissingExtraError, match=r"matplotlib is not installed.*autograd-core\[train\]"
    ):
        HISTORY.plot()


def test_nothing_is_imported_before_it_is_needed_and_pyplot_never():
    code = """if True:
        import sys, nn
        assert not {"matplotlib", "rich", "pooch"} & sys.modules.keys()
        nn.History(losses=[1.0]).plot()
        assert "matplotlib" in sys.modules and "matplotlib.pyplot" not in sys.modules
    """
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
