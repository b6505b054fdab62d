"""lens_data: what every lens shows of a graph, as a table that JSON can carry."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import Any, NamedTuple

from autograd_core.draw.labels import mean
from autograd_core.draw.lenses.lens import LENSES, SUM, Lens, Mark, Reading
from autograd_core.draw.lenses.origins import Origin, first_gradient, first_value
from autograd_core.draw.snapshot import Edge, Snapshot, Value, Vertex

DETAILED = 5_000  # vertices: in larger graphs what is inside of composites is left out
HISTOGRAMS = 1_000  # arrays of which the histogram is told
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"  # the heights of a histogram's bars


def lens_data(snapshot: Snapshot) -> dict[str, Any]:
    """All that a page needs for the lenses that have something to show, in little room.

    lenses: for each its name, title, sentence, unit, levels and group; `numbers` of the vertices
        `at`, or where that is left out of all, None for those without; `total` where the group adds
        up; `edges`, lists of [edge, number] where it is not that of the source; `marks` and
        `edgeMarks`, lists of [vertex or edge, mark].
    marks: for each mark its sign, its word and its weight.
    first: the vertex or edge where the first value and the first gradient that are not finite come
        from, with a sentence.
    value, gradient: for vertices [least, largest, mean, deviation, bars]; a bar is a digit to the
        base of 36, the highest z.

    Vertices and edges are those of the snapshot, then those of the definitions in it, then those of
    the definitions in these, numbered on.
    """
    flat = flattened(snapshot)
    marks: dict[Mark, int] = {}
    lenses = [_lens(lens, flat, len(snapshot.vertices), marks) for lens in LENSES]
    return {
        "lenses": [lens for lens in lenses if lens is not None],
        "marks": [[mark.sign, mark.word, mark.weight] for mark in marks],
        "first": [_place(first_value(snapshot)), _place(first_gradient(snapshot))],
        **_histograms(flat.vertices),
    }


class Flat(NamedTuple):
    """A snapshot and all definitions in it: the vertices numbered on, the edges, and their sources
    by these numbers."""

    vertices: list[Vertex]
    edges: list[Edge]
    sources: list[int]


def flattened(snapshot: Snapshot) -> Flat:
    """All vertices and edges; those of definitions are left out where there are too many."""
    whole = Flat([], [], [])
    waiting = deque([snapshot])
    while waiting:
        part = waiting.popleft()
        first = len(whole.vertices)
        if first and first + len(part.vertices) > DETAILED:
            vertices, edges = len(snapshot.vertices), len(snapshot.edges)
            return Flat(whole.vertices[:vertices], whole.edges[:edges], whole.sources[:edges])
        whole.vertices.extend(part.vertices)
        whole.edges.extend(part.edges)
        whole.sources.extend([first + edge.source for edge in part.edges])
        waiting += [v.definition for v in part.vertices if v.definition is not None]
    return whole


def _lens(lens: Lens, flat: Flat, outer: int, marks: dict[Mark, int]) -> dict[str, Any] | None:
    """The table of one lens, None if it has nothing to show.  The first `outer` vertices are those
    of the graph itself."""
    readings = [lens.read(vertex) for vertex in flat.vertices]
    if all(number is None for number, _ in readings):
        return None
    numbers = [number for number, _ in readings]
    known = [index for index, number in enumerate(numbers) if number is not None]
    is_sparse = 2 * len(known) < len(numbers)
    table: dict[str, Any] = {
        "name": lens.name, "title": lens.title, "shows": lens.shows, "unit": lens.unit,
        "levels": lens.levels, "group": lens.group,
        "numbers": [_rounded(numbers[i]) for i in (known if is_sparse else range(len(numbers)))],
        "marks": _marked(readings, marks),
    }  # fmt: skip
    if is_sparse:
        table["at"] = known
    if lens.group == SUM:
        table["total"] = sum(number or 0 for number in numbers[:outer])
    if lens.edge is not None:
        sent = list(map(lens.edge, flat.edges))
        table["edges"] = [
            (index, _rounded(number))
            for index, (source, (number, _)) in enumerate(zip(flat.sources, sent, strict=True))
            if number != numbers[source]
        ]
        table["edgeMarks"] = _marked(sent, marks)
    return table


def _marked(readings: Sequence[Reading], marks: dict[Mark, int]) -> list[tuple[int, int]]:
    return [
        (index, marks.setdefault(mark, len(marks)))
        for index, (_, mark) in enumerate(readings)
        if mark is not None
    ]


def _rounded(number: float | None) -> float | None:
    """With three digits, as nobody sees more of a lens."""
    if number is None or (type(number) is int and abs(number) < 1000):
        return number
    short = float(f"{number:.3g}")
    return int(short) if short.is_integer() and abs(short) < 1e15 else short


def _place(origin: Origin | None) -> list[Any] | None:
    if origin is None:
        return None
    return [
        f"v{origin.vertex}" if origin.edge is None else f"e{origin.edge}",
        origin.text,
    ]


def _histograms(vertices: Sequence[Vertex]) -> dict[str, list[list[Any]]]:
    tables: dict[str, list[list[Any]]] = {"value": [], "gradient": []}
    found = (
        (name, [index, *_statistics(value)])
        for index, vertex in enumerate(vertices)
        for name, value in (("value", vertex.value), ("gradient", vertex.gradient))
        if value is not None and value.histogram is not None
    )
    for name, row in islice(found, HISTOGRAMS):
        tables[name].append(row)
    return tables


def _statistics(value: Value) -> list[Any]:
    counts = value.histogram or ()
    highest = max(counts, default=0) or 1
    # Rounded up: a bar of height 0 says that a part of the range is empty.
    bars = "".join(DIGITS[-(-count * 35 // highest)] for count in counts)
    parts = (value.minimum, value.maximum, mean(value), value.std)
    return [*(_rounded(part) for part in parts), bars]
