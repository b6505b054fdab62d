"""The SVG: its numbers by edge, value above gradient, text within its place, arrows where asked."""

import re
from xml.etree import ElementTree as ET

import pytest

from autograd_core.draw.snapshot import Snapshot, Value
from autograd_core.draw.snapshot.fold import fold
from autograd_core.draw.svg import to_svg
from tests.draw.graphs import SAMPLES, Builder, array, without_gradients

SVG = "{http://www.w3.org/2000/svg}"
SMALL = [name for name in SAMPLES if name != "random_2000"]


def parse(snapshot: Snapshot, **options: bool) -> ET.Element:
    return ET.fromstring(to_svg(snapshot, **options))


def group(root: ET.Element, id_: str) -> ET.Element:
    (found,) = [g for g in root.iter(f"{SVG}g") if g.get("id") == id_]
    return found


def text(part: ET.Element, kind: str) -> str:
    (found,) = [t for t in part.iter(f"{SVG}text") if kind in str(t.get("class")).split()]
    return "|".join(t for t in found.itertext())


def numbers(snapshot: Snapshot) -> dict[str, tuple[str, str]]:
    """Both texts of every edge, by the names of its ends."""
    root = parse(snapshot)
    called = [v.name or v.label or v.kind for v in snapshot.vertices]
    return {
        f"{called[edge.source]} {called[edge.target]}": (
            text(group(root, f"e{index}"), "value"),
            text(group(root, f"e{index}"), "gradient"),
        )
        for index, edge in enumerate(snapshot.edges)
    }


def test_the_price_of_apples_as_in_the_book() -> None:
    assert numbers(SAMPLES["buy_apple"]) == {
        "apple apple_price": ("100", "2.2"),
        "count apple_price": ("2", "110"),
        "apple_price ×": ("200", "1.1"),
        "tax ×": ("1.1", "200"),
        "× price": ("220", "1"),
    }


def test_the_price_of_apples_and_oranges_as_in_the_book() -> None:
    assert numbers(SAMPLES["buy_apple_orange"]) == {
        "apple apple_price": ("100", "2.2"),
        "n apple_price": ("2", "110"),
        "orange orange_price": ("150", "3.3"),
        "m orange_price": ("3", "165"),
        "apple_price total": ("200", "1.1"),
        "orange_price total": ("450", "1.1"),
        "total ×": ("650", "1.1"),
        "tax ×": ("1.1", "650"),
        "× price": ("715", "1"),
    }


def test_before_a_backward_pass_gradients_are_a_dash_and_never_0() -> None:
    shown = numbers(without_gradients(SAMPLES["buy_apple_orange"])).values()
    assert {gradient for _, gradient in shown} == {"–"}


def test_a_dash_is_not_in_the_colour_of_gradients() -> None:
    texts = parse(SAMPLES["sigmoid"]).iter(f"{SVG}text")
    kinds = {(t.text == "–", "none" in str(t.get("class")).split()) for t in texts}
    assert kinds == {(True, True), (False, False)}


def test_arrays_show_their_type_and_statistics() -> None:
    b = Builder()
    x = b.leaf("x", array(100, 50, mean=0.02, std=1.1), array(100, 50, mean=-1e-5, std=2e-4))
    shown = numbers(b.snapshot(b.operation("relu", [x], array(100, 50))))
    assert shown["x relu"] == ("100×50 float32|μ 0.02 σ 1.1", "μ -1e-5 σ 0.0002")


def test_small_arrays_show_their_numbers() -> None:
    b = Builder()
    x = b.leaf(
        "x", Value((2, 2), "float64", [[1.0, -0.5], [-2.0, 3.0]]), Value((3,), "f", [1, 0, 2])
    )
    shown = numbers(b.snapshot(b.operation("relu", [x], Value((0,), "float64", []))))
    assert shown["x relu"] == ("[1, -0.5]|[-2, 3]", "[1, 0, 2]")
    assert shown["relu output"] == ("[]", "–")


def test_the_name_of_an_inner_result_stands_with_its_number() -> None:
    root = parse(SAMPLES["buy_apple"])
    assert text(group(root, "e2"), "name") == "apple_price"


def test_a_leaf_with_several_readers_shows_the_sum_of_its_gradients() -> None:
    root = parse(SAMPLES["square"])
    assert text(group(root, "v0"), "gradient") == "∂ 6"
    assert [text(group(root, f"e{i}"), "gradient") for i in (0, 1)] == ["3", "3"]


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("arrows", [False, True])
def test_every_value_stands_above_its_line_and_its_gradient_below(name: str, arrows: bool) -> None:
    root = parse(SAMPLES[name], backward_arrows=arrows)
    for index in range(len(SAMPLES[name].edges)):
        edge = group(root, f"e{index}")
        level = heights(edge)
        above = [y for y, kind in lines(edge) if kind in ("value", "name")]
        below = [y for y, kind in lines(edge) if kind == "gradient"]
        assert any(max(above) < y < min(below) - 8 for y in level)


def heights(edge: ET.Element) -> set[float]:
    """The heights at which an edge's line runs level."""
    way = edge.find(f"{SVG}path[@class='way']")
    assert way is not None
    y, found = 0.0, set()
    for letter, rest in re.findall(r"([MHC])([^MHC]*)", str(way.get("d"))):
        ys = [float(n) for n in rest.split()]
        if letter == "H":
            found.add(y)
        else:
            y = ys[-1]
    return found


def lines(part: ET.Element) -> list[tuple[float, str]]:
    """The height and the kind of every line of text."""
    return [
        (float(str(line.get("y"))), str(element.get("class")).split()[0])
        for element in part.iter(f"{SVG}text")
        for line in list(element) or [element]
    ]


@pytest.mark.parametrize("name", [n for n in SMALL if "random" not in n])
def test_texts_and_shapes_do_not_overlap_in_the_picture(name: str) -> None:
    root = parse(SAMPLES[name])
    boxes = [box for t in root.iter(f"{SVG}text") for box in text_boxes(t)]
    for index, (x0, y0, x1, y1) in enumerate(boxes):
        for a0, b0, a1, b1 in boxes[:index]:
            assert not (x0 < a1 and a0 < x1 and y0 < b1 and b0 < y1)


def text_boxes(element: ET.Element) -> list[tuple[float, float, float, float]]:
    """Where a text stands in a font of middling width."""
    classes = str(element.get("class")).split()
    size = 11.0 if {"small", "note", "title"} & set(classes) else 13.0
    found = []
    for line in list(element) or [element]:
        width = 0.55 * size * len(line.text or "")
        x, y = float(str(line.get("x"))), float(str(line.get("y")))
        left = x - width * (0 if "start" in classes else 1 if "end" in classes else 0.5)
        found.append((left, y - 0.75 * size, left + width, y + 0.2 * size))
    return found


@pytest.mark.parametrize("sign", ["×", "exp", "dot", "relu", "WWWW", "softmax with loss", "和差算"])
def test_a_sign_fits_into_its_shape(sign: str) -> None:
    b = Builder()
    vertex = b.operation(sign, [b.leaf("x", 1.0)], 1.0)
    drawn = group(parse(b.snapshot(vertex)), f"v{vertex}")
    circle, rect = drawn.find(f"{SVG}circle"), drawn.find(f"{SVG}rect")
    shape = circle if rect is None else rect
    assert shape is not None
    room = float(str(shape.get("width") or 2 * float(str(shape.get("r")))))
    # the advance of a wide font's widest letters
    wide = sum(1.0 if c in "WM×" or ord(c) > 0x2E80 else 0.64 for c in sign) * 13
    assert wide < room


def test_backward_arrows_are_drawn_where_a_gradient_flows() -> None:
    arrows = parse(SAMPLES["sigmoid"], backward_arrows=True).findall(f".//{SVG}path[@class='back']")
    edges = SAMPLES["sigmoid"].edges
    assert len(arrows) == sum(edge.gradient is not None for edge in edges) < len(edges)
    assert parse(SAMPLES["sigmoid"]).findall(f".//{SVG}path[@class='back']") == []


def test_scopes_are_frames_and_closed_scopes_boxes_with_their_size() -> None:
    opened = parse(SAMPLES["two_layer_net"])
    frames = [g for g in opened.iter(f"{SVG}g") if g.get("class") == "frame"]
    assert [text(frame, "title") for frame in frames] == ["net", "affine1", "relu1", "affine2"]
    closed = parse(fold(SAMPLES["two_layer_net"], 1))
    groups = [g for g in closed.iter(f"{SVG}g") if g.get("class") == "vertex group"]
    assert [text(g, "note") for g in groups] == ["(2 ops)", "(1 op)", "(2 ops)"]


def test_a_picture_tells_what_it_shows_to_those_who_cannot_see_it() -> None:
    root = parse(SAMPLES["buy_apple"])
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Computation graph of price"
    assert "2 operations" in str(root.findtext(f"{SVG}desc"))
    assert group(root, "e1").findtext(f"{SVG}title") == "count → apple_price: 2, gradient 110"
    assert group(root, "v4").findtext(f"{SVG}title") == "×: 220, gradient 1"


def test_remarks_stand_at_the_bottom() -> None:
    root = parse(SAMPLES["diamond"])
    (remark,) = [t for t in root.iter(f"{SVG}text") if t.text == "a remark"]
    others = [y for g in root.findall(f"{SVG}g") for y, _ in lines(g)]
    assert float(str(remark.get("y"))) > max(others)


def test_it_draws_in_dark_colours_where_these_are_preferred() -> None:
    light, _, dark = to_svg(SAMPLES["square"]).partition("@media (prefers-color-scheme:dark)")
    assert ".autograd .paper{fill:#fff}" in light
    assert ".autograd .paper{fill:#16191d}" in dark


def test_every_class_that_is_used_has_colours_of_contrast() -> None:
    style = to_svg(SAMPLES["square"]).partition("</style>")[0]
    light, _, dark = style.partition("@media")
    for sheet, paper in ((light, "#ffffff"), (dark, "#16191d")):
        fills = dict(re.findall(r"\.autograd ([^{,]*)(?:,[^{]*)?\{[^}]*?fill:(#\w+)", sheet))
        for kind in ("text", ".gradient", ".none"):
            assert contrast(fills[kind], paper) >= 4.5


def contrast(a: str, b: str) -> float:
    """The ratio of luminances as WCAG 2 defines it."""
    low, high = sorted(map(luminance, (a, b)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_nothing_in_it_is_loaded_from_elsewhere() -> None:
    svg = to_svg(SAMPLES["two_layer_net"]).replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert re.search(r"href|url\(|@import|script|https?:", svg) is None
