"""What a page weighs, how long it takes to make, and how long a scope takes to open in a browser.

The seconds are those beyond the snapshot, which every picture needs.  The last column of times is
measured in Chromium, from the call to the finished layout, and needs the extra `page`.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

import nn
from autograd_core import Tensor, graph, softmax
from autograd_core.__main__ import buy_apple_orange
from autograd_core.draw.page import page
from benchmarks.harness import print_setting, print_table, verdict

WIDTH, HEADS, ROWS = 8, 12, 4
ROUNDS = 5


# ── the graphs ────────────────────────────────────────────────────────────────────────────────
class Norm(nn.Module):
    """Layer normalisation, in primitives."""

    def __init__(self) -> None:
        self.gain, self.shift = Tensor(np.ones(WIDTH)), Tensor(np.zeros(WIDTH))

    def forward(self, x: Any) -> Any:
        centred = x - np.mean(x, axis=-1, keepdims=True)
        spread = np.sqrt(np.mean(np.square(centred), axis=-1, keepdims=True) + 1e-5)
        return centred / spread * self.gain + self.shift


class Head(nn.Module):
    """One head of attention."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.q, self.k, self.v = (Tensor(rng.normal(0, 0.3, (WIDTH, WIDTH))) for _ in range(3))

    def forward(self, x: Any) -> Any:
        scores = (x @ self.q) @ np.transpose(x @ self.k) / np.sqrt(WIDTH)
        return softmax(scores) @ (x @ self.v)


class Block(nn.Module):
    """Attention and a net of two layers, each with a way around it."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.norm1, self.norm2 = Norm(), Norm()
        self.heads = [Head(rng) for _ in range(HEADS)]
        self.join = Tensor(rng.normal(0, 0.1, (HEADS * WIDTH, WIDTH)))
        self.up = nn.Affine(WIDTH, 4 * WIDTH, dtype=float, rng=rng)
        self.relu = nn.ReLU()
        self.down = nn.Affine(4 * WIDTH, WIDTH, dtype=float, rng=rng)

    def forward(self, x: Any) -> Any:
        normal = self.norm1(x)
        x = x + np.concatenate([head(normal) for head in self.heads], axis=-1) @ self.join
        return x + self.down(self.relu(self.up(self.norm2(x))))


def transformer(blocks: int) -> Any:
    """A model of `blocks` equal blocks, of some 170 vertices each."""
    rng = np.random.default_rng(0)
    net = nn.Sequential(*(Block(rng) for _ in range(blocks)), name="net")
    loss = np.sum(np.square(net(Tensor(rng.normal(size=(ROWS, WIDTH)), name="x"))))
    loss.backward()
    return loss


def chain(length: int) -> Any:
    """A line of `length` operations without any scope."""
    y = Tensor(0.5, name="x")
    for _ in range(length):
        y = np.sin(y)
    y.backward()
    return y


# ── the measurements ──────────────────────────────────────────────────────────────────────────
def seconds(work: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return median(times)


OPEN = """async () => {
    while (!window.autograd) await new Promise(done => setTimeout(done, 10));
    const times = [];
    for (const {id} of [...document.querySelectorAll('svg [aria-expanded="false"]')].slice(0, 5)) {
        const start = performance.now();
        window.autograd.picture.toggle(id);
        document.body.getBoundingClientRect();
        times.push(performance.now() - start);
        window.autograd.picture.toggle(id);
    }
    return times;
}"""


def milliseconds_to_open(document: str) -> float | None:
    """The median time that a scope of the first picture takes to open, or None where there is no
    browser to measure it in."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        return None
    if path is None:
        return None
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "page.html"
        file.write_text(document, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=path)
        tab = browser.new_page()
        tab.goto(file.as_uri())
        times: list[float] = tab.evaluate(OPEN)
        browser.close()
    return median(times) if times else None


def rows(quick: bool) -> Iterator[list[object]]:
    rounds, blocks, length = (1, 6, 10_000) if quick else (ROUNDS, 60, 100_000)
    graphs: dict[str, tuple[Any, int | None, float | None, bool]] = {
        "apples and oranges": (buy_apple_orange(), 20_000, None, False),
        f"{blocks} blocks": (transformer(blocks), 2_000_000, 1, True),
        "a chain": (chain(length), None, 10, False),
    }
    for name, (result, most_bytes, most_seconds, opens) in graphs.items():
        snapshot = graph(result).snapshot
        document = page(snapshot)
        size, took = len(document.encode()), seconds(lambda s=snapshot: page(s), rounds)
        label = f"{name}, {len(snapshot.vertices):,} vertices"
        yield [label, "bytes", f"{size:,}", *verdict(size, most_bytes)]
        yield [label, "s to make", f"{took:.3f}", *verdict(took, most_seconds)]
        if opens:
            ms = milliseconds_to_open(document)
            cells = (
                ["not measured", "≤ 100", ""] if ms is None else [f"{ms:.0f}", *verdict(ms, 100)]
            )
            yield [label, "ms to open a scope", *cells]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small graphs, once: a check")
    options = parser.parse_args()
    print_setting("numpy")
    print_table(["graph", "measure", "figure", "at most", "met"], rows(options.quick))


if __name__ == "__main__":
    main()
