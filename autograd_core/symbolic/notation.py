"""How operations are written: a table of forms, in text and in LaTeX, with how tightly they bind.

What the table does not list is written by its record: in text as a function of its name or sign, in
LaTeX by its template, whose own brackets tell which operands need none.
"""

from __future__ import annotations

import re
from fractions import Fraction
from string import Formatter
from typing import Any, NamedTuple

import numpy as np

# How tightly a written form holds together, the loosest first.
ANY, WHERE, LOGIC, COMPARE, SUM, PRODUCT, NEGATIVE, MATRIX, PREFIX, POWER, ATOM = range(11)


# What large arrays of indices are called, in their order.
INDICES = "ijklmnpq"


class Form(NamedTuple):
    """text, tex: templates with one `{}` for each operand.   level: how tightly the result binds.
    needs: how tightly each operand must, or it is put in parentheses.
    tex_level, tex_needs: the same in LaTeX, where they differ: a fraction needs no parentheses.
    """

    text: str
    tex: str
    level: int
    needs: tuple[int, ...]
    tex_level: int | None = None
    tex_needs: tuple[int, ...] | None = None


FORMS: dict[Any, Form] = {
    "add": Form("{} + {}", "{} + {}", SUM, (SUM, SUM)),
    "subtract": Form("{} − {}", "{} - {}", SUM, (SUM, PRODUCT)),
    "multiply": Form("{} · {}", r"{} \cdot {}", PRODUCT, (PRODUCT, PRODUCT)),
    "divide": Form("{} / {}", r"\frac{{{}}}{{{}}}", PRODUCT, (PRODUCT, MATRIX),
                   MATRIX, (ANY, ANY)),
    "mod": Form("{} mod {}", r"{} \bmod {}", PRODUCT, (PRODUCT, MATRIX)),
    "negative": Form("−{}", "-{}", NEGATIVE, (PRODUCT,)),
    "reciprocal": Form("1 / {}", r"\frac{{1}}{{{}}}", PRODUCT, (MATRIX,), MATRIX, (ANY,)),
    "square": Form("{}²", "{}^2", POWER, (ATOM,)),
    "power": Form("{}^{}", "{}^{{{}}}", POWER, (ATOM, ATOM), POWER, (ATOM, ANY)),
    "sqrt": Form("√{}", r"\sqrt{{{}}}", POWER, (ATOM,), ATOM, (ANY,)),
    "exp": Form("exp({})", "e^{{{}}}", ATOM, (ANY,), POWER, (ANY,)),
    "expm1": Form("exp({}) − 1", "e^{{{}}} - 1", SUM, (ANY,)),
    "absolute": Form("|{}|", r"\left|{}\right|", ATOM, (ANY,)),
    "dot": Form("{} {}", "{} {}", MATRIX, (MATRIX, MATRIX)),
    "matmul": Form("{} {}", "{} {}", MATRIX, (MATRIX, MATRIX)),
    "outer": Form("{} ⊗ {}", r"{} \otimes {}", MATRIX, (POWER, POWER)),
    "mT": Form("{}ᵀ", r"{}^\top", POWER, (ATOM,)),
    "maximum": Form("max({}, {})", r"\max({}, {})", ATOM, (ANY, ANY)),
    "minimum": Form("min({}, {})", r"\min({}, {})", ATOM, (ANY, ANY)),
    "repeat": Form("repeat({})", r"\operatorname{{repeat}}({})", ATOM, (ANY,)),
    "where": Form(
        "{1} if {0} else {2}",
        r"\begin{{cases}} {1} & {0} \\ {2} & \text{{else}} \end{{cases}}",
        WHERE, (LOGIC, LOGIC, WHERE),
    ),
    np.floor_divide: Form(
        "⌊{} / {}⌋", r"\left\lfloor \frac{{{}}}{{{}}} \right\rfloor", ATOM, (PRODUCT, MATRIX),
        ATOM, (ANY, ANY),
    ),
    np.zeros_like: Form("0", "0", ATOM, (ANY,)),
    np.ones_like: Form("1", "1", ATOM, (ANY,)),
}  # fmt: skip
for _names, _text, _tex, _level in (
    ((np.equal,), "=", "=", COMPARE),
    ((np.not_equal,), "≠", r"\ne", COMPARE),
    ((np.less,), "<", "<", COMPARE),
    ((np.less_equal,), "≤", r"\le", COMPARE),
    ((np.greater,), ">", ">", COMPARE),
    ((np.greater_equal,), "≥", r"\ge", COMPARE),
    ((np.logical_and, np.bitwise_and), "and", r"\land", LOGIC),
    ((np.logical_or, np.bitwise_or), "or", r"\lor", LOGIC),
):
    for _name in _names:
        FORMS[_name] = Form(f"{{}} {_text} {{}}", f"{{}} {_tex} {{}}", _level, (_level + 1,) * 2)

# LaTeX has commands for these; every other name is an operator name.
_COMMANDS = {"log", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh"}
_CLOSING = {
    "(": "),",
    "{": "},",
    "[": "],",
    "|": "|",
    ",": ",)",
}  # what may stand behind an operand


def function_form(name: str, count: int) -> Form:
    """f(x, y): a function by its name."""
    arguments = ", ".join(["{}"] * count)
    command = f"\\{name}" if name in _COMMANDS else rf"\operatorname{{{{{escaped(name)}}}}}"
    text = name.replace("{", "{{").replace("}", "}}")
    return Form(f"{text}({arguments})", f"{command}({arguments})", ATOM, (ANY,) * count)


def template_form(template: str, inputs: tuple[str, ...], text: str) -> Form:
    """The form of a primitive's LaTeX template: an operand in brackets of the template's own needs
    no others."""
    pieces = list(Formatter().parse(template))
    plain, needs = "", dict.fromkeys(inputs, ATOM)
    for place, (before, field, _, _) in enumerate(pieces):
        plain += before.replace("{", "{{").replace("}", "}}")
        if field is None:
            continue
        after = pieces[place + 1][0].lstrip()[:1] if place + 1 < len(pieces) else ""
        if after and after in _CLOSING.get(before.rstrip()[-1:], ""):
            needs[field] = ANY
        plain += f"{{{inputs.index(field)}}}"
    first, last = pieces[0], pieces[-1]
    is_infix = first[0] == "" and first[1] is not None
    is_open = last[1] is not None and needs[last[1]] == ATOM
    level = SUM if is_infix or _is_sum(plain) else PREFIX if is_open else POWER
    return Form(
        text, plain, ATOM, (ANY,) * len(inputs), level, tuple(needs[name] for name in inputs)
    )


def _is_sum(template: str) -> bool:
    """Whether a sign stands outside of all brackets."""
    before = ""
    while template != before:
        before, template = template, re.sub(r"\([^(){}]*\)|\{[^(){}]*\}", "", template)
    return any(sign in template[1:] for sign in "+-")


def escaped(name: str) -> str:
    r"""A name as LaTeX text: what means something to LaTeX is written as itself.

    >>> print(escaped("tax_rate 5%"))
    tax\_rate 5\%
    """
    return "".join(_ESCAPES.get(character, character) for character in name)


_ESCAPES = {character: f"\\{character}" for character in "&%$#_{}"} | {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "|": r"\textbar{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "`": r"\textasciigrave{}", "*": "{*}", "[": "{[}", "]": "{]}",
}  # fmt: skip


def latex_name(name: str) -> str:
    """A variable's name in LaTeX's mathematics: one letter as it is, longer names upright."""
    if re.fullmatch(r"[A-Za-z]", name):
        return name
    return rf"\mathrm{{{name}}}" if name.isalnum() else rf"\text{{{escaped(name)}}}"


def number(value: Any, *, tex: bool = False) -> str:
    """A number as one writes it by hand: 2, 0.25, 1/3, −1.5, 1e-7; six digits where it is longer.

    >>> number(1 / 3), number(-2.0), number(1e-7), number(1e-7, tex=True)
    ('1/3', '−2', '1e-7', '10^{-7}')
    """
    if isinstance(value, complex | np.complexfloating):
        return f"({value})"
    if isinstance(value, bool | np.bool_):
        return str(bool(value)) if not tex else rf"\text{{{bool(value)}}}"
    minus = "-" if tex else "−"
    sign = minus if value < 0 else ""
    if not np.isfinite(value):
        infinity = r"\infty" if tex else "∞"
        return sign + infinity if value == value else r"\text{NaN}" if tex else "NaN"  # noqa: PLR0124
    return sign + _magnitude(abs(value), tex)


def _magnitude(value: Any, tex: bool) -> str:
    exact = float(value)
    short = f"{exact:.6g}"
    if float(short) != exact:
        ratio = Fraction(exact).limit_denominator(10_000)
        if (
            ratio and value.dtype.type(float(ratio)) == value
            if hasattr(value, "dtype")
            else (float(ratio) == exact)
        ):
            top, bottom = ratio.numerator, ratio.denominator
            return rf"\frac{{{top}}}{{{bottom}}}" if tex else f"{top}/{bottom}"
    mantissa, _, exponent = short.partition("e")
    if not exponent:
        return mantissa
    if not tex:
        return f"{mantissa}e{int(exponent)}"
    power = f"10^{{{int(exponent)}}}"
    return power if mantissa == "1" else rf"{mantissa} \cdot {power}"


_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def superscript(number: int) -> str:
    """A whole number above the line: ², ⁻¹."""
    return str(number).translate(_SUPERSCRIPTS)
