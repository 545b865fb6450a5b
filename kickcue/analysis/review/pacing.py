"""How a race was paced, in figures: docs/report.md, "Figures".

The thresholds are a judgement, not a finding; they separate world records (1 to 5 %) from
championship races run for the win (13 to 22 %).
"""

from collections.abc import Sequence
from itertools import pairwise
from math import fsum, sqrt
from statistics import fmean, pstdev
from typing import Final

from kickcue.analysis.review.model import Pacing, PacingClass
from kickcue.analysis.review.race_curve import RaceCurve
from kickcue.core.course import Course

EVEN_PERCENT: Final = 3.0
SPURT_PERCENT: Final = 6.0
RESERVE_PERCENT: Final = 10.0
FEWEST_LAPS: Final = 3
"""A spread is one of at least so many."""
USABLE_SHARE: Final = 0.25
"""So much of what the last lap was faster could have been spread over the race at most: the speed
of a last lap cannot be held (0.2 to 0.3, a judgement)."""
TACTICAL_CV_PERCENT: Final = 3.0
"""Where the laps between the first and the last are as uneven as this the race was run for the win:
Farah 2016 3.1 %, Hassan 2019 4.3 %, Farah 2012 7.1 %; records stay below 1 %, Mills 1964 2.3 %."""
ALIKE_PERCENT: Final = 2.0
"""Halves and laps within this share of their mean are called even [judgement]."""
KILOMETRE_M: Final = 1000.0

CLASS_WORDS: Final = {
    PacingClass.EVEN: "even",
    PacingClass.END_SPURT: "a normal end spurt",
    PacingClass.RESERVE: "some reserve left",
    PacingClass.HELD_BACK: "kick held back, or a tactical race",
    PacingClass.SLOWER: "slower at the end",
}


def pacing(
    curve: RaceCurve, course: Course, full_laps_s: Sequence[float], *, measured: bool = True
) -> Pacing | None:
    """Return the figures of a finished race.

    None where the last window has less than its length before it, or no time of its own. Where
    the way was not ``measured`` between the lines that were timed, what lies between them is None.
    """
    whole_m, window_m = course.distance_m, course.kick_m
    if whole_m < 2.0 * window_m:
        return None
    last_s, rest_s = _last_and_rest_s(curve, whole_m, window_m)
    if last_s <= 0.0 or rest_s <= 0.0:
        return None
    kick = kick_percent(last_s, rest_s)
    half_s = curve.time_at(whole_m / 2.0)
    whole_s = curve.time_at(whole_m)
    inner = full_laps_s[1:-1]
    last_200 = _last_and_rest_s(curve, whole_m, 200.0) if whole_m > 400.0 and measured else None
    kilometres_s = _kilometres_s(curve, whole_m) if measured else []
    return Pacing(
        last_m=window_m,
        last_s=last_s,
        rest_s=rest_s,
        kick_percent=kick,
        kick_speed_percent=faster_percent(kick),
        last_200_s=None if last_200 is None else last_200[0],
        last_200_kick_percent=None if last_200 is None else kick_percent(*last_200),
        lap_cv_percent=cv_percent(full_laps_s),
        inner_lap_cv_percent=cv_percent(inner),
        kilometre_cv_percent=cv_percent(kilometres_s),
        lap_rmssd_s=rmssd_s(full_laps_s),
        first_half_s=half_s,
        second_half_s=whole_s - half_s,
        half_percent=100.0 * (whole_s - 2.0 * half_s) / whole_s,
        pacing=pacing_class(kick),
        saved_up_s=_saved_up_s(last_s, rest_s, whole_m / window_m, cv_percent(inner)),
    )


def kick_percent(last_s: float, rest_s: float) -> float:
    """Return by how many per cent less time the last window took than as many metres before."""
    return 100.0 * (1.0 - last_s / rest_s)


def faster_percent(kick: float) -> float:
    """Return by how many per cent faster who took ``kick`` per cent less time ran."""
    return 100.0 / (1.0 - kick / 100.0) - 100.0


def is_even(found: Pacing) -> bool:
    """Tell whether it was run evenly but for its end: both halves alike, and the laps too."""
    varied = found.inner_lap_cv_percent
    return abs(found.half_percent) <= ALIKE_PERCENT and (varied is None or varied <= ALIKE_PERCENT)


def pacing_class(kick: float) -> PacingClass:
    """Return what a race is called whose last window took ``kick`` per cent less time."""
    if kick < -EVEN_PERCENT:
        return PacingClass.SLOWER
    if kick <= EVEN_PERCENT:
        return PacingClass.EVEN
    if kick <= SPURT_PERCENT:
        return PacingClass.END_SPURT
    return PacingClass.RESERVE if kick <= RESERVE_PERCENT else PacingClass.HELD_BACK


def cv_percent(times_s: Sequence[float]) -> float | None:
    """Return the coefficient of variation, in per cent; None of too few."""
    return 100.0 * pstdev(times_s) / fmean(times_s) if len(times_s) >= FEWEST_LAPS else None


def rmssd_s(times_s: Sequence[float]) -> float | None:
    """Return the root mean square of the differences from one to the next; None of too few."""
    if len(times_s) < FEWEST_LAPS:
        return None
    steps = [(after - before) ** 2 for before, after in pairwise(times_s)]
    return sqrt(fsum(steps) / len(steps))


def _last_and_rest_s(curve: RaceCurve, whole_m: float, last_m: float) -> tuple[float, float]:
    """Return the time of the last metres, and that of as many on the mean before them."""
    opens_s, ends_s = curve.time_at(whole_m - last_m), curve.time_at(whole_m)
    return ends_s - opens_s, (opens_s - curve.time_at(0.0)) * last_m / (whole_m - last_m)


def _kilometres_s(curve: RaceCurve, whole_m: float) -> list[float]:
    ends = [curve.time_at(KILOMETRE_M * n) for n in range(int(whole_m / KILOMETRE_M) + 1)]
    return [after - before for before, after in pairwise(ends)]


def _saved_up_s(
    last_s: float, rest_s: float, windows: float, inner_cv: float | None
) -> float | None:
    """Return what the same effort earlier could have been worth at most; None: nothing.

    Nor is it anything where the race was run for the win.
    """
    tactical = inner_cv is not None and inner_cv >= TACTICAL_CV_PERCENT
    if tactical or kick_percent(last_s, rest_s) <= SPURT_PERCENT:
        return None
    return USABLE_SHARE * (rest_s - last_s) * (windows - 1.0)
