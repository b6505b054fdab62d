"""The stories of this folder.

    python -m examples               the main job: two price graphs are drawn, then a net of two
                                     layers learns to read handwritten digits
    python -m examples --list        what there is to see
    python -m examples NAME ...      one story with its options: python -m examples buy_apple --help

The pictures go into the folder `pictures`; `--out FOLDER` chooses another one.
"""

import ast
import runpy
import sys
from pathlib import Path

from autograd_core import DatasetError, MissingExtraError

STORIES = {path.stem: path for path in sorted(Path(__file__).parent.glob("[0-9]*.py"))}
MAIN_JOB = ("01_buy_apple", "02_buy_apple_orange", "07_two_layer_net")


def main(arguments: list[str]) -> None:
    """Do what the arguments of the command ask for."""
    match arguments:
        case ["-h" | "--help"]:
            print(__doc__)
        case ["--list"]:
            print(listing())
        case []:
            main_job("pictures")
        case ["--out", folder]:
            main_job(folder)
        case [name, *options]:
            tell(find(name), options)


def main_job(folder: str) -> None:
    for story in MAIN_JOB:
        print(f"\n== {story} ==\n{headline(story)}\n")
        tell(story, ["--out", folder])
    print("\n== Where to look ==")
    for story in MAIN_JOB:
        for picture in sorted(Path(folder).glob(f"{story}.*")):
            print(picture.resolve())
    print("\nMore stories: python -m examples --list")


def tell(story: str, options: list[str]) -> None:
    """Run the story as if it had been called by itself."""
    path = str(STORIES[story])
    sys.argv = [path, *options]
    try:
        runpy.run_path(path, run_name="__main__")
    except DatasetError as error:
        sys.exit(str(error))
    except (ModuleNotFoundError, MissingExtraError) as error:
        sys.exit(f"{error}\nWhat all stories need: pip install 'autograd-core[train]'")


def find(name: str) -> str:
    """The story of this name, with its number or without it, or of this number."""
    for story in STORIES:
        number, _, rest = story.partition("_")
        if name in (story, rest, number, number.lstrip("0")):
            return story
    return sys.exit(f"There is no story {name!r}.  These are the stories:\n\n{listing()}")


def listing() -> str:
    return "\n".join(f"{story:<24} {headline(story)}" for story in STORIES)


def headline(story: str) -> str:
    """The first line of the story's docstring."""
    text = ast.get_docstring(ast.parse(STORIES[story].read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0]


if __name__ == "__main__":
    main(sys.argv[1:])
