"""compile: what calls may look like, whose the arrays are, threads, many signatures."""

import enum
import gc
import weakref
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from autograd_core import (
    Tensor,
    TracingError,
    compile,  # noqa: A004  the field's name for it
    grad,
    value_and_grad,
)
from tests.compile.conftest import assert_compiles, assert_same

X = np.array([0.5, -1.25, 2.0])


class Counted:
    """A function that counts how often it is run: once for each signature."""

    def __init__(self, f):
        self.f, self.runs = f, 0
        self.__name__ = "counted"

    def __call__(self, *args, **kwargs):
        self.runs += 1
        return self.f(*args, **kwargs)


# ── signatures ────────────────────────────────────────────────────────────────────────────────
class Side(enum.Enum):
    LEFT = 1
    RIGHT = 2


def test_one_trace_for_one_signature(compiled):
    counted = Counted(lambda x, p: x * p)
    f = compiled(counted)
    for x, p in [(X, 2.0), (X + 1, 3.0), (np.ones(3), np.inf)]:
        assert_same(f(x, p), x * p)
    assert counted.runs == 1


@pytest.mark.parametrize(
    "other",
    [
        (X[:2], 2.0),
        (X.astype(np.float32), 2.0),
        (X.astype(">f8"), 2.0),
        (X[:, None], 2.0),
        (X, 2),
        (X, np.float64(2)),
        (X, np.float32(2)),
        (X, True),
        (X, 2j),
    ],
)
def test_another_signature_is_traced_again(compiled, other):
    counted = Counted(lambda x, p: x * p)
    f = compiled(counted)
    f(X, 2.0)
    with np.errstate(all="ignore"):
        assert_same(f(*other), counted.f(*other))
        assert_same(f(*other), counted.f(*other))
    assert counted.runs == 2


STATIC = [(1, 2), (True, False), ("left", "right"), (None, 1), (Side.LEFT, Side.RIGHT), (int, str)]


@pytest.mark.parametrize(("first", "second"), STATIC, ids=str)
def test_static_arguments_are_known_while_tracing(compiled, first, second):
    f = compiled(lambda x, how: x * 2 if how == first else x * 3)
    for _ in range(2):
        assert f(X, first).tolist() == (X * 2).tolist()
        assert f(X, second).tolist() == (X * 3).tolist()


def test_equal_static_arguments_of_other_types_are_others(compiled):
    f = compiled(lambda x, n: x * (2 if isinstance(n, bool) else 3))
    assert f(X, 1).tolist() == (X * 3).tolist()
    assert f(X, True).tolist() == (X * 2).tolist()
    assert f(X, 1).tolist() == (X * 3).tolist()


def test_an_argument_that_cannot_be_compared(compiled):
    with pytest.raises(TracingError, match="an argument of type bytearray is neither an array"):
        compiled(lambda x, data: x)(X, bytearray(3))


def test_keyword_arguments_and_defaults(compiled):
    def f(x, power=2, *, scale=1.5, shift: Any = None):
        y = x**power * scale
        return y if shift is None else y + shift

    run = compiled(f)
    for _ in range(2):
        assert_same(run(X), f(X))
        assert_same(run(X, 3), f(X, 3))
        assert_same(run(X, power=3, scale=2.0), f(X, power=3, scale=2.0))
        assert_same(run(scale=2.0, x=X, shift=X), f(x=X, scale=2.0, shift=X))


def test_decorator_forms(backend):
    @compile
    def plain(x):
        """Its text."""
        return x * 2

    @compile(backend=backend)
    def chosen(x):
        return x * 2

    assert plain(X).tolist() == chosen(X).tolist() == (X * 2).tolist()
    assert (plain.__name__, plain.__doc__) == ("plain", "Its text.")
    with pytest.raises(ValueError, match="backend='none' is none of"):
        compile(lambda x: x, backend="none")


# ── structures ────────────────────────────────────────────────────────────────────────────────
class Point(NamedTuple):
    x: object
    y: object


@dataclass
class Ball:
    centre: Any
    radius: Any


STRUCTURES = {
    "dict": {"a": X, "b": {"c": X * 2}},
    "ordered": OrderedDict(z=X, a=X * 2),
    "list": [X, [X * 2, 3.0]],
    "tuple": (X, (), (X * 2,)),
    "namedtuple": Point(X, {"y": X * 2}),
    "dataclass": Ball(X, 2.0),
    "with None": [None, X, {"n": None}],
    "keys that are no strings": {1: X, (2, 3): X * 2},
}


@pytest.mark.parametrize("structure", STRUCTURES.values(), ids=STRUCTURES)
def test_structures_in_and_out(compiled, structure):
    def f(s):
        return s

    out = compiled(f)(structure)
    assert type(out) is type(structure)
    assert_same(out, structure)
    assert_same(compiled(f)(structure), structure)


def test_gradients_of_structures_and_aux(compiled):
    def loss(params, x):
        y = x * params["W"][0] + params["b"].radius
        return np.sum(y * y), {"y": y, "what": "text", "n": 3}

    params = {"W": [X * 2], "b": Ball(X, 0.5)}
    f = compiled(value_and_grad(loss, has_aux=True))
    (value, aux), slopes = f(params, X)
    (value, aux), slopes = f(params, X)
    (expected, expected_aux), expected_slopes = value_and_grad(loss, has_aux=True)(params, X)
    assert_same([value, aux["y"], slopes], [expected[()], expected_aux["y"], expected_slopes])
    assert (aux["what"], aux["n"]) == ("text", 3)


def test_a_list_of_numbers_is_an_array(compiled):
    assert compiled(lambda x: np.sum(np.asarray([1.0, 2.0, 3.0]) * x))([1, 2, 3]) == 14


# ── whose arrays they are ─────────────────────────────────────────────────────────────────────
def buffers_of(f, *args):
    out = f(*args)
    return list(out)


CONSTANT = np.arange(3.0)


def test_results_share_memory_with_nothing(compiled):
    def f(x, y):
        double = x * 2
        return x, x[1:], double, double, double[::-1], CONSTANT, x.reshape(3, 1), y.T, x + y[0]

    run = compiled(f)
    y = np.ones((2, 3))
    kept = [buffers_of(run, X, y) for _ in range(3)]
    arrays = [array for out in kept for array in out]
    for i, a in enumerate(arrays):
        for b in [*arrays[:i], X, y, CONSTANT]:
            assert not np.shares_memory(a, b)
        a[...] = 100.0  # is the caller's, to write into
    assert_same(run(X, y), tuple(np.array(v) for v in f(X, y)))
    assert CONSTANT.tolist() == [0, 1, 2]


@pytest.mark.parametrize("shape", [(), (0,), (1,), (0, 3), (3, 0), (1, 1), (1, 3, 1)])
def test_empty_arrays_and_single_elements(compiled, shape):
    def f(x):
        return np.sum(np.tanh(x) * x), x + 1

    x = np.full(shape, 0.5)
    assert_compiles(compiled, f, x)
    assert_compiles(compiled, grad(lambda x: f(x)[0]), x)


# ── donation ──────────────────────────────────────────────────────────────────────────────────
def step(params, x):
    slopes = grad(lambda params: np.sum((x * params["w"] + params["b"]) ** 2))(params)
    return {name: params[name] - 0.1 * slopes[name] for name in params}, np.sum(params["w"])


def test_donated_arrays_become_results(backend):
    params = {"w": X.copy(), "b": X * 2}
    expected = step(params, X)
    given = dict(params)
    f = compile(step, donate="params", backend=backend)
    new, before = f(params, X)
    assert_same((new, before), expected)
    for name, array in given.items():
        assert new[name] is array


def test_arrays_that_are_not_donated_stay_as_they_are(backend):
    params = {"w": X.copy(), "b": X * 2}
    f = compile(step, donate="x", backend=backend)
    copies = {name: array.copy() for name, array in params.items()}
    for _ in range(2):
        assert_same(f(params, X.copy()), step(copies, X))
    assert_same(params, copies)


def test_a_donated_array_that_is_read_late_is_not_written_early(backend):
    def f(a, b):
        new = a * 2
        return new, np.sum(a) + np.sum(new), a[::-1] * b

    a = X.copy()
    expected = f(X, X)
    assert_same(compile(f, donate="a", backend=backend)(a, X), expected)


@pytest.mark.parametrize("number", [1.0, np.float64(1), np.float32(1), np.array(1.0)])
def test_donated_numbers_are_given_back_anew(backend, number):
    """As the count of steps in an optimiser's state."""

    def f(count, w):
        return count * 0.5 + 1, w * 2.0

    run = compile(f, donate=("count", "w"), backend=backend)
    for _ in range(2):
        count, w = run(number, X.copy())
        assert count == 1.5
        assert_same(w, X * 2)


def test_two_donated_arrays_that_change_places(backend):
    def f(a, b):
        return b * 1.5, a * 2.5

    a, b = X.copy(), X + 1
    expected = f(a.copy(), b.copy())
    assert_same(compile(f, donate=("a", "b"), backend=backend)(a, b), expected)


# ── calls beside and inside each other ────────────────────────────────────────────────────────
def test_threads_call_with_different_values(compiled):
    f = compiled(value_and_grad(lambda x, p: np.sum(np.sin(x * p) * x)))
    inputs = [np.linspace(0, 1, 200) + i for i in range(32)]
    expected = [value_and_grad(lambda x, p: np.sum(np.sin(x * p) * x))(x, 1.5) for x in inputs]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda x: [f(x, 1.5) for _ in range(20)], inputs))
    for each, (value, slope) in zip(found, expected, strict=True):
        for got in each:
            assert_same(got, (value[()], slope))


def test_a_compiled_function_inside_of_another(compiled):
    inner = compiled(lambda x: np.sin(x) * x)
    outer = compiled(grad(lambda x: np.sum(inner(x) ** 2)))
    expected = grad(lambda x: np.sum((np.sin(x) * x) ** 2))(X)
    assert_same(outer(X), expected)
    assert_same(inner(X), np.sin(X) * X)


def test_a_compiled_function_calls_itself(compiled):
    def power(x, n):
        return x if n == 1 else x * run(x, n - 1)

    run = compiled(power)
    assert run(X, 5).tolist() == pytest.approx((X**5).tolist())


def test_the_gradient_of_a_compiled_function_is_not_lost_silently(compiled):
    f = compiled(lambda x: np.sum(x * x))
    y = Tensor(X) * 2
    with pytest.raises(TracingError, match=r"Compile the gradient, compile\(grad\(f\)\)"):
        f(y)


# ── many signatures ───────────────────────────────────────────────────────────────────────────
def test_a_thousand_signatures_do_not_leak(compiled):
    f = compiled(lambda x, n: x * n)
    entries = []
    for n in range(200):
        f(X, n)
        entries.append(weakref.ref(f.entry(X, n)))
    gc.collect()
    assert sum(ref() is not None for ref in entries) == 64
    assert f(X, 3).tolist() == (X * 3).tolist()


def test_the_arrays_of_a_call_are_let_go(compiled):
    f = compiled(lambda x: np.sin(x) * x)
    x = np.ones(1000)
    seen = weakref.ref(x)
    out = weakref.ref(f(x))
    del x
    assert seen() is None
    assert out() is None


def test_where_the_gradient_is_an_exact_zero_the_function_itself_runs(compiled):
    slope = grad(lambda x: np.sum(np.where(x > 0, np.log(np.where(x > 0, x, 0)), 0)))
    with np.errstate(all="ignore"):
        assert_compiles(compiled, slope, np.array([0.0, 1.0, 2.0]))


def test_errors_of_values_are_those_of_the_function(compiled):
    f = compiled(lambda x, i: x[i])
    assert f(X, np.array([0, 1])).tolist() == X[:2].tolist()
    with pytest.raises(IndexError, match="out of bounds"):
        f(X, np.array([0, 7]))
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        compiled(np.linalg.inv)(np.zeros((2, 2)))
