"""Names that come from users and files, made fit to be drawn.

A name may hold anything: line breaks, terminal escapes, marks that reverse the direction of
writing, characters that XML forbids.  `clean` is the first step of every output; quoting for the
output's own syntax (XML, DOT, HTML) is the second.
"""

from __future__ import annotations

from functools import lru_cache

LONGEST = 32


@lru_cache(maxsize=2**12)  # of all names that a picture shows, few differ
def clean(name: str, longest: int = LONGEST) -> str:
    r"""The name on one line, without invisible characters, with white space as single blanks, and
    with "…" in place of what is longer than `longest` characters.

    >>> clean("a\nb\x1b[31m")
    'a b[31m'
    """
    text = name[: 4 * longest]  # enough to fill the line, and little of a name of megabytes
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " * c.isspace() for c in text)
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
