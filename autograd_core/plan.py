"""Plan: what a primitive keeps and which rules it runs, for a set of inputs that need gradients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

import numpy as np

Rule = Callable[..., Any]
Pull = Callable[[Any, Any], Any]


class Plans(dict[int, "Plan"]):
    """A primitive's plans, each made when it is first asked for."""

    def __init__(self, primitive: Any) -> None:
        super().__init__()
        self.primitive = primitive

    def __missing__(self, needed: int) -> Plan:
        plan = self[needed] = Plan(self.primitive, needed)
        return plan


class Plan:
    """A primitive for one set of inputs that need a gradient.

    sources: the names of what a node has to save.  One name is saved bare, more are a tuple.
    place: where it is found: the position of the one input, or OUT, INPUTS, NOTHING, or ELSEWHERE,
        for which `keep(inputs, out, residuals, params)` collects it.
    needed: the positions of those inputs.
    pulls: for each its position and its rule, as a function of g and of what was saved.
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
            (i, _bind(primitive.rule_of(i), group, self.sources, i))
            for i, group in zip(self.needed, names, strict=True)
        )

    def saved(self, node_saved: Any) -> tuple[Any, ...]:
        """What a node saved as a tuple in the order of the sources."""
        return (node_saved,) if len(self.sources) == 1 else node_saved or ()


OUT, INPUTS, NOTHING, ELSEWHERE = -1, -2, -3, -4


def _place(made: Any, sources: tuple[str, ...]) -> Any:
    """The most common forms of what is kept, which recording finds without a call."""
    if not sources:
        return NOTHING
    if sources == ("out",):
        return OUT
    if made.variadic or not set(sources) <= set(made.inputs):
        return ELSEWHERE
    if len(sources) == 1:
        return made.inputs.index(sources[0])
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


def _bind(rule: Rule, names: Sequence[str], sources: tuple[str, ...], i: int) -> Pull:
    """The rule as a function of g and of what was saved."""
    if "i" in names:
        bare = len(sources) == 1
        takes = [None if name == "i" else sources.index(name) for name in names]
        return lambda g, saved: rule(
            g, *[i if p is None else (saved if bare else saved[p]) for p in takes]
        )
    if len(sources) == 1 and names:  # saved bare: the rule takes it as it is
        return rule
    match [sources.index(name) for name in names]:
        case []:
            return lambda g, saved: rule(g)
        case [a]:
            return lambda g, saved: rule(g, saved[a])
        case [a, b]:
            return lambda g, saved: rule(g, saved[a], saved[b])
        case places:
            pick = itemgetter(*places)
            return lambda g, saved: rule(g, *pick(saved))


def _keeper(made: Any, sources: tuple[str, ...]) -> Callable[..., Any]:
    """A function (inputs, out, residuals, params) -> the sources' values."""
    takes = [_source(made, name) for name in sources]
    if len(takes) == 1:
        return takes[0]
    return lambda args, out, extra, params: tuple([f(args, out, extra, params) for f in takes])


def _source(made: Any, name: str) -> Callable[..., Any]:  # noqa: PLR0911  one for each kind of name
    """How to find one named value at the moment of recording."""
    if name == "out":
        return lambda args, out, extra, params: out
    if name in made.params:
        return lambda args, out, extra, params: params[name]
    if name in made.residuals:
        place = list(made.residuals).index(name)
        return lambda args, out, extra, params: extra[place]
    if made.variadic:
        if name == made.inputs[0]:
            return lambda args, out, extra, params: tuple(args)
        return lambda args, out, extra, params: tuple([np.shape(a) for a in args])
    if name in made.inputs:
        place = made.inputs.index(name)
        return lambda args, out, extra, params: args[place]
    place = made.inputs.index(name.removesuffix("_shape"))
    return lambda args, out, extra, params: np.shape(args[place])
