"""The local steps of the forward and the backward pass, each in words, formula and numbers."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np

from autograd_core.draw.labels import one_line
from autograd_core.draw.snapshot import Edge, Snapshot, Value
from autograd_core.explain.algebra import (
    Algebra,
    Local,
    multiplies_matrices,
    written,
    written_shapes,
)
from autograd_core.explain.explanation import Formula, Line, Part, listed
from autograd_core.explain.naming import (
    Names,
    elements,
    is_exact,
    number_of,
    numeral,
    shape_formula,
)
from autograd_core.explain.params import told_arrays
from autograd_core.primitive import REGISTRY
from autograd_core.shapes import broadcast_axes, is_broadcast_of
from autograd_core.symbolic import Expression, Symbol

MOST = 40  # steps of one pass that are told; of more the first and the last ones
_TERMS = 8  # of a sum that is told in numbers
_LONG = 100  # characters of a formula that is not told with its numbers as well

EQUALS, ROUGHLY = Formula(" = ", " = "), Formula(" ≈ ", r" \approx ")
GAP = Formula("   ", r" \quad ")


class Steps:
    """The lines for single operations."""

    def __init__(self, snapshot: Snapshot, names: Names, algebra: Algebra) -> None:
        self.snapshot = snapshot
        self.names = names
        self.algebra = algebra
        self.broken = self._first_broken()
        self.sent_broken = self._first_sent_broken()

    # ── forward ───────────────────────────────────────────────────────────────────────────────
    def forward(self, steps: Sequence[int]) -> Iterator[Line]:
        """A line for each operation: n2 = apple · count = 100 · 2 = 200."""
        for step in _shortened(steps, self.broken):
            if isinstance(step, str):
                yield Line((step,))
            else:
                yield Line(tuple(self._computed(step)), 1, step, tuple(self.algebra.edges[step]))

    def altogether(self, result: int) -> Iterator[Line]:
        """The whole computation as one formula, if it is short."""
        whole: dict[int, Expression] = {}
        for step in self.snapshot.forward:
            call = self.algebra.call(step)
            if call is None:
                return
            for vertex in set(call.operands.values()) - {step}:
                value = self.snapshot.vertices[vertex].value or Value()
                known = whole.setdefault(vertex, Symbol(f"{vertex}", value.shape, value.dtype))
                if known.shape != value.shape:
                    return  # not a record of what these operations do
            symbols = call.expression.symbols()
            operands = {symbol: whole[call.operands[symbol.name]] for symbol in symbols}
            whole[step] = call.expression.evaluate(operands)
        read = whole[result].symbols()
        formula = written(whole[result], {s.name: self.names.value(int(s.name)) for s in read})
        if len(formula.text) <= _LONG:
            yield Line(("Altogether: ", self.names.value(result), EQUALS, formula), 1, result)

    def _computed(self, vertex: int) -> Iterator[Part]:
        value = self.snapshot.vertices[vertex].value
        call, definition = self.algebra.call(vertex), self.algebra.definition(vertex)
        yield self.names.value(vertex)
        for local in filter(None, (call, definition)):
            formula = written(local.expression, self._named(local))
            if local is call or len(formula.text) <= _LONG:
                yield EQUALS
                yield formula
        if call is None:
            yield from self._unknown(vertex)
        yield from self._result(value, definition or call)
        arrays = told_arrays(self.snapshot.vertices[vertex].params)
        yield f", with {listed(arrays)}" if arrays else ""
        if vertex == self.broken:
            yield f" (the first {_what(value)} of the forward pass)"

    def _unknown(self, vertex: int) -> Iterator[Part]:
        """An operation without a formula: a folded scope, or one that is not declared here."""
        sources = [self.snapshot.edges[i].source for i in self.algebra.edges[vertex]]
        operands = listed([self.names.words(source) for source in sources] or ["nothing"])
        yield f" is made by {self.names.sign(vertex)} from {operands}"

    def _first_broken(self) -> int | None:
        """The first operation that made a NaN or an infinity of finite numbers."""
        broken = [_is_broken(vertex.value) for vertex in self.snapshot.vertices]
        for step in self.snapshot.forward:
            sources = [self.snapshot.edges[index].source for index in self.algebra.edges[step]]
            if broken[step] and not any(broken[source] for source in sources):
                return step
        return None

    def _first_sent_broken(self) -> int | None:
        """The first edge along which a NaN or an infinity comes back for a finite gradient."""
        for step in self.snapshot.backward:
            if not _is_broken(self.snapshot.vertices[step].gradient):
                for index in self.algebra.edges[step]:
                    if _is_broken(self.snapshot.edges[index].gradient):
                        return index
        return None

    # ── backward ──────────────────────────────────────────────────────────────────────────────
    def backward(self, steps: Sequence[int], wanted: AbstractSet[int]) -> Iterator[Line]:
        """For each operation what arrives and what it sends to each operand, and the sum where
        several gradients meet.

        wanted: the vertices whose gradients are told.
        """
        readers = self._readers(steps, wanted)
        broken = None if self.sent_broken is None else self.snapshot.edges[self.sent_broken].target
        for step in _shortened(steps, broken):
            if isinstance(step, str):
                yield Line((step,))
                continue
            pattern = self._pattern(step, readers)
            arrives = (*self._arrives(step), f"{pattern}:")
            yield Line(arrives, 1, step, tuple(self.algebra.edges[step]))
            for index in self.algebra.edges[step]:
                edge = self.snapshot.edges[index]
                sent = readers.get(edge.source, ())
                if sent:
                    line = [*self._sent(edge, len(sent) > 1), *self._words(edge, bool(pattern))]
                    if index == self.sent_broken:
                        line.append(f" (the first {_what(edge.gradient)} of the backward pass)")
                    yield Line(tuple(line), 2, edge.source, (index,))
                if len(sent) > 1 and index == sent[-1]:
                    yield self._sum(edge.source, sent)

    def _readers(self, steps: Iterable[int], wanted: AbstractSet[int]) -> dict[int, list[int]]:
        """For each value the edges along which gradients come back to it, in their order."""
        readers: dict[int, list[int]] = {}
        for step in steps:
            for index in self.algebra.edges[step]:
                source = self.snapshot.edges[index].source
                if source in wanted:
                    readers.setdefault(source, []).append(index)
        return readers

    def _arrives(self, vertex: int) -> Iterator[Part]:
        yield f"{self.names.sign(vertex)} gave "
        yield self.names.value(vertex)
        gradient = self.snapshot.vertices[vertex].gradient
        if gradient is not None:
            yield "; "
            yield self.names.gradient(vertex)
            if gradient.numbers is not None:
                yield from _outcome(gradient)
            yield " comes back"
            if gradient.numbers is None:
                yield f", {elements(gradient)}"

    def _pattern(self, vertex: int, told: Container[int]) -> str:
        """What the rules of two operands have in common, if the gradients of both are told."""
        edges = [self.snapshot.edges[index] for index in self.algebra.edges[vertex]]
        rules = [self.algebra.rule(edge) for edge in edges if edge.source in told]
        if len(edges) != 2 or len(rules) != 2:
            return ""
        factors = [_factors(rule) for rule in rules]
        if factors == [["g"], ["g"]]:
            return ". It goes to both as it is"
        others = [[*rule.operands][1 - place] for place, rule in enumerate(rules) if rule]
        if factors == [["g", other] for other in others]:
            return ". Each factor gets it times the other one"
        return ""

    def _sent(self, edge: Edge, several: bool) -> Iterator[Part]:
        """∂apple = ∂n2 · count = 1.1 · 2 = 2.2"""
        yield self.names.gradient(edge.source)
        local, _ = self._rule(edge)
        if local is None:
            yield from _by_text(edge, self.names.gradient(edge.target))
        else:
            yield " receives " if several else EQUALS
            yield written(local.expression, self._named(local, edge.target))
        yield from self._result(edge.gradient, local, edge.target)

    def _rule(self, edge: Edge) -> tuple[Local | None, tuple[int, ...]]:
        """The rule with the sum that undoes broadcasting, and the axes of that sum."""
        local = self.algebra.rule(edge)
        value = self.snapshot.vertices[edge.source].value
        if local is None or value is None or local.expression.shape == value.shape:
            return local, ()
        rule = local.expression
        if not is_broadcast_of(rule.shape, value.shape):
            return local, ()
        axes = broadcast_axes(rule.shape, value.shape)
        summed = rule.sum(axes[0] if len(axes) == 1 else axes).reshape(value.shape)
        return Local(summed, local.operands), axes

    def _words(self, edge: Edge, is_said: bool) -> Iterator[Part]:
        """What happens to the gradient, in a few words.

        is_said: whether the line above said already that it is passed on.
        """
        local, axes = self._rule(edge)
        arrived = self.snapshot.vertices[edge.target].gradient
        if axes and local is not None:
            along = "the batch axis" if axes == (0,) and local.expression.ndim == 1 else _axes(axes)
            yield f": summed over {along}, along which {self.names.words(edge.source)} was repeated"
        elif _is_zero(edge.gradient) and not _is_zero(arrived):
            yield ": nothing passes here"
        elif local is not None and isinstance(local.expression, Symbol):
            yield "" if is_said else ": passed on as it is"
        elif local is not None and _repeats(local.expression):
            yield ": each element gets the gradient of what it went into"
        elif local is not None and local.expression.operation is REGISTRY["scatter"]:
            yield ": what was picked gets its gradient back"
            if _picks_freely(local.expression.params["index"]):
                yield " (the sum, if it was picked several times)"
            yield ", all else 0"

    def _sum(self, vertex: int, sent: Sequence[int]) -> Line:
        """The sum of what the readers of a value sent."""
        known = [number_of(self.snapshot.edges[index].gradient) for index in sent]
        numbers = [x for x in known if x is not None]
        gradient = self.snapshot.vertices[vertex].gradient
        parts: list[Part] = [self.names.gradient(vertex)]
        exact = True
        if len(numbers) == len(sent) <= _TERMS:
            parts += [EQUALS, _joined([numeral(x) for x in numbers])]
            exact = all(map(is_exact, numbers))
        parts += _outcome(gradient, exact)
        parts.append(f", the sum over the {len(sent)} places that read ")
        return Line((*parts, self.names.value(vertex)), 2, vertex, tuple(sent))

    # ── formulas with names and with numbers ──────────────────────────────────────────────────
    def _named(self, local: Local, arrived: int | None = None) -> dict[str, Formula]:
        names = {name: self.names.value(vertex) for name, vertex in local.operands.items()}
        return names if arrived is None else names | {"g": self.names.gradient(arrived)}

    def _result(
        self, value: Value | None, local: Local | None, arrived: int | None = None
    ) -> Iterator[Part]:
        """What a formula gives: by its numbers, or the shapes of matrices that are multiplied."""
        exact = True
        if local is not None and multiplies_matrices(local.expression):
            yield GAP
            yield shape_formula(local.expression.shape)
            yield EQUALS
            yield written_shapes(local.expression)
            if value is not None and value.numbers is not None:
                yield Formula("  ", r" \quad")  # before a sign with blanks of its own
        elif local is not None and not local.expression.shape:
            exact, numbers = self._numbers(local, arrived)
            yield from numbers
        yield from _outcome(value, exact)

    def _numbers(self, local: Local, arrived: int | None) -> tuple[bool, list[Part]]:
        """The formula in numbers, where it consists of several, and whether four digits tell each
        of them."""
        known = self.values(local, arrived)
        if known is None:
            return True, []
        exact = all(map(is_exact, known.values()))
        shown = written(local.expression, {name: numeral(x) for name, x in known.items()})
        single = {numeral(x).text.lstrip("−") for x in known.values()}
        if shown.text.lstrip("−") in single or len(shown.text) > _LONG:
            return exact, []
        return exact, [EQUALS, shown]

    def values(self, local: Local, arrived: int | None = None) -> dict[str, float] | None:
        """The numbers that the symbols of a formula stand for; None where one is no number."""
        vertices = self.snapshot.vertices
        known: dict[str, float] = {}
        for symbol in local.expression.symbols():
            if symbol.name in local.operands:
                value = vertices[local.operands[symbol.name]].value
            else:
                value = None if arrived is None else vertices[arrived].gradient
            number = number_of(value)
            if number is None:
                return None
            known[symbol.name] = number
        return known


def _shortened(steps: Sequence[int], also: int | None) -> Iterator[int | str]:
    """The steps; of many only the first, the last and `also`, with a word on those in between."""
    half = MOST // 2
    left_out = 0
    for place, step in enumerate(steps):
        if len(steps) <= MOST or not half <= place < len(steps) - half or step == also:
            if left_out:
                yield f"… {left_out:,} steps are left out here …"
            left_out = 0
            yield step
        else:
            left_out += 1


def _is_broken(value: Value | None) -> bool:
    return value is not None and bool(value.nans or value.infs)


def _what(value: Value | None) -> str:
    return "NaN" if value is not None and value.nans else "infinity"


def _outcome(value: Value | None, exact: bool = True) -> Iterator[Part]:
    """The number, the elements of a small array, or a word on those of a large one."""
    if value is None:
        return
    number = number_of(value)
    if number is not None:
        yield EQUALS if exact and is_exact(number) else ROUGHLY
        yield numeral(number)
    elif value.numbers is not None and value.size:
        yield EQUALS if exact and _are_exact(value) else ROUGHLY
        shown = one_line(value)
        yield Formula(shown.replace("-", "−"), shown)
    else:
        yield GAP
        yield elements(value)


def _are_exact(value: Value) -> bool:
    """Whether four digits tell each element, real or complex."""
    numbers = [complex(x) for x in np.ravel(value.numbers)]
    return all(is_exact(z.real) and is_exact(z.imag) for z in numbers)


def _by_text(edge: Edge, arrived: Formula) -> Iterator[Part]:
    """A rule of which only the text is known."""
    if edge.rule is not None:
        yield f" by the rule {edge.rule}, with g = "
        yield arrived
    else:
        yield " by a rule of its own"


def _axes(axes: tuple[int, ...]) -> str:
    return f"axis {axes[0]}" if len(axes) == 1 else f"the axes {listed([*map(str, axes)])}"


def _factors(rule: Local | None) -> list[str] | None:
    """The symbols' names of a rule that is a symbol or a product of two, g first."""
    if rule is None:
        return None
    found = rule.expression
    product = found.operation is REGISTRY["multiply"]
    names = [o.name for o in (found.operands if product else (found,)) if isinstance(o, Symbol)]
    return sorted(names, key="g".__ne__) or None


def _picks_freely(index: Any) -> bool:
    """Whether an index may name an element several times."""
    parts = index if isinstance(index, tuple) else (index,)
    return any(isinstance(part, np.ndarray) and part.dtype != bool for part in parts)


def _repeats(rule: Expression) -> bool:
    """Whether a rule only gives each element what belongs to the one result."""
    inner = rule
    while inner.operation in (REGISTRY["broadcast_to"], REGISTRY["reshape"]):
        (inner,) = inner.operands
    return isinstance(inner, Symbol) and inner.size < rule.size


def _is_zero(value: Value | None) -> bool:
    return value is not None and value.zeros > 0 and value.zeros == int(np.prod(value.shape))


def _joined(terms: Sequence[Formula]) -> Formula:
    """Terms with plus signs between."""
    text, tex = terms[0]
    for term in terms[1:]:
        minus = term.text.startswith("−")
        text += f" − {term.text[1:]}" if minus else f" + {term.text}"
        tex += f" - {term.latex[1:]}" if term.latex.startswith("-") else f" + {term.latex}"
    return Formula(text, tex)
