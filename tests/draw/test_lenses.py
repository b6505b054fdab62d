"""Lenses: nets in which something really dies, explodes, saturates or overflows, and what is said
of them, with the expected numbers by plain NumPy."""

import json
from typing import Any

import numpy as np
import pytest

import nn
from autograd_core import Tensor, sigmoid
from autograd_core.draw.labels import gradient_line, statistics
from autograd_core.draw.lenses import (
    DEAD,
    EXPLODES,
    IS_SATURATED,
    IS_SPARSE,
    LENSES,
    NO_GRADIENT,
    VANISHES,
    Mark,
    is_finite,
    quantity,
    rms,
)
from autograd_core.draw.lenses import lens as lenses
from autograd_core.draw.lenses.data import flattened, lens_data
from autograd_core.draw.lenses.origins import first_gradient, first_value
from autograd_core.draw.lenses.report import Report, lens_report
from autograd_core.draw.snapshot import OPERATION, Snapshot, Value, Vertex
from autograd_core.draw.snapshot.capture import capture
from autograd_core.draw.snapshot.fold import fold
from autograd_core.draw.snapshot.statistics import describe
from tests.draw.graphs import SAMPLES, two_layer_net

RNG = np.random.default_rng(5)


def quadratic(x: np.ndarray, *layers: nn.Module) -> tuple[nn.Module, Snapshot]:
    net = nn.Sequential(*layers)
    loss = (net(x) ** 2).mean()
    loss.backward()
    return net, capture(loss, profile=True)


def found(report: Report, lens: str) -> dict[str, tuple[float, Mark | None]]:
    vertices = report.snapshot.vertices
    scopes = report.snapshot.scopes
    return {
        f"{scopes[vertices[f.vertex].scope].name} {vertices[f.vertex].name or ''}".strip(): (
            f.number,
            f.mark,
        )
        for f in report.findings[lens]
    }


def table(data: dict[str, Any], name: str) -> dict[str, Any]:
    (lens,) = [lens for lens in data["lenses"] if lens["name"] == name]
    return dict(lens)


def size(x: Any) -> float:
    return float(np.sqrt(np.mean(np.square(np.asarray(x, float)))))


# ── gradients that vanish and explode ─────────────────────────────────────────────────────────
def test_gradients_vanish_through_a_stack_of_sigmoids() -> None:
    layers = [
        m for _ in range(8) for m in (nn.Affine(6, 6, init=nn.init.normal(0.01)), nn.Sigmoid())
    ]
    net, snapshot = quadratic(RNG.normal(size=(16, 6)), *layers)
    ratios = found(lens_report(snapshot), "ratio")
    weights = {name: p for name, p in net.named_parameters() if name.endswith("W")}
    for (name, w), (number, mark) in zip(weights.items(), ratios.values(), strict=True):
        assert number == pytest.approx(size(w.grad) / size(w.data), rel=1e-9), name
        assert (mark is VANISHES) == (number < 2.0**-23 / 0.1)
    marks = [mark for _, mark in ratios.values()]
    assert marks[0] is VANISHES
    assert marks[-1] is None


def test_gradients_explode_through_a_stack_of_large_weights() -> None:
    layers = [nn.Affine(6, 6, init=nn.init.normal(3.0)) for _ in range(6)]
    _, snapshot = quadratic(RNG.normal(size=(16, 6)), *layers)
    ratios = found(lens_report(snapshot), "ratio")
    assert {mark for _, mark in ratios.values()} == {EXPLODES}
    assert "▲ exploding" in str(lens_report(snapshot))


def test_a_bias_of_zeros_has_no_ratio() -> None:
    _, snapshot = quadratic(RNG.normal(size=(16, 6)), nn.Affine(6, 2))
    assert list(found(lens_report(snapshot), "ratio")) == ["affine1 W"]


# ── units that do nothing ─────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("bias", "mark"), [(0.0, None), (-1.2, IS_SPARSE), (-99.0, DEAD)])
def test_a_relu_whose_inputs_are_negative_is_dead(bias: float, mark: Mark | None) -> None:
    x, w = RNG.normal(size=(200, 8)), RNG.normal(size=(8, 8)) / 3
    _, snapshot = quadratic(x, nn.Affine.from_arrays(w, np.full(8, bias)), nn.ReLU())
    ((share, given),) = found(lens_report(snapshot), "dead").values()
    assert share == np.mean(x @ w + bias <= 0)
    assert given is mark


def test_behind_a_dead_relu_gradients_are_0() -> None:
    x, w = RNG.normal(size=(20, 8)), RNG.normal(size=(8, 8))
    _, snapshot = quadratic(x, nn.Affine.from_arrays(w, np.full(8, -99.0)), nn.ReLU())
    marks = {v.primitive: NO_GRADIENT for v in snapshot.vertices if v.primitive == "affine"}
    lens = next(lens for lens in LENSES if lens.name == "grad")
    affine = next(v for v in snapshot.vertices if v.primitive == "affine")
    assert lens.read(affine) == (0.0, marks["affine"])


@pytest.mark.parametrize("scale", [0.1, 1.0, 30.0])
def test_the_share_of_saturated_units(scale: float) -> None:
    x = scale * RNG.normal(size=(50, 8))
    for module, derivative, largest in (
        (nn.Sigmoid(), lambda s: s * (1 - s), 0.25),
        (nn.Tanh(), lambda t: 1 - t * t, 1.0),
    ):
        h = Tensor(x)
        y = module(h)
        snapshot = capture(y.sum())
        ((share, mark),) = found(lens_report(snapshot), "saturation").values()
        assert share == np.mean(derivative(y.data) < largest / 10)
        assert (mark is IS_SATURATED) == (share >= 0.5)


# ── what is not finite ────────────────────────────────────────────────────────────────────────
def test_the_first_producer_of_an_infinity_and_of_a_nan() -> None:
    x = Tensor(np.arange(-1.0, 7.0), name="x")
    with np.errstate(all="ignore"):
        y = (np.log(x * 2.0) + 1.0).sum()
        y.backward()
    snapshot = capture(y)
    value, gradient = first_value(snapshot), first_gradient(snapshot)
    assert value is not None
    assert gradient is not None
    assert snapshot.vertices[value.vertex].primitive == "log"
    assert value.text == (
        "log makes 1 NaN and 1 infinite of 8 elements; "
        "it reads × = 8 float64 from -2 to 12 (1 zero)."
    )
    edge = snapshot.edges[gradient.edge or 0]
    assert snapshot.vertices[edge.target].primitive == "log"
    assert gradient.text == (
        "The rule of log for operand 0 (g / x) sends 1 infinite of 8 elements for a gradient of "
        "8 float64 from 1 to 1; it reads × = 8 float64 from -2 to 12 (1 zero)."
    )
    marks = {v.primitive: LENSES[5].read(v)[1] for v in snapshot.vertices if v.primitive}
    assert marks == {
        "multiply": Mark("∞", "∂ infinite", 6), "log": Mark("⚠", "NaN", 9),
        "add": Mark("⚠", "NaN", 9), "sum": Mark("⚠", "NaN", 9),
    }  # fmt: skip


def test_a_leaf_that_is_not_finite_is_the_first() -> None:
    snapshot = capture(Tensor([1.0, np.nan], name="x") * 2.0)
    origin = first_value(snapshot)
    assert origin is not None
    assert (origin.vertex, origin.text) == (0, "x has 1 NaN of 2 elements.")


def test_a_backward_pass_may_start_with_nan() -> None:
    y = Tensor(2.0) * 3.0
    y.backward(np.nan)
    origin = first_gradient(capture(y))
    assert origin is not None
    assert origin.text == "The backward pass starts from NaN."


def test_a_gradient_that_is_not_finite_is_marked_on_its_edge() -> None:
    x = Tensor(0.0, name="x")
    with np.errstate(all="ignore"):
        y = np.sqrt(x) * 2.0
        y.backward()
    data = lens_data(capture(y))
    nan = table(data, "nan")
    assert [data["marks"][mark][1] for _, mark in nan["edgeMarks"]] == ["∂ infinite"]
    assert data["first"] == [None, ["e0", first_gradient(capture(y)).text]]  # type: ignore[union-attr]


def test_a_definition_that_overflows_is_no_origin_of_the_graph() -> None:
    y = sigmoid(Tensor(-1000.0)) * 2.0
    y.backward()
    snapshot = capture(y)
    assert (first_value(snapshot), first_gradient(snapshot)) == (None, None)
    assert table(lens_data(snapshot), "nan")["at"][0] >= len(snapshot.vertices)


def test_finite_graphs_have_no_origin() -> None:
    assert lens_data(two_layer_net())["first"] == [None, None]
    assert "nan" not in [lens["name"] for lens in lens_data(two_layer_net())["lenses"]]


# ── memory and time ───────────────────────────────────────────────────────────────────────────
def test_memory_adds_up() -> None:
    x = Tensor(np.ones((100, 20), np.float32))
    y = np.exp(np.tanh(x)).sum()
    report = lens_report(capture(y))
    assert report.totals["bytes"] == 3 * 8000 + 4
    assert report.totals["saved"] == 2 * 8000
    assert [f.number for f in report.findings["saved"]] == [8000, 8000]
    assert "Memory kept: 16 kB" in str(report)
    assert "exp  8 kB  50 %" in str(report)


def test_groups_add_up_what_they_hold() -> None:
    net = nn.Sequential(nn.Affine(4, 8), nn.Sigmoid(), nn.Affine(8, 3))
    snapshot = capture(net(np.ones((5, 4))).sum(), profile=True)
    folded = fold(snapshot, 0)
    for lens in LENSES:
        if lens.name in ("saved", "forward", "backward"):
            assert lens.total(folded.vertices) == pytest.approx(lens.total(snapshot.vertices))
            assert lens.total(snapshot.vertices) > 0


# ── the table ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", SAMPLES)
def test_the_table_is_json_of_finite_numbers(name: str) -> None:
    json.dumps(lens_data(SAMPLES[name]), allow_nan=False)


def test_numbers_are_those_of_the_vertices_in_the_flattened_order() -> None:
    _, snapshot = quadratic(RNG.normal(size=(16, 6)), nn.Affine(6, 3), nn.ReLU())
    data = lens_data(snapshot)
    vertices, edges, sources = flattened(snapshot)
    assert vertices[: len(snapshot.vertices)] == list(snapshot.vertices)
    assert len(vertices) > len(snapshot.vertices)
    assert [vertices[source].id for source in sources] == [edge.source for edge in edges]
    values = table(data, "values")["numbers"]
    for vertex, number in zip(vertices, values, strict=True):
        if vertex.kind == OPERATION:
            assert number == pytest.approx(rms(vertex.value), rel=5e-3)
    dead = table(data, "dead")
    assert [vertices[i].primitive for i in dead["at"]] == ["relu"]


def test_an_edge_has_its_own_number_where_gradients_meet() -> None:
    x = Tensor(3.0)
    y = x * 2.0 + x * 5.0
    y.backward()
    grad = table(lens_data(capture(y)), "grad")
    assert grad["numbers"][0] == 7
    assert dict(map(tuple, grad["edges"]))[0] == 2
    assert {number for _, number in grad["edges"] if number} == {2, 5}


def test_bars_of_a_histogram() -> None:
    x = np.repeat(np.arange(17.0), [35, 1, *[0] * 14, 2])
    y = Tensor(x) * 1.0
    ((index, low, high, mean, std, bars), *_) = lens_data(capture(y))["value"]
    assert (index, low, high, bars) == (0, 0, 16, "z1000000000000" + "02")
    assert (mean, std) == (pytest.approx(x.mean(), rel=5e-3), pytest.approx(x.std(), rel=5e-3))


def test_a_large_graph_leaves_out_the_definitions() -> None:
    y = Tensor(0.5)
    for _ in range(900):
        y = sigmoid(y)
    snapshot = capture(y)
    assert flattened(snapshot)[0] == list(snapshot.vertices)
    assert len(table(lens_data(snapshot), "values")["numbers"]) == len(snapshot.vertices)


# ── small parts ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("x", [3.0, -2, 1 + 1j, np.array([3.0, -4.0]), np.arange(60.0)])
def test_root_mean_square(x: Any) -> None:
    assert rms(describe(x)) == pytest.approx(np.sqrt(np.mean(np.abs(x) ** 2)), rel=1e-12)


@pytest.mark.parametrize(
    "value", [None, describe(np.nan), Value((), "float64", "<b>"), Value((9,))]
)
def test_no_root_mean_square(value: Value | None) -> None:
    assert rms(value) is None


def test_levels_grow_with_the_number() -> None:
    for lens in LENSES:
        levels = [lens.level(x, 1.0) for x in np.logspace(-12, 4, 200)]
        assert levels == sorted(levels)
        assert levels[-1] == 4


def test_every_mark_has_a_sign_and_a_word_of_its_own() -> None:
    marks = [mark for mark in vars(lenses).values() if isinstance(mark, Mark)]
    assert all(len(mark.sign) == 1 and mark.word for mark in marks)
    assert len({mark.word for mark in marks}) == len(marks) > 8


def test_what_is_finite() -> None:
    assert is_finite(None)
    assert not is_finite(describe(np.inf))


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [(0, "%", "0 %"), (1, "%", "100 %"), (0.001, "%", "< 1 %"), (999, "B", "999 B"),
     (2.5e6, "B", "2.5 MB"), (0.0123, "s", "12.3 ms"), (0, "s", "0 s"), (1234.5, "", "1.23e3")],
)  # fmt: skip
def test_quantities(number: float, unit: str, text: str) -> None:
    assert quantity(number, unit) == text


def test_a_report_of_much_is_cut() -> None:
    layers = [m for _ in range(20) for m in (nn.Affine(3, 3), nn.Tanh())]
    _, snapshot = quadratic(RNG.normal(size=(4, 3)), *layers)
    text = str(lens_report(snapshot))
    assert text.count("… and 8 more") == 2
    assert not any("\x1b" in line for line in text)


def test_an_empty_report() -> None:
    snapshot = Snapshot((Vertex(0, "output"),), (), (), (), ())
    assert str(lens_report(snapshot)) == "Nothing is marked."


# ── labels ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Value((9,), "float64", mean=3e-18, std=0.5), "μ 0 σ 0.5"),
        (Value((9,), "float32", mean=-3e-7, std=0.5), "μ 0 σ 0.5"),
        (Value((9,), "float64", mean=-3e-7, std=0.5), "μ -3e-7 σ 0.5"),
        (Value((9,), "float64", mean=1e-20, std=0.0), "μ 1e-20 σ 0"),
        (Value((9,), "float16", mean=1e-4, std=0.5), "μ 0.0001 σ 0.5"),
    ],
)
def test_a_mean_that_is_rounding_noise_is_0(value: Value, text: str) -> None:
    assert statistics(value) == text


def test_every_row_of_a_gradient_is_told() -> None:
    assert gradient_line(describe(np.array([[1.0, 2.0], [3.0, 4.0]]))) == "[[1, 2], [3, 4]]"
    assert gradient_line(describe(2.5)) == "2.5"
