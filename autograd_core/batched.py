"""Batch: many arrays of one shape as one, on which NumPy code written for a single one runs.

A pass over the graph sends one gradient back.  Sent a Batch of gradients instead, the same pass and
the same rules compute a whole Jacobian: a rule sees an array of the shape that it expects, and each
of its NumPy calls runs once for all members.

The members lie along the first axis of `value`.  Nearly every function of NumPy works on the last
dimensions or takes an axis, and an axis counted from the end is the same with a batch in front:
that is the whole method.  A function that is not in the tables below runs member by member.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from autograd_core.methods import NumPyMethods
from autograd_core.primitive import ELEMENTWISE, Primitive
from autograd_core.shapes import Shape
from autograd_core.structure import flatten, map_leaves
from autograd_core.tensor import Tensor
from autograd_core.tensor import lift as lift_tensor

Handler = Callable[..., Any]


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

    @property
    def real(self) -> Any:
        """np.real."""
        return np.real(self)

    @property
    def imag(self) -> Any:
        """np.imag."""
        return np.imag(self)

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
        known = UFUNC_METHODS.get(method) if ufunc.signature is None else UFUNCS.get(ufunc)
        result = run(function, known or by_member, args, options)
        if targets is None:
            return result
        (target,) = targets
        target.value = _shared(result)
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
    return value if isinstance(value, Tensor) or value.flags.writeable else value.copy()


# ── one call ──────────────────────────────────────────────────────────────────────────────────
def run(function: Any, handler: Handler, args: Sequence[Any], options: dict[str, Any]) -> Any:
    """Call the function on plain operands if no operand has members, else by the handler."""
    operands, _ = flatten([args, options])
    batches = [x for x in operands if isinstance(x, Batch)]
    if any(x.lead for x in batches):
        return handler(function, *args, **options)
    result = function(*map_leaves(_shared, list(args)), **map_leaves(_shared, options))
    return map_leaves(lambda x: Batch(x, 0) if isinstance(x, Tensor) else x, result)


def _shared(operand: Any) -> Any:
    return operand.value if isinstance(operand, Batch) else operand


def by_member(function: Any, *args: Any, **options: Any) -> Any:
    """Any function: called for each member, the results stacked."""
    operands, form = flatten([list(args), options])
    count = next(len(x.value) for x in operands if isinstance(x, Batch) and x.lead)

    def call(i: int) -> Any:
        chosen = [x.value[i] if isinstance(x, Batch) and x.lead else _shared(x) for x in operands]
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
    if isinstance(x, Batch) and x.lead:
        return x.value
    x = _shared(x)
    return np.broadcast_to(x, (count, *np.shape(x)))


def single(handler: Handler) -> Handler:
    """A handler (function, x, …) for calls in which only the first operand has members."""
    code = handler.__code__
    known = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    takes_all = bool(code.co_flags & inspect.CO_VARKEYWORDS)

    def checked(function: Any, x: Any, *args: Any, **options: Any) -> Any:
        others, _ = flatten([list(args), options])
        is_single = isinstance(x, Batch) and not any(isinstance(y, Batch) for y in others)
        if is_single and (takes_all or options.keys() <= set(known)):
            return handler(function, x, *args, **options)
        return by_member(function, x, *args, **options)

    return checked


# ── axes, counted from the end ────────────────────────────────────────────────────────────────
def from_end(axis: Any, ndim: int) -> Any:
    """An axis, or each of several, as a negative number; None means all."""
    if axis is None:
        return tuple(range(-ndim, 0))
    if isinstance(axis, (tuple, list)):
        return tuple(from_end(a, ndim) for a in axis)
    return axis - ndim if axis >= 0 else axis


@single
def over_axes(function: Any, x: Batch, axis: Any = None, **options: Any) -> Batch:
    """Reductions and flips: of all axes by default."""
    return Batch(function(x.value, axis=from_end(axis, x.ndim), **options))


@single
def reduction(function: Any, x: Batch, axis: Any = 0, **options: Any) -> Batch:
    """`ufunc.reduce`: of the first axis by default."""
    reduced: Batch = over_axes(function, x, axis, **options)
    return reduced


@single
def along_axis(function: Any, x: Batch, axis: Any = None, **options: Any) -> Batch:
    """Scans: along one axis, by default over all elements in a row."""
    if axis is None:
        x, axis = x.ravel(), 0
    return Batch(function(x.value, axis=from_end(axis, x.ndim), **options))


@single
def accumulation(function: Any, x: Batch, axis: Any = 0, **options: Any) -> Batch:
    """`ufunc.accumulate`: along the first axis by default."""
    return Batch(function(x.value, from_end(axis, x.ndim), **options))


@single
def one_axis(function: Any, x: Batch, *args: Any, axis: int = -1, **options: Any) -> Batch:
    """Transforms along one axis, by default the last."""
    return Batch(function(x.value, *args, axis=from_end(axis, x.ndim), **options))


@single
def rolling(function: Any, x: Batch, shift: Any, axis: Any = None) -> Batch:
    """roll: by default as if all elements lay in a row."""
    if axis is None:
        rolled: Batch = rolling(function, x.ravel(), shift, 0).reshape(x.shape)
        return rolled
    return Batch(function(x.value, shift, axis=from_end(axis, x.ndim)))


@single
def last_axes(function: Any, x: Batch, *args: Any, **options: Any) -> Batch:
    """Functions of the last dimensions, with any batch in front."""
    return Batch(function(x.value, *args, **options))


@single
def moving(function: Any, x: Batch, *axes: Any, **options: Any) -> Batch:
    """Functions that name the dimensions that they exchange or remove."""
    return Batch(
        function(
            x.value,
            *(from_end(a, x.ndim) for a in axes),
            **{name: from_end(a, x.ndim) for name, a in options.items()},
        )
    )


@single
def expanding(function: Any, x: Batch, axis: Any) -> Batch:
    """expand_dims: the axis is one of the result."""
    count = len(axis) if isinstance(axis, (tuple, list)) else 1
    return Batch(function(x.value, axis=from_end(axis, x.ndim + count)))


@single
def squeezing(function: Any, x: Batch, axis: Any = None) -> Batch:
    """squeeze: the members may be one, and stay."""
    if axis is None:
        axis = tuple(i for i, length in enumerate(x.shape) if length == 1)
    return Batch(function(x.value, axis=from_end(axis, x.ndim)))


@single
def transposing(function: Any, x: Batch, axes: Any = None) -> Batch:
    """transpose: the members stay in front."""
    axes = range(x.ndim)[::-1] if axes is None else [a % x.ndim for a in axes]
    return Batch(function(x.value, axes=(0, *(a + 1 for a in axes))))


@single
def shaping(function: Any, x: Batch, shape: Any, order: str = "C") -> Any:
    """reshape."""
    if order != "C":
        return by_member(function, x, shape, order=order)
    shape = shape if isinstance(shape, (tuple, list)) else (shape,)
    if math.prod(shape) < 0:
        known = -math.prod(shape)
        shape = tuple(x.size // known if length == -1 else length for length in shape)
    return Batch(x.value.reshape((len(x.value), *shape)))


@single
def raveling(function: Any, x: Batch, order: str = "C") -> Any:
    """ravel."""
    if order != "C":
        return by_member(function, x, order=order)
    return Batch(x.value.reshape((len(x.value), x.size)))


@single
def repeating(function: Any, x: Batch, shape: Any) -> Batch:
    """broadcast_to."""
    shape = shape if isinstance(shape, (tuple, list)) else (shape,)
    value = aligned(x, len(shape))
    return Batch(np.broadcast_to(value, (len(value), *shape)))


# ── indices ───────────────────────────────────────────────────────────────────────────────────
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


@single
def picking(function: Any, x: Batch, *, index: Any) -> Batch:
    """The primitive getitem."""
    return x[index]  # type: ignore[no-any-return]


@single
def scattering(function: Any, x: Batch, *, index: Any, shape: Shape) -> Batch:
    """The primitive scatter."""
    if not keeps_place(index):
        result: Batch = by_member(function, x, index=index, shape=shape)
        return result
    return Batch(function(x.value, index=shifted(index), shape=(len(x.value), *shape)))


# ── several operands ──────────────────────────────────────────────────────────────────────────
def joining(function: Any, arrays: Sequence[Any], axis: int | None = 0) -> Any:
    """np.concatenate, and np.stack, whose axis is one of the result."""
    if axis is None:
        return joining(function, [np.ravel(x) for x in arrays])
    count = next(len(x.value) for x in arrays if isinstance(x, Batch) and x.lead)
    ndim = np.ndim(arrays[0]) + (function is np.stack)
    return Batch(function([repeated(x, count) for x in arrays], axis=from_end(axis, ndim)))


def joined(function: Primitive, *arrays: Any, axis: int = 0) -> Any:
    """The primitive concatenate."""
    return joining(np.concatenate, arrays, axis)


def product(function: Any, x: Any, y: Any) -> Batch:
    """matmul, and dot of at most two dimensions: a vector is a matrix with one row or column."""
    if np.ndim(y) == 2 and np.ndim(x) == 1 and not _has_members(y):  # the rows at once
        return Batch(repeated(x, 1) @ _shared(y))
    if np.ndim(x) == 2 and np.ndim(y) == 1 and not _has_members(x):
        return Batch(repeated(y, 1) @ _shared(x).T)
    left = x[None, :] if np.ndim(x) == 1 else x
    right = y[:, None] if np.ndim(y) == 1 else y
    ndim = max(np.ndim(left), np.ndim(right))
    out = Batch(np.matmul(aligned(left, ndim), aligned(right, ndim)))
    out = out[..., 0] if np.ndim(y) == 1 else out
    return out if np.ndim(x) > 1 else out[..., 0] if np.ndim(y) == 1 else out[..., 0, :]


def _has_members(x: Any) -> bool:
    return isinstance(x, Batch) and x.lead == 1


def dotting(function: Any, x: Any, y: Any) -> Any:
    """np.dot."""
    if not np.ndim(x) or not np.ndim(y):
        return np.multiply(x, y)
    handler = product if max(np.ndim(x), np.ndim(y)) <= 2 else by_member
    return handler(function, x, y)


def summing(function: Any, subscripts: Any, *operands: Any, **options: Any) -> Any:
    """np.einsum: the members get a letter of their own."""
    letters = set(subscripts) if isinstance(subscripts, str) else set()
    if not {"-", ">"} <= letters or "." in letters:
        return by_member(function, subscripts, *operands, **options)
    free = next(chr(code) for code in range(ord("A"), ord("z")) if chr(code) not in letters)
    inputs, _, output = subscripts.replace(" ", "").partition("->")
    terms = [
        free + term if _has_members(x) else term
        for term, x in zip(inputs.split(","), operands, strict=True)
    ]
    values = [_shared(x) for x in operands]
    return Batch(function(f"{','.join(terms)}->{free}{output}", *values, **options))


def solving(function: Any, a: Any, b: Any) -> Batch:
    """np.linalg.solve: a vector is a matrix with one column."""
    right = b[..., None] if np.ndim(b) == 1 else b
    ndim = max(np.ndim(a), np.ndim(right))
    out = Batch(function(aligned(a, ndim), aligned(right, ndim)))
    return out[..., 0] if np.ndim(b) == 1 else out


@single
def like(function: Any, x: Batch, *args: Any, **options: Any) -> Batch:
    """zeros_like and friends: of the members as they lie."""
    if "shape" in options:
        result: Batch = by_member(function, x, *args, **options)
        return result
    return Batch(function(x.value, *args, **options))


def typing(function: Any, *args: Any) -> Any:
    """Questions to the dtype."""
    return function(*map(_shared, args))


def asked(function: Any, x: Any, *args: Any) -> Any:
    """Questions to the shape."""
    return {np.shape: x.shape, np.ndim: x.ndim, np.size: x.size}[function]


UFUNC_METHODS: dict[str, Handler] = {
    "__call__": elementwise, "reduce": reduction, "accumulate": accumulation,
}  # fmt: skip
UFUNCS: dict[np.ufunc, Handler] = {np.matmul: product}

_TABLE: dict[Handler, str] = {
    over_axes: "sum prod mean max min amax amin var std all any flip count_nonzero",
    along_axis: "cumsum cumprod",
    rolling: "roll",
    one_axis: "diff fft.fft fft.ifft fft.rfft fft.irfft fft.hfft fft.ihfft",
    last_axes: "tril triu linalg.matrix_transpose",
    solving: "linalg.solve",
    moving: "swapaxes moveaxis",
    expanding: "expand_dims",
    squeezing: "squeeze",
    transposing: "transpose",
    shaping: "reshape",
    raveling: "ravel",
    repeating: "broadcast_to",
    joining: "concatenate stack",
    dotting: "dot",
    summing: "einsum",
    elementwise: "where clip real imag nan_to_num real_if_close",
    like: "zeros_like ones_like full_like copy",
    typing: "result_type iscomplexobj isrealobj",
    asked: "shape ndim size",
}


def _numpy(name: str) -> Any:
    found: Any = np
    for part in name.split("."):
        found = getattr(found, part)
    return found


FUNCTIONS: dict[Any, Handler] = {
    _numpy(name): handler for handler, names in _TABLE.items() for name in names.split()
}
PRIMITIVES: dict[str, Handler] = {
    "broadcast_to": repeating, "concatenate": joined, "dot": dotting, "getitem": picking,
    "matmul": product, "max": over_axes, "mean": over_axes, "min": over_axes, "prod": over_axes,
    "reshape": shaping, "scatter": scattering, "sum": over_axes, "transpose": transposing,
}  # fmt: skip
