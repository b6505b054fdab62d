"""The command line: draw, explain and compare graphs that `graph(x).save("x.json")` wrote."""

from __future__ import annotations

import os
import sys
import tempfile
import webbrowser
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from autograd_core.draw.diff import Diff
from autograd_core.draw.engine import render
from autograd_core.draw.names import clean
from autograd_core.draw.page import page
from autograd_core.draw.picture import Graph, graph
from autograd_core.draw.snapshot import Snapshot
from autograd_core.draw.snapshot.fold import check_depth
from autograd_core.draw.snapshot.wellformed import wellformed
from autograd_core.draw.text import Style
from autograd_core.errors import AutogradError
from autograd_core.tensor import Tensor
from autograd_core.version import __version__

DESCRIPTION = """\
Draw, explain and compare computation graphs.

A graph comes from a FILE that graph(x).save("x.json") wrote. "-" in its place is the standard
input, and "demo" the price of apples and oranges."""

EXAMPLES = """\
examples:
  python -m autograd_core demo                          the price of apples, to step through
  python -m autograd_core draw loss.json                the tree of the result, in the terminal
  python -m autograd_core draw loss.json --html loss.html --depth 1
  python -m autograd_core draw loss.json --svg - > loss.svg
  python -m autograd_core explain demo --wrt apple      the chain rule in words and numbers
  python -m autograd_core diff monday.json tuesday.json --tolerance 1e-6"""

FAILED = 2  # the exit code of an error; that of `diff` for graphs that differ is 1


# ── the graphs ────────────────────────────────────────────────────────────────────────────────
def buy_apple() -> Any:
    """Two apples and the tax (book, section 5.1)."""
    apple, count, tax = Tensor(100, name="apple"), Tensor(2, name="count"), Tensor(1.1, name="tax")
    apple_price = apple * count
    price = apple_price * tax
    apple_price.name, price.name = "apple_price", "price"
    price.backward()
    return price


def buy_apple_orange() -> Any:
    """Two apples, three oranges and the tax (book, section 5.4)."""
    apple, n = Tensor(100, name="apple"), Tensor(2, name="n")
    orange, m = Tensor(150, name="orange"), Tensor(3, name="m")
    tax = Tensor(1.1, name="tax")
    apple_price, orange_price = apple * n, orange * m
    total = apple_price + orange_price
    price = total * tax
    apple_price.name, orange_price.name = "apple_price", "orange_price"
    total.name, price.name = "total", "price"
    price.backward()
    return price


def load(file: str, depth: int | None = None) -> Graph:
    """The graph that an argument of the command names."""
    if file == "demo":
        return graph(buy_apple_orange(), depth)
    if file != "-":
        return Graph.load(file, depth)
    check_depth(depth)
    return Graph(wellformed(Snapshot.from_json(sys.stdin.buffer.read())), depth)


# ── the commands; each returns the exit code ──────────────────────────────────────────────────
Pictures = dict[str, Callable[[Any], str | bytes]]  # how each format is made

OF_GRAPH: Pictures = {
    "html": Graph.to_html,
    "svg": Graph.to_svg,
    "dot": Graph.to_dot,
    "png": lambda drawing: render(drawing.to_dot(), "png"),
}
OF_DIFF: Pictures = {
    "html": lambda found: page(found.merged, diff=found),
    "svg": Diff.to_svg,
}


def draw(options: Namespace) -> int:
    """Write the graph in every format that was asked for, by default as a tree."""
    drawing = load(options.file, options.depth)
    asked = save_pictures(drawing, OF_GRAPH, options)
    if options.text or not (asked or options.steps):
        print(drawing.to_text(Style.of(sys.stdout)))
    if options.steps:
        print(drawing.to_steps(Style.of(sys.stdout)))
    return 0


def explain(options: Namespace) -> int:
    """Print how the gradients come about."""
    print(load(options.file).explain(wrt=options.wrt, format=options.format))
    return 0


def diff(options: Namespace) -> int:
    """Report what differs; as the exit code 1 if anything does."""
    before, after = load(options.before), load(options.after)
    found = before.diff(after, tolerance=options.tolerance)
    if not save_pictures(found, OF_DIFF, options) or options.text:
        print(found)
    return int(bool(found.removed or found.added or found.changed))


def demo(options: Namespace) -> int:
    """Write the pages of the two price graphs, explained, and open the larger one."""
    folder = Path(options.output or tempfile.mkdtemp(prefix="autograd-"))
    folder.mkdir(parents=True, exist_ok=True)
    for price in (buy_apple, buy_apple_orange):
        file = (folder / f"{price.__name__}.html").resolve()
        file.write_bytes(graph(price()).to_html(explanation=True).encode())
        print(file)
    if options.open and not webbrowser.open(file.as_uri()):
        print("There is no browser here: open one of these files in yours.")
    return 0


def save_pictures(drawing: Any, pictures: Pictures, options: Namespace) -> bool:
    """Write the formats that were asked for; whether any was."""
    asked = {form: out for form in pictures if (out := getattr(options, form)) is not None}
    for form, out in asked.items():
        picture = pictures[form](drawing)
        content = picture.encode() if isinstance(picture, str) else picture
        if out == "-":
            sys.stdout.buffer.write(content)
        else:
            Path(out).write_bytes(content)
    return bool(asked)


# ── the arguments ─────────────────────────────────────────────────────────────────────────────
def arguments() -> ArgumentParser:
    """What the command line understands."""
    parser = ArgumentParser(
        prog="python -m autograd_core",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"autograd-core {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    command = commands.add_parser("draw", help="a graph as page, picture, text")
    command.set_defaults(run=draw)
    command.add_argument("file", metavar="FILE", help='saved as .json; "-" or "demo"')
    add_pictures(command, OF_GRAPH)
    command.add_argument("--text", action="store_true", help="the tree of the result (default)")
    command.add_argument("--steps", action="store_true", help="a line for each step of both passes")
    command.add_argument("--depth", type=int, metavar="N", help="levels of scopes that are open")

    command = commands.add_parser("explain", help="the chain rule in words, numbers or LaTeX")
    command.set_defaults(run=explain)
    command.add_argument("file", metavar="FILE", help='saved as .json; "-" or "demo"')
    command.add_argument("--wrt", metavar="NAME", help="the variable in question (default: all)")
    command.add_argument("--format", choices=("text", "latex", "markdown"), default="text")

    command = commands.add_parser(
        "diff",
        help="what differs between two graphs",
        description="Exit code 0: the graphs are the same; 1: they differ; 2: an error.",
    )
    command.set_defaults(run=diff)
    command.add_argument("before", metavar="BEFORE", help='saved as .json; "-" or "demo"')
    command.add_argument("after", metavar="AFTER", help='saved as .json; "-" or "demo"')
    add_pictures(command, OF_DIFF)
    command.add_argument("--text", action="store_true", help="a report (default)")
    command.add_argument(
        "--tolerance", type=float, default=0.0, metavar="T",
        help="relative difference of numbers that count as the same (default: 0)",
    )  # fmt: skip

    command = commands.add_parser("demo", help="the price of apples as a page; opens it")
    command.set_defaults(run=demo)
    command.add_argument("-o", "--output", metavar="FOLDER", help="for the pages")
    command.add_argument("--no-open", dest="open", action="store_false", help="only write them")
    return parser


def add_pictures(command: ArgumentParser, pictures: Pictures) -> None:
    """An option for each format that goes into a file."""
    for form in pictures:
        command.add_argument(f"--{form}", metavar="OUT", help='write it; "-" is standard output')


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name, those of this process if None.

    Returns the exit code: 0, or 2 after an error of one line on standard error.
    """
    options = arguments().parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a name may hold what the terminal cannot show
            stream.reconfigure(errors="replace")
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has left, as `head` does. Python would complain once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except AutogradError as error:
        return fail(str(error))
    except OSError as error:
        return fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    return code


def fail(message: str) -> int:
    """Say on one line what went wrong."""
    print(f"autograd_core: {clean(message, 1000)}", file=sys.stderr)
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
