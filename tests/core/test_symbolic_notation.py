"""What is printed means what it stands for: it is read back, by Python's own rules of precedence,
and must give the same numbers."""

import random
import re
from typing import Any

import numpy as np
import pytest

from autograd_core import REGISTRY, Primitive, primitive
from autograd_core.symbolic import (
    Expression,
    Literal,
    Symbol,
    call_expression,
    rule_expression,
    rule_text,
    symbols,
)
from autograd_core.symbolic.notation import escaped, latex_name, number, superscript
from tests.core.samples import SAMPLES, Sample

DIGITS = 1e-5  # constants such as log 2 are printed to six digits
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
FUNCTIONS: dict[str, Any] = {
    **{name: getattr(np, name) for name in dir(np) if isinstance(getattr(np, name), np.ufunc)},
    "min": np.minimum, "max": np.maximum, "mod": np.remainder, "inf": np.inf, "conj": np.conj,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "ReLU": lambda x: np.maximum(x, 0),
    "clip": np.clip, "MSE": lambda y, t: (y - t) ** 2,
}  # fmt: skip


def written_as(sign: str) -> Any:
    """The primitive that is printed so; of several the one that takes the parameters."""
    shown = {p: p.symbol if p.symbol.isidentifier() else p.name for p in REGISTRY.values()}
    those = [p for p in shown if shown[p] == sign]

    def call(*args: Any, **params: Any) -> Any:
        fitting = [p for p in those if set(p.params) - set(p.defaults) == set(params)]
        return (fitting or those)[0](*args, **params)

    return call


for _primitive in REGISTRY.values():
    for _sign in (_primitive.symbol, _primitive.name):
        FUNCTIONS.setdefault(_sign, written_as(_sign))


def read_text(text: str) -> str:
    """A printed line as Python."""
    text = re.sub(
        f"⁻?[{RAISED}]+",
        lambda m: f"**({m[0].translate(str.maketrans('⁻' + RAISED, '-0123456789'))})",
        text,
    )
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    text = re.sub(r"√(\w+)", r"sqrt(\1)", text).replace("√(", "sqrt(")
    text = re.sub(r"⌊([^⌋]*)⌋", r"floor(\1)", text).replace("^", "**")
    text = re.sub(r"(\w+) mod (\w+)", r"mod(\1, \2)", text)
    for sign, python in (
        ("·", "*"),
        ("−", "-"),
        (" = ", " == "),
        ("≠", "!="),
        ("≤", "<="),
        ("≥", ">="),
    ):
        text = text.replace(sign, python)
    return text


def read_latex(tex: str) -> str:
    """Printed LaTeX as Python: fractions, roots and powers have braces, which are matched."""
    for command, form in ((r"\frac", "(({})/({}))"), (r"\sqrt", "sqrt({})"), ("e^", "exp({})")):
        while command + "{" in tex:
            start = tex.rindex(command + "{")
            end, parts = start + len(command), []
            while end < len(tex) and tex[end] == "{" and len(parts) < form.count("{}"):
                close = closing(tex, end)
                parts.append(tex[end + 1 : close])
                end = close + 1
            tex = tex[:start] + form.format(*parts) + tex[end:]
    tex = (
        tex.replace(r"\max", "max")
        .replace(r"\left", "")
        .replace(r"\right", "")
        .replace(r"\cdot", "*")
    )
    return tex.replace("^{", "**(").replace("}", ")").replace("^", "**")


def closing(tex: str, start: int) -> int:
    depth = 0
    for place in range(start, len(tex)):
        depth += {"{": 1, "}": -1}.get(tex[place], 0)
        if depth == 0:
            return place
    raise AssertionError(tex)


def value(python: str, values: dict[str, Any]) -> Any:
    with np.errstate(all="ignore"):
        return eval(python, FUNCTIONS | values)


SCALARS = [s for s in SAMPLES if all(a.shape == () for a in s.arrays) and not s.primitive.params]


@pytest.mark.parametrize("sample", SCALARS, ids=str)
def test_rules_and_calls_of_numbers_read_back(sample: Sample) -> None:
    shapes = [a.shape for a in sample.arrays]
    out = sample(*sample.arrays)
    values = {n: a[()] for n, a in zip(sample.primitive.inputs, sample.arrays, strict=True)}
    call = call_expression(sample.primitive, shapes)
    np.testing.assert_allclose(value(read_text(call.text()), values), out, rtol=DIGITS)
    values |= {"g": 0.7, "out": out}
    for operand in range(len(shapes)):
        rule = rule_expression(sample.primitive, operand, shapes)
        expected = rule.evaluate(values)
        np.testing.assert_allclose(value(read_text(rule.text()), values), expected, rtol=DIGITS)


def grown(rng: random.Random, depth: int) -> Expression:
    """A random expression."""
    if depth == 0:
        leaf: Any = rng.choice([*symbols("x y z"), Literal(-1.5), Literal(2.0), Literal(1 / 3)])
        return leaf
    a = grown(rng, depth - 1)
    b = grown(rng, rng.randrange(depth))
    grow = rng.choice([
        lambda: a + b, lambda: b - a, lambda: a - b, lambda: a * b, lambda: b * a, lambda: a / b,
        lambda: b / a, lambda: -a, lambda: np.exp(a * 0.1), lambda: a**2, lambda: a**-1,
        lambda: np.sqrt(a**2 + 1), lambda: np.reciprocal(a), lambda: np.square(a), lambda: a + a,
        lambda: a * a, lambda: a * b * b, lambda: a * (1 / b), lambda: np.maximum(a, 0.1) ** b,
    ])  # fmt: skip
    made: Expression = grow()
    return made


POINTS = [{"x": 0.7, "y": -1.3, "z": 2.1}, {"x": 0.9, "y": 1.1, "z": -0.3}]


@pytest.mark.parametrize("seed", range(300))
def test_random_expressions_read_back(seed):
    made = grown(random.Random(seed), 5)
    with np.errstate(all="ignore"):
        found = [(made.evaluate(values), values) for values in POINTS]
    expected, values = next((f for f in found if np.isfinite(f[0])), (None, {}))
    if expected is None:
        return  # it divides by 0 everywhere
    text, tex = made.text(), made.latex()
    np.testing.assert_allclose(value(read_text(text), values), expected, rtol=1e-4, err_msg=text)
    assert "−−" not in text
    assert "--" not in tex
    np.testing.assert_allclose(value(read_latex(tex), values), expected, rtol=1e-4, err_msg=tex)


@pytest.mark.parametrize(("x", "text", "tex"), [
    (2, "2", "2"), (-2.0, "−2", "-2"), (0.25, "0.25", "0.25"), (1 / 3, "1/3", r"\frac{1}{3}"),
    (np.float32(1 / 3), "1/3", r"\frac{1}{3}"), (1e-7, "1e-7", "10^{-7}"),
    (2.5e10, "2.5e10", r"2.5 \cdot 10^{10}"), (np.pi, "3.14159", "3.14159"),
    (True, "True", r"\text{True}"),
    (np.inf, "∞", r"\infty"), (-np.inf, "−∞", r"-\infty"), (np.nan, "NaN", r"\text{NaN}"),
    (123456, "123456", "123456"), (1 + 2j, "((1+2j))", "((1+2j))"),
])  # fmt: skip
def test_numbers(x, text, tex):
    assert number(x) == text
    assert number(x, tex=True) == tex


def test_names():
    assert latex_name("x") == "x"
    assert latex_name("count") == r"\mathrm{count}"
    assert latex_name("a b") == r"\text{a b}"
    assert escaped(r"\_{}$&#%~^<>|`*[]") == (
        r"\textbackslash{}\_\{\}\$\&\#\%\textasciitilde{}\textasciicircum{}"
        r"\textless{}\textgreater{}\textbar{}\textasciigrave{}{*}{[}{]}"
    )
    assert superscript(-12) == "⁻¹²"


def test_a_name_that_looks_like_a_number_is_no_number():
    one, x = Symbol("1"), Symbol("x")
    assert (one * x).text() == "1 · x"
    assert (x / one).text() == "x / 1"
    assert (x - Symbol("−y")).text() == "x − (−y)"


def test_a_user_defined_primitive_prints_itself():
    made = primitive(
        "softcube_example", lambda x, y, *, scale=1.0: scale * x**3 + y,
        tex=r"\operatorname{{cube}}({x}) + {y}",
        vjp=(lambda g, x, scale: 3 * scale * g * x**2,
             lambda g: g),
    )  # fmt: skip
    assert isinstance(made, Primitive)
    assert rule_text(made, 0, [(3, 4), (3, 4)]) == "3 · g · x²"
    assert rule_text(made, 0, [(3, 4), (3, 4)], {"scale": 2.0}) == "6 · g · x²"
    x, y = symbols("x y", (3, 4))
    assert made(x, y * 2).text() == "softcube_example(x, y · 2)"
    assert made(x, y).latex() == r"\operatorname{cube}(x) + y"
    assert (2 * made(x - y, x + y)).latex() == (
        r"2 \cdot \left(\operatorname{cube}(x - y) + \left(x + y\right)\right)"
    )


def test_a_template_with_its_operands_outside_is_taken_for_a_sum():
    star = primitive(
        "star_example", lambda x, y: x * y, tex=r"{x} \star {y}",
        vjp=(lambda g, y: g * y, lambda g, x: g * x),
    )  # fmt: skip
    x, y = symbols("x y")
    assert (star(x + y, y) * x).latex() == r"\left(\left(x + y\right) \star y\right) \cdot x"
    assert star(x, y * 2).latex() == r"x \star \left(y \cdot 2\right)"
