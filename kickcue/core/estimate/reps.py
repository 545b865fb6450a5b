"""The repetitions of a session: found in its speeds or positions alone, or in its lap presses alone.

Speeds: a session of repetitions has two levels, running hard and resting (standing, walking or jogging). Otsu's threshold parts them; a
repetition begins when the speed clearly goes above and ends when it clearly goes below (hysteresis), its ends lie where the speed
passes the threshold. Where the two levels are not apart there are no repetitions.

Presses: one at each start and each end, in turn, but late, doubled and forgotten. The likeliest story is found by dynamic programming:
repetitions are alike, so are most rests, a forgotten press has its price. An end nobody pressed is filled in with the usual length and
says so. A repetition with neither press cannot be told from a long rest and is not made up.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from statistics import fmean, median
from typing import Final

from kickcue.core.estimate.gate import Plane
from kickcue.core.events import Fix
from kickcue.core.units import NS_PER_S, s_to_ns

WINDOW_S: Final = 4.0
"""Speed from positions is that over 4 s: 2 m of noise are 0.7 m/s then, and a start keeps its place."""
APART_MPS: Final = 1.0
HYSTERESIS: Final = 0.15
"""Share of the distance between the two levels by which the speed must go beyond the threshold."""
SHORTEST_S: Final = 8.0
"""A shorter effort is no repetition, a shorter slack no rest."""

DOUBLED_WITHIN_S: Final = 5.5
ALIKE: Final = 0.12
"""Repetitions of one session differ by this share [judgement; 8 % in the session of sixteen that the tests use]."""
REST_S: Final = 60.0
REST_SPREAD: Final = 0.8
"""Rests: 60 s within a factor of two or so (log-normal)..."""
USUAL_REST_SPREAD: Final = 0.15
ODD_RESTS: Final = 0.3
"""...but most of a session's are alike; three in ten are others (between sets)."""
FORGOTTEN: Final = 0.1


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
    """Return the repetitions that (``t_ns``, m/s), evenly spaced and in order, show."""
    levels = _two_levels([mps for _, mps in speeds])
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


def _two_levels(speeds: Sequence[float]) -> tuple[float, float, float] | None:
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


def reps_from_marks(presses_ns: Sequence[int]) -> tuple[Rep, ...]:
    """Return the repetitions that presses alone show, in order of time; none for fewer than two presses."""
    presses: list[int] = []
    for t_ns in sorted(presses_ns):
        if not presses or t_ns - presses[-1] > DOUBLED_WITHIN_S * NS_PER_S:
            presses.append(t_ns)
    gaps = sorted({round((b - a) / NS_PER_S) for a, b in pairwise(presses)} - {0})
    stories = [(*_story(presses, float(usual_s), None), float(usual_s)) for usual_s in gaps]
    if not stories:
        return ()
    _, starts, usual_s = max(stories, key=itemgetter(0))
    rests_s = [(b - a) / NS_PER_S for (a, first), (b, second) in pairwise(zip(presses, starts, strict=True)) if second and not first]
    _, starts = _story(presses, usual_s, median(rests_s) if rests_s else None)
    return _told(presses, starts)


def _story(presses: Sequence[int], usual_s: float, usual_rest_s: float | None) -> tuple[float, list[bool]]:
    """Return how likely (log) the likeliest story for repetitions of ``usual_s`` is, and which presses it takes for starts."""
    best = {True: (0.0, [True]), False: (math.log(FORGOTTEN), [False])}
    for before, now in pairwise(presses):
        gap_s = (now - before) / NS_PER_S
        best = {
            start: max(
                ((odds + _odds(was, start, gap_s, (usual_s, usual_rest_s)), [*story, start]) for was, (odds, story) in best.items()),
                key=itemgetter(0),
            )
            for start in (True, False)
        }
    last = {True: best[True][0] + math.log(FORGOTTEN), False: best[False][0]}
    start = last[True] > last[False]
    return last[start], best[start][1]


def _odds(was_start: bool, is_start: bool, gap_s: float, usual: tuple[float, float | None]) -> float:
    """Return the log density of a gap between two presses, given the usual repetition and rest; every forgotten press costs."""
    usual_s, usual_rest_s = usual
    if was_start and not is_start:
        straight = _log_normal(gap_s, usual_s, ALIKE)
        return max(straight, 2.0 * math.log(FORGOTTEN) + _rest(gap_s - 2.0 * usual_s, usual_rest_s))
    forgotten = 1 if was_start is is_start else 0
    return forgotten * math.log(FORGOTTEN) + _rest(gap_s - forgotten * usual_s, usual_rest_s)


def _rest(seconds: float, usual_rest_s: float | None) -> float:
    """Return the log density of a rest."""
    any_rest = _log_normal(seconds, REST_S, REST_SPREAD)
    if usual_rest_s is None:
        return any_rest
    like_the_others = _log_normal(seconds, usual_rest_s, USUAL_REST_SPREAD)
    return max(math.log(ODD_RESTS) + any_rest, math.log(1.0 - ODD_RESTS) + like_the_others)


def _log_normal(seconds: float, usual_s: float, spread: float) -> float:
    if seconds < 1.0:
        return -1e3
    return -0.5 * (math.log(seconds / usual_s) / spread) ** 2 - math.log(spread * seconds)


def _told(presses: Sequence[int], starts: Sequence[bool]) -> tuple[Rep, ...]:
    """Return the story as repetitions, with what was forgotten filled in from the usual length of those seen whole."""
    pairs = list(zip(presses, starts, strict=True))
    steps = list(pairwise(pairs))
    whole = [b - a for (a, first), (b, second) in steps if first and not second]
    if not whole:
        return ()
    usual_ns = round(median(whole))
    found: list[Rep] = []
    for i, (t_ns, is_start) in enumerate(pairs):
        following = pairs[i + 1] if i + 1 < len(pairs) else None
        if is_start:
            ended_ns = following[0] if following is not None and not following[1] else None
            if ended_ns is not None and ended_ns - t_ns < 1.6 * usual_ns:
                found.append(Rep(t_ns, ended_ns))
            else:
                found.append(Rep(t_ns, t_ns + usual_ns, end_seen=False))
        elif not found or found[-1].end_ns != t_ns:
            found.append(Rep(t_ns - usual_ns, t_ns, start_seen=False))
    return tuple(found)
