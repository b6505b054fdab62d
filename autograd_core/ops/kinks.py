"""Where a function has a kink, a derivative is a choice: which one, a context says.

A rule asks `at_kinks()` and so sees the choices of the thread or task in which it runs.  Ties that
every library shares evenly (maximum, max over an array) are no choice and are not here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import reduce
from operator import and_
from typing import Any, NamedTuple

import numpy as np

from autograd_core.errors import UncoveredError


class Kinks(NamedTuple):
    """The derivatives where there is none; as it is made, those of this library."""

    abs_at_zero: float = 0.0
    clip_at_bound: float = 1.0  # the array's share; the bound gets what is left if it is one half
    fmax_tie: float = 0.5  # the share of the first of two equal operands, also of fmin
    angle_at_zero: float = 0.0  # of angle and arctan2
    hypot_at_zero: float = 0.0
    norm_at_zero: float = 0.0
    std_at_zero: float = 0.0
    power_of_zero: float = 0.0  # x**0 at 0, with the exponent as an operand
    copysign_at_zero: float = 0.0  # times the product of both signs


NAN = np.nan
CONVENTIONS = {
    "autograd_core": Kinks(),
    "torch": Kinks(fmax_tie=1.0, hypot_at_zero=NAN),
    "jax": Kinks(
        abs_at_zero=1.0, clip_at_bound=0.5, fmax_tie=0.0, angle_at_zero=NAN, hypot_at_zero=0.5,
        norm_at_zero=NAN, std_at_zero=NAN, power_of_zero=NAN, copysign_at_zero=1.0,
    ),
}  # fmt: skip

current_kinks: ContextVar[Kinks] = ContextVar(
    "autograd_core.kinks", default=CONVENTIONS["autograd_core"]
)

# The choices that hold now.  A bound method: a rule pays for one look-up and no call of Python.
at_kinks = current_kinks.get


def at_zero(slope: Any, value: float, *xs: Any) -> Any:
    """The slope, which is 0 where all of xs are 0, with another value there."""
    return np.where(reduce(and_, [x == 0 for x in xs]), value, slope) if value else slope


@contextmanager
def conventions(library: str) -> Iterator[None]:
    """Take another library's derivatives at kinks, to compare with it: "torch" or "jax".

    What switches is what a rule chooses: abs, clip, fmax, copysign, x**0, hypot, norm, std and
    angles.  Ties of maximum and max are shared evenly in all three; structural zeros stay.  The
    context must be open while derivatives are computed, not while results are recorded, and holds
    for its thread or task.

    Raises UncoveredError for a library that is not known.

    >>> import numpy as np
    >>> from autograd_core import conventions, grad
    >>> float(grad(np.abs)(0.0))
    0.0
    >>> with conventions("jax"):
    ...     float(grad(np.abs)(0.0))
    1.0
    """
    if library not in CONVENTIONS:
        raise UncoveredError(
            f"conventions: {library!r} is not known. Choose one of {', '.join(CONVENTIONS)}."
        )
    token = current_kinks.set(CONVENTIONS[library])
    try:
        yield
    finally:
        current_kinks.reset(token)
