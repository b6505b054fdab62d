"""The stories in examples/: the numbers that they return, and the pictures that they draw."""

import importlib.util
import re
import runpy
import subprocess
import sys
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import numpy as np
import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
STORIES = sorted(EXAMPLES.glob("[0-9]*.py"))


@cache
def load(path):
    spec = importlib.util.spec_from_file_location(f"example_{path.stem.strip('_')}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tell(tmp_path, capsys):
    """Runs a story's main, checks its pictures, and gives what it returned and what it printed."""

    def run(name, pictures=1, **options):
        numbers = load(EXAMPLES / f"{name}.py").main(tmp_path / "new" / "folder", **options)
        printed = capsys.readouterr().out
        drawn = [Path(line) for line in re.findall(r"^picture: (.*)$", printed, re.MULTILINE)]
        assert {path.name.startswith(name[:2]) for path in drawn} == {True}
        assert sorted(drawn) == sorted((tmp_path / "new" / "folder").iterdir())
        assert len(drawn) == pictures
        assert all(map(is_picture, drawn))
        return numbers, printed

    return run


def is_picture(path):
    if path.suffix == ".svg":
        return ET.parse(path).getroot().tag == "{http://www.w3.org/2000/svg}svg"
    return path.read_bytes().startswith(b"\x89PNG")


# ── the numbers ───────────────────────────────────────────────────────────────────────────────
def test_buy_apple(tell):
    numbers, printed = tell("01_buy_apple")
    assert numbers == {
        "price": 220.00000000000003,
        "d price": 1.0,
        "d apple_price": 1.1,
        "d apple": 2.2,
        "d count": 110.00000000000001,
        "d tax": 200.0,
    }
    assert "count                        2.0   derivative 110.00000000000001\n" in printed
    assert "├─ apple_price = 200  ∂ 1.1  [×]\n│  ├─ apple = 100  ∂ 2.2" in printed


def test_buy_apple_orange(tell):
    numbers, _ = tell("02_buy_apple_orange")
    assert numbers == {
        "price": 715.0000000000001,
        "d price": 1.0,
        "d total": 1.1,
        "d apple_price": 1.1,
        "d orange_price": 1.1,
        "d apple": 2.2,
        "d apples": 110.00000000000001,
        "d orange": 3.3000000000000003,
        "d oranges": 165.0,
        "d tax": 650.0,
    }


def test_local_derivatives(tell):
    numbers, _ = tell("03_local_derivatives", pictures=3)
    assert numbers["rules"] == {
        "x * y": (3.0, 2.0),
        "x + y": (1.0, 1.0),
        "exp(x)": (np.exp(2.0),),
        "1 / x": (-0.25,),
    }
    y, gradient = numbers["relu"]
    assert y.tolist() == [[1.0, 0.0], [0.0, 3.0]]
    assert gradient.tolist() == [[1.0, 0.0], [0.0, 1.0]]
    expected = pytest.approx(np.exp(-1) / (1 + np.exp(-1)) ** 2, rel=1e-15)
    assert all(value == expected for value in numbers["sigmoid"].values())
    assert len(numbers["sigmoid"]) == 7
    assert [array.tolist() for array in numbers["far out"]] == [[0.0, 1.0], [0.0, 0.0]]


def test_gradient_descent(tell):
    numbers, printed = tell("04_gradient_descent")
    assert numbers["slope"] == 0.1999999999990898
    assert numbers["20 steps"] == pytest.approx((-0.0346, 0.0461), abs=5e-5)
    assert numbers["100 steps"] == pytest.approx((-6.1e-10, 8.1e-10), abs=5e-12)
    assert numbers["numerical"] == pytest.approx((-2.58983747e13, -1.29524862e12), rel=1e-8)
    assert numbers["exact"] == pytest.approx((-2.25e128, 3.00e128), rel=2e-3)
    assert numbers["stuck"] == pytest.approx((-2.99999994, 3.99999992), abs=5e-9)
    assert "(-2.58983747e+13, -1.29524862e+12)" in printed


def test_small_regression(tell):
    numbers, _ = tell("05_small_regression", pictures=3)
    assert numbers["slopes"] == {"y - t": -8.0, "t - y": -8.0}
    assert numbers["worst"] < 1e-9
    for run in ("descent", "momentum"):
        outputs, losses = numbers[run]
        assert np.abs(outputs - [0.3, 0.5, 1.0, 0.4]).max() < 0.02
        assert losses[-1] < losses[0] / 100
    assert 5 * len(numbers["momentum"][1]) < len(numbers["descent"][1])


def test_the_gradients_of_the_small_regression_element_by_element():
    story = load(EXAMPLES / "05_small_regression.py")
    net = story.small_net()
    W1, b1, W2, b2 = (p.data for p in net.parameters())

    def loss(W1, b1, W2, b2):
        hidden = 1 / (1 + np.exp(-(story.X @ W1 + b1)))
        y = 1 / (1 + np.exp(-(hidden @ W2 + b2)))
        return ((y - story.TARGETS) ** 2).mean()

    story.nn.MeanSquaredError()(net(story.X), story.TARGETS).backward()
    for place, p in enumerate(net.parameters()):
        for index in np.ndindex(p.shape):
            arrays = [a.astype(complex) for a in (W1, b1, W2, b2)]
            arrays[place][index] += 1e-30j
            assert p.grad[index] == pytest.approx(loss(*arrays).imag / 1e-30, rel=1e-9)


@pytest.mark.slow
def test_softmax_regression(tell):
    runs, printed = tell("06_softmax_regression")
    story = load(EXAMPLES / "06_softmax_regression.py")
    descent, momentum, once = (
        dict(zip(story.MEASURED, accuracies, strict=True)) for _, accuracies in runs.values()
    )
    assert descent[500] > 0.88
    assert momentum[100] == pytest.approx(descent[500], abs=0.02)
    assert momentum[100] > descent[100]
    assert once[500] < descent[500] - 0.08
    last = {name: losses[-1] for name, (losses, _) in runs.items()}
    assert min(last, key=last.get) == "one batch for ever"
    assert "6,000 training images, 1,000 test images" in printed


def test_two_layer_net_begins_to_learn(tell):
    history, printed = tell("07_two_layer_net", pictures=2, steps=180)
    assert history.steps == [0, 60, 120, 180]
    assert history.test_accuracy[0] == pytest.approx(0.1, abs=0.06)
    assert history.test_accuracy[-1] > 0.75
    assert f"test {history.test_accuracy[-1]:.4f}" in printed
    assert f"{history.test_accuracy[-1]:.1%} of the test images are read right." in printed


@pytest.mark.slow
def test_two_layer_net_learns(tell):
    history, _ = tell("07_two_layer_net", pictures=2)
    assert len(history.losses) == 1_200
    assert history.test_accuracy[-1] > 0.9


def test_the_variants_of_the_two_layer_net(tell):
    options = {"hidden": 7, "activation": "sigmoid", "dtype": "float64", "steps": 3, "seed": 5}
    history, printed = tell("07_two_layer_net", pictures=2, **options)
    assert "affine1: Affine(784, 7)\n  sigmoid1: Sigmoid()\n  affine2: Affine(7, 10)" in printed
    assert len(history.losses) == 3
    # In float64 no loss is a float32 number by chance.
    assert all(float(np.float32(loss)) != loss for loss in history.losses)
    assert history == tell("07_two_layer_net", pictures=2, **options)[0]


def test_simple_convnet_begins_to_learn(tell):
    (history, before, after), printed = tell("14_simple_convnet", pictures=3, filters=8, steps=60)
    assert "6,000 training images, 1,000 test images, 60 steps" in printed
    assert history.test_accuracy[-1] > 0.75
    assert before.shape == (8, 1, 5, 5)
    assert np.abs(after - before).max() > 0.01


@pytest.mark.slow
def test_simple_convnet_learns(tell):
    history = tell("14_simple_convnet", pictures=3)[0].history
    assert history.test_accuracy[-1] > 0.94


@pytest.mark.slow
def test_gradient_check(tell):
    differences, _ = tell("08_gradient_check")
    exact, with_1e_7 = differences.values()
    assert set(exact) == {"affine1.W", "affine1.b", "affine2.W", "affine2.b"}
    assert max(exact.values()) < 1e-8
    assert with_1e_7["affine2.b"] == pytest.approx(1.4e-7, rel=0.3)
    assert all(with_1e_7[name] > 10 * exact[name] for name in exact)


def test_optimizer_paths(tell):
    paths, _ = tell("09_optimizer_paths")
    assert {points.shape for points in paths.values()} == {(31, 2)}
    assert all(points[0].tolist() == [-7.0, 2.0] for points in paths.values())
    ends = {name: tuple(points[-1]) for name, points in paths.items()}
    assert ends["SGD"] == pytest.approx((-0.35039, 0.08478), abs=5e-6)
    assert ends["Momentum"] == pytest.approx((0.89641, 0.08809), abs=5e-6)
    assert ends["AdaGrad"][0] == pytest.approx(-0.12016, abs=5e-6)
    assert ends["AdaGrad"][1] == pytest.approx(2.5e-17, rel=0.02)
    assert ends["Adam"] == pytest.approx((0.13601, 0.31825), abs=5e-6)


# ── the commands ──────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_every_story_explains_itself(path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [str(path), "--help"])
    with pytest.raises(SystemExit) as stopped:
        runpy.run_path(str(path), run_name="__main__")
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    assert f"python examples/{path.name}" in text
    assert re.search(r"\n  --out OUT +folder for the pictures?\n", text)
    assert "Book, section" in text


def test_a_story_runs_from_any_folder(tmp_path):
    command = [sys.executable, str(EXAMPLES / "01_buy_apple.py")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert is_picture(tmp_path / "pictures" / "01_buy_apple.svg")


@pytest.fixture
def stories():
    return load(EXAMPLES / "__main__.py")


def test_the_list_has_every_story(stories, capsys):
    stories.main(["--list"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [path.stem for path in STORIES]
    assert lines[0].endswith("Two apples at 100 each and 10 % tax: what does the price depend on, "
                             "and how strongly?")  # fmt: skip


def test_the_readme_tells_of_every_story():
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"`(\d\d_\w+)`", text) == [path.stem for path in STORIES]


@pytest.mark.parametrize("name", ["01_buy_apple", "buy_apple", "01", "1"])
def test_a_story_is_called_by_its_name_or_number(stories, name, tmp_path, capsys):
    stories.main([name, "--out", str(tmp_path)])
    assert "price = 220" in capsys.readouterr().out
    assert is_picture(tmp_path / "01_buy_apple.svg")


def test_a_story_that_is_not_there(stories):
    with pytest.raises(
        SystemExit, match=r"There is no story 'pear'\.  These are the stories:\n\n01"
    ):
        stories.main(["pear"])


def test_the_main_job(stories, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(stories, "MAIN_JOB", stories.MAIN_JOB[:2])  # without the training
    stories.main(["--out", str(tmp_path)])
    job, where = capsys.readouterr().out.split("== Where to look ==")
    assert "price = 220" in job
    assert "price = 715" in job
    shown = [Path(line) for line in where.splitlines() if line.endswith(".svg")]
    assert len(shown) == 2
    assert all(path.is_absolute() and is_picture(path) for path in shown)


@pytest.mark.parametrize("name", ["small_regression", "optimizer_paths"])
def test_what_is_missing_is_named(stories, name, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(SystemExit, match=r"matplotlib.*\n.*pip install 'autograd-core\[train\]'"):
        stories.main([name, "--out", str(tmp_path)])
