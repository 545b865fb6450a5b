"""Which line a mark is of, as one hypothesis has it: what lines without a mark cost, and what a lap
tells of the pace.
"""

import pytest

from kickcue.core.events import MarkSource
from kickcue.core.position.change_points import Track, _pace_density
from kickcue.core.position.kalman_filter import KalmanFilter
from kickcue.core.position.line_association import (
    Observation,
    apply_missed_detections,
    assign_line,
    candidate_lines,
)
from kickcue.core.position.mark_models import MARK_MODELS
from kickcue.core.position.mixture import _reduced
from kickcue.core.units import NS_PER_S

LINES_M = tuple(200.0 + 400.0 * n for n in range(13))
MODEL = MARK_MODELS[MarkSource.BUTTON]


def marked_at_first_line() -> KalmanFilter:
    h = KalmanFilter.at_start(1.0, 1.0, 0.01, 1.0)
    h.predict(200.0, 50.0, 0.0)
    assign_line(h, 0, LINES_M, 50 * NS_PER_S)
    return h


def mark_at(seconds: float) -> Observation:
    return Observation(round(seconds * NS_PER_S), MODEL, 4.0, 0.0, 0.0, 0.0, repeated=False)


def test_a_line_without_a_mark_is_paid_for_once() -> None:
    """GIVEN a stray mark after two lines without one THEN it pays for both, and the next line's
    mark does not pay again.
    """
    straight, astray = marked_at_first_line(), marked_at_first_line()
    for h in (straight, astray):
        h.predict(1000.0, 250.0, 0.0)
    chances = dict(candidate_lines(straight, len(LINES_M), MODEL))
    apply_missed_detections(astray, LINES_M, mark_at(300.0))
    after = dict(candidate_lines(astray, len(LINES_M), MODEL))
    assert astray.weight < 0.05
    assert chances[3] == pytest.approx(astray.weight * after[3])


def test_no_lap_is_walked_that_the_pod_saw_run() -> None:
    """GIVEN a lap in twice its time WHEN the pod has run two laps meanwhile THEN nobody has walked;
    he has, if it ran one.
    """
    track = Track(lines_m=LINES_M, lap_m=400.0)
    ran, walked = marked_at_first_line(), marked_at_first_line()
    ran.predict(820.0, 200.0, 0.0)
    walked.predict(390.0, 200.0, 0.0)
    observation = mark_at(250.0)
    assert _pace_density(ran, 600.0, observation, track) < 1e-3 * _pace_density(
        walked, 600.0, observation, track
    )


def test_a_lap_unlike_the_others_tells_little_of_the_pace() -> None:
    """GIVEN 4 m/s WHEN a lap takes twice its time THEN the pace is held to be slower by a tenth at
    most.
    """
    h = marked_at_first_line()
    assign_line(h, 1, LINES_M, 250 * NS_PER_S)
    assert 3.6 < h.pace_mps < 4.0


def test_clocks_of_another_pace_are_not_merged() -> None:
    """GIVEN two hypotheses by the clock at one place WHEN their paces differ THEN both live on:
    their scales mean other paces.
    """
    pair = [marked_at_first_line(), marked_at_first_line()]
    for h, pace_mps in zip(pair, (4.0, 5.0), strict=True):
        h.clock_mps = pace_mps
    assert 2 == len(_reduced(pair))
