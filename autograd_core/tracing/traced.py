"""Traced: an array without numbers, which notes what is done with it.

It behaves as an ndarray does, also where it is changed in place: what it stands for then is another
expression.  Every question about its numbers is refused, with the line that asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn
from weakref import WeakSet

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import DTypeLike

from autograd_core.abstract import AbstractArray
from autograd_core.errors import UncoveredError
from autograd_core.methods import NumPyMethods
from autograd_core.primitive import Primitive
from autograd_core.readable import Readable
from autograd_core.shapes import Shape
from autograd_core.symbolic import Expression, expression
from autograd_core.symbolic.expression import named
from autograd_core.tracing.functions import (
    CREATED,
    OPERATORS,
    VIEWS,
    again,
    as_inferred,
    assigned,
    constant,
    created,
    is_neutral,
    may_be_complex,
    picked,
    whole,
)
from autograd_core.tracing.refusal import (
    refuse,
    refuse_change,
    refuse_function,
    refuse_leaked,
)


class Traced(NumPyMethods, NDArrayOperatorsMixin, AbstractArray):
    """A shape and a dtype, and the expression that this array stands for now.

    noted: what is told of every expression that is made.
    weak: whether it is a Python number, which takes the dtype of the array that it meets.
    base: the array that this one is a view of; that of an argument is the caller's.
    """

    __slots__ = ("__weakref__", "_views", "base", "expression", "noted", "weak")

    def __init__(
        self,
        made: Expression,
        noted: Any,
        weak: bool = False,
        base: Traced | None = None,
    ) -> None:
        self.expression = made
        self.noted = noted
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
    def __bool__(self) -> NoReturn:  # noqa: PLE0304  it never returns
        refuse("asks whether a value is true")

    def __float__(self) -> NoReturn:
        refuse("makes a Python number of a value")

    __int__ = __complex__ = __float__

    def __index__(self) -> NoReturn:  # noqa: PLE0305
        refuse("counts or picks by a value")

    def item(self, *args: Any) -> NoReturn:
        """Not known while tracing."""
        refuse("makes a Python number of a value")

    tolist = item

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        refuse("makes a plain array of a value (what it indexes should be an argument, too)")

    @property
    def strides(self) -> NoReturn:
        """Not known while tracing."""
        refuse("asks how an array lies in memory")

    flags = ctypes = strides

    def is_unlikely(self) -> bool:
        """Assumed not to hold; the program looks when it runs."""
        self.noted.guard(self.expression)
        return False

    def anew(self, after: Any) -> Any:
        """Another term for the same array."""
        return self._made(named(again, (self.expression, after.expression), {}), self.weak)

    def strong(self) -> Any:
        """The same number, in its own dtype wherever it goes."""
        return Traced(self.expression, self.noted) if self.weak else self

    __hash__ = object.__hash__

    # ── NumPy's protocols ─────────────────────────────────────────────────────────────────────
    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if any(isinstance(x, Readable) for x in inputs):
            return NotImplemented
        out = options.pop("out", None)
        if method == "at":
            refuse_change(f"an array in place (np.{ufunc.__name__}.at)")
        if method == "__call__" and "dtype" in options:
            dtype = options.pop("dtype")
            inputs = tuple(_cast(x, dtype) for x in inputs)
        weak = ufunc in OPERATORS and all(map(_is_weak, inputs))
        terms = [self._operand(x) for x in (inputs if weak else _promoted(inputs))]
        options = {name: self._operand(value) for name, value in options.items()}
        if method == "reduce" and is_neutral(ufunc, options.get("initial"), terms[0], options):
            del options["initial"]
        result = self._made(_ufunc_term(ufunc, method, terms, options), weak)
        return result if out is None else _into(out, result)

    def __array_function__(  # noqa: PLR0911  one for each kind of function
        self, function: Any, types: Any, args: Sequence[Any], options: Mapping[str, Any]
    ) -> Any:
        if any(issubclass(t, Readable) for t in types):
            return NotImplemented
        if isinstance(function, Primitive):
            for arg in args:  # a Primitive asks the first operand that is no plain array
                if isinstance(arg, Readable):
                    tensor: Any = arg
                    return tensor.__array_function__(function, types, args, options)
            return self.run(function, args, options, inside=True)
        if function is np.copyto:
            return _copy_to(*args, **options)
        if function in _SHOWING:
            return repr(args[0])
        refuse_function(function)
        if function in _PROMOTING:
            args = _promoted(args) if function is not np.where else (args[0], *_promoted(args[1:]))
        options = dict(options)
        out = options.pop("out", None)
        terms = [self._operand(x) for x in args]
        given = {name: self._operand(value) for name, value in options.items()}
        if function in CREATED:
            return self._made(created(function, *terms, **given))
        known = not _is_reordered(function, terms, given)
        try:
            made = function(*terms, **given) if known else named(function, terms, given)
        except TypeError:  # no form for symbols takes these options
            made = named(function, terms, given)
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
            except (ValueError, TypeError) as error:
                if getattr(error, "depends", False):
                    raise
        made = whole(primitive, [self._operand(x) for x in values], self._terms(params))
        if inside and primitive.residuals:
            made = made[0]
        return self._made(made)

    def whole(self, function: Any, args: tuple[Any, ...]) -> Any:
        """A function of traced arrays as one operation."""
        return self._made(named(function, self._terms(args), {}))

    # ── terms ─────────────────────────────────────────────────────────────────────────────────
    def _operand(self, value: Any) -> Any:
        """An operand as a term."""
        made = self._terms(value)
        return constant(made) if type(made) is np.ndarray else made

    def _terms(self, value: Any) -> Any:
        """Arguments with expressions in the places of traced arrays; plain arrays as they are now,
        whatever is done to them later."""
        if isinstance(value, Traced):
            if value.noted is not self.noted:
                refuse_leaked()
            return value.expression
        if isinstance(value, np.ndarray):
            return self.noted.kept(value)
        if isinstance(value, (tuple, list)):
            return getattr(value, "_make", type(value))([self._terms(part) for part in value])
        if isinstance(value, slice):
            return slice(*[_known(part) for part in (value.start, value.stop, value.step)])
        if isinstance(value, dict):
            return {name: self._terms(part) for name, part in value.items()}
        return value

    def _made(self, made: Any, weak: bool = False, base: Any = None) -> Any:
        """What a function gave, with traced arrays for its expressions."""
        if self.noted.has_ended:
            refuse_leaked()
        if isinstance(made, Expression):
            if may_be_complex(made):
                made = named(as_inferred, (made, made.dtype), {})
            result = Traced(made, self.noted, weak, base if isinstance(base, Traced) else None)
            self.noted.note(made)
            return result
        if isinstance(made, (tuple, list)):
            parts = [self._made(part, weak, base) for part in made]
            return getattr(made, "_make", type(made))(parts)
        return made

    # ── elements, and changes ─────────────────────────────────────────────────────────────────
    def __getitem__(self, index: Any) -> Any:
        if type(index) is tuple and not index:
            return self
        index = self._terms(index)
        parts = index if isinstance(index, tuple) else (index,)
        if any(isinstance(part, Expression) and part.dtype == bool for part in parts):
            refuse("picks by a mask, so that the shape depends on values", depends=True)
        if any(isinstance(part, (Expression, list)) for part in parts):
            return self._made(named(picked, (self.expression, index), {}))
        made = self.expression[index]
        copies = any(isinstance(part, (np.ndarray, bool, np.bool_)) for part in parts)
        is_number = not made.shape and Ellipsis not in parts
        return self._made(made, self.weak, base=None if copies or is_number else self)

    def __setitem__(self, index: Any, value: Any) -> None:
        given = (self.expression, self._terms(index), self._operand(value))
        self.become(self._made(named(assigned, given, {})))

    def become(self, value: Any) -> None:
        """Stand for these numbers from now on, in this array's shape and dtype."""
        if self.base is not None or self._views:
            refuse_change("an argument, or an array of which a view is in use")
        term = expression(self._operand(value))
        if term.shape != self.shape:
            term = expression(np.broadcast_to(term, self.shape))
        self.expression = term.astype(self.dtype)
        self.noted.note(self.expression)

    def fill(self, value: Any) -> None:
        """All elements become this number."""
        self.become(value)

    def astype(self, dtype: DTypeLike, copy: bool = True, **options: Any) -> Any:
        """In another dtype."""
        made = self._made(self.expression.astype(dtype))
        return made if copy or made.expression is not self.expression else self

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


def _is_reordered(function: Any, terms: Sequence[Any], options: Mapping[str, Any]) -> bool:
    """Whether the elements are not read row by row."""
    if function not in (np.reshape, np.ravel):
        return False
    orders = {x for x in (*terms[1:], *options.values()) if isinstance(x, str)}
    if orders & {"A", "K"}:
        refuse("asks how an array lies in memory")
    return "F" in orders


_SHOWING = {np.array2string, np.array_str, np.array_repr}
# Functions that are no ufuncs, and take Python numbers in the dtype of the arrays beside them.
_PROMOTING = {np.where, np.clip, np.result_type}


def _is_weak(x: Any) -> bool:
    """Whether it is a Python number, which has no dtype of its own."""
    return x.weak if isinstance(x, Traced) else type(x) in (bool, int, float, complex)


def _promoted(inputs: Sequence[Any]) -> tuple[Any, ...]:
    """Operands with traced Python numbers in the dtype of what is beside them."""
    if not any(isinstance(x, Traced) and x.weak for x in inputs):
        return tuple(inputs)
    strong = [getattr(x, "dtype", x) for x in inputs if not _is_weak(x) and x is not None]
    strong += [x for x in inputs if _is_weak(x) and not isinstance(x, Traced)]

    def cast(x: Any) -> Any:
        if not isinstance(x, Traced) or not x.weak:
            return x
        return x.astype(np.result_type(*strong, x.dtype.type(1).item()))

    return tuple(map(cast, inputs))


def _cast(x: Any, dtype: Any) -> Any:
    return x.astype(dtype) if hasattr(x, "astype") else np.asarray(x, dtype)


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
