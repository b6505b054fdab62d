"""The positive control: every payload does its harm in a page that trusts its names."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Route

from tests.page.payloads import PAYLOADS, WATCH, control

PAGE = "http://control.test/"


@pytest.fixture(scope="module")
def harm(browser: Browser) -> Iterator[Callable[[str, str], bool]]:
    """Whether a payload is obeyed in the control page of its kind."""
    context = browser.new_context()
    context.add_init_script(WATCH)
    page = context.new_page()
    served = ""
    asked: list[str] = []

    def answer(route: Route) -> None:
        if route.request.url == PAGE:
            route.fulfill(body=served, content_type="text/html")
        else:
            asked.append(route.request.url)
            route.abort()

    def fires(kind: str, payload: str) -> bool:
        nonlocal served
        served = control(kind, payload)
        asked.clear()
        page.goto(PAGE)
        if any("evil.test" in url for url in asked):
            return True
        page.wait_for_function("top.fired", timeout=2000)
        return True

    page.route("**/*", answer)
    yield fires
    context.close()


@pytest.mark.parametrize(
    ("kind", "payload"), [(kind, text) for kind, texts in PAYLOADS.items() for text in texts]
)
def test_a_payload_fires_where_it_is_not_escaped(
    kind: str, payload: str, harm: Callable[[str, str], bool]
) -> None:
    assert harm(kind, payload)


def test_there_are_enough_of_them() -> None:
    assert sum(map(len, PAYLOADS.values())) >= 60
    assert len(PAYLOADS) == 6
