"""custom_derivative, stop_gradient: derivatives that the user states."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograd_core.errors import DeclarationError
from autograd_core.primitive import GENERAL, Primitive, check, signature_of
from autograd_core.structure import map_leaves
from autograd_core.tensor import Tensor
from autograd_core.transforms.gradient import vjp as reverse_mode

Rule = Callable[..., Any]
Rules = Rule | tuple[Rule, ...] | None


def stop_gradient(x: Any) -> Any:
    """The same numbers as constants: no derivative of any order or mode passes through.

    x: a Tensor, an array, or a structure of them.

    >>> from autograd_core import grad, stop_gradient
    >>> float(grad(lambda x: x * stop_gradient(x))(3.0))
    3.0
    """
    return map_leaves(lambda leaf: leaf.detach() if isinstance(leaf, Tensor) else leaf, x)


def custom_derivative(
    f: Callable[..., Any] | None = None, vjp: Rules = None, jvp: Rules = None
) -> Any:
    """f with derivative rules of your own: a function of arrays that is one node in the graph.

    f: takes arrays by position and returns an array; keyword-only arguments are parameters.  It may
        do anything inside: it sees plain arrays and is not recorded.
    vjp: for each argument the rule that takes the gradient `g` of the result to that of the
        argument; one rule alone for a function of one argument.  What it asks for by name (`out`,
        f's arguments and parameters, `x_shape`) is kept for it, as in docs/adding-a-primitive.md.
    jvp: for each argument the rule that takes its tangent `t` to its share of the result's.

    One of the two is enough: the other is its transpose.  Rules are NumPy code, and are themselves
    differentiated for higher orders.  `check_gradients` compares both with f's differences, and
    names the wrong one.  Also a decorator: `@custom_derivative(vjp=…)`.

    Raises DeclarationError for rules whose number or names do not fit f.

    >>> import numpy as np
    >>> from autograd_core import check_gradients, custom_derivative, grad
    >>> @custom_derivative(vjp=lambda g, x: g / (1 + np.exp(-x)))
    ... def softplus(x):
    ...     return np.logaddexp(x, 0)
    >>> float(grad(softplus)(0.0)), float(grad(grad(softplus))(0.0))
    (0.5, 0.25)
    >>> check_gradients(softplus, np.array([-1.0, 0.0, 3.0])).ok
    True
    """
    if f is None:
        return functools.partial(custom_derivative, vjp=vjp, jvp=jvp)
    made = _primitive(f, _as_tuple(vjp), _as_tuple(jvp))
    accepted = inspect.signature(f)

    @functools.wraps(f)
    def differentiable(*args: Any, **kwargs: Any) -> Any:
        given = accepted.bind(*args, **kwargs)
        given.apply_defaults()
        return made(*given.args, **given.kwargs)

    return differentiable


def _as_tuple(rules: Rules) -> tuple[Rule, ...] | None:
    return (rules,) if callable(rules) else rules


def _primitive(
    f: Callable[..., Any], vjp: tuple[Rule, ...] | None, jvp: tuple[Rule, ...] | None
) -> Primitive:
    """The record of f: a primitive that no registry knows."""
    name = getattr(f, "__name__", "custom").strip("<>")
    if vjp is None and jvp is None:
        raise DeclarationError(f"custom_derivative of {name}: give vjp=, jvp= or both.")
    signature = signature_of(name, f)
    if vjp is None:
        assert jvp is not None
        vjp = tuple(map(_Transpose, jvp, signature[0]))

    def forward(*args: Any, **params: Any) -> Any:
        return np.asarray(f(*args, **params))[()]

    made = Primitive(
        name, forward, signature, vjp, kind=GENERAL, symbol=name, tex=None, definition=None,
        residuals={}, domain=(-np.inf, np.inf), jvp=jvp,
    )  # fmt: skip
    check(made)
    return made


class _Transpose:
    """The reverse rule that a forward rule implies: it is linear in t, and a pass goes back
    through it.  It says by its code, as every rule does, what it wants kept."""

    def __init__(self, rule: Rule, name: str) -> None:
        code = rule.__code__
        names = ("g", *code.co_varnames[1 : code.co_argcount], f"{name}_shape")
        self.__code__ = SimpleNamespace(co_varnames=names, co_argcount=len(names))
        self.__name__ = self.__qualname__ = ""
        self._rule = rule

    def __call__(self, g: Any, *kept: Any) -> Any:
        *kept, shape = kept  # type: ignore[assignment]

        def push(t: Any) -> Any:
            return np.broadcast_to(self._rule(t, *kept), g.shape)

        return reverse_mode(push, np.zeros(shape, g.dtype))[1](g)[0]
