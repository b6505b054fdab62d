"""The simplification in the page: one frame after the other, by slider, keys and address."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from autograd_core import graph
from examples.gallery.figure import FIGURES
from tests.page.conftest import Visit

Open = Callable[..., Visit]

# The captions that can be seen, and whether the graph itself can be.
SEEN = """() => {
    const figures = [...document.querySelectorAll('main > figure')];
    const all = figures.filter(part => part.checkVisibility());
    return [all.map(part => part.querySelector('figcaption').textContent),
        document.querySelector('#stage').checkVisibility()];
}"""
SLIDER = "#frames input"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sigmoid with the steps of its simplification."""
    path = tmp_path_factory.mktemp("simplified") / "sigmoid.html"
    path.write_text(FIGURES["sigmoid_simplified"].graph().to_html(simplification=True))
    return path


@pytest.fixture(scope="module")
def equations() -> list[str]:
    return [frame.equation for frame in graph(FIGURES["sigmoid_simplified"].build()).simplify()]


def current(visit: Visit) -> int:
    """The number of the frame that is shown, 0 for the graph; at every place that tells it."""
    captions, graph_is_seen = visit(SEEN)
    assert len(captions) == (0 if graph_is_seen else 1)
    number = int(visit.page.locator(SLIDER).input_value())
    assert (number == 0) == graph_is_seen
    assert visit("() => new URLSearchParams(location.hash.slice(1)).get('frame')") == (
        str(number) if number else None
    )
    return number


def test_the_keys_lead_through_all_frames_and_back(
    visit: Open, page: Path, equations: list[str]
) -> None:
    opened = visit(page)
    assert current(opened) == 0
    for number, equation in enumerate(equations, start=1):
        opened.press("]")
        assert current(opened) == number
        assert equation in opened(SEEN)[0][0]
        assert opened.page.locator("#say").text_content() == opened(SEEN)[0][0]
        assert opened.page.locator("#frames span").text_content() == f"{number} / {len(equations)}"
    opened.press("]")
    assert current(opened) == len(equations)
    opened.press(*"[" * len(equations))
    assert current(opened) == 0
    opened.press("[")
    assert current(opened) == 0


def test_the_arrows_move_the_slider_that_has_the_focus(visit: Open, page: Path) -> None:
    opened = visit(page)
    opened.page.locator(SLIDER).focus()
    opened.press("ArrowRight", "ArrowRight", "ArrowLeft")
    assert current(opened) == 1
    opened.press("End")
    assert current(opened) == 8
    assert opened.step == 0  # and the graph was not played


def test_the_slider_follows_the_pointer(visit: Open, page: Path) -> None:
    opened = visit(page)
    box = opened.page.locator(SLIDER).bounding_box()
    assert box is not None
    opened.page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    assert current(opened) == 8


def test_playing_or_leaving_shows_the_graph_again(visit: Open, page: Path) -> None:
    for key in ("ArrowRight", "Escape", "e"):
        opened = visit(page, "frame=2")
        assert current(opened) == 2
        opened.press(key)
        assert current(opened) == 0


@pytest.mark.parametrize("number", [1, 7])
@pytest.mark.parametrize(
    "settings", [{}, {"reduced_motion": "reduce"}, {"forced_colors": "active"}], ids=str
)
def test_the_address_restores_the_frame(
    visit: Open, page: Path, settings: dict[str, str], number: int
) -> None:
    first = visit(page, **settings)
    first.press(*"]" * number)
    second = visit(page, first("() => location.hash.slice(1)"), **settings)
    assert first(SEEN) == second(SEEN)
    assert current(second) == number


@pytest.mark.parametrize("fragment", ["frame=999", "frame=-3", "frame=x", "frame="])
def test_a_frame_that_makes_no_sense_does_no_harm(visit: Open, page: Path, fragment: str) -> None:
    opened = visit(page, fragment)
    assert current(opened) in (0, 8)


def test_removed_and_added_are_told_by_more_than_colour(visit: Open, page: Path) -> None:
    opened = visit(page, "frame=7", forced_colors="active")
    badges = opened.page.locator("main > figure:visible .badge").all_text_contents()
    assert {"−", "+"} <= {badge.strip() for badge in badges}
    dashes = """() => Object.fromEntries(['removed', 'added'].map(mark => {
        const way = [...document.querySelectorAll(`main > figure .${mark} .way`)]
            .find(part => part.checkVisibility());
        return [mark, getComputedStyle(way).strokeDasharray];
    }))"""
    shown = opened(dashes)
    assert shown["removed"] != shown["added"]


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_a_frame_is_readable_in_every_size(visit: Open, page: Path, size: tuple[int, int]) -> None:
    opened = visit(page, "frame=7")
    opened.page.set_viewport_size({"width": size[0], "height": size[1]})
    heights = opened("""() => [...document.querySelectorAll('main > figure text')]
        .filter(text => text.checkVisibility()).map(text => text.getBoundingClientRect().height)""")
    assert min(heights) > 9
    assert opened("() => document.documentElement.scrollWidth") <= size[0]


def test_all_frames_stand_below_the_graph_without_scripts(
    visit: Open, page: Path, equations: list[str]
) -> None:
    opened = visit(page, java_script_enabled=False)
    captions = opened.page.locator("body > figure:visible figcaption").all_text_contents()
    pairs = zip(equations, captions, strict=True)
    assert all(equation in caption for equation, caption in pairs)
    assert opened.page.locator("#stage").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(visit: Open, page: Path, scheme: str) -> None:
    opened = visit(page, "frame=7", color_scheme=scheme)
    found = Axe().run(opened.page)
    assert found.violations_count == 0, found.generate_report()
