"""The report in Markdown: a summary, the targets, and a table for each case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.harness import Ratio, table
from benchmarks.results import Measured, Verdict, verdicts

# the columns of the summary; several forms of one peer count with the fastest
COLUMNS = {
    "ours eager": "ours, eager",
    "ours numpy": "ours, NumPy",
    "ours numba": "ours, Numba",
    "jax": "JAX jit",
    "torch.compile": "torch.compile",
    "torch": "PyTorch",
    "autograd": "HIPS autograd",
    "mygrad": "MyGrad",
    "dezero": "DeZero",
    "micrograd": "micrograd",
}
SCALES = {"s": ((1, "s"), (1e-3, "ms"), (1e-6, "µs")), "B": ((2**20, "MiB"), (2**10, "KiB"))}

EXPLAINED = """\
A figure is the median over the rounds of the time over that of the reference, code written out by
hand where there is any; below 1 is faster. In the summary every side counts with the better of its
thread counts, and a peer with the fastest of its forms. `python -m benchmarks` repeats it:
[how it is measured](../benchmarks/README.md).
"""


def column(side: str) -> str:
    """Under which column a form is counted: "jax scan" under "jax"."""
    return side if side in COLUMNS else side.partition(" ")[0]


def amount(figure: float, unit: str) -> str:
    """A figure with its unit, in three digits: "1.35 µs"."""
    scales = SCALES[unit]
    scale, name = next((s for s in scales if figure >= s[0]), scales[-1])
    return f"{figure / scale:.3g} {name}"


def page(found: Sequence[Measured], picture: str | None) -> str:
    """The whole report; `picture` is the address of the picture in it."""
    parts = ["# Benchmarks\n", _settings(found), EXPLAINED]
    if picture:
        parts.append(f"![Times beside the reference]({picture})\n")
    parts += [summary(found), "## Targets\n", targets(found), *map(details, found)]
    return "\n".join(parts)


def _settings(found: Sequence[Measured]) -> str:
    """Machine and versions; all cases of a report must share them."""
    settings = [{k: v for k, v in m.setting.items() if k != "load"} for m in found]
    for measured, own in zip(found, settings, strict=True):
        if own != settings[0]:
            raise ValueError(
                f"benchmarks: {measured.label} was measured on {own}, but {found[0].label} on "
                f"{settings[0]}.\n  Run it again here: --only {measured.name}."
            )
    return ", ".join(f"{k} {v}" for k, v in settings[0].items()) + ".\n" if settings else ""


def summary(found: Sequence[Measured]) -> str:
    head = ["", "reference", "", *COLUMNS.values()]
    return table(head, [_summary_row(measured) for measured in found])


def _summary_row(measured: Measured) -> list[object]:
    reference = measured.workload.reference
    one = measured.best([reference])
    time = amount(measured.figure(*one), measured.workload.unit) if one else "–"
    return [measured.label, reference, time, *(_best(measured, name) for name in COLUMNS)]


def _best(measured: Measured, name: str) -> str:
    forms = [side for side in measured.workload.sides if column(side) == name]
    one, other = measured.best(forms), measured.best([measured.workload.reference])
    return f"{measured.ratio(one, other).median:.3g}" if one and other else "–"


def targets(found: Iterable[Measured]) -> str:
    rows = [_target_row(verdict) for measured in found for verdict in verdicts(measured)]
    return table(["", "ours", "beside", "ratio (quartiles)", "at most", "met"], rows)


def _target_row(verdict: Verdict) -> list[object]:
    target, label = verdict.target, verdict.measured.label
    threads = f", {target.threads} thread" if target.threads else ""
    plus = f" + {amount(target.plus, 's')}" if target.plus else ""
    at_most = f"{target.at_most:.3g}{plus}"
    if not verdict.ratio:
        return [
            label + threads,
            *map(" or ".join, (target.sides, target.beside)),
            "–",
            at_most,
            "–",
        ]
    met = "yes" if verdict.met else "no"
    return [label + threads, verdict.side, verdict.beside, verdict.ratio, at_most, met]


def details(measured: Measured) -> str:
    """One case: every side at every thread count."""
    counts = list(measured.rounds)
    head = ["side"]
    for n in counts:
        head += [f"{n} thread" + "s" * (n > 1), f"to {measured.workload.reference}"]
    rows = [_details_row(measured, side, counts) for side in measured.sides()]
    title = f"## {measured.label}: {measured.workload.title}\n"
    rounds = max(len(figures) for figures in measured.rounds.values())
    note = f"{measured.case}, {rounds} rounds, load {measured.setting['load']} before.\n"
    return "\n".join([title, note, table(head, rows), *_remarks(measured)])


def _details_row(measured: Measured, side: str, counts: list[int]) -> list[object]:
    row: list[object] = [side]
    for n in counts:
        ratio = measured.to_reference(side, n)
        has = measured.has(side, n)
        row += [amount(measured.figure(side, n), measured.workload.unit) if has else "–"]
        row += [_shown(ratio) if side != measured.workload.reference else ""]
    return row


def _shown(ratio: Ratio | None) -> str:
    return str(ratio) if ratio else "–"


def checked(measured: Measured) -> str:
    """What the quick form shows: which sides compute the same, and why others do not run."""
    same = ", ".join(measured.sides())
    return "\n".join([f"{measured.name}: the same numbers from {same}", *_remarks(measured)])


def _remarks(measured: Measured) -> list[str]:
    """What did not run, and why; once where the thread counts agree."""
    told = dict.fromkeys(
        f"- {side}: {remark.partition(chr(10))[0]}"
        for remarks in measured.remarks.values()
        for side, remark in remarks.items()
    )
    return [*told, ""] if told else []


def wrong(found: Iterable[Measured]) -> list[str]:
    """What must not be: sides that compute other numbers, and our own that fail."""
    return [
        f"{measured.label}: {side} {remark}"
        for measured in found
        for remarks in measured.remarks.values()
        for side, remark in remarks.items()
        if remark.startswith("differs") or (remark.startswith("fails") and side.startswith("ours"))
    ]
