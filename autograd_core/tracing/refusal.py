"""What cannot be traced, and how that is said: with the line of the user's code."""

from __future__ import annotations

import linecache
import sys
from os.path import basename, dirname
from typing import Any, NoReturn

import numpy as np

from autograd_core.errors import TracingError

# Frames of these are not the user's: this package, and NumPy, whose operators call it.
_LIBRARIES = (dirname(dirname(__file__)), dirname(np.__file__))

_DEPENDS = "gives a shape that depends on values"
_WHERE = "asks where an array lies"
_WRITES = "writes values"
# Functions of NumPy that ask for values, and in what way.
REFUSED: dict[Any, str] = {
    np.nonzero: _DEPENDS, np.flatnonzero: _DEPENDS, np.argwhere: _DEPENDS, np.unique: _DEPENDS,
    np.extract: _DEPENDS, np.compress: _DEPENDS, np.trim_zeros: _DEPENDS, np.union1d: _DEPENDS,
    np.intersect1d: _DEPENDS, np.setdiff1d: _DEPENDS, np.setxor1d: _DEPENDS,
    np.unique_all: _DEPENDS, np.unique_counts: _DEPENDS, np.unique_inverse: _DEPENDS,
    np.unique_values: _DEPENDS, np.bincount: _DEPENDS, np.histogram: _DEPENDS,
    np.save: _WRITES, np.savez: _WRITES, np.savetxt: _WRITES, np.savez_compressed: _WRITES,
    np.may_share_memory: _WHERE, np.shares_memory: _WHERE,
}  # fmt: skip
CHANGING = {np.put, np.place, np.putmask, np.fill_diagonal, np.put_along_axis}


def refuse(what: str, depends: bool = False) -> NoReturn:
    """Raise a TracingError with the line of the user's code.

    depends: whether a shape depends on values, which no way of computing it would change.
    """
    raise TracingError(
        f"compile: {_line()} {what}, and while a function is traced there are only shapes and "
        "dtypes. np.where keeps both branches; an argument that is an int, a bool or a string is "
        "known while tracing; what has to see values belongs outside of the compiled function.",
        depends=depends,
    )


def refuse_change(what: str) -> NoReturn:
    """Raise a TracingError for a change in place that a program cannot repeat."""
    raise TracingError(
        f"compile: {_line()} changes {what}. Compute a new array instead (np.where, "
        "np.concatenate, x = x + …)."
    )


def refuse_function(function: Any) -> None:
    """Refuse a function of NumPy that asks for values or changes its argument."""
    if function in REFUSED:
        refuse(REFUSED[function], depends=REFUSED[function] is _DEPENDS)
    if function in CHANGING:
        refuse_change(f"an array in place (np.{function.__name__})")


def refuse_leaked() -> NoReturn:
    """Raise a TracingError for a traced array that outlived the run of its function."""
    raise TracingError(
        f"compile: {_line()} uses a value of a compiled function that was stored while the "
        "function was traced (in a list, an attribute or a variable around it). It stands for an "
        "array without having one, and is not made again by later calls. Return it from the "
        "compiled function, and store what the call gives."
    )


def refuse_outside(names: str) -> NoReturn:
    """Raise a TracingError for Tensors that the function reads from around it."""
    raise TracingError(
        f"compile: the function reads {names} from around it, with requires_grad=True: as a "
        "constant it would keep the numbers that it has now, and get no gradient. Pass it as an "
        "argument (compile(step)(params, x), with the parameters in a dict), train a net by "
        "nn.fit(…, compile=True), or read t.data for a constant."
    )


def refuse_random() -> NoReturn:
    """Raise a TracingError for numbers that were drawn while tracing."""
    raise TracingError(
        "compile: the function draws random numbers, from np.random or from a generator that it "
        "reads from around it. They would be drawn once, while it is traced, and be the same in "
        "every call. Draw them outside and pass the array."
    )


def _line() -> str:
    """The innermost line outside of this package."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_LIBRARIES):
        frame = frame.f_back  # type: ignore[assignment]
    if frame is None:
        return "the function"
    file, number = frame.f_code.co_filename, frame.f_lineno
    code = linecache.getline(file, number).strip()
    return f"{basename(file)}, line {number}: `{code}`" if code else f"{file}, line {number}"
