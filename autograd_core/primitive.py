"""Primitive: one operation with its derivative rules, declared once as a record.

The names of a rule's arguments are its retention policy.  A rule may ask for

    g                 the gradient of the result (always first)
    x, y, …           an input, by the name that the forward function gives it
    out               the result
    x_shape, …        the shape of an input, which costs nothing to keep
    a parameter       a keyword-only argument of the forward function: axis, index, …
    a residual        an intermediate that the forward function hands over
    xs, xs_shape, i   for `*xs`: all inputs, their shapes, and which one the rule is for

and the recorded node keeps exactly that.  Rules are plain NumPy expressions, so the same rule runs
on arrays (a first-order pass) and on Tensors (where it is recorded itself).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd_core.errors import DeclarationError, DTypeError
from autograd_core.plan import Plans, Rule

# What kind of function an operation is: a statement of mathematics from which the rest follows.
ELEMENTWISE = "elementwise"  # a diagonal Jacobian: broadcasting is undone by the engine
LINEAR = "linear"  # the forward-mode rule is the operation itself
BILINEAR = "bilinear"  # the product rule; broadcast batches are undone by the engine
GENERAL = "general"
_KINDS = (ELEMENTWISE, LINEAR, BILINEAR, GENERAL)

Signature = tuple[tuple[str, ...], tuple[str, ...], bool, dict[str, Any]]

REGISTRY: dict[str, Primitive] = {}
UFUNCS: dict[np.ufunc, Callable[..., Any]] = {}

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_VARARGS = 0x04  # the flag of a code object that takes *args


class Primitive:
    """An operation of the graph: its forward function, its rules, and how it is written.

    Calling it on arrays runs the forward function; calling it with a Tensor among the arguments
    records it.  Make one with `primitive` or `composite`.
    """

    __slots__ = (
        "defaults",
        "definition",
        "domain",
        "forward",
        "inputs",
        "jvp",
        "kind",
        "name",
        "params",
        "plans",
        "promotes",
        "residuals",
        "rules",
        "symbol",
        "tex",
        "variadic",
    )

    def __init__(
        self,
        name: str,
        forward: Callable[..., Any],
        signature: Signature,
        rules: tuple[Rule, ...],
        *,
        kind: str,
        symbol: str,
        tex: str | None,
        definition: Callable[..., Any] | None,
        residuals: Mapping[str, Callable[..., Any]],
        domain: tuple[float, float],
        promotes: bool = False,
        jvp: tuple[Rule, ...] | None = None,
    ) -> None:
        self.name = name
        self.forward = forward
        self.inputs, self.params, self.variadic, self.defaults = signature
        self.rules = rules
        self.jvp = jvp
        self.kind = kind
        self.symbol = symbol
        self.tex = tex
        self.definition = definition
        self.residuals = dict(residuals)
        self.domain = domain
        self.promotes = promotes
        self.plans = Plans(self)  # by the bit mask of the inputs that need a gradient

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _by_name, (self.name,)

    def __call__(self, *args: Any, **params: Any) -> Any:
        """Run on arrays, or hand over to the first argument that overrides NumPy's functions."""
        if self.defaults:
            params = {**self.defaults, **params}
        for arg in args:
            if not isinstance(arg, np.ndarray):
                override = getattr(type(arg), "__array_function__", None)
                if override is not None:
                    return override(arg, self, (), args, params)
        return self.evaluate([np.asarray(arg) for arg in args], params)

    def rule_of(self, position: int) -> Rule:
        """The rule of the input at that position."""
        return self.rules[0] if self.variadic else self.rules[position]

    def jvp_of(self, position: int) -> Rule:
        """The forward rule of the input at that position, of a primitive that states them."""
        assert self.jvp is not None
        return self.jvp[0] if self.variadic else self.jvp[position]

    def label(self, params: Mapping[str, str]) -> str:
        """The sign in a drawn circle; `{exponent}` in it stands for that parameter's text, and a
        whole number behind ^ is raised."""
        text = self.symbol.format(**{name: params.get(name, "") for name in self.params})
        base, _, exponent = text.partition("^")
        is_whole = exponent.removeprefix("-").isdecimal()
        return base + exponent.translate(_RAISED) if is_whole else text

    def evaluate(self, args: Sequence[Any], params: Mapping[str, Any] | None) -> Any:
        """The value of the forward function on arrays, without what its rules want kept."""
        out = self.forward(*args, **params) if params else self.forward(*args)
        return out[0] if self.residuals else out


def primitive(
    name: str,
    function: Callable[..., Any],
    run: Callable[..., Any] | None = None,
    *,
    vjp: tuple[Rule, ...],
    jvp: tuple[Rule, ...] | None = None,
    kind: str = GENERAL,
    symbol: str | None = None,
    tex: str | None = None,
    residuals: Mapping[str, Callable[..., Any]] | None = None,
    domain: tuple[float, float] = (-np.inf, np.inf),
    promotes: bool = False,
    real: bool = False,
) -> Primitive:
    """Declare and register an operation.

    name: how graphs, errors and the registry call it; unique.
    function: a NumPy ufunc, or a function whose positional arguments are the inputs (arrays) and
        whose keyword-only arguments are parameters (axis, shape, …).  `*xs` takes any number.
    run: a faster function with the same values, where there is one.
    vjp: one rule for each input, or a single one for `*xs`: see the module's text.
    jvp: the forward rules, in the same form with the tangent `t` of that input in place of g; each
        returns its input's share of the result's tangent.  Only where the kind does not say them
        (GENERAL); left out, the reverse rule, which is linear in g, is transposed.
    kind: ELEMENTWISE, LINEAR, BILINEAR or GENERAL.
    symbol: the sign in a drawn circle; `{axis}` in it stands for that parameter.
    tex: a LaTeX template with the inputs' names.
    residuals: names of intermediates that `function` returns behind its result, each with the
        function of the inputs that it equals; second derivatives go through that function.
    domain: the open interval in which the real function and its derivatives are finite.
    promotes: whether the operands are first cast to the dtype of the result, for rules that compute
        with operands alone.
    real: whether it refuses complex operands, for which the rules (or a fast form that compares or
        takes absolute values) would be wrong.

    Raises DeclarationError when the record contradicts itself.

    >>> from autograd_core import Tensor, primitive
    >>> import numpy as np
    >>> cube = primitive("cube_example", lambda x: x**3, kind="elementwise",
    ...                  vjp=(lambda g, x: 3 * g * x**2,))
    >>> t = Tensor(2.0)
    >>> cube(t).backward()
    >>> float(t.grad)
    12.0
    """
    if isinstance(function, np.ufunc) and function in UFUNCS:
        raise DeclarationError(
            f"primitive {name}: np.{function.__name__} is declared already. Wrap it in a lambda to "
            "declare a function of your own with other rules."
        )
    forward = run or function
    made = Primitive(
        name, _real(name, forward) if real else forward, signature_of(name, function), tuple(vjp),
        kind=kind, symbol=symbol or name, tex=tex, definition=None,
        residuals=residuals or {}, domain=domain, promotes=promotes,
        jvp=None if jvp is None else tuple(jvp),
    )  # fmt: skip
    _register(made)
    if isinstance(function, np.ufunc):
        UFUNCS[function] = made
    return made


def composite(
    name: str,
    definition: Callable[..., Any],
    fused: Callable[..., Any],
    *,
    vjp: tuple[Rule, ...],
    jvp: tuple[Rule, ...] | None = None,
    kind: str = GENERAL,
    symbol: str | None = None,
    tex: str | None = None,
    residuals: Mapping[str, Callable[..., Any]] | None = None,
    real: bool = False,
) -> Primitive:
    """Declare a function that is defined in primitives and carries a fast path.

    definition: the function in NumPy operations, as a book writes it.  Drawings open into it,
        `with expanded():` runs it, and a test derived from the record holds `fused` to it.
    fused: the same function, stable and in few passes, with the rules `vjp` of its own.

    The other arguments are those of `primitive`.
    """
    made = Primitive(
        name, _real(name, fused) if real else fused, signature_of(name, fused), tuple(vjp),
        kind=kind, symbol=symbol or name, tex=tex, definition=definition,
        residuals=residuals or {}, domain=(-np.inf, np.inf),
        jvp=None if jvp is None else tuple(jvp),
    )  # fmt: skip
    _register(made)
    return made


def _real(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, refusing complex operands."""

    def forward(*args: Any, **params: Any) -> Any:
        for arg in args:
            dtype = getattr(arg, "dtype", None)
            if type(arg) is complex or (dtype is not None and dtype.kind == "c"):
                raise DTypeError(
                    f"{name}: complex numbers are not covered. Take np.abs of them first; the "
                    "definition of a composite may hold for them: `with expanded():` runs it."
                )
        return function(*args, **params)

    return forward


def _by_name(name: str) -> Primitive:
    return REGISTRY[name]


def signature_of(name: str, function: Any) -> Signature:
    """The names of the inputs and of the parameters, whether the inputs are `*xs`, and defaults."""
    if isinstance(function, np.ufunc):
        return ("x", "y", "z")[: function.nin], (), False, {}
    code = getattr(function, "__code__", None)
    if code is None:
        raise DeclarationError(
            f"primitive {name}: the names of {function!r}'s arguments cannot be read. "
            "Wrap it in a lambda whose arguments name the inputs."
        )
    count, total = code.co_argcount, code.co_argcount + code.co_kwonlyargcount
    params = code.co_varnames[count:total]
    if code.co_flags & _VARARGS:
        if count:
            raise DeclarationError(f"primitive {name}: use either named inputs or *xs, not both.")
        return (code.co_varnames[total],), params, True, function.__kwdefaults__ or {}
    return code.co_varnames[:count], params, False, function.__kwdefaults__ or {}


def _register(made: Primitive) -> None:
    if made.name in REGISTRY:
        raise DeclarationError(f"primitive {made.name}: this name is taken; choose another.")
    check(made)
    REGISTRY[made.name] = made


def check(made: Primitive) -> None:
    """Refuse a record that contradicts itself, and name its rules for tracebacks."""
    if made.kind not in _KINDS:
        raise DeclarationError(f"primitive {made.name}: kind {made.kind!r} is not one of {_KINDS}.")
    for rules in (made.rules, made.jvp or made.rules):
        if len(rules) != len(made.inputs):
            raise DeclarationError(
                f"primitive {made.name}: {len(rules)} rules for the inputs {made.inputs}; "
                "give one rule for each input."
            )
    for template, known in ((made.tex, made.inputs), (made.symbol, made.params)):
        if template and "{" in template:
            _check_template(made, template, known)
    for name, rule in zip(made.inputs, made.rules, strict=True):
        _check_rule(made, name, rule, "g", "the gradient of the result")
        rule.__name__ = rule.__qualname__ = f"vjp_{made.name}_{name}"
    for name, rule in zip(made.inputs, made.jvp or (), strict=False):
        _check_rule(made, name, rule, "t", "the tangent of that input")
        rule.__name__ = rule.__qualname__ = f"jvp_{made.name}_{name}"


def _check_template(made: Primitive, template: str, known: tuple[str, ...]) -> None:
    try:
        template.format(**dict.fromkeys(known, ""))
    except LookupError as name:
        raise DeclarationError(
            f"primitive {made.name}: the template {template!r} names {{{name}}}; "
            f"it may name {known}."
        ) from name


def _check_rule(made: Primitive, name: str, rule: Rule, first: str, meaning: str) -> None:
    """Refuse stray argument names now."""
    code = getattr(rule, "__code__", None)
    arguments = code.co_varnames[: code.co_argcount] if code else ()
    if not arguments or arguments[0] != first:
        raise DeclarationError(
            f"primitive {made.name}: the rule for {name} must be a function whose first argument "
            f"is {first}, {meaning}; it takes {arguments}."
        )
    for argument in arguments[1:]:
        if argument not in made.inputs and argument not in (known := _known_to_rules(made)):
            raise DeclarationError(
                f"primitive {made.name}: the rule for {name} asks for {argument!r}, which is none "
                f"of {sorted(known)}."
            )


def _known_to_rules(made: Primitive) -> set[str]:
    """What a rule may ask for besides its first argument."""
    shapes = [f"{name}_shape" for name in made.inputs]
    which = ["i"] if made.variadic else []
    return {*made.inputs, "out", *made.params, *made.residuals, *shapes, *which}
