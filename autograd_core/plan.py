"""Plan: what a primitive keeps and which rules it runs, for a set of inputs that need gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any

import numpy as np

Rule = Callable[..., Any]


_KEPT = 64


class Plans(dict[int, "Plan | None"]):
    """A primitive's plans, each made when it is first asked for; None where nothing is needed."""

    def __init__(self, primitive: Any) -> None:
        super().__init__()
        self.primitive = primitive

    def __missing__(self, needed: int) -> Plan | None:
        plan = Plan(self.primitive, needed) if needed else None
        if needed.bit_length() <= _KEPT:  # of many operands every number of them has a plan
            self[needed] = plan
        return plan


class Plan:
    """A primitive for one set of inputs that need a gradient.

    sources: the names of what a node has to save.  One name is saved bare, more are a tuple.
    place: where it is found: the position of the one input, or OUT, INPUTS, NOTHING, or ELSEWHERE,
        for which `keep(inputs, out, residuals, params)` collects it.
    needed: the positions of those inputs.
    pulls: for each its position, its rule, and what the rule takes besides g: ALONE, nothing;
        WHOLE, what was saved; or the place of one value in it.
    """

    __slots__ = ("keep", "needed", "place", "primitive", "pulls", "sources")

    def __init__(self, primitive: Any, needed: int) -> None:
        self.primitive = primitive
        self.needed = tuple(i for i in range(needed.bit_length()) if needed >> i & 1)
        names = [_wanted_names(primitive, i) for i in self.needed]
        wanted = {name for group in names for name in group if name != "i"}
        wanted |= {need for name in wanted for need in _residual_needs(primitive, name)}
        inputs = [name for name in primitive.inputs if name in wanted]
        self.sources = (*inputs, *sorted(wanted - {*inputs}))
        self.place = _place(primitive, self.sources)
        self.keep = _keeper(primitive, self.sources)
        self.pulls = tuple(
            (i, *_bind(primitive.rule_of(i), group, self.sources, i))
            for i, group in zip(self.needed, names, strict=True)
        )

    def contributions(self, g: Any, saved: Any) -> Iterator[tuple[int, Any]]:
        """For each input its position and what its rule sends back, as `reverse.run` does it."""
        for position, rule, take in self.pulls:
            if take >= 0:
                yield position, rule(g, saved[take])
            else:
                yield position, rule(g, saved) if take == WHOLE else rule(g)

    def saved(self, node_saved: Any) -> tuple[Any, ...]:
        """What a node saved as a tuple in the order of the sources."""
        return (node_saved,) if len(self.sources) == 1 else node_saved or ()


# Below all positions.
OUT, NOTHING, INPUTS, ELSEWHERE = range(-4, 0)
WHOLE, ALONE = range(-2, 0)


def _place(made: Any, sources: tuple[str, ...]) -> Any:
    """The most common forms of what is kept, which recording finds without a call."""
    if not sources:
        return NOTHING
    if sources == ("out",):
        return OUT
    if made.variadic or not set(sources) <= set(made.inputs):
        return ELSEWHERE
    if len(sources) == 1:
        (only,) = sources
        return made.inputs.index(only)
    return INPUTS if sources == made.inputs else ELSEWHERE


def _wanted_names(made: Any, position: int) -> tuple[str, ...]:
    code = made.rule_of(position).__code__
    names: tuple[str, ...] = code.co_varnames[1 : code.co_argcount]
    return names


def _residual_needs(made: Any, name: str) -> tuple[str, ...]:
    """The inputs and parameters from which a residual can be computed again."""
    function = made.residuals.get(name)
    return (
        () if function is None else function.__code__.co_varnames[: function.__code__.co_argcount]
    )


def _bind(rule: Rule, names: Sequence[str], sources: tuple[str, ...], i: int) -> tuple[Rule, int]:
    """The rule and what it takes besides g.  The forms that need no function around the rule are
    those of nearly all rules: a call costs as much as the product of two numbers."""
    if not names:
        return rule, ALONE
    bare = len(sources) == 1
    if "i" not in names:
        places = [sources.index(name) for name in names]
        if bare:
            return rule, WHOLE
        if len(places) == 1:
            return rule, places[0]
        pick = itemgetter(*places)
        return lambda g, saved: rule(g, *pick(saved)), WHOLE
    takes = [None if name == "i" else sources.index(name) for name in names]
    return lambda g, saved: rule(
        g, *[i if p is None else (saved if bare else saved[p]) for p in takes]
    ), WHOLE


def _keeper(made: Any, sources: tuple[str, ...]) -> Callable[..., Any]:
    """A function (inputs, out, residuals, params) -> the sources' values."""
    match [source_of(made, name) for name in sources]:
        case [only]:
            return only
        case [first, second]:  # elements and powers: without a list in between
            return lambda args, out, extra, params: (
                first(args, out, extra, params),
                second(args, out, extra, params),
            )
        case takes:
            return lambda args, out, extra, params: tuple(
                [f(args, out, extra, params) for f in takes]
            )


def source_of(made: Any, name: str) -> Callable[..., Any]:  # noqa: PLR0911  one for each kind of name
    """How to find one named value at the moment of recording: (inputs, out, residuals, params)."""
    if name == "out":
        return lambda args, out, extra, params: out
    if name in made.params:
        return lambda args, out, extra, params: params[name]
    if name in made.residuals:
        place = list(made.residuals).index(name)
        return lambda args, out, extra, params: extra[place]
    if made.variadic:
        if name in made.inputs:
            return lambda args, out, extra, params: tuple(args)
        return lambda args, out, extra, params: tuple([np.shape(a) for a in args])
    if name in made.inputs:
        place = made.inputs.index(name)
        return lambda args, out, extra, params: args[place]
    place = made.inputs.index(name.removesuffix("_shape"))
    return lambda args, out, extra, params: np.shape(args[place])
