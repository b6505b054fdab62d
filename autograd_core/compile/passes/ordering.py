"""Ordering: what frees memory is done as soon as it can be."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container
from dataclasses import replace

from autograd_core.compile.operations import is_view
from autograd_core.symbolic import Call, Expression
from autograd_core.tracing import Program
from autograd_core.tracing.program import Again, nodes_of


def ordered(program: Program) -> Program:
    """a; b; c = a; c; b, where c is the last that reads a large array

    As outputs are computed one by one, the gradient of every weight would wait for its product
    until that output's turn, and keep both factors.  What is done once more waits for its reader.
    """
    order = _Order(program)
    for node in nodes_of((*program.outputs, *program.guards)):
        if type(node) is not Again:
            order.put(node)
    return replace(program, order=tuple(order.done))


class _Order:
    """The order so far, and for every array how many readers wait for it."""

    def __init__(self, program: Program) -> None:
        self.done: dict[Expression, None] = {}
        self.waiting = Counter([owner_of(x) for x in (*program.outputs, *program.guards)])
        self.readers: dict[Expression, list[Call]] = defaultdict(list)
        for node in nodes_of((*program.outputs, *program.guards)):
            if isinstance(node, Call):
                for operand in dict.fromkeys(node.operands):
                    self.readers[operand].append(node)
                if not is_view(node):
                    self.waiting.update({owner_of(operand) for operand in node.operands})

    def put(self, node: Expression) -> None:
        """Do an operation now, then all that it lets free memory."""
        stack = [node]
        while stack:
            node = stack.pop()
            if node in self.done:
                continue
            for part in (*_repeated_for(node, self.done), node):
                self._do(part)
                owners = {part, *map(owner_of, part.operands)}
                stack += [r for x in owners for r in self._views_and_readers(x) if self._frees(r)]

    def _do(self, node: Expression) -> None:
        self.done[node] = None
        if not is_view(node):
            self.waiting.subtract({owner_of(operand) for operand in node.operands})

    def _views_and_readers(self, x: Expression) -> list[Call]:
        readers = self.readers[x]
        return readers + [r for view in readers if is_view(view) for r in self.readers[view]]

    def _frees(self, node: Call) -> bool:
        """Whether it can be done now, and less memory is in use then."""
        if node in self.done or any(x not in self.done for x in node.operands):
            return False
        if is_view(node):
            return True
        dying = [x for x in {owner_of(x) for x in node.operands} if self.waiting[x] == 1]
        freed = sum(_bytes(x) for x in dying if isinstance(x, Call))
        return type(node) is not Again and freed > _bytes(node)


def owner_of(node: Expression) -> Expression:
    """The array in whose memory a view lies."""
    while is_view(node):
        node = node.operands[0]
    return node


def _bytes(node: Expression) -> int:
    return node.size * node.dtype.itemsize


def _repeated_for(reader: Expression, done: Container[Expression]) -> list[Expression]:
    """What has to be done once more for a reader, in its order."""
    needed: list[Expression] = []
    stack = [reader]
    while stack:
        repeated = [x for x in stack.pop().operands if type(x) is Again and x not in done]
        needed += repeated
        stack += repeated
    return list(dict.fromkeys(reversed(needed)))
