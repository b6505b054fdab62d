"""Figure: one picture of the gallery as data, and the decorator that declares it."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import dedent

from autograd_core import Graph, Tensor, graph


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture of the gallery.

    name: of its files. title, sees: its heading, and what the reader should see in it.
    source: the chapter or section that has the figure. build: the lines of user code that compute
    what is drawn. depth: how many levels of scopes are opened, None all modules and no composite.
    """

    name: str
    title: str
    sees: str
    source: str
    build: Callable[[], Tensor]
    depth: int | None

    def graph(self) -> Graph:
        """The graph that the code records, gradients and all."""
        return graph(self.build(), self.depth)

    @property
    def place(self) -> str:
        """Where the book has it."""
        return f"Section {self.source}" if self.source[0].isdigit() else self.source

    @property
    def code(self) -> str:
        """What a user would write: the lines of the function, and the drawing of its result."""
        source = dedent(inspect.getsource(self.build).split('"""', 2)[2]).strip()
        lines, _, result = source.rpartition("return ")
        depth = "" if self.depth is None else f", depth={self.depth}"
        return f'{lines}graph({result}{depth}).save("{self.name}.svg")'


FIGURES: dict[str, Figure] = {}


def figure(
    source: str, depth: int | None = None
) -> Callable[[Callable[[], Tensor]], Callable[[], Tensor]]:
    """Declare a function as a figure: its name names the files, the first line of its docstring is
    the title, and the rest says what the reader should see."""

    def declare(build: Callable[[], Tensor]) -> Callable[[], Tensor]:
        title, _, sees = inspect.cleandoc(build.__doc__ or "").partition("\n\n")
        name = build.__name__
        FIGURES[name] = Figure(name, title, " ".join(sees.split()), source, build, depth)
        return build

    return declare
