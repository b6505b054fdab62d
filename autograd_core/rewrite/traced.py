"""Rules whose left side depends on shapes and parameters: it is traced anew for what is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any, NamedTuple

from autograd_core.errors import AutogradError
from autograd_core.mode import mode
from autograd_core.rewrite.engine import simplified
from autograd_core.rewrite.patterns import Match, matches
from autograd_core.rewrite.rule import Rewritten, Rule
from autograd_core.shapes import Shape
from autograd_core.symbolic import Call, Expression, Literal, Symbol, expression, on_symbols

Types = tuple[tuple[Shape, str], ...]  # of each argument the shape and the dtype


class Traced(NamedTuple):
    """Both sides on symbols of some shapes; the left one simplified."""

    pattern: Expression
    right: Expression
    symbols: tuple[Symbol, ...]


@dataclass(frozen=True, eq=False, repr=False)
class TracedRule(Rule):
    """A rule whose left side depends on shapes and parameters, and is traced anew for each.

    names: of the arguments.
    samples: shapes of the arguments to try, for the forms that the left side can have.
    params: the parameters' defaults.   rules: what the left side is simplified by, as everything
    will be before this rule is asked.

    The operations of a form, whatever its literals and parameters, tell where the arguments are;
    the left side for arguments of these shapes then has to be what was found.
    """

    names: tuple[str, ...] = ()
    samples: Callable[[], Iterable[tuple[Shape, ...]]] = tuple
    params: Mapping[str, Any] = field(default_factory=dict)
    rules: Sequence[Rule] = ()
    memory: dict[Any, Traced | None] = field(default_factory=dict)

    @cached_property
    def forms(self) -> tuple[Traced, ...]:
        """The left side on the samples, each form of it once."""
        found: dict[Any, Traced] = {}
        for shapes in self.samples():
            for values in product(*map(_tried, self.params.items())):
                types = tuple((shape, "float64") for shape in shapes)
                traced = self._trace(types, dict(zip(self.params, values, strict=True)))
                if traced is not None:
                    found.setdefault(_form(traced.pattern), traced)
        return tuple(found.values())

    def on(self, shapes: tuple[Shape, ...]) -> Traced | None:
        """Both sides on symbols of these shapes, None if they do not take them."""
        return self._trace(tuple((shape, "float64") for shape in shapes), self.params)

    @property
    def patterns(self) -> tuple[Expression, ...]:
        """The forms of the left side."""
        return tuple(traced.pattern for traced in self.forms)

    @property
    def sides(self) -> tuple[Expression, Expression]:
        """Both sides on symbols."""
        return self.forms[-1][:2]

    def apply(self, node: Expression) -> Iterator[Rewritten]:
        """What the rule makes of an expression, in every way in which it can be used on it."""
        for form in self.forms:
            for found in matches(form.pattern, node, loosely=True):
                operands = [found[symbol] for symbol in form.symbols]
                for params in self._settings(found):
                    yield from self._exactly(node, operands, params)

    def _exactly(
        self, node: Expression, operands: list[Expression], params: Match
    ) -> Iterator[Rewritten]:
        types = [(x.shape, str(x.dtype)) for x in operands]
        traced = self._trace(tuple(types), params)
        if traced is None:
            return
        for found in matches(traced.pattern, node):
            exact = [found[symbol] for symbol in traced.symbols]
            if [(x.shape, str(x.dtype)) for x in exact] == types:
                yield from self._replace(node, traced.pattern, exact, params, self.names)

    def _settings(self, found: Match) -> Iterator[dict[str, Any]]:
        """The parameters that it may have: its defaults, and what its parts have."""
        nodes = [node for node in found.values() if isinstance(node, Expression)]
        choices = []
        for name, default in self.params.items():
            values = [default, *(node.params[name] for node in nodes if name in node.params)]
            choices.append(list({repr(value): value for value in values}.values()))
        for chosen in product(*choices):
            yield dict(zip(self.params, chosen, strict=True))

    def _trace(self, types: Types, params: Match) -> Traced | None:
        key = (types, repr(params))
        if key not in self.memory:
            self.memory[key] = self._traced(types, params)
        return self.memory[key]

    def _traced(self, types: Types, params: Match) -> Traced | None:
        """None where the code does not take such arguments, or does not need one of them."""
        symbols = tuple(Symbol(name, *of) for name, of in zip(self.names, types, strict=True))
        try:
            with mode(expanded=False), on_symbols(self.name):
                left = expression(self.left(*symbols, **params))
                pattern = simplified(left, self.rules)
                right = expression(self.right(*symbols, **params))
        except AutogradError:
            return None
        needed = set(pattern.symbols())
        whole = isinstance(pattern, Call) and needed.issuperset(symbols)
        return Traced(pattern, right, symbols) if whole else None


def _tried(param: tuple[str, Any]) -> list[Any]:
    """Values of a parameter that may give other forms.  A `where` is a mask, not a choice."""
    name, default = param
    if name == "axis":
        return list({repr(axis): axis for axis in (default, None, 0, -1)}.values())
    return [False, True] if isinstance(default, bool) and name != "where" else [default]


def _form(pattern: Expression) -> Any:
    """The operations of a pattern and what they are done on, without literals and parameters."""
    nodes = pattern.nodes()
    place = {node: number for number, node in enumerate(nodes)}
    return tuple(
        node.name if isinstance(node, Symbol) else
        None if isinstance(node, Literal) else
        (id(node.operation), *(place[operand] for operand in node.operands))
        for node in nodes
    )  # fmt: skip
