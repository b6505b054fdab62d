"""Ordering: what frees memory is done as soon as it can be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import replace

from autograd_core.compile.operations import is_view
from autograd_core.symbolic import Call, Expression, nodes_of
from autograd_core.tracing import Program
from autograd_core.tracing.program import Again


def ordered(program: Program) -> Program:
    """a; b; c = a; c; b, where c is the last that reads a large array

    As outputs are computed one by one, the gradient of every weight would wait for its product
    until that output's turn, and keep both factors.  What is done once more waits for its reader.
    """
    nodes = nodes_of((*program.outputs, *program.guards))
    order = _Order(program, nodes)
    for node in nodes:
        if type(node) is not Again:
            order.put(node)
    return replace(program, order=tuple(order.done))


class _Order:
    """The order so far, and how many readers wait for every array.

    owners: of every value the array in whose memory it lies.
    readers: of every array the operations that read it, also by a view, and the views.
    """

    def __init__(self, program: Program, nodes: Sequence[Expression]) -> None:
        self.done: dict[Expression, None] = {}
        self.owners: dict[Expression, Expression] = {}
        self.readers: dict[Expression, list[Call]] = defaultdict(list)
        for node in nodes:
            self.owners[node] = self.owners[node.operands[0]] if is_view(node) else node
            for owner in self._read(node):
                self.readers[owner].append(node)  # type: ignore[arg-type]
        self.waiting = {x: sum(map(self._keeps, each)) for x, each in self.readers.items()}
        for node in (*program.outputs, *program.guards):
            self.waiting[self.owners[node]] = len(nodes)  # it is never free

    def put(self, node: Expression) -> None:
        """Do an operation now, then all that it lets free memory."""
        stack = [node]
        while stack:
            node = stack.pop()
            if node in self.done:
                continue
            for part in (*_repeated_for(node, self.done), node):
                self.done[part] = None
                stack += [x for owner in self._changed(part) for x in self._freeing(owner)]

    def _read(self, node: Expression) -> set[Expression]:
        """The arrays that an operation reads; inputs and constants are always there."""
        owners = {self.owners[operand] for operand in node.operands}
        return {x for x in owners if isinstance(x, Call)}

    def _keeps(self, reader: Call) -> bool:
        return self.owners[reader] is reader

    def _changed(self, node: Expression) -> list[Expression]:
        """The arrays whose readers may free memory now: the result, and what waits for one."""
        found = [self.owners[node]]
        for owner in self._read(node) if self.owners[node] is node else ():
            self.waiting[owner] -= 1
            found += [owner] if self.waiting[owner] == 1 else []
        return found

    def _freeing(self, owner: Expression) -> list[Call]:
        return [x for x in self.readers[owner] if x not in self.done and self._frees(x)]

    def _frees(self, node: Call) -> bool:
        """Whether it can be done now, and less memory is in use then; views cost nothing."""
        if type(node) is Again or not all(
            x in self.done or type(x) is Again for x in node.operands
        ):
            return False
        dying = [x for x in self._read(node) if self.waiting[x] == 1]
        return not self._keeps(node) or sum(map(_bytes, dying)) > _bytes(node)


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
