"""The tree and the table of steps, as a terminal shows them."""

import io

import pytest

from autograd_core.draw.snapshot.fold import fold
from autograd_core.draw.text import Style, steps, tree
from tests.draw.graphs import SAMPLES, Builder, array, chain, without_gradients


def test_the_tree_of_the_price_graph() -> None:
    assert tree(SAMPLES["buy_apple_orange"]).split("\n") == [
        "price = 715  ∂ 1  [×]",
        "├─ total = 650  ∂ 1.1  [+]",
        "│  ├─ apple_price = 200  ∂ 1.1  [×]",
        "│  │  ├─ apple = 100  ∂ 2.2",
        "│  │  └─ n = 2  ∂ 110",
        "│  └─ orange_price = 450  ∂ 1.1  [×]",
        "│     ├─ orange = 150  ∂ 3.3",
        "│     └─ m = 3  ∂ 165",
        "└─ tax = 1.1  ∂ 650",
    ]


def test_a_shared_node_is_written_once_and_then_referred_to() -> None:
    assert tree(SAMPLES["square"]).split("\n") == [
        "y = 9  ∂ 1  [×]",
        "├─ x (n0) = 3  ∂ 6",
        "└─ ↑ n0",
    ]
    assert tree(SAMPLES["diamond"]).split("\n") == [
        "n4 = 1.497  ∂ 1  [+]",
        "├─ n2 = 0.5  ∂ 1  [log]",
        "│  └─ n1 = 1.649  ∂ 1.516  [exp]",
        "│     └─ x = 0.5  ∂ 2.5",
        "└─ n3 = 0.997  ∂ 1  [sin]",
        "   └─ ↑ n1",
        "",
        "a remark",
    ]
    assert steps(SAMPLES["diamond"]).endswith("\n\na remark")


def test_constants_have_no_gradient_and_a_missing_one_is_a_dash() -> None:
    assert tree(without_gradients(SAMPLES["sigmoid"])).split("\n")[-4:] == [
        "   │  └─ n3 = -1  ∂ –  [×]",
        "   │     ├─ x = 1  ∂ –",
        "   │     └─ -1",
        "   └─ 1",
    ]


def test_groups_tell_how_much_they_hold() -> None:
    first, second, *_ = tree(fold(SAMPLES["two_layer_net"], 0)).split("\n")
    assert first == "loss = 2.303  ∂ 1  [softmax with loss]"
    assert second == "├─ n2 = 100×10 float32 μ 0 σ 1  ∂ μ 0 σ 1  [net (5 ops)]"


def test_a_long_branch_goes_on_as_a_tree_of_its_own() -> None:
    lines = tree(chain(50)).split("\n")
    assert max(map(len, lines)) <= 100
    (end,) = [i for i, line in enumerate(lines) if line == ""][:1]
    assert lines[end - 1].strip() == "└─ ↓ n30"
    assert lines[end + 1] == "n30 = 1  ∂ 1  [exp]"
    assert sum("[exp]" in line for line in lines) == 50


def test_a_long_chain_needs_no_recursion() -> None:
    snapshot = chain(20_000)
    assert tree(snapshot).count("[exp]") == 20_000
    assert steps(snapshot).count(" = exp ") == 20_000


def test_the_table_of_steps() -> None:
    assert steps(SAMPLES["buy_apple"]).split("\n") == [
        "%0 f64 = variable 100  # apple",
        "%1 f64 = variable 2  # count",
        "%2 f64 = × %0, %1  # apple_price",
        "%3 f64 = variable 1.1  # tax",
        "%4 f64 = × %2, %3",
        "return %4  # price",
        "",
        "∂%4 = 1 → ∂%2 += 1.1, ∂%3 += 200",
        "∂%2 = 1.1 → ∂%0 += 2.2, ∂%1 += 110",
    ]
    assert "%11 f64 = softmax with loss %10, %1  # train.py:31" in steps(SAMPLES["two_layer_net"])
    assert "∂" not in steps(without_gradients(SAMPLES["buy_apple"]))


def test_steps_name_shapes_and_parameters() -> None:
    b = Builder()
    x = b.leaf("x", array(32, 128))
    y = b.operation("sum", [x], array(32), params={"axis": "1", "keepdims": "True"})
    assert steps(b.snapshot(y)).split("\n") == [
        "%0 f32[32,128] = variable  # x",
        "%1 f32[32] = sum %0, axis=1, keepdims=True",
        "return %1",
    ]


def test_lines_end_at_the_width() -> None:
    lines = tree(SAMPLES["two_layer_net"], Style(width=30)).split("\n")
    assert max(map(len, lines)) == 30
    assert any(line.endswith("…") for line in lines)


def test_ascii() -> None:
    written = tree(SAMPLES["buy_apple"], Style(ascii=True))
    assert written.split("\n")[:2] == ["price = 220  d 1  [x]", "|- apple_price = 200  d 1.1  [x]"]
    for snapshot in SAMPLES.values():
        assert (tree(snapshot, Style(ascii=True)) + steps(snapshot, Style(ascii=True))).isascii()


def test_colours_change_no_character() -> None:
    coloured = tree(SAMPLES["buy_apple"], Style(colour=True))
    assert "\x1b[31m  ∂ 1\x1b[0m" in coloured
    plain = coloured
    for code in ("0", "1", "31", "90"):
        plain = plain.replace(f"\x1b[{code}m", "")
    assert plain == tree(SAMPLES["buy_apple"])


class Stream(io.TextIOWrapper):
    def __init__(self, encoding: str, terminal: bool) -> None:
        super().__init__(io.BytesIO(), encoding)
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


def test_a_stream_decides_the_style(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "63")
    assert Style.of(Stream("utf-8", terminal=True)) == Style(63, colour=True)
    assert Style.of(Stream("utf-8", terminal=False)) == Style(100)
    assert Style.of(Stream("latin-1", terminal=False)) == Style(100, ascii=True)
    assert Style.of(None) == Style(100)
    monkeypatch.setenv("NO_COLOR", "1")
    assert Style.of(Stream("utf-8", terminal=True)) == Style(63)
