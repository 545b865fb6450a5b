"""The one sentence of a review."""

from typing import Final

from kickcue.analysis.review.model import Ending, Pacing, PacingClass
from kickcue.core.clock_format import clock
from kickcue.core.course import Course

EVEN_CV_PERCENT: Final = 2.0
NEAR_M: Final = 50.0


def taken(seconds: float) -> str:
    """Return a time as runners write it: 58.31 s are 58.3, 942.3 s 15:42.3, 4012 s 1:06:52."""
    if round(seconds, 1) < 60.0:
        return f"{seconds:.1f} s"
    return clock(seconds, 1 if round(seconds, 1) < 3600.0 else 0)


def race_headline(
    course: Course, ending: Ending, seconds: float, at_m: float | None, pacing: Pacing | None
) -> str:
    """Return the sentence of a race."""
    event = course.event
    if ending is Ending.FINISHED:
        how = "" if pacing is None else f": {_paced(course, pacing)}"
        return f"{event} in {taken(seconds)}{how}."
    so_far = f"after {taken(seconds)}" + ("" if at_m is None else f" and {metres(at_m)}")
    if ending is Ending.ABORTED:
        return f"{event}, stopped {so_far}."
    if at_m is not None and at_m >= course.distance_m - NEAR_M:
        return f"{event}: about at the finish {so_far}, where the recording ends."
    return f"{event}: the recording ends {so_far}, before the race does."


def run_headline(seconds: float, run_m: float | None) -> str:
    """Return the sentence of a run of which nobody said what it was."""
    if not run_m:
        return f"{taken(seconds)} of recording, without a distance."
    return f"{metres(run_m)} in {taken(seconds)}, {taken(1000.0 * seconds / run_m)} a kilometre."


def metres(run_m: float) -> str:
    """Return a distance as runners say it."""
    return f"{run_m:.0f} m" if run_m < 10_000.0 else f"{run_m / 1000.0:.2f} km"


def _paced(course: Course, pacing: Pacing) -> str:
    window, kick = course.window_name, pacing.kick_speed_percent
    how = f"the {window} {abs(kick):.1f} % {'faster' if kick >= 0.0 else 'slower'} than the rest"
    if pacing.pacing is PacingClass.EVEN:
        return f"evenly paced to the end, {how}"
    laps_even = pacing.inner_lap_cv_percent is not None and (
        pacing.inner_lap_cv_percent <= EVEN_CV_PERCENT
    )
    parts = "laps" if course.lap_m is not None else "kilometres"
    return f"even {parts}, and {how}" if laps_even else how


def session_headline(title: str, seconds: float, done: int, planned: int | None) -> str:
    """Return the sentence of a session."""
    of = f" of {planned}" if planned and planned != done else ""
    reps = f"{done}{of} repetition{'' if done == 1 and not of else 's'}"
    return f"{title}: {reps} in {taken(seconds)}."
