"""The signature of a call: all that a plan depends on."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from autograd_core.abstract import AbstractArray
from autograd_core.errors import TracingError
from autograd_core.mode import current_mode
from autograd_core.ops.kinks import at_kinks
from autograd_core.readable import Readable
from autograd_core.structure import Form, flatten, is_numbers


def taken_apart(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[list[Any], Form]:
    """The leaves of the arguments, and their form; Tensors as their arrays."""
    leaves, form = flatten((args, kwargs), lambda part: part is not args and is_numbers(part))
    return [_plain(leaf) for leaf in leaves], form


def _plain(leaf: Any) -> Any:
    if isinstance(leaf, Readable):
        if isinstance(leaf.raw, AbstractArray):
            return leaf.raw
        if leaf.requires_grad and current_mode.get().recording:
            raise TracingError(
                "compile: an argument is a Tensor that is differentiated, and a compiled function "
                "records nothing: its gradient would be lost. Compile the gradient, "
                "compile(grad(f)), or pass t.data."
            )
        return leaf.raw
    return np.asarray(leaf) if isinstance(leaf, (list, tuple)) else leaf


def signature(leaves: Sequence[Any], form: Form) -> Hashable:
    """Shapes and dtypes of arrays, values of all else, the structure that they are in, and the
    conventions that hold."""
    return (_form_key(form), tuple(map(_leaf_key, leaves)), at_kinks())


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
    if hasattr(leaf, "bit_generator"):
        raise TracingError(
            "compile: a random generator as an argument would be asked once, while the function is "
            "traced, and give the same numbers in every call. Draw outside, and pass the numbers."
        )
    try:
        hash(leaf)
    except TypeError:
        raise TracingError(
            f"compile: an argument of type {kind.__name__} is neither an array, a number nor a "
            "structure of these, and cannot be compared with that of the next call. Pass arrays, "
            "or let the function close over it."
        ) from None
    return kind, leaf
