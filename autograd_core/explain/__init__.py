"""explain: how a result and its derivatives come about, in words, formulas and numbers.

Every formula is the operation's own rule, run on symbols: an operation that a user declares
explains itself.
"""

from __future__ import annotations

from typing import Any

from autograd_core.draw.snapshot import Snapshot
from autograd_core.draw.snapshot.capture import capture
from autograd_core.draw.snapshot.expand import expand
from autograd_core.errors import GraphError
from autograd_core.explain.differences import Differences
from autograd_core.explain.explanation import Explanation, Formula, Line
from autograd_core.explain.story import Story
from autograd_core.tensor import Tensor

__all__ = ["Explanation", "Formula", "Line", "explain"]

FORMATS = ("text", "latex", "markdown")


def explain(target: Any, wrt: Any = None, format: str = "text") -> Explanation:  # noqa: A002
    """The forward pass, the backward pass and the chain rule of a recorded result, told.

    target: a Tensor, a Graph, or a Snapshot of one. A Graph's depth opens its composites.
    wrt: a Tensor of that graph or the name of one: only what its gradient needs is told.
    format: "text", "latex" or "markdown": what `str()` of the explanation gives.

    Gradients are those of the last backward pass.  Before any, a scalar is differentiated from 1,
    which touches no `.grad`.  Derivatives of numbers are also told along every path, if there are
    at most 64, and small arrays are checked by finite differences; both need the Tensor.
    Raises GraphError for what is no graph, a `wrt` that is not in it, and an unknown format.

    >>> from autograd_core import Tensor
    >>> from autograd_core.explain import explain
    >>> apple, tax = Tensor(100, name="apple"), Tensor(1.1, name="tax")
    >>> price = apple * tax
    >>> price.name = "price"
    >>> print(explain(price, wrt=apple))
    Forward: what is computed
      price = apple · tax = 100 · 1.1 = 110
    <BLANKLINE>
    Backward: how the result changes with each value
      ∂x is the derivative of price with respect to x.
      The pass starts with ∂price = 1.
      × gave price; ∂price = 1 comes back:
        ∂apple = ∂price · tax = 1 · 1.1 = 1.1
    <BLANKLINE>
    The chain rule along each path
      price → apple: 1.1
    <BLANKLINE>
    Check by finite differences
      (price(apple + h) − price(apple − h)) / 2h ≈ 1.1 for h = 1e-3: agrees
    """
    if format not in FORMATS:
        raise GraphError(f"explain: format is {format!r}. It is one of {', '.join(FORMATS)}.")
    story = _story(target)
    return Explanation(tuple(story.lines(story.vertex(wrt))), format)


def _story(target: Any) -> Story:
    """The snapshot with gradients, and the Tensor that it was made from where there is one."""
    snapshot = target if isinstance(target, Snapshot) else getattr(target, "snapshot", None)
    tensor = target if isinstance(target, Tensor) else getattr(target, "tensor", None)
    if isinstance(tensor, Tensor):
        return _of_tensor(tensor, snapshot, getattr(target, "depth", None))
    if isinstance(snapshot, Snapshot):
        return Story(snapshot)
    raise GraphError(
        f"explain: {type(target).__name__} is neither a Tensor nor a graph, so nothing was "
        "recorded for it. Pass the result of a computation on Tensors."
    )


def _of_tensor(tensor: Tensor, snapshot: Snapshot | None, depth: int | None) -> Story:
    """A Tensor's story; before backward was called that of a pass from 1."""
    seed = None if tensor.creator is None else tensor.creator.noted("seed")
    if seed is None and tensor.creator is not None and tensor.shape == ():
        seed, snapshot = tensor.dtype.type(1), None
    snapshot = snapshot or capture(tensor, seed=seed)
    if depth is not None:
        snapshot = expand(snapshot, depth)
    return Story(snapshot, tensor, None if seed is None else Differences(tensor, seed))
