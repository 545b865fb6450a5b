"""What one race measures of its pod: the truth, as sharply as is reported, whatever was expected;
nothing where the marks do not tell.
"""

import pytest

from kickcue.core.events import CommandKind, MarkSource
from kickcue.core.position.mark_models import MARK_MODELS
from kickcue.core.position.odometer import Step
from kickcue.core.position.scale_measurement import MIN_LINES, PodScale, ScaleMeasurement
from tests.core.scenario import Race


def marked(race: Race, lines: int | None = None) -> Race:
    """Let the race be run to a line and each line be pressed on the way."""
    crossings_m = race.course.crossings_m
    race.gun()
    race.runs_and_presses(5.0, upto_m=crossings_m[(lines or len(crossings_m)) - 1] + 2.0)
    return race


@pytest.mark.parametrize(
    "expected", [{}, {"scale": 1.0, "scale_sd": 0.005}, {"scale": 0.96, "scale_sd": 0.02}]
)
def test_what_was_expected_does_not_matter(expected: dict[str, float]) -> None:
    """GIVEN a pod that reads 4 % short WHEN all lines are marked THEN that is measured, the same
    whatever was expected before.
    """
    race = Race("5000m", wishes=dict(expected))
    race.pod.scale = 1 / 1.04
    found = marked(race).engine.measured_scale
    assert found is not None
    assert "pod" == found.pod
    assert found.measured.scale == pytest.approx(1.04, abs=0.002)
    assert 0.002 < found.measured.sd < 0.005


def test_more_laps_measure_sharper() -> None:
    """GIVEN more marked laps THEN the spread falls."""
    spreads = [
        found.measured.sd
        for lines in (4, 8, 12)
        if (found := marked(Race("5000m"), lines).engine.measured_scale)
    ]
    assert 3 == len(spreads)
    assert sorted(spreads, reverse=True) == spreads


def test_too_few_marks_measure_nothing() -> None:
    """GIVEN no race, no mark, or fewer than three lines marked THEN nothing is measured."""
    race = Race("5000m")
    assert race.engine.measured_scale is None
    unmarked = Race("1500m")
    unmarked.gun()
    unmarked.runs(5.0, metres=1500.0)
    assert unmarked.engine.measured_scale is None
    assert marked(Race("5000m"), MIN_LINES - 1).engine.measured_scale is None


def test_a_missed_and_a_doubled_press_do_no_harm() -> None:
    """GIVEN one line not pressed and one pressed twice WHEN the race is over THEN the scale is
    still the true one.
    """
    race = Race("3000m")
    race.pod.scale = 1.03
    race.gun()
    for number, line_m in enumerate(race.course.crossings_m):
        race.runs_to(line_m + 2.0, 5.0)
        if number != 3:
            race.marks_line()
        if number == 5:
            race.runs(5.0, seconds=2)
            race.marks_line()
    found = race.engine.measured_scale
    assert found is not None
    assert found.measured.scale == pytest.approx(1 / 1.03, abs=0.004)


def test_a_mark_taken_back_measures_nothing() -> None:
    """GIVEN a wrong mark WHEN it is undone
    THEN what was measured is as if it had never been.
    """
    plain, corrected = marked(Race("3000m"), 6), marked(Race("3000m"), 6)
    plain.runs(5.0, metres=300.0)
    corrected.runs(5.0, metres=290.0)
    corrected.marks_line()
    corrected.runs(5.0, metres=10.0)
    corrected.orders(CommandKind.UNDO_LAP)
    for race in (plain, corrected):
        race.runs_to(race.course.crossings_m[6] + 2.0, 5.0)
        race.marks_line()
    assert plain.engine.measured_scale is not None
    assert plain.engine.measured_scale == corrected.engine.measured_scale


def test_laps_that_contradict_each_other_measure_nothing() -> None:
    """GIVEN a pod that reads 8 % long from the middle of the race on, as one that has come loose
    WHEN it is over THEN nothing learned.
    """
    race = Race("5000m")
    race.gun()
    race.runs_and_presses(5.0, upto_m=race.course.crossings_m[6] + 2.0)
    race.pod.scale = 1.08
    for line_m in race.course.crossings_m[7:]:
        race.runs_to(line_m + 2.0, 5.0)
        race.marks_line()
    assert race.engine.measured_scale is None


def test_a_silent_pod_is_not_measured() -> None:
    """GIVEN a pod that was received for a tenth of the race WHEN all lines are marked THEN it is
    the guesses that fit, and nothing is learned.
    """
    race = Race("3000m")
    race.gun()
    race.runs(5.0, seconds=60)
    race.pod.worn = False
    for line_m in race.course.crossings_m[1:]:
        race.runs_to(line_m + 2.0, 5.0)
        race.marks_line()
    assert race.engine.measured_scale is None


def test_lines_marked_by_somebody_who_stands_are_not_exact() -> None:
    """GIVEN a pod that stands still WHEN line upon line is marked THEN each is taken in with the
    error that a mark has at least.
    """
    measuring = ScaleMeasurement()
    for line_m in (400.0, 800.0, 1200.0):
        measuring.update(line_m, MARK_MODELS[MarkSource.BUTTON], 0.0, (0.0, 0.0))
        assert measuring._filter.p_ss > 0.0


def measured(off_m: float, *, other_mind: float = 0.0) -> PodScale | None:
    """Return what six laps of a true pod measure where the third mark was so far off its line, and
    the belief is as sharp as the marks; half of it may believe in another scale.
    """
    measuring = ScaleMeasurement()
    for lap in range(1, 7):
        measuring.predict(Step(400.0, 80.0, 1.0), "pod")
        line_m = 400.0 * lap + (off_m if lap == 3 else 0.0)
        measuring.update(line_m, MARK_MODELS[MarkSource.BUTTON], 5.0, (0.0, 0.0))
    belief = [measuring._filter.copy(), measuring._filter.copy()]
    for each in belief:
        each.weight = 0.5
    belief[1].scale_error += other_mind
    return measuring.result(belief)


def test_one_mark_of_another_line_measures_nothing() -> None:
    """GIVEN marks that fit THEN a scale is measured; with one of them 40 m off, none is."""
    found = measured(0.0)
    assert found is not None
    assert found.measured.scale == pytest.approx(1.0, abs=0.005)
    assert measured(40.0) is None


def test_a_belief_of_two_minds_measures_nothing() -> None:
    """GIVEN marks that fit WHEN half of the belief is of a scale 5 % off THEN none is measured."""
    assert measured(0.0, other_mind=0.05) is None
