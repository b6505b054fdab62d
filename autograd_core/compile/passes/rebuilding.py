"""How passes change programs: rules, asked for one operation at a time, operands first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from autograd_core.ops import elementwise
from autograd_core.rewrite.engine import with_operands
from autograd_core.symbolic import Call, Expression, Literal
from autograd_core.tracing import Program


class Readers:
    """How often every value of a program is read; outputs and guards are read once more each."""

    def __init__(self, program: Program) -> None:
        self.counts = Counter([*program.outputs, *program.guards])
        sums: dict[Expression, Expression] = {}
        for node in program.operations:
            self.counts.update(node.operands)
            if node.operation is elementwise.add:
                sums |= {x: node for x in node.operands if x.operation is elementwise.add}
        self._inner = {x for x, of in sums.items() if self.counts[x] == 1 and x.shape == of.shape}

    def is_alone(self, node: Expression, count: int = 1) -> bool:
        """Whether nothing else reads a value: it is not computed any more without this reader."""
        return self.counts[node] <= count

    def is_inner_sum(self, node: Expression) -> bool:
        """Whether the one reader of a sum is a sum, too."""
        return node in self._inner

    def rename(self, old: Expression, new: Expression) -> None:
        """Those who read the old value read the new one."""
        self.counts[new] += self.counts[old]
        if old in self._inner:
            self._inner.add(new)


# What comes in the place of an operation, or None.
Rule = Callable[[Call, Readers], Expression | None]
Rules = Mapping[Any, Sequence[Rule]]  # by operation; those under None are asked about all
_MOST = 20  # rules that are used on one operation, one after the other


def rebuilt(program: Program, rules: Rules) -> Program:
    """The program with what rules put in the place of its operations.

    No rule is used where the shape or dtype of a result would change.
    """
    readers = Readers(program)
    made: dict[Expression, Expression] = {}
    for node in program.values:
        new = _rewritten(with_operands(node, made), rules, readers)
        made[node] = new
        if new is not node:
            readers.rename(node, new)
    return substituted(program, made)


def _rewritten(node: Expression, rules: Rules, readers: Readers) -> Expression:
    for _ in range(_MOST):
        if not isinstance(node, Call):
            break
        for rule in (*rules.get(None, ()), *rules.get(node.operation, ())):
            new = rule(node, readers)
            if new is not None and new is not node and _type(new) == _type(node):
                readers.rename(node, new)
                node = new
                break
        else:
            break
    return node


def _type(node: Expression) -> Any:
    return node.shape, node.dtype


def substituted(program: Program, made: Mapping[Expression, Expression]) -> Program:
    """The program with others in the place of some of its values; what is new belongs to the scope
    and to the pass, forward or backward, of what it replaces."""
    scopes, backward = dict(program.scopes), set(program.backward)
    changed = [(old, new) for old, new in made.items() if new is not old]
    if not changed:
        return program
    for old, new in changed:
        stack = [new]
        while stack:
            part = stack.pop()
            if isinstance(part, Call) and part not in scopes:
                scopes[part] = scopes.get(old, "")
                if old in program.backward:
                    backward.add(part)
                stack += part.operands
    return replace(
        program,
        outputs=tuple([made.get(x, x) for x in program.outputs]),
        guards=tuple(dict.fromkeys([made.get(x, x) for x in program.guards])),
        scopes=scopes,
        backward=frozenset(backward),
        order=(),
    )


def merged(*tables: Rules) -> Rules:
    """The rules of several tables, in their order."""
    keys = dict.fromkeys(key for table in tables for key in table)
    return {key: [rule for table in tables for rule in table.get(key, ())] for key in keys}


def number_of(node: Expression) -> float | None:
    """The value of a constant that is one real number."""
    if isinstance(node, Literal) and not node.shape and node.dtype.kind in "fiu":
        return float(node.value)
    return None
