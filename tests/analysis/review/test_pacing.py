"""The figures of pacing, by hand."""

from itertools import accumulate

import pytest
from hypothesis import given, strategies as st

from kickcue.analysis.review.model import Pacing, PacingClass
from kickcue.analysis.review.pacing import cv_percent, pacing, pacing_class, rmssd_s
from kickcue.analysis.review.race_curve import RaceCurve
from kickcue.core.course import course_for


def paced(*laps_s: float) -> Pacing:
    """Return the pacing of a race of laps of 400 m."""
    times = [0.0, *accumulate(laps_s)]
    curve = RaceCurve([(t_s, 400.0 * n) for n, t_s in enumerate(times)])
    found = pacing(curve, course_for(f"{400 * len(laps_s)}m"), laps_s)
    assert found is not None
    return found


def test_by_hand() -> None:
    """GIVEN laps of 70, 60, 62, 58 and 54 s THEN each figure is what a pencil gives."""
    found = paced(70.0, 60.0, 62.0, 58.0, 54.0)
    assert (54.0, 62.5) == (found.last_s, found.rest_s)
    assert 13.6 == pytest.approx(found.kick_percent)
    assert 100.0 * (62.5 / 54.0 - 1.0) == pytest.approx(found.kick_speed_percent)
    assert 27.0 == pytest.approx(found.last_200_s)
    assert 2.722 == pytest.approx(found.inner_lap_cv_percent, abs=0.001)
    assert (161.0, 143.0) == (found.first_half_s, found.second_half_s)
    assert -100.0 * 18.0 / 304.0 == pytest.approx(found.half_percent)
    assert 0.25 * 8.5 * 4.0 == pytest.approx(found.saved_up_s)
    assert PacingClass.HELD_BACK is found.pacing


@pytest.mark.parametrize(
    ("percent", "name"),
    [
        (-3.01, PacingClass.SLOWER),
        (-3.0, PacingClass.EVEN),
        (3.0, PacingClass.EVEN),
        (3.01, PacingClass.END_SPURT),
        (6.0, PacingClass.END_SPURT),
        (6.01, PacingClass.RESERVE),
        (10.0, PacingClass.RESERVE),
        (10.01, PacingClass.HELD_BACK),
    ],
)
def test_thresholds(percent: float, name: PacingClass) -> None:
    """The classes part at 3, 6 and 10 %, and at 3 % slower."""
    assert name is pacing_class(percent)


def test_an_end_spurt_saved_nothing() -> None:
    """GIVEN a last lap up to 6 % faster THEN nothing was saved up."""
    assert paced(60.0, 60.0, 60.0, 60.0, 57.0).saved_up_s is None


def test_too_short_for_a_rest() -> None:
    """GIVEN a race that is hardly longer than its lap THEN it has no last lap against a rest."""
    curve = RaceCurve([(0.0, 0.0), (90.0, 600.0)])
    assert pacing(curve, course_for("600m"), (60.0,)) is None


def test_too_few_laps_have_no_spread() -> None:
    """GIVEN two laps THEN there is neither a coefficient of variation nor an RMSSD."""
    assert (None, None) == (cv_percent((60.0, 61.0)), rmssd_s((60.0, 61.0)))


@given(st.lists(st.floats(40.0, 200.0), min_size=4, max_size=25))
def test_figures_keep_what_they_mean(laps: list[float]) -> None:
    """The halves are the whole, evenness is never negative, and faster means less time."""
    found = paced(*laps)
    assert sum(laps) == pytest.approx(found.first_half_s + found.second_half_s)
    assert found.lap_cv_percent is not None
    assert found.lap_cv_percent >= 0.0
    assert (found.kick_percent > 0.0) == (found.kick_speed_percent > 0.0)
    assert found.saved_up_s is None or found.saved_up_s > 0.0
