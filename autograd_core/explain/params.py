"""The parameters of an operation, from the texts that a snapshot has of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd_core.primitive import Primitive
from autograd_core.shapes import Shape
from autograd_core.symbolic.named import FEW
from autograd_core.symbolic.notation import INDICES

_LONGEST = 200  # characters of a parameter that are read
_UNREADABLE = (ValueError, SyntaxError, RecursionError, MemoryError)
# An array of which a snapshot keeps the type alone, and one that it writes as NumPy does.
_TYPE = re.compile(r"(bool|u?int\d+|float\d+) (\([\d, ]*\))")
_GAPS = re.compile(r"(?<=[\w.\]])\s+(?=[-\w.\[])")


def read_params(primitive: Primitive, written: Mapping[str, str], out: Shape) -> dict[str, Any]:
    """The parameters of an operation whose result has the shape `out`.

    In place of a large array stands one of its shape and dtype, with as many True elements as a
    mask has to have.  What cannot be read (a dtype) stays a text, of which a rule that needs more
    makes an error.
    """
    read: dict[str, Any] = dict.fromkeys(primitive.params)
    read |= dict(primitive.defaults) | {n: _read(text) for n, text in written.items()}
    index = read.get("index")
    if isinstance(index, np.ndarray) and index.dtype == bool and _TYPE.fullmatch(written["index"]):
        read["index"] = (np.arange(index.size) < (out or (1,))[0]).reshape(index.shape)
    return read


def _read(text: str) -> Any:
    """A parameter from its text in a snapshot, which writes an index as it stands in brackets."""
    parts = [_read_part(part) for part in re.split(r", (?![^\[(]*[\])])", text[:_LONGEST])]
    return parts[0] if len(parts) == 1 else tuple(parts)


def _read_part(text: str) -> Any:
    if text == "...":
        return Ellipsis
    if re.fullmatch(r"-?\d*:-?\d*(:-?\d*)?", text):
        return slice(*(int(part) if part else None for part in text.split(":")))
    large = _TYPE.fullmatch(text)
    try:
        if large is not None:
            return np.broadcast_to(np.zeros((), large[1]), ast.literal_eval(large[2]))
        read = ast.literal_eval(_GAPS.sub(", ", text))
    except _UNREADABLE:
        return text
    return np.array(read) if isinstance(read, list) else read


def told_arrays(written: Mapping[str, str]) -> list[str]:
    """What the arrays among the parameters are, where a formula has only their names: "i of shape
    (10,)", "condition = [True, False]"."""
    told = []
    for name, text in written.items():
        value = _read(text)
        parts = value if isinstance(value, tuple) else (value,)
        arrays = [part for part in parts if isinstance(part, np.ndarray) and part.ndim]
        if name == "index":  # small ones are written out
            large = [array for array in arrays if array.size > FEW]
            told += [f"{i} of shape {x.shape}" for i, x in zip(INDICES, large, strict=False)]
        elif arrays and arrays[0].size > FEW:
            told.append(f"{name} of shape {arrays[0].shape}")
        elif arrays and name == "condition":
            told.append(f"{name} = {arrays[0].tolist()}")
    return told
