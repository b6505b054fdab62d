"""Traced: an array without numbers, which notes what is done with it.

It behaves as an ndarray does, also where it is changed in place: what it stands for then is another
expression.  Every question about its numbers is refused, with the line that asked.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn
from weakref import WeakSet

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import DTypeLike

from autograd_core.abstract import AbstractArray
from autograd_core.errors import TracingError, UncoveredError
from autograd_core.methods import NumPyMethods
from autograd_core.primitive import Primitive
from autograd_core.readable import Readable
from autograd_core.shapes import Shape
from autograd_core.symbolic import Expression, expression
from autograd_core.symbolic.expression import named
from autograd_core.tracing.functions import (
    CREATED,
    REFUSED,
    VIEWS,
    assigned,
    created,
    is_neutral,
    picked,
    whole,
)

_PACKAGE = str(Path(__file__).parent.parent)


class Traced(NumPyMethods, NDArrayOperatorsMixin, AbstractArray):
    """A shape and a dtype, and the expression that this array stands for now.

    trace: what is told of every expression that is made.
    weak: whether it is a Python number, which takes the dtype of the array that it meets.
    base: the array that this one is a view of.
    """

    __slots__ = ("__weakref__", "_views", "base", "expression", "trace", "weak")

    def __init__(
        self,
        made: Expression,
        trace: Any,
        weak: bool = False,
        base: Traced | None = None,
    ) -> None:
        self.expression = made
        self.trace = trace
        self.weak = weak
        self.base = base
        self._views: WeakSet[Traced] | None = None
        if base is not None:
            base._views = base._views or WeakSet()
            base._views.add(self)

    # ── what is known ─────────────────────────────────────────────────────────────────────────
    @property
    def shape(self) -> Shape:
        """The lengths of the dimensions."""
        return self.expression.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the elements."""
        return self.expression.dtype

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.expression.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.expression.size

    @property
    def itemsize(self) -> int:
        """The bytes of an element."""
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """The bytes of all elements."""
        return self.size * self.dtype.itemsize

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        return f"<traced {self.dtype} {self.shape}>"

    # ── what is not ───────────────────────────────────────────────────────────────────────────
    def __bool__(self) -> bool:
        refuse("asks whether a value is true")

    def __float__(self) -> float:
        refuse("makes a Python number of a value")

    __int__ = __complex__ = __float__  # type: ignore[assignment]

    def __index__(self) -> int:
        refuse("counts or picks by a value")

    def item(self, *args: Any) -> NoReturn:
        """Not known while tracing."""
        refuse("makes a Python number of a value")

    tolist = item

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        refuse("makes a plain array of a value")

    def is_unlikely(self) -> bool:
        """Assumed not to hold; the program looks when it runs."""
        self.trace.guard(self.expression)
        return False

    __hash__ = object.__hash__

    # ── NumPy's protocols ─────────────────────────────────────────────────────────────────────
    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if any(isinstance(x, Readable) for x in inputs):
            return NotImplemented
        out = options.pop("out", None)
        if method == "at":
            refuse_change(f"np.{ufunc.__name__}.at")
        if method == "__call__" and "dtype" in options:
            dtype = options.pop("dtype")
            inputs = tuple(_cast(x, dtype) for x in inputs)
        inputs, weak = _promoted(inputs)
        terms = [_term(x) for x in inputs]
        options = {name: _term(value) for name, value in options.items()}
        if method == "reduce" and is_neutral(ufunc, options.get("initial"), inputs[0], options):
            del options["initial"]
        result = self._made(_ufunc_term(ufunc, method, terms, options), weak)
        return result if out is None else _into(out, result)

    def __array_function__(
        self, function: Any, types: Any, args: Sequence[Any], options: Mapping[str, Any]
    ) -> Any:
        if any(issubclass(t, Readable) for t in types):
            return NotImplemented
        if isinstance(function, Primitive):
            return self.run(function, args, options, inside=True)
        if function is np.copyto:
            return _copy_to(*args, **options)
        if function in REFUSED:
            refuse(REFUSED[function])
        options = dict(options)
        out = options.pop("out", None)
        if function in CREATED:
            return self._made(created(function, *args, **options))
        terms = _terms(args)
        try:
            made = function(*terms, **{k: _terms(v) for k, v in options.items()})
        except UncoveredError:
            made = named(function, terms, {k: _terms(v) for k, v in options.items()})
        result = self._made(made, base=args[0] if function in VIEWS else None)
        return result if out is None else _into((out,), result)

    def run(
        self,
        primitive: Any,
        values: Sequence[Any],
        params: Mapping[str, Any] | None,
        inside: bool = False,
    ) -> Any:
        """An operation: step by step where its function runs on traced arrays (`inside`), else as
        one."""
        params = {**primitive.defaults, **(params or {})}
        if inside:
            try:
                out = primitive.forward(*values, **params)
                return out[0] if primitive.residuals else out
            except (ValueError, TypeError):
                pass
        made = whole(primitive, _terms(tuple(values)), _terms(params))
        if inside and primitive.residuals:
            made = made[0]
        return self._made(made)

    def _made(self, made: Any, weak: bool = False, base: Any = None) -> Any:
        """What a function gave, with traced arrays for its expressions."""
        if isinstance(made, Expression):
            result = Traced(made, self.trace, weak, base if isinstance(base, Traced) else None)
            self.trace.note(made)
            return result
        if isinstance(made, (tuple, list)):
            parts = [self._made(part, weak, base) for part in made]
            return getattr(made, "_make", type(made))(parts)
        return made

    # ── elements, and changes ─────────────────────────────────────────────────────────────────
    def __getitem__(self, index: Any) -> Any:
        if type(index) is tuple and not index:
            return self
        index = _terms(index)
        parts = index if isinstance(index, tuple) else (index,)
        if any(getattr(part, "dtype", None) == bool and isinstance(part, Expression)
               for part in parts):  # fmt: skip
            refuse("picks by a mask, so that the shape depends on values")
        if any(isinstance(part, (Expression, list)) for part in parts):
            return self._made(named(picked, (self.expression, index), {}))
        basic = not any(isinstance(part, np.ndarray) for part in parts)
        return self._made(self.expression[index], self.weak, base=self if basic else None)

    def __setitem__(self, index: Any, value: Any) -> None:
        made = named(assigned, (self.expression, _terms(index), _term(value)), {})
        self.become(self._made(made))

    def become(self, value: Any) -> None:
        """Stand for these numbers from now on, in this array's shape and dtype."""
        if self.base is not None or self._views:
            refuse_change("an array of which a view is in use")
        term = expression(_term(value))
        if term.shape != self.shape:
            term = expression(np.broadcast_to(term, self.shape))
        self.expression = term.astype(self.dtype)
        self.trace.note(self.expression)

    def fill(self, value: Any) -> None:
        """All elements become this number."""
        self.become(value)

    def astype(self, dtype: DTypeLike, copy: bool = True, **options: Any) -> Any:
        """In another dtype."""
        return self._made(self.expression.astype(dtype))

    def view(self, *args: Any) -> Any:
        """The same array, for no argument."""
        if args:
            refuse("reads the bytes of a value as another type")
        return self._made(self.expression, self.weak, base=self)


def _ufunc_term(ufunc: np.ufunc, method: str, terms: Sequence[Any], options: Any) -> Any:
    if method == "__call__" and not options:
        return ufunc(*terms)
    try:
        if method != "__call__":
            return getattr(ufunc, method)(*terms, **options)
    except UncoveredError:
        pass
    return named(ufunc if method == "__call__" else getattr(ufunc, method), terms, options)


def _promoted(inputs: tuple[Any, ...]) -> tuple[tuple[Any, ...], bool]:
    """The operands of a ufunc with Python numbers in the dtype of the arrays beside them, and
    whether there are no others."""
    weak = [isinstance(x, Traced) and x.weak for x in inputs]
    if not any(weak):
        return inputs, False
    strong = [
        x.dtype
        for x, w in zip(inputs, weak, strict=True)
        if not w and not isinstance(x, (bool, int, float, complex))
    ]
    if not strong:
        return inputs, True
    dtype = np.result_type(*strong, 1.0)
    return tuple([x.astype(dtype) if w else x for x, w in zip(inputs, weak, strict=True)]), False


def _cast(x: Any, dtype: Any) -> Any:
    return x.astype(dtype) if hasattr(x, "astype") else np.asarray(x, dtype)


def _term(value: Any) -> Any:
    return value.expression if isinstance(value, Traced) else value


def _terms(value: Any) -> Any:
    """Arguments with expressions in the places of traced arrays."""
    if isinstance(value, Traced):
        return value.expression
    if isinstance(value, (tuple, list)):
        return getattr(value, "_make", type(value))([_terms(part) for part in value])
    if isinstance(value, slice):
        return slice(*[_known(part) for part in (value.start, value.stop, value.step)])
    if isinstance(value, dict):
        return {name: _terms(part) for name, part in value.items()}
    return value


def _known(bound: Any) -> Any:
    if isinstance(bound, Traced):
        refuse("cuts by a value, so that the shape depends on it")
    return bound


def _into(out: Any, result: Any) -> Any:
    """`out=`: the arrays that are given become the result."""
    targets = out if isinstance(out, tuple) else (out,)
    results = result if isinstance(result, tuple) else (result,)
    for target, each in zip(targets, results, strict=True):
        if target is not None:
            if not isinstance(target, Traced):
                refuse_change("a plain array, which would have to hold what is traced")
            target.become(each)
    made = tuple(e if t is None else t for t, e in zip(targets, results, strict=True))
    return made if isinstance(result, tuple) else made[0]


def _copy_to(dst: Any, src: Any, casting: str = "same_kind", where: Any = True) -> None:
    if not isinstance(dst, Traced):
        refuse_change("a plain array, which would have to hold what is traced")
    dst.become(src if where is True else np.where(where, src, dst))


def refuse(what: str) -> NoReturn:
    """Raise a TracingError with the line of the user's code."""
    raise TracingError(
        f"compile: {_line()} {what}, and while a function is traced there are only shapes and "
        "dtypes. np.where keeps both branches; an argument that is an int, a bool or a string is "
        "known while tracing; what has to see values belongs outside of the compiled function."
    )


def refuse_change(what: str) -> NoReturn:
    """Raise a TracingError for a change in place that a program cannot repeat."""
    raise TracingError(
        f"compile: {_line()} changes {what}. Compute a new array instead (np.where, "
        "np.concatenate, x = x + …)."
    )


def _line() -> str:
    """The innermost line outside of this package."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back  # type: ignore[assignment]
    if frame is None:
        return "the function"
    file, number = frame.f_code.co_filename, frame.f_lineno
    code = linecache.getline(file, number).strip()
    return f"{Path(file).name}, line {number}: `{code}`" if code else f"{file}, line {number}"
