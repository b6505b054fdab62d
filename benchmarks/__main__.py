"""Run the workloads beside every installed peer, and report ratios.

python -m benchmarks                          all of them
python -m benchmarks --only W2 W4             some
python -m benchmarks --quick                  tiny sizes, once: do all sides compute the same?
python -m benchmarks --merge a.json --only W6 W6 anew, the rest from an earlier run
python -m benchmarks --merge a.json b.json    nothing anew: the report of earlier runs
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import picture, report, results, suite
from benchmarks.results import Measured
from benchmarks.workloads import MODULES, workload


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only", nargs="+", choices=MODULES, metavar="NAME", help=", ".join(MODULES)
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=15, help="at most (15)")
    parser.add_argument("--seconds", type=float, default=40, help="a case, after its start (40)")
    parser.add_argument("--merge", nargs="+", type=Path, default=[], metavar="JSON")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--svg", type=Path)
    return parser.parse_args()


def run(chosen: argparse.Namespace) -> Iterator[Measured]:
    names = chosen.only or ([] if chosen.merge else list(MODULES))
    if chosen.quick:
        yield from suite.try_all(names)
        return
    for name in names:
        for case in workload(name).cases:
            yield suite.measure(name, case, chosen.rounds, chosen.seconds)


def write(chosen: argparse.Namespace, found: list[Measured]) -> None:
    if chosen.json:
        results.save(chosen.json, found)
    if chosen.markdown:
        beside = chosen.svg and os.path.relpath(chosen.svg, chosen.markdown.parent)
        chosen.markdown.write_text(report.page(found, beside))
    if chosen.svg:
        chosen.svg.write_text(picture.svg(found))


def main() -> None:
    chosen = options()
    earlier = [measured for path in chosen.merge for measured in results.load(path)]
    new: list[Measured] = []
    write(chosen, results.merged(earlier))
    for measured in run(chosen):
        print(report.checked(measured) if chosen.quick else report.details(measured), flush=True)
        new.append(measured)
        write(chosen, results.merged(earlier, new))  # each time: a run that is cut off goes on
    if not chosen.quick:
        found = results.merged(earlier, new)
        print(report.summary(found), report.targets(found), sep="\n")
    if wrong := report.wrong(new):
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
