"""How a true race was paced, by the same figures as a recorded one."""

from itertools import pairwise

from kickcue.analysis.review.model import Pacing
from kickcue.analysis.review.pacing import pacing
from kickcue.analysis.review.race_curve import RaceCurve
from kickcue.core.course import Course
from kickcue.lab.athlete import STEP_S, Truth


def laps_s(truth: Truth, course: Course) -> tuple[float, ...]:
    """Return the seconds of each whole lap.

    The partial one with which some events begin is left out.
    """
    starts_m = (0.0,) if course.first_crossing_m == course.lap_m else ()
    times = [truth.time_at(metres) for metres in (*starts_m, *course.crossings_m)]
    return tuple(after - before for before, after in pairwise(times))


def paced(truth: Truth, course: Course) -> Pacing | None:
    """Return how it was paced; None of a race too short for a last lap and a rest."""
    knots = [(STEP_S * n, metres) for n, metres in enumerate(truth.distance_m)]
    return pacing(RaceCurve(knots), course, laps_s(truth, course))
