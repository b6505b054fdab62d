"""Operations, parameters and constants of a program as plain data, and back."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from autograd_core.errors import GraphError, SnapshotError
from autograd_core.kernels.operations import PARTS
from autograd_core.ops.assignment import Move, Moves
from autograd_core.primitive import REGISTRY, Primitive
from autograd_core.symbolic.named import Named, Slot
from autograd_core.tracing import functions
from autograd_core.tracing.refusal import CHANGING, REFUSED

# A file may name nothing else: what it names is run.
_MODULES = ("numpy", "numpy.linalg", "numpy.fft", "scipy.special", "scipy.linalg", "math")
_OWN = {f.__name__: f for f in (
    functions.again, functions.picked, functions.assigned, functions.evaluated, functions.pulled,
    functions.as_inferred, *PARTS,
)}  # fmt: skip
_DISPATCHED = type(np.dot)  # NumPy's functions that take arrays of other libraries too
_PLAIN = (bool, int, str, type(None))


# ── to data ───────────────────────────────────────────────────────────────────────────────────
def encoded(value: Any) -> Any:
    """A value as JSON can carry it.  Raises GraphError for what no library has by a name."""
    if type(value) in _PLAIN:
        return value
    for kind, (name, encode) in _ENCODERS.items():
        if isinstance(value, kind):
            return {name: encode(value)}
    if callable(value):
        return _function(value)
    raise GraphError(
        f"program: {value!r} of type {type(value).__name__} cannot be written to a file. Only "
        "numbers, arrays, dtypes, slices, structures of these, and named functions can."
    )


def _function(function: Callable[..., Any]) -> Any:
    name = getattr(function, "__name__", repr(function))
    if _OWN.get(name) is function:
        return {"own": name}
    if function in _rules():
        return {"rule": list(_rules()[function])}
    path = _path_of(function)
    if path is not None:
        return {"function": path}
    raise GraphError(
        f"program: the function {name} cannot be written to a file: it is not found by that name "
        "in NumPy or SciPy. Declare it as a primitive, which has a name, or write it in NumPy's "
        "functions."
    )


def _path_of(function: Any) -> str | None:
    """Where a function is found: "numpy.linalg.norm", "numpy.add.reduceat"; None if nowhere."""
    owner = getattr(function, "__self__", None)
    name = function.__name__
    if isinstance(owner, np.ufunc):
        name = f"{owner.__name__}.{name}"
    for module in _MODULES:
        path = f"{module}.{name}"
        try:
            if _found(path) == function:
                return path
        except (SnapshotError, ImportError):
            continue
    return None


def _rules() -> dict[Callable[..., Any], tuple[str, int]]:
    """Of derivative rules the primitive and the operand that they are for."""
    return _rules_of(len(REGISTRY))


@cache
def _rules_of(count: int) -> dict[Callable[..., Any], tuple[str, int]]:
    return {
        rule: (name, position)
        for name, made in REGISTRY.items()
        for position, rule in enumerate(made.rules)
    }


def _array(value: np.ndarray[Any, Any]) -> dict[str, Any]:
    """The bytes of an array; of one number that is repeated, that number."""
    repeated = value.size > 1 and not any(value.strides)
    flat = value[(0,) * value.ndim] if repeated else value
    data = b64encode(np.ascontiguousarray(flat).tobytes()).decode()
    return {"dtype": value.dtype.str, "shape": list(value.shape), "bytes": data}


def _named(value: Named) -> list[Any]:
    return [encoded(part) for part in (value.function, value.args, value.options, value.part)]


def _primitive(value: Primitive) -> str:
    if REGISTRY.get(value.name) is not value:
        raise GraphError(
            f"program: the operation {value.name} is not registered (custom_derivative makes such "
            "ones), so a file cannot name it. Declare it with `primitive`."
        )
    return value.name


_ENCODERS: dict[Any, tuple[str, Callable[[Any], Any]]] = {
    float: ("float", lambda x: float(x).hex()) ,
    complex: ("complex", lambda x: [x.real.hex(), x.imag.hex()]),
    np.generic: ("scalar", lambda x: _array(np.asarray(x))),
    np.ndarray: ("array", _array),
    np.dtype: ("dtype", lambda x: x.str),
    Slot: ("slot", lambda x: x.number),
    tuple: ("tuple", lambda x: list(map(encoded, x))),
    list: ("list", lambda x: list(map(encoded, x))),
    dict: ("dict", lambda x: [[encoded(key), encoded(part)] for key, part in x.items()]),
    slice: ("slice", lambda x: [encoded(part) for part in (x.start, x.stop, x.step)]),
    type(Ellipsis): ("ellipsis", lambda x: True),
    Primitive: ("primitive", _primitive),
    Named: ("named", _named),
    Moves: ("moves", lambda x: [[encoded(part) for part in move] for move in x.each]),
    type: ("dtype", lambda x: np.dtype(x).str),
}  # fmt: skip
# np.float64 is a float and bool_ a generic: the more special kinds come first.
_ENCODERS = {np.generic: _ENCODERS.pop(np.generic), **_ENCODERS}


# ── from data ─────────────────────────────────────────────────────────────────────────────────
def decoded(data: Any) -> Any:
    """What `encoded` wrote.  Raises SnapshotError for anything else."""
    if type(data) in _PLAIN:
        return data
    if isinstance(data, dict) and len(data) == 1:
        ((name, inner),) = data.items()
        if name in _DECODERS:
            return _DECODERS[name](inner)
    raise SnapshotError(f"program: {str(data)[:80]} is nothing that Program.to_json writes.")


def _decoded_array(data: Any) -> Any:
    shape = tuple(data["shape"])
    dtype = np.dtype(data["dtype"])
    if dtype.hasobject:
        raise SnapshotError("program: an array of Python objects is not read from a file.")
    flat = np.frombuffer(b64decode(data["bytes"]), dtype)
    return np.broadcast_to(flat[0], shape) if flat.size == 1 != np.prod(shape) else flat.reshape(
        shape).copy()  # fmt: skip


def _found(path: str) -> Any:
    """The function of that path, one that takes arrays and writes nothing."""
    module = next((m for m in reversed(_MODULES) if path.startswith(f"{m}.")), None)
    found: Any = None
    if module is not None:
        names = path.removeprefix(f"{module}.").split(".")
        found = getattr(import_module(module), names[0], None)
        is_ufunc = isinstance(found, np.ufunc)
        if (
            is_ufunc
            and len(names) == 2
            and names[1] in ("reduce", "accumulate", "reduceat", "outer")
        ):
            return getattr(found, names[1])
        known = is_ufunc or isinstance(found, _DISPATCHED) or module != "numpy"
        refused = found in REFUSED or found in CHANGING
        if len(names) > 1 or not known or refused or not callable(found):
            found = None
    if found is None:
        raise SnapshotError(
            f"program: {path} is no function of arrays in NumPy or SciPy as installed here."
        )
    return found


def _decoded_primitive(name: str) -> Primitive:
    if name not in REGISTRY:
        raise SnapshotError(
            f"program: the operation {name} is not declared in this process. Import the module "
            "that declares it (for layers and losses: import nn) before the program is read."
        )
    return REGISTRY[name]


def _decoded_named(data: Any) -> Named:
    function, args, options, part = map(decoded, data)
    return Named(function, args, options, part)


_DECODERS: dict[str, Callable[[Any], Any]] = {
    "float": float.fromhex,
    "complex": lambda parts: complex(*map(float.fromhex, parts)),
    "scalar": lambda data: _decoded_array(data)[()],
    "array": _decoded_array,
    "dtype": np.dtype,
    "slot": Slot,
    "tuple": lambda parts: tuple(map(decoded, parts)),
    "list": lambda parts: list(map(decoded, parts)),
    "dict": lambda pairs: {decoded(key): decoded(part) for key, part in pairs},
    "slice": lambda parts: slice(*map(decoded, parts)),
    "ellipsis": lambda _: Ellipsis,
    "primitive": _decoded_primitive,
    "named": _decoded_named,
    "moves": lambda parts: Moves(*(Move(*map(decoded, move)) for move in parts)),
    "own": lambda name: _OWN[name],
    "rule": lambda place: _decoded_primitive(place[0]).rules[place[1]],
    "function": _found,
}
