"""jvp, linearize, hvp, gauss_newton_product: a tangent travels with the values, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from autograd_core.abstract import AbstractArray, as_array, copied
from autograd_core.errors import GraphError, ShapeError
from autograd_core.forward import Level, LinearMap, bind
from autograd_core.mode import mode, observing
from autograd_core.node import Node
from autograd_core.reach import has_nan
from autograd_core.reverse import Lift
from autograd_core.structure import Form, flatten, is_numbers
from autograd_core.tensor import Tensor, lift
from autograd_core.transforms.gradient import check_result, grad, vjp
from autograd_core.transforms.recording import (
    Recording,
    continuous,
    dtype_of,
    find_argument,
    settled_leaves,
)


def jvp(f: Callable[..., Any], args: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """f's value at the arguments, and its derivative in the direction of the tangents.

    args: a tuple of f's arguments: arrays, numbers, or structures of them.
    tangents: for each argument one of the same shape or structure: how it changes.

    One forward pass computes both, whatever the number of results, and keeps none of the inner
    values.  The tangent of the value has the value's shape or structure.

    Raises ShapeError for tangents of another form than the arguments, DTypeError for integer
    arrays.

    >>> import numpy as np
    >>> from autograd_core import jvp
    >>> value, change = jvp(lambda x, y: x * np.sin(y), (2.0, 0.0), (1.0, 3.0))
    >>> float(value), float(change)
    (0.0, 6.0)
    """
    level, values, form = _pushed(f, args, tangents)
    value = form.build(list(map(level.out, values)))
    return value, form.build(list(map(level.tangent, values)))


def _pushed(
    f: Callable[..., Any], args: Sequence[Any], tangents: Sequence[Any], careful: bool = False
) -> tuple[Level, list[Any], Form]:
    """A run of f with tangents: their level, and the leaves and form of the result.

    Where a NaN arrives, f is run again with masks that tell what was not taken (careful).
    """
    if len(args) != len(tangents):
        raise GraphError(
            f"jvp: {len(args)} arguments and {len(tangents)} tangents. Pass a tuple of the "
            "arguments and a tuple with a tangent for each."
        )
    level = Level(careful)
    duals = [
        _dual(level, arg, tangent, f"jvp: the tangent of argument {place}")
        for place, (arg, tangent) in enumerate(zip(args, tangents, strict=True))
    ]
    with level.active():
        result = settled_leaves(f(*duals))
    check_result("jvp", result)
    values, form = flatten(result)
    if not careful and any(has_nan(level.tangent(value)) for value in values):
        return _pushed(f, args, tangents, careful=True)
    return level, values, form


def _dual(level: Level, arg: Any, tangent: Any, label: str) -> Any:
    leaves, form = flatten(arg, is_numbers)
    ts = [tangent] if form.kind is None else form.leaves_of(tangent, label)
    values = [x if isinstance(x, Tensor) else continuous("jvp", x) for x in leaves]
    return form.build([level.dual(*pair) for pair in zip(values, ts, strict=True)])


def linearize(f: Callable[..., Any], *args: Any) -> tuple[Any, Callable[..., Any]]:
    """f's value at the arguments, and the linear function that best follows f around them.

    The linear function takes a tangent for every argument and gives that of the value, as `jvp`
    does, but f itself is run only once: apply it to as many tangents as there are.  It keeps what
    the rules need of every operation.

    >>> import numpy as np
    >>> from autograd_core import linearize
    >>> value, push = linearize(np.sin, np.zeros(2))
    >>> push(np.array([1.0, 0.0])), push(np.array([0.0, 5.0]))
    (array([1., 0.]), array([0., 5.]))
    """
    linear = Linearization("linearize", f, args, {}, tuple(range(len(args))))

    def push(*tangents: Any) -> Any:
        if len(tangents) != len(args):
            raise GraphError(f"linearize: {len(args)} arguments and {len(tangents)} tangents.")
        leaves: list[Any] = []
        for place, (form, t) in enumerate(zip(linear.forms, tangents, strict=True)):
            leaves += form.leaves_of(t, f"linearize: the tangent of argument {place}")
        ts = map(_tangent, leaves, linear.variables)
        found = linear.push(dict(zip(linear.keys, ts, strict=True)))
        if any(map(has_nan, found)):
            return jvp(f, args, tangents)[1]
        return linear.form.build(found)

    return linear.form.build(list(map(linear.out, linear.values))), push


def _tangent(t: Any, like: Tensor) -> Any:
    if np.shape(t) != like.shape:
        raise ShapeError(
            f"linearize: the tangent has shape {np.shape(t)} and its argument {like.shape}; they "
            "must be equal."
        )
    return t if isinstance(t, Tensor) else as_array(t).astype(like.dtype)[()]


class LinearMaps:
    """An observer that keeps the linear map of every operation between some values and a result.

    keys: the leaves and Nodes from which on; for each, whether what the maps compute from its
        tangent has to be recorded itself.
    outside: the same for everything else that needs a gradient.
    lift: how recorded values become Tensors.
    """

    def __init__(self, keys: Mapping[Any, bool], outside: bool, lift: Lift = lift) -> None:
        self._reached = dict(keys)
        self._outside = outside
        self._lift = lift
        self.maps: list[tuple[Node, list[int], LinearMap]] = []

    def __call__(self, node: Node, out: Any, values: Sequence[Any], extra: Sequence[Any]) -> None:
        """Note an operation that was just recorded."""
        reached, needed = self._reached, node.plan.needed
        places = [i for i in needed if node.inputs[i] in reached]
        if places:
            record = any(reached.get(node.inputs[i], self._outside) for i in needed)
            reached[node] = record
            lifting = self._lift if record else None
            self.maps.append((node, places, bind(node, values, out, extra, lift=lifting)))

    def push(self, tangents: Mapping[Any, Any]) -> dict[Any, Any]:
        """The tangents of all that depends on the keys, for tangents of some of them."""
        found = dict(tangents)
        with mode(recording=True):
            for node, places, push in self.maps:
                known = {i: found[node.inputs[i]] for i in places if node.inputs[i] in found}
                if known:
                    found[node] = push(known)
        return found


class Linearization(Recording):
    """A recorded call together with the linear maps that lead to its result.

    values, form: the leaves of the result, and its form.
    """

    lift: ClassVar[Any] = staticmethod(lift)

    def _run(self) -> Any:
        keys = {key: self.nested and type(key) is Node for key in self.keys}
        self._maps = LinearMaps(keys, self.nested, self.lift)
        with observing(self._maps):
            result = super()._run()
        check_result(self.name, result)
        self.values, self.form = flatten(result)
        return result

    def push(self, tangents: Mapping[Any, Any]) -> list[Any]:
        """The tangents of the values for those of the variables, by their keys."""
        found = self._maps.push(tangents)
        return [tangent_of(value, found) for value in self.values]

    def push_carefully(self, key: Any, t: Any) -> list[Any]:
        """The same for one variable, with exact zeros for what was not taken: f is run again."""
        values = [v if v.creator is not None else v.data for v in self.variables]
        zeros = zip(self.keys, self.variables, strict=True)
        ts = [t if k is key else np.zeros(v.shape, v.dtype) for k, v in zeros]
        return flatten(jvp(self.rerun, values, ts)[1])[0]


def tangent_of(value: Any, found: Mapping[Any, Any]) -> Any:
    """What a push found for a value, sharing memory with nothing; zeros where nothing arrived."""
    t = found.get(value.creator or value) if isinstance(value, Tensor) else None
    if t is None:
        return np.zeros(np.shape(value), dtype_of(value))
    return copied(t) if isinstance(t, (np.ndarray, np.generic, AbstractArray)) else t


def hvp(f: Callable[..., Any], argnums: int | str = 0) -> Callable[..., Any]:
    """The function that multiplies the Hessian of a scalar f with a vector: `hvp(f)(x, v)`.

    The last argument is the vector, in the shape or structure of the chosen one; the others are
    f's.  Forward over reverse: the gradient is computed once, with a tangent on every value, and
    the Hessian is never formed.

    >>> import numpy as np
    >>> from autograd_core import hvp
    >>> hvp(lambda x: np.sum(x**3))(np.array([1.0, 2.0]), np.array([1.0, 10.0]))
    array([  6., 120.])
    """
    slope = grad(f, argnums)

    def product(*args: Any, **kwargs: Any) -> Any:
        along, x = _only(slope, args[:-1], kwargs, argnums)
        level, slopes, form = _pushed(along, (x,), args[-1:])
        return form.build(list(map(level.tangent, slopes)))

    return product


def gauss_newton_product(
    f: Callable[..., Any], loss: Callable[[Any], Any] | None = None, argnums: int | str = 0
) -> Callable[..., Any]:
    """The function that multiplies the Gauss–Newton matrix of loss(f(x)) with a vector:
    `gauss_newton_product(f, loss)(x, v)` is Jᵀ H J v.

    f: a function of arrays, with the Jacobian J.
    loss: a scalar function of f's result, with the Hessian H; by default half the sum of squares,
        whose H is 1: the product is Jᵀ J v.

    The matrix is positive semidefinite wherever the loss is convex, and equals the Hessian of
    loss(f(x)) where f is linear.  Arguments are those of `hvp`.

    >>> import numpy as np
    >>> from autograd_core import gauss_newton_product
    >>> residuals = lambda x: np.stack([x[0] * x[1], 3 * x[1]])
    >>> gauss_newton_product(residuals)(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    array([4., 2.])
    """

    def product(*args: Any, **kwargs: Any) -> Any:
        along, x = _only(f, args[:-1], kwargs, argnums)
        value, change = jvp(along, (x,), args[-1:])
        if loss is not None:
            change = hvp(loss)(value, change)
        return vjp(along, x)[1](change)[0]

    return product


def _only(
    f: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], argnums: int | str
) -> tuple[Callable[[Any], Any], Any]:
    """f as a function of the chosen argument, and that argument."""
    positional, named = list(args), dict(kwargs)
    holder, key = find_argument("hvp", f, positional, named, argnums)

    def along(x: Any) -> Any:
        holder[key] = x
        return f(*positional, **named)

    return along, holder[key]
