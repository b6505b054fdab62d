"""Expression: what NumPy code computes, as a term, made by running the code on symbols.

A symbol answers NumPy's protocols as a Tensor does, but for every operation it gives a larger term.
So a derivative rule, the definition of a composite or a user's function runs on it unchanged, and
what comes out can be printed, compared, rewritten and evaluated.

Terms are shared: the same operation on the same operands is the same object, so `a is b` says
whether two terms are equal.  `==` compares the numbers they stand for, as it does on arrays, and is
a term itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Self, TypeVar
from weakref import WeakValueDictionary

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import DTypeLike

from autograd_core.errors import DTypeError, GraphError, UncoveredError
from autograd_core.methods import NumPyMethods
from autograd_core.mode import current_mode
from autograd_core.ops import elementwise, shaping
from autograd_core.primitive import UFUNCS, Primitive
from autograd_core.shapes import Shape, size_of
from autograd_core.symbolic.inference import infer, on_stand_ins
from autograd_core.symbolic.named import Named, emptied, key_of
from autograd_core.symbolic.printing import latex, text

# What NumPy's functions and ufuncs' reductions mean on expressions; `functions.py` fills them.
FUNCTIONS: dict[Any, Callable[..., Any]] = {}
REDUCTIONS: dict[np.ufunc, Callable[..., Any]] = {}
SPECIAL: dict[np.ufunc, Callable[..., Any]] = {}

Term = TypeVar("Term", bound="Expression")


class Expression(NumPyMethods, NDArrayOperatorsMixin):
    """A Symbol, a Literal or a Call.  Immutable; NumPy's functions and operators make larger ones.

    shape, dtype: of the array that it stands for.   operands: the expressions it is made of.

    `bool()` of `x == 0` is False and of `x != 0` True: where code asks, symbols are numbers in
    general, no two of them equal and none of them zero.  Any other question about values raises
    GraphError.

    >>> from autograd_core.symbolic import symbols
    >>> import numpy as np
    >>> x, y = symbols("x y")
    >>> print(np.exp(-x) * (y + 1) ** 2)
    exp(−x) · (y + 1)²
    """

    __slots__ = ("__weakref__", "dtype", "shape")

    shape: Shape
    dtype: np.dtype[Any]
    operands: tuple[Expression, ...] = ()
    operation: Any = None
    params: Mapping[str, Any] = {}

    # ── reading ───────────────────────────────────────────────────────────────────────────────
    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return size_of(self.shape)

    def nodes(self) -> list[Expression]:
        """This expression and all that it is made of, each once and after its operands."""
        return nodes_of((self,))

    def symbols(self) -> tuple[Symbol, ...]:
        """The symbols in it, in the order in which they are first read."""
        return tuple(node for node in self.nodes() if isinstance(node, Symbol))

    def evaluate(self, values: Mapping[Any, Any]) -> Any:
        """The value for the symbols' values: numbers, arrays, Tensors or expressions.

        values: by symbol or by the name of the symbol.  Raises GraphError where one is missing.

        >>> from autograd_core.symbolic import symbols
        >>> x, y = symbols("x y")
        >>> float((x * y + 1).evaluate({x: 2, y: 3}))
        7.0
        """
        results: dict[Expression, Any] = {}
        for node in self.nodes():
            args = [results[operand] for operand in node.operands]
            results[node] = node._value(values, args)
        return results[self]

    def _value(self, values: Mapping[Any, Any], args: list[Any]) -> Any:
        """The value of this term from those of its operands: a Symbol looks it up, a Literal has
        it, a Call computes it."""
        raise NotImplementedError  # there are no other expressions

    # ── printing ──────────────────────────────────────────────────────────────────────────────
    def text(self, names: Mapping[str, str] | None = None) -> str:
        """The expression as a line of text, with as few parentheses as it takes.

        names: what to write for a symbol, by its name.
        """
        return text(self, names)

    def latex(self, names: Mapping[str, str] | None = None) -> str:
        """The expression in LaTeX's mathematics.

        names: what to write for a symbol, by its name, in LaTeX.  Other names are escaped.
        """
        return latex(self, names)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<expression {self.text()}: {self.dtype} {self.shape}>"

    # ── NumPy's protocols ─────────────────────────────────────────────────────────────────────
    __hash__ = object.__hash__

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method == "reduce" and ufunc in REDUCTIONS and options.get("out") is None:
            return REDUCTIONS[ufunc](*inputs, **{"axis": 0, **options})
        if method != "__call__" or options:
            raise UncoveredError(
                f"np.{ufunc.__name__}: {method} with {options} has no meaning on symbols."
            )
        if ufunc in SPECIAL:
            return SPECIAL[ufunc](*inputs)
        if ufunc.nout > 1:
            return named(ufunc, inputs, {})
        known = UFUNCS.get(ufunc)
        return call(known if isinstance(known, Primitive) else ufunc, inputs)

    def __array_function__(
        self, function: Any, types: Any, args: Sequence[Any], options: Mapping[str, Any]
    ) -> Any:
        if isinstance(function, Primitive):
            if function.definition is not None and current_mode.get().expanded:
                return function.definition(*args, **options)
            return call(function, args, options)
        if function in FUNCTIONS:
            return FUNCTIONS[function](*args, **options)
        return named(function, args, options)

    def astype(self, dtype: DTypeLike) -> Expression:
        """In another dtype."""
        dtype = np.dtype(dtype)
        return self if dtype == self.dtype else call(elementwise.astype, (self,), {"dtype": dtype})

    def __getitem__(self, index: Any) -> Expression:
        return call(shaping.getitem, (self,), {"index": index})

    def __len__(self) -> int:
        if not self.shape:
            raise DTypeError(f"len: {self} is a number and has no length.")
        return self.shape[0]

    def __iter__(self) -> Iterator[Expression]:
        return (self[i] for i in range(len(self)))

    def __bool__(self) -> bool:
        """In general: what `Expression` says of it."""
        raise GraphError(
            f"symbolic: the code asks whether `{self}` is true, and a symbol has no value. "
            "np.where keeps both branches."
        )

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise DTypeError(
            f"symbolic: `{self}` was about to become an array, and a symbol has no values. Use "
            "NumPy's functions on it; an index, a shape or a `fill` cannot be a symbol."
        )

    def __reduce__(self) -> Any:
        raise GraphError("symbolic: an expression cannot be copied or pickled; print it.")

    def __copy__(self) -> Expression:
        return self

    def __deepcopy__(self, memo: Any) -> Expression:
        return self


def nodes_of(roots: Sequence[Expression]) -> list[Expression]:
    """The expressions and all that they are made of, each once and after its operands."""
    ordered: list[Expression] = []
    seen: set[Expression] = set()
    for root in roots:
        stack: list[tuple[Expression, Iterator[Expression]]] = [(root, iter(root.operands))]
        while stack:
            node, operands = stack[-1]
            for operand in operands:
                if operand not in seen:
                    stack.append((operand, iter(operand.operands)))
                    break
            else:
                stack.pop()
                if node not in seen:
                    seen.add(node)
                    ordered.append(node)
    return ordered


class Symbol(Expression):
    """A name that stands for any array of a shape and dtype."""

    __slots__ = ("name",)

    name: str

    def __new__(cls, name: str, shape: Shape = (), dtype: DTypeLike = np.float64) -> Self:
        dtype = np.dtype(dtype)
        return _shared(cls, (name, tuple(shape), dtype), name=name, shape=tuple(shape), dtype=dtype)

    def _value(self, values: Mapping[Any, Any], args: list[Any]) -> Any:
        value = values[self] if self in values else values.get(self.name)
        if value is None:
            raise GraphError(f"symbolic: no value was given for the symbol {self.name}.")
        return value if hasattr(value, "dtype") else np.asarray(value, self.dtype)[()]


class Literal(Expression):
    """A number or an array that is known.  `name`: what is written for it in place of its value."""

    __slots__ = ("name", "value")

    name: str | None
    value: Any

    def __new__(cls, value: Any, name: str | None = None) -> Self:
        array = np.asarray(value)
        if array.dtype.kind not in "fciub":
            raise DTypeError(f"symbolic: {value!r} is neither a number nor an array of numbers.")
        if isinstance(value, (list, tuple)):
            value = array
        return _shared(
            cls, (name, key_of(value)), name=name, value=value, shape=array.shape, dtype=array.dtype
        )

    def _value(self, values: Mapping[Any, Any], args: list[Any]) -> Any:
        return self.value

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.array(self.value, dtype, copy=copy)


class Call(Expression):
    """An operation on operands: a registered Primitive, or a function of NumPy that is none.

    params: its keyword arguments, all plain.
    like: what has the result's shape and dtype, where that is known already.
    """

    __slots__ = ("operands", "operation", "params")

    operation: Any
    operands: tuple[Expression, ...]
    params: Mapping[str, Any]

    def __new__(
        cls,
        operation: Any,
        operands: tuple[Expression, ...],
        params: Mapping[str, Any] | None = None,
        like: Any = None,
    ) -> Self:
        params = dict(params or {})
        if isinstance(operation, Primitive):
            params = {**operation.defaults, **params}
        key = (operation, tuple(map(id, operands)), key_of(params))
        made: Self | None = _TERMS.get((cls, key))
        if made is not None:
            return made
        shape, dtype = (
            infer(operation, operands, params) if like is None else (like.shape, like.dtype)
        )
        return _shared(
            cls, key, operation=operation, operands=operands, params=params,
            shape=shape, dtype=dtype,
        )  # fmt: skip

    def __bool__(self) -> bool:
        if self.operation in (np.equal, np.not_equal):
            return self.operation is np.not_equal and self.operands[0] is not self.operands[1]
        if self.operation in (np.any, np.all):
            return bool(self.operands[0])
        if self.operation is np.logical_not:
            return not self.operands[0]
        return super().__bool__()

    def _value(self, values: Mapping[Any, Any], args: list[Any]) -> Any:
        return run(self.operation, args, self.params)


def run(operation: Any, args: Sequence[Any], params: Mapping[str, Any]) -> Any:
    """An operation on arrays, Tensors or expressions.

    Primitives run on plain arguments as they are: made arrays, Python numbers would widen float32.
    """
    plain = all(isinstance(x, np.ndarray) or np.isscalar(x) for x in args)
    if isinstance(operation, Primitive) and plain:
        return operation.evaluate(args, params)
    return operation(*args, **params)


def call(operation: Any, args: Sequence[Any], params: Mapping[str, Any] | None = None) -> Call:
    """The expression of an operation on expressions, numbers and arrays."""
    plain = {name: _unwrapped(operation, value) for name, value in (params or {}).items()}
    return Call(operation, tuple(map(expression, args)), plain)


def named(function: Any, args: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """A function that no table knows, as an operation by its name: what is an expression in its
    arguments is an operand, also in a list, and all else is as it was written.  One that gives
    several arrays is as many operations."""
    operands: list[Expression] = []
    places, rest = emptied((tuple(args), dict(options)), _is_expression, operands)
    made = Named(function, places, rest)
    result = on_stand_ins(made, operands, {})
    if isinstance(result, (tuple, list)):
        parts = [Call(made.of(part), tuple(operands)) for part in range(len(result))]
        return getattr(result, "_make", type(result))(parts)
    if all(isinstance(arg, Expression) for arg in args):
        return call(function, args, options)
    return Call(made, tuple(operands), like=np.asarray(result))


def _is_expression(value: Any) -> bool:
    return isinstance(value, Expression)


def expression(value: Any) -> Expression:
    """The value itself if it is an expression, else the literal of a number or an array."""
    return value if isinstance(value, Expression) else Literal(value)


def _unwrapped(operation: Any, value: Any) -> Any:
    """A parameter as it is; a literal as its value."""
    if isinstance(value, Literal):
        return value.value
    if isinstance(value, Expression) and not value.symbols():
        return value.evaluate({})
    if isinstance(value, Expression):
        name = getattr(operation, "name", None) or operation.__name__
        raise UncoveredError(
            f"{name}: the parameter `{value}` is a symbol; only operands can be symbols."
        )
    return value


_TERMS: WeakValueDictionary[Any, Any] = WeakValueDictionary()


def _shared(cls: type[Term], key: Any, **parts: Any) -> Term:
    """The one expression of that class and key."""
    found: Term | None = _TERMS.get((cls, key))
    if found is not None:
        return found
    made = object.__new__(cls)
    for name, part in parts.items():
        setattr(made, name, part)
    shared: Term = _TERMS.setdefault((cls, key), made)
    return shared
