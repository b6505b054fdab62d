"""Hostile names run nothing in a page, ask for nothing, and change nothing of its structure."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from autograd_core import graph
from autograd_core.draw.names import clean
from autograd_core.draw.page import page
from autograd_core.draw.snapshot import Snapshot, Value
from examples.gallery.figure import FIGURES
from tests.page.conftest import wait_for_script
from tests.page.payloads import PAYLOADS, WATCH

NAMES = [text for texts in PAYLOADS.values() for text in texts]
# They do no harm by themselves, but would end or swallow what stands around them.
BREAKERS = [
    "<!--", "-->", "<!--<script>", "]]>", "<![CDATA[", "<plaintext>", "</svg>", "</text></g>",
    "</script>", "</style>", "</title>", "</body></html>", "<template>", "<select>", "<table>",
    "&lt;b&gt;", "&#60;b&#62;", "&amp;amp;", "\\u003cb\\u003e", "\\", "\\\\", '"', "'", "`", "${1}",
    "__proto__", "constructor", "toString", "\x00", "\x1b[31m", "\u202eabc", "\u2028", "\ud800",
    "s2", "e3", "say", "panel", "%", "%3Cb%3E", "a&step=9&open=s1", "$&", "$1", "{{x}}", "x" * 5000,
]  # fmt: skip


@cache
def host() -> Snapshot:
    return graph(FIGURES["softmax_with_loss_simplified"].build()).snapshot


def spoilt(snapshot: Snapshot, name: str) -> Snapshot:
    """The graph with this name in every place that takes a text from outside."""
    strange = Value((), name, name)

    def value(old: Value | None) -> Value | None:
        return strange if old and old.numbers is not None else old and replace(old, dtype=name)

    return replace(
        snapshot,
        vertices=tuple(
            replace(
                v, label=v.label and name, name=v.name and name, primitive=v.primitive and name,
                params=dict.fromkeys([name] * len(v.params), name), line=name, value=value(v.value),
                gradient=value(v.gradient),
                definition=v.definition and spoilt(v.definition, name),
            )
            for v in snapshot.vertices
        ),
        edges=tuple(
            replace(e, gradient=value(e.gradient), rule=e.rule and name) for e in snapshot.edges
        ),
        scopes=tuple(replace(s, name=name) for s in snapshot.scopes),
        notes=(name, name),
    )  # fmt: skip


SKELETON = """() => [...document.querySelectorAll('*')]
    .filter(part => !['rect', 'circle', 'path', 'tspan'].includes(part.localName))
    .map(part => part.localName + ' ' + part.getAttributeNames().sort().join(' '))"""

USE_ALL = """name => {
    const find = document.querySelector('#find');
    find.value = name;
    find.dispatchEvent(new Event('input', {bubbles: true}));
    for (let round = 0; round < 3; round += 1)
        for (const part of document.querySelectorAll('svg [aria-expanded="false"]'))
            window.autograd.picture.toggle(part.id);
    for (const part of document.querySelectorAll('svg .edge, svg .vertex, svg .frame'))
        window.autograd.select(part.id);
    for (let step = 0; step < 9; step += 3)
        window.autograd.step(step);
}"""

Used = tuple[list[str], bool, list[str]]


@pytest.fixture(scope="module")
def use(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    """Opens a page with this name everywhere, in its address too, and uses all that it offers."""
    context = browser.new_context(reduced_motion="reduce")
    context.add_init_script(WATCH)
    tab = context.new_page()
    noticed: list[str] = []
    tab.on("request", lambda request: noticed.append(f"request {request.url}"))
    tab.on("console", lambda message: noticed.append(f"console {message.text}"))
    tab.on("pageerror", lambda error: noticed.append(f"error {error}"))
    file = tmp_path_factory.mktemp("hostile") / "page.html"

    def used(name: str, document: str | None = None) -> Used:
        document = document or page(spoilt(host(), name), title=name)
        file.write_bytes(document.encode("utf-8", "surrogatepass"))
        tab.goto("about:blank")
        noticed.clear()
        fragment = "&".join(
            f"{key}={quote(name, safe='', errors='replace')}"
            for key in ("step", "open", "lens", "pick", "mode", "find", "x")
        )
        tab.goto(f"{file.as_uri()}#{fragment}")
        wait_for_script(tab, [line for line in noticed if "error" in line])
        tab.evaluate(USE_ALL, name.encode("utf-8", "replace").decode())
        for keys in (("?", "Escape"), ("/", "Enter", "Escape", "End")):
            for key in keys:
                tab.keyboard.press(key)
            tab.locator("dialog").wait_for(state="detached")
        skeleton: list[str] = tab.evaluate(SKELETON)
        own = f"request {file.as_uri()}"
        others = [line for line in noticed if line.partition("#")[0] != own]
        return skeleton, bool(tab.evaluate("top.fired")), others

    yield used
    context.close()


@cache
def harmless(length: int, use: Callable[[str], Used]) -> Used:
    return use("x" * length or "\x7f")


@pytest.mark.parametrize("name", [*NAMES, *BREAKERS])
def test_a_name_is_a_text_and_nothing_else(name: str, use: Callable[[str], Used]) -> None:
    skeleton, fired, noticed = use(name)
    assert not fired
    assert noticed == []
    assert skeleton == harmless(len(clean(name)), use)[0]


@pytest.mark.parametrize("name", PAYLOADS["text"][:3])
def test_the_page_forbids_what_it_might_not_escape(name: str, use: Callable[..., Used]) -> None:
    """A second line of defence: scripts that are not ours do not run, whoever put them there."""
    document = page(host())
    assert "</body>" in document
    _, fired, noticed = use("x", document.replace("</body>", f"{name}</body>"))
    assert not fired
    assert any("Content Security Policy" in line for line in noticed)


def test_a_name_that_was_not_escaped_would_be_seen(use: Callable[..., Used]) -> None:
    """The check of the structure is able to fail."""
    document = page(spoilt(host(), "pear<b>x</b>"))
    assert "&lt;b&gt;" in document
    plain = use("pear<b>x</b>", document)[0]
    broken = use("pear<b>x</b>", document.replace("&lt;b&gt;", "<b>").replace("&lt;/b&gt;", "</b>"))
    assert broken[0] != plain


def test_the_address_of_the_file_may_hold_anything(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "<img src=x onerror=f()>#?&.html"
    file.write_text(page(host()), encoding="utf-8")
    tab = browser.new_page()
    tab.add_init_script(WATCH)
    tab.goto(file.as_uri())
    tab.keyboard.press("ArrowRight")
    assert not tab.evaluate("top.fired")
    tab.close()
