"""Programs of Python's numbers alone run on these, which cost a tenth of NumPy's scalars, and give
them.

Python raises where NumPy gives an infinity or NaN: then the plan of NumPy's calls runs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from autograd_core.compile.caller import Body
from autograd_core.compile.operations import ufunc_of
from autograd_core.ops import elementwise
from autograd_core.symbolic import Call, Expression, Literal
from autograd_core.tracing import Program

_FLOAT = np.dtype(np.float64)
_SIGNS = {
    np.add: "{} + {}", np.subtract: "{} - {}", np.multiply: "{} * {}", np.divide: "{} / {}",
    np.negative: "-{}", np.positive: "{}", np.square: "{0} * {0}", np.reciprocal: "1.0 / {}",
    np.absolute: "abs({})", np.less: "{} < {}", np.greater: "{} > {}", np.less_equal: "{} <= {}",
    np.greater_equal: "{} >= {}", np.equal: "{} == {}", np.not_equal: "{} != {}",
    np.isnan: "{0} != {0}", np.bitwise_or: "{} or {}", np.bitwise_and: "{} and {}",
    np.logical_or: "{} or {}", np.logical_and: "{} and {}", np.logical_not: "not {}",
}  # fmt: skip
_MATH = {
    np.exp: "exp", np.log: "log", np.log1p: "log1p", np.expm1: "expm1", np.log2: "log2",
    np.log10: "log10", np.sqrt: "sqrt", np.sin: "sin", np.cos: "cos", np.tan: "tan",
    np.arcsin: "asin", np.arccos: "acos", np.arctan: "atan", np.arctan2: "atan2",
    np.sinh: "sinh", np.cosh: "cosh", np.tanh: "tanh", np.hypot: "hypot",
}  # fmt: skip
_FAILURES = (ArithmeticError, ValueError)


def is_scalar(program: Program) -> bool:
    """Whether all values are numbers and all operations are known to Python."""
    return bool(program.operations) and all(
        not value.shape
        and (value.dtype == _FLOAT or (value.dtype == bool and isinstance(value, Call)) or (
            isinstance(value, Literal) and value.dtype.kind in "fiu"))
        and (not isinstance(value, Call) or _template(value) is not None)
        for value in program.values
    ) and all(out.dtype == _FLOAT for out in program.outputs)  # fmt: skip


def _template(node: Call) -> str | None:
    if node.operation is np.where:
        return "({1} if {0} else {2})"
    if node.operation is elementwise.power_constant and ufunc_of(node) is None:
        exponent = node.params["exponent"]
        return f"pow({{}}, {float(exponent)!r})" if isinstance(exponent, (int, float)) else None
    ufunc = ufunc_of(node)
    if ufunc in _MATH:
        return f"{_MATH[ufunc]}({', '.join(['{}'] * len(node.operands))})"
    return None if ufunc is None else _SIGNS.get(ufunc)


def body(program: Program, inputs: Sequence[str]) -> Body:
    """The computation as lines of Python, for the names of the inputs."""
    names: dict[Expression, str] = dict(zip(program.inputs, inputs, strict=True))
    lines = []
    for node in program.values:
        if isinstance(node, Literal):
            names[node] = f"({float(node.value)!r})"
        elif isinstance(node, Call):
            name = names[node] = f"v{len(names)}"
            template = _template(node)
            assert template is not None
            lines.append(f"{name} = {template.format(*[names[x] for x in node.operands])}")
    lines += [f"if {names[guard]}: return MISS" for guard in program.guards]
    objects = {name: getattr(math, name) for name in _MATH.values()}
    objects |= {"pow": math.pow, "inf": math.inf, "nan": math.nan, "FAILURES": _FAILURES}
    lines = ["try:", *(f"    {line}" for line in lines or ["pass"])]
    lines += ["except FAILURES:", "    return MISS"]
    return Body(lines, [names[out] for out in program.outputs], objects)
