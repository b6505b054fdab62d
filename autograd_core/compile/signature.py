"""The signature of a call: all that a plan depends on."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from autograd_core.errors import TracingError
from autograd_core.readable import Readable
from autograd_core.structure import Form, flatten, is_numbers


def taken_apart(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[list[Any], Form]:
    """The leaves of the arguments, and their form; Tensors as their arrays."""
    leaves, form = flatten((args, kwargs), lambda part: part is not args and is_numbers(part))
    return [_plain(leaf) for leaf in leaves], form


def _plain(leaf: Any) -> Any:
    if isinstance(leaf, Readable):
        if leaf.requires_grad and leaf.creator is not None:
            raise TracingError(
                "compile: an argument is the result of a recorded operation, and a compiled "
                "function records nothing: its gradient would be lost. Compile the gradient, "
                "compile(grad(f)), or pass t.data."
            )
        return leaf.raw
    return np.asarray(leaf) if isinstance(leaf, (list, tuple)) else leaf


def signature(leaves: Sequence[Any], form: Form) -> Hashable:
    """Shapes and dtypes of arrays, values of all else, and the structure that they are in."""
    return (_form_key(form), tuple(map(_leaf_key, leaves)))


def _form_key(form: Form) -> Hashable:
    if form.kind is None:
        return None
    return form.kind, form.keys, tuple(map(_form_key, form.parts))


def _leaf_key(leaf: Any) -> Hashable:
    if isinstance(leaf, (np.ndarray, np.generic)):
        return leaf.shape, leaf.dtype
    kind = type(leaf)
    if kind is float or kind is complex:
        return (kind,)
    try:
        hash(leaf)
    except TypeError:
        raise TracingError(
            f"compile: an argument of type {kind.__name__} is neither an array, a number nor a "
            "structure of these, and cannot be compared with that of the next call. Pass arrays, "
            "or let the function close over it."
        ) from None
    return kind, leaf
