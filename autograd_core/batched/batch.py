"""Batch: many arrays of one shape as one, on which NumPy code written for a single one runs.

A pass over the graph sends one gradient back.  Sent a Batch of gradients instead, the same pass and
the same rules compute a whole Jacobian: a rule sees an array of the shape that it expects, and each
of its NumPy calls runs once for all members.

The members lie along the first axis of `value`.  Nearly every function of NumPy works on the last
dimensions or takes an axis, and an axis counted from the end is the same with a batch in front:
that is the whole method of `rules.py`.  A function that has no rule there runs member by member.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from autograd_core.abstract import AbstractArray
from autograd_core.methods import NumPyMethods
from autograd_core.primitive import ELEMENTWISE, Primitive
from autograd_core.shapes import Shape
from autograd_core.structure import flatten, map_leaves
from autograd_core.tensor import Tensor
from autograd_core.tensor import lift as lift_tensor

Handler = Callable[..., Any]

# How a function works on batches; `rules.py` fills these tables.
FUNCTIONS: dict[Any, Handler] = {}
PRIMITIVES: dict[str, Handler] = {}
UFUNCS: dict[Any, Handler] = {}


class Unbatchable(AttributeError):  # noqa: N818  no error: it asks for one pass after the other
    """A rule wants to know the numbers of a gradient, which are different for every member."""


class Batch(NumPyMethods, NDArrayOperatorsMixin):
    """Arrays of one shape, or one array that stands for every member.

    value: an array or Tensor.
    lead: 1 if the members lie along its first axis, 0 if it is the same for all.

    >>> rows = Batch(np.eye(2))
    >>> (rows * np.array([3.0, 4.0])).value
    array([[3., 0.],
           [0., 4.]])
    >>> rows.shape, np.sum(rows).value
    ((2,), array([1., 1.]))
    """

    __slots__ = ("lead", "value")

    def __init__(self, value: Any, lead: int = 1) -> None:
        self.value, self.lead = value, lead

    @property
    def shape(self) -> Shape:
        """The shape of one member."""
        shape: Shape = self.value.shape[self.lead :]
        return shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the elements."""
        dtype: np.dtype[Any] = self.value.dtype
        return dtype

    @property
    def ndim(self) -> int:
        """The number of dimensions of one member."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements of one member."""
        return math.prod(self.shape)

    def astype(self, dtype: Any, copy: bool = True) -> Batch:
        """In another dtype."""
        return Batch(self.value.astype(dtype), self.lead)

    def copy(self) -> Batch:
        """The same numbers in memory of their own."""
        return Batch(self.value.copy(), self.lead)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: Any) -> Any:
        if not self.lead:
            return Batch(self.value[index], 0)
        if keeps_place(index):
            return Batch(self.value[shifted(index)])
        return Batch(np.stack([member[index] for member in self.value]))

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def _ask(self, *question: Any) -> Any:
        raise Unbatchable

    __bool__ = __float__ = __int__ = __complex__ = __index__ = __getattr__ = _ask

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        raise Unbatchable

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *args: Any, **options: Any) -> Any:
        """A ufunc for all members at once; `out=` only as the operators in place use it."""
        targets = options.pop("out", None)
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        known = UFUNCS.get(method if ufunc.signature is None else ufunc)
        result = run(function, known or by_member, args, options)
        if targets is None:
            return result
        (target,) = targets
        target.value = shared(result)
        target.lead = result.lead if isinstance(result, Batch) else 0
        return target

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        if type(function) is Primitive:
            implied = elementwise if function.kind == ELEMENTWISE else by_member
            return run(function, PRIMITIVES.get(function.name, implied), args, options)
        return run(function, FUNCTIONS.get(function, by_member), args, options)


def lift(value: Any, source: Any) -> Any:
    """`tensor.lift` for a pass that sends a Batch back: Tensors come as one for all members, and so
    what they meet is handed to Batch and not to Tensor."""
    lifted = lift_tensor(value, source)
    return Batch(lifted, 0) if isinstance(lifted, Tensor) else lifted


def members(value: Any, count: int) -> Any:
    """What a batched pass found, as one Tensor or writable array with the members along axis 0."""
    value = repeated(value, count)
    is_own = isinstance(value, (Tensor, AbstractArray)) or value.flags.writeable
    return value if is_own else value.copy()


# ── one call ──────────────────────────────────────────────────────────────────────────────────
def run(function: Any, handler: Handler, args: Sequence[Any], options: dict[str, Any]) -> Any:
    """Call the function on plain operands if no operand has members, else by the handler."""
    operands, _ = flatten([args, options])
    batches = [x for x in operands if isinstance(x, Batch)]
    if any(x.lead for x in batches):
        return handler(function, *args, **options)
    result = function(*map_leaves(shared, list(args)), **map_leaves(shared, options))
    return map_leaves(lambda x: Batch(x, 0) if isinstance(x, Tensor) else x, result)


def shared(operand: Any) -> Any:
    """The value of what is the same for all members."""
    return operand.value if isinstance(operand, Batch) else operand


def by_member(function: Any, *args: Any, **options: Any) -> Any:
    """Any function: called for each member, the results stacked."""
    operands, form = flatten([list(args), options])
    count = next(len(x.value) for x in operands if has_members(x))

    def call(i: int) -> Any:
        chosen = [x.value[i] if has_members(x) else shared(x) for x in operands]
        positional, named = form.build(chosen)
        return function(*positional, **named)

    results = [flatten(call(i)) for i in range(count)]
    columns = zip(*(leaves for leaves, _ in results), strict=True)
    return results[0][1].build([Batch(np.stack(column)) for column in columns])


def elementwise(function: Any, *args: Any, **options: Any) -> Any:
    """Operands are broadcast: the members come before the most dimensions that any of them has."""
    operands, form = flatten([list(args), options])
    ndim = max(np.ndim(x) for x in operands if not isinstance(x, (str, type, np.dtype)))
    positional, named = form.build([aligned(x, ndim) for x in operands])
    return Batch(function(*positional, **named))


def aligned(x: Any, ndim: int) -> Any:
    """The value with its members in front of that many dimensions."""
    if not isinstance(x, Batch):
        return x
    if not x.lead or x.ndim == ndim:
        return x.value
    return x.value.reshape((len(x.value), *(1,) * (ndim - x.ndim), *x.shape))


def repeated(x: Any, count: int) -> Any:
    """The value with its members along the first axis, also where it is the same for all."""
    if has_members(x):
        return x.value
    x = shared(x)
    return np.broadcast_to(x, (count, *np.shape(x)))


def shifted(index: Any) -> tuple[Any, ...]:
    """The index behind one for the members."""
    return (slice(None), *(index if isinstance(index, tuple) else (index,)))


def keeps_place(index: Any) -> bool:
    """Whether what arrays of indices pick stays where they stand: NumPy puts it first if there is a
    slice between two of them, and then it would come before the members."""
    parts = index if isinstance(index, tuple) else (index,)
    if any(isinstance(p, (bool, np.bool_)) for p in parts):
        return False
    if not any(isinstance(p, (list, np.ndarray)) for p in parts):
        return True
    slices = [p is None or p is Ellipsis or isinstance(p, slice) for p in parts]
    first, last = slices.index(False), len(slices) - slices[::-1].index(False)
    return not any(slices[first:last])


def has_members(x: Any) -> bool:
    """Whether it is different for each member."""
    return isinstance(x, Batch) and x.lead == 1
