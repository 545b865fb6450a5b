"""The one sentence of a review."""

from typing import Final

from kickcue.analysis.review.model import Ending, Pacing, PacingClass, Repeats
from kickcue.analysis.review.pacing import is_even
from kickcue.core.clock_format import timed
from kickcue.core.course import Course
from kickcue.core.length_format import metres

NEAR_M: Final = 50.0
FEWEST_ALIKE: Final = 3
"""So many repetitions alike make a session of a run that nobody called one."""


def race_headline(
    course: Course, ending: Ending, seconds: float, at_m: float | None, pacing: Pacing | None
) -> str:
    """Return the sentence of a race."""
    event = course.event
    if ending is Ending.FINISHED:
        how = "" if pacing is None else f": {_paced(course, pacing)}"
        return f"{event} in {timed(seconds)}{how}."
    so_far = f"after {timed(seconds)}" + ("" if at_m is None else f" and {metres(round(at_m))}")
    if ending is Ending.ABORTED:
        return f"{event}, stopped {so_far}."
    if at_m is not None and at_m >= course.distance_m - NEAR_M:
        return f"{event}: about at the finish {so_far}, where the recording ends."
    return f"{event}: the recording ends {so_far}, before the race does."


def run_headline(seconds: float, run_m: float | None, repeats: Repeats | None = None) -> str:
    """Return the sentence of a run of which nobody said what it was."""
    if repeats is not None and repeats.mean_s is not None and repeats.alike >= FEWEST_ALIKE:
        each = f"with {repeats.alike} repetitions of {timed(repeats.mean_s)} on average"
    elif run_m:
        each = f"{timed(1000.0 * seconds / run_m)} a kilometre"
    else:
        return f"{timed(seconds)} of recording, without a distance."
    run = f"{metres(round(run_m))} in {timed(seconds)}" if run_m else timed(seconds)
    return f"{run}, {each}."


def _paced(course: Course, pacing: Pacing) -> str:
    window, kick = course.window_name, pacing.kick_speed_percent
    how = f"the {window} {abs(kick):.1f} % {'faster' if kick >= 0.0 else 'slower'} than the rest"
    if not is_even(pacing):
        return how
    if pacing.pacing is PacingClass.EVEN:
        return f"evenly paced to the end, {how}"
    parts = "laps" if course.lap_m is not None else "kilometres"
    return how if pacing.inner_lap_cv_percent is None else f"even {parts}, and {how}"


def session_headline(title: str, seconds: float, done: int, planned: int | None) -> str:
    """Return the sentence of a session."""
    of = f" of {planned}" if planned and planned != done else ""
    reps = f"{done}{of} repetition{'' if done == 1 and not of else 's'}"
    return f"{title}: {reps} in {timed(seconds)}."
