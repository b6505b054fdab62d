"""The page: its bytes, its policy, what is escaped, which parts it carries."""

import base64
import gc
import hashlib
import json
import re
import subprocess
import sys
import zlib
from html.parser import HTMLParser
from importlib.resources import files
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd_core import Tensor, graph, sigmoid, softmax
from autograd_core.draw.page import page
from autograd_core.draw.page.document import _stripped, pack, squeeze
from autograd_core.draw.snapshot import Value
from tests.draw.graphs import SAMPLES, Builder, array, residual, without_gradients

HOSTILE = "</script><script>alert(1)</script><!--\u2028&"
SCRIPTS = sorted(
    part.name
    for part in files("autograd_core.draw.page").iterdir()
    if part.name.endswith((".js", ".css"))
)


class Document(HTMLParser):
    """What a browser finds in a page: the elements with their attributes, and texts by element."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append((*self.elements[-1], data))

    def text_of(self, tag: str, **wanted: str) -> str:
        """The text of the only element with these attributes."""
        found = [
            text
            for name, attrs, text in self.texts
            if name == tag and wanted.items() <= attrs.items()
        ]
        return "".join(found)

    @property
    def data(self) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(self.text_of("script", id="data"))
        return made

    @property
    def script(self) -> str:
        return unpacked(self.text_of("script", id="packed"))


def unpacked(digits: str) -> str:
    """What load.js makes of the packed script."""
    padding, rest = int(digits[0]), digits[1:].replace("v", "<")
    bytes_ = base64.a85decode(rest)
    return zlib.decompress(bytes_[: len(bytes_) - padding]).decode()


def document(snapshot: Any, **options: Any) -> Document:
    return Document(page(snapshot, **options))


def apples_and_oranges() -> Tensor:
    apple, n, orange, m, tax = (
        Tensor(value, name=name)
        for value, name in [(100, "apple"), (2, "n"), (150, "orange"), (3, "m"), (1.1, "tax")]
    )
    price = (apple * n + orange * m) * tax
    price.name = "price"
    price.backward()
    return price


def test_the_page_of_apples_and_oranges_is_small() -> None:
    assert len(graph(apples_and_oranges()).to_html().encode()) <= 20_000


def test_a_large_net_stays_small() -> None:
    net = residual(1100)
    assert len(net.vertices) > 9_900
    assert len(page(net).encode()) <= 2_000_000


def test_the_picture_is_there_without_a_script() -> None:
    made = document(SAMPLES["buy_apple_orange"])
    texts = [text for _, attrs, text in made.texts if attrs.get("class") in ("value", "gradient")]
    assert " ".join(texts) == "100 2.2 2 110 150 3.3 3 165 200 1.1 450 1.1 650 1.1 1.1 650 715 1"
    ids = [attrs.get("id") for tag, attrs in made.elements if tag == "g"]
    assert ids == [*(f"e{i}" for i in range(9)), *(f"v{i}" for i in range(10))]


def test_edges_and_steps_are_told_as_differences() -> None:
    snapshot = graph(apples_and_oranges()).snapshot
    data = document(snapshot).data
    targets = list(accumulate(step for _, step, *_ in data["edges"]))
    sources = [target - row[0] for target, row in zip(targets, data["edges"], strict=True)]
    assert [*zip(sources, targets, strict=True)] == [(e.source, e.target) for e in snapshot.edges]
    assert tuple(accumulate(data["forward"])) == snapshot.forward
    assert tuple(accumulate(data["backward"])) == snapshot.backward


def test_numbers_have_no_digits_that_rounding_left_behind() -> None:
    data = document(graph(Tensor(0.1) * 3.0).snapshot).data
    assert [row[2] for row in data["nodes"]] == [0.1, 3, 0.3, 0.3]


def test_before_a_backward_pass_there_are_no_gradients() -> None:
    made = document(without_gradients(SAMPLES["buy_apple"]))
    assert [row[3:] for row in made.data["edges"]] == [[]] * 5
    assert made.data["backward"] == []


def test_the_policy_lets_nothing_in_but_the_page_itself() -> None:
    made = document(SAMPLES["buy_apple"])
    policy = next(
        str(attrs["content"]) for _, attrs in made.elements if attrs.get("http-equiv") is not None
    )
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    loader = "".join(text for tag, attrs, text in made.texts if tag == "script" and not attrs)
    for text in (made.text_of("style").strip(), loader.strip(), made.script):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert {tag for tag, _ in made.elements} <= {
        "html", "head", "meta", "title", "style", "body", "header", "h1", "main", "svg", "g",
        "path", "text", "circle", "script",
    }  # fmt: skip
    assert not any(key in attrs for _, attrs in made.elements for key in ("src", "href", "style"))


def test_names_of_users_are_text_everywhere() -> None:
    b = Builder()
    x = b.leaf(HOSTILE, 1.0, 1.0)
    y = b.operation(HOSTILE, [x], 2.0, 1.0, name=HOSTILE, scope=b.scope(HOSTILE), line=HOSTILE)
    snapshot = b.snapshot(y, HOSTILE, notes=[HOSTILE])
    harmless = page(SAMPLES["sigmoid_scope"])
    text = page(snapshot, title=HOSTILE)
    assert text.count("<script") == harmless.count("<script") == 3
    assert "<!--" not in text.partition("<!DOCTYPE")[2]
    assert "\u2028" not in text
    assert Document(text).text_of("h1").startswith("</script><script>alert(1)</script><!--")
    assert Document(text).data["nodes"][0][1].startswith("</script><script>alert(1)</")


def test_a_name_that_cannot_be_seen_leaves_a_title() -> None:
    b = Builder()
    end = b.operation("exp", [b.leaf("x", 1.0)], 2.7)
    assert document(b.snapshot(end, "\u2028")).text_of("title") == "Computation graph"


def test_the_same_bytes_in_every_process() -> None:
    names = ["two_layer_net", "residual", "random_3", "scoped_1"]
    program = (
        "import sys; from tests.draw.graphs import SAMPLES\n"
        "from autograd_core.draw.page import page\n"
        f"sys.stdout.buffer.write(b''.join(page(SAMPLES[name]).encode() for name in {names}))"
    )
    root = Path(__file__).parent.parent.parent
    made = subprocess.run(
        [sys.executable, "-c", program], cwd=root, env={"PYTHONHASHSEED": "7"},
        capture_output=True, check=True,
    )  # fmt: skip
    assert made.stdout == b"".join(page(SAMPLES[name]).encode() for name in names)


def carries(snapshot: Any, **options: Any) -> set[str]:
    """The parts of the script in a page, known by a function of each."""
    script = document(snapshot, **options).script
    names = {
        "scopes": "function openFirst(", "lens": "lookThrough(", "marks": "nextDifference(",
        "frames": "showFrame(", "explanation": "explain(", "play": "tellStep(",
        "memory": "function memory(",
    }  # fmt: skip
    return {part for part, function in names.items() if function in script}


def test_a_page_carries_what_it_has_a_use_for() -> None:
    assert carries(SAMPLES["buy_apple"]) == {"play"}
    assert carries(SAMPLES["sigmoid_scope"]) == {"play", "scopes"}
    assert "lens" in carries(SAMPLES["two_layer_net"])


def test_memory_is_shown_of_what_keeps_arrays() -> None:
    x = Tensor(np.ones((8, 4)), name="x")
    y = np.sum(np.exp(x) * x)
    assert "memory" not in carries(graph(y).snapshot)
    y.backward()
    assert "memory" in carries(graph(y).snapshot)
    assert sum(document(graph(y).snapshot).data["saved"].values()) == 8 * 4 * 8  # exp(x)


def test_an_explanation_points_at_the_edges() -> None:
    made = graph(apples_and_oranges())
    data = document(made.snapshot, explanation=made.explain()).data
    count = len(made.snapshot.edges)
    edges = [edge for row in data["explanation"] if len(row) > 3 for edge in row[3]]
    assert edges
    assert all(0 <= edge < count for edge in edges)
    assert "explanation" in carries(made.snapshot, explanation=made.explain())


def test_a_comparison_marks_what_became_of_every_part() -> None:
    x = Tensor(2.0, name="x")
    found = graph(x * x + 1).diff(graph(x * x * 3))
    made = document(found.merged, diff=found)
    marks = made.data["marks"]
    assert [mark[0] for mark in found.marks.vertices] == list(marks["nodes"])
    assert [mark[0] for mark in found.marks.edges] == list(marks["edges"])
    classes = [str(attrs.get("class")) for tag, attrs in made.elements if tag == "g"]
    assert sum("removed" in kind for kind in classes) >= 2
    assert "marks" in carries(found.merged, diff=found)


def test_a_simplification_is_a_row_of_pictures_with_their_equations() -> None:
    made = graph(sigmoid(Tensor(2.0, name="x")))
    frames = made.simplify()
    text = page(made.snapshot, frames=frames)
    assert text.count("<figure>") == len(frames) > 0
    assert all(frame.equation.replace("<", "&lt;") in text for frame in frames)
    assert text.count("<style>") == 1
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_small_arrays_show_their_rows_and_large_ones_their_statistics() -> None:
    b = Builder()
    x = b.leaf("x", Value((2, 2), "float64", [[1.0, -0.5], [-2.0, 3.0]]), Value((2, 2), "f8", None))
    data = document(b.snapshot(b.operation("exp", [x], array(32, 64), array(32, 64)))).data
    assert data["nodes"][0][2] == "2×2 float64\n[1, -0.5]\n[-2, 3]"
    assert data["nodes"][1][2].split("\n")[0] == "32×64 float32"
    assert data["edges"][1][3] == "\nμ 0 σ 1"


@pytest.mark.parametrize("x", [float("nan"), float("inf"), 1 + 2j, True])
def test_numbers_that_json_does_not_know_are_texts(x: Any) -> None:
    t = Tensor(x if isinstance(x, complex) else np.float64(x), name="x")
    with np.errstate(invalid="ignore"):
        assert document(graph(t * 2).snapshot).data["nodes"][0][1] == "x"


def test_a_definition_comes_with_its_own_numbers() -> None:
    x = Tensor(np.array([0.3, 2.9, 4.0]), name="x")
    made = graph(softmax(x))
    data = document(made.snapshot).data
    assert len(made.snapshot.vertices) < len(data["nodes"])
    kinds = [cluster[1] for cluster in data["clusters"]]
    assert kinds.count("composite") >= 1


# ── the files of the script ───────────────────────────────────────────────────────────────────
def test_packing_is_undone() -> None:
    for script in ("", "a", "ab < v > z" * 50, "\0" * 40, _stripped("core.js")):
        assert unpacked(pack(script)) == script
        assert not set("<&") & set(pack(script)) - {"&"}


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_left_as_it_was(enabled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot, seen = graph(Tensor(2.0) * 3).snapshot, []

    def fails(snapshot: Any) -> None:
        seen.append(gc.isenabled())
        raise RuntimeError

    monkeypatch.setattr("autograd_core.draw.page.document.clusters", fails)
    (gc.enable if enabled else gc.disable)()
    try:
        with pytest.raises(RuntimeError):
            page(snapshot)
        assert (seen, gc.isenabled()) == ([False], enabled)
    finally:
        gc.enable()


def test_squeezing_leaves_texts_alone() -> None:
    script = 'const a = (b) => {\nreturn b ? `x = ${b}, y` : "p = q ; r";\n};'
    assert squeeze(script) == 'const a=(b)=>{return b?`x = ${b}, y`:"p = q ; r";};'


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_files_keep_the_rules_that_make_stripping_exact(name: str) -> None:
    text = files("autograd_core.draw.page").joinpath(name).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    for line in text.splitlines():
        code = line.strip()
        if code.startswith(("//", "/*")):
            continue
        assert not re.search(r"(^|[^:])//|/\*|'|\+ \+|- -", code), code
        assert code.count('"') % 2 == code.count("`") % 2 == 0, code
        for text in re.findall(r"`[^`]*`", code):
            assert text.count("${") <= text.count("}"), code
        if name.endswith(".js"):
            assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", code)


def test_the_data_of_a_large_page_travel_packed_behind_the_script() -> None:
    x = Tensor(1.0, name="</script><b>x")
    for _ in range(4000):
        x = x * 1.0001
    made = document(graph(x).snapshot)
    assert not made.text_of("script", id="data").strip()
    script, data = made.script.split("\0")
    told = json.loads(data)
    assert len(told["nodes"]) == 8002
    assert [name for _, name, *_ in told["nodes"][:1]] == ["</script><b>x"]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = [
        attrs["content"] for tag, attrs in made.elements if "http-equiv" in attrs and tag == "meta"
    ]
    assert f"'sha256-{digest}'" in str(policy)
    small = document(graph(Tensor(1.0) * 2.0).snapshot)
    assert json.loads(small.text_of("script", id="data"))["nodes"]
    assert "\0" not in small.script
