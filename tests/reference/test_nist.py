"""The 27 nonlinear regressions of NIST's StRD, with certified results: they check Jacobians too.

Each file has the model as text, two starting points, the certified parameters with their standard
deviations, and the data.  Source: https://www.itl.nist.gov/div898/strd/, public domain.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from autograd_core import jacobian
from autograd_core.scipy.optimize import least_squares

pytestmark = pytest.mark.reference

FILES = sorted((Path(__file__).parents[1] / "data" / "nist").glob("*.dat"))


@dataclass
class Regression:
    model: str
    starts: np.ndarray
    parameters: np.ndarray
    deviations: np.ndarray
    x: np.ndarray
    y: np.ndarray

    def residuals(self, b):
        names = {f"b{i + 1}": b[i] for i in range(len(self.parameters))}
        xs = {"x": self.x} if self.x.ndim == 1 else {"x1": self.x[0], "x2": self.x[1]}
        functions = {"exp": np.exp, "cos": np.cos, "sin": np.sin, "arctan": np.arctan}
        return eval(self.model, {"pi": np.pi, **functions, **names, **xs}) - self.y


def read(path):
    text = path.read_text()
    first, last = map(int, re.search(r"Data +\(lines (\d+) to (\d+)\)", text).groups())
    numbers = [list(map(float, line.split())) for line in text.splitlines()[first - 1 : last]]
    y, *xs = np.array(numbers).T
    left, model = re.search(r"\n +(y|log\[y\]) +=(.*?)\+ +e\b", text, re.DOTALL).groups()
    model = " ".join(model.split()).replace("[", "(").replace("]", ")")
    table = np.array(
        [list(map(float, line)) for line in
         re.findall(r"^ +b\d+ += +(\S+) +(\S+) +(\S+) +(\S+)", text, re.MULTILINE)]
    )  # fmt: skip
    return Regression(
        model, table[:, :2].T, table[:, 2], table[:, 3],
        np.array(xs) if len(xs) > 1 else xs[0], np.log(y) if left != "y" else y,
    )  # fmt: skip


CASES = [pytest.param(p, start, id=f"{p.stem}-{start + 1}") for p in FILES for start in (0, 1)]

# Its certified residuals are 1e-13 of data of size 1: in float64 three of their digits are left,
# and the standard deviations are proportional to them.  With forty digits they are reached: below.
ROUNDED_RESIDUALS = {"Lanczos1"}


def digits(actual, certified):
    """How many significant digits agree, at worst; the certified numbers have eleven."""
    error = np.abs(actual - certified) / np.abs(certified)
    return -np.log10(np.max(np.maximum(error, 1e-11)))


def polished(regression, b):
    """Gauss–Newton steps from the solver's result, and the standard deviations there.

    The solver stops where the cost no longer falls, which rounding hides at half of the digits.
    """
    slope = jacobian(regression.residuals)
    for _ in range(30):
        J = slope(b)
        scale = np.linalg.norm(J, axis=0)
        q, r = np.linalg.qr(J / scale)
        b = b - np.linalg.solve(r, q.T @ regression.residuals(b)) / scale
    freedom = len(regression.y) - len(b)
    variance = np.sum(regression.residuals(b) ** 2) / freedom
    return b, np.sqrt(variance * np.sum(np.linalg.inv(r) ** 2, axis=1)) / scale


def test_all_sets_are_here():
    assert len(FILES) == 27


@pytest.mark.parametrize(("path", "start"), CASES)
def test_certified_results(path, start):
    regression = read(path)
    with np.errstate(all="ignore"):  # a trial step far out may overflow; the solver comes back
        found = least_squares(
            regression.residuals, regression.starts[start],
            x_scale="jac", ftol=1e-15, xtol=1e-15, gtol=1e-15, max_nfev=3000,
        )  # fmt: skip
    assert digits(found.x, regression.parameters) > 6
    parameters, deviations = polished(regression, found.x)
    assert digits(parameters, regression.parameters) >= 8
    if path.stem not in ROUNDED_RESIDUALS:
        assert digits(deviations, regression.deviations) >= 6


def test_lanczos1_with_forty_digits():
    """y = b1 exp(-b2 x) + b3 exp(-b4 x) + b5 exp(-b6 x), by Gauss–Newton steps."""
    import mpmath

    regression = read(next(path for path in FILES if path.stem == "Lanczos1"))
    with mpmath.workdps(40):
        xs, ys, b = (
            [mpmath.mpf(repr(float(number))) for number in array]
            for array in (regression.x, regression.y, regression.parameters)
        )
        for _ in range(8):
            decays = [[mpmath.exp(-b[k + 1] * x) for k in (0, 2, 4)] for x in xs]
            r = mpmath.matrix(
                [sum(b[2 * k] * e for k, e in enumerate(row)) - y
                 for row, y in zip(decays, ys, strict=True)]
            )  # fmt: skip
            J = mpmath.matrix(
                [[d for k, e in enumerate(row) for d in (e, -b[2 * k] * x * e)]
                 for row, x in zip(decays, xs, strict=True)]
            )  # fmt: skip
            inverse = (J.T * J) ** -1
            b = list(mpmath.matrix(b) - inverse * (J.T * r))
        variance = sum(v * v for v in r) / (len(ys) - len(b))
        deviations = [float(mpmath.sqrt(variance * inverse[k, k])) for k in range(len(b))]
    assert digits(np.array(b, float), regression.parameters) > 10
    assert digits(np.array(deviations), regression.deviations) > 9
