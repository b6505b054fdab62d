"""In which pass over a row each operation of a loop is done."""

from __future__ import annotations

from autograd_core.compile.clusters import Loop, Role, is_reduction
from autograd_core.compile.numba_backend import terms
from autograd_core.symbolic import Expression


def passes(loop: Loop) -> dict[Expression, int]:
    """In which pass an element is computed, and after which a row is known."""
    number: dict[Expression, int] = {}
    roles = loop.roles
    for node in loop.operations:
        earliest = 0
        for x in node.operands:
            if x in number:
                earliest = max(earliest, number[x] + (roles[x] is Role.ROW))
        if roles[node] is Role.FLAT or (roles[node] is Role.ROW and not is_reduction(node)):
            number[node] = max(number[x] for x in node.operands if x in number)
        else:
            odd = terms.is_call(node) and roles[node] is Role.ELEMENT
            number[node] = earliest + ((earliest % 2) != odd)
    _sink(loop, number)
    return number


def _sink(loop: Loop, number: dict[Expression, int]) -> None:
    """Move what only later passes read to these, so that it need not wait in scratch."""
    readers: dict[Expression, int] = {}
    for node in reversed(loop.operations):
        if loop.roles[node] is Role.FLAT:
            number[node] = readers.get(node, number[node])
        elif node in readers and number[node] % 2 == 0 and loop.roles[node] is Role.ELEMENT:
            number[node] = max(number[node], readers[node] - readers[node] % 2)
        for x in node.operands:
            readers[x] = min(readers.get(x, number[node]), number[node])


def unflattened(loop: Loop, x: Expression) -> Expression:
    """Of elements laid flat, the elements."""
    while loop.roles.get(x) is Role.FLAT:
        x = x.operands[0]
    return x
