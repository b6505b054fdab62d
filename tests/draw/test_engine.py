"""Running an engine: every way in which that can end, with what the message says to do."""

import subprocess
from typing import Any

import pytest

from autograd_core import RenderError
from autograd_core.draw.engine import TIMEOUT, find_engine, render


def installed(monkeypatch: pytest.MonkeyPatch, **paths: str) -> None:
    """Let only these programs be found."""

    def which(name: str, path: str | None = None) -> str | None:
        return paths.get(name.replace("-", "_"))

    monkeypatch.setattr("shutil.which", which)


def ends(monkeypatch: pytest.MonkeyPatch, outcome: Any) -> list[Any]:
    """Let the engine end so; returns the calls."""
    calls = []

    def run(command: list[str], **options: Any) -> Any:
        calls.append((command, options))
        if isinstance(outcome, Exception):
            raise outcome
        return subprocess.CompletedProcess(command, *outcome)

    monkeypatch.setattr("subprocess.run", run)
    return calls


def test_the_systems_dot_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, dot="/bin/dot", graphviz_pure="/venv/bin/graphviz-pure")
    assert find_engine() == "/bin/dot"
    installed(monkeypatch, graphviz_pure="/venv/bin/graphviz-pure")
    assert find_engine() == "/venv/bin/graphviz-pure"


def test_the_document_goes_in_and_the_picture_comes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, dot="/bin/dot")
    calls = ends(monkeypatch, (0, b"picture", b"a warning"))
    assert render("digraph { ∂ }", "png") == b"picture"
    ((command, options),) = calls
    assert command[:2] == ["/bin/dot", "-Tpng"]
    assert options["input"] == "digraph { ∂ }".encode()
    assert options["timeout"] == TIMEOUT


def test_no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch)
    with pytest.raises(
        RenderError, match=r"no Graphviz engine was found.*'autograd-core\[dot\]'.*"
    ):
        render("digraph {}", "png")


def test_an_engine_without_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, graphviz_pure="/venv/bin/graphviz-pure")
    with pytest.raises(RenderError, match=r"graphviz-pure writes no PDF\. Install Graphviz itself"):
        render("digraph {}", "pdf")


def test_an_engine_out_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, dot="/bin/dot")
    ends(monkeypatch, subprocess.TimeoutExpired("dot", 2.5))
    with pytest.raises(RenderError, match=r"dot was stopped after 2\.5 s.*graph\(x, depth=0\)"):
        render("digraph {}", "svg", timeout=2.5)


def test_an_engine_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, dot="/bin/dot")
    ends(monkeypatch, (3, b"", b"syntax error\x1b[31m near line 1\n"))
    with pytest.raises(RenderError) as caught:
        render("digraph {", "svg")
    assert "failed with exit code 3: syntax error[31m near line 1." in str(caught.value)
    ends(monkeypatch, (0, b"", b""))
    with pytest.raises(RenderError, match=r"exit code 0: it said nothing\. Save the graph as"):
        render("digraph {}", "svg")


def test_an_engine_that_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, dot="/bin/dot")
    ends(monkeypatch, PermissionError(13, "Permission denied"))
    with pytest.raises(RenderError, match=r"/bin/dot could not be started: Permission denied\."):
        render("digraph {}", "svg")
