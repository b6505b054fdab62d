"""Saving compiled functions: the program of one signature in a file, and what replays it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autograd_core.compile import backends
from autograd_core.compile.numpy_backend import runner
from autograd_core.compile.plan import plan
from autograd_core.compile.signature import signature, taken_apart
from autograd_core.errors import GraphError, SnapshotError
from autograd_core.structure import Form, flatten
from autograd_core.symbolic import Symbol
from autograd_core.tracing import Program
from autograd_core.tracing.encoding import decoded, encoded
from autograd_core.tracing.program import typed
from autograd_core.tracing.trace import is_dynamic

VERSION = 1
_LEAF = "leaf"


def save(
    path: str | Path,
    program: Program,
    arguments: tuple[Sequence[Any], Form],
    results: tuple[Form, Sequence[Any]],
    donated: Mapping[Symbol, int] | None = None,
) -> Path:
    """Write a program as JSON, with all that a call needs: `load` makes a function of it.

    arguments: the leaves that it was traced with, and their form; only shapes, dtypes and what was
        no array are written.   results: their form and places, as `trace` gives them.
    donated: for arguments that are written over the number of the output that takes their place.

    Raises GraphError for operations without a name (see `Program.to_json`), and for structures that
    are neither dicts, lists nor tuples.
    """
    leaves, form = arguments
    result_form, places = results
    number = {symbol: place for place, symbol in enumerate(program.inputs)}
    data = {
        "version": VERSION,
        "program": json.loads(program.to_json()),
        "arguments": _structure(form.build([_LEAF] * form.count)),
        "leaves": [_leaf(leaf) for leaf in leaves],
        "results": _structure(result_form.build([_LEAF] * result_form.count)),
        "places": [place if isinstance(place, int) else encoded(place) for place in places],
        "donated": [[number[x], out] for x, out in (donated or {}).items()],
    }
    path = Path(path)
    path.write_text(json.dumps(data, allow_nan=False, separators=(",", ":")), encoding="utf-8")
    return path


def load(path: str | Path, backend: str = "auto") -> Loaded:
    """The compiled function that `save` wrote: it takes the same arguments and needs none of the
    code that it was traced from.

    It holds for the shapes, dtypes and structure that it was saved with, and raises GraphError for
    others, and where an exactly zero derivative beside an infinite number would need the function
    itself.  A file can name functions of NumPy and SciPy and registered operations, nothing else.
    Raises SnapshotError for a file that `save` did not write.
    """
    try:
        data = json.loads(Path(path).read_bytes())
        if data["version"] != VERSION:
            raise SnapshotError(
                f"load: version {data['version']!r} was written by another release; this one "
                f"reads version {VERSION}."
            )
        return Loaded(data, backend)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        if isinstance(error, SnapshotError):
            raise
        raise SnapshotError(f"load: {Path(path).name} was not written by save: {error}") from error


class Loaded:
    """A function that replays a program from a file.

    program: what it replays.
    """

    def __init__(self, data: Mapping[str, Any], backend: str) -> None:
        self.program = Program.from_json(json.dumps(data["program"]))
        self._arguments = list(map(_stand_in, data["leaves"]))
        _, form = flatten(_built(data["arguments"]), lambda part: part == _LEAF)
        self._signature = signature(self._arguments, form)
        _, self._form = flatten(_built(data["results"]))
        self._places = [p if isinstance(p, int) else decoded(p) for p in data["places"]]
        inputs = self.program.inputs
        donated = {inputs[i]: number for i, number in data["donated"]}
        fuse, emit_step = backends.chosen(backend)
        self._make = runner(plan(self.program, donated, fuse), emit_step)
        self._idle = [self._make()]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        leaves, form = taken_apart(args, kwargs)
        if signature(leaves, form) != self._signature:
            raise GraphError(
                "load: the program was saved for other arguments: it takes "
                f"{', '.join(f'{x.name}: {typed(x)}' for x in self.program.inputs)}. Save one for "
                "these, or compile the function."
            )
        run = self._idle.pop() if self._idle else self._make()
        outputs = run(*[leaf for leaf in leaves if is_dynamic(leaf)])
        self._idle.append(run)
        if outputs is None:
            raise GraphError(
                "load: a derivative is NaN, or an index out of range, and only the function that "
                "this program was traced from can say what it is instead. Compile that function."
            )
        return self._form.build(
            [p[0] if isinstance(p, tuple) else outputs[p] for p in self._places]
        )  # fmt: skip


def _leaf(leaf: Any) -> Any:
    if isinstance(leaf, (np.ndarray, np.generic)):
        return {"array": [leaf.shape, leaf.dtype.str]}
    return {"value": encoded(0.0 if type(leaf) is float else leaf)}


def _stand_in(data: Any) -> Any:
    """A leaf of the same signature."""
    if "value" in data:
        return decoded(data["value"])
    shape, dtype = data["array"]
    return np.broadcast_to(np.zeros((), np.dtype(dtype)), tuple(shape))


def _structure(value: Any) -> Any:
    """Dicts, lists and tuples as JSON can carry them."""
    if value is None or value == _LEAF:
        return value
    if type(value) is dict:
        return {"dict": [[encoded(key), _structure(part)] for key, part in value.items()]}
    if type(value) in (list, tuple):
        return {type(value).__name__: list(map(_structure, value))}
    raise GraphError(
        f"save: {type(value).__name__} is no dict, list or tuple, and another process may not know "
        "it. Let the function take and return plain structures."
    )


def _built(data: Any) -> Any:
    if data is None or data == _LEAF:
        return data
    ((kind, parts),) = data.items()
    if kind == "dict":
        return {decoded(key): _built(part) for key, part in parts}
    return {"list": list, "tuple": tuple}[kind](map(_built, parts))
