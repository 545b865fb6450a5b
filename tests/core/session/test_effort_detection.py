"""When a repetition begins and is broken off, found in the speed of any runner and pod."""

from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import assume, given, strategies as st

from kickcue.core.session.effort_detection import MAX_READINGS, EffortDetector
from kickcue.core.units import NS_PER_S, s_to_ns

STEP_S = 0.05


@dataclass
class Runner:
    """A detector, and a runner whose pod speaks to it about once a second."""

    kind: str = "totals"
    """What the pod tells: totals, speed or cadence."""
    lag_s: float = 0.0
    jitter_s: float = 0.0
    seed: int = 0
    detector: EffortDetector = field(default_factory=EffortDetector)
    t_s: float = 0.0
    done_m: float = 0.0
    mps: float = 0.0
    smooth_mps: float = 0.0
    said: int = 0
    since_s: float = 0.0
    found: tuple[float, float] | None = None
    """When a start was found first, and where it was put."""

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self._due_s = 1.0

    def moves(self, mps: float, seconds: float, rise_s: float = 0.0) -> None:
        before = self.mps
        for n in range(1, round(seconds / STEP_S) + 1):
            share = min(n * STEP_S / rise_s, 1.0) if rise_s else 1.0
            now = before + (mps - before) * share
            self.done_m += 0.5 * (self.mps + now) * STEP_S
            self.mps, self.t_s = now, self.t_s + STEP_S
            if self.lag_s:
                self.smooth_mps += (now - self.smooth_mps) * STEP_S / self.lag_s
            else:
                self.smooth_mps = now
            if self.t_s >= self._due_s:
                self._says()

    def rests_from_now(self) -> None:
        self.since_s, self.found = self.t_s, None

    def _says(self) -> None:
        self.said += 1
        self._due_s = self.said + 1.0 + self._random.uniform(0.0, self.jitter_s)
        t_ns = s_to_ns(self.t_s)
        spm = 0.0 if self.mps < 0.3 else (110.0 if self.mps < 2.0 else 145.0 + 6.0 * self.mps)
        if self.kind == "totals":
            total_m = round(self.done_m, 1)
            self.detector.update(t_ns, "pod", self.smooth_mps, total_m, spm)
        elif self.kind == "speed":
            self.detector.update(t_ns, "pod", self.smooth_mps, None, spm)
        else:
            self.detector.update(t_ns, "pod", None, None, spm)
        began_ns = self.detector.started_ns(s_to_ns(self.since_s))
        if began_ns is not None and self.found is None and began_ns > s_to_ns(self.since_s):
            self.found = (self.t_s, began_ns / NS_PER_S)


def rested(runner: Runner, leg_m: float, rest_mps: float, seconds: float = 30.0) -> Runner:
    """Return the runner after a rest at that speed, before a leg of so many metres."""
    runner.detector.expect(leg_m)
    runner.rests_from_now()
    runner.moves(rest_mps, seconds)
    return runner


RESTS = st.sampled_from([0.0, 1.0, 1.4, 1.8, 2.5])
EFFORTS = st.one_of(
    st.tuples(st.just(50.0), st.floats(5.5, 9.0)),
    st.tuples(st.just(200.0), st.floats(5.0, 7.5)),
    st.tuples(st.just(1000.0), st.floats(4.5, 6.0)),
)


@given(RESTS, EFFORTS, st.floats(1.0, 3.0), st.floats(0.0, 0.25), st.integers(0, 999))
def test_a_start_is_found_by_totals(
    rest_mps: float, effort: tuple[float, float], rise_s: float, jitter_s: float, seed: int
) -> None:
    """GIVEN anybody who stands, walks or jogs and then runs a repetition WHEN the pod counts metres
    once a second, or a little later THEN the start is put within 1.3 s of the truth, and is known
    within 5 s.
    """
    leg_m, mps = effort
    assume(mps >= rest_mps + 2.5)
    runner = rested(Runner(jitter_s=jitter_s, seed=seed), leg_m, rest_mps)
    assert runner.found is None
    began_s = runner.t_s
    runner.moves(mps, 8.0, rise_s)
    assert runner.found is not None
    known_s, put_s = runner.found
    assert known_s - began_s <= 5.0
    assert abs(put_s - began_s) <= 1.3


@given(st.sampled_from([0.0, 1.4]), EFFORTS, st.just(0.0) | st.floats(0.2, 3.0))
def test_a_start_is_found_by_speed_alone(
    rest_mps: float, effort: tuple[float, float], lag_s: float
) -> None:
    """GIVEN a pod that tells nothing but a speed, smoothed over up to three seconds THEN the start
    is known within 6 s and put within 1.7 s.
    """
    leg_m, mps = effort
    runner = rested(Runner("speed", lag_s=lag_s), leg_m, rest_mps)
    began_s = runner.t_s
    runner.moves(mps, 8.0, 2.0)
    assert runner.found is not None
    known_s, put_s = runner.found
    assert known_s - began_s <= 6.0
    assert abs(put_s - began_s) <= 1.7


def test_a_start_is_found_by_cadence_alone() -> None:
    """GIVEN steps and nothing else THEN the start from a walk is found within 3 s."""
    runner = rested(Runner("cadence"), 400.0, 1.4)
    began_s = runner.t_s
    runner.moves(5.2, 8.0, 2.0)
    assert runner.found is not None
    assert runner.found[0] - began_s <= 5.0
    assert abs(runner.found[1] - began_s) <= 2.0


@given(RESTS, st.sampled_from([50.0, 200.0, 1000.0]), st.floats(0.0, 0.9), st.integers(0, 9999))
def test_no_start_out_of_noise(rest_mps: float, leg_m: float, jitter_s: float, seed: int) -> None:
    """GIVEN a rest of two minutes at a speed that changes a little, and readings that come up to a
    second late and then in pairs THEN there is no start.
    """
    random = Random(seed)
    runner = Runner(jitter_s=jitter_s, seed=seed)
    runner.detector.expect(leg_m)
    for _ in range(24):
        runner.moves(max(rest_mps + random.gauss(0.0, 0.15), 0.0), 5.0, 1.0)
    assert runner.found is None


def test_a_slow_runner_s_tempo() -> None:
    """GIVEN repetitions at 3.7 m/s with a slow jog between THEN the next start is found where it
    was.
    """
    runner = Runner()
    runner.detector.learn_effort(1000.0, 3.6)
    rested(runner, 1000.0, 2.0)
    began_s = runner.t_s
    runner.moves(3.7, 10.0, 2.0)
    assert runner.found is not None
    assert abs(runner.found[1] - began_s) <= 1.5


def test_no_start_of_a_jog() -> None:
    """GIVEN a runner who stands and then jogs at 2.8 m/s THEN no repetition of 400 m has begun."""
    runner = rested(Runner(), 400.0, 0.0)
    runner.moves(2.8, 60.0, 2.0)
    assert runner.found is None


@given(st.floats(4.8, 7.0), st.integers(0, 99))
def test_no_start_of_who_has_not_slowed_down(mps: float, seed: int) -> None:
    """GIVEN a runner who runs on past the line THEN no new repetition begins, however the speed
    wanders.
    """
    runner, random = Runner(jitter_s=0.1, seed=seed), Random(seed)
    runner.detector.expect(400.0)
    runner.moves(mps, 60.0, 2.0)
    runner.rests_from_now()
    for _ in range(10):
        runner.moves(mps * (1.0 + random.gauss(0.0, 0.02)), 2.0, 1.0)
    assert runner.found is None


def test_two_readings_at_nearly_the_same_time() -> None:
    """GIVEN a walker whose pod is held up for 0.9 s, so that two readings come within 0.1 s THEN
    that is no sprint.
    """
    detector = EffortDetector()
    detector.expect(200.0)
    for n in range(40):
        late_s = 0.9 if n % 7 == 3 else 0.0
        detector.update(s_to_ns(n + late_s), "pod", 1.5, 1.5 * n, None)
        assert detector.latest_mps <= 2.0
        assert detector.started_ns(0) is None


def test_whole_metres() -> None:
    """GIVEN a belt that counts whole metres THEN its speed is taken, and not their difference."""
    detector = EffortDetector()
    for n in range(30):
        detector.update(n * NS_PER_S, "belt", 1.5, float(int(1.5 * n)), None)
        assert n < 3 or detector.latest_mps == pytest.approx(1.5)


@given(st.floats(4.6, 7.0), st.floats(0.0, 1.8), st.floats(1.0, 4.0))
def test_who_stops_has_stopped(mps: float, rest_mps: float, fall_s: float) -> None:
    """GIVEN a repetition that is broken off THEN that is known within 9 s, and put within 1.5 s of
    where the runner began to slow down.
    """
    runner = rested(Runner(), 400.0, 0.0)
    began_ns = s_to_ns(runner.t_s)
    runner.moves(mps, 30.0, 2.0)
    slowed_s = runner.t_s
    stopped_ns = None
    before = runner.mps
    for n in range(180):
        share = min((n + 1) * STEP_S / fall_s, 1.0)
        runner.moves(before + (rest_mps - before) * share, STEP_S)
        stopped_ns = stopped_ns or runner.detector.stopped_ns(s_to_ns(runner.t_s), began_ns)
    assert stopped_ns is not None
    assert abs(stopped_ns / NS_PER_S - slowed_s) <= 1.5


def test_a_short_slack_is_no_stop() -> None:
    """GIVEN two seconds at half the speed THEN the repetition goes on."""
    runner = rested(Runner(), 400.0, 0.0)
    began_ns = s_to_ns(runner.t_s)
    runner.moves(5.5, 20.0, 2.0)
    runner.moves(2.8, 2.0)
    for _ in range(10):
        runner.moves(5.5, 1.0)
        assert runner.detector.stopped_ns(s_to_ns(runner.t_s), began_ns) is None


def test_the_next_is_expected_as_fast_as_the_last() -> None:
    """GIVEN a slow runner's first repetition THEN the next is expected as slow, in proportion to
    its length; what was walked or ridden teaches nothing.
    """
    detector = EffortDetector()
    detector.expect(200.0)
    usual_mps = detector.effort_mps
    detector.learn_effort(200.0, 0.8 * usual_mps)
    assert detector.effort_mps == pytest.approx(0.8 * usual_mps)
    detector.learn_effort(200.0, 0.2 * usual_mps)
    detector.learn_effort(200.0, 3.0 * usual_mps)
    assert detector.effort_mps == pytest.approx(0.8 * usual_mps)


def test_a_flood_is_bounded() -> None:
    """GIVEN a hundred readings a second for a minute THEN no more than a fixed number is kept."""
    detector = EffortDetector()
    for n in range(6000):
        detector.update(n * NS_PER_S // 100, "pod", 1.4, 0.014 * n, 110.0)
    assert len(detector._paces) <= MAX_READINGS
    assert detector.started_ns(0) is None
