"""The training loop: what it computes, records, shows, and how it ends."""

import json
import sys

import numpy as np
import pytest

import nn
from autograd_core import Tensor
from autograd_core.errors import MissingExtraError, ShapeError
from nn.train import accuracy, evaluate, fit

RNG = np.random.default_rng(0)
T = np.arange(40) % 2
X = RNG.standard_normal((40, 3)) + 2 * T[:, None]


def small_net():
    return nn.Sequential(nn.Affine(3, 4, rng=0), nn.ReLU(), nn.Affine(4, 2, rng=1))


def run(net=None, **options):
    net = net or small_net()
    settings = {"epochs": 3, "batch_size": 16, "seed": 0, "progress": False} | options
    optimizer = nn.SGD(net.parameters(), lr=0.1)
    return fit(net, nn.SoftmaxWithLoss(), optimizer, (X, T), (X[:10], T[:10]), **settings)


def test_it_is_the_loop_that_one_would_write():
    history = run()
    net, loss = small_net(), nn.SoftmaxWithLoss()
    batches = nn.Batches(X, T, 16, seed=0)
    losses = []
    for _ in range(3):
        for x, t in batches:
            value = loss(net(x), t)
            value.backward()
            losses.append(value.item())
            for p in net.parameters():
                p.data[...] -= 0.1 * p.grad
                p.zero_grad()
    assert history.losses == pytest.approx(losses, rel=1e-6)
    scores = net(X).data.argmax(axis=1) == T
    assert history.train_accuracy[-1] == scores.mean()
    assert history.test_accuracy[-1] == scores[:10].mean()


def test_accuracies_are_measured_before_after_each_epoch_and_at_the_end():
    assert run().steps == [0, 3, 6, 9]
    history = run(epochs=None, steps=7)
    assert history.steps == [0, 3, 6, 7]
    assert len(history.losses) == 7
    assert len(history.train_accuracy) == len(history.test_accuracy) == 4
    assert history.stopped is None


def test_the_same_seed_is_the_same_run():
    assert run() == run()
    assert run() != run(seed=1)


def test_it_learns_digits():
    train, test = nn.datasets.mnist()
    net = nn.Sequential(nn.Affine(784, 10, init=nn.init.normal(0.01), rng=0))
    optimizer = nn.Momentum(net.parameters(), lr=0.1)
    history = fit(
        net, nn.SoftmaxWithLoss(), optimizer, train, test, epochs=2, seed=0, progress=False
    )
    assert history.test_accuracy[0] < 0.3
    assert history.test_accuracy[-1] > 0.84


class Spy(nn.Module):
    """Notes in which mode, on how many rows and whether recording it was called."""

    def __init__(self):
        self.w = Tensor(np.ones((3, 2)))
        self.frozen = nn.ReLU().eval()
        self.calls = []

    def forward(self, x):
        y = x @ self.w
        self.calls.append((self.training, len(x), y.requires_grad))
        return y


def test_steps_run_in_training_mode_and_measuring_in_eval_mode_without_recording():
    net = Spy().eval()
    run(net, epochs=1)
    sizes = [16, 16, 8]
    measured = [(False, 40, False), (False, 10, False)]
    assert net.calls == measured + [(True, n, True) for n in sizes] + measured


@pytest.mark.parametrize("mode", [True, False])
def test_every_module_returns_to_its_mode(mode):
    net = Spy()
    net.training = mode
    run(net)
    assert (net.training, net.frozen.training) == (mode, False)
    with pytest.raises(ZeroDivisionError):
        run(net, on_step=lambda history: 1 / 0)
    assert (net.training, net.frozen.training) == (mode, False)


def test_evaluation_goes_through_all_samples_in_batches():
    net = Spy()
    share = evaluate(net, nn.Dataset(X, T), batch_size=15)
    assert [n for _, n, _ in net.calls] == [15, 15, 10]
    assert share == ((X @ net.w.data).argmax(axis=1) == T).mean()
    weighted = evaluate(net, (X, T), lambda y, t: float(t.mean()), batch_size=15)
    assert weighted == pytest.approx(T.mean())


def test_evaluation_of_nothing():
    with pytest.raises(ShapeError, match="there is nothing to learn or to measure"):
        evaluate(Spy(), (X[:0], T[:0]))
    with pytest.raises(ValueError, match="batch_size must be at least 1, not 0"):
        evaluate(Spy(), (X, T), batch_size=0)


def stop_after(steps):
    def on_step(history):
        if len(history.losses) == steps:
            raise KeyboardInterrupt

    return on_step


def test_ctrl_c_returns_the_history_so_far(capsys):
    history = run(on_step=stop_after(4), progress=None)
    assert history.losses == run(epochs=None, steps=4).losses
    assert history.stopped == "interrupted after step 4"
    assert capsys.readouterr().out.splitlines()[-1] == "stopped: interrupted after step 4"


def test_ctrl_c_while_the_net_is_measured():
    class Slow(Spy):
        def forward(self, x):
            if len(self.calls) == 6:
                raise KeyboardInterrupt
            return super().forward(x)

    history = run(Slow())
    assert history.stopped == "interrupted after step 3"
    assert len(history.train_accuracy) == 1


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_loss_that_is_not_finite_ends_the_run_before_its_step(bad):
    net = small_net()
    before = net.state_dict()

    def loss(y, t):
        return y.sum() + bad

    optimizer = nn.SGD(net.parameters())
    with pytest.warns(RuntimeWarning, match=f"the loss was {bad} in step 1; the parameters are"):
        history = fit(net, loss, optimizer, (X, T), epochs=1, progress=False)
    assert history.stopped == f"the loss was {bad} in step 1"
    assert history.losses == []
    assert all((before[name] == array).all() for name, array in net.state_dict().items())


def test_a_regression_measures_no_accuracy(capsys):
    net = nn.Sequential(nn.Affine(3, 1, dtype=np.float64, rng=0))
    optimizer = nn.SGD(net.parameters(), lr=0.1)
    target = X.sum(axis=1, keepdims=True)
    settings = {"epochs": 40, "seed": 0, "accuracy": None}
    history = fit(net, nn.MeanSquaredError(), optimizer, (X, target), **settings)
    assert history.losses[-1] < 0.01 * history.losses[0]
    assert history.steps == history.train_accuracy == []
    assert "train" not in capsys.readouterr().out


def test_the_rate_can_be_changed_on_the_way():
    net = small_net()
    optimizer = nn.SGD(net.parameters(), lr=0.1)
    rates = []

    def on_step(history):
        rates.append(optimizer.lr)
        optimizer.lr = 0.1 / (1 + len(history.losses))

    fit(net, nn.SoftmaxWithLoss(), optimizer, (X, T), steps=3, progress=False, on_step=on_step)
    assert rates == [0.1, 0.05, pytest.approx(0.1 / 3)]


@pytest.mark.parametrize("options", [{"epochs": None}, {"epochs": 1, "steps": 3}])
def test_how_long_to_train_is_said_once(options):
    with pytest.raises(ValueError, match="fit: give one of epochs= and steps="):
        run(**options)


@pytest.mark.parametrize("options", [{"epochs": 0}, {"epochs": None, "steps": -1}])
def test_a_run_has_at_least_one_step(options):
    with pytest.raises(ValueError, match="is no step at all; give at least 1"):
        run(**options)


def test_accuracy_takes_indices_or_one_hot_rows():
    outputs = np.array([[1.0, 3.0, 2.0], [9.0, 0.0, 1.0], [0.0, 0.0, 0.1], [1.0, 0.0, 0.0]])
    labels = np.array([1, 0, 2, 2])
    assert accuracy(outputs, labels) == 0.75
    assert accuracy(outputs, np.eye(3)[labels]) == 0.75


@pytest.mark.parametrize(
    ("outputs", "labels"),
    [
        (np.zeros((4, 1)), np.zeros((4, 1))),
        (np.zeros((4, 2)), np.zeros((4, 1), int)),
        (np.zeros((4, 2)), np.zeros(3, int)),
        (np.zeros((4, 2)), np.zeros(4)),
        (np.zeros(4), np.zeros(4, int)),
    ],
)
def test_accuracy_of_what_is_no_classification(outputs, labels):
    with pytest.raises(ShapeError, match="accuracy=None to fit"):
        accuracy(outputs, labels)


LINES = [
    "epoch   0  step 0  loss       -  train 0.",
    "epoch   1  step 3  loss  ",
    "epoch   2  step 6  loss  ",
    "epoch   3  step 9  loss  ",
]


@pytest.mark.parametrize("with_rich", [True, False])
def test_a_line_for_each_epoch(capsys, monkeypatch, with_rich):
    if not with_rich:
        monkeypatch.setitem(sys.modules, "rich", None)
    run(progress=None)
    lines = capsys.readouterr().out.splitlines()
    assert [line[: len(start)] for line, start in zip(lines, LINES, strict=True)] == LINES
    assert all(" test 0." in line or " test 1." in line for line in lines)
    assert all(line.endswith(" steps/s") for line in lines[1:])


def test_the_loss_of_a_line_is_the_mean_over_its_epoch(capsys):
    history = run(progress=None)
    line = capsys.readouterr().out.splitlines()[2]
    assert f"loss {np.mean(history.losses[3:6]):7.4f}" in line


def test_a_bar_on_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr("rich.console.Console.is_terminal", True)
    monkeypatch.setattr("nn.progress.REFRESH", 0.0)
    run(progress=True)
    out = capsys.readouterr().out
    assert "9/9" in out
    assert "epoch   3  step 9" in out


def test_silence(capsys):
    run(progress=False)
    assert capsys.readouterr() == ("", "")


def test_a_bar_needs_rich(monkeypatch):
    monkeypatch.setitem(sys.modules, "rich", None)
    with pytest.raises(
        MissingExtraError, match=r"pip install 'autograd-core\[train\]'\n  progress"
    ):
        run(progress=True)


def test_a_history_is_saved_as_json():
    history = run(on_step=stop_after(5))
    assert nn.History.from_dict(json.loads(json.dumps(history.to_dict()))) == history
    assert repr(history).startswith(
        f"<History of 5 steps, loss {history.losses[-1]:.4f}, train acc"
    )
    assert repr(history).endswith(", interrupted after step 5>")
    assert repr(nn.History()) == "<History of 0 steps>"
