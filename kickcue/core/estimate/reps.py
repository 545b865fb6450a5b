"""The repetitions of a session, found in its speeds or positions alone; ``rep_presses.py`` finds them in its lap presses.

A session of repetitions has two levels, running hard and resting (standing, walking or jogging). Otsu's threshold parts them; a
repetition begins when the speed clearly goes above and ends when it clearly goes below (hysteresis), its ends lie where the speed
passes the threshold. Where the two levels are not apart there are no repetitions.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Final

from kickcue.core.estimate.gate import Plane
from kickcue.core.estimate.odometer import FASTEST_MPS
from kickcue.core.events import Fix
from kickcue.core.units import NS_PER_S, s_to_ns

WINDOW_S: Final = 4.0
"""Speed from positions is that over 4 s: 2 m of noise are 0.7 m/s then, and a start keeps its place."""
APART_MPS: Final = 1.0
HYSTERESIS: Final = 0.15
"""Share of the distance between the two levels by which the speed must go beyond the threshold."""
SHORTEST_S: Final = 8.0
"""A shorter effort is no repetition, a shorter slack no rest."""


@dataclass(frozen=True, slots=True)
class Rep:
    """One repetition; an end that was not seen is filled in with the usual length."""

    start_ns: int
    end_ns: int
    start_seen: bool = True
    end_seen: bool = True


def reps_from_fixes(fixes: Sequence[Fix]) -> tuple[Rep, ...]:
    """Return the repetitions that positions alone show; pauses of the recorder, in which nobody moves far, count as rest."""
    if len(fixes) < 2:
        return ()
    plane = Plane(fixes[0].lat_deg, fixes[0].lon_deg)
    times = [fix.t_ns for fix in fixes]
    places = [plane.east_north(fix.lat_deg, fix.lon_deg) for fix in fixes]

    def place(t_ns: int) -> tuple[float, float]:
        i = min(max(bisect_right(times, t_ns) - 1, 0), len(times) - 2)
        share = min(max((t_ns - times[i]) / max(times[i + 1] - times[i], 1), 0.0), 1.0)
        (ax, ay), (bx, by) = places[i], places[i + 1]
        return ax + share * (bx - ax), ay + share * (by - ay)

    half_ns = s_to_ns(WINDOW_S / 2.0)
    grid = range(times[0] - half_ns, times[-1] + half_ns + 1, NS_PER_S)
    return reps_from_speeds([(t_ns, math.dist(place(t_ns - half_ns), place(t_ns + half_ns)) / WINDOW_S) for t_ns in grid])


def reps_from_speeds(speeds: Sequence[tuple[int, float]]) -> tuple[Rep, ...]:
    """Return the repetitions that (``t_ns``, m/s), evenly spaced and in order, show; a jump counts as nobody's speed but the fastest."""
    speeds = [(t_ns, min(mps, FASTEST_MPS)) for t_ns, mps in speeds]
    levels = two_levels([mps for _, mps in speeds])
    if levels is None:
        return ()
    slow, parting, fast = levels
    margin = HYSTERESIS * (fast - slow)
    found: list[Rep] = []
    began_ns: int | None = None
    risen_ns = fallen_ns = speeds[0][0]
    running = False
    for (before_ns, before), (t_ns, mps) in pairwise(speeds):
        if (before < parting) is not (mps < parting):
            passed_ns = before_ns + round((parting - before) / (mps - before) * (t_ns - before_ns))
            risen_ns, fallen_ns = (passed_ns, fallen_ns) if mps >= parting else (risen_ns, passed_ns)
        if not running and mps > parting + margin:
            running, began_ns = True, risen_ns
        elif running and mps < parting - margin and began_ns is not None:
            running = False
            found.append(Rep(began_ns, fallen_ns))
    if running and began_ns is not None:
        found.append(Rep(began_ns, speeds[-1][0], end_seen=False))
    return tuple(rep for rep in _without_slack(found) if rep.end_ns - rep.start_ns >= SHORTEST_S * NS_PER_S)


def two_levels(speeds: Sequence[float]) -> tuple[float, float, float] | None:
    """Return mean of the slow, threshold, mean of the fast, by Otsu; None where they are not apart."""
    ranked = sorted(speeds)
    best: tuple[float, int] | None = None
    total, below = sum(ranked), 0.0
    for i in range(1, len(ranked)):
        below += ranked[i - 1]
        between = i * (len(ranked) - i) * (below / i - (total - below) / (len(ranked) - i)) ** 2
        if best is None or between > best[0]:
            best = between, i
    if best is None:
        return None
    slow, fast = fmean(ranked[: best[1]]), fmean(ranked[best[1] :])
    return (slow, (slow + fast) / 2.0, fast) if fast - slow >= APART_MPS else None


def _without_slack(reps: Sequence[Rep]) -> Iterator[Rep]:
    """Yield the repetitions with those joined that only a moment's slack parts."""
    last: Rep | None = None
    for rep in reps:
        if last is not None and rep.start_ns - last.end_ns < SHORTEST_S / 2.0 * NS_PER_S:
            last = Rep(last.start_ns, rep.end_ns, last.start_seen, rep.end_seen)
            continue
        if last is not None:
            yield last
        last = rep
    if last is not None:
        yield last
