"""grad, value_and_grad, vjp: one recorded call and one reverse pass."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_core.abstract import copied
from autograd_core.errors import GraphError, ShapeError
from autograd_core.mode import mode
from autograd_core.structure import flatten, map_leaves
from autograd_core.tensor import Tensor
from autograd_core.transforms.recording import ArgNums, Recording, dtype_of


def grad(f: Callable[..., Any], argnums: ArgNums = 0) -> Callable[..., Any]:
    """The function that computes the gradient of `f`, which must return a scalar.

    f: a function of arrays, written with NumPy; it sees Tensors in the places of `argnums`.
    argnums: the position or the name of an argument, or a tuple of them for a tuple of gradients.

    The result takes f's arguments.  A chosen one is an array, a number, a list of numbers (which is
    an array, as everywhere in NumPy), or a structure of these: dicts, lists, tuples, namedtuples
    and dataclass objects, nested in any way; its gradient is an array of the same shape, or the
    same structure of such arrays.  Where the gradient depends on Tensors outside of f (in a nested
    `grad`, or on a net's parameters), it is a Tensor, so that no derivative is lost.  An f that
    does not depend on an argument has the gradient 0 there.

    Raises GraphError when f does not return a scalar, DTypeError for integer arrays.

    >>> import numpy as np
    >>> from autograd_core import grad
    >>> slope = grad(lambda x: np.sin(x) * x)
    >>> float(slope(0.0)), float(grad(slope)(0.0))
    (0.0, 2.0)
    >>> line = {"a": np.array([1.0, 2.0]), "b": 3.0}
    >>> grad(lambda p, t: np.sum(p["a"]) * t + p["b"] ** 2)(line, 0.5)
    {'a': array([0.5, 0.5]), 'b': array(6.)}
    """
    both = value_and_grad(f, argnums)

    @functools.wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return gradient


def value_and_grad(
    f: Callable[..., Any], argnums: ArgNums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """The function that computes f's value and its gradient in one pass: `(value, gradient)`.

    has_aux: f returns `(value, more)`, and so does the new function: `((value, more), gradient)`.
        Tensors in `more` come out as arrays.

    Arguments, errors and the form of the results are those of `grad`.

    >>> from autograd_core import value_and_grad
    >>> value, slope = value_and_grad(lambda x: x * x)(3.0)
    >>> float(value), float(slope)
    (9.0, 6.0)
    """

    @functools.wraps(f)
    def both(*args: Any, **kwargs: Any) -> Any:
        call = Recording("grad", f, args, kwargs, argnums)
        value, aux = _pair(call.result) if has_aux else (call.result, None)
        _check_scalar(value)
        is_outer = call.is_outer(value)
        gradients = call.grouped(call.pull(value, dtype_of(value).type(1), is_outer))
        if isinstance(value, Tensor) and not is_outer:
            value = value.data
        picked = tuple(gradients) if isinstance(argnums, tuple) else next(gradients)
        return ((value, map_leaves(call.out, aux)) if has_aux else value), picked

    return both


def vjp(f: Callable[..., Any], *args: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """f's value at the arguments, and the function that pulls a gradient of the value back.

    f may take and return structures of arrays.  The pullback takes an array of the value's shape
    (the same structure of them) and returns a tuple with the product of that cotangent and the
    Jacobian for every argument, in the argument's structure.  It may be called any number of times.

    Raises ShapeError for a cotangent of another form than the value.

    >>> import numpy as np
    >>> from autograd_core import vjp
    >>> value, pull = vjp(np.exp, np.zeros(2))
    >>> pull(np.array([1.0, 3.0]))[0].tolist()
    [1.0, 3.0]
    """
    call = Recording("vjp", f, args, {}, tuple(range(len(args))))
    check_result("vjp", call.result)
    values, form = flatten(call.result)

    def pullback(g: Any) -> tuple[Any, ...]:
        gs = form.leaves_of(g, "vjp: the cotangent")
        pairs = [(v, _cotangent(v, g)) for v, g in zip(values, gs, strict=True)]
        value, g = pairs[0] if len(pairs) == 1 else (_paired(pairs), np.float64(1))
        return tuple(call.grouped(call.pull(value, g, call.is_outer(value))))

    return form.build(list(map(call.out, values))), pullback


def _cotangent(value: Any, g: Any) -> Any:
    if np.shape(g) != np.shape(value):
        raise ShapeError(
            f"vjp: the cotangent has shape {np.shape(g)} and the value {np.shape(value)}; "
            "they must be equal."
        )
    return g if isinstance(g, Tensor) else copied(g).astype(dtype_of(value))[()]


def _paired(pairs: list[tuple[Any, Any]]) -> Any:
    """The sum of the products: several results and their cotangents as one result with 1."""
    with mode(recording=True):
        return sum(np.sum(value * g) for value, g in pairs)


def _pair(result: Any) -> Any:
    if not isinstance(result, tuple) or len(result) != 2:
        raise GraphError(
            f"grad: with has_aux=True the function must return (value, more); it returned "
            f"{type(result).__name__}."
        )
    return result


def check_result(name: str, value: Any) -> None:
    """Refuse the result of a function without a return statement."""
    if value is None:
        raise GraphError(f"{name}: the function returned None. Is its return statement missing?")


def _check_scalar(value: Any) -> None:
    check_result("grad", value)
    if isinstance(value, (tuple, list, dict)):
        raise GraphError(
            f"grad: the function returned a {type(value).__name__}; it must return one number. "
            "Return the rest with has_aux=True of value_and_grad."
        )
    shape = value.shape if isinstance(value, Tensor) else np.shape(value)
    if shape != ():
        raise GraphError(
            f"grad: the function returned an array of shape {shape}, not a scalar. "
            "Reduce it, for example with np.sum, or use vjp with a gradient of that shape, or "
            "jacobian."
        )
