"""The rules and definitions of primitives, run on symbols."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd_core.errors import AutogradError, UncoveredError
from autograd_core.mode import mode
from autograd_core.primitive import Primitive
from autograd_core.shapes import Shape
from autograd_core.symbolic.expression import Call, Expression, Literal, Symbol, expression


def symbols(names: str, shape: Shape = (), dtype: DTypeLike = np.float64) -> tuple[Symbol, ...]:
    """Symbols of one shape and dtype, by their names with blanks between.

    >>> from autograd_core.symbolic import symbols
    >>> x, y = symbols("x y")
    >>> print(x * y - x)
    x · y − x
    """
    return tuple(Symbol(name, shape, dtype) for name in names.split())


def operand_symbols(
    primitive: Primitive, shapes: Sequence[Shape], dtypes: Sequence[DTypeLike] | None = None
) -> tuple[Symbol, ...]:
    """A symbol for each operand, by the names that the primitive gives its inputs; the operands of
    `*xs` are x1, x2, …"""
    count = range(len(shapes))
    names = [f"x{i + 1}" for i in count] if primitive.variadic else list(primitive.inputs)
    kinds = [np.float64 for _ in count] if dtypes is None else dtypes
    return tuple(map(Symbol, names, map(tuple, shapes), kinds))


@contextmanager
def on_symbols(name: str) -> Iterator[None]:
    """Around code that was written for arrays and runs on symbols: what it raises besides the
    errors of this library becomes an UncoveredError."""
    try:
        yield
    except AutogradError:
        raise
    except Exception as error:
        raise UncoveredError(f"{name}: its code does not run on symbols: {error}") from error


def rule_expression(
    primitive: Primitive,
    operand: int,
    shapes: Sequence[Shape],
    params: Mapping[str, Any] | None = None,
    dtypes: Sequence[DTypeLike] | None = None,
) -> Expression:
    """The gradient of one operand as an expression: the primitive's own rule, run on symbols.

    shapes, dtypes: of the operands; float64 where no dtypes are given.
    params: the operation's parameters; those left out have their defaults.

    The symbols are `g`, the gradient of the result, the inputs by their names, `out`, and residuals
    by theirs.  The engine then sums over what broadcasting repeated, as it does for arrays.
    Raises an AutogradError where the rule asks for a symbol's value.

    >>> from autograd_core import REGISTRY
    >>> from autograd_core.symbolic import rule_expression
    >>> print(rule_expression(REGISTRY["divide"], 1, [(), ()]))
    −g · out / y
    """
    inputs = operand_symbols(primitive, shapes, dtypes)
    settings = {**primitive.defaults, **(params or {})}
    rule = primitive.rule_of(operand)
    out = Call(primitive, inputs, settings)
    known: dict[str, Any] = dict(zip(primitive.inputs, inputs, strict=False))
    known |= {f"{name}_shape": symbol.shape for name, symbol in known.items()}
    if primitive.variadic:
        (xs,) = primitive.inputs
        known |= {xs: inputs, f"{xs}_shape": tuple(x.shape for x in inputs), "i": operand}
    known |= {name: _parameter(name, value) for name, value in settings.items()}
    known["out"] = Symbol("out", out.shape, out.dtype)
    residuals = residual_expressions(primitive, shapes, params, dtypes)
    known |= {name: Symbol(name, value.shape, value.dtype) for name, value in residuals.items()}
    with mode(expanded=False), on_symbols(primitive.name):
        g = Symbol("g", out.shape, out.dtype)
        return expression(rule(g, *[known[name] for name in _arguments(rule)[1:]]))


def rule_text(
    primitive: Primitive,
    operand: int,
    shapes: Sequence[Shape],
    params: Mapping[str, Any] | None = None,
    dtypes: Sequence[DTypeLike] | None = None,
    names: Mapping[str, str] | None = None,
) -> str:
    """`rule_expression` as text: "g · y".

    >>> from autograd_core import REGISTRY
    >>> from autograd_core.symbolic import rule_text
    >>> rule_text(REGISTRY["matmul"], 1, [(32, 784), (784, 10)])
    'xᵀ g'
    """
    return rule_expression(primitive, operand, shapes, params, dtypes).text(names)


def rule_latex(
    primitive: Primitive,
    operand: int,
    shapes: Sequence[Shape],
    params: Mapping[str, Any] | None = None,
    dtypes: Sequence[DTypeLike] | None = None,
    names: Mapping[str, str] | None = None,
) -> str:
    r"""`rule_expression` in LaTeX.

    >>> from autograd_core import REGISTRY
    >>> from autograd_core.symbolic import rule_latex
    >>> print(rule_latex(REGISTRY["divide"], 0, [(), ()]))
    \frac{g}{y}
    """
    return rule_expression(primitive, operand, shapes, params, dtypes).latex(names)


def call_expression(
    primitive: Primitive,
    shapes: Sequence[Shape],
    params: Mapping[str, Any] | None = None,
    dtypes: Sequence[DTypeLike] | None = None,
) -> Expression:
    """The operation itself on its operands' symbols.

    >>> from autograd_core import REGISTRY
    >>> from autograd_core.symbolic import call_expression
    >>> print(call_expression(REGISTRY["arctan2"], [(), ()]))
    arctan2(x, y)
    """
    return Call(primitive, operand_symbols(primitive, shapes, dtypes), params)


def definition_expression(
    primitive: Primitive,
    shapes: Sequence[Shape],
    params: Mapping[str, Any] | None = None,
    dtypes: Sequence[DTypeLike] | None = None,
) -> Expression:
    """A composite's definition, run on symbols.

    >>> from autograd_core import sigmoid
    >>> from autograd_core.symbolic import definition_expression
    >>> print(definition_expression(sigmoid, [()]))
    1 / (exp(−x) + 1)
    """
    assert primitive.definition is not None
    inputs = operand_symbols(primitive, shapes, dtypes)
    with mode(expanded=False), on_symbols(primitive.name):
        return expression(primitive.definition(*inputs, **{**primitive.defaults, **(params or {})}))


def residual_expressions(
    primitive: Primitive,
    shapes: Sequence[Shape],
    params: Mapping[str, Any] | None = None,
    dtypes: Sequence[DTypeLike] | None = None,
) -> dict[str, Expression]:
    """What each residual of a primitive equals, in the symbols of its operands.

    >>> import nn
    >>> from autograd_core import REGISTRY
    >>> from autograd_core.symbolic import residual_expressions
    >>> print(residual_expressions(REGISTRY["softmax_with_loss"], [(3,), (3,)])["y"])
    softmax(x)
    """
    inputs = operand_symbols(primitive, shapes, dtypes)
    known = {**primitive.defaults, **(params or {})} | dict(
        zip(primitive.inputs, inputs, strict=False)
    )
    with mode(expanded=False), on_symbols(primitive.name):
        return {
            name: expression(function(*[known[n] for n in _arguments(function)]))
            for name, function in primitive.residuals.items()
        }


def _arguments(function: Any) -> tuple[str, ...]:
    code = function.__code__
    names: tuple[str, ...] = code.co_varnames[: code.co_argcount]
    return names


def _parameter(name: str, value: Any) -> Any:
    """A parameter as the rule takes it; an array is written by its name."""
    return Literal(value, name) if isinstance(value, np.ndarray) and value.ndim else value
