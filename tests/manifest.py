r"""The coverage manifest: for each function, what executed tests have shown of it.

    python -m pytest tests/reference tests/core/test_edges.py tests/compile/test_functions.py \
    --manifest docs/coverage.json
    python -m tests.manifest docs/coverage.json docs/coverage.md

The first command collects it from the tests, the second renders it as a page.

An aspect is claimed if at least one test that names it passed, and none failed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.union import LEFT_OUT, PLAIN, UNION

ASPECTS = ("reverse", "forward", "second order", "complex", "float32", "edges", "compiled")

HEAD = """# Coverage

What the tests show of each function. They make this page:

```sh
python -m pytest tests/reference tests/core/test_edges.py tests/compile/test_functions.py \\
    --manifest docs/coverage.json
python -m tests.manifest docs/coverage.json docs/coverage.md
```

A function claims nothing that no executed test shows.

- **reverse**, **forward**, **second order**: value, gradient, tangent and Hessian agree with an
  independent reference, JAX where it has the function, at a relative 1e-10.
- **complex**: the derivative at complex operands agrees with the reference.
- **float32**: value, gradient and tangent stay float32.
- **edges**: a row of the [conventions](conventions.md) holds.
- **compiled**: value, gradient, tangent and second order are the same when compiled (a function
  whose result has as many elements as the values say cannot be).
"""


class Manifest:
    """What tests have said about functions while they ran."""

    def __init__(self) -> None:
        self.shown: dict[str, dict[str, bool]] = {}

    def add(self, function: str, aspect: str, *, holds: bool) -> None:
        """One test's statement about one aspect of a function, and whether the test passed."""
        assert aspect in ASPECTS, f"{aspect!r} is none of {ASPECTS}"
        known = self.shown.setdefault(function, {})
        known[aspect] = known.get(aspect, True) and holds

    def write(self, path: Path) -> None:
        """As JSON, sorted: function → the aspects that hold."""
        claims = {
            name: [aspect for aspect in ASPECTS if aspects.get(aspect)]
            for name, aspects in sorted(self.shown.items())
        }
        path.write_text(json.dumps(claims, indent=1) + "\n", encoding="utf-8")


def page(claims: dict[str, list[str]]) -> str:
    """The manifest as Markdown: the counts, the functions by family, what is left out and why."""
    lines = [HEAD, "| | functions |", "| --- | --- |"]
    lines += [f"| {a} | {sum(a in aspects for aspects in claims.values())} |" for a in ASPECTS]
    for family, names in by_family(claims).items():
        lines += ["", f"## {family}", "", "| function | " + " | ".join(ASPECTS) + " |"]
        lines.append("| --- " * (len(ASPECTS) + 1) + "|")
        for name in names:
            marks = ["✓" if aspect in claims[name] else "" for aspect in ASPECTS]
            lines.append(f"| `{name}` | " + " | ".join(marks) + " |")
    lines += ["", "## Without a derivative, but usable", "", "Plain arrays out: "]
    lines[-1] += ", ".join(f"`{name}`" for name in sorted(PLAIN)) + "."
    if LEFT_OUT:
        lines += ["", "## Left out, and why", ""]
        lines += [f"- `{name}`: {reason}" for name, reason in sorted(LEFT_OUT.items())]
    return "\n".join(lines) + "\n"


def by_family(claims: dict[str, list[str]]) -> dict[str, list[str]]:
    """The functions under the headings of the union; what is in none of them at the end."""
    families = {family: [n for n in names if n in claims] for family, names in UNION.items()}
    placed = {name for names in families.values() for name in names}
    families["Further functions"] = sorted(claims.keys() - placed)
    return {family: names for family, names in families.items() if names}


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:3])
    target.write_text(page(json.loads(source.read_text(encoding="utf-8"))), encoding="utf-8")
