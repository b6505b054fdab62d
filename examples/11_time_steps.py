"""Hares and foxes: a loop of time steps into one array, and its derivatives in both modes.

A net is a fixed number of layers (Book, section 5.7); a simulation is a loop.  This one writes
every step into an array made beforehand.  Forward mode tells how all of the future depends on one
parameter, reverse mode how one number depends on all parameters, and with that the parameters are
found again from a few counts.

    python examples/11_time_steps.py

The picture shows both populations, and by how much each moves if the hares breed a little faster.
It needs scipy and matplotlib.
"""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_core import grad, jvp
from autograd_core.scipy.optimize import minimize

TRUE = np.array([1.1, 0.8, 0.6, 0.9])  # hares breed, are eaten; foxes grow by that, starve
GUESS = np.array([1.0, 0.9, 0.5, 1.0])
STEPS, DT = 100, 0.1
COUNTED = slice(None, None, 10)


def main(out: str | Path = "pictures") -> dict[str, Any]:
    """Run it, differentiate it both ways, find the parameters again, draw, return the numbers."""
    u, change = jvp(populations, (TRUE,), (np.array([1.0, 0, 0, 0]),))
    print(f"After {STEPS} steps: {u[-1, 0]:.4f} hares, {u[-1, 1]:.4f} foxes (in thousands).")
    print("If hares bred faster by 0.01, there would be, to first order,")
    print(f"  {0.01 * change[-1, 0]:+.4f} hares and {0.01 * change[-1, 1]:+.4f} foxes.\n")

    by_all = grad(lambda p: np.max(populations(p)[:, 1]))(TRUE)
    print("The largest number of foxes changes with the four parameters by")
    print(f"  {np.array2string(by_all, precision=4)}\n")

    seen = u[COUNTED]
    fit = minimize(misfit, GUESS, args=(seen,))
    print(f"From {seen.size} counts and a rough guess, {fit.nfev} runs find the parameters again:")
    print(f"  {np.array2string(fit.x, precision=5)}\n")

    picture = Path(out) / "11_time_steps.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    draw(u, change, picture)
    print(f"picture: {picture}")
    return {"end": u[-1], "change": change[-1], "largest": by_all, "found": fit.x}


def populations(p: Any) -> Any:
    """Hares and foxes at all times, by the midpoint rule."""
    u = np.zeros_like(p, shape=(STEPS + 1, 2))
    u[0] = [1.0, 0.5]
    for k in range(STEPS):
        half = u[k] + DT / 2 * rates(p, u[k])
        u[k + 1] = u[k] + DT * rates(p, half)
    return u


def rates(p: Any, u: Any) -> Any:
    hares, foxes = u
    return np.stack([hares * (p[0] - p[1] * foxes), foxes * (p[2] * hares - p[3])])


def misfit(p: Any, seen: NDArray[np.float64]) -> Any:
    return np.mean((populations(p)[COUNTED] - seen) ** 2)


def draw(u: NDArray[np.float64], change: NDArray[np.float64], path: Path) -> None:
    from matplotlib.figure import Figure

    axes = (figure := Figure(figsize=(7, 3.6), layout="constrained")).add_subplot()
    times = DT * np.arange(STEPS + 1)
    for k, (name, colour) in enumerate((("hares", "#0072b2"), ("foxes", "#d55e00"))):
        axes.plot(times, u[:, k], color=colour, label=name)
        moved = u[:, k] + 0.02 * change[:, k]
        axes.fill_between(times, u[:, k], moved, color=colour, alpha=0.3, linewidth=0)
    axes.set_xlabel("time")
    axes.legend(frameon=False)
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    options = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    options.add_argument("--out", default="pictures", help="folder for the picture")
    main(**vars(options.parse_args()))
