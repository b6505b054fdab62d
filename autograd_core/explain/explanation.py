"""Explanation: lines of words and formulas, as text, LaTeX or Markdown.

Words and formulas are kept apart until they are written, because each format quotes them in its own
way: a variable may be called `$x$`, `a_b` or `<script>`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from autograd_core.symbolic import escaped


class Formula(NamedTuple):
    """A piece of mathematics as text and in LaTeX."""

    text: str
    latex: str


Part = str | Formula  # words, or a formula


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation.

    parts: what it says.   level: 0 for a heading, 1 for a line below it, 2 for one below that.
    vertex, edges: what it speaks of: a vertex's id, and positions in the snapshot's edges.
    """

    parts: tuple[Part, ...]
    level: int = 1
    vertex: int | None = None
    edges: tuple[int, ...] = ()

    def text(self) -> str:
        """The line as plain text."""
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    def latex(self) -> str:
        """The line in LaTeX, its formulas between dollar signs."""
        return "".join(_quoted(self.parts, _latex_words))

    def markdown(self) -> str:
        """The line in Markdown, its formulas in LaTeX between dollar signs."""
        return "".join(_quoted(self.parts, _markdown_words))


def _quoted(parts: Sequence[Part], words: Callable[[str], str]) -> Iterator[str]:
    """The words quoted, and formulas that follow each other as one: $$ has a meaning of its own."""
    for is_words, group in groupby(parts, key=lambda part: isinstance(part, str)):
        if is_words:
            yield from (words(str(part)) for part in group)
        else:
            yield f"${''.join(part[1] for part in group)}$"


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a result came about, and its derivatives, step by step.

    `str()` is the format that was asked for; `text`, `latex` and `markdown` give each of them.
    """

    lines: tuple[Line, ...]
    format: str = "text"

    def text(self) -> str:
        """Plain text, a line for each line."""
        written: list[str] = []
        for line in self.lines:
            written += [""] * (line.level == 0 and bool(written))
            written.append("  " * line.level + line.text())
        return "\n".join(written)

    def latex(self) -> str:
        r"""A LaTeX fragment: a \paragraph for each heading. It needs the package amsmath."""
        return "\n".join(_LATEX_LEVELS[line.level].format(line.latex()) for line in self.lines)

    def markdown(self) -> str:
        """Markdown, with formulas as GitHub and notebooks show them."""
        written: list[str] = []
        for line in self.lines:
            is_heading = line.level == 0
            written += [""] * (is_heading and bool(written))
            written.append(f"{'### ' if is_heading else _BULLETS[line.level]}{line.markdown()}")
            written += [""] * is_heading
        return "\n".join(written)

    def __str__(self) -> str:
        formats = {"text": self.text, "latex": self.latex, "markdown": self.markdown}
        return formats[self.format]()

    def _repr_markdown_(self) -> str:
        return self.markdown()


_LATEX_LEVELS = (
    "\\paragraph{{{}}}\\mbox{{}}\\par", "\\noindent {}\\par", "\\noindent\\hspace*{{1.5em}}{}\\par",
)  # fmt: skip
_BULLETS = ("", "- ", "  - ")

# Signs that LaTeX's text needs mathematics for.
_SIGNS = {
    "×": r"$\times$", "−": "$-$", "·": r"$\cdot$", "→": r"$\to$", "∂": r"$\partial$",
    "√": r"$\surd$", "≈": r"$\approx$", "…": r"\dots{}", "–": "--", "⊗": r"$\otimes$",
    "÷": r"$\div$", "≤": r"$\le$", "≥": r"$\ge$", "≠": r"$\ne$", "∞": r"$\infty$",
    "⌊": r"$\lfloor$", "⌋": r"$\rfloor$", "ᵀ": r"$^\top$", "σ": r"$\sigma$",
}  # fmt: skip
_SIGNS |= {raised: f"$^{sign}$" for raised, sign in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True)}
_PUNCTUATION = frozenset("\\`*_{}[]<>#|$~&!")


def _latex_words(words: str) -> str:
    return "".join(_SIGNS.get(c) or escaped(c) for c in words)


def _markdown_words(words: str) -> str:
    return "".join(f"\\{c}" if c in _PUNCTUATION else c for c in words)


def listed(items: Sequence[str], limit: int = 5) -> str:
    """Words in a row: "a, b and c"; of many only the first few, and how many more there are."""
    if len(items) > limit:
        return f"{', '.join(items[: limit - 1])} and {len(items) - limit + 1:,} more"
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1])))
