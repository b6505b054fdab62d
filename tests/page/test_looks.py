"""How the pages look: nothing overlaps, all is in reach, in every colour scheme and size."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from examples.gallery.figure import FIGURES
from tests.page.conftest import DESKTOP, Visit

Open = Callable[..., Visit]
Gallery = dict[str, Path]

SIZES = {"desktop": (1280, 800), "small": (800, 600), "phone": (390, 844)}

every_page = pytest.mark.parametrize("name", [*FIGURES, "index"])
every_figure = pytest.mark.parametrize("name", FIGURES)


@pytest.fixture(scope="module")
def show(enter: Open, gallery: Gallery) -> Iterator[Open]:
    """The page of a figure, or the index, at a size and in a colour scheme.  Every page is opened
    once; the tests that share it change nothing in it."""
    visits: dict[str, Visit] = {}

    def shown(name: str, size: str = "desktop", scheme: str = "light") -> Visit:
        if name not in visits:
            visits[name] = enter(gallery[name])
        width, height = SIZES[size]
        visits[name].page.set_viewport_size({"width": width, "height": height})
        visits[name].page.emulate_media(color_scheme=scheme)
        return visits[name]

    yield shown
    for visit in visits.values():
        visit.page.close()


@every_page
def test_it_asks_for_nothing_and_says_nothing(show: Open, gallery: Gallery, name: str) -> None:
    pictures = {path.with_suffix(".svg").resolve().as_uri() for path in gallery.values()}
    assert show(name).loaded() <= (pictures if name == "index" else set())
    assert show(name).messages == []


# Boxes on the screen of all texts and shapes of the picture, as [kind, x0, y0, x1, y1].
BOXES = """() => {
    const visible = part => part.checkVisibility({opacityProperty: true, visibilityProperty: true});
    const lines = part => part.querySelector('tspan') ? [...part.children] : [part];
    return [...document.querySelectorAll('svg .edge text, svg .vertex text, svg .vertex .shape')]
        .filter(visible).flatMap(lines)
        .map(part => {
            const box = part.getBoundingClientRect();
            const of = part.closest('g.vertex, g.edge');
            return [of.id, part.localName, box.left, box.top, box.right, box.bottom];
        });
}"""


@every_figure
def test_no_two_boxes_overlap(show: Open, name: str) -> None:
    boxes = show(name)(BOXES)
    assert boxes
    for index, (id_, kind, x0, y0, x1, y1) in enumerate(boxes):
        for other, its, a0, b0, a1, b1 in boxes[:index]:
            if id_ == other and {kind, its} & {"circle", "rect"}:
                continue  # a sign stands in its own shape
            # the browser's boxes of texts have the height of a line, which may touch
            apart = x0 + 1 >= a1 or a0 + 1 >= x1 or y0 + 4 >= b1 or b0 + 4 >= y1
            assert apart, (id_, other)


# The lower border of every value and the upper border of its gradient.
HEIGHTS = """() => [...document.querySelectorAll('svg .edge')]
    .filter(edge => edge.querySelector('.value'))
    .map(edge => [edge.id, edge.querySelector('.value').getBoundingClientRect().bottom,
        edge.querySelector('.gradient').getBoundingClientRect().top])"""


@every_figure
def test_every_value_stands_above_its_gradient(show: Open, name: str) -> None:
    heights = show(name)(HEIGHTS)
    assert heights
    for edge, value, gradient in heights:
        assert value < gradient + 2, edge


@every_page
@pytest.mark.parametrize("size", SIZES)
def test_the_page_itself_never_scrolls_sideways(show: Open, name: str, size: str) -> None:
    visit = show(name, size)
    assert visit("() => document.documentElement.scrollWidth") <= SIZES[size][0]


OUTSIDE = """() => [...document.querySelectorAll('header button, header input, header select')]
    .filter(part => {
        const box = part.getBoundingClientRect();
        return box.width && (box.left < 0 || box.right > innerWidth || box.bottom > innerHeight);
    }).map(part => part.textContent || part.id)"""


@pytest.mark.parametrize("name", ["apples", "two_layer_net"])
@pytest.mark.parametrize("size", SIZES)
def test_the_whole_toolbar_is_in_reach(show: Open, name: str, size: str) -> None:
    assert show(name, size)(OUTSIDE) == []


@every_figure
@pytest.mark.parametrize("size", SIZES)
def test_the_picture_has_the_largest_part_of_the_window(show: Open, name: str, size: str) -> None:
    box = show(name, size)("() => document.querySelector('#stage').getBoundingClientRect()")
    width, height = SIZES[size]
    assert box["width"] * box["height"] > 0.4 * width * height


@every_figure
def test_one_stop_for_the_tab_key_leads_into_the_picture(show: Open, name: str) -> None:
    assert show(name)("() => document.querySelectorAll('svg [tabindex=\"0\"]').length") == 1


@every_page
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(show: Open, name: str, scheme: str) -> None:
    found = Axe().run(show(name, scheme=scheme).page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("fragment", ["step=3", "step=7", "mode=exercise", "view=backward"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_any_mode(
    visit: Open, gallery: Gallery, fragment: str, scheme: str
) -> None:
    opened = visit(gallery["apples_and_oranges"], fragment, color_scheme=scheme)
    found = Axe().run(opened.page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("key", ["?", "t"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_a_dialog(
    visit: Open, gallery: Gallery, scheme: str, key: str
) -> None:
    opened = visit(gallery["two_layer_net"], color_scheme=scheme)
    opened.press(key)
    opened.page.get_by_role("dialog").wait_for()
    found = Axe().run(opened.page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("lens", ["values", "grad", "ratio", "dead", "bytes", "saved"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_lens_tells_by_text_what_it_shades(
    visit: Open, gallery: Gallery, lens: str, scheme: str
) -> None:
    opened = visit(gallery["two_layer_net"], f"lens={lens}", color_scheme=scheme)
    shaded = opened("""() => [...document.querySelectorAll('svg .vertex[data-level]')]
        .map(part => part.querySelector('.lens')?.textContent ?? '')""")
    assert shaded
    assert all(shaded)
    found = Axe().run(opened.page)
    assert found.violations_count == 0, found.generate_report()


def test_axe_finds_no_violation_on_a_phone(show: Open) -> None:
    found = Axe().run(show("two_layer_net", "phone").page)
    assert found.violations_count == 0, found.generate_report()


def test_axe_would_find_a_violation(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["apples"])
    opened("() => document.body.append(document.createElement('button'))")
    assert Axe().run(opened.page).violations_count > 0


def test_it_is_dark_where_this_is_preferred(show: Open) -> None:
    paper = "() => getComputedStyle(document.body).backgroundColor"
    assert brightness(show("apples", scheme="light")(paper)) > 200
    assert brightness(show("apples", scheme="dark")(paper)) < 60


def brightness(colour: str) -> float:
    red, green, blue = (float(part) for part in colour.strip("rgba()").split(",")[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


MOVING = """() => {
    const long = times => times.split(',').some(time => parseFloat(time) > 0.001);
    const moves = ({transitionDuration, animationName, animationDuration}) =>
        long(transitionDuration) || animationName !== 'none' && long(animationDuration);
    return [...document.querySelectorAll('*')].filter(part => moves(getComputedStyle(part)))
        .map(part => part.outerHTML.slice(0, 80))
        .concat(document.getAnimations().map(String));
}"""


def test_nothing_moves_where_that_is_not_wanted(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["sigmoid_simplified"], reduced_motion="reduce")
    opened.press("Home", "ArrowRight")
    opened("() => autograd.picture.toggle(document.querySelector('svg [aria-expanded]').id)")
    assert opened(MOVING) == []


def test_it_can_be_read_in_forced_colours(visit: Open, gallery: Gallery) -> None:
    """Every text and line has another colour than what is behind it."""
    opened = visit(gallery["apples_and_oranges"], "step=2", forced_colors="active")
    hidden = opened("""() => {
        const paint = (part, key) => getComputedStyle(part)[key];
        const paper = paint(document.body, 'backgroundColor');
        const behind = text => {
            const shape = text.closest('.vertex')?.querySelector('.shape');
            return shape && text.matches('.sign') ? paint(shape, 'fill') : paper;
        };
        const texts = [...document.querySelectorAll('svg text')];
        const lines = [...document.querySelectorAll('svg .way')];
        return texts.filter(text => paint(text, 'fill') === behind(text))
            .concat(lines.filter(line => paint(line, 'stroke') === paper))
            .map(part => part.outerHTML.slice(0, 80));
    }""")
    assert hidden == []


def test_everything_that_can_be_clicked_has_a_name(show: Open) -> None:
    buttons = show("two_layer_net").page.get_by_role("button").all()
    assert len(buttons) > 5
    for part in buttons:
        assert part.get_attribute("aria-label") or (part.text_content() or "").strip()


def test_the_picture_fits_when_the_window_changes(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["apples_and_oranges"])
    opened.page.set_viewport_size({"width": 640, "height": 480})
    outside = opened("""() => {
        const stage = document.querySelector('#stage').getBoundingClientRect();
        return [...document.querySelectorAll('svg .vertex')].filter(part => {
            const box = part.getBoundingClientRect();
            return box.left < stage.left - 1 || box.right > stage.right + 1;
        }).map(part => part.id);
    }""")
    opened.page.set_viewport_size(DESKTOP)
    assert outside == []
