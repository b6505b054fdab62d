"""The packages as a whole: their names, documents and sizes agree with one another."""

import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

import autograd_core
import nn
from autograd_core import errors

ROOT = Path(__file__).parent.parent
PACKAGES = [autograd_core, nn]
PUBLIC = [(package, name) for package in PACKAGES for name in package.__all__]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("package", PACKAGES)
def test_all_lists_the_public_names(package: ModuleType) -> None:
    for name in package.__all__:
        assert hasattr(package, name)  # what is imported late is there from now on
    defined = {name for name in vars(package) if not name.startswith("_")}
    modules = {name for name in defined if inspect.ismodule(getattr(package, name))}
    listed = set(package.__all__) - {"__version__"}
    assert listed - modules == defined - modules
    assert len(package.__all__) == len(set(package.__all__))


@pytest.mark.parametrize(("package", "name"), PUBLIC)
def test_public_names_and_their_methods_are_documented(package: ModuleType, name: str) -> None:
    thing = getattr(package, name)
    assert inspect.getdoc(thing)
    if inspect.isclass(thing):
        methods = [key for key, value in vars(thing).items() if is_method(key, value)]
        assert [key for key in methods if not inspect.getdoc(getattr(thing, key))] == []


def is_method(name: str, value: object) -> bool:
    kinds = property | classmethod | staticmethod
    return not name.startswith("_") and (inspect.isfunction(value) or isinstance(value, kinds))


def test_the_changelog_starts_with_this_version() -> None:
    newest = re.search(r"^## \[?(\d\S*?)\]?(\s|$)", text("CHANGELOG.md"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == autograd_core.__version__


@pytest.mark.parametrize("page", ["README.md", "docs/adding-a-primitive.md"])
def test_the_code_in_a_page_runs(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", text(page), re.MULTILINE | re.DOTALL)
    assert blocks
    namespace: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, page, "exec"), namespace)
    if page == "README.md":  # the picture in it is what its code draws
        drawn = (tmp_path / "price.svg").read_bytes()
        assert drawn == (ROOT / "docs" / "pictures" / "price.svg").read_bytes()


def test_files_can_be_read_in_one_sitting() -> None:
    lines = {
        path.name: len(path.read_text(encoding="utf-8").splitlines())
        for package in ("autograd_core", "nn")
        for path in (ROOT / package).rglob("*.py")
    }
    assert {name: count for name, count in lines.items() if count > 400} == {}


def test_the_drawn_tree_of_errors_is_the_true_one() -> None:
    drawn = dict(re.findall(r"[├└]─ (\w+) \((\w+)\)", str(errors.__doc__)))
    true = {
        name: error.__bases__[1].__name__
        for name, error in vars(errors).items()
        if inspect.isclass(error) and errors.AutogradError in error.__bases__
    }
    assert drawn == true
