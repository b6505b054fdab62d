"""The chain rule along paths: every way from the result to a value, the product of the local
derivatives along it, and the sum of these products."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from autograd_core.draw.snapshot import Edge, Snapshot
from autograd_core.explain.algebra import value_of
from autograd_core.explain.explanation import Formula, Line, Part
from autograd_core.explain.naming import Names, is_exact, number_of, numeral
from autograd_core.explain.steps import EQUALS, ROUGHLY, Steps

MOST = 64  # paths that are told; more are only counted
COUNTED = 10**18  # of more paths it is only said that there are more
_LONG = 12  # steps of a path that is told in full


class Paths:
    """The paths from the result of a snapshot of numbers back to its values.

    counts: how many paths lead to each value, found without walking them: as many as lead to its
        readers together.
    """

    def __init__(self, steps: Steps, result: int) -> None:
        self.snapshot: Snapshot = steps.snapshot
        self.names: Names = steps.names
        self.steps = steps
        self.result = result
        self.counts = Counter({result: 1})
        for step in reversed(self.snapshot.forward):
            for index in steps.algebra.edges[step]:
                source = self.snapshot.edges[index].source
                self.counts[source] = min(COUNTED, self.counts[source] + self.counts[step])

    def lines(self, asked: Sequence[int]) -> Iterator[Line]:
        """A line for each path to these values, and their sums; a sentence where there are too
        many."""
        told = [wrt for wrt in asked if self.counts[wrt] and wrt != self.result]
        total = sum(self.counts[wrt] for wrt in told)
        if len(told) > 1 and total > MOST:
            many = f"{_many(total)} paths lead to the {len(told)} variables."
            yield Line((f"{many} wrt= tells those that lead to one of them.",))
            return
        for wrt in told:
            yield from self._to(wrt)

    def _to(self, wrt: int) -> Iterator[Line]:
        """The lines for one value."""
        if self.counts[wrt] > MOST:
            rest = ". So many are not told one by one: the backward pass sums them step by step."
            told = (
                f"{_many(self.counts[wrt])} paths lead from the result to ",
                self.names.value(wrt),
            )
            yield Line((*told, rest), 1, wrt)
            return
        products: list[float] = []
        start = number_of(self.snapshot.vertices[self.result].gradient)
        for path in self._walk(wrt):
            along = [start, *(self._local(self.snapshot.edges[index]) for index in path)]
            factors = [x for x in along if x is not None]
            if len(factors) == len(along):
                products.append(math.prod(factors))
                shown = factors[1:] if start == 1 else factors
                yield Line(tuple(self._told(path, shown, products[-1])), 1, wrt, tuple(path))
        if len(products) == self.counts[wrt] > 1:
            yield Line(tuple(self._total(wrt, products)), 1, wrt)

    def _walk(self, wrt: int) -> Iterator[list[int]]:
        """Every path as the edges from the result to the value, depth first."""
        between = self.steps.algebra.computed_from([wrt])

        def edges(step: int) -> Iterator[int]:
            into = self.steps.algebra.edges[step]
            return (index for index in into if self.snapshot.edges[index].source in between)

        path: list[int] = []
        waiting = [edges(self.result)]
        while waiting:
            index = next(waiting[-1], None)
            if index is None:
                waiting.pop()
                del path[-1:]
                continue
            source = self.snapshot.edges[index].source
            if source == wrt:
                yield [*path, index]
            else:
                path.append(index)
                waiting.append(edges(source))

    def _local(self, edge: Edge) -> float | None:
        """The local derivative along an edge: a rule is linear in the gradient that arrives, so it
        is what was sent for 1 that arrived, or else what the rule would send."""
        sent = number_of(edge.gradient)
        arrived = number_of(self.snapshot.vertices[edge.target].gradient)
        if sent is not None and arrived and math.isfinite(arrived):
            return sent / arrived
        local = self.steps.algebra.rule(edge)
        values = None if local is None else self.steps.values(local, edge.target)
        if local is None or values is None:
            return None
        return value_of(local.expression, values | {"g": 1.0})

    def _told(self, path: list[int], factors: list[float], product: float) -> Iterator[Part]:
        names = [self.names.value(self.result)]
        names += [self.names.value(self.snapshot.edges[index].source) for index in path]
        yield _chain(names, " → ", r" \to ")
        yield ": "
        if len(factors) > 1:
            shown = [_factor(x) for x in factors]
            yield _chain(shown, " · ", r" \cdot ")
            yield EQUALS if all(map(is_exact, [*factors, product])) else ROUGHLY
        yield numeral(product)

    def _total(self, wrt: int, products: list[float]) -> Iterator[Part]:
        yield f"The sum of the {len(products)} paths: "
        yield self.names.gradient(wrt)
        yield EQUALS
        yield _chain([_factor(x) for x in products], " + ", " + ")
        total = math.fsum(products) if all(map(math.isfinite, products)) else sum(products)
        yield EQUALS if all(map(is_exact, [*products, total])) else ROUGHLY
        yield numeral(total)


def _many(count: int) -> str:
    return "More than 10¹⁸" if count >= COUNTED else f"{count:,}"


def _factor(x: float) -> Formula:
    """A number between others: a negative one in parentheses."""
    text, tex = numeral(x)
    negative = text.startswith("−")
    return Formula(f"({text})", rf"\left({tex}\right)") if negative else Formula(text, tex)


def _chain(items: list[Formula], sign: str, tex_sign: str) -> Formula:
    """Formulas in a row; of many the first and the last."""
    if len(items) > _LONG:
        half = _LONG // 2
        count = f"{len(items) - 2 * half:,}"
        between = Formula(f"… {count} more …", rf"\dots \text{{{count} more}} \dots")
        items = [*items[:half], between, *items[-half:]]
    texts, texs = zip(*items, strict=True)
    return Formula(sign.join(texts), tex_sign.join(texs))
