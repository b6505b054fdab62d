"""Opening what is inside, in place; finding things; finding answers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.page.conftest import Visit

Open = Callable[..., Visit]
Gallery = dict[str, Path]

WITH_SCOPES = ("two_layer_net", "conv_net", "residual_net", "recurrent_net", "sigmoid_simplified")

CLOSED = (
    """() => [...document.querySelectorAll('svg [aria-expanded="false"]')].map(part => part.id)"""
)
# The upper left corner of a closed box or of the frame that takes its place, on the screen.
CORNER = """id => {
    const box = document.querySelector(`[id="${id}"] :is(.shape, rect)`).getBoundingClientRect();
    return [box.left, box.top];
}"""
MIDDLE = """id => {
    const box = document.querySelector(`[id="${id}"] .shape`).getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
}"""
TEXTS = "() => [...document.querySelectorAll('svg text')].map(text => text.textContent)"


def closed(visit: Visit) -> list[str]:
    found: list[str] = visit(CLOSED)
    return found


def toggle(visit: Visit, scope: str) -> None:
    visit("id => window.autograd.picture.toggle(id)", scope)


@pytest.mark.parametrize("name", WITH_SCOPES)
def test_what_is_opened_stays_where_it_was(visit: Open, gallery: Gallery, name: str) -> None:
    opened = visit(gallery[name], reduced_motion="reduce")
    assert closed(opened)
    for scope in closed(opened)[:6]:
        part = opened.page.locator(f'[id="{scope}"]')
        opened("id => window.autograd.select(id)", scope)  # which brings it into sight
        for expanded in ("true", "false"):
            before = opened(CORNER, scope)
            part.focus()
            opened.press("Enter")
            assert part.get_attribute("aria-expanded") == expanded
            after = opened(CORNER, scope)
            moved = [b - a for a, b in zip(before, after, strict=True)]
            assert max(map(abs, moved)) <= 2, (scope, expanded, moved)


@pytest.mark.parametrize("name", WITH_SCOPES)
def test_two_clicks_on_one_point_open_and_close(visit: Open, gallery: Gallery, name: str) -> None:
    opened = visit(gallery[name])
    scope = closed(opened)[0]
    x, y = opened(MIDDLE, scope)
    opened.page.mouse.click(x, y)
    assert scope not in closed(opened)
    opened.page.wait_for_timeout(400)  # the movement of opening
    opened.page.mouse.click(x, y)
    assert scope in closed(opened)


def test_an_opened_composite_shows_its_definition(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["sigmoid_simplified"])
    (scope,) = closed(opened)
    before = opened(TEXTS)
    toggle(opened, scope)
    after = opened(TEXTS)
    assert {"exp", "+", "/"} <= set(after)
    # the numbers at both ends are those of the fast form, opened or not
    assert {"1", "0.1966", "0.7311"} <= set(before) & set(after)


def test_everything_can_be_opened_and_closed_again(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["conv_net"], reduced_motion="reduce")
    before = sorted(opened(TEXTS))
    stack = []
    while closed(opened):
        stack.append(closed(opened)[0])
        toggle(opened, stack[-1])
        assert len(stack) < 100
    assert len(opened(TEXTS)) > len(before)
    for scope in reversed(stack):
        toggle(opened, scope)
    assert sorted(opened(TEXTS)) == before


def test_a_module_and_the_only_operation_in_it_have_one_frame(
    visit: Open, gallery: Gallery
) -> None:
    opened = visit(gallery["two_layer_net"], reduced_motion="reduce")
    toggle(opened, "s2")
    (affine,) = (part for part in closed(opened) if part.startswith("v"))
    frames = opened.page.locator("svg .frame .title:visible")
    titles = frames.all_text_contents()
    assert "− affine1" in titles
    toggle(opened, affine)
    assert {"dot", "+"} <= set(opened(TEXTS))
    assert frames.all_text_contents() == titles
    opened.page.locator(f'[id="{affine}"] > rect').click(position={"x": 5, "y": 5})
    opened.page.get_by_role("button", name="Close").click()
    assert affine in closed(opened)


def test_the_address_remembers_what_is_open(visit: Open, gallery: Gallery) -> None:
    first = visit(gallery["two_layer_net"])
    toggle(first, closed(first)[0])
    second = visit(gallery["two_layer_net"], first("() => location.hash.slice(1)"))
    assert closed(second) == closed(first)


# ── search ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tax", ["tax"]),
        ("op:×", ["apple_price", "orange_price", "price"]),
        ("name:orange", ["orange", "orange_price"]),
        ("op:+ name:total", ["total"]),
        ("pear", []),
        ("op:pear", []),
    ],
)
def test_search(visit: Open, gallery: Gallery, query: str, found: list[str]) -> None:
    opened = visit(gallery["apples_and_oranges"])
    opened.press("/")
    assert opened("() => document.activeElement.id") == "find"
    opened.page.keyboard.type(query)
    hits = opened("() => [...document.querySelectorAll('svg .found')].map(part => part.id)")
    assert len(hits) == len(found)
    assert opened.page.locator("#say").text_content() == f"{len(found)} found"
    opened.press("Enter")
    if found:
        assert opened.page.locator("svg .picked").count() == 1
    opened.press("Escape")
    assert opened("() => document.activeElement.id") != "find"


@pytest.mark.parametrize(
    ("query", "most", "least"),
    [("shape:(100,*)", 99, 3), ("shape:(3,3)", 0, 0), ("flag:nan", 0, 0)],
)
def test_search_by_shape_and_flag(
    visit: Open, gallery: Gallery, query: str, most: int, least: int
) -> None:
    opened = visit(gallery["two_layer_net"])
    opened.page.locator("#find").fill(query)
    told = opened.page.locator("#say").text_content() or ""
    assert told.endswith(" found")
    assert least <= int(told.split()[0]) <= most


def test_what_is_found_in_a_closed_scope_is_opened(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["residual_net"])
    opened.page.locator("#find").fill("scope:block7 op:relu")
    opened.press("Enter")
    assert opened.page.locator("svg .picked").text_content() == "ReLU"


# ── exercise ──────────────────────────────────────────────────────────────────────────────────
SOLUTION = {
    "price": 1, "apple_price": 1.1, "tax": 200, "apple": 2.2, "count": 110,
}  # fmt: skip


def question(visit: Visit) -> str:
    return visit.page.locator("#answer").get_attribute("aria-label") or ""


def asked_for(visit: Visit) -> float:
    """The right answer, found from the question that the page asks."""
    name = question(visit).removesuffix("?").rpartition(" ")[2]
    return SOLUTION[name]


def test_an_exercise_hides_its_answers(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["apples"], "mode=exercise")
    told = opened("""() => {
        const seen = [...document.querySelectorAll('svg text, #panel *, #say')]
            .filter(part => part.checkVisibility({visibilityProperty: true}))
            .map(part => part.textContent);
        const named = [...document.querySelectorAll('[aria-label], [title]')].map(part =>
            `${part.getAttribute('aria-label')} ${part.getAttribute('title')}`);
        return [...seen, ...named].join(' ');
    }""")
    assert "100" in told
    assert "2.2" not in told
    assert "110" not in told


def test_right_answers_lead_to_the_end(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["apples"], "mode=exercise")
    for _ in range(10):
        if not opened.page.locator("#answer").count():
            break
        opened.page.locator("#answer").fill(str(asked_for(opened)))
        opened.press("Enter")
    gradients = opened.page.locator("svg .edge .gradient:visible").all_text_contents()
    assert sorted(gradients) == ["1", "1.1", "110", "2.2", "200"]


def test_a_wrong_answer_shows_the_rule_and_asks_again(visit: Open, gallery: Gallery) -> None:
    opened = visit(gallery["apples"], "mode=exercise")
    before = question(opened)
    opened.page.locator("#answer").fill("12345")
    opened.press("Enter")
    for place in ("#verdict", "#say"):
        assert "Not 12345. The local rule is" in (opened.page.locator(place).text_content() or "")
    assert question(opened) == before
    opened.page.locator("#answer").fill(str(asked_for(opened)))
    opened.press("Enter")
    assert question(opened) != before
    assert "✓" in (opened.page.locator("#verdict").text_content() or "")


@pytest.mark.parametrize("answer", ["2.2000001", "11/5", "2,2", " 2.2 ", "0.022e2", "+2.2"])
def test_an_answer_may_be_written_in_many_ways(visit: Open, gallery: Gallery, answer: str) -> None:
    opened = visit(gallery["apples"], "mode=exercise")
    while asked_for(opened) != 2.2:
        opened.page.locator("#answer").fill(str(asked_for(opened)))
        opened.press("Enter")
    opened.page.locator("#answer").fill(answer)
    opened.press("Enter")
    assert "✓" in (opened.page.locator("#verdict").text_content() or "")


@pytest.mark.parametrize("answer", ["", "x", "1/0", "2.2.2", "1/2/3", "NaN", "Infinity"])
def test_what_is_no_number_is_no_answer(visit: Open, gallery: Gallery, answer: str) -> None:
    opened = visit(gallery["apples"], "mode=exercise")
    before = question(opened)
    opened.page.locator("#answer").fill(answer)
    opened.press("Enter")
    assert question(opened) == before
    assert "✗" in (opened.page.locator("#verdict").text_content() or "")
