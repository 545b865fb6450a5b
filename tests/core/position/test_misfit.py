"""After a mark that fitted badly the pod may go on being off: the standard error grows until
a mark fits.
"""

import math

import pytest

from kickcue.core.events import CommandKind, Estimate, MarkSource
from kickcue.core.position.kalman_filter import KalmanFilter
from kickcue.core.position.line_association import Observation
from kickcue.core.position.mark_models import MARK_MODELS
from kickcue.core.position.misfit import Misfit
from tests.core.scenario import Race

MPS = 5.0
THUMB_M = 0.4 * MPS


def at_line(number: int, *, scale: float = 1.0, from_m: float = 0.0) -> Race:
    """Run to line ``number``, counted from 0, and press; the pod's scale becomes another one
    within the five seconds about ``from_m``.
    """
    race = Race("5000m")
    race.stands(5.0)
    race.gun()
    for line_m in race.course.crossings_m[: number + 1]:
        if line_m > from_m and race.run_m <= from_m:
            race.runs_to(from_m - 2.0 * MPS, MPS)
            for fifth in range(1, 6):  # at once it would be seen by the leap of the pod's speed
                race.pod.scale = 1.0 + fifth / 5 * (scale - 1.0)
                race.runs(MPS, seconds=1.0)
        race.runs_to(line_m + THUMB_M, MPS)
        race.marks_line()
    return race


def added_m2(race: Race) -> float:
    return race.engine._control.estimator._monitors._misfit.variance_m2(400.0, 0.0)


@pytest.mark.parametrize("scale", [0.95, 0.96, 1.04, 1.05])
def test_a_scale_that_changed_half_a_lap_before_the_mark(scale: float) -> None:
    """GIVEN a pod whose scale changes by 4 or 5 % in mid-lap WHEN that lap's press is off THEN the
    truth is in the interval of the next.
    """
    race = at_line(5, scale=scale, from_m=2000.0)
    pressed = len(race.all(Estimate))
    race.runs(MPS, metres=390.0)
    lap = race.all(Estimate)[pressed:]
    for each in lap:
        assert each.distance_m is not None
        assert each.distance_sd_m is not None
        assert abs(each.distance_m - race.true_m(each)) <= 1.96 * each.distance_sd_m
    assert added_m2(race) > 0.0


def test_a_mark_that_fits_leaves_nothing() -> None:
    """GIVEN a good pod and a usual thumb THEN nothing is added at any line."""
    assert [0.0] * 12 == [added_m2(at_line(number)) for number in range(12)]


def test_the_next_mark_that_fits_ends_it() -> None:
    """GIVEN a press that was off WHEN the scale is what it was and presses fit again THEN nothing
    is added any more.
    """
    race = at_line(5, scale=0.96, from_m=2000.0)
    off_m2 = added_m2(race)
    race.pod.scale = 1.0
    for line_m in race.course.crossings_m[6:9]:
        race.runs_to(line_m + THUMB_M, MPS)
        race.marks_line()
    assert off_m2 > 0.0
    assert 0.0 == added_m2(race)


def test_a_press_taken_back_leaves_nothing() -> None:
    """GIVEN a press that was off WHEN it is undone THEN nothing is added."""
    race = at_line(5, scale=0.96, from_m=2000.0)
    assert added_m2(race) > 0.0
    race.orders(CommandKind.UNDO_LAP)
    assert 0.0 == added_m2(race)


def test_marks_that_keep_being_off_widen_it_too() -> None:
    """GIVEN marks 1.8 standard deviations off, which speak for no change each by itself THEN the
    standard error grows all the same.

    A copy, which undo goes back to, knows them; marks that fit add nothing.
    """
    off, fitting = misfit_of(1.8), misfit_of(0.5)
    assert off.adds_variance
    assert off.variance_m2(0.0, 100.0) > 50.0
    assert off.copy().variance_m2(0.0, 100.0) == off.variance_m2(0.0, 100.0)
    assert not fitting.adds_variance


def misfit_of(off_sd: float) -> Misfit:
    """Return what ten marks leave unexplained, each so many standard deviations off."""
    found = Misfit()
    observation = Observation(0, MARK_MODELS[MarkSource.GATE], 5.0, 0.0, 0.0, 0.0, repeated=False)
    for _ in range(10):
        before = KalmanFilter.at_start(1.0, 1.0, 0.01, 1.0)
        before.predict(400.0, 80.0, 0.0)
        after = before.copy()
        spread_m2 = before.variance_ahead_m2(0.0) + observation.variance_m2(before)
        after.last_mark_m = observation.predicted_line_m(before) + off_sd * math.sqrt(spread_m2)
        found.update(before, after, observation)
    return found
