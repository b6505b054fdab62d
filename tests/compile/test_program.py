"""Programs as text, as files, as pictures; and the verifier."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import nn
from autograd_core import GraphError, SnapshotError, compile, graph, value_and_grad  # noqa: A004
from autograd_core.compile import verify
from autograd_core.draw.page.content import cell
from autograd_core.draw.programs import program_snapshot
from autograd_core.draw.snapshot import Value
from autograd_core.draw.snapshot.wellformed import wellformed
from autograd_core.draw.svg import to_svg
from autograd_core.ops import elementwise
from autograd_core.symbolic import Call, Symbol
from autograd_core.tracing import Program
from autograd_core.tracing.program import Again
from tests.compile.traces import arrays_in, numbers, program_of


def net(x: Any) -> Any:
    layers = nn.Sequential(nn.Affine(4, 3, rng=0), nn.Tanh())
    return np.sum(layers(x))


CASES = {
    "elementwise": (lambda x, y: np.sin(x) * y + x**2, numbers(3), numbers(3, seed=1)),
    "gradient": (value_and_grad(lambda x: np.sum(x[1:] * x[:-1] ** 2)), numbers(5)),
    "named": (lambda x: np.linalg.norm(np.sort(x)[::-1] - np.median(x)), numbers(4)),
    "indices": (lambda x, i: x[i] + x[..., None][:, 0][i], numbers(4), np.array([0, 2])),
    "constants": (lambda x: x * np.array([1.0, np.nan, np.inf]) + np.float32(0.1), numbers(3)),
    "several results": (lambda x: np.linalg.slogdet(x @ x.T + np.eye(3))[1], numbers(3, 3)),
    "composite": (value_and_grad(net), numbers(2, 4, dtype="float32")),
}


@pytest.mark.parametrize("case", CASES)
def test_a_program_comes_back_from_json(case: str) -> None:
    f, *args = CASES[case]
    program = program_of(f, *args)
    text = program.to_json()
    read = Program.from_json(text)
    assert str(read) == str(program)
    assert read.to_json() == text
    assert read.after == program.after or {str(x) for x in read.after} == set(
        map(str, program.after)
    )
    for found, expected in zip(
        read.evaluate(arrays_in(*args)), program.evaluate(arrays_in(*args)), strict=True
    ):
        np.testing.assert_array_equal(found, expected)


def test_one_line_for_each_operation() -> None:
    program = program_of(lambda x, y: np.exp(x) @ y, numbers(2), numbers(2, 3))
    assert str(program) == (
        "x0: float64[2] = input\n"
        "x1: float64[2, 3] = input\n"
        "v0: float64[2] = exp(x0)\n"
        "v1: float64[3] = matmul(v0, x1)\n"
        "return v1"
    )


def test_scopes_stand_behind_the_lines() -> None:
    text = str(program_of(net, numbers(2, 4, dtype="float32")))
    assert any(line.endswith("# sequential/tanh1") for line in text.split("\n"))


def test_large_constants_are_short_in_print() -> None:
    assert "<float64[40]>" in str(program_of(lambda x: x + np.arange(40.0), numbers(40)))


def test_forward_and_backward_are_told_apart() -> None:
    program = program_of(value_and_grad(lambda x: np.sum(np.tanh(x))), numbers(3))
    assert not {x.operation.name for x in program.operations if x not in program.after} - {
        "tanh", "sum"
    }  # fmt: skip
    assert program.outputs[1] in program.after
    assert program.outputs[0] not in program.after


def test_a_function_without_a_name_cannot_be_written() -> None:
    x = Symbol("x", (2,))
    program = Program((x,), (Call(lambda a: a + 1, (x,), like=x),))
    with pytest.raises(GraphError, match="function <lambda> cannot be written to a file"):
        program.to_json()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d | {"version": 99}, "version 99 was written by another release"),
        (lambda d: {}, "not a program written by to_json"),
        (lambda d: d | {"outputs": [50]}, "not a program written by to_json"),
    ],
)
def test_other_files_are_refused(change: Any, message: str) -> None:
    data = change(json.loads(program_of(np.exp, numbers(2)).to_json()))
    with pytest.raises(SnapshotError, match=message):
        Program.from_json(json.dumps(data))


@pytest.mark.parametrize(
    "path",
    ["numpy.load", "numpy.save", "os.system", "numpy.add.__class__", "numpy.linalg.os.system"],
)
def test_a_file_names_nothing_but_functions_of_arrays(path: str) -> None:
    data = json.loads(program_of(np.exp, numbers(2)).to_json())
    data["values"][0]["operation"] = {"function": path}
    with pytest.raises(SnapshotError, match="no function of arrays"):
        Program.from_json(json.dumps(data))


def test_an_unknown_primitive_names_what_to_import() -> None:
    data = json.loads(program_of(np.exp, numbers(2)).to_json())
    data["values"][0]["operation"] = {"primitive": "nowhere"}
    with pytest.raises(SnapshotError, match=r"nowhere is not declared in this process\. Import"):
        Program.from_json(json.dumps(data))


def test_a_program_is_drawn_with_values_scopes_and_both_passes() -> None:
    f, x = value_and_grad(net), numbers(2, 4, dtype="float32")
    program = program_of(f, x)
    snapshot = wellformed(program_snapshot(program, [x]))
    assert {"tanh1", "affine1"} <= {scope.name for scope in snapshot.scopes}
    assert len(snapshot.forward) + len(snapshot.backward) == len(program.operations)
    ends = [vertex for vertex in snapshot.vertices if vertex.name == "result 0"]
    assert ends[0].value is not None
    assert ends[0].value.numbers == pytest.approx(float(program.evaluate([x])[0]), rel=1e-6)
    assert "<svg" in to_svg(snapshot)


# ── the verifier ──────────────────────────────────────────────────────────────────────────────
def test_traced_programs_are_well_formed() -> None:
    for f, *args in CASES.values():
        verify(program_of(f, *args))


def _broken(**fields: Any) -> Call:
    x = Symbol("x0", (2,))
    made = Again.of(Call(elementwise.exp, (x,)))
    for name, value in fields.items():
        setattr(made, name, value)
    return made


X = Symbol("x0", (2,))


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (Program((), (np.exp(X),)), "x0 is read and is no input"),
        (Program((X,), (_broken(shape=(3,)),)), r"exp is called float64\[3\] and gives float64"),
        (Program((X,), (_broken(dtype=np.dtype("f")),)), r"called float32\[2\] and gives float64"),
        (Program((X,), (X,), (np.sum(X),)), r"a guard is float64\[\] and not one boolean"),
        (Program((X, Symbol("x0", (5,))), (X,)), "two inputs have one name"),
    ],
)
def test_what_is_wrong_is_named(program: Program, message: str) -> None:
    with pytest.raises(GraphError, match=message):
        verify(program)


def test_an_operation_that_depends_on_itself_is_found() -> None:
    inner = _broken()
    outer = Call(elementwise.add, (inner, X))
    inner.operands = (outer,)
    with pytest.raises(GraphError, match="depends on itself"):
        verify(Program((X,), (outer,)))


def test_a_pass_keeps_inputs_and_the_types_of_outputs() -> None:
    program = program_of(lambda x: (x, np.exp(x)), numbers(2))
    with pytest.raises(GraphError, match=r"after shorten, the outputs are .* and were"):
        verify(program.with_outputs(program.outputs[:1], ()), program, "shorten")
    other = replace(program, inputs=(*program.inputs, Symbol("more")))
    with pytest.raises(GraphError, match="after widen, the inputs are others"):
        verify(other, program, "widen")
    verify(program, program, "nothing")


def test_graph_draws_a_program():
    program = compile(value_and_grad(lambda x: np.sum(np.sin(x) * x))).program(np.ones(3))
    svg = graph(program).to_svg()
    for name in ("sin", "cos", "result 0", "result 1"):
        assert name in svg


def test_a_number_that_is_not_known_is_not_shown_as_0():
    assert cell(Value()) == "–"
    assert cell(Value(numbers=0.0)) == 0
