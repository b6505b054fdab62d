"""debug: the first NaN or infinity is named, and so is an array that was changed too early."""

import math
import re
import threading
from pathlib import Path

import numpy as np
import pytest

from autograd_core import Tensor, debug, find_nonfinite, grad, no_grad, observe, scope
from autograd_core.draw.marks import CULPRIT, PATH, SAME
from autograd_core.errors import GraphError, NonFiniteError

NAN, INF = math.nan, math.inf


@pytest.fixture(autouse=True)
def quiet():
    with np.errstate(all="ignore"):
        yield


def caught(run, **options):
    """The error that debug raises while `run()` runs."""
    with pytest.raises(NonFiniteError) as raised, debug(**options):
        run()
    return raised.value


def backward(y):
    y.sum().backward()


# ── values ────────────────────────────────────────────────────────────────────────────────────
X = [[2.0, 0.25], [1.0, 0.5]]
VALUES = {
    "NaN of an element": (lambda t: np.log(t - 0.3), "log", NAN,
                          (((0, 1), NAN),), [("x", (((0, 1), 0.25 - 0.3),))]),
    "infinity": (lambda t: 1 / (t - 1), "divide", INF,
                 (((1, 0), INF),), [("x", (((), 1),)), ("y", (((1, 0), 0.0),))]),
    "overflow": (lambda t: np.exp(t * 1000), "exp", INF,
                 (((0, 0), INF), ((1, 0), INF)),
                 [("x", (((0, 0), 2000.0), ((1, 0), 1000.0)))]),
    "a broadcast operand": (lambda t: t / Tensor([1.0, 0.0], name="d"), "divide", INF,
                            (((0, 1), INF), ((1, 1), INF)),
                            [("x = 't'", (((0, 1), 0.25), ((1, 1), 0.5))),
                             ("y = 'd'", (((1,), 0.0),))]),
    "a NaN in the data": (lambda t: (t * np.array([1.0, NAN])).sum(), "multiply", NAN,
                          (((0, 1), NAN), ((1, 1), NAN)),
                          [("x = 't'", (((0, 1), 0.25), ((1, 1), 0.5))), ("y", (((1,), NAN),))]),
    "no element by itself": (lambda t: (t * 6e307).sum(), "sum", INF,
                             (((), INF),), [("x", ())]),
}  # fmt: skip


@pytest.mark.parametrize(("f", "primitive", "kind", "elements", "operands"),
                         VALUES.values(), ids=VALUES)  # fmt: skip
def test_the_first_value_that_is_not_finite(f, primitive, kind, elements, operands):
    finding = caught(lambda: f(Tensor(X, name="t")) * 2).finding
    assert (finding.primitive, finding.operand, finding.where) == (primitive, None, "its value")
    np.testing.assert_equal(finding.result.elements, elements)
    np.testing.assert_equal([(p.name, p.elements) for p in finding.operands], operands)
    assert ("NaN" if math.isnan(kind) else "infinite") in str(finding).splitlines()[0]


def test_the_message():
    w = Tensor([3.0, 1.0], name="w")

    def run():
        with scope("net"), scope("affine1"):
            return np.log(Tensor([[1.0, 0.0], [0.0, -2.0]], name="x") * w)

    error = caught(run)
    line = error.finding.line
    assert line.startswith("test_debug.py:")
    assert str(error) == (
        "log: its value is the first that is infinite.\n"
        "  result (2, 2): [0, 1] = -inf, [1, 0] = -inf, [1, 1] = nan\n"
        f"  recorded at {line} in net/affine1\n"
        "  it reads x (2, 2): [0, 1] = 0.0, [1, 0] = 0.0, [1, 1] = -2.0\n"
        "  error.graph() draws the way to it."
    )
    assert error.finding.scope == "net/affine1"


def test_many_elements_are_counted():
    finding = caught(lambda: np.sqrt(Tensor(-np.ones(50)))).finding
    assert len(finding.result.elements) == 3
    assert finding.result.count == 50
    assert "… (50 in all)" in str(finding)


def test_infinities_may_be_let_pass():
    with debug(infinities=False):
        y = np.log(Tensor([0.0, 1.0]))
    assert y.data[0] == -INF
    assert caught(lambda: y - y, infinities=False).finding.primitive == "subtract"


# ── gradients ─────────────────────────────────────────────────────────────────────────────────
def test_the_first_gradient_that_is_not_finite():
    t = Tensor([4.0, 0.0], name="t")

    def run():
        h = t * 3
        with scope("loss"):
            y = np.sqrt(h) * [1.0, 2.0]
        backward(y)

    error = caught(run)
    found = error.finding
    assert (found.primitive, found.operand, found.scope) == ("sqrt", 0, "loss")
    assert found.where == "the gradient that it sends to its operand x"
    assert found.result.elements == (((1,), INF),)
    assert [(p.name, p.elements) for p in found.operands] == [
        ("g", (((1,), 2.0),)),
        ("x", (((1,), 0.0),)),
    ]
    assert "it was given g (2,): [1] = 2.0" in str(error)
    assert t.grad is None  # nothing was deposited


def test_a_gradient_of_nan_is_told_from_an_infinite_one():
    t = Tensor([0.0])
    assert caught(lambda: backward(np.sqrt(t) ** 2), infinities=False).finding.primitive == "sqrt"
    first = caught(lambda: backward(np.sqrt(t) * 1)).finding
    assert "infinite" in str(first)


def test_the_gradient_that_a_rule_was_given_is_the_sum_of_what_arrived():
    def run():
        h = np.sqrt(Tensor([0.0]))
        backward(h * 3 + h * 4)

    assert caught(run).finding.operands[0].elements == (((0,), 7.0),)


def test_the_gradient_of_a_function_is_watched_too():
    error = caught(lambda: grad(lambda x: np.sqrt(x * 2))(0.0))
    assert error.finding.primitive == "sqrt"
    assert error.finding.operand == 0


def test_a_branch_that_was_not_taken_is_no_culprit():
    def f(x):
        return np.sum(np.where(x > 0, np.sqrt(x), 0.0))

    with debug():
        assert grad(f)(np.array([0.0, 4.0])).tolist() == [0.0, 0.25]
        t = Tensor([0.0, 4.0])
        backward(np.where(t.data > 0, np.sqrt(t), 0.0))
        twice = grad(lambda x: np.sum(grad(f)(x)))(np.array([0.0, 4.0]))
    assert t.grad.tolist() == [0.0, 0.25]
    assert twice.tolist() == [0.0, -1 / 32]


def test_a_healthy_program_is_left_alone():
    t = Tensor([1.0, 2.0])

    @debug()
    def run():
        y = np.exp(t) / t
        backward(y)
        return y

    y = run()
    assert y.creator.noted("line").startswith("test_debug.py:")
    np.testing.assert_allclose(t.grad, np.exp(t.data) * (1 / t.data - 1 / t.data**2))


def test_outside_nothing_is_watched():
    with pytest.raises(NonFiniteError), debug():
        np.log(Tensor(-1.0))
    y = np.log(Tensor(-1.0))
    assert y.creator.noted("line") is None
    found = []
    with debug():
        thread = threading.Thread(target=lambda: found.append((Tensor(INF) * 2).item()))
        thread.start()
        thread.join()
    assert found == [INF]


# ── afterwards ────────────────────────────────────────────────────────────────────────────────
def test_without_debug_the_same_is_found_afterwards():
    t = Tensor([4.0, 0.0], name="t")
    y = (np.sqrt(t * 3) * 2).sum()
    y.backward()
    error = find_nonfinite(y)
    assert error.finding.primitive == "sqrt"
    assert error.finding.operand == 0
    assert error.finding.line is None
    bad = find_nonfinite(np.log(t - 5) + 1)
    assert bad.finding.where == "its value"
    assert find_nonfinite(np.exp(t)) is None
    assert find_nonfinite(t) is None
    assert find_nonfinite(y, infinities=False) is None
    np.testing.assert_allclose(t.grad, [3 / np.sqrt(12), INF], rtol=1e-15)


# ── the picture ───────────────────────────────────────────────────────────────────────────────
def marked(drawn):
    """The mark of every vertex by its name or operation."""
    names = [vertex.name or vertex.primitive for vertex in drawn.snapshot.vertices]
    return dict(zip(names, drawn.marks.vertices, strict=True))


def test_the_way_from_the_culprit_to_the_result_is_marked(tmp_path):
    t = Tensor([4.0, 0.0], name="t")
    error = caught(lambda: backward(np.sqrt(t * 3) * 2 + t))
    drawn = error.graph()
    marks = marked(drawn)
    assert marks["sqrt"] == CULPRIT
    assert marks["add"] == marks["sum"] == PATH
    assert marks["t"] == SAME
    assert drawn.marks.edges.count(PATH) == 5  # into sqrt, and from it to the output
    assert drawn.save(tmp_path / "nan.html").exists()
    drawn.save(tmp_path / "nan.svg")
    svg = (tmp_path / "nan.svg").read_text(encoding="utf-8")
    assert len(re.findall(r'<g class="[a-z ]* culprit"', svg)) == 1


def test_a_value_is_drawn_with_all_that_led_to_it():
    error = caught(lambda: np.log(Tensor([-1.0, 1.0], name="t") * 2))
    drawn = error.graph()
    assert "n3 = [nan, 0.6931]" in str(drawn)
    marks = marked(drawn)
    assert (marks["log"], marks["multiply"], marks["t"]) == (CULPRIT, PATH, SAME)


# ── arrays that a rule still needs ────────────────────────────────────────────────────────────
def change_leaf(t, c, h):
    t.data[0] = 5.0


def change_leaf_by_no_grad(t, c, h):
    t.data -= 0.5


def change_constant(t, c, h):
    c *= 2


def change_result(t, c, h):
    h.data[...] = 0.0


CHANGES = {
    "a leaf": (change_leaf, "its operand x, the data of the leaf 'w', of shape (2,)"),
    "a leaf, updated": (change_leaf_by_no_grad, "its operand x, the data of the leaf 'w', of"),
    "a constant": (change_constant, "its operand y, a constant array of shape (2,)"),
    "a result": (change_result, "exp: its result of shape (2,)"),
}


@pytest.mark.parametrize(("change", "text"), CHANGES.values(), ids=CHANGES)
def test_an_array_that_was_changed_before_its_rule_ran(change, text):
    t, c = Tensor([1.0, 2.0], name="w"), np.array([3.0, 4.0])

    def run():
        h = np.exp(t * t)
        y = t * c + h
        change(t, c, h)
        backward(y)

    with pytest.raises(GraphError) as raised, debug():
        run()
    assert text in str(raised.value)
    assert "was written into after" in str(raised.value)
    assert "test_debug.py:" in str(raised.value)
    assert t.grad is None


def test_a_change_of_what_no_rule_reads_is_no_error():
    t, c = Tensor([1.0, 2.0]), np.array([3.0, 4.0])
    with debug():
        y = (t + c).sum()
        c *= 2
        y.backward()
        with no_grad():
            t -= 0.1 * t.grad
        t.data[...] = 3.0
    assert t.grad.tolist() == [1.0, 1.0]


# ── observing ─────────────────────────────────────────────────────────────────────────────────
def test_observers_see_every_operation_and_every_contribution():
    t = Tensor([1.0, 2.0])
    recorded, sent = [], []

    def forward(node, value, operands):
        recorded.append((node.primitive.name, np.sum(value), len(operands)))

    def back(node, operand, gradient):
        sent.append((node.primitive.name, operand, gradient.tolist()))
        assert t.grad is None

    with observe(forward, back), observe():
        y = (t * t).sum()
        y.backward()
    assert recorded == [("multiply", 5.0, 2), ("sum", 5.0, 1)]
    assert sent == [("sum", 0, [1, 1]), ("multiply", 0, [1, 2]), ("multiply", 1, [1, 2])]
    t * t
    assert len(recorded) == 2


def test_observers_nest_the_outer_first():
    order = []
    outer = observe(lambda *_: order.append("outer"), lambda *_: order.append("outer back"))
    inner = observe(lambda *_: order.append("inner"), lambda *_: order.append("inner back"))
    with outer, inner:
        (Tensor(2.0) * 3).backward()
    assert order == ["outer", "inner", "outer back", "inner back"]


def test_what_an_observer_raises_passes_through():
    t = Tensor(2.0)
    with pytest.raises(KeyError), observe(backward=lambda *_: {}["no"]):
        (t * 3).backward()
    assert t.grad is None


def test_the_messages_of_the_page_are_those_that_are_raised():
    page = (Path(__file__).parents[2] / "docs" / "debugging.md").read_text(encoding="utf-8")
    names, messages = {}, []
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        code = compile(block, "train.py", "exec")
        if "with debug():" not in block:
            exec(code, names)
            continue
        with pytest.raises(NonFiniteError) as raised:
            exec(code, names)
        messages.append(f"NonFiniteError: {raised.value}\n")
    assert re.findall(r"```text\n(.*?)```", page, re.DOTALL) == messages
