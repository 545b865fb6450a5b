"""A session's repetitions, by speeds or positions; ``rep_presses.py`` finds them in presses.

A session of repetitions has two levels, running hard and resting (standing, walking or jogging).
Otsu's threshold parts them; a repetition begins when the speed clearly goes above and ends when it
clearly goes below (hysteresis), its ends lie where the speed passes the threshold. Where the two
levels are not apart there are no repetitions.

Any run has faster and slower moments: traffic lights, a hill, a receiver's noise. Repetitions are
alike, or their rests are; a long easy stretch before or after them is warming up and cooling down.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median, median_low, pvariance
from typing import Final, NamedTuple

from kickcue.core.crossing.gate import Plane
from kickcue.core.events import Fix
from kickcue.core.readings import FASTEST_MPS
from kickcue.core.units import NS_PER_S, s_to_ns

WINDOW_S: Final = 4.0
"""Speed from positions is that over 4 s: 2 m of noise are 0.7 m/s then, and a start keeps its
place."""
APART_MPS: Final = 1.0
HYSTERESIS: Final = 0.15
"""Share of the distance between the two levels by which the speed must go beyond the threshold."""
SHORTEST_S: Final = 8.0
"""A shorter effort is no repetition, a shorter slack no rest."""
WALK_MPS: Final = 1.9
"""People walk up to about 2 m/s and run beyond: a walk is no repetition."""
TWO_LEVELS: Final = 0.7
"""Share of the speeds' variance that lies between two levels at least; one with noise: 2/π."""
THREE_LEVELS: Final = 0.87
"""The same of three levels; one with noise: 0.81."""
EASY_APART_MPS: Final = 0.5
"""Easy running is slower than repetitions by this at least."""
LONG_EASY: Final = 1.5
"""A warm-up is easy for longer than a repetition takes by this factor at least [judgement]."""
ALIKE: Final = 1.5
"""Lengths within this factor of the median are alike..."""
MOST_ALIKE: Final = 0.7
"""...and so many must be: in public files sessions have 75 % or more, other runs with five efforts
or more 45 % or less..."""
FEW: Final = 5
"""...all of fewer than this..."""
MOST_RESTS_ALIKE: Final = 0.75
"""...of repetitions that grow longer or shorter at least the rests are alike."""
RESTED: Final = 0.05
"""Rests are this share of the time at least: three times 3000 m with 30 s between."""


@dataclass(frozen=True, slots=True)
class Rep:
    """One repetition; an end that was not seen is filled in with the usual length."""

    start_ns: int
    end_ns: int
    start_seen: bool = True
    end_seen: bool = True

    @property
    def ns(self) -> int:
        """How long it took."""
        return self.end_ns - self.start_ns


class Levels(NamedTuple):
    """The means of slow and fast speeds, in m/s."""

    slow: float
    fast: float

    @property
    def parting(self) -> float:
        """The threshold between them."""
        return (self.slow + self.fast) / 2.0


def reps_from_fixes(fixes: Sequence[Fix]) -> tuple[Rep, ...]:
    """Return the repetitions that positions alone show.

    Pauses of the recorder, in which nobody moves far, count as rest.
    """
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
    return reps_from_speeds(
        [
            (t_ns, math.dist(place(t_ns - half_ns), place(t_ns + half_ns)) / WINDOW_S)
            for t_ns in grid
        ]
    )


def reps_from_speeds(speeds: Sequence[tuple[int, float]]) -> tuple[Rep, ...]:
    """Return the repetitions that (``t_ns``, m/s), evenly spaced and in order, show.

    A jump counts as nobody's speed but the fastest.
    """
    speeds = [(t_ns, min(mps, FASTEST_MPS)) for t_ns, mps in speeds]
    values = [mps for _, mps in speeds]
    one_stretch: tuple[Rep, ...] = ()
    apart = two_levels(values)
    # Where a long warm-up is a level of its own, the repetitions are told from it and not from the
    # rests.
    for levels in (apart, None if apart is None else two_levels(_above(values, apart))):
        if levels is None or levels.fast <= WALK_MPS:
            continue
        told_apart = _above(values, apart) if apart is not None and levels is not apart else values
        reps = _hard_efforts(speeds, levels)
        if len(reps) > 1 and _are_levels(told_apart, levels) and _are_a_session(reps):
            return reps
        one_stretch = one_stretch or (reps if len(reps) == 1 else ())
    return one_stretch


def _hard_efforts(speeds: Sequence[tuple[int, float]], levels: Levels) -> tuple[Rep, ...]:
    """Return the efforts above a threshold without the easy running before and after them."""
    efforts = _efforts(speeds, levels)
    hard = two_levels(_above([mps for _, mps in speeds], levels), EASY_APART_MPS)
    if hard is None:
        return efforts
    return _without_easy_ends(efforts, _efforts(speeds, hard), hard.fast - hard.slow)


def _above(values: Sequence[float], levels: Levels) -> list[float]:
    return [mps for mps in values if mps >= levels.parting]


def _are_levels(values: Sequence[float], levels: Levels) -> bool:
    """Tell whether speeds lie on two levels, or on three of which two are slow, and not on one.

    The slow ones are walking and easy running; one level with noise does not count.
    """
    slow = [mps for mps in values if mps < levels.parting]
    fast = _above(values, levels)
    within = len(fast) * pvariance(fast)
    whole = len(values) * pvariance(values)
    if within + len(slow) * pvariance(slow) <= (1.0 - TWO_LEVELS) * whole:
        return True
    between = two_levels(slow)
    if between is None:
        return False
    parts = [mps for mps in slow if mps < between.parting], _above(slow, between)
    return (
        within + math.fsum(len(part) * pvariance(part) for part in parts)
        <= (1.0 - THREE_LEVELS) * whole
    )


def _efforts(speeds: Sequence[tuple[int, float]], levels: Levels) -> tuple[Rep, ...]:
    """Return when the speed was above the threshold for good."""
    parting, margin = levels.parting, HYSTERESIS * (levels.fast - levels.slow)
    found: list[Rep] = []
    began_ns: int | None = None
    risen_ns = fallen_ns = speeds[0][0]
    running = False
    for (before_ns, before), (t_ns, mps) in pairwise(speeds):
        if (before < parting) is not (mps < parting):
            passed_ns = before_ns + round((parting - before) / (mps - before) * (t_ns - before_ns))
            risen_ns, fallen_ns = (
                (passed_ns, fallen_ns) if mps >= parting else (risen_ns, passed_ns)
            )
        if not running and mps > parting + margin:
            running, began_ns = True, risen_ns
        elif running and mps < parting - margin and began_ns is not None:
            running = False
            found.append(Rep(began_ns, fallen_ns))
    if running and began_ns is not None:
        found.append(Rep(began_ns, speeds[-1][0], end_seen=False))
    whole = [rep for rep in _without_slack(found) if rep.ns >= SHORTEST_S * NS_PER_S]
    return tuple(_without_glimpses(speeds, whole, (parting + levels.fast) / 2.0))


def _without_glimpses(
    speeds: Sequence[tuple[int, float]], efforts: Sequence[Rep], hard_mps: float
) -> Iterator[Rep]:
    """Yield the efforts without easy running about the threshold: short and hardly above it."""
    times = [t_ns for t_ns, _ in speeds]
    usual_ns = median(rep.ns for rep in efforts) if efforts else 0.0
    for rep in efforts:
        within = [
            mps
            for _, mps in speeds[bisect_left(times, rep.start_ns) : bisect_right(times, rep.end_ns)]
        ]
        if rep.ns > usual_ns / LONG_EASY**2 or not within or fmean(within) >= hard_mps:
            yield rep


def _without_easy_ends(
    reps: Sequence[Rep], hard: Sequence[Rep], apart_mps: float
) -> tuple[Rep, ...]:
    """Return the repetitions with an easy stretch before the first and after the last left out.

    ``hard`` is what was run faster than such a stretch, by ``apart_mps``; where it is not in the
    others, too, nothing is left out. A repetition that was only a little slower than the others
    stays.
    """
    usual_ns = median(rep.ns for rep in reps) if reps else 0.0
    kept = list(reps)
    for end in (0, -1):
        while len(kept) > 1:
            whole = kept[end]
            inside = [
                rep for rep in hard if _is_within(rep, whole) and rep.ns > usual_ns / LONG_EASY**2
            ]
            easy_ns = whole.ns - sum(rep.ns for rep in inside)
            is_easy = easy_ns > LONG_EASY * usual_ns or (not inside and apart_mps >= APART_MPS)
            if not (is_easy and _mostly_hard([rep for rep in kept if rep is not whole], hard)):
                break
            kept[kept.index(whole) : kept.index(whole) + 1] = inside
            if inside:
                break
    return tuple(kept)


def _mostly_hard(reps: Sequence[Rep], hard: Sequence[Rep]) -> bool:
    """Tell whether more than half of the repetitions have something of ``hard`` in them."""
    as_hard = sum(any(_overlap(each, rep) for each in hard) for rep in reps)
    return 2 * as_hard > len(reps)


def _is_within(a: Rep, b: Rep) -> bool:
    return b.start_ns <= a.start_ns and a.end_ns <= b.end_ns


def _overlap(a: Rep, b: Rep) -> bool:
    return a.start_ns < b.end_ns and b.start_ns < a.end_ns


def _are_a_session(reps: Sequence[Rep]) -> bool:
    """Tell whether efforts or at least their rests are alike, and the rests worth the name.

    Of a few all must be alike: two or three are so by chance.
    """
    rests = [after.start_ns - before.end_ns for before, after in pairwise(reps)]
    rested = sum(rests) / (reps[-1].end_ns - reps[0].start_ns)
    rests_alike = len(rests) > 2 and _alike(rests) >= MOST_RESTS_ALIKE
    return rested >= RESTED and (_efforts_alike(reps) or rests_alike)


def _efforts_alike(reps: Sequence[Rep]) -> bool:
    """Tell whether efforts are about as long as each other; one that is cut off may be shorter."""
    whole = [rep.ns for rep in reps if rep.start_seen and rep.end_seen]
    cut_off = [rep.ns for rep in reps if not (rep.start_seen and rep.end_seen)]
    longest = max(whole, default=0) * ALIKE
    most = MOST_ALIKE if len(whole) >= FEW else 1.0
    return _alike(whole) >= most and all(length <= longest for length in cut_off)


def _alike(lengths: Sequence[int]) -> float:
    """Return the share of lengths that are near the median."""
    usual = median_low(lengths) if lengths else 0  # of two it is one of them
    near = [usual / ALIKE <= length <= usual * ALIKE for length in lengths]
    return fmean(near) if near else 1.0


def two_levels(speeds: Sequence[float], apart_mps: float = APART_MPS) -> Levels | None:
    """Return the two levels of speeds by Otsu; None where they are not apart."""
    ranked = sorted(speeds)
    best: tuple[float, int] | None = None
    total, below = math.fsum(ranked), 0.0
    for i in range(1, len(ranked)):
        below += ranked[i - 1]
        between = i * (len(ranked) - i) * (below / i - (total - below) / (len(ranked) - i)) ** 2
        if best is None or between > best[0]:
            best = between, i
    if best is None:
        return None
    found = Levels(fmean(ranked[: best[1]]), fmean(ranked[best[1] :]))
    return found if found.fast - found.slow >= apart_mps else None


def _without_slack(reps: Sequence[Rep]) -> Iterator[Rep]:
    """Yield the repetitions with those joined that only a moment's slack parts."""
    last: Rep | None = None
    for rep in reps:
        if last is not None and rep.start_ns - last.end_ns < SHORTEST_S * NS_PER_S:
            last = Rep(last.start_ns, rep.end_ns, last.start_seen, rep.end_seen)
            continue
        if last is not None:
            yield last
        last = rep
    if last is not None:
        yield last
