"""A lateness that all presses have in common: when it is added, how much of it, and that it moves
nothing but the error.
"""

import pytest

from kickcue.core.events import CommandKind, Estimate, MarkSource
from kickcue.core.position.common_lateness import CommonLateness
from kickcue.core.position.kalman_filter import KalmanFilter, Regime
from kickcue.core.position.line_association import Observation, assign_line
from kickcue.core.position.mark_models import MARK_MODELS
from kickcue.core.position.odometer import Step
from kickcue.core.position.speed_leaps import SpeedLeap
from kickcue.core.units import s_to_ns
from tests.core.scenario import Race

MPS = 5.0
FIRST_M, LAP_M = 200.0, 400.0
LINES_M = tuple(FIRST_M + LAP_M * n for n in range(13))
THUMB = MARK_MODELS[MarkSource.BUTTON]


def race_with_presses(late_s: float, *, lines: int = 8, at_fourth_s: float | None = None) -> Race:
    """Run to half a lap past line number ``lines``, each pressed ``late_s`` after it."""
    race = Race("5000m")
    race.stands(5.0)
    race.gun()
    for number, line_m in enumerate(race.course.crossings_m[:lines]):
        late = at_fourth_s if number == 3 and at_fourth_s is not None else late_s
        race.runs_to(line_m + late * MPS, MPS)
        race.marks_line()
    race.runs(MPS, metres=200.0)
    return race


def estimates(race: Race, from_m: float) -> list[tuple[float, float]]:
    """Return by how much each estimate from there on was too far, and the standard error,
    metres.
    """
    found = []
    for each in race.all(Estimate):
        true_m = race.true_m(each)
        if true_m >= from_m and each.distance_m is not None and each.distance_sd_m is not None:
            found.append((each.distance_m - true_m, each.distance_sd_m))
    return found


def added_m2(race: Race) -> float:
    distance = race.engine._control.estimator
    assert distance._mixture is not None
    return distance._monitors._lateness.variance_m2(distance._mixture.hypotheses)


class Followed:
    """A pod that counts true metres, presses at the lines, and the mixture of somebody who takes
    them for what they are.
    """

    def __init__(self) -> None:
        self.h = KalmanFilter.at_start(1.0, 1.0, 0.03, start_var_m2=1.0)
        self.lateness = CommonLateness(self.h, FIRST_M, LAP_M)
        self.run_m = 0.0

    def presses(
        self, *, late_s: float, lines: int, pressed: bool = True, short_m: float = 0.0
    ) -> None:
        """Press ``late_s`` after each line; the mixture takes the runner to be ``short_m`` before
        where a press puts him.
        """
        for number in range(lines):
            self._runs_to(LINES_M[number])
            observation = Observation(
                s_to_ns(self.run_m / MPS + late_s),
                THUMB,
                MPS,
                MPS * late_s,
                0.0,
                late_s,
                repeated=False,
            )
            self.h.update(
                LINES_M[number] + observation.delay_m() - short_m,
                observation.variance_m2(self.h),
                observation.axis_m(self.h),
            )
            assign_line(self.h, number, LINES_M, observation.t_ns)
            self.lateness.update(self.h, observation, pressed=pressed)

    def _runs_to(self, place_m: float) -> None:
        while self.run_m < place_m:
            self.h.predict(MPS, 1.0, 0.0025)
            self.lateness.predict(Step(MPS, 1.0, 0.0025))
            self.run_m += MPS


def test_what_a_second_of_lateness_does_is_known() -> None:
    """GIVEN presses that are a second's run short WHEN a filter follows them THEN it is off by what
    was predicted, to a hundredth.
    """
    for lines in (1, 2, 5, 12):
        usual, short = Followed(), Followed()
        usual.presses(late_s=0.4, lines=lines)
        short.presses(late_s=0.4, lines=lines, short_m=MPS)
        assert usual.h.distance_m - short.h.distance_m == pytest.approx(
            usual.lateness._by_s, rel=0.01
        )


def test_another_scale_of_the_pod_is_no_lateness() -> None:
    """GIVEN three presses WHEN the pod counts a tenth more for 30 m, and that is known THEN what is
    known of a lateness is what it would have been had the pod counted as before.
    """
    usual, after_jump = Followed(), Followed()
    for each, by in ((usual, 1.0), (after_jump, 1.1)):
        each.presses(late_s=0.4 + 1.0, lines=3)
        for _ in range(6):
            each.lateness.predict(Step(MPS * by, 1.0, 0.0025))
    after_jump.lateness.rescale(after_jump.h, SpeedLeap(1.1, 0.0, 33.0, 1.0))
    assert after_jump.lateness._by_s == pytest.approx(usual.lateness._by_s, rel=1e-3)
    assert after_jump.lateness._filter.distance_m == pytest.approx(
        usual.lateness._filter.distance_m
    )
    assert after_jump.lateness._by_c == pytest.approx(usual.lateness._by_c / 1.1, rel=1e-3)


def test_a_lateness_is_found_as_far_as_it_can_be_known() -> None:
    """GIVEN presses that are late by 3 s more than usual WHEN ten lines are passed THEN the
    likeliest lateness is that, within 0.6 s.
    """
    race = Followed()
    race.presses(late_s=0.4 + 3.0, lines=10)
    assert 3.0 == pytest.approx(race.lateness._score / race.lateness._information, abs=0.05)
    assert 0.3 < race.lateness._information**-0.5 < 0.6


@pytest.mark.parametrize("late_s", [1.5, 2.0, 3.0, 4.4])
def test_the_truth_lies_in_the_interval(late_s: float) -> None:
    """GIVEN a thumb that is late at every line, a good pod THEN from the second press on the place
    lies in the 95 % interval.
    """
    race = race_with_presses(late_s)
    inside = [abs(off_m) <= 1.96 * sd_m for off_m, sd_m in estimates(race, from_m=625.0)]
    assert sum(inside) >= 0.9 * len(inside) > 0


@pytest.mark.parametrize("late_s", [0.0, 0.4, 0.7])
def test_a_usual_thumb_adds_nothing(late_s: float) -> None:
    """GIVEN presses as late as presses are THEN nothing is added to the standard error."""
    assert 0.0 == added_m2(race_with_presses(late_s))


def test_a_lateness_moves_no_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN late presses WHEN their lateness is told or left out THEN every place and every
    predicted bell is the same.
    """
    counted_in = race_with_presses(3.0, lines=12)
    monkeypatch.setattr(CommonLateness, "variance_m2", lambda _self, _mixture: 0.0)
    left_out = race_with_presses(3.0, lines=12)
    monkeypatch.undo()
    assert [e.distance_m for e in counted_in.all(Estimate)] == [
        e.distance_m for e in left_out.all(Estimate)
    ]
    assert added_m2(counted_in) > 0.0


def test_one_late_press_is_no_habit() -> None:
    """GIVEN one press that is 3 s late and seven usual ones THEN nothing is added."""
    assert 0.0 == added_m2(race_with_presses(0.4, at_fourth_s=3.4))


def test_a_line_gate_has_no_thumb() -> None:
    """GIVEN marks by position WHEN they come late all the same THEN no thumb is suspected."""
    race = Followed()
    race.presses(late_s=3.4, lines=6, pressed=False)
    assert 0.0 == race.lateness.variance_m2([race.h])


def test_a_place_of_ones_own_is_not_late() -> None:
    """GIVEN presses half a lap past the line WHEN they are taken for a place of one's own THEN they
    tell nothing of a thumb.
    """
    race = Followed()
    race.presses(late_s=0.4, lines=3)
    before = race.lateness._information
    elsewhere = race.h.copy()
    elsewhere.regime, elsewhere.lines_m = (
        Regime.PRIVATE,
        tuple(line_m + 200.0 for line_m in LINES_M),
    )
    race.lateness.update(
        elsewhere, Observation(s_to_ns(400.0), THUMB, MPS, 0.0, 0.0, 0.0, repeated=False)
    )
    assert before == race.lateness._information
    assert 0.0 == race.lateness.variance_m2([elsewhere])


def test_an_undone_press_adds_nothing() -> None:
    """GIVEN late presses WHEN the last one is undone THEN the standard error is that without it."""
    once, undone = race_with_presses(3.0, lines=5), race_with_presses(3.0, lines=5)
    for race in (once, undone):
        race.runs_to(2215.0, MPS)
    undone.marks_line()
    assert added_m2(once) != added_m2(undone)
    undone.orders(CommandKind.UNDO_LAP)
    assert added_m2(once) == pytest.approx(added_m2(undone))
