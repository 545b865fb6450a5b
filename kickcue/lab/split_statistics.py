"""How a race was paced, in two figures.

The thresholds of ``kick_word`` are a judgement, not a finding; they separate world records (1 to 5
%) from championship races run for the win (13 to 22 %).
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean, pstdev

from kickcue.core.course import Course
from kickcue.lab.athlete import Truth


def laps_s(truth: Truth, course: Course) -> tuple[float, ...]:
    """Return the seconds of each whole lap.

    The partial one with which some events begin is left out.
    """
    starts_m = (0.0,) if course.first_crossing_m == course.lap_m else ()
    times = [truth.time_at(metres) for metres in (*starts_m, *course.crossings_m)]
    return tuple(after - before for before, after in pairwise(times))


def kick_percent(laps: Sequence[float]) -> float:
    """Return by how many per cent the last lap beat the mean of the others but the first."""
    return 100.0 * (1.0 - laps[-1] / fmean(laps[1:-1]))


def lap_cv_percent(laps: Sequence[float]) -> float:
    """Return the coefficient of variation of the laps between first and last, in per cent."""
    return 100.0 * pstdev(laps[1:-1]) / fmean(laps[1:-1])


def kick_word(percent: float) -> str:
    """Return what such a kick is called."""
    if percent <= 3.0:
        return "even"
    if percent <= 6.0:
        return "a normal end spurt"
    return "some reserve left" if percent <= 10.0 else "kick held back, or a tactical race"
