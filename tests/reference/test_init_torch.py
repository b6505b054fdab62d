"""Initial weights against PyTorch's conventions: the same gains, fans and spreads."""

import math

import numpy as np
import pytest

from nn import init

pytestmark = pytest.mark.reference

FAN_IN, FAN_OUT = 400, 900


@pytest.mark.parametrize(
    ("recipe", "name", "options"),
    [
        (init.xavier_uniform(), "xavier_uniform_", {}),
        (init.xavier_normal(5 / 3), "xavier_normal_", {"gain": 5 / 3}),
        (init.he_uniform(), "kaiming_uniform_", {"nonlinearity": "relu"}),
        (init.he_normal(), "kaiming_normal_", {"nonlinearity": "relu"}),
        (init.he_normal(1.0), "kaiming_normal_", {"nonlinearity": "linear"}),
    ],
    ids=str,
)
def test_spread(recipe, name, options):
    import torch

    torch.manual_seed(0)
    # PyTorch keeps a weight as (outputs, inputs).
    expected = getattr(torch.nn.init, name)(torch.empty(FAN_OUT, FAN_IN), **options).numpy()
    rng = np.random.default_rng(0)
    actual = recipe((FAN_IN, FAN_OUT), FAN_IN, FAN_OUT, rng, np.float32)
    # A standard deviation measured on n numbers is itself uncertain by 1/√(2n).
    tolerance = 5 / math.sqrt(FAN_IN * FAN_OUT)
    assert actual.std() == pytest.approx(expected.std(), rel=tolerance)
    if "uniform" in name:
        assert abs(actual).max() == pytest.approx(abs(expected).max(), rel=1e-4)
