"""A pod's distance made whole: how far off the runner's position may be after each thing that pods
do. No lap is marked here.
"""

from collections.abc import Callable

import pytest

from kickcue.core.events import Mode
from kickcue.core.position.odometer import Odometer
from kickcue.core.units import s_to_ns
from tests.core.scenario import Race


def running(event: str = "5000m") -> Race:
    """Return a race one minute old, at 5 m/s, with a pod that is true to the metre."""
    race = Race(event)
    race.gun()
    race.runs(5.0, seconds=60)
    return race


def test_a_healthy_pod() -> None:
    """GIVEN a pod that counts right THEN the position is right to its 0.1 m."""
    assert abs(running().off_m()) < 0.2


def resets(race: Race) -> None:
    race.pod.total_m = 0.0


def leaps_on(race: Race) -> None:
    race.pod.total_m = 12_345.0


def leaps_and_returns(race: Race) -> None:
    assert race.pod.total_m is not None
    race.pod.total_m += 5000.0
    race.runs(5.0, seconds=1)
    race.pod.total_m -= 5000.0


def sends_no_total(race: Race) -> None:
    race.pod.total_m = None


def stops_counting(race: Race) -> None:
    race.pod.counts = False


def stops_counting_for_a_minute(race: Race) -> None:
    race.pod.counts = False
    race.runs(5.0, seconds=60)
    race.pod.counts = True


def counts_each_ten_metres(race: Race) -> None:
    race.pod.quantum_m = 10.0


def is_silent_and_counts_on(race: Race) -> None:
    race.pod.falls_silent(60)


def is_silent_and_resets(race: Race) -> None:
    race.pod.falls_silent(30)
    race.runs(5.0, seconds=29.5)
    race.pod.total_m = 0.0


def is_silent_without_a_total(race: Race) -> None:
    race.pod.total_m = None
    race.pod.falls_silent(30)


def freezes(race: Race) -> None:
    race.pod.freezes(30)


def leaps_in_speed(race: Race) -> None:
    race.pod.total_m = None
    race.pod.scale = 20.0
    race.runs(5.0, seconds=1)
    race.pod.scale = 1.0


def sends_only_cadence(race: Race) -> None:
    race.pod.total_m = None
    race.pod.sends_speed = False


@pytest.mark.parametrize(
    ("does", "within_m"),
    [
        (resets, 0.5),
        (leaps_on, 0.5),
        (leaps_and_returns, 0.5),
        (sends_no_total, 0.5),
        (stops_counting, 0.5),
        (stops_counting_for_a_minute, 0.5),
        (counts_each_ten_metres, 10.0),
        (is_silent_and_counts_on, 0.5),
        (is_silent_and_resets, 0.5),
        (is_silent_without_a_total, 0.5),
        (freezes, 0.5),
        (leaps_in_speed, 6.0),
        (sends_only_cadence, 8.0),  # the step is learned to 1 % in a minute
    ],
)
def test_even_pace(does: Callable[[Race], None], within_m: float) -> None:
    """GIVEN a pod that does one of the things pods do WHEN the pace is even and it goes on THEN the
    position is this near the truth.
    """
    race = running()
    does(race)
    race.runs(5.0, seconds=75)
    assert abs(race.off_m()) < within_m
    assert [] == race.cues()


@pytest.mark.parametrize(
    ("does", "sds"),
    [
        (is_silent_without_a_total, 2.5),
        (is_silent_and_resets, 2.5),
        (sends_only_cadence, 2.5),
        (freezes, 2.5),
        (stops_counting_for_a_minute, 2.5),
    ],
)
def test_a_guess_widens_the_standard_error(does: Callable[[Race], None], sds: float) -> None:
    """GIVEN a guess was needed BUT WHEN the pace changed meanwhile by 6 % THEN the error is within
    what the estimate owns up to.
    """
    race = running()
    does(race)
    race.runs(5.3, seconds=31)
    estimate = race.told()
    assert estimate.distance_sd_m is not None
    assert abs(race.off_m()) < sds * estimate.distance_sd_m


@pytest.mark.parametrize("seconds", [5, 30, 120])
def test_a_gap_bridged_by_the_total_costs_nothing(seconds: int) -> None:
    """GIVEN a pod out of reach that counts on WHEN it is received again THEN even a change of pace
    in the gap is made good.
    """
    race = running()
    race.pod.falls_silent(seconds)
    race.runs(4.0, seconds=seconds + 5)
    assert abs(race.off_m()) < 0.5


def test_a_stop_in_a_gap_is_made_good() -> None:
    """GIVEN a silent pod WHEN the runner stands still meanwhile THEN its total takes the guessed
    metres back.
    """
    race = running()
    race.pod.falls_silent(20)
    race.stands(20)
    assert race.off_m() > 50.0
    race.stands(2)
    assert abs(race.off_m()) < 0.5


@pytest.mark.parametrize("wrong_m", [-149.0, -100.0, 90.0, 200.0, 4000.0])
def test_a_corrupt_total_after_a_gap(wrong_m: float) -> None:
    """GIVEN a pod out of reach for 30 s WHEN its first total is corrupt THEN the next one puts that
    right, however possible the wrong one looked.

    Indistinguishable from a stop in the gap until then: what comes next decides.
    """
    race = running()
    race.pod.falls_silent(30)
    race.runs(5.0, metres=149.9)
    assert race.pod.total_m is not None
    race.pod.total_m += wrong_m
    race.runs(5.0, seconds=1)
    race.pod.total_m -= wrong_m
    race.runs(5.0, seconds=3)
    assert abs(race.off_m()) < 0.5


def test_a_lifetime_odometer() -> None:
    """GIVEN a pod that has counted 4,000 km before THEN only what it counts in the race counts."""
    race = Race("5000m")
    race.pod.total_m = 4_000_000.0
    race.stands(10)
    race.gun()
    race.runs(5.0, seconds=60)
    assert abs(race.off_m()) < 0.5


def test_a_pod_that_is_there_before_the_gun() -> None:
    """GIVEN a pod that counted the warm-up WHEN the gun goes between two of its readings THEN the
    race begins at the gun.
    """
    race = Race("5000m")
    race.runs(3.0, seconds=30.5)
    race.stands(20.2)
    race.gun()
    race.runs(5.0, seconds=60)
    assert abs(race.off_m()) < 0.5


def test_a_gun_at_full_speed() -> None:
    """GIVEN somebody who runs himself warm WHEN the gun goes between two readings THEN what was run
    before it does not count: right to 0.5 m.
    """
    race = Race("5000m")
    race.runs(5.0, seconds=240.5)
    race.gun()
    race.runs(5.0, seconds=30)
    assert abs(race.off_m()) < 0.5


@pytest.mark.parametrize("late_s", [4, 30, 90])
def test_a_pod_that_joins_late(late_s: int) -> None:
    """GIVEN a pod that is first received in the race THEN its speed vouches for the time before,
    and the standard error shows the doubt.
    """
    race = Race("5000m")
    race.pod.worn = False
    race.gun()
    race.runs(5.0, seconds=late_s)
    race.pod.worn = True
    race.runs(5.0, seconds=20)
    assert abs(race.off_m()) < 0.5
    estimate = race.told()
    assert estimate.distance_sd_m is not None
    assert estimate.distance_sd_m > 0.08 * 5.0 * late_s
    assert Mode.POD is estimate.mode


def test_a_pod_with_a_total_and_nothing_else() -> None:
    """GIVEN a treadmill that reports only metres THEN they are run as reported."""
    odometer = Odometer(planned_mps=3.0)
    for t_s in range(61):
        odometer.update(s_to_ns(t_s), "pod", None, 4.0 * t_s, None)
    assert 240.0 == pytest.approx(odometer.total_m)
    assert 4.0 == pytest.approx(odometer.speed_mps)


def test_a_reading_that_tells_nothing() -> None:
    """GIVEN neither speed, total nor cadence THEN no step is made."""
    assert Odometer(4.5).update(0, "pod", None, None, None) is None


def test_before_anything_is_known() -> None:
    """GIVEN no reading yet THEN nothing lies ahead; a beginning alone is no step."""
    odometer = Odometer(4.5)
    assert (0.0, 0.0) == odometer.ahead(s_to_ns(100.0))
    assert odometer.catch_up(s_to_ns(1.0)) is None
    assert pytest.approx((45.0, 9.0)) == odometer.ahead(s_to_ns(11.0))


def test_a_lap_that_is_counted_is_known_to_a_metre() -> None:
    """GIVEN two pods that count for as long, one of them a lap of 400 m more THEN the step of that
    lap alone is told with 0.9 m of noise: a line that changes its width from bend to bend.
    """
    variances_m2 = []
    for mps in (4.0, 8.0):
        odometer = Odometer(5.0)
        steps = [odometer.update(s_to_ns(t_s), "pod", mps, mps * t_s, None) for t_s in range(101)]
        variances_m2.append(sum(step.var_m2 for step in steps if step is not None))
    assert 0.9**2 == pytest.approx(variances_m2[1] - variances_m2[0], rel=0.01)


def test_the_step_learned_while_speed_was_known() -> None:
    """GIVEN a long-legged runner WHEN speed and total are lost THEN cadence x the step learned from
    this runner goes on, in its own mode.
    """
    race = Race("5000m")
    race.pod.spm = 160.0
    race.gun()
    race.runs(5.6, seconds=120)
    before_m = race.off_m()
    sends_only_cadence(race)
    race.runs(5.6, seconds=60)
    assert abs(race.off_m() - before_m) < 5.0
    assert Mode.CADENCE is race.told().mode


@pytest.mark.parametrize(("every_s", "ahead_m"), [(1.0, 6.0), (4.0, 22.0)])
def test_the_speed_of_a_slow_pod_is_the_mean_of_what_it_reports_and_counts(
    every_s: float, ahead_m: float
) -> None:
    """GIVEN a pod that reports 5 m/s while it counts 6 m/s THEN a quick one goes on as it counts,
    and a slow one half-way between.
    """
    odometer = Odometer(5.0)
    for number in range(20):
        odometer.update(s_to_ns(every_s * number), "pod", 5.0, 6.0 * every_s * number, None)
    assert ahead_m == pytest.approx(odometer.ahead(s_to_ns(every_s * 20))[0])


def test_another_pod_has_another_interval() -> None:
    """GIVEN a slow pod WHEN another one takes over THEN three seconds without a notification are a
    silence again.
    """
    odometer = Odometer(5.0)
    for number in range(20):
        odometer.update(s_to_ns(4.0 * number), "slow", 5.0, None, None)
    assert not odometer.silent_since(s_to_ns(76.0), s_to_ns(80.0))
    odometer.update(s_to_ns(80.0), "other", 5.0, None, None)
    assert odometer.silent_since(s_to_ns(80.0), s_to_ns(83.1))
