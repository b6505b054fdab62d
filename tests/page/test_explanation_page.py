"""The explanation in the page: its lines select what they speak of, by pointer and by keys."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from autograd_core import graph
from examples.gallery.figure import FIGURES
from tests.page.conftest import Visit

Open = Callable[..., Visit]

# The names at the ends of the lines that are marked.
MARKED = """() => [...document.querySelectorAll('svg .along')].map(line => {
    const {source, target} = autograd.edges[autograd.shown.lines.get(line.id).edges[0]];
    return `${source.name ?? source.label} → ${target.name ?? target.label}`;
})"""
PICKED = "() => document.querySelector('svg .picked')?.id"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Apples and oranges, explained."""
    path = tmp_path_factory.mktemp("explained") / "fruit.html"
    path.write_text(FIGURES["apples_and_oranges"].graph().to_html(explanation=True))
    return path


def test_it_has_every_line_of_the_explanation(visit: Open, page: Path) -> None:
    opened = visit(page)
    opened.press("x")
    told = opened.page.locator("#detail .lines > li").all_text_contents()
    explanation = graph(FIGURES["apples_and_oranges"].build()).explain()
    assert told == [line.text() for line in explanation.lines]


def test_a_line_selects_the_edges_that_it_speaks_of(visit: Open, page: Path) -> None:
    opened = visit(page)
    opened.page.get_by_role("button", name="Explain").click()
    opened.page.get_by_role("button", name="∂orange = ").click()
    assert opened(MARKED) == ["orange → orange_price"]
    assert opened(PICKED) is not None
    opened.page.get_by_role("button", name="price → total → apple_price → n").click()
    assert set(opened(MARKED)) == {"n → apple_price", "apple_price → total", "total → ×"}


def test_the_chosen_line_is_marked_and_keeps_the_focus(visit: Open, page: Path) -> None:
    opened = visit(page)
    opened.press("x")
    line = opened.page.get_by_role("button", name="∂tax = ")
    line.focus()
    opened.press("Enter")
    assert opened(MARKED) == ["tax → ×"]
    assert line.get_attribute("aria-current") == "true"
    assert opened("() => document.activeElement.textContent").startswith("∂tax = ")
    opened.press("Tab", "Enter")
    assert opened(MARKED) != ["tax → ×"]
    assert opened.page.locator(".lines [aria-current]").count() == 1


def test_every_line_can_be_reached_by_the_tab_key(visit: Open, page: Path) -> None:
    opened = visit(page)
    opened.press("x")
    buttons = opened.page.locator(".lines button")
    buttons.first.focus()
    reached = []
    for _ in range(buttons.count()):
        reached.append(opened("() => document.activeElement.textContent"))
        opened.press("Tab")
    assert reached == buttons.all_text_contents()


def test_selecting_something_else_forgets_the_line(visit: Open, page: Path) -> None:
    opened = visit(page, "explain=2")
    assert opened(MARKED)
    opened("() => autograd.select('v0')")
    assert opened(MARKED) == []
    assert "explain" not in opened("() => location.hash")


def test_nothing_is_shaded_where_the_explanation_is_of_the_whole(visit: Open, page: Path) -> None:
    opened = visit(page, "explain=all")
    assert opened(MARKED) == []
    assert opened.page.locator(".lines").is_visible()


@pytest.mark.parametrize(
    "settings",
    [{}, {"reduced_motion": "reduce"}, {"forced_colors": "active"}, {"color_scheme": "dark"}],
    ids=str,
)
def test_the_address_restores_the_line(visit: Open, page: Path, settings: dict[str, str]) -> None:
    first = visit(page, **settings)
    first.press("x")
    first.page.get_by_role("button", name="∂m = ").click()
    second = visit(page, first("() => location.hash.slice(1)"), **settings)
    for of in (MARKED, PICKED, "() => document.querySelector('.lines [aria-current]').textContent"):
        assert first(of) == second(of)
    assert first(MARKED) == ["m → orange_price"]


def test_a_line_far_down_is_brought_into_sight(visit: Open, page: Path) -> None:
    opened = visit(page, "explain=25", viewport={"width": 390, "height": 844})
    box = opened.page.locator(".lines [aria-current]").bounding_box()
    assert box is not None
    assert 0 < box["y"] < 845 - box["height"]  # its border may be half a pixel


def test_a_line_that_makes_no_sense_does_no_harm(visit: Open, page: Path) -> None:
    for fragment in ("explain=999", "explain=-1", "explain=constructor", "explain=0"):
        opened = visit(page, fragment)
        assert opened(MARKED) == []
        assert opened.page.locator(".lines").is_visible()


def test_a_line_of_what_is_closed_opens_it(visit: Open, tmp_path: Path) -> None:
    path = tmp_path / "net.html"
    path.write_text(FIGURES["two_layer_net"].graph().to_html(explanation=True))
    opened = visit(path, "open=")
    opened.press("x")
    opened.page.locator(".lines button", has_text="relu").or_(
        opened.page.locator(".lines button", has_text="ReLU")
    ).first.click()
    assert opened.page.locator("svg .picked").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(visit: Open, page: Path, scheme: str) -> None:
    opened = visit(page, "explain=9", color_scheme=scheme)
    found = Axe().run(opened.page)
    assert found.violations_count == 0, found.generate_report()
