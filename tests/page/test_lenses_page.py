"""Lenses in the page: chosen by menu, keys and address; what they mark is found and explained."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

import nn
from autograd_core import Graph, Tensor, graph, relu
from tests.page.conftest import Visit

Open = Callable[..., Visit]

PICKED = "() => document.querySelector('svg .picked')?.id ?? null"
TAGS = """() => Object.fromEntries([...document.querySelectorAll('#stage .vertex, #stage .edge')]
    .map(part => [part.id, part.querySelector('.lens')?.textContent]).filter(([, text]) => text))"""
LEVELS = """() => Object.fromEntries([...document.querySelectorAll('#stage [data-level]')]
    .map(part => [part.id, part.dataset.level]))"""
LENS = "() => new URLSearchParams(location.hash.slice(1)).get('lens')"


def sick() -> Graph:
    """A ReLU without life, and a logarithm of 0."""
    x = Tensor([[1.0, -2.0], [3.0, 4.0]], name="x")
    h = relu(x - 9.0)
    h.name = "h"
    with np.errstate(all="ignore"):
        y = np.sum(np.log(h * x) * h)
        y.name = "y"
        y.backward()
        return graph(y)


def net() -> Graph:
    rng = np.random.default_rng(0)
    layers = [nn.Affine(8, 8, dtype=np.float64, rng=rng), nn.ReLU()]
    model = nn.Sequential(*layers, nn.Affine(8, 3, dtype=np.float64, rng=rng), name="net")
    loss = np.sum(model(Tensor(rng.random((4, 8)), name="x")) ** 2)
    loss.name = "loss"
    loss.backward()
    return graph(loss, profile=True)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("lenses")
    for make in (sick, net):
        (folder / make.__name__).with_suffix(".html").write_text(make().to_html())
    return {make.__name__: folder / f"{make.__name__}.html" for make in (sick, net)}


def marked(visit: Visit, word: str) -> set[str]:
    """The vertices with a mark that has this word."""
    return {id_ for id_, text in visit(TAGS).items() if word in text and id_[0] == "v"}


# ── choosing ──────────────────────────────────────────────────────────────────────────────────
def test_the_menu_the_keys_and_the_address_choose_the_same(
    visit: Open, pages: dict[str, Path]
) -> None:
    opened = visit(pages["net"])
    menu = opened.page.locator("#lenses")
    names = [option.get_attribute("value") for option in menu.locator("option").all()]
    assert {"values", "grad", "ratio", "dead", "bytes", "saved", "forward", "backward"} < {*names}
    seen = {}
    for name in names[1:]:
        opened.press("l")
        assert menu.input_value() == opened(LENS) == name
        seen[name] = opened(TAGS)
    opened.press("l")
    assert menu.input_value() == ""
    assert opened(LENS) is None
    assert opened(TAGS) == opened(LEVELS) == {}
    opened.press("L")
    assert menu.input_value() == names[-1]
    for name in ("values", "bytes"):
        menu.select_option(name)
        assert opened(LENS) == name
        assert opened(TAGS) == seen[name]


def test_a_lens_is_told_and_has_a_legend(visit: Open, pages: dict[str, Path]) -> None:
    opened = visit(pages["net"])
    opened.page.locator("#lenses").select_option("bytes")
    assert (opened.page.locator("#say").text_content() or "").startswith("Memory of values.")
    section = opened.page.get_by_role("region", name="Lens")
    assert section.get_by_role("heading").text_content() == "Memory of values"
    assert section.locator(".legend li").count() == 5
    opened.page.locator("#lenses").select_option("")
    assert not section.is_visible()
    assert opened.page.locator("#say").text_content() == "No lens."


def test_the_bytes_of_a_group_are_the_sum_of_what_is_in_it(
    visit: Open, pages: dict[str, Path]
) -> None:
    opened = visit(pages["net"], "lens=bytes&open=")
    (group,) = [text for id_, text in opened(TAGS).items() if id_[0] == "s"]
    # W (8, 8), b (8,), x·W + b and its ReLU (4, 8); W (8, 3), b (3,) and the result (4, 3)
    assert group == f"{8 * (64 + 8 + 32 + 32 + 24 + 3 + 12) / 1000:.2f} kB".replace("0 kB", " kB")


def test_the_keys_are_listed(visit: Open, pages: dict[str, Path]) -> None:
    opened = visit(pages["net"])
    opened.press("?")
    listed = opened.page.get_by_role("dialog").inner_text()
    assert "next and previous lens" in listed
    assert "next of what the lens marks" in listed


def test_arrows_in_the_menu_do_not_play(visit: Open, pages: dict[str, Path]) -> None:
    opened = visit(pages["net"])
    opened.page.locator("#lenses").focus()
    opened.press("ArrowDown")
    assert opened.step == 0


# ── what is marked ────────────────────────────────────────────────────────────────────────────
def test_a_dead_relu_is_marked_by_a_sign_and_a_word(visit: Open, pages: dict[str, Path]) -> None:
    opened = visit(pages["sick"], "lens=dead")
    (dead,) = marked(opened, "✕ dead")
    assert opened("id => autograd.shown.nodes.get(id).primitive", dead) == "relu"
    assert opened(LEVELS)[dead] == "4"


def test_m_leads_to_the_first_cause_and_then_to_all_that_is_marked(
    visit: Open, pages: dict[str, Path]
) -> None:
    opened = visit(pages["sick"], "lens=nan")
    opened.press("m")
    first = opened(PICKED)
    assert opened("id => autograd.shown.nodes.get(id).primitive", first) == "log"
    all_marked = marked(opened, "NaN") | marked(opened, "infinite")
    assert first in all_marked
    reached = set()
    for _ in range(len(all_marked) + 1):
        opened.press("m")
        reached.add(opened(PICKED))
    assert reached == all_marked


def test_a_button_leads_to_the_first_cause(visit: Open, pages: dict[str, Path]) -> None:
    opened = visit(pages["sick"], "lens=nan")
    button = opened.page.get_by_role("button", name="First value: ")
    assert "log makes" in (button.text_content() or "")
    button.focus()
    opened.press("Enter")
    assert opened("id => autograd.shown.nodes.get(id).primitive", opened(PICKED)) == "log"
    button.click()  # it is still there
    counts = opened.page.locator("#lens button[title='To the next one']")
    counts.first.click()
    assert opened(PICKED) is not None


def test_m_says_where_nothing_is_marked(visit: Open, pages: dict[str, Path]) -> None:
    opened = visit(pages["net"], "lens=bytes")
    opened.press("m")
    assert opened.page.locator("#say").text_content() == "Nothing is marked."
    assert opened(PICKED) is None


def test_what_is_selected_tells_its_numbers_and_histograms(
    visit: Open, pages: dict[str, Path]
) -> None:
    opened = visit(pages["net"], "lens=values&open=s1")
    (affine,) = [
        id_
        for id_, text in opened(
            "() => [...autograd.shown.nodes].map(([id, node]) => [id, node?.name])"
        )
        if text == "x"
    ]
    opened("id => autograd.select(id)", affine)
    plot = opened.page.locator("#detail figure svg[role=img]").first
    assert (plot.get_attribute("aria-label") or "").startswith("value: from ")
    assert plot.locator("rect").count() > 3
    assert "memory of values" in opened.page.locator("#detail dl").inner_text()


def test_a_lens_goes_with_what_is_opened(visit: Open, pages: dict[str, Path]) -> None:
    opened = visit(pages["net"], "lens=bytes&open=", reduced_motion="reduce")
    (group,) = [id_ for id_ in opened(TAGS) if id_[0] == "s"]
    opened("id => autograd.picture.toggle(id)", group)
    assert group not in opened(TAGS)
    inside = set(opened(TAGS))
    assert len(inside) > 3
    opened("id => autograd.picture.toggle(id)", group)
    assert group in opened(TAGS)


def test_an_exercise_is_not_seen_through_a_lens(visit: Open, pages: dict[str, Path]) -> None:
    opened = visit(pages["net"], "lens=values&mode=exercise")
    assert opened(TAGS) == {}


# ── the address, and other ways of seeing ─────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "settings",
    [{}, {"reduced_motion": "reduce"}, {"forced_colors": "active"}, {"color_scheme": "dark"}],
    ids=str,
)
def test_the_address_restores_the_lens(
    visit: Open, pages: dict[str, Path], settings: dict[str, str]
) -> None:
    first = visit(pages["sick"], **settings)
    first.page.locator("#lenses").select_option("nan")
    first.press("m")
    second = visit(pages["sick"], first("() => location.hash.slice(1)"), **settings)
    for of in (TAGS, LEVELS, PICKED, LENS):
        assert first(of) == second(of)
    assert first(TAGS)


def test_another_address_is_another_lens(visit: Open, pages: dict[str, Path]) -> None:
    opened = visit(pages["net"], "lens=bytes")
    change = "hash => new Promise(done => { onhashchange = done; location.hash = hash; })"
    opened(change, "lens=grad")
    assert opened.page.locator("#lenses").input_value() == "grad"
    opened(change, "lens=none")
    assert opened(TAGS) == {}


def test_tags_can_be_read_in_forced_colours(visit: Open, pages: dict[str, Path]) -> None:
    opened = visit(pages["sick"], "lens=nan", forced_colors="active")
    tags, paper = opened("""() => [
        [...document.querySelectorAll('.lens')].map(tag => getComputedStyle(tag).fill),
        getComputedStyle(document.body).backgroundColor,
    ]""")
    assert tags
    assert paper not in tags


OVERLAPS = """() => {
    const drawn = '#stage :is(.lens, .shape, .value, .gradient, .name)';
    const boxes = [...document.querySelectorAll(drawn)]
        .filter(part => part.checkVisibility({visibilityProperty: true}))
        .map(part => [part, part.getBoundingClientRect()]);
    const found = [];
    for (const [tag, a] of boxes) {
        if (!tag.matches('.lens')) continue;
        for (const [part, b] of boxes) {
            if (part === tag) continue;
            const [x, y] = [['left', 'right'], ['top', 'bottom']].map(([low, high]) =>
                Math.min(a[high], b[high]) - Math.max(a[low], b[low]));
            if (x > 1 && y > 3) found.push([tag.textContent, part.textContent, x, y]);
        }
    }
    return found;
}"""


@pytest.mark.parametrize(("name", "lens"), [("net", "bytes"), ("net", "grad"), ("sick", "nan")])
def test_tags_stand_beside_everything_else(
    visit: Open, pages: dict[str, Path], name: str, lens: str
) -> None:
    assert visit(pages[name], f"lens={lens}")(OVERLAPS) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_with_marks(
    visit: Open, pages: dict[str, Path], scheme: str
) -> None:
    opened = visit(pages["sick"], "lens=nan", color_scheme=scheme)
    opened.press("m")
    found = Axe().run(opened.page)
    assert found.violations_count == 0, found.generate_report()
