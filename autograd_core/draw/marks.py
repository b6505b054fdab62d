"""Marks: what became of each part of a graph from one snapshot to another."""

from __future__ import annotations

from dataclasses import dataclass

REMOVED = "removed"
ADDED = "added"
CHANGED = "changed"
SAME = "same"

BADGE = {REMOVED: "−", ADDED: "+", CHANGED: "~"}


@dataclass(frozen=True, slots=True)
class Marks:
    """For every vertex and every edge of a snapshot REMOVED, ADDED, CHANGED or SAME; and for every
    vertex what changed in it ("value 1 → 2"), or ""."""

    vertices: tuple[str, ...]
    edges: tuple[str, ...]
    remarks: tuple[str, ...]
