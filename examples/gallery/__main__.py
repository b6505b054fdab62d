"""Every computation graph of the book's chapter 5, and three larger ones, drawn from code.

    python -m examples.gallery              into the folder pictures/gallery; open its index.html
    python -m examples.gallery FOLDER       into another folder
    python -m examples.gallery --docs       docs/gallery.md and its pictures anew

For each figure a picture (SVG) and a page (HTML) to step through; an index shows them all, with the
lines of code that each was drawn from.
"""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path

from examples.gallery import book, nets  # noqa: F401  they declare the figures
from examples.gallery.figure import FIGURES
from examples.gallery.index import html_index, markdown_index

DOCS = Path(__file__).parents[2] / "docs"


def write_gallery(folder: Path) -> None:
    """A picture and a page for each figure, and the index of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in FIGURES.items():
        drawing = figure.graph()
        drawing.save(folder / f"{name}.svg")
        drawing.save(folder / f"{name}.html")
    write(folder / "index.html", html_index(FIGURES.values()))


def write_docs(folder: Path) -> None:
    """The gallery as one Markdown page, and its pictures."""
    pictures = folder / "pictures" / "gallery"
    pictures.mkdir(parents=True, exist_ok=True)
    for name, figure in FIGURES.items():
        figure.graph().save(pictures / f"{name}.svg")
    write(folder / "gallery.md", markdown_index(FIGURES.values(), "pictures/gallery"))


def write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())  # the same bytes on every system
    print(path.resolve())


def main(arguments: list[str]) -> None:
    parser = ArgumentParser(
        prog="python -m examples.gallery",
        description=__doc__,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", nargs="?", type=Path, default=Path("pictures") / "gallery")
    parser.add_argument("--docs", action="store_true", help="write docs/gallery.md instead")
    options = parser.parse_args(arguments)
    if options.docs:
        write_docs(DOCS)
    else:
        write_gallery(options.folder)


if __name__ == "__main__":
    main(sys.argv[1:])
