"""A browser for all tests of this folder, and what a visit to a page leaves behind."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from examples.gallery import __main__ as gallery_script
from examples.gallery.figure import FIGURES

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
DESKTOP = {"width": 1280, "height": 800}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.fail("tests/page needs Chromium on the PATH (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages of all figures."""
    folder = tmp_path_factory.mktemp("gallery")
    gallery_script.write_gallery(folder)
    return {name: folder / f"{name}.html" for name in ["index", *FIGURES]}


@dataclass
class Visit:
    """A page in the browser, and what it asked for and said."""

    page: Page
    url: str
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def __call__(self, script: str, argument: Any = None) -> Any:
        """What a function of JavaScript returns in the page."""
        return self.page.evaluate(script, argument)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def step(self) -> int:
        """The number of the current step, from the address."""
        return int(self("() => new URLSearchParams(location.hash.slice(1)).get('step') ?? 0"))

    def loaded(self) -> set[str]:
        """What was asked for besides the page itself."""
        first, *others = [url.partition("#")[0] for url in self.requests]
        assert first == self.url
        assert len(others) == len(set(others))
        return set(others)


@pytest.fixture(scope="session")
def enter(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Opens a file in a browser with the given settings, and waits until its script runs."""
    contexts: dict[str, BrowserContext] = {}

    def entered(file: Path, fragment: str = "", **settings: Any) -> Visit:
        if str(settings) not in contexts:
            contexts[str(settings)] = browser.new_context(**{"viewport": DESKTOP, **settings})
            contexts[str(settings)].set_default_timeout(5000)
        visit = Visit(contexts[str(settings)].new_page(), file.resolve().as_uri())
        visit.page.on("request", lambda request: visit.requests.append(request.url))
        visit.page.on("console", lambda message: visit.messages.append(message.text))
        visit.page.on("pageerror", lambda error: visit.messages.append(str(error)))
        visit.page.goto(visit.url + (f"#{fragment}" if fragment else ""))
        if settings.get("java_script_enabled", True):
            wait_for_script(visit.page, visit.messages)
        return visit

    yield entered
    for context in contexts.values():
        context.close()


def wait_for_script(page: Page, messages: Sequence[str]) -> None:
    """Until the page has unpacked its script and run it, or has said why it cannot.  Playwright's
    own waiting evaluates strings, which the policy of the page forbids."""
    for _ in range(500):
        if page.evaluate("() => 'autograd' in window || !document.querySelector('#data')"):
            return
        if messages:
            break
        page.wait_for_timeout(10)
    raise AssertionError(f"the script did not start: {messages}")


@pytest.fixture
def visit(enter: Callable[..., Visit]) -> Iterator[Callable[..., Visit]]:
    """`enter` for one test, which fails if the page loads anything besides itself, says anything to
    the console, or throws."""
    visits: list[Visit] = []

    def visited(*arguments: Any, **settings: Any) -> Visit:
        visits.append(enter(*arguments, **settings))
        return visits[-1]

    yield visited
    for seen in visits:
        seen.page.close()
        assert seen.loaded() == set()
        assert seen.messages == []
