"""Tensor: an array whose derivative one may want, and the recording of what is done with it."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from autograd_core import reverse
from autograd_core.diagnose import recover
from autograd_core.dispatch import (
    FUNCTIONS,
    PLAIN_FUNCTIONS,
    PLAIN_UFUNCS,
    REDUCTIONS,
    UFUNC_METHODS,
    uncovered,
)
from autograd_core.errors import GraphError, UncoveredError
from autograd_core.hooks import register_hook
from autograd_core.intake import (
    NEVER_CHANGES,
    PLAIN_INDICES,
    PLAIN_TYPES,
    STAYS_A_LEAF,
    as_operand,
    checked,
    is_number_array,
    is_operand,
    is_plain,
    nothing_recorded,
    plain_operands,
    promoted,
    seed_of,
)
from autograd_core.methods import NumPyMethods
from autograd_core.mode import current_mode, scope
from autograd_core.node import Node, next_order
from autograd_core.ops import elementwise as ops
from autograd_core.ops.products import matmul
from autograd_core.ops.shaping import getitem
from autograd_core.plan import INPUTS, NOTHING, OUT, Plan
from autograd_core.primitive import UFUNCS, Primitive
from autograd_core.readable import Readable, plain, settled


def apply(
    primitive: Primitive, args: Sequence[Any], params: Mapping[str, Any] | None = None
) -> Any:
    """Compute an operation and, where an input needs a gradient, record it.

    args: Tensors, arrays and numbers.   params: the operation's keyword parameters.
    """
    if primitive.definition is not None and current_mode.get().expanded:
        return expand(primitive, args, params)
    if len(args) == 1 and type(args[0]) is Tensor:
        (arg,) = args
        return _run(primitive, (arg.raw,), (arg.creator or arg,), arg.requires_grad, params)
    if primitive.promotes:
        args = promoted(args)
    needed, bit = 0, 1
    values, inputs = [], []
    for arg in args:
        if type(arg) is Tensor:
            values.append(arg.raw)
            inputs.append(arg.creator or arg)
            if arg.requires_grad:
                needed += bit
        else:
            if isinstance(arg, Tensor):  # a Buffer, which later writes change
                return apply(primitive, [*map(settled, args)], params)
            value = arg if is_plain(arg) else as_operand(primitive.name, arg)
            values.append(value)
            inputs.append(value)
        bit += bit
    return _run(primitive, tuple(values), tuple(inputs), needed, params)


def _run(
    primitive: Primitive,
    values: tuple[Any, ...],
    inputs: tuple[Any, ...],
    needed: int,
    params: Mapping[str, Any] | None = None,
) -> Tensor:
    """The forward function on the values, and its record."""
    try:
        out = primitive.forward(*values, **params) if params else primitive.forward(*values)
    except (ValueError, TypeError) as error:
        out = recover(primitive, values, error, params)
    extra: Sequence[Any] = ()
    if primitive.residuals:
        out, *extra = out
    elif type(out) is complex:  # Python's own, of a number of its own on the left
        out = np.complex128(out)
    return _record(primitive.plans[needed], values, inputs, out, params, extra)


def _record(
    plan: Plan | None,
    values: tuple[Any, ...],
    inputs: tuple[Any, ...],
    out: Any,
    params: Mapping[str, Any] | None = None,
    extra: Sequence[Any] = (),
) -> Tensor:
    """The Tensor of a result, with a Node if any input is needed: what every operation costs."""
    result = _new(Tensor)
    result.raw = out
    if plan is not None:
        now = _mode_now()
        if now.recording:
            node = Node()
            node.plan = plan
            node.inputs = inputs
            node.params = params
            place = plan.place
            if place >= 0:
                node.saved = values[place]
            elif place == OUT:
                node.saved = out
            elif place == NOTHING:
                node.saved = None
            elif place == INPUTS:
                node.saved = values
            else:
                node.saved = plan.keep(values, out, extra, params)
            if type(out) is _number:
                node.shape, node.dtype = (), _float64
            else:
                node.shape, node.dtype = out.shape, out.dtype
            node.scope = now.scope
            node.order = next_order()
            node.notes = None
            result.creator = node
            result.requires_grad = True
            if now.observer is not None:
                now.observer(node, out, values, extra)
            return result
    result.creator = result._grad = result._name = None
    result.requires_grad = False
    return result


def _unary(primitive: Primitive) -> Any:
    """The operator of one operand."""
    run, plan = primitive.forward, primitive.plans[1]

    def forward(self: Tensor) -> Tensor:
        x = self.raw
        try:
            out = run(x)
        except (ValueError, TypeError) as error:
            out = recover(primitive, (x,), error)
        return _record(plan if self.requires_grad else None, (x,), (self.creator or self,), out)

    return forward


def expand(primitive: Primitive, args: Sequence[Any], params: Mapping[str, Any] | None) -> Any:
    """Run a composite by its definition, in a scope that bears its name."""
    assert primitive.definition is not None
    with scope(primitive.name, kind="composite"):
        return primitive.definition(*args, **(params or {}))


def result_of(node: Node, value: Any) -> Tensor:
    """A Tensor for the recorded result `value` of a node."""
    tensor = _new(Tensor)
    tensor.raw = value
    tensor.creator = node
    tensor.requires_grad = True
    return tensor


def leaf(value: Any, requires_grad: bool) -> Tensor:
    """A Tensor around an array or NumPy scalar as it is, without a copy or a check."""
    tensor = _new(Tensor)
    tensor.raw = value
    tensor.creator = tensor._grad = tensor._name = None
    tensor.requires_grad = requires_grad
    return tensor


def lift(value: Any, source: Any) -> Any:
    """A saved value as a Tensor that knows where it came from; constants stay plain.

    source: the Node, leaf Tensor or constant that a node holds as its input.
    """
    if type(source) is Node:
        return result_of(source, value)
    return source if type(source) is Tensor else value


def _binary(primitive: Primitive) -> tuple[Any, Any, Any]:
    """The operator on the left, on the right and in place.

    They and the ufuncs of one operand do without the loop of `apply`, which costs as much as the
    arithmetic of ten elements.
    """
    run = primitive.forward
    left, right, both = (primitive.plans[needed] for needed in (1, 2, 3))

    def forward(self: Tensor, other: Any) -> Any:
        x = self.raw
        if type(other) is Tensor:
            y, source = other.raw, other.creator or other
            if self.requires_grad:
                plan = both if other.requires_grad else left
            else:
                plan = right if other.requires_grad else None
        elif type(other) in PLAIN_TYPES or is_number_array(other):
            y = source = other
            plan = left if self.requires_grad else None
        else:
            return apply(primitive, (self, other)) if is_operand(other) else NotImplemented
        try:
            out = run(x, y)
        except (ValueError, TypeError) as error:
            out = recover(primitive, (x, y), error)
        return _record(plan, (x, y), (self.creator or self, source), out)

    def reflected(self: Tensor, other: Any) -> Any:
        if is_plain(other):
            inputs = other, self.creator or self
            return _run(primitive, (other, self.raw), inputs, 2 * self.requires_grad)
        return apply(primitive, (other, self)) if is_operand(other) else NotImplemented

    def in_place(self: Tensor, other: Any) -> Any:
        return self._update(primitive.name, primitive.forward, other)

    return forward, reflected, in_place


class Tensor(Readable, NumPyMethods):
    """An array that records what is computed from it, so that it can be differentiated.

    data: numbers, nested sequences or an array; copied.  Python numbers become float64, arrays keep
        their dtype, so float32 stays float32 in every result and every gradient.
    requires_grad: None means yes for floating and complex data and for Python numbers, and no for
        integer and boolean arrays, which are constants.
    name: what drawings and messages call it.

    Operators, NumPy's functions and NumPy's methods work on it and return Tensors, except for those
    that have no derivative (comparisons, argmax, shape queries …), which return plain arrays.

    Raises DTypeError for data that cannot be differentiated: strings, objects, and integers or
    booleans with requires_grad=True.

    >>> apple, count, tax = Tensor(100, name="apple"), Tensor(2), Tensor(1.1)
    >>> price = apple * count * tax
    >>> price.backward()
    >>> float(price.data), float(apple.grad), float(tax.grad)
    (220.00000000000003, 2.2, 200.0)
    """

    __slots__ = ()

    creator: Node | None  # the operation that this is the result of; None for a leaf

    def __init__(
        self, data: ArrayLike, requires_grad: bool | None = None, name: str | None = None
    ) -> None:
        kind = type(data)
        if (kind is float or kind is int) and requires_grad is not False:
            self.raw = _number(data)  # type: ignore[arg-type]
            self.requires_grad = True
        else:
            self.raw, self.requires_grad = checked(data, requires_grad)
        self.creator = self._grad = None
        self._name = name

    # ── differentiation ───────────────────────────────────────────────────────────────────────
    def detach(self) -> Tensor:
        """The same array (not a copy) as a constant: no derivative passes through it."""
        return leaf(self.raw, requires_grad=False)

    def backward(self, gradient: ArrayLike | None = None, retain_grads: bool = False) -> None:
        """Add the derivatives of this result to `.grad` of every leaf it was computed from.

        gradient: what to start from, in the shape of this result; a scalar starts from 1.
        retain_grads: also keep the gradients of all inner results on the way.

        Raises GraphError when nothing was recorded, or for an array without `gradient`.
        """
        if not self.requires_grad:
            raise GraphError(nothing_recorded(self))
        g = seed_of(self, gradient)
        if self.creator is not None:
            self.creator.note("seed", g)  # a drawing of this result shows the same pass
        reverse.deposit(reverse.run(self.creator or self, g, retain=retain_grads))

    def retain_grad(self) -> None:
        """Keep the gradient of this inner result in `.grad`, as leaves do."""
        if self.creator is not None:
            self.creator.note("retain", True)

    register_hook = register_hook

    def zero_grad(self) -> None:
        """Forget the gradient: `.grad` is None until the next backward pass."""
        self.grad = None

    # ── NumPy's protocols ─────────────────────────────────────────────────────────────────────
    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        function = _primitive_of(ufunc)
        if function is not None and method == "__call__" and not options:
            if type(function) is not Primitive:
                return function(*inputs)
            if len(inputs) > 1:
                return apply(function, inputs)
            x = self.raw
            try:
                out = function.forward(x)
            except (ValueError, TypeError) as error:
                out = recover(function, (x,), error)
            plan = function.plans[self.requires_grad]
            return _record(plan, (x,), (self.creator or self,), out)
        if method == "reduce" and ufunc in REDUCTIONS and "out" not in options:
            return REDUCTIONS[ufunc](*inputs, **{"axis": 0, **options})
        if method == "__call__" and ufunc in PLAIN_UFUNCS and "out" not in options:
            return ufunc(*plain_operands(ufunc.__name__, inputs), **options)
        return UFUNC_METHODS[method](ufunc, *inputs, **options)

    def __array_function__(
        self, function: Any, types: Any, args: Sequence[Any], options: Mapping[str, Any]
    ) -> Any:
        if type(function) is Primitive:
            return apply(function, args, options)
        covered = FUNCTIONS.get(function)
        if covered is not None:
            return covered(*args, **options)
        if function in PLAIN_FUNCTIONS:
            return function(*plain(args), **plain(options))
        return uncovered(f"{function.__module__}.{function.__name__}".replace("numpy.", "np."))

    def astype(self, dtype: DTypeLike) -> Any:
        """In another floating dtype, the gradient in this one; other dtypes give a plain array."""
        if np.dtype(dtype).kind not in "fc":
            return self.raw.astype(dtype)
        return apply(ops.astype, (self,), {"dtype": np.dtype(dtype)})

    # ── operators ─────────────────────────────────────────────────────────────────────────────
    __add__, __radd__, __iadd__ = _binary(ops.add)
    __sub__, __rsub__, __isub__ = _binary(ops.subtract)
    __mul__, __rmul__, __imul__ = _binary(ops.multiply)
    __truediv__, __rtruediv__, __itruediv__ = _binary(ops.divide)
    __mod__, __rmod__, __imod__ = _binary(ops.mod)
    __matmul__, __rmatmul__, __imatmul__ = _binary(matmul)
    __ipow__ = _binary(ops.power)[2]

    def __pow__(self, exponent: Any) -> Any:
        if type(exponent) is Tensor:
            return apply(ops.power, (self, exponent))
        if type(exponent) not in PLAIN_TYPES or type(exponent) is np.bool_:
            if not is_operand(exponent):
                return NotImplemented
            exponent = as_operand("power", exponent)
            if exponent.dtype == bool:
                exponent = exponent.astype(np.int8 if self.dtype == bool else self.dtype)
        return apply(ops.power_constant, (self,), {"exponent": exponent})

    def __rpow__(self, base: Any) -> Any:
        return apply(ops.power, (base, self)) if is_operand(base) else NotImplemented

    def __ifloordiv__(self, other: Any) -> Any:
        return self._update("floor_divide", operator.floordiv, other)

    __neg__, __pos__ = _unary(ops.negative), _unary(ops.positive)
    __abs__ = _unary(ops.absolute)

    # ── elements ──────────────────────────────────────────────────────────────────────────────
    def __getitem__(self, index: Any) -> Any:
        if type(index) not in PLAIN_INDICES:
            index = plain(index)
        return _run(
            getitem, (self.raw,), (self.creator or self,), self.requires_grad, {"index": index}
        )

    def __setitem__(self, index: Any, value: Any) -> None:
        raise UncoveredError(NEVER_CHANGES)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self.raw)))

    def _update(self, name: str, compute: Any, other: Any) -> Any:
        """`t += …`: a new result, except on a leaf, whose own data it would change."""
        if self.creator is not None or not self.requires_grad:
            return NotImplemented  # Python then computes t = t + …
        if current_mode.get().recording:
            raise GraphError(f"{name}: {STAYS_A_LEAF}")
        self.data = compute(self.raw, plain(other))
        return self


_number, _float64 = np.float64, np.dtype(np.float64)
_new, _mode_now, _primitive_of = Tensor.__new__, current_mode.get, UFUNCS.get
