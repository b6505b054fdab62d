"""Declaring operations: one record, from which everything else follows; and what it may not say."""

import pickle
from functools import partial

import numpy as np
import pytest

from autograd_core import (
    REGISTRY,
    DeclarationError,
    DTypeError,
    ShapeError,
    Tensor,
    check_gradients,
    composite,
    expanded,
    grad,
    no_grad,
    primitive,
)
from autograd_core.primitive import Primitive


def rule(g):
    return g


def declare(name="refused_example", function=lambda x: -x, **record):
    return primitive(name, function, **{"vjp": (rule,), **record})


# ── one record is enough ──────────────────────────────────────────────────────────────────────
def test_a_record_differentiates_twice_on_numbers_arrays_and_tensors():
    softplus = primitive(
        "softplus_example", lambda x: np.log1p(np.exp(x)), kind="elementwise",
        vjp=(lambda g, x, out: g * np.exp(x - out),),
    )  # fmt: skip
    assert softplus(0.0) == np.log(2)
    assert grad(softplus)(0.0) == pytest.approx(0.5)
    assert grad(grad(softplus))(0.0) == pytest.approx(0.25)
    assert grad(grad(grad(softplus)))(0.0) == pytest.approx(0.0, abs=1e-15)
    assert check_gradients(lambda x: softplus(x) * x, np.ones((2, 1))).ok


def test_a_rule_may_ask_for_a_parameter_a_shape_and_other_inputs():
    scale = primitive(
        "scale_example", lambda x, y, *, factor=2.0: factor * x * y, kind="elementwise",
        vjp=(lambda g, y, factor: g * factor * y,
             lambda g, x, factor, y_shape: g * factor * x + np.zeros(y_shape)),
    )  # fmt: skip
    assert scale.inputs == ("x", "y")
    assert scale.params == ("factor",)
    assert scale.defaults == {"factor": 2.0}
    assert scale(3.0, 4.0) == 24.0
    for options in ({}, {"factor": 5.0}):
        scaled = partial(scale, **options)
        assert check_gradients(scaled, np.ones((2, 1)), np.ones(3)).ok


def test_a_variadic_record():
    total = primitive(
        "total_example", lambda *xs: sum(x.sum() for x in xs),
        vjp=(lambda g, i, xs_shape, xs: np.full(xs_shape[i], 1.0) * g + 0 * xs[i],),
    )  # fmt: skip
    assert total.variadic
    ga, gb = grad(lambda a, b: total(a, b, a), (0, 1))(np.ones(2), np.ones((1, 2)))
    assert (ga.tolist(), gb.tolist()) == ([2, 2], [[1, 1]])
    assert grad(grad(lambda a: total(a, a) ** 2))(3.0) == 8.0


def test_a_variadic_record_whose_rule_asks_for_all_inputs():
    product = primitive(
        "product_example", lambda *xs: xs[0] * xs[1] * xs[2],
        vjp=(lambda g, i, xs: g * xs[i - 1] * xs[i - 2],),
    )  # fmt: skip
    assert grad(product, (0, 1, 2))(2.0, 3.0, 5.0) == (15, 10, 6)


@pytest.mark.parametrize(("position", "expected"), [(0, 15), (1, 10), (2, 6)])
def test_a_rule_may_ask_for_some_of_the_inputs(position, expected):
    product = primitive(
        "product_example", lambda x, y, z: x * y * z, kind="elementwise",
        vjp=(lambda g, y, z: g * y * z, lambda g, x, z: g * x * z, lambda g, x, y: g * x * y),
    )  # fmt: skip
    assert grad(product, position)(2.0, 3.0, 5.0) == expected


def test_a_residual_is_handed_to_the_rule_and_differentiated_through_its_function():
    def forward(x):
        inner = np.sin(x)
        return np.exp(inner), inner

    calls = []
    chained = primitive(
        "chained_example", forward, kind="elementwise",
        residuals={"s": lambda x: np.sin(x)},
        vjp=(lambda g, out, s, x: calls.append(type(s)) or g * out * np.cos(x),),
    )  # fmt: skip
    assert chained(0.5) == np.exp(np.sin(0.5))
    first = grad(chained)
    assert first(0.5) == pytest.approx(np.exp(np.sin(0.5)) * np.cos(0.5))
    assert calls == [np.float64]
    assert grad(first)(0.5) == pytest.approx(np.exp(np.sin(0.5)) * (np.cos(0.5) ** 2 - np.sin(0.5)))


def test_a_ufunc_that_is_declared_is_what_numpy_calls():
    name = "nextafter_example"
    nextafter = primitive(
        name, np.nextafter, kind="elementwise", vjp=(lambda g: g, lambda g: np.zeros_like(g))
    )
    y = np.nextafter(Tensor([0.0]), 1.0)
    assert y.creator.primitive is nextafter is REGISTRY[name]


def test_a_composite_runs_its_fast_path_and_opens_into_its_definition():
    cosine = composite(
        "cosine_example", lambda x: np.sin(x + np.pi / 2), lambda x: np.cos(x),
        kind="elementwise", vjp=(lambda g, x: -g * np.sin(x),),
    )  # fmt: skip
    assert cosine(Tensor(0.3)).creator.primitive is cosine
    with expanded():
        assert cosine(Tensor(0.3)).creator.primitive.name == "sin"


def test_rules_are_named_for_tracebacks():
    def forward(x):
        return x * 2.0

    broken = primitive("broken_example", forward, vjp=(lambda g: g @ "nonsense",))
    assert broken.rule_of(0).__name__ == "vjp_broken_example_x"


def test_primitives_are_written_and_pickled_by_name():
    exp = REGISTRY["exp"]
    assert repr(exp) == "<primitive exp>"
    assert pickle.loads(pickle.dumps(exp)) is exp


def test_labels_show_parameters():
    label = REGISTRY["power_constant"].label
    assert label({"exponent": "3"}) == "x³"
    assert label({"exponent": "-12"}) == "x⁻¹²"
    assert label({"exponent": "0.5"}) == "x^0.5"
    assert REGISTRY["power"].label({}) == "^"
    assert REGISTRY["add"].label({}) == "+"


def test_every_name_in_the_registry_is_that_of_its_record():
    assert all(type(made) is Primitive and made.name == name for name, made in REGISTRY.items())


# ── what the record may not say ───────────────────────────────────────────────────────────────
REFUSED = {
    "a name that is taken": ({"name": "exp"}, "primitive exp: this name is taken"),
    "an unknown kind": ({"kind": "pointwise"}, "kind 'pointwise' is not one of"),
    "too few rules": ({"function": lambda x, y: x}, r"1 rules for the inputs \('x', 'y'\)"),
    "too many rules": ({"vjp": (rule, rule)}, r"2 rules for the inputs \('x',\)"),
    "a stray argument": (
        {"vjp": (lambda g, z: g,)},
        r"the rule for x asks for 'z', which is none of \['out', 'x', 'x_shape'\]",
    ),
    "i without *xs": ({"vjp": (lambda g, i: g,)}, "asks for 'i', which is none of"),
    "a rule without g": ({"vjp": (lambda x: x,)}, "first argument is g, the gradient"),
    "a rule without arguments": ({"vjp": (lambda: 0,)}, r"it takes \(\)"),
    "a rule that is no function": ({"vjp": (np.negative,)}, "the rule for x must be a function"),
    "a forward function that cannot be read": (
        {"function": np.dot},
        "the names of .* arguments cannot be read. Wrap it in a lambda",
    ),
    "inputs of both forms": (
        {"function": lambda x, *xs: x, "vjp": (rule, rule)},
        r"either named inputs or \*xs, not both",
    ),
    "a template of something else": ({"tex": "{q}"}, r"the template '\{q\}' names \{'q'\}"),
    "a symbol of something else": ({"symbol": "{axis}"}, r"the template '\{axis\}' names"),
}  # fmt: skip


@pytest.mark.parametrize(("record", "message"), REFUSED.values(), ids=REFUSED)
def test_records_that_contradict_themselves(record, message):
    before = dict(REGISTRY)
    with pytest.raises(DeclarationError, match=message):
        declare(**record)
    assert before == REGISTRY


def test_a_ufunc_has_one_record():
    with pytest.raises(DeclarationError, match=r"np\.sin"):
        declare(function=np.sin)
    assert np.sin(Tensor(0.0)).creator.primitive is REGISTRY["sin"]


def test_a_refused_ufunc_is_not_what_numpy_calls():
    with pytest.raises(DeclarationError):
        declare(function=np.nextafter)  # which has two inputs
    with pytest.raises(TypeError, match=r"np\.nextafter: this NumPy function has no derivative"):
        np.nextafter(Tensor(3.0), 4.0)


def test_a_rule_that_returns_a_number_is_named():
    wrong = declare("number_example", vjp=(lambda g: 0.0,))
    with pytest.raises(DTypeError, match=r"vjp_number_example_x returned 0\.0, which is no array"):
        wrong(Tensor(1.0)).backward()


def test_a_rule_that_returns_another_shape_is_named():
    wrong = declare("shape_example", lambda x: x.sum(), vjp=(lambda g: g,))
    for x in (Tensor([1.0, 2.0]), Tensor([1.0, 2.0]) * 2):
        with pytest.raises(ShapeError, match=r"shape_example: the rule for operand 0 returned a"):
            wrong(x).backward()


def test_calling_a_primitive_under_no_grad_records_nothing():
    with no_grad():
        assert REGISTRY["exp"](Tensor(0.0)).creator is None
