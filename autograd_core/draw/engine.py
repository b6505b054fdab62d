"""Graphviz engines: find one, and run it with a time limit."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from pathlib import Path

from autograd_core.draw.names import clean
from autograd_core.errors import RenderError

TIMEOUT = 60.0  # seconds: a net of dense connections can keep an engine busy for minutes
DPI = 144  # of PNG: sharp on a screen with two pixels per point

PURE = "graphviz-pure"  # the engine of the extra `dot`; it writes no PDF
DOWNLOAD = "https://graphviz.org/download"


def find_engine() -> str:
    """The path of a Graphviz engine: `dot` on the PATH, else the one that the extra `dot` installs.

    Raises RenderError if there is neither.
    """
    engine = (
        shutil.which("dot")
        or shutil.which(PURE, path=sysconfig.get_path("scripts"))
        or shutil.which(PURE)
    )
    if engine is None:
        raise RenderError(
            "graph: no Graphviz engine was found, and PNG and PDF need one. Install one with: "
            f"pip install 'autograd-core[dot]' (PNG), or Graphviz itself from {DOWNLOAD} (also "
            "PDF). SVG needs none: save the graph as .svg."
        )
    return engine


def render(dot: str, form: str, timeout: float = TIMEOUT) -> bytes:
    """A DOT document drawn by an engine as "svg", "png" or "pdf".

    timeout: in seconds; then the engine is stopped.  Raises RenderError if there is no engine, if
    it does not write this format, fails or takes too long.
    """
    engine = find_engine()
    name = Path(engine).stem
    if form == "pdf" and name == PURE:
        raise RenderError(
            f"graph: the engine {PURE} writes no PDF. Install Graphviz itself from {DOWNLOAD}, so "
            "that its program `dot` is on the PATH; or save the graph as .svg or .png."
        )
    command = [engine, f"-T{form}", *([f"-Gdpi={DPI}"] if form == "png" else [])]
    try:
        done = subprocess.run(  # noqa: S603  every argument is ours, and no shell reads them
            command, input=dot.encode(), capture_output=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired:
        raise RenderError(
            f"graph: {name} was stopped after {timeout:g} s. The graph is too large for it: close "
            "scopes with graph(x, depth=0), or save it as .svg, which needs no engine."
        ) from None
    except OSError as error:
        raise RenderError(
            f"graph: {engine} could not be started: {error.strerror}. Install Graphviz from "
            f"{DOWNLOAD}, or save the graph as .svg, which needs no engine."
        ) from error
    if done.returncode or not done.stdout:
        complaint = clean(done.stderr.decode(errors="replace"), 200) or "it said nothing"
        raise RenderError(
            f"graph: {name} failed with exit code {done.returncode}: {complaint}. Save the graph "
            "as .svg, which needs no engine, or as .dot to see what it was given."
        )
    return done.stdout
