"""Simulated races: the same seed gives the same bytes, and the faults are those of the evaluation
protocol.
"""

from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from random import Random
from statistics import fmean, pstdev

import pytest

from kickcue.core.course import course_for
from kickcue.core.events import Command, CommandKind, Mark, Notification
from kickcue.core.gatt.heart_rate import HeartRateMeasurement
from kickcue.core.gatt.rsc import RscMeasurement
from kickcue.core.units import ns_to_s
from kickcue.lab.athlete import RUN_ON_S, STEP_S, Truth, run, run_race
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.sensors import PodFaults, Thumb, pod_samples, presses
from kickcue.lab.simulate import race_inputs, simulate

COURSE = course_for("1500m")
DIGEST = "bff94b7baca826b4ddece33b618eb94adca7d19ee145339c75df76b2db665c72"


def even_run(mps: float = 5.0, distance_m: float = 3000.0) -> Truth:
    return run(distance_m, lambda _t_s, _done_m: mps, Random(1))


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_same_seed_gives_the_same_bytes(name: str) -> None:
    """Two simulations of one seed are the same to the byte; another seed is another race."""
    one, same, other = (simulate(COURSE, SCENARIOS[name], seed) for seed in (7, 7, 8))
    assert one == same
    assert one.inputs != other.inputs


def test_the_oldest_races_are_what_they_were() -> None:
    """GIVEN the three oldest scenarios THEN their bytes are those of the versions before the others
    came: published figures stay comparable.
    """
    digest = sha256()
    for name in ("bare", "button", "button-bad"):
        digest.update(
            b"".join(
                e.data
                for e in simulate(COURSE, SCENARIOS[name], 7).inputs
                if isinstance(e, Notification)
            )
        )
        digest.update(repr([e.t_ns for e in simulate(COURSE, SCENARIOS[name], 7).inputs]).encode())
    assert DIGEST == digest.hexdigest()


def test_a_race_of_ones_own_is_sensed_without_drawing_more() -> None:
    """GIVEN a stream of chance and a true race THEN what the faults draw leaves sensors and marks
    as they are.
    """
    truth = even_run(distance_m=1500.0)
    plain, dropped = (
        race_inputs(Random(4), truth, COURSE, SCENARIOS[name]) for name in ("button", "dropout")
    )
    assert [e for e in plain if isinstance(e, Mark)] == [e for e in dropped if isinstance(e, Mark)]
    assert len(dropped) < len(plain)


def test_scenarios_are_different_races() -> None:
    """The same seed under another scenario or event is not the same race with other faults."""
    assert (
        simulate(COURSE, SCENARIOS["bare"], 7).truth
        != simulate(COURSE, SCENARIOS["button"], 7).truth
    )


def test_what_a_daemon_would_receive() -> None:
    """GIVEN a simulated race THEN it begins with the gun, its events are in order, and both sensors
    speak once a second to the end.
    """
    race = simulate(COURSE, SCENARIOS["button"], 7)
    assert Command(0, CommandKind.START) == race.inputs[0]
    assert [e.t_ns for e in race.inputs] == sorted(e.t_ns for e in race.inputs)
    for char in ("2a53", "2a37"):
        moments = [
            ns_to_s(e.t_ns) for e in race.inputs if isinstance(e, Notification) and e.char == char
        ]
        assert race.truth.duration_s == pytest.approx(len(moments), abs=2.0)
        assert all(0.5 < b - a < 1.5 for a, b in pairwise(moments))


def test_the_bytes_tell_the_truth_within_the_faults() -> None:
    """GIVEN a pod and a strap THEN speed, cadence, stride, distance and beats in their bytes are
    the athlete's, to the faults told.
    """
    race = simulate(COURSE, SCENARIOS["button"], 7)
    last_pod = [e for e in race.inputs if isinstance(e, Notification) and e.char == "2a53"][-1]
    pod = RscMeasurement.from_bytes(last_pod.data)
    t_s = ns_to_s(last_pod.t_ns)
    assert pod.distance_m is not None
    assert pod.stride_length_m is not None
    assert race.truth.distance_at(t_s) == pytest.approx(pod.distance_m, rel=0.1)
    assert race.truth.speed_at(t_s) == pytest.approx(pod.speed_mps, rel=0.15)
    assert race.truth.cadence_at(t_s) == pytest.approx(2 * pod.cadence_per_min, abs=6.0)
    assert pod.speed_mps == pytest.approx(
        pod.stride_length_m * pod.cadence_per_min / 60.0, rel=0.03
    )
    last_strap = [e for e in race.inputs if isinstance(e, Notification) and e.char == "2a37"][-1]
    strap = HeartRateMeasurement.from_bytes(last_strap.data)
    assert race.truth.heart_rate_at(t_s) == pytest.approx(strap.bpm, abs=6.0)
    assert 60_000 / strap.bpm == pytest.approx(strap.rr_ms[0], abs=40.0)


def test_a_bare_race_has_no_marks() -> None:
    """In the scenario "bare" nobody presses anything."""
    assert [] == [e for e in simulate(COURSE, SCENARIOS["bare"], 7).inputs if isinstance(e, Mark)]


# ---- the athlete


def test_truth_is_one_curve() -> None:
    """GIVEN an even run THEN distance and time are each other's inverse, and the runner goes on a
    little past the finish.
    """
    truth = even_run()
    assert [0.0, 100.0, 1500.0, 3000.0] == [
        pytest.approx(truth.distance_at(truth.time_at(m))) for m in (0.0, 100.0, 1500.0, 3000.0)
    ]
    assert 600.0 + RUN_ON_S == pytest.approx(truth.duration_s, abs=2 * STEP_S)
    assert truth.distance_m[-1] == truth.distance_at(1e9)
    assert 0.0 == truth.distance_at(-1.0) == truth.time_at(-5.0)


def test_the_body_follows() -> None:
    """Cadence rises by 5.6 steps a minute per m/s; the heart lags by a minute and a half and never
    jumps.
    """
    slow, fast = even_run(4.0), even_run(6.0)
    assert 2 * 5.6 == pytest.approx(fast.cadence_at(100.0) - slow.cadence_at(100.0))
    assert fast.heart_rate_at(10.0) < 120.0
    assert fast.heart_rate_at(400.0) > 190.0
    assert (
        max(abs(b - a) for a, b in zip(fast.heart_rate_bpm, fast.heart_rate_bpm[1:], strict=False))
        < 1.0
    )


def test_races_are_even_with_a_small_spurt() -> None:
    """GIVEN 40 drawn races THEN the pace is 3.8 to 6 m/s, and the last lap up to some 8 % quicker
    than the middle.
    """
    for seed in range(40):
        truth = run_race(Random(seed), 3000.0, 400.0)
        middle = 1600.0 / (truth.time_at(2400.0) - truth.time_at(800.0))
        last = 200.0 / (truth.time_at(3000.0) - truth.time_at(2800.0))
        assert 3.6 < middle < 6.2
        assert 0.93 < last / middle < 1.16


def test_a_pace_can_be_asked_for() -> None:
    """GIVEN a wanted mean speed THEN the race is run at about that."""
    truth = run_race(Random(3), 3000.0, 400.0, mean_mps=5.0)
    assert 5.0 == pytest.approx(3000.0 / truth.time_at(3000.0), rel=0.06)


# ---- sensors and thumbs


def test_the_pods_scale_is_drawn_as_told() -> None:
    """GIVEN 200 pods of 3 % THEN their totals are 3 % apart (with the drift), and right in the
    mean.
    """
    truth = even_run()
    ratios = [
        list(pod_samples(Random(seed), truth, PodFaults()))[-1].distance_m / truth.distance_m[-1]
        for seed in range(200)
    ]
    assert 1.0 == pytest.approx(fmean(ratios), abs=0.008)
    assert 0.03 == pytest.approx(pstdev(ratios), abs=0.006)


def test_a_faultless_pod() -> None:
    """GIVEN no faults THEN the pod counts the truth, on the second."""
    truth = even_run()
    faults = PodFaults(
        scale_sd=0.0, drift_sd=0.0, count_noise_m=0.0, lag_s=(0.01, 0.01), jitter_s=0.0
    )
    for sample in pod_samples(Random(1), truth, faults):
        assert truth.distance_at(sample.t_s) == pytest.approx(sample.distance_m)
        assert sample.t_s == int(sample.t_s)


def test_a_faultless_thumb() -> None:
    """GIVEN a thumb that misses and doubles nothing
    THEN there is one press a line, late as told.
    """
    truth = even_run()
    thumb = Thumb(delay_s=0.4, delay_sd_s=0.0, missed=0.0, doubled=0.0)
    assert [200.4, 400.4, 600.4] == [
        pytest.approx(t_s) for t_s in presses(Random(1), truth, (1000.0, 2000.0, 3000.0), thumb)
    ]


def test_a_thumb_has_its_faults() -> None:
    """GIVEN 2,000 lines THEN about 10 % are missed and 5 % of the pressed ones doubled; the bad
    thumb presses now and then for nothing.
    """
    truth = even_run(distance_m=20_000.0)
    lines = tuple(float(m) for m in range(100, 20_001, 10))
    number = len(presses(Random(1), truth, lines, Thumb()))
    assert 0.9 * 1.05 == pytest.approx(number / len(lines), abs=0.03)
    stray = len(presses(Random(1), truth, lines, Thumb(missed=1.0, stray=0.02)))
    assert 0.02 == pytest.approx(stray / len(lines), abs=0.01)


def test_presses_are_in_order_and_never_early() -> None:
    """Presses come sorted, within the race, and none of a line before the line, however wildly the
    thumb varies.
    """
    truth = even_run()
    thumb = Thumb(delay_s=0.0, delay_sd_s=1.0, missed=0.0, doubled=0.0)
    for seed in range(20):
        found = presses(Random(seed), truth, (1000.0, 2000.0), thumb)
        assert found == sorted(found)
        assert all(
            200.0 * n - 1e-6 <= t_s < truth.duration_s for n, t_s in enumerate(found, start=1)
        )


def test_a_series_at_each_second_is_what_it_is_at_that_second() -> None:
    """GIVEN a race WHEN a series is read at all seconds THEN it is as when asked second by second,
    before the gun as at the gun, and to the very last sample.
    """
    for steps in range(4):
        whole = run_race(Random(5), 400.0, 100.0)
        series = whole.heart_rate_bpm[: len(whole.heart_rate_bpm) - steps]
        truth = replace(whole, distance_m=series, heart_rate_bpm=series)
        for end_s in (-1, 3, int(truth.duration_s), int(truth.duration_s) + 1):
            one_by_one = [truth.heart_rate_at(second) for second in range(-2, end_s)]
            assert one_by_one == truth.each_second(series, -2, end_s)
