"""Lenses: ways of looking at a graph for what is wrong in it or what it costs.

A lens reads one number from every vertex, says from where on that number is large, and puts marks
on what needs attention.  Every mark has a sign and a word, so that none is told by colour alone.
The thresholds are those of rules that books and papers give, or follow from the arithmetic; each
stands with its reason.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import hypot, isfinite

from autograd_core.draw.labels import number as short
from autograd_core.draw.snapshot import GROUP, OPERATION, OUTPUT, VARIABLE, Edge, Value, Vertex

# The ratio of gradient to weight, as root mean squares.  Where plain gradient descent takes steps
# of RATE times the gradient, an update of less than EPSILON of a weight is lost in the rounding of
# float32, and one of more than the whole weight forgets it.  In between, about 1e-3 of the weight
# is what Stanford's CS231n ("Neural Networks Part 3", ratio of weights and updates) calls usual.
RATE = 0.1
EPSILON = 2.0**-23
VANISHING = EPSILON / RATE
EXPLODING = 1 / RATE

# Rectifiers of trained nets are at 0 for 50 to 85 % of their inputs (Glorot, Bordes, Bengio, "Deep
# sparse rectifier neural networks", 2011, section 4), so nine in ten are more than usual.
SPARSE = 0.9

# A layer of sigmoids or tanhs is held back where most of them are saturated.
SATURATED = 0.5

SUM, MOST = "sum", "max"  # what a group shows of what it holds
SHARES = (0.01, 0.05, 0.1, 0.2)  # of all bytes or seconds: from where on a part counts as large


SCALES = {
    "B": ((1e9, "G"), (1e6, "M"), (1e3, "k")),
    "s": ((1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n")),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """What needs attention, as a sign and a word.  Of several marks a group has the weightiest."""

    sign: str
    word: str
    weight: int


NAN = Mark("⚠", "NaN", 9)
INFINITE = Mark("∞", "infinite", 8)
GRADIENT_NAN = Mark("⚠", "∂ NaN", 7)
GRADIENT_INFINITE = Mark("∞", "∂ infinite", 6)
DEAD = Mark("✕", "dead", 5)
EXPLODES = Mark("▲", "exploding", 5)
VANISHES = Mark("▽", "vanishing", 4)
IS_SATURATED = Mark("▬", "saturated", 4)
IS_SPARSE = Mark("◌", "mostly 0", 3)
NO_GRADIENT = Mark("∅", "gradient 0", 3)
ALL_ZERO = Mark("∅", "all 0", 2)


def quantity(number: float, unit: str) -> str:
    """A number of a lens with its unit.

    >>> quantity(0.257, "%"), quantity(4100, "B"), quantity(2.5e-5, "s"), quantity(1.2e-7, "")
    ('26 %', '4.1 kB', '25 µs', '1.2e-7')
    """
    if unit == "%":
        share = 100 * number
        return f"{share:.0f} %" if share == 0 or share >= 1 else "< 1 %"
    scales = SCALES.get(unit, ())
    for scale, prefix in scales:
        if number >= scale:
            return f"{number / scale:.3g} {prefix}{unit}"
    return f"{short(number, 3)} {unit}".strip()


Reading = tuple[float | None, Mark | None]
NOTHING: Reading = (None, None)


@dataclass(frozen=True, slots=True)
class Lens:
    """One way of looking at a graph.

    name: as it stands in an address; title: as in a menu; shows: what one sees, in a sentence.
    unit: "" for plain numbers, "%" for shares, "B" for bytes, "s" for seconds.
    levels: from where on a number is of level 1, 2, 3 and 4; for a lens that adds up these are
        shares of the total.
    group: SUM or MOST, what a group shows of the numbers in it.
    vertex: reads the number and the mark of a vertex.
    edge: reads those of an edge, if these are not the same as its source's.
    """

    name: str
    title: str
    shows: str
    unit: str
    levels: tuple[float, float, float, float]
    group: str
    vertex: Callable[[Vertex], Reading]
    edge: Callable[[Edge], Reading] | None = None

    def read(self, vertex: Vertex) -> Reading:
        """The number and the mark of a vertex; the end of the graph repeats those before it."""
        return NOTHING if vertex.kind == OUTPUT else self.vertex(vertex)

    def total(self, vertices: Sequence[Vertex]) -> float:
        """The sum of the numbers of all vertices."""
        return sum(self.read(vertex)[0] or 0 for vertex in vertices)

    def level(self, number: float, total: float) -> int:
        """How large a number is, from 0 to 4; `total` is that of all vertices."""
        scale = total if self.group == SUM else 1.0
        return sum(number >= scale * bound for bound in self.levels)


def rms(value: Value | None) -> float | None:
    """The root mean square of the finite elements; None where there are none or it is not known."""
    if value is None:
        return None
    if value.mean is not None and value.std is not None:
        return min(hypot(value.mean, value.std), sys.float_info.max)
    if value.shape or not isinstance(value.numbers, float | int | str):
        return None
    try:
        size = abs(complex(value.numbers))
    except ValueError:  # a text in a file that was changed
        return None
    return size if isfinite(size) else None


def is_zero(value: Value | None) -> bool:
    """Whether a value has elements and all of them are 0."""
    return value is not None and 0 < value.zeros == value.size


def is_finite(value: Value | None) -> bool:
    """Whether a value has neither NaN nor infinities."""
    return value is None or not (value.nans or value.infs)


def _values(vertex: Vertex) -> Reading:
    computed = vertex.kind == OPERATION
    return rms(vertex.value), ALL_ZERO if computed and is_zero(vertex.value) else None


def _gradient(vertex: Vertex) -> Reading:
    return rms(vertex.gradient), NO_GRADIENT if is_zero(vertex.gradient) else None


def _gradient_sent(edge: Edge) -> Reading:
    return rms(edge.gradient), None


def _ratio(vertex: Vertex) -> Reading:
    if vertex.kind != VARIABLE or vertex.operand is not None:  # no parameter
        return NOTHING
    gradient, weight = rms(vertex.gradient), rms(vertex.value)
    if gradient is None or not weight:
        return NOTHING
    ratio = min(gradient / weight, 1e300)
    return ratio, EXPLODES if ratio > EXPLODING else VANISHES if ratio < VANISHING else None


def _dead(vertex: Vertex) -> Reading:
    if vertex.primitive != "relu" or vertex.value is None or not vertex.value.size:
        return NOTHING
    share = vertex.value.zeros / vertex.value.size
    return share, DEAD if share == 1 else IS_SPARSE if share >= SPARSE else None


def _saturation(vertex: Vertex) -> Reading:
    if vertex.saturated is None or vertex.value is None or not vertex.value.size:
        return NOTHING
    share = vertex.saturated / vertex.value.size
    return share, IS_SATURATED if share >= SATURATED else None


def _not_finite(vertex: Vertex) -> Reading:
    if not is_finite(vertex.value):
        return _share(vertex.value, NAN, INFINITE)
    return _share(vertex.gradient, GRADIENT_NAN, GRADIENT_INFINITE)


def _not_finite_sent(edge: Edge) -> Reading:
    return _share(edge.gradient, GRADIENT_NAN, GRADIENT_INFINITE)


def _share(value: Value | None, nan: Mark, infinite: Mark) -> Reading:
    if value is None or is_finite(value):
        return NOTHING
    return (value.nans + value.infs) / value.size, nan if value.nans else infinite


def _bytes(vertex: Vertex) -> Reading:
    return (vertex.value.bytes if vertex.value else None), None


def _saved(vertex: Vertex) -> Reading:
    return (vertex.saved if vertex.kind in (OPERATION, GROUP) else None), None


DECADES = (1e-8, 1e-6, 1e-4, 1e-2)

LENSES = (
    Lens("values", "Size of values", "The root mean square of every value.", "",
         (1e-4, 1e-2, 1.0, 1e2), MOST, _values),
    Lens("grad", "Size of gradients", "The root mean square of every gradient.", "",
         DECADES, MOST, _gradient, _gradient_sent),
    Lens("ratio", "Gradient to weight", "The gradient of every parameter by its value, as root "
         "mean squares: below 1.2e-6 updates are lost in rounding, above 10 they are larger than "
         "the weights, both at a learning rate of 0.1.", "",
         (VANISHING, 1e-4, 1e-1, EXPLODING), MOST, _ratio),
    Lens("dead", "Dead ReLU", "The share of zeros in the result of every ReLU.", "%",
         (0.5, 0.75, SPARSE, 0.99), MOST, _dead),
    Lens("saturation", "Saturation", "The share of a sigmoid's or tanh's elements whose derivative "
         "is less than a tenth of the largest.", "%",
         (0.1, 0.25, SATURATED, 0.9), MOST, _saturation),
    Lens("nan", "NaN and infinities", "The share of elements that are not finite, in values and "
         "gradients.", "%", (0.01, 0.1, 0.5, 1.0), MOST, _not_finite, _not_finite_sent),
    Lens("bytes", "Memory of values", "The memory that every value takes.", "B",
         SHARES, SUM, _bytes),
    Lens("saved", "Memory kept", "The memory that is kept for the backward pass, each array at the "
         "first operation that keeps it.", "B", SHARES, SUM, _saved),
    Lens("forward", "Forward time", "The time that every operation takes.", "s",
         SHARES, SUM, lambda vertex: (vertex.forward_time, None)),
    Lens("backward", "Backward time", "The time that the rules of every operation take.", "s",
         SHARES, SUM, lambda vertex: (vertex.backward_time, None)),
)  # fmt: skip
