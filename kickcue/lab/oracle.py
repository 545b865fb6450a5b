"""The best any estimator could do with these bytes: the exact filter of the simulator's own model, told which line each mark is of.

It knows every figure of the simulation (how scales, drift, count noise and thumbs are distributed), is told which marks are doubles or
stray, which frames are corrupt and when the pod began anew, and where bends lie. What is left is chance. Its states are distance, the
pod's constant scale error, its drift, and, where runners keep wide, the width they keep to and how this bend differs from it; the
posterior is that of an extended Kalman filter, exact up to products of small errors.

When to touch the wrist is a question of its own: with the mark of the bell line still to come, waiting a little is right. So the filter
fires once the line has been passed by ``z`` standard deviations, or at the press itself, and this for each of ``DARES``; the figures
are the least median and the least 95 % quantile of any of them, each for itself. No estimator that fires by such a rule gets below.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from kickcue.core.course import LANE_WIDTH_M, Course
from kickcue.lab.athlete import PACE_MEMORY_S, PACE_WANDER
from kickcue.lab.manner import BEND_RADIUS_M, OVERTAKES, ROAD_LONGER, WIDE_M, WIDE_VARIES_M
from kickcue.lab.scenarios import Scenario
from kickcue.lab.sensors import Gate, Thumb, TrueMark
from kickcue.lab.simulate import SimulatedRace

DARES: Final = tuple(round(-1.0 + 0.1 * n, 1) for n in range(41))
"""Standard deviations past the line at which to fire, -1 to 3."""
GUESS_SD: Final = 0.03
"""Relative error of what a pod ran while it restarted, from its speed."""
ROUNDED_M: Final = 0.1
"""Step of the distance in a 2A53."""
S, C, D, W, U = range(5)
"""Distance, constant scale error, drift, usual width, this bend's difference from it."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One race: seconds from the true bell to the touch for each of ``DARES``, and the standard deviation (s) just before the line."""

    errors_s: tuple[float, ...]
    sd_s: float


@dataclass(frozen=True, slots=True)
class Best:
    """Many races: the least median and the least 95 % quantile that any dare gives, and the median of the standard deviations."""

    median_s: float
    p95_s: float
    sd_s: float


def best(bounds: Sequence[Bound]) -> Best:
    """Return the figures of the best rule."""
    errors = np.abs([bound.errors_s for bound in bounds])
    medians, p95s = np.quantile(errors, (0.5, 0.95), axis=0)
    return Best(float(medians.min()), float(p95s.min()), float(np.median([bound.sd_s for bound in bounds])))


def bound(course: Course, scenario: Scenario, race: SimulatedRace) -> Bound:
    """Return what the filter makes of a simulated race."""
    bell_s = race.truth.time_at(course.bell_m)
    state = _Exact(course, scenario, race)
    fired: list[float | None] = [None] * len(DARES)
    sd_s: float | None = None
    marks = [mark for mark in race.marks if mark.line_m is not None]
    readings = [(sample.t_s, sample.distance_m, sample.speed_mps) for sample in race.counted]
    arrivals = sorted([(t_s, None, total_m, speed) for t_s, total_m, speed in readings] + [(m.t_s, m, 0.0, 0.0) for m in marks], key=_when)
    for n, (t_s, mark, total_m, speed_mps) in enumerate(arrivals):
        if mark is None:
            state.read(t_s, total_m, speed_mps)
        else:
            state.mark(t_s, mark)
        pressed = mark is not None and mark.line_m == course.bell_m and isinstance(scenario.marks, Thumb)
        until_s = arrivals[n + 1][0] if n + 1 < len(arrivals) else math.inf
        if not pressed and state.passes(course.bell_m, DARES[0], t_s, until_s) is None:
            continue
        for i, dare in enumerate(DARES):
            if fired[i] is None:
                fired[i] = t_s if pressed else state.passes(course.bell_m, dare, t_s, until_s)
        if sd_s is None and (pressed or state.passes(course.bell_m, 0.0, t_s, until_s) is not None):
            sd_s = state.before_sd_s
    last_s = arrivals[-1][0]
    return Bound(tuple((last_s if t_s is None else t_s) - bell_s for t_s in fired), state.before_sd_s if sd_s is None else sd_s)


def _when(arrival: tuple[float, TrueMark | None, float, float]) -> float:
    return arrival[0]


class _Exact:
    """The filter; times in seconds after the gun."""

    def __init__(self, course: Course, scenario: Scenario, race: SimulatedRace) -> None:
        self._course, self._scenario = course, scenario
        pod = scenario.pod
        scale, sd = (1.0 + pod.scale_sd**2, pod.scale_sd) if race.scale is None else (race.scale.mean, race.scale.sd)
        self._x = np.array([0.0, scale - 1.0, 0.0, 0.0, 0.0])
        self._p = np.diag([0.0, sd**2, pod.drift_sd**2, 0.0, 0.0])
        if scenario.style.wide:
            low, high = WIDE_M if course.lap_m is not None else ROAD_LONGER
            self._x[W], self._p[W, W] = 0.5 * (low + high), (high - low) ** 2 / 12.0
        self._second = 0
        self._total_m = self._mps = 0.0
        self._bend: int | None = None
        self.before_sd_s = math.inf
        """Standard deviation, in time, before the last mark was taken in or now."""

    def read(self, t_s: float, total_m: float, speed_mps: float) -> None:
        """Take in the pod's total; it is that of the whole second before it arrived."""
        pod, second = self._scenario.pod, int(t_s)
        dt_s = second - self._second
        if dt_s <= 0:
            return
        counted_m = total_m - self._total_m
        restarted = counted_m < 0.0
        if restarted:
            counted_m = speed_mps * dt_s
        factor, by_w, by_u = self._ground()
        x, f = self._x, np.eye(5)
        scale = (1.0 + x[C]) * (1.0 + x[D])
        keep = math.exp(-dt_s / pod.drift_memory_s)
        f[S, C], f[S, D] = counted_m * (1.0 + x[D]) * factor, counted_m * (1.0 + x[C]) * factor
        f[S, W], f[S, U] = counted_m * scale * by_w, counted_m * scale * by_u
        f[D, D] = keep
        moved_m = counted_m * scale * factor
        x[S] += moved_m
        x[D] *= keep
        self._p = f @ self._p @ f.T
        self._p[S, S] += pod.count_noise_m**2 * dt_s + ((GUESS_SD * counted_m) ** 2 if restarted else 0.0)
        self._p[D, D] += pod.drift_sd**2 * (1.0 - keep * keep)
        self._second, self._total_m, self._mps = second, total_m, moved_m / dt_s
        self.before_sd_s = self._sd_m(t_s) / max(self._mps, 0.1)

    def mark(self, t_s: float, mark: TrueMark) -> None:
        """Take in a mark of a known line."""
        assert mark.line_m is not None
        by = self._scenario.marks
        if isinstance(by, Gate):
            late_m, var_m2 = 0.0, by.position_sd_m**2
        else:
            assert by is not None
            late_s, late_sd_s = _never_early(by.delay_s, by.delay_sd_s)
            late_m, var_m2 = late_s * self._mps, (late_sd_s * self._mps) ** 2
        self.before_sd_s = self._sd_m(t_s) / max(self._mps, 0.1)
        ahead_m, ahead_var_m2 = self._ahead(t_s)
        ahead_var_m2 += ROUNDED_M**2 / 12.0
        off_m = mark.line_m + late_m - self._x[S] - ahead_m
        gain = self._p[:, S] / (self._p[S, S] + ahead_var_m2 + var_m2)
        self._x = self._x + gain * off_m
        self._p = self._p - np.outer(gain, self._p[S])

    def passes(self, line_m: float, dare: float, from_s: float, until_s: float) -> float | None:
        """Return when, before ``until_s``, the line will have been passed by ``dare`` standard deviations."""
        if self._short_m(line_m, dare, until_s if until_s < math.inf else from_s) > 0.0:
            return None
        if self._short_m(line_m, dare, from_s) <= 0.0:
            return from_s
        low, high = from_s, until_s
        for _ in range(20):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self._short_m(line_m, dare, middle) > 0.0 else (low, middle)
        return high

    def _short_m(self, line_m: float, dare: float, t_s: float) -> float:
        return line_m - float(self._x[S]) - self._ahead(t_s)[0] + dare * self._sd_m(t_s)

    def _sd_m(self, t_s: float) -> float:
        return math.sqrt(max(float(self._p[S, S]), 0.0) + self._ahead(t_s)[1])

    def _ahead(self, t_s: float) -> tuple[float, float]:
        """Return how far the runner has come since the last reading, and the variance of that: pace wanders."""
        dt_s = max(t_s - self._second, 0.0)
        q = dt_s / PACE_MEMORY_S
        var_s2 = (PACE_WANDER * PACE_MEMORY_S) ** 2 * max(2.0 * q - 3.0 + 4.0 * math.exp(-q) - math.exp(-2.0 * q), 0.0)
        return self._mps * dt_s, self._mps**2 * var_s2

    def _ground(self) -> tuple[float, float, float]:
        """Return metres of the race for each metre on the ground here, and how that depends on the width kept."""
        if not self._scenario.style.wide:
            return 1.0, 0.0, 0.0
        if self._course.lap_m is None:
            return 1.0 / (1.0 + self._x[W]), -1.0, 0.0
        radius_m = BEND_RADIUS_M * self._course.lap_m / 400.0
        half, into_m = divmod(float(self._x[S]) + self._course.lap_m - self._course.first_crossing_m, 0.5 * self._course.lap_m)
        if into_m >= math.pi * radius_m:
            return 1.0, 0.0, 0.0
        if half != self._bend:
            self._bend = int(half)
            aside_m = LANE_WIDTH_M + WIDE_M[0] - float(self._x[W])
            self._p[U, :] = self._p[:, U] = 0.0
            self._x[U] = OVERTAKES * aside_m
            self._p[U, U] = (1.0 - OVERTAKES) * WIDE_VARIES_M**2 + OVERTAKES * (1.0 - OVERTAKES) * aside_m**2
        factor = 1.0 / (1.0 + (self._x[W] + self._x[U]) / radius_m)
        return factor, -(factor**2) / radius_m, -(factor**2) / radius_m


def _never_early(mean: float, sd: float) -> tuple[float, float]:
    """Return mean and standard deviation of max(N(mean, sd), 0)."""
    if sd == 0.0:
        return mean, 0.0
    z = mean / sd
    above, density = 0.5 * math.erfc(-z / math.sqrt(2.0)), math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    first = mean * above + sd * density
    second = (mean * mean + sd * sd) * above + mean * sd * density
    return first, math.sqrt(second - first * first)
