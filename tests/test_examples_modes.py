"""The stories of the tutorial: what they find agrees with what is known."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


def tell(name, out):
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    story = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(story)
    numbers = story.main(out)
    assert {path.name.removesuffix(path.suffix)[:2] for path in out.iterdir()} == {name[:2]}
    return story, numbers


def test_curve_fit(tmp_path):
    pytest.importorskip("scipy")
    story, numbers = tell("10_curve_fit", tmp_path)
    for name, true in story.TRUE.items():
        assert abs(numbers["found"][name] - true) < 3 * numbers["uncertainties"][name]
    assert numbers["spread"] == pytest.approx(story.NOISE, rel=0.2)
    assert numbers["runs"] < 15


def test_time_steps(tmp_path):
    pytest.importorskip("scipy")
    story, numbers = tell("11_time_steps", tmp_path)
    h = 1e-5
    unit = np.array([h, 0, 0, 0])
    ahead, behind = (story.populations(story.TRUE + sign * unit) for sign in (1, -1))
    np.testing.assert_allclose(numbers["change"], (ahead - behind)[-1] / (2 * h), rtol=1e-6)
    np.testing.assert_allclose(
        numbers["largest"][0],
        np.ptp([np.max(ahead[:, 1]), np.max(behind[:, 1])]) / (2 * h),
        rtol=1e-6,
    )
    np.testing.assert_allclose(numbers["found"], story.TRUE, rtol=1e-4)


def test_springs(tmp_path):
    story, numbers = tell("12_springs", tmp_path)
    assert numbers["misses"][0] > 0.1
    assert numbers["misses"][-1] < 1e-10
    assert numbers["drift"] < 0.1
    force = story.grad(story.potential)(story.HANGING)
    assert force.tolist() == [[0, 1], [0, 1], [0, 1]]  # springs at their length: gravity alone


def test_equilibrium(tmp_path):
    story, numbers = tell("13_equilibrium", tmp_path)
    state = numbers["state"]
    np.testing.assert_allclose(state, story.step(state, story.WEIGHTS), atol=1e-12)
    errors = list(numbers["errors"].values())
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 1e-12
