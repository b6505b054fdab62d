"""The command line: what it writes, what it says of bad input, and how it ends."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from autograd_core import Graph, Tensor, __version__, graph
from autograd_core import __main__ as command_line
from autograd_core.__main__ import main

ROOT = Path(__file__).parent.parent


@pytest.fixture
def saved(tmp_path: Path) -> str:
    x = Tensor(3.0, name="x")
    y = x * x + 1.0
    y.name = "y"
    y.backward()
    return str(graph(y).save(tmp_path / "y.json"))


@pytest.fixture
def ok(capsys):
    """Runs a command that has to succeed, and gives what it printed."""

    def run(*argv: str, code: int = 0) -> str:
        assert main(argv) == code
        printed = capsys.readouterr()
        assert printed.err == ""
        return printed.out

    return run


@pytest.fixture
def refused(capsys):
    """Runs a command that has to fail, and gives its one line."""

    def run(*argv: str) -> str:
        assert main(argv) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.count("\n") == 1
        return printed.err.strip()

    return run


# ── draw ──────────────────────────────────────────────────────────────────────────────────────
def test_draw_prints_the_tree(ok, saved) -> None:
    assert ok("draw", saved).splitlines()[0] == "y = 10  ∂ 1  [+]"
    assert ok("draw", saved) == ok("draw", saved, "--text")


def test_draw_prints_the_steps(ok, saved) -> None:
    assert "%1 f64 = multiply %0, %0" in ok("draw", saved, "--steps")
    both = ok("draw", saved, "--text", "--steps")
    assert both == ok("draw", saved, "--text") + ok("draw", saved, "--steps")


@pytest.mark.parametrize("form", ["html", "svg", "dot"])
def test_draw_writes_what_the_library_writes(ok, saved, tmp_path, form) -> None:
    out = tmp_path / "any name"
    assert ok("draw", saved, f"--{form}", str(out)) == ""
    expected = Graph.load(saved).save(tmp_path / f"expected.{form}")
    assert out.read_bytes() == expected.read_bytes()


def test_draw_writes_several_formats_at_once(ok, saved, tmp_path) -> None:
    svg, dot = tmp_path / "a.svg", tmp_path / "a.dot"
    assert "y = 10" in ok("draw", saved, "--svg", str(svg), "--dot", str(dot), "--text")
    assert ET.parse(svg).getroot().tag.endswith("svg")
    assert dot.read_text().startswith("digraph")


def test_draw_writes_to_standard_output(saved) -> None:
    done = run("draw", saved, "--svg", "-")
    assert done.stdout == Graph.load(saved).to_svg()


def test_draw_asks_an_engine_for_png(ok, saved, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(command_line, "render", lambda dot, form: f"{form} of {dot[:7]}".encode())
    ok("draw", saved, "--png", str(tmp_path / "y.png"))
    assert (tmp_path / "y.png").read_bytes() == b"png of digraph"


def test_draw_closes_scopes(ok, tmp_path) -> None:
    import nn

    net = nn.Sequential(nn.Affine(2, 2, rng=0), nn.ReLU(), name="net")
    file = str(graph(net([[1.0, 2.0]])).save(tmp_path / "net.json"))
    assert "[net (2 ops)]" in ok("draw", file, "--depth", "0")
    assert "[net (2 ops)]" not in ok("draw", file)


def test_the_standard_input_is_a_file(ok, saved, monkeypatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(Path(saved).read_bytes()))
    expected = ok("draw", saved)
    monkeypatch.setattr(sys, "stdin", stdin)
    assert ok("draw", "-") == expected


def test_demo_is_the_price_of_apples_and_oranges(ok) -> None:
    assert ok("draw", "demo").startswith("price = 715  ∂ 1  [×]\n├─ total = 650  ∂ 1.1  [+]")


# ── explain ───────────────────────────────────────────────────────────────────────────────────
def test_explain_says_how_a_gradient_comes_about(ok) -> None:
    said = ok("explain", "demo", "--wrt", "apple")
    assert "apple" in said
    assert "2.2" in said


def test_explain_writes_what_the_library_says(ok, saved) -> None:
    for form in ("text", "latex", "markdown"):
        expected = Graph.load(saved).explain(format=form)
        assert ok("explain", saved, "--format", form) == f"{expected}\n"


# ── diff ──────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def other(tmp_path: Path) -> str:
    x = Tensor(3.0, name="x")
    y = x * x + 1.000001
    y.name = "y"
    y.backward()
    return str(graph(y).save(tmp_path / "other.json"))


def test_diff_of_equal_graphs(ok, saved) -> None:
    assert "the same" in ok("diff", saved, saved)


def test_diff_tells_by_its_exit_code_that_graphs_differ(ok, saved, other) -> None:
    assert "y: value" in ok("diff", saved, other, code=1)
    assert "changed" not in ok("diff", saved, other, "--tolerance", "1e-5")


@pytest.mark.parametrize("form", ["svg", "html"])
def test_diff_is_drawn(ok, saved, other, tmp_path, form) -> None:
    out = tmp_path / f"diff.{form}"
    assert ok("diff", saved, other, f"--{form}", str(out), code=1) == ""
    assert "<svg" in out.read_text(encoding="utf-8")
    assert "y: value" in ok("diff", saved, other, f"--{form}", str(out), "--text", code=1)


# ── demo ──────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def opened(monkeypatch) -> list[str]:
    urls: list[str] = []
    monkeypatch.setattr(
        command_line.webbrowser, "open", lambda url: urls.append(url) is None and True
    )
    return urls


def test_demo_writes_both_pages_and_opens_one(ok, opened, tmp_path) -> None:
    pages = [Path(line) for line in ok("demo", "-o", str(tmp_path / "new")).splitlines()]
    assert [page.name for page in pages] == ["buy_apple.html", "buy_apple_orange.html"]
    assert all(page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>") for page in pages)
    assert opened == [pages[1].as_uri()]


def test_demo_opens_nothing_when_told_so(ok, opened, tmp_path) -> None:
    ok("demo", "--no-open", "--output", str(tmp_path))
    assert opened == []


def test_demo_says_where_the_pages_are_when_there_is_no_browser(ok, monkeypatch) -> None:
    monkeypatch.setattr(command_line.webbrowser, "open", lambda url: False)
    *pages, remark = ok("demo").splitlines()
    assert all(Path(page).is_file() for page in pages)
    assert remark == "There is no browser here: open one of these files in yours."


# ── errors ────────────────────────────────────────────────────────────────────────────────────
def test_a_file_that_is_not_there(refused) -> None:
    assert refused("draw", "nowhere.json") == "autograd_core: nowhere.json: " + os.strerror(2)


def test_a_folder_is_no_graph(refused, tmp_path) -> None:
    assert str(tmp_path) in refused("explain", str(tmp_path))


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"version": 0}', b"\xff\xfe\x00", b"[" * 100_000, b"NaN"],
)
@pytest.mark.parametrize("command", ["draw", "explain", "diff"])
def test_a_file_that_is_no_graph(refused, tmp_path, command, content) -> None:
    file = tmp_path / "bad.json"
    file.write_bytes(content)
    said = refused(command, str(file), *["demo"] * (command == "diff"))
    assert said.startswith("autograd_core: snapshot: ")


def test_a_graph_with_a_wrong_id(refused, saved, tmp_path) -> None:
    data = json.loads(Path(saved).read_text())
    data["edges"][0]["source"] = 99
    (tmp_path / "bad.json").write_text(json.dumps(data))
    said = refused("draw", str(tmp_path / "bad.json"))
    assert "of edge 0 is wrong" in said


def test_a_depth_below_0(refused, saved) -> None:
    assert "depth is -1" in refused("draw", saved, "--depth", "-1")
    assert "depth is -1" in refused("draw", "-", "--depth", "-1")


def test_an_output_that_cannot_be_written(refused, saved, tmp_path) -> None:
    out = str(tmp_path / "no" / "y.svg")
    assert refused("draw", saved, "--svg", out) == f"autograd_core: {out}: {os.strerror(2)}"


def test_a_variable_that_is_not_in_the_graph(refused) -> None:
    assert "pear" in refused("explain", "demo", "--wrt", "pear")


def test_a_tolerance_below_0(refused, saved) -> None:
    assert "tolerance is -1.0" in refused("diff", saved, saved, "--tolerance", "-1")


def test_no_png_without_an_engine(refused, saved, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *args, **options: None)
    assert "no Graphviz engine was found" in refused("draw", saved, "--png", str(tmp_path / "y"))


@pytest.mark.parametrize("argv", [[], ["pear"], ["draw"], ["draw", "demo", "--depth", "x"]])
def test_arguments_that_are_wrong(argv, capsys) -> None:
    with pytest.raises(SystemExit) as stop:
        main(argv)
    assert stop.value.code == 2
    assert "usage: python -m autograd_core" in capsys.readouterr().err


# ── help ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("argv", [["--help"], ["draw", "--help"], ["diff", "-h"]])
def test_help(argv, capsys) -> None:
    with pytest.raises(SystemExit) as stop:
        main(argv)
    assert stop.value.code == 0
    assert "usage: python -m autograd_core" in capsys.readouterr().out


def test_the_examples_of_the_help_are_commands() -> None:
    shown = [line.split() for line in command_line.EXAMPLES.splitlines()[1:]]
    for words in shown:
        assert words[:3] == ["python", "-m", "autograd_core"]
        end = next((i for i, word in enumerate(words) if word == ">"), None)
        prose = next((i for i, word in enumerate(words) if word == "the"), end)
        assert command_line.arguments().parse_args(words[3:prose]).run


def test_version(capsys) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"autograd-core {__version__}\n"


# ── as a process ──────────────────────────────────────────────────────────────────────────────
def run(*argv: str, **options) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograd_core", *argv]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    environment |= options.pop("env", {})
    return subprocess.run(
        command, capture_output=True, env=environment, encoding="utf-8", check=False, **options
    )


def test_it_runs_as_a_module(saved, tmp_path) -> None:
    done = run("draw", "-", input=Path(saved).read_text(), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("y = 10  ∂ 1  [+]")


def test_an_error_is_one_line_and_an_exit_code(tmp_path) -> None:
    done = run("draw", "nowhere.json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"autograd_core: nowhere.json: {os.strerror(2)}\n"


def test_a_terminal_without_unicode(tmp_path) -> None:
    x = Tensor(1.0, name="名前")
    graph(x * 2).save(tmp_path / "x.json")
    done = run("draw", "x.json", cwd=tmp_path, env={"PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()


@pytest.mark.skipif(os.name != "posix", reason="pipes that break are POSIX")
def test_a_reader_that_leaves_early_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "autograd_core", "draw", "demo"]
    try:
        done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, cwd=ROOT, check=False)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")
