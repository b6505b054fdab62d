"""A curve through noisy points: least squares with an exact Jacobian, and how sure its answer is.

The book goes downhill in small steps of one length (Book, section 4.4).  A model with few
parameters is fitted in a handful of large ones, by a solver that knows how every residual changes
with every parameter.  The same Jacobian gives the uncertainties.  The parameters are a dict.

    python examples/10_curve_fit.py

The picture shows the points, the start and the fitted curve.  It needs scipy and matplotlib.
"""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_core import jacobian
from autograd_core.scipy.optimize import least_squares

TRUE = {"height": 2.0, "decay": 0.3, "speed": 2.5, "phase": 0.4}
START = {"height": 1.0, "decay": 0.1, "speed": 2.2, "phase": 0.0}
TIMES = np.linspace(0, 8, 60)
NOISE = 0.05


def main(out: str | Path = "pictures") -> dict[str, Any]:
    """Fit the curve, tell how sure it is, draw it, and return the numbers."""
    seen = model(TRUE, TIMES) + NOISE * np.random.default_rng(0).normal(size=TIMES.size)
    fit = least_squares(residuals, START, args=(TIMES, seen))
    sure = uncertainties(fit.x, np.sum(fit.fun**2))
    print(f"A damped wave through {TIMES.size} points with noise of {NOISE}, by {fit.nfev} runs:")
    for name, value in fit.x.items():
        print(f"  {name:<7} {value:7.4f} ± {sure[name]:.4f}   (true: {TRUE[name]})")
    spread = float(np.sqrt(np.mean(fit.fun**2)))
    print(f"  The points lie {spread:.3f} off the curve, on average: that is the noise.\n")

    picture = Path(out) / "10_curve_fit.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    draw(seen, fit.x, picture)
    print(f"picture: {picture}")
    found = {name: float(value) for name, value in fit.x.items()}
    return {"found": found, "uncertainties": sure, "spread": spread, "runs": fit.nfev}


def model(p: Any, t: NDArray[np.float64]) -> Any:
    return p["height"] * np.exp(-p["decay"] * t) * np.cos(p["speed"] * t + p["phase"])


def residuals(p: Any, t: NDArray[np.float64], seen: NDArray[np.float64]) -> Any:
    return model(p, t) - seen


def uncertainties(p: Any, squares: float) -> dict[str, float]:
    """Standard errors: from the sum of squares and the inverse of JᵀJ."""
    columns = jacobian(model)(p, TIMES)
    J = np.stack([columns[name] for name in p], axis=1)
    variance = squares / (TIMES.size - len(p))
    errors = np.sqrt(variance * np.diag(np.linalg.inv(J.T @ J)))
    return dict(zip(p, map(float, errors), strict=True))


def draw(seen: NDArray[np.float64], found: Any, path: Path) -> None:
    from matplotlib.figure import Figure

    axes = (figure := Figure(figsize=(7, 3.6), layout="constrained")).add_subplot()
    fine = np.linspace(0, 8, 400)
    axes.plot(fine, model(START, fine), color="#999999", linestyle="--", label="start")
    axes.plot(fine, model(found, fine), color="#0072b2", label="fitted")
    axes.plot(TIMES, seen, "o", color="#d55e00", markersize=3, label="seen")
    axes.set_xlabel("time")
    axes.legend(frameon=False)
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    options = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    options.add_argument("--out", default="pictures", help="folder for the picture")
    main(**vars(options.parse_args()))
