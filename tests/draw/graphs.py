"""Snapshots made by hand, with the numbers of the book where it has them, and random ones."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from autograd_core.draw.snapshot import (
    CONSTANT,
    OPERATION,
    OUTPUT,
    VARIABLE,
    Edge,
    Scope,
    Snapshot,
    Value,
    Vertex,
)
from autograd_core.draw.snapshot.fold import fold


def value(x: Any) -> Value | None:
    return x if x is None or isinstance(x, Value) else Value((), "float64", x)


def array(*shape: int, mean: float = 0.0, std: float = 1.0) -> Value:
    return Value(shape, "float32", None, mean - 3 * std, mean + 3 * std, mean, std)


class Builder:
    """Records a graph in the order of its forward pass.  Every method returns the new id."""

    def __init__(self) -> None:
        self.vertices: list[Vertex] = []
        self.edges: list[Edge] = []
        self.scopes = [Scope(0, "", 0, "graph")]

    def scope(self, name: str, parent: int = 0) -> int:
        self.scopes.append(Scope(len(self.scopes), name, parent))
        return len(self.scopes) - 1

    def leaf(
        self, name: str | None, x: Any, gradient: Any = None, scope: int = 0, kind: str = VARIABLE
    ) -> int:
        return self._vertex(kind, "", x, gradient, name=name, scope=scope)

    def constant(self, x: Any, name: str | None = None, scope: int = 0) -> int:
        return self.leaf(name, x, None, scope, CONSTANT)

    def operation(
        self,
        sign: str,
        operands: Sequence[int],
        x: Any,
        gradient: Any = None,
        sends: Sequence[Any] | None = None,
        **more: Any,
    ) -> int:
        """An operation; what it sends back to its operands is by default all of their gradients."""
        target = self._vertex(OPERATION, sign, x, gradient, primitive=sign, **more)
        for operand, source in enumerate(operands):
            sent = self.vertices[source].gradient if sends is None else value(sends[operand])
            self.edges.append(Edge(source, target, operand, sent))
        return target

    def snapshot(self, result: int, name: str | None = None, notes: Sequence[str] = ()) -> Snapshot:
        last = self.vertices[result]
        end = self._vertex(OUTPUT, "", last.value, last.gradient, name=name)
        self.edges.append(Edge(result, end, 0, last.gradient))
        steps = tuple(v.id for v in self.vertices if v.kind == OPERATION)
        backward = steps[::-1] if last.gradient else ()
        return Snapshot(
            tuple(self.vertices),
            tuple(self.edges),
            tuple(self.scopes),
            steps,
            backward,
            tuple(notes),
        )

    def _vertex(self, kind: str, label: str, x: Any, gradient: Any, **more: Any) -> int:
        self.vertices.append(
            Vertex(
                len(self.vertices), kind, label, value=value(x), gradient=value(gradient), **more
            )
        )
        return len(self.vertices) - 1


def without_gradients(snapshot: Snapshot) -> Snapshot:
    """The same graph before its backward pass."""
    return replace(
        snapshot,
        vertices=tuple(replace(v, gradient=None) for v in snapshot.vertices),
        edges=tuple(replace(e, gradient=None) for e in snapshot.edges),
        backward=(),
    )


def buy_apple() -> Snapshot:
    b = Builder()
    apple, count = b.leaf("apple", 100.0, 2.2), b.leaf("count", 2.0, 110.00000000000001)
    price = b.operation("×", [apple, count], 200.0, 1.1, name="apple_price")
    tax = b.leaf("tax", 1.1, 200.0)
    total = b.operation("×", [price, tax], 220.00000000000003, 1.0)
    return b.snapshot(total, "price")


def buy_apple_orange() -> Snapshot:
    b = Builder()
    apple, n = b.leaf("apple", 100.0, 2.2), b.leaf("n", 2.0, 110.00000000000001)
    apples = b.operation("×", [apple, n], 200.0, 1.1, name="apple_price")
    orange, m = b.leaf("orange", 150.0, 3.3000000000000003), b.leaf("m", 3.0, 165.0)
    oranges = b.operation("×", [orange, m], 450.0, 1.1, name="orange_price")
    total = b.operation("+", [apples, oranges], 650.0, 1.1, name="total")
    tax = b.leaf("tax", 1.1, 650.0)
    price = b.operation("×", [total, tax], 715.0000000000001, 1.0)
    return b.snapshot(price, "price")


def square() -> Snapshot:
    b = Builder()
    x = b.leaf("x", 3.0, 6.0)
    return b.snapshot(b.operation("×", [x, x], 9.0, 1.0, sends=[3.0, 3.0]), "y")


def diamond() -> Snapshot:
    b = Builder()
    x = b.leaf("x", 0.5, 2.5)
    y = b.operation("exp", [x], 1.648721, 1.516327)
    left = b.operation("log", [y], 0.5, 1.0, sends=[0.606531])
    right = b.operation("sin", [y], 0.996966, 1.0, sends=[-0.077846])
    return b.snapshot(b.operation("+", [left, right], 1.496966, 1.0), notes=["a remark"])


def sigmoid(scoped: bool = False) -> Snapshot:
    """Four local steps from x = 1, in a scope of their own or in none."""
    b = Builder()
    scope = b.scope("sigmoid") if scoped else 0
    x = b.leaf("x", 1.0, 0.196612)
    minus, one = b.constant(-1.0, scope=scope), b.constant(1.0, scope=scope)
    u = b.operation("×", [x, minus], -1.0, -0.196612, sends=[0.196612, None], scope=scope)
    v = b.operation("exp", [u], 0.367879, -0.534447, scope=scope)
    w = b.operation("+", [v, one], 1.367879, -0.534447, sends=[-0.534447, None], scope=scope)
    return b.snapshot(b.operation("1/x", [w], 0.731059, 1.0, scope=scope), "y")


def two_layer_net() -> Snapshot:
    """net/affine1, net/relu1, net/affine2, then the loss outside."""
    b = Builder()
    net = b.scope("net")
    x, t = b.constant(array(100, 784), "x"), b.constant(array(100, 10), "t")
    h = _affine(b, b.scope("affine1", net), x, 784, 50)
    h = b.operation("relu", [h], array(100, 50), array(100, 50), scope=b.scope("relu1", net))
    h = _affine(b, b.scope("affine2", net), h, 50, 10)
    loss = b.operation("softmax with loss", [h, t], 2.3026, 1.0, line="train.py:31")
    return b.snapshot(loss, "loss")


def _affine(b: Builder, scope: int, x: int, inputs: int, outputs: int) -> int:
    w = b.leaf("W", array(inputs, outputs), array(inputs, outputs), scope)
    dot = b.operation("dot", [x, w], array(100, outputs), array(100, outputs), scope=scope)
    bias = b.leaf("b", array(outputs), array(outputs), scope)
    return b.operation("+", [dot, bias], array(100, outputs), array(100, outputs), scope=scope)


def residual(blocks: int) -> Snapshot:
    """Blocks of two scopes each, around which their input is passed on."""
    b = Builder()
    x = b.constant(array(32, 64), "x")
    for index in range(blocks):
        block = b.scope(f"block{index}")
        h = _affine(b, b.scope("first", block), x, 64, 64)
        h = _affine(b, b.scope("second", block), h, 64, 64)
        x = b.operation("+", [h, x], array(32, 64), array(32, 64), scope=block)
    return b.snapshot(b.operation("mean", [x], 0.5, 1.0))


def chain(length: int) -> Snapshot:
    b = Builder()
    x = b.leaf("x", 1.0, 1.0)
    for _ in range(length):
        x = b.operation("exp", [x], 1.0, 1.0)
    return b.snapshot(x)


def random_graph(size: int, seed: int, reuse: float = 0.1, scopes: int = 0) -> Snapshot:
    """About so many vertices, of which every one reaches the result.

    reuse: the share of operands that are read elsewhere too.  scopes: how many calls, in and after
    one another, the operations are spread over.
    """
    rng = random.Random(seed)
    b = Builder()
    free: list[int] = []
    values: list[int] = []
    inside = [0]
    while len(b.vertices) < size or len(free) > 1:
        if scopes and rng.random() < 3 * scopes / size:
            if rng.random() < 0.5 or len(inside) == 1:
                inside.append(b.scope(f"scope{len(b.scopes)}", inside[-1]))
            else:
                inside.pop()
        ending = len(b.vertices) >= size
        operands = [
            free.pop() if ending else _operand(b, rng, reuse, free, values, inside[-1])
            for _ in range(2 if ending else rng.choice([1, 2, 2, 3]))
        ]
        sign = rng.choice(["+", "×", "exp", "dot", "softmax with loss"])
        name = rng.choice([None, None, f"h{len(b.vertices)}"])
        x = rng.choice([rng.gauss(0, 10), array(64, 32)])
        node = b.operation(sign, operands, x, x, name=name, scope=inside[-1])
        free.append(node)
        values.append(node)
    return b.snapshot(free[0], "result")


def _operand(
    b: Builder,
    rng: random.Random,
    reuse: float,
    free: list[int],
    values: list[int],
    scope: int,
) -> int:
    choice = rng.random()
    if values and choice < reuse:
        return rng.choice(values[-24:])
    if not free or choice < reuse + 0.4:
        x = rng.choice([rng.gauss(0, 10), array(64, 32)])
        return b.leaf(rng.choice([None, "W", "a_longer_name"]), x, x, rng.choice([0, scope]))
    return free.pop(rng.randrange(max(0, len(free) - 6), len(free)))


def split() -> Snapshot:
    """A scope with two results."""
    b = Builder()
    scope = b.scope("split")
    x = b.leaf("x", 1.0)
    low = b.operation("exp", [x], 2.0, scope=scope)
    high = b.operation("log", [x], 3.0, scope=scope)
    return b.snapshot(b.operation("+", [low, high], 5.0))


SAMPLES = {
    "buy_apple": buy_apple(),
    "before_backward": without_gradients(buy_apple()),
    "buy_apple_orange": buy_apple_orange(),
    "square": square(),
    "diamond": diamond(),
    "sigmoid": sigmoid(),
    "sigmoid_scope": sigmoid(scoped=True),
    "two_layer_net": two_layer_net(),
    "residual": residual(4),
    "split": fold(split(), 0),
    "chain": chain(30),
    **{f"random_{seed}": random_graph(60, seed, reuse=0.05 * seed) for seed in range(4)},
    **{f"scoped_{seed}": random_graph(80, seed, scopes=6) for seed in range(4)},
    "random_2000": random_graph(2000, 7),
}
