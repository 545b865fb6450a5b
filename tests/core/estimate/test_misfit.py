"""After a mark that fitted badly the pod may go on being off: what is told of the error grows until a mark fits."""

import pytest

from kickcue.core.events import CommandKind, Estimate
from tests.core.scenario import Race

MPS = 5.0
THUMB_M = 0.4 * MPS


def at_line(number: int, *, scale: float = 1.0, from_m: float = 0.0) -> Race:
    """Run to line ``number``, counted from 0, and press; the pod's scale is another one from ``from_m`` on."""
    race = Race("5000m")
    race.stands(5.0)
    race.gun()
    for line_m in race.course.crossings_m[: number + 1]:
        if line_m > from_m and race.run_m <= from_m:
            race.runs_to(from_m, MPS)
            race.pod.scale = scale
        race.runs_to(line_m + THUMB_M, MPS)
        race.marks_line()
    return race


def added_m2(race: Race) -> float:
    return race.engine._distance._misfit.variance_m2(400.0)


@pytest.mark.parametrize("scale", [0.95, 0.96, 1.04, 1.05])
def test_a_scale_that_changed_half_a_lap_before_the_mark(scale: float) -> None:
    """GIVEN a pod whose scale changes by 4 or 5 % in mid-lap WHEN that lap's press is off THEN the truth is in what is told of the next."""
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
    """GIVEN a press that was off WHEN the scale is what it was and presses fit again THEN nothing is added any more."""
    race = at_line(5, scale=0.96, from_m=2000.0)
    off_m2 = added_m2(race)
    race.pod.scale = 1.0
    for line_m in race.course.crossings_m[6:9]:
        race.runs_to(line_m + THUMB_M, MPS)
        race.marks_line()
    assert off_m2 > 0.0
    assert 0.0 == added_m2(race)


def test_a_press_taken_back_leaves_nothing() -> None:
    """GIVEN a press that was off WHEN it is taken back THEN nothing is added."""
    race = at_line(5, scale=0.96, from_m=2000.0)
    assert added_m2(race) > 0.0
    race.orders(CommandKind.UNDO_LAP)
    assert 0.0 == added_m2(race)
