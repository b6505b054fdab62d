"""What all tests share: they may say what they show, and the manifest is made of that."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograd_core.primitive import REGISTRY, UFUNCS
from tests.manifest import Manifest

MANIFEST = pytest.StashKey[Manifest]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--manifest", type=Path, help="write what the tests showed of each function to this file"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[MANIFEST] = Manifest()


@pytest.fixture(autouse=True)
def declarations_end_with_their_test() -> Iterator[None]:
    """What a test declares is gone after it: no test changes what NumPy calls in another."""
    before = [(table, dict(table)) for table in (REGISTRY, UFUNCS)]
    yield
    for table, entries in before:
        if table != entries:
            table.clear()
            table.update(entries)


@pytest.fixture
def shows(request: pytest.FixtureRequest) -> Iterator[Callable[..., None]]:
    """To be called with a function's name and aspects: what this test shows of it, if it passes."""
    said: list[tuple[str, str]] = []
    yield lambda function, *aspects: said.extend((function, aspect) for aspect in aspects)
    failed = request.node.stash.get(FAILED, True)
    for claim in said:
        request.config.stash[MANIFEST].add(*claim, holds=not failed)


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    if report.when == "call":
        item.stash[FAILED] = not report.passed
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    path = session.config.getoption("--manifest")
    if path is not None:
        session.config.stash[MANIFEST].write(path)
