"""Which line a mark belongs to: presses go missing, double and stray, and the count holds."""

import math
from itertools import accumulate
from random import Random

import pytest
from hypothesis import given, strategies as st

from kickcue.core.course import Course, course_for
from kickcue.core.events import MarkSource
from kickcue.core.position.change_points import Track, clocked
from kickcue.core.position.estimator import PositionEstimator, ScalePrior
from kickcue.core.position.kalman_filter import PACE_NOISE, POD_NOISE, KalmanFilter
from kickcue.core.position.line_association import Observation, associated
from kickcue.core.position.mark_models import MARK_MODELS
from kickcue.core.position.mixture import MAX_COMPONENTS, GaussianMixture
from kickcue.core.units import NS_PER_S

THUMB_S = 0.4


class Runner:
    """Somebody at an even 5 m/s with a pod that counts ``scale`` metres a metre; time stands in 0.1
    s.
    """

    def __init__(self, course: Course, *, scale: float = 1.0, mps: float = 5.0) -> None:
        self.course, self.scale, self.mps = course, scale, mps
        self.estimator = PositionEstimator(course, ScalePrior(), 4.5)
        self.tenths = 0
        self.estimator.start(0)
        self.estimator.handle_reading(0, "pod", mps * scale, 0.0, None)

    @property
    def t_ns(self) -> int:
        return self.tenths * NS_PER_S // 10

    @property
    def run_m(self) -> float:
        return self.mps * self.tenths / 10

    def runs_to(self, metres: float) -> None:
        while self.run_m < metres:
            self.tenths += 1
            if self.tenths % 10 == 0:
                self.estimator.handle_reading(
                    self.t_ns, "pod", self.mps * self.scale, self.run_m * self.scale, None
                )

    def presses(self, line_m: float, after_s: float = THUMB_S) -> int | None:
        self.runs_to(line_m + after_s * self.mps)
        return self.number(self.estimator.mark(self.t_ns, MarkSource.BUTTON))

    def number(self, line_m: float | None) -> int | None:
        """Return which crossing of the finish line it is; None for none, or for the start line."""
        return self.course.crossings_m.index(line_m) if line_m in self.course.crossings_m else None

    def off_m(self) -> float:
        here = self.estimator.position_at(self.t_ns)
        assert here is not None
        return here.distance_m - self.run_m

    def line(self) -> int:
        assert self.estimator._mixture is not None
        return (
            -1
            if self.estimator._mixture.marked_line_m is None
            else self.number(self.estimator._mixture.marked_line_m) or 0
        )


scales = st.floats(0.95, 1.05)


@given(scales, st.integers(0, 1), st.lists(st.integers(1, 3), max_size=12))
def test_missed_presses_cost_nothing(scale: float, first: int, steps: list[int]) -> None:
    """GIVEN any pod within 5 % and up to two presses in a row forgotten WHEN one is made THEN it is
    taken for its own line, to 6 m.
    """
    runner = Runner(course_for("5000m"), scale=scale)
    for n in accumulate(steps, initial=first):
        if n < runner.course.laps:
            assert n == runner.presses(runner.course.crossings_m[n])
            assert abs(runner.off_m()) < 6.0


@given(scales, st.integers(1, 11), st.floats(1.0, 5.0))
def test_doubled_presses_find_their_line_taken(scale: float, n: int, after_s: float) -> None:
    """GIVEN a line that has its mark WHEN the button is pressed again 1 to 5 s later THEN it is no
    line, and the place stays right.
    """
    runner = Runner(course_for("5000m"), scale=scale)
    for line_m in runner.course.crossings_m[: n + 1]:
        runner.presses(line_m)
    assert runner.presses(runner.course.crossings_m[n], THUMB_S + after_s) is None
    assert n == runner.line()
    assert abs(runner.off_m()) < 3.0
    assert n + 1 == runner.presses(runner.course.crossings_m[n + 1])


@pytest.mark.parametrize("scale", [0.96, 1.0, 1.04])
@pytest.mark.parametrize("after_s", [1.0, 2.0, 3.0, 5.0])
@pytest.mark.parametrize(("first", "lines", "within_m"), [(1, 1, 1.5), (0, 6, 0.2)])
def test_doubled_presses_move_nobody(
    scale: float, after_s: float, first: int, lines: int, within_m: float
) -> None:
    """GIVEN six marked lines, or one mark in all, at the second line WHEN the last press is doubled
    THEN it is no evidence of a new place.
    """
    runner = Runner(course_for("5000m"), scale=scale)
    for line_m in runner.course.crossings_m[first : first + lines]:
        runner.presses(line_m)
    before_m = runner.off_m()
    runner.presses(line_m, THUMB_S + after_s)
    assert abs(runner.off_m() - before_m) < within_m


@given(scales, st.integers(2, 10), st.floats(0.15, 0.85))
def test_a_stray_press_in_mid_lap_moves_nothing(scale: float, n: int, share: float) -> None:
    """GIVEN marked laps WHEN the button is pressed once anywhere in mid-lap THEN the count stays,
    the place too, and the next line counts.
    """
    runner = Runner(course_for("5000m"), scale=scale)
    for line_m in runner.course.crossings_m[: n + 1]:
        runner.presses(line_m)
    assert runner.presses(runner.course.crossings_m[n] + 400.0 * share) is None
    assert n == runner.line()
    assert abs(runner.off_m()) < 8.0  # 2 % of a lap: the pod's drift as the filter believes in it
    assert n + 1 == runner.presses(runner.course.crossings_m[n + 1])
    assert abs(runner.off_m()) < 2.0


@given(scales, st.floats(0.1, 0.6))
def test_a_press_before_the_first_line(scale: float, share: float) -> None:
    """GIVEN no line yet WHEN the button is pressed in between THEN it is none, and the first line
    is still the first.
    """
    runner = Runner(course_for("5000m"), scale=scale)
    assert runner.presses(200.0 * share, 0.0) is None
    assert -1 == runner.line()
    assert 0 == runner.presses(200.0)


@pytest.mark.parametrize("scale", [0.94, 1.0, 1.06])
def test_the_first_line_of_the_mile(scale: float) -> None:
    """GIVEN the mile, whose first line comes 9.3 m after the gun THEN a press there is the first
    line and the next is the second.
    """
    runner = Runner(course_for("mile"), scale=scale)
    assert [0, 1, 2] == [runner.presses(line_m) for line_m in runner.course.crossings_m[:3]]
    assert abs(runner.off_m()) < 2.0


@pytest.mark.parametrize("scale", [0.94, 1.0, 1.06])
def test_the_first_line_of_the_mile_unpressed(scale: float) -> None:
    """GIVEN the mile BUT WHEN nobody presses 2 s after the gun THEN the press a lap later is the
    second line all the same.
    """
    runner = Runner(course_for("mile"), scale=scale)
    assert [1, 2] == [runner.presses(line_m) for line_m in runner.course.crossings_m[1:3]]
    assert abs(runner.off_m()) < 2.0


@pytest.mark.parametrize("source", list(MarkSource))
def test_every_source_counts(source: MarkSource) -> None:
    """A mark of any source at each line is taken for that line."""
    runner = Runner(course_for("1500m"), scale=1.02)
    for line_m in runner.course.crossings_m:
        runner.runs_to(line_m + MARK_MODELS[source].delay_s * runner.mps)
        assert line_m == runner.estimator.mark(runner.t_ns, source)
    assert runner.estimator.at_last_line


@given(st.integers(0, 2**32), st.integers(1, 40))
def test_any_presses_leave_a_mixture(seed: int, number: int) -> None:
    """GIVEN presses at any moments THEN at most six hypotheses live, their weights sum to one, and
    mean and variance are theirs.
    """
    random = Random(seed)
    runner = Runner(course_for("3000m"), scale=random.gauss(1.0, 0.03))
    for moment in sorted(random.uniform(0.0, 3000.0) for _ in range(number)):
        runner.presses(moment, 0.0)
        mixture = runner.estimator._mixture
        assert mixture is not None
        weights = [h.weight for h in mixture.hypotheses]
        assert 1 <= len(weights) <= MAX_COMPONENTS
        assert 1.0 == pytest.approx(sum(weights))
        assert weights == sorted(weights, reverse=True)
        mean, variance = mixture.moments(3.0, 0.0)
        axes = [h.axis_m(3.0, 0.0) for h in mixture.hypotheses]
        places = [
            h.distance_m + axis_m * h.scale
            for h, axis_m in zip(mixture.hypotheses, axes, strict=True)
        ]
        assert sum(w * s for w, s in zip(weights, places, strict=True)) == pytest.approx(mean)
        widths = [
            h.variance_ahead_m2(axis_m) + h.private_line_var_m2
            for h, axis_m in zip(mixture.hypotheses, axes, strict=True)
        ]
        spread = sum(
            w * (width + (s - mean) ** 2)
            for w, s, width in zip(weights, places, widths, strict=True)
        )
        assert spread == pytest.approx(variance, rel=1e-4, abs=1e-4)
        assert math.isfinite(variance)


@pytest.mark.parametrize("scale", [0.96, 1.0, 1.04])
def test_presses_at_the_start_line(scale: float) -> None:
    """GIVEN a runner who presses each lap from the start, half a lap off the finish line THEN the
    marks count, and the place is right.
    """
    runner = Runner(course_for("5000m"), scale=scale)
    for line_m in (400.0, 800.0, 1200.0):
        runner.runs_to(line_m + THUMB_S * runner.mps)
        assert line_m == runner.estimator.mark(runner.t_ns, MarkSource.BUTTON)
    assert abs(runner.off_m()) < 3.0


@given(scales)
def test_one_press_at_the_start_line_decides_nothing(scale: float) -> None:
    """GIVEN one stray press just where the start line is BUT WHEN the others come at the finish
    line THEN they are the lines.
    """
    runner = Runner(course_for("5000m"), scale=scale)
    runner.runs_to(402.0)
    runner.estimator.mark(runner.t_ns, MarkSource.BUTTON)
    assert [1, 2, 3] == [runner.presses(line_m) for line_m in runner.course.crossings_m[1:4]]
    assert abs(runner.off_m()) < 3.0


def test_every_line_takes_one_mark() -> None:
    """GIVEN the finish line has its mark THEN nothing after it is a line."""
    runner = Runner(course_for("1500m"))
    for line_m in runner.course.crossings_m:
        runner.presses(line_m)
    assert [None, None] == [runner.presses(1500.0, 3.0), runner.presses(1900.0)]


def test_marks_of_somebody_who_stands_leave_some_doubt() -> None:
    """GIVEN a pod that stands still, and lines that the clock explains WHEN each is marked THEN the
    filter never holds one for exact.
    """
    lines_m = (300.0, 700.0, 1100.0, 1500.0)
    h = clocked(KalmanFilter.at_start(1.0, 1.0, 0.03, 1.0), 8.4, 0.1)
    for number, line_m in enumerate(lines_m):
        gap_s = (line_m - h.distance_m) / (h.clock_mps * h.scale)
        h.predict(0.0, gap_s, 0.0)
        t_ns = number * NS_PER_S
        observation = Observation(
            t_ns, MARK_MODELS[MarkSource.BUTTON], 0.0, 0.0, 0.0, 0.0, repeated=False
        )
        (h,) = associated(h, lines_m, 1.0, observation)
        assert number == h.last_line
        assert all(h.variance_ahead_m2(ahead_m) > 0.0 for ahead_m in (0.0, 0.1, 0.4, 400.0))


def test_a_copy_is_its_own() -> None:
    """WHEN a copy takes in a mark THEN the original does not."""
    runner = Runner(course_for("1500m"))
    runner.runs_to(302.0)
    mixture = runner.estimator._mixture
    assert isinstance(mixture, GaussianMixture)
    mixture.copy().update(runner.t_ns, MARK_MODELS[MarkSource.BUTTON], 5.0, (0.0, 0.1))
    assert mixture.marked_line_m is None


def test_hypotheses_move_together_as_each_would_alone() -> None:
    """GIVEN hypotheses by the pod and by the clock WHEN the mixture moves on THEN each is, to the
    last digit, where it would be alone.
    """
    by_pod = [KalmanFilter.at_start(0.5, mean, 0.03, 1.0) for mean in (0.98, 1.05)]
    by_clock = KalmanFilter.at_start(0.5, 1.0, 0.03, 1.0)
    by_clock.clock_mps = 4.5
    hypotheses = [*by_pod, by_clock]
    for noise in (POD_NOISE, PACE_NOISE):
        alone = [h.copy() for h in hypotheses]
        mixture = GaussianMixture(hypotheses, Track((400.0,), 400.0))
        for dd_m, dt_s in ((5.0, 1.0), (0.0, 0.0), (4.7, 0.96)):
            mixture.predict(dd_m, dt_s, 0.01, noise)
            for h in alone:
                h.predict(dd_m, dt_s, 0.01, noise)
        assert alone == hypotheses
        together = mixture.components(0.0, 0.0)
        mean_m = sum(each.weight * each.mean_m for each in together)
        assert mean_m == pytest.approx(mixture.moments(0.0, 0.0)[0])
