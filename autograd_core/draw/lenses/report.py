"""lens_report: what the lenses find in a graph, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autograd_core.draw.lenses.lens import LENSES, SUM, Lens, Mark, quantity
from autograd_core.draw.lenses.origins import Origin, first_gradient, first_value, told
from autograd_core.draw.snapshot import Snapshot

LONGEST = 12  # lines of one lens
LARGEST = 5  # parts of a sum that are named
ALL = ("ratio", "dead", "saturation")  # lenses that tell every vertex, in the order of the graph


@dataclass(frozen=True, slots=True)
class Finding:
    """What one lens says of one vertex."""

    vertex: int
    number: float
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class Report:
    """What the lenses find; `str` of it is for reading.

    value, gradient: where the first ones that are not finite come from, if any.
    findings: for every lens by its name what is marked, or all that it reads in a few vertices.
    totals: the sums of those that add up.
    """

    snapshot: Snapshot
    value: Origin | None
    gradient: Origin | None
    findings: dict[str, tuple[Finding, ...]]
    totals: dict[str, float]

    def __str__(self) -> str:
        return "\n".join(self._lines()) or "Nothing is marked."

    def _lines(self) -> Iterator[str]:
        for name, origin in (("value", self.value), ("gradient", self.gradient)):
            if origin is not None:
                yield f"First {name} that is not finite: {origin.text}"
        for lens in LENSES:
            found = self.findings.get(lens.name, ())
            if found:
                total = self.totals.get(lens.name)
                yield lens.title + (f": {quantity(total, lens.unit)}" if total else "")
                yield from (self._line(lens, finding) for finding in found[:LONGEST])
                if len(found) > LONGEST:
                    yield f"  … and {len(found) - LONGEST} more"

    def _line(self, lens: Lens, finding: Finding) -> str:
        share = ""
        if lens.group == SUM:
            share = f"  {quantity(finding.number / self.totals[lens.name], '%')}"
        mark = f"  {finding.mark.sign} {finding.mark.word}" if finding.mark else ""
        name = told(self.snapshot, finding.vertex)
        return f"  {name}  {quantity(finding.number, lens.unit)}{share}{mark}"


def lens_report(snapshot: Snapshot) -> Report:
    """What needs attention in a graph, and what it costs.

    >>> import numpy as np
    >>> from autograd_core import Tensor
    >>> from autograd_core.draw.snapshot.capture import capture
    >>> with np.errstate(divide="ignore"):
    ...     y = np.log(Tensor(0.0, name="x"))
    >>> print(lens_report(capture(y)))
    First value that is not finite: log makes an infinity; it reads x = 0.
    NaN and infinities
      log  100 %  ∞ infinite
    Memory of values: 16 B
      x  8 B  50 %
      log  8 B  50 %
    """
    totals = {lens.name: lens.total(snapshot.vertices) for lens in LENSES if lens.group == SUM}
    findings = {lens.name: _findings(lens, snapshot) for lens in LENSES}
    return Report(snapshot, first_value(snapshot), first_gradient(snapshot), findings, totals)


def _findings(lens: Lens, snapshot: Snapshot) -> tuple[Finding, ...]:
    read = [(v.id, *lens.read(v)) for v in snapshot.vertices]
    known = [Finding(v, number, mark) for v, number, mark in read if number is not None]
    if lens.group == SUM:
        largest = sorted(known, key=lambda finding: -finding.number)[:LARGEST]
        return tuple(finding for finding in largest if finding.number)
    return tuple(known if lens.name in ALL else [f for f in known if f.mark])
