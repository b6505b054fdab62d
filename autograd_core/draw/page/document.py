"""page: the HTML document of a snapshot."""

from __future__ import annotations

import gc
import json
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from zlib import compress

import numpy as np

from autograd_core.draw.names import clean
from autograd_core.draw.page.clusters import clusters
from autograd_core.draw.page.content import content, lens_part, lines_of, marks_of, to_json
from autograd_core.draw.page.drawing import draw, draw_frames
from autograd_core.draw.page.lines import draw_lines
from autograd_core.draw.page.scenes import scenes
from autograd_core.draw.page.series import fold_series
from autograd_core.draw.snapshot import OUTPUT, Snapshot

if TYPE_CHECKING:
    from autograd_core.draw.diff import Diff
    from autograd_core.draw.marks import Marks
    from autograd_core.draw.simplification import Frame
    from autograd_core.explain import Explanation

BASE = ("core", "view", "panel")
CLUSTERS = ("compose", "draw", "scopes")
NEEDED = {"lens": "lenses", "memory": "saved"}  # the data of an extra, if not of its name
EXTRAS = ("lens", "memory", "marks", "explanation", "frames")
REST = ("playback", "exercise", "search", "table", "views", "keys")

STYLED = ("scopes", "lens", "memory", "explanation")


LARGE = 200_000  # data of more characters travel packed


def page(
    snapshot: Snapshot,
    *,
    title: str | None = None,
    depth: int | None = None,
    diff: Diff | None = None,
    frames: Sequence[Frame] = (),
    explanation: Explanation | None = None,
) -> str:
    """The HTML document that shows a snapshot: one file without any other, for any browser.

    title: what stands above the picture; by default the names of the results.
    depth: how many levels of scopes are open at first; None opens as many as can be read at once.
    diff: the comparison whose merged snapshot this is: its marks are shown.
    frames: the steps of a simplification, to be gone through one by one.
    explanation: lines that select what they speak of.

    The same arguments give the same bytes.

    >>> from autograd_core import Tensor, graph
    >>> html = page(graph(Tensor(2.0, name="x") * 3).snapshot, title="three times x")
    >>> html.startswith("<!DOCTYPE html>")
    True
    """
    name = clean(title or _title(snapshot), 80) or "Computation graph"
    own: dict[str, Any] = {"depth": depth} if depth is not None else {}
    own |= {"marks": marks_of(diff)} if diff is not None else {}
    own |= {"explanation": lines_of(explanation)} if explanation is not None else {}
    own |= {"frames": len(frames)} if frames else {}
    return _write(snapshot, name, own, diff.marks if diff else None, draw_frames(frames))


@contextmanager
def _without_collector() -> Iterator[None]:
    """Let no cycles be looked for: a page makes hundreds of thousands of small things without any,
    and the collector would walk through them all again and again, for a quarter of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


# A decorator: all that a page is made of is gone before the collector looks for cycles again.
@_without_collector()
def _write(
    snapshot: Snapshot, title: str, own: dict[str, Any], marks: Marks | None, frames: str
) -> str:
    """The document: a picture and the data of its graph, with those of this page alone."""
    graph = clusters(snapshot)
    draw_lines(graph)
    made, of = scenes(graph, fold_series(graph), marks)
    data = content(snapshot, graph, made, of) | lens_part(snapshot) | own
    picture = draw(graph, made[of[0]], title, snapshot.notes, marks)
    return "\n".join(_document(title, picture + frames, data)) + "\n"


def _title(snapshot: Snapshot) -> str:
    names = [clean(v.name or "") for v in snapshot.vertices if v.kind == OUTPUT]
    return ", ".join(filter(None, names))


def _modules(data: dict[str, Any]) -> tuple[str, ...]:
    """The parts of the script that this page needs, in their order."""
    own = CLUSTERS if "clusters" in data else ()
    extras = [part for part in EXTRAS if NEEDED.get(part, part) in data]
    return (*BASE, *REST, *own, *extras, "start")


def _still(data: dict[str, Any]) -> str:
    """The style of what is seen without a script."""
    marked = ["marks"] if "marks" in data or "frames" in data else []
    return _style("style", *marked, *(["frames"] if "frames" in data else []))


def _document(title: str, picture: str, data: dict[str, Any]) -> Iterator[str]:
    modules = _modules(data)
    style, loader = _still(data), squeeze(_stripped("load.js"))
    script, script_hash, packed = _script(modules)
    told = to_json(data)
    if len(told) > LARGE:
        told, packed = "", pack(f"{script}\0{told}")
    policy = (
        f"default-src 'none';style-src {_hash(style)};script-src {_hash(loader)} {script_hash};"
        "base-uri 'none';form-action 'none'"
    )
    yield '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
    yield f"<title>{escape(title)}</title><style>{style}</style></head>"
    yield f"<body><header><h1>{escape(title)}</h1></header>"
    yield picture
    yield f'<script type="application/json" id="data">{told}</script>'
    yield f'<script type="text/plain" id="packed">{packed}</script>'
    yield f"<script>{loader}</script></body></html>"


def _hash(text: str) -> str:
    """An inline element with this text, as a content security policy names it."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@cache
def _script(modules: tuple[str, ...]) -> tuple[str, str, str]:
    """The script of these modules, its hash, and the script packed."""
    parts = [squeeze(_stripped(f"{name}.js")) for name in modules]
    style = json.dumps(_style("live", *(name for name in modules if name in STYLED)))
    script = "\n".join(['{"use strict";', f"const style={style};", *parts, "}"])
    return script, _hash(script), pack(script)


def squeeze(script: str) -> str:
    """The script without the blanks around its signs and the line breaks beside them, but for those
    in texts.  In the scripts of a page no text holds its own quotes, no template another template,
    and no sign stands before its equal, as in `a - -b`."""
    joined = re.sub(r"(?<=[;{,(\[])\n|\n(?=[})\]])", "", script)
    return _BLANKS.sub(lambda found: found["text"] or found["sign"], joined)


_BLANKS = re.compile(r"""(?P<text>"[^"]*"|`[^`]*`)|[ ]?(?P<sign>[-+=(){}\[\],;:<>?&|!*/])[ ]?""")


def pack(text: str) -> str:
    """A text as load.js unpacks it: the script, in less than half of its size, and the data behind
    a zero where there are many."""
    packed = compress(text.encode(), 9 if len(text) < LARGE else 5)
    padding = -len(packed) % 4
    words = np.frombuffer(packed + bytes(padding), ">u4")
    digits = words[:, None] // _PLACES % 85 + ord("!")
    return f"{padding}{digits.astype(np.uint8).tobytes().decode().replace('<', 'v')}"


_PLACES = 85 ** np.arange(4, -1, -1)  # of the five digits to the base of 85 that are four bytes


@cache
def _style(*names: str) -> str:
    """Style sheets without the space that means nothing."""
    whole = "".join(_stripped(f"{name}.css") for name in names).replace("\n", "")
    return re.sub(r"([{},;:]) | (?=[{}])", r"\1", whole).replace(";}", "}")


def _stripped(name: str) -> str:
    """A script or style without indentation, empty lines and lines of comment.  So that this is
    exact, every comment has lines of its own and no text runs over several lines."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    lines = [line.strip() for line in text.splitlines()]
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/*")))
