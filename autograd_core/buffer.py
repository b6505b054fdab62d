"""Buffer: a Tensor that is written into.

Beside its numbers a Buffer has an array of the same layout that says of every element where it came
from: 0 for a constant, else the number under which a written Tensor's element was entered.  NumPy
itself moves both alike, so views, overlapping writes and repeated indices are NumPy's own.  What is
read is then one recorded operation on the Tensors that were written, or the written Tensor itself.
So a write costs its elements and no graph, and nothing is recorded for what is never read.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from autograd_core.abstract import AbstractArray, stand_in
from autograd_core.errors import DTypeError, GraphError, ShapeError
from autograd_core.intake import as_operand
from autograd_core.ledger import Ledger
from autograd_core.mode import current_mode, mode
from autograd_core.ops.elementwise import positive
from autograd_core.readable import plain, settled
from autograd_core.shapes import Shape
from autograd_core.tensor import Tensor, apply, leaf


class Buffer(Tensor):
    """A Tensor that is written into: `z[index] = value` with Tensors and constants, as on arrays.

    np.zeros_like, np.ones_like, np.empty_like, np.full_like and np.copy make one from a Tensor.
    Everywhere else it stands for the Tensor of its present numbers (`settled()`), so a later write
    changes nothing that was computed before.  Views (basic indices, reshape, transpose, …) share
    its numbers as NumPy's do: what is written into one is seen in all.

    The gradient of an element goes to what was written there last; a constant gets none.

    >>> import numpy as np
    >>> from autograd_core import Tensor
    >>> t = Tensor([1.0, 2.0])
    >>> z = np.zeros_like(t, shape=(3,))
    >>> z[:2] = t * t
    >>> z[1:] += t
    >>> z.sum().backward()
    >>> t.grad.tolist()
    [3.0, 5.0]
    """

    __slots__ = ("_index", "_ledger", "_origins", "_parent", "_seen", "_state", "_values")

    _values: Any  # this view of the numbers, and of where they come from
    _origins: Any
    _ledger: Ledger
    _parent: Buffer | None  # what it was indexed from
    _index: Any
    _state: Tensor  # what was read at the version `_seen`
    _seen: int

    @staticmethod
    def of(values: NDArray[Any]) -> Buffer:
        """A Buffer of constants that takes the array as its own."""
        ledger = Ledger(values)
        return _buffer(ledger, values, ledger.origins)

    def settled(self) -> Tensor:
        """The Tensor of the present numbers, which later writes do not change."""
        return self._present(self._parent)

    def _present(self, parent: Buffer | None) -> Tensor:
        if self._seen != self._ledger.version:
            if current_mode.get().recording:
                state = self._read(parent)
            else:
                with mode(recording=True):
                    state = self._read(parent)
            if self._name is not None and state.name is None:
                state.name = self._name
            self._state, self._seen = state, self._ledger.version
        return self._state

    def _read(self, parent: Buffer | None) -> Tensor:
        """What is here; if it is most of what it was indexed from, that is read, once for all such
        parts.  It goes up one step, however long the chain of views is."""
        state = self._ledger.known(self._origins, self._values)
        if state is None and parent is not None and parent.size <= 2 * self.size:
            state = parent._present(None)[self._index]
        if state is None:
            state = self._ledger.assembled(self._origins, self._values)
        return state

    # ── elements and views ────────────────────────────────────────────────────────────────────
    def __getitem__(self, index: Any) -> Any:
        index = plain(index)
        values = self._values[index]
        if self._is_shared(values):
            view = _buffer(self._ledger, values, self._origins[index])
            view._parent, view._index = self, index
            return view
        if not current_mode.get().recording and not self._ledger.is_traced:
            return leaf(values, requires_grad=False)
        if type(values) is not np.ndarray:
            return self._ledger.element(int(self._origins[index]), values)
        origins = self._origins[index]
        found = self._ledger.known(origins, values)
        return self._ledger.assembled(origins, values) if found is None else found

    def __setitem__(self, index: Any, value: Any) -> None:
        index = plain(index)
        numbers: Any = 0
        if isinstance(value, Tensor) and value.requires_grad and current_mode.get().recording:
            if type(value) is Buffer and value._ledger is self._ledger:
                value, numbers = value._values, value._origins
            else:
                value = self._enterable(value)
                numbers = self._ledger.enter(value)
        else:
            value = as_operand("setitem", plain(value))
            if isinstance(value, AbstractArray):  # no constant, although it has no derivative
                value = leaf(value.astype(self.dtype), requires_grad=False)
                numbers = self._ledger.enter(value)
        written = plain(value)
        try:
            self._values[index] = stand_in(written)
        except ValueError as error:
            if not self._values.flags.writeable:
                raise
            raise ShapeError(f"setitem: {self._misfit(index, np.shape(value), error)}") from error
        self._origins[index] = numbers
        self._ledger.version += 1

    def _enterable(self, value: Tensor) -> Tensor:
        """The value as a recorded result of this dtype: a leaf's own numbers may be changed."""
        value = value.settled()
        if value.dtype != self.dtype:
            if not np.can_cast(value.dtype, self.dtype, "same_kind"):
                raise DTypeError(
                    f"setitem: a Tensor of {value.dtype} into a Buffer of {self.dtype} would lose "
                    f"digits and derivatives. Make it by np.zeros_like(t, dtype={value.dtype})."
                )
            value = value.astype(self.dtype)
        entered: Tensor = apply(positive, (value,)) if value.creator is None else value
        return entered

    def _misfit(self, index: Any, shape: Shape, error: ValueError) -> str:
        try:
            place = self._values[index].shape
        except IndexError:
            return f"{error}."
        return (
            f"a value of shape {shape} does not fit the place of shape {place} that the index "
            f"names in a Buffer of shape {self.shape}."
        )

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self._values)))

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        if function in _VIEWS and args and args[0] is self:

            def arrange(array: Any) -> Any:
                return function(array, *args[1:], **options)

            values = arrange(self._values)
            if isinstance(values, (list, tuple)):
                parts = zip(values, arrange(self._origins), strict=True)
                return type(values)([_buffer(self._ledger, *part) for part in parts])
            if self._is_shared(values):
                return _buffer(self._ledger, values, arrange(self._origins))
            return function(self.settled(), *args[1:], **options)
        return super().__array_function__(function, types, args, options)

    def _is_shared(self, values: Any) -> bool:
        """Whether the array is a view of this one."""
        return type(values) is np.ndarray and np.may_share_memory(values, self._values)

    def fill(self, value: Any) -> None:
        """Write one number or Tensor into every element."""
        self[...] = value

    def sort(self, axis: int = -1, **options: Any) -> None:  # type: ignore[override]
        """Sort the elements in place, as np.sort."""
        self[...] = np.sort(self.settled(), axis, **options)

    def flatten(self, order: Any = "C") -> Any:
        """All elements in one dimension, not as a view."""
        return np.ravel(self.settled(), order)

    # ── operators ─────────────────────────────────────────────────────────────────────────────
    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method == "at":
            return super().__array_ufunc__(ufunc, method, *inputs, **options)
        operands = map(settled, inputs)
        out = options.get("out", (None,))[0]
        if not isinstance(out, Buffer):
            return getattr(ufunc, method)(*operands, **options)
        del options["out"]
        where = options.pop("where", True)
        result = getattr(ufunc, method)(*operands, **options)
        out[...] = result if where is True else np.where(where, result, out)
        return out

    # ── reading ───────────────────────────────────────────────────────────────────────────────
    @property
    def raw(self) -> Any:
        """The present numbers, in an array that later writes do not change."""
        return self.settled().raw

    @property
    def creator(self) -> Any:  # type: ignore[override]
        """The node of the present state, None while no Tensor is in it."""
        return self.settled().creator

    @property
    def requires_grad(self) -> bool:  # type: ignore[override]
        """Whether any element came from a Tensor that is differentiated."""
        if self._ledger.is_traced:
            return self.settled().requires_grad
        return bool(self._origins.any())

    @property
    def data(self) -> NDArray[Any]:
        """The present numbers, read-only: what is written into them would be lost."""
        shown = np.asarray(self.raw).view()
        shown.flags.writeable = False
        return shown

    @data.setter
    def data(self, value: Any) -> NoReturn:
        raise GraphError("data: a Buffer is written into by z[...] = value, which is recorded.")

    @property
    def name(self) -> str | None:
        """What drawings and messages call it, and each state that is read of it."""
        return self._name

    @name.setter
    def name(self, name: str | None) -> None:
        self._name = name
        if self.requires_grad:
            self.settled().name = name

    @property
    def shape(self) -> Shape:
        shape: Shape = self._values.shape
        return shape

    @property
    def dtype(self) -> np.dtype[Any]:
        dtype: np.dtype[Any] = self._values.dtype
        return dtype

    @property
    def ndim(self) -> int:
        return int(self._values.ndim)

    @property
    def size(self) -> int:
        return int(self._values.size)

    def __len__(self) -> int:
        return len(self._values)

    def __reduce__(self) -> tuple[Any, ...]:
        if self.requires_grad:
            return super().__reduce__()
        return Buffer.of, (self._values.copy(),)


def _buffer(ledger: Ledger, values: Any, origins: Any) -> Buffer:
    made = Buffer.__new__(Buffer)
    made._ledger, made._values, made._origins = ledger, values, origins
    made._seen = -1
    made._grad = made._name = made._parent = None
    return made


def _on_present(name: str) -> Callable[..., Any]:
    """An operator on what the Buffer holds now."""
    method = getattr(Tensor, name)

    def forward(self: Buffer, *operands: Any) -> Any:
        return method(self.settled(), *operands)

    return forward


def _in_place(name: str) -> Callable[..., Any]:
    """An operator that writes its result into the Buffer."""
    compute = getattr(operator, name)

    def update(self: Buffer, other: Any) -> Buffer:
        self[...] = compute(self.settled(), other)
        return self

    return update


_BINARY = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
for _name in ("neg", "pos", "abs", *_BINARY, *[f"r{name}" for name in _BINARY]):
    setattr(Buffer, f"__{_name}__", _on_present(f"__{_name}__"))
for _name in _BINARY:
    setattr(Buffer, f"__i{_name}__", _in_place(_name))

# Functions of NumPy whose results are views where they can be.
_VIEWS = {
    np.reshape, np.ravel, np.transpose, np.matrix_transpose, np.swapaxes, np.moveaxis, np.rollaxis,
    np.squeeze, np.expand_dims, np.flip, np.fliplr, np.flipud, np.rot90, np.diagonal, np.split,
    np.array_split, np.hsplit, np.vsplit, np.dsplit, np.broadcast_to,
    np.lib.stride_tricks.sliding_window_view,
}  # fmt: skip
if hasattr(np, "unstack"):  # NumPy 2.1
    _VIEWS.add(np.unstack)
