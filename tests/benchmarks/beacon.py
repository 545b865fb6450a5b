"""Measures how right the crossings of a simulated beacon are, by interval and by where the receiver
is worn; prints a table. Not a test.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import count, takewhile
from random import Random
from statistics import fmean, median, pstdev, quantiles

from kickcue.core.crossing.beacon_pass import BeaconPassDetector
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.lab.athlete import Truth
from kickcue.lab.beacon import WORN, Beacon, Worn, advertisements
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document

COURSE = simulated_document("5000m").course()
RACES = 60
FIRST_SEED = 1_000_000
OTHER_EVENTS_S = 0.5
SAME_S = 4.0
"""A crossing nearer than this to a line is that line's."""


def crossings(truth: Truth, seed: int, beacon: Beacon) -> list[tuple[float, float]]:
    """Return when the beacon was passed and when that was known, seconds after the gun."""
    watch = BeaconPassDetector()
    watch.rest(0)
    heard = [
        (each.t_ns, each.rssi_dbm) for each in advertisements(Random(seed), truth, COURSE, beacon)
    ]
    others = [
        (s_to_ns(t_s), None)
        for t_s in takewhile(lambda t_s: t_s < truth.duration_s, count(0.0, OTHER_EVENTS_S))
    ]
    found = []
    for t_ns, rssi_dbm in sorted([*heard, *others], key=lambda each: each[0]):
        if rssi_dbm is not None:
            watch.update(t_ns, rssi_dbm)
        passed_ns = watch.passed(t_ns)
        if passed_ns is not None:
            found.append((ns_to_s(passed_ns), ns_to_s(t_ns)))
    return found


def row(name: str, beacon: Beacon, seeds: Iterable[int]) -> str:
    """Return one row of the table."""
    off_s, known_s, lines, stray, run_m = list[float](), list[float](), 0, 0, 0.0
    for seed in seeds:
        truth = simulate(COURSE, SCENARIOS["bare"], seed).truth
        true_s = [truth.time_at(line_m) for line_m in COURSE.crossings_m[:-1]]
        lines, run_m = lines + len(true_s), run_m + COURSE.distance_m
        for passed_s, at_s in crossings(truth, seed, beacon):
            line_s = min(true_s, key=lambda each: abs(each - passed_s))
            if abs(passed_s - line_s) < SAME_S:
                off_s.append(passed_s - line_s)
                known_s.append(at_s - line_s)
            else:
                stray += passed_s < truth.time_at(COURSE.distance_m) - SAME_S
    return " | ".join(
        [
            "",
            name,
            *_figures(off_s, known_s),
            f"{100 * (1 - len(off_s) / lines):.1f} %",
            f"{stray} in {run_m / 1000:g} km",
            "",
        ]
    )


def _figures(off_s: Sequence[float], known_s: Sequence[float]) -> tuple[str, ...]:
    size_s = [abs(each) for each in off_s]
    known = f"{fmean(known_s):.1f} ± {pstdev(known_s):.1f}"
    return (
        f"{fmean(off_s):+.2f} ± {pstdev(off_s):.2f}",
        f"{median(size_s):.2f}",
        f"{quantiles(size_s, n=20)[-1]:.2f}",
        known,
    )


def main() -> None:
    """Measure and print; the number of races may be told."""
    seeds = range(FIRST_SEED, FIRST_SEED + (int(sys.argv[1]) if len(sys.argv) > 1 else RACES))
    print(
        "| beacon | error s | median | p95 | known after s | missed | stray "
        "|\n|---|---|---|---|---|---|---|"
    )
    for interval_s in (0.1, 0.25, 0.5, 1.0):
        print(
            row(f"{interval_s * 1000:g} ms", Beacon(interval_s=interval_s), seeds).strip(),
            flush=True,
        )
    for worn in dict.fromkeys(WORN):
        print(
            row(f"100 ms, worn {_where(worn)}", replace(Beacon(), worn=(worn,)), seeds).strip(),
            flush=True,
        )


def _where(worn: Worn) -> str:
    return {Worn.FRONT: "in front", Worn.BACK: "on the back", Worn.ARM: "on the arm"}[worn]


if __name__ == "__main__":
    main()
