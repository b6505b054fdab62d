"""The modes in which operations are recorded: scopes, expanded composites, no_grad."""

import asyncio
import contextlib
import threading

import pytest

from autograd_core import Tensor, expanded, no_grad, scope, sigmoid, softmax
from autograd_core.mode import Mode, current_mode, mode
from autograd_core.node import nodes_before


def recording():
    return (Tensor(1.0) * 2).requires_grad


# ── scopes ────────────────────────────────────────────────────────────────────────────────────
def test_scopes_nest_and_end():
    x = Tensor(1.0)
    with scope("net", {"w": x}) as net:
        a = x * 2
        with scope("affine1"):
            b = a * 2
        c = b * 2
    d = c * 2
    assert a.creator.scope is c.creator.scope is net
    assert b.creator.scope.path == "net/affine1"
    assert b.creator.scope.parent is net
    assert net.variables == {"w": x}
    assert net.kind == "module"
    assert d.creator.scope is None
    assert repr(b.creator.scope) == "<scope net/affine1>"


def test_a_scope_ends_with_an_exception():
    with contextlib.suppress(ZeroDivisionError), scope("net"):
        _ = 1 / 0
    assert (Tensor(1.0) * 2).creator.scope is None


def test_a_deep_scope_has_a_path_without_recursion():
    with contextlib.ExitStack() as stack:
        for _ in range(3000):
            stack.enter_context(scope("a"))
        y = Tensor(1.0) * 2
    assert len(y.creator.scope.path) == 5999


# ── expanded ──────────────────────────────────────────────────────────────────────────────────
def test_expanded_opens_the_sigmoid_into_its_four_steps():
    with expanded():
        y = sigmoid(Tensor(0.5))
    names = [node.primitive.name for node in nodes_before(y.creator)]
    assert names == ["negative", "exp", "add", "reciprocal"]
    assert {node.scope.path for node in nodes_before(y.creator)} == {"sigmoid"}
    assert sigmoid(Tensor(0.5)).creator.primitive.name == "sigmoid"


def test_expanded_opens_composites_inside_composites():
    with expanded():
        y = softmax(Tensor([1.0, 2.0])).mean()
    assert {node.primitive.definition for node in nodes_before(y.creator)} == {None}
    assert y.creator.scope.path == "mean"


def test_expanded_works_as_a_decorator():
    opened = expanded()(lambda: sigmoid(Tensor(0.0)))
    for _ in range(2):
        assert opened().creator.primitive.name == "reciprocal"


# ── no_grad ───────────────────────────────────────────────────────────────────────────────────
def test_no_grad_nests_and_ends_with_an_exception():
    with no_grad():
        with no_grad():
            assert not recording()
        assert not recording()
        with mode(recording=True):
            assert recording()
    with contextlib.suppress(ZeroDivisionError), no_grad():
        _ = 1 / 0
    assert recording()


def test_one_no_grad_object_may_be_entered_again():
    off = no_grad()
    with off, off:
        assert not recording()
    assert recording()
    with off:
        assert not recording()
    assert recording()


def test_results_inside_no_grad_are_constants_also_afterwards():
    x = Tensor(3.0)
    with no_grad():
        y = x * 2
        leaf = Tensor(1.0)
    assert not y.requires_grad
    assert leaf.requires_grad
    (x * y).backward()
    assert x.grad == 6.0


def test_no_grad_decorates_a_function():
    @no_grad()
    def f(value, *, twice):
        """Its documentation."""
        return recording(), value, twice

    assert f(1, twice=2) == (False, 1, 2)
    assert (f.__name__, f.__doc__) == ("f", "Its documentation.")
    assert recording()


def test_no_grad_decorates_a_recursive_function():
    @no_grad()
    def f(depth):
        return [not recording(), *(f(depth - 1) if depth else [])]

    assert f(3) == [True] * 4
    assert recording()


def test_no_grad_decorates_a_generator_step_by_step():
    @no_grad()
    def f():
        got = yield recording()
        try:
            yield got, recording()
        except KeyError:
            yield "caught", recording()
        return recording()

    seen = []

    def drive():
        returned = yield from f()
        seen.append(returned)

    steps = drive()
    assert next(steps) is False
    assert recording()
    assert steps.send("sent") == ("sent", False)
    assert steps.throw(KeyError("x")) == ("caught", False)
    assert recording()
    assert list(steps) == []
    assert seen == [False]


def test_a_decorated_generator_closes_its_function():
    closed = []

    @no_grad()
    def f():
        try:
            yield 1
        finally:
            closed.append(recording())

    steps = f()
    next(steps)
    steps.close()
    assert len(closed) == 1
    with pytest.raises(StopIteration):
        next(steps)


def test_no_grad_decorates_coroutines_and_asynchronous_generators():
    @no_grad()
    async def once():
        before = recording()
        await asyncio.sleep(0)
        return before, recording()

    @no_grad()
    async def steps():
        yield recording()
        await asyncio.sleep(0)
        yield recording()

    async def main():
        assert await once() == (False, False)
        assert recording()
        async for inside in steps():
            assert not inside
            assert recording()

    asyncio.run(main())


# ── the mode belongs to a thread, a task, a context ───────────────────────────────────────────
def test_threads_do_not_see_each_others_modes():
    inside, looked = threading.Event(), threading.Event()
    seen = {}

    def without_grad():
        with no_grad(), scope("other"):
            inside.set()
            looked.wait(10)
            seen["inside"] = recording()
        seen["after"] = recording()

    thread = threading.Thread(target=without_grad)
    thread.start()
    assert inside.wait(10)
    seen["beside"] = recording()
    assert current_mode.get().scope is None
    looked.set()
    thread.join()
    assert seen == {"inside": False, "beside": True, "after": True}


def test_backward_passes_in_threads_are_independent():
    def work(results, number):
        for _ in range(50):
            x = Tensor(float(number))
            (x * x * x).backward()
            results[number] = x.grad.item()

    results = {}
    threads = [threading.Thread(target=work, args=(results, n)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {n: 3.0 * n * n for n in range(4)}


def test_tasks_do_not_see_each_others_modes():
    async def without_grad(inside, looked):
        with no_grad():
            inside.set()
            await looked.wait()
            assert not recording()

    async def beside(inside, looked):
        await inside.wait()
        assert recording()
        looked.set()

    async def main():
        inside, looked = asyncio.Event(), asyncio.Event()
        await asyncio.gather(without_grad(inside, looked), beside(inside, looked))

    asyncio.run(main())


def test_a_mode_says_what_changed():
    assert Mode().but(recording=False).recording is False
    assert Mode(scope="s").but(expanded=True).scope == "s"
    with mode(expanded=True) as changed:
        assert current_mode.get() is changed
    assert not current_mode.get().expanded
