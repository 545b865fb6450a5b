"""The best filter where something befalls a race: it is told what is right, the rest is chance."""

import math
from dataclasses import replace
from itertools import pairwise
from random import Random
from statistics import pstdev

import numpy as np
import pytest

from kickcue.core.course import Course, course_for
from kickcue.lab.athlete import PACE_MEMORY_S, PACE_WANDER, run_race
from kickcue.lab.evaluate import in_batches, simulated
from kickcue.lab.oracle import DARES, Bound, best, bound
from kickcue.lab.oracle_readings import Reading, readings, seconds
from kickcue.lab.pace_filter import PaceFilter
from kickcue.lab.scenarios import SCENARIOS, Group, Scenario
from kickcue.lab.sensors import PodFaults, Thumb
from kickcue.lab.simulate import SimulatedRace, simulate, simulated_document
from kickcue.lab.statistics import summary
from kickcue.lab.wander import wandered_var_s2
from tests.examples import some_of

FAULTLESS = PodFaults(scale_sd=0.0, drift_sd=0.0, count_noise_m=0.0, jitter_s=0.0)
PUNCTUAL = Thumb(delay_s=0.4, delay_sd_s=0.0, missed=0.0, doubled=0.0)
EVEN = DARES.index(0.0)
COURSE = course_for("3000m")
MISHAPS = sorted({n for n, s in SCENARIOS.items() if s.group is Group.MISHAP} | {"smooth"})
STEPS_BEFORE_THE_BELL = (127, 154, 164, 255, 258, 272)
"""Seeds of scale-step at 3000 m in which the scale steps in the lap before the bell."""
IN_SHORT = {"cadence-only", "slip", "start-late"}
"""One without the pod, one in which it is wrong, one with a clock that is."""
BY_POD = [name for name in MISHAPS if name not in {"cadence-only", "strap-only"}]


def without_chance(name: str) -> Scenario:
    scenario = SCENARIOS[name]
    lags = replace(FAULTLESS, lag_s=scenario.pod.lag_s, total_lags=scenario.pod.total_lags)
    return replace(scenario, pod=lags, marks=PUNCTUAL)


def races(name: str, number: int, course: Course = COURSE) -> list[SimulatedRace]:
    return [simulate(course, SCENARIOS[name], seed) for seed in range(number)]


def bounds(name: str, number: int) -> list[Bound]:
    return [bound(COURSE, SCENARIOS[name], race) for race in races(name, number)]


@pytest.mark.parametrize("name", [n for n in BY_POD if n != "correlated-late"])
def test_without_chance_a_mishap_costs_nothing(name: str) -> None:
    """What the filter is told of costs it nothing.

    GIVEN a faultless pod and punctual presses WHEN the mishap comes THEN it knows the bell to a
    sixth of a second, by the recording's clock.
    """
    scenario = without_chance(name)
    for seed in range(6):
        found = bound(COURSE, scenario, simulate(COURSE, scenario, seed))
        assert 0.0 == pytest.approx(found.errors_s[EVEN], abs=0.17), seed


@pytest.mark.parametrize(
    "name",
    ["slip", "burst", "sleep", "smooth", "no-total", "false-start", "start-late"],
)
def test_what_it_is_told_was_run(name: str) -> None:
    """Whatever slipped, queued, lagged, was slept over or not sent is made up for.

    GIVEN a faultless pod THEN the metres that the filter is told add up to those that were run, at
    any moment of the race, but for what a second's pace hides of how the runner got up to speed.
    """
    scenario = without_chance(name)
    for seed in range(4):
        race, told_m = simulate(COURSE, scenario, seed), 0.0
        for each in readings(scenario, race):
            told_m += each.counted_m
            assert race.truth.path_at(each.second) == pytest.approx(told_m, abs=0.8)


def test_queued_readings_are_of_the_seconds_in_which_they_were_counted() -> None:
    """GIVEN a stalling link THEN readings come late, never before they were counted, in order."""
    for race in races("burst", 6):
        told = readings(SCENARIOS["burst"], race)
        late_s = [each.t_s - each.second for each in told]
        assert min(late_s) >= 0.0
        assert max(late_s) > 4.0
        assert [each.t_s for each in told] == sorted(each.t_s for each in told)
        assert [each.second for each in told] == sorted({each.second for each in told})


def test_a_reading_that_overtakes_the_queue_loses_nothing() -> None:
    """GIVEN a link that stalls from the gun WHEN a reading overtakes the queue THEN all counts."""
    race = simulate(COURSE, without_chance("burst"), 0)
    overtaking = race.counted[9]._replace(t_s=9.1)
    queued = [each._replace(t_s=9.2 + 0.01 * n) for n, each in enumerate(race.counted[:9])]
    counted = (overtaking, *queued, *race.counted[10:])
    (first, *_) = readings(without_chance("burst"), replace(race, counted=counted))
    assert (9.1, 9) == (first.t_s, first.second)
    assert race.truth.path_at(9.0) == pytest.approx(first.counted_m, abs=0.01)


def test_a_step_of_the_scale_shows_in_the_pods_speed() -> None:
    """What the filter reads off the pod's speed is what its metres say.

    GIVEN a scale that steps in the lap before the bell THEN the step is that between ten seconds
    before it and ten after it, to two per cent.
    """
    for seed in STEPS_BEFORE_THE_BELL:
        race = simulate(COURSE, SCENARIOS["scale-step"], seed)
        told = readings(SCENARIOS["scale-step"], race)
        (n,) = (n for n, each in enumerate(told) if each.scale_off not in {None, (0.0, 0.0)})
        before, since = pod_scale(race, told[n - 10 : n]), pod_scale(race, told[n : n + 10])
        off = told[n].scale_off
        assert off is not None
        assert before / since - 1.0 == pytest.approx(off[0], abs=0.02)
        assert abs(off[0]) > 0.04


def test_a_step_that_is_not_seen_leaves_it_unsure_until_a_mark_comes() -> None:
    """Who cannot see by how much a scale stepped learns it from marks.

    GIVEN a step in the lap before the bell THEN he is less than half as sure of the line; GIVEN one
    with marks after it THEN he is as sure.
    """
    for seed in STEPS_BEFORE_THE_BELL:
        assert unseen_sd_s(seed) > 2.0
    others = [seed for seed in range(24) if seed not in STEPS_BEFORE_THE_BELL]
    assert np.median([unseen_sd_s(seed) for seed in others]) < 1.05


def unseen_sd_s(seed: int) -> float:
    """Return how many times less sure of the bell line it is that does not see the step."""
    scenario = SCENARIOS["scale-step"]
    race = simulate(COURSE, scenario, seed)
    seeing = bound(COURSE, scenario, race)
    return bound(COURSE, scenario, race, leaps_seen=False).sd_s / seeing.sd_s


def pod_scale(race: SimulatedRace, told: list[Reading]) -> float:
    ran_m = race.truth.path_at(told[-1].second) - race.truth.path_at(told[0].second - 1)
    return sum(each.counted_m for each in told) / ran_m


@pytest.mark.parametrize("name", some_of(MISHAPS, IN_SHORT))
def test_it_is_as_sure_as_it_is_right(name: str) -> None:
    """The filter is honest.

    GIVEN 30 races THEN errors at even odds are as large as the standard deviations it told, and
    somewhat less where a press came to help.
    """
    ratio = np.array([each.errors_s[EVEN] / each.sd_s for each in bounds(name, 30)])
    assert 0.4 < np.sqrt(np.mean(ratio**2)) < 1.35


def test_presses_elsewhere_tell_no_bell() -> None:
    """No press at the bell line comes to tell it.

    GIVEN presses elsewhere in the lap THEN the surer the filter wants to be, the later it fires,
    without end.
    """
    for each in bounds("helper-elsewhere", 8):
        assert all(b > a for a, b in pairwise(each.errors_s[: len(DARES)]))


def test_cadence_tells_more_than_the_clock() -> None:
    """GIVEN no pod's metres THEN cadence makes surer of the line than presses alone."""
    cadence, clock = best(bounds("cadence-only", 16)), best(bounds("strap-only", 16))
    assert cadence.sd_s < 0.7 * clock.sd_s


def test_a_minute_is_waited_for_at_once_or_second_by_second() -> None:
    """GIVEN a mean pace that is known THEN a minute is sixty seconds: place and spread agree."""
    scenario = replace(SCENARIOS["strap-only"], pace_mps=(5.0, 5.0))
    race = replace(simulate(COURSE, scenario, 0), pacing=lambda _done_m: 1.0)
    waiting = PaceFilter(COURSE, scenario, race)
    for each in seconds(replace(race, counted=()))[:80]:
        if each.second == 20:
            at_once = waiting.position(80.0)
        waiting.handle(each)
    stepped = waiting.position(80.0)
    assert at_once[0] == pytest.approx(stepped[0], rel=0.001)
    assert at_once[1] == pytest.approx(stepped[1], rel=0.001)


def test_pace_wanders_as_the_simulated_runners_does() -> None:
    """GIVEN 300 runners of a known mean pace THEN after 100 s they spread as the filter says."""
    runs = [run_race(Random(n), 1000.0, 400.0, 5.0) for n in range(300)]
    where_m = [truth.distance_at(100.0) for truth in runs]
    from_start_s = PACE_WANDER * PACE_MEMORY_S * (1.0 - math.exp(-100.0 / PACE_MEMORY_S))
    spread_m = 5.0 * math.sqrt(wandered_var_s2(100.0) + from_start_s**2)
    assert spread_m == pytest.approx(pstdev(where_m), rel=0.12)


def test_asleep_nothing_is_felt() -> None:
    """GIVEN a bell slept over THEN what is felt upon waking is in time, for the clock stood."""
    course, scenario = course_for("1500m"), SCENARIOS["sleep"]
    for seed in (6, 8, 11, 12, 13):
        race = simulate(course, scenario, seed)
        assert race.befallen is not None
        assert race.befallen.is_asleep(race.truth.time_at(course.bell_m))
        found = bound(course, scenario, race)
        assert 0.0 == pytest.approx(found.errors_s[EVEN], abs=0.1)


@pytest.mark.parametrize("name", some_of(MISHAPS, IN_SHORT))
def test_kickcue_does_not_beat_it_by_more_than_luck(name: str) -> None:
    """GIVEN 12 races THEN the bound lies below kickcue's figures, give or take what 12 can tell."""
    work = simulated(name, simulated_document("1500m"), best=True)
    outcomes = list(in_batches(work, range(12)))
    ours, bar = summary(outcomes), best([o.bound for o in outcomes if o.bound is not None])
    assert ours.median_s is not None
    assert ours.p95_s is not None
    assert bar.median_s <= ours.median_s + 0.1
    assert bar.p95_s <= ours.p95_s + 0.4
