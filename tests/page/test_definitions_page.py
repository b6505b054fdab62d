"""Playing through a definition that was opened by hand: its operations have steps of their own."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from autograd_core import REGISTRY, Tensor, composite, graph, sigmoid
from tests.page.conftest import Visit

Open = Callable[..., Visit]
Gallery = dict[str, Path]

TOGGLE = "id => window.autograd.picture.toggle(id)"
CURRENT = """() => {
    const found = document.querySelectorAll('svg [aria-current="step"]');
    return [...found].map(part => part.querySelector('.sign, .title').textContent);
}"""
# The values and the gradients that can be seen.
SEEN = """() => ['.value', '.gradient:not(.none)'].map(kind =>
    [...document.querySelectorAll(`#stage .edge ${kind}`)]
        .filter(text => text.checkVisibility({visibilityProperty: true}))
        .map(text => text.textContent).sort())"""
SIGMOID = "v1"


def played(visit: Visit) -> list[str]:
    """The operation of every step."""
    visit.press("Home")
    names = []
    for step in range(1, 100):
        visit.press("ArrowRight")
        if visit.step < step:
            return names
        names += visit(CURRENT)
    raise AssertionError("the steps do not end")


def test_an_opened_definition_is_played_step_by_step(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["sigmoid_simplified"])
    assert played(opened) == ["sigmoid", "sigmoid"]
    opened(TOGGLE, SIGMOID)
    assert played(opened) == ["× -1", "exp", "+", "/", "/", "+", "exp", "× -1"]
    assert opened.page.locator("input[aria-label=Step]").get_attribute("max") == "8"
    opened(TOGGLE, SIGMOID)
    assert played(opened) == ["sigmoid", "sigmoid"]


def test_its_numbers_appear_one_by_one(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["sigmoid_simplified"], f"open={SIGMOID}")
    opened.press("Home")
    assert opened(SEEN) == [["1", "1"], []]  # x, and the 1 of the denominator
    for value in ("-1", "0.3679", "1.368", "0.7311"):
        before = opened(SEEN)[0]
        opened.press("ArrowRight")
        assert sorted([*before, value]) == opened(SEEN)[0]
    seen = []
    for _ in range(4):
        before = opened(SEEN)[1]
        opened.press("ArrowRight")
        seen.append([text for text in opened(SEEN)[1] if text not in before])
    assert seen == [["-0.5344", "1"], [], ["-0.1966"], ["0.1966"]]
    assert opened(SEEN)[1].count("-0.5344") == 2  # before and behind the +


def test_every_step_tells_its_own_numbers(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["sigmoid_simplified"], f"open={SIGMOID}&step=3")
    assert opened.page.locator("#detail .big").inner_text() == "0.3679 + 1 = 1.368"
    opened.press("End")
    assert "to x" in opened.page.locator("#detail").inner_text()


def test_opening_and_closing_keep_the_place(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["sigmoid_simplified"], "step=1")
    opened(TOGGLE, SIGMOID)
    assert opened.step == 4  # computed, as before
    opened.press("ArrowLeft", "ArrowLeft")
    opened(TOGGLE, SIGMOID)
    assert opened.step == 1
    opened.press("ArrowRight")
    opened(TOGGLE, SIGMOID)
    assert opened.step == 8
    assert opened(CURRENT) == ["× -1"]


@pytest.mark.parametrize("fragment", [f"open={SIGMOID}&step=6", f"step=6&open={SIGMOID}"])
def test_the_address_restores_a_step_inside(visit: Open, gallery: Gallery, fragment: str) -> None:
    opened = visit(gallery["sigmoid_simplified"], fragment)
    assert opened.step == 6
    assert opened(CURRENT) == ["+"]


def test_a_definition_in_a_closed_module_is_one_step(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["softmax_with_loss_simplified"], "open=s1,v2")
    assert len(played(opened)) == 18
    opened(TOGGLE, "s1")
    opened.press("Home", "End")
    assert opened.step == 2


def test_a_definition_within_a_definition(visit: Open, tmp_path: Path) -> None:
    swish = composite(
        "swish_of_a_test",
        lambda x: x * sigmoid(x),
        lambda x: x / (1 + np.exp(-x)),
        vjp=(lambda g, x, out: g * (out + sigmoid(x) * (1 - out)),),
    )
    try:
        y = swish(Tensor(1.0, name="x"))
        y.backward()
        page = graph(y).save(tmp_path / "swish.html")
    finally:
        del REGISTRY["swish_of_a_test"]
    opened = visit(page)
    for names in (["swish_of_a_test"], ["sigmoid", "×"], ["× -1", "exp", "+", "/", "×"]):
        assert played(opened) == [*names, *reversed(names)]
        closed = opened("() => document.querySelector('svg [aria-expanded=\"false\"]')?.id")
        if closed:
            opened(TOGGLE, closed)


def test_the_memory_is_told_step_by_step_of_what_is_open(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["softmax_with_loss_simplified"])
    heads = []
    for change in (None, "s1", "v2"):
        if change:
            opened(TOGGLE, change)
        opened.press("k")
        heads.append(opened.page.locator("#detail p").first.inner_text().partition(",")[0])
        assert opened.page.locator(".memory .area").get_attribute("d")
    assert len(set(heads)) == 1
