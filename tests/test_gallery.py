"""The gallery: the book's numbers read back from its pictures, and the committed files are true."""

import re
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from autograd_core import Tensor, graph
from examples.gallery import __main__ as gallery
from examples.gallery.figure import FIGURES, Figure
from examples.gallery.index import html_index, markdown_index
from tests.draw.test_svg import SVG, heights, lines, text_boxes

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures" / "gallery"
STALE = "run python -m examples.gallery --docs, look at the pictures, and commit them"

figures = pytest.mark.parametrize("name", FIGURES)


@cache
def committed(name: str) -> ET.Element:
    return ET.fromstring((PICTURES / f"{name}.svg").read_bytes())


def edges(name: str) -> dict[str, tuple[str, str]]:
    """What stands above and below each edge of a committed picture, by the names of its ends."""
    found = {}
    for edge in committed(name).iter(f"{SVG}g"):
        if edge.get("class") == "edge":
            ends = str(edge.findtext(f"{SVG}title")).partition(":")[0]
            found[ends] = (shown(edge, "value"), shown(edge, "gradient"))
    return found


def shown(part: ET.Element, kind: str) -> str:
    (found,) = [t for t in part.iter(f"{SVG}text") if kind in str(t.get("class")).split()]
    return " ".join(found.itertext())


# ── the numbers of the book ───────────────────────────────────────────────────────────────────
BOOK = {
    "apples": {
        "apple → apple_price": ("100", "2.2"),
        "count → apple_price": ("2", "110"),
        "apple_price → ×": ("200", "1.1"),
        "tax → ×": ("1.1", "200"),
        "× → price": ("220", "1"),
    },
    "apples_and_oranges": {
        "apple → apple_price": ("100", "2.2"),
        "n → apple_price": ("2", "110"),
        "orange → orange_price": ("150", "3.3"),
        "m → orange_price": ("3", "165"),
        "apple_price → total": ("200", "1.1"),
        "orange_price → total": ("450", "1.1"),
        "total → ×": ("650", "1.1"),
        "tax → ×": ("1.1", "650"),
        "× → price": ("715", "1"),
    },
    "add_node": {"x → +": ("10", "1.3"), "y → +": ("5", "1.3"), "+ → z": ("15", "1.3")},
    "multiply_node": {"x → ×": ("10", "6.5"), "y → ×": ("5", "13"), "× → z": ("50", "1.3")},
    "relu_layer": {
        "x → ReLU": ("[1, -0.5] [-2, 3]", "[0.1, 0] [0, 0.4]"),
        "ReLU → y": ("[1, 0] [0, 3]", "[0.1, 0.2] [0.3, 0.4]"),
    },
    # y = 1 / (1 + e⁻¹) = 0.7311, and backwards -y², -y², -y² e⁻¹, y² e⁻¹
    "sigmoid_in_full": {
        "x → × -1": ("1", "0.1966"),
        "× -1 → exp": ("-1", "-0.1966"),
        "exp → +": ("0.3679", "-0.5344"),
        "+ → /": ("1.368", "-0.5344"),
        "/ → y": ("0.7311", "1"),
    },
    "sigmoid_simplified": {"x → sigmoid": ("1", "0.1966"), "sigmoid → y": ("0.7311", "1")},
    "softmax_with_loss_in_full": {
        "a → exp": ("[-1.204, -1.609, -0.6931]", "[0.3, -0.8, 0.5]"),
        "× → log": ("[0.3, 0.2, 0.5]", "[0, -5, 0]"),
        "/ → loss": ("1.609", "1"),
    },
    "softmax_with_loss_simplified": {
        "a → softmax with loss": ("[-1.204, -1.609, -0.6931]", "[0.3, -0.8, 0.5]"),
        "softmax with loss → loss": ("1.609", "1"),
    },
}


@pytest.mark.parametrize("name", BOOK)
def test_the_pictures_have_the_numbers_of_the_book(name: str) -> None:
    assert {ends: edges(name).get(ends) for ends in BOOK[name]} == BOOK[name]


def test_a_branch_adds_up_what_its_readers_send_back() -> None:
    sent = [t.text for t in committed("branch_node").iter(f"{SVG}text") if t.text in ("2", "5")]
    assert {"2", "5"} <= set(sent)
    assert "∂ 7" in list(committed("branch_node").itertext())


def test_repeat_and_sum_are_mirror_images() -> None:
    ((_, repeated), (_, copies)) = edges("repeat_node").values()
    rows = np.array([[1.0, 0.5], [2.0, 0.5], [3.0, 0.5]])
    assert (repeated, copies) == (text(rows.sum(axis=0)), " ".join(map(text, rows)))
    ((_, copied), (_, one)) = edges("sum_node").values()
    assert copied == " ".join([one] * 3)


@pytest.mark.parametrize("name", ["affine_one_sample", "affine_batch", "matmul_node"])
def test_the_gradients_of_a_product_are_products(name: str) -> None:
    numbers = {ends.partition(" ")[0]: [*map(array, pair)] for ends, pair in edges(name).items()}
    (x, dx), (W, dW) = numbers["x"], numbers["W"]
    g = np.atleast_2d(numbers["dot"][1])
    np.testing.assert_array_equal(np.atleast_2d(dx), g @ W.T)
    np.testing.assert_array_equal(dW, np.atleast_2d(x).T @ g)
    if "b" in numbers:
        np.testing.assert_array_equal(numbers["b"][1], g.sum(axis=0))


def text(row: np.ndarray) -> str:
    return f"[{', '.join(f'{x:g}' for x in row)}]"


def array(rows: str) -> np.ndarray:
    found = [[float(x) for x in row.split(",")] for row in re.findall(r"\[(.*?)\]", rows)]
    return np.array(found if len(found) > 1 or rows.count("[") > 1 else found[0])


def test_the_residual_net_keeps_its_gradient() -> None:
    """What the caption says: twelve blocks later the gradient has not vanished."""
    first, last = (
        float(re.sub(r".*σ ", "", edges("residual_net")[ends][1]))
        for ends in ("images → block ×12", "block ×12 → affine1")
    )
    assert last < first < 1.5 * last


# ── the pictures ──────────────────────────────────────────────────────────────────────────────
@figures
def test_every_value_stands_above_its_line_and_its_gradient_below(name: str) -> None:
    drawn = [g for g in committed(name).iter(f"{SVG}g") if g.get("class") == "edge"]
    assert drawn
    for edge in drawn:
        above = [y for y, kind in lines(edge) if kind in ("value", "name")]
        below = [y for y, kind in lines(edge) if kind == "gradient"]
        assert any(max(above) < y < min(below) - 8 for y in heights(edge))


@figures
def test_no_two_texts_overlap(name: str) -> None:
    boxes = [box for t in committed(name).iter(f"{SVG}text") for box in text_boxes(t)]
    for index, (x0, y0, x1, y1) in enumerate(boxes):
        for a0, b0, a1, b1 in boxes[:index]:
            assert not (x0 < a1 and a0 < x1 and y0 < b1 and b0 < y1)


@figures
def test_the_committed_picture_is_what_the_code_draws(name: str) -> None:
    drawn = FIGURES[name].graph().to_svg()
    assert (PICTURES / f"{name}.svg").read_bytes().decode() == drawn, STALE


@figures
def test_the_code_that_is_shown_draws_the_picture(name: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    module = sys.modules[FIGURES[name].build.__module__]
    exec(FIGURES[name].code, {**vars(module), "graph": graph})
    assert (tmp_path / f"{name}.svg").read_bytes() == (PICTURES / f"{name}.svg").read_bytes()


def test_no_picture_is_left_over() -> None:
    assert {path.name for path in PICTURES.iterdir()} == {f"{name}.svg" for name in FIGURES}


# ── the pages ─────────────────────────────────────────────────────────────────────────────────
def test_the_committed_page_is_what_the_script_writes() -> None:
    page = (ROOT / "docs" / "gallery.md").read_bytes().decode()
    assert page == markdown_index(FIGURES.values(), "pictures/gallery"), STALE


def test_every_figure_says_what_to_see_and_where_it_is_from() -> None:
    for name, figure in FIGURES.items():
        assert figure.name == name
        assert figure.title
        assert figure.sees.endswith(".")
        assert re.match(r"Section \d|Volume 2, section \d|Appendix A", figure.place)


class Found(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [str(value) for key, value in attributes if key in ("href", "src")]


def test_the_gallery_has_all_files_that_its_index_names(tmp_path: Path, capsys) -> None:
    gallery.main([str(tmp_path / "a" / "b")])
    index = tmp_path / "a" / "b" / "index.html"
    assert capsys.readouterr().out == f"{index.resolve()}\n"
    found = Found(index.read_text(encoding="utf-8"))
    files = {link for link in found.links if not link.startswith("#")}
    assert files == {f"{name}.{kind}" for name in FIGURES for kind in ("svg", "html")}
    assert files == {path.name for path in index.parent.iterdir()} - {"index.html"}
    assert {link[1:] for link in found.links if link.startswith("#")} == set(FIGURES)


def test_the_index_escapes_what_it_is_given() -> None:
    evil = '</pre><script>alert(1)</script>"onload="x'

    def build() -> Tensor:
        """For its source alone."""
        return Tensor(evil)

    plain = Found(html_index([Figure("a", "b", "c.", "5", build, None)]))
    hostile = Found(html_index([Figure("a", evil, evil, evil, build, None)]))
    assert hostile.tags == plain.tags
    assert hostile.links == plain.links


def test_the_files_are_the_same_under_every_hash_seed(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "examples.gallery", str(tmp_path / seed)]
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PATH": ""}
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    first, second = ({p.name: p.read_bytes() for p in (tmp_path / s).iterdir()} for s in "12")
    assert first == second


def test_the_convolution_of_the_gallery_is_one() -> None:
    """Against the sum that defines it (book, section 7.2)."""
    rng = np.random.default_rng(1)
    layer = FIGURES["conv_net"].build.__globals__["Convolution"](rng, 2, 3, 3)
    x = rng.random((2, 2, 5, 6))
    W = np.reshape(layer.W.data, (2, 3, 3, 3))  # channel, height, width, filter
    expected = np.zeros((2, 3, 3, 4))
    for i, j in np.ndindex(3, 4):
        expected[:, :, i, j] = np.einsum("nchw,chwf->nf", x[:, :, i : i + 3, j : j + 3], W)
    np.testing.assert_allclose(layer(Tensor(x)).data, expected, rtol=1e-12)
