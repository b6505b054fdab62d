"""Marks: what became of each part of a graph from one snapshot to another, or what is to blame."""

from __future__ import annotations

from dataclasses import dataclass

REMOVED = "removed"
ADDED = "added"
CHANGED = "changed"
SAME = "same"
CULPRIT = "culprit"  # where the first NaN or infinity comes from
PATH = "path"  # what leads from there to the result

BADGE = {REMOVED: "−", ADDED: "+", CHANGED: "~", CULPRIT: "!"}


@dataclass(frozen=True, slots=True)
class Marks:
    """For every vertex and every edge of a snapshot one of the words above; and for every vertex
    what is to be said of it ("value 1 → 2"), or ""."""

    vertices: tuple[str, ...]
    edges: tuple[str, ...]
    remarks: tuple[str, ...]
