"""NumPy's functions on symbols: those of no table keep their name; the others are refused."""

import numpy as np
import pytest

from autograd_core import REGISTRY, AutogradError, Tensor, UncoveredError, graph, primitive
from autograd_core.errors import DTypeError, GraphError, ShapeError
from autograd_core.rewrite import ALGEBRA, gradients, simplified
from autograd_core.symbolic import Literal, Symbol, call, on_symbols, rule_expression, symbols

M = (3, 4)
FUNCTIONS = {
    "roll(x, 2)": lambda x, y: np.roll(x, 2),
    "roll(x, (1, 2), axis=(0, 1))": lambda x, y: np.roll(x, (1, 2), axis=(0, 1)),
    "einsum('ij,ij->i', x, y)": lambda x, y: np.einsum("ij,ij->i", x, y),
    "block([[x, y], [y, x]])": lambda x, y: np.block([[x, y], [y, x]]),
    "cumsum(x, axis=1)": lambda x, y: np.cumsum(x, axis=1),
    "take(x, [1, 2], axis=0)": lambda x, y: np.take(x, np.array([1, 2]), axis=0),
    "take(x, array(7,))": lambda x, y: np.take(x, np.arange(7)),
    "pad(x, 1, mode='constant', constant_values=2)":
        lambda x, y: np.pad(x, 1, mode="constant", constant_values=2),
    "select([x > 0, y > 0], [x, y], default=2.5)":
        lambda x, y: np.select([x > 0, y > 0], [x, y], default=np.float64(2.5)),
    "apply_along_axis(sort, 0, x)": lambda x, y: np.apply_along_axis(np.sort, 0, x),
}  # fmt: skip


@pytest.mark.parametrize("text", FUNCTIONS)
def test_a_function_of_no_table_keeps_its_name_and_arguments(text):
    f = FUNCTIONS[text]
    made = f(*symbols("x y", M))
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, *M))
    assert made.text() == text
    np.testing.assert_array_equal(made.evaluate({"x": x, "y": y}), f(x, y))
    assert (made.shape, made.dtype) == (f(x, y).shape, f(x, y).dtype)
    assert r"\operatorname" in made.latex()


def test_braces_and_text_in_arguments_are_plain_in_latex():
    x, y = symbols("x y", M)
    made = np.einsum("ij,ij->i", x, y)
    assert made.latex() == r"\operatorname{einsum}(\text{'ij,ij-\textgreater{}i', }x, y)"


def test_equal_calls_of_functions_are_one_expression():
    x, y = symbols("x y", M)
    assert np.roll(x, 2) is np.roll(x, 2)
    assert np.roll(x, 2) is not np.roll(x, 3)
    assert np.block([x, y]) is not np.block([y, x])
    many = np.arange(100) % 12  # large arrays are not compared by their elements
    assert np.take(x, many) is np.take(x, many)
    assert np.take(x, many) is not np.take(x, many.copy())


@pytest.mark.parametrize("f", [np.linalg.inv, np.linalg.det, np.linalg.cholesky])
def test_matrices_are_not_inverted_by_luck(f):
    (A,) = symbols("A", (2, 3, 3))
    made = f(A)
    array = np.eye(3) + np.zeros((2, 3, 3))
    assert (made.shape, made.dtype) == (f(array).shape, f(array).dtype)
    np.testing.assert_array_equal(made.evaluate({"A": array}), f(array))


def test_a_function_of_several_results_gives_as_many():
    (A,) = symbols("A", (3, 3))
    found = np.linalg.eigh(A)
    assert type(found) is type(np.linalg.eigh(np.eye(3)))
    assert [part.text() for part in found] == ["eigh(A)[0]", "eigh(A)[1]"]
    assert [part.shape for part in found] == [(3,), (3, 3)]
    assert found.eigenvectors.latex() == r"\operatorname{eigh}(A)_{1}"
    array = np.array([[2.0, 1.0, 0.0], [1.0, 3.0, 0.5], [0.0, 0.5, 1.0]])
    values, vectors = np.linalg.eigh(array)
    np.testing.assert_array_equal((found.eigenvalues * 2).evaluate({"A": array}), values * 2)
    np.testing.assert_array_equal(found.eigenvectors.evaluate({"A": array}), vectors)
    quotient, rest = np.divmod(A, 2)
    assert (quotient.text(), rest.text()) == ("divmod(A, 2)[0]", "divmod(A, 2)[1]")
    assert [part.text() for part in np.split(A, 3)] == [f"split(A, 3)[{i}]" for i in range(3)]


def test_what_is_known_may_become_an_array():
    known = Literal(np.arange(3), "n")
    np.testing.assert_array_equal(np.asarray(known), [0, 1, 2])
    np.testing.assert_array_equal(np.ones(4)[known], np.ones(3))


def test_a_parameter_that_is_computed_of_known_numbers_is_known():
    (x,) = symbols("x", M)
    n = Literal(np.array(1), "n")
    assert call(REGISTRY["sum"], (x,), {"axis": n - 1}).text() == "sum(x, axis=0)"
    with pytest.raises(UncoveredError, match="sum: the parameter `x` is a symbol"):
        call(REGISTRY["sum"], (x,), {"axis": x})


def test_rewriting_leaves_functions_of_no_table_alone():
    (x,) = symbols("x", M)
    assert simplified(0 + np.roll(x, 2) * 1, ALGEBRA) is np.roll(x, 2)
    with pytest.raises(UncoveredError, match="roll: it is no primitive"):
        gradients(np.sum(np.roll(x, 2)), [x])


# ── code that does not run on symbols ─────────────────────────────────────────────────────────
@pytest.mark.parametrize("error", [ZeroDivisionError, KeyError, np.linalg.LinAlgError, TypeError])
def test_what_other_code_raises_is_an_error_of_this_library(error):
    said = pytest.raises(UncoveredError, match="spring: its code does not run on symbols")
    with said, on_symbols("spring"):
        raise error("x")


def test_errors_of_this_library_stay_what_they_are():
    with pytest.raises(GraphError, match="asks whether `x` is true"), on_symbols("spring"):
        bool(Symbol("x"))


@pytest.mark.parametrize("rule", [
    lambda g, x: g * float(x),
    lambda g, x: g * (1 if x > 0 else 2),
    lambda g, x: g / len(range(int(x) + 1)),
    lambda g, x: g * {0.5: 1}[x],
], ids=str)  # fmt: skip
def test_a_rule_that_asks_for_values_is_opaque_and_harms_nothing(rule):
    opaque = primitive("opaque_of_a_test", lambda x: np.sin(x), vjp=(rule,))
    try:
        with pytest.raises(AutogradError):
            rule_expression(opaque, 0, [()])
        y = opaque(Tensor(0.5, name="x"))
        drawn = graph(y)
        assert drawn.snapshot.edges[0].rule is None
        assert "opaque_of_a_test" in str(drawn.explain())
        assert drawn.simplify() == ()
        assert drawn.to_html()
    finally:
        del REGISTRY["opaque_of_a_test"]


# ── what cannot be ────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("f", "error", "message"), [
    (lambda x: 1 if x > 0 else 2, GraphError, "asks whether `x > 0` is true"),
    (lambda x: np.array([1.0]) if x else 0, GraphError, "a symbol has no value"),
    (lambda x: np.zeros(3)[x], DTypeError, "an index, a shape or a `fill`"),
    (np.asarray, DTypeError, "`x` was about to become an array"),
    (lambda x: np.add.accumulate(x), UncoveredError, "np.add: accumulate"),
    (lambda x: np.add(x, 1, out=np.zeros(3)), UncoveredError, "out"),
    (lambda x: np.sum(x, where=np.True_), UncoveredError, "np.sum"),
    (lambda x: x + "text", DTypeError, "neither a number nor"),
    (lambda x: np.full((2,), x), DTypeError, "a `fill` cannot be a symbol"),
    (len, DTypeError, "x is a number and has no length"),
    (lambda x: x.evaluate({}), GraphError, "no value was given for the symbol x"),
], ids=str)  # fmt: skip
def test_refusals(f, error, message):
    with pytest.raises(error, match=message):
        f(Symbol("x"))


def test_shapes_that_do_not_fit():
    with pytest.raises(ShapeError, match=r"inner sizes differ, x is \(3, 4\) and y is \(3, 4\)"):
        Symbol("A", M) @ Symbol("B", M)
    with pytest.raises(ValueError, match="broadcast"):
        Symbol("A", M) + Symbol("B", (2, 4))


@pytest.mark.parametrize(("f", "text"), [
    (np.nanmax, "nanmax(v)"), (np.nanmin, "nanmin(v)"), (np.median, "median(v)"),
    (lambda v: np.fmax.reduce(v), "nanmax(v)"), (np.transpose, "v"),
])  # fmt: skip
def test_functions_of_a_vector_are_written_without_what_goes_without_saying(f, text):
    assert str(f(Symbol("v", (3,), float))) == text


def test_a_transposed_vector_is_explained():
    t = Tensor(np.arange(3.0), name="v")
    total = np.sum(np.transpose(t) * 2)
    total.backward()
    assert "sum(v · 2)" in str(graph(total).explain())
