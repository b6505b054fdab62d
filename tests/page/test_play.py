"""Playing a graph by the keyboard: what is read from the page, step by step."""

from collections.abc import Callable
from pathlib import Path

import pytest

from autograd_core import graph
from examples.gallery.figure import FIGURES
from tests.page.conftest import Visit

Open = Callable[..., Visit]
Gallery = dict[str, Path]

# value and gradient of every edge whose texts can be seen
NUMBERS = """() => {
    const seen = text => text && text.checkVisibility({opacityProperty: true,
        visibilityProperty: true}) ? text.textContent : null;
    return Object.fromEntries([...document.querySelectorAll('g.edge')].map(edge => [edge.id,
        ['.value', '.gradient'].map(kind => seen(edge.querySelector(kind)))]));
}"""

FRUIT = {
    "apple": ("100", "2.2"),
    "n": ("2", "110"),
    "orange": ("150", "3.3"),
    "m": ("3", "165"),
    "apple_price": ("200", "1.1"),
    "orange_price": ("450", "1.1"),
    "total": ("650", "1.1"),
    "tax": ("1.1", "650"),
    "price": ("715", "1"),
}


def names(figure: str) -> dict[str, str]:
    """The name of what flows along each edge, by the edge's id."""
    snapshot = graph(FIGURES[figure].build()).snapshot
    ends = [(snapshot.vertices[e.source], snapshot.vertices[e.target]) for e in snapshot.edges]
    return {f"e{i}": source.name or target.name or "" for i, (source, target) in enumerate(ends)}


def shown(visit: Visit) -> dict[tuple[str, str], str]:
    """The numbers that can be seen, by what they belong to and whether value or gradient."""
    called = names("apples_and_oranges")
    return {
        (called[edge], kind): text
        for edge, texts in visit(NUMBERS).items()
        for kind, text in zip(("value", "gradient"), texts, strict=True)
        if text is not None
    }


def play(visit: Visit) -> dict[tuple[str, str], int]:
    """Step from the beginning to the end; at which step each number became visible."""
    visit.press("Home")
    seen = dict.fromkeys(shown(visit), 0)
    for step in range(1, 50):
        visit.press("ArrowRight")
        if visit.step != step:
            return seen
        seen |= dict.fromkeys(shown(visit).keys() - seen.keys(), step)
    raise AssertionError("the steps do not end")


def test_the_whole_picture_is_there_without_scripts(visit: Open, gallery: Gallery) -> None:
    page = visit(gallery["apples_and_oranges"], java_script_enabled=False).page
    for name, (value, gradient) in FRUIT.items():
        edge = next(key for key, called in names("apples_and_oranges").items() if called == name)
        assert page.locator(f"#{edge} .value").text_content() == value
        assert page.locator(f"#{edge} .gradient").text_content() == gradient
        assert page.locator(f"#{edge} .value").is_visible()


def test_nine_values_then_nine_gradients_appear_in_order(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["apples_and_oranges"])
    at = play(opened)
    assert shown(opened) == {
        (name, kind): number
        for name, numbers in FRUIT.items()
        for kind, number in zip(("value", "gradient"), numbers, strict=True)
    }
    made_of = {
        "apple_price": ["apple", "n"],
        "orange_price": ["orange", "m"],
        "total": ["apple_price", "orange_price"],
        "price": ["total", "tax"],
    }
    for result, operands in made_of.items():
        for operand in operands:
            assert at[operand, "value"] < at[result, "value"]
            if result != "price":  # whose gradient is given, when the first step uses it
                assert at[result, "gradient"] < at[operand, "gradient"]
    assert {at[name, "gradient"] for name in ("price", "total", "tax")} == {5}
    assert max(at[name, "value"] for name in FRUIT) == 4
    assert max(at.values()) == 8


def test_stepping_back_hides_again(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["apples_and_oranges"])
    opened.press("Home")
    states = [shown(opened)]
    for _ in range(6):
        opened.press("ArrowRight")
        states.append(shown(opened))
    for expected in reversed(states[:-1]):
        opened.press("ArrowLeft")
        assert shown(opened) == expected


def test_every_step_is_said(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["apples_and_oranges"])
    opened.press("Home")
    said = []
    for _ in range(8):
        opened.press("ArrowRight")
        said.append(opened.page.locator("#say").text_content() or "")
    assert len(set(said)) == 8
    assert all(number in said[0] for number in ("100", "2", "200"))
    assert any("1.1" in text and "2.2" in text for text in said[4:])
    assert opened.page.locator("#say").get_attribute("role") == "status"


def test_the_current_step_is_marked(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["apples"])
    opened.press("Home", "ArrowRight")
    assert opened.page.locator('[aria-current="step"]').count() == 1


def test_f_and_b_jump_to_the_passes(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["apples_and_oranges"])
    opened.press("b")
    assert {kind for _, kind in shown(opened)} >= {"value"}
    assert all((name, "value") in shown(opened) for name in FRUIT)
    opened.press("f")
    assert not any((name, "gradient") in shown(opened) for name in FRUIT)


def test_space_plays_and_stops(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["apples"])
    opened.page.clock.install()
    opened.press("Home", "Space")
    opened.page.clock.run_for(2000)
    assert opened.step == 2
    opened.press("Space")
    opened.page.clock.run_for(5000)
    assert opened.step == 2
    opened.press("Space")
    opened.page.clock.run_for(60_000)
    assert opened.step == 4  # the end


def test_the_keys_are_listed(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["apples"])
    opened.press("?")
    listed = opened.page.get_by_role("dialog")
    assert listed.is_visible()
    text = listed.inner_text()
    assert all(word in text for word in ("←", "→", "space", "Home", "End", "/"))
    opened.press("Escape")
    assert not listed.is_visible()


@pytest.mark.parametrize(
    "settings", [{}, {"reduced_motion": "reduce"}, {"forced_colors": "active"}], ids=str
)
def test_the_address_restores_the_state(
    visit: Open, gallery: Gallery, settings: dict[str, str]
) -> None:
    first = visit(gallery["apples_and_oranges"], **settings)
    first.press("Home", *["ArrowRight"] * 5)
    first.page.locator("#views").select_option("backward")
    fragment = first("() => location.hash.slice(1)")
    second = visit(gallery["apples_and_oranges"], fragment, **settings)
    assert second.step == first.step == 5
    assert shown(second) == shown(first)
    rules = "() => [...document.querySelectorAll('svg .rule')].map(text => text.textContent)"
    assert second(rules) == first(rules) != []


def test_another_address_is_another_state(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["apples_and_oranges"])
    change = "step => new Promise(done => { onhashchange = done; location.hash = step; })"
    opened(change, "step=3")
    third = shown(opened)
    opened(change, "step=8")
    assert len(shown(opened)) == 18
    opened(change, "step=3")
    assert shown(opened) == third


@pytest.mark.parametrize(
    "fragment",
    ["step=999", "step=-1", "step=x", "open=s99,nothing", "pick=e99", "lens=none", "mode=none",
     "step=%zz", "&&==", "step=3&step=4", "pick=constructor", "open=__proto__"],
)  # fmt: skip
def test_an_address_that_makes_no_sense_does_no_harm(
    visit: Open, gallery: Gallery, fragment: str
) -> None:
    opened = visit(gallery["apples_and_oranges"], fragment)
    opened.press("End")
    assert len(shown(opened)) == 18
