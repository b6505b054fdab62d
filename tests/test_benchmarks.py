"""All sides of a workload compute the same numbers, on tiny sizes; what is made of figures."""

import json
import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from benchmarks import picture, report, results
from benchmarks.results import Measured
from benchmarks.workload import Skipped, Workload, numbers
from benchmarks.workloads import MODULES, workload

TIMED = [name for name in MODULES if workload(name).timed]


def sides():
    for name in TIMED:
        for side in workload(name).sides:
            if side == "torch.compile":  # takes seconds: `python -m benchmarks --quick` tries it
                continue
            # what a peer warns of is not ours to mend
            marks = (
                [] if side.startswith(("ours", "hand")) else [pytest.mark.filterwarnings("ignore")]
            )
            yield pytest.param(name, side, marks=marks, id=f"{name}-{side}")


@pytest.mark.parametrize(("name", "side"), list(sides()))
def test_sides_agree(name, side):
    own = workload(name)
    try:
        expected = own.results(own.start(own.reference, own.tiny))
        found = own.results(own.start(side, own.tiny))
    except Skipped as reason:
        pytest.skip(str(reason))
    own.check(side, found, expected)


@pytest.mark.parametrize("name", MODULES)
def test_targets_name_sides_and_cases(name):
    own = workload(name)
    known = {*own.sides, *own.floors}
    assert own.reference in own.sides
    for target in own.targets:
        assert {*target.sides, *target.beside} <= known
        assert target.case is None or target.case in own.cases
        assert target.threads is None or target.threads in own.threads
    for side in own.sides:
        assert report.column(side) in {*report.COLUMNS, own.reference, "hand", "hand,", "nn"}, side


@pytest.mark.parametrize("name", TIMED)
def test_floors_run(name):
    own = workload(name)
    for side in own.floors:
        own.start(side, own.tiny)()


def test_other_numbers_are_seen():
    own = workload("W1")
    expected = own.results(own.start("hand", own.tiny))
    wrong = [expected[0] + 1e-6, *expected[1:]]
    with pytest.raises(AssertionError, match="W1: ours eager against hand"):
        own.check("ours eager", wrong, expected)
    with pytest.raises(AssertionError, match="5 numbers, not 6"):
        own.check("ours eager", expected[1:], expected)


def test_a_missing_peer_is_skipped_by_name():
    def start(_):
        import no_such_peer

        return no_such_peer.run

    own = Workload("W0", "", cases={}, tiny=None, sides={"peer": start})
    with pytest.raises(Skipped, match="No module named 'no_such_peer'"):
        own.start("peer", None)


def test_numbers_of_structures_come_in_order():
    found = list(numbers({"b": (1.0, [np.float32(2)]), "a": np.zeros(3)}))
    assert [n.tolist() for n in found] == [[0.0, 0.0, 0.0], 1.0, 2.0]


def measured(name="W2", case="float32", **ours):
    """Three rounds at one thread and at two, in which hand takes 2 s and 4 s."""
    figures = {"ours numpy": [1.0, 1.0, 1.5], "torch": [4.0, 4.0, 4.0]} | ours
    rounds = {
        n: [{"hand": 2.0 * n, **{k: n * v[i] for k, v in figures.items()}} for i in range(3)]
        for n in (1, 2)
    }
    return Measured(
        name, case, {"machine": "M", "load": "0.1"}, rounds, {1: {"jax": "skipped: no"}}
    )


def test_ratios_are_of_rounds_and_of_the_better_thread_count():
    found = measured(**{"ours numba": [8.0, 8.0, 8.0]})
    ratio = found.to_reference("ours numpy")
    assert (ratio.low, ratio.median, ratio.high) == (0.5, 0.5, 0.625)
    assert found.best(["ours numpy", "ours numba"]) == ("ours numpy", 1)
    assert found.best(["ours numpy"], threads=2) == ("ours numpy", 2)
    assert found.best(["jax"]) is None


def test_verdicts_compare_the_fastest_with_the_limit():
    rows = {(v.side, v.beside): v for v in results.verdicts(measured()) if v.ratio}
    assert rows["ours numpy", "hand"].met
    assert rows["ours numpy", "torch"].ratio.median == 0.25
    slow = measured(**{"ours numpy": [3.0, 3.0, 3.0]})
    assert not any(v.met for v in results.verdicts(slow) if v.beside != "torch")


def test_verdict_with_seconds_beside_the_ratio():
    rounds = {1: [{"numpy": 0.1, "ours eager": 0.129}]}
    (verdict,) = results.verdicts(Measured("W9", "import", {}, rounds))
    assert verdict.met
    rounds[1][0]["ours eager"] = 0.131
    (verdict,) = results.verdicts(Measured("W9", "import", {}, rounds))
    assert not verdict.met


def test_results_survive_json_and_merge(tmp_path):
    old, other, new = measured(), measured("W3"), measured(torch=[1.0, 1.0, 1.0])
    results.save(tmp_path / "a.json", [other, old])
    loaded = results.load(tmp_path / "a.json")
    assert loaded == [other, old]
    assert results.merged(loaded, [new]) == [new, other]
    json.loads((tmp_path / "a.json").read_text())


def test_report_has_all_tables():
    page = report.page([measured()], "pictures/times.svg")
    assert "![Times beside the reference](pictures/times.svg)" in page
    assert re.search(r"\| W2 \| hand +\| 2 s +\| – +\| 0.5 ", page)
    assert re.search(r"\| W2 +\| ours numpy +\| torch +\| 0.25 \(0.25–0.31\)", page)
    assert "- jax: skipped: no" in page


def test_report_refuses_results_of_two_machines():
    other = Measured("W3", "float32", {"machine": "other"}, measured().rounds)
    with pytest.raises(ValueError, match=r"W3 was measured on[\s\S]*other[\s\S]*--only W3"):
        report.page([measured(), other], None)


def test_sides_that_differ_or_fail_are_wrong():
    remarks = {1: {"jax": "differs: a", "ours numba": "fails: b", "torch": "fails: c"}}
    found = Measured("W2", "float32", {}, {1: []}, remarks)
    assert report.wrong([found]) == ["W2: jax differs: a", "W2: ours numba fails: b"]


def test_picture_has_a_mark_for_every_side():
    root = ET.fromstring(picture.svg([measured()]))
    marks = root.findall(".//{*}path")
    assert len(marks) == len(report.COLUMNS) + 2  # the legend's, and ours numpy and torch
    assert "W2" in "".join(root.itertext())


@pytest.mark.parametrize(
    ("figure", "unit", "text"),
    [
        (1.349e-6, "s", "1.35 µs"),
        (0.0123, "s", "12.3 ms"),
        (70.0, "s", "70 s"),
        (3 * 2**20, "B", "3 MiB"),
    ],
)
def test_amounts(figure, unit, text):
    assert report.amount(figure, unit) == text
