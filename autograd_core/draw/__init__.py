"""Drawing: one snapshot of a recorded graph, and every picture and text that is made of it."""

from autograd_core.draw.picture import Graph, graph

__all__ = ["Graph", "graph"]
