"""A compiled training step does what the recorded one does."""

import numpy as np
import pytest

import nn
from autograd_core import TracingError

OPTIMIZERS = [nn.SGD, nn.Momentum, nn.Nesterov, nn.AdaGrad, nn.RMSprop, nn.Adam, nn.AdamW]
STEPS = 12


def samples(seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(200, 6)).astype(np.float32), rng.integers(0, 3, 200)


def net():
    nn.seed(1)
    return nn.Sequential(nn.Affine(6, 8), nn.ReLU(), nn.Affine(8, 3))


def trained(kind, compiled, **options):
    model = net()
    optimizer = kind(model.parameters(), lr=0.05, **options)

    def slower(history):
        optimizer.lr *= 0.9

    history = nn.fit(
        model, nn.SoftmaxWithLoss(), optimizer, samples(), steps=STEPS, seed=0, progress=False,
        batch_size=50, compile=compiled, on_step=slower,
    )  # fmt: skip
    return model, optimizer, history


@pytest.mark.parametrize("decay", [0.0, 0.01])
@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_training_gives_the_same_net_as_without(kind, decay):
    expected, before, history = trained(kind, compiled=False, weight_decay=decay)
    model, optimizer, found = trained(kind, compiled="numpy", weight_decay=decay)
    for ours, theirs in zip(model.parameters(), expected.parameters(), strict=True):
        np.testing.assert_allclose(ours.data, theirs.data, rtol=2e-5, atol=1e-6)
    np.testing.assert_allclose(found.losses, history.losses, rtol=1e-5)
    ours, theirs = optimizer.state_dict()["parameters"], before.state_dict()["parameters"]
    for mine, other in zip(ours, theirs, strict=True):
        assert mine["steps"] == other["steps"] == STEPS
        for name in kind.buffers:
            np.testing.assert_allclose(mine[name], other[name], rtol=2e-4, atol=1e-6)


def test_arrays_stay_where_they_are():
    model = net()
    arrays = [p.data for p in model.parameters()]
    step = nn.CompiledStep(model, nn.SoftmaxWithLoss(), nn.Adam(model.parameters()), "numpy")
    before = [array.copy() for array in arrays]
    step(*samples())
    for p, array, old in zip(model.parameters(), arrays, before, strict=True):
        assert p.data is array
        assert not np.array_equal(array, old)


def test_a_rate_that_changes_is_not_traced_again():
    model = net()
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    step = nn.CompiledStep(model, nn.SoftmaxWithLoss(), optimizer, "numpy")
    for rate in (0.1, 0.2, 0.3):
        optimizer.lr = rate
        step(*samples())
    assert len(step.compiled.compiled._entries) == 1


def test_a_parameter_that_the_loss_does_not_reach_stays():
    model = net()
    spare = nn.Affine(2, 2)
    optimizer = nn.Adam([*model.parameters(), *spare.parameters()])
    before = spare.W.data.copy()
    nn.CompiledStep(model, nn.SoftmaxWithLoss(), optimizer, "numpy")(*samples())
    np.testing.assert_array_equal(spare.W.data, before)
    assert optimizer.step_counts() == [1, 1, 1, 1, 0, 0]


def test_a_loss_that_is_not_finite_moves_nothing():
    model = net()
    x, t = samples()
    step = nn.CompiledStep(model, nn.SoftmaxWithLoss(), nn.SGD(model.parameters()), "numpy")
    step(x, t)
    before = [p.data.copy() for p in model.parameters()]
    x[0, 0] = np.nan
    assert np.isnan(step(x, t))
    for p, old in zip(model.parameters(), before, strict=True):
        np.testing.assert_array_equal(p.data, old)
    assert step.optimizer.step_counts() == [1, 1, 1, 1]


def test_labels_out_of_range_are_refused_as_without():
    model = net()
    x, t = samples()
    step = nn.CompiledStep(model, nn.SoftmaxWithLoss(), nn.SGD(model.parameters()), "numpy")
    step(x, t)
    with pytest.raises(ValueError, match="a class index is outside of 0 … 2"):
        step(x, t + 1)


def test_a_net_that_looks_at_values_is_refused():
    class Careful(nn.Module):
        def __init__(self):
            self.layer = nn.Affine(6, 3)

        def forward(self, x):
            y = self.layer(x)
            return y if (y > 0).any() else -y

    model = Careful()
    step = nn.CompiledStep(model, nn.SoftmaxWithLoss(), nn.SGD(model.parameters()), "numpy")
    with pytest.raises(TracingError, match="asks whether a value is true"):
        step(*samples())
