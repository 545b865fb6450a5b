"""A race in which the pod's speed leaps: place, bell and the standard error stay true."""

import pytest

from kickcue.core.events import CommandKind, Cue, CueKind, Estimate
from kickcue.core.position.change_points import Track, split_by_speed_leap
from kickcue.core.position.kalman_filter import KalmanFilter
from kickcue.core.position.mixture import GaussianMixture
from kickcue.core.position.parameters import PARAMETERS
from kickcue.core.position.speed_leaps import SpeedLeap
from tests.core.scenario import Race

MPS = 5.0
FASTER_SPM = 3.4
"""What the cadence rises by where the speed does by 0.6 m/s."""


def to_the_second_line(*, spm: float = 180.0) -> Race:
    race = Race("800m", wishes={"lap_m": 200.0})
    race.stands(5.0)
    race.pod.spm = spm
    race.gun()
    race.runs_and_presses(MPS, upto_m=430.0)
    return race


def covered(race: Race) -> float:
    """Return the share of the estimates whose 95 % interval held the truth."""
    held = [
        abs(each.distance_m - race.true_m(each)) <= 1.96 * each.distance_sd_m
        for each in race.all(Estimate)
        if each.distance_m is not None and each.distance_sd_m is not None
    ]
    return sum(held) / len(held)


def bell_m(race: Race) -> float:
    """Return where the runner was when the one bell came."""
    (bell,) = [cue for cue in race.all(Cue) if cue.kind is CueKind.LAST_LAP]
    return race.true_m(bell)


@pytest.mark.parametrize("scale", [0.85, 0.89, 1.11, 1.15])
def test_the_new_scale_is_known_before_the_lap_is_over(scale: float) -> None:
    """GIVEN a cadence that stays WHEN the pod's scale changes a lap before the bell, whose press is
    forgotten THEN the place is right within some metres, and the bell within a second.
    """
    race = to_the_second_line()
    race.pod.scale = scale
    race.runs_to(640.0, MPS)
    assert abs(race.off_m()) < 6.0
    assert abs(bell_m(race) - 600.0) < MPS
    assert covered(race) > 0.95


@pytest.mark.parametrize("scale", [0.85, 0.93, 1.07, 1.15])
def test_without_a_cadence_the_standard_error_grows(scale: float) -> None:
    """GIVEN no cadence WHEN the pod's scale changes THEN the truth lies in the 95 % interval, which
    is wider than without a leap.
    """
    race, even = to_the_second_line(spm=0.0), to_the_second_line(spm=0.0)
    race.pod.scale = scale
    for each in (race, even):
        each.runs_to(590.0, MPS)
    assert covered(race) > 0.95
    wider_m, usual_m = race.told().distance_sd_m, even.told().distance_sd_m
    assert wider_m is not None
    assert usual_m is not None
    assert wider_m > 1.5 * usual_m


def test_a_runner_who_speeds_up_at_once_is_one() -> None:
    """GIVEN a speed that leaps by 12 % and a cadence that goes along THEN the metres are
    believed.
    """
    race = to_the_second_line()
    race.pod.spm += FASTER_SPM
    race.runs_to(590.0, 1.12 * MPS)
    assert abs(race.off_m()) < 4.0


def test_the_next_press_decides() -> None:
    """GIVEN a leap that may be the scale's or not WHEN a line is pressed THEN one of both is
    left.
    """
    race = to_the_second_line(spm=0.0)
    race.pod.scale = 1.12
    race.runs_to(600.0 + 0.4 * MPS, MPS)
    mixture = race.engine._control.estimator._mixture
    assert mixture is not None
    assert 0.3 < mixture.hypotheses[0].weight < 0.7
    race.marks_line()
    assert mixture.hypotheses[0].weight > 0.95
    assert 1 == mixture.hypotheses[0].scale_leaps


def test_a_press_taken_back_leaves_the_leap_known() -> None:
    """GIVEN a press and, two seconds before it, a leap of which nothing can be told yet WHEN the
    press is undone THEN the new scale is known as if it had never been made.
    """
    races = [to_the_second_line(), to_the_second_line()]
    for race in races:
        race.pod.scale = 1.12
        race.runs(MPS, seconds=2.0)
    races[0].marks_line()
    for race in races:
        race.runs(MPS, seconds=3.0)
    races[0].orders(CommandKind.UNDO_LAP)
    for race in races:
        race.runs(MPS, seconds=10.0)
    estimate, never = (race.told() for race in races)
    assert never.distance_m is not None
    assert estimate.distance_m == pytest.approx(never.distance_m, abs=1e-9)
    assert estimate.distance_sd_m == pytest.approx(never.distance_sd_m, abs=1e-9)


def test_a_scale_that_leapt_teaches_no_other_race() -> None:
    """GIVEN presses at all lines WHEN the scale leapt on the way THEN no scale is handed on; else
    it would have been.
    """
    taught = []
    for scale in (1.0, 1.12):
        race = Race("5000m")
        race.stands(5.0)
        race.gun()
        race.runs_and_presses(MPS, upto_m=1000.0)
        race.pod.scale = scale
        for line_m in race.course.crossings_m:
            if line_m > race.run_m:
                race.runs_to(line_m + 0.4 * MPS, MPS)
                race.marks_line()
        taught.append(race.engine.measured_scale is not None)
    assert [True, False] == taught


def test_leaps_that_were_the_scales_speak_for_the_next() -> None:
    """GIVEN a leap that is as probable either way WHEN earlier ones were the scale's, or were not
    THEN the next one rather is what they were; the weight is shared, not made.
    """
    leap, shares = SpeedLeap(1.1, 0.003, 15.0, 1.0), []
    for scales, others in ((0, 1), (0, 0), (1, 0)):
        h = KalmanFilter.at_start(0.8, 1.0, 0.03, start_var_m2=1.0)
        h.scale_leaps, h.other_leaps = scales, others
        same, other = split_by_speed_leap(h, leap)
        assert same.weight + other.weight == pytest.approx(0.8)
        assert (scales, others + 1) == (same.scale_leaps, same.other_leaps)
        assert (scales + 1, others) == (other.scale_leaps, other.other_leaps)
        assert (False, True) == (same.changed, other.changed)
        shares.append(other.weight / 0.8)
    assert shares == sorted(shares)
    assert shares[1] == pytest.approx(PARAMETERS.leap_rescaled_share)


def test_the_time_of_the_bell_goes_by_the_new_scale() -> None:
    """GIVEN an even pace WHEN the scale leaps THEN the bell is predicted for the same moment as
    before, to four seconds of some 140.
    """
    race = Race("1500m")
    race.stands(5.0)
    race.gun()
    race.runs_and_presses(MPS, upto_m=350.0)
    race.pod.scale = 1.15
    race.runs(MPS, seconds=8.0)
    estimate = race.told()
    assert estimate.eta_bell_s is not None
    left_m = race.course.bell_m - race.true_m(estimate)
    assert abs(estimate.eta_bell_s - left_m / MPS) < 4.0


def test_two_leaps_between_presses_are_distinguished() -> None:
    """GIVEN no cadence WHEN the scale leaps, and back in the same lap THEN it may be what it was,
    or another one since either leap.
    """
    race = to_the_second_line(spm=0.0)
    race.pod.scale = 1.12
    race.runs(MPS, seconds=10.0)
    race.pod.scale = 1.0
    race.runs(MPS, seconds=10.0)
    mixture = race.engine._control.estimator._mixture
    assert mixture is not None
    scales = sorted({round(h.scale / mixture.hypotheses[0].scale, 1) for h in mixture.hypotheses})
    assert [0.9, 1.0, 1.1] == scales


def test_a_vague_place_makes_one_of_two_scales_no_more_than_a_sure_one() -> None:
    """GIVEN a place known to 30 m WHEN the scale may have leapt THEN both scales are kept, although
    they have the runner at the same place as yet.
    """
    h = KalmanFilter.at_start(1.0, 1.0, 0.03, start_var_m2=900.0)
    mixture = GaussianMixture([h], Track((200.0, 400.0, 600.0, 800.0), 200.0))
    mixture.split_by_leap(SpeedLeap(1.1, 0.003, 15.0, 1.0))
    assert sorted([h.scale, h.scale / 1.1]) == pytest.approx(
        sorted(each.scale for each in mixture.hypotheses)
    )


def test_no_leap_is_found_over_a_stop_of_the_recorder() -> None:
    """GIVEN a recorder that was stopped WHEN another pace is run after it THEN that is a pace."""
    races = [to_the_second_line(spm=0.0), to_the_second_line(spm=0.0)]
    races[0].engine._control.estimator.pause()
    for race in races:
        race.runs(1.1 * MPS, seconds=8.0)
    mixtures = [race.engine._control.estimator._mixture for race in races]
    assert [0, 1] == [b is not None and b.hypotheses[0].other_leaps for b in mixtures]


def test_what_presses_have_in_common_is_known_over_a_leap() -> None:
    """GIVEN presses that are all 3 s late WHEN the scale leaps and lines are pressed on THEN
    what is told of the lateness is what it would be without a leap, to a tenth.
    """
    added_m2 = []
    for scale in (1.0, 1.12):
        race = Race("5000m")
        race.stands(5.0)
        race.gun()
        for number, line_m in enumerate(race.course.crossings_m[:8]):
            if number == 4:
                race.pod.scale = scale
            race.runs_to(line_m + 3.4 * MPS, MPS)
            race.marks_line()
        distance = race.engine._control.estimator
        assert distance._mixture is not None
        added_m2.append(distance._monitors._lateness.variance_m2(distance._mixture.hypotheses))
    assert added_m2[0] > 0.5
    assert added_m2[1] == pytest.approx(added_m2[0], rel=0.1)
