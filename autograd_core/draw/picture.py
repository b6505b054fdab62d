"""Graph: the drawn graph of a computation, in every format, and `graph`, which makes it."""

from __future__ import annotations

import sys
import tempfile
import webbrowser
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from autograd_core.draw.diff import Diff, diff
from autograd_core.draw.dot import to_dot
from autograd_core.draw.engine import render
from autograd_core.draw.names import clean
from autograd_core.draw.page import page
from autograd_core.draw.programs import program_snapshot
from autograd_core.draw.snapshot import GROUP, OPERATION, OUTPUT, Snapshot
from autograd_core.draw.snapshot.capture import capture
from autograd_core.draw.snapshot.expand import expand
from autograd_core.draw.snapshot.fold import check_depth, fold
from autograd_core.draw.snapshot.wellformed import wellformed
from autograd_core.draw.svg import to_svg
from autograd_core.draw.text import Style, steps, tree
from autograd_core.errors import GraphError, RenderError
from autograd_core.tensor import Tensor
from autograd_core.tracing import Program

if TYPE_CHECKING:
    from autograd_core.draw.simplification import Frame
    from autograd_core.explain import Explanation

LARGE = 2000  # a notebook shows graphs of more vertices as text only


def graph(
    x: Tensor | Program, depth: int | None = None, *, repeats: bool = False, profile: bool = False
) -> Graph:
    """The graph that computed a Tensor, or that of a compiled program, ready to be drawn.

    depth: how many levels of scopes are drawn opened. Modules and composite operations (softmax,
        Affine, …) below are one vertex each. None opens all modules and no composite.
    repeats: whether a depth leaves equal modules in a row apart. Else three and more of them are
        one vertex, "block ×12"; where the depth opens them, the first is drawn, and a note says so.
    profile: measure how long every operation and its rules take.

    Gradients are those of the last backward pass; before any they are drawn as "–". Nothing in the
    Tensor or its graph changes. A program has no numbers and both passes in one picture. Raises
    GraphError for anything else and for a negative depth.

    >>> from autograd_core import Tensor
    >>> apple, count = Tensor(100, name="apple"), Tensor(2, name="count")
    >>> price = apple * count * Tensor(1.1, name="tax")
    >>> price.name = "price"
    >>> price.backward()
    >>> print(graph(price))
    price = 220  ∂ 1  [×]
    ├─ n2 = 200  ∂ 1.1  [×]
    │  ├─ apple = 100  ∂ 2.2
    │  └─ count = 2  ∂ 110
    └─ tax = 1.1  ∂ 200
    """
    check_depth(depth)
    if isinstance(x, Program):
        return Graph(program_snapshot(x), depth, None, repeats)
    return Graph(capture(x, profile=profile), depth, x, repeats)


@dataclass(frozen=True, slots=True, repr=False)
class Graph:
    """A recorded graph that draws itself: in a notebook by being shown, else with `show`, `save`
    and `print`.

    snapshot: the whole graph as data. depth: how many levels of scopes are drawn opened, None all.
    tensor: what the graph was recorded for; None for a graph from a file. repeats: whether equal
    modules in a row are drawn apart where a depth is given.
    """

    snapshot: Snapshot
    depth: int | None = None
    tensor: Tensor | None = field(default=None, compare=False)
    repeats: bool = False

    @property
    def drawn(self) -> Snapshot:
        """The snapshot with the scopes below `depth` closed, as every picture shows it."""
        return fold(self.snapshot, self.depth, self.repeats)

    def to_svg(self, engine: str | None = None, backward_arrows: bool = False) -> str:
        """The picture as SVG.

        engine: None draws with the layout of this library: the same bytes everywhere, and nothing
            need be installed. "dot" asks Graphviz, and raises RenderError where there is none.
        backward_arrows: draw a thick arrow against every edge that a gradient flows along; only by
            our own layout.
        """
        if engine is None:
            return to_svg(self.drawn, backward_arrows)
        if engine != "dot":
            raise RenderError(
                f'graph: engine is {engine!r}. It is "dot" for Graphviz, None for our own layout.'
            )
        return render(self.to_dot(), "svg").decode()

    def to_html(self, *, explanation: bool = False, simplification: bool = False) -> str:
        """A page for any browser, in one file that needs no other: the picture, which opens scope
        by scope and definition by definition; playback of both passes; exercises; search.

        explanation: with the lines of `explain`, each of which selects what it speaks of.
        simplification: with the steps of `simplify`, to go through.
        """
        return page(
            expand(self.snapshot, self.depth or 0),
            depth=self.depth,
            explanation=self.explain() if explanation else None,
            frames=self.simplify() if simplification else (),
        )

    def to_dot(self) -> str:
        """The picture in the language of Graphviz."""
        return to_dot(self.drawn)

    def to_text(self, style: Style | None = None) -> str:
        """The tree of the result and what it was computed from.

        `x (n7)` is the first of several places where a value is read, `↑ n7` each further one.
        """
        return tree(self.drawn, style)

    def to_steps(self, style: Style | None = None) -> str:
        """A line for each step of the forward pass, then of the backward pass."""
        return steps(self.drawn, style)

    def to_json(self) -> str:
        """The whole snapshot as a JSON document, which `Graph.load` reads."""
        return self.snapshot.to_json()

    def save(self, path: str | Path) -> Path:
        """Write the graph in the format that the suffix names, and return the path.

        .html, a page to play and open; .svg by our own layout; .png and .pdf by Graphviz, which has
        to be installed; .dot or .gv; .json with the whole snapshot; .txt with the tree.  Raises
        RenderError for another suffix and where there is no engine.
        """
        path = Path(path)
        form = _FORMATS.get(path.suffix.lower())
        if form is None:
            raise RenderError(
                f"graph: cannot save {clean(path.name)!r}: its suffix names none of the formats "
                f"{' '.join(_FORMATS)}."
            )
        path.write_bytes(form(self))
        return path

    @staticmethod
    def load(path: str | Path, depth: int | None = None) -> Graph:
        """The graph in a .json file that `save` wrote.  Raises SnapshotError for any other."""
        check_depth(depth)
        return Graph(wellformed(Snapshot.from_json(Path(path).read_bytes())), depth)

    def explain(self, wrt: Tensor | str | None = None, format: str = "text") -> Explanation:  # noqa: A002
        """How the result and its derivatives come about, in words, formulas and numbers.

        wrt: a Tensor of the graph, or the name of one: only what its gradient needs is told.
        format: "text", "latex" or "markdown", for `str` of the explanation.
        """
        from autograd_core.explain import explain

        return explain(self, wrt, format)

    def diff(self, other: Graph, tolerance: float = 0.0) -> Diff:
        """What was removed, added and changed from this graph to another.

        tolerance: the relative difference up to which numbers count as the same.
        """
        return diff(self.snapshot, other.snapshot, tolerance)

    def simplify(self) -> tuple[Frame, ...]:
        """The steps that simplify the graph and its derivatives, each with its equation.

        Raises GraphError for a graph from a file, which holds no values to check them with.
        """
        from autograd_core.draw.simplification import simplify

        if self.tensor is None:
            raise GraphError(
                "simplify: this graph comes from a file, and its arrays are not in it. Simplify "
                "the graph of the Tensor: graph(x).simplify()."
            )
        return simplify(self.tensor)

    def show(self) -> None:
        """Show the page: in a notebook below the cell, else in the browser.

        Raises RenderError where there is no browser; the message names the file to open.
        """
        display = _notebook_display()
        if display is not None:
            display(self)
            return
        with tempfile.NamedTemporaryFile(prefix="graph-", suffix=".html", delete=False) as file:
            file.write(self.to_html().encode())
        if not webbrowser.open(Path(file.name).as_uri()):
            raise RenderError(f"graph: no browser was found. The page is in {file.name}.")

    def print(self, stream: TextIO | None = None) -> None:
        """Write the tree to a stream, standard output if it is None, in its width; in colours on a
        terminal unless the environment variable NO_COLOR is set."""
        stream = stream or sys.stdout
        stream.write(self.to_text(Style.of(stream)) + "\n")

    def __str__(self) -> str:
        return self.to_text(replace(Style(), ascii=Style.of(sys.stdout).ascii))

    def __repr__(self) -> str:
        kinds = Counter(vertex.kind for vertex in self.snapshot.vertices)
        names = ", ".join(clean(v.name or "") for v in self.snapshot.vertices if v.kind == OUTPUT)
        of = f" of {names}" if names else ""
        return f"<graph{of}: {kinds[OPERATION] + kinds[GROUP]} operations>"

    def _repr_svg_(self) -> str | None:
        drawn = self.drawn
        return to_svg(drawn) if len(drawn.vertices) <= LARGE else None

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        picture = self._repr_svg_()
        if picture is None:
            hint = "Too large to show here: save it as .html, or close scopes: graph(x, depth=1)."
            return {"text/plain": f"{self!r} {hint}"}
        bundle = {"image/svg+xml": picture, "text/plain": str(self)}
        # What is folded away in the picture is all in the page, and goes into the notebook's file.
        if len(self.snapshot.vertices) <= LARGE:
            bundle["text/html"] = _framed(self.to_html(), self.drawn)
        return bundle


def _framed(document: str, drawn: Snapshot) -> str:
    """The page in a frame of its own: its script runs there and reaches nothing around it."""
    height = min(640, 300 + 12 * len(drawn.vertices))
    return (
        f'<iframe srcdoc="{escape(document)}" sandbox="allow-scripts" title="Computation graph" '
        f'width="100%" height="{height}" frameborder="0"></iframe>'
    )


def _notebook_display() -> Callable[[Graph], Any] | None:
    """IPython's `display`, where this process is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return sys.modules["IPython.display"].display if hasattr(shell, "kernel") else None


_FORMATS: dict[str, Callable[[Graph], bytes]] = {
    ".html": lambda g: g.to_html().encode(),
    ".svg": lambda g: g.to_svg().encode(),
    ".png": lambda g: render(g.to_dot(), "png"),
    ".pdf": lambda g: render(g.to_dot(), "pdf"),
    ".dot": lambda g: g.to_dot().encode(),
    ".gv": lambda g: g.to_dot().encode(),
    ".json": lambda g: g.to_json().encode(),
    ".txt": lambda g: (g.to_text() + "\n").encode(),
}
