"""The engine: rules are used on an expression, one step at a time, until none applies.

Operands come before what reads them.  Expressions are shared, and the engine counts the readers of
each: a step is taken only if the graph then has fewer operations, or as many and simpler ones.
What other parts read too stays, and is not made twice.  So there is an end to every sequence of
steps, whatever the rules are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from autograd_core.ops import elementwise, products
from autograd_core.rewrite.folding import ANY
from autograd_core.rewrite.patterns import size
from autograd_core.rewrite.rule import Rewritten, Rule
from autograd_core.symbolic import Call, Expression


@dataclass(frozen=True, eq=False, slots=True)
class Step:
    """One use of a rule.

    before, after: the part that was rewritten, and what stands in its place.
    arguments: what the rule's arguments stood for.
    removed, added: the operations that the graph has no more, and those that it has now.
    """

    rule: Rule
    before: Expression
    after: Expression
    arguments: Mapping[str, Any]
    removed: tuple[Expression, ...]
    added: tuple[Expression, ...]

    def apply(self, whole: Expression) -> Expression:
        """The whole expression after this step."""
        return substitute(whole, {self.before: self.after})

    def __str__(self) -> str:
        return f"{self.rule.name}: {self.rule.equation}"


def rewrite(expression: Expression, rules: Sequence[Rule]) -> Iterator[Step]:
    """The steps that simplify an expression, in the order in which they are taken.

    Of several rules that apply to an operation the first is used.  The same expression and rules
    always give the same steps.

    >>> from autograd_core.rewrite import ALGEBRA
    >>> from autograd_core.symbolic import symbols
    >>> import numpy as np
    >>> (x,) = symbols("x")
    >>> for step in rewrite(np.log(np.exp(-(-x)) * 1), ALGEBRA):
    ...     print(step)
    double negation: −(−x) = x
    product with 1: x · 1 = x
    logarithm of exp: log(exp(x)) = x
    """
    return _Rewriting(expression, rules).steps()


def simplified(expression: Expression, rules: Sequence[Rule]) -> Expression:
    """The expression after all steps of `rewrite`.

    >>> from autograd_core.rewrite import ALGEBRA
    >>> from autograd_core.symbolic import symbols
    >>> (x,) = symbols("x")
    >>> print(simplified(1 / (1 / x) + 0, ALGEBRA))
    x
    """
    rewriting = _Rewriting(expression, rules)
    for _ in rewriting.steps():
        pass
    return rewriting.now(expression)


def replacements(expression: Expression, rules: Sequence[Rule]) -> dict[Expression, Expression]:
    """What all steps of `rewrite` put in the place of parts of an expression, in the order in which
    they went; empty if no rule applies.

    >>> from autograd_core.rewrite import ALGEBRA
    >>> from autograd_core.symbolic import symbols
    >>> (x,) = symbols("x")
    >>> for old, new in replacements(-(-x) + 1, ALGEBRA).items():
    ...     print(old, "→", new)
    −(−x) → x
    −(−x) + 1 → x + 1
    """
    rewriting = _Rewriting(expression, rules)
    for _ in rewriting.steps():
        pass
    return {old: rewriting.now(old) for old in rewriting.replaced}


def substitute(whole: Expression, parts: Mapping[Expression, Expression]) -> Expression:
    """The expression with others in the place of some of its parts."""
    return substituted(whole, parts)[whole]


def substituted(
    whole: Expression, parts: Mapping[Expression, Expression]
) -> dict[Expression, Expression]:
    """What every part of an expression becomes when others come in the place of some; what lies
    below those alone is not looked at."""
    made = dict(parts)
    stack = [whole]
    while stack:
        node = stack[-1]
        waiting = [operand for operand in node.operands if operand not in made]
        if node in made:
            stack.pop()
        elif waiting:
            stack.extend(reversed(waiting))
        else:
            made[node] = with_operands(node, made)
    return made


def with_operands(node: Expression, made: Mapping[Expression, Expression]) -> Expression:
    """The same operation on what its operands have become."""
    operands = tuple([made[operand] for operand in node.operands])
    if all(new is old for new, old in zip(operands, node.operands, strict=True)):
        return node
    return Call(node.operation, operands, node.params, like=node)


@lru_cache(maxsize=64)
def _by_operation(rules: tuple[Rule, ...]) -> Mapping[Any, Sequence[Rule]]:
    """The rules for each outermost operation."""
    found: dict[Any, list[Rule]] = defaultdict(list)
    for rule in rules:
        for operation in rule.operations:
            found[operation].append(rule)
    return dict(found)


def between(root: Expression, ends: set[Expression]) -> set[Expression]:
    """The operations that compute an expression from those at the ends."""
    found: set[Expression] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, Call) and node not in ends and node not in found:
            found.add(node)
            stack += node.operands
    return found


class _Rewriting:
    """A graph while it is rewritten.

    replaced: what came in the place of expressions that the graph has no more.
    finished: expressions to which, and to whose operands, no rule applies.
    taken: the steps, by the expressions that they replaced.
    reads: how often each expression is read now; nothing else is part of the graph.
    """

    def __init__(self, root: Expression, rules: Sequence[Rule]) -> None:
        self.root = root
        self.rules = _by_operation(tuple(rules))
        self.replaced: dict[Expression, Expression] = {}
        self.taken: dict[Expression, Step] = {}
        self.finished: set[Expression] = set()
        self.reads: Counter[Expression] = Counter([root])
        self.refused = False  # whether a rule applied and would have saved nothing
        self.measures: dict[Expression, int] = {}
        for node in root.nodes():
            self.reads.update(node.operands)

    def now(self, node: Expression) -> Expression:
        """What an expression has become."""
        while node in self.replaced:
            node = self.replaced[node]
        return node

    def steps(self) -> Iterator[Step]:
        """Rewrite until nothing applies."""
        again = True
        while again:
            self.refused = again = False
            self.finished.clear()
            for step in self._pass():
                yield step
                again = True
            # What was refused because of its readers may have fewer of them now.
            again = again and self.refused

    def _pass(self) -> Iterator[Step]:
        """Rewrite everything once, operands first."""
        stack = [self.root]
        while stack:
            node = self.now(stack[-1])
            if node in self.finished:
                stack.pop()
                continue
            operands = [self.now(operand) for operand in node.operands]
            waiting = [operand for operand in operands if operand not in self.finished]
            if waiting:
                stack.extend(reversed(waiting))
                continue
            rebuilt = with_operands(node, dict(zip(node.operands, operands, strict=True)))
            if rebuilt is not node:
                yield from self._again(rebuilt)
                self._rename(node, self.now(rebuilt))
                continue
            step = self._step(node)
            if step is None:
                self.finished.add(node)
            else:
                yield step

    def _again(self, node: Expression) -> Iterator[Step]:
        """The steps that were taken on an expression before, which now occurs once more."""
        while node in self.replaced:
            if node in self.taken:
                yield self.taken[node]
            node = self.replaced[node]

    def _rename(self, node: Expression, rebuilt: Expression) -> None:
        """The same operation on rewritten operands, which the graph may have already."""
        count = self.reads[node]
        self._acquire(rebuilt, count)
        self._release(node, count)
        self.replaced[node] = rebuilt

    def _step(self, node: Expression) -> Step | None:
        for rule in (*self.rules.get(ANY, ()), *self.rules.get(node.operation, ())):
            for rewritten in rule.apply(node):
                step = self._take(rule, node, rewritten)
                if step is not None:
                    return step
        return None

    def _take(self, rule: Rule, node: Expression, rewritten: Rewritten) -> Step | None:
        """The step, if it makes the graph simpler."""
        new = self._current(rewritten.result)
        if new is node:
            return None
        count = self.reads[node]
        added = self._acquire(new, count)
        removed = self._release(node, count)
        if not self._is_simpler(node, new, rewritten, added, removed):
            self._acquire(node, count)
            self._release(new, count)
            self.refused = True
            return None
        self.replaced[node] = new
        step = Step(rule, node, new, rewritten.arguments, tuple(removed), tuple(added))
        self.taken[node] = step
        return step

    def _current(self, root: Expression) -> Expression:
        """A new expression, without parts that were replaced before."""
        made: dict[Expression, Expression] = {}
        stack = [root]
        while stack:
            node = stack[-1]
            waiting = [operand for operand in node.operands if operand not in made]
            if node in made:
                stack.pop()
            elif node in self.replaced or self.reads[node]:
                made[node] = self.now(node)
            elif waiting:
                stack.extend(waiting)
            else:
                made[node] = with_operands(node, made)
        return self.now(made[root])

    def _is_simpler(
        self,
        node: Expression,
        new: Expression,
        rewritten: Rewritten,
        added: list[Expression],
        removed: list[Expression],
    ) -> bool:
        if len(added) != len(removed):
            return len(added) < len(removed)
        # As many operations: all that was recognised has to go or to be used in the result, or its
        # work is done twice.
        ends = {end for end in rewritten.arguments.values() if isinstance(end, Expression)}
        used = between(node, ends) & between(new, ends)
        whole = len(removed) + len(used) >= size(rewritten.pattern)
        return whole and self._measure(rewritten.result) < self._measure(node)

    def _acquire(self, root: Expression, count: int) -> list[Expression]:
        """Add readers of an expression; the operations that become part of the graph by it."""
        added: list[Expression] = []
        stack = [(root, count)]
        while stack:
            node, count = stack.pop()
            if not self.reads[node]:
                stack += [(self.now(operand), 1) for operand in node.operands]
                if isinstance(node, Call):
                    added.append(node)
            self.reads[node] += count
        return added

    def _release(self, root: Expression, count: int) -> list[Expression]:
        """Take readers away; the operations that nothing reads any more."""
        removed: list[Expression] = []
        stack = [(root, count)]
        while stack:
            node, count = stack.pop()
            self.reads[node] -= count
            if not self.reads[node]:
                del self.reads[node]
                stack += [(self.now(operand), 1) for operand in node.operands]
                if isinstance(node, Call):
                    removed.append(node)
        return removed

    def _measure(self, root: Expression) -> int:
        """What falls when the number of operations does not: of a product twice the sum of its
        operands' measures, so that signs move out of products and never back; a quotient is more
        than the product with a reciprocal, and a power more than a square or a root."""
        measures = self.measures
        stack = [root]
        while stack:
            node = stack[-1]
            waiting = [operand for operand in node.operands if operand not in measures]
            if waiting:
                stack.extend(waiting)
                continue
            stack.pop()
            total = sum(measures[operand] for operand in node.operands)
            doubled = 2 if node.operation in _PRODUCTS else 1
            measures[node] = doubled * total + _OWN.get(node.operation, 1)
        return measures[root]


_PRODUCTS = (elementwise.multiply, elementwise.divide, products.dot, products.matmul)
_POWERS = (elementwise.power, elementwise.power_constant)
_OWN = dict.fromkeys(_PRODUCTS, 0) | dict.fromkeys(_POWERS, 2) | {elementwise.divide: 3}
