"""An explanation as text, LaTeX and Markdown, with names that mean something to each of them."""

import re

import numpy as np
import pytest

from autograd_core import Tensor, relu
from autograd_core.explain import Explanation, explain
from autograd_core.explain.explanation import Formula, Line, listed
from autograd_core.explain.naming import numeral

HOSTILE = [
    "$x$", "$$", "a_b", "\\", "\\input{/etc/passwd}", "x|y", "`rm`", "<script>alert(1)</script>",
    "{", "}", "^", "%", "#", "&", "~", "*bold*", "[link](http://evil)", "![i](x)", "]", "<!--",
    "a\nb", "\x1b[31m", "\u202edrow", "-->", "]]>", "$\\evil", "−3", "1", "", " ", "…", "\\)", "$",
    "名前",
]  # fmt: skip


def hostile(name: str) -> Explanation:
    y = Tensor(2.0, name=name) * Tensor(3.0, name="x") - relu(Tensor(1.0, name=name))
    y.name = name
    return explain(y)


def without_math(text: str) -> str:
    """The text without what stands between dollar signs; an escaped one is a sign like others."""
    return re.sub(r"(?<!\\)\$(?:[^$\\]|\\.)*\$", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("name", HOSTILE)
def test_latex_stays_whole(name):
    for line in hostile(name).latex().splitlines():
        assert "$" not in without_math(line).replace(r"\$", "")
        assert line.count("{") - line.count("}") == line.count(r"\{") - line.count(r"\}")
        assert line.count(r"\left(") == line.count(r"\right)")
        rest = line.replace(" & ", " ").replace(" > ", " ")  # of our own choices: x > 0
        rest = re.sub(r"\\[A-Za-z]+\*?|\\.", "", rest)  # without commands and escaped signs
        assert not re.search(r"[%#&~\\<>|`]", rest)
        assert "\x1b" not in line


@pytest.mark.parametrize("name", HOSTILE)
def test_markdown_stays_whole(name):
    for line in hostile(name).markdown().splitlines():
        rest = re.sub(r"^(### |- |  - )", "", without_math(line))
        assert not re.search(r"(?<!\\)[`*_\[\]<>#|$]", rest)
        assert not re.search(r"(?<!\\)<\S", line)
        assert "`" not in line.replace(r"\`", "")
        assert "](" not in line
        assert "\x1b" not in line


@pytest.mark.parametrize("name", HOSTILE)
def test_text_keeps_its_lines(name):
    told = hostile(name)
    assert all(line.text().isprintable() for line in told.lines)
    assert len(told.text().splitlines()) == len(told.lines) + 3  # a blank line before each heading


def test_the_apple_in_latex():
    apple = Tensor(100, name="apple")
    price = apple * Tensor(2, name="apple_num")
    price.name = "p"
    told = explain(price, wrt=apple, format="latex")
    assert str(told) == told.latex()
    assert r"\paragraph{Forward: what is computed}" in str(told)
    assert r"$p = \mathrm{apple} \cdot \text{apple\_num} = 100 \cdot 2 = 200$" in str(told)
    assert (
        r"$\frac{\partial p}{\partial \mathrm{apple}} = \frac{\partial p}{\partial p} \cdot "
        r"\text{apple\_num} = 1 \cdot 2 = 2$"
    ) in str(told)
    assert r"$p \to \mathrm{apple}$: $2$" in str(told)
    assert r"\frac{p(\mathrm{apple} + h) - p(\mathrm{apple} - h)}{2h} \approx 2$" in str(told)


def test_the_apple_in_markdown():
    y = Tensor(np.ones((2, 3)), name="x") @ Tensor(np.ones((3, 4)), name="W")
    y = np.sum(y)
    y.name = "L"
    told = explain(y, format="markdown")
    assert str(told) == told.markdown() == told._repr_markdown_()
    lines = str(told).splitlines()
    assert lines[:2] == ["### Forward: what is computed", ""]
    assert lines[2] == (r"- $\mathrm{n2} = x W \quad (2,4) = (2,3) (3,4) \quad $every element 3")
    assert (
        r"  - $\frac{\partial L}{\partial W} = x^\top \frac{\partial L}{\partial \mathrm{n2}} "
        r"\quad (3,4) = (3,2) (2,4) \quad $every element 2"
    ) in lines


def test_formulas_that_follow_each_other_are_one():
    line = Line(("a_b ", Formula("x", "x"), Formula(" = ", " = "), Formula("1", "1"), " × 2"))
    assert line.text() == "a_b x = 1 × 2"
    assert line.latex() == r"a\_b $x = 1$ $\times$ 2"
    assert line.markdown() == r"a\_b $x = 1$ × 2"


@pytest.mark.parametrize(("x", "text", "tex"), [
    (2.2, "2.2", "2.2"), (-0.0, "0", "0"), (110.00000000000001, "110", "110"),
    (-1.5, "−1.5", "-1.5"), (1e-7, "1e-7", r"\left(1 \cdot 10^{-7}\right)"),
    ("nan", "NaN", r"\text{NaN}"), ("-inf", "−∞", r"-\infty"),
])  # fmt: skip
def test_numbers(x, text, tex):
    assert numeral(x) == Formula(text, tex)


def test_lists():
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed([*"abcdefg"]) == "a, b, c, d and 3 more"


def test_latex_needs_no_more_than_ascii():
    x = Tensor([[1.0, -2.0], [0.5, 3.0]], name="x")
    y = np.sum(np.sqrt(np.maximum(x, 0.1) ** 2) / x.T - relu(x) * x[0] @ x.mean(axis=0))
    assert explain(y).latex().isascii()
    assert not explain(y).text().isascii()
