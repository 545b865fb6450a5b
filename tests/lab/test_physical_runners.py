"""Runners as they are: pace and fatigue change a pod's scale, and others are in the way."""

from dataclasses import replace
from itertools import pairwise
from random import Random
from statistics import fmean

import pytest

from kickcue.core.course import Course, course_for
from kickcue.core.events import Command, CommandKind, Notification
from kickcue.core.gatt.rsc import RscMeasurement
from kickcue.lab.athlete import Truth, run, run_race
from kickcue.lab.pacing_profile import ANY_SHAPE, Style, drawn, even
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.sensors import Counted, PodFaults, pod_samples
from kickcue.lab.simulate import SimulatedRace, simulate

COURSE = course_for("5000m")
TRUE_POD = PodFaults(0.0, 0.0, count_noise_m=0.0, lag_s=(0.01, 0.01), jitter_s=0.0)


def race(scenario: str, seed: int = 3, course: Course = COURSE) -> SimulatedRace:
    return simulate(course, SCENARIOS[scenario], seed)


def tired_run(fades: float) -> Truth:
    """Return 3000 m at 5 m/s less what fatigue takes."""
    manner = drawn(Random(1), Style(ANY_SHAPE, fades=(fades, fades)), course_for("3000m"))
    assert manner.tired is not None
    tired = manner.tired
    return run(3000.0, lambda _t_s, done_m: 5.0 * (1.0 - tired(done_m)), Random(1), manner)


def scale_at(samples: list[Counted], truth: Truth, began_s: int, ended_s: int) -> float:
    """Return pod metres per metre on the ground between two whole seconds."""
    counted_m = samples[ended_s].distance_m - samples[began_s].distance_m
    return counted_m / (truth.path_at(ended_s) - truth.path_at(began_s))


# ---- a scale that depends on the pace


def test_a_scale_that_depends_on_pace() -> None:
    """GIVEN a pod off by 2 % per m/s, 4 m/s then 6 m/s THEN it is off both ways, its speed too."""
    truth = run(4000.0, lambda _t, done_m: 4.0 if done_m < 1600.0 else 6.0, Random(1))
    off_mps = truth.mean_mps
    pod = replace(TRUE_POD, per_mps=(0.02, 0.02))
    signs = set()
    for seed in range(10):
        samples = list(pod_samples(Random(seed), truth, pod))
        slow, quick = scale_at(samples, truth, 100, 300), scale_at(samples, truth, 450, 700)
        sign = 1.0 if quick > slow else -1.0
        assert 1.0 + sign * 0.02 * (4.0 - off_mps) == pytest.approx(slow, abs=2e-4)
        assert 1.0 + sign * 0.02 * (6.0 - off_mps) == pytest.approx(quick, abs=2e-4)
        assert 6.0 * quick == pytest.approx(samples[600].speed_mps, abs=2e-3)
        signs.add(sign)
    assert {1.0, -1.0} == signs


# ---- fatigue


def test_fatigue_takes_pace_by_shorter_steps() -> None:
    """GIVEN a runner who loses 6 % THEN a third is even, the end 6 % slower; cadence stays."""
    truth = tired_run(0.06)
    assert 5.0 == truth.speed_at(truth.time_at(900.0))
    assert 5.0 * 0.94 == pytest.approx(truth.speed_at(truth.time_at(2999.0)), abs=1e-2)
    assert 5.0 * 0.97 == pytest.approx(truth.speed_at(truth.time_at(2000.0)), abs=1e-2)
    assert truth.cadence_at(100.0) == pytest.approx(truth.cadence_at(truth.time_at(2999.0)))


def test_a_pod_that_does_not_see_shorter_steps() -> None:
    """GIVEN a pod that misses half of what steps lose THEN it is 3 % long where 6 % are lost."""
    truth = tired_run(0.06)
    samples = list(pod_samples(Random(2), truth, replace(TRUE_POD, unseen=(0.5, 0.5))))
    end_s = int(truth.time_at(3000.0))
    assert 1.0 == pytest.approx(scale_at(samples, truth, 20, 200))
    assert 1.03 == pytest.approx(scale_at(samples, truth, end_s - 20, end_s), abs=1e-3)


# ---- overtaking


def test_overtaking_costs_metres_in_the_bends_of_some_laps() -> None:
    """GIVEN 30 races THEN some laps are run on the line, others cost up to 9 m, none costs less."""
    extra = []
    for seed in range(30):
        truth = race("overtaking", seed).truth
        at_lines = [truth.path_at(truth.time_at(m)) - m for m in COURSE.crossings_m]
        extra += [after - before for before, after in pairwise(at_lines)]
    on_the_line = sum(abs(metres) < 0.1 for metres in extra) / len(extra)
    assert 0.4 < on_the_line < 0.8
    assert min(extra) > -0.1
    assert 4.0 < max(extra) < 9.0


def test_on_the_road_overtaking_costs_nothing() -> None:
    """GIVEN a road race THEN metres of the race are metres on the ground."""
    truth = race("overtaking", course=course_for("5k")).truth
    assert truth.distance_m == truth.path_m


# ---- a rolling start


def test_a_rolling_start_is_at_pace_at_the_line() -> None:
    """GIVEN a rolling start THEN pace and heart at the gun are those of a run."""
    plain = even(400.0)
    manners = (plain, replace(plain, rolling_s=40.0))
    standing, rolling = (run_race(Random(4), 1500.0, 400.0, 5.0, manner) for manner in manners)
    assert standing.speed_at(0.0) < 1.0
    assert 5.0 == pytest.approx(rolling.speed_at(0.0), rel=0.06)
    assert standing.heart_rate_at(0.0) < 100.0
    assert rolling.heart_rate_at(0.0) > 120.0
    assert 0.0 == rolling.distance_at(-40.0)
    assert -40.0 * rolling.speed_at(0.0) == rolling.path_at(-40.0) == rolling.path_at(-50.0)


def test_a_pod_counts_what_was_run_before_the_gun() -> None:
    """GIVEN 20 rolling starts THEN the pod stands, then runs, before the only start."""
    seconds = []
    for seed in range(20):
        rolled = race("rolling-start", seed)
        pods = [e for e in rolled.inputs if isinstance(e, Notification) and e.char == "2a53"]
        before = [RscMeasurement.from_bytes(e.data) for e in pods if e.t_ns < rolled.gun_ns]
        (start,) = [e for e in rolled.inputs if isinstance(e, Command)]
        assert (start.kind, start.t_ns) == (CommandKind.START, rolled.gun_ns)
        assert rolled.inputs[0].t_ns >= 0
        assert 0.0 == before[0].speed_mps == before[0].distance_m
        assert before[-1].distance_m is not None
        run_m = rolled.truth.rolling_s * rolled.truth.speed_mps[0]
        assert run_m == pytest.approx(before[-1].distance_m, rel=0.15, abs=8.0)
        seconds.append(rolled.truth.rolling_s)
    assert 5.0 <= min(seconds) < 20.0
    assert 45.0 < max(seconds) <= 60.0


# ---- all of it


def test_the_physical_runner_has_all_of_it() -> None:
    """GIVEN the scenario "physical" THEN every one of the things above is in it."""
    runs = [race("physical", seed) for seed in range(8)]
    assert all(r.truth.rolling_s >= 5.0 for r in runs)
    assert all(0.01 < r.truth.tired_at(r.truth.duration_s) <= 0.08 for r in runs)
    assert fmean(r.truth.path_m[-1] - r.truth.distance_m[-1] for r in runs) > 3.0
    pod = SCENARIOS["physical"].pod
    assert ((0.01, 0.02), (0.0, 0.5), True) == (pod.per_mps, pod.unseen, pod.total_lags)
    assert (5.0, 10.0) == pod.lag_s


def test_a_lagging_total_is_some_metres_behind() -> None:
    """GIVEN a true pod whose total lags by 8 s THEN at 5 m/s it is 40 m behind."""
    truth = run(3000.0, lambda _t_s, _done_m: 5.0, Random(1))
    lagging = replace(TRUE_POD, lag_s=(8.0, 8.0), total_lags=True)
    last = list(pod_samples(Random(1), truth, lagging))[-1]
    assert 40.0 == pytest.approx(truth.distance_at(last.t_s) - last.distance_m, abs=3.0)
