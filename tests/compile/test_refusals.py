"""What cannot be traced is refused with the line that asks for it, and the way out."""

import math
import random
from functools import partial

import numpy as np
import pytest

from autograd_core import (
    Tensor,
    TracingError,
    UncoveredError,
    checkpoint,
    compile,  # noqa: A004  the field's name for it
    grad,
    no_grad,
)

X = np.array([1.0, 2.0, 3.0])
WAYS_OUT = r"np\.where keeps both branches; an argument that is an int"


def refused(f, *args, match):
    with pytest.raises(TracingError, match=match) as caught:
        compile(f)(*args)
    return str(caught.value)


ASKING = {
    "if": (lambda x: x if x.sum() > 0 else -x, "asks whether a value is true"),
    "and": (lambda x: (x[0] > 0) and x, "asks whether a value is true"),
    "float": (lambda x: float(x[0]) * x, "makes a Python number of a value"),
    "int": (lambda x: int(x[0]) * x, "makes a Python number of a value"),
    "complex": (lambda x: abs(complex(x[0])) * x, "makes a Python number of a value"),
    "item": (lambda x: x[0].item() * x, "makes a Python number of a value"),
    "tolist": (lambda x: sum(x.tolist()), "makes a Python number of a value"),
    "range": (lambda x: sum(range(np.argmax(x))), "counts or picks by a value"),
    "list index": (lambda x: [1.0, 2.0, 3.0][np.argmax(x)], "counts or picks by a value"),
    "slice": (lambda x: x[: np.argmax(x)], "cuts by a value, so that the shape depends on it"),
    "mask": (lambda x: x[x > 1], "picks by a mask, so that the shape depends on values"),
    "nonzero": (np.nonzero, "gives a shape that depends on values"),
    "unique": (np.unique, "gives a shape that depends on values"),
    "flatnonzero": (lambda x: np.flatnonzero(x > 1), "gives a shape that depends on values"),
    "asarray": (
        np.asarray,
        r"makes a plain array of a value \(what it indexes should be an argument, too\)",
    ),
    "math": (lambda x: math.sin(x[0]), "makes a Python number of a value"),
    "format": (lambda x: x * len(f"{x[0]:.3f}"), "makes a Python number of a value"),
    "layout": (lambda x: np.ravel(x > 1, order="K"), "asks how an array lies in memory"),
}


@pytest.mark.parametrize(("f", "what"), ASKING.values(), ids=ASKING)
def test_questions_about_values(f, what):
    assert np.all(np.isfinite(np.asarray(f(X), float)))  # it runs on numbers
    refused(f, X, match=f"{what}, and while a function is traced.*{WAYS_OUT}")


def test_the_line_of_the_user_is_named():
    def f(x):
        y = np.sin(x)
        if y[0] > 0:
            y = -y
        return y

    text = refused(f, X, match="asks whether")
    assert "test_refusals.py, line " in text
    assert "`if y[0] > 0:`" in text


def test_the_line_is_named_inside_of_transforms():
    @grad
    def slope(x):
        return np.sum(x) if np.max(x) > 2 else np.sum(x * x)

    text = refused(slope, X, match="asks whether")
    assert "`return np.sum(x) if np.max(x) > 2 else np.sum(x * x)`" in text


# ── changes in place ──────────────────────────────────────────────────────────────────────────
def changed_view(i):
    part = i[:2]
    part += 1
    return i


def changed_argument(i):
    i += 1
    return i


def changed_element(i):
    i[0] = 5
    return i


@pytest.mark.parametrize("f", [changed_view, changed_argument, changed_element])
def test_changes_of_arguments(f):
    refused(f, np.arange(3), match="changes an argument, or an array of which a view is in use")


def test_changes_of_an_array_whose_view_is_in_use():
    def f(i):
        fresh = i * 2
        part = fresh[:2]
        fresh += 1
        return fresh, part

    refused(f, np.arange(3), match="changes an argument, or an array of which a view is in use")


def test_a_plain_array_cannot_hold_what_is_traced():
    outer = np.zeros(3)

    def element(x):
        outer[0] = x[0]
        return x

    def whole(i):
        np.add(i, 1, out=outer)
        return i

    refused(element, X, match=r"`outer\[0\] = x\[0\]` makes a Python number of a value")
    refused(whole, np.arange(3), match="changes a plain array, which would have to hold what is")
    assert not outer.any()


@pytest.mark.parametrize(
    "change",
    [lambda i: np.put(i, 0, 1), lambda i: np.add.at(i, 0, 1), lambda i: np.fill_diagonal(i, 1)],
)
def test_functions_that_change_their_argument(change):
    def f(i):
        fresh = i * 2
        change(fresh)
        return fresh

    refused(f, np.eye(3, dtype=int), match=r"changes an array in place \(np\.(put|add|fill)")


def test_a_tensor_is_no_more_changed_than_without_compiling():
    def f(x):
        x[0] = 1.0
        return x

    with pytest.raises(UncoveredError, match="setitem: assignment into a Tensor"):
        compile(f)(X)


# ── what leaves the function, and what it reads from around it ────────────────────────────────
def test_what_is_stored_while_tracing_cannot_be_used():
    log = []

    @compile
    def loss(x):
        log.append(x * 2)
        return np.sum(x)

    assert loss(X) == 6
    assert repr(log[0]) == "Tensor(<traced float64 (3,)>)"
    for use in (lambda: log[0] + 1, lambda: np.sum(log[0]), lambda: log[0][0]):
        with pytest.raises(TracingError, match="uses a value of a compiled function that was sto"):
            use()
    with pytest.raises(TracingError, match="Return it from the compiled function"):
        compile(lambda x: x + log[0])(X)


W = Tensor(np.ones(3), name="W")


def by_no_grad(x):
    with no_grad():
        return x @ W.T


OUTSIDE = {
    "an operand": (lambda x: x @ W, r"the Tensor 'W' of shape \(3,\)"),
    "a function of it": (lambda x: np.sum(x * np.exp(W)), r"the Tensor 'W' of shape \(3,\)"),
    "without recording": (by_no_grad, r"the Tensor 'W' of shape \(3,\)"),
    "inside of a gradient": (grad(lambda x: np.sum(x * W)), r"the Tensor 'W' of shape \(3,\)"),
    "in a checkpoint": (
        grad(checkpoint(lambda x: np.sum(x * W))),
        r"the Tensor 'W' of shape \(3,\)",
    ),
}


@pytest.mark.parametrize(("f", "what"), OUTSIDE.values(), ids=OUTSIDE)
def test_tensors_from_around_the_function(f, what):
    refused(f, X, match=f"the function reads {what} from around it, .*Pass it as an argument")


def test_results_from_around_the_function():
    outer = W * 2
    refused(lambda x: x * outer, X, match="reads a result of multiply from around it")


def test_constants_from_around_the_function_are_as_they_were():
    constant, plain = Tensor(np.ones(3), requires_grad=False), np.ones(3)
    f = compile(lambda x: x * constant + plain * W.data)
    assert f(X).tolist() == [2, 3, 4]
    plain[:] = 100
    assert f(X).tolist() == [2, 3, 4]


def test_a_tensor_of_the_functions_own_is_none_from_around_it():
    def f(x):
        own = Tensor(np.ones(3))
        y = np.sum(own * x)
        y.backward()
        return own.grad

    assert compile(f)(X).tolist() == X.tolist()


GENERATOR, LEGACY = np.random.default_rng(0), np.random.RandomState(0)


class Noisy:
    """A model with a generator of its own, such as one of those that drop some elements."""

    def __init__(self):
        self.rng = np.random.default_rng(0)

    def __call__(self, x):
        return x * self.drawn(x.shape)

    def drawn(self, shape):
        return self.rng.random(shape)


class UsesAnother(Noisy):
    def drawn(self, shape):
        return GENERATOR.random(shape)


def closing_over():
    rng = np.random.default_rng(0)

    def inner(x):
        return x * rng.random(3)

    return lambda x: inner(x) + 1


def drawing_by_a_module(x):
    return x * np.random.mtrand.rand(3)


COMPILED = compile(Noisy())

DRAWING = {
    "np.random": lambda x: x * np.random.rand(3),  # noqa: NPY002
    "a submodule": drawing_by_a_module,
    "bound": partial(lambda draw, x: x * draw(3), np.random.rand),
    "shuffled": lambda x: np.random.shuffle(np.arange(3)) or x,  # noqa: NPY002
    "global": lambda x: x * GENERATOR.random(3),
    "legacy": lambda x: x * LEGACY.rand(3),
    "Python's": lambda x: x * random.random(),
    "a default": lambda x, rng=np.random.default_rng(0): x * rng.random(3),  # noqa: B008
    "closed over": closing_over(),
    "in a gradient": grad(lambda x: np.sum(x * GENERATOR.random(3))),
    "in a comprehension": lambda x: sum(x * GENERATOR.random() for _ in range(2)),
    "an object's": Noisy(),
    "a method's": Noisy().__call__,
    "a method's global": UsesAnother(),
    "in a compiled function": lambda x: COMPILED(x) * 2,
}


@pytest.mark.parametrize("f", DRAWING.values(), ids=DRAWING)
def test_random_numbers(f):
    refused(f, X, match="draws random numbers, from np.random or from a generator that it reads")


def test_generators_as_arguments():
    with pytest.raises(TracingError, match="a random generator as an argument would be asked once"):
        compile(lambda x, rng: x * rng.random(3))(X, GENERATOR)


def test_numbers_that_are_drawn_outside_are_arguments():
    rng = np.random.default_rng(0)
    f = compile(lambda x, kept: np.where(kept, x / 0.5, 0))
    for _ in range(3):
        kept = rng.random(3) < 0.5
        assert f(X, kept).tolist() == np.where(kept, X / 0.5, 0).tolist()


def test_a_generator_within_reach_may_be_there():
    assert compile(lambda x: x * GENERATOR.bit_generator.seed_seq.entropy)(X).tolist() == [0, 0, 0]


def test_printing_shows_shape_and_dtype(capsys):
    @compile
    def f(x, i):
        print(x, i, x.sum(), f"{x}")
        return x

    f(X, np.arange(2))
    shown = capsys.readouterr().out
    assert shown.count("<traced float64 (3,)>") == 2
    assert "<traced int64 (2,)>" in shown
    assert "<traced float64 ()>" in shown
