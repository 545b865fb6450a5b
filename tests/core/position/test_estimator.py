"""Distance run: the evidence it stands on, and marks that are undone."""

import math

import pytest
from hypothesis import given, strategies as st

from kickcue.core.course import course_for
from kickcue.core.events import CommandKind, Cue, CueKind, Estimate, MarkSource, Mode
from kickcue.core.position.estimator import PositionEstimator, ScalePrior
from kickcue.core.position.mixture_quantile import mass_above, quantile
from kickcue.core.units import ns_to_s, s_to_ns
from tests.core.scenario import Race
from tests.examples import rarer


def estimator(prior: ScalePrior | None = None) -> PositionEstimator:
    return PositionEstimator(course_for("5000m"), prior or ScalePrior(), 4.5)


def test_before_the_gun() -> None:
    """GIVEN no gun yet THEN there is no place, no mode, no line, nothing to take back, and nothing
    has been passed.
    """
    waiting = estimator()
    waiting.handle_reading(0, "pod", 3.0, 10.0, None)
    assert waiting.position_at(1) is None
    assert Mode.NONE is waiting.mode(1)
    assert waiting.mark(1, MarkSource.BUTTON) is None
    assert not waiting.undo_mark()
    assert not waiting.at_last_line
    assert (0.0, -math.inf) == (
        waiting.passed_probability(100.0, 1),
        waiting.distance_passed_with(0.5, 1),
    )


def test_the_best_evidence_leads() -> None:
    """GIVEN a race THEN the mode goes clock, pod, marks, learned pod when marks are long past, and
    clock again when the pod is silent.
    """
    race = Race("5000m")
    race.pod.worn = False
    race.gun()
    race.runs(5.0, seconds=5)
    modes = [race.told().mode]
    race.pod.worn = True
    race.runs_to(200.0, 5.0)
    modes.append(race.told().mode)
    race.marks_line()
    race.runs_to(700.0, 5.0)
    modes.append(race.told().mode)
    race.runs_to(730.0, 5.0)
    modes.append(race.told().mode)
    race.pod.falls_silent(20)
    race.runs(5.0, seconds=8)
    modes.append(race.told().mode)
    assert [Mode.CLOCK, Mode.POD, Mode.MARKS, Mode.POD_LEARNED, Mode.CLOCK] == modes


def test_a_slow_pod_is_no_clock() -> None:
    """GIVEN a pod that notifies every 4 s WHEN its interval is known THEN it leads between its
    notifications too, BUT not when it has missed two.
    """
    race = Race("5000m")
    race.pod.every_s = 4.0
    race.gun()
    race.runs_to(200.0, 5.0)
    race.marks_line()
    known = len(race.all(Estimate))
    race.runs_to(500.0, 5.0)
    assert {Mode.MARKS} == {e.mode for e in race.all(Estimate)[known:]}
    race.pod.falls_silent(3)
    race.runs(5.0, seconds=12)
    assert Mode.CLOCK is race.told().mode


def test_a_slow_pod_is_calibrated_like_any_other() -> None:
    """GIVEN a pod that notifies every 5 s and reads 4 % long, and marks just before its words THEN
    its metres count as its own, and teach its scale.
    """
    race = Race("10000m")
    race.pod.scale, race.pod.every_s, race.pod.next_s = 1.04, 5.0, 0.02
    race.gun()
    for line_m in race.course.crossings_m[:12]:
        race.runs_to(line_m, 5.0)
        race.marks_line()
    learned = race.engine.measured_scale
    assert learned is not None
    assert 1 / 1.04 == pytest.approx(learned.measured.scale, abs=0.001)


def test_a_scale_learned_in_earlier_races() -> None:
    """GIVEN a pod known to read 4 % short, to 0.5 % THEN the metres are true ones, and the estimate
    is as sure as that.
    """
    race = Race("5000m", wishes={"scale": 1.04, "scale_sd": 0.005})
    race.pod.scale = 1 / 1.04
    race.gun()
    race.runs(5.0, seconds=200)
    estimate = race.told()
    assert abs(race.off_m()) < 1.0
    assert estimate.distance_sd_m is not None
    assert estimate.distance_sd_m < 12.0
    assert Mode.POD_LEARNED is estimate.mode


def test_marks_teach_the_scale() -> None:
    """GIVEN a pod that reads 5 % long WHEN three lines were marked THEN the unmarked next lap is
    right to 3 m.
    """
    race = Race("5000m")
    race.pod.scale = 1.05
    race.gun()
    for line_m in race.course.crossings_m[:3]:
        race.runs_to(line_m + 2.0, 5.0)
        race.marks_line()
    race.runs(5.0, metres=398.0)
    assert abs(race.off_m()) < 3.0


def test_without_a_pod_marks_teach_the_pace() -> None:
    """GIVEN no pod at all WHEN lines are marked THEN the pace between them is the runner's, not the
    planned one, right to 15 m a lap on.
    """
    race = Race("5000m")
    race.pod.worn = False
    race.gun()
    for line_m in race.course.crossings_m[:3]:
        race.runs_to(line_m + 2.2, 5.5)
        race.marks_line()
    race.runs(5.5, metres=395.0)
    assert abs(race.off_m()) < 15.0
    assert Mode.CLOCK is race.told().mode


@rarer(4)
@given(
    st.floats(0.95, 1.05),
    st.integers(0, 3),
    st.floats(0.0, 60.0),
    st.sampled_from(["pod", "no total", "silent before", "silent after", "no pod"]),
    st.booleans(),
)
def test_a_mark_taken_back_leaves_no_trace(
    scale: float, marks: int, wait_s: float, pod: str, at_a_line: bool
) -> None:
    """GIVEN a mark, at a line or not WHEN it is undone up to a minute later THEN all is as in
    the other race that never had it.
    """
    races = (Race("5000m"), Race("5000m"))
    for race in races:
        race.pod.scale = scale
        race.pod.total_m = None if pod == "no total" else 0.0
        race.pod.worn = pod != "no pod"
        race.gun()
        for line_m in race.course.crossings_m[:marks]:
            race.runs_to(line_m + 2.0, 5.0)
            race.marks_line()
        race.pod.silent = 10 if pod == "silent before" else 0
        race.runs(5.0, metres=400.0 if at_a_line and marks else 150.0)
    races[0].marks_line()
    for race in races:
        race.pod.silent = 20 if pod == "silent after" else 0
        race.runs(5.0, seconds=wait_s)
    assert races[0].engine._control.estimator.undo_mark()
    for race in races:
        race.runs(5.2, seconds=5)
    marked, never = (race.engine._control.estimator for race in races)
    now_ns = s_to_ns(races[0].t_s)
    assert never.position_at(now_ns) == marked.position_at(now_ns)
    assert never.mode(now_ns) == marked.mode(now_ns)
    assert never._mixture is not None
    assert marked._mixture is not None
    assert never._mixture.hypotheses == marked._mixture.hypotheses


def test_a_mark_is_taken_back_once() -> None:
    """WHEN undo is asked twice THEN the second finds nothing to take back."""
    race = Race("5000m")
    race.gun()
    race.runs_to(202.0, 5.0)
    race.marks_line()
    race.orders(CommandKind.UNDO_LAP)
    race.orders(CommandKind.UNDO_LAP)
    assert [1, 1] == [len(race.notices("undone")), len(race.notices("undo_refused"))]


@pytest.mark.parametrize(("waited_s", "undone"), [(590.0, 1), (610.0, 0)])
def test_a_press_can_be_taken_back_for_ten_minutes(waited_s: float, undone: int) -> None:
    """GIVEN a press ten minutes ago, less or more a little WHEN undo is asked THEN it is undone
    before and stands after.
    """
    race = Race("10000m")
    race.gun()
    race.runs_to(402.0, 4.0)
    race.marks_line()
    race.runs(4.0, seconds=waited_s)
    race.orders(CommandKind.UNDO_LAP)
    assert [undone, 1 - undone] == [len(race.notices("undone")), len(race.notices("undo_refused"))]


@pytest.mark.parametrize("source", [MarkSource.GATE, MarkSource.BEACON])
def test_what_nobody_pressed_is_not_taken_back(source: MarkSource) -> None:
    """GIVEN a mark by position or beacon alone WHEN a lap is undone THEN there is none, and the
    mark stands.
    """
    race = Race("5000m")
    race.gun()
    race.runs_to(202.0, 5.0)
    race.marks_line(source)
    race.orders(CommandKind.UNDO_LAP)
    assert [0, 1] == [len(race.notices("undone")), len(race.notices("undo_refused"))]
    assert 200.0 == race.engine._control.estimator._mixture.marked_line_m  # type: ignore[union-attr]


@pytest.mark.parametrize("source", [MarkSource.GATE, MarkSource.BEACON])
def test_a_stray_press_is_taken_back_from_under_a_mark_by_position(source: MarkSource) -> None:
    """GIVEN a press in the middle of nowhere, then a crossing by position WHEN the lap is taken
    back THEN all is as without the press.
    """
    races = [Race("5000m"), Race("5000m")]
    for race in races:
        race.gun()
        race.runs_to(202.0, 5.0)
        race.marks_line(source)
        race.runs(5.0, metres=370.0)
        if race is races[0]:
            race.marks_line()
        race.runs_to(602.0, 5.0)
        race.marks_line(source)
        race.runs(5.0, seconds=5)
    assert races[0].engine._control.estimator.undo_mark()
    now_ns = s_to_ns(races[0].t_s)
    pressed, never = (race.engine._control.estimator for race in races)
    assert never.position_at(now_ns) == pressed.position_at(now_ns)
    assert never._mixture is not None
    assert pressed._mixture is not None
    assert never._mixture.hypotheses == pressed._mixture.hypotheses


def sd_after_lines(laps: int, *shared_sd_m: float) -> float:
    """Return the standard deviation after so many lines marked by position, with an error in common
    or without.
    """
    race = Race("10000m")
    race.gun()
    distance = race.engine._control.estimator
    for line_m in race.course.crossings_m[:laps]:
        race.runs_to(line_m, 5.0)
        distance.mark(s_to_ns(race.t_s), MarkSource.GATE, 0.0, *shared_sd_m)
    found = distance.position_at(s_to_ns(race.t_s))
    assert found is not None
    return found.sd_m


def test_an_error_in_common_does_not_become_smaller() -> None:
    """GIVEN lines that all err alike by 2 m THEN 20 of them tell no better than 2 m where the
    runner is; independent ones do.
    """
    alone_m, shared_m = sd_after_lines(20), sd_after_lines(20, 2.0)
    assert shared_m == pytest.approx(math.hypot(alone_m, 2.0))
    assert alone_m < 2.0


mixtures = st.lists(
    st.tuples(st.floats(0.05, 1.0), st.floats(-100.0, 5000.0), st.floats(0.1, 100.0)),
    min_size=1,
    max_size=4,
)


@given(mixtures, st.floats(0.02, 0.98))
def test_quantile_and_probability_are_inverse(
    components: list[tuple[float, float, float]], probability: float
) -> None:
    """The distance passed with a probability is the one whose probability of having been passed
    that is.
    """
    total = sum(weight for weight, _, _ in components)
    normed = [(weight / total, mean, sd) for weight, mean, sd in components]
    assert probability == pytest.approx(mass_above(normed, quantile(normed, probability)), abs=1e-3)


@given(mixtures, st.sampled_from([0.0, 1e-15, 1.0 - 1e-15, 1.0]))
def test_certainty_is_found_at_an_end(
    components: list[tuple[float, float, float]], probability: float
) -> None:
    """GIVEN a probability that no distance has WHEN its distance is asked for THEN that is an end
    of the mixture: six standard deviations from a component, or more.
    """
    total = sum(weight for weight, _, _ in components)
    normed = [(weight / total, mean, sd) for weight, mean, sd in components]
    found_m = quantile(normed, probability)
    sign = 1.0 if probability < 0.5 else -1.0
    assert all(sign * (found_m - mean) >= 5.9 * sd for _, mean, sd in normed)


@pytest.mark.parametrize(
    ("first_mps", "first_s", "mps"), [(2.0, 6.0, 5.0), (2.5, 9.0, 6.0), (2.0, 12.0, 6.0)]
)
def test_a_pod_that_is_silent_while_its_runner_gets_up_to_speed(
    first_mps: float, first_s: float, mps: float
) -> None:
    """GIVEN a pod that reports a start's low speed and then nothing for 40 s WHEN its total tells
    the truth THEN that counts, and no lap is lost.

    What speed alone would have made of the gap is less than half; the total may say so, for nobody
    runs faster than 12 m/s.
    """
    race = Race("5000m")
    race.gun()
    race.runs(first_mps, seconds=first_s)
    race.pod.falls_silent(40)
    for line_m in race.course.crossings_m:
        race.runs_to(line_m + 0.4 * mps, mps)
        race.marks_line()
    (bell,) = [c for c in race.all(Cue) if c.kind is CueKind.LAST_LAP]
    crossed_s = first_s + (race.course.bell_m - first_s * first_mps) / mps
    assert abs(ns_to_s(bell.t_ns) - crossed_s) < 1.0
