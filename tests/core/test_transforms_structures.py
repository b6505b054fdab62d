"""Structures and names: what grad, value_and_grad, vjp and jvp take besides single arrays."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest

from autograd_core import DTypeError, GraphError, ShapeError, Tensor, grad, jvp, value_and_grad, vjp


class Pair(NamedTuple):
    left: object
    right: object


@dataclass
class Line:
    slope: object
    offset: object

    def at(self, t):
        return self.slope * t + self.offset


T = np.array([0.0, 1.0, 2.0])


# ── gradients have the structure of the argument ──────────────────────────────────────────────
def test_a_nested_dict():
    def f(p, t):
        w, (b, c) = p["W"], p["rest"]
        return np.sum(w * t) * b + c["d"] ** 2

    p = {"W": np.array([1.0, 2.0, 3.0]), "rest": [2.0, {"d": np.float32(3)}]}
    slope = grad(f)(p, T)
    assert slope["W"].tolist() == [0, 2, 4]
    b, c = slope["rest"]
    assert (type(slope["rest"]), b, c["d"], c["d"].dtype) == (list, 8.0, 6.0, np.float32)
    assert all(type(g) is np.ndarray for g in (slope["W"], b, c["d"]))


def test_a_dataclass_and_its_methods():
    slope = grad(lambda line: np.sum(line.at(T) ** 2))(Line(1.0, 2.0))
    assert type(slope) is Line
    assert (slope.slope, slope.offset) == (2 * (3 + 2 * 4), 2 * 9)


def test_a_namedtuple_of_numbers_is_a_structure_and_a_tuple_of_numbers_an_array():
    f = lambda p: p[0] ** 2 * p[1]  # noqa: E731
    assert grad(f)(Pair(3.0, 2.0)) == Pair(12.0, 9.0)
    assert grad(f)((3.0, 2.0)).tolist() == [12.0, 9.0]


def test_none_has_no_gradient():
    assert grad(lambda p: p["a"] ** 2)({"a": 3.0, "b": None}) == {"a": 6.0, "b": None}


def test_several_arguments_with_structures():
    f = lambda x, y: np.sum(x[0] * y["k"]) + x[1]  # noqa: E731
    x, y = [np.array([1.0, 2.0]), 5.0], {"k": np.array([3.0, 4.0])}
    gy, gx = grad(f, (1, 0))(x, y)
    assert gy["k"].tolist() == [1, 2]
    assert [g.tolist() for g in gx] == [[3, 4], 1]


def test_a_parameter_used_in_two_places_gets_a_gradient_for_each():
    w = np.array([1.0, 2.0])
    first, second = grad(lambda ws: np.sum(ws[0] * ws[1]))([w, w])
    assert first.tolist() == second.tolist() == [1, 2]
    assert not np.shares_memory(first, second)


def test_structures_inside_an_outer_derivative():
    def outer(x):
        inner = grad(lambda p: np.sum(p["a"] * p["b"]) * x)({"a": x * T, "b": T})
        return np.sum(inner["b"])  # x · x · T

    assert grad(outer)(3.0) == 6 * 3
    assert grad(lambda p: p["a"] * grad(lambda q: q["a"] ** 3)(p)["a"])({"a": 2.0}) == {"a": 36.0}


@pytest.mark.parametrize(
    ("p", "place"),
    [({"W": np.arange(3)}, r"argument 0\['W'\] of dtype int64"),
     ({"W": [np.ones(2), "relu"]}, r"argument 0\['W'\]\[1\] of dtype <U4"),
     (Line(1.0, True), r"argument 0\.offset of dtype bool")],
)  # fmt: skip
def test_leaves_without_derivative_are_named(p, place):
    with pytest.raises(DTypeError, match=place):
        grad(lambda p: 1.0)(p)


# ── names ─────────────────────────────────────────────────────────────────────────────────────
def scaled(x, power=2, *, scale):
    return np.sum(x**power) * scale


def test_names_of_arguments():
    x = np.array([1.0, 2.0])
    assert grad(scaled, "scale")(x, scale=3.0) == 5.0
    assert grad(scaled, "x")(x, scale=3.0).tolist() == [6, 12]
    assert grad(scaled, "power")(x, 2.0, scale=1.0) == pytest.approx(4 * np.log(2))
    assert grad(scaled, "power")(x, power=2.0, scale=1.0) == pytest.approx(4 * np.log(2))
    gs, gx = grad(scaled, ("scale", 0))(x, scale=3.0)
    assert (gs, gx.tolist()) == (5.0, [6, 12])


def test_a_named_argument_may_be_a_structure():
    f = lambda x, *, p: x * p["a"] ** 2  # noqa: E731
    assert grad(f, "p")(2.0, p={"a": 3.0}) == {"a": 12.0}


@pytest.mark.parametrize("name", ["power", "nothing"])
def test_a_name_that_was_not_passed(name):
    with pytest.raises(
        GraphError, match=rf"no argument '{name}' was passed. f takes \('x', 'power'"
    ):
        grad(scaled, name)(np.ones(2), scale=1.0)


def test_an_argument_named_by_place_and_name():
    with pytest.raises(GraphError, match="names an argument twice"):
        grad(scaled, (0, "x"))(np.ones(2), scale=1.0)


# ── results ───────────────────────────────────────────────────────────────────────────────────
def test_what_comes_besides_the_value_is_plain():
    def f(x):
        y = x * x
        return np.sum(y), {"y": y, "note": "kept", "inner": [y[0], None]}

    (value, more), _ = value_and_grad(f, has_aux=True)(np.array([1.0, 2.0]))
    assert value == 5.0
    assert type(more["y"]) is np.ndarray
    assert (more["y"].tolist(), more["note"], more["inner"]) == ([1, 4], "kept", [1.0, None])


def test_what_comes_besides_the_value_keeps_outer_derivatives():
    def outer(w):
        (_, y), _ = value_and_grad(lambda x: (x * w, x * w * w), has_aux=True)(3.0)
        return y

    assert grad(outer)(2.0) == 12.0


def polar(p):
    x, y = p["x"], p["y"]
    return {"r": np.sqrt(x * x + y * y), "angle": [np.arctan2(y, x), 7.0]}


def test_vjp_of_structures():
    p = {"x": np.array([3.0, 1.0]), "y": np.array([4.0, 0.0])}
    value, pull = vjp(polar, p)
    assert value["r"].tolist() == [5.0, 1.0]
    assert value["angle"][1] == 7.0
    (dx,) = pull({"r": np.array([5.0, 0.0]), "angle": [np.array([0.0, 1.0]), 0.0]})
    np.testing.assert_allclose(dx["x"], [3.0, 0.0])
    np.testing.assert_allclose(dx["y"], [4.0, 1.0])
    (again,) = pull({"r": np.zeros(2), "angle": [np.zeros(2), 1.0]})
    assert again["x"].tolist() == [0, 0]


def test_vjp_of_complex_results_is_without_conjugation():
    _, pull = vjp(lambda z: [z * 2j, z + 1], 1.0 + 0j)
    assert pull([1.0 + 1j, 3.0])[0] == 2j * (1 + 1j) + 3


def test_a_cotangent_of_another_form():
    pull = vjp(polar, {"x": 1.0, "y": 2.0})[1]
    with pytest.raises(
        ShapeError, match=r"vjp: the cotangent is of type float; .* a dict of \['r'\]"
    ):
        pull(1.0)
    with pytest.raises(ShapeError, match=r"the cotangent has shape \(2,\) and the value \(\)"):
        pull({"r": np.ones(2), "angle": [0.0, 0.0]})


def test_jvp_of_structures():
    p = {"x": np.array([3.0, 1.0]), "y": np.array([4.0, 0.0])}
    t = {"y": np.array([0.0, 2.0]), "x": np.array([5.0, 0.0])}
    value, change = jvp(polar, (p,), (t,))
    assert value["r"].tolist() == [5.0, 1.0]
    np.testing.assert_allclose(change["r"], [3.0, 0.0])
    np.testing.assert_allclose(change["angle"][0], [-0.8, 2.0])
    assert change["angle"][1] == 0.0


def test_tangents_of_another_form():
    with pytest.raises(ShapeError, match=r"jvp: the tangent of argument 1\['b'\] is of type float"):
        jvp(lambda x, p: x, (1.0, {"b": [1.0, np.ones(1)]}), (1.0, {"b": 1.0}))
    with pytest.raises(GraphError, match="2 arguments and 1 tangents"):
        jvp(lambda x, y: x, (1.0, 2.0), (1.0,))
    with pytest.raises(ShapeError, match=r"tangent has shape \(2,\) and its argument \(3,\)"):
        jvp(np.sin, (np.ones(3),), (np.ones(2),))


def test_tensors_in_structures_keep_their_derivative():
    w = Tensor(2.0)
    slope = grad(lambda p: p["x"] ** 2 * p["w"])({"x": 3.0, "w": w})
    assert slope["w"].item() == 9.0
    slope["x"].backward()
    assert w.grad == 6.0
