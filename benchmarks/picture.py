"""The report as a picture: each case a row, each side a mark on a logarithmic scale of ratios."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from benchmarks.harness import Ratio
from benchmarks.report import COLUMNS, column
from benchmarks.results import Measured

LEFT, RIGHT, TOP, ROW, WIDTH = 190, 30, 92, 30, 960
OURS, PEER = "#0b57d0", "#5f6368"
# ours are filled in one colour, peers are outlines, so the picture needs no colour to be read
SHAPES = {
    "ours eager": "M0-5A5 5 0 1 1 0 5A5 5 0 1 1 0-5Z",
    "ours numpy": "M-5-5H5V5H-5Z",
    "ours numba": "M0-7L7 0L0 7L-7 0Z",
    "jax": "M0-6L6 5H-6Z",
    "torch.compile": "M-5-5H5V5H-5Z",
    "torch": "M0-5A5 5 0 1 1 0 5A5 5 0 1 1 0-5Z",
    "autograd": "M-5-5L5 5M-5 5L5-5",
    "mygrad": "M0-6V6M-6 0H6",
    "dezero": "M0-7L7 0L0 7L-7 0Z",
    "micrograd": "M0 6L6-5H-6Z",
}

STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#202124}"
    ".small{font-size:11px;fill:#5f6368}"
    "line{stroke:#dadce0}line.one{stroke:#202124}"
    f".ours{{fill:{OURS};stroke:{OURS}}}"
    f".peer{{fill:#fff;stroke:{PEER};stroke-width:1.5}}"
    "line.spread{stroke-width:3;stroke-opacity:.35}"
)


def svg(found: Sequence[Measured]) -> str:
    rows = [(measured, dict(_marks(measured))) for measured in found]
    medians = [ratio.median for _, marks in rows for ratio in marks.values()]
    scale = _Scale(min([*medians, 0.5]), max([*medians, 2.0]))
    height = TOP + ROW * len(rows) + 34
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}" role="img">'
        ),
        "<title>Times beside the reference</title>",
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        *_legend(),
        *_axis(scale, height),
    ]
    for i, (measured, marks) in enumerate(rows):
        parts += _row(measured, marks, scale, TOP + ROW * i + ROW / 2)
    return "\n".join([*parts, "</svg>\n"])


def _marks(measured: Measured) -> Iterator[tuple[str, Ratio]]:
    """For every column its fastest form, beside the reference."""
    reference = measured.best([measured.workload.reference])
    for name in COLUMNS:
        one = measured.best(s for s in measured.workload.sides if column(s) == name)
        if one and reference and one != reference:
            yield name, measured.ratio(one, reference)


class _Scale:
    """From a ratio to its place, between the powers of ten around all of them."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = math.floor(math.log10(low)), math.ceil(math.log10(high))

    def __call__(self, ratio: float) -> float:
        share = (math.log10(ratio) - self.low) / (self.high - self.low)
        return LEFT + min(1.0, max(0.0, share)) * (WIDTH - LEFT - RIGHT)

    def powers(self) -> range:
        return range(self.low, self.high + 1)


def _legend() -> Iterator[str]:
    yield '<text x="20" y="24">Time over that of the reference (left is faster)</text>'
    for i, (name, text) in enumerate(COLUMNS.items()):
        x, y = 26 + i % 5 * 150, 46 + i // 5 * 20
        yield _mark(name, x, y)
        yield f'<text x="{x + 14}" y="{y + 4}">{escape(text)}</text>'


def _mark(name: str, x: float, y: float) -> str:
    kind = "ours" if name.startswith("ours") else "peer"
    return f'<path class="{kind}" transform="translate({x:.1f} {y:.1f})" d="{SHAPES[name]}"/>'


def _axis(scale: _Scale, height: int) -> Iterator[str]:
    for power in scale.powers():
        x = scale(10.0**power)
        kind = ' class="one"' if power == 0 else ""
        yield f'<line{kind} x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 4}" y2="{height - 28}"/>'
        yield (
            f'<text class="small" x="{x:.1f}" y="{height - 12}" text-anchor="middle">'
            f"{10.0**power:g}</text>"
        )


def _row(measured: Measured, marks: dict[str, Ratio], scale: _Scale, y: float) -> Iterator[str]:
    reference = measured.workload.reference
    yield (
        f'<text x="20" y="{y + 4:.1f}">{escape(measured.label)}'
        f'<tspan class="small"> ÷ {escape(reference)}</tspan></text>'
    )
    for name, ratio in reversed(marks.items()):  # ours on top
        low, high = (f"{scale(end):.1f}" for end in (ratio.low, ratio.high))
        kind = "ours" if name.startswith("ours") else "peer"
        yield f'<line class="spread {kind}" x1="{low}" x2="{high}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _mark(name, scale(ratio.median), y)
