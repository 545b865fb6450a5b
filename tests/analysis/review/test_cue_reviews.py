"""What followed a cue: only what was run in one go with it counts."""

from itertools import pairwise

import pytest

from kickcue.analysis.review.body_readings import BodyReadings
from kickcue.analysis.review.cue_reviews import cue_reviews
from kickcue.analysis.review.lap_table import Track
from kickcue.analysis.review.model import Body, CueReview, Repeat, Response
from kickcue.analysis.review.race_curve import RaceCurve
from kickcue.analysis.review.race_time import RaceTime
from kickcue.analysis.run_readings import RunReadings
from kickcue.core.course import course_for
from kickcue.core.events import Cue, CueKind, LegKind
from kickcue.core.units import s_to_ns

MPS = 5.0
END_S = 300.0


def track(*stands: tuple[float, float]) -> Track:
    """Return a run at one pace with rests, each from when to when."""
    metres = [0.0]
    for second in range(int(END_S)):
        rests = any(from_s <= second < to_s for from_s, to_s in stands)
        metres.append(metres[-1] + (0.0 if rests else MPS))
    time = RaceTime(0, ())
    curve = RaceCurve([(float(second), ran_m) for second, ran_m in enumerate(metres)])
    return Track(curve, time, BodyReadings(RunReadings(), time))


def after(at_s: float, runs: list[Repeat] | None = None, *stands: tuple[float, float]) -> CueReview:
    cue = Cue(s_to_ns(at_s), "x", CueKind.LAST_LAP, "Go", None, (), 1, 1000, None, None)
    course = None if runs else course_for("1500m")
    (found,) = cue_reviews([cue], (), track(*stands), course, runs or ())
    return found


def repeats(*spans: tuple[float, float]) -> list[Repeat]:
    body = Body(None, None, None, None)
    return [
        Repeat(n, LegKind.REP, from_s, from_s, to_s - from_s, None, MPS, None, True, None, body)
        for n, (from_s, to_s) in enumerate(spans, 1)
    ]


@pytest.mark.parametrize("left_s", [5.1, 7.0, 9.0])
def test_standing_after_the_line_is_no_answer(left_s: float) -> None:
    """GIVEN a cue some seconds before the end of a race, or of a repetition WHEN the runner stands
    after it THEN he did not slow down.
    """
    assert Response.UNCHANGED is after(END_S - left_s).response
    line_s = 100.0
    found = after(line_s - left_s, repeats((50.0, line_s)), (line_s, 130.0))
    assert Response.UNCHANGED is found.response


@pytest.mark.parametrize("left_s", [0.5, 4.9])
def test_too_little_running_is_left(left_s: float) -> None:
    """GIVEN less than 5 s to the line THEN nobody knows what followed."""
    assert Response.UNKNOWN is after(END_S - left_s).response
    found = after(100.0 - left_s, repeats((50.0, 100.0)), (100.0, 130.0))
    assert Response.UNKNOWN is found.response


def test_setting_off_is_no_answer() -> None:
    """GIVEN a cue at the beginning of a repetition, or in a rest THEN nobody sped up for it."""
    stands = [(0.0, 50.0), (100.0, 150.0)]
    runs = repeats(*((before[1], behind[0]) for before, behind in pairwise(stands)))
    assert Response.UNKNOWN is after(52.0, runs, *stands).response
    assert Response.UNKNOWN is after(45.0, runs, *stands).response
    assert Response.UNCHANGED is after(57.0, runs, *stands).response


def test_a_cue_on_the_way_is_judged_over_ten_seconds() -> None:
    """GIVEN a runner who stands 8 s after a cue in mid race THEN he slowed down."""
    assert Response.SLOWER is after(100.0, None, (108.0, 120.0)).response
