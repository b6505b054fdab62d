"""grad, value_and_grad, vjp: functions of functions, by one recorded call and one reverse pass."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd_core import reverse
from autograd_core.errors import DTypeError, GraphError, ShapeError
from autograd_core.forward import alias
from autograd_core.mode import current_mode, mode
from autograd_core.node import depends_on_others, next_order
from autograd_core.readable import plain
from autograd_core.tensor import Tensor, leaf, lift

ArgNums = int | tuple[int, ...]


def grad(f: Callable[..., Any], argnums: ArgNums = 0) -> Callable[..., Any]:
    """The function that computes the gradient of `f`, which must return a scalar.

    f: a function of arrays, written with NumPy; it sees Tensors in the places of `argnums`.
    argnums: one position, or a tuple of them for a tuple of gradients.

    The result takes f's arguments (arrays or numbers) and returns arrays of their shapes.  Where
    the gradient depends on Tensors outside of f (in a nested `grad`, or on a net's parameters), it
    is a Tensor, so that no derivative is lost.  An f that does not depend on an argument has the
    gradient 0 there.

    Raises GraphError when f does not return a scalar, DTypeError for integer arrays.

    >>> import numpy as np
    >>> from autograd_core import grad
    >>> slope = grad(lambda x: np.sin(x) * x)
    >>> float(slope(0.0)), float(grad(slope)(0.0))
    (0.0, 2.0)
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

    Arguments, errors and the form of the results are those of `grad`.

    >>> from autograd_core import value_and_grad
    >>> value, slope = value_and_grad(lambda x: x * x)(3.0)
    >>> float(value), float(slope)
    (9.0, 6.0)
    """

    @functools.wraps(f)
    def both(*args: Any, **kwargs: Any) -> Any:
        call = _Call(f, args, kwargs, argnums)
        value, aux = _pair(call.result) if has_aux else (call.result, None)
        _check_result("grad", value)
        if np.shape(value) != ():
            raise GraphError(
                f"grad: the function returned an array of shape {np.shape(value)}, not a scalar. "
                "Reduce it, for example with np.sum, or use vjp with a gradient of that shape."
            )
        gradients = call.pull(value, np.ones((), _dtype(value))[()])
        value = call.out(value)
        picked = gradients[0] if isinstance(argnums, int) else gradients
        return ((value, aux) if has_aux else value), picked

    return both


def vjp(f: Callable[..., Any], *args: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """f's value at the arguments, and the function that pulls a gradient of the value back.

    The pullback takes an array of the value's shape and returns a tuple with the product of that
    cotangent and the Jacobian for every argument.  It may be called any number of times.

    >>> import numpy as np
    >>> from autograd_core import vjp
    >>> value, pull = vjp(np.exp, np.zeros(2))
    >>> pull(np.array([1.0, 3.0]))[0].tolist()
    [1.0, 3.0]
    """
    call = _Call(f, args, {}, tuple(range(len(args))))
    value = call.result
    _check_result("vjp", value)

    def pullback(g: Any) -> tuple[Any, ...]:
        if np.shape(g) != np.shape(value):
            raise ShapeError(
                f"vjp: the cotangent has shape {np.shape(g)} and the value {np.shape(value)}; "
                "they must be equal."
            )
        return call.pull(value, g if isinstance(g, Tensor) else np.array(g, _dtype(value))[()])

    return call.out(value), pullback


class _Call:
    """One recorded call of f on variables of its own, and what it depends on besides them."""

    def __init__(
        self,
        f: Callable[..., Any],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        argnums: ArgNums,
    ) -> None:
        self.nested = current_mode.get().recording
        self.since = next_order()
        self.variables: list[Tensor] = []
        arguments = list(args)
        with mode(recording=True):
            for position in (argnums,) if isinstance(argnums, int) else argnums:
                if not -len(args) <= position < len(args):
                    raise GraphError(f"grad: argnums={argnums} for {len(args)} arguments.")
                if any(arguments[position] is variable for variable in self.variables):
                    raise GraphError(f"grad: argnums={argnums} names an argument twice.")
                arguments[position] = _variable(args[position])
                self.variables.append(arguments[position])
            self.result = f(*arguments, **kwargs)
        self.keys = [v if v.creator is None else v.creator for v in self.variables]

    def pull(self, value: Any, g: Any) -> tuple[Any, ...]:
        """The gradients of the variables: Tensors where they depend on anything outside of f."""
        found: dict[Any, Any] = {}
        if isinstance(value, Tensor):
            root = value if value.creator is None else value.creator
            with mode(recording=True):
                found = reverse.run(
                    root, g, wanted=set(self.keys), since=self.since,
                    lift=lift if isinstance(g, Tensor) or self._is_outer(value) else None,
                )  # fmt: skip
        return tuple(
            _own(found.get(key), variable)
            for key, variable in zip(self.keys, self.variables, strict=True)
        )

    def out(self, value: Any) -> Any:
        """The value as the caller gets it: an array, unless an outer derivative follows it."""
        if isinstance(value, Tensor):
            return value if self._is_outer(value) else value.data
        return value

    def _is_outer(self, value: Tensor) -> bool:
        """Whether the value depends on Tensors that are not this call's variables."""
        if not self.nested or not value.requires_grad:
            return False
        if any(v.creator is not None for v in self.variables):
            return True
        root = value if value.creator is None else value.creator
        return depends_on_others(root, set(self.keys), self.since)


def _pair(result: Any) -> Any:
    if not isinstance(result, tuple) or len(result) != 2:
        raise GraphError(
            f"grad: with has_aux=True the function must return (value, more); it returned "
            f"{type(result).__name__}."
        )
    return result


def _check_result(name: str, value: Any) -> None:
    if value is None:
        raise GraphError(f"{name}: the function returned None. Is its return statement missing?")
    if isinstance(value, (tuple, list, dict)):
        raise GraphError(
            f"{name}: the function returned a {type(value).__name__}; it must return one array. "
            "Return the rest with has_aux=True of value_and_grad."
        )


def _variable(arg: Any) -> Tensor:
    """A Tensor that stands for this argument and nothing else, also inside an outer derivative."""
    if isinstance(arg, Tensor) and arg.requires_grad:
        return alias(arg)
    array = np.asarray(plain(arg))
    if isinstance(arg, int) and not isinstance(arg, bool):
        array = np.asarray(float(arg))
    if array.dtype.kind not in "fc":
        raise DTypeError(
            f"grad: an argument of dtype {array.dtype} has no derivative. Pass floating numbers: "
            "x.astype(float)."
        )
    return leaf(array if array.ndim else array[()], requires_grad=True)


def _own(g: Any, variable: Tensor) -> Any:
    """A gradient that shares memory with nothing; zeros where none arrived."""
    if g is None:
        return np.zeros(variable.shape, variable.dtype)
    return g if isinstance(g, Tensor) else np.array(g)


def _dtype(value: Any) -> np.dtype[Any]:
    dtype: np.dtype[Any] = np.asarray(plain(value)).dtype
    return dtype if dtype.kind in "fc" else np.dtype(float)
