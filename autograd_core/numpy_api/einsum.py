"""np.einsum in all its forms, as one: subscripts that name every axis of operands and result."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Any

import numpy as np

from autograd_core.dispatch import PLAIN_FUNCTIONS, implements, refuse
from autograd_core.errors import ShapeError
from autograd_core.ops import products
from autograd_core.tensor import apply

PLAIN_FUNCTIONS.add(np.einsum_path)

# In the order of their codes, in which NumPy sorts the axes of a result that is not named.
_LETTERS = sorted(products.LABELS)
_USUAL = {"dtype": None, "order": "K", "casting": "safe"}


@implements(np.einsum)
def einsum(*operands: Any, out: Any = None, optimize: Any = False, **options: Any) -> Any:
    """np.einsum: sums of products over the axes whose labels the result does not have."""
    unusual = {k: v for k, v in options.items() if v != _USUAL.get(k, v)}
    refuse("np.einsum", out=out, **unusual)
    if isinstance(operands[0], str):
        subscripts, arrays = operands[0], operands[1:]
    else:
        subscripts, arrays = _from_lists(operands)
    named = explicit(subscripts, tuple(map(np.ndim, arrays)))
    return apply(products.einsum, arrays, {"subscripts": named, "optimize": optimize})


def _from_lists(operands: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """einsum(a, [0, 1], b, [1, 2], [0, 2]) as subscripts and arrays."""
    pairs = len(operands) // 2
    lists = [_word(labels) for labels in operands[1 : 2 * pairs : 2]]
    result = f"->{_word(operands[-1])}" if len(operands) % 2 else ""
    return ",".join(lists) + result, operands[0 : 2 * pairs : 2]


def _word(labels: Any) -> str:
    return "".join("..." if label is Ellipsis else _LETTERS[label] for label in labels)


@lru_cache(maxsize=1024)
def explicit(subscripts: str, ndims: tuple[int, ...]) -> str:
    """Subscripts with a letter for every axis, also those of an ellipsis, and with the result's."""
    inputs, arrow, result = subscripts.replace(" ", "").partition("->")
    operands = inputs.split(",")
    if len(operands) != len(ndims):
        raise ShapeError(
            f"einsum: the subscripts {subscripts!r} are for {len(operands)} operands, and "
            f"{len(ndims)} were given."
        )
    counts = Counter(inputs.replace(",", "").replace(".", ""))
    if not arrow:
        once = sorted(label for label, count in counts.items() if count == 1)
        result = ("..." if "..." in inputs else "") + "".join(once)
    spare = "".join(label for label in products.LABELS if label not in subscripts)
    hidden = [ndim - len(labels.replace("...", "")) if "..." in labels else 0
              for labels, ndim in zip(operands, ndims, strict=True)]  # fmt: skip
    widest = max(hidden)
    if widest > 0 and "..." not in result:
        raise ShapeError(
            f"einsum: the ellipsis in {subscripts!r} stands for {widest} axes, so the result needs "
            "an ellipsis too."
        )
    named = [
        labels.replace("...", spare[widest - count : widest])
        for labels, count in zip(operands, hidden, strict=True)
    ]
    return f"{','.join(named)}->{result.replace('...', spare[:widest])}"
