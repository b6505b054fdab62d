"""How much of a plan's buffers is in use, step by step, as numbers and as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from autograd_core.compile.plan import FRESH, Plan, Step, last_reads
from autograd_core.symbolic import Expression
from autograd_core.tracing.program import name_of

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 720, 220, 76, 34, 30
_MARKED = 3  # steps that are named: those at which most is in use


@dataclass(frozen=True)
class Memory:
    """The bytes in use while each step of a plan runs.

    names: of the steps.   used: the bytes of all results that are still to be read, and of scratch.
    allocated: the bytes of all buffers, which the plan keeps.
    """

    names: tuple[str, ...]
    used: tuple[int, ...]
    allocated: int

    @property
    def peak(self) -> int:
        """The most that is in use at once."""
        return max(self.used, default=0)

    def __str__(self) -> str:
        lines = [f"{_size(self.allocated)} in buffers, at most {_size(self.peak)} in use"]
        lines += [
            f"{number:4d}  {_size(used):>9}  {name}"
            for number, (name, used) in enumerate(zip(self.names, self.used, strict=True))
        ]
        return "\n".join(lines)

    def to_svg(self) -> str:
        """The use over the steps, with what is allocated as a line above it."""
        top = max(self.allocated, self.peak, 1)
        wide = (_WIDTH - _LEFT - 20) / max(len(self.used), 1)
        scale = (_HEIGHT - _TOP - _BOTTOM) / top
        ground = _HEIGHT - _BOTTOM
        path = [f"M{_LEFT} {ground}"]
        for number, used in enumerate(self.used):
            y = ground - used * scale
            path.append(f"V{y:.1f}H{_LEFT + (number + 1) * wide:.1f}")
        line = ground - self.allocated * scale
        right, sum_up = _WIDTH - 20, f"at most {_size(self.peak)} in use"
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">',
            "<title>Memory in use, step by step</title>",
            "<style>text{font:12px system-ui,sans-serif;fill:#202124}</style>",
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
            f'<path d="{"".join(path)}V{ground}Z" fill="#d2e3fc" stroke="#0b57d0"/>',
            f'<path d="M{_LEFT} {line:.1f}H{right}" stroke="#5f6368" stroke-dasharray="5 4"/>',
            _text(_LEFT, 18, f"{_size(self.allocated)} in buffers, {sum_up}"),
            _text(_LEFT - 8, line + 4, _size(self.allocated), "end"),
            _text(_LEFT - 8, ground + 4, "0", "end"),
            _text(right, ground + 20, f"{len(self.used)} steps", "end"),
            *self._marks(wide, scale, ground),
            "</svg>\n",
        ]
        return "\n".join(parts)

    def _marks(self, wide: float, scale: float, ground: float) -> list[str]:
        """The names of the steps at which most is in use, where they do not meet."""
        marks: list[str] = []
        places: list[float] = []
        for number in sorted(range(len(self.used)), key=lambda n: -self.used[n]):
            x = _LEFT + (number + 0.5) * wide
            if len(places) < _MARKED and all(abs(x - other) > 150 for other in places):
                places.append(x)
                y = ground - self.used[number] * scale + 14
                inside = min(max(x, _LEFT + 60), _WIDTH - 80)
                marks.append(_text(inside, y, self.names[number], "middle"))
        return marks

    def save(self, path: str | Path) -> Path:
        """Write the picture as SVG."""
        path = Path(path)
        path.write_text(self.to_svg(), encoding="utf-8")
        return path


def memory(plan: Plan) -> Memory:
    """What is in use while each step of the plan runs, updates behind all others.

    >>> import numpy as np
    >>> from autograd_core import compile
    >>> f = compile(lambda x: np.sum(np.exp(np.sin(x @ x))), backend="numpy")
    >>> f.memory(np.ones((8, 8))).peak  # the product, over which its sine and exp are written
    512
    """
    steps = [*plan.steps, *plan.updates]
    last = last_reads(plan, steps)
    live: dict[Expression, int] = {}
    used = []
    for number, step in enumerate(steps):
        for out in step.outs:
            place = plan.places.get(out)
            if isinstance(place, int) and place != FRESH:
                live[out] = place
        places = {place: out for out, place in live.items()}  # a newer result over an older one
        now = sum(out.size * out.dtype.itemsize for out in places.values())
        used.append(now + step.scratch)
        live = {out: place for out, place in live.items() if last.get(out, -1) > number}
    return Memory(tuple(map(_named, steps)), tuple(used), plan.peak)


def _named(step: Step) -> str:
    names = list(dict.fromkeys(name_of(op.operation) for op in step.operations))
    return _few(names)


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _size(count: int) -> str:
    """Bytes as people write them."""
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{count / 1000:.3g} kB"
    return f"{count / 1_000_000:.3g} MB"
